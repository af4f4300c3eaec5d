#include "common/store/refusals.h"

#include <stdlib.h>

#include "common/base/die.h"
#include "common/store/unnest.h"

enum { WRITE_REFUSAL, READ_UNTOLD, FORGET, QUERY_OF_SOURCE, QUERY_OF_PLATFORM, QUERY_PIECES, STATEMENTS_END };

/* Each shard's own first rows behind the cursor, and of them all the first. A cursor is a number of each shard, so none may be left
 * out between two that are shown: where a clock went back, what came later stands behind, whatever its time.
 */
#define QUERY(of_source)                                                                                          \
	"select intake.refusal_json(r)::text, r.shard, r.seq"                                                     \
	"  from (select unnest($5), unnest($6)) as k(shard, seq)"                                                 \
	" cross join lateral ("                                                                                   \
	"    select * from intake.refusal r"                                                                      \
	"     where r.platform_id = $1" of_source "       and r.shard = k.shard and r.seq > k.seq and r.at >= $3" \
	"     order by r.seq limit $4 offset 0) r"                                                                \
	" order by max(r.at) over (partition by r.shard order by r.seq), r.shard, r.seq"                          \
	" limit $4"

const struct pg_statement refusal_statements[] = {
    [WRITE_REFUSAL] =
	{
	    .name = "intake_write_refusal",
	    .text = "insert into intake.refusal"
		    "       (shard, seq, at, cause, platform_id, source, event_id, type, order_id, person_id, complaint_id,"
		    "        evidence_id, code, member, most, dead_letter, told)"
		    " select " UNNEST_17,
	    .params = "int4[] int8[] timestamptz[] uuid[] text[] text[] text[] text[] text[] text[] text[]"
		      " text[] text[] text[] int8[] bool[] bool[]",
	},
    [READ_UNTOLD] =
	{
	    .name = "intake_refusals_untold",
	    .text = "with first as (" /* two timers of a source may be late together: its rows are read, and count, once */
		    " select distinct on (f.platform_id, f.source, f.shard)"
		    "        f.shard, f.seq, f.platform_id, f.source, f.order_id, f.person_id, f.event_id"
		    "   from (select unnest($1), unnest($2)) as k(shard, seq)"
		    "  cross join lateral ("
		    "    select * from intake.refusal r"
		    "     where r.shard = k.shard and r.seq = k.seq and not r.told offset 0) f"
		    "  order by f.platform_id, f.source, f.shard, f.seq),"
		    " rest as ("
		    " select r.shard, r.seq, f.seq as since, f.platform_id, f.source, f.order_id, f.person_id, f.event_id"
		    "   from first f"
		    "  cross join lateral ("
		    "    select * from intake.refusal r"
		    "     where r.platform_id = f.platform_id and r.source = f.source and r.shard = f.shard and r.seq >= f.seq"
		    "       and not r.told offset 0) r),"
		    " said as ("
		    " update intake.refusal r"
		    "    set told = true"
		    "   from rest"
		    "  where r.shard = any(array[rest.shard])"
		    "    and r.seq = any(array[rest.seq])"
		    " returning 1)"
		    " select shard, since, platform_id, source, order_id, person_id, event_id, count(*)"
		    "   from rest"
		    "  group by shard, since, platform_id, source, order_id, person_id, event_id",
	    .params = "int4[] int8[]",
	    .columns = 8,
	},
    [FORGET] =
	{
	    .name = "intake_forget_refusals",
	    .text = "with old as ("
		    " select shard, seq from intake.refusal where at < $2 and ($1 < 0 or shard = $1)"
		    "  order by at limit $3 for update skip locked)"
		    " delete from intake.refusal r using old"
		    "  where r.shard = any(array[old.shard]) and r.seq = any(array[old.seq])",
	    .params = "int4 timestamptz int4",
	},
    [QUERY_OF_SOURCE] =
	{
	    .name = "intake_refusals_of_source",
	    .text = QUERY(" and r.source = $2"),
	    .params = "text text timestamptz int4 int4[] int8[]",
	    .columns = 3,
	},
    [QUERY_OF_PLATFORM] =
	{
	    .name = "intake_refusals",
	    .text = QUERY(" and $2 is null"),
	    .params = "text text timestamptz int4 int4[] int8[]",
	    .columns = 3,
	},
    [QUERY_PIECES] =
	{
	    .name = "intake_refused_pieces",
	    .text = "select evidence_id, member, code, most"
		    "  from intake.refusal"
		    " where cause = $1 and evidence_id <> ''"
		    " order by seq"
		    " limit 50",
	    .params = "uuid",
	    .columns = 4,
	},
    [STATEMENTS_END] = {0},
};

struct refusal_store {
	struct pg_rows *rows;
	struct pg_array *shards, *seqs;
	struct pg_args *args;
};

struct refusal_store *refusal_store_new(void)
{
	struct refusal_store *store = xcalloc(1, sizeof(*store));
	store->rows = pg_rows_new(&refusal_statements[WRITE_REFUSAL]);
	store->shards = pg_array_new(PG_INT4);
	store->seqs = pg_array_new(PG_INT8);
	store->args = pg_args_new();
	return store;
}

void refusal_store_free(struct refusal_store *store)
{
	pg_rows_free(store->rows);
	pg_array_free(store->shards);
	pg_array_free(store->seqs);
	pg_args_free(store->args);
	free(store);
}

void refusal_store_reset(struct refusal_store *store)
{
	pg_rows_reset(store->rows);
	pg_array_reset(store->shards);
	pg_array_reset(store->seqs);
}

void refusal_write(struct refusal_store *store, int shard, int64_t seq, int64_t at_us, const struct uuid *cause,
    const struct event *refused, bool told)
{
	struct pg_rows *rows = store->rows;
	pg_rows_int4(rows, shard);
	pg_rows_int8(rows, seq);
	pg_rows_instant(rows, at_us);
	pg_rows_uuid(rows, uuid_is_zero(cause) ? NULL : cause);
	pg_rows_text(rows, refused->platform_id);
	pg_rows_text(rows, refused->refused_source);
	pg_rows_text(rows, refused->refused_event_id);
	pg_rows_text(rows, refused->refused_type);
	pg_rows_text(rows, refused->order_id);
	pg_rows_text(rows, refused->person_id);
	pg_rows_text(rows, refused->complaint_id);
	pg_rows_text(rows, refused->refused_evidence_id);
	pg_rows_text(rows, refused->code);
	pg_rows_text(rows, refused->refused_member);
	pg_rows_int8(rows, refused->refused_most);
	pg_rows_bool(rows, refused->dead_letter);
	pg_rows_bool(rows, told);
}

void refusal_send(struct refusal_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->rows, NULL, NULL);
}

void refusal_want_untold(struct refusal_store *store, int shard, int64_t seq)
{
	pg_array_int4(store->shards, shard);
	pg_array_int8(store->seqs, seq);
}

bool refusal_read(struct refusal_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	if (pg_array_count(store->shards) == 0)
		return false;
	pg_args_reset(store->args);
	pg_args_array(store->args, store->shards);
	pg_args_array(store->args, store->seqs);
	pg_send(pg, &refusal_statements[READ_UNTOLD], store->args, fn, context);
	return true;
}

void refusal_untold_row(const struct pg_result *result, int row, struct arena *arena, struct refusals_untold *untold)
{
	*untold = (struct refusals_untold){
	    .shard = pg_get_int4(result, row, 0),
	    .seq = pg_get_int8(result, row, 1),
	    .platform_id = arena_strdup(arena, pg_get_text(result, row, 2)),
	    .source = arena_strdup(arena, pg_get_text(result, row, 3)),
	    .order_id = arena_strdup(arena, pg_get_text(result, row, 4)),
	    .person_id = arena_strdup(arena, pg_get_text(result, row, 5)),
	    .event_id = arena_strdup(arena, pg_get_text(result, row, 6)),
	    .count = pg_get_int8(result, row, 7),
	};
}

void refusal_forget(struct pg *pg, int shard, int64_t before_us)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_instant(args, before_us);
	pg_args_int4(args, REFUSALS_FORGOTTEN_MAX);
	pg_send(pg, &refusal_statements[FORGET], args, NULL, NULL);
	pg_args_free(args);
}

void refusals_query(struct pg *pg, const char *platform_id, const char *source, int64_t since_us, int limit,
    const struct refusals_cursor *cursor, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *shards = pg_array_new(PG_INT4), *seqs = pg_array_new(PG_INT8);
	for (int i = 0; i < cursor->count; i++) {
		pg_array_int4(shards, cursor->shards[i]);
		pg_array_int8(seqs, cursor->seqs[i]);
	}
	pg_args_text(args, platform_id);
	pg_args_text(args, source);
	pg_args_instant(args, since_us);
	pg_args_int4(args, limit);
	pg_args_array(args, shards);
	pg_args_array(args, seqs);
	pg_send(pg, &refusal_statements[source ? QUERY_OF_SOURCE : QUERY_OF_PLATFORM], args, fn, context);
	pg_array_free(shards);
	pg_array_free(seqs);
	pg_args_free(args);
}

void refused_pieces_query(struct pg *pg, const struct uuid *cause, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_uuid(args, cause);
	pg_send(pg, &refusal_statements[QUERY_PIECES], args, fn, context);
	pg_args_free(args);
}
