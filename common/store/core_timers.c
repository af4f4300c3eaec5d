#include "common/store/core_timers.h"

#include "common/store/core_private.h"
#include "common/store/unnest.h"

const struct pg_statement core_timers_texts[CORE_COUNT] = {
    /* The lower bound spares the dead entries that earlier claims left in front of the index. */
    [CORE_TIMER_CLAIM] = {"core_timer_claim",
	"with due as materialized ("
	"    select t.shard, t.due, t.subject, t.kind"
	"      from (select unnest($1), unnest($2)) as g(shard, from_due)"
	"     cross join lateral ("
	"        select * from %1$s.timer t"
	"         where t.shard = g.shard and t.due >= coalesce(g.from_due, '-infinity') and t.due <= $3"
	"         order by t.due, t.subject, t.kind limit $4) t"
	"     order by t.due, t.subject, t.kind limit $4),"
	" taken as ("
	"    delete from %1$s.timer t using due d"
	"     where t.shard = any(array[d.shard]) and t.due = d.due and t.subject = d.subject and t.kind = d.kind"
	"    returning t.shard, t.due, t.subject, t.kind, t.version)"
	" select shard, due, subject, kind, version from taken order by due, subject, kind",
	"int4[] timestamptz[] timestamptz int4", 5},

    [CORE_TIMER_NEXT] = {"core_timer_next",
	"select g.shard, t.due"
	"  from (select unnest($1), unnest($2)) as g(shard, from_due)"
	" cross join lateral ("
	"    select t.due from %1$s.timer t"
	"     where t.shard = g.shard and t.due >= coalesce(g.from_due, '-infinity')"
	"     order by t.due limit 1) t",
	"int4[] timestamptz[]", 2},

    [CORE_TIMER_ARM] = {"core_timer_arm",
	"insert into %1$s.timer (shard, due, subject, kind, version)"
	" select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)"
	" on conflict (shard, due, subject, kind) do update set version = excluded.version",
	"int4[] timestamptz[] uuid[] int4[] int8[]", 0},

    [CORE_TIMER_DISARM] = {"core_timer_disarm",
	"delete from %1$s.timer t"
	" using (select " UNNEST_ALL ") as g(shard, due, subject, kind)"
	" where t.shard = any(array[g.shard]) and t.due = g.due and t.subject = g.subject and t.kind = g.kind",
	"int4[] timestamptz[] uuid[] int4[]", 0},
};

void core_timer_arm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind, int64_t version)
{
	struct pg_rows *rows = store->sets[CORE_TIMER_ARM];
	pg_rows_int4(rows, shard);
	pg_rows_instant(rows, due_us);
	pg_rows_uuid(rows, subject);
	pg_rows_int4(rows, kind);
	pg_rows_int8(rows, version);
}

void core_timer_disarm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind)
{
	struct pg_rows *rows = store->sets[CORE_TIMER_DISARM];
	pg_rows_int4(rows, shard);
	pg_rows_instant(rows, due_us);
	pg_rows_uuid(rows, subject);
	pg_rows_int4(rows, kind);
}

void core_timers_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->sets[CORE_TIMER_DISARM], NULL, NULL);
	pg_rows_send(pg, store->sets[CORE_TIMER_ARM], NULL, NULL);
}

static void args_due(struct core_store *store, const struct core_due *shards, int count)
{
	pg_array_reset(store->due_shards);
	pg_array_reset(store->due_from);
	for (int i = 0; i < count; i++) {
		pg_array_int4(store->due_shards, shards[i].shard);
		pg_array_instant(store->due_from, shards[i].from_us);
	}
	pg_args_reset(store->args);
	pg_args_array(store->args, store->due_shards);
	pg_args_array(store->args, store->due_from);
}

void core_timers_claim(struct core_store *store, struct pg *pg, const struct core_due *shards, int count, int64_t until_us,
    int most, pg_result_fn *fn, void *context)
{
	args_due(store, shards, count);
	pg_args_instant(store->args, until_us);
	pg_args_int4(store->args, most);
	pg_send(pg, &core_made[CORE_TIMER_CLAIM], store->args, fn, context);
}

void core_timer_row(const struct pg_result *result, int row, struct core_timer *timer)
{
	timer->shard = pg_get_int4(result, row, 0);
	timer->due_us = pg_get_instant(result, row, 1);
	timer->subject = pg_get_uuid(result, row, 2);
	timer->kind = pg_get_int4(result, row, 3);
	timer->version = pg_get_int8(result, row, 4);
}

void core_timers_next(
    struct core_store *store, struct pg *pg, const struct core_due *shards, int count, pg_result_fn *fn, void *context)
{
	args_due(store, shards, count);
	pg_send(pg, &core_made[CORE_TIMER_NEXT], store->args, fn, context);
}

void core_next_row(const struct pg_result *result, int row, int *shard, int64_t *due_us)
{
	*shard = pg_get_int4(result, row, 0);
	*due_us = pg_get_instant(result, row, 1);
}
