/* What a batch reads before it decides: in the first round what its items name, in the second what those answers name. */
#include "common/base/die.h"
#include "common/io/pg.h"
#include "common/store/notification.h"
#include "services/notification/channel.h"
#include "services/notification/desk_private.h"

struct ask {
	struct pg_array *shards, *ids;
};

struct desk_asks {
	struct ask complaints, notices, lines, erasures;
	struct pg_array *endpoints, *places; /* beside lines */
	struct pg_array *platforms, *persons;
	struct pg_args *args;
};

static struct ask ask_new(void)
{
	return (struct ask){pg_array_new(PG_INT4), pg_array_new(PG_UUID)};
}

struct desk_asks *desk_asks_new(void)
{
	struct desk_asks *asks = xcalloc(1, sizeof *asks);
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
	struct desk *desk = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct dossier_entry *entry = desk_find_dossier(desk, pg_get_int4(result, row, 0), &complaint);
		if (entry)
			rows_read_dossier(desk->batch, result, row, &entry->dossier);
	}
}

static void take_dues(enum pg_class class, const struct pg_result *result, void *context)
{
	struct desk *desk = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct dossier_entry *entry = desk_find_dossier(desk, pg_get_int4(result, row, 0), &complaint);
		int clock = pg_get_int2(result, row, 2);
		if (!entry || clock <= 0 || clock >= CLOCK_COUNT)
			continue;
		entry->dossier.facts.due_us[clock] = entry->dossier.due_stored_us[clock] = pg_get_instant(result, row, 3);
		entry->dossier.facts.internal[clock] = pg_get_bool(result, row, 4);
	}
}

static struct notice_entry *take_notice(struct desk *desk, const struct pg_result *result, int row)
{
	struct notice notice;
	rows_read_notice(desk->batch->arena, result, row, &notice);
	struct notice_entry *entry = desk_find_notice(desk, notice.key.shard, &notice.key.id);
	return entry ? entry : desk_keep_notice(desk, &notice);
}

static void take_notices(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++)
		take_notice(context, result, row);
}

static void take_next(enum pg_class class, const struct pg_result *result, void *context)
{
	struct desk *desk = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct dossier_entry *entry = desk_find_dossier(desk, pg_get_int4(result, row, 0), &complaint);
		if (entry)
			desk_add_behind(desk, &entry->dossier,
			    &(struct behind){.endpoint = arena_strdup(desk->batch->arena, pg_get_text(result, row, 2)),
				.notice = pg_get_uuid(result, row, 3),
				.place = pg_get_int8(result, row, 4),
				.attempts = pg_get_int4(result, row, 5)});
	}
}

static void take_preferences(enum pg_class class, const struct pg_result *result, void *context)
{
	struct desk *desk = context;
	struct arena *arena = desk->batch->arena;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct reader_entry *entry = desk_find_reader(desk, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
		if (!entry)
			continue;
		entry->reader.language = arena_strdup(arena, pg_get_text(result, row, 2));
		entry->reader.channels = (uint32_t)pg_get_int4(result, row, 3);
		entry->reader.zone = arena_strdup(arena, pg_get_text(result, row, 4));
	}
}

static void take_contacts(enum pg_class class, const struct pg_result *result, void *context)
{
	struct desk *desk = context;
	struct arena *arena = desk->batch->arena;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct reader_entry *entry = desk_find_reader(desk, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
		int channel = pg_get_int2(result, row, 2);
		if (entry && channel > 0 && channel < NOTICE_CHANNEL_COUNT)
			entry->reader.contacts[channel] = (struct contact){
			    arena_strdup(arena, pg_get_text(result, row, 3)), arena_strdup(arena, pg_get_text(result, row, 4))};
	}
}

static void take_disabled(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++)
		desk_keep_disabled(context, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
}

static void take_erased(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid id = pg_get_uuid(result, row, 1);
		struct erased *erased = desk_find_erased(context, pg_get_int4(result, row, 0), &id);
		if (!erased)
			continue;
		erased->emptied = pg_get_int8(result, row, 2);
		erased->left = pg_get_bool(result, row, 3);
	}
}

/* ---- the questions ---- */

static void ask_erasure(struct desk *desk, int shard, const struct uuid *id)
{
	if (desk->erased_count == ERASE_PERSONS || desk_find_erased(desk, shard, id))
		return;
	desk->erased[desk->erased_count++] = (struct erased){.shard = shard, .id = *id};
	ask_add(&desk->asks->erasures, shard, id);
}

static bool send_erasures(struct desk *desk)
{
	bool any = pg_array_count(desk->asks->erasures.shards) > 0;
	if (any) {
		pg_args_reset(desk->asks->args);
		pg_args_array(desk->asks->args, desk->asks->erasures.shards);
		pg_args_array(desk->asks->args, desk->asks->erasures.ids);
		pg_args_int4(desk->asks->args, ERASE_LETTERS);
		pg_send(desk->batch->pg, notification_erasure_page, desk->asks->args, take_erased, desk);
	}
	ask_reset(&desk->asks->erasures);
	return any;
}

static void ask_complaint(struct desk *desk, int shard, const struct uuid *complaint)
{
	if (uuid_is_zero(complaint) || desk_find_dossier(desk, shard, complaint))
		return;
	desk_add_dossier(desk, shard, complaint);
	ask_add(&desk->asks->complaints, shard, complaint);
}

static bool send_ask(struct desk *desk, struct ask *ask, const struct pg_statement *statement, pg_result_fn *fn)
{
	if (pg_array_count(ask->shards) == 0)
		return false;
	pg_args_reset(desk->asks->args);
	pg_args_array(desk->asks->args, ask->shards);
	pg_args_array(desk->asks->args, ask->ids);
	pg_send(desk->batch->pg, statement, desk->asks->args, fn, desk);
	return true;
}

static bool send_complaints(struct desk *desk)
{
	bool sent = send_ask(desk, &desk->asks->complaints, notification_complaint_load, take_complaints) &&
		    send_ask(desk, &desk->asks->complaints, notification_due_load, take_dues);
	ask_reset(&desk->asks->complaints);
	return sent;
}

static bool complaint_of(const struct event *event, struct uuid *complaint)
{
	*complaint = (struct uuid){{0}};
	return event->complaint_id[0] && uuid_parse(event->complaint_id, complaint);
}

static void ask_item(struct desk *desk, const struct item *item)
{
	int shard = shard_number(item->shard);
	struct uuid complaint;
	switch (item->kind) {
	case ITEM_RECORD:
		if (complaint_of(item->event, &complaint))
			ask_complaint(desk, shard, &complaint);
		break;
	case ITEM_TIMER:
		if (item->timer_kind == TIMER_HELD)
			ask_complaint(desk, shard, &item->subject);
		else if (item->timer_kind == TIMER_ERASE)
			ask_erasure(desk, shard, &item->subject);
		else
			ask_add(&desk->asks->notices, shard, &item->subject);
		break;
	case ITEM_WALK:
		break;
	case ITEM_RESULT:
		ask_add(&desk->asks->notices, shard, &((struct attempt_result *)item->result)->notice);
		break;
	}
}

static bool load_first(struct desk *desk)
{
	for (int i = 0; i < desk->batch->items_count; i++)
		ask_item(desk, desk->batch->items[i]);
	bool sent = send_ask(desk, &desk->asks->notices, notification_notice_load, take_notices);
	if (sent)
		pg_send(desk->batch->pg, notification_disabled_load, NULL, take_disabled, desk);
	ask_reset(&desk->asks->notices);
	sent |= send_erasures(desk);
	return send_complaints(desk) || sent;
}

static void ask_reader(struct desk *desk, const char *platform_id, const char *person_id)
{
	if (!person_id[0] || desk_find_reader(desk, platform_id, person_id))
		return;
	struct reader unknown = reader_empty();
	desk_keep_reader(desk, platform_id, person_id, &unknown);
	pg_array_text(desk->asks->platforms, platform_id);
	pg_array_text(desk->asks->persons, person_id);
}

/* Where its reader is reached now. */
static void ask_contact(struct desk *desk, const struct notice *notice)
{
	if (channel_of(notice->channel)->addresses == channel_by_contact)
		ask_reader(desk, notice->platform_id, notice->person_id);
}

static void ask_readers(struct desk *desk)
{
	struct dossier_entry *entry, *next;
	HASH_ITER (hh, desk->dossiers, entry, next) {
		const struct notice_facts *facts = &entry->dossier.facts;
		ask_reader(desk, facts->platform_id, facts->complainant_id);
		ask_reader(desk, facts->platform_id, facts->merchant_id);
		ask_reader(desk, facts->platform_id, facts->owner_id);
	}
	for (int i = 0; i < desk->batch->items_count; i++) {
		const struct event *event = desk->batch->items[i]->event;
		if (desk->batch->items[i]->kind != ITEM_RECORD)
			continue;
		ask_reader(desk, event->platform_id, event->complainant_id);
		ask_reader(desk, event->platform_id, event->merchant_id);
		ask_reader(desk, event->platform_id, event->owner_id);
	}
}

static bool send_readers(struct desk *desk)
{
	bool any = pg_array_count(desk->asks->persons) > 0;
	if (any) {
		pg_args_reset(desk->asks->args);
		pg_args_array(desk->asks->args, desk->asks->platforms);
		pg_args_array(desk->asks->args, desk->asks->persons);
		pg_send(desk->batch->pg, notification_preference_load, desk->asks->args, take_preferences, desk);
		pg_send(desk->batch->pg, notification_contact_load, desk->asks->args, take_contacts, desk);
	}
	pg_array_reset(desk->asks->platforms);
	pg_array_reset(desk->asks->persons);
	return any;
}

/* Each of these may come to its end in this batch: who is next behind it? */
static void ask_next(struct desk *desk, const struct notice *notice)
{
	if (!notice->endpoint[0] || uuid_is_zero(&notice->complaint))
		return;
	ask_add(&desk->asks->lines, notice->key.shard, &notice->complaint);
	pg_array_text(desk->asks->endpoints, notice->endpoint);
	pg_array_int8(desk->asks->places, notice->place);
}

static bool send_next(struct desk *desk)
{
	bool any = pg_array_count(desk->asks->endpoints) > 0;
	if (any) {
		pg_args_reset(desk->asks->args);
		pg_args_array(desk->asks->args, desk->asks->lines.shards);
		pg_args_array(desk->asks->args, desk->asks->lines.ids);
		pg_args_array(desk->asks->args, desk->asks->endpoints);
		pg_args_array(desk->asks->args, desk->asks->places);
		pg_send(desk->batch->pg, notification_next_load, desk->asks->args, take_next, desk);
	}
	ask_reset(&desk->asks->lines);
	pg_array_reset(desk->asks->endpoints);
	pg_array_reset(desk->asks->places);
	return any;
}

/* What the first answers name: the complaints and lines of notices, the readers of complaints. */
static bool load_second(struct desk *desk)
{
	for (struct notice_entry *entry = desk->first; entry; entry = entry->next) {
		ask_complaint(desk, entry->notice.key.shard, &entry->notice.complaint);
		ask_next(desk, &entry->notice);
		ask_contact(desk, &entry->notice);
	}
	ask_readers(desk);
	bool sent = send_readers(desk);
	sent |= send_next(desk);
	return send_complaints(desk) || sent;
}

bool desk_load(struct batch *batch, int round)
{
	struct desk *desk = batch->state;
	desk->batch = batch;
	switch (round) {
	case 0:
		return load_first(desk);
	case 1:
		return load_second(desk);
	default:
		return false;
	}
}
