/* Between the platform's stepping in and its decision: an inspection, a preliminary finding, inquiries. */
#include "tests/unit/history.h"

#include <string.h>

#include "common/base/instant.h"
#include "common/model/inquiry.h"

static void order_inspection(const char *inspector)
{
	struct event event = said(EVENT_INSPECTION_ORDERED, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.inspector_id = inspector;
	event.text = "When was the key used?";
	say(event);
}

static void report_inspection(const char *inspector)
{
	static struct evidence piece = {.evidence_id = "e-9", .kind = "report", .uri = "https://lab/9", .media_type = ""};
	struct event event = said(EVENT_INSPECTION_REPORTED, ACTOR_KIND_INSPECTOR, ID);
	event.actor.id = inspector;
	event.text = "Before it was delivered.";
	event.evidence = &piece;
	event.evidence_count = 1;
	say(event);
}

static void b5_an_inspection_is_ordered_and_reported(void **state)
{
	come_to_review();
	assert_true(may(PARTY_PLATFORM, ACTION_ORDER_INSPECTION));
	order_inspection("lab");
	want_stage(ID, STAGE_INSPECTION);
	assert_string_equal(get(ID)->inspector_id, "lab");
	assert_int_equal(last.told[0].event->must_act, PARTY_INSPECTOR);
	assert_true(may(PARTY_INSPECTOR, ACTION_REPORT_INSPECTION));
	int32_t pieces = get(ID)->evidence_count;
	report_inspection("lab");
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(get(ID)->evidence_count, pieces + 1);
	assert_int_equal(get(ID)->evidence[0].supplied_by, PARTY_INSPECTOR);
	assert_int_equal(last.told[0].event->reason, REASON_INSPECTION_REPORTED);
	assert_int_equal(get(ID)->said_count, 2); /* what he was asked, and what he said */
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_CLOSED);
}

static void b5_only_who_was_asked_reports(void **state)
{
	come_to_review();
	report_inspection("lab");
	want_refused(REFUSAL_NOT_YOUR_INSPECTION);
	order_inspection("lab");
	report_inspection("lab2");
	want_refused(REFUSAL_NOT_YOUR_INSPECTION);
	report_inspection("");
	want_refused(REFUSAL_SPEAKER_UNNAMED);
	say_plain(EVENT_INSPECTION_REPORTED, ACTOR_KIND_PLATFORM_PERSON);
	want_refused(REFUSAL_WRONG_PARTY);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	want_stage(ID, STAGE_INSPECTION);
}

static void d1_a_silent_inspector_leaves_it_to_the_platform(void **state)
{
	come_to_review();
	order_inspection("lab");
	be_silent(SILENCE_GROUND_INSPECTION_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(last.told[0].event->reason, REASON_INSPECTOR_SILENT);
	report_inspection("lab");
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	order_inspection("lab2"); /* another one may be asked */
	report_inspection("lab");
	want_refused(REFUSAL_NOT_YOUR_INSPECTION);
	report_inspection("lab2");
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

static void inspections_are_bounded(void **state)
{
	come_to_review();
	for (int i = 0; i < limit_row(LIMIT_INSPECTIONS)->most; i++) {
		order_inspection("lab");
		report_inspection("lab");
		want_stage(ID, STAGE_PLATFORM_REVIEW);
	}
	order_inspection("lab");
	want_refused(REFUSAL_TOO_MANY_INSPECTIONS);
}

static struct event finding(enum actor_kind kind)
{
	struct event event = said(EVENT_FINDING_GIVEN, kind, ID);
	event.grounds = grounds();
	event.text = "So far.";
	return event;
}

static void a_finding_is_a_persons_and_has_grounds(void **state)
{
	come_to_review();
	assert_true(may(PARTY_PLATFORM, ACTION_GIVE_FINDING));
	say(finding(ACTOR_KIND_PLATFORM_PROGRAM));
	want_refused(REFUSAL_NEEDS_PERSON);
	say_plain(EVENT_FINDING_GIVEN, ACTOR_KIND_PLATFORM_PERSON);
	want_refused(REFUSAL_WITHOUT_GROUNDS);
	say(finding(ACTOR_KIND_PLATFORM_PERSON));
	want_stage(ID, STAGE_PRELIMINARY_FINDING);
	assert_int_equal(last.told[0].event->reason, REASON_FINDING_GIVEN);
	assert_int_equal(get(ID)->said_count, 1);
	assert_ptr_equal(get(ID)->said[0].grounds, last.event->grounds);
	say(finding(ACTOR_KIND_PLATFORM_PERSON));
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_CLOSED);
}

static void d2_a_finding_without_a_decision_is_decided_by_default(void **state)
{
	come_to_review();
	say(finding(ACTOR_KIND_PLATFORM_PERSON));
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
}

/* The clock of the decision runs through the review, whatever is done in it: a finding, or an inspection that is reported, after
 * its due instant makes its end no less true. Another clock's end, and one from before a decision, are over. */
static void d2_an_end_from_before_the_finding_still_decides(void **state)
{
	come_to_review();
	struct event silence = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	silence.ground = SILENCE_GROUND_PLATFORM_SILENT;
	silence.clock = CLOCK_FINAL_DECISION;
	silence.stage = STAGE_PLATFORM_REVIEW;
	silence.due_at_us = now_us + US_PER_HOUR;
	now_us += 2 * US_PER_HOUR;
	say(finding(ACTOR_KIND_PLATFORM_PERSON));
	now_us += US_PER_HOUR;
	silence.clock = CLOCK_PRELIMINARY_FINDING;
	say(silence);
	want_stage(ID, STAGE_PRELIMINARY_FINDING);
	silence.clock = CLOCK_FINAL_DECISION;
	say(silence);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	say(silence);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
}

/* ---- evidence that is asked for ---- */

static void ask_evidence(enum event_type type, enum party of)
{
	struct event event = said(type, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.to_party = of;
	say(event);
}

static void a_request_that_stands_can_be_withdrawn(void **state)
{
	come_to_review();
	assert_false(may(PARTY_PLATFORM, ACTION_WITHDRAW_REQUEST));
	ask_evidence(EVENT_EVIDENCE_REQUEST_WITHDRAWN, PARTY_COMPLAINANT);
	want_refused(REFUSAL_NOTHING_REQUESTED);
	ask_evidence(EVENT_EVIDENCE_REQUESTED, PARTY_COMPLAINANT);
	assert_true(may(PARTY_PLATFORM, ACTION_WITHDRAW_REQUEST));
	ask_evidence(EVENT_EVIDENCE_REQUEST_WITHDRAWN, PARTY_MERCHANT);
	want_refused(REFUSAL_NOTHING_REQUESTED);
	ask_evidence(EVENT_EVIDENCE_REQUEST_WITHDRAWN, PARTY_COMPLAINANT);
	assert_int_equal(last.told[0].event->reason, REASON_EVIDENCE_REQUEST_WITHDRAWN);
	assert_false(may(PARTY_PLATFORM, ACTION_WITHDRAW_REQUEST));
}

static void what_has_come_is_owed_no_more(void **state)
{
	come_to_review();
	ask_evidence(EVENT_EVIDENCE_REQUESTED, PARTY_COMPLAINANT);
	ask_evidence(EVENT_EVIDENCE_REQUESTED, PARTY_MERCHANT);
	say_plain(EVENT_EVIDENCE_ADDED, ACTOR_KIND_MERCHANT_PERSON);
	assert_int_equal(get(ID)->evidence_owed, 1 << PARTY_COMPLAINANT);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	assert_int_equal(get(ID)->evidence_owed, 0);
}

/* ---- inquiries ---- */

static void open_inquiry(const char *id, enum party asked)
{
	struct event event = said(EVENT_INQUIRY_OPENED, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.inquiry_id = id;
	event.to_party = asked;
	event.text = "Where is it?";
	say(event);
}

static void answer_inquiry(const char *id)
{
	static struct evidence piece = {.evidence_id = "e-7",
	    .kind = "logistics_record",
	    .uri = "https://c/7",
	    .media_type = "",
	    .supplied_by = PARTY_LOGISTICS};
	struct event event = said(EVENT_INQUIRY_ANSWERED, ACTOR_KIND_PLATFORM_PROGRAM, ID);
	event.inquiry_id = id;
	event.text = "In Hangzhou.";
	event.evidence = &piece;
	event.evidence_count = 1;
	say(event);
}

static void let_lapse(int32_t number)
{
	struct event event = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	event.ground = SILENCE_GROUND_INQUIRY_SILENT;
	event.clock = CLOCK_INQUIRY;
	event.cycle = number;
	event.stage = get(ID)->stage;
	event.due_at_us = 1; /* long before: what counts is the number */
	say(event);
}

static enum inquiry_state state_of(int32_t number)
{
	const struct inquiries all = inquiries_read(arena, get(ID)->inquiries);
	return inquiry_numbered(&all, number)->state;
}

static void want_told(enum reason reason, int32_t number)
{
	const struct event *told = last.told[last.told_count - 1].event;
	assert_int_equal(told->reason, reason);
	assert_int_equal(told->clock, CLOCK_INQUIRY);
	assert_int_equal(told->cycle, number);
}

static void b12_inquiries_are_asked_and_answered_each_for_itself(void **state)
{
	come_to_review();
	assert_false(may(PARTY_PLATFORM, ACTION_ANSWER_INQUIRY));
	open_inquiry("the first", PARTY_LOGISTICS);
	want_told(REASON_INQUIRY_OPENED, 1);
	assert_true(may(PARTY_PLATFORM, ACTION_ANSWER_INQUIRY));
	open_inquiry("q2", PARTY_SUPPLIER);
	want_told(REASON_INQUIRY_OPENED, 2);
	int32_t pieces = get(ID)->evidence_count;
	answer_inquiry("the first");
	want_told(REASON_INQUIRY_ANSWERED, 1);
	assert_int_equal(get(ID)->evidence_count, pieces + 1);
	assert_int_equal(state_of(1), INQUIRY_ANSWERED);
	assert_int_equal(state_of(2), INQUIRY_OPEN);
	assert_true(may(PARTY_PLATFORM, ACTION_ANSWER_INQUIRY));
	answer_inquiry("q2");
	assert_false(may(PARTY_PLATFORM, ACTION_ANSWER_INQUIRY));
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

static void b12_silence_lapses_and_a_late_answer_is_heard(void **state)
{
	come_to_review();
	open_inquiry("q1", PARTY_PAYMENT);
	open_inquiry("q2", PARTY_PLATFORM);
	let_lapse(2);
	want_told(REASON_INQUIRY_SILENT, 2);
	assert_int_equal(state_of(1), INQUIRY_OPEN);
	assert_int_equal(state_of(2), INQUIRY_LAPSED);
	let_lapse(2);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	let_lapse(3);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	answer_inquiry("q2");
	assert_int_equal(state_of(2), INQUIRY_ANSWERED);
	answer_inquiry("q2");
	want_refused(REFUSAL_INQUIRY_UNKNOWN);
	let_lapse(2);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
}

static void d1_a_decision_ends_what_was_asked(void **state)
{
	come_to_review();
	open_inquiry("q1", PARTY_LOGISTICS);
	order_inspection("lab"); /* another stage of the same review */
	assert_int_equal(state_of(1), INQUIRY_OPEN);
	let_lapse(1);
	assert_int_equal(state_of(1), INQUIRY_LAPSED);
	report_inspection("lab");
	open_inquiry("q2", PARTY_LOGISTICS);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	assert_int_equal(state_of(1), INQUIRY_DROPPED);
	assert_int_equal(state_of(2), INQUIRY_DROPPED);
	answer_inquiry("q2");
	want_refused(REFUSAL_COMPLAINT_CLOSED);
}

static void inquiries_out_of_place(void **state)
{
	come_to_negotiating();
	open_inquiry("q1", PARTY_LOGISTICS);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	history_teardown(NULL);
	history_setup(NULL);
	come_to_review();
	open_inquiry("q1", PARTY_COMPLAINANT);
	want_refused(REFUSAL_NOT_TO_BE_ASKED);
	open_inquiry("q1", PARTY_INSPECTOR);
	want_refused(REFUSAL_NOT_TO_BE_ASKED);
	answer_inquiry("q1");
	want_refused(REFUSAL_INQUIRY_UNKNOWN);
	open_inquiry("q1", PARTY_LOGISTICS);
	open_inquiry("q1", PARTY_LOGISTICS);
	want_refused(REFUSAL_INQUIRY_ID_USED);
	for (int i = 1; i < limit_row(LIMIT_INQUIRIES)->most; i++)
		open_inquiry(arena_printf(arena, "more %d", i), PARTY_SUPPLIER);
	assert_int_equal(last.outcome, TURN_DONE);
	open_inquiry("too many", PARTY_SUPPLIER);
	want_refused(REFUSAL_TOO_MANY_INQUIRIES);
}

/* The carrier answers for it first: the platform reviews, and the carrier is asked by rule, once. */
static void b7_a_carrier_that_answers_first_is_asked_by_rule(void **state)
{
	record_order();
	say(filing(ID));
	struct event triaged = said(EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, ID);
	triaged.type = COMPLAINT_TYPE_NOT_DELIVERED;
	triaged.tier = TIER_STANDARD;
	triaged.first_answer = PARTY_LOGISTICS;
	triaged.policy_id = "default";
	triaged.policy_version = 1;
	say(triaged);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	want_told(REASON_INQUIRY_BY_RULE, 1);
	const struct event *told = last.told[last.told_count - 1].event;
	assert_int_equal(told->cause, CAUSE_INQUIRY_OPENED);
	assert_int_equal(told->actor.kind, ACTOR_KIND_OMBUD);
	assert_int_equal(told->said->to_party, PARTY_LOGISTICS);
	say(triaged);
	assert_int_equal(last.told_count, 1);
	answer_inquiry("first_answer");
	assert_int_equal(state_of(1), INQUIRY_ANSWERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(b5_an_inspection_is_ordered_and_reported),
	    HISTORY_TEST(b5_only_who_was_asked_reports),
	    HISTORY_TEST(d1_a_silent_inspector_leaves_it_to_the_platform),
	    HISTORY_TEST(inspections_are_bounded),
	    HISTORY_TEST(a_finding_is_a_persons_and_has_grounds),
	    HISTORY_TEST(d2_a_finding_without_a_decision_is_decided_by_default),
	    HISTORY_TEST(d2_an_end_from_before_the_finding_still_decides),
	    HISTORY_TEST(a_request_that_stands_can_be_withdrawn),
	    HISTORY_TEST(what_has_come_is_owed_no_more),
	    HISTORY_TEST(b12_inquiries_are_asked_and_answered_each_for_itself),
	    HISTORY_TEST(b12_silence_lapses_and_a_late_answer_is_heard),
	    HISTORY_TEST(d1_a_decision_ends_what_was_asked),
	    HISTORY_TEST(inquiries_out_of_place),
	    HISTORY_TEST(b7_a_carrier_that_answers_first_is_asked_by_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
