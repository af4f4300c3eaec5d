/* Olist's files into orders and the complaints that people really had. Rules:
 *
 * Every row of orders.csv is an order, recorded at its purchase time with all its facts. An order has at most one complaint, the
 * earliest of: a review with score 1 or 2, at its review_creation_date, its title and message the statement, answered by the
 * merchant at review_answer_timestamp; delivered after order_estimated_delivery_date, one day after that date; canceled or
 * unavailable, on that date. The agent decides: late beyond the promise or never delivered, for the complainant; else by the
 * score, 1 in part and 2 for the merchant.
 *
 * Files other than orders.csv may be missing; so may fields, items and words. Times are taken as UTC.
 */
#ifndef OMBUD_SERVICES_PLAYER_OLIST_H
#define OMBUD_SERVICES_PLAYER_OLIST_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "common/base/arena.h"
#include "common/model/event.h"

enum { OLIST_ITEMS_MAX = 32 };

enum olist_cause { OLIST_NONE, OLIST_REVIEW, OLIST_LATE, OLIST_CANCELLED };

struct olist_order {
	UT_hash_handle hh;
	const char *order_id;
	const char *customer_id;
	const char *status;
	int64_t purchased_us, approved_us, shipped_us, delivered_us, estimated_us;
	struct order_item items[OLIST_ITEMS_MAX];
	size_t items_count;
	bool several_merchants;
	int64_t paid_cents;
	const char *payment_type;

	/* the complaint */
	enum olist_cause cause;
	int64_t filed_us, answered_us;
	int score; /* of the review that it comes from; 0: none */
	const char *words;
};

/* All orders, by order id, in the file's order. false: orders.csv cannot be read, told on stderr. The arena keeps all. */
bool olist_read(struct arena *arena, const char *folder, struct olist_order **orders);

#endif
