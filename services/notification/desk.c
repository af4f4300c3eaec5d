#include "services/notification/desk_private.h"

#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/io/crypto.h"

#define ERASE_TURN_US (US_PER_SECOND / 100)
#define ERASE_LEFT_US US_PER_HOUR /* until what is still tried is looked at again */

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
	desk->asks = desk_asks_new();
	rows_new(&desk->rows);
	return desk;
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

struct dossier_entry *desk_find_dossier(struct desk *desk, int shard, const struct uuid *complaint)
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

struct dossier_entry *desk_add_dossier(struct desk *desk, int shard, const struct uuid *complaint)
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
	struct dossier_entry *entry = desk_find_dossier(desk, shard, complaint);
	if (!entry)
		entry = desk_add_dossier(desk, shard, complaint);
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

void desk_add_behind(struct desk *desk, struct dossier *dossier, const struct behind *behind)
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

struct notice_entry *desk_find_notice(struct desk *desk, int shard, const struct uuid *id)
{
	struct notice_entry *entry;
	struct notice key = {.key = {shard, *id}};
	HASH_FIND(hh, desk->notices, &key.key, sizeof key.key, entry);
	return entry;
}

struct notice_entry *desk_keep_notice(struct desk *desk, const struct notice *notice)
{
	struct notice_entry *entry = arena_alloc(desk->batch->arena, sizeof *entry);
	entry->notice = *notice;
	entry->sending = notice->state == NOTICE_SENDING;
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
	struct notice_entry *entry = desk_find_notice(desk_of(batch), shard, id);
	return entry ? &entry->notice : NULL;
}

void desk_add_notice(struct batch *batch, struct dossier *dossier, struct notice *notice)
{
	struct notice_entry *entry = desk_keep_notice(desk_of(batch), notice);
	entry->fresh = true;
	if (notice->state != NOTICE_PENDING)
		return;
	line_enter(desk_of(batch), dossier, entry->notice.endpoint);
	desk_add_behind(desk_of(batch), dossier,
	    &(struct behind){.notice = notice->key.id, .place = notice->place, .endpoint = entry->notice.endpoint});
}

void desk_change_notice(struct batch *batch, struct notice *notice)
{
	struct notice_entry *entry = desk_find_notice(desk_of(batch), notice->key.shard, &notice->key.id);
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

struct reader reader_empty(void)
{
	struct reader reader = {"", 0, "", {{"", ""}}};
	for (int channel = 0; channel < NOTICE_CHANNEL_COUNT; channel++)
		reader.contacts[channel] = (struct contact){"", ""};
	return reader;
}

struct reader_entry *desk_find_reader(struct desk *desk, const char *platform_id, const char *person_id)
{
	struct reader_entry *entry;
	const char *key = reader_key(desk->batch->arena, platform_id, person_id);
	HASH_FIND_STR(desk->readers, key, entry);
	return entry;
}

struct reader desk_reader(struct batch *batch, const char *platform_id, const char *person_id)
{
	const struct reader_entry *entry = desk_find_reader(desk_of(batch), platform_id, person_id);
	return entry ? entry->reader : reader_empty();
}

void desk_keep_reader(struct desk *desk, const char *platform_id, const char *person_id, const struct reader *reader)
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

void desk_keep_disabled(struct desk *desk, const char *endpoint, const char *url)
{
	struct disabled *disabled = arena_alloc(desk->batch->arena, sizeof *disabled);
	*disabled =
	    (struct disabled){arena_strdup(desk->batch->arena, endpoint), arena_strdup(desk->batch->arena, url), desk->disabled};
	desk->disabled = disabled;
}

void desk_disable_endpoint(struct batch *batch, const char *endpoint, const char *url, const char *reason)
{
	desk_keep_disabled(desk_of(batch), endpoint, url);
	rows_disable(&desk_of(batch)->rows, endpoint, url, batch->now_us, reason);
}

/* ---- persons and letters ---- */

/* Known in this batch already: else the row is all. */
void desk_set_contact(struct batch *batch, const struct event *event)
{
	struct reader_entry *entry = desk_find_reader(desk_of(batch), event->platform_id, event->person_id);
	if (entry && event->notice_channel > 0 && event->notice_channel < NOTICE_CHANNEL_COUNT)
		entry->reader.contacts[event->notice_channel] = (struct contact){event->address, event->language};
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
	struct reader reader = desk_reader(batch, event->platform_id, event->person_id);
	reader.language = event->language;
	reader.channels = bits;
	reader.zone = event->zone;
	desk_keep_reader(desk_of(batch), event->platform_id, event->person_id, &reader);
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
	struct reader nobody = reader_empty();
	desk_keep_reader(desk_of(batch), event->platform_id, event->person_id, &nobody);
	rows_erase(&desk_of(batch)->rows, event, shard_number(item->shard), &id, batch->now_us);
	return id;
}

struct erased *desk_find_erased(struct desk *desk, int shard, const struct uuid *id)
{
	for (int i = 0; i < desk->erased_count; i++)
		if (desk->erased[i].shard == shard && memcmp(&desk->erased[i].id, id, sizeof *id) == 0)
			return &desk->erased[i];
	return NULL;
}

bool desk_erasure_over(struct batch *batch, int shard, const struct uuid *id)
{
	const struct erased *erased = desk_find_erased(desk_of(batch), shard, id);
	if (!erased || erased->emptied >= ERASE_LETTERS || erased->left)
		return false;
	rows_erasure_done(&desk_of(batch)->rows, shard, id);
	return true;
}

int64_t desk_erasure_turn_us(struct batch *batch, int shard, const struct uuid *id)
{
	struct desk *desk = desk_of(batch);
	const struct erased *erased = desk_find_erased(desk, shard, id);
	if (erased && erased->emptied < ERASE_LETTERS)
		return batch->now_us + ERASE_LEFT_US;
	return erased ? batch->now_us : limit_turn_us(&desk->erasure_turn_us, batch->now_us + ERASE_TURN_US, ERASE_TURN_US);
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

/* ---- writing ---- */

static void write_dossier(struct desk *desk, struct dossier *dossier)
{
	if (!dossier->changed)
		return;
	rows_dossier(&desk->rows, desk->batch->arena, dossier);
	for (int clock = 1; clock < CLOCK_COUNT; clock++)
		if (dossier->facts.due_us[clock] != dossier->due_stored_us[clock])
			rows_due(&desk->rows, dossier, clock);
}

/* While it is sent nothing else of it changes. */
static void write_change(struct desk *desk, const struct notice_entry *entry)
{
	if (entry->notice.state == NOTICE_SENDING) {
		rows_begun(&desk->rows, &entry->notice);
		return;
	}
	if (entry->sending)
		rows_over(&desk->rows, &entry->notice);
	rows_notice_change(&desk->rows, &entry->notice, desk->batch->now_us);
}

static void write_notice(struct desk *desk, const struct notice_entry *entry)
{
	if (entry->fresh)
		rows_notice(&desk->rows, &entry->notice, desk->batch->now_us);
	else if (entry->changed)
		write_change(desk, entry);
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
