#include "services/notification/memory_private.h"

#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/io/crypto.h"

#define ERASE_TURN_US (US_PER_SECOND / 100)
#define ERASE_LEFT_US US_PER_HOUR /* until what is still tried is looked at again */

static struct notification_memory *memory_of(struct batch *batch)
{
	return batch->memory;
}

struct notification *memory_notification(struct batch *batch)
{
	return memory_of(batch)->notification;
}

void *notification_memory_new(struct daemon *daemon)
{
	struct notification_memory *memory = xcalloc(1, sizeof *memory);
	memory->notification = daemon_context(daemon);
	memory->asks = memory_asks_new();
	rows_new(&memory->rows);
	return memory;
}

void notification_memory_reset(void *state)
{
	struct notification_memory *memory = state;
	HASH_CLEAR(hh, memory->known);
	HASH_CLEAR(hh, memory->notices);
	HASH_CLEAR(hh, memory->readers);
	memory->first = memory->last = NULL;
	memory->disabled = NULL;
	memory->erased_count = 0;
	memory->batch = NULL;
	memset(memory->hits, 0, sizeof memory->hits);
	rows_reset(&memory->rows);
}

/* ---- complaints ---- */

struct known_entry *memory_find_known(struct notification_memory *memory, int shard, const struct uuid *complaint)
{
	struct known_entry *entry;
	struct known key = {.key = {shard, *complaint}};
	HASH_FIND(hh, memory->known, &key.key, sizeof key.key, entry);
	return entry;
}

static struct known_entry *known_make(struct notification_memory *memory, int shard, const struct uuid *complaint)
{
	struct known_entry *entry = arena_alloc(memory->batch->arena, sizeof *entry);
	entry->known.key.shard = shard;
	entry->known.key.complaint = *complaint;
	entry->known.facts = notice_facts_empty();
	entry->known.facts.complaint = *complaint;
	return entry;
}

struct known_entry *memory_add_known(struct notification_memory *memory, int shard, const struct uuid *complaint)
{
	struct known_entry *entry = known_make(memory, shard, complaint);
	HASH_ADD_KEYPTR(hh, memory->known, &entry->known.key, sizeof entry->known.key, entry);
	return entry;
}

struct known *memory_known(struct batch *batch, int shard, const struct uuid *complaint)
{
	struct notification_memory *memory = memory_of(batch);
	if (uuid_is_zero(complaint))
		return &known_make(memory, shard, complaint)->known;
	struct known_entry *entry = memory_find_known(memory, shard, complaint);
	if (!entry)
		entry = memory_add_known(memory, shard, complaint);
	return &entry->known;
}

/* ---- lines: an endpoint is told of a complaint in order ---- */

static struct line *line_find(const struct known *known, const char *endpoint)
{
	for (struct line *line = known->lines; line; line = line->next)
		if (strcmp(line->endpoint, endpoint) == 0)
			return line;
	return NULL;
}

int memory_line_count(const struct known *known, const char *endpoint)
{
	const struct line *line = line_find(known, endpoint);
	return line ? line->open : 0;
}

static void line_enter(struct notification_memory *memory, struct known *known, const char *endpoint)
{
	struct line *line = line_find(known, endpoint);
	if (!line) {
		line = arena_alloc(memory->batch->arena, sizeof *line);
		*line = (struct line){endpoint, 0, known->lines};
		known->lines = line;
	}
	line->open++;
	known->changed = true;
}

void memory_line_leave(struct batch *batch, struct known *known, const char *endpoint)
{
	struct line *line = line_find(known, endpoint);
	if (line && line->open > 0)
		line->open--;
	known->changed = true;
}

void memory_add_behind(struct notification_memory *memory, struct known *known, const struct behind *behind)
{
	struct behind *added = arena_copy(memory->batch->arena, behind, sizeof *behind);
	added->next = NULL;
	if (known->behind_last)
		known->behind_last->next = added;
	else
		known->behind = added;
	known->behind_last = added;
}

void memory_hit(struct batch *batch, enum limit limit)
{
	memory_of(batch)->hits[limit]++;
}

/* ---- notices ---- */

struct notice_entry *memory_find_notice(struct notification_memory *memory, int shard, const struct uuid *id)
{
	struct notice_entry *entry;
	struct notice key = {.key = {shard, *id}};
	HASH_FIND(hh, memory->notices, &key.key, sizeof key.key, entry);
	return entry;
}

struct notice_entry *memory_keep_notice(struct notification_memory *memory, const struct notice *notice)
{
	struct notice_entry *entry = arena_alloc(memory->batch->arena, sizeof *entry);
	entry->notice = *notice;
	entry->sending = notice->state == NOTICE_SENDING;
	HASH_ADD_KEYPTR(hh, memory->notices, &entry->notice.key, sizeof entry->notice.key, entry);
	if (memory->last)
		memory->last->next = entry;
	else
		memory->first = entry;
	memory->last = entry;
	return entry;
}

struct notice *memory_notice(struct batch *batch, int shard, const struct uuid *id)
{
	struct notice_entry *entry = memory_find_notice(memory_of(batch), shard, id);
	return entry ? &entry->notice : NULL;
}

void memory_add_notice(struct batch *batch, struct known *known, struct notice *notice)
{
	struct notice_entry *entry = memory_keep_notice(memory_of(batch), notice);
	entry->fresh = true;
	if (notice->state != NOTICE_PENDING)
		return;
	line_enter(memory_of(batch), known, entry->notice.endpoint);
	memory_add_behind(memory_of(batch), known,
	    &(struct behind){.notice = notice->key.id, .place = notice->place, .endpoint = entry->notice.endpoint});
}

void memory_change_notice(struct batch *batch, struct notice *notice)
{
	struct notice_entry *entry = memory_find_notice(memory_of(batch), notice->key.shard, &notice->key.id);
	if (!entry)
		bug("a notice that this batch does not know");
	entry->changed = true;
}

void memory_each_change(struct batch *batch, void (*fn)(struct notification *notification, const struct notice *notice))
{
	struct notification_memory *memory = memory_of(batch);
	for (struct notice_entry *entry = memory->first; entry; entry = entry->next)
		if (entry->fresh || entry->changed)
			fn(memory->notification, &entry->notice);
	for (int i = 0; i < LIMIT_COUNT; i++)
		daemon_limit_hits((enum limit)i, memory->hits[i]);
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

struct reader_entry *memory_find_reader(struct notification_memory *memory, const char *platform_id, const char *person_id)
{
	struct reader_entry *entry;
	const char *key = reader_key(memory->batch->arena, platform_id, person_id);
	HASH_FIND_STR(memory->readers, key, entry);
	return entry;
}

struct reader memory_reader(struct batch *batch, const char *platform_id, const char *person_id)
{
	const struct reader_entry *entry = memory_find_reader(memory_of(batch), platform_id, person_id);
	return entry ? entry->reader : reader_empty();
}

void memory_keep_reader(
    struct notification_memory *memory, const char *platform_id, const char *person_id, const struct reader *reader)
{
	struct reader_entry *entry;
	const char *key = reader_key(memory->batch->arena, platform_id, person_id);
	HASH_FIND_STR(memory->readers, key, entry);
	if (!entry) {
		entry = arena_alloc(memory->batch->arena, sizeof *entry);
		HASH_ADD_KEYPTR(hh, memory->readers, key, strlen(key), entry);
	}
	entry->reader = *reader;
}

bool memory_endpoint_disabled(struct batch *batch, const char *endpoint, const char *url)
{
	for (const struct disabled *at = memory_of(batch)->disabled; at; at = at->next)
		if (strcmp(at->endpoint, endpoint) == 0 && strcmp(at->url, url) == 0)
			return true;
	return false;
}

void memory_keep_disabled(struct notification_memory *memory, const char *endpoint, const char *url)
{
	struct disabled *disabled = arena_alloc(memory->batch->arena, sizeof *disabled);
	*disabled = (struct disabled){
	    arena_strdup(memory->batch->arena, endpoint), arena_strdup(memory->batch->arena, url), memory->disabled};
	memory->disabled = disabled;
}

void memory_disable_endpoint(struct batch *batch, const char *endpoint, const char *url, const char *reason)
{
	memory_keep_disabled(memory_of(batch), endpoint, url);
	rows_disable(&memory_of(batch)->rows, endpoint, url, batch->now_us, reason);
}

/* ---- persons and letters ---- */

/* Known in this batch already: else the row is all. */
void memory_set_contact(struct batch *batch, const struct event *event)
{
	struct reader_entry *entry = memory_find_reader(memory_of(batch), event->platform_id, event->person_id);
	if (entry && event->notice_channel > 0 && event->notice_channel < NOTICE_CHANNEL_COUNT)
		entry->reader.contacts[event->notice_channel] = (struct contact){event->address, event->language};
	rows_contact(&memory_of(batch)->rows, event);
}

static uint32_t channel_bits(const struct event *event)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < event->notice_channels_count; i++)
		if (event->notice_channels[i] > 0 && event->notice_channels[i] < NOTICE_CHANNEL_COUNT)
			bits |= 1u << event->notice_channels[i];
	return bits;
}

void memory_set_preference(struct batch *batch, const struct event *event)
{
	uint32_t bits = channel_bits(event);
	struct reader reader = memory_reader(batch, event->platform_id, event->person_id);
	reader.language = event->language;
	reader.channels = bits;
	reader.zone = event->zone;
	memory_keep_reader(memory_of(batch), event->platform_id, event->person_id, &reader);
	rows_preference(&memory_of(batch)->rows, event, bits);
}

struct uuid memory_erase_person(struct batch *batch, const struct item *item)
{
	const struct event *event = item->event;
	const char *key = reader_key(batch->arena, event->platform_id, event->person_id);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct uuid id;
	crypto_sha256(&(struct crypto_part){key, strlen(key)}, 1, digest);
	memcpy(&id, digest, sizeof id);
	struct reader nobody = reader_empty();
	memory_keep_reader(memory_of(batch), event->platform_id, event->person_id, &nobody);
	rows_erase(&memory_of(batch)->rows, event, shard_number(item->shard), &id, batch->now_us);
	return id;
}

struct erased *memory_find_erased(struct notification_memory *memory, int shard, const struct uuid *id)
{
	for (int i = 0; i < memory->erased_count; i++)
		if (memory->erased[i].shard == shard && memcmp(&memory->erased[i].id, id, sizeof *id) == 0)
			return &memory->erased[i];
	return NULL;
}

bool memory_erasure_over(struct batch *batch, int shard, const struct uuid *id)
{
	const struct erased *erased = memory_find_erased(memory_of(batch), shard, id);
	if (!erased || erased->emptied >= ERASE_LETTERS || erased->left)
		return false;
	rows_erasure_done(&memory_of(batch)->rows, shard, id);
	return true;
}

int64_t memory_erasure_turn_us(struct batch *batch, int shard, const struct uuid *id)
{
	struct notification_memory *memory = memory_of(batch);
	const struct erased *erased = memory_find_erased(memory, shard, id);
	if (erased && erased->emptied < ERASE_LETTERS)
		return batch->now_us + ERASE_LEFT_US;
	return erased ? batch->now_us : limit_turn_us(&memory->erasure_turn_us, batch->now_us + ERASE_TURN_US, ERASE_TURN_US);
}

void memory_add_letter(struct batch *batch, const struct notice *notice)
{
	rows_letter(&memory_of(batch)->rows, notice, batch->now_us);
}

void memory_read_letter(struct batch *batch, int shard, const struct uuid *notice, int64_t at_us)
{
	rows_read(&memory_of(batch)->rows, shard, notice, at_us);
}

void memory_add_attempt(struct batch *batch, const struct notice *notice, const struct attempt_result *result, const char *outcome)
{
	rows_attempt(&memory_of(batch)->rows, notice, result, outcome, batch->now_us);
}
