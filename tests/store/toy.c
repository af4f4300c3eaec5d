/* A service as small as one can be, to test the skeleton by, with a row, a schema and a role of its own: reads the inbox, keeps a
 * row and a timer for each complaint, says one fact, and another one when the timer fires. Its statement text decides what it does:
 * "poison": the write fails with a data error, for this record alone; "sour": so does that of its timer; "park": the service parks
 * it itself; "when": its row says when it happened instead.
 *
 * The hopper does the same, and asks with a hop for each complaint: the shard of one of KEYS keys counts it and answers with a hop
 * to the order's shard, which notes that on the complaint.
 *
 * The walker does what the toy does, and walks its complaints for campaigns of the kind "mark": each is marked with a fact.
 *
 * The echo is another service: reads what the toy says, one log row a record.
 */
#include <string.h>

#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/store/core_walks.h"

#include "tests/store/toy.h"

enum { KEYS = 40 };

struct toy_state {
	struct pg_rows *effects;
	struct pg_rows *figures;
	struct pg_array *shards, *causes;
	struct pg_args *args;
};

static const struct pg_statement toy_statements[] = {
    {"toy_seen",
	"select l.shard, l.cause from (select unnest($1), unnest($2)) as g(shard, cause)"
	" cross join lateral (select * from toy.seen s where s.shard = g.shard and s.cause = g.cause offset 0) l",
	"int4[] uuid[]", 2},
    {"toy_effect",
	"insert into toy.complaint (complaint_id, shard, text, fired, answered, marked)"
	" select id, max(shard), max(text), sum(fired), sum(answered), sum(marked)"
	"   from unnest($1, $2, $3, $4, $5, $6) as g(id, shard, text, fired, answered, marked) group by id"
	" on conflict (complaint_id) do update"
	"   set fired = toy.complaint.fired + excluded.fired, answered = toy.complaint.answered + excluded.answered,"
	"       marked = toy.complaint.marked + excluded.marked",
	"uuid[] int4[] text[] int4[] int4[] int4[]", 0},
    {"toy_figure",
	"insert into toy.figure (key, shard, count)"
	" select key, shard, count(*) from unnest($1, $2) as g(key, shard) group by key, shard"
	" on conflict (key) do update set count = toy.figure.count + excluded.count",
	"text[] int4[]", 0},
    CORE_PAGE("toy_page", "toy.seen",
	"select complaint_id as subject, complaint_id::text as position, true as concerned from toy.complaint"
	" where shard = $1 and complaint_id > coalesce(nullif($2, ''), '00000000-0000-0000-0000-000000000000')::uuid"
	" order by complaint_id limit $3"),
    {NULL, NULL, NULL, 0},
};
static const struct pg_statement *const toy_lists[] = {toy_statements, NULL};

const struct service_row toy_rows[TOY_SERVICES + 1] = {
    [TOY] =
	{
	    .name = "toy",
	    .reads = {{"ombud.inbox.v1", .inbox = true}, {"ombud.toyhop.v1", .hop = true}},
	    .emits = {"ombud.toy.v1"},
	    .hops = {"ombud.toyhop.v1"},
	    .walks = {"mark"},
	},
    [TOY_ECHO] =
	{
	    .name = "echo",
	    .reads = {{"ombud.toy.v1"}},
	    .emits = {"ombud.echo.v1"},
	},
};

/* seen: as in intake's schema. */
const char toy_schema[] =
    "create unique index log_cause on toy.log (shard, cause, ordinal) where cause is not null;"
    "create view toy.seen as select shard, cause from toy.log where ordinal = 0 and cause is not null;"
    "create table toy.complaint (complaint_id uuid primary key, shard int not null, text text not null, fired int not null,"
    " answered int not null default 0, marked int not null default 0, check (text not like '%poison%'),"
    " check (not (text = 'sour' and fired > 0)), check (not (text = 'bitter' and marked > 0)));"
    "create index complaint_shard on toy.complaint (shard, complaint_id);"
    "create table toy.figure (key text primary key, shard int not null, count int not null)";

static bool hopping; /* this program is the hopper */
static bool walking; /* ... the walker */

static void *toy_new(struct daemon *daemon)
{
	struct toy_state *state = calloc(1, sizeof *state);
	state->effects = pg_rows_new(&toy_statements[1]);
	state->figures = pg_rows_new(&toy_statements[2]);
	state->shards = pg_array_new(PG_INT4);
	state->causes = pg_array_new(PG_UUID);
	state->args = pg_args_new();
	return state;
}

static void toy_reset(void *context)
{
	struct toy_state *state = context;
	pg_rows_reset(state->effects);
	pg_rows_reset(state->figures);
	pg_array_reset(state->shards);
	pg_array_reset(state->causes);
}

static bool is_filing(const struct item *item)
{
	return item->kind == ITEM_RECORD && item->from_shard < 0;
}

static void on_seen(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct uuid cause = pg_get_uuid(result, row, 1);
		for (int i = 0; i < batch->items_count; i++)
			if (is_filing(batch->items[i]) && !memcmp(&batch->items[i]->cause, &cause, sizeof cause))
				batch->items[i]->slot = batch;
	}
}

static bool toy_load(struct batch *batch, int round)
{
	struct toy_state *state = batch->memory;
	if (round)
		return false;
	for (int i = 0; i < batch->items_count; i++)
		if (is_filing(batch->items[i])) {
			pg_array_int4(state->shards, shard_number(batch->items[i]->shard));
			pg_array_uuid(state->causes, &batch->items[i]->cause);
		}
	if (!pg_array_count(state->shards))
		return false;
	pg_args_reset(state->args);
	pg_args_array(state->args, state->shards);
	pg_args_array(state->args, state->causes);
	pg_send(batch->pg, &toy_statements[0], state->args, on_seen, batch);
	return true;
}

static void effect(
    struct batch *batch, struct item *item, const struct uuid *id, const char *text, int fired, int answered, int marked)
{
	struct toy_state *state = batch->memory;
	pg_rows_uuid(state->effects, id);
	pg_rows_int4(state->effects, shard_number(item->shard));
	pg_rows_text(state->effects, text);
	pg_rows_int4(state->effects, fired);
	pg_rows_int4(state->effects, answered);
	pg_rows_int4(state->effects, marked);
}

static void say(struct batch *batch, struct item *item, const struct uuid *id, const char *order, const char *comment, int sequence)
{
	char text[UUID_TEXT_SIZE];
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.platform_id = "toy";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	event.actor.id = "toy";
	event.order_id = order;
	event.complaint_id = uuid_format(id, text);
	event.text = comment;
	event.cause = CAUSE_COMPLAINT_FILED;
	event.stage = STAGE_FILED;
	batch_emit(batch, item,
	    &(struct emission){.topic = "ombud.toy.v1", .key = order, .event = &event, .subject = *id, .sequence = sequence});
}

/* A question goes to the shard of one of the keys, an answer to that of the order. */
static void hop(struct batch *batch, struct item *item, const char *key, const struct event *about, const char *comment)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.platform_id = "toy";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	event.actor.id = "toy";
	event.order_id = about->order_id;
	event.complaint_id = about->complaint_id;
	event.text = comment;
	event.cause = CAUSE_COMPLAINT_FILED;
	event.stage = STAGE_FILED;
	batch_emit(batch, item, &(struct emission){.topic = "ombud.toyhop.v1", .key = key, .event = &event});
}

static void ask(struct batch *batch, struct item *item)
{
	const char *order = item->event->order_id;
	hop(batch, item, arena_printf(batch->arena, "key-%d", hash_partition(order, strlen(order), KEYS)), item->event, "ask");
}

static void take_hop(struct batch *batch, struct item *item)
{
	struct toy_state *state = batch->memory;
	struct uuid id;
	uuid_parse(item->event->complaint_id, &id);
	if (!strcmp(item->event->text, "answer")) {
		effect(batch, item, &id, "", 0, 1, 0);
		return;
	}
	pg_rows_text(state->figures, item->key);
	pg_rows_int4(state->figures, shard_number(item->shard));
	hop(batch, item, item->event->order_id, item->event, "answer");
}

static bool seen_in_batch(struct batch *batch, struct item *item)
{
	for (int i = 0; i < batch->items_count && batch->items[i] != item; i++)
		if (is_filing(batch->items[i]) && !memcmp(&batch->items[i]->cause, &item->cause, sizeof item->cause) &&
		    batch->items[i]->shard == item->shard)
			return true;
	return false;
}

static bool is_unreadable(const struct uuid *id)
{
	char text[UUID_TEXT_SIZE];
	const char *said = getenv("TOY_UNREADABLE");
	return said && !strcmp(uuid_format(id, text), said);
}

static void toy_decide(struct batch *batch, struct item *item)
{
	struct uuid id = item->subject;
	if (item->kind == ITEM_TIMER) {
		effect(batch, item, &id, "", 1, 0, 0);
		say(batch, item, &id, "timer", item->late ? "late" : "fired", 2);
		return;
	}
	if (item->kind == ITEM_WALK && is_unreadable(&id)) {
		batch_put_off(batch, item, "toy.complaint");
		return;
	}
	if (item->kind == ITEM_WALK) {
		effect(batch, item, &id, "", 0, 0, 1);
		say(batch, item, &id, "marked", "marked", 1000 + (int)item->campaign->id);
		return;
	}
	if (item->from_shard >= 0) {
		take_hop(batch, item);
		return;
	}
	if (item->slot || seen_in_batch(batch, item)) {
		batch_emit(batch, item, &(struct emission){.key = item->key, .type = "repeat", .without_cause = true});
		return;
	}
	if (item->misplaced) {
		batch_forward(batch, item);
		return;
	}
	uuid_parse(item->event->complaint_id, &id);
	if (!strcmp(item->event->statement.text, "park")) {
		batch_park(batch, item, "parked_by_toy", "because it says so");
		return;
	}
	char at[INSTANT_TEXT_SIZE];
	bool when = !strcmp(item->event->statement.text, "when");
	effect(batch, item, &id, when ? instant_format(item->event->occurred_at_us, at) : item->event->statement.text, 0, 0, 0);
	say(batch, item, &id, item->event->order_id, "filed", 1);
	if (hopping)
		ask(batch, item);
	if (walking)
		batch_reach(batch, item, &id);
	batch_arm(batch, item, batch->now_us + (getenv("TOY_TIMER_US") ? atoll(getenv("TOY_TIMER_US")) : 200000), &id, 1, 1);
}

static void toy_write(struct batch *batch)
{
	struct toy_state *state = batch->memory;
	pg_rows_send(batch->pg, state->effects, NULL, NULL);
	pg_rows_send(batch->pg, state->figures, NULL, NULL);
}

static void walker_start(struct daemon *daemon)
{
	walking = true;
}

static void hopper_start(struct daemon *daemon)
{
	hopping = true;
}

/* ---- the echo ---- */

static void echo_decide(struct batch *batch, struct item *item)
{
	batch_emit(batch, item, &(struct emission){.key = item->key, .type = "read", .note = item->event->text});
}

const struct service toy_echo = {.row = &toy_rows[TOY_ECHO], .decide = echo_decide};

/* ---- what the toy is in each program ---- */

#define TOY_HOOKS                                                                                                           \
	.row = &toy_rows[TOY], .statements = toy_lists, .memory_new = toy_new, .memory_reset = toy_reset, .load = toy_load, \
	.decide = toy_decide, .write = toy_write

const struct service toy_service = {TOY_HOOKS};
const struct service toy_hopper = {TOY_HOOKS, .start = hopper_start};
const struct service toy_walker = {
    TOY_HOOKS,
    .start = walker_start,
    .walks = (const struct walk[]){{"mark", &toy_statements[3]}, {NULL, NULL}},
};
