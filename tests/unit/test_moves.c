/* What another version of its platform does to a complaint's clocks: the rows of policy and calendar among the design's Moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/model/clock.h"
#include "tests/unit/check.h"
#include "tests/unit/clocks.h"

enum { MONDAY = 4, DAYS = 300 }; /* of 1970-01-05 */

#define AT(day, hour) ((MONDAY + (day)) * US_PER_DAY + (hour)*US_PER_HOUR) /* day 0: the Monday on which it begins */
#define END(day) AT(day, 18)
#define BEGIN AT(0, 9)

enum correction { NO_CORRECTION, WEDNESDAY_OFF, SATURDAY_WORKS };

static struct {
	struct arena *arena;
	struct policy_set *was, *is;
	struct clock_version before, after;
	struct calendar *calendars[2];
	struct clock_board board;
	struct clock *clock; /* first response, of five business days: due on the next Monday at 18:00 */
	int told;
	enum event_type event;
	enum cause cause;
	int64_t due_before_us;
} f;

static struct calendar *corrected(enum correction correction)
{
	struct calendar *calendar = calendar_new(0, DAYS * US_PER_DAY);
	for (int day = 0; day < DAYS; day++) {
		bool works = (day + 3) % 7 < 5;
		if (correction == WEDNESDAY_OFF && day == MONDAY + 2)
			works = false;
		if (correction == SATURDAY_WORKS && day == MONDAY + 5)
			works = true;
		calendar_put_day(calendar, day, day * US_PER_DAY, (day + 1) * US_PER_DAY);
		if (works)
			calendar_put_window(calendar, day * US_PER_DAY + 9 * US_PER_HOUR, day * US_PER_DAY + 18 * US_PER_HOUR);
	}
	assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
	return calendar;
}

static void take(struct clock *clock, const struct clock_effect *effect, void *context)
{
	f.told++;
	f.event = effect->event;
	f.cause = effect->cause;
	f.due_before_us = effect->due_before_us;
	assert_true(!effect->before || effect->before->due_us == effect->due_before_us);
}

static void give(struct policy_set *set, enum clock_kind kind, int64_t days)
{
	set->policies[set->standard].clocks[kind] =
	    (struct policy_clock){.unit = days ? TARGET_UNIT_BUSINESS_DAYS : TARGET_UNIT_UNSPECIFIED,
		.target = days,
		.ladder = set->policies[set->standard].clocks[kind].ladder,
		.effect = CLOCK_EFFECT_PROMISED};
}

static void begin(int64_t days, enum correction correction)
{
	memset(&f, 0, sizeof f);
	f.arena = arena_new(0);
	f.was = shipped_policies();
	f.is = shipped_policies();
	give(f.was, CLOCK_FIRST_RESPONSE, 5);
	give(f.is, CLOCK_FIRST_RESPONSE, days);
	f.calendars[0] = corrected(NO_CORRECTION);
	f.calendars[1] = corrected(correction);
	f.before = (struct clock_version){1, f.was, f.calendars[0]};
	f.after = (struct clock_version){2, f.is, f.calendars[1]};
	f.board = (struct clock_board){
	    .arena = f.arena, .version = &f.before, .policy = &f.was->policies[f.was->standard], .effect = take};
	struct event filed = event_empty(EVENT_COMPLAINT_CHANGED);
	filed.stage = STAGE_FILED;
	filed.occurred_at_us = BEGIN;
	clock_board_changed(&f.board, &filed);
	f.clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
	assert_int_equal(f.clock->due_us, END(7));
	struct clock *end_to_end = clock_board_open(&f.board, CLOCK_END_TO_END);
	end_to_end->state = CLOCK_STATE_MET; /* the one is enough */
	f.told = 0;
}

static void end(void)
{
	arena_free(f.arena);
	calendar_free(f.calendars[0]);
	calendar_free(f.calendars[1]);
	free(f.was);
	free(f.is);
}

static void move(int64_t at_us)
{
	clock_board_moved(&f.board, &f.after, "", at_us);
}

/* ---- the rows ---- */

#define CHANGED EVENT_DEADLINE_CHANGED
#define RECORDED EVENT_POLICY_MOVED
#define POLICY CAUSE_POLICY_CHANGED
#define CALENDAR CAUSE_CALENDAR_CORRECTED

static const struct {
	const char *what;
	int64_t days; /* of the new policy; it had 5 */
	enum correction correction;
	int64_t at_us, due_us;
	enum event_type event; /* EVENT_NONE: nothing has happened */
	enum cause cause;
	int terms, times; /* whose numbers the clock goes by then */
} rows[] = {
    {"a policy: earlier", 3, NO_CORRECTION, AT(1, 10), END(3), CHANGED, POLICY, 2, 2},
    {"a policy: earlier, at this very instant", 3, NO_CORRECTION, END(3), END(3), CHANGED, POLICY, 2, 2},
    {"a policy: earlier, but to before now", 1, NO_CORRECTION, AT(2, 10), END(7), RECORDED, POLICY, 1, 2},
    {"a policy: later", 6, NO_CORRECTION, AT(1, 10), END(7), RECORDED, POLICY, 1, 2},
    {"a policy: the same", 5, NO_CORRECTION, AT(1, 10), END(7), RECORDED, POLICY, 2, 2},
    {"a calendar: later", 5, WEDNESDAY_OFF, AT(1, 10), END(8), CHANGED, CALENDAR, 2, 2},
    {"a calendar: later, on the last day", 5, WEDNESDAY_OFF, END(7), END(8), CHANGED, CALENDAR, 2, 2},
    {"a calendar: earlier", 5, SATURDAY_WORKS, AT(1, 10), END(5), CHANGED, CALENDAR, 2, 2},
    {"a calendar: earlier, but to before now", 5, SATURDAY_WORKS, AT(6, 10), END(7), EVENT_NONE, 0, 1, 1},
    {"both: later, and then earlier", 3, WEDNESDAY_OFF, AT(1, 10), END(4), CHANGED, POLICY, 2, 2},
    {"both: later, and later no more", 6, WEDNESDAY_OFF, AT(1, 10), END(8), CHANGED, CALENDAR, 1, 2},
    {"both: earlier", 3, SATURDAY_WORKS, AT(1, 10), END(3), CHANGED, POLICY, 2, 2},
    {"both: by the calendar earlier, by the policy later", 6, SATURDAY_WORKS, AT(1, 10), END(5), CHANGED, CALENDAR, 1, 2},
    {"both: they end where it was", 4, WEDNESDAY_OFF, AT(1, 10), END(7), RECORDED, POLICY, 2, 2},
    {"one microsecond after it was due", 3, WEDNESDAY_OFF, END(7) + 1, END(7), EVENT_NONE, 0, 1, 1},
};

static void every_row(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin(rows[i].days, rows[i].correction);
		move(rows[i].at_us);
		bool one = f.told == (rows[i].event != EVENT_NONE); /* two causes in one fact are told once */
		if (!one || f.clock->due_us != rows[i].due_us || f.event * f.told != rows[i].event ||
		    (f.told && f.cause != rows[i].cause && rows[i].event == CHANGED) || f.clock->terms->number != rows[i].terms ||
		    f.clock->times->number != rows[i].times || f.clock->state != CLOCK_STATE_RUNNING)
			fail_msg("%s: told %d, event %d, cause %d, due on day %d, by the terms of %d and the times of %d",
			    rows[i].what, f.told, f.event, f.cause, (int)(f.clock->due_us / US_PER_DAY) - MONDAY,
			    f.clock->terms->number, f.clock->times->number);
		assert_true(!f.told || f.due_before_us == END(7));
		end();
	}
}

/* ---- what a move leaves, ends and begins ---- */

static void a_breach_stays_with_its_ladder(void **state)
{
	for (int64_t days = 0; days <= 3; days += 3) { /* the new policy has no such clock; or a shorter one */
		begin(days, WEDNESDAY_OFF);
		while (f.clock->state == CLOCK_STATE_RUNNING)
			assert_true(
			    clock_board_fired(&f.board, f.clock->kind, clock_timer_version(f.clock), f.clock->next_us, false));
		const struct clock before = *f.clock;
		assert_true(before.next_us > before.due_us); /* a level is to come */
		f.told = 0;
		move(END(7) + 60 * US_PER_SECOND);
		assert_memory_equal(f.clock, &before, sizeof before);
		assert_int_equal(f.told, 0);
		f.is->ladders_count = 0; /* whatever the new version's are */
		assert_true(clock_board_fired(&f.board, f.clock->kind, clock_timer_version(f.clock), before.next_us, false));
		assert_int_equal(f.event, EVENT_LADDER_STEP_TAKEN);
		end();
	}
}

/* The timer came before the move was heard of, which had its instant in time: the breach was none, whatever the timer said. */
static void a_move_that_is_heard_late_takes_a_breach_back(void **state)
{
	begin(5, WEDNESDAY_OFF);
	while (f.clock->state == CLOCK_STATE_RUNNING)
		assert_true(clock_board_fired(&f.board, f.clock->kind, clock_timer_version(f.clock), f.clock->next_us, false));
	f.told = 0;
	move(END(7) - US_PER_HOUR);
	assert_int_equal(f.told, 2);
	assert_int_equal(f.event, EVENT_DEADLINE_CHANGED);
	assert_int_equal(f.clock->state, CLOCK_STATE_RUNNING);
	assert_int_equal(f.clock->breached_us, 0);
	assert_int_equal(f.clock->due_us, END(8));
	assert_int_equal(f.clock->next_us, END(8) + 1);
	end();
}

static void what_the_policy_does_not_have_ends(void **state)
{
	begin(0, NO_CORRECTION);
	move(AT(1, 10));
	assert_int_equal(f.clock->state, CLOCK_STATE_CANCELLED);
	assert_int_equal(f.told, 1);
	assert_int_equal(f.event, EVENT_CLOCK_CANCELLED);
	assert_int_equal(f.cause, CAUSE_POLICY_CHANGED);
	assert_int_equal(f.clock->next_us, 0);
	end();
}

static void what_the_policy_newly_has_starts_now(void **state)
{
	begin(5, NO_CORRECTION);
	give(f.was, CLOCK_END_TO_END, 0);
	move(AT(1, 10));
	struct clock *clock = clock_board_open(&f.board, CLOCK_END_TO_END);
	assert_non_null(clock);
	assert_int_equal(clock->started_us, AT(1, 10));
	assert_int_equal(clock->terms->number, 2);
	end();
}

/* Half of its time was warned of; whether the move makes it shorter or longer, the same share is not warned of again. */
static void no_warning_comes_twice(void **state)
{
	static const struct {
		int64_t days;
		enum correction correction;
	} moves[] = {{4, NO_CORRECTION}, {5, WEDNESDAY_OFF}};
	for (int i = 0; i < 2; i++) {
		begin(moves[i].days, moves[i].correction);
		f.is->warnings_count = 3;
		memcpy(f.is->warn_percent, (int[]){20, 50, 80}, 3 * sizeof(int));
		f.was->warnings_count = 2;
		memcpy(f.was->warn_percent, (int[]){50, 80}, 2 * sizeof(int));
		f.clock->steps_done = 0; /* as it began, by these warnings */
		f.clock->next_us = AT(3, 9);
		assert_true(clock_board_fired(&f.board, f.clock->kind, clock_timer_version(f.clock), AT(3, 9), false));
		assert_int_equal(f.event, EVENT_CLOCK_WARNED);
		move(AT(3, 10));
		assert_int_equal(f.clock->steps_done, 2); /* the 80 of a hundred */
		assert_true(f.clock->next_us > AT(3, 10) && f.clock->next_us < f.clock->due_us);
		end();
	}
}

/* The policies of one complaint are those of its version; a name that the new one does not know is the standard one's. */
static void a_policy_is_found_by_its_name(void **state)
{
	begin(5, NO_CORRECTION);
	clock_board_triaged(&f.board, "complex", AT(0, 10));
	move(AT(1, 10));
	assert_ptr_equal(f.board.policy, policy_find(f.is, "complex"));
	end();
	begin(5, NO_CORRECTION);
	clock_board_triaged(&f.board, "complex", AT(0, 10));
	strcpy(f.is->policies[policy_find(f.is, "complex") - f.is->policies].id, "renamed");
	move(AT(1, 10));
	assert_ptr_equal(f.board.policy, &f.is->policies[f.is->standard]);
	end();
	begin(5, NO_CORRECTION);
	clock_board_moved(&f.board, &f.after, "complex", AT(1, 10)); /* said with the move */
	assert_ptr_equal(f.board.policy, policy_find(f.is, "complex"));
	end();
}

/* However often and between which versions it moves: never later by policies alone, and equal to the shortest that was in time. */
static void flapping_gains_no_time(void **state)
{
	begin(3, NO_CORRECTION);
	for (int i = 0; i < 100; i++)
		clock_board_moved(&f.board, i % 2 ? &f.before : &f.after, "", AT(1, 10) + i);
	assert_int_equal(f.clock->due_us, END(3));
	assert_int_equal(f.clock->cycle, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row),
	    cmocka_unit_test(a_breach_stays_with_its_ladder),
	    cmocka_unit_test(a_move_that_is_heard_late_takes_a_breach_back),
	    cmocka_unit_test(what_the_policy_does_not_have_ends),
	    cmocka_unit_test(what_the_policy_newly_has_starts_now),
	    cmocka_unit_test(no_warning_comes_twice),
	    cmocka_unit_test(a_policy_is_found_by_its_name),
	    cmocka_unit_test(flapping_gains_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
