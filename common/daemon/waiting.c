/* What waits for a lane's next run: a ring of raw records, decoded ones, results that the service has injected. */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/daemon/daemon.h"
#include "common/daemon/intake.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/waiting.h"
#include "common/daemon/wake.h"
#include "common/io/kafka.h"

unsigned lane_waiting(const struct lane *lane)
{
	return lane->queue_tail - lane->queue_head;
}

/* What a waiting record takes: its bytes, and what stands around them. librdkafka's message with six headers was seen to be 390
 * bytes (1,080 once they are read, which happens in the run), our row in the ring is 64; the rest is left for more headers.
 */
static size_t cost(const struct kafka_record *record)
{
	enum { AROUND = 600 };
	return record->size + record->key_size + AROUND;
}

struct kafka_record *lane_next_record(struct lane *lane)
{
	struct kafka_record *record = &lane->queue[lane->queue_head++ & (lane->queue_room - 1)];
	lane->queue_bytes -= cost(record);
	return record;
}

void lane_add_record(struct lane *lane, const struct kafka_record *record)
{
	if (lane_waiting(lane) == lane->queue_room) {
		unsigned room = lane->queue_room ? lane->queue_room * 2 : 4096;
		struct kafka_record *queue = xmalloc(room * sizeof *queue);
		for (unsigned i = lane->queue_head; i != lane->queue_tail; i++)
			queue[i & (room - 1)] = lane->queue[i & (lane->queue_room - 1)];
		free(lane->queue);
		lane->queue = queue;
		lane->queue_room = room;
	}
	if (!lane_waiting(lane))
		lane->moved_us = instant_monotonic_us();
	lane->queue[lane->queue_tail++ & (lane->queue_room - 1)] = *record;
	lane->queue_bytes += cost(record);
	lane->daemon->shards[record->partition].queued++;
}

const struct kafka_record *lane_last_record(const struct lane *lane, int topic, int partition)
{
	for (unsigned i = lane->queue_tail; i != lane->queue_head; i--) {
		const struct kafka_record *record = &lane->queue[(i - 1) & (lane->queue_room - 1)];
		if (record->topic == topic && record->partition == partition)
			return record;
	}
	for (int i = lane->works_count; i > 0; i--) {
		const struct kafka_record *record = &lane->works[i - 1]->record;
		if (record->topic == topic && record->partition == partition)
			return record;
	}
	return NULL;
}

bool lane_full(const struct lane *lane)
{
	return lane_waiting(lane) >= QUEUE_COUNT_MAX || lane->queue_bytes >= QUEUE_BYTES_MAX;
}

bool lane_hungry(const struct lane *lane)
{
	return lane_waiting(lane) < (unsigned)lane->daemon->batch_max;
}

bool lane_stalled(const struct lane *lane)
{
	return lane_full(lane) && instant_monotonic_us() - lane->moved_us >= STALL_PAUSE_MS * INT64_C(1000);
}

bool lane_half_empty(const struct lane *lane)
{
	return lane_waiting(lane) < QUEUE_COUNT_MAX / 2 && lane->queue_bytes < QUEUE_BYTES_MAX / 2;
}

void lane_works_drop(struct lane *lane, int count)
{
	for (int i = 0; i < count; i++) {
		lane->works[i]->item.shard->queued--;
		work_free(lane, lane->works[i]);
	}
	lane->works_count -= count;
	memmove(lane->works, lane->works + count, (size_t)lane->works_count * sizeof *lane->works);
}

void lane_queue_drop(struct lane *lane)
{
	while (lane_waiting(lane)) {
		struct kafka_record *record = lane_next_record(lane);
		lane->daemon->shards[record->partition].queued--;
		kafka_record_free(record);
	}
}

/* ---- results ---- */

static void result_free(struct lane *lane, struct result_entry *entry)
{
	void (*freer)(void *) = lane->daemon->service->result_free;
	if (freer)
		freer(entry->result);
	else
		free(entry->result);
	free(entry);
}

void lane_results_clear(struct lane *lane, bool in_run)
{
	struct result_entry **at = &lane->results;
	while (*at) {
		struct result_entry *entry = *at;
		bool gone = in_run ? entry->in_run : !lane->daemon->shards[entry->shard].owned;
		if (!gone) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		result_free(lane, entry);
	}
	lane->results_tail = at;
}

bool lane_has_results(const struct lane *lane)
{
	for (const struct result_entry *entry = lane->results; entry; entry = entry->next)
		if (shard_speaks(&lane->daemon->shards[entry->shard]))
			return true;
	return false;
}

bool daemon_inject(struct daemon *daemon, int shard, void *result)
{
	if (shard < 0 || shard >= daemon->shards_count || !shard_speaks(&daemon->shards[shard]))
		return false;
	struct lane *lane = daemon->shards[shard].lane;
	struct result_entry *entry = xcalloc(1, sizeof *entry);
	entry->shard = shard;
	entry->result = result;
	*lane->results_tail = entry;
	lane->results_tail = &entry->next;
	daemon_wake(daemon);
	return true;
}
