/* What the parties offer each other, told as short histories: offers and counter-offers, and what each ends in. */
#include <stdio.h>

#include "common/base/instant.h"
#include "tests/unit/history.h"

static void counter(struct remedy *remedy)
{
	struct event event = said(EVENT_COUNTER_OFFER_MADE, ACTOR_KIND_COMPLAINANT, ID);
	event.text = "Half is not enough.";
	event.remedies = remedy;
	event.remedies_count = remedy ? 1 : 0;
	say(event);
}

static enum remedy_state state_of(const char *decision_id, int32_t number)
{
	const struct complaint *complaint = get(ID);
	for (size_t i = 0; i < complaint->remedies_count; i++)
		if (strcmp(complaint->remedies[i].decision_id, decision_id) == 0 && complaint->remedies[i].number == number)
			return complaint->remedies[i].state;
	fail_msg("no remedy %s/%d", decision_id, (int)number);
	return 0;
}

/* ---- counter-offers ---- */

static void a_counter_offer_waits_for_the_merchant_and_is_carried_out_when_he_accepts(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	counter(refund(8000, "CNY", ""));
	want_stage(ID, STAGE_NEGOTIATING);
	const struct event *told = last.told[0].event;
	assert_int_equal(told->must_act, PARTY_MERCHANT);
	assert_int_equal(told->answer, ANSWER_OFFER);
	assert_true(may(PARTY_MERCHANT, ACTION_ACCEPT_COUNTER_OFFER) && may(PARTY_MERCHANT, ACTION_REFUSE_COUNTER_OFFER));
	assert_false(may(PARTY_COMPLAINANT, ACTION_ACCEPT_OFFER));
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	say_plain(EVENT_COUNTER_OFFER_ACCEPTED, ACTOR_KIND_MERCHANT_PERSON);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_string_equal(last.told[1].event->remedy_key, ID "/counter_offer/refund/1");
	assert_int_equal(last.told[1].event->reason, REASON_COUNTER_OFFER_ACCEPTED);
	assert_int_equal(last.told[1].event->remedy->amount.minor_units, 8000);
	assert_int_equal(state_of("offer", 1), REMEDY_DROPPED);
	report(ID, "counter_offer", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
}

static void a_counter_offer_with_nothing_to_do_ends_it(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	counter(NULL);
	say_plain(EVENT_COUNTER_OFFER_ACCEPTED, ACTOR_KIND_MERCHANT_PERSON);
	want_stage(ID, STAGE_CLOSED);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	assert_int_equal(state_of("offer", 1), REMEDY_DROPPED);
}

static void a_refused_counter_offer_brings_the_offer_back(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	counter(refund(8000, "CNY", ""));
	say_plain(EVENT_COUNTER_OFFER_REFUSED, ACTOR_KIND_MERCHANT_PERSON);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	assert_int_equal(last.told[0].event->must_act, PARTY_COMPLAINANT);
	assert_int_equal(last.told[0].event->remedies[0].amount.minor_units, 5000);
	assert_int_equal(state_of("counter_offer", 1), REMEDY_DROPPED);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_int_equal(last.told[1].event->remedy->amount.minor_units, 5000);
}

static void b10_refused_where_no_offer_stands_the_platform_steps_in(void **state)
{
	come_to_negotiating();
	answer(ANSWER_DEFENCE, NULL);
	counter(refund(8000, "CNY", ""));
	want_stage(ID, STAGE_NEGOTIATING);
	say_plain(EVENT_COUNTER_OFFER_REFUSED, ACTOR_KIND_MERCHANT_PERSON);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(last.told[0].event->reason, REASON_TALKS_FAILED);
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1); /* the default's alone */
}

static void b10_silent_to_a_counter_offer_the_platform_steps_in(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	counter(refund(8000, "CNY", ""));
	be_silent(SILENCE_GROUND_COUNTER_OFFER_UNANSWERED);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(state_of("counter_offer", 1), REMEDY_DROPPED);
	say_plain(EVENT_COUNTER_OFFER_ACCEPTED, ACTOR_KIND_MERCHANT_PERSON);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10000, "CNY", "")));
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
}

static void s1_an_automatic_refusal_moves_nothing(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, NULL);
	counter(refund(8000, "CNY", ""));
	say_plain(EVENT_COUNTER_OFFER_REFUSED, ACTOR_KIND_MERCHANT_PROGRAM);
	want_stage(ID, STAGE_NEGOTIATING);
	assert_int_equal(last.told[0].event->reason, REASON_AUTOMATIC_ANSWER);
	assert_int_equal(state_of("counter_offer", 1), REMEDY_PROPOSED);
}

/* Each side twice: the third is refused, with its reason, and the offer that stands can still be taken. */
static void the_third_counter_offer_is_refused(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(1000, "CNY", ""));
	counter(refund(8000, "CNY", ""));
	answer(ANSWER_OFFER, refund(2000, "CNY", ""));
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	counter(refund(7000, "CNY", ""));
	answer(ANSWER_OFFER, refund(3000, "CNY", ""));
	counter(refund(6000, "CNY", ""));
	want_refused(REFUSAL_TOO_MANY_COUNTER_OFFERS);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_string_equal(last.told[1].event->remedy_key, ID "/offer/refund/3");
	assert_int_equal(last.told[1].event->remedy->amount.minor_units, 3000);
}

static void a_counter_offer_is_bounded_by_the_order(void **state)
{
	come_to_negotiating();
	answer(ANSWER_DEFENCE, NULL);
	counter(refund(10001, "CNY", ""));
	want_refused(REFUSAL_EXCEEDS_ORDER);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	counter(refund(10000, "CNY", ""));
	want_stage(ID, STAGE_NEGOTIATING);
}

/* ACCEPTED, LAPSED and REFUSED each have their reason; none stands for another. */
/* An advance, a deduction, a penalty and a freeze are the platform's to order, whatever two sides agree on. */
static void what_is_the_platforms_no_side_promises(void **state)
{
	static const enum remedy_kind kinds[] = {
	    REMEDY_KIND_ADVANCE_PAYMENT, REMEDY_KIND_DEPOSIT_DEDUCTION, REMEDY_KIND_MERCHANT_PENALTY, REMEDY_KIND_LISTING_FREEZE};
	come_to_negotiating();
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct remedy *remedy = refund(1000, "CNY", "");
		remedy->kind = kinds[i];
		answer(ANSWER_OFFER, remedy);
		want_refused(REFUSAL_NEEDS_PLATFORM);
	}
	answer(ANSWER_OFFER, refund(1000, "CNY", ""));
	struct remedy *remedy = refund(1000, "CNY", "");
	remedy->kind = REMEDY_KIND_ADVANCE_PAYMENT;
	counter(remedy);
	want_refused(REFUSAL_NEEDS_PLATFORM);
}

static void D9_accepted_lapsed_and_refused_are_distinct(void **state)
{
	static const struct {
		enum event_type event;
		enum reason reason;
		enum stage stage;
	} ends[] = {
	    {EVENT_OFFER_ACCEPTED, REASON_OFFER_ACCEPTED, STAGE_REMEDY_UNDER_WAY},
	    {EVENT_SILENCE_REACHED, REASON_OFFER_LAPSED, STAGE_CLOSED},
	    {EVENT_OFFER_REFUSED, REASON_OFFER_REFUSED, STAGE_PLATFORM_REVIEW},
	};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		dossier = (struct dossier){.platform_id = dossier.platform_id, .order_id = dossier.order_id};
		come_to_negotiating();
		answer(ANSWER_OFFER, refund(5000, "CNY", ""));
		if (ends[i].event == EVENT_SILENCE_REACHED)
			be_silent(SILENCE_GROUND_OFFER_LAPSED);
		else
			say_plain(ends[i].event, ACTOR_KIND_COMPLAINANT);
		want_stage(ID, ends[i].stage);
		assert_int_equal(last.told[0].event->reason, ends[i].reason);
		assert_int_equal(count_told(EVENT_REMEDY_ORDERED), ends[i].event == EVENT_OFFER_ACCEPTED ? 1 : 0);
	}
}

/* ---- settlements ---- */

static struct event proposal(enum event_type type, enum actor_kind kind, const char *id, int64_t sum)
{
	struct event event = said(type, kind, ID);
	event.settlement_id = id;
	event.remedies = sum ? refund(sum, "CNY", "") : NULL;
	event.remedies_count = sum ? 1 : 0;
	return event;
}

static void answer_proposal(enum event_type type, enum actor_kind kind, const char *id)
{
	struct event event = said(type, kind, ID);
	event.settlement_id = id;
	say(event);
}

static void b10_a_proposal_binds_when_the_other_side_agrees(void **state)
{
	come_to_negotiating();
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_MERCHANT_PERSON, "s1", 4000));
	want_stage(ID, STAGE_NEGOTIATING);
	assert_int_equal(last.told[0].event->clock, CLOCK_ANSWER_TO_SETTLEMENT);
	assert_int_equal(last.told[0].event->cycle, 2); /* even: the complainant answers */
	assert_int_equal(last.told[0].event->must_act, PARTY_MERCHANT);
	assert_true(may(PARTY_COMPLAINANT, ACTION_CONFIRM_SETTLEMENT) && !may(PARTY_MERCHANT, ACTION_CONFIRM_SETTLEMENT));
	answer_proposal(EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_MERCHANT_PERSON, "s1");
	want_refused(REFUSAL_SETTLEMENT_OWN);
	answer_proposal(EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_COMPLAINANT, "s0");
	want_refused(REFUSAL_SETTLEMENT_UNKNOWN);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	answer_proposal(EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_COMPLAINANT, "s1");
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_string_equal(last.told[1].event->remedy_key, ID "/settlement/refund/1");
	assert_int_equal(last.told[1].event->reason, REASON_SETTLEMENT_AGREED);
	report(ID, "settlement", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
}

static void a_proposal_is_one_at_a_time_and_its_id_is_new(void **state)
{
	come_to_negotiating();
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_COMPLAINANT, "s1", 4000));
	assert_int_equal(last.told[0].event->cycle, 1); /* odd: the merchant answers */
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_MERCHANT_PERSON, "s2", 3000));
	want_refused(REFUSAL_SETTLEMENT_STANDS);
	answer_proposal(EVENT_SETTLEMENT_REFUSED, ACTOR_KIND_MERCHANT_PERSON, "s1");
	assert_int_equal(last.told[0].event->reason, REASON_SETTLEMENT_REFUSED);
	assert_int_equal(state_of("settlement", 1), REMEDY_DROPPED);
	want_stage(ID, STAGE_NEGOTIATING);
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_COMPLAINANT, "s1", 10));
	want_refused(REFUSAL_SETTLEMENT_ID_USED);
	for (int i = 0; i < 9; i++) {
		char id[16];
		snprintf(id, sizeof id, "p%d", i);
		say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_COMPLAINANT, arena_strdup(arena, id), 10));
		answer_proposal(EVENT_SETTLEMENT_REFUSED, ACTOR_KIND_PLATFORM_PERSON, arena_strdup(arena, id));
		assert_int_equal(last.outcome, TURN_DONE);
	}
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_COMPLAINANT, "one more", 10));
	want_refused(REFUSAL_TOO_MANY_SETTLEMENTS);
}

/* As if it had not been said; a firing for an earlier one is stale, whatever the stage. */
static void unanswered_a_proposal_lapses(void **state)
{
	come_to_negotiating();
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_MERCHANT_PERSON, "s1", 4000));
	be_silent(SILENCE_GROUND_MERCHANT_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	struct event silence = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	silence.ground = SILENCE_GROUND_SETTLEMENT_UNANSWERED;
	silence.clock = CLOCK_ANSWER_TO_SETTLEMENT;
	silence.stage = STAGE_NEGOTIATING;
	silence.due_at_us = 1;
	silence.cycle = 1;
	say(silence);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	silence.cycle = 2;
	say(silence);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(last.told[0].event->reason, REASON_SETTLEMENT_LAPSED);
	assert_int_equal(state_of("settlement", 1), REMEDY_DROPPED);
	answer_proposal(EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_COMPLAINANT, "s1");
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
}

static void a_decision_ends_a_proposal_and_pays_once(void **state)
{
	come_to_review();
	say(proposal(EVENT_SETTLEMENT_PROPOSED, ACTOR_KIND_MERCHANT_PERSON, "s1", 8000));
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(10000, "CNY", "")));
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 1);
	assert_int_equal(state_of("settlement", 1), REMEDY_DROPPED);
	assert_string_equal(get(ID)->settlement_id, "");
	answer_proposal(EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_COMPLAINANT, "s1");
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
}

/* A merchant's refund in the middle of a dispute: what he says of it is a proposal; the platform's report, or the buyer, confirms.
 */
static void D3_a_merchants_refund_is_a_settlement_once_it_is_confirmed(void **state)
{
	static const struct {
		enum event_type type;
		enum actor_kind kind;
		enum remedy_state first;
	} ends[] = {
	    {EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_COMPLAINANT, REMEDY_SETTLED},
	    {EVENT_SETTLEMENT_CONFIRMED, ACTOR_KIND_PLATFORM_PROGRAM, REMEDY_SETTLED},
	    {EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_PLATFORM_PROGRAM, REMEDY_DROPPED}, /* its own sum counts */
	};
	for (int where = 0; where < 3; where++) {
		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
			dossier = (struct dossier){.platform_id = dossier.platform_id, .order_id = dossier.order_id};
			come_to_negotiating();
			if (where > 0)
				answer(ANSWER_OFFER, refund(5000, "CNY", ""));
			if (where > 1)
				say_plain(EVENT_STEP_IN_ASKED, ACTOR_KIND_COMPLAINANT);
			enum stage stage = get(ID)->stage;
			say(proposal(EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_MERCHANT_PERSON, "", 6000));
			want_stage(ID, stage);
			assert_string_equal(get(ID)->settlement_id, "settlement-2");
			assert_int_equal(remedies_left(&dossier, get(ID)).minor_units, 10000);
			if (ends[i].type == EVENT_SETTLEMENT_REPORTED)
				say(proposal(ends[i].type, ends[i].kind, "", 6000));
			else
				answer_proposal(ends[i].type, ends[i].kind, "settlement-2");
			want_stage(ID, STAGE_CLOSED);
			assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
			assert_int_equal(state_of("settlement", 1), ends[i].first);
			assert_int_equal(remedies_left(&dossier, get(ID)).minor_units, 4000);
		}
	}
}

/* ---- calls ---- */

static void b13_a_call_is_kept_whether_it_reached_somebody_or_not(void **state)
{
	for (int reached = 0; reached < 2; reached++) {
		dossier = (struct dossier){.platform_id = dossier.platform_id, .order_id = dossier.order_id};
		come_to_negotiating();
		struct event event = said(EVENT_CALL_RECORDED, ACTOR_KIND_PLATFORM_PERSON, ID);
		event.to_party = PARTY_COMPLAINANT;
		event.reached = reached;
		say(event);
		want_stage(ID, STAGE_NEGOTIATING);
		assert_int_equal(last.told[0].event->cause, CAUSE_CALL_RECORDED);
		assert_int_equal(last.told[0].event->said->reached, reached);
		assert_int_equal(get(ID)->said_count, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(a_counter_offer_waits_for_the_merchant_and_is_carried_out_when_he_accepts),
	    HISTORY_TEST(a_counter_offer_with_nothing_to_do_ends_it),
	    HISTORY_TEST(a_refused_counter_offer_brings_the_offer_back),
	    HISTORY_TEST(b10_refused_where_no_offer_stands_the_platform_steps_in),
	    HISTORY_TEST(b10_silent_to_a_counter_offer_the_platform_steps_in),
	    HISTORY_TEST(s1_an_automatic_refusal_moves_nothing),
	    HISTORY_TEST(the_third_counter_offer_is_refused),
	    HISTORY_TEST(a_counter_offer_is_bounded_by_the_order),
	    HISTORY_TEST(what_is_the_platforms_no_side_promises),
	    HISTORY_TEST(D9_accepted_lapsed_and_refused_are_distinct),
	    HISTORY_TEST(b10_a_proposal_binds_when_the_other_side_agrees),
	    HISTORY_TEST(a_proposal_is_one_at_a_time_and_its_id_is_new),
	    HISTORY_TEST(unanswered_a_proposal_lapses),
	    HISTORY_TEST(a_decision_ends_a_proposal_and_pays_once),
	    HISTORY_TEST(D3_a_merchants_refund_is_a_settlement_once_it_is_confirmed),
	    HISTORY_TEST(b13_a_call_is_kept_whether_it_reached_somebody_or_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
