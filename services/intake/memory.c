/* What a batch knows, found by key. */
#include <string.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/store/refusals.h"

#include "services/intake/intake.h"

void *intake_memory_new(struct daemon *daemon)
{
	struct intake_memory *memory = xcalloc(1, sizeof(*memory));
	memory->daemon = daemon;
	memory->store = intake_store_new();
	memory->refusals = refusal_store_new();
	memory->sources = intake_sources_new();
	memory->waiting_end = &memory->waiting;
	return memory;
}

void intake_memory_reset(void *context)
{
	struct intake_memory *memory = context;
	HASH_CLEAR(hh, memory->dossiers);
	HASH_CLEAR(hh, memory->persons);
	HASH_CLEAR(hh, memory->seen);
	HASH_CLEAR(hh, memory->owners);
	memory->waiting = NULL;
	memory->waiting_end = &memory->waiting;
	memory->referred = NULL;
	memory->referred_count = 0;
	memory->take_ups = memory->take_ups_decided = 0;
	memset(memory->hits, 0, sizeof(memory->hits));
	memory->accepted = memory->refused = memory->repeated = memory->awaited = memory->times_later = memory->untellable = 0;
	memory->untold = NULL;
	intake_store_reset(memory->store);
	refusal_store_reset(memory->refusals);
	intake_sources_end_run(memory->sources, false);
}

/* Both names with their closing NULs: no two pairs are alike. */
static size_t make_key(char *key, size_t room, const char *platform_id, const char *order_id)
{
	size_t platform = strlen(platform_id) + 1, order = strlen(order_id) + 1;
	if (platform + order > room)
		return 0;
	memcpy(key, platform_id, platform);
	memcpy(key + platform, order_id, order);
	return platform + order;
}

enum { KEY_SIZE_MAX = 2048 }; /* the validator allows far shorter ids */

static struct dossier_entry *find(struct dossier_entry *entries, const char *platform_id, const char *id)
{
	char key[KEY_SIZE_MAX];
	struct dossier_entry *entry = NULL;
	size_t size = make_key(key, sizeof(key), platform_id, id);
	HASH_FIND(hh, entries, key, size, entry);
	return entry;
}

struct dossier_entry *intake_memory_dossier(struct intake_memory *memory, const char *platform_id, const char *order_id)
{
	return find(memory->dossiers, platform_id, order_id);
}

struct dossier_entry *intake_memory_person(struct intake_memory *memory, const char *platform_id, const char *person_id)
{
	return find(memory->persons, platform_id, person_id);
}

struct seen_entry *intake_memory_seen(struct intake_memory *memory, int shard, const struct uuid *cause)
{
	struct seen_entry probe, *entry = NULL;
	memset(&probe.key, 0, sizeof(probe.key));
	probe.key.shard = shard;
	probe.key.cause = *cause;
	HASH_FIND(hh, memory->seen, &probe.key, sizeof(probe.key), entry);
	return entry;
}

void intake_memory_see(struct batch *batch, int shard, const struct uuid *cause, const struct uuid *subject, int64_t body_digest)
{
	struct intake_memory *memory = batch->memory;
	struct seen_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
	entry->key.shard = shard;
	entry->key.cause = *cause;
	entry->subject = *subject;
	entry->body_digest = body_digest;
	HASH_ADD(hh, memory->seen, key, sizeof(entry->key), entry);
}

struct waiting_entry *intake_memory_wait(struct batch *batch, const struct intake_waiting *waiting, bool stored)
{
	struct intake_memory *memory = batch->memory;
	struct waiting_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
	entry->waiting = *waiting;
	entry->stored = stored;
	*memory->waiting_end = entry;
	memory->waiting_end = &entry->next;
	return entry;
}
