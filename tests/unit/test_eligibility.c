/* Who may complain of which order, and when, as a table: as many refusals and manual admissions as acceptances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/model/eligibility.h"

#define DAYS(n) ((n)*US_PER_DAY)

static const struct eligibility_limits limits = {DAYS(15), DAYS(7)};

static struct order_item one_item[] = {
    {.item_id = "i1", .merchant_id = "m1", .sku = "", .title = "", .category = "", .price = {100, "CNY"}},
};
static struct order_item two_merchants[] = {
    {.item_id = "i1", .merchant_id = "m1", .sku = "", .title = "", .category = "", .price = {100, "CNY"}},
    {.item_id = "i2", .merchant_id = "", .sku = "", .title = "", .category = "", .price = {100, "CNY"}},
    {.item_id = "i3", .merchant_id = "m3", .sku = "", .title = "", .category = "", .goods_kind = GOODS_KIND_DIGITAL},
};

enum items { NO_ITEMS, ONE_ITEM, SEVERAL };

static const struct row {
	const char *name;
	enum order_status status;
	enum goods_kind goods;
	enum items items;
	int64_t paid_us, confirmed_us, found_us;
	const char *complainant, *item;
	enum refusal refusal;
	bool past_window;
	const char *merchant;
} rows[] = {
    {"to ship", ORDER_STATUS_TO_SHIP, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, 0, 0, "b", "", REFUSAL_NONE, false, "m1"},
    {"to receive", ORDER_STATUS_TO_RECEIVE, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, 0, 0, "b", "i1", REFUSAL_NONE, false, "m1"},
    {"in after-sales", ORDER_STATUS_AFTER_SALES, GOODS_KIND_PHYSICAL, NO_ITEMS, 1, 0, 0, "b", "", REFUSAL_NONE, false, "m"},
    {"paid, then cancelled", ORDER_STATUS_CANCELLED, GOODS_KIND_PHYSICAL, NO_ITEMS, 1, 0, 0, "b", "", REFUSAL_NONE, false, "m"},
    {"paid, not supplied", ORDER_STATUS_UNAVAILABLE, GOODS_KIND_PHYSICAL, NO_ITEMS, 1, 0, 0, "b", "", REFUSAL_NONE, false, "m"},
    {"completed, at the last instant", ORDER_STATUS_COMPLETED, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, DAYS(85), 0, "b", "", REFUSAL_NONE,
	false, "m1"},
    {"digital, fault found a week ago", ORDER_STATUS_COMPLETED, GOODS_KIND_DIGITAL, ONE_ITEM, 1, DAYS(10), DAYS(93), "b", "",
	REFUSAL_NONE, false, "m1"},
    {"completed, receipt never confirmed", ORDER_STATUS_COMPLETED, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, 0, 0, "b", "", REFUSAL_NONE,
	false, "m1"},
    {"status not known", ORDER_STATUS_UNSPECIFIED, GOODS_KIND_UNSPECIFIED, NO_ITEMS, 0, 0, 0, "b", "", REFUSAL_NONE, false, "m"},
    {"item of the order's own merchant", ORDER_STATUS_TO_SHIP, GOODS_KIND_PHYSICAL, SEVERAL, 1, 0, 0, "b", "i2", REFUSAL_NONE,
	false, "m"},
    {"a microsecond past the window", ORDER_STATUS_COMPLETED, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, DAYS(85) - 1, 0, "b", "",
	REFUSAL_NONE, true, "m1"},
    {"digital, found too long ago", ORDER_STATUS_COMPLETED, GOODS_KIND_DIGITAL, ONE_ITEM, 1, DAYS(99), DAYS(93) - 1, "b", "",
	REFUSAL_NONE, true, "m1"},
    {"digital, not said when found", ORDER_STATUS_COMPLETED, GOODS_KIND_DIGITAL, ONE_ITEM, 1, DAYS(10), 0, "b", "", REFUSAL_NONE,
	true, "m1"},
    {"the item is digital, the order is not", ORDER_STATUS_COMPLETED, GOODS_KIND_PHYSICAL, SEVERAL, 1, DAYS(99), DAYS(90), "b",
	"i3", REFUSAL_NONE, true, "m3"},
    {"unpaid", ORDER_STATUS_UNPAID, GOODS_KIND_PHYSICAL, ONE_ITEM, 0, 0, 0, "b", "", REFUSAL_ORDER_UNPAID, false, ""},
    {"cancelled before it was paid", ORDER_STATUS_CANCELLED, GOODS_KIND_PHYSICAL, NO_ITEMS, 0, 0, 0, "b", "", REFUSAL_ORDER_UNPAID,
	false, ""},
    {"not supplied, not paid", ORDER_STATUS_UNAVAILABLE, GOODS_KIND_PHYSICAL, NO_ITEMS, 0, 0, 0, "b", "", REFUSAL_ORDER_UNPAID,
	false, ""},
    {"somebody else's order", ORDER_STATUS_TO_SHIP, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, 0, 0, "c", "", REFUSAL_NOT_YOUR_ORDER, false,
	""},
    {"unknown item", ORDER_STATUS_TO_SHIP, GOODS_KIND_PHYSICAL, ONE_ITEM, 1, 0, 0, "b", "i9", REFUSAL_ITEM_UNKNOWN, false, ""},
    {"item of an order without items", ORDER_STATUS_TO_SHIP, GOODS_KIND_PHYSICAL, NO_ITEMS, 1, 0, 0, "b", "i1",
	REFUSAL_ITEM_UNKNOWN, false, ""},
    {"several merchants, no item", ORDER_STATUS_TO_SHIP, GOODS_KIND_PHYSICAL, SEVERAL, 1, 0, 0, "b", "", REFUSAL_ITEM_NEEDED, false,
	""},
};

static struct order_facts order_of(const struct row *row)
{
	struct order_facts order = {
	    .buyer_id = "b",
	    .merchant_id = "m",
	    .status = row->status,
	    .goods_kind = row->goods,
	    .category = "",
	    .total = {300, "CNY"},
	    .payment_method = "",
	    .member_level = "",
	    .paid_at_us = row->paid_us,
	    .receipt_confirmed_at_us = row->confirmed_us,
	};
	order.items = row->items == SEVERAL ? two_merchants : row->items == ONE_ITEM ? one_item : NULL;
	order.items_count = row->items == SEVERAL ? 3 : row->items == ONE_ITEM ? 1 : 0;
	return order;
}

static void a5_table(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct order_facts order = order_of(row);
		struct eligibility got = eligibility_check(&order, row->complainant, row->item, DAYS(100), row->found_us, &limits);
		if (got.refusal != row->refusal || got.past_window != row->past_window)
			fail_msg("%s: got %s, past window %d, want %s, %d", row->name, refusal_code(got.refusal), got.past_window,
			    refusal_code(row->refusal), row->past_window);
		assert_string_equal(got.merchant_id, row->merchant);
	}
}

static void every_refusal_has_its_words(void **state)
{
	for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
		enum refusal refusal = (enum refusal)i;
		assert_int_equal(refusal_by_code(refusal_code(refusal)), refusal);
		assert_int_not_equal(refusal_sentence(refusal, "en")[0], 0);
		assert_int_not_equal(refusal_next_step(refusal, "")[0], 0);
		assert_int_not_equal(refusal_sentence(refusal, "zh-CN")[0], 0);
		assert_int_not_equal(refusal_next_step(refusal, "zh")[0], 0);
		assert_string_not_equal(refusal_sentence(refusal, "zh-CN"), refusal_sentence(refusal, "en"));
	}
	assert_int_equal(refusal_by_code("no_such_code"), REFUSAL_NONE);
	assert_string_equal(refusal_code(REFUSAL_NONE), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a5_table),
	    cmocka_unit_test(every_refusal_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
