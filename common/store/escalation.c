#include "common/store/escalation.h"
#include "common/store/unnest.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/io/json.h"

enum { READ_COMPLAINTS, READ_CLOCKS, WRITE_COMPLAINTS, WRITE_CLOCKS, WRITE_FACTS };

const struct pg_statement store_escalation_statements[] = {
    [READ_COMPLAINTS] =
	{
	    .name = "escalation_read_complaints",
	    .text = "select c.shard, c.complaint_id, c.platform_id, c.order_id, c.stage, c.stage_since, c.policy_version, c.policy,"
		    "       c.policy_named, c.calendar, c.calendar_version, c.cycles, c.sequence, c.trace, c.facts,"
		    "       c.waits::text"
		    "  from (select unnest($1), unnest($2)) as w(shard, id)"
		    " cross join lateral ("
		    "    select * from escalation.complaint c where c.shard = w.shard and c.complaint_id = w.id offset 0) c",
	    .params = "int4[] uuid[]",
	    .columns = 16,
	},
    [READ_CLOCKS] =
	{
	    .name = "escalation_read_clocks",
	    .text = "select " STORE_CLOCK_COLUMNS "  from (select unnest($1), unnest($2)) as w(shard, id)"
		    " cross join lateral ("
		    "    select * from escalation.clock c"
		    "     where c.shard = w.shard and c.complaint_id = w.id and c.ended_at is null offset 0) c"
		    " order by c.complaint_id, c.started_at, c.clock",
	    .params = "int4[] uuid[]",
	    .columns = STORE_CLOCK_COLUMNS_COUNT,
	},
    [WRITE_COMPLAINTS] =
	{
	    .name = "escalation_write_complaints",
	    .text = "insert into escalation.complaint as c"
		    "       (shard, complaint_id, platform_id, order_id, stage, stage_since, policy_version, policy, policy_named,"
		    "        calendar, calendar_version, cycles, sequence, trace, facts, waits)"
		    " select a, b, c, d, e, f, g, h, i, j, k, string_to_array(l, ',')::bigint[], m, n, o, p"
		    "   from (select " UNNEST_ALL ")"
		    "        as r(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)"
		    " on conflict (shard, complaint_id) do update"
		    "    set stage = excluded.stage, stage_since = excluded.stage_since, policy = excluded.policy,"
		    "        policy_version = excluded.policy_version, calendar = excluded.calendar,"
		    "        calendar_version = excluded.calendar_version,"
		    "        policy_named = excluded.policy_named, cycles = excluded.cycles, sequence = excluded.sequence,"
		    "        platform_id = excluded.platform_id, order_id = excluded.order_id,"
		    "        facts = excluded.facts, waits = excluded.waits",
	    .params =
		"int4[] uuid[] text[] text[] text[] timestamptz[] int4[] text[] text[] text[] int4[] text[] int8[] text[] int4[]"
		" jsonb[]",
	},
    [WRITE_CLOCKS] =
	{
	    .name = "escalation_write_clocks",
	    .text =
		"insert into escalation.clock as c"
		"       (shard, complaint_id, clock, cycle, state, must_act, silence, unit, target, policy, policy_version, calendar,"
		"        calendar_version, started_at, due_at, provisional, step, next_at, revision, warned, level, breached_at,"
		"        met_at, overdue_us, ended_at, steps, effect, basis, paused_at)"
		" select " UNNEST_ALL " on conflict (shard, complaint_id, clock, cycle) do update"
		"    set state = excluded.state, unit = excluded.unit, target = excluded.target, policy = excluded.policy,"
		"        policy_version = excluded.policy_version, calendar = excluded.calendar,"
		"        calendar_version = excluded.calendar_version,"
		"        due_at = excluded.due_at, provisional = excluded.provisional, step = excluded.step,"
		"        next_at = excluded.next_at, revision = excluded.revision, warned = excluded.warned,"
		"        level = excluded.level, breached_at = excluded.breached_at, met_at = excluded.met_at,"
		"        overdue_us = excluded.overdue_us, ended_at = excluded.ended_at, steps = c.steps || excluded.steps,"
		"        effect = excluded.effect, basis = excluded.basis, paused_at = excluded.paused_at",
	    .params = "int4[] uuid[] text[] int4[] text[] text[] text[] text[] int8[] text[] int4[] text[] int4[] timestamptz[]"
		      " timestamptz[] bool[] int4[] timestamptz[] int4[] int4[] int4[] timestamptz[] timestamptz[] int8[]"
		      " timestamptz[] jsonb[] text[] text[] timestamptz[]",
	},
    [WRITE_FACTS] =
	{
	    .name = "escalation_write_facts",
	    .text =
		"insert into escalation.fact (shard, complaint_id, number, version, at, cause, stage, actor, to_party, answer, reached, clock, cycle, reason, appeal, policy)"
		" select " UNNEST_ALL,
	    .params =
		"int4[] uuid[] int4[] int4[] timestamptz[] int2[] int2[] int2[] int2[] int2[] bool[] int2[] int4[] int2[] int2[] text[]",
	},
    {0},
};

/* ---- reading ---- */

static void send_wanted(struct pg *pg, const struct pg_statement *statement, struct pg_args *args, struct pg_array *shards,
    struct pg_array *ids, pg_result_fn *fn, void *context)
{
	pg_args_reset(args);
	pg_args_array(args, shards);
	pg_args_array(args, ids);
	pg_send(pg, statement, args, fn, context);
}

void store_escalation_read_complaints(
    struct pg *pg, struct pg_args *args, struct pg_array *shards, struct pg_array *ids, pg_result_fn *fn, void *context)
{
	send_wanted(pg, &store_escalation_statements[READ_COMPLAINTS], args, shards, ids, fn, context);
}

void store_escalation_read_clocks(
    struct pg *pg, struct pg_args *args, struct pg_array *shards, struct pg_array *ids, pg_result_fn *fn, void *context)
{
	send_wanted(pg, &store_escalation_statements[READ_CLOCKS], args, shards, ids, fn, context);
}

/* ---- waits, as they stand in a row ---- */

static const char *member(const struct json *wait, const char *name)
{
	return json_text_of(json_member(wait, name));
}

static int64_t instant_member(const struct json *wait, const char *name)
{
	const struct json *value = json_member(wait, name);
	int64_t instant_us;
	return instant_parse(json_text_of(value), json_text_size(value), &instant_us) ? instant_us : 0;
}

static void read_wait(const struct json *json, struct arena *arena, struct clock_waits *waits)
{
	*waits_put(waits, arena) = (struct clock_wait){
	    .kind = wait_kind_by_name(member(json, "kind")),
	    .party = party_by_name(member(json, "waits_for")),
	    .length = clock_kind_by_name(member(json, "clock")),
	    .cycle = (int32_t)json_integer_of(json_member(json, "cycle")),
	    .from_us = instant_member(json, "from"),
	    .until_us = instant_member(json, "until"),
	    .began = cause_by_name(member(json, "began")),
	    .ended = cause_by_name(member(json, "ended")),
	    .actor = actor_kind_by_name(member(json, "actor")),
	    .actor_id = arena_strdup(arena, member(json, "actor_id")),
	};
}

void store_waits_read(const char *text, struct arena *arena, struct clock_waits *waits)
{
	char error[JSON_ERROR_SIZE];
	struct json *list = json_parse(text, strlen(text), 0, error, NULL);
	for (size_t i = 0; i < json_count(list); i++)
		read_wait(json_at(list, i), arena, waits);
	json_free(list);
}

static void write_wait(struct buf *json, const struct clock_wait *wait)
{
	char from[INSTANT_TEXT_SIZE], until[INSTANT_TEXT_SIZE];
	buf_printf(json, "%s{\"kind\":\"%s\",\"waits_for\":\"%s\",\"clock\":\"%s\",\"cycle\":%d,\"from\":\"%s\"",
	    json->size > 1 ? "," : "", wait_kind_name(wait->kind), party_name(wait->party), clock_kind_name(wait->length),
	    (int)wait->cycle, instant_format(wait->from_us, from));
	if (wait->until_us != 0)
		buf_printf(
		    json, ",\"until\":\"%s\",\"ended\":\"%s\"", instant_format(wait->until_us, until), cause_name(wait->ended));
	buf_printf(json, ",\"began\":\"%s\",\"actor\":\"%s\",\"actor_id\":", cause_name(wait->began), actor_kind_name(wait->actor));
	buf_json_string(json, wait->actor_id, strlen(wait->actor_id));
	buf_char(json, '}');
}

static void add_waits(struct pg_rows *rows, const struct clock_waits *waits)
{
	struct buf json = BUF_EMPTY;
	buf_char(&json, '[');
	for (int i = 0; i < waits->count; i++)
		write_wait(&json, &waits->list[i]);
	buf_char(&json, ']');
	pg_rows_jsonb(rows, waits->count > 0 ? buf_string(&json) : NULL);
	buf_free(&json);
}

void store_complaint_row_read(const struct pg_result *result, int row, struct arena *arena, struct store_complaint_row *read)
{
	*read = (struct store_complaint_row){
	    .shard = pg_get_int4(result, row, 0),
	    .complaint_id = pg_get_uuid(result, row, 1),
	    .platform_id = pg_get_text(result, row, 2),
	    .order_id = pg_get_text(result, row, 3),
	    .stage = stage_by_name(pg_get_text(result, row, 4)),
	    .stage_since_us = pg_get_instant(result, row, 5),
	    .policy_version = pg_get_int4(result, row, 6),
	    .policy = pg_get_text(result, row, 7),
	    .policy_named = pg_get_text(result, row, 8),
	    .calendar = pg_get_text(result, row, 9),
	    .calendar_version = pg_get_int4(result, row, 10),
	    .sequence = pg_get_int8(result, row, 12),
	    .trace = pg_is_null(result, row, 13) ? "" : pg_get_text(result, row, 13),
	    .facts = pg_get_int4(result, row, 14),
	};
	if (!pg_is_null(result, row, 15))
		store_waits_read(pg_get_text(result, row, 15), arena, &read->waits);
	int count = pg_get_array_count(result, row, 11);
	for (int i = 0; i < count && i < CLOCK_COUNT; i++)
		read->cycles[i] = pg_get_array_int8(result, row, 11, i);
}

struct uuid store_clock_complaint(const struct pg_result *result, int row, int *shard)
{
	*shard = pg_get_int4(result, row, 16);
	return pg_get_uuid(result, row, 0);
}

void store_clock_row_read(const struct pg_result *result, int row, struct clock *clock)
{
	clock->kind = clock_kind_by_name(pg_get_text(result, row, 1));
	clock->cycle = pg_get_int4(result, row, 2);
	clock->state = clock_state_by_name(pg_get_text(result, row, 3));
	clock->unit = target_unit_by_name(pg_get_text(result, row, 4));
	clock->target = pg_get_int8(result, row, 5);
	snprintf(clock->policy_id, sizeof(clock->policy_id), "%s", pg_get_text(result, row, 6));
	clock->started_us = pg_get_instant(result, row, 7);
	clock->due_us = pg_get_instant(result, row, 8);
	clock->provisional = pg_get_bool(result, row, 9);
	clock->steps_done = pg_get_int4(result, row, 10);
	clock->next_us = pg_get_instant(result, row, 11);
	clock->revision = pg_get_int4(result, row, 12);
	clock->warned = pg_get_int4(result, row, 13);
	clock->level = pg_get_int4(result, row, 14);
	clock->breached_us = pg_get_instant(result, row, 15);
	clock->paused_us = pg_get_instant(result, row, 19);
	clock->terms_stored = pg_get_int4(result, row, 17);
	clock->times_stored = pg_get_int4(result, row, 18);
	clock->armed_us = clock->next_us;
	clock->armed_version = clock_timer_version(clock);
}

/* ---- writing ---- */

struct pg_rows *store_complaint_rows_new(void)
{
	return pg_rows_new(&store_escalation_statements[WRITE_COMPLAINTS]);
}

struct pg_rows *store_clock_rows_new(void)
{
	return pg_rows_new(&store_escalation_statements[WRITE_CLOCKS]);
}

/* "0,1,0 ...": an array of arrays must be square in PostgreSQL, so a row's array travels as text. */
static const char *cycles_text(const int64_t *cycles, char *text, size_t size)
{
	size_t used = 0;
	for (int i = 0; i < CLOCK_COUNT && used < size; i++)
		used += snprintf(text + used, size - used, i == 0 ? "%d" : ",%d", (int)cycles[i]);
	return text;
}

void store_complaint_rows_add(struct pg_rows *rows, const struct store_complaint_row *row)
{
	char cycles[CLOCK_COUNT * 12];
	pg_rows_int4(rows, row->shard);
	pg_rows_uuid(rows, &row->complaint_id);
	pg_rows_text(rows, row->platform_id);
	pg_rows_text(rows, row->order_id);
	pg_rows_text(rows, stage_name(row->stage));
	pg_rows_instant(rows, row->stage_since_us);
	pg_rows_int4(rows, row->policy_version);
	pg_rows_text(rows, row->policy);
	pg_rows_text(rows, row->policy_named);
	pg_rows_text(rows, row->calendar);
	pg_rows_int4(rows, row->calendar_version);
	pg_rows_text(rows, cycles_text(row->cycles, cycles, sizeof(cycles)));
	pg_rows_int8(rows, row->sequence);
	pg_rows_text(rows, row->trace && *row->trace ? row->trace : NULL);
	pg_rows_int4(rows, row->facts);
	add_waits(rows, &row->waits);
}

struct pg_rows *store_fact_rows_new(void)
{
	return pg_rows_new(&store_escalation_statements[WRITE_FACTS]);
}

void store_fact_rows_add(struct pg_rows *rows, const struct store_complaint_row *complaint, const struct clock_fact *fact)
{
	pg_rows_int4(rows, complaint->shard);
	pg_rows_uuid(rows, &complaint->complaint_id);
	pg_rows_int4(rows, complaint->facts);
	pg_rows_int4(rows, fact->version);
	pg_rows_instant(rows, fact->at_us);
	pg_rows_int2(rows, fact->cause);
	pg_rows_int2(rows, fact->stage);
	pg_rows_int2(rows, fact->actor);
	pg_rows_int2(rows, fact->to_party);
	pg_rows_int2(rows, fact->answer);
	pg_rows_bool(rows, fact->reached);
	pg_rows_int2(rows, fact->clock);
	pg_rows_int4(rows, fact->cycle);
	pg_rows_int2(rows, fact->reason);
	pg_rows_int2(rows, fact->appeal);
	pg_rows_text(rows, fact->policy_id);
}

static void add_progress(struct pg_rows *rows, const struct clock *clock)
{
	pg_rows_instant(rows, clock->started_us);
	pg_rows_instant(rows, clock->due_us);
	pg_rows_bool(rows, clock->provisional);
	pg_rows_int4(rows, clock->steps_done);
	pg_rows_instant(rows, clock->next_us);
	pg_rows_int4(rows, clock->revision);
	pg_rows_int4(rows, clock->warned);
	pg_rows_int4(rows, clock->level);
	pg_rows_instant(rows, clock->breached_us);
	pg_rows_instant(rows, clock->met_us);
	pg_rows_int8(rows, clock->overdue_us);
	pg_rows_instant(rows, clock->ended_us);
	pg_rows_jsonb(rows, clock->steps_json == NULL ? "[]" : clock->steps_json);
}

void store_clock_rows_add(struct pg_rows *rows, const struct store_complaint_row *complaint, const struct clock *clock)
{
	const struct policy_clock *terms = clock_terms(clock);
	const struct clock_rule *rule = clock_rule(clock->kind);
	pg_rows_int4(rows, complaint->shard);
	pg_rows_uuid(rows, &complaint->complaint_id);
	pg_rows_text(rows, clock_kind_name(clock->kind));
	pg_rows_int4(rows, clock->cycle);
	pg_rows_text(rows, clock_state_name(clock->state));
	pg_rows_text(rows, party_name(clock_owner(clock->kind, clock->cycle)));
	pg_rows_text(rows, silence_outcome_name(clock_silence(rule, complaint->stage)));
	pg_rows_text(rows, target_unit_name(clock->unit));
	pg_rows_int8(rows, clock->target);
	pg_rows_text(rows, clock->policy_id);
	pg_rows_int4(rows, clock->terms->number);
	pg_rows_text(rows, clock->times->set->calendar);
	pg_rows_int4(rows, clock->times->number);
	add_progress(rows, clock);
	pg_rows_text(rows, clock_effect_kind_name(terms->effect));
	pg_rows_text(rows, terms->basis);
	pg_rows_instant(rows, clock->paused_us);
}
