#include "common/store/core_hops.h"

#include "common/store/core_private.h"
#include "common/store/unnest.h"

const struct pg_statement core_hops_texts[CORE_COUNT] = {
    [CORE_HOPS_READ] = {"core_hops_read",
	"select shard, true, topic, from_shard, history, sequence, 0::int8 from %1$s.hop_in where shard = any($1)"
	" union all "
	"select o.shard, false, o.topic, o.to_partition, 0, o.sequence, coalesce(o.formers[w.history], 0)"
	"  from %1$s.hop_out o cross join lateral (select history from %1$s.ownership w where w.shard = o.shard offset 0) w"
	" where o.shard = any($1)",
	"int4[]", 7},

    [CORE_HOP_POSITIONS] = {"core_hop_positions", "select topic, partition, next_offset from ombud.hop_positions($1, $2)",
	"text[] text", 3},

    [CORE_HOPS_TOLD] = {"core_hops_told",
	"select shard, topic, partition, acknowledged, taken from ombud.hops_told('%1$s', $1, $2)", "int4[] int8[]", 5},

    [CORE_HOP_IN] = {"core_hop_in",
	"insert into %1$s.hop_in (shard, topic, from_shard, history, sequence)"
	" select " UNNEST_ALL
	" on conflict (shard, topic, from_shard) do update set history = excluded.history, sequence = excluded.sequence",
	"int4[] text[] int4[] int4[] int8[]", 0},

    [CORE_HOP_OUT] = {"core_hop_out",
	"insert into %1$s.hop_out (shard, topic, to_partition, sequence)"
	" select " UNNEST_ALL " on conflict (shard, topic, to_partition) do update set sequence = excluded.sequence",
	"int4[] text[] int4[] int8[]", 0},
};

void core_hops_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context)
{
	core_send_of_shards(pg, CORE_HOPS_READ, shards, count, fn, context);
}

void core_hop_positions(struct pg *pg, const char *const *topics, const char *cluster, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *names = pg_array_new(PG_TEXT);
	for (; *topics; topics++)
		pg_array_text(names, *topics);
	pg_args_array(args, names);
	pg_args_text(args, cluster);
	pg_send(pg, &core_made[CORE_HOP_POSITIONS], args, fn, context);
	pg_args_free(args);
	pg_array_free(names);
}

void core_hop_position_row(const struct pg_result *result, int row, struct core_hop_position *position)
{
	*position =
	    (struct core_hop_position){pg_get_text(result, row, 0), pg_get_int4(result, row, 1), pg_get_int8(result, row, 2)};
}

void core_hops_told(struct pg *pg, const int *shards, const int64_t *acked, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *numbers = pg_array_new(PG_INT4), *seqs = pg_array_new(PG_INT8);
	for (int i = 0; i < count; i++) {
		pg_array_int4(numbers, shards[i]);
		pg_array_int8(seqs, acked[i]);
	}
	pg_args_array(args, numbers);
	pg_args_array(args, seqs);
	pg_send(pg, &core_made[CORE_HOPS_TOLD], args, fn, context);
	pg_args_free(args);
	pg_array_free(numbers);
	pg_array_free(seqs);
}

void core_hops_told_row(const struct pg_result *result, int row, struct core_hop_told *told)
{
	*told = (struct core_hop_told){.shard = pg_get_int4(result, row, 0),
	    .topic = pg_get_text(result, row, 1),
	    .partition = pg_get_int4(result, row, 2),
	    .acknowledged = pg_get_int8(result, row, 3),
	    .taken = pg_get_int8(result, row, 4)};
}

void core_hop_row(const struct pg_result *result, int row, struct core_hop *hop)
{
	hop->shard = pg_get_int4(result, row, 0);
	hop->incoming = pg_get_bool(result, row, 1);
	hop->topic = pg_get_text(result, row, 2);
	hop->other = pg_get_int4(result, row, 3);
	hop->history = pg_get_int4(result, row, 4);
	hop->sequence = pg_get_int8(result, row, 5);
	hop->former = pg_get_int8(result, row, 6);
}

void core_hop_add(struct core_store *store, const struct core_hop *hop)
{
	struct pg_rows *rows = hop->incoming ? store->sets[CORE_HOP_IN] : store->sets[CORE_HOP_OUT];
	pg_rows_int4(rows, hop->shard);
	pg_rows_text(rows, hop->topic);
	pg_rows_int4(rows, hop->other);
	if (hop->incoming)
		pg_rows_int4(rows, hop->history);
	pg_rows_int8(rows, hop->sequence);
}

void core_hops_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->sets[CORE_HOP_IN], NULL, NULL);
	pg_rows_send(pg, store->sets[CORE_HOP_OUT], NULL, NULL);
}
