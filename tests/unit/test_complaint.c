/* Intake's decisions from filing to the end, told as short histories: what is said, and what must have come of it. */
#include "common/base/instant.h"
#include "tests/unit/history.h"

/* ---- the main road ---- */

static void filing_is_told_in_full(void **state)
{
	record_order();
	assert_int_equal(last.outcome, TURN_DONE);
	assert_int_equal(last.told_count, 0);
	struct event event = filing(ID);
	event.statement.text = "卡密无效";
	say(event);
	want_stage(ID, STAGE_FILED);
	const struct event *told = last.told[0].event;
	assert_int_equal(last.told_count, 1);
	assert_int_equal(last.told[0].sequence, 1);
	assert_int_equal(told->cause, CAUSE_COMPLAINT_FILED);
	assert_string_equal(told->statement.text, "卡密无效");
	assert_ptr_equal(told->order, &paid_order);
	assert_string_equal(told->merchant_id, "shop");
	assert_int_equal(told->must_act, PARTY_OMBUD);
	assert_int_equal(told->complained_at_us, now_us);
	assert_true(get(ID)->fresh);
}

static void triage_goes_on_at_once(void **state)
{
	come_to_negotiating();
	assert_int_equal(last.told_count, 2);
	assert_int_equal(last.told[0].event->stage, STAGE_TRIAGED);
	assert_int_equal(last.told[1].event->stage_before, STAGE_TRIAGED);
	assert_int_equal(last.told[1].event->must_act, PARTY_MERCHANT);
	assert_int_equal(last.told[1].sequence, 3);
	assert_string_equal(last.told[1].event->policy_id, "default");
}

static void offer_accepted_and_carried_out(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	assert_int_equal(last.told[0].event->said->answer, ANSWER_OFFER);
	assert_int_equal(last.told[0].event->said->remedies_count, 1);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_string_equal(last.told[1].event->remedy_key, ID "/offer/refund/1");
	assert_int_equal(last.told[1].sequence, 1);
	report(ID, "offer", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
	say_plain(EVENT_RESOLUTION_CONFIRMED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_CLOSED);
	assert_int_equal(last.told[0].event->must_act, PARTY_NOBODY);
}

static void offer_without_remedy_accepted_is_the_end(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, NULL);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_CLOSED);
}

static void decision_for_the_complainant(void **state)
{
	come_to_review();
	struct event event = decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10000, "CNY", ""));
	event.decision_id = "d7";
	say(event);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told_count, 3); /* decided, under way, the order */
	assert_int_equal(last.told[0].event->stage, STAGE_DECIDED);
	assert_string_equal(last.told[0].event->grounds->facts_found, "The key was used before the sale.");
	assert_int_equal(last.told[1].event->cause, CAUSE_REMEDY_ORDERED);
	assert_string_equal(last.told[1].event->grounds->facts_found, "The key was used before the sale.");
	assert_int_equal(last.told[1].event->outcome, DECISION_OUTCOME_FOR_COMPLAINANT);
	assert_string_equal(last.told[2].event->remedy_key, ID "/d7/refund/1");
	assert_string_equal(last.told[2].event->text, "The key was used before the sale.");
}

/* Who is asked first reads what about. */
static void the_merchant_is_told_what_is_complained_of(void **state)
{
	record_order();
	struct event event = filing(ID);
	event.statement = (struct statement){"The key is dead.", 0, "my money back"};
	say(event);
	event = said(EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, ID);
	event.first_answer = PARTY_MERCHANT;
	event.policy_id = "default";
	say(event);
	want_stage(ID, STAGE_NEGOTIATING);
	const struct event *told = last.told[last.told_count - 1].event;
	assert_string_equal(told->statement.text, "The key is dead.");
	assert_string_equal(told->statement.wanted, "my money back");
	assert_int_equal(told->order->total.minor_units, 10000);
}

/* Whoever appeals does so from there: nothing is waited for. */
static void a_decision_that_orders_nothing_closes_at_once(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_BASELESS, NULL));
	want_stage(ID, STAGE_CLOSED);
	assert_int_equal(last.told_count, 2);
	assert_int_equal(last.told[0].event->stage, STAGE_DECIDED);
	assert_int_equal(last.told[1].event->stage, STAGE_CLOSED);
	assert_int_equal(last.told[1].event->cause, CAUSE_DECISION_MADE);
	assert_int_equal(last.told[1].event->reason, REASON_NOTHING_ORDERED);
}

static void disputed_resolution_comes_back(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_IN_PART, refund(4000, "CNY", "")));
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	say_plain(EVENT_RESOLUTION_DISPUTED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(6001, "CNY", "")));
	want_refused(REFUSAL_EXCEEDS_ORDER);
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(6000, "CNY", "")));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_string_equal(last.told[2].event->remedy_key, ID "/decision-2/refund/1");
}

/* ---- silences ---- */

static void merchant_silent_platform_silent_complainant_silent(void **state)
{
	come_to_negotiating();
	be_silent(SILENCE_GROUND_MERCHANT_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(last.told[0].event->cause, CAUSE_SILENCE_REACHED);
	assert_int_equal(last.told[0].event->actor.kind, ACTOR_KIND_OMBUD);
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[0].event->outcome, DECISION_OUTCOME_FOR_COMPLAINANT);
	assert_int_equal(last.told[0].event->decided, REASON_DECIDED_BY_DEFAULT);
	assert_null(last.told[0].event->grounds);
	assert_int_equal(last.told[2].event->remedy->amount.minor_units, 10000);
	be_silent(SILENCE_GROUND_REMEDY_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_true(get(ID)->referred);
	report(ID, "default-1", REMEDY_OUTCOME_DONE);
	be_silent(SILENCE_GROUND_CONFIRMATION_SILENT);
	want_stage(ID, STAGE_CLOSED);
}

static void offer_lapses_but_a_defence_does_not(void **state)
{
	come_to_negotiating();
	answer(ANSWER_DEFENCE, NULL);
	be_silent(SILENCE_GROUND_OFFER_LAPSED);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	be_silent(SILENCE_GROUND_DEFENCE_UNANSWERED);
	want_stage(ID, STAGE_CLOSED);
}

static void timely_answer_beats_the_firing(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, NULL);
	be_silent(SILENCE_GROUND_MERCHANT_SILENT);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	assert_string_equal(last.told[0].event->refused_type, "ombud.escalation.v1.SilenceReached");
}

static void firing_of_an_earlier_round_is_stale(void **state)
{
	come_to_review();
	struct event event = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	event.ground = SILENCE_GROUND_PLATFORM_SILENT;
	event.due_at_us = now_us - 1;
	say(event);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	event.due_at_us = now_us;
	event.stage = STAGE_NEGOTIATING;
	say(event);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
}

static void s1_an_automatic_answer_stops_no_clock(void **state)
{
	come_to_negotiating();
	struct event event = said(EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PROGRAM, ID);
	event.answer = ANSWER_OFFER;
	say(event);
	want_stage(ID, STAGE_NEGOTIATING);
	assert_int_equal(last.outcome, TURN_DONE);
	be_silent(SILENCE_GROUND_MERCHANT_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

/* ---- refusals ---- */

static void d2_a_decision_needs_its_grounds(void **state)
{
	come_to_review();
	struct event event = decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL);
	event.grounds = NULL;
	say(event);
	want_refused(REFUSAL_WITHOUT_GROUNDS);
	event.grounds = grounds();
	event.grounds->clauses_count = 0;
	say(event);
	want_refused(REFUSAL_WITHOUT_GROUNDS);
	event.grounds = grounds();
	event.grounds->facts_found = "";
	say(event);
	want_refused(REFUSAL_FACTS_MISSING);
	event.grounds = grounds();
	event.grounds->answers_count = 0;
	say(event);
	want_refused(REFUSAL_CRITERION_UNANSWERED);
	struct weighed_evidence weighed = {"e1", PARTY_COMPLAINANT, "The key is dead."};
	event.grounds = grounds();
	event.grounds->weighed = &weighed;
	event.grounds->weighed_count = 1;
	say(event);
	want_refused(REFUSAL_EVIDENCE_UNKNOWN);
	struct event added = said(EVENT_EVIDENCE_ADDED, ACTOR_KIND_COMPLAINANT, ID);
	added.evidence = &(struct evidence){.evidence_id = "e1", .kind = "photo", .uri = "https://x/1", .media_type = ""};
	added.evidence_count = 1;
	say(added);
	say(event);
	want_stage(ID, STAGE_CLOSED);
}

/* Who bears it, and what is done, are part of it. */
static void O12_a_decision_is_whole_or_refused(void **state)
{
	come_to_review();
	struct event event = decision(ID, DECISION_OUTCOME_IN_PART, NULL);
	say(event);
	want_refused(REFUSAL_REMEDY_MISSING);
	event = decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10, "CNY", ""));
	event.responsibilities_count = 0;
	say(event);
	want_refused(REFUSAL_RESPONSIBILITY_MISSING);
	struct responsibility two[] = {{PARTY_MERCHANT, 600, ""}, {PARTY_LOGISTICS, 399, "sf"}};
	event.responsibilities = two;
	event.responsibilities_count = 2;
	say(event);
	want_refused(REFUSAL_SHARES_NOT_WHOLE);
	two[1].share_per_mille = 400;
	event.grounds->clauses[0] = "3.2@2";
	say(event);
	want_refused(REFUSAL_CLAUSE_UNKNOWN);
	event.grounds->clauses[0] = "3.2@1";
	say(event);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
}

/* Open until the decision, then frozen. */
static void D6_evidence_is_frozen_by_the_decision(void **state)
{
	come_to_review();
	struct event added = said(EVENT_EVIDENCE_ADDED, ACTOR_KIND_COMPLAINANT, ID);
	added.evidence = &(struct evidence){.evidence_id = "e1", .kind = "photo", .uri = "https://x/1", .media_type = ""};
	added.evidence_count = 1;
	say(added);
	assert_int_equal(last.outcome, TURN_DONE);
	assert_int_equal(get(ID)->evidence_count, 1);
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10, "CNY", "")));
	say(added);
	want_refused(REFUSAL_EVIDENCE_FROZEN);
	assert_int_equal(get(ID)->evidence_count, 1);
}

/* Nobody demands more than the type's list without saying why. */
static void A4_a_further_demand_needs_a_reason(void **state)
{
	static const char *listed[] = {"key_check"}, *more[] = {"key_check", "identity_card"};
	come_to_review();
	struct event asked = said(EVENT_EVIDENCE_REQUESTED, ACTOR_KIND_PLATFORM_PERSON, ID);
	asked.to_party = PARTY_COMPLAINANT;
	asked.evidence_kinds = listed;
	asked.evidence_kinds_count = 1;
	say(asked);
	assert_int_equal(last.outcome, TURN_DONE);
	asked.evidence_kinds = more;
	asked.evidence_kinds_count = 2;
	say(asked);
	want_refused(REFUSAL_REASON_MISSING);
	asked.text = "The account's name is in dispute.";
	say(asked);
	assert_int_equal(last.outcome, TURN_DONE);
}

/* The reasoned event to both sides comes before the remedy's own, whoever decided. */
static void D11_no_remedy_before_its_reasoned_event(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10, "CNY", "")));
	size_t told = 0, ordered = 0;
	for (size_t i = 0; i < last.told_count; i++) {
		const struct event *event = last.told[i].event;
		if (event->type_id == EVENT_COMPLAINT_CHANGED && event->said && event->said->type_id == EVENT_DECISION_MADE)
			told = i + 1;
		if (event->type_id == EVENT_REMEDY_ORDERED && !ordered)
			ordered = i + 1;
	}
	assert_true(told > 0);
	assert_true(ordered > told);
}

static void decisions_out_of_place(void **state)
{
	come_to_negotiating();
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_COMPLAINANT);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_refused(REFUSAL_COMPLAINT_CLOSED);
	assert_int_equal(last.told[0].sequence, get(ID)->told);
	say(decision(ID2, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	assert_int_equal(last.outcome, TURN_AWAITS);
}

static void decisions_that_contradict_themselves(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_BASELESS, refund(1, "CNY", "")));
	want_refused(REFUSAL_REMEDIES_CONTRADICT_OUTCOME);
	struct event event = decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(1, "CNY", ""));
	event.decision_id = "offer";
	say(event);
	want_refused(REFUSAL_DECISION_ID_USED);
	event.actor.kind = ACTOR_KIND_MERCHANT_PERSON;
	event.decision_id = "";
	say(event);
	want_refused(REFUSAL_WRONG_PARTY);
	event.actor.kind = ACTOR_KIND_OMBUD;
	say(event);
	want_refused(REFUSAL_WRONG_PARTY);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

static void steps_of_the_wrong_time(void **state)
{
	static const enum event_type too_early[] = {EVENT_OFFER_ACCEPTED, EVENT_OFFER_REFUSED, EVENT_STEP_IN_ASKED,
	    EVENT_COUNTER_OFFER_MADE, EVENT_RESOLUTION_CONFIRMED, EVENT_RESOLUTION_DISPUTED, EVENT_APPEAL_FILED};
	static const enum event_type not_yet[] = {EVENT_ESCALATION_ACKNOWLEDGED, EVENT_POLICY_MOVED};
	come_to_negotiating();
	for (size_t i = 0; i < sizeof(too_early) / sizeof(too_early[0]); i++) {
		say_plain(too_early[i], ACTOR_KIND_COMPLAINANT);
		want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	}
	for (size_t i = 0; i < sizeof(not_yet) / sizeof(not_yet[0]); i++) {
		say_plain(not_yet[i], ACTOR_KIND_PLATFORM_PERSON);
		want_refused(REFUSAL_NOT_AVAILABLE);
	}
	answer(ANSWER_UNSPECIFIED, NULL);
	want_refused(REFUSAL_ANSWER_EMPTY);
}

/* ---- amending, evidence, urging, messages ---- */

static void a6_amended_within_a_day(void **state)
{
	record_order();
	say(filing(ID));
	struct event event = said(EVENT_COMPLAINT_AMENDED, ACTOR_KIND_COMPLAINANT, ID);
	event.statement.text = "better words";
	now_us += 24 * US_PER_HOUR;
	say(event);
	assert_int_equal(last.outcome, TURN_DONE);
	assert_string_equal(get(ID)->statement.text, "better words");
	assert_int_equal(get(ID)->versions_new_count, 1);
	assert_int_equal(get(ID)->type, COMPLAINT_TYPE_NOT_DELIVERED);
	now_us += 1;
	say(event);
	want_refused(REFUSAL_AMENDED_TOO_LATE);
}

static void a6_evidence_until_the_decision(void **state)
{
	struct evidence one = {.evidence_id = "e", .kind = "screenshot", .uri = "https://x", .media_type = "image/png"};
	come_to_review();
	struct event event = said(EVENT_EVIDENCE_ADDED, ACTOR_KIND_MERCHANT_PERSON, ID);
	event.evidence = &one;
	event.evidence_count = 1;
	say(event);
	assert_int_equal(get(ID)->evidence_count, 1);
	assert_int_equal(last.told[0].event->said->evidence_count, 1);
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10000, "CNY", "")));
	say(event);
	want_refused(REFUSAL_EVIDENCE_FROZEN);
}

static void a2_urging_has_a_cooldown(void **state)
{
	record_order();
	say(filing(ID));
	for (int i = 0; i < 100; i++) {
		say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
		now_us += 36 * US_PER_SECOND;
	}
	want_refused(REFUSAL_URGED_TOO_SOON);
	assert_int_equal(get(ID)->urges, 1);
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	assert_int_equal(get(ID)->urges, 2);
	assert_int_equal(last.told[0].event->urges, 2);
}

static void s3_a_message_after_the_end_changes_nothing(void **state)
{
	record_order();
	say(filing(ID));
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_COMPLAINANT);
	say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT);
	assert_int_equal(last.outcome, TURN_DONE);
	want_stage(ID, STAGE_WITHDRAWN);
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_COMPLAINT_CLOSED);
}

static void d3_settlement_in_every_stage_before_the_decision(void **state)
{
	come_to_negotiating();
	struct event event = said(EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_MERCHANT_PERSON, ID);
	event.remedies = refund(2000, "CNY", "");
	event.remedies_count = 1;
	say(event);
	want_stage(ID, STAGE_NEGOTIATING); /* a proposal: it would bind the other side */
	event.actor = (struct actor){ACTOR_KIND_PLATFORM_PERSON, "agent", ""};
	event.remedies = refund(20000, "CNY", "");
	say(event);
	want_refused(REFUSAL_EXCEEDS_ORDER);
	event.remedies = refund(2000, "CNY", "");
	say(event);
	want_stage(ID, STAGE_CLOSED);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	assert_int_equal(remedies_left(&dossier, get(ID)).minor_units, 8000);
}

/* The key numbers what is ordered: a backend that does each key once must do the second one, too, and the store keep both sums. */
static void a_settlement_after_a_reopening_has_a_key_of_its_own(void **state)
{
	come_to_negotiating();
	struct event event = said(EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.remedies = refund(2000, "CNY", "");
	event.remedies_count = 1;
	say(event);
	struct complaint *complaint = get(ID);
	complaint->stage = STAGE_PLATFORM_REVIEW; /* as a reopening does, which is of a later issue */
	event.remedies = refund(500, "CNY", "");
	say(event);
	assert_int_equal(complaint->remedies_count, 2);
	assert_string_equal(remedy_key(arena, complaint, &complaint->remedies[0]), ID "/settlement/refund/1");
	assert_string_equal(remedy_key(arena, complaint, &complaint->remedies[1]), ID "/settlement/refund/2");
	assert_int_equal(complaint->remedies[0].remedy.amount.minor_units, 2000);
	assert_int_equal(complaint->remedies[1].remedy.amount.minor_units, 500);
}

static void decide_as(const char *id, const char *decision_id, struct remedy *remedy)
{
	struct event event = decision(id, remedy ? DECISION_OUTCOME_IN_PART : DECISION_OUTCOME_FOR_MERCHANT, remedy);
	event.decision_id = decision_id;
	get(id)->stage = STAGE_PLATFORM_REVIEW; /* as a reopening does, which is of a later issue */
	say(event);
}

/* Whether it had remedies or not, and however many came since. */
static void a_decision_id_is_of_one_decision(void **state)
{
	static const char *const given[] = {"d-1", "d-22", "d-3"}, *const others[] = {"d-2", "-1", "d-1d-22"};
	come_to_review();
	for (int i = 0; i < 3; i++) {
		decide_as(ID, given[i], NULL);
		assert_int_equal(last.outcome, TURN_DONE);
	}
	assert_string_equal(get(ID)->former_decisions, "d-1\nd-22\n");
	for (int i = 0; i < 3; i++) {
		decide_as(ID, given[i], NULL);
		want_refused(REFUSAL_DECISION_ID_USED);
	}
	for (int i = 0; i < 3; i++) {
		decide_as(ID, others[i], NULL);
		assert_int_equal(last.outcome, TURN_DONE);
	}
	assert_int_equal(get(ID)->decisions, 6);
}

/* Two complaints of an order are decided apart, and so is what each orders. */
static void complaints_may_have_decisions_of_one_id(void **state)
{
	come_to_review();
	decide_as(ID, "d-1", refund(4000, "CNY", ""));
	get(ID)->stage = STAGE_CLOSED;
	say(filing(ID2));
	decide_as(ID2, "d-1", refund(3000, "CNY", ""));
	assert_int_equal(last.outcome, TURN_DONE);
	assert_string_equal(remedy_key(arena, get(ID), &get(ID)->remedies[0]), ID "/d-1/refund/1");
	assert_string_equal(remedy_key(arena, get(ID2), &get(ID2)->remedies[0]), ID2 "/d-1/refund/1");
}

/* What Ombud numbers itself may be what a person has called a decision. */
static void a_decision_named_as_ombud_names_them_takes_no_key(void **state)
{
	come_to_review();
	struct event event = decision(ID, DECISION_OUTCOME_IN_PART, refund(4000, "CNY", ""));
	event.decision_id = "decision-2";
	say(event);
	report(ID, "decision-2", REMEDY_OUTCOME_DONE);
	say_plain(EVENT_RESOLUTION_DISPUTED, ACTOR_KIND_COMPLAINANT);
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(6000, "CNY", "")));
	assert_int_equal(last.told_count, 3);
	assert_string_equal(last.told[2].event->remedy_key, ID "/decision-3/refund/1"); /* nor the id */
	assert_string_equal(get(ID)->decision_id, "decision-3");
	assert_int_equal(get(ID)->remedies[0].state, REMEDY_DONE);
	assert_int_equal(get(ID)->remedies[1].state, REMEDY_ORDERED);
}

static void people_are_passed_on(void **state)
{
	struct event event = said(EVENT_CONTACT_SET, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order_id = "";
	event.person_id = "buyer";
	event.address = "https://sink";
	last = (struct turn){.arena = arena, .event = &event, .now_us = now_us, .limits = &limits, .windows = &windows};
	complaint_decide(&last);
	assert_int_equal(last.told[0].event->type_id, EVENT_CONTACT_CHANGED);
	assert_string_equal(last.told[0].event->address, "https://sink");
	assert_string_equal(last.told[0].event->event_id, "");
}

static void sequences_have_no_holes(void **state)
{
	int64_t told = 0, ordered = 0;
	come_to_negotiating();
	told = get(ID)->told;
	say_plain(EVENT_RESOLUTION_CONFIRMED, ACTOR_KIND_COMPLAINANT); /* refused, and counted */
	assert_int_equal(last.told[0].sequence, ++told);
	answer(ANSWER_OFFER, refund(10, "CNY", ""));
	assert_int_equal(last.told[0].sequence, ++told);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	assert_int_equal(last.told[0].sequence, ++told);
	assert_int_equal(last.told[1].sequence, ++ordered);
	assert_int_equal(get(ID)->told, told);
	assert_int_equal(get(ID)->ordered, ordered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(filing_is_told_in_full),
	    HISTORY_TEST(triage_goes_on_at_once),
	    HISTORY_TEST(offer_accepted_and_carried_out),
	    HISTORY_TEST(offer_without_remedy_accepted_is_the_end),
	    HISTORY_TEST(decision_for_the_complainant),
	    HISTORY_TEST(the_merchant_is_told_what_is_complained_of),
	    HISTORY_TEST(a_decision_that_orders_nothing_closes_at_once),
	    HISTORY_TEST(disputed_resolution_comes_back),
	    HISTORY_TEST(merchant_silent_platform_silent_complainant_silent),
	    HISTORY_TEST(offer_lapses_but_a_defence_does_not),
	    HISTORY_TEST(timely_answer_beats_the_firing),
	    HISTORY_TEST(firing_of_an_earlier_round_is_stale),
	    HISTORY_TEST(s1_an_automatic_answer_stops_no_clock),
	    HISTORY_TEST(d2_a_decision_needs_its_grounds),
	    HISTORY_TEST(O12_a_decision_is_whole_or_refused),
	    HISTORY_TEST(D6_evidence_is_frozen_by_the_decision),
	    HISTORY_TEST(A4_a_further_demand_needs_a_reason),
	    HISTORY_TEST(D11_no_remedy_before_its_reasoned_event),
	    HISTORY_TEST(decisions_out_of_place),
	    HISTORY_TEST(decisions_that_contradict_themselves),
	    HISTORY_TEST(steps_of_the_wrong_time),
	    HISTORY_TEST(a6_amended_within_a_day),
	    HISTORY_TEST(a6_evidence_until_the_decision),
	    HISTORY_TEST(a2_urging_has_a_cooldown),
	    HISTORY_TEST(s3_a_message_after_the_end_changes_nothing),
	    HISTORY_TEST(d3_settlement_in_every_stage_before_the_decision),
	    HISTORY_TEST(a_settlement_after_a_reopening_has_a_key_of_its_own),
	    HISTORY_TEST(a_decision_id_is_of_one_decision),
	    HISTORY_TEST(complaints_may_have_decisions_of_one_id),
	    HISTORY_TEST(a_decision_named_as_ombud_names_them_takes_no_key),
	    HISTORY_TEST(people_are_passed_on),
	    HISTORY_TEST(sequences_have_no_holes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
