/* What a ladder may never do: tell a level before its instant, or twice, in one cycle or the next. And what no urge does: be taken
 * more than once an hour, weigh more than the first, move a clock. */
#include <stdlib.h>

#include "common/base/instant.h"
#include "common/model/clock.h"
#include "common/model/lifecycle.h"
#include "tests/unit/clocks.h"
#include "tests/unit/history.h"
#include "tests/unit/shipped_rules.h"

#define HOUR US_PER_HOUR
#define LEVELS 5

/* A board that hears what intake has told, and remembers when each level of each cycle was told, and how often. */
static struct {
	struct policy_set *set;
	struct calendar *calendar;
	struct clock_version version;
	struct clock_board board;
	int times[4][LEVELS + 1];
	int64_t at_us[4][LEVELS + 1];
	int levels;
} f;

static void take(struct clock *clock, const struct clock_effect *effect, void *context)
{
	if (effect->event != EVENT_LADDER_STEP_TAKEN)
		return;
	assert_in_range(clock->cycle, 1, 3);
	assert_in_range(effect->level, 1, LEVELS);
	f.times[clock->cycle][effect->level]++;
	f.at_us[clock->cycle][effect->level] = effect->at_us;
	f.levels++;
}

static int setup(void **state)
{
	memset(&f, 0, sizeof(f));
	f.set = shipped_policies();
	f.calendar = weekdays(1600);
	f.version = (struct clock_version){1, f.set, f.calendar};
	history_setup(state);
	f.board = (struct clock_board){
	    .arena = arena, .version = &f.version, .policy = &f.set->policies[f.set->standard], .effect = take};
	return 0;
}

static int teardown(void **state)
{
	calendar_free(f.calendar);
	free(f.set);
	return history_teardown(state);
}

/* What the last decision has told of the complaint, to the board. */
static int hear(void)
{
	int heard = 0;
	for (size_t i = 0; i < last.told_count; i++) {
		struct event event = *last.told[i].event;
		if (event.type_id != EVENT_COMPLAINT_CHANGED)
			continue;
		event.occurred_at_us = now_us;
		clock_board_changed(&f.board, &event);
		heard++;
	}
	return heard;
}

static void change(enum event_type cause, enum actor_kind actor, enum stage stage)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = cause_of_event(cause);
	event.actor.kind = actor;
	event.stage = stage;
	event.occurred_at_us = now_us;
	clock_board_changed(&f.board, &event);
}

static struct clock *deciding(void)
{
	struct clock *clock = clock_board_open(&f.board, CLOCK_FINAL_DECISION);
	assert_non_null(clock);
	return clock;
}

static bool fire(struct clock *clock, int64_t version)
{
	return clock_board_fired(&f.board, clock->kind, version, clock->next_us, false);
}

/* Its timers, until that level has been told; 0: to the ladder's end. Each comes twice: the second time is stale. */
static void climb_to(struct clock *clock, int level)
{
	while (clock->next_us != 0 && (level == 0 || clock->level < level)) {
		int64_t version = clock_timer_version(clock);
		now_us = clock->next_us;
		assert_true(fire(clock, version));
		assert_false(fire(clock, version));
	}
}

static void want_levels(int cycle, int most)
{
	for (int level = 1; level <= LEVELS; level++)
		if (f.times[cycle][level] != (level <= most))
			fail_msg("cycle %d level %d: told %d times", cycle, level, f.times[cycle][level]);
}

/* ---- ladders ---- */

/* The second level waits as long as its ladder says, however late the first one's timer came. */
static void E4_each_level_waits_for_its_own_instant(void **state)
{
	change(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, STAGE_PLATFORM_REVIEW);
	struct clock *clock = deciding();
	const struct policy_ladder *ladder = &f.set->ladders[clock_terms(clock)->ladder];
	assert_int_equal(ladder->levels_count, LEVELS);
	climb_to(clock, 0);
	want_levels(1, LEVELS);
	for (int i = 0; i < LEVELS; i++) {
		int64_t since_us = f.at_us[1][i + 1] - clock->due_us - 1; /* the breach is a microsecond behind the due instant */
		if (since_us < ladder->levels[i].after_us - 1 || since_us > ladder->levels[i].after_us)
			fail_msg("level %d: %lld us after the breach, want %lld", i + 1, (long long)since_us,
			    (long long)ladder->levels[i].after_us);
	}
}

/* An act of the one who owes, and a level's timer, in both orders: never both. */
static void E4_an_act_that_races_a_level(void **state)
{
	for (int act_first = 0; act_first < 2; act_first++) {
		teardown(state);
		setup(state);
		change(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, STAGE_PLATFORM_REVIEW);
		struct clock *clock = deciding();
		climb_to(clock, 2);
		int64_t version = clock_timer_version(clock);
		now_us = clock->next_us;
		if (act_first)
			change(EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, STAGE_REMEDY_UNDER_WAY);
		assert_int_equal(clock_board_fired(&f.board, CLOCK_FINAL_DECISION, version, now_us, false), !act_first);
		if (!act_first)
			change(EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, STAGE_REMEDY_UNDER_WAY);
		assert_int_equal(clock->state, CLOCK_STATE_MET_LATE);
		assert_int_equal(clock->next_us, 0);
		want_levels(1, act_first ? 2 : 3);
	}
}

/* What was said long before it reached us makes no level due: its clocks begin with the filing as it reached us. */
static void E5_S7_a_backdated_complaint_is_told_no_level(void **state)
{
	int64_t due_us[2];
	for (int backdated = 0; backdated < 2; backdated++) {
		teardown(state);
		setup(state);
		record_order();
		struct event event = filing(ID);
		event.occurred_at_us = backdated ? now_us - 5 * US_PER_DAY : now_us;
		say(event);
		want_stage(ID, STAGE_FILED);
		assert_int_equal(get(ID)->complained_at_us, event.occurred_at_us);
		assert_int_equal(get(ID)->received_at_us, now_us);
		assert_int_equal(hear(), 1);
		struct clock *clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
		assert_non_null(clock);
		assert_int_equal(clock->started_us, now_us);
		assert_true(clock->next_us > now_us);
		due_us[backdated] = clock->due_us;
		assert_int_equal(f.levels, 0);
	}
	assert_int_equal(due_us[0], due_us[1]);
}

/* A new cycle climbs from its first level, whether the cycle before had told some or none; what was armed for that one is stale. */
static void E6_a_new_cycle_climbs_anew(void **state)
{
	static const int climbed[] = {0, 3, LEVELS};
	int64_t stale[COUNT_OF(climbed)];
	for (size_t i = 0; i < COUNT_OF(climbed); i++) {
		change(EVENT_RESOLUTION_DISPUTED, ACTOR_KIND_COMPLAINANT, STAGE_PLATFORM_REVIEW);
		struct clock *clock = deciding();
		assert_int_equal(clock->cycle, (int)i + 1);
		assert_int_equal(clock->level, 0);
		for (size_t before = 0; before < i; before++)
			assert_false(fire(clock, stale[before]));
		stale[i] = clock_timer_version(clock);
		if (climbed[i] > 0)
			climb_to(clock, climbed[i]);
		want_levels((int)i + 1, climbed[i]);
		now_us += HOUR / 2;
		change(EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, STAGE_REMEDY_UNDER_WAY);
	}
}

/* ---- urging ---- */

/* A hundred in ten hours: one an hour is taken, and counted; no clock has another due instant, step or timer by any of them. */
static void A2_a_hundred_urges_move_no_clock(void **state)
{
	come_to_review();
	assert_true(hear() > 0);
	struct clock *clock = deciding();
	const struct clock before = *clock;
	int taken = 0;
	for (int i = 0; i < 100; i++, now_us += HOUR / 10) {
		say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
		if (last.outcome == TURN_DONE)
			taken += hear();
		else
			want_refused(REFUSAL_URGED_TOO_SOON);
	}
	assert_int_equal(taken, 10);
	assert_int_equal(get(ID)->urges, 10);
	assert_ptr_equal(deciding(), clock);
	assert_int_equal(clock->due_us, before.due_us);
	assert_int_equal(clock->next_us, before.next_us);
	assert_int_equal(clock_timer_version(clock), clock_timer_version(&before));
	assert_int_equal(f.levels, 0);
}

/* Its weight is bounded: by the shipped rules the first urge raises the priority, the hundredth does not. */
static void A2_a_hundred_urges_weigh_as_one(void **state)
{
	static const int urges[] = {0, 1, 2, 100};
	int32_t priority[COUNT_OF(urges)];
	void *rules;
	assert_int_equal(shipped_rules_open(&rules), 0);
	for (size_t i = 0; i < COUNT_OF(urges); i++) {
		struct event complaint = event_empty(EVENT_COMPLAINT_CHANGED);
		struct rules_result result;
		complaint.urges = urges[i];
		shipped_rules_evaluate(arena, rules, &complaint, &result);
		priority[i] = result.priority;
	}
	shipped_rules_close(&rules);
	assert_true(priority[1] > priority[0]);
	assert_int_equal(priority[2], priority[1]);
	assert_int_equal(priority[3], priority[1]);
}

#define LADDER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    LADDER_TEST(E4_each_level_waits_for_its_own_instant),
	    LADDER_TEST(E4_an_act_that_races_a_level),
	    LADDER_TEST(E5_S7_a_backdated_complaint_is_told_no_level),
	    LADDER_TEST(E6_a_new_cycle_climbs_anew),
	    LADDER_TEST(A2_a_hundred_urges_move_no_clock),
	    LADDER_TEST(A2_a_hundred_urges_weigh_as_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
