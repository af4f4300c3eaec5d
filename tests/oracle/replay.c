/* What Ombud's own code makes of histories of facts, for the oracle to compare.
 *
 * usage: replay CALENDAR.yaml...         what is to be replayed stands on stdin, a word a thing:
 *   table                                                    prints the table of clocks, and a dot
 *   version N CALENDAR PERCENT PERCENT                       the numberth calendar; policies and ladders of it follow
 *   ladder UNIT ENDS_US COUNT AFTER_US...
 *   policy ID
 *   clock KIND UNIT TARGET LADDER                            of the policy; LADDER -1: none
 *   history TIMERS                                           1: timers fire between the facts
 *   fact AT_US VERSION CAUSE STAGE ACTOR TO_PARTY REACHED REASON POLICY|-
 *   end                                                      prints the history's clocks, a line each, and a dot
 * Terms are their numbers. The first policy is the standard one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/yaml.h"
#include "common/model/calendar_expand.h"
#include "common/model/calendar_read.h"
#include "common/model/clock_rebuild.h"

enum { CALENDARS_MAX = 32, VERSIONS_MAX = 64, STEPS_SHOWN = 16 };

static struct calendar *calendars[CALENDARS_MAX];
static struct clock_version versions[VERSIONS_MAX]; /* by number */
static struct policy_set *sets[VERSIONS_MAX];
static struct policy_set *set; /* that is being read */
static struct clock_board board;
static struct arena *arena;
static bool timers;

static long long number(void)
{
	long long value;
	if (scanf("%lld", &value) != 1)
		die("a number is missing");
	return value;
}

static struct calendar *read_calendar(const char *path)
{
	struct problems problems = {0};
	struct yaml_tree *tree = yaml_tree_load_file(path, &problems);
	if (!tree || !calendar_read(yaml_tree_root(tree), &problems)) {
		problems_print(&problems);
		die("%s is no calendar", path);
	}
	struct calendar_file *file = calendar_file_new(yaml_tree_root(tree));
	struct calendar *calendar = calendar_file_expand(
	    file, calendar_file_covered_from(file) - 1, calendar_file_covered_until(file) + CALENDAR_BEYOND_DAYS);
	calendar_file_free(file);
	yaml_tree_free(tree);
	return calendar;
}

/* ---- what is read ---- */

static void read_version(void)
{
	int version = (int)number();
	set = sets[version] = xcalloc(1, sizeof *set);
	versions[version] = (struct clock_version){version, set, calendars[number()]};
	set->version = version;
	set->warnings_count = 2;
	set->warn_percent[0] = (int)number();
	set->warn_percent[1] = (int)number();
}

static void read_ladder(void)
{
	struct policy_ladder *ladder = &set->ladders[set->ladders_count++];
	ladder->unit = (enum target_unit)number();
	ladder->ends_us = number();
	ladder->levels_count = (int)number();
	ladder->rounds = 1;
	for (int i = 0; i < ladder->levels_count; i++)
		ladder->levels[i].after_us = number();
}

static void read_policy(void)
{
	if (scanf("%63s", set->policies[set->policies_count++].id) != 1)
		die("a policy has no id");
}

static void read_clock(void)
{
	struct policy_clock *clock = &set->policies[set->policies_count - 1].clocks[number()];
	clock->unit = (enum target_unit)number();
	clock->target = number();
	clock->ladder = (int)number();
}

static void read_history(void)
{
	timers = number() != 0;
	arena_reset(arena);
	board = (struct clock_board){0};
}

/* ---- as a daemon goes through it ---- */

static void fire_until(int64_t until_us)
{
	for (int i = 0; timers && i < board.clocks_count; i++)
		for (struct clock *clock = board.clocks[i]; clock_is_open(clock) && clock->next_us && clock->next_us < until_us;)
			if (!clock_board_fired(&board, clock->kind, clock_timer_version(clock), clock->next_us, false))
				die("a timer that is pending is stale");
}

static void read_fact(void)
{
	static char policy[POLICY_NAME_SIZE];
	struct clock_fact fact = {.at_us = number()};
	fact.version = (int32_t)number();
	fact.cause = (enum cause)number();
	fact.stage = (enum stage)number();
	fact.actor = (enum actor_kind)number();
	fact.to_party = (enum party)number();
	fact.reached = number() != 0;
	fact.reason = (enum reason)number();
	if (scanf("%63s", policy) != 1)
		die("a fact has no policy");
	fact.policy_id = strcmp(policy, "-") ? policy : "";
	if (!board.version)
		clock_rebuild_begin(&board, arena, &versions[fact.version]);
	fire_until(fact.at_us);
	if (clock_fact_counts(&board, &fact))
		clock_fact_apply(&board, &fact, fact.version ? &versions[fact.version] : board.version);
}

/* ---- what is printed ---- */

static void print_table(void)
{
	for (int i = 0; i < clock_rules_count; i++) {
		const struct clock_rule *rule = &clock_rules[i];
		printf("rule %d %s %u %d %u %u %d", (int)rule->kind, clock_kind_name(rule->kind), rule->starts_in,
		    rule->guard != NULL || rule->starts_by != EVENT_NONE || rule->over != REASON_UNSPECIFIED, rule->lives_in,
		    rule->leaving_meets, rule->at_end != 0);
		for (int j = 0; j < CLOCK_STOPS_MAX && rule->stops[j].cause != EVENT_NONE; j++)
			printf(" %d %u %u %u %d", (int)cause_of_event(rule->stops[j].cause), rule->stops[j].actors,
			    rule->stops[j].into, rule->stops[j].to, (int)rule->stops[j].why);
		putchar('\n');
	}
	for (int i = 1; i < CAUSE_COUNT; i++)
		printf("cause %d %s\n", i, cause_name((enum cause)i));
	for (int i = 1; i < STAGE_COUNT; i++)
		printf("stage %d %s\n", i, stage_name((enum stage)i));
	puts(".");
}

static void print_clock(const struct clock *clock)
{
	const char *state = clock_is_open(clock) ? "open" : clock_state_name(clock->state);
	printf("%d %d %s %lld %lld %d %d %lld %s %d %d %lld %lld %lld", (int)clock->kind, (int)clock->cycle, state,
	    (long long)clock->started_us, (long long)clock->due_us, clock->provisional, (int)clock->unit, (long long)clock->target,
	    clock->policy_id, (int)clock->terms->number, (int)clock->times->number, (long long)clock->met_us,
	    (long long)clock->ended_us, (long long)clock->overdue_us);
	int64_t at_us;
	for (int i = 0; i < STEPS_SHOWN && clock_step_at(clock, i, &at_us); i++)
		printf(" %lld", (long long)at_us);
	putchar('\n');
}

static void end_history(void)
{
	for (int i = 0; i < board.clocks_count; i++)
		print_clock(board.clocks[i]);
	puts(".");
}

static const struct {
	const char *word;
	void (*act)(void);
} verbs[] = {{"table", print_table}, {"version", read_version}, {"ladder", read_ladder}, {"policy", read_policy},
    {"clock", read_clock}, {"history", read_history}, {"fact", read_fact}, {"end", end_history}};

static void act(const char *word)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].word, word)) {
			verbs[i].act();
			return;
		}
	die("%s: unknown", word);
}

int main(int argc, char **argv)
{
	char word[64];
	arena = arena_new(0);
	for (int i = 1; i < argc && i <= CALENDARS_MAX; i++)
		calendars[i - 1] = read_calendar(argv[i]);
	while (scanf("%63s", word) == 1)
		act(word);
	for (int i = 0; i < CALENDARS_MAX; i++)
		calendar_free(calendars[i]);
	for (int i = 0; i < VERSIONS_MAX; i++)
		free(sets[i]);
	arena_free(arena);
	return 0;
}
