#include "common/store/core_take.h"

#include <string.h>

#include "common/base/die.h"
#include "common/store/core_private.h"

const struct pg_statement core_take_texts[CORE_COUNT] = {
    [CORE_PARTITIONS] = {"core_partitions", "select ombud.partitions_are($1)", "int4", 1},

    [CORE_TAKE] = {"core_take",
	"select shard, epoch, next_offsets, in_sequences, out_sequences, log_seq, acked_seq, next_due, last_digests, seen_ends,"
	"       in_histories::int8[], stopped::text, history, former_sequences, history_starts,"
	"       looked_offsets, looked_digests, left_cluster::text,"
	"       stopped ->> 'why', stopped ->> 'topic', stopped ->> 'says', (stopped ->> 'offset')::int8,"
	"       array(select coalesce((stopped -> 'places' ->> u.topic)::int8, -1) from unnest($4) with ordinality as u(topic, nth)"
	"              order by u.nth)"
	"  from ombud.take_shards('%1$s', $1, $2, $3, $4, $5)",
	"int4[] text text text[] text[]", 23},

    [CORE_STOP] = {"core_stop",
	"with stopped as (update %1$s.ownership set stopped = jsonb_build_object('since', clock_timestamp()) || $3::jsonb"
	"                  where shard = $1 and epoch = $2 returning 1)"
	" select ombud.fenced() from (select count(*) as shards from stopped) s where s.shards <> 1",
	"int4 int8 text", 1},
};

void core_partitions(struct pg *pg, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, count);
	pg_send(pg, &core_made[CORE_PARTITIONS], args, fn, context);
	pg_args_free(args);
}

void core_take_shards(struct pg *pg, const struct core_claim_to *claim, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *shards = pg_array_new(PG_INT4), *topics = pg_array_new(PG_TEXT), *emits = pg_array_new(PG_TEXT);
	for (int i = 0; i < claim->count; i++)
		pg_array_int4(shards, claim->shards[i]);
	for (int i = 0; claim->topics[i]; i++)
		pg_array_text(topics, claim->topics[i]);
	for (int i = 0; claim->emits[i]; i++)
		pg_array_text(emits, claim->emits[i]);
	pg_args_array(args, shards);
	pg_args_text(args, claim->cluster);
	pg_args_text(args, claim->owner);
	pg_args_array(args, topics);
	pg_args_array(args, emits);
	pg_send(pg, &core_made[CORE_TAKE], args, fn, context);
	pg_args_free(args);
	pg_array_free(shards);
	pg_array_free(topics);
	pg_array_free(emits);
}

const char *core_owner_left(const char *sqlstate)
{
	return !strcmp(sqlstate, "OM002") ? "unseen" : !strcmp(sqlstate, "OM003") ? "stays" : NULL;
}

static void taken_array(const struct pg_result *result, int row, int column, int64_t *values)
{
	int count = pg_get_array_count(result, row, column);
	if (count > CORE_TOPICS_MAX)
		bug("%d topics", count);
	memset(values, 0, CORE_TOPICS_MAX * sizeof *values);
	for (int i = 0; i < count; i++)
		values[i] = pg_get_array_int8(result, row, column, i);
}

void core_taken_row(const struct pg_result *result, int row, struct core_taken *taken)
{
	taken->shard = pg_get_int4(result, row, 0);
	taken->epoch = pg_get_int8(result, row, 1);
	taken_array(result, row, 2, taken->place.next_offsets);
	taken_array(result, row, 3, taken->place.in_sequences);
	taken_array(result, row, 4, taken->place.out_sequences);
	taken->place.log_seq = pg_get_int8(result, row, 5);
	taken->place.acked_seq = pg_get_int8(result, row, 6);
	taken->next_due_us = pg_is_null(result, row, 7) ? INT64_MAX : pg_get_instant(result, row, 7);
	taken_array(result, row, 8, taken->place.last_digests);
	taken_array(result, row, 9, taken->place.seen_ends);
	int64_t histories[CORE_TOPICS_MAX];
	taken_array(result, row, 10, histories);
	for (int i = 0; i < CORE_TOPICS_MAX; i++)
		taken->place.in_histories[i] = (int32_t)histories[i];
	taken->stopped = pg_is_null(result, row, 11) ? NULL : pg_get_text(result, row, 11);
	taken->history = pg_get_int4(result, row, 12);
	taken_array(result, row, 13, taken->former_sequences);
	taken->starts_count = pg_get_array_count(result, row, 14);
	if (taken->starts_count > CORE_HISTORIES_MAX)
		bug("%d histories", taken->starts_count);
	for (int i = 0; i < taken->starts_count; i++)
		taken->history_starts[i] = pg_get_array_int8(result, row, 14, i);
	taken_array(result, row, 15, taken->place.looked_offsets);
	taken_array(result, row, 16, taken->place.looked_digests);
	taken->left = pg_is_null(result, row, 17) ? NULL : pg_get_text(result, row, 17);
	taken->stopped_why = pg_get_text(result, row, 18);
	taken->stopped_topic = pg_get_text(result, row, 19);
	taken->stopped_says = pg_get_text(result, row, 20);
	taken_array(result, row, 22, taken->places);
	taken->stopped_offset = pg_is_null(result, row, 21) ? 0 : pg_get_int8(result, row, 21);
}

void core_stop_send(struct pg *pg, int shard, int64_t epoch, const char *stopped)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_int8(args, epoch);
	pg_args_text(args, stopped);
	pg_send(pg, &core_made[CORE_STOP], args, NULL, NULL);
	pg_args_free(args);
}
