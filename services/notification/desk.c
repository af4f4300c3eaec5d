#include "services/notification/desk.h"

#include <string.h>
#include <uthash.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/io/crypto.h"
#include "common/io/pg.h"
#include "common/store/notification.h"
#include "services/notification/rows.h"

struct dossier_entry {
	struct dossier dossier;
	UT_hash_handle hh;
};

struct notice_entry {
	struct notice notice;
	bool fresh, changed;
	struct notice_entry *next; /* in the order they were met */
	UT_hash_handle hh;
};

struct reader_entry {
	struct reader reader;
	UT_hash_handle hh; /* by "platform\nperson" */
};

/* An erasure of which this batch has emptied some letters. */
struct erased {
	int shard;
	struct uuid id;
	int64_t emptied;
};

/* Letters that one batch empties for one person, and for so many persons; the others' turn comes next. */
enum { ERASE_LETTERS = 500, ERASE_PERSONS = 2 };
#define ERASE_TURN_US (US_PER_SECOND / 100)

struct disabled {
	const char *endpoint, *url;
	struct disabled *next;
};

struct desk {
	struct notification *notification;
	struct batch *batch; /* the one under way */
	struct dossier_entry *dossiers;
	struct notice_entry *notices;
	struct notice_entry *first, *last;
	struct reader_entry *readers;
	struct disabled *disabled;
	struct erased erased[ERASE_PERSONS];
	int erased_count;
	int64_t erasure_turn_us; /* given last; stays from batch to batch */
	struct ask {
		struct pg_array *shards, *ids;
	} complaints, asked_notices, lines, erasures;
	struct pg_array *endpoints, *places; /* beside lines */
	struct pg_array *platforms, *persons;
	int64_t hits[LIMIT_COUNT];
	struct pg_args *args;
	struct rows rows;
};

static struct desk *desk_of(struct batch *batch)
{
	return batch->state;
}

struct notification *desk_notification(struct batch *batch)
{
	return desk_of(batch)->notification;
}

void *desk_new(struct daemon *daemon)
{
	struct desk *desk = xcalloc(1, sizeof *desk);
	desk->notification = daemon_context(daemon);
	desk->complaints = (struct ask){pg_array_new(PG_INT4), pg_array_new(PG_UUID)};
	desk->asked_notices = (struct ask){pg_array_new(PG_INT4), pg_array_new(PG_UUID)};
	desk->lines = (struct ask){pg_array_new(PG_INT4), pg_array_new(PG_UUID)};
	desk->erasures = (struct ask){pg_array_new(PG_INT4), pg_array_new(PG_UUID)};
	desk->endpoints = pg_array_new(PG_TEXT);
	desk->places = pg_array_new(PG_INT8);
	desk->platforms = pg_array_new(PG_TEXT);
	desk->persons = pg_array_new(PG_TEXT);
	desk->args = pg_args_new();
	rows_new(&desk->rows);
	return desk;
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

void desk_reset(void *state)
{
	struct desk *desk = state;
	HASH_CLEAR(hh, desk->dossiers);
	HASH_CLEAR(hh, desk->notices);
	HASH_CLEAR(hh, desk->readers);
	desk->first = desk->last = NULL;
	desk->disabled = NULL;
	desk->erased_count = 0;
	desk->batch = NULL;
	memset(desk->hits, 0, sizeof desk->hits);
	rows_reset(&desk->rows);
}

/* ---- complaints ---- */

static struct dossier_entry *dossier_find(struct desk *desk, int shard, const struct uuid *complaint)
{
	struct dossier_entry *entry;
	struct dossier key = {.key = {shard, *complaint}};
	HASH_FIND(hh, desk->dossiers, &key.key, sizeof key.key, entry);
	return entry;
}

static struct dossier_entry *dossier_make(struct desk *desk, int shard, const struct uuid *complaint)
{
	struct dossier_entry *entry = arena_alloc(desk->batch->arena, sizeof *entry);
	entry->dossier.key.shard = shard;
	entry->dossier.key.complaint = *complaint;
	entry->dossier.facts = notice_facts_empty();
	entry->dossier.facts.complaint = *complaint;
	return entry;
}

static struct dossier_entry *dossier_add(struct desk *desk, int shard, const struct uuid *complaint)
{
	struct dossier_entry *entry = dossier_make(desk, shard, complaint);
	HASH_ADD_KEYPTR(hh, desk->dossiers, &entry->dossier.key, sizeof entry->dossier.key, entry);
	return entry;
}

struct dossier *desk_dossier(struct batch *batch, int shard, const struct uuid *complaint)
{
	struct desk *desk = desk_of(batch);
	if (uuid_is_zero(complaint))
		return &dossier_make(desk, shard, complaint)->dossier;
	struct dossier_entry *entry = dossier_find(desk, shard, complaint);
	if (!entry)
		entry = dossier_add(desk, shard, complaint);
	return &entry->dossier;
}

/* ---- lines: an endpoint is told of a complaint in order ---- */

static struct line *line_find(const struct dossier *dossier, const char *endpoint)
{
	for (struct line *line = dossier->lines; line; line = line->next)
		if (strcmp(line->endpoint, endpoint) == 0)
			return line;
	return NULL;
}

int desk_line_count(const struct dossier *dossier, const char *endpoint)
{
	const struct line *line = line_find(dossier, endpoint);
	return line ? line->open : 0;
}

static void line_enter(struct desk *desk, struct dossier *dossier, const char *endpoint)
{
	struct line *line = line_find(dossier, endpoint);
	if (!line) {
		line = arena_alloc(desk->batch->arena, sizeof *line);
		*line = (struct line){endpoint, 0, dossier->lines};
		dossier->lines = line;
	}
	line->open++;
	dossier->changed = true;
}

void desk_line_leave(struct batch *batch, struct dossier *dossier, const char *endpoint)
{
	struct line *line = line_find(dossier, endpoint);
	if (line && line->open > 0)
		line->open--;
	dossier->changed = true;
}

static void behind_add(struct desk *desk, struct dossier *dossier, const struct behind *behind)
{
	struct behind *added = arena_copy(desk->batch->arena, behind, sizeof *behind);
	added->next = NULL;
	if (dossier->behind_last)
		dossier->behind_last->next = added;
	else
		dossier->behind = added;
	dossier->behind_last = added;
}

void desk_hit(struct batch *batch, enum limit limit)
{
	desk_of(batch)->hits[limit]++;
}

/* ---- notices ---- */

static struct notice_entry *notice_find(struct desk *desk, int shard, const struct uuid *id)
{
	struct notice_entry *entry;
	struct notice key = {.key = {shard, *id}};
	HASH_FIND(hh, desk->notices, &key.key, sizeof key.key, entry);
	return entry;
}

static struct notice_entry *notice_keep(struct desk *desk, const struct notice *notice)
{
	struct notice_entry *entry = arena_alloc(desk->batch->arena, sizeof *entry);
	entry->notice = *notice;
	HASH_ADD_KEYPTR(hh, desk->notices, &entry->notice.key, sizeof entry->notice.key, entry);
	if (desk->last)
		desk->last->next = entry;
	else
		desk->first = entry;
	desk->last = entry;
	return entry;
}

struct notice *desk_notice(struct batch *batch, int shard, const struct uuid *id)
{
	struct notice_entry *entry = notice_find(desk_of(batch), shard, id);
	return entry ? &entry->notice : NULL;
}

void desk_add_notice(struct batch *batch, struct dossier *dossier, struct notice *notice)
{
	struct notice_entry *entry = notice_keep(desk_of(batch), notice);
	entry->fresh = true;
	if (notice->state != NOTICE_PENDING)
		return;
	line_enter(desk_of(batch), dossier, entry->notice.endpoint);
	behind_add(desk_of(batch), dossier,
	    &(struct behind){.notice = notice->key.id, .place = notice->place, .endpoint = entry->notice.endpoint});
}

void desk_change_notice(struct batch *batch, struct notice *notice)
{
	struct notice_entry *entry = notice_find(desk_of(batch), notice->key.shard, &notice->key.id);
	if (!entry)
		bug("a notice that this batch does not know");
	entry->changed = true;
}

void desk_each_change(struct batch *batch, void (*fn)(struct notification *notification, const struct notice *notice))
{
	struct desk *desk = desk_of(batch);
	for (struct notice_entry *entry = desk->first; entry; entry = entry->next)
		if (entry->fresh || entry->changed)
			fn(desk->notification, &entry->notice);
	for (int i = 0; i < LIMIT_COUNT; i++)
		daemon_limit_hits((enum limit)i, desk->hits[i]);
}

/* ---- readers and endpoints ---- */

static const char *reader_key(struct arena *arena, const char *platform_id, const char *person_id)
{
	return arena_printf(arena, "%s\n%s", platform_id, person_id);
}

struct reader desk_reader(struct batch *batch, const char *platform_id, const char *person_id)
{
	struct desk *desk = desk_of(batch);
	struct reader_entry *entry;
	const char *key = reader_key(batch->arena, platform_id, person_id);
	HASH_FIND_STR(desk->readers, key, entry);
	return entry ? entry->reader : (struct reader){"", 0, ""};
}

static void reader_keep(struct desk *desk, const char *platform_id, const char *person_id, const struct reader *reader)
{
	struct reader_entry *entry;
	const char *key = reader_key(desk->batch->arena, platform_id, person_id);
	HASH_FIND_STR(desk->readers, key, entry);
	if (!entry) {
		entry = arena_alloc(desk->batch->arena, sizeof *entry);
		HASH_ADD_KEYPTR(hh, desk->readers, key, strlen(key), entry);
	}
	entry->reader = *reader;
}

bool desk_endpoint_disabled(struct batch *batch, const char *endpoint, const char *url)
{
	for (const struct disabled *at = desk_of(batch)->disabled; at; at = at->next)
		if (strcmp(at->endpoint, endpoint) == 0 && strcmp(at->url, url) == 0)
			return true;
	return false;
}

static void disabled_keep(struct desk *desk, const char *endpoint, const char *url)
{
	struct disabled *disabled = arena_alloc(desk->batch->arena, sizeof *disabled);
	*disabled =
	    (struct disabled){arena_strdup(desk->batch->arena, endpoint), arena_strdup(desk->batch->arena, url), desk->disabled};
	desk->disabled = disabled;
}

void desk_disable_endpoint(struct batch *batch, const char *endpoint, const char *url, const char *reason)
{
	disabled_keep(desk_of(batch), endpoint, url);
	rows_disable(&desk_of(batch)->rows, endpoint, url, batch->now_us, reason);
}

/* ---- persons and letters ---- */

void desk_set_contact(struct batch *batch, const struct event *event)
{
	rows_contact(&desk_of(batch)->rows, event);
}

static uint32_t channel_bits(const struct event *event)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < event->notice_channels_count; i++)
		if (event->notice_channels[i] > 0 && event->notice_channels[i] < NOTICE_CHANNEL_COUNT)
			bits |= 1u << event->notice_channels[i];
	return bits;
}

void desk_set_preference(struct batch *batch, const struct event *event)
{
	uint32_t bits = channel_bits(event);
	struct reader reader = {event->language, bits, event->zone};
	reader_keep(desk_of(batch), event->platform_id, event->person_id, &reader);
	rows_preference(&desk_of(batch)->rows, event, bits);
}

struct uuid desk_erase_person(struct batch *batch, const struct item *item)
{
	const struct event *event = item->event;
	const char *key = reader_key(batch->arena, event->platform_id, event->person_id);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct uuid id;
	crypto_sha256(&(struct crypto_part){key, strlen(key)}, 1, digest);
	memcpy(&id, digest, sizeof id);
	reader_keep(desk_of(batch), event->platform_id, event->person_id, &(struct reader){"", 0, ""});
	rows_erase(&desk_of(batch)->rows, event, shard_number(item->shard), &id, batch->now_us);
	return id;
}

static struct erased *erased_find(struct desk *desk, int shard, const struct uuid *id)
{
	for (int i = 0; i < desk->erased_count; i++)
		if (desk->erased[i].shard == shard && memcmp(&desk->erased[i].id, id, sizeof *id) == 0)
			return &desk->erased[i];
	return NULL;
}

bool desk_erasure_over(struct batch *batch, int shard, const struct uuid *id)
{
	const struct erased *erased = erased_find(desk_of(batch), shard, id);
	if (!erased || erased->emptied >= ERASE_LETTERS)
		return false;
	rows_erasure_done(&desk_of(batch)->rows, shard, id);
	return true;
}

int64_t desk_erasure_turn_us(struct batch *batch, int shard, const struct uuid *id)
{
	struct desk *desk = desk_of(batch);
	bool in_turn = erased_find(desk, shard, id) != NULL;
	return in_turn ? batch->now_us : limit_turn_us(&desk->erasure_turn_us, batch->now_us + ERASE_TURN_US, ERASE_TURN_US);
}

void desk_add_letter(struct batch *batch, const struct notice *notice)
{
	rows_letter(&desk_of(batch)->rows, notice, batch->now_us);
}

void desk_read_letter(struct batch *batch, int shard, const struct uuid *notice, int64_t at_us)
{
	rows_read(&desk_of(batch)->rows, shard, notice, at_us);
}

void desk_add_attempt(struct batch *batch, const struct notice *notice, const struct attempt_result *result, const char *outcome)
{
	rows_attempt(&desk_of(batch)->rows, notice, result, outcome, batch->now_us);
}

/* ---- loading ---- */

static void take_complaints(enum pg_class class, const struct pg_result *result, void *context)
{
	struct desk *desk = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct dossier_entry *entry = dossier_find(desk, pg_get_int4(result, row, 0), &complaint);
		if (entry)
			rows_read_dossier(desk->batch, result, row, &entry->dossier);
	}
}

static void take_dues(enum pg_class class, const struct pg_result *result, void *context)
{
	struct desk *desk = context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid complaint = pg_get_uuid(result, row, 1);
		struct dossier_entry *entry = dossier_find(desk, pg_get_int4(result, row, 0), &complaint);
		int clock = pg_get_int2(result, row, 2);
		if (entry && clock > 0 && clock < CLOCK_COUNT)
			entry->dossier.facts.due_us[clock] = entry->dossier.due_stored_us[clock] = pg_get_instant(result, row, 3);
	}
}

static struct notice_entry *take_notice(struct desk *desk, const struct pg_result *result, int row)
{
	struct notice notice;
	rows_read_notice(desk->batch->arena, result, row, &notice);
	struct notice_entry *entry = notice_find(desk, notice.key.shard, &notice.key.id);
	return entry ? entry : notice_keep(desk, &notice);
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
		struct dossier_entry *entry = dossier_find(desk, pg_get_int4(result, row, 0), &complaint);
		if (entry)
			behind_add(desk, &entry->dossier,
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
		struct reader reader = {arena_strdup(arena, pg_get_text(result, row, 2)), (uint32_t)pg_get_int4(result, row, 3),
		    arena_strdup(arena, pg_get_text(result, row, 4))};
		reader_keep(desk, pg_get_text(result, row, 0), pg_get_text(result, row, 1), &reader);
	}
}

static void take_disabled(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++)
		disabled_keep(context, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
}

static void take_erased(enum pg_class class, const struct pg_result *result, void *context)
{
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct uuid id = pg_get_uuid(result, row, 1);
		struct erased *erased = erased_find(context, pg_get_int4(result, row, 0), &id);
		if (erased)
			erased->emptied = pg_get_int8(result, row, 2);
	}
}

static void ask_erasure(struct desk *desk, int shard, const struct uuid *id)
{
	if (desk->erased_count == ERASE_PERSONS || erased_find(desk, shard, id))
		return;
	desk->erased[desk->erased_count++] = (struct erased){shard, *id, 0};
	ask_add(&desk->erasures, shard, id);
}

static bool send_erasures(struct desk *desk)
{
	bool any = pg_array_count(desk->erasures.shards) > 0;
	if (any) {
		pg_args_reset(desk->args);
		pg_args_array(desk->args, desk->erasures.shards);
		pg_args_array(desk->args, desk->erasures.ids);
		pg_args_int4(desk->args, ERASE_LETTERS);
		pg_send(desk->batch->pg, notification_erasure_page, desk->args, take_erased, desk);
	}
	ask_reset(&desk->erasures);
	return any;
}

static void ask_complaint(struct desk *desk, int shard, const struct uuid *complaint)
{
	if (uuid_is_zero(complaint) || dossier_find(desk, shard, complaint))
		return;
	dossier_add(desk, shard, complaint);
	ask_add(&desk->complaints, shard, complaint);
}

static bool send_ask(struct desk *desk, struct ask *ask, const struct pg_statement *statement, pg_result_fn *fn)
{
	if (pg_array_count(ask->shards) == 0)
		return false;
	pg_args_reset(desk->args);
	pg_args_array(desk->args, ask->shards);
	pg_args_array(desk->args, ask->ids);
	pg_send(desk->batch->pg, statement, desk->args, fn, desk);
	return true;
}

static bool send_complaints(struct desk *desk)
{
	bool sent = send_ask(desk, &desk->complaints, notification_complaint_load, take_complaints) &&
		    send_ask(desk, &desk->complaints, notification_due_load, take_dues);
	ask_reset(&desk->complaints);
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
			ask_add(&desk->asked_notices, shard, &item->subject);
		break;
	case ITEM_WALK:
		break;
	case ITEM_RESULT:
		ask_add(&desk->asked_notices, shard, &((struct attempt_result *)item->result)->notice);
		break;
	}
}

static bool load_first(struct desk *desk)
{
	for (int i = 0; i < desk->batch->items_count; i++)
		ask_item(desk, desk->batch->items[i]);
	bool sent = send_ask(desk, &desk->asked_notices, notification_notice_load, take_notices);
	if (sent)
		pg_send(desk->batch->pg, notification_disabled_load, NULL, take_disabled, desk);
	ask_reset(&desk->asked_notices);
	sent |= send_erasures(desk);
	return send_complaints(desk) || sent;
}

static void ask_reader(struct desk *desk, const char *platform_id, const char *person_id)
{
	struct reader_entry *entry;
	const char *key = reader_key(desk->batch->arena, platform_id, person_id);
	HASH_FIND_STR(desk->readers, key, entry);
	if (!person_id[0] || entry)
		return;
	reader_keep(desk, platform_id, person_id, &(struct reader){"", 0, ""});
	pg_array_text(desk->platforms, platform_id);
	pg_array_text(desk->persons, person_id);
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
	bool any = pg_array_count(desk->persons) > 0;
	if (any) {
		pg_args_reset(desk->args);
		pg_args_array(desk->args, desk->platforms);
		pg_args_array(desk->args, desk->persons);
		pg_send(desk->batch->pg, notification_preference_load, desk->args, take_preferences, desk);
	}
	pg_array_reset(desk->platforms);
	pg_array_reset(desk->persons);
	return any;
}

/* Each of these webhooks may come to its end in this batch: who is next behind it? */
static void ask_next(struct desk *desk, const struct notice *notice)
{
	if (!notice->endpoint[0] || uuid_is_zero(&notice->complaint))
		return;
	ask_add(&desk->lines, notice->key.shard, &notice->complaint);
	pg_array_text(desk->endpoints, notice->endpoint);
	pg_array_int8(desk->places, notice->place);
}

static bool send_next(struct desk *desk)
{
	bool any = pg_array_count(desk->endpoints) > 0;
	if (any) {
		pg_args_reset(desk->args);
		pg_args_array(desk->args, desk->lines.shards);
		pg_args_array(desk->args, desk->lines.ids);
		pg_args_array(desk->args, desk->endpoints);
		pg_args_array(desk->args, desk->places);
		pg_send(desk->batch->pg, notification_next_load, desk->args, take_next, desk);
	}
	ask_reset(&desk->lines);
	pg_array_reset(desk->endpoints);
	pg_array_reset(desk->places);
	return any;
}

/* What the first answers name: the complaints and lines of notices, the readers of complaints. */
static bool load_second(struct desk *desk)
{
	for (struct notice_entry *entry = desk->first; entry; entry = entry->next) {
		ask_complaint(desk, entry->notice.key.shard, &entry->notice.complaint);
		ask_next(desk, &entry->notice);
	}
	ask_readers(desk);
	bool sent = send_readers(desk);
	sent |= send_next(desk);
	return send_complaints(desk) || sent;
}

bool desk_load(struct batch *batch, int round)
{
	struct desk *desk = desk_of(batch);
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

/* ---- writing ---- */

static void write_dossier(struct desk *desk, struct dossier *dossier)
{
	if (!dossier->changed)
		return;
	rows_dossier(&desk->rows, dossier);
	for (int clock = 1; clock < CLOCK_COUNT; clock++)
		if (dossier->facts.due_us[clock] != dossier->due_stored_us[clock])
			rows_due(&desk->rows, dossier, clock);
}

static void write_notice(struct desk *desk, struct notice_entry *entry)
{
	if (entry->fresh)
		rows_notice(&desk->rows, &entry->notice, desk->batch->now_us);
	else if (entry->changed)
		rows_notice_change(&desk->rows, &entry->notice, desk->batch->now_us);
}

void desk_write(struct batch *batch)
{
	struct desk *desk = desk_of(batch);
	struct dossier_entry *dossier, *next;
	HASH_ITER (hh, desk->dossiers, dossier, next)
		write_dossier(desk, &dossier->dossier);
	for (struct notice_entry *entry = desk->first; entry; entry = entry->next)
		write_notice(desk, entry);
	rows_send(&desk->rows, batch->pg);
}
