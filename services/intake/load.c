/* Reads what the items of a batch need: one statement a table. */
#include <string.h>

#include "common/base/arena.h"
#include "common/store/moves.h"
#include "common/store/refusals.h"

#include "services/intake/intake.h"

static struct dossier_entry *entry_new(
    struct batch *batch, int shard, enum intake_use_kind kind, const char *platform_id, const char *id)
{
	struct intake_memory *memory = batch->memory;
	size_t platform = strlen(platform_id) + 1, size = platform + strlen(id) + 1;
	char *key = arena_alloc(batch->arena, size);
	memcpy(key, platform_id, platform);
	memcpy(key + platform, id, size - platform);

	struct dossier_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
	entry->dossier = (struct dossier){.platform_id = key, .order_id = key + platform};
	entry->kind = kind;
	entry->shard = shard;
	entry->key = key;
	if (kind == INTAKE_USES_OF_ORDER)
		HASH_ADD_KEYPTR(hh, memory->dossiers, entry->key, size, entry);
	else
		HASH_ADD_KEYPTR(hh, memory->persons, entry->key, size, entry);
	intake_want_uses(memory->store, id, platform_id);
	return entry;
}

static struct dossier_entry *want_dossier(struct batch *batch, int shard, const char *platform_id, const char *order_id)
{
	struct intake_memory *memory = batch->memory;
	struct dossier_entry *known = intake_memory_dossier(memory, platform_id, order_id);
	if (known)
		return known;
	intake_want_order(memory->store, order_id, platform_id);
	return entry_new(batch, shard, INTAKE_USES_OF_ORDER, platform_id, order_id);
}

static struct dossier_entry *want_person(struct batch *batch, int shard, const char *platform_id, const char *person_id)
{
	struct dossier_entry *known = intake_memory_person(batch->memory, platform_id, person_id);
	return known ? known : entry_new(batch, shard, INTAKE_USES_OF_PERSON, platform_id, person_id);
}

static struct dossier_entry *want_entry(struct batch *batch, const struct item *item)
{
	const struct event *event = item->event;
	int shard = shard_number(item->shard);
	if (event->order_id[0] != '\0')
		return want_dossier(batch, shard, event->platform_id, event->order_id);
	return event->person_id[0] != '\0' ? want_person(batch, shard, event->platform_id, event->person_id) : NULL;
}

static void want_for_timer(struct batch *batch, const struct item *item)
{
	struct intake_memory *memory = batch->memory;
	if (item->timer_kind == TIMER_WAITING)
		intake_want_waiting(memory->store, &item->subject);
	else if (item->timer_kind == TIMER_UNTOLD)
		intake_want_untold(memory, item);
	else if (memory->take_ups++ < TAKE_UPS_MAX)
		intake_want_id(memory->store, &item->subject); /* whose complaint it is */
}

static bool refers_to_evidence(enum event_type type)
{
	return type == EVENT_DECISION_MADE;
}

/* Once a complaint: its pieces would stand there twice. */
static void want_evidence(struct batch *batch, const struct uuid *complaint_id)
{
	struct intake_memory *memory = batch->memory;
	for (size_t i = 0; i < memory->referred_count; i++)
		if (memcmp(&memory->referred[i], complaint_id, sizeof(*complaint_id)) == 0)
			return;
	COMPLAINT_GROW(batch->arena, memory->referred, memory->referred_count);
	memory->referred[memory->referred_count++] = *complaint_id;
	intake_want_evidence(memory->store, complaint_id);
}

/* A cause seen before and a complaint's id given twice run into the keys of intake.log and intake.complaint: they are looked up
 * once that has happened. What filed a complaint is seen among its order's. */
static void want(struct batch *batch, struct item *item)
{
	struct intake_memory *memory = batch->memory;
	struct uuid id;
	if (item->kind == ITEM_TIMER)
		want_for_timer(batch, item);
	if (item->kind != ITEM_RECORD)
		return;
	if (item->inbox && !batch->trusting)
		intake_want_cause(memory->store, shard_number(item->shard), &item->cause);
	if (!item->misplaced)
		item->slot = want_entry(batch, item);
	if (!item->misplaced && refers_to_evidence(item->event->type_id) && uuid_parse(item->event->complaint_id, &id))
		want_evidence(batch, &id);
	if (item->event->type_id == EVENT_COMPLAINT_FILED && !batch->trusting && uuid_parse(item->event->complaint_id, &id))
		intake_want_id(memory->store, &id);
}

static void on_orders(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_order order;
		intake_order_row(result, row, batch->arena, &order);
		struct dossier_entry *entry = intake_memory_dossier(batch->memory, order.platform_id, order.order_id);
		if (!entry)
			continue;
		const struct event *facts =
		    batch_unpack(batch, EVENT_ORDER_RECORDED, order.facts, order.facts_size, INTAKE_ORDER_FACTS, order.order_id);
		entry->unreadable = !facts;
		if (!facts)
			continue;
		entry->dossier.order = facts->order;
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
		struct dossier_entry *entry = intake_memory_dossier(batch->memory, complaint->platform_id, complaint->order_id);
		if (!entry)
			continue;
		struct dossier *dossier = &entry->dossier;
		intake_memory_see(batch, entry->shard, &complaint->identity, &complaint->id, complaint->body_digest);
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
		struct dossier_entry *entry = intake_memory_dossier(batch->memory, remedy.platform_id, remedy.order_id);
		struct complaint *complaint = entry ? dossier_find(&entry->dossier, &remedy.complaint_id) : NULL;
		if (!complaint)
			continue;
		COMPLAINT_GROW(batch->arena, complaint->remedies, complaint->remedies_count);
		complaint->remedies[complaint->remedies_count++] = remedy.entry;
	}
}

static void on_evidence(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_piece piece;
		intake_piece_row(result, row, batch->arena, &piece);
		struct dossier_entry *entry = intake_memory_dossier(batch->memory, piece.platform_id, piece.order_id);
		struct complaint *complaint = entry ? dossier_find(&entry->dossier, &piece.complaint_id) : NULL;
		if (!complaint)
			continue;
		COMPLAINT_GROW(batch->arena, complaint->pieces, complaint->pieces_count);
		complaint->pieces[complaint->pieces_count++] = piece.piece;
	}
}

static void on_ids(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	struct intake_memory *memory = batch->memory;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_id id;
		struct owner_entry *entry = NULL;
		intake_id_row(result, row, batch->arena, &id);
		HASH_FIND(hh, memory->owners, &id.complaint_id, sizeof(id.complaint_id), entry);
		if (entry)
			continue;
		entry = arena_alloc(batch->arena, sizeof(*entry));
		entry->id = id.complaint_id;
		entry->order_id = id.order_id;
		entry->platform_id = id.platform_id;
		HASH_ADD(hh, memory->owners, id, sizeof(entry->id), entry);
	}
}

static void on_seen(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_seen seen;
		intake_seen_row(result, row, batch->arena, &seen);
		if (!intake_memory_seen(batch->memory, seen.shard, &seen.cause))
			intake_memory_see(batch, seen.shard, &seen.cause, &seen.subject, seen.body_digest);
	}
}

static void on_waiting(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_waiting waiting;
		intake_waiting_row(result, row, batch->arena, &waiting);
		intake_memory_wait(batch, &waiting, true);
	}
}

static void on_line(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_waiting waiting;
		intake_waiting_row(result, row, batch->arena, &waiting);
		intake_memory_wait(batch, &waiting, true)->in_line = true;
	}
}

static void on_uses(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct intake_uses uses;
		intake_uses_row(result, row, batch->arena, &uses);
		struct dossier_entry *entry = uses.kind == INTAKE_USES_OF_ORDER
						  ? intake_memory_dossier(batch->memory, uses.platform_id, uses.key)
						  : intake_memory_person(batch->memory, uses.platform_id, uses.key);
		if (entry)
			entry->uses = uses.uses;
	}
}

static const struct waiting_entry *find_waiting(const struct intake_memory *memory, const struct uuid *cause)
{
	for (const struct waiting_entry *entry = memory->waiting; entry; entry = entry->next)
		if (memcmp(&entry->waiting.cause, cause, sizeof(*cause)) == 0)
			return entry;
	return NULL;
}

/* What the first answers name: the order of what has waited its hour ... */
static void want_order_of_waiting(struct batch *batch, const struct item *item)
{
	const struct waiting_entry *entry = find_waiting(batch->memory, &item->subject);
	if (!entry)
		return;
	want_dossier(batch, shard_number(item->shard), entry->waiting.platform_id, entry->waiting.order_id);
	want_evidence(batch, &entry->waiting.complaint_id);
}

/* ... and the line of a complaint that has come. */
static void want_line(struct batch *batch, const struct item *item)
{
	struct intake_memory *memory = batch->memory;
	struct owner_entry *owner = NULL;
	HASH_FIND(hh, memory->owners, &item->subject, sizeof(item->subject), owner);
	if (!owner)
		return;
	want_dossier(batch, shard_number(item->shard), owner->platform_id, owner->order_id);
	intake_want_line(memory->store, owner->order_id, owner->platform_id, &owner->id);
	want_evidence(batch, &owner->id);
}

static void want_for_timers(struct batch *batch)
{
	int take_ups = 0;
	for (int i = 0; i < batch->items_count; i++) {
		const struct item *item = batch->items[i];
		if (item->kind == ITEM_TIMER && item->timer_kind == TIMER_WAITING)
			want_order_of_waiting(batch, item);
		else if (item->kind == ITEM_TIMER && item->timer_kind == TIMER_TAKE_UP && take_ups++ < TAKE_UPS_MAX)
			want_line(batch, item);
	}
}

/* What its complaints were promised or given, of an order where there is any: most have none yet. */
static void want_remedies(struct batch *batch)
{
	struct intake_memory *memory = batch->memory;
	for (struct dossier_entry *entry = memory->dossiers; entry; entry = entry->hh.next)
		for (size_t i = 0; i < entry->dossier.complaints_count && !entry->remedies_wanted; i++)
			if (entry->dossier.complaints[i]->has_remedies) {
				intake_want_remedies(memory->store, entry->dossier.order_id, entry->dossier.platform_id);
				entry->remedies_wanted = true;
			}
}

/* Older versions, which complaints go by. */
static bool read_versions(struct batch *batch)
{
	const struct intake_memory *memory = batch->memory;
	bool sent = false;
	for (const struct dossier_entry *entry = memory->dossiers; entry; entry = entry->hh.next)
		for (size_t i = 0; i < entry->dossier.complaints_count; i++) {
			const struct complaint *complaint = entry->dossier.complaints[i];
			if (batch_read_version(batch, complaint->policy_version))
				sent = true;
		}
	return sent;
}

/* ---- complaints that a campaign moves ---- */

static struct item *find_moved(const struct batch *batch, const struct uuid *complaint_id)
{
	for (int i = 0; i < batch->items_count; i++)
		if (batch->items[i]->kind == ITEM_WALK &&
		    memcmp(&batch->items[i]->subject, complaint_id, sizeof(*complaint_id)) == 0)
			return batch->items[i];
	return NULL;
}

static void on_moves(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct store_move read;
		store_moves_row(result, row, &read);
		struct item *item = find_moved(batch, &read.complaint_id);
		struct move_entry *move = item->slot = arena_alloc(batch->arena, sizeof(*move));
		*move = (struct move_entry){
		    .order_id = arena_strdup(batch->arena, read.order_id),
		    .platform_id = arena_strdup(batch->arena, read.platform_id),
		    .by = arena_strdup(batch->arena, read.by),
		    .version = read.version,
		};
	}
}

/* A page's subjects are of one campaign. */
static bool read_moves(struct batch *batch)
{
	struct pg_array *ids = pg_array_new(PG_UUID);
	int64_t campaign = 0;
	for (int i = 0; i < batch->items_count; i++)
		if (batch->items[i]->kind == ITEM_WALK) {
			pg_array_uuid(ids, &batch->items[i]->subject);
			campaign = batch->items[i]->campaign->id;
		}
	if (campaign)
		store_moves_read(batch->pg, ids, campaign, on_moves, batch);
	pg_array_free(ids);
	return campaign != 0;
}

/* Another complaint of the same order may be decided with the new version's windows, in this batch. */
static bool want_moved(struct batch *batch)
{
	bool sent = false;
	for (int i = 0; i < batch->items_count; i++) {
		const struct item *item = batch->items[i];
		struct move_entry *move = item->kind == ITEM_WALK ? item->slot : NULL;
		if (!move)
			continue;
		move->order = want_dossier(batch, shard_number(item->shard), move->platform_id, move->order_id);
		sent |= move->version && batch_read_version(batch, move->version);
	}
	return sent;
}

/* Round 0: what the items name. Round 1: what that names: orders of timers and walks. Behind each, what complaints that were read
 * name. */
bool intake_load(struct batch *batch, int round)
{
	struct intake_memory *memory = batch->memory;
	struct intake_readers readers = {
	    on_orders, on_complaints, on_remedies, on_evidence, on_ids, on_seen, round ? on_line : on_waiting, on_uses, batch};
	intake_store_reset(memory->store);
	for (int i = 0; round == 0 && i < batch->items_count; i++)
		want(batch, batch->items[i]);
	bool versions = false;
	if (round == 1) {
		want_for_timers(batch);
		versions = want_moved(batch);
	}
	if (round > 0)
		want_remedies(batch);
	bool moves = round == 0 && read_moves(batch);
	bool untold = round == 0 && refusal_read(memory->refusals, batch->pg, intake_on_untold, batch);
	return intake_read(memory->store, batch->pg, &readers) || untold || moves || versions ||
	       (round > 0 && read_versions(batch));
}
