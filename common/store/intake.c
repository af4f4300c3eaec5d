#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/store/intake_private.h"
#include "common/store/intake_columns.h"
#include "common/store/unnest.h"

#define WAITING_COLUMNS "w.cause, w.complaint_id, w.order_id, w.platform_id, w.since, w.due, w.place, w.event"

const struct pg_statement intake_statements[] = {
    /* What belongs to orders is read by their ids, and by platforms only behind that: two arrays that an index is read by are all
     * their pairs. "is true" keeps it from being read by the second. */
    [READ_ORDERS] =
	{
	    .name = "intake_orders",
	    .text = "select o.order_id, o.platform_id, o.recorded_at, o.claimed_at, o.said_at, o.facts"
		    "  from intake.orders o"
		    " where o.order_id = any($1) and (o.platform_id = any($2)) is true",
	    .params = "text[] text[]",
	    .columns = 6,
	},
    [READ_COMPLAINTS] =
	{
	    .name = "intake_complaints",
	    .text = "select " COMPLAINT_READ "c.told, c.uses"
		    "  from intake.complaint c"
		    " where c.order_id = any($1) and (c.platform_id = any($2)) is true"
		    " order by c.received_at, c.complaint_id",
	    .params = "text[] text[]",
	    .columns = COMPLAINT_READ_COUNT + 2,
	},
    [READ_REMEDIES] =
	{
	    .name = "intake_remedies",
	    .text = "select r.order_id, r.platform_id, r.complaint_id, r.decision_id, r.number, r.kind, r.amount_minor, r.currency,"
		    "       r.item_id, r.note, r.state, r.quantity"
		    "  from intake.remedy r"
		    " where r.order_id = any($1) and (r.platform_id = any($2)) is true"
		    " order by r.complaint_id, r.changed_at, r.decision_id, r.number",
	    .params = "text[] text[]",
	    .columns = 12,
	},
    /* Of complaints about which something is said that refers to evidence: no more pieces than their limit holds. */
    [READ_EVIDENCE] =
	{
	    .name = "intake_evidence",
	    .text =
		"select e.order_id, e.platform_id, e.complaint_id, e.evidence_id, e.kind, e.supplied_by"
		"  from (select unnest($1)) as k(complaint_id)"
		" cross join lateral ("
		"    select c.order_id, c.platform_id, e.*"
		"      from (select * from intake.complaint c where c.complaint_id = k.complaint_id offset 0) c"
		"     cross join lateral (select * from intake.evidence e where e.complaint_id = c.complaint_id offset 0) e offset 0) e"
		" order by e.complaint_id, e.number",
	    .params = "uuid[]",
	    .columns = 6,
	},
    [READ_IDS] =
	{
	    .name = "intake_ids",
	    .text = "select complaint_id, order_id, platform_id"
		    "  from intake.complaint"
		    " where complaint_id = any($1)",
	    .params = "uuid[]",
	    .columns = 3,
	},
    [READ_SEEN] =
	{
	    .name = "intake_seen",
	    .text = "select s.shard, s.cause, s.subject, s.body_digest"
		    "  from (select unnest($1), unnest($2)) as k(shard, cause)"
		    " cross join lateral ("
		    "    select * from intake.seen s where s.shard = k.shard and s.cause = k.cause offset 0) s",
	    .params = "int4[] uuid[]",
	    .columns = 4,
	},
    [READ_WAITING] =
	{
	    .name = "intake_waiting",
	    .text = "select " WAITING_COLUMNS ", o.known is not null"
		    "  from intake.waiting w"
		    "  left join lateral ("
		    "    select true as known from intake.orders o"
		    "     where o.order_id = w.order_id and o.platform_id = w.platform_id offset 0) o on true"
		    " where w.cause = any($1)"
		    " order by w.since, w.place",
	    .params = "uuid[]",
	    .columns = 9,
	},
    [READ_LINE] =
	{
	    .name = "intake_line",
	    .text =
		"select " WAITING_COLUMNS ", true"
		"  from (select unnest($1), unnest($2), unnest($3)) as k(order_id, platform_id, complaint_id)"
		" cross join lateral ("
		"    select l.*, sum(octet_length(l.event)) over (order by l.since, l.place) - octet_length(l.event) as before"
		"      from (select * from intake.waiting w"
		"             where w.order_id = k.order_id and w.platform_id = k.platform_id and w.complaint_id = k.complaint_id"
		"             order by w.order_id, w.platform_id, w.complaint_id, w.since, w.place"
		"             limit $4) l offset 0) w"
		" where w.before < $5"
		" order by w.since, w.place",
	    .params = "text[] text[] uuid[] int4 int4",
	    .columns = 9,
	},
    [READ_USES] =
	{
	    .name = "intake_uses",
	    .text = "select u.kind, u.key, u.platform_id, u.uses"
		    "  from intake.limit_use u"
		    " where u.key = any($1) and (u.platform_id = any($2)) is true",
	    .params = "text[] text[]",
	    .columns = 4,
	},
    [WRITE_ORDER] =
	{
	    .name = "intake_write_order",
	    .text =
		"insert into intake.orders as o"
		"       (order_id, platform_id, shard, recorded_at, claimed_at, said_at, buyer_id, merchant_id, status, total_minor,"
		"        currency, facts)"
		" select " UNNEST_ALL " on conflict (order_id, platform_id) do update"
		"    set recorded_at = excluded.recorded_at, claimed_at = excluded.claimed_at, said_at = excluded.said_at,"
		"        buyer_id = excluded.buyer_id, merchant_id = excluded.merchant_id, status = excluded.status,"
		"        total_minor = excluded.total_minor, currency = excluded.currency, facts = excluded.facts",
	    .params = "text[] text[] int4[] timestamptz[] timestamptz[] timestamptz[] text[] text[] int2[] int8[] text[] bytea[]",
	},
    [INSERT_COMPLAINT] =
	{
	    .name = "intake_insert_complaint",
	    .text = "insert into intake.complaint (" COMPLAINT_FILED "shard, told)"
		    " select " UNNEST_ALL,
	    .params = COMPLAINT_FILED_PARAMS "int4[] int8[]",
	},
    /* Names the state that it expects. A statement that was not amended comes as null. */
    [UPDATE_COMPLAINT] =
	{
	    .name = "intake_update_complaint",
	    .text = "with u as ("
		    " update intake.complaint c"
		    "    set " COMPLAINT_CHANGED_SET
		    "        statement = coalesce(n.statement, c.statement), wanted = coalesce(n.wanted, c.wanted),"
		    "        happened_at = case when n.statement is null then c.happened_at else n.happened_at end,"
		    "        told = n.told, uses = coalesce(n.uses, c.uses)"
		    "   from (select " UNNEST_ALL ")"
		    "        as n(" COMPLAINT_CHANGED
		    "             complaint_id, told_before, statement, wanted, happened_at, told, uses)"
		    "  where c.complaint_id = any(array[n.complaint_id])"
		    "    and c.told = n.told_before"
		    " returning 1)"
		    " select count(*) from u",
	    .params = COMPLAINT_CHANGED_PARAMS "uuid[] int8[] text[] text[] timestamptz[] int8[] text[]",
	    .columns = 1,
	},
    [WRITE_EVIDENCE] =
	{
	    .name = "intake_write_evidence",
	    .text = "insert into intake.evidence"
		    "       (complaint_id, number, evidence_id, kind, uri, media_type, size_bytes, sha256, supplied_by, made_at,"
		    "        added_at)"
		    " select " UNNEST_ALL,
	    .params = "uuid[] int4[] text[] text[] text[] text[] int8[] bytea[] int2[] timestamptz[] timestamptz[]",
	},
    [WRITE_VERSION] =
	{
	    .name = "intake_write_version",
	    .text = "insert into intake.statement_version"
		    "       (complaint_id, version, type, custom_type, statement, wanted, happened_at, valid_until)"
		    " select " UNNEST_ALL,
	    .params = "uuid[] int4[] int2[] text[] text[] text[] timestamptz[] timestamptz[]",
	},
    [WRITE_STEP] =
	{
	    .name = "intake_write_step",
	    .text = "insert into intake.step (complaint_id, sequence, at, stage, cause, reason, actor) select " UNNEST_ALL,
	    .params = "uuid[] int8[] timestamptz[] int2[] text[] text[] text[]",
	},
    [WRITE_SAID] =
	{
	    .name = "intake_write_said",
	    .text =
		"insert into intake.said (complaint_id, sequence, at, cause, from_party, actor_id, to_party, words) select " UNNEST_ALL,
	    .params = "uuid[] int8[] timestamptz[] text[] int2[] text[] int2[] jsonb[]",
	},
    [WRITE_REMEDY] =
	{
	    .name = "intake_write_remedy",
	    .text = "insert into intake.remedy"
		    "       (order_id, platform_id, complaint_id, decision_id, number, kind, amount_minor, currency, item_id, note,"
		    "        state, changed_at, quantity)"
		    " select " UNNEST_ALL " on conflict (order_id, platform_id, complaint_id, decision_id, number) do update"
		    "    set state = excluded.state, changed_at = excluded.changed_at",
	    .params = "text[] text[] uuid[] text[] int4[] int2[] int8[] text[] text[] text[] int2[] timestamptz[] int4[]",
	},
    [INSERT_WAITING] =
	{
	    .name = "intake_insert_waiting",
	    .text = "insert into intake.waiting (cause, order_id, platform_id, complaint_id, since, due, place, event)"
		    " select " UNNEST_ALL,
	    .params = "uuid[] text[] text[] uuid[] timestamptz[] timestamptz[] int8[] text[]",
	},
    [WRITE_USES] =
	{
	    .name = "intake_write_uses",
	    .text = "insert into intake.limit_use (kind, key, platform_id, uses)"
		    " select " UNNEST_ALL " on conflict (key, platform_id, kind) do update set uses = excluded.uses",
	    .params = "int2[] text[] text[] text[]",
	},
    [DELETE_WAITING] =
	{
	    .name = "intake_delete_waiting",
	    .text = "delete from intake.waiting where cause = any($1)",
	    .params = "uuid[]",
	},
    [STATEMENTS_END] = {0},
};

/* ---- one lane's sets ---- */

struct intake_store *intake_store_new(void)
{
	struct intake_store *store = xcalloc(1, sizeof(*store));
	store->args = pg_args_new();
	store->order_ids = pg_array_new(PG_TEXT);
	store->platforms = pg_array_new(PG_TEXT);
	store->ids = pg_array_new(PG_UUID);
	store->cause_shards = pg_array_new(PG_INT4);
	store->causes = pg_array_new(PG_UUID);
	store->waiting_causes = pg_array_new(PG_UUID);
	store->line_orders = pg_array_new(PG_TEXT);
	store->line_platforms = pg_array_new(PG_TEXT);
	store->line_complaints = pg_array_new(PG_UUID);
	store->use_keys = pg_array_new(PG_TEXT);
	store->remedy_orders = pg_array_new(PG_TEXT);
	store->evidence_of = pg_array_new(PG_UUID);
	store->ended = pg_array_new(PG_UUID);
	store->orders = pg_rows_new(&intake_statements[WRITE_ORDER]);
	store->complaints_new = pg_rows_new(&intake_statements[INSERT_COMPLAINT]);
	store->complaints = pg_rows_new(&intake_statements[UPDATE_COMPLAINT]);
	store->evidence = pg_rows_new(&intake_statements[WRITE_EVIDENCE]);
	store->versions = pg_rows_new(&intake_statements[WRITE_VERSION]);
	store->steps = pg_rows_new(&intake_statements[WRITE_STEP]);
	store->said = pg_rows_new(&intake_statements[WRITE_SAID]);
	store->remedies = pg_rows_new(&intake_statements[WRITE_REMEDY]);
	store->waiting = pg_rows_new(&intake_statements[INSERT_WAITING]);
	store->uses = pg_rows_new(&intake_statements[WRITE_USES]);
	return store;
}

enum { ARRAYS = 13, ROWS = 10 };

static void list_arrays(struct intake_store *store, struct pg_array *arrays[ARRAYS])
{
	struct pg_array *list[ARRAYS] = {store->order_ids, store->platforms, store->ids, store->cause_shards, store->causes,
	    store->waiting_causes, store->line_orders, store->line_platforms, store->line_complaints, store->use_keys,
	    store->remedy_orders, store->evidence_of, store->ended};
	memcpy(arrays, list, sizeof(list));
}

static void list_rows(struct intake_store *store, struct pg_rows *rows[ROWS])
{
	struct pg_rows *list[ROWS] = {store->orders, store->complaints_new, store->complaints, store->evidence, store->versions,
	    store->steps, store->said, store->remedies, store->waiting, store->uses};
	memcpy(rows, list, sizeof(list));
}

void intake_store_reset(struct intake_store *store)
{
	struct pg_array *arrays[ARRAYS];
	struct pg_rows *rows[ROWS];
	list_arrays(store, arrays);
	list_rows(store, rows);
	for (int i = 0; i < ARRAYS; i++)
		pg_array_reset(arrays[i]);
	for (int i = 0; i < ROWS; i++)
		pg_rows_reset(rows[i]);
	buf_reset(&store->platforms_seen);
}

void intake_store_free(struct intake_store *store)
{
	struct pg_array *arrays[ARRAYS];
	struct pg_rows *rows[ROWS];
	list_arrays(store, arrays);
	list_rows(store, rows);
	for (int i = 0; i < ARRAYS; i++)
		pg_array_free(arrays[i]);
	for (int i = 0; i < ROWS; i++)
		pg_rows_free(rows[i]);
	pg_args_free(store->args);
	buf_free(&store->platforms_seen);
	buf_free(&store->json);
	free(store);
}

/* ---- reads ---- */

static void want_platform(struct intake_store *store, const char *platform_id)
{
	const struct buf *seen = &store->platforms_seen;
	for (const char *at = seen->data; at && at < seen->data + seen->size; at += strlen(at) + 1)
		if (!strcmp(at, platform_id))
			return;
	buf_append(&store->platforms_seen, platform_id, strlen(platform_id) + 1);
	pg_array_text(store->platforms, platform_id);
}

void intake_want_order(struct intake_store *store, const char *order_id, const char *platform_id)
{
	pg_array_text(store->order_ids, order_id);
	want_platform(store, platform_id);
}

void intake_want_remedies(struct intake_store *store, const char *order_id, const char *platform_id)
{
	pg_array_text(store->remedy_orders, order_id);
	want_platform(store, platform_id);
}

void intake_want_id(struct intake_store *store, const struct uuid *complaint_id)
{
	pg_array_uuid(store->ids, complaint_id);
}

void intake_want_cause(struct intake_store *store, int shard, const struct uuid *cause)
{
	pg_array_int4(store->cause_shards, shard);
	pg_array_uuid(store->causes, cause);
}

void intake_want_waiting(struct intake_store *store, const struct uuid *cause)
{
	pg_array_uuid(store->waiting_causes, cause);
}

void intake_want_line(struct intake_store *store, const char *order_id, const char *platform_id, const struct uuid *complaint_id)
{
	pg_array_text(store->line_orders, order_id);
	pg_array_text(store->line_platforms, platform_id);
	pg_array_uuid(store->line_complaints, complaint_id);
}

void intake_want_evidence(struct intake_store *store, const struct uuid *complaint_id)
{
	pg_array_uuid(store->evidence_of, complaint_id);
}

void intake_want_uses(struct intake_store *store, const char *key, const char *platform_id)
{
	pg_array_text(store->use_keys, key);
	want_platform(store, platform_id);
}

static void read_by_order(
    struct intake_store *store, struct pg *pg, int statement, struct pg_array *orders, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, orders);
	pg_args_array(store->args, store->platforms);
	pg_send(pg, &intake_statements[statement], store->args, fn, context);
}

static void read_ids(struct intake_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, store->ids);
	pg_send(pg, &intake_statements[READ_IDS], store->args, fn, context);
}

static void read_seen(struct intake_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, store->cause_shards);
	pg_args_array(store->args, store->causes);
	pg_send(pg, &intake_statements[READ_SEEN], store->args, fn, context);
}

static void read_waiting(struct intake_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, store->waiting_causes);
	pg_send(pg, &intake_statements[READ_WAITING], store->args, fn, context);
}

static void read_lines(struct intake_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, store->line_orders);
	pg_args_array(store->args, store->line_platforms);
	pg_args_array(store->args, store->line_complaints);
	pg_args_int4(store->args, INTAKE_LINE_MAX);
	pg_args_int4(store->args, INTAKE_LINE_BYTES_MAX);
	pg_send(pg, &intake_statements[READ_LINE], store->args, fn, context);
}

static void read_evidence(struct intake_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, store->evidence_of);
	pg_send(pg, &intake_statements[READ_EVIDENCE], store->args, fn, context);
}

static void read_uses(struct intake_store *store, struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_args_reset(store->args);
	pg_args_array(store->args, store->use_keys);
	pg_args_array(store->args, store->platforms);
	pg_send(pg, &intake_statements[READ_USES], store->args, fn, context);
}

bool intake_read(struct intake_store *store, struct pg *pg, const struct intake_readers *readers)
{
	bool orders = pg_array_count(store->order_ids) > 0;
	bool causes = pg_array_count(store->causes) > 0;
	bool waiting = pg_array_count(store->waiting_causes) > 0;
	bool lines = pg_array_count(store->line_orders) > 0;
	bool uses = pg_array_count(store->use_keys) > 0;
	bool remedies = pg_array_count(store->remedy_orders) > 0;
	bool ids = pg_array_count(store->ids) > 0;
	bool evidence = pg_array_count(store->evidence_of) > 0;
	if (orders) {
		read_by_order(store, pg, READ_ORDERS, store->order_ids, readers->orders, readers->context);
		read_by_order(store, pg, READ_COMPLAINTS, store->order_ids, readers->complaints, readers->context);
	}
	if (remedies)
		read_by_order(store, pg, READ_REMEDIES, store->remedy_orders, readers->remedies, readers->context);
	if (evidence)
		read_evidence(store, pg, readers->evidence, readers->context);
	if (ids)
		read_ids(store, pg, readers->ids, readers->context);
	if (causes)
		read_seen(store, pg, readers->seen, readers->context);
	if (waiting)
		read_waiting(store, pg, readers->waiting, readers->context);
	if (lines)
		read_lines(store, pg, readers->waiting, readers->context);
	if (uses)
		read_uses(store, pg, readers->uses, readers->context);
	return orders || remedies || evidence || causes || waiting || lines || uses || ids;
}

static const char *text_at(const struct pg_result *result, int row, int column, struct arena *arena)
{
	const char *text = pg_get_text(result, row, column);
	return text[0] == '\0' ? "" : arena_strdup(arena, text);
}

void intake_order_row(const struct pg_result *result, int row, struct arena *arena, struct intake_order *order)
{
	order->order_id = text_at(result, row, 0, arena);
	order->platform_id = text_at(result, row, 1, arena);
	order->recorded_at_us = pg_get_instant(result, row, 2);
	order->claimed_at_us = pg_get_instant(result, row, 3);
	order->said_at_us = pg_get_instant(result, row, 4);
	order->facts = pg_get_bytes(result, row, 5, &order->facts_size);
	order->facts = arena_copy(arena, order->facts, order->facts_size);
}

void intake_complaint_row(const struct pg_result *result, int row, struct arena *arena, struct complaint *c)
{
	int column = 0;
	*c = (struct complaint){0};
	COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_READ, COLUMN_READ, COLUMN_READ)
	c->told = c->told_stored = pg_get_int8(result, row, column++);
	limit_uses_read(arena, pg_get_text(result, row, column), &c->uses);
}

void intake_remedy_row(const struct pg_result *result, int row, struct arena *arena, struct intake_remedy *remedy)
{
	remedy->order_id = text_at(result, row, 0, arena);
	remedy->platform_id = text_at(result, row, 1, arena);
	remedy->complaint_id = pg_get_uuid(result, row, 2);
	remedy->entry = (struct remedy_entry){
	    .decision_id = text_at(result, row, 3, arena),
	    .number = pg_get_int4(result, row, 4),
	    .remedy =
		{
		    .kind = (enum remedy_kind)pg_get_int2(result, row, 5),
		    .amount = {pg_get_int8(result, row, 6), text_at(result, row, 7, arena)},
		    .item_id = text_at(result, row, 8, arena),
		    .note = text_at(result, row, 9, arena),
		    .quantity = pg_get_int4(result, row, 11),
		},
	    .state = (enum remedy_state)pg_get_int2(result, row, 10),
	};
}

void intake_piece_row(const struct pg_result *result, int row, struct arena *arena, struct intake_piece *piece)
{
	piece->order_id = text_at(result, row, 0, arena);
	piece->platform_id = text_at(result, row, 1, arena);
	piece->complaint_id = pg_get_uuid(result, row, 2);
	piece->piece = (struct complaint_piece){
	    .evidence_id = text_at(result, row, 3, arena),
	    .kind = text_at(result, row, 4, arena),
	    .supplied_by = (enum party)pg_get_int2(result, row, 5),
	};
}

void intake_id_row(const struct pg_result *result, int row, struct arena *arena, struct intake_id *id)
{
	id->complaint_id = pg_get_uuid(result, row, 0);
	id->order_id = text_at(result, row, 1, arena);
	id->platform_id = text_at(result, row, 2, arena);
}

void intake_seen_row(const struct pg_result *result, int row, struct arena *arena, struct intake_seen *seen)
{
	seen->shard = pg_get_int4(result, row, 0);
	seen->cause = pg_get_uuid(result, row, 1);
	seen->subject = pg_get_uuid(result, row, 2);
	seen->body_digest = pg_get_int8(result, row, 3);
}

void intake_waiting_row(const struct pg_result *result, int row, struct arena *arena, struct intake_waiting *waiting)
{
	waiting->cause = pg_get_uuid(result, row, 0);
	waiting->complaint_id = pg_get_uuid(result, row, 1);
	waiting->order_id = text_at(result, row, 2, arena);
	waiting->platform_id = text_at(result, row, 3, arena);
	waiting->since_us = pg_get_instant(result, row, 4);
	waiting->due_us = pg_get_instant(result, row, 5);
	waiting->place = pg_get_int8(result, row, 6);
	waiting->event = text_at(result, row, 7, arena);
	waiting->order_known = pg_get_bool(result, row, 8);
}

void intake_uses_row(const struct pg_result *result, int row, struct arena *arena, struct intake_uses *uses)
{
	uses->kind = (enum intake_use_kind)pg_get_int2(result, row, 0);
	uses->key = text_at(result, row, 1, arena);
	uses->platform_id = text_at(result, row, 2, arena);
	limit_uses_read(arena, pg_get_text(result, row, 3), &uses->uses);
}
