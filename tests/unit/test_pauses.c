/* Clocks that stand still: who begins and ends a pause, what it does to a due instant, how often and how long. The calendar: Monday
 * to Friday, 9 to 18. */
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

#define HOUR US_PER_HOUR
#define MONDAY 4
#define AT(day, hour) ((MONDAY + (day)) * US_PER_DAY + (hour)*HOUR) /* day 0: the Monday on which it begins */
#define OPEN INT64_MAX

static struct {
	struct clock_board board;
	struct arena *arena;
	struct policy_set *set;
	struct calendar *calendar;
	struct clock_version version, again; /* again: the same under another number */
	char told[8192];
} f;

static void take(struct clock *clock, const struct clock_effect *effect, void *context)
{
	size_t used = strlen(f.told);
	snprintf(f.told + used, sizeof(f.told) - used, "%s %s%s\n", event_type_short_name(effect->event),
	    clock_kind_name(clock->kind), effect->cause == CAUSE_PAUSE_CAPPED ? " capped" : "");
}

static void expect_told(const char *want)
{
	assert_string_equal(f.told, want);
	f.told[0] = '\0';
}

static void begin(void)
{
	memset(&f, 0, sizeof f);
	f.arena = arena_new(0);
	f.set = shipped_policies();
	f.calendar = weekdays(300);
	f.version = (struct clock_version){1, f.set, f.calendar};
	f.again = (struct clock_version){2, f.set, f.calendar};
	f.board = (struct clock_board){
	    .arena = f.arena, .version = &f.version, .policy = &f.set->policies[f.set->standard], .effect = take};
}

static void end(void)
{
	arena_free(f.arena);
	calendar_free(f.calendar);
	free(f.set);
}

static void say_to(enum event_type cause, enum actor_kind actor, enum party to, enum stage stage, int64_t at_us)
{
	struct event said = event_empty(cause), event = event_empty(EVENT_COMPLAINT_CHANGED);
	said.to_party = to;
	event.said = &said;
	event.cause = cause_of_event(cause);
	event.actor.kind = actor;
	event.stage = stage;
	event.occurred_at_us = at_us;
	clock_board_changed(&f.board, &event);
}

static void say(enum event_type cause, enum actor_kind actor, enum stage stage, int64_t at_us)
{
	say_to(cause, actor, PARTY_UNSPECIFIED, stage, at_us);
}

/* It lies with the platform: to be decided within 24 hours. */
static struct clock *review(int64_t at_us)
{
	say(EVENT_STEP_IN_ASKED, ACTOR_KIND_COMPLAINANT, STAGE_PLATFORM_REVIEW, at_us);
	f.told[0] = '\0';
	return clock_board_open(&f.board, CLOCK_FINAL_DECISION);
}

static void ask_evidence(int64_t at_us)
{
	say_to(EVENT_EVIDENCE_REQUESTED, ACTOR_KIND_PLATFORM_PERSON, PARTY_COMPLAINANT, STAGE_PLATFORM_REVIEW, at_us);
}

static void send_evidence(int64_t at_us)
{
	say(EVENT_EVIDENCE_ADDED, ACTOR_KIND_COMPLAINANT, STAGE_PLATFORM_REVIEW, at_us);
}

static bool fire(struct clock *clock)
{
	return clock_board_fired(&f.board, clock->kind, clock_timer_version(clock), clock->next_us, false);
}

/* ---- the arithmetic ---- */

static const struct {
	const char *what;
	enum target_unit unit;
	int64_t start_us, amount;
	struct calendar_pause pauses[3];
	int count;
	int64_t due_us; /* 0: none, a pause has no end */
} sums[] = {
    {"elapsed: all of it counts", TARGET_UNIT_ELAPSED, AT(0, 9), 24 * HOUR, {{AT(0, 12), AT(0, 15)}}, 1, AT(1, 12)},
    {"elapsed: two, apart", TARGET_UNIT_ELAPSED, AT(0, 9), 24 * HOUR, {{AT(0, 12), AT(0, 15)}, {AT(1, 0), AT(1, 1)}}, 2, AT(1, 13)},
    {"elapsed: after the due instant", TARGET_UNIT_ELAPSED, AT(0, 9), 2 * HOUR, {{AT(0, 12), OPEN}}, 1, AT(0, 11)},
    {"elapsed: at the due instant", TARGET_UNIT_ELAPSED, AT(0, 9), 3 * HOUR, {{AT(0, 12), OPEN}}, 1, AT(0, 12)},
    {"elapsed: without an end", TARGET_UNIT_ELAPSED, AT(0, 9), 4 * HOUR, {{AT(0, 12), OPEN}}, 1, 0},
    {"elapsed: from before its start", TARGET_UNIT_ELAPSED, AT(0, 9), 4 * HOUR, {{AT(0, 8), AT(0, 10)}}, 1, AT(0, 14)},
    {"time: over a weekend only its working hours", TARGET_UNIT_BUSINESS_TIME, AT(4, 10), 9 * HOUR, {{AT(4, 17), AT(7, 10)}}, 1,
	AT(7, 12)},
    {"time: a weekend's pause is none", TARGET_UNIT_BUSINESS_TIME, AT(4, 10), 9 * HOUR, {{AT(5, 0), AT(7, 0)}}, 1, AT(7, 10)},
    {"days: paused over one day's end", TARGET_UNIT_BUSINESS_DAYS, AT(0, 10), 2, {{AT(1, 17), AT(2, 10)}}, 1, AT(3, 18)},
    {"days: paused within a day, that day counts", TARGET_UNIT_BUSINESS_DAYS, AT(0, 10), 2, {{AT(1, 9), AT(1, 17)}}, 1, AT(2, 18)},
    {"days: from exactly a day's end, it counts", TARGET_UNIT_BUSINESS_DAYS, AT(0, 10), 2, {{AT(1, 18), AT(2, 9)}}, 1, AT(2, 18)},
    {"days: until exactly a day's end, it does not", TARGET_UNIT_BUSINESS_DAYS, AT(0, 10), 2, {{AT(1, 9), AT(1, 18)}}, 1,
	AT(3, 18)},
    {"days: on the day of receipt", TARGET_UNIT_BUSINESS_DAYS, AT(0, 10), 2, {{AT(0, 11), AT(1, 9)}}, 1, AT(2, 18)},
    {"days: over a weekend", TARGET_UNIT_BUSINESS_DAYS, AT(3, 10), 1, {{AT(4, 12), AT(6, 12)}}, 1, AT(7, 18)},
    {"days: without an end", TARGET_UNIT_BUSINESS_DAYS, AT(0, 10), 2, {{AT(1, 9), OPEN}}, 1, 0},
};

static void P2_what_lies_in_a_pause_is_not_counted(void **state)
{
	begin();
	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
		int64_t due_us = 0;
		enum calendar_error error = calendar_add_apart(
		    f.calendar, sums[i].unit, sums[i].start_us, sums[i].amount, sums[i].pauses, sums[i].count, &due_us);
		if (due_us != sums[i].due_us || error != (sums[i].due_us ? CALENDAR_OK : CALENDAR_PAUSED))
			fail_msg("%s: %s, day %d %d:00", sums[i].what, calendar_error_name(error),
			    (int)(due_us / US_PER_DAY) - MONDAY, (int)(due_us % US_PER_DAY / HOUR));
	}
	end();
}

static int64_t drawn(uint64_t *seed, int64_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)(*seed >> 33) % below;
}

/* Until its due instant exactly the amount has run, whatever the unit and the pauses; a longer amount is due no earlier. */
static void T1_elapsed_of_add_is_the_amount(void **state)
{
	uint64_t seed = 20261128;
	begin();
	for (int i = 0; i < 20000; i++) {
		struct calendar_pause pauses[4];
		enum target_unit unit = (enum target_unit)(TARGET_UNIT_ELAPSED + drawn(&seed, 3));
		int64_t start_us = AT(0, 0) + drawn(&seed, 40 * 24) * HOUR, at_us = start_us - 10 * HOUR, due_us, later_us, run;
		int64_t amount = unit == TARGET_UNIT_BUSINESS_DAYS ? 1 + drawn(&seed, 9) : (1 + drawn(&seed, 90)) * HOUR / 3;
		int count = (int)drawn(&seed, 5);
		for (int p = 0; p < count; p++) {
			pauses[p].from_us = at_us += (1 + drawn(&seed, 40)) * HOUR;
			pauses[p].until_us = at_us += (1 + drawn(&seed, 60)) * HOUR / 2;
		}
		assert_int_equal(calendar_add_apart(f.calendar, unit, start_us, amount, pauses, count, &due_us), CALENDAR_OK);
		assert_int_equal(calendar_elapsed_apart(f.calendar, unit, start_us, due_us, pauses, count, &run), CALENDAR_OK);
		assert_int_equal(run, amount);
		assert_int_equal(calendar_add_apart(f.calendar, unit, start_us, amount + 1, pauses, count, &later_us), CALENDAR_OK);
		assert_true(later_us > due_us);
	}
	end();
}

/* ---- one clock ---- */

static void P7_a_reply_ends_the_pause_at_its_instant(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	assert_int_equal(clock->due_us, AT(1, 9));
	ask_evidence(AT(0, 11));
	expect_told("clock_paused final_decision\n");
	assert_int_equal(clock->state, CLOCK_STATE_PAUSED);
	assert_int_equal(clock->due_us, 0);
	int64_t left, due_us;
	assert_true(clock_left(clock, AT(0, 20), &left, &due_us));
	assert_int_equal(left, 22 * HOUR);
	assert_int_equal(due_us, AT(1, 18));
	say(EVENT_EVIDENCE_ADDED, ACTOR_KIND_MERCHANT_PERSON, STAGE_PLATFORM_REVIEW, AT(1, 9)); /* not who is waited for */
	assert_int_equal(clock->state, CLOCK_STATE_PAUSED);
	send_evidence(AT(1, 11));
	expect_told("clock_resumed final_decision\n");
	assert_int_equal(clock->due_us, AT(2, 9));
	assert_int_equal(clock->next_us, AT(1, 21)); /* half of what counts has passed */
	end();
}

/* What pauses nothing: what a program asks, what the merchant is asked; each other way to the end of a pause. */
static void P7_who_begins_and_ends_one(void **state)
{
	static const struct {
		enum event_type cause;
		enum actor_kind actor;
		enum party to;
		enum stage into;
		bool ends;
	} rows[] = {
	    {EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT, PARTY_PLATFORM, STAGE_PLATFORM_REVIEW, true},
	    {EVENT_MESSAGE_POSTED, ACTOR_KIND_MERCHANT_PERSON, PARTY_PLATFORM, STAGE_PLATFORM_REVIEW, false},
	    {EVENT_EVIDENCE_ADDED, ACTOR_KIND_COMPLAINANT, 0, STAGE_PLATFORM_REVIEW, true},
	    {EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT, 0, STAGE_PLATFORM_REVIEW, false},
	    {EVENT_EVIDENCE_REQUEST_WITHDRAWN, ACTOR_KIND_PLATFORM_PERSON, PARTY_COMPLAINANT, STAGE_PLATFORM_REVIEW, true},
	    {EVENT_EVIDENCE_REQUEST_WITHDRAWN, ACTOR_KIND_PLATFORM_PERSON, PARTY_MERCHANT, STAGE_PLATFORM_REVIEW, false},
	    {EVENT_FINDING_GIVEN, ACTOR_KIND_PLATFORM_PERSON, 0, STAGE_PRELIMINARY_FINDING, true}, /* the stage is left */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		struct clock *clock = review(AT(0, 9));
		say_to(EVENT_EVIDENCE_REQUESTED, ACTOR_KIND_PLATFORM_PROGRAM, PARTY_COMPLAINANT, STAGE_PLATFORM_REVIEW, AT(0, 10));
		say_to(EVENT_EVIDENCE_REQUESTED, ACTOR_KIND_PLATFORM_PERSON, PARTY_MERCHANT, STAGE_PLATFORM_REVIEW, AT(0, 10));
		assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
		ask_evidence(AT(0, 11));
		assert_int_equal(clock->state, CLOCK_STATE_PAUSED);
		say_to(rows[i].cause, rows[i].actor, rows[i].to, rows[i].into, AT(0, 12));
		if ((clock->state == CLOCK_STATE_RUNNING) != rows[i].ends)
			fail_msg("%s by %s: %s", event_type_short_name(rows[i].cause), actor_kind_name(rows[i].actor),
			    clock_state_name(clock->state));
		assert_true(!rows[i].ends || clock->due_us == AT(1, 10));
		end();
	}
}

/* At the end of the fifth business day it goes on by itself, by its timer or whoever speaks first; then no more. */
static void P7_the_cap_ends_a_pause(void **state)
{
	for (int by_timer = 0; by_timer < 2; by_timer++) {
		begin();
		struct clock *clock = review(AT(0, 9));
		ask_evidence(AT(0, 11));
		assert_int_equal(clock->next_us, AT(7, 18)); /* a weekend between */
		f.told[0] = '\0';
		if (by_timer)
			assert_true(fire(clock));
		else
			say(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT, STAGE_PLATFORM_REVIEW, AT(7, 18) + 1);
		expect_told("clock_resumed final_decision capped\n");
		assert_int_equal(clock->due_us, AT(7, 18) + 22 * HOUR);
		ask_evidence(AT(7, 19));
		expect_told("clock_paused final_decision capped\n"); /* taken, and pauses nothing */
		assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
		assert_int_equal(clock->due_us, AT(7, 18) + 22 * HOUR);
		end();
	}
}

static void P7_two_pauses_a_clock(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	for (int i = 0; i < 2; i++) {
		ask_evidence(AT(0, 10 + 2 * i));
		send_evidence(AT(0, 11 + 2 * i));
	}
	assert_int_equal(clock->due_us, AT(1, 11));
	f.told[0] = '\0';
	ask_evidence(AT(0, 14));
	expect_told("clock_paused final_decision capped\n");
	assert_int_equal(clock->due_us, AT(1, 11));
	f.set->pauses.most = 3; /* by the policy's figures, from scratch */
	send_evidence(AT(0, 15));
	assert_int_equal(clock->due_us, AT(1, 12));
	end();
}

/* ---- the matrix, cell by cell ---- */

#define W(name) (1u << WAIT_##name)
static const struct {
	enum clock_kind kind;
	enum stage stage;
	const char *policy;
	uint32_t pauses;
} cells[] = {
    {CLOCK_FIRST_RESPONSE, STAGE_FILED, "standard", 0},
    {CLOCK_MERCHANT_ANSWER, STAGE_NEGOTIATING, "standard", W(EVIDENCE)},
    {CLOCK_ANSWER_TO_DEFENCE, STAGE_MERCHANT_ANSWERED, "standard", 0},
    {CLOCK_PLATFORM_FAULT_MENDED, STAGE_PLATFORM_REVIEW, "platform_fault", W(INSPECTION) | W(MEDIATION) | W(INQUIRY)},
    {CLOCK_LATE_DELIVERY_VERIFIED, STAGE_PLATFORM_REVIEW, "late_delivery", W(INSPECTION) | W(MEDIATION) | W(INQUIRY)},
    {CLOCK_PRELIMINARY_FINDING, STAGE_PLATFORM_REVIEW, "complex", W(EVIDENCE) | W(INSPECTION) | W(MEDIATION) | W(INQUIRY)},
    {CLOCK_FINAL_DECISION, STAGE_PLATFORM_REVIEW, "standard", W(EVIDENCE) | W(INSPECTION) | W(MEDIATION) | W(INQUIRY)},
    {CLOCK_END_TO_END, STAGE_FILED, "standard", W(EVIDENCE) | W(ANSWER) | W(INSPECTION) | W(MEDIATION)},
    {CLOCK_ORDER_AWAITED, STAGE_AWAITING_ORDER, "standard", 0},
    {CLOCK_MANUAL_ADMISSION, STAGE_MANUAL_ADMISSION, "standard", 0},
    {CLOCK_REMEDY_CARRIED_OUT, STAGE_REMEDY_UNDER_WAY, "standard", 0},
    {CLOCK_CONFIRMATION, STAGE_AWAITING_CONFIRMATION, "standard", 0},
};

/* Every clock that waits has a length for whatever it waits for. */
static void give_lengths(void)
{
	static const enum clock_kind kinds[] = {CLOCK_INSPECTION, CLOCK_INQUIRY, CLOCK_EXTERNAL_MEDIATION};
	for (int p = 0; p < f.set->policies_count; p++)
		for (int i = 0; i < 3; i++)
			f.set->policies[p].clocks[kinds[i]] =
			    (struct policy_clock){.unit = TARGET_UNIT_BUSINESS_DAYS, .target = 5, .ladder = -1};
}

static void wait_for(enum wait_kind kind, int64_t from_us)
{
	static const enum clock_kind lengths[WAIT_COUNT] = {[WAIT_ANSWER] = CLOCK_ANSWER_TO_OFFER,
	    [WAIT_INSPECTION] = CLOCK_INSPECTION,
	    [WAIT_MEDIATION] = CLOCK_EXTERNAL_MEDIATION,
	    [WAIT_INQUIRY] = CLOCK_INQUIRY};
	struct clock_wait *wait = waits_put(&f.board.waits, f.arena);
	wait->kind = kind;
	wait->length = lengths[kind];
	wait->from_us = from_us;
}

static void P3_clock_by_what_is_waited_for(void **state)
{
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		for (enum wait_kind kind = 1; kind < WAIT_COUNT; kind++) {
			begin();
			give_lengths();
			f.board.policy = policy_find(f.set, cells[i].policy);
			say(EVENT_COMPLAINT_FILED, ACTOR_KIND_OMBUD, cells[i].stage, AT(0, 9));
			struct clock *clock = clock_board_open(&f.board, cells[i].kind);
			assert_non_null(clock);
			f.board.waits.count = 0; /* the stage's own */
			wait_for(kind, AT(0, 9) + HOUR / 2);
			say(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT, cells[i].stage, AT(0, 9) + HOUR / 2);
			bool want = (cells[i].pauses & 1u << kind) != 0;
			if ((clock->state == CLOCK_STATE_PAUSED) != want)
				fail_msg("%s, %s: %s", clock_kind_name(cells[i].kind), wait_kind_name(kind),
				    clock_state_name(clock->state));
			end();
		}
}

/* The clock starts while what it waits for lasts already: it is told, and stands still. */
static void P4_born_paused(void **state)
{
	begin();
	struct policy_clock *decision = &f.set->policies[f.set->standard].clocks[CLOCK_FINAL_DECISION];
	decision->unit = TARGET_UNIT_UNSPECIFIED;
	review(AT(0, 9));
	ask_evidence(AT(0, 10));
	expect_told("");
	f.set->policies[1] = f.set->policies[f.set->standard]; /* another policy has what this one had not */
	snprintf(f.set->policies[1].id, sizeof f.set->policies[1].id, "other");
	f.set->policies[1].clocks[CLOCK_FINAL_DECISION].unit = TARGET_UNIT_ELAPSED;
	f.board.cycles[CLOCK_FIRST_RESPONSE] = 1;
	clock_board_moved(&f.board, &f.again, "other", AT(0, 11));
	expect_told("clocks_started final_decision\nclock_paused final_decision\n");
	struct clock *clock = clock_board_open(&f.board, CLOCK_FINAL_DECISION);
	assert_int_equal(clock->state, CLOCK_STATE_PAUSED);
	assert_int_equal(clock->paused_us, clock->started_us);
	send_evidence(AT(0, 15));
	assert_int_equal(clock->due_us, AT(1, 15));
	end();
}

/* Between the claim of a timer and its firing the clock was paused: the timer is of another revision. */
static void P5_what_stands_still_does_not_fire(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	int64_t version = clock_timer_version(clock), next_us = clock->next_us;
	ask_evidence(next_us);
	assert_false(clock_board_fired(&f.board, clock->kind, version, next_us, false));
	expect_told("clock_paused final_decision\n");
	end();
}

/* ... or it fired, and the fact that came in time was learnt behind it. */
static void P5_a_breach_is_taken_back(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	while (clock->state == CLOCK_STATE_RUNNING)
		fire(clock);
	assert_true(fire(clock)); /* its first level */
	f.told[0] = '\0';
	ask_evidence(AT(1, 8));
	expect_told("breach_withdrawn final_decision\nclock_paused final_decision\n");
	send_evidence(AT(2, 8));
	assert_int_equal(clock->due_us, AT(2, 9));
	f.told[0] = '\0';
	while (clock->state == CLOCK_STATE_RUNNING)
		fire(clock);
	assert_true(fire(clock));
	assert_non_null(strstr(f.told, "clock_breached final_decision\nladder_step_taken final_decision\n"));
	assert_int_equal(clock->level, 2); /* what was told once is not told again */
	end();
}

static void a_pause_after_a_breach_stops_the_ladder_only(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	while (clock->level < 1)
		fire(clock);
	int64_t next_us = clock->next_us; /* the second level: four hours after */
	assert_int_equal(next_us, AT(1, 13));
	f.told[0] = '\0';
	ask_evidence(AT(1, 10));
	expect_told("clock_paused final_decision\n");
	assert_int_equal(clock->state, CLOCK_STATE_BREACHED);
	assert_int_equal(clock->due_us, AT(1, 9));
	send_evidence(AT(1, 12));
	assert_int_equal(clock->due_us, AT(1, 9));
	assert_int_equal(clock->next_us, AT(1, 15));
	end();
}

/* Closed time and time waited for others stay apart from what the complainant took. */
static void P6_each_kind_for_itself(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	ask_evidence(AT(0, 10));
	say(EVENT_INSPECTION_ORDERED, ACTOR_KIND_PLATFORM_PERSON, STAGE_INSPECTION, AT(0, 12)); /* its stage is left */
	say(EVENT_INSPECTION_REPORTED, ACTOR_KIND_INSPECTOR, STAGE_PLATFORM_REVIEW, AT(0, 15));
	const struct clock_pauses pauses = clock_pauses(clock, &f.board.waits, f.arena);
	assert_int_equal(pauses.count, 2);
	assert_int_equal(pauses.apart_count, 1); /* adjacent ones are one */
	int64_t sums_us[WAIT_COUNT] = {0};
	for (int i = 0; i < pauses.count; i++)
		sums_us[pauses.list[i].wait->kind] += pauses.list[i].until_us - pauses.list[i].from_us;
	assert_int_equal(sums_us[WAIT_EVIDENCE], 2 * HOUR);
	assert_int_equal(sums_us[WAIT_INSPECTION], 3 * HOUR);
	assert_int_equal(clock->due_us, AT(1, 14));
	end();
}

/* However often its version moves between the steps of a history: the due instant of the history that never moved. */
static void P1_a_swap_forgets_no_pause(void **state)
{
	static const int64_t asked[] = {AT(0, 10), AT(1, 8)}, sent[] = {AT(0, 13), AT(2, 8)};
	int64_t want_us = 0;
	for (int swap = 0; swap <= 5; swap++) {
		begin();
		struct clock *clock = review(AT(0, 9));
		for (int step = 1; step <= 4; step++) {
			int round = (step - 1) / 2;
			if (swap == step)
				clock_board_moved(&f.board, &f.again, "", (step % 2 ? asked : sent)[round]);
			if (step % 2)
				ask_evidence(asked[round]);
			else
				send_evidence(sent[round]);
		}
		if (swap == 5)
			clock_board_moved(&f.board, &f.again, "", AT(2, 8));
		if (swap == 0)
			want_us = clock->due_us;
		assert_int_equal(clock->due_us, want_us);
		assert_int_equal(clock->due_us, AT(1, 9) + 27 * HOUR);
		assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
		end();
	}
}

/* An offer holds the whole way, under the 72 hours that it may be answered in, and outside the cap. */
static void an_answer_is_waited_for_as_long_as_it_may_take(void **state)
{
	begin();
	say(EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, AT(0, 9));
	struct clock *clock = clock_board_open(&f.board, CLOCK_END_TO_END);
	int64_t due_us = clock->due_us;
	assert_int_equal(due_us, AT(9, 18));
	f.told[0] = '\0';
	say(EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON, STAGE_MERCHANT_ANSWERED, AT(0, 12));
	assert_int_equal(clock->state, CLOCK_STATE_PAUSED);
	assert_int_equal(clock->next_us, AT(3, 12));
	assert_true(fire(clock));
	assert_int_equal(clock->due_us, AT(11, 18)); /* two days' ends lay in it, and no weekend more */
	end();
}

/* Pauses are instants to the microsecond, no hours of a day: none is rounded, and no switch of a zone touches them. */
static void P8_instants_not_hours(void **state)
{
	begin();
	struct clock *clock = review(AT(0, 9));
	ask_evidence(AT(0, 11) + 7);
	send_evidence(AT(0, 11) + 11);
	assert_int_equal(clock->due_us, AT(1, 9) + 4);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(P2_what_lies_in_a_pause_is_not_counted),
	    cmocka_unit_test(T1_elapsed_of_add_is_the_amount),
	    cmocka_unit_test(P7_a_reply_ends_the_pause_at_its_instant),
	    cmocka_unit_test(P7_who_begins_and_ends_one),
	    cmocka_unit_test(P7_the_cap_ends_a_pause),
	    cmocka_unit_test(P7_two_pauses_a_clock),
	    cmocka_unit_test(P3_clock_by_what_is_waited_for),
	    cmocka_unit_test(P4_born_paused),
	    cmocka_unit_test(P5_what_stands_still_does_not_fire),
	    cmocka_unit_test(P5_a_breach_is_taken_back),
	    cmocka_unit_test(a_pause_after_a_breach_stops_the_ladder_only),
	    cmocka_unit_test(P6_each_kind_for_itself),
	    cmocka_unit_test(P1_a_swap_forgets_no_pause),
	    cmocka_unit_test(an_answer_is_waited_for_as_long_as_it_may_take),
	    cmocka_unit_test(P8_instants_not_hours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
