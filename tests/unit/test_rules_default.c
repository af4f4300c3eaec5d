/* The rules that Ombud comes with, on words and facts as people bring them. */
#include "common/base/arena.h"
#include "common/base/instant.h"

#include "tests/unit/shipped_rules.h"

#define T(name) COMPLAINT_TYPE_##name

static const struct words_row {
	const char *words;
	enum complaint_type want;
} words_rows[] = {
    {"卡密输入提示已被使用，卖家不回复", T(CODE_ALREADY_USED)},
    {"兑换码早就被人兑换过了", T(CODE_ALREADY_USED)},
    {"The code has already been redeemed", T(CODE_ALREADY_USED)},
    {"充值卡密码错误，试了三次", T(CARD_KEY_INVALID)},
    {"50张里面有8张是死卡", T(CARD_KEY_INVALID)},
    {"the gift card doesn't work", T(CARD_KEY_INVALID)},
    {"点券两个小时了还没到账", T(BENEFITS_NOT_CREDITED)},
    {"membership was never activated", T(BENEFITS_NOT_CREDITED)},
    {"显示已发货，根本没有发，物流没有任何信息", T(FAKE_SHIPMENT)},
    {"marked as shipped but nothing ever came", T(FAKE_SHIPMENT)},
    {"同一个订单扣了两次款", T(CHARGED_WRONGLY)},
    {"I was charged twice for one order", T(CHARGED_WRONGLY)},
    {"账号第三天被原号主找回了", T(OWNERSHIP_DISPUTED)},
    {"付款之后页面崩溃了", T(PLATFORM_FAULT)},
    {"申请退款，商家拒绝退款", T(REFUND_REFUSED)},
    {"一看就是山寨的，不是正品", T(COUNTERFEIT)},
    {"颜色跟图片不一样", T(NOT_AS_DESCRIBED)},
    {"收到就是坏的，屏幕有划痕", T(DEFECTIVE)},
    {"客服态度恶劣", T(BAD_SERVICE)},
    {"拖着不发货，催了好几次", T(NOT_DELIVERED)},
    {"where is my order", T(NOT_DELIVERED)},
    {"不太满意", T(OTHER)},
    {"", T(OTHER)},
};

#define NOW INT64_C(1772409600000000)

static const struct facts_row {
	const char *name;
	enum complaint_type type;
	struct order_facts order;
	enum complaint_type want_type;
	enum tier tier;
	enum party first_answer;
	const char *policy, *queue;
} facts_rows[] = {
    {"late by the facts", 0, {.promised_at_us = NOW - US_PER_DAY, .delivered_at_us = NOW - US_PER_HOUR}, T(DELIVERED_LATE),
	TIER_STANDARD, PARTY_PLATFORM, "late_delivery", "fulfilment"},
    {"never shipped, past its promise", 0, {.paid_at_us = 1, .promised_at_us = NOW - US_PER_DAY}, T(NOT_DELIVERED), TIER_SIMPLE,
	PARTY_PLATFORM, "late_delivery", "fulfilment"},
    {"not delivered, still in time", T(NOT_DELIVERED), {.paid_at_us = 1, .promised_at_us = NOW + US_PER_DAY}, T(NOT_DELIVERED),
	TIER_STANDARD, PARTY_MERCHANT, "standard", "general"},
    {"paid and cancelled", 0, {.paid_at_us = 1, .status = ORDER_STATUS_CANCELLED}, T(NOT_DELIVERED), TIER_STANDARD, PARTY_MERCHANT,
	"standard", "general"},
    {"a large sum", T(DEFECTIVE), {.total = {500000, "CNY"}}, T(DEFECTIVE), TIER_COMPLEX, PARTY_PLATFORM, "complex", "senior"},
    {"the same in a small currency", T(DEFECTIVE), {.total = {500000, "JPY"}}, T(DEFECTIVE), TIER_STANDARD, PARTY_MERCHANT,
	"standard", "general"},
    {"the platform's fault", T(PLATFORM_FAULT), {.status = 0}, T(PLATFORM_FAULT), TIER_STANDARD, PARTY_PLATFORM, "platform_fault",
	"platform_faults"},
    {"charged wrongly", T(CHARGED_WRONGLY), {.status = 0}, T(CHARGED_WRONGLY), TIER_STANDARD, PARTY_PAYMENT, "standard", "payment"},
    {"ownership", T(OWNERSHIP_DISPUTED), {.status = 0}, T(OWNERSHIP_DISPUTED), TIER_COMPLEX, PARTY_PLATFORM, "complex", "senior"},
    {"digital goods", T(CARD_KEY_INVALID), {.goods_kind = GOODS_KIND_DIGITAL}, T(CARD_KEY_INVALID), TIER_STANDARD, PARTY_MERCHANT,
	"standard", "digital"},
};

static void test_words(void **state)
{
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < sizeof(words_rows) / sizeof(words_rows[0]); i++) {
		enum complaint_type got = shipped_rules_type(arena, *state, words_rows[i].words);
		check_text(words_rows[i].words, complaint_type_name(got), complaint_type_name(words_rows[i].want));
	}
	arena_free(arena);
}

static void test_facts(void **state)
{
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < sizeof(facts_rows) / sizeof(facts_rows[0]); i++) {
		const struct facts_row *row = &facts_rows[i];
		struct order_facts order = row->order;
		struct event complaint = event_empty(EVENT_COMPLAINT_CHANGED);
		struct rules_result result;
		order.buyer_id = order.merchant_id = order.category = order.payment_method = order.member_level = "";
		if (!order.total.currency)
			order.total.currency = "";
		complaint.type = row->type;
		complaint.order = &order;
		complaint.complained_at_us = NOW;
		shipped_rules_evaluate(arena, *state, &complaint, &result);
		if (result.type != row->want_type || result.tier != row->tier || result.first_answer != row->first_answer)
			fail_msg("%s: got %s %s %s, want %s %s %s", row->name, complaint_type_name(result.type),
			    tier_name(result.tier), party_name(result.first_answer), complaint_type_name(row->want_type),
			    tier_name(row->tier), party_name(row->first_answer));
		assert_string_equal(result.policy, row->policy);
		assert_string_equal(result.queue, row->queue);
	}
	arena_free(arena);
}

/* A type of the platform's own, or one that the complainant named, is not found anew from the words. */
static void test_a_named_type_stays(void **state)
{
	struct arena *arena = arena_new(0);
	struct event complaint = event_empty(EVENT_COMPLAINT_CHANGED);
	struct rules_result result;
	complaint.statement.text = "扣了两次款";
	complaint.type = T(OTHER);
	complaint.custom_type = "auction_dispute";
	shipped_rules_evaluate(arena, *state, &complaint, &result);
	assert_int_equal(result.type, T(OTHER));
	assert_string_equal(result.custom_type, "auction_dispute");
	complaint.type = T(DEFECTIVE);
	complaint.custom_type = "";
	shipped_rules_evaluate(arena, *state, &complaint, &result);
	assert_int_equal(result.type, T(DEFECTIVE));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_a_named_type_stays),
	};
	return cmocka_run_group_tests(tests, shipped_rules_open, shipped_rules_close);
}
