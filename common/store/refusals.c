#include "common/store/refusals.h"

#include <stdlib.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/store/unnest.h"

enum { US_PER_MS = 1000 };
enum { WRITE_REFUSAL, READ_UNTOLD, FORGET, QUERY_OF_SOURCE, QUERY_OF_PLATFORM, QUERY_GONE, QUERY_PIECES, STATEMENTS_END };

/* Each shard's own first rows behind the cursor, and of them all the first. A cursor is a number of each shard, so none may be left
 * out between two that are shown: where a clock went back, what came later stands behind, whatever its time.
 */
#define QUERY(of_source)                                                                                          \
	"select intake.refusal_json(r)::text, r.shard, r.seq, r.at"                                               \
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
		    " select " UNNEST_ALL,
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
	    .columns = 4,
	},
    [QUERY_OF_PLATFORM] =
	{
	    .name = "intake_refusals",
	    .text = QUERY(" and $2 is null"),
	    .params = "text text timestamptz int4 int4[] int8[]",
	    .columns = 4,
	},
    [QUERY_GONE] =
	{
	    .name = "intake_refusals_gone",
	    .text =
		"select count(*)"
		"  from (select unnest($1), unnest($2), unnest($3)) as k(shard, seq, at_ms)"
		"  left join lateral ("
		"    select true as there from intake.refusal r"
		"     where r.platform_id = $4 and r.shard = k.shard and r.seq = k.seq and floor(extract(epoch from r.at) * 1000) = k.at_ms offset 0) r"
		"    on true"
		" where k.seq > 0 and r.there is null",
	    .params = "int4[] int8[] int8[] text",
	    .columns = 1,
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

/* ---- the cursor ---- */

static bool read_part(const char **at, char ends, int base, int64_t most, int64_t *value)
{
	char *end;
	bool digit = (**at >= '0' && **at <= '9') || (base == 16 && **at >= 'a' && **at <= 'f');
	*value = digit ? strtoll(*at, &end, base) : -1;
	if (*value < 0 || *value > most || (*end != ends && !(ends == '_' && *end == '\0')))
		return false;
	*at = end + (*end != '\0');
	return true;
}

/* "3-120-19b90d16280_5-7-19b90d2": of shard 3 up to 120, which was at that millisecond. */
static int find_shard(const struct refusals_cursor *cursor, int32_t shard)
{
	int i = 0;
	while (i < cursor->count && cursor->shards[i] != shard)
		i++;
	return i;
}

bool refusals_cursor_read(const char *text, struct refusals_cursor *cursor)
{
	cursor->count = 0;
	for (const char *at = text; at && *at; cursor->count++) {
		int64_t shard, seq, at_ms;
		if (cursor->count == REFUSALS_SHARDS_MAX || !read_part(&at, '-', 10, REFUSALS_SHARDS_MAX - 1, &shard) ||
		    !read_part(&at, '-', 10, INT64_MAX - 1, &seq) || !read_part(&at, '_', 16, INT64_MAX - 1, &at_ms))
			return false;
		if (find_shard(cursor, (int32_t)shard) < cursor->count) /* twice: its rows would be, too */
			return false;
		cursor->shards[cursor->count] = (int32_t)shard;
		cursor->seqs[cursor->count] = seq;
		cursor->ats_ms[cursor->count] = at_ms;
	}
	return true;
}

/* What a cursor has of a time that is not kept any more says nothing about what is: all of that is newer. */
void refusals_cursor_fill(struct refusals_cursor *cursor, int shards, int64_t since_us)
{
	for (int i = 0; i < cursor->count; i++)
		if (cursor->ats_ms[i] < since_us / US_PER_MS)
			cursor->seqs[i] = 0;
	for (int shard = 0; shard < shards && cursor->count < REFUSALS_SHARDS_MAX; shard++) {
		if (find_shard(cursor, shard) < cursor->count)
			continue;
		cursor->shards[cursor->count] = shard;
		cursor->ats_ms[cursor->count] = 0;
		cursor->seqs[cursor->count++] = 0;
	}
}

const char *refusals_row(const struct pg_result *result, int row, struct refusals_cursor *cursor)
{
	int i = find_shard(cursor, pg_get_int4(result, row, 1));
	if (i < cursor->count) {
		cursor->seqs[i] = pg_get_int8(result, row, 2);
		cursor->ats_ms[i] = pg_get_instant(result, row, 3) / US_PER_MS;
	}
	return pg_get_text(result, row, 0);
}

/* Of shards of which nothing was had there is nothing to say. */
void refusals_cursor_write(struct buf *text, const struct refusals_cursor *cursor)
{
	const char *before = "";
	for (int i = 0; i < cursor->count; i++) {
		if (cursor->seqs[i] == 0)
			continue;
		buf_printf(text, "%s%d-%lld-%llx", before, (int)cursor->shards[i], (long long)cursor->seqs[i],
		    (unsigned long long)cursor->ats_ms[i]);
		before = "_";
	}
}

struct refusals_question {
	struct pg_args *gone, *page;
	struct pg_array *shards, *seqs, *ats;
	bool of_source;
};

struct refusals_question *refusals_question_new(
    const char *platform_id, const char *source, int64_t since_us, int limit, const struct refusals_cursor *cursor)
{
	struct refusals_question *question = xcalloc(1, sizeof(*question));
	question->of_source = source != NULL;
	question->shards = pg_array_new(PG_INT4);
	question->seqs = pg_array_new(PG_INT8);
	question->ats = pg_array_new(PG_INT8);
	for (int i = 0; i < cursor->count; i++) {
		pg_array_int4(question->shards, cursor->shards[i]);
		pg_array_int8(question->seqs, cursor->seqs[i]);
		pg_array_int8(question->ats, cursor->ats_ms[i]);
	}
	question->gone = pg_args_new();
	pg_args_array(question->gone, question->shards);
	pg_args_array(question->gone, question->seqs);
	pg_args_array(question->gone, question->ats);
	pg_args_text(question->gone, platform_id);
	question->page = pg_args_new();
	pg_args_text(question->page, platform_id);
	pg_args_text(question->page, source);
	pg_args_instant(question->page, since_us);
	pg_args_int4(question->page, limit);
	pg_args_array(question->page, question->shards);
	pg_args_array(question->page, question->seqs);
	return question;
}

void refusals_question_free(struct refusals_question *question)
{
	pg_args_free(question->gone);
	pg_args_free(question->page);
	pg_array_free(question->shards);
	pg_array_free(question->seqs);
	pg_array_free(question->ats);
	free(question);
}

const struct pg_statement *refusals_gone(const struct refusals_question *question, struct pg_args **args)
{
	*args = question->gone;
	return &refusal_statements[QUERY_GONE];
}

const struct pg_statement *refusals_page(const struct refusals_question *question, struct pg_args **args)
{
	*args = question->page;
	return &refusal_statements[question->of_source ? QUERY_OF_SOURCE : QUERY_OF_PLATFORM];
}

void refused_pieces_query(struct pg *pg, const struct uuid *cause, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_uuid(args, cause);
	pg_send(pg, &refusal_statements[QUERY_PIECES], args, fn, context);
	pg_args_free(args);
}
