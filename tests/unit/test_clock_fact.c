/* What is kept of the facts about a complaint is all that its clocks are made of: random histories, once as they are said and once
 * as they are kept. */
#include <stdlib.h>

#include "common/base/instant.h"
#include "common/model/clock_fact.h"
#include "tests/unit/check.h"
#include "tests/unit/clocks.h"

enum { HISTORIES = 2000, FACTS = 12, VERSIONS = 2 };

static struct policy_set *sets[VERSIONS];
static struct calendar *calendars[VERSIONS];
static struct clock_version versions[VERSIONS];

static uint64_t seed;

/* Knuth's MMIX: the same histories everywhere. */
static uint32_t pick(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33);
}

struct told {
	struct clock_board board;
	struct arena *arena;
	char text[16384];
};

static void tell(struct clock *clock, const struct clock_effect *effect, void *context)
{
	struct told *told = context;
	size_t used = strlen(told->text);
	snprintf(told->text + used, sizeof(told->text) - used, "%s %s/%d due %lld at %lld policy %s v%d overdue %lld\n",
	    event_type_short_name(effect->event), clock_kind_name(clock->kind), (int)clock->cycle, (long long)clock->due_us,
	    (long long)effect->at_us, clock->policy_id, (int)clock->terms->number, (long long)clock->overdue_us);
}

static void begin(struct told *told)
{
	*told = (struct told){.arena = arena_new(0)};
	told->board = (struct clock_board){
	    .arena = told->arena,
	    .version = &versions[0],
	    .policy = &sets[0]->policies[sets[0]->standard],
	    .effect = tell,
	    .context = told,
	};
}

/* As an engineer would say them in front of a board: the functions of clock.h, and the whole event. */
static void say_whole(struct clock_board *board, const struct event *event)
{
	if (event->type_id == EVENT_COMPLAINT_TRIAGED) {
		clock_board_triaged(board, event->policy_id, event->occurred_at_us);
		return;
	}
	if (clock_fact_moves(event) && board->version != &versions[event->policy_version - 1])
		clock_board_moved(board, &versions[event->policy_version - 1], event->policy_id, event->occurred_at_us);
	clock_board_changed(board, event);
}

/* Returns whether it counts. */
static bool say_kept(struct clock_board *board, const struct event *event)
{
	struct clock_fact fact = clock_fact_of(event);
	if (!clock_fact_counts(board, &fact))
		return false;
	clock_fact_apply(board, &fact, fact.version == 0 ? board->version : &versions[fact.version - 1]);
	return true;
}

static struct event random_fact(int64_t at_us, enum stage stage, struct event *said)
{
	struct event event = event_empty(pick() % 8 == 0 ? EVENT_COMPLAINT_TRIAGED : EVENT_COMPLAINT_CHANGED);
	*said = event_empty(EVENT_MESSAGE_POSTED);
	said->to_party = pick() % PARTY_COUNT;
	said->reached = pick() % 2;
	event.said = said;
	event.occurred_at_us = at_us;
	event.cause = pick() % 10 == 0 ? CAUSE_POLICY_MOVED : 1 + pick() % (CAUSE_COUNT - 1);
	event.actor.kind = pick() % ACTOR_KIND_COUNT;
	event.stage = pick() % 2 == 0 ? stage : 1 + pick() % (STAGE_COUNT - 1);
	event.answer = pick() % 3;
	if (pick() % 4 == 0) {
		event.clock = pick() % CLOCK_COUNT;
		event.cycle = pick() % 3;
	}
	static struct allowed_action appeal;
	event.reason = pick() % 20 == 0 ? REASON_NOBODY_APPEALED : pick() % REASON_COUNT;
	appeal = (struct allowed_action){.action = ACTION_APPEAL, .clock = pick() % 2 == 0 ? CLOCK_APPEAL : CLOCK_SECOND_APPEAL};
	event.actions = &appeal;
	event.actions_count = pick() % 2;
	event.policy_id = sets[0]->policies[pick() % sets[0]->policies_count].id;
	event.policy_version = 1 + pick() % VERSIONS;
	return event;
}

static void what_is_kept_is_all_that_clocks_are_made_of(void **state)
{
	int kept = 0, left = 0;
	seed = 20261128;
	for (int history = 0; history < HISTORIES; history++) {
		struct told whole, short_of_it;
		int64_t at_us = 4 * US_PER_DAY;
		begin(&whole);
		begin(&short_of_it);
		for (int i = 0; i < FACTS; i++) {
			struct event said, event = random_fact(at_us += pick() % (20 * US_PER_HOUR), whole.board.stage, &said);
			say_whole(&whole.board, &event);
			*(say_kept(&short_of_it.board, &event) ? &kept : &left) += 1;
		}
		check_text("history", short_of_it.text, whole.text);
		assert_memory_equal(whole.board.cycles, short_of_it.board.cycles, sizeof(whole.board.cycles));
		assert_ptr_equal(whole.board.policy, short_of_it.board.policy);
		arena_free(whole.arena);
		arena_free(short_of_it.arena);
	}
	assert_true(kept > HISTORIES && left > HISTORIES); /* both happen */
}

/* What a complaint is full of, and no clock hears of. */
static void an_urge_is_not_kept(void **state)
{
	static const enum cause never[] = {CAUSE_COMPLAINT_URGED, CAUSE_NOTICE_READ, CAUSE_ASSIGNMENT_CHANGED};
	struct told told;
	begin(&told);
	told.board.stage = STAGE_NEGOTIATING;
	for (size_t i = 0; i < COUNT_OF(never); i++) {
		struct clock_fact fact = {.cause = never[i], .stage = STAGE_NEGOTIATING, .policy_id = "standard"};
		assert_false(clock_fact_counts(&told.board, &fact));
	}
	arena_free(told.arena);
}

static int setup(void **state)
{
	for (int i = 0; i < VERSIONS; i++) {
		sets[i] = shipped_policies();
		calendars[i] = weekdays(300 + i);
		versions[i] = (struct clock_version){i + 1, sets[i], calendars[i]};
	}
	sets[1]->policies[sets[1]->standard].clocks[CLOCK_MERCHANT_ANSWER].target /= 2;
	return 0;
}

static int teardown(void **state)
{
	for (int i = 0; i < VERSIONS; i++) {
		calendar_free(calendars[i]);
		free(sets[i]);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_kept_is_all_that_clocks_are_made_of),
	    cmocka_unit_test(an_urge_is_not_kept),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
