/* What a batch knows, found by key. */
#include <string.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/store/refusals.h"

#include "services/intake/intake.h"

void *intake_lane_new(struct daemon *daemon)
{
	struct intake_lane *lane = xcalloc(1, sizeof(*lane));
	lane->daemon = daemon;
	lane->store = intake_store_new();
	lane->refusals = refusal_store_new();
	lane->sources = intake_sources_new();
	lane->waiting_end = &lane->waiting;
	return lane;
}

void intake_lane_reset(void *state)
{
	struct intake_lane *lane = state;
	HASH_CLEAR(hh, lane->dossiers);
	HASH_CLEAR(hh, lane->persons);
	HASH_CLEAR(hh, lane->seen);
	HASH_CLEAR(hh, lane->owners);
	lane->waiting = NULL;
	lane->waiting_end = &lane->waiting;
	lane->take_ups = lane->take_ups_decided = 0;
	memset(lane->hits, 0, sizeof(lane->hits));
	lane->accepted = lane->refused = lane->repeated = lane->awaited = lane->times_later = lane->untellable = 0;
	lane->untold = NULL;
	intake_store_reset(lane->store);
	refusal_store_reset(lane->refusals);
	intake_sources_end_run(lane->sources, false);
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

struct dossier_entry *intake_lane_dossier(struct intake_lane *lane, const char *platform_id, const char *order_id)
{
	return find(lane->dossiers, platform_id, order_id);
}

struct dossier_entry *intake_lane_person(struct intake_lane *lane, const char *platform_id, const char *person_id)
{
	return find(lane->persons, platform_id, person_id);
}

struct seen_entry *intake_lane_seen(struct intake_lane *lane, int shard, const struct uuid *cause)
{
	struct seen_entry probe, *entry = NULL;
	memset(&probe.key, 0, sizeof(probe.key));
	probe.key.shard = shard;
	probe.key.cause = *cause;
	HASH_FIND(hh, lane->seen, &probe.key, sizeof(probe.key), entry);
	return entry;
}

void intake_lane_see(struct batch *batch, int shard, const struct uuid *cause, const struct uuid *subject, int64_t body_digest)
{
	struct intake_lane *lane = batch->state;
	struct seen_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
	entry->key.shard = shard;
	entry->key.cause = *cause;
	entry->subject = *subject;
	entry->body_digest = body_digest;
	HASH_ADD(hh, lane->seen, key, sizeof(entry->key), entry);
}

struct waiting_entry *intake_lane_wait(struct batch *batch, const struct intake_waiting *waiting, bool stored)
{
	struct intake_lane *lane = batch->state;
	struct waiting_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
	entry->waiting = *waiting;
	entry->stored = stored;
	*lane->waiting_end = entry;
	lane->waiting_end = &entry->next;
	return entry;
}
