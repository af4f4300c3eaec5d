#include <string.h>

#include "common/base/buf.h"
#include "common/store/triage.h"
#include "common/store/unnest.h"

enum { READ, WRITE };

const struct pg_statement store_triage_statements[] = {
    [READ] =
	{
	    .name = "triage_read",
	    .text = "select complaint_id, facts, sequence, type, custom_type, tier, priority, first_answer, queue, owner_id,"
		    "       policy_id"
		    "  from triage.complaint"
		    " where complaint_id = any($1)",
	    .params = "uuid[]",
	    .columns = 11,
	},
    [WRITE] =
	{
	    .name = "triage_write",
	    .text =
		"insert into triage.complaint as c"
		"       (complaint_id, shard, platform_id, order_id, facts, sequence, triaged_at, type, custom_type,"
		"        tier, priority, first_answer, queue, owner_id, policy_id, rules_version, reasons)"
		" select " UNNEST_ALL " on conflict (complaint_id) do update"
		"    set facts = excluded.facts, sequence = excluded.sequence,"
		"        triaged_at = coalesce(excluded.triaged_at, c.triaged_at), type = excluded.type, custom_type = excluded.custom_type,"
		"        tier = excluded.tier, priority = excluded.priority, first_answer = excluded.first_answer,"
		"        queue = excluded.queue, owner_id = excluded.owner_id, policy_id = excluded.policy_id,"
		"        rules_version = coalesce(excluded.rules_version, c.rules_version),"
		"        reasons = coalesce(excluded.reasons, c.reasons)",
	    .params = "uuid[] int4[] text[] text[] bytea[] int8[] timestamptz[] int2[] text[]"
		      " int2[] int4[] int2[] text[] text[] text[] text[] text[]",
	},
    {0},
};

void store_triage_read(struct pg *pg, struct pg_args *args, struct pg_array *complaint_ids, pg_result_fn *fn, void *context)
{
	pg_args_reset(args);
	pg_args_array(args, complaint_ids);
	pg_send(pg, &store_triage_statements[READ], args, fn, context);
}

void store_triage_row_read(const struct pg_result *result, int row, struct store_triage_row *read)
{
	read->complaint_id = pg_get_uuid(result, row, 0);
	read->facts = pg_get_bytes(result, row, 1, &read->facts_size);
	read->sequence = pg_get_int8(result, row, 2);
	bool triaged = read->sequence > 0;
	read->type = triaged ? (enum complaint_type)pg_get_int2(result, row, 3) : COMPLAINT_TYPE_UNSPECIFIED;
	read->custom_type = pg_get_text(result, row, 4);
	read->tier = triaged ? (enum tier)pg_get_int2(result, row, 5) : TIER_UNSPECIFIED;
	read->priority = triaged ? pg_get_int4(result, row, 6) : 0;
	read->first_answer = triaged ? (enum party)pg_get_int2(result, row, 7) : PARTY_UNSPECIFIED;
	read->queue = pg_get_text(result, row, 8);
	read->owner_id = pg_get_text(result, row, 9);
	read->policy_id = pg_get_text(result, row, 10);
}

struct pg_rows *store_triage_rows_new(void)
{
	return pg_rows_new(&store_triage_statements[WRITE]);
}

static void add_member(struct buf *json, const char *before, const char *text)
{
	buf_text(json, before);
	if (text[0] == '\0')
		buf_text(json, "null");
	else
		buf_json_string(json, text, strlen(text));
}

/* A JSON array, as triage.complaint_json() shows it; kept as text: only people read it. */
static void add_reasons(struct pg_rows *rows, const struct rules_result *result)
{
	struct buf json = BUF_EMPTY;
	for (size_t i = 0; i < result->reasons_count; i++) {
		const struct triage_reason *reason = &result->reasons[i];
		add_member(&json, i ? ",{\"field\":" : "[{\"field\":", reason->field);
		add_member(&json, ",\"value\":", reason->value);
		add_member(&json, ",\"rule\":", reason->rule_id);
		add_member(&json, ",\"condition\":", reason->condition);
		buf_char(&json, '}');
	}
	if (result->reasons_count > 0)
		buf_char(&json, ']');
	pg_rows_text(rows, buf_string(&json));
	buf_free(&json);
}

static void add_result(struct pg_rows *rows, const struct store_triage_write *write)
{
	const struct rules_result *result = write->result;
	pg_rows_instant(rows, write->triaged_at_us);
	pg_rows_int2(rows, (int16_t)result->type);
	pg_rows_text(rows, result->custom_type);
	pg_rows_int2(rows, (int16_t)result->tier);
	pg_rows_int4(rows, result->priority);
	pg_rows_int2(rows, (int16_t)result->first_answer);
	pg_rows_text(rows, result->queue);
	pg_rows_text(rows, result->owner);
	pg_rows_text(rows, result->policy);
	pg_rows_text(rows, write->rules_version);
	if (write->triaged_at_us)
		add_reasons(rows, result);
	else
		pg_rows_null(rows);
}

void store_triage_rows_add(struct pg_rows *rows, const struct store_triage_write *write)
{
	enum { RESULT_COLUMNS = 11 };
	pg_rows_uuid(rows, &write->complaint_id);
	pg_rows_int4(rows, write->shard);
	pg_rows_text(rows, write->platform_id);
	pg_rows_text(rows, write->order_id);
	pg_rows_bytes(rows, write->facts, write->facts_size);
	pg_rows_int8(rows, write->sequence);
	if (write->result) {
		add_result(rows, write);
		return;
	}
	for (int i = 0; i < RESULT_COLUMNS; i++)
		pg_rows_null(rows);
}
