#include "common/store/core_walks.h"

#include "common/store/core_private.h"
#include "common/store/unnest.h"

/* Somewhere it has not come to the end of its round, or is there for what is still to come. One that is done stays in the table as
 * running: it may go on in another round. While no shard has ever been owned, there is nothing that could be done. */
#define UNFINISHED                                                                                                         \
	" c.state = 'running' and (c.new_until > ombud.clock_now() or not exists (select from %1$s.ownership)"             \
	"  or exists (select from %1$s.ownership o"                                                                        \
	"              where not exists (select from %1$s.walk d where d.shard = o.shard and d.campaign = c.id and d.done" \
	"                                                          and d.round = c.round offset 0)))"

const struct pg_statement core_walks_texts[CORE_COUNT] = {
    [CORE_CAMPAIGNS] = {"core_campaigns",
	"select c.id, c.kind, c.scope::text, c.body::text, c.given_at, c.new_until, c.round, c.begins_at"
	"  from ombud.campaign c"
	" where c.service = '%1$s' and" UNFINISHED " order by c.id limit " CORE_CAMPAIGNS_MAX_TEXT,
	"", 8},

    [CORE_WALKS_READ] = {"core_walks_read",
	"select c.id, c.kind, c.scope::text, c.body::text, c.given_at, c.new_until, c.round, c.begins_at,"
	"       w.shard, w.round, w.position, w.done"
	"  from %1$s.walk w"
	" cross join lateral (select * from ombud.campaign c where c.id = w.campaign and" UNFINISHED " offset 0) c"
	" where w.shard = any($1)",
	"int4[]", 12},

    [CORE_WALK_STEP] = {"core_walk_step",
	"insert into %1$s.walk as w (shard, campaign, round, position, walked, reached, failed, done)"
	" select " UNNEST_ALL " on conflict (shard, campaign) do update"
	"   set round = excluded.round, position = excluded.position, done = excluded.done,"
	"       walked = excluded.walked + case when w.round = excluded.round then w.walked else 0 end,"
	"       reached = w.reached + excluded.reached, failed = w.failed + excluded.failed",
	"int4[] int8[] int4[] text[] int8[] int8[] int8[] bool[]", 0},

    [CORE_WALK_NEW] = {"core_walk_new",
	"insert into %1$s.walk as w (shard, campaign, round, position, walked, reached, failed, done)"
	" select unnest($1), unnest($2), 0, '', 0, unnest($3), 0, false"
	" on conflict (shard, campaign) do update set reached = w.reached + excluded.reached",
	"int4[] int8[] int8[]", 0},
};

void core_campaigns_read(struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_send(pg, &core_made[CORE_CAMPAIGNS], NULL, fn, context);
}

void core_campaign_row(const struct pg_result *result, int row, struct core_campaign *campaign)
{
	campaign->id = pg_get_int8(result, row, 0);
	campaign->kind = pg_get_text(result, row, 1);
	campaign->scope = pg_get_text(result, row, 2);
	campaign->body = pg_get_text(result, row, 3);
	campaign->at_us = pg_get_instant(result, row, 4);
	campaign->new_until_us = pg_get_instant(result, row, 5);
	campaign->round = pg_get_int4(result, row, 6);
	campaign->begins_us = pg_get_instant(result, row, 7);
}

void core_walks_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context)
{
	core_send_of_shards(pg, CORE_WALKS_READ, shards, count, fn, context);
}

void core_walk_row(const struct pg_result *result, int row, struct core_walk *walk)
{
	core_campaign_row(result, row, &walk->campaign);
	walk->shard = pg_get_int4(result, row, 8);
	walk->round = pg_get_int4(result, row, 9);
	walk->position = pg_get_text(result, row, 10);
	walk->done = pg_get_bool(result, row, 11);
}

void core_page_send(struct pg *pg, const struct pg_statement *page, const struct core_page *from, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, from->shard);
	pg_args_text(args, from->after);
	pg_args_int4(args, from->most);
	pg_args_int8(args, from->campaign);
	pg_send(pg, page, args, fn, context);
	pg_args_free(args);
}

void core_page_row(const struct pg_result *result, int row, struct core_subject *subject)
{
	subject->id = pg_get_uuid(result, row, 0);
	subject->position = pg_get_text(result, row, 1);
	subject->identity = pg_get_uuid(result, row, 2);
	subject->done = pg_get_bool(result, row, 3);
}

void core_walk_step_add(struct core_store *store, const struct core_walk_step *step)
{
	struct pg_rows *rows = store->sets[CORE_WALK_STEP];
	pg_rows_int4(rows, step->shard);
	pg_rows_int8(rows, step->campaign);
	pg_rows_int4(rows, step->round);
	pg_rows_text(rows, step->position);
	pg_rows_int8(rows, step->walked);
	pg_rows_int8(rows, step->reached);
	pg_rows_int8(rows, step->failed);
	pg_rows_bool(rows, step->done);
}

void core_walk_new_add(struct core_store *store, int shard, int64_t campaign, int64_t reached)
{
	struct pg_rows *rows = store->sets[CORE_WALK_NEW];
	pg_rows_int4(rows, shard);
	pg_rows_int8(rows, campaign);
	pg_rows_int8(rows, reached);
}

void core_walks_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->sets[CORE_WALK_STEP], NULL, NULL);
	pg_rows_send(pg, store->sets[CORE_WALK_NEW], NULL, NULL);
}
