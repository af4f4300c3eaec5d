/* The facts of the day's orders, as their platform knows them. */
#include "common/base/instant.h"

#include "services/player/day.h"

/* Minutes before the complaint; 0: has not happened. */
struct shape_times {
	enum order_status status;
	int purchased, paid, shipped, promised, delivered, confirmed;
};

static const struct shape_times shapes[] = {
    [SHAPE_DELIVERED] = {ORDER_STATUS_TO_RECEIVE, HOURS(5), HOURS(5) - 1, HOURS(5) - 2, HOURS(4), HOURS(5) - 3, 0},
    [SHAPE_PAID] = {ORDER_STATUS_TO_SHIP, MIN(40), MIN(39), 0, -HOURS(24), 0, 0},
    [SHAPE_LATE] = {ORDER_STATUS_TO_RECEIVE, DAYS(3), DAYS(3) - 1, DAYS(2), DAYS(2) + 30, HOURS(6), 0},
    [SHAPE_OVERDUE] = {ORDER_STATUS_TO_RECEIVE, DAYS(8), DAYS(8) - 5, DAYS(6), DAYS(3), 0, 0},
    [SHAPE_UNSHIPPED] = {ORDER_STATUS_TO_SHIP, DAYS(5), DAYS(5) - 3, 0, DAYS(3), 0, 0},
    [SHAPE_SHIPPED] = {ORDER_STATUS_TO_RECEIVE, DAYS(4), DAYS(4) - 2, DAYS(3), -DAYS(2), 0, 0},
    [SHAPE_OLD] = {ORDER_STATUS_COMPLETED, DAYS(48), DAYS(48) - 1, DAYS(48) - 3, DAYS(47), DAYS(48) - 5, DAYS(41)},
    [SHAPE_CANCELLED] = {ORDER_STATUS_CANCELLED, DAYS(6), DAYS(6) - 4, 0, DAYS(-1), 0, 0},
    [SHAPE_UNKNOWN] = {ORDER_STATUS_TO_SHIP, MIN(15), MIN(14), 0, -HOURS(24), 0, 0},
    [SHAPE_ANOTHERS] = {ORDER_STATUS_TO_RECEIVE, HOURS(8), HOURS(8) - 1, HOURS(8) - 2, HOURS(7), HOURS(8) - 3, 0},
};

static int64_t ago(int64_t filed_us, int minutes)
{
	return minutes == 0 ? 0 : filed_us - minutes * US_PER_MINUTE;
}

struct event *day_order_event(struct play *play, struct input *input, const struct day_goods *goods, enum order_shape shape,
    const char *buyer, int64_t filed_us)
{
	static const char *const levels[] = {"", "", "", "gold", "", "", "vip", "", ""};
	const struct shape_times *times = &shapes[shape];
	struct event *event = input->event;
	struct order_facts *order = arena_alloc(play->arena, sizeof(*order));
	struct order_item *item = arena_alloc(play->arena, sizeof(*item));
	*item = (struct order_item){"1", goods->merchant, goods->sku, goods->title, goods->category, goods->kind, 1,
	    {goods->price, "CNY"}, .listing_uri = ""};
	*order = (struct order_facts){
	    .region = "",
	    .carrier_id = "",
	    .line = "",
	    .buyer_id = buyer,
	    .merchant_id = goods->merchant,
	    .status = times->status,
	    .goods_kind = goods->kind,
	    .category = goods->category,
	    .total = {goods->price, "CNY"},
	    .payment_method = goods->price % 3 ? "wallet" : "bank_card",
	    .member_level = levels[(unsigned char)buyer[2] % (sizeof(levels) / sizeof(levels[0]))],
	    .purchased_at_us = ago(filed_us, times->purchased),
	    .paid_at_us = ago(filed_us, times->paid),
	    .shipped_at_us = ago(filed_us, times->shipped),
	    .promised_at_us = ago(filed_us, times->promised),
	    .delivered_at_us = ago(filed_us, times->delivered),
	    .receipt_confirmed_at_us = ago(filed_us, times->confirmed),
	    .items = item,
	    .items_count = 1,
	};
	event->order = order;
	event->actor = (struct actor){ACTOR_KIND_PLATFORM_PROGRAM, "orders", ""};
	play_life(play, event->order_id)->order = event;
	return event;
}
