/* What follows a decision when somebody does not take it: appeals, recusal, reopening, told as short histories. */
#include "common/base/instant.h"
#include "tests/unit/history.h"

static struct event decided_by(const char *person, enum decision_outcome outcome, struct remedy *remedy)
{
	struct event event = decision(ID, outcome, remedy);
	event.actor.id = person;
	return event;
}

/* Half of the order goes back, by the decision of one agent. */
static void come_to_remedies(void)
{
	come_to_review();
	say(decided_by("agent", DECISION_OUTCOME_IN_PART, refund(5000, "CNY", "")));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
}

static void appeal(enum actor_kind kind, bool with_evidence)
{
	static struct evidence piece = {.evidence_id = "e9", .kind = "photo", .uri = "https://files.example/e9", .media_type = ""};
	struct event event = said(EVENT_APPEAL_FILED, kind, ID);
	event.text = "The key had been used.";
	event.evidence = &piece;
	event.evidence_count = with_evidence ? 1 : 0;
	say(event);
}

static void come_to_appeal(void)
{
	come_to_remedies();
	appeal(ACTOR_KIND_MERCHANT_PERSON, false);
	want_stage(ID, STAGE_APPEALED);
}

static void come_to_mediation(void)
{
	come_to_appeal();
	say(decided_by("other", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	appeal(ACTOR_KIND_COMPLAINANT, true);
	want_stage(ID, STAGE_EXTERNAL_MEDIATION);
}

static void mediated(enum mediation_outcome outcome, struct remedy *remedy)
{
	struct event event = said(EVENT_MEDIATION_REPORTED, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.mediation_outcome = outcome;
	event.remedies = remedy;
	event.remedies_count = remedy ? 1 : 0;
	say(event);
}

static const struct allowed_action *told_action(enum party party, enum action action)
{
	const struct event *told = last.told[0].event;
	for (size_t i = 0; i < told->actions_count; i++)
		if (told->actions[i].party == party && told->actions[i].action == action)
			return &told->actions[i];
	return NULL;
}

static enum remedy_state state_of(const char *decision_id)
{
	for (size_t i = 0; i < get(ID)->remedies_count; i++)
		if (strcmp(get(ID)->remedies[i].decision_id, decision_id) == 0)
			return get(ID)->remedies[i].state;
	return 0;
}

/* ---- the window ---- */

static void a_decision_is_open_to_both_sides_beside_what_follows_it(void **state)
{
	come_to_remedies();
	assert_int_equal(told_action(PARTY_COMPLAINANT, ACTION_APPEAL)->clock, CLOCK_APPEAL);
	assert_int_equal(told_action(PARTY_MERCHANT, ACTION_APPEAL)->silence, SILENCE_OUTCOME_FINAL);
	assert_false(told_action(PARTY_MERCHANT, ACTION_APPEAL)->mandatory);
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
	assert_non_null(told_action(PARTY_MERCHANT, ACTION_APPEAL));
	say_plain(EVENT_RESOLUTION_CONFIRMED, ACTOR_KIND_COMPLAINANT);
	assert_non_null(told_action(PARTY_MERCHANT, ACTION_APPEAL));
	appeal(ACTOR_KIND_MERCHANT_PERSON, false);
	want_stage(ID, STAGE_APPEALED);
	assert_null(told_action(PARTY_MERCHANT, ACTION_APPEAL));
	assert_int_equal(last.told[0].event->must_act, PARTY_PLATFORM);
}

static void the_window_ends_in_whatever_stage_it_is(void **state)
{
	come_to_remedies();
	struct event event = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	event.ground = SILENCE_GROUND_APPEAL_WINDOW_PASSED;
	event.clock = CLOCK_APPEAL;
	event.stage = STAGE_AWAITING_CONFIRMATION; /* another than intake has by now */
	event.due_at_us = now_us;
	say(event);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[0].event->reason, REASON_NOBODY_APPEALED);
	assert_null(told_action(PARTY_MERCHANT, ACTION_APPEAL));
	appeal(ACTOR_KIND_MERCHANT_PERSON, true);
	want_refused(REFUSAL_APPEAL_NOT_OPEN);
	say(event); /* said twice it is nothing new */
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
}

static void the_window_of_an_earlier_decision_ends_nothing(void **state)
{
	come_to_remedies();
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	now_us += US_PER_HOUR;
	say_plain(EVENT_RESOLUTION_DISPUTED, ACTOR_KIND_COMPLAINANT);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	struct event event = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	event.ground = SILENCE_GROUND_APPEAL_WINDOW_PASSED;
	event.due_at_us = now_us - 1;
	say(event);
	want_refused(REFUSAL_COMPLAINT_CLOSED);
	assert_true(get(ID)->appeal_open);
}

static void nothing_but_a_decision_is_appealed_against(void **state)
{
	come_to_negotiating();
	appeal(ACTOR_KIND_COMPLAINANT, true);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	assert_null(told_action(PARTY_MERCHANT, ACTION_APPEAL));
	appeal(ACTOR_KIND_MERCHANT_PERSON, true);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
}

/* ---- by another person ---- */

static void nobody_decides_his_own_appeal(void **state)
{
	come_to_appeal();
	say(decided_by("agent", DECISION_OUTCOME_IN_PART, NULL));
	want_refused(REFUSAL_NEEDS_ANOTHER_PERSON);
	say(decided_by("", DECISION_OUTCOME_IN_PART, NULL));
	want_refused(REFUSAL_NEEDS_ANOTHER_PERSON);
	struct event event = decided_by("rule", DECISION_OUTCOME_IN_PART, NULL);
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	say(event);
	want_refused(REFUSAL_NEEDS_ANOTHER_PERSON);
	want_stage(ID, STAGE_APPEALED);
	say(decided_by("other", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	assert_int_equal(last.told[0].event->stage, STAGE_DECIDED);
	assert_int_equal(last.told[0].event->reason, REASON_APPEAL_DECIDED);
	assert_int_equal(last.told[1].event->decided, REASON_APPEAL_DECIDED);
}

/* Who decided is not asked again, and his queue gets it. */
static void whoever_decided_owns_it_no_more(void **state)
{
	come_to_review();
	struct event event = said(EVENT_ASSIGNMENT_CHANGED, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.owner_id = "agent";
	say(event);
	say(decided_by("agent", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_CLOSED);
	assert_string_equal(last.told[0].event->owner_id, "agent");
	appeal(ACTOR_KIND_COMPLAINANT, false);
	assert_string_equal(last.told[0].event->owner_id, "");
}

/* ---- what becomes of the money ---- */

static void what_was_ordered_for_the_complainant_goes_on_under_an_appeal(void **state)
{
	come_to_appeal();
	assert_int_equal(state_of("decision-1"), REMEDY_ORDERED);
	say(decided_by("other", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[1].event->reason, REASON_REMEDIES_GO_ON);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
}

static void a_remedy_done_under_an_appeal_is_known_to_be_the_last(void **state)
{
	come_to_appeal();
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_APPEALED);
	assert_int_equal(last.told[0].event->reason, REASON_REMEDIES_DONE);
	say(decided_by("other", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_CLOSED);
}

static void a_won_appeal_adds_what_is_left_of_the_order_and_no_more(void **state)
{
	come_to_appeal();
	say(decided_by("other", DECISION_OUTCOME_FOR_COMPLAINANT, refund(5001, "CNY", "")));
	want_refused(REFUSAL_EXCEEDS_ORDER);
	say(decided_by("other", DECISION_OUTCOME_FOR_COMPLAINANT, refund(5000, "CNY", "")));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_string_equal(last.told[2].event->remedy_key, ID "/decision-2/refund/1");
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	report(ID, "decision-2", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
}

/* ---- silence ---- */

static void d2_an_appeal_that_nobody_decides_leaves_the_decision(void **state)
{
	come_to_appeal();
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[0].event->reason, REASON_APPEAL_UNDECIDED);
	assert_int_equal(get(ID)->outcome, DECISION_OUTCOME_IN_PART);
	assert_int_equal(told_action(PARTY_MERCHANT, ACTION_APPEAL)->clock, CLOCK_SECOND_APPEAL);
	assert_int_equal(get(ID)->decisions, 1);
}

static void d2_a_remedy_that_failed_meanwhile_is_decided_anew(void **state)
{
	come_to_appeal();
	report(ID, "decision-1", REMEDY_OUTCOME_FAILED);
	want_stage(ID, STAGE_APPEALED);
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(last.told[0].event->reason, REASON_REMEDY_FAILED);
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
}

/* Upheld, it is ordered anew: what has failed would be forgotten. */
static void a_remedy_that_failed_under_an_appeal_is_not_forgotten(void **state)
{
	come_to_appeal();
	report(ID, "decision-1", REMEDY_OUTCOME_FAILED);
	say(decided_by("other", DECISION_OUTCOME_IN_PART, NULL));
	want_refused(REFUSAL_REMEDY_MISSING);
	say(decided_by("other", DECISION_OUTCOME_IN_PART, refund(5000, "CNY", "")));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
}

/* What has been given already is enough to agree with the complainant once more. */
static void nothing_more_need_be_ordered_where_all_was_given(void **state)
{
	come_to_review();
	say(decided_by("agent", DECISION_OUTCOME_FOR_COMPLAINANT, NULL));
	want_refused(REFUSAL_REMEDY_MISSING);
	say(decided_by("agent", DECISION_OUTCOME_FOR_COMPLAINANT, refund(10000, "CNY", "")));
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	say_plain(EVENT_RESOLUTION_DISPUTED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	say(decided_by("agent", DECISION_OUTCOME_FOR_COMPLAINANT, NULL));
	want_stage(ID, STAGE_CLOSED);
}

/* The merchant's appeal is not the complainant's to end. */
static void what_is_decided_is_not_withdrawn(void **state)
{
	come_to_remedies();
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	appeal(ACTOR_KIND_MERCHANT_PERSON, false);
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	want_stage(ID, STAGE_APPEALED);
}

/* ---- the second ---- */

static void a_second_appeal_needs_new_evidence_and_goes_outside(void **state)
{
	come_to_appeal();
	say(decided_by("other", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	assert_int_equal(told_action(PARTY_COMPLAINANT, ACTION_APPEAL)->clock, CLOCK_SECOND_APPEAL);
	appeal(ACTOR_KIND_COMPLAINANT, false);
	want_refused(REFUSAL_NEEDS_NEW_EVIDENCE);
	appeal(ACTOR_KIND_COMPLAINANT, true);
	want_stage(ID, STAGE_EXTERNAL_MEDIATION);
	assert_int_equal(get(ID)->evidence_count, 1);
	assert_int_equal(told_action(PARTY_PLATFORM, ACTION_REPORT_MEDIATION)->clock, CLOCK_EXTERNAL_MEDIATION);
	appeal(ACTOR_KIND_COMPLAINANT, true);
	want_refused(REFUSAL_APPEAL_NOT_OPEN);
}

static void what_is_agreed_outside_is_carried_out(void **state)
{
	come_to_mediation();
	mediated(MEDIATION_OUTCOME_FAILED, refund(1000, "CNY", ""));
	want_refused(REFUSAL_REMEDIES_CONTRADICT_OUTCOME);
	mediated(MEDIATION_OUTCOME_AGREED, refund(6000, "CNY", ""));
	want_refused(REFUSAL_EXCEEDS_ORDER);
	mediated(MEDIATION_OUTCOME_AGREED, refund(1000, "CNY", ""));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[1].event->decided, REASON_MEDIATION_REPORTED);
	assert_string_equal(last.told[2].event->remedy_key, ID "/mediation-3/refund/1");
	assert_int_equal(get(ID)->outcome, DECISION_OUTCOME_FOR_MERCHANT);
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	report(ID, "mediation-3", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
	appeal(ACTOR_KIND_COMPLAINANT, true);
	want_refused(REFUSAL_APPEAL_NOT_OPEN);
}

static void a_mediation_without_result_leaves_the_first_appeal(void **state)
{
	static const enum mediation_outcome none[] = {
	    MEDIATION_OUTCOME_FAILED, MEDIATION_OUTCOME_WITHDRAWN, MEDIATION_OUTCOME_NOT_TAKEN};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		history_teardown(state);
		history_setup(state);
		come_to_mediation();
		report(ID, "decision-1", REMEDY_OUTCOME_DONE);
		mediated(none[i], NULL);
		want_stage(ID, STAGE_CLOSED);
		assert_int_equal(get(ID)->outcome, DECISION_OUTCOME_FOR_MERCHANT);
		assert_false(get(ID)->appeal_open);
	}
}

static void d1_a_mediation_that_nobody_reports_leaves_the_first_appeal(void **state)
{
	come_to_mediation();
	be_silent(SILENCE_GROUND_MEDIATION_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[0].event->reason, REASON_MEDIATION_SILENT);
	assert_null(told_action(PARTY_COMPLAINANT, ACTION_APPEAL));
}

/* What stood before, what lapsed and what was said by somebody are three things. */
static void d9_upheld_by_silence_is_no_decision(void **state)
{
	come_to_appeal();
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	assert_int_equal(last.told[0].event->actor.kind, ACTOR_KIND_OMBUD);
	assert_int_equal(last.told[0].event->outcome, DECISION_OUTCOME_UNSPECIFIED);
	assert_string_equal(get(ID)->decision_id, "decision-1");
}

/* ---- whose it is ---- */

static void assign(const char *person)
{
	struct event event = said(EVENT_ASSIGNMENT_CHANGED, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.owner_id = person;
	say(event);
}

static void recuse(const char *person)
{
	struct event event = said(EVENT_RECUSAL_ASKED, ACTOR_KIND_COMPLAINANT, ID);
	event.owner_id = person;
	say(event);
}

static void d10_an_assignment_has_its_number_and_names_who_is_displaced(void **state)
{
	come_to_review();
	assign("agent");
	assert_int_equal(last.told[0].event->assignments, 1);
	assert_string_equal(last.told[0].event->owner_before_id, "");
	assign("other");
	assert_int_equal(last.told[0].event->assignments, 2);
	assert_string_equal(last.told[0].event->owner_before_id, "agent");
	assign("other"); /* two at once: the second displaces nobody */
	assert_int_equal(last.told[0].event->assignments, 2);
	assert_string_equal(last.told[0].event->owner_before_id, "");
}

static void d10_recusal_takes_it_from_whoever_owns_it_and_from_nobody_else(void **state)
{
	come_to_review();
	recuse("");
	want_refused(REFUSAL_NOT_THE_OWNER);
	assign("agent");
	recuse("other");
	want_refused(REFUSAL_NOT_THE_OWNER);
	recuse("agent");
	assert_string_equal(get(ID)->owner_id, "");
	assert_string_equal(last.told[0].event->owner_before_id, "agent");
	assert_int_equal(last.told[0].event->assignments, 2);
	assign("other");
	recuse("agent"); /* he has gone already */
	want_refused(REFUSAL_NOT_THE_OWNER);
	assert_string_equal(get(ID)->owner_id, "other");
}

/* ---- reopened ---- */

static void reopening_is_the_platforms(void **state)
{
	come_to_review();
	say_plain(EVENT_COMPLAINT_REOPENED, ACTOR_KIND_PLATFORM_PERSON);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	say(decided_by("agent", DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_CLOSED);
	assert_non_null(told_action(PARTY_COMPLAINANT, ACTION_APPEAL));
	say_plain(EVENT_COMPLAINT_REOPENED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_NEEDS_PLATFORM);
	say_plain(EVENT_COMPLAINT_REOPENED, ACTOR_KIND_MERCHANT_PERSON);
	want_refused(REFUSAL_WRONG_PARTY);
	say_plain(EVENT_COMPLAINT_REOPENED, ACTOR_KIND_PLATFORM_PERSON);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(last.told[0].event->reason, REASON_REOPENED);
	assert_false(get(ID)->appeal_open);
}

/* Whoever reopens gives nobody a third appeal, and nobody more than the order. */
static void a_reopened_complaint_goes_on_with_what_is_left(void **state)
{
	come_to_mediation();
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	mediated(MEDIATION_OUTCOME_FAILED, NULL);
	say_plain(EVENT_COMPLAINT_REOPENED, ACTOR_KIND_PLATFORM_PERSON);
	say(decided_by("agent", DECISION_OUTCOME_FOR_COMPLAINANT, refund(5001, "CNY", "")));
	want_refused(REFUSAL_EXCEEDS_ORDER);
	say(decided_by("agent", DECISION_OUTCOME_FOR_COMPLAINANT, refund(5000, "CNY", "")));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_null(told_action(PARTY_MERCHANT, ACTION_APPEAL));
}

/* The first one's key is done: the backend would take the second for it. */
static void d5_an_offer_and_a_settlement_after_a_reopening_have_keys_of_their_own(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(1000, "CNY", ""));
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	report(ID, "offer", REMEDY_OUTCOME_DONE);
	say_plain(EVENT_RESOLUTION_CONFIRMED, ACTOR_KIND_COMPLAINANT);
	for (int n = 1; n <= 2; n++) {
		say_plain(EVENT_COMPLAINT_REOPENED, ACTOR_KIND_PLATFORM_PERSON);
		struct event event = said(EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_PLATFORM_PERSON, ID);
		event.remedies = refund(1000 * n, "CNY", "");
		event.remedies_count = 1;
		say(event);
		want_stage(ID, STAGE_CLOSED);
		const struct remedy_entry *entry = &get(ID)->remedies[n];
		assert_string_equal(
		    remedy_key(arena, get(ID), entry), n == 1 ? ID "/settlement/refund/1" : ID "/settlement/refund/2");
		assert_int_equal(entry->remedy.amount.minor_units, 1000 * n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(a_decision_is_open_to_both_sides_beside_what_follows_it),
	    HISTORY_TEST(the_window_ends_in_whatever_stage_it_is),
	    HISTORY_TEST(the_window_of_an_earlier_decision_ends_nothing),
	    HISTORY_TEST(nothing_but_a_decision_is_appealed_against),
	    HISTORY_TEST(nobody_decides_his_own_appeal),
	    HISTORY_TEST(whoever_decided_owns_it_no_more),
	    HISTORY_TEST(what_was_ordered_for_the_complainant_goes_on_under_an_appeal),
	    HISTORY_TEST(a_remedy_done_under_an_appeal_is_known_to_be_the_last),
	    HISTORY_TEST(a_won_appeal_adds_what_is_left_of_the_order_and_no_more),
	    HISTORY_TEST(d2_an_appeal_that_nobody_decides_leaves_the_decision),
	    HISTORY_TEST(d2_a_remedy_that_failed_meanwhile_is_decided_anew),
	    HISTORY_TEST(a_remedy_that_failed_under_an_appeal_is_not_forgotten),
	    HISTORY_TEST(nothing_more_need_be_ordered_where_all_was_given),
	    HISTORY_TEST(what_is_decided_is_not_withdrawn),
	    HISTORY_TEST(a_second_appeal_needs_new_evidence_and_goes_outside),
	    HISTORY_TEST(what_is_agreed_outside_is_carried_out),
	    HISTORY_TEST(a_mediation_without_result_leaves_the_first_appeal),
	    HISTORY_TEST(d1_a_mediation_that_nobody_reports_leaves_the_first_appeal),
	    HISTORY_TEST(d10_an_assignment_has_its_number_and_names_who_is_displaced),
	    HISTORY_TEST(d10_recusal_takes_it_from_whoever_owns_it_and_from_nobody_else),
	    HISTORY_TEST(reopening_is_the_platforms),
	    HISTORY_TEST(a_reopened_complaint_goes_on_with_what_is_left),
	    HISTORY_TEST(d5_an_offer_and_a_settlement_after_a_reopening_have_keys_of_their_own),
	    HISTORY_TEST(d9_upheld_by_silence_is_no_decision),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
