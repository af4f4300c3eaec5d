/* The table of clocks: what starts each, whose act stops it, what its silence asks; and the board: warned, breached, met, late,
 * withdrawn, moved, climbed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/model/clock.h"
#include "common/model/lifecycle.h"
#include "common/model/policy.h"
#include "tests/unit/clocks.h"

#define HOUR US_PER_HOUR
#define DAY US_PER_DAY
#define MONDAY (4 * DAY) /* 1970-01-05 00:00 */
#define NINE (MONDAY + 9 * HOUR)

/* ---- a board that remembers its effects as text ---- */

struct fixture {
	struct clock_board board;
	struct arena *arena;
	struct policy_set *set;
	struct calendar *calendar;
	struct clock_version version;
	char told[8192];
};

static void tell(struct clock *clock, const struct clock_effect *effect, void *context)
{
	struct fixture *f = context;
	size_t used = strlen(f->told);
	used += snprintf(
	    f->told + used, sizeof(f->told) - used, "%s %s", event_type_short_name(effect->event), clock_kind_name(clock->kind));
	if (effect->event == EVENT_CLOCK_WARNED)
		used += snprintf(f->told + used, sizeof(f->told) - used, " %d", effect->percent);
	if (effect->event == EVENT_LADDER_STEP_TAKEN)
		used += snprintf(f->told + used, sizeof(f->told) - used, " %d %s", effect->level, effect->role);
	if (effect->event == EVENT_SILENCE_REACHED)
		used += snprintf(f->told + used, sizeof(f->told) - used, " %s", silence_ground_name(effect->ground));
	snprintf(f->told + used, sizeof(f->told) - used, "%s%s\n", effect->skipped ? " skipped" : "", effect->late ? " late" : "");
}

static void setup(struct fixture *f)
{
	*f = (struct fixture){.arena = arena_new(0), .set = shipped_policies(), .calendar = weekdays(300)};
	f->version = (struct clock_version){1, f->set, f->calendar};
	f->board = (struct clock_board){
	    .arena = f->arena,
	    .version = &f->version,
	    .policy = &f->set->policies[f->set->standard],
	    .effect = tell,
	    .context = f,
	};
}

static void teardown(struct fixture *f)
{
	arena_free(f->arena);
	calendar_free(f->calendar);
	free(f->set);
}

static void use_policy(struct fixture *f, const char *id)
{
	f->board.policy = policy_find(f->set, id);
}

/* Intake says: this cause, by that actor, into this stage, at that instant. */
static struct event change(enum event_type cause, enum actor_kind actor, enum stage stage, int64_t at_us)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = cause_of_event(cause);
	event.actor.kind = actor;
	event.stage = stage;
	event.occurred_at_us = at_us;
	return event;
}

static void say(struct fixture *f, enum event_type cause, enum actor_kind actor, enum stage stage, int64_t at_us)
{
	struct event event = change(cause, actor, stage, at_us);
	clock_board_changed(&f->board, &event);
}

/* Fires what is pending on a clock, at its instant. */
static int64_t fire(struct fixture *f, enum clock_kind kind)
{
	struct clock *clock = clock_board_open(&f->board, kind);
	assert_non_null(clock);
	int64_t at_us = clock->next_us;
	assert_true(clock_board_fired(&f->board, kind, clock_timer_version(clock), at_us, false));
	return at_us;
}

static void expect_told(struct fixture *f, const char *want)
{
	assert_string_equal(f->told, want);
	f->told[0] = '\0';
}

static void forget(struct fixture *f)
{
	f->told[0] = '\0';
}

/* ---- the table ---- */

/* A stage in which each clock lives, and under which policy. */
static const struct {
	enum clock_kind kind;
	const char *policy;
	enum stage stage;
	enum answer_kind answer;
} starts[] = {
    {CLOCK_FIRST_RESPONSE, "standard", STAGE_FILED, 0},
    {CLOCK_MERCHANT_ANSWER, "standard", STAGE_NEGOTIATING, 0},
    {CLOCK_ANSWER_TO_OFFER, "standard", STAGE_MERCHANT_ANSWERED, ANSWER_OFFER},
    {CLOCK_ANSWER_TO_DEFENCE, "standard", STAGE_MERCHANT_ANSWERED, ANSWER_DEFENCE},
    {CLOCK_PLATFORM_FAULT_MENDED, "platform_fault", STAGE_PLATFORM_REVIEW, 0},
    {CLOCK_LATE_DELIVERY_VERIFIED, "late_delivery", STAGE_PLATFORM_REVIEW, 0},
    {CLOCK_PRELIMINARY_FINDING, "complex", STAGE_PLATFORM_REVIEW, 0},
    {CLOCK_FINAL_DECISION, "standard", STAGE_PLATFORM_REVIEW, 0},
    {CLOCK_FINAL_DECISION, "complex", STAGE_PRELIMINARY_FINDING, 0},
    {CLOCK_END_TO_END, "standard", STAGE_FILED, 0},
    {CLOCK_ORDER_AWAITED, "standard", STAGE_AWAITING_ORDER, 0},
    {CLOCK_MANUAL_ADMISSION, "standard", STAGE_MANUAL_ADMISSION, 0},
    {CLOCK_REMEDY_CARRIED_OUT, "standard", STAGE_REMEDY_UNDER_WAY, 0},
    {CLOCK_CONFIRMATION, "standard", STAGE_AWAITING_CONFIRMATION, 0},
    {CLOCK_INSPECTION, "standard", STAGE_INSPECTION, 0},
    {CLOCK_ANSWER_TO_COUNTER_OFFER, "standard", STAGE_NEGOTIATING, ANSWER_OFFER},
};
enum { STARTS = sizeof(starts) / sizeof(starts[0]) };

static struct clock *start(struct fixture *f, int row)
{
	setup(f);
	use_policy(f, starts[row].policy);
	struct event event = change(EVENT_COMPLAINT_FILED, ACTOR_KIND_OMBUD, starts[row].stage, NINE);
	event.answer = starts[row].answer;
	clock_board_changed(&f->board, &event);
	return clock_board_open(&f->board, starts[row].kind);
}

static void every_clock_starts_in_its_stage(void **state)
{
	for (int row = 0; row < STARTS; row++) {
		struct fixture f;
		struct clock *clock = start(&f, row);
		if (clock == NULL)
			fail_msg("%s does not start", clock_kind_name(starts[row].kind));
		assert_int_equal(clock->started_us, NINE);
		assert_int_equal(clock->state, CLOCK_STATE_RUNNING);
		assert_true(clock->due_us > NINE && clock->next_us > NINE && clock->next_us <= clock->due_us);
		teardown(&f);
	}
	for (enum clock_kind kind = 1; kind < CLOCK_COUNT; kind++)
		assert_true((clock_rule(kind) == NULL) == clock_kind_is_later(kind));
}

/* Whose act stops which clock; everybody else's leaves it running. Bits of 1 << ACTOR_KIND_... */
#define A(kind) (1u << ACTOR_KIND_##kind)
#define ALL_ACTORS ((1u << ACTOR_KIND_COUNT) - 2)
static const struct {
	enum clock_kind kind;
	enum event_type cause;
	uint32_t stopped_by;
} stops[] = {
    {CLOCK_FIRST_RESPONSE, EVENT_MESSAGE_POSTED, A(MERCHANT_PERSON) | A(PLATFORM_PERSON)},
    {CLOCK_FIRST_RESPONSE, EVENT_ANSWER_GIVEN, 0}, /* the stage stays: it is put before the platform only */
    {CLOCK_FIRST_RESPONSE, EVENT_EVIDENCE_REQUESTED, A(MERCHANT_PERSON) | A(PLATFORM_PERSON)},
    {CLOCK_FIRST_RESPONSE, EVENT_DECISION_MADE, A(PLATFORM_PERSON) | A(PLATFORM_PROGRAM)},
    {CLOCK_FIRST_RESPONSE, EVENT_COMPLAINT_URGED, 0}, {CLOCK_FIRST_RESPONSE, EVENT_EVIDENCE_ADDED, 0},
    {CLOCK_MERCHANT_ANSWER, EVENT_ANSWER_GIVEN, A(MERCHANT_PERSON)}, {CLOCK_MERCHANT_ANSWER, EVENT_MESSAGE_POSTED, 0},
    {CLOCK_ANSWER_TO_OFFER, EVENT_OFFER_ACCEPTED, A(COMPLAINANT)}, {CLOCK_ANSWER_TO_OFFER, EVENT_OFFER_REFUSED, A(COMPLAINANT)},
    {CLOCK_ANSWER_TO_OFFER, EVENT_STEP_IN_ASKED, A(COMPLAINANT)}, {CLOCK_ANSWER_TO_OFFER, EVENT_MESSAGE_POSTED, 0},
    {CLOCK_ANSWER_TO_DEFENCE, EVENT_STEP_IN_ASKED, A(COMPLAINANT)},
    {CLOCK_ANSWER_TO_COUNTER_OFFER, EVENT_COUNTER_OFFER_ACCEPTED, A(MERCHANT_PERSON)},
    {CLOCK_ANSWER_TO_COUNTER_OFFER, EVENT_COUNTER_OFFER_REFUSED, A(MERCHANT_PERSON)},
    {CLOCK_ANSWER_TO_COUNTER_OFFER, EVENT_ANSWER_GIVEN, A(MERCHANT_PERSON)},
    {CLOCK_ANSWER_TO_COUNTER_OFFER, EVENT_MESSAGE_POSTED, 0},
    {CLOCK_FIRST_RESPONSE, EVENT_CALL_RECORDED, 0}, /* one that reached nobody */
    {CLOCK_PLATFORM_FAULT_MENDED, EVENT_DECISION_MADE, A(PLATFORM_PERSON) | A(PLATFORM_PROGRAM)},
    {CLOCK_PLATFORM_FAULT_MENDED, EVENT_MESSAGE_POSTED, 0},
    {CLOCK_LATE_DELIVERY_VERIFIED, EVENT_DECISION_MADE, A(PLATFORM_PERSON) | A(PLATFORM_PROGRAM)},
    {CLOCK_PRELIMINARY_FINDING, EVENT_FINDING_GIVEN, A(PLATFORM_PERSON)},
    {CLOCK_FINAL_DECISION, EVENT_DECISION_MADE, A(PLATFORM_PERSON) | A(PLATFORM_PROGRAM)},
    {CLOCK_FINAL_DECISION, EVENT_ANSWER_GIVEN, 0}, {CLOCK_ORDER_AWAITED, EVENT_ORDER_RECORDED, ALL_ACTORS},
    {CLOCK_MANUAL_ADMISSION, EVENT_ADMISSION_GIVEN, A(PLATFORM_PERSON)},
    {CLOCK_CONFIRMATION, EVENT_RESOLUTION_CONFIRMED, A(COMPLAINANT)},
    {CLOCK_CONFIRMATION, EVENT_RESOLUTION_DISPUTED, A(COMPLAINANT)}, {CLOCK_INSPECTION, EVENT_INSPECTION_REPORTED, A(INSPECTOR)},
    {CLOCK_END_TO_END, EVENT_MESSAGE_POSTED, 0},
    {CLOCK_REMEDY_CARRIED_OUT, EVENT_REMEDY_REPORTED, 0}, /* one of several: the stage stays */
};

/* A call to the complainant that reached him is a response, by a person only; an attempt is none, nor is one to the merchant. */
static void b13_a_call_that_reached_him_is_a_response(void **state)
{
	static const struct {
		enum actor_kind actor;
		enum party to;
		bool reached, met;
	} calls[] = {
	    {ACTOR_KIND_PLATFORM_PERSON, PARTY_COMPLAINANT, true, true},
	    {ACTOR_KIND_PLATFORM_PERSON, PARTY_COMPLAINANT, false, false},
	    {ACTOR_KIND_PLATFORM_PERSON, PARTY_MERCHANT, true, false},
	    {ACTOR_KIND_PLATFORM_PROGRAM, PARTY_COMPLAINANT, true, false},
	};
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct fixture f;
		setup(&f);
		say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
		struct clock *clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
		struct event call = event_empty(EVENT_CALL_RECORDED);
		struct event event = change(EVENT_CALL_RECORDED, calls[i].actor, STAGE_FILED, NINE + HOUR);
		call.to_party = calls[i].to;
		call.reached = calls[i].reached;
		event.said = &call;
		clock_board_changed(&f.board, &event);
		assert_int_equal(clock->state, calls[i].met ? CLOCK_STATE_MET : CLOCK_STATE_RUNNING);
		teardown(&f);
	}
}

/* It stops nothing, in whatever stage; the other side's answer meets it, its own silence ends it, another number's does not. */
static void a_proposal_to_settle_has_a_clock_beside_the_stages(void **state)
{
	for (int lapses = 0; lapses < 2; lapses++) {
		struct fixture f;
		setup(&f);
		struct event event = change(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_COMPLAINANT, STAGE_NEGOTIATING, NINE);
		event.clock = CLOCK_ANSWER_TO_SETTLEMENT;
		event.cycle = 1;
		clock_board_changed(&f.board, &event);
		struct clock *answer = clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER);
		struct clock *clock = clock_board_find(&f.board, CLOCK_ANSWER_TO_SETTLEMENT, 1);
		assert_int_equal(clock->due_us, NINE + 72 * HOUR);
		assert_int_equal(clock_owner(clock->kind, clock->cycle), PARTY_MERCHANT);
		assert_int_equal(clock_owner(clock->kind, 2), PARTY_COMPLAINANT);
		assert_int_equal(answer->state, CLOCK_STATE_RUNNING);
		event = change(
		    lapses ? EVENT_SILENCE_REACHED : EVENT_SETTLEMENT_REFUSED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE + HOUR);
		event.reason = lapses ? REASON_SETTLEMENT_LAPSED : REASON_SETTLEMENT_REFUSED;
		event.clock = CLOCK_ANSWER_TO_SETTLEMENT;
		event.cycle = 1;
		clock_board_changed(&f.board, &event);
		assert_int_equal(clock->state, lapses ? CLOCK_STATE_CANCELLED : CLOCK_STATE_MET);
		assert_int_equal(answer->state, CLOCK_STATE_RUNNING);
		teardown(&f);
	}
}

static int start_row(enum clock_kind kind)
{
	for (int row = 0; row < STARTS; row++)
		if (starts[row].kind == kind)
			return row;
	fail_msg("no start for %s", clock_kind_name(kind));
	return 0;
}

static void only_the_owing_partys_person_stops_a_clock(void **state)
{
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		for (enum actor_kind actor = ACTOR_KIND_COMPLAINANT; actor < ACTOR_KIND_COUNT; actor++) {
			struct fixture f;
			int row = start_row(stops[i].kind);
			struct clock *clock = start(&f, row);
			say(&f, stops[i].cause, actor, starts[row].stage, NINE + HOUR / 2);
			enum clock_state want = (stops[i].stopped_by & 1u << actor) ? CLOCK_STATE_MET : CLOCK_STATE_RUNNING;
			if (clock->state != want)
				fail_msg("%s on %s by %s: got %s, want %s", event_type_short_name(stops[i].cause),
				    clock_kind_name(stops[i].kind), actor_kind_name(actor), clock_state_name(clock->state),
				    clock_state_name(want));
			teardown(&f);
		}
}

static const struct {
	const char *name;
	enum clock_kind kind;
	enum event_type cause;
	enum stage into;
	enum clock_state want;
} leaves[] = {
    {"withdrawn", CLOCK_FIRST_RESPONSE, EVENT_COMPLAINT_WITHDRAWN, STAGE_WITHDRAWN, CLOCK_STATE_CANCELLED},
    {"withdrawn", CLOCK_MERCHANT_ANSWER, EVENT_COMPLAINT_WITHDRAWN, STAGE_WITHDRAWN, CLOCK_STATE_CANCELLED},
    {"withdrawn", CLOCK_END_TO_END, EVENT_COMPLAINT_WITHDRAWN, STAGE_WITHDRAWN, CLOCK_STATE_MET},
    {"decided", CLOCK_END_TO_END, EVENT_DECISION_MADE, STAGE_DECIDED, CLOCK_STATE_MET},
    {"proven", CLOCK_FIRST_RESPONSE, EVENT_COMPLAINT_TRIAGED, STAGE_DECIDED, CLOCK_STATE_MET},
    {"settled", CLOCK_MERCHANT_ANSWER, EVENT_SETTLEMENT_REPORTED, STAGE_CLOSED, CLOCK_STATE_MET},
    {"triaged", CLOCK_FIRST_RESPONSE, EVENT_COMPLAINT_TRIAGED, STAGE_NEGOTIATING, CLOCK_STATE_RUNNING},
    {"all done", CLOCK_REMEDY_CARRIED_OUT, EVENT_REMEDY_REPORTED, STAGE_AWAITING_CONFIRMATION, CLOCK_STATE_MET},
    {"failed", CLOCK_REMEDY_CARRIED_OUT, EVENT_REMEDY_REPORTED, STAGE_PLATFORM_REVIEW, CLOCK_STATE_CANCELLED},
    {"rejected", CLOCK_ORDER_AWAITED, EVENT_SILENCE_REACHED, STAGE_REJECTED, CLOCK_STATE_CANCELLED},
    {"inspected", CLOCK_FINAL_DECISION, EVENT_INSPECTION_ORDERED, STAGE_INSPECTION, CLOCK_STATE_PAUSED},
};

static void leaving_its_stages_ends_a_clock(void **state)
{
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		struct fixture f;
		struct clock *clock = start(&f, start_row(leaves[i].kind));
		say(&f, leaves[i].cause, ACTOR_KIND_OMBUD, leaves[i].into, NINE + HOUR / 2);
		if (clock->state != leaves[i].want)
			fail_msg("%s %s: got %s, want %s", clock_kind_name(leaves[i].kind), leaves[i].name,
			    clock_state_name(clock->state), clock_state_name(leaves[i].want));
		assert_int_equal(clock->next_us == 0, !clock_is_open(clock));
		teardown(&f);
	}
}

/* Whoever is silent, something leads on: fire all that is pending and see what is asked. */
static void silence_always_asks_for_something(void **state)
{
	static const struct {
		enum clock_kind kind;
		enum silence_ground ground;
	} rows[] = {
	    {CLOCK_MERCHANT_ANSWER, SILENCE_GROUND_MERCHANT_SILENT},
	    {CLOCK_ANSWER_TO_OFFER, SILENCE_GROUND_OFFER_LAPSED},
	    {CLOCK_ANSWER_TO_DEFENCE, SILENCE_GROUND_DEFENCE_UNANSWERED},
	    {CLOCK_PLATFORM_FAULT_MENDED, SILENCE_GROUND_PLATFORM_SILENT},
	    {CLOCK_LATE_DELIVERY_VERIFIED, SILENCE_GROUND_PLATFORM_SILENT},
	    {CLOCK_PRELIMINARY_FINDING, SILENCE_GROUND_PLATFORM_SILENT},
	    {CLOCK_FINAL_DECISION, SILENCE_GROUND_PLATFORM_SILENT},
	    {CLOCK_END_TO_END, SILENCE_GROUND_PLATFORM_SILENT},
	    {CLOCK_ORDER_AWAITED, SILENCE_GROUND_ORDER_NEVER_RECORDED},
	    {CLOCK_MANUAL_ADMISSION, SILENCE_GROUND_ADMISSION_SILENT},
	    {CLOCK_REMEDY_CARRIED_OUT, SILENCE_GROUND_REMEDY_SILENT},
	    {CLOCK_CONFIRMATION, SILENCE_GROUND_CONFIRMATION_SILENT},
	    {CLOCK_INSPECTION, SILENCE_GROUND_INSPECTION_SILENT},
	    {CLOCK_ANSWER_TO_COUNTER_OFFER, SILENCE_GROUND_COUNTER_OFFER_UNANSWERED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		struct clock *clock = start(&f, start_row(rows[i].kind));
		char want[96];
		int64_t before_us = 0;
		while (clock->next_us != 0) {
			int64_t at_us = fire(&f, rows[i].kind);
			assert_true(at_us >= before_us);
			before_us = at_us;
		}
		snprintf(want, sizeof(want), "silence_reached %s %s\n", clock_kind_name(rows[i].kind),
		    silence_ground_name(rows[i].ground));
		const char *asked = strstr(f.told, want);
		if (asked == NULL || strlen(asked) != strlen(want))
			fail_msg("%s: want %s at the end of\n%s", clock_kind_name(rows[i].kind), want, f.told);
		teardown(&f);
	}
}

/* ---- the life of one clock ---- */

static void warned_breached_asked(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE);
	expect_told(&f, "clocks_started merchant_answer\n");
	assert_int_equal(fire(&f, CLOCK_MERCHANT_ANSWER), NINE + 12 * HOUR);
	assert_int_equal(fire(&f, CLOCK_MERCHANT_ANSWER), NINE + 24 * HOUR * 80 / 100);
	assert_int_equal(fire(&f, CLOCK_MERCHANT_ANSWER), NINE + 24 * HOUR + 1);
	expect_told(&f, "clock_warned merchant_answer 50\nclock_warned merchant_answer 80\nclock_breached merchant_answer\n"
			"silence_reached merchant_answer merchant_silent\n");
	struct clock *clock = clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER);
	assert_int_equal(clock->next_us, 0);
	say(&f, EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, STAGE_PLATFORM_REVIEW, NINE + 24 * HOUR + 1);
	assert_int_equal(clock->state, CLOCK_STATE_ENDED);
	expect_told(&f, "clock_cancelled merchant_answer\nclocks_started final_decision\n");
	teardown(&f);
}

/* At exactly due it is met, one microsecond later it is late. */
static void exactly_due_is_met(void **state)
{
	for (int late = 0; late < 2; late++) {
		struct fixture f;
		setup(&f);
		say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE);
		struct clock *clock = clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER);
		forget(&f);
		say(&f, EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON, STAGE_NEGOTIATING, NINE + 24 * HOUR + late);
		assert_int_equal(clock->state, late ? CLOCK_STATE_MET_LATE : CLOCK_STATE_MET);
		assert_int_equal(clock->overdue_us, late);
		expect_told(
		    &f, late ? "clock_breached merchant_answer late\nclock_met merchant_answer\n" : "clock_met merchant_answer\n");
		teardown(&f);
	}
}

/* Nobody looked for a day; the answer came an hour late. What is overdue is counted in the clock's own time, and frozen. */
static void a_late_answer_is_a_breach_though_no_timer_fired(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_MANUAL_ADMISSION, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_MANUAL_ADMISSION);
	assert_int_equal(clock->due_us, NINE + 2 * DAY + 9 * HOUR); /* two days after this one, until 18:00 */
	forget(&f);
	say(&f, EVENT_ADMISSION_GIVEN, ACTOR_KIND_PLATFORM_PERSON, STAGE_FILED, NINE + 4 * DAY + HOUR);
	assert_int_equal(clock->state, CLOCK_STATE_MET_LATE);
	assert_int_equal(clock->overdue_us, 9 * HOUR + HOUR); /* the day between, and from 09:00 */
	assert_non_null(strstr(f.told, "clock_breached manual_admission late\nclock_met manual_admission\n"));
	teardown(&f);
}

/* Fair firing: the answer was in time and is learnt after the firing. */
static void a_breach_is_withdrawn(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER);
	for (int i = 0; i < 3; i++)
		fire(&f, CLOCK_MERCHANT_ANSWER);
	forget(&f);
	say(&f, EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON, STAGE_MERCHANT_ANSWERED, NINE + 23 * HOUR);
	assert_int_equal(clock->state, CLOCK_STATE_MET);
	assert_int_equal(clock->breached_us, 0);
	expect_told(&f, "breach_withdrawn merchant_answer\nclock_met merchant_answer\nclocks_started answer_to_defence\n");
	teardown(&f);
}

static void a_stale_timer_does_nothing(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE);
	int64_t version = clock_timer_version(clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER));
	fire(&f, CLOCK_MERCHANT_ANSWER);
	forget(&f);
	assert_false(clock_board_fired(&f.board, CLOCK_MERCHANT_ANSWER, version, NINE + DAY, false));
	assert_false(clock_board_fired(&f.board, CLOCK_APPEAL, version, NINE + DAY, false));
	say(&f, EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON, STAGE_MERCHANT_ANSWERED, NINE + 13 * HOUR);
	forget(&f);
	assert_false(clock_board_fired(&f.board, CLOCK_MERCHANT_ANSWER, version + 1, NINE + DAY, false));
	expect_told(&f, "");
	teardown(&f);
}

/* Each level once, in order; and the end. */
static void the_ladder_is_climbed_once(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, STAGE_PLATFORM_REVIEW, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_FINAL_DECISION);
	fire(&f, CLOCK_FINAL_DECISION);
	fire(&f, CLOCK_FINAL_DECISION);
	forget(&f);
	while (clock->next_us != 0)
		fire(&f, CLOCK_FINAL_DECISION);
	expect_told(&f, "clock_breached final_decision\n"
			"ladder_step_taken final_decision 1 owner\n"
			"ladder_step_taken final_decision 2 senior_agent\n"
			"ladder_step_taken final_decision 3 supervisor\n"
			"ladder_step_taken final_decision 4 head_of_department\n"
			"ladder_step_taken final_decision 5 regulator_liaison\n"
			"silence_reached final_decision platform_silent\n");
	assert_int_equal(clock->level, 5);
	teardown(&f);
}

static void a_remedys_ladder_comes_again_with_growing_pauses(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, STAGE_REMEDY_UNDER_WAY, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_REMEDY_CARRIED_OUT);
	int64_t first[9] = {0};
	while (clock->next_us != 0) {
		int before = clock->level;
		int64_t at_us = fire(&f, CLOCK_REMEDY_CARRIED_OUT);
		if (clock->level != before)
			assert_int_equal(
			    calendar_measure(f.calendar, TARGET_UNIT_BUSINESS_TIME, clock->due_us, at_us, &first[clock->level - 1]),
			    CALENDAR_OK);
	}
	static const int hours[] = {0, 9, 18, 27, 45, 63, 81, 117, 153};
	for (int i = 0; i < 9; i++)
		assert_int_equal(first[i] / HOUR, hours[i]);
	teardown(&f);
}

/* ---- policies ---- */

static void triage_brings_a_shorter_target_forward(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
	expect_told(&f, "clocks_started first_response\nclocks_started end_to_end\n");
	struct clock *clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
	assert_int_equal(clock->due_us, NINE + 2 * HOUR);
	int64_t stale = clock_timer_version(clock);
	assert_true(clock_board_triaged(&f.board, "platform_fault", NINE + 40 * US_PER_MINUTE));
	assert_int_equal(clock->due_us, NINE + HOUR);
	assert_string_equal(clock->policy_id, "platform_fault");
	assert_int_equal(clock->next_us, NINE + 48 * US_PER_MINUTE); /* half of the hour had passed: that warning is skipped */
	assert_false(clock_board_fired(&f.board, CLOCK_FIRST_RESPONSE, stale, NINE + HOUR, false));
	expect_told(&f, "deadline_changed first_response\n");
	assert_true(clock_board_triaged(&f.board, "platform_fault", NINE + 50 * US_PER_MINUTE)); /* said twice */
	expect_told(&f, "");
	teardown(&f);
}

static void a_promise_is_never_extended(void **state)
{
	struct fixture f;
	setup(&f);
	use_policy(&f, "platform_fault");
	say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
	forget(&f);
	struct clock *clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
	for (int i = 0; i < 100; i++) /* never extended, however often it moves */
		assert_true(clock_board_triaged(&f.board, i % 2 == 0 ? "standard" : "platform_fault", NINE + i));
	assert_int_equal(clock->due_us, NINE + HOUR);
	expect_told(&f, "");
	assert_false(clock_board_triaged(&f.board, "unheard_of", NINE));
	teardown(&f);
}

/* One that would have been over already leaves nobody time: then the old one stays, by its own policy. */
static void a_new_due_never_lies_in_the_past(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
	forget(&f);
	assert_true(clock_board_triaged(&f.board, "platform_fault", NINE + 90 * US_PER_MINUTE));
	struct clock *clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
	assert_int_equal(clock->due_us, NINE + 2 * HOUR);
	assert_string_equal(clock->policy_id, "standard");
	expect_told(&f, "");
	teardown(&f);
}

/* The two topics come in any order; what has become of the clocks must not depend on it. */
static void the_order_of_topics_does_not_matter(void **state)
{
	static const int orders[][3] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1}};
	char first[sizeof(((struct fixture *)0)->told)] = "";
	for (int i = 0; i < 3; i++) {
		struct fixture f;
		setup(&f);
		struct event filed = change(EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
		struct event review = change(EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_PLATFORM_REVIEW, NINE + 1);
		review.policy_id = "platform_fault";
		for (int step = 0; step < 3; step++)
			switch (orders[i][step]) {
			case 0:
				clock_board_changed(&f.board, &filed);
				break;
			case 1:
				clock_board_triaged(&f.board, "platform_fault", NINE + 1);
				break;
			default:
				clock_board_changed(&f.board, &review);
			}
		if (i == 0)
			strcpy(first, f.told);
		assert_string_equal(f.told, first);
		assert_non_null(clock_board_open(&f.board, CLOCK_PLATFORM_FAULT_MENDED));
		teardown(&f);
	}
}

/* Should intake not say the policy: the stage's clocks are exchanged when triage does. */
static void a_stage_never_stands_without_its_clock(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
	say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_PLATFORM_REVIEW, NINE + 1);
	assert_non_null(clock_board_open(&f.board, CLOCK_FINAL_DECISION));
	clock_board_triaged(&f.board, "platform_fault", NINE + 2);
	assert_null(clock_board_open(&f.board, CLOCK_FINAL_DECISION));
	assert_int_equal(clock_board_open(&f.board, CLOCK_PLATFORM_FAULT_MENDED)->started_us, NINE + 1);
	teardown(&f);
}

/* A second review is a new cycle. */
static void a_new_cycle_has_its_own_number(void **state)
{
	struct fixture f;
	setup(&f);
	for (int cycle = 1; cycle <= 3; cycle++) {
		say(&f, EVENT_RESOLUTION_DISPUTED, ACTOR_KIND_COMPLAINANT, STAGE_PLATFORM_REVIEW, NINE + cycle * HOUR);
		assert_int_equal(clock_board_open(&f.board, CLOCK_FINAL_DECISION)->cycle, cycle);
		say(&f, EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, STAGE_REMEDY_UNDER_WAY, NINE + cycle * HOUR + 1);
	}
	teardown(&f);
}

/* Said with the appeals that intake leaves open. */
static void say_open(struct fixture *f, enum event_type cause, enum stage stage, unsigned open, enum reason reason, int64_t at_us)
{
	struct allowed_action actions[LIFE_ACTIONS_MAX];
	struct event event = change(cause, ACTOR_KIND_PLATFORM_PERSON, stage, at_us);
	event.reason = reason;
	event.actions = actions;
	event.actions_count = life_allowed(stage, ANSWER_UNSPECIFIED, open, actions);
	clock_board_changed(&f->board, &event);
}

/* Beside what follows the decision: one clock, whatever the stage, until somebody appeals or the time is over. */
static void the_appeals_window_runs_beside_all_that_follows_a_decision(void **state)
{
	static const unsigned opens[] = {LIFE_APPEALABLE, LIFE_APPEALABLE_AGAIN};
	static const enum clock_kind kinds[] = {CLOCK_APPEAL, CLOCK_SECOND_APPEAL};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct fixture f;
		setup(&f);
		say_open(&f, EVENT_DECISION_MADE, STAGE_DECIDED, opens[i], REASON_DECIDED, NINE);
		say_open(&f, EVENT_DECISION_MADE, STAGE_REMEDY_UNDER_WAY, opens[i], REASON_REMEDIES_ORDERED, NINE);
		say_open(&f, EVENT_REMEDY_REPORTED, STAGE_AWAITING_CONFIRMATION, opens[i], REASON_REMEDIES_DONE, NINE + HOUR);
		say_open(&f, EVENT_RESOLUTION_CONFIRMED, STAGE_CLOSED, opens[i], REASON_CONFIRMED, NINE + 2 * HOUR);
		struct clock *clock = clock_board_open(&f.board, kinds[i]);
		assert_non_null(clock);
		assert_int_equal(clock->cycle, 1);
		assert_int_equal(clock->started_us, NINE);
		assert_null(clock_board_open(&f.board, kinds[1 - i]));
		say_open(&f, EVENT_SILENCE_REACHED, STAGE_CLOSED, 0, REASON_NOBODY_APPEALED, clock->due_us + 1);
		assert_null(clock_board_open(&f.board, kinds[i]));
		assert_int_equal(clock->state, CLOCK_STATE_ENDED);
		teardown(&f);
	}
}

static void an_appeal_meets_its_clock_and_is_decided_under_the_policys(void **state)
{
	struct fixture f;
	setup(&f);
	say_open(&f, EVENT_DECISION_MADE, STAGE_DECIDED, LIFE_APPEALABLE, REASON_DECIDED, NINE);
	say_open(&f, EVENT_DECISION_MADE, STAGE_CLOSED, LIFE_APPEALABLE, REASON_NOTHING_ORDERED, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_APPEAL);
	say_open(&f, EVENT_APPEAL_FILED, STAGE_APPEALED, 0, REASON_APPEALED, NINE + HOUR);
	assert_int_equal(clock->state, CLOCK_STATE_MET);
	struct clock *decision = clock_board_open(&f.board, CLOCK_FINAL_DECISION);
	assert_non_null(decision);
	assert_int_equal(clock_silence(clock_rule(CLOCK_FINAL_DECISION), f.board.stage), SILENCE_OUTCOME_DECISION_STANDS);
	assert_int_equal(
	    clock_silence(clock_rule(CLOCK_FINAL_DECISION), STAGE_PLATFORM_REVIEW), SILENCE_OUTCOME_DECIDED_BY_DEFAULT);
	teardown(&f);
}

/* A new cycle of the final decision and of end to end, and of nothing else. */
static void a_reopening_begins_a_new_cycle(void **state)
{
	struct fixture f;
	setup(&f);
	say_open(&f, EVENT_COMPLAINT_FILED, STAGE_FILED, 0, REASON_ACCEPTED, NINE);
	say_open(&f, EVENT_COMPLAINT_TRIAGED, STAGE_PLATFORM_REVIEW, 0, REASON_PLATFORM_FIRST, NINE);
	assert_int_equal(clock_board_open(&f.board, CLOCK_END_TO_END)->cycle, 1);
	say_open(&f, EVENT_DECISION_MADE, STAGE_CLOSED, 0, REASON_NOTHING_ORDERED, NINE + HOUR);
	assert_null(clock_board_open(&f.board, CLOCK_END_TO_END));
	say_open(&f, EVENT_COMPLAINT_REOPENED, STAGE_PLATFORM_REVIEW, 0, REASON_REOPENED, NINE + 2 * HOUR);
	assert_int_equal(clock_board_open(&f.board, CLOCK_END_TO_END)->cycle, 2);
	assert_int_equal(clock_board_open(&f.board, CLOCK_END_TO_END)->started_us, NINE + 2 * HOUR);
	assert_int_equal(clock_board_open(&f.board, CLOCK_FINAL_DECISION)->cycle, 2);
	assert_null(clock_board_open(&f.board, CLOCK_FIRST_RESPONSE));
	teardown(&f);
}

/* One clock until all are done, through an appeal and back. */
static void an_appeal_stops_no_remedys_clock(void **state)
{
	struct fixture f;
	setup(&f);
	say_open(&f, EVENT_DECISION_MADE, STAGE_REMEDY_UNDER_WAY, LIFE_APPEALABLE, REASON_REMEDIES_ORDERED, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_REMEDY_CARRIED_OUT);
	say_open(&f, EVENT_APPEAL_FILED, STAGE_APPEALED, 0, REASON_APPEALED, NINE + HOUR);
	say_open(&f, EVENT_DECISION_MADE, STAGE_DECIDED, LIFE_APPEALABLE_AGAIN, REASON_APPEAL_DECIDED, NINE + 2 * HOUR);
	say_open(&f, EVENT_DECISION_MADE, STAGE_REMEDY_UNDER_WAY, LIFE_APPEALABLE_AGAIN, REASON_REMEDIES_GO_ON, NINE + 2 * HOUR);
	assert_ptr_equal(clock_board_open(&f.board, CLOCK_REMEDY_CARRIED_OUT), clock);
	say_open(&f, EVENT_APPEAL_FILED, STAGE_EXTERNAL_MEDIATION, 0, REASON_SECOND_APPEALED, NINE + 3 * HOUR);
	assert_non_null(clock_board_open(&f.board, CLOCK_EXTERNAL_MEDIATION));
	say_open(&f, EVENT_REMEDY_REPORTED, STAGE_EXTERNAL_MEDIATION, 0, REASON_REMEDIES_DONE, NINE + 4 * HOUR);
	assert_int_equal(clock->state, CLOCK_STATE_MET);
	teardown(&f);
}

/* Only what reaches the complainant answers him. */
static void a_message_to_the_merchant_is_no_first_response(void **state)
{
	static const enum event_type causes[] = {EVENT_MESSAGE_POSTED, EVENT_EVIDENCE_REQUESTED};
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		for (enum party to = PARTY_UNSPECIFIED; to <= PARTY_PLATFORM; to++) {
			struct fixture f;
			setup(&f);
			say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, NINE);
			struct clock *clock = clock_board_open(&f.board, CLOCK_FIRST_RESPONSE);
			struct event event = change(causes[i], ACTOR_KIND_PLATFORM_PERSON, STAGE_FILED, NINE + HOUR / 2);
			struct event said = event_empty(causes[i]);
			said.to_party = to;
			event.said = &said;
			clock_board_changed(&f.board, &event);
			bool reaches = to == PARTY_UNSPECIFIED || to == PARTY_COMPLAINANT;
			assert_int_equal(clock->state, reaches ? CLOCK_STATE_MET : CLOCK_STATE_RUNNING);
			teardown(&f);
		}
}

/* Whoever was away comes back after the due instant: what would have been a warning is recorded, and told to nobody. */
static void a_warning_after_its_due_is_skipped(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE);
	struct clock *clock = clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER);
	forget(&f);
	for (int i = 0; i < 3; i++)
		assert_true(clock_board_fired(&f.board, CLOCK_MERCHANT_ANSWER, clock_timer_version(clock), NINE + 30 * HOUR, true));
	expect_told(&f, "clock_warned merchant_answer 50 skipped late\nclock_warned merchant_answer 80 skipped late\n"
			"clock_breached merchant_answer late\nsilence_reached merchant_answer merchant_silent late\n");
	assert_int_equal(clock->warned, 0);
	teardown(&f);
}

/* What cannot be computed fails loudly, and has no due instant. */
static void beyond_the_calendar_a_clock_fails(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, STAGE_FILED, 299 * DAY);
	expect_told(&f, "clocks_started first_response\nnone end_to_end\n");
	assert_null(clock_board_open(&f.board, CLOCK_END_TO_END));
	teardown(&f);
}

/* Of two that are open, each has its own timers, also at the same instant. */
static void two_of_one_kind_fire_each_for_itself(void **state)
{
	struct fixture f;
	setup(&f);
	say(&f, EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, STAGE_NEGOTIATING, NINE);
	struct clock *first = clock_board_open(&f.board, CLOCK_MERCHANT_ANSWER);
	struct clock *second = clock_board_put(&f.board);
	*second = *first;
	second->cycle = 2;
	assert_int_not_equal(clock_timer_kind(first), clock_timer_kind(second));
	assert_ptr_equal(clock_board_find(&f.board, CLOCK_MERCHANT_ANSWER, 1), first);
	assert_ptr_equal(clock_board_find(&f.board, CLOCK_MERCHANT_ANSWER, 2), second);
	assert_null(clock_board_find(&f.board, CLOCK_MERCHANT_ANSWER, 3));
	assert_true(clock_board_fired(&f.board, CLOCK_MERCHANT_ANSWER, clock_timer_version(first), first->next_us, false));
	assert_int_equal(first->warned, 1);
	assert_int_equal(second->warned, 0);
	assert_true(clock_board_fired(&f.board, CLOCK_MERCHANT_ANSWER, clock_timer_version(second), second->next_us, false));
	assert_int_equal(second->warned, 1);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_clock_starts_in_its_stage),
	    cmocka_unit_test(a_proposal_to_settle_has_a_clock_beside_the_stages),
	    cmocka_unit_test(b13_a_call_that_reached_him_is_a_response),
	    cmocka_unit_test(only_the_owing_partys_person_stops_a_clock),
	    cmocka_unit_test(leaving_its_stages_ends_a_clock),
	    cmocka_unit_test(silence_always_asks_for_something),
	    cmocka_unit_test(warned_breached_asked),
	    cmocka_unit_test(exactly_due_is_met),
	    cmocka_unit_test(a_late_answer_is_a_breach_though_no_timer_fired),
	    cmocka_unit_test(a_breach_is_withdrawn),
	    cmocka_unit_test(a_stale_timer_does_nothing),
	    cmocka_unit_test(the_ladder_is_climbed_once),
	    cmocka_unit_test(a_remedys_ladder_comes_again_with_growing_pauses),
	    cmocka_unit_test(triage_brings_a_shorter_target_forward),
	    cmocka_unit_test(a_promise_is_never_extended),
	    cmocka_unit_test(a_new_due_never_lies_in_the_past),
	    cmocka_unit_test(the_order_of_topics_does_not_matter),
	    cmocka_unit_test(a_stage_never_stands_without_its_clock),
	    cmocka_unit_test(a_new_cycle_has_its_own_number),
	    cmocka_unit_test(the_appeals_window_runs_beside_all_that_follows_a_decision),
	    cmocka_unit_test(an_appeal_meets_its_clock_and_is_decided_under_the_policys),
	    cmocka_unit_test(a_reopening_begins_a_new_cycle),
	    cmocka_unit_test(an_appeal_stops_no_remedys_clock),
	    cmocka_unit_test(a_message_to_the_merchant_is_no_first_response),
	    cmocka_unit_test(a_warning_after_its_due_is_skipped),
	    cmocka_unit_test(beyond_the_calendar_a_clock_fails),
	    cmocka_unit_test(two_of_one_kind_fire_each_for_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
