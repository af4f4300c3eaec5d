/* Reading what a batch needs, and writing what became of it. */
#include "services/escalation/escalation.h"

#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"

void *escalation_batch_new(struct daemon *daemon)
{
	struct state *state = xcalloc(1, sizeof(*state));
	state->versions = versions_new();
	state->args = pg_args_new();
	state->shards = pg_array_new(PG_INT4);
	state->ids = pg_array_new(PG_UUID);
	state->complaints = store_complaint_rows_new();
	state->clocks = store_clock_rows_new();
	return state;
}

void escalation_batch_reset(void *context)
{
	struct state *state = context;
	versions_undone(state->versions);
	HASH_CLEAR(hh, state->held); /* its memory is the batch arena's */
	state->entries = NULL;
	pg_array_reset(state->shards);
	pg_array_reset(state->ids);
	pg_rows_reset(state->complaints);
	pg_rows_reset(state->clocks);
	memset(state->breaches, 0, sizeof(state->breaches));
	state->levels = state->failures = 0;
	state->starts_count = 0;
}

/* ---- load ---- */

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

static struct held *find_held(struct state *state, int shard, const struct uuid *complaint_id)
{
	struct held wanted, *held;
	memset(&wanted.key, 0, sizeof(wanted.key));
	wanted.key.shard = shard;
	wanted.key.complaint_id = *complaint_id;
	HASH_FIND(hh, state->held, &wanted.key, sizeof(wanted.key), held);
	return held;
}

static struct held *want(struct batch *batch, struct item *item, const struct uuid *complaint_id)
{
	struct state *state = batch->state;
	int shard = shard_number(item->shard);
	struct held *held = find_held(state, shard, complaint_id);
	int32_t told = item->kind == ITEM_RECORD ? batch_version_of(batch, item->event) : 0;
	if (held != NULL) {
		held->version_told = held->version_told != 0 ? held->version_told : told;
		return held;
	}
	held = arena_alloc(batch->arena, sizeof(*held));
	held->key.shard = held->row.shard = shard;
	held->key.complaint_id = held->row.complaint_id = *complaint_id;
	held->board.arena = batch->arena;
	held->batch = batch;
	held->version_told = told;
	uuid_format(complaint_id, held->complaint_text);
	HASH_ADD(hh, state->held, key, sizeof(held->key), held);
	pg_array_int4(state->shards, shard);
	pg_array_uuid(state->ids, complaint_id);
	return held;
}

static void take_row(struct held *held, const struct store_complaint_row *read)
{
	struct arena *arena = held->board.arena;
	held->known = true;
	held->row = *read;
	held->row.platform_id = arena_strdup(arena, read->platform_id);
	held->row.order_id = arena_strdup(arena, read->order_id);
	held->row.policy = arena_strdup(arena, read->policy);
	held->row.policy_named = arena_strdup(arena, read->policy_named);
	held->row.calendar = arena_strdup(arena, read->calendar);
	held->row.trace = arena_strdup(arena, read->trace);
}

static void got_complaints(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	if (class != PG_DONE)
		return;
	for (int row = 0; row < pg_result_rows(result); row++) {
		struct store_complaint_row read;
		store_complaint_row_read(result, row, &read);
		take_row(find_held(batch->state, read.shard, &read.complaint_id), &read);
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
		struct held *held = find_held(batch->state, shard, &complaint_id);
		store_clock_row_read(result, row, clock_board_put(&held->board));
	}
}

static bool load_complaints(struct batch *batch)
{
	struct state *state = batch->state;
	for (int i = 0; i < batch->items_count; i++) {
		struct uuid complaint_id;
		if (find_complaint(batch->items[i], &complaint_id))
			batch->items[i]->slot = want(batch, batch->items[i], &complaint_id);
	}
	if (state->held == NULL)
		return false;
	store_escalation_read_complaints(batch->pg, state->args, state->shards, state->ids, got_complaints, batch);
	store_escalation_read_clocks(batch->pg, state->args, state->shards, state->ids, got_clocks, batch);
	return true;
}

/* A complaint new to us gets the version that its first fact tells; a known one keeps its own until a fact moves it. */
static void name_versions(struct held *held)
{
	if (held->known)
		return;
	held->row.platform_id = held->row.order_id = held->row.policy_named = held->row.calendar = "";
	held->row.policy_version = held->row.calendar_version = held->version_told;
}

typedef bool version_fn(struct batch *batch, int32_t number);

/* A number that is named by what the batch is about: by complaints, by their open clocks, by facts that move one. */
static bool each_version(struct batch *batch, version_fn *fn)
{
	const struct state *state = batch->state;
	bool sent = false;
	for (const struct held *held = state->held; held != NULL; held = held->hh.next) {
		sent |= fn(batch, held->row.policy_version);
		for (int i = 0; i < held->board.clocks_count; i++) {
			sent |= fn(batch, held->board.clocks[i]->terms_stored);
			sent |= fn(batch, held->board.clocks[i]->times_stored);
		}
	}
	for (int i = 0; i < batch->items_count; i++)
		if (escalation_moves(batch->items[i]))
			sent |= fn(batch, batch->items[i]->event->policy_version);
	return sent;
}

static bool read_version(struct batch *batch, int32_t number)
{
	return number != 0 && batch_read_version(batch, number);
}

static bool read_calendar(struct batch *batch, int32_t number)
{
	struct state *state = batch->state;
	const struct terms *terms = daemon_version(batch->daemon, number);
	return terms != NULL && versions_read_calendar(state->versions, batch->pg, number, terms_policies(terms)->calendar);
}

bool escalation_load(struct batch *batch, int round)
{
	struct state *state = batch->state;
	if (round == 0)
		return load_complaints(batch);
	for (struct held *held = state->held; round == 1 && held != NULL; held = held->hh.next)
		name_versions(held);
	return (round == 1 && each_version(batch, read_version)) || each_version(batch, read_calendar);
}

/* ---- write ---- */

static void write_held(struct state *state, struct held *held)
{
	const struct clock_board *board = &held->board;
	held->row.stage = board->stage;
	held->row.stage_since_us = board->stage_since_us;
	held->row.policy = board->policy->id;
	held->row.policy_named = board->policy_named;
	memcpy(held->row.cycles, board->cycles, sizeof(held->row.cycles));
	store_complaint_rows_add(state->complaints, &held->row);
	for (int i = 0; i < board->clocks_count; i++)
		if (board->clocks[i]->dirty)
			store_clock_rows_add(state->clocks, &held->row, board->clocks[i]);
}

void escalation_write(struct batch *batch)
{
	struct state *state = batch->state;
	for (struct held *held = state->held; held != NULL; held = held->hh.next)
		if (held->dirty)
			write_held(state, held);
	pg_rows_send(batch->pg, state->complaints, NULL, NULL);
	pg_rows_send(batch->pg, state->clocks, NULL, NULL);
}

enum { BREACHES, LEVELS, FAILURES, COVERED };

const struct counter_row escalation_counters[] = {
    [BREACHES] = {"ombud_clock_breaches_total", "Deadlines that passed, by clock.", METRIC_COUNTER, {"clock"}},
    [LEVELS] = {"ombud_escalations_total", "Levels of ladders that were climbed.", METRIC_COUNTER, {0}},
    [FAILURES] = {"ombud_clock_failures_total", "Clocks for which no due instant could be computed.", METRIC_COUNTER, {0}},
    [COVERED] =
	{
	    "ombud_calendar_covered_until_timestamp_seconds",
	    "Up to when a calendar's holidays are known; alert 45 days before.",
	    METRIC_GAUGE,
	    {"calendar"},
	},
    {0},
};

static void tell_cover(const char *id, const struct calendar *calendar)
{
	metric_set(&escalation_counters[COVERED], (double)(calendar_covered_until_us(calendar) / US_PER_SECOND), id);
}

void escalation_committed(struct batch *batch)
{
	struct state *state = batch->state;
	versions_committed(state->versions);
	versions_each_new(state->versions, tell_cover);
	for (int kind = 0; kind < CLOCK_COUNT; kind++)
		if (state->breaches[kind] > 0)
			metric_add(&escalation_counters[BREACHES], state->breaches[kind], clock_kind_name(kind));
	if (state->levels > 0)
		metric_add(&escalation_counters[LEVELS], state->levels);
	if (state->failures > 0)
		metric_add(&escalation_counters[FAILURES], state->failures);
}
