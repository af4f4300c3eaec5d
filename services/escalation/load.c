/* Reading what a batch needs. */
#include "services/escalation/escalation.h"

/* false: the item is about no complaint's clocks. */
static bool find_complaint(const struct item *item, struct uuid *complaint_id)
{
	if (item->kind == ITEM_TIMER) {
		*complaint_id = item->subject;
		return true;
	}
	if (item->kind != ITEM_RECORD)
		return false;
	enum event_type type = item->event->type_id;
	return (type == EVENT_COMPLAINT_CHANGED || type == EVENT_COMPLAINT_TRIAGED) &&
	       uuid_parse(item->event->complaint_id, complaint_id);
}

static struct known *want(struct batch *batch, struct item *item, const struct uuid *complaint_id)
{
	struct escalation_memory *memory = batch->memory;
	int shard = shard_number(item->shard);
	struct known *known = escalation_known(memory, shard, complaint_id);
	int32_t told = item->kind == ITEM_RECORD ? batch_version_of(batch, item->event) : 0;
	if (known != NULL) {
		known->version_told = known->version_told != 0 ? known->version_told : told;
		return known;
	}
	known = arena_alloc(batch->arena, sizeof(*known));
	known->key.shard = known->row.shard = shard;
	known->key.complaint_id = known->row.complaint_id = *complaint_id;
	known->board.arena = batch->arena;
	known->batch = batch;
	known->version_told = told;
	uuid_format(complaint_id, known->complaint_text);
	HASH_ADD(hh, memory->known, key, sizeof(known->key), known);
	pg_array_int4(memory->shards, shard);
	pg_array_uuid(memory->ids, complaint_id);
	return known;
}

static void take_row(struct known *known, const struct store_complaint_row *read)
{
	struct arena *arena = known->board.arena;
	known->stored = true;
	known->row = *read;
	known->row.platform_id = arena_strdup(arena, read->platform_id);
	known->row.order_id = arena_strdup(arena, read->order_id);
	known->row.policy = arena_strdup(arena, read->policy);
	known->row.policy_named = arena_strdup(arena, read->policy_named);
	known->row.calendar = arena_strdup(arena, read->calendar);
	known->row.trace = arena_strdup(arena, read->trace);
}

static void got_complaints(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	if (class != PG_DONE)
		return;
	for (int row = 0; row < pg_result_rows(result); row++) {
		struct store_complaint_row read;
		store_complaint_row_read(result, row, batch->arena, &read);
		take_row(escalation_known(batch->memory, read.shard, &read.complaint_id), &read);
	}
}

static void got_clocks(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	if (class != PG_DONE)
		return;
	for (int row = 0; row < pg_result_rows(result); row++) {
		int shard;
		struct uuid complaint_id = store_clock_complaint(result, row, &shard);
		struct known *known = escalation_known(batch->memory, shard, &complaint_id);
		store_clock_row_read(result, row, clock_board_put(&known->board));
	}
}

static bool load_complaints(struct batch *batch)
{
	struct escalation_memory *memory = batch->memory;
	for (int i = 0; i < batch->items_count; i++) {
		struct uuid complaint_id;
		if (find_complaint(batch->items[i], &complaint_id))
			batch->items[i]->slot = want(batch, batch->items[i], &complaint_id);
	}
	if (memory->known == NULL)
		return false;
	store_escalation_read_complaints(batch->pg, memory->args, memory->shards, memory->ids, got_complaints, batch);
	store_escalation_read_clocks(batch->pg, memory->args, memory->shards, memory->ids, got_clocks, batch);
	return true;
}

/* A complaint new to us gets the version that its first fact tells; a known one keeps its own until a fact moves it. */
static void name_versions(struct known *known)
{
	if (known->stored)
		return;
	known->row.platform_id = known->row.order_id = known->row.policy_named = known->row.calendar = "";
	known->row.policy_version = known->row.calendar_version = known->version_told;
}

typedef bool version_fn(struct batch *batch, int32_t number);

/* A number that is named by what the batch is about: by complaints, by their open clocks, by facts that move one. */
static bool each_version(struct batch *batch, version_fn *fn)
{
	const struct escalation_memory *memory = batch->memory;
	bool sent = false;
	for (const struct known *known = memory->known; known != NULL; known = known->hh.next) {
		sent |= fn(batch, known->row.policy_version);
		for (int i = 0; i < known->board.clocks_count; i++) {
			sent |= fn(batch, known->board.clocks[i]->terms_stored);
			sent |= fn(batch, known->board.clocks[i]->times_stored);
		}
	}
	for (int i = 0; i < batch->items_count; i++)
		if (batch->items[i]->kind == ITEM_RECORD && clock_fact_moves(batch->items[i]->event))
			sent |= fn(batch, batch->items[i]->event->policy_version);
	return sent;
}

static bool read_version(struct batch *batch, int32_t number)
{
	return number != 0 && batch_read_version(batch, number);
}

static bool read_calendar(struct batch *batch, int32_t number)
{
	struct escalation_memory *memory = batch->memory;
	const struct terms *terms = daemon_version(batch->daemon, number);
	return terms != NULL && versions_read_calendar(memory->versions, batch->pg, number, terms_policies(terms)->calendar);
}

bool escalation_load(struct batch *batch, int round)
{
	struct escalation_memory *memory = batch->memory;
	if (round == 0)
		return load_complaints(batch);
	for (struct known *known = memory->known; round == 1 && known != NULL; known = known->hh.next)
		name_versions(known);
	return (round == 1 && each_version(batch, read_version)) || each_version(batch, read_calendar);
}
