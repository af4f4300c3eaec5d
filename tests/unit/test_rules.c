/* The evaluator on small sets of rules made by hand; the file and its patterns are tested with the loader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/model/rules.h"

#define HOUR US_PER_HOUR
#define AT(h) (1772409600000000 + (int64_t)(h)*HOUR) /* 2026-03-02T00:00:00Z and hours */

/* A pattern is a plain text here; "!" runs into its limit. */
static enum rule_match match_plain(const void *pattern, const char *text, size_t size)
{
	if (strcmp(pattern, "!") == 0)
		return RULE_MATCH_LIMIT;
	return strstr(text, pattern) ? RULE_MATCH_YES : RULE_MATCH_NO;
}

static struct order_item items[] = {
    {"i1", "m1", "sku1", "", "game_cards", GOODS_KIND_DIGITAL, 1, {30000, "CNY"}},
    {"i2", "m2", "sku2", "", "phones", GOODS_KIND_PHYSICAL, 1, {600000, "CNY"}},
};
static struct evidence evidence[] = {
    {"e1", "screenshot", "", "", 0, NULL, 0, PARTY_COMPLAINANT, 0},
    {"e2", "key_check", "", "", 0, NULL, 0, PARTY_PLATFORM, 0},
    {"e3", "logistics_record", "", "", 0, NULL, 0, PARTY_COMPLAINANT, 0},
};

static struct order_facts sample_order(void)
{
	return (struct order_facts){
	    .buyer_id = "b1",
	    .merchant_id = "m1",
	    .status = ORDER_STATUS_TO_RECEIVE,
	    .goods_kind = GOODS_KIND_PHYSICAL,
	    .category = "mixed",
	    .total = {630000, "CNY"},
	    .payment_method = "wallet",
	    .member_level = "vip",
	    .purchased_at_us = AT(0),
	    .paid_at_us = AT(1),
	    .promised_at_us = AT(10),
	    .items = items,
	    .items_count = 2,
	};
}

static struct event sample_complaint(struct order_facts *order)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.platform_id = "cards";
	event.channel = CHANNEL_APP;
	event.statement.text = "卡密无效";
	event.language = "zh-CN";
	event.complained_at_us = AT(34);
	event.repeats = 2;
	static struct event filed;
	filed = event_empty(EVENT_COMPLAINT_FILED);
	filed.evidence = evidence;
	filed.evidence_count = 3;
	event.said = &filed;
	event.order = order;
	return event;
}

struct condition_row {
	const char *name;
	const char *field;
	enum rule_operator operator;
	struct rule_value value;
	bool want;
};

static const struct condition_row condition_rows[] = {
    {"type unknown is unspecified", "type", RULE_IS, {.number = 0}, true},
    {"type unknown is not another", "type", RULE_IS, {.number = COMPLAINT_TYPE_OTHER}, false},
    {"type does not exist", "type", RULE_EXISTS, {.number = 0}, true},
    {"statement matches", "statement", RULE_MATCHES, {.pattern = "卡密"}, true},
    {"statement matches not", "statement", RULE_MATCHES, {.pattern = "物流"}, false},
    {"statement at its limit", "statement", RULE_MATCHES, {.pattern = "!"}, false},
    {"absent text matches nothing", "wanted", RULE_MATCHES, {.pattern = ""}, false},
    {"absent text is not empty text", "wanted", RULE_IS, {.text = ""}, false},
    {"amount at least, equal", "amount", RULE_AT_LEAST, {.number = 630000}, true},
    {"amount at least, above", "amount", RULE_AT_LEAST, {.number = 630001}, false},
    {"amount at most, equal", "amount", RULE_AT_MOST, {.number = 630000}, true},
    {"currency is", "currency", RULE_IS, {.text = "CNY"}, true},
    {"channel in", "channel", RULE_IN, {.number = CHANNEL_APP}, true},
    {"goods kind of the order", "goods_kind", RULE_IS, {.number = GOODS_KIND_PHYSICAL}, true},
    {"order status", "order_status", RULE_IS, {.number = ORDER_STATUS_TO_SHIP}, false},
    {"category of the order", "category", RULE_IS, {.text = "mixed"}, true},
    {"member level", "member_level", RULE_IN, {.text = "vip"}, true},
    {"paid", "paid", RULE_IS, {.number = 1}, true},
    {"not shipped", "shipped", RULE_IS, {.number = 0}, true},
    {"undelivered: late until the complaint", "late_by", RULE_AT_LEAST, {.number = 24 * HOUR}, true},
    {"undelivered: not later", "late_by", RULE_AT_LEAST, {.number = 24 * HOUR + 1}, false},
    {"evidence kinds: any of them", "evidence", RULE_IN, {.text = "logistics_record"}, true},
    {"evidence kinds: none of them", "evidence", RULE_IN, {.text = "photo"}, false},
    {"the platform's own check", "platform_evidence", RULE_IN, {.text = "key_check"}, true},
    {"a party's record is not the platform's", "platform_evidence", RULE_IN, {.text = "logistics_record"}, false},
    {"repeats", "repeats", RULE_AT_LEAST, {.number = 2}, true},
    {"nothing claimed", "claimed", RULE_AT_LEAST, {.number = 0}, false},
    {"nothing claimed: does not exist", "claimed", RULE_EXISTS, {.number = 0}, true},
    {"complained before", "complained_at", RULE_BEFORE, {.number = AT(34)}, false},
    {"complained after", "complained_at", RULE_AFTER, {.number = AT(34) - 1}, true},
    {"delivered_at unknown is not before", "delivered_at", RULE_BEFORE, {.number = AT(1000)}, false},
    {"merchants", "merchants", RULE_IS, {.number = 2}, true},
    {"age", "age", RULE_AT_MOST, {.number = 34 * HOUR}, true},
    {"sku of an order of two items", "sku", RULE_EXISTS, {.number = 0}, true},
};

static bool holds(const struct condition_row *row, const struct event *complaint, struct rules_result *result)
{
	struct arena *arena = arena_new(0);
	struct rule_value value = row->value;
	struct rule_condition condition = {rule_field_by_name(row->field), row->operator, & value, 1, row->name};
	assert_non_null(condition.field);
	assert_true(rule_operator_fits(condition.field->kind, row->operator));
	struct rule rule = {
	    .id = "r", .all = {&condition, 1}, .set = {.custom_type = "", .queue = "hit", .owner = "", .policy = ""}};
	struct rules rules = {"1", &rule, 1};
	rules_evaluate(arena, &rules, complaint, match_plain, result);
	bool hit = strcmp(result->queue, "hit") == 0;
	arena_free(arena);
	return hit;
}

static void test_conditions(void **state)
{
	for (size_t i = 0; i < sizeof(condition_rows) / sizeof(condition_rows[0]); i++) {
		struct order_facts order = sample_order();
		struct event complaint = sample_complaint(&order);
		struct rules_result result;
		bool got = holds(&condition_rows[i], &complaint, &result);
		if (got != condition_rows[i].want)
			fail_msg("%s: got %d, want %d", condition_rows[i].name, got, condition_rows[i].want);
	}
}

static void test_a_complaint_about_an_item_looks_at_the_item(void **state)
{
	struct order_facts order = sample_order();
	struct event complaint = sample_complaint(&order);
	complaint.item_id = "i1";
	struct rules_result result;
	assert_true(holds(&(struct condition_row){"", "amount", RULE_AT_MOST, {.number = 30000}, true}, &complaint, &result));
	assert_true(
	    holds(&(struct condition_row){"", "goods_kind", RULE_IS, {.number = GOODS_KIND_DIGITAL}, true}, &complaint, &result));
	assert_true(holds(&(struct condition_row){"", "category", RULE_IS, {.text = "game_cards"}, true}, &complaint, &result));
}

static void test_delivered_in_time_is_not_late(void **state)
{
	struct order_facts order = sample_order();
	order.delivered_at_us = AT(9);
	struct event complaint = sample_complaint(&order);
	struct rules_result result;
	assert_false(holds(&(struct condition_row){"", "late_by", RULE_AT_LEAST, {.number = 1}, false}, &complaint, &result));
}

static void test_without_an_order_nothing_of_it_exists(void **state)
{
	static const char *const fields[] = {"currency", "amount", "category", "goods_kind", "late_by", "order_status", "age"};
	struct event complaint = sample_complaint(NULL);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct rules_result result;
		assert_true(holds(&(struct condition_row){"", fields[i], RULE_EXISTS, {.number = 0}, true}, &complaint, &result));
	}
}

/* ---- rules together ---- */

static struct rule_value key_value = {.pattern = "卡密"};
static struct rule_value unspecified_value = {.number = 0};
static struct rule_value invalid_value = {.number = COMPLAINT_TYPE_CARD_KEY_INVALID};
static struct rule_value vip_value = {.text = "vip"};

static const struct reason_want {
	const char *field, *value, *rule, *condition;
} reason_wants[] = {
    {"type", "card_key_invalid", "key", "type is unspecified and statement matches 卡密 and not member_level is gold"},
    {"tier", "complex", "complex", "type is card_key_invalid"},
    {"priority", "+30", "complex", "type is card_key_invalid"},
    {"first_answer", "merchant", "rest", "always"},
    {"policy", "standard", "rest", "always"},
    {"priority", "+90", "rest", "always"},
};

static void test_first_rule_keeps_and_priorities_add_up(void **state)
{
	struct rule_value gold_value = {.text = "gold"};
	struct rule_condition key_all[] = {
	    {rule_field_by_name("type"), RULE_IS, &unspecified_value, 1, "type is unspecified"},
	    {rule_field_by_name("statement"), RULE_MATCHES, &key_value, 1, "statement matches 卡密"},
	};
	struct rule_condition key_none = {rule_field_by_name("member_level"), RULE_IS, &gold_value, 1, "member_level is gold"};
	struct rule_condition typed = {rule_field_by_name("type"), RULE_IS, &invalid_value, 1, "type is card_key_invalid"};
	struct rule_condition vip = {rule_field_by_name("member_level"), RULE_IS, &vip_value, 1, "member_level is vip"};
	struct rule rows[] = {
	    {"key", {key_all, 2}, {0}, {&key_none, 1}, {COMPLAINT_TYPE_CARD_KEY_INVALID, "", 0, false, 0, 0, "", "", ""}},
	    {"complex", {0}, {&typed, 1}, {0}, {0, "", TIER_COMPLEX, true, 30, 0, "", "", ""}},
	    {"not_reached", {0}, {0}, {&vip, 1}, {0, "", TIER_SIMPLE, true, 1, 0, "vip", "", ""}},
	    {"rest", {0}, {0}, {0}, {0, "", TIER_STANDARD, true, 90, PARTY_MERCHANT, "", "", "standard"}},
	};
	struct rules rules = {"1", rows, 4};
	struct order_facts order = sample_order();
	struct event complaint = sample_complaint(&order);
	struct rules_result result;
	struct arena *arena = arena_new(0);

	rules_evaluate(arena, &rules, &complaint, match_plain, &result);
	assert_int_equal(result.type, COMPLAINT_TYPE_CARD_KEY_INVALID);
	assert_int_equal(result.tier, TIER_COMPLEX);
	assert_int_equal(result.priority, RULE_PRIORITY_MAX);
	assert_string_equal(result.queue, "general");
	assert_null(result.limit_rule);
	assert_int_equal(result.reasons_count, sizeof(reason_wants) / sizeof(reason_wants[0]));
	for (size_t i = 0; i < result.reasons_count; i++) {
		assert_string_equal(result.reasons[i].field, reason_wants[i].field);
		assert_string_equal(result.reasons[i].value, reason_wants[i].value);
		assert_string_equal(result.reasons[i].rule_id, reason_wants[i].rule);
		assert_string_equal(result.reasons[i].condition, reason_wants[i].condition);
	}
	arena_free(arena);
}

static void test_no_rules_give_the_plain_road(void **state)
{
	struct rules rules = {"", NULL, 0};
	struct event complaint = sample_complaint(NULL);
	struct rules_result result;
	struct arena *arena = arena_new(0);
	rules_evaluate(arena, &rules, &complaint, match_plain, &result);
	assert_int_equal(result.type, COMPLAINT_TYPE_OTHER);
	assert_int_equal(result.tier, TIER_STANDARD);
	assert_int_equal(result.first_answer, PARTY_MERCHANT);
	assert_string_equal(result.policy, "standard");
	assert_int_equal(result.reasons_count, 0);
	arena_free(arena);
}

static void test_limit_is_told_and_a_long_condition_is_cut_between_characters(void **state)
{
	char text[RULE_CONDITION_TEXT_MAX * 2];
	memset(text, 0, sizeof(text));
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "卡", 3);
	struct rule_value limit_value = {.pattern = "!"};
	struct rule_condition limit = {rule_field_by_name("statement"), RULE_MATCHES, &limit_value, 1, "statement matches !"};
	struct rule_condition key = {rule_field_by_name("statement"), RULE_MATCHES, &key_value, 1, text};
	struct rule rows[] = {
	    {"limited", {&limit, 1}, {0}, {0}, {0, "", 0, false, 0, 0, "never", "", ""}},
	    {"long", {&key, 1}, {0}, {0}, {0, "", 0, false, 0, 0, "long", "", ""}},
	};
	struct rules rules = {"1", rows, 2};
	struct event complaint = sample_complaint(NULL);
	struct rules_result result;
	struct arena *arena = arena_new(0);
	rules_evaluate(arena, &rules, &complaint, match_plain, &result);
	assert_string_equal(result.limit_rule, "limited");
	assert_string_equal(result.queue, "long");
	assert_int_equal(strlen(result.reasons[0].condition), RULE_CONDITION_TEXT_MAX / 3 * 3);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_conditions),
	    cmocka_unit_test(test_a_complaint_about_an_item_looks_at_the_item),
	    cmocka_unit_test(test_delivered_in_time_is_not_late),
	    cmocka_unit_test(test_without_an_order_nothing_of_it_exists),
	    cmocka_unit_test(test_first_rule_keeps_and_priorities_add_up),
	    cmocka_unit_test(test_no_rules_give_the_plain_road),
	    cmocka_unit_test(test_limit_is_told_and_a_long_condition_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
