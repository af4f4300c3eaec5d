/* A clock anew from its facts against what is stored: whatever its timers have done, equal; any member otherwise, named. */
#include <stdlib.h>

#include "common/base/instant.h"
#include "common/model/clock_rebuild.h"
#include "tests/unit/check.h"
#include "tests/unit/clocks.h"

#define NINE (4 * US_PER_DAY + 9 * US_PER_HOUR) /* a Monday */

static struct policy_set *set;
static struct calendar *calendar;
static struct clock_version version;
static struct arena *arena;

static void be_silent(struct clock *clock, const struct clock_effect *effect, void *context)
{
}

static void begin(struct clock_board *board)
{
	clock_rebuild_begin(board, arena, &version);
	board->effect = be_silent;
}

/* The road of a complaint to review, where nobody decides. */
static const struct clock_fact facts[] = {
    {.at_us = NINE,
	.version = 1,
	.cause = CAUSE_COMPLAINT_FILED,
	.stage = STAGE_FILED,
	.actor = ACTOR_KIND_COMPLAINANT,
	.policy_id = ""},
    {.at_us = NINE + 1, .cause = CAUSE_COMPLAINT_TRIAGED, .policy_id = "platform_fault"},
    {.at_us = NINE + 2,
	.cause = CAUSE_COMPLAINT_TRIAGED,
	.stage = STAGE_PLATFORM_REVIEW,
	.actor = ACTOR_KIND_OMBUD,
	.policy_id = "platform_fault"},
    {.at_us = NINE + 3 * US_PER_HOUR,
	.cause = CAUSE_MESSAGE_POSTED,
	.stage = STAGE_PLATFORM_REVIEW,
	.actor = ACTOR_KIND_PLATFORM_PERSON,
	.to_party = PARTY_COMPLAINANT,
	.policy_id = "platform_fault"},
};

static void fire_until(struct clock_board *board, int64_t until_us)
{
	for (int i = 0; i < board->clocks_count; i++)
		for (struct clock *clock = board->clocks[i];
		     clock_is_open(clock) && clock->next_us != 0 && clock->next_us < until_us;)
			assert_true(clock_board_fired(board, clock->kind, clock_timer_version(clock), clock->next_us + 17, true));
}

/* As a daemon goes through it: timers between the facts. */
static void live(struct clock_board *board, int64_t until_us)
{
	begin(board);
	for (size_t i = 0; i < COUNT_OF(facts); i++) {
		fire_until(board, facts[i].at_us);
		clock_fact_apply(board, &facts[i], &version);
	}
	fire_until(board, until_us);
}

static void anew(struct clock_board *board)
{
	begin(board);
	for (size_t i = 0; i < COUNT_OF(facts); i++)
		clock_fact_apply(board, &facts[i], &version);
}

static void name(const char *member, const char *stored, const char *computed, void *context)
{
	char *names = context;
	strcat(names, *names ? " " : "");
	strcat(names, member);
}

/* As the store reads it. */
static struct clock stored(const struct clock *clock)
{
	struct clock copy = *clock;
	copy.terms_stored = clock->terms->number;
	copy.times_stored = clock->times->number;
	copy.terms = copy.times = NULL;
	return copy;
}

static const char *compare(const struct clock_board *board, const struct clock *clock)
{
	static char names[256];
	const struct clock kept = stored(clock);
	const struct clock *computed = clock_rebuild_find(board, clock->kind, clock->cycle);
	names[0] = '\0';
	assert_non_null(computed);
	clock_rebuild_compare(&kept, computed, name, names);
	return names;
}

/* When a timer fired does not go in. */
static void p1_equal_whenever_timers_fired(void **state)
{
	struct clock_board daemon, rebuilt;
	int breached = 0;
	anew(&rebuilt);
	for (int hours = 1; hours < 200; hours += 3) {
		live(&daemon, NINE + hours * US_PER_HOUR);
		assert_int_equal(daemon.clocks_count, rebuilt.clocks_count);
		for (int i = 0; i < daemon.clocks_count; i++) {
			check_text(clock_kind_name(daemon.clocks[i]->kind), compare(&rebuilt, daemon.clocks[i]), "");
			breached += daemon.clocks[i]->state == CLOCK_STATE_BREACHED;
		}
	}
	assert_true(breached > 0);
}

static void what_is_otherwise_is_named(void **state)
{
	struct clock_board daemon, rebuilt;
	anew(&rebuilt);
	live(&daemon, NINE + 100 * US_PER_HOUR);
	struct clock *open = clock_board_open(&daemon, CLOCK_PLATFORM_FAULT_MENDED);
	const struct clock was = *open;
	assert_int_equal(open->state, CLOCK_STATE_BREACHED);
	open->due_us++;
	check_text("due", compare(&rebuilt, open), "due_at");
	*open = was;
	open->started_us--;
	check_text("start", compare(&rebuilt, open), "started_at");
	*open = was;
	open->next_us++;
	check_text("the level that is to come", compare(&rebuilt, open), "next_at");
	*open = was;
	open->state = CLOCK_STATE_MET;
	open->met_us = open->ended_us = was.due_us;
	check_text("met", compare(&rebuilt, open), "state met_at ended_at");
	*open = was;
	open->breached_us = was.due_us;
	check_text("told before it was one", compare(&rebuilt, open), "breached_at");
	*open = was;
	open->provisional = !open->provisional;
	check_text("provisional", compare(&rebuilt, open), "provisional");
	*open = was;
	open->warned++;
	open->level++;
	open->revision++;
	open->breached_us++;
	check_text("the ledger", compare(&rebuilt, open), "");
}

/* Met late: the breach, and by how much. */
static void a_breach_without_a_timer(void **state)
{
	struct clock_board board;
	anew(&board);
	const struct clock *late = clock_rebuild_find(&board, CLOCK_FIRST_RESPONSE, 1);
	struct clock in_time = *late;
	assert_int_equal(late->state, CLOCK_STATE_MET_LATE);
	in_time.breached_us = 0;
	in_time.overdue_us = 0;
	check_text("breach", compare(&board, &in_time), "overdue_us breached_at");
}

static int setup(void **state)
{
	set = shipped_policies();
	calendar = weekdays(300);
	version = (struct clock_version){1, set, calendar};
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	calendar_free(calendar);
	free(set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(p1_equal_whenever_timers_fired),
	    cmocka_unit_test(what_is_otherwise_is_named),
	    cmocka_unit_test(a_breach_without_a_timer),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
