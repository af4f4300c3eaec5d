/* Reading what is known of the complaints of a batch. */
#include "services/triage/triage.h"

#include "common/base/arena.h"

static struct known *known_add(struct triage_memory *memory, struct arena *arena, const struct uuid *complaint_id)
{
	struct known *known = arena_alloc(arena, sizeof(*known));
	known->complaint_id = *complaint_id;
	HASH_ADD(hh, memory->known, complaint_id, sizeof(known->complaint_id), known);
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

static void known_read(struct batch *batch, const struct store_triage_row *row)
{
	struct triage_memory *memory = batch->memory;
	struct known *known = triage_known(memory, &row->complaint_id);
	char id[UUID_TEXT_SIZE];
	known->facts = batch_unpack(
	    batch, EVENT_COMPLAINT_CHANGED, row->facts, row->facts_size, TRIAGE_FACTS, uuid_format(&row->complaint_id, id));
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
	struct triage_memory *memory = batch->memory;
	if (round > 0)
		return false;
	for (int i = 0; i < batch->items_count; i++) {
		struct item *item = batch->items[i];
		struct uuid id;
		if (item->kind != ITEM_RECORD || !concerns(item->event) || !uuid_parse(item->event->complaint_id, &id))
			continue;
		struct known *known = triage_known(memory, &id);
		if (!known) {
			known = known_add(memory, batch->arena, &id);
			pg_array_uuid(memory->ids, &id);
		}
		batch_read_version(batch, batch_version_of(batch, item->event));
		item->slot = known;
	}
	if (pg_array_count(memory->ids) == 0)
		return false;
	store_triage_read(batch->pg, memory->args, memory->ids, rows_came, batch);
	return true;
}
