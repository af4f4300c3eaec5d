/* Intake's decisions, told as short histories: what is said, and what must have come of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/model/complaint.h"

#define ID "01890000-0000-7000-8000-000000000001"
#define ID2 "01890000-0000-7000-8000-000000000002"
#define ID3 "01890000-0000-7000-8000-000000000003"

static const struct complaint_limits limits = {
    .eligibility = {15 * US_PER_DAY, 7 * US_PER_DAY},
    .amend_us = 24 * US_PER_HOUR,
    .urge_cooldown_us = US_PER_HOUR,
};

static struct order_item items[] = {
    {.item_id = "i1", .merchant_id = "shop", .sku = "", .title = "", .category = "", .quantity = 2, .price = {3000, "CNY"}},
    {.item_id = "i2", .merchant_id = "shop", .sku = "", .title = "", .category = "", .quantity = 1, .price = {4000, "CNY"}},
};

static struct order_facts paid_order = {
    .buyer_id = "buyer",
    .merchant_id = "shop",
    .status = ORDER_STATUS_TO_SHIP,
    .category = "",
    .total = {10000, "CNY"},
    .payment_method = "",
    .member_level = "",
    .paid_at_us = 1,
    .items = items,
    .items_count = 2,
};

static struct arena *arena;
static struct dossier dossier;
static int64_t now_us;
static struct turn last;

static int setup(void **state)
{
	arena = arena_new(0);
	dossier = (struct dossier){.platform_id = "p", .order_id = "o"};
	now_us = 1000 * US_PER_DAY;
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

static struct event said(enum event_type type, enum actor_kind kind, const char *id)
{
	struct event event = event_empty(type);
	event.platform_id = "p";
	event.source = "test";
	event.event_id = "1";
	event.order_id = "o";
	event.complaint_id = id;
	event.occurred_at_us = now_us;
	event.actor.kind = kind;
	return event;
}

/* Decides; the event is kept, as a record's is. */
static void say(struct event event)
{
	last = (struct turn){
	    .arena = arena,
	    .dossier = &dossier,
	    .event = arena_copy(arena, &event, sizeof(event)),
	    .now_us = now_us,
	    .limits = &limits,
	};
	complaint_decide(&last);
}

static void say_plain(enum event_type type, enum actor_kind kind)
{
	say(said(type, kind, ID));
}

static struct complaint *get(const char *id)
{
	struct uuid uuid;
	assert_true(uuid_parse(id, &uuid));
	return dossier_find(&dossier, &uuid);
}

static void want_refused(enum refusal refusal)
{
	if (last.outcome != TURN_REFUSED || last.refusal != refusal)
		fail_msg("got outcome %d, refusal %s, want %s", last.outcome, refusal_code(last.refusal), refusal_code(refusal));
}

static void want_stage(const char *id, enum stage stage)
{
	const struct complaint *complaint = get(id);
	assert_non_null(complaint);
	if (complaint->stage != stage)
		fail_msg(
		    "got %s (refusal %s), want %s", stage_name(complaint->stage), refusal_code(last.refusal), stage_name(stage));
}

/* ---- verbs ---- */

static void record_order(void)
{
	struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order = &paid_order;
	say(event);
}

static struct event filing(const char *id)
{
	struct event event = said(EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, id);
	event.complainant_id = "buyer";
	event.type = COMPLAINT_TYPE_NOT_DELIVERED;
	event.channel = CHANNEL_APP;
	return event;
}

static void triage_to(enum party first)
{
	struct event event = said(EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, ID);
	event.type = COMPLAINT_TYPE_NOT_DELIVERED;
	event.tier = TIER_STANDARD;
	event.first_answer = first;
	event.policy_id = "default";
	event.policy_version = 1;
	say(event);
}

static void come_to_negotiating(void)
{
	record_order();
	say(filing(ID));
	triage_to(PARTY_MERCHANT);
	want_stage(ID, STAGE_NEGOTIATING);
}

static void come_to_review(void)
{
	record_order();
	say(filing(ID));
	triage_to(PARTY_PLATFORM);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

static struct remedy *refund(int64_t sum, const char *currency, const char *item_id)
{
	struct remedy *remedy = arena_alloc(arena, sizeof(*remedy));
	*remedy = (struct remedy){REMEDY_KIND_REFUND, {sum, currency}, item_id, ""};
	return remedy;
}

static void answer(enum answer_kind kind, struct remedy *remedy)
{
	struct event event = said(EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON, ID);
	event.answer = kind;
	event.remedies = remedy;
	event.remedies_count = remedy ? 1 : 0;
	say(event);
}

static struct grounds *grounds(void)
{
	static const char *clauses[] = {"3.2"};
	struct grounds *made = arena_alloc(arena, sizeof(*made));
	*made = (struct grounds){.clauses = clauses, .clauses_count = 1, .facts_found = "The key was used before the sale."};
	return made;
}

static struct event decision(const char *id, enum decision_outcome outcome, struct remedy *remedy)
{
	struct event event = said(EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, id);
	event.outcome = outcome;
	event.grounds = grounds();
	event.remedies = remedy;
	event.remedies_count = remedy ? 1 : 0;
	return event;
}

static void report(const char *id, const char *decision_id, enum remedy_outcome outcome)
{
	struct event event = said(EVENT_REMEDY_REPORTED, ACTOR_KIND_PLATFORM_PROGRAM, id);
	event.remedy_key = arena_printf(arena, "%s/%s/refund/1", id, decision_id);
	event.remedy_outcome = outcome;
	say(event);
}

static void be_silent(enum step_in_ground ground)
{
	struct event event = said(EVENT_STEP_IN_REQUESTED, ACTOR_KIND_OMBUD, ID);
	event.ground = ground;
	event.clock = CLOCK_FINAL_DECISION;
	say(event);
}

static int count_told(enum event_type type)
{
	int count = 0;
	for (size_t i = 0; i < last.told_count; i++)
		count += last.told[i].event->type_id == type;
	return count;
}

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
	assert_string_equal(told->cause, "complaint_filed");
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
	assert_int_equal(last.told[0].event->answer, ANSWER_OFFER);
	assert_int_equal(last.told[0].event->remedies_count, 1);
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
	assert_string_equal(last.told[1].event->cause, "remedy_ordered");
	assert_string_equal(last.told[2].event->remedy_key, ID "/d7/refund/1");
	assert_string_equal(last.told[2].event->text, "The key was used before the sale.");
}

static void decision_against_waits_for_an_appeal(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_BASELESS, NULL));
	want_stage(ID, STAGE_DECIDED);
	be_silent(STEP_IN_GROUND_APPEAL_WINDOW_PASSED);
	want_stage(ID, STAGE_CLOSED);
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
	be_silent(STEP_IN_GROUND_MERCHANT_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_string_equal(last.told[0].event->cause, "step_in_requested");
	assert_int_equal(last.told[0].event->actor.kind, ACTOR_KIND_OMBUD);
	be_silent(STEP_IN_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(last.told[0].event->outcome, DECISION_OUTCOME_FOR_COMPLAINANT);
	assert_string_equal(last.told[0].event->grounds->clauses[0], "platform silent");
	assert_int_equal(last.told[2].event->remedy->amount.minor_units, 10000);
	be_silent(STEP_IN_GROUND_REMEDY_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_true(get(ID)->referred);
	report(ID, "default-1", REMEDY_OUTCOME_DONE);
	be_silent(STEP_IN_GROUND_CONFIRMATION_SILENT);
	want_stage(ID, STAGE_CLOSED);
}

static void offer_lapses_but_a_defence_does_not(void **state)
{
	come_to_negotiating();
	answer(ANSWER_DEFENCE, NULL);
	be_silent(STEP_IN_GROUND_OFFER_LAPSED);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	be_silent(STEP_IN_GROUND_DEFENCE_UNANSWERED);
	want_stage(ID, STAGE_CLOSED);
}

static void timely_answer_beats_the_firing(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, NULL);
	be_silent(STEP_IN_GROUND_MERCHANT_SILENT);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
	assert_string_equal(last.told[0].event->refused_type, "ombud.escalation.v1.StepInRequested");
}

static void firing_of_an_earlier_round_is_stale(void **state)
{
	come_to_review();
	struct event event = said(EVENT_STEP_IN_REQUESTED, ACTOR_KIND_OMBUD, ID);
	event.ground = STEP_IN_GROUND_PLATFORM_SILENT;
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
	be_silent(STEP_IN_GROUND_MERCHANT_SILENT);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

/* ---- orders ---- */

static void complaint_before_its_order(void **state)
{
	say(filing(ID));
	want_stage(ID, STAGE_AWAITING_ORDER);
	assert_null(last.told[0].event->order);
	record_order();
	want_stage(ID, STAGE_FILED);
	assert_ptr_equal(last.told[0].event->order, &paid_order);
	assert_string_equal(get(ID)->merchant_id, "shop");
	assert_string_equal(last.told[0].event->cause, "order_recorded");
}

static void order_that_does_not_allow_it_rejects(void **state)
{
	struct event event = filing(ID);
	event.complainant_id = "somebody";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	say(event);
	record_order();
	want_stage(ID, STAGE_REJECTED);
	assert_string_equal(last.told[0].event->text, refusal_sentence(REFUSAL_NOT_YOUR_ORDER, ""));
}

static void order_never_recorded(void **state)
{
	say(filing(ID));
	be_silent(STEP_IN_GROUND_ORDER_NEVER_RECORDED);
	want_stage(ID, STAGE_REJECTED);
}

static void older_facts_never_overwrite(void **state)
{
	record_order();
	struct order_facts older = paid_order;
	older.total.minor_units = 1;
	struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order = &older;
	event.occurred_at_us = now_us - 1;
	say(event);
	assert_int_equal(last.outcome, TURN_DONE);
	assert_ptr_equal(dossier.order, &paid_order);
}

static void past_the_window_a_person_decides(void **state)
{
	struct order_facts old = paid_order;
	old.status = ORDER_STATUS_COMPLETED;
	old.receipt_confirmed_at_us = now_us - 16 * US_PER_DAY;
	dossier.order = &old;
	say(filing(ID));
	want_stage(ID, STAGE_MANUAL_ADMISSION);
	struct event event = said(EVENT_ADMISSION_GIVEN, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.admitted = true;
	say(event);
	want_stage(ID, STAGE_FILED);
	assert_ptr_equal(last.told[0].event->order, &old);
}

static void not_admitted_or_nobody_decided(void **state)
{
	struct order_facts old = paid_order;
	old.status = ORDER_STATUS_COMPLETED;
	old.receipt_confirmed_at_us = now_us - 16 * US_PER_DAY;
	dossier.order = &old;
	say(filing(ID));
	say_plain(EVENT_ADMISSION_GIVEN, ACTOR_KIND_PLATFORM_PERSON);
	want_stage(ID, STAGE_REJECTED);
	struct event second = filing(ID2);
	say(second);
	struct event silent = said(EVENT_STEP_IN_REQUESTED, ACTOR_KIND_OMBUD, ID2);
	silent.ground = STEP_IN_GROUND_ADMISSION_SILENT;
	say(silent);
	want_stage(ID2, STAGE_FILED);
}

/* ---- repeats and ids ---- */

static void a7_a_repeat_joins(void **state)
{
	record_order();
	say(filing(ID));
	struct event again = filing(ID2);
	again.channel = CHANNEL_HOTLINE;
	say(again);
	assert_null(get(ID2));
	assert_int_equal(get(ID)->repeats, 1);
	assert_int_equal(last.told[0].event->stage, last.told[0].event->stage_before);
	assert_string_equal(last.told[0].event->complaint_id, ID);
	assert_string_equal(last.told[0].event->cause, "complaint_filed");
}

static void another_fault_or_item_or_an_ended_one_does_not_join(void **state)
{
	record_order();
	say(filing(ID));
	struct event other = filing(ID2);
	other.type = COMPLAINT_TYPE_DEFECTIVE;
	say(other);
	want_stage(ID2, STAGE_FILED);
	struct event item = filing(ID3);
	item.item_id = "i1";
	say(item);
	want_stage(ID3, STAGE_FILED);
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_COMPLAINANT);
	say(filing("01890000-0000-7000-8000-000000000004"));
	want_stage("01890000-0000-7000-8000-000000000004", STAGE_FILED);
}

static void m5_without_a_type_only_the_same_words_join(void **state)
{
	record_order();
	struct event event = filing(ID);
	event.type = COMPLAINT_TYPE_UNSPECIFIED;
	event.statement.text = "no key came";
	say(event);
	struct event other = event;
	other.complaint_id = ID2;
	other.statement.text = "";
	say(other);
	want_stage(ID2, STAGE_FILED);
	event.complaint_id = ID3;
	say(event);
	assert_null(get(ID3));
	assert_int_equal(get(ID)->repeats, 1);
}

static void an_id_is_taken_once(void **state)
{
	record_order();
	say(filing(ID));
	struct event other = filing(ID);
	other.type = COMPLAINT_TYPE_DEFECTIVE;
	say(other);
	want_refused(REFUSAL_COMPLAINT_ID_TAKEN);
	struct event event = filing(ID2);
	last = (struct turn){
	    .arena = arena, .dossier = &dossier, .event = &event, .now_us = now_us, .limits = &limits, .id_taken = true};
	complaint_decide(&last);
	want_refused(REFUSAL_COMPLAINT_ID_TAKEN);
	assert_null(last.complaint);
	assert_int_equal(last.told[0].sequence, 0);
}

/* ---- refusals ---- */

static void filing_refused(void **state)
{
	record_order();
	struct event event = filing(ID);
	event.complainant_id = "somebody";
	event.language = "zh-CN";
	say(event);
	want_refused(REFUSAL_NOT_YOUR_ORDER);
	assert_string_equal(last.told[0].event->code, "not_your_order");
	assert_string_equal(last.told[0].event->sentence, refusal_sentence(REFUSAL_NOT_YOUR_ORDER, "zh-CN"));
	assert_string_equal(last.told[0].event->refused_event_id, "1");
	assert_int_equal(last.told[0].sequence, 0);
	event = filing(ID);
	event.actor.kind = ACTOR_KIND_MERCHANT_PERSON;
	say(event);
	want_refused(REFUSAL_WRONG_PARTY);
	event = filing(ID);
	event.actor.id = "somebody";
	say(event);
	want_refused(REFUSAL_NOT_YOUR_COMPLAINT);
	assert_int_equal(dossier.complaints_count, 0);
}

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
	want_refused(REFUSAL_WITHOUT_GROUNDS);
	struct weighed_evidence weighed = {"e1", PARTY_COMPLAINANT, "The key is dead."};
	event.grounds->weighed = &weighed;
	event.grounds->weighed_count = 1;
	say(event);
	want_stage(ID, STAGE_DECIDED);
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
	static const enum event_type too_early[] = {
	    EVENT_OFFER_ACCEPTED, EVENT_OFFER_REFUSED, EVENT_STEP_IN_ASKED, EVENT_RESOLUTION_CONFIRMED, EVENT_RESOLUTION_DISPUTED};
	static const enum event_type not_yet[] = {EVENT_APPEAL_FILED, EVENT_INSPECTION_ORDERED, EVENT_INSPECTION_REPORTED,
	    EVENT_FINDING_GIVEN, EVENT_COUNTER_OFFER_MADE, EVENT_COMPLAINT_REOPENED, EVENT_RECUSAL_ASKED, EVENT_POLICY_MOVED};
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

/* ---- money (PROOF S8) ---- */

static const struct money_row {
	const char *name;
	enum remedy_kind kind;
	int64_t sum;
	const char *currency, *item;
	enum refusal want;
} money_rows[] = {
    {"all of it", REMEDY_KIND_REFUND, 10000, "CNY", "", REFUSAL_NONE},
    {"all of an item, two pieces", REMEDY_KIND_REFUND, 6000, "CNY", "i1", REFUSAL_NONE},
    {"a penalty as large as the order", REMEDY_KIND_MERCHANT_PENALTY, 10000, "CNY", "", REFUSAL_NONE},
    {"no money in it", REMEDY_KIND_REDELIVERY, 0, "", "", REFUSAL_NONE},
    {"more than the order", REMEDY_KIND_REFUND, 10001, "CNY", "", REFUSAL_EXCEEDS_ORDER},
    {"more than can be counted", REMEDY_KIND_COMPENSATION, INT64_MAX, "CNY", "", REFUSAL_EXCEEDS_ORDER},
    {"more than the item", REMEDY_KIND_REFUND, 6001, "CNY", "i1", REFUSAL_EXCEEDS_ORDER},
    {"another currency", REMEDY_KIND_REFUND, 1, "USD", "", REFUSAL_CURRENCY_DIFFERS},
    {"no sum", REMEDY_KIND_REFUND, 0, "CNY", "", REFUSAL_SUM_MISSING},
    {"less than nothing", REMEDY_KIND_REFUND, -5, "CNY", "", REFUSAL_SUM_MISSING},
    {"a deduction above the order", REMEDY_KIND_DEPOSIT_DEDUCTION, 10001, "CNY", "", REFUSAL_EXCEEDS_ORDER},
};

static void s8_sums_by_table(void **state)
{
	come_to_review();
	for (size_t i = 0; i < sizeof(money_rows) / sizeof(money_rows[0]); i++) {
		const struct money_row *row = &money_rows[i];
		struct remedy remedy = {row->kind, {row->sum, row->currency}, row->item, ""};
		enum refusal got = remedies_check(&dossier, get(ID), &remedy, 1);
		if (got != row->want)
			fail_msg("%s: got %s, want %s", row->name, refusal_code(got), refusal_code(row->want));
	}
}

static void s8_remedies_together(void **state)
{
	come_to_review();
	struct remedy two[] = {{REMEDY_KIND_REFUND, {6000, "CNY"}, "", ""}, {REMEDY_KIND_COMPENSATION, {4001, "CNY"}, "", ""}};
	assert_int_equal(remedies_check(&dossier, get(ID), two, 2), REFUSAL_EXCEEDS_ORDER);
	two[1].amount.minor_units = 4000;
	assert_int_equal(remedies_check(&dossier, get(ID), two, 2), REFUSAL_NONE);
	two[1] = (struct remedy){REMEDY_KIND_DEPOSIT_DEDUCTION, {10000, "CNY"}, "", ""};
	assert_int_equal(remedies_check(&dossier, get(ID), two, 2), REFUSAL_NONE);
}

static void s8_over_all_complaints_of_the_order(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(7000, "CNY", "")));
	struct event second = filing(ID2);
	second.type = COMPLAINT_TYPE_DEFECTIVE;
	say(second);
	assert_int_equal(remedies_check(&dossier, get(ID2), refund(3001, "CNY", ""), 1), REFUSAL_EXCEEDS_ORDER);
	assert_int_equal(remedies_check(&dossier, get(ID2), refund(3000, "CNY", ""), 1), REFUSAL_NONE);
	assert_int_equal(remedies_left(&dossier, get(ID2)).minor_units, 3000);
	report(ID, "decision-1", REMEDY_OUTCOME_FAILED);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
	assert_int_equal(remedies_left(&dossier, get(ID2)).minor_units, 10000);
}

static void s8_an_offer_is_checked_again_when_accepted(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(8000, "CNY", ""));
	struct event second = filing(ID2);
	second.type = COMPLAINT_TYPE_DEFECTIVE;
	say(second);
	struct event settled = said(EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_MERCHANT_PERSON, ID2);
	settled.remedies = refund(5000, "CNY", "");
	settled.remedies_count = 1;
	say(settled);
	want_stage(ID2, STAGE_CLOSED);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_EXCEEDS_ORDER);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
}

static void d5_a_remedy_is_reported_once(void **state)
{
	come_to_review();
	say(decision(ID, DECISION_OUTCOME_FOR_COMPLAINANT, refund(100, "CNY", "")));
	report(ID, "nothing", REMEDY_OUTCOME_DONE);
	want_refused(REFUSAL_REMEDY_UNKNOWN);
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
	report(ID, "decision-1", REMEDY_OUTCOME_DONE);
	want_refused(REFUSAL_REMEDY_ALREADY_REPORTED);
	want_stage(ID, STAGE_AWAITING_CONFIRMATION);
}

static void an_offer_refused_is_never_ordered(void **state)
{
	come_to_negotiating();
	answer(ANSWER_OFFER, refund(5000, "CNY", ""));
	say_plain(EVENT_OFFER_REFUSED, ACTOR_KIND_COMPLAINANT);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_DECIDED);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	report(ID, "offer", REMEDY_OUTCOME_DONE);
	want_refused(REFUSAL_REMEDY_UNKNOWN);
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
	assert_int_equal(last.told[0].event->evidence_count, 1);
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	say(event);
	want_refused(REFUSAL_NOT_POSSIBLE_NOW);
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
	event.remedies = refund(20000, "CNY", "");
	event.remedies_count = 1;
	say(event);
	want_refused(REFUSAL_EXCEEDS_ORDER);
	event.remedies = refund(2000, "CNY", "");
	say(event);
	want_stage(ID, STAGE_CLOSED);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	assert_int_equal(remedies_left(&dossier, get(ID)).minor_units, 8000);
}

static void people_are_passed_on(void **state)
{
	struct event event = said(EVENT_CONTACT_SET, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order_id = "";
	event.person_id = "buyer";
	event.address = "https://sink";
	last = (struct turn){.arena = arena, .event = &event, .now_us = now_us, .limits = &limits};
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(filing_is_told_in_full),
	    TEST(triage_goes_on_at_once),
	    TEST(offer_accepted_and_carried_out),
	    TEST(offer_without_remedy_accepted_is_the_end),
	    TEST(decision_for_the_complainant),
	    TEST(decision_against_waits_for_an_appeal),
	    TEST(disputed_resolution_comes_back),
	    TEST(merchant_silent_platform_silent_complainant_silent),
	    TEST(offer_lapses_but_a_defence_does_not),
	    TEST(timely_answer_beats_the_firing),
	    TEST(firing_of_an_earlier_round_is_stale),
	    TEST(s1_an_automatic_answer_stops_no_clock),
	    TEST(complaint_before_its_order),
	    TEST(order_that_does_not_allow_it_rejects),
	    TEST(order_never_recorded),
	    TEST(older_facts_never_overwrite),
	    TEST(past_the_window_a_person_decides),
	    TEST(not_admitted_or_nobody_decided),
	    TEST(a7_a_repeat_joins),
	    TEST(another_fault_or_item_or_an_ended_one_does_not_join),
	    TEST(m5_without_a_type_only_the_same_words_join),
	    TEST(an_id_is_taken_once),
	    TEST(filing_refused),
	    TEST(d2_a_decision_needs_its_grounds),
	    TEST(decisions_out_of_place),
	    TEST(decisions_that_contradict_themselves),
	    TEST(steps_of_the_wrong_time),
	    TEST(s8_sums_by_table),
	    TEST(s8_remedies_together),
	    TEST(s8_over_all_complaints_of_the_order),
	    TEST(s8_an_offer_is_checked_again_when_accepted),
	    TEST(d5_a_remedy_is_reported_once),
	    TEST(an_offer_refused_is_never_ordered),
	    TEST(a6_amended_within_a_day),
	    TEST(a6_evidence_until_the_decision),
	    TEST(a2_urging_has_a_cooldown),
	    TEST(s3_a_message_after_the_end_changes_nothing),
	    TEST(d3_settlement_in_every_stage_before_the_decision),
	    TEST(people_are_passed_on),
	    TEST(sequences_have_no_holes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
