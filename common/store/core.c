#include "common/store/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/store/unnest.h"

enum {
	CORE_TAKE,
	CORE_FENCE,
	CORE_STOP,
	CORE_LOG,
	CORE_LOG_READ,
	CORE_DEAD_LETTER,
	CORE_TIMER_CLAIM,
	CORE_TIMER_NEXT,
	CORE_TIMER_ARM,
	CORE_TIMER_DISARM,
	CORE_CLOCKS,
	CORE_HOPS_READ,
	CORE_HOP_IN,
	CORE_HOP_OUT,
	CORE_LOG_SAYS,
	CORE_WRITERS_SAY,
	CORE_CAMPAIGNS,
	CORE_WALKS_READ,
	CORE_WALK_STEP,
	CORE_WALK_NEW,
	CORE_COUNT
};

/* %1$s stands for the service's schema. */
static const struct pg_statement templates[CORE_COUNT + 1] = {
    [CORE_TAKE] = {"core_take",
	"select shard, epoch, next_offsets, in_sequences, out_sequences, log_seq, acked_seq, next_due, last_digests, seen_ends,"
	"       in_histories::int8[], stopped::text, history, former_sequences, history_starts,"
	"       looked_offsets, looked_digests, left_cluster::text,"
	"       stopped ->> 'why', stopped ->> 'topic', stopped ->> 'says', (stopped ->> 'offset')::int8"
	"  from ombud.take_shards('%1$s', $1, $2, $3, $4, $5)",
	"int4[] text text text[] text[]", 22},

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

    [CORE_STOP] = {"core_stop",
	"with stopped as (update %1$s.ownership set stopped = jsonb_build_object('since', clock_timestamp()) || $3::jsonb"
	"                  where shard = $1 and epoch = $2 returning 1)"
	" select ombud.fenced() from (select count(*) as shards from stopped) s where s.shards <> 1",
	"int4 int8 text", 1},

    [CORE_LOG] = {"core_log",
	"insert into %1$s.log (shard, seq, at, input_topic, input_offset, cause, body_digest, ordinal, aggregatetype,"
	"                      aggregateid, type, subject, sequence, shard_sequence, payload, note, trace, headers, partition)"
	" select " UNNEST_19,
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
	" select " UNNEST_12 ", array[unnest($13)]"
	" on conflict (topic, partition, \"offset\", cluster, digest) do update set log_seqs = d.log_seqs || excluded.log_seqs",
	"text[] int4[] int8[] timestamptz[] timestamptz[] text[] text[] int4[] bytea[] bytea[] bytea[] text[] int8[]", 0},

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
	" using (select " UNNEST_4 ") as g(shard, due, subject, kind)"
	" where t.shard = any(array[g.shard]) and t.due = g.due and t.subject = g.subject and t.kind = g.kind",
	"int4[] timestamptz[] uuid[] int4[]", 0},

    [CORE_CLOCKS] = {"core_clocks", "select clock_timestamp(), (select now from ombud.virtual_clock)", "", 2},

    [CORE_CAMPAIGNS] = {"core_campaigns",
	"select c.id, c.kind, c.scope::text, c.body::text, c.given_at, c.new_until, c.round"
	"  from ombud.campaign c"
	" where c.service = '%1$s' and c.state = 'running'"
	" order by c.id limit " CORE_CAMPAIGNS_MAX_TEXT,
	"", 7},

    [CORE_WALKS_READ] = {"core_walks_read",
	"select c.id, c.kind, c.scope::text, c.body::text, c.given_at, c.new_until, c.round, w.shard, w.round, w.position, w.done"
	"  from %1$s.walk w"
	" cross join lateral (select * from ombud.campaign where id = w.campaign and state = 'running' offset 0) c"
	" where w.shard = any($1)",
	"int4[]", 11},

    [CORE_WALK_STEP] = {"core_walk_step",
	"insert into %1$s.walk as w (shard, campaign, round, position, walked, reached, failed, done)"
	" select " UNNEST_8 " on conflict (shard, campaign) do update"
	"   set round = excluded.round, position = excluded.position, done = excluded.done,"
	"       walked = excluded.walked + case when w.round = excluded.round then w.walked else 0 end,"
	"       reached = w.reached + excluded.reached, failed = w.failed + excluded.failed",
	"int4[] int8[] int4[] text[] int8[] int8[] int8[] bool[]", 0},

    [CORE_WALK_NEW] = {"core_walk_new",
	"insert into %1$s.walk as w (shard, campaign, round, position, walked, reached, failed, done)"
	" select " UNNEST_2 ", 0, '', 0, unnest($3), 0, false"
	" on conflict (shard, campaign) do update set reached = w.reached + excluded.reached",
	"int4[] int8[] int8[]", 0},

    [CORE_HOPS_READ] = {"core_hops_read",
	"select shard, true, topic, from_shard, history, sequence, 0::int8 from %1$s.hop_in where shard = any($1)"
	" union all "
	"select shard, false, topic, to_partition, 0, sequence, former from %1$s.hop_out where shard = any($1)",
	"int4[]", 7},

    [CORE_HOP_IN] = {"core_hop_in",
	"insert into %1$s.hop_in (shard, topic, from_shard, history, sequence)"
	" select " UNNEST_5
	" on conflict (shard, topic, from_shard) do update set history = excluded.history, sequence = excluded.sequence",
	"int4[] text[] int4[] int4[] int8[]", 0},

    [CORE_HOP_OUT] = {"core_hop_out",
	"insert into %1$s.hop_out (shard, topic, to_partition, sequence)"
	" select " UNNEST_4 " on conflict (shard, topic, to_partition) do update set sequence = excluded.sequence",
	"int4[] text[] int4[] int8[]", 0},

    [CORE_LOG_SAYS] = {"core_log_says",
	"select place, sequence, digest, coalesce(acknowledged, -1) from ombud.log_says('%1$s', $1, $2, $3, $4)",
	"int4[] text[] int8[] int8[]", 4},

    [CORE_WRITERS_SAY] = {"core_writers_say", "select place, history, sequence, former from ombud.writers_say($1, $2)",
	"int4[] text[]", 4},
};

static struct pg_statement statements[CORE_COUNT + 1];
static char statements_service[64];

const struct pg_statement *core_statements(const char *service)
{
	if (statements[0].name) {
		if (strcmp(statements_service, service) != 0)
			bug("one service a process: %s, %s", statements_service, service);
		return statements;
	}
	snprintf(statements_service, sizeof statements_service, "%s", service);
	for (int i = 0; i < CORE_COUNT; i++) {
		statements[i] = templates[i];
		char *text;
		/* The text is one of the templates above: the one argument stands wherever %1$s does. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		if (asprintf(&text, templates[i].text, service) < 0)
			bug("out of memory");
#pragma GCC diagnostic pop
		statements[i].text = text;
	}
	return statements;
}

/* ---- ownership ---- */

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
	pg_send(pg, &statements[CORE_TAKE], args, fn, context);
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
	taken->stopped_offset = pg_is_null(result, row, 21) ? 0 : pg_get_int8(result, row, 21);
}

void core_stop_send(struct pg *pg, int shard, int64_t epoch, const char *stopped)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_int8(args, epoch);
	pg_args_text(args, stopped);
	pg_send(pg, &statements[CORE_STOP], args, NULL, NULL);
	pg_args_free(args);
}

/* ---- looking back ---- */

void core_log_says(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *shards = pg_array_new(PG_INT4), *topics = pg_array_new(PG_TEXT), *seqs = pg_array_new(PG_INT8),
			*acked = pg_array_new(PG_INT8);
	for (int i = 0; i < count; i++) {
		pg_array_int4(shards, looks[i].shard);
		pg_array_text(topics, looks[i].topic);
		pg_array_int8(seqs, looks[i].seq);
		pg_array_int8(acked, looks[i].acked);
	}
	struct pg_array *const arrays[] = {shards, topics, seqs, acked};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		pg_args_array(args, arrays[i]);
	pg_send(pg, &statements[CORE_LOG_SAYS], args, fn, context);
	pg_args_free(args);
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		pg_array_free(arrays[i]);
}

void core_log_says_row(const struct pg_result *result, int row, struct core_log_said *said)
{
	size_t size = 0;
	const uint8_t *digest = pg_get_bytes(result, row, 2, &size);
	said->place = pg_get_int4(result, row, 0) - 1;
	said->sequence = pg_get_int8(result, row, 1);
	said->digest = 0;
	for (size_t i = 0; i < size; i++)
		said->digest = said->digest << 8 | digest[i];
	said->acknowledged = pg_get_int8(result, row, 3);
}

void core_writers_say(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *shards = pg_array_new(PG_INT4), *topics = pg_array_new(PG_TEXT);
	for (int i = 0; i < count; i++) {
		pg_array_int4(shards, looks[i].shard);
		pg_array_text(topics, looks[i].topic);
	}
	pg_args_array(args, shards);
	pg_args_array(args, topics);
	pg_send(pg, &statements[CORE_WRITERS_SAY], args, fn, context);
	pg_args_free(args);
	pg_array_free(shards);
	pg_array_free(topics);
}

void core_writers_say_row(const struct pg_result *result, int row, struct core_writer *writer)
{
	*writer = (struct core_writer){.place = pg_get_int4(result, row, 0) - 1,
	    .history = pg_get_int4(result, row, 1),
	    .sequence = pg_get_int8(result, row, 2),
	    .former = pg_get_int8(result, row, 3)};
}

/* ---- write sets ---- */

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

struct core_store {
	int topics_count, emits_count;
	struct pg_rows *log, *letters, *arms, *disarms, *hops_in, *hops_out, *walk_steps, *walk_news;
	struct pg_array *fence[FENCE_ARRAYS];
	struct pg_array *due_shards, *due_from;
	struct pg_args *args;
};

struct core_store *core_store_new(const char *service, int topics_count, int emits_count)
{
	core_statements(service);
	struct core_store *store = xcalloc(1, sizeof *store);
	store->topics_count = topics_count;
	store->emits_count = emits_count;
	store->log = pg_rows_new(&statements[CORE_LOG]);
	store->letters = pg_rows_new(&statements[CORE_DEAD_LETTER]);
	store->arms = pg_rows_new(&statements[CORE_TIMER_ARM]);
	store->disarms = pg_rows_new(&statements[CORE_TIMER_DISARM]);
	store->hops_in = pg_rows_new(&statements[CORE_HOP_IN]);
	store->hops_out = pg_rows_new(&statements[CORE_HOP_OUT]);
	store->walk_steps = pg_rows_new(&statements[CORE_WALK_STEP]);
	store->walk_news = pg_rows_new(&statements[CORE_WALK_NEW]);
	for (int i = 0; i < FENCE_ARRAYS; i++)
		store->fence[i] = pg_array_new(i == FENCE_SHARDS || i == FENCE_HISTORIES ? PG_INT4 : PG_INT8);
	store->due_shards = pg_array_new(PG_INT4);
	store->due_from = pg_array_new(PG_TIMESTAMPTZ);
	store->args = pg_args_new();
	return store;
}

void core_store_free(struct core_store *store)
{
	if (!store)
		return;
	pg_rows_free(store->log);
	pg_rows_free(store->letters);
	pg_rows_free(store->arms);
	pg_rows_free(store->disarms);
	pg_rows_free(store->hops_in);
	pg_rows_free(store->hops_out);
	pg_rows_free(store->walk_steps);
	pg_rows_free(store->walk_news);
	for (int i = 0; i < FENCE_ARRAYS; i++)
		pg_array_free(store->fence[i]);
	pg_array_free(store->due_shards);
	pg_array_free(store->due_from);
	pg_args_free(store->args);
	free(store);
}

void core_store_reset(struct core_store *store)
{
	pg_rows_reset(store->log);
	pg_rows_reset(store->letters);
	pg_rows_reset(store->arms);
	pg_rows_reset(store->disarms);
	pg_rows_reset(store->hops_in);
	pg_rows_reset(store->hops_out);
	pg_rows_reset(store->walk_steps);
	pg_rows_reset(store->walk_news);
	for (int i = 0; i < FENCE_ARRAYS; i++)
		pg_array_reset(store->fence[i]);
}

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
	struct pg_rows *rows = store->log;
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
	struct pg_rows *rows = store->letters;
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

void core_timer_arm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind, int64_t version)
{
	struct pg_rows *rows = store->arms;
	pg_rows_int4(rows, shard);
	pg_rows_instant(rows, due_us);
	pg_rows_uuid(rows, subject);
	pg_rows_int4(rows, kind);
	pg_rows_int8(rows, version);
}

void core_timer_disarm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind)
{
	struct pg_rows *rows = store->disarms;
	pg_rows_int4(rows, shard);
	pg_rows_instant(rows, due_us);
	pg_rows_uuid(rows, subject);
	pg_rows_int4(rows, kind);
}

void core_advance_add(struct core_store *store, const struct core_advance *advance)
{
	pg_array_int4(store->fence[FENCE_SHARDS], advance->shard);
	pg_array_int8(store->fence[FENCE_EPOCHS], advance->epoch);
	pg_array_int8(store->fence[FENCE_LOG_FROM], advance->from->log_seq);
	pg_array_int8(store->fence[FENCE_LOG_TO], advance->to->log_seq);
	pg_array_int8(store->fence[FENCE_ACKED], advance->to->acked_seq);
	for (int i = 0; i < store->topics_count; i++) {
		pg_array_int8(store->fence[FENCE_FROM], advance->from->next_offsets[i]);
		pg_array_int8(store->fence[FENCE_TO], advance->to->next_offsets[i]);
		pg_array_int8(store->fence[FENCE_IN], advance->to->in_sequences[i]);
		pg_array_int8(store->fence[FENCE_DIGESTS], advance->to->last_digests[i]);
		pg_array_int8(store->fence[FENCE_ENDS], advance->to->seen_ends[i]);
		pg_array_int4(store->fence[FENCE_HISTORIES], advance->to->in_histories[i]);
		pg_array_int8(store->fence[FENCE_LOOKED_OFFSETS], advance->to->looked_offsets[i]);
		pg_array_int8(store->fence[FENCE_LOOKED_DIGESTS], advance->to->looked_digests[i]);
	}
	for (int i = 0; i < store->emits_count; i++)
		pg_array_int8(store->fence[FENCE_OUT], advance->to->out_sequences[i]);
}

void core_log_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->log, NULL, NULL);
}

void core_dead_letters_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->letters, NULL, NULL);
}

void core_timers_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->disarms, NULL, NULL);
	pg_rows_send(pg, store->arms, NULL, NULL);
}

void core_fence_send(struct core_store *store, struct pg *pg)
{
	struct pg_array **fence = store->fence;
	if (!pg_array_count(fence[FENCE_SHARDS]))
		return;
	pg_args_reset(store->args);
	for (int i = FENCE_SHARDS; i <= FENCE_IN; i++)
		pg_args_array(store->args, fence[i]);
	pg_args_int4(store->args, store->topics_count);
	for (int i = FENCE_DIGESTS; i <= FENCE_OUT; i++)
		pg_args_array(store->args, fence[i]);
	pg_args_int4(store->args, store->emits_count);
	pg_send(pg, &statements[CORE_FENCE], store->args, NULL, NULL);
	for (int i = 0; i < FENCE_ARRAYS; i++)
		pg_array_reset(fence[i]);
}

/* ---- timers ---- */

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
	pg_send(pg, &statements[CORE_TIMER_CLAIM], store->args, fn, context);
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
	pg_send(pg, &statements[CORE_TIMER_NEXT], store->args, fn, context);
}

void core_next_row(const struct pg_result *result, int row, int *shard, int64_t *due_us)
{
	*shard = pg_get_int4(result, row, 0);
	*due_us = pg_get_instant(result, row, 1);
}

/* ---- the log ---- */

void core_log_read(struct pg *pg, int shard, int64_t after_seq, int64_t until_seq, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_int8(args, after_seq);
	pg_args_int8(args, until_seq);
	pg_args_int4(args, CORE_LOG_READ_MAX);
	pg_send(pg, &statements[CORE_LOG_READ], args, fn, context);
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

/* ---- hops ---- */

static void send_of_shards(struct pg *pg, int statement, const int *shards, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *array = pg_array_new(PG_INT4);
	for (int i = 0; i < count; i++)
		pg_array_int4(array, shards[i]);
	pg_args_array(args, array);
	pg_send(pg, &statements[statement], args, fn, context);
	pg_args_free(args);
	pg_array_free(array);
}

void core_hops_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context)
{
	send_of_shards(pg, CORE_HOPS_READ, shards, count, fn, context);
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
	struct pg_rows *rows = hop->incoming ? store->hops_in : store->hops_out;
	pg_rows_int4(rows, hop->shard);
	pg_rows_text(rows, hop->topic);
	pg_rows_int4(rows, hop->other);
	if (hop->incoming)
		pg_rows_int4(rows, hop->history);
	pg_rows_int8(rows, hop->sequence);
}

void core_hops_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->hops_in, NULL, NULL);
	pg_rows_send(pg, store->hops_out, NULL, NULL);
}

/* ---- campaigns ---- */

void core_campaigns_read(struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_send(pg, &statements[CORE_CAMPAIGNS], NULL, fn, context);
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
}

void core_walks_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context)
{
	send_of_shards(pg, CORE_WALKS_READ, shards, count, fn, context);
}

void core_walk_row(const struct pg_result *result, int row, struct core_walk *walk)
{
	core_campaign_row(result, row, &walk->campaign);
	walk->shard = pg_get_int4(result, row, 7);
	walk->round = pg_get_int4(result, row, 8);
	walk->position = pg_get_text(result, row, 9);
	walk->done = pg_get_bool(result, row, 10);
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
	struct pg_rows *rows = store->walk_steps;
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
	struct pg_rows *rows = store->walk_news;
	pg_rows_int4(rows, shard);
	pg_rows_int8(rows, campaign);
	pg_rows_int8(rows, reached);
}

void core_walks_send(struct core_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->walk_steps, NULL, NULL);
	pg_rows_send(pg, store->walk_news, NULL, NULL);
}

/* ---- clocks ---- */

void core_clocks_read(struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_send(pg, &statements[CORE_CLOCKS], NULL, fn, context);
}

void core_clocks_row(const struct pg_result *result, int64_t *server_us, int64_t *virtual_us)
{
	*server_us = pg_get_instant(result, 0, 0);
	*virtual_us = pg_get_instant(result, 0, 1);
}
