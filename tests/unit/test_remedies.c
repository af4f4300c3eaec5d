/* What a complaint may cost, and that each remedy is ordered and reported once. */
#include "tests/unit/history.h"

static const struct money_row {
	const char *name;
	enum remedy_kind kind;
	int64_t sum;
	const char *currency, *item;
	enum refusal want;
	int32_t quantity;
} money_rows[] = {
    {"all of it", REMEDY_KIND_REFUND, 10000, "CNY", "", REFUSAL_NONE},
    {"all of an item, two pieces", REMEDY_KIND_REFUND, 6000, "CNY", "i1", REFUSAL_NONE},
    {"a penalty as large as the order", REMEDY_KIND_MERCHANT_PENALTY, 10000, "CNY", "", REFUSAL_NONE},
    {"no money in it", REMEDY_KIND_REDELIVERY, 0, "", "", REFUSAL_NONE},
    {"more than the order", REMEDY_KIND_REFUND, 10001, "CNY", "", REFUSAL_EXCEEDS_ORDER},
    {"more than can be counted", REMEDY_KIND_COMPENSATION, INT64_MAX, "CNY", "", REFUSAL_EXCEEDS_ORDER},
    {"more than the item", REMEDY_KIND_REFUND, 6001, "CNY", "i1", REFUSAL_EXCEEDS_ORDER},
    {"its price for each of its pieces", REMEDY_KIND_REFUND, 10000, "CNY", "i1", REFUSAL_EXCEEDS_ORDER},
    {"one of two pieces", REMEDY_KIND_REFUND, 3000, "CNY", "i1", REFUSAL_NONE, 1},
    {"more than one of two pieces", REMEDY_KIND_REFUND, 3001, "CNY", "i1", REFUSAL_EXCEEDS_ORDER, 1},
    {"both pieces", REMEDY_KIND_REFUND, 6000, "CNY", "i1", REFUSAL_NONE, 2},
    {"three of two pieces", REMEDY_KIND_REFUND, 1, "CNY", "i1", REFUSAL_EXCEEDS_ORDER, 3},
    {"three of two pieces again", REMEDY_KIND_REDELIVERY, 0, "", "i1", REFUSAL_EXCEEDS_ORDER, 3},
    {"one of two pieces again", REMEDY_KIND_REDELIVERY, 0, "", "i1", REFUSAL_NONE, 1},
    {"pieces of no item", REMEDY_KIND_REFUND, 1, "CNY", "", REFUSAL_ITEM_UNKNOWN, 1},
    {"an item that was not sold", REMEDY_KIND_REFUND, 1, "CNY", "i9", REFUSAL_ITEM_UNKNOWN},
    {"an item that was not sold, again", REMEDY_KIND_REPLACEMENT, 0, "", "i9", REFUSAL_ITEM_UNKNOWN},
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
		struct remedy remedy = {row->kind, {row->sum, row->currency}, row->item, "", row->quantity};
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
	struct event settled = said(EVENT_SETTLEMENT_REPORTED, ACTOR_KIND_PLATFORM_PERSON, ID2);
	settled.remedies = refund(5000, "CNY", "");
	settled.remedies_count = 1;
	say(settled);
	want_stage(ID2, STAGE_CLOSED);
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_EXCEEDS_ORDER);
	want_stage(ID, STAGE_MERCHANT_ANSWERED);
}

/* ---- lines ---- */

enum { LINES = 2000, PARTS_MAX = 40 };

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	return *seed ^= *seed << 5;
}

/* The order with one line, and a complaint about it under review. */
static void come_to_review_of_line(int64_t price, int32_t quantity, int64_t total)
{
	struct order_item line = {.item_id = "i1",
	    .merchant_id = "shop",
	    .sku = "",
	    .title = "",
	    .category = "",
	    .quantity = quantity,
	    .price = {price, "CNY"}};
	struct order_item other = line;
	other.item_id = "i2";
	struct order_item *lines = arena_new_array(arena, struct order_item, 2);
	struct order_facts *order = arena_copy(arena, &paid_order, sizeof(paid_order));
	lines[0] = line;
	lines[1] = other;
	order->items = lines;
	order->total.minor_units = total;
	come_to_review();
	dossier.order = order;
	get(ID)->item_id = "i1";
}

/* Parts until nothing is left: their sum is the price to the unit, each is the price of its units rounded up, the last is the rest.
 */
static void give_all_parts(int64_t price, int32_t quantity, uint32_t *seed)
{
	int64_t sum = 0;
	for (int32_t units = 0, n; units < quantity; units += n) {
		n = 1 + (int32_t)(next_random(seed) % (uint32_t)((quantity + PARTS_MAX - 1) / PARTS_MAX * 2));
		n = n < quantity - units ? n : quantity - units;
		struct event said = decision(ID, DECISION_OUTCOME_IN_PART, refund(0, "", ""));
		said.remedies->quantity = n;
		const struct event *priced = remedies_priced(arena, &dossier, get(ID), &said);
		int64_t amount = priced->remedies[0].amount.minor_units;
		if (amount < price - sum &&
		    ((__int128)amount * quantity < (__int128)price * n || (__int128)(amount - 1) * quantity >= (__int128)price * n))
			fail_msg("%d of %d of %lld: %lld", (int)n, (int)quantity, (long long)price, (long long)amount);
		if (sum == price)
			assert_int_equal(remedies_check(&dossier, get(ID), priced->remedies, 1), REFUSAL_EXCEEDS_ORDER);
		if (sum == price)
			return; /* rounding up has given the last unit's share to the others */
		assert_int_equal(remedies_check(&dossier, get(ID), priced->remedies, 1), REFUSAL_NONE);
		struct complaint *complaint = get(ID);
		COMPLAINT_GROW(arena, complaint->remedies, complaint->remedies_count);
		complaint->remedies[complaint->remedies_count++] =
		    (struct remedy_entry){.decision_id = "d", .remedy = priced->remedies[0], .state = REMEDY_ORDERED};
		sum += amount;
		assert_true(sum <= price);
	}
	assert_int_equal(sum, price);
}

static void s8_parts_of_any_line_make_the_line(void **state)
{
	uint32_t seed = 20261127;
	static const int64_t ranges[] = {3, 100, 100000, INT64_C(1000000000000000)};
	for (int i = 0; i < LINES; i++) {
		int64_t price = 1 + (int64_t)(((uint64_t)next_random(&seed) << 32 | next_random(&seed)) % (uint64_t)ranges[i % 4]);
		int32_t quantity = 1 + (int32_t)(next_random(&seed) % (i % 3 ? 50 : 1000000000));
		history_teardown(NULL);
		history_setup(NULL);
		come_to_review_of_line(price, quantity, price * 3);
		give_all_parts(price, quantity, &seed);
	}
}

static void s8_a_part_by_table(void **state)
{
	static const struct {
		int64_t price, want;
		int32_t units, quantity;
	} rows[] = {
	    {8000, 8000, 8, 8},
	    {8000, 1000, 1, 8},
	    {1000, 334, 1, 3},
	    {1000, 667, 2, 3},
	    {1, 1, 1, 50},
	    {0, 0, 1, 2},
	    {500, 500, 1, 0},
	    {500, 500, 1, 1},
	    {INT64_C(1000000000000000), INT64_C(999999999000000), 999999999, 1000000000},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(remedies_part(rows[i].price, rows[i].units, rows[i].quantity), rows[i].want);
}

/* Seen: the price was taken for each unit's. A line of 80.00 for 8 units: 640.00 was offered, accepted and ordered. */
static void s8_a_price_is_the_whole_line_s(void **state)
{
	come_to_review_of_line(8000, 8, 100000);
	assert_int_equal(remedies_check(&dossier, get(ID), refund(64000, "CNY", "i1"), 1), REFUSAL_EXCEEDS_ORDER);
	assert_int_equal(remedies_check(&dossier, get(ID), refund(8001, "CNY", ""), 1), REFUSAL_EXCEEDS_ORDER);
	assert_int_equal(remedies_check(&dossier, get(ID), refund(8000, "CNY", "i1"), 1), REFUSAL_NONE);
	assert_int_equal(remedies_left(&dossier, get(ID)).minor_units, 8000);
}

/* Seen: the default decision paid 50.00 for a line of 10.00. */
static void s8_the_default_decision_pays_the_line(void **state)
{
	come_to_review_of_line(1000, 5, 100000);
	be_silent(SILENCE_GROUND_PLATFORM_SILENT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(get(ID)->remedies[0].remedy.amount.minor_units, 1000);
}

/* An offer for some units without a sum: intake names it, and it is ordered so. */
static void s8_an_offer_for_a_part_gets_its_sum(void **state)
{
	come_to_negotiating();
	struct remedy *part = refund(0, "", "i1");
	part->quantity = 1;
	answer(ANSWER_OFFER, part);
	assert_int_equal(last.told[0].event->said->remedies[0].amount.minor_units, 3000);
	assert_int_equal(part->amount.minor_units, 0); /* what was said is left as it was */
	say_plain(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT);
	want_stage(ID, STAGE_REMEDY_UNDER_WAY);
	assert_int_equal(get(ID)->remedies[0].remedy.amount.minor_units, 3000);
	assert_int_equal(get(ID)->remedies[0].remedy.quantity, 1);
	assert_string_equal(get(ID)->remedies[0].remedy.amount.currency, "CNY");
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
	    HISTORY_TEST(s8_parts_of_any_line_make_the_line),
	    HISTORY_TEST(s8_a_part_by_table),
	    HISTORY_TEST(s8_a_price_is_the_whole_line_s),
	    HISTORY_TEST(s8_the_default_decision_pays_the_line),
	    HISTORY_TEST(s8_an_offer_for_a_part_gets_its_sum),
	    HISTORY_TEST(d5_a_remedy_is_reported_once),
	    HISTORY_TEST(an_offer_refused_is_never_ordered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
