/* Reads what the items of a batch need: one statement a table. */
#include <string.h>

#include "common/base/arena.h"
#include "common/base/log.h"
#include "common/wire/wire.h"

#include "services/intake/intake.h"

static struct dossier_entry *want_dossier(struct batch *batch, const struct item *item)
{
	struct intake_lane *lane = batch->state;
	const char *platform_id = item->event->platform_id, *order_id = item->event->order_id;
	struct dossier_entry *known = intake_lane_dossier(lane, platform_id, order_id);
	if (known)
		return known;
	size_t platform = strlen(platform_id) + 1, order = strlen(order_id) + 1;
	char *key = arena_alloc(batch->arena, platform + order);
	memcpy(key, platform_id, platform);
	memcpy(key + platform, order_id, order);

	struct dossier_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
	entry->dossier = (struct dossier){.platform_id = key, .order_id = key + platform};
	entry->shard = shard_number(item->shard);
	entry->key = key;
	HASH_ADD_KEYPTR(hh, lane->dossiers, entry->key, platform + order, entry);
	intake_want_order(lane->store, order_id, platform_id);
	return entry;
}

/* A cause seen before and a complaint's id given twice run into the keys of intake.log and intake.complaint: they are looked up
 * once that has happened. What filed a complaint is seen among its order's. */
static void want(struct batch *batch, struct item *item)
{
	struct intake_lane *lane = batch->state;
	struct uuid id;
	if (item->kind == ITEM_TIMER)
		intake_want_waiting(lane->store, &item->subject);
	if (item->kind != ITEM_RECORD)
		return;
	if (item->inbox && !batch->trusting)
		intake_want_cause(lane->store, shard_number(item->shard), &item->cause);
	if (item->event->order_id[0] != '\0' && !item->misplaced)
		item->slot = want_dossier(batch, item);
	if (item->event->type_id == EVENT_COMPLAINT_FILED && !batch->trusting && uuid_parse(item->event->complaint_id, &id))
		intake_want_id(lane->store, &id);
}

static void on_orders(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_order order;
		intake_order_row(result, row, batch->arena, &order);
		struct dossier_entry *entry = intake_lane_dossier(batch->state, order.platform_id, order.order_id);
		struct event facts;
		bool read = wire_unpack_into(batch->arena, EVENT_ORDER_RECORDED, order.facts, order.facts_size, &facts);
		if (!read)
			log_error("stored facts of an order cannot be read", LOG_TEXT("order", order.order_id));
		if (!entry || !read)
			continue;
		entry->dossier.order = facts.order;
		entry->dossier.recorded_at_us = order.recorded_at_us;
		entry->dossier.claimed_at_us = order.claimed_at_us;
		entry->dossier.said_at_us = order.said_at_us;
	}
}

static void on_complaints(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct complaint *complaint = arena_alloc(batch->arena, sizeof(*complaint));
		intake_complaint_row(result, row, batch->arena, complaint);
		struct dossier_entry *entry = intake_lane_dossier(batch->state, complaint->platform_id, complaint->order_id);
		if (!entry)
			continue;
		struct dossier *dossier = &entry->dossier;
		intake_lane_see(batch, entry->shard, &complaint->identity, &complaint->id, complaint->body_digest);
		COMPLAINT_GROW(batch->arena, dossier->complaints, dossier->complaints_count);
		dossier->complaints[dossier->complaints_count++] = complaint;
	}
}

static void on_remedies(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_remedy remedy;
		intake_remedy_row(result, row, batch->arena, &remedy);
		struct dossier_entry *entry = intake_lane_dossier(batch->state, remedy.platform_id, remedy.order_id);
		struct complaint *complaint = entry ? dossier_find(&entry->dossier, &remedy.complaint_id) : NULL;
		if (!complaint)
			continue;
		COMPLAINT_GROW(batch->arena, complaint->remedies, complaint->remedies_count);
		complaint->remedies[complaint->remedies_count++] = remedy.entry;
	}
}

static void on_ids(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	struct intake_lane *lane = batch->state;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_id id;
		struct owner_entry *entry = NULL;
		intake_id_row(result, row, batch->arena, &id);
		HASH_FIND(hh, lane->owners, &id.complaint_id, sizeof(id.complaint_id), entry);
		if (entry)
			continue;
		entry = arena_alloc(batch->arena, sizeof(*entry));
		entry->id = id.complaint_id;
		entry->order_id = id.order_id;
		entry->platform_id = id.platform_id;
		HASH_ADD(hh, lane->owners, id, sizeof(entry->id), entry);
	}
}

static void on_seen(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_seen seen;
		intake_seen_row(result, row, batch->arena, &seen);
		if (!intake_lane_seen(batch->state, seen.shard, &seen.cause))
			intake_lane_see(batch, seen.shard, &seen.cause, &seen.subject, seen.body_digest);
	}
}

static void on_waiting(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_waiting waiting;
		intake_waiting_row(result, row, batch->arena, &waiting);
		intake_lane_wait(batch, &waiting, true);
	}
}

bool intake_load(struct batch *batch, int round)
{
	struct intake_lane *lane = batch->state;
	struct intake_readers readers = {on_orders, on_complaints, on_remedies, on_ids, on_seen, on_waiting, batch};
	if (round > 0)
		return false;
	for (int i = 0; i < batch->items_count; i++)
		want(batch, batch->items[i]);
	return intake_read(lane->store, batch->pg, &readers);
}
