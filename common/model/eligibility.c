#include "common/model/eligibility.h"

#include <string.h>

static const struct order_item *find_item(const struct order_facts *order, const char *item_id)
{
	for (size_t i = 0; i < order->items_count; i++) {
		if (strcmp(order->items[i].item_id, item_id) == 0)
			return &order->items[i];
	}
	return NULL;
}

static const char *merchant_of_item(const struct order_facts *order, const struct order_item *item)
{
	return item->merchant_id[0] != '\0' ? item->merchant_id : order->merchant_id;
}

static bool has_several_merchants(const struct order_facts *order)
{
	for (size_t i = 1; i < order->items_count; i++) {
		if (strcmp(merchant_of_item(order, &order->items[i]), merchant_of_item(order, &order->items[0])) != 0)
			return true;
	}
	return false;
}

static enum refusal check_state(const struct order_facts *order)
{
	switch (order->status) {
	case ORDER_STATUS_UNPAID:
		return REFUSAL_ORDER_UNPAID;
	case ORDER_STATUS_CANCELLED:
	case ORDER_STATUS_UNAVAILABLE:
		return order->paid_at_us != 0 ? REFUSAL_NONE : REFUSAL_ORDER_UNPAID;
	default:
		return REFUSAL_NONE;
	}
}

static int64_t window_end(
    const struct order_facts *order, enum goods_kind goods, int64_t fault_found_at_us, const struct eligibility_limits *limits)
{
	if (order->status != ORDER_STATUS_COMPLETED)
		return 0;
	if (goods == GOODS_KIND_DIGITAL && fault_found_at_us != 0)
		return fault_found_at_us + limits->window_digital_us;
	if (order->receipt_confirmed_at_us != 0)
		return order->receipt_confirmed_at_us + limits->window_us;
	return 0;
}

static enum goods_kind goods_of(const struct order_facts *order, const struct order_item *item)
{
	if (item && item->goods_kind != GOODS_KIND_UNSPECIFIED)
		return item->goods_kind;
	if (order->goods_kind == GOODS_KIND_UNSPECIFIED && order->items_count > 0)
		return order->items[0].goods_kind;
	return order->goods_kind;
}

static enum refusal check(const struct order_facts *order, const char *complainant_id, const char *item_id)
{
	if (order->buyer_id[0] != '\0' && strcmp(order->buyer_id, complainant_id) != 0)
		return REFUSAL_NOT_YOUR_ORDER;
	if (item_id[0] != '\0' && !find_item(order, item_id))
		return REFUSAL_ITEM_UNKNOWN;
	if (item_id[0] == '\0' && has_several_merchants(order))
		return REFUSAL_ITEM_NEEDED;
	return check_state(order);
}

struct eligibility eligibility_check(const struct order_facts *order, const char *complainant_id, const char *item_id,
    int64_t complained_at_us, int64_t fault_found_at_us, const struct eligibility_limits *limits)
{
	struct eligibility result = {.refusal = check(order, complainant_id, item_id), .merchant_id = ""};
	if (result.refusal != REFUSAL_NONE)
		return result;
	result.item = item_id[0] != '\0' ? find_item(order, item_id) : NULL;
	const struct order_item *sold = result.item ? result.item : order->items_count > 0 ? &order->items[0] : NULL;
	result.merchant_id = sold ? merchant_of_item(order, sold) : order->merchant_id;
	result.window_ends_us = window_end(order, goods_of(order, result.item), fault_found_at_us, limits);
	result.past_window = result.window_ends_us != 0 && complained_at_us > result.window_ends_us;
	return result;
}
