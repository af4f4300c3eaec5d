/* What triage does with a batch of ComplaintChanged: read what is known of their complaints, evaluate, write and tell. */
#include <string.h>

#include <uthash.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/base/log.h"
#include "common/store/triage.h"
#include "common/wire/wire.h"

#include "services/triage/triage.h"

#define FACTS "triage.complaint.facts"

/* A complaint within one batch: as the row has it, then as the batch's items leave it. It and what it points to
 * lie in the batch's arena. */
struct known {
	UT_hash_handle hh;
	struct uuid complaint_id;
	bool dirty;
	int shard;
	struct event *facts; /* NULL: never heard of it */
	bool unreadable;     /* its row's facts */
	int64_t sequence;
	int64_t triaged_at_us;          /* in this batch; 0: it was not, what the row says stays */
	int32_t version;                /* of its platform, by whose rules it is triaged now */
	const struct rules_file *rules; /* of it, once it is triaged in this batch */
	struct rules_result *result;    /* NULL: not triaged yet */
};

/* A lane's batch. */
struct work {
	struct known *known; /* hash by complaint_id */
	struct pg_args *args;
	struct pg_array *ids;
	struct pg_rows *rows;
};

void *triage_batch_new(struct daemon *daemon)
{
	struct work *work = xcalloc(1, sizeof(*work));
	work->args = pg_args_new();
	work->ids = pg_array_new(PG_UUID);
	work->rows = store_triage_rows_new();
	return work;
}

void triage_batch_reset(void *state)
{
	struct work *work = state;
	HASH_CLEAR(hh, work->known);
	pg_array_reset(work->ids);
	pg_rows_reset(work->rows);
}

static struct known *known_find(struct work *work, const struct uuid *complaint_id)
{
	struct known *known;
	HASH_FIND(hh, work->known, complaint_id, sizeof(*complaint_id), known);
	return known;
}

static struct known *known_add(struct work *work, struct arena *arena, const struct uuid *complaint_id)
{
	struct known *known = arena_alloc(arena, sizeof(*known));
	known->complaint_id = *complaint_id;
	HASH_ADD(hh, work->known, complaint_id, sizeof(known->complaint_id), known);
	return known;
}

/* Does this step tell triage anything? What comes after is the other parties' talk. */
static bool concerns(const struct event *event)
{
	if (event->type_id != EVENT_COMPLAINT_CHANGED)
		return false;
	if (event->stage == STAGE_FILED || event->stage == STAGE_AWAITING_ORDER || event->stage == STAGE_MANUAL_ADMISSION)
		return true;
	return event->cause == CAUSE_COMPLAINT_AMENDED;
}

/* ---- load ---- */

static void known_read(struct batch *batch, const struct store_triage_row *row)
{
	struct work *work = batch->state;
	struct known *known = known_find(work, &row->complaint_id);
	char id[UUID_TEXT_SIZE];
	known->facts =
	    batch_unpack(batch, EVENT_COMPLAINT_CHANGED, row->facts, row->facts_size, FACTS, uuid_format(&row->complaint_id, id));
	known->unreadable = !known->facts;
	known->sequence = row->sequence;
	if (row->sequence == 0)
		return;
	known->result = arena_alloc(batch->arena, sizeof(*known->result));
	known->result->type = row->type;
	known->result->custom_type = arena_strdup(batch->arena, row->custom_type);
	known->result->tier = row->tier;
	known->result->priority = row->priority;
	known->result->first_answer = row->first_answer;
	known->result->queue = arena_strdup(batch->arena, row->queue);
	known->result->owner = arena_strdup(batch->arena, row->owner_id);
	known->result->policy = arena_strdup(batch->arena, row->policy_id);
}

static void rows_came(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	if (class != PG_DONE)
		return; /* the skeleton undoes the batch */
	for (int i = 0; i < pg_result_rows(result); i++) {
		struct store_triage_row row;
		store_triage_row_read(result, i, &row);
		known_read(batch, &row);
	}
}

bool triage_load(struct batch *batch, int round)
{
	struct work *work = batch->state;
	if (round > 0)
		return false;
	for (int i = 0; i < batch->items_count; i++) {
		struct item *item = batch->items[i];
		struct uuid id;
		if (item->kind != ITEM_RECORD || !concerns(item->event) || !uuid_parse(item->event->complaint_id, &id))
			continue;
		struct known *known = known_find(work, &id);
		if (!known) {
			known = known_add(work, batch->arena, &id);
			known->version = batch_version_of(batch, item->event);
			batch_read_version(batch, known->version);
			pg_array_uuid(work->ids, &id);
		}
		item->slot = known;
	}
	if (pg_array_count(work->ids) == 0)
		return false;
	store_triage_read(batch->pg, work->args, work->ids, rows_came, batch);
	return true;
}

/* ---- decide ---- */

static bool result_equals(const struct rules_result *a, const struct rules_result *b)
{
	return a->type == b->type && a->tier == b->tier && a->priority == b->priority && a->first_answer == b->first_answer &&
	       strcmp(a->custom_type, b->custom_type) == 0 && strcmp(a->queue, b->queue) == 0 && strcmp(a->owner, b->owner) == 0 &&
	       strcmp(a->policy, b->policy) == 0;
}

static struct event *event_make(
    struct batch *batch, const struct known *known, struct rules_result *result, const struct rules *rules)
{
	const struct event *facts = known->facts;
	struct event *event = arena_alloc(batch->arena, sizeof(*event));
	*event = event_empty(EVENT_COMPLAINT_TRIAGED);
	event->platform_id = facts->platform_id;
	event->actor.kind = ACTOR_KIND_OMBUD;
	event->order_id = facts->order_id;
	event->complaint_id = facts->complaint_id;
	event->type = result->type;
	event->custom_type = result->custom_type;
	event->tier = result->tier;
	event->priority = result->priority;
	event->first_answer = result->first_answer;
	event->queue = result->queue;
	event->owner_id = result->owner;
	event->policy_id = result->policy;
	event->policy_version = known->version;
	event->reasons = result->reasons;
	event->reasons_count = result->reasons_count;
	event->rules_version = rules->version;
	return event;
}

static void result_tell(struct batch *batch, struct item *item, struct known *known, const struct rules *rules)
{
	struct event *event = event_make(batch, known, known->result, rules);
	known->sequence++;
	known->triaged_at_us = batch->now_us;
	batch_emit(batch, item,
	    &(struct emission){
		.topic = "ombud.triage.v1",
		.key = item->key,
		.event = event,
		.subject = known->complaint_id,
		.sequence = known->sequence,
	    });
}

static void complaint_triage(struct batch *batch, struct item *item, struct known *known)
{
	struct rules_result *result = arena_alloc(batch->arena, sizeof(*result));
	rules_file_evaluate(batch->arena, known->rules, known->facts, result);
	if (result->limit_rule)
		log_warn("a pattern ran into its limit and was taken for no match", LOG_TEXT("rule_id", result->limit_rule),
		    LOG_TEXT("complaint_id", known->facts->complaint_id));
	if (known->result && result_equals(known->result, result))
		return;
	known->result = result;
	result_tell(batch, item, known, rules_file_rules(known->rules));
}

void triage_decide(struct batch *batch, struct item *item)
{
	struct known *known = item->slot;
	if (!known)
		return;
	known->rules = daemon_version(batch->daemon, known->version);
	if (known->unreadable || !known->rules) {
		batch_put_off(batch, item, known->unreadable ? FACTS : "the rules of its platform's version");
		return;
	}
	bool filed = item->event->stage == STAGE_FILED;
	bool amended = item->event->cause == CAUSE_COMPLAINT_AMENDED;
	if (!known->facts && !filed && item->event->stage != STAGE_AWAITING_ORDER && item->event->stage != STAGE_MANUAL_ADMISSION)
		return;
	enum complaint_type found = known->result ? known->result->type : COMPLAINT_TYPE_UNSPECIFIED;
	known->facts = facts_merge(batch->arena, known->facts, item->event, found);
	known->shard = shard_number(item->shard);
	known->dirty = true;
	if (filed ? !known->result || amended : amended && known->result)
		complaint_triage(batch, item, known);
}

/* ---- write ---- */

void triage_write(struct batch *batch)
{
	struct work *work = batch->state;
	for (struct known *known = work->known; known; known = known->hh.next) {
		if (!known->dirty)
			continue;
		struct store_triage_write write = {
		    .complaint_id = known->complaint_id,
		    .shard = known->shard,
		    .platform_id = known->facts->platform_id,
		    .order_id = known->facts->order_id,
		    .sequence = known->sequence,
		    .triaged_at_us = known->triaged_at_us,
		    .result = known->result,
		    .rules_version = known->triaged_at_us ? rules_file_rules(known->rules)->version : NULL,
		};
		write.facts = wire_pack(batch->arena, known->facts, &write.facts_size);
		store_triage_rows_add(work->rows, &write);
	}
	pg_rows_send(batch->pg, work->rows, NULL, NULL);
}
