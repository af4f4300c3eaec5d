/* What a complaint may cost (PROOF S8), and that each remedy is ordered and reported once. */
#include "tests/unit/history.h"

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
	want_stage(ID, STAGE_CLOSED);
	assert_int_equal(count_told(EVENT_REMEDY_ORDERED), 0);
	report(ID, "offer", REMEDY_OUTCOME_DONE);
	want_refused(REFUSAL_REMEDY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(s8_sums_by_table),
	    HISTORY_TEST(s8_remedies_together),
	    HISTORY_TEST(s8_over_all_complaints_of_the_order),
	    HISTORY_TEST(s8_an_offer_is_checked_again_when_accepted),
	    HISTORY_TEST(d5_a_remedy_is_reported_once),
	    HISTORY_TEST(an_offer_refused_is_never_ordered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
