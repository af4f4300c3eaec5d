/* What a batch reads before it decides: in the first round what its items name, in the second what those answers name. */
#include "common/base/die.h"
#include "common/io/pg.h"
#include "common/store/notification.h"
#include "services/notification/channel.h"
#include "services/notification/memory_private.h"

struct ask {
	struct pg_array *shards, *ids;
};

struct memory_asks {
	struct ask complaints, notices, lines, erasures;
	struct pg_array *endpoints, *places; /* beside lines */
	struct pg_array *platforms, *persons;
	struct pg_args *args;
};

static struct ask ask_new(void)
{
	return (struct ask){pg_array_new(PG_INT4), pg_array_new(PG_UUID)};
}

struct memory_asks *memory_asks_new(void)
{
	struct memory_asks *asks = xcalloc(1, sizeof *asks);
	asks->complaints = ask_new();
	asks->notices = ask_new();
	asks->lines = ask_new();
	asks->erasures = ask_new();
	asks->endpoints = pg_array_new(PG_TEXT);
	asks->places = pg_array_new(PG_INT8);
	asks->platforms = pg_array_new(PG_TEXT);
	asks->persons = pg_array_new(PG_TEXT);
	asks->args = pg_args_new();
	return asks;
}

static void ask_reset(struct ask *ask)
{
	pg_array_reset(ask->shards);
	pg_array_reset(ask->ids);
}

static void ask_add(struct ask *ask, int shard, const struct uuid *id)
{
	pg_array_int4(ask->shards, shard);
	pg_array_uuid(ask->ids, id);
}

/* ---- the answers ---- */

static void take_complaints(enum pg_class class, const struct pg_result *result, void *context)
{
	struct notification_memory *memory = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct known_entry *entry = memory_find_known(memory, pg_get_int4(result, row, 0), &complaint);
		if (entry)
			rows_read_known(memory->batch, result, row, &entry->known);
	}
}

static struct notice_entry *take_notice(struct notification_memory *memory, const struct pg_result *result, int row)
{
	struct notice notice;
	rows_read_notice(memory->batch->arena, result, row, &notice);
	struct notice_entry *entry = memory_find_notice(memory, notice.key.shard, &notice.key.id);
	return entry ? entry : memory_keep_notice(memory, &notice);
}

static void take_notices(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++)
		take_notice(context, result, row);
}

static void take_next(enum pg_class class, const struct pg_result *result, void *context)
{
	struct notification_memory *memory = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct known_entry *entry = memory_find_known(memory, pg_get_int4(result, row, 0), &complaint);
		if (entry)
			memory_add_behind(memory, &entry->known,
			    &(struct behind){.endpoint = arena_strdup(memory->batch->arena, pg_get_text(result, row, 2)),
				.notice = pg_get_uuid(result, row, 3),
				.place = pg_get_int8(result, row, 4),
				.attempts = pg_get_int4(result, row, 5)});
	}
}

static void take_preferences(enum pg_class class, const struct pg_result *result, void *context)
{
	struct notification_memory *memory = context;
	struct arena *arena = memory->batch->arena;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct reader_entry *entry = memory_find_reader(memory, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
		if (!entry)
			continue;
		entry->reader.language = arena_strdup(arena, pg_get_text(result, row, 2));
		entry->reader.channels = (uint32_t)pg_get_int4(result, row, 3);
		entry->reader.zone = arena_strdup(arena, pg_get_text(result, row, 4));
	}
}

static void take_contacts(enum pg_class class, const struct pg_result *result, void *context)
{
	struct notification_memory *memory = context;
	struct arena *arena = memory->batch->arena;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct reader_entry *entry = memory_find_reader(memory, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
		int channel = pg_get_int2(result, row, 2);
		if (entry && channel > 0 && channel < NOTICE_CHANNEL_COUNT)
			entry->reader.contacts[channel] = (struct contact){
			    arena_strdup(arena, pg_get_text(result, row, 3)), arena_strdup(arena, pg_get_text(result, row, 4))};
	}
}

static void take_disabled(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++)
		memory_keep_disabled(context, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
}

static void take_erased(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid id = pg_get_uuid(result, row, 1);
		struct erased *erased = memory_find_erased(context, pg_get_int4(result, row, 0), &id);
		if (!erased)
			continue;
		erased->emptied = pg_get_int8(result, row, 2);
		erased->left = pg_get_bool(result, row, 3);
	}
}

/* ---- the questions ---- */

static void ask_erasure(struct notification_memory *memory, int shard, const struct uuid *id)
{
	if (memory->erased_count == ERASE_PERSONS || memory_find_erased(memory, shard, id))
		return;
	memory->erased[memory->erased_count++] = (struct erased){.shard = shard, .id = *id};
	ask_add(&memory->asks->erasures, shard, id);
}

static bool send_erasures(struct notification_memory *memory)
{
	bool any = pg_array_count(memory->asks->erasures.shards) > 0;
	if (any) {
		pg_args_reset(memory->asks->args);
		pg_args_array(memory->asks->args, memory->asks->erasures.shards);
		pg_args_array(memory->asks->args, memory->asks->erasures.ids);
		pg_args_int4(memory->asks->args, ERASE_LETTERS);
		pg_send(memory->batch->pg, notification_erasure_page, memory->asks->args, take_erased, memory);
	}
	ask_reset(&memory->asks->erasures);
	return any;
}

static void ask_complaint(struct notification_memory *memory, int shard, const struct uuid *complaint)
{
	if (uuid_is_zero(complaint) || memory_find_known(memory, shard, complaint))
		return;
	memory_add_known(memory, shard, complaint);
	ask_add(&memory->asks->complaints, shard, complaint);
}

static bool send_ask(struct notification_memory *memory, struct ask *ask, const struct pg_statement *statement, pg_result_fn *fn)
{
	if (pg_array_count(ask->shards) == 0)
		return false;
	pg_args_reset(memory->asks->args);
	pg_args_array(memory->asks->args, ask->shards);
	pg_args_array(memory->asks->args, ask->ids);
	pg_send(memory->batch->pg, statement, memory->asks->args, fn, memory);
	return true;
}

static bool send_complaints(struct notification_memory *memory)
{
	bool sent = send_ask(memory, &memory->asks->complaints, notification_complaint_load, take_complaints);
	ask_reset(&memory->asks->complaints);
	return sent;
}

static bool complaint_of(const struct event *event, struct uuid *complaint)
{
	*complaint = (struct uuid){{0}};
	return event->complaint_id[0] && uuid_parse(event->complaint_id, complaint);
}

static void ask_item(struct notification_memory *memory, const struct item *item)
{
	int shard = shard_number(item->shard);
	struct uuid complaint;
	switch (item->kind) {
	case ITEM_RECORD:
		if (complaint_of(item->event, &complaint))
			ask_complaint(memory, shard, &complaint);
		break;
	case ITEM_TIMER:
		if (item->timer_kind == TIMER_HELD || item->timer_kind == TIMER_MOVED)
			ask_complaint(memory, shard, &item->subject);
		else if (item->timer_kind == TIMER_ERASE)
			ask_erasure(memory, shard, &item->subject);
		else
			ask_add(&memory->asks->notices, shard, &item->subject);
		break;
	case ITEM_WALK:
		break;
	case ITEM_RESULT:
		ask_add(&memory->asks->notices, shard, &((struct attempt_result *)item->result)->notice);
		break;
	}
}

static bool load_first(struct notification_memory *memory)
{
	for (int i = 0; i < memory->batch->items_count; i++)
		ask_item(memory, memory->batch->items[i]);
	bool sent = send_ask(memory, &memory->asks->notices, notification_notice_load, take_notices);
	if (sent)
		pg_send(memory->batch->pg, notification_disabled_load, NULL, take_disabled, memory);
	ask_reset(&memory->asks->notices);
	sent |= send_erasures(memory);
	return send_complaints(memory) || sent;
}

static void ask_reader(struct notification_memory *memory, const char *platform_id, const char *person_id)
{
	if (!person_id[0] || memory_find_reader(memory, platform_id, person_id))
		return;
	struct reader unknown = reader_empty();
	memory_keep_reader(memory, platform_id, person_id, &unknown);
	pg_array_text(memory->asks->platforms, platform_id);
	pg_array_text(memory->asks->persons, person_id);
}

/* Where its reader is reached now. */
static void ask_contact(struct notification_memory *memory, const struct notice *notice)
{
	if (channel_of(notice->channel)->addresses == channel_by_contact)
		ask_reader(memory, notice->platform_id, notice->person_id);
}

static void ask_readers(struct notification_memory *memory)
{
	struct known_entry *entry, *next;
	HASH_ITER (hh, memory->known, entry, next) {
		const struct notice_facts *facts = &entry->known.facts;
		ask_reader(memory, facts->platform_id, facts->complainant_id);
		ask_reader(memory, facts->platform_id, facts->merchant_id);
		ask_reader(memory, facts->platform_id, facts->owner_id);
	}
	for (int i = 0; i < memory->batch->items_count; i++) {
		const struct event *event = memory->batch->items[i]->event;
		if (memory->batch->items[i]->kind != ITEM_RECORD)
			continue;
		ask_reader(memory, event->platform_id, event->complainant_id);
		ask_reader(memory, event->platform_id, event->merchant_id);
		ask_reader(memory, event->platform_id, event->owner_id);
	}
}

static bool send_readers(struct notification_memory *memory)
{
	bool any = pg_array_count(memory->asks->persons) > 0;
	if (any) {
		pg_args_reset(memory->asks->args);
		pg_args_array(memory->asks->args, memory->asks->platforms);
		pg_args_array(memory->asks->args, memory->asks->persons);
		pg_send(memory->batch->pg, notification_preference_load, memory->asks->args, take_preferences, memory);
		pg_send(memory->batch->pg, notification_contact_load, memory->asks->args, take_contacts, memory);
	}
	pg_array_reset(memory->asks->platforms);
	pg_array_reset(memory->asks->persons);
	return any;
}

/* Each of these may come to its end in this batch: who is next behind it? */
static void ask_next(struct notification_memory *memory, const struct notice *notice)
{
	if (!notice->endpoint[0] || uuid_is_zero(&notice->complaint))
		return;
	ask_add(&memory->asks->lines, notice->key.shard, &notice->complaint);
	pg_array_text(memory->asks->endpoints, notice->endpoint);
	pg_array_int8(memory->asks->places, notice->place);
}

static bool send_next(struct notification_memory *memory)
{
	bool any = pg_array_count(memory->asks->endpoints) > 0;
	if (any) {
		pg_args_reset(memory->asks->args);
		pg_args_array(memory->asks->args, memory->asks->lines.shards);
		pg_args_array(memory->asks->args, memory->asks->lines.ids);
		pg_args_array(memory->asks->args, memory->asks->endpoints);
		pg_args_array(memory->asks->args, memory->asks->places);
		pg_send(memory->batch->pg, notification_next_load, memory->asks->args, take_next, memory);
	}
	ask_reset(&memory->asks->lines);
	pg_array_reset(memory->asks->endpoints);
	pg_array_reset(memory->asks->places);
	return any;
}

/* What the first answers name: the complaints and lines of notices, the readers of complaints. */
static bool load_second(struct notification_memory *memory)
{
	for (struct notice_entry *entry = memory->first; entry; entry = entry->next) {
		ask_complaint(memory, entry->notice.key.shard, &entry->notice.complaint);
		ask_next(memory, &entry->notice);
		ask_contact(memory, &entry->notice);
	}
	ask_readers(memory);
	bool sent = send_readers(memory);
	sent |= send_next(memory);
	return send_complaints(memory) || sent;
}

bool notification_load(struct batch *batch, int round)
{
	struct notification_memory *memory = batch->memory;
	memory->batch = batch;
	switch (round) {
	case 0:
		return load_first(memory);
	case 1:
		return load_second(memory);
	default:
		return false;
	}
}
