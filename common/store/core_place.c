#include "common/store/core_place.h"

#include <stdlib.h>

#include "common/base/die.h"
#include "common/store/core_private.h"

const struct pg_statement core_place_texts[CORE_COUNT] = {
    /* Advances each shard from exactly where this owner left it, under its own epoch. Offsets and sequences come flattened:
     * $9 values a shard for topics read, $16 for topics written. */
    [CORE_FENCE] = {"core_fence",
	"with advanced as ("
	"    update %1$s.ownership o"
	"       set next_offsets = $7[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           in_sequences = $8[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           last_digests = $10[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           seen_ends = $11[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           in_histories = $12[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           looked_offsets = $13[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           looked_digests = $14[(g.place - 1) * $9 + 1 : g.place * $9],"
	"           out_sequences = $15[(g.place - 1) * $16 + 1 : g.place * $16],"
	"           log_seq = g.log_to,"
	"           acked_seq = greatest(o.acked_seq, g.acked)"
	"      from unnest($1, $2, $3, $4, $5) with ordinality as g(shard, epoch, log_from, log_to, acked, place)"
	"     where o.shard = any(array[g.shard])"
	"       and o.epoch = g.epoch"
	"       and o.log_seq = g.log_from"
	"       and o.next_offsets = $6[(g.place - 1) * $9 + 1 : g.place * $9]"
	"    returning 1)"
	" select ombud.fenced() from (select count(*) as shards from advanced) a where a.shards <> cardinality($1)",
	"int4[] int8[] int8[] int8[] int8[] int8[] int8[] int8[] int4 int8[] int8[] int4[] int8[] int8[] int8[] int4", 1},
};

enum {
	FENCE_SHARDS,
	FENCE_EPOCHS,
	FENCE_LOG_FROM,
	FENCE_LOG_TO,
	FENCE_ACKED,
	FENCE_FROM,
	FENCE_TO,
	FENCE_IN,
	FENCE_DIGESTS,
	FENCE_ENDS,
	FENCE_HISTORIES,
	FENCE_LOOKED_OFFSETS,
	FENCE_LOOKED_DIGESTS,
	FENCE_OUT,
	FENCE_ARRAYS
};

struct core_fence {
	int topics_count, emits_count;
	struct pg_array *arrays[FENCE_ARRAYS];
	struct pg_args *args;
};

struct core_fence *core_fence_new(int topics_count, int emits_count)
{
	struct core_fence *fence = xcalloc(1, sizeof *fence);
	fence->topics_count = topics_count;
	fence->emits_count = emits_count;
	for (int i = 0; i < FENCE_ARRAYS; i++)
		fence->arrays[i] = pg_array_new(i == FENCE_SHARDS || i == FENCE_HISTORIES ? PG_INT4 : PG_INT8);
	fence->args = pg_args_new();
	return fence;
}

void core_fence_free(struct core_fence *fence)
{
	for (int i = 0; i < FENCE_ARRAYS; i++)
		pg_array_free(fence->arrays[i]);
	pg_args_free(fence->args);
	free(fence);
}

void core_fence_reset(struct core_fence *fence)
{
	for (int i = 0; i < FENCE_ARRAYS; i++)
		pg_array_reset(fence->arrays[i]);
}

void core_advance_add(struct core_store *store, const struct core_advance *advance)
{
	const struct core_fence *fence = store->fence;
	pg_array_int4(fence->arrays[FENCE_SHARDS], advance->shard);
	pg_array_int8(fence->arrays[FENCE_EPOCHS], advance->epoch);
	pg_array_int8(fence->arrays[FENCE_LOG_FROM], advance->from->log_seq);
	pg_array_int8(fence->arrays[FENCE_LOG_TO], advance->to->log_seq);
	pg_array_int8(fence->arrays[FENCE_ACKED], advance->to->acked_seq);
	for (int i = 0; i < fence->topics_count; i++) {
		pg_array_int8(fence->arrays[FENCE_FROM], advance->from->next_offsets[i]);
		pg_array_int8(fence->arrays[FENCE_TO], advance->to->next_offsets[i]);
		pg_array_int8(fence->arrays[FENCE_IN], advance->to->in_sequences[i]);
		pg_array_int8(fence->arrays[FENCE_DIGESTS], advance->to->last_digests[i]);
		pg_array_int8(fence->arrays[FENCE_ENDS], advance->to->seen_ends[i]);
		pg_array_int4(fence->arrays[FENCE_HISTORIES], advance->to->in_histories[i]);
		pg_array_int8(fence->arrays[FENCE_LOOKED_OFFSETS], advance->to->looked_offsets[i]);
		pg_array_int8(fence->arrays[FENCE_LOOKED_DIGESTS], advance->to->looked_digests[i]);
	}
	for (int i = 0; i < fence->emits_count; i++)
		pg_array_int8(fence->arrays[FENCE_OUT], advance->to->out_sequences[i]);
}

void core_fence_send(struct core_store *store, struct pg *pg)
{
	struct core_fence *fence = store->fence;
	if (!pg_array_count(fence->arrays[FENCE_SHARDS]))
		return;
	pg_args_reset(fence->args);
	for (int i = FENCE_SHARDS; i <= FENCE_IN; i++)
		pg_args_array(fence->args, fence->arrays[i]);
	pg_args_int4(fence->args, fence->topics_count);
	for (int i = FENCE_DIGESTS; i <= FENCE_OUT; i++)
		pg_args_array(fence->args, fence->arrays[i]);
	pg_args_int4(fence->args, fence->emits_count);
	pg_send(pg, &core_made[CORE_FENCE], fence->args, NULL, NULL);
	core_fence_reset(fence);
}
