/* Between the platform's stepping in and its decision: an inspection, a preliminary finding. */
#include "tests/unit/history.h"

#include <string.h>

#include "common/base/instant.h"

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

static bool may(enum party party, enum action action)
{
	const struct event *told = last.told[last.told_count - 1].event;
	for (size_t i = 0; i < told->actions_count; i++)
		if (told->actions[i].party == party && told->actions[i].action == action)
			return true;
	return false;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(b5_an_inspection_is_ordered_and_reported),
	    HISTORY_TEST(b5_only_who_was_asked_reports),
	    HISTORY_TEST(d1_a_silent_inspector_leaves_it_to_the_platform),
	    HISTORY_TEST(inspections_are_bounded),
	    HISTORY_TEST(a_finding_is_a_persons_and_has_grounds),
	    HISTORY_TEST(d2_a_finding_without_a_decision_is_decided_by_default),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
