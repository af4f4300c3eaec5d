#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"

#include "services/player/csv.h"
#include "services/player/olist.h"

typedef void row_fn(struct arena *arena, struct olist_order **orders, const struct csv *csv);

/* "2018-05-16 20:57:03", or a date alone; 0 for anything else. */
static int64_t read_time(const char *text)
{
	char rfc3339[32];
	int64_t instant_us = 0;
	size_t size = strlen(text);
	if (size == 10)
		snprintf(rfc3339, sizeof(rfc3339), "%sT00:00:00Z", text);
	else if (size == 19)
		snprintf(rfc3339, sizeof(rfc3339), "%.10sT%sZ", text, text + 11);
	else
		return 0;
	return instant_parse(rfc3339, strlen(rfc3339), &instant_us) ? instant_us : 0;
}

/* "144.0", "8.77" in cents; what is no number is 0. */
static int64_t read_cents(const char *text)
{
	double value = strtod(text, NULL);
	return value > 0 && value < 1e12 ? (int64_t)(value * 100 + 0.5) : 0;
}

static struct olist_order *order_find(struct olist_order *orders, const char *order_id)
{
	struct olist_order *order;
	HASH_FIND_STR(orders, order_id, order);
	return order;
}

static void take_order(struct arena *arena, struct olist_order **orders, const struct csv *csv)
{
	const char *id = csv_field(csv, "order_id");
	if (id[0] == '\0' || order_find(*orders, id))
		return;
	struct olist_order *order = arena_alloc(arena, sizeof(*order));
	order->order_id = arena_strdup(arena, id);
	order->customer_id = arena_strdup(arena, csv_field(csv, "customer_id"));
	order->status = arena_strdup(arena, csv_field(csv, "order_status"));
	order->purchased_us = read_time(csv_field(csv, "order_purchase_timestamp"));
	order->approved_us = read_time(csv_field(csv, "order_approved_at"));
	order->shipped_us = read_time(csv_field(csv, "order_delivered_carrier_date"));
	order->delivered_us = read_time(csv_field(csv, "order_delivered_customer_date"));
	order->estimated_us = read_time(csv_field(csv, "order_estimated_delivery_date"));
	order->payment_type = "";
	order->words = "";
	HASH_ADD_KEYPTR(hh, *orders, order->order_id, strlen(order->order_id), order);
}

static void take_item(struct arena *arena, struct olist_order **orders, const struct csv *csv)
{
	struct olist_order *order = order_find(*orders, csv_field(csv, "order_id"));
	if (!order || order->items_count == OLIST_ITEMS_MAX)
		return;
	struct order_item *item = &order->items[order->items_count++];
	const char *number = csv_field(csv, "order_item_id");
	item->item_id = number[0] ? arena_strdup(arena, number) : arena_printf(arena, "%zu", order->items_count);
	item->merchant_id = arena_strdup(arena, csv_field(csv, "seller_id"));
	item->sku = arena_strdup(arena, csv_field(csv, "product_id"));
	item->title = "";
	item->listing_uri = "";
	item->category = "";
	item->goods_kind = GOODS_KIND_PHYSICAL;
	item->quantity = 1;
	item->price = (struct money){read_cents(csv_field(csv, "price")), "BRL"};
	order->several_merchants |= strcmp(item->merchant_id, order->items[0].merchant_id) != 0;
}

static void take_payment(struct arena *arena, struct olist_order **orders, const struct csv *csv)
{
	struct olist_order *order = order_find(*orders, csv_field(csv, "order_id"));
	if (!order)
		return;
	order->paid_cents += read_cents(csv_field(csv, "payment_value"));
	order->payment_type = arena_strdup(arena, csv_field(csv, "payment_type"));
}

static void complain(struct olist_order *order, enum olist_cause cause, int64_t at_us)
{
	if (at_us == 0 || (order->cause != OLIST_NONE && order->filed_us <= at_us))
		return;
	order->cause = cause;
	order->filed_us = at_us;
	order->answered_us = 0;
	order->score = 0;
	order->words = "";
}

static void take_review(struct arena *arena, struct olist_order **orders, const struct csv *csv)
{
	struct olist_order *order = order_find(*orders, csv_field(csv, "order_id"));
	int score = (int)strtol(csv_field(csv, "review_score"), NULL, 10);
	int64_t at_us = read_time(csv_field(csv, "review_creation_date"));
	if (!order || score < 1 || score > 2)
		return;
	complain(order, OLIST_REVIEW, at_us);
	if (order->cause != OLIST_REVIEW || order->filed_us != at_us || order->score != 0)
		return;
	const char *title = csv_field(csv, "review_comment_title"), *message = csv_field(csv, "review_comment_message");
	order->score = score;
	order->answered_us = read_time(csv_field(csv, "review_answer_timestamp"));
	order->words = arena_printf(arena, "%s%s%s", title, title[0] && message[0] ? ": " : "", message);
}

/* By the dates and the status alone. An order without a purchase time is recorded at the first time that is known of it. */
static void take_facts(struct olist_order *order)
{
	const int64_t known_us[] = {order->approved_us, order->shipped_us, order->delivered_us, order->estimated_us};
	for (size_t i = 0; i < sizeof(known_us) / sizeof(known_us[0]) && order->purchased_us == 0; i++)
		order->purchased_us = known_us[i];
	if (order->delivered_us != 0 && order->estimated_us != 0 && order->delivered_us > order->estimated_us)
		complain(order, OLIST_LATE, order->estimated_us + US_PER_DAY);
	if (strcmp(order->status, "canceled") == 0 || strcmp(order->status, "unavailable") == 0)
		complain(order, OLIST_CANCELLED, order->estimated_us);
}

static bool read_rows(struct arena *arena, const char *folder, const char *name, struct olist_order **orders, row_fn *take)
{
	char path[4096], error[4200];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	struct csv *csv = csv_open(path, error, sizeof(error));
	if (!csv) {
		fprintf(stderr, "player: %s\n", error);
		return false;
	}
	while (csv_next(csv))
		take(arena, orders, csv);
	csv_close(csv);
	return true;
}

bool olist_read(struct arena *arena, const char *folder, struct olist_order **orders)
{
	*orders = NULL;
	if (!read_rows(arena, folder, "orders.csv", orders, take_order))
		return false;
	read_rows(arena, folder, "items.csv", orders, take_item);
	read_rows(arena, folder, "payments.csv", orders, take_payment);
	read_rows(arena, folder, "reviews.csv", orders, take_review);
	for (struct olist_order *order = *orders; order; order = order->hh.next)
		take_facts(order);
	return true;
}
