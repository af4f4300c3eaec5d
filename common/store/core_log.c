#include "common/store/core_log.h"

#include "common/store/core_private.h"
#include "common/store/unnest.h"

const struct pg_statement core_log_texts[CORE_COUNT] = {
    [CORE_LOG] = {"core_log",
	"insert into %1$s.log (shard, seq, at, input_topic, input_offset, cause, body_digest, ordinal, aggregatetype,"
	"                      aggregateid, type, subject, sequence, shard_sequence, payload, note, trace, headers, partition)"
	" select " UNNEST_ALL,
	"int4[] int8[] timestamptz[] text[] int8[] uuid[] int8[] int4[] text[] text[] text[] uuid[] int8[] int8[] bytea[] text[] "
	"text[] bytea[] int4[]",
	0},

    [CORE_LOG_READ] = {"core_log_read",
	"select l.seq, l.at, l.input_topic, l.input_offset, l.aggregatetype, l.aggregateid, l.type, l.subject, l.sequence,"
	"       l.shard_sequence, coalesce(l.payload, d.value), l.note, l.trace, coalesce(l.headers, d.headers),"
	"       d.key, d.record_at, d.reason, d.attempts, coalesce(l.partition, -1)"
	"  from %1$s.log l"
	"  left join %1$s.dead_letter d"
	"    on l.type = 'dead_letter' and d.topic = l.input_topic and d.partition = l.shard and d.\"offset\" = l.input_offset"
	"   and l.seq = any(d.log_seqs)"
	" where l.shard = $1 and l.seq > $2 and l.seq <= $3"
	" order by l.seq"
	" limit $4",
	"int4 int8 int8 int4", 19},

    /* The very same record read again (somebody has moved the offset back) is the same letter, and stays as it was dealt with. */
    [CORE_DEAD_LETTER] = {"core_dead_letter",
	"insert into %1$s.dead_letter as d"
	"       (topic, partition, \"offset\", at, record_at, code, reason, attempts, key, value, headers, cluster, log_seqs)"
	" select a, b, c, d, e, f, g, h, i, j, k, l, array[m] from (select " UNNEST_ALL
	") as r(a, b, c, d, e, f, g, h, i, j, k, l, m)"
	" on conflict (topic, partition, \"offset\", cluster, digest) do update set log_seqs = d.log_seqs || excluded.log_seqs",
	"text[] int4[] int8[] timestamptz[] timestamptz[] text[] text[] int4[] bytea[] bytea[] bytea[] text[] int8[]", 0},
};

static void rows_number(struct pg_rows *rows, int64_t value, bool given)
{
	if (given)
		pg_rows_int8(rows, value);
	else
		pg_rows_null(rows);
}

static void rows_uuid(struct pg_rows *rows, const struct uuid *value)
{
	pg_rows_uuid(rows, uuid_is_zero(value) ? NULL : value);
}

void core_log_add(struct core_store *store, const struct core_log_row *row)
{
	struct pg_rows *rows = store->sets[CORE_LOG];
	bool letter = row->record_at_us != 0; /* its bytes stand in dead_letter */
	pg_rows_int4(rows, row->shard);
	pg_rows_int8(rows, row->seq);
	pg_rows_instant(rows, row->at_us);
	pg_rows_text(rows, row->input_topic);
	rows_number(rows, row->input_offset, row->input_topic);
	rows_uuid(rows, &row->cause);
	rows_number(rows, row->body_digest, row->body_digest != 0); /* of a repeat, too: the audit must know whose outcome it is */
	pg_rows_int4(rows, row->ordinal);
	pg_rows_text(rows, row->topic);
	pg_rows_text(rows, row->key);
	pg_rows_text(rows, row->type);
	rows_uuid(rows, &row->subject);
	rows_number(rows, row->sequence, row->sequence);
	rows_number(rows, row->shard_sequence, row->shard_sequence);
	pg_rows_bytes(rows, letter ? NULL : row->payload, row->payload_size);
	pg_rows_text(rows, row->note);
	pg_rows_text(rows, row->trace && *row->trace ? row->trace : NULL);
	pg_rows_bytes(rows, letter ? NULL : row->headers, row->headers_size);
	if (row->elsewhere)
		pg_rows_int4(rows, row->partition);
	else
		pg_rows_null(rows);
}

void core_dead_letter_add(struct core_store *store, const struct core_dead_letter *letter)
{
	struct pg_rows *rows = store->sets[CORE_DEAD_LETTER];
	pg_rows_text(rows, letter->topic);
	pg_rows_int4(rows, letter->partition);
	pg_rows_int8(rows, letter->offset);
	pg_rows_instant(rows, letter->at_us);
	pg_rows_instant(rows, letter->record_at_us > 0 ? letter->record_at_us : letter->at_us);
	pg_rows_text(rows, letter->code);
	pg_rows_text(rows, letter->reason);
	pg_rows_int4(rows, letter->attempts);
	pg_rows_bytes(rows, letter->key, letter->key_size);
	pg_rows_bytes(rows, letter->value, letter->value_size);
	pg_rows_bytes(rows, letter->headers, letter->headers_size);
	pg_rows_text(rows, letter->cluster);
	pg_rows_int8(rows, letter->seq);
}

void core_log_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->sets[CORE_LOG], NULL, NULL);
}

void core_dead_letters_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->sets[CORE_DEAD_LETTER], NULL, NULL);
}

void core_log_read(struct pg *pg, int shard, int64_t after_seq, int64_t until_seq, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_int8(args, after_seq);
	pg_args_int8(args, until_seq);
	pg_args_int4(args, CORE_LOG_READ_MAX);
	pg_send(pg, &core_made[CORE_LOG_READ], args, fn, context);
	pg_args_free(args);
}

static const char *text_or_null(const struct pg_result *result, int row, int column)
{
	return pg_is_null(result, row, column) ? NULL : pg_get_text(result, row, column);
}

void core_log_row(const struct pg_result *result, int row, int shard, struct core_log_row *log)
{
	*log = (struct core_log_row){.shard = shard};
	log->seq = pg_get_int8(result, row, 0);
	log->at_us = pg_get_instant(result, row, 1);
	log->input_topic = text_or_null(result, row, 2);
	log->input_offset = pg_get_int8(result, row, 3);
	log->topic = text_or_null(result, row, 4);
	log->key = pg_get_text(result, row, 5);
	log->type = pg_get_text(result, row, 6);
	log->subject = pg_get_uuid(result, row, 7);
	log->sequence = pg_get_int8(result, row, 8);
	log->shard_sequence = pg_get_int8(result, row, 9);
	log->payload = pg_get_bytes(result, row, 10, &log->payload_size);
	log->note = text_or_null(result, row, 11);
	log->trace = pg_get_text(result, row, 12);
	log->headers = pg_get_bytes(result, row, 13, &log->headers_size);
	log->record_key = pg_get_bytes(result, row, 14, &log->record_key_size);
	log->record_at_us = pg_get_instant(result, row, 15);
	log->reason = text_or_null(result, row, 16);
	log->attempts = pg_get_int4(result, row, 17);
	log->partition = pg_get_int4(result, row, 18);
	log->elsewhere = log->partition >= 0;
}
