/* What waits for a lane's next run: raw records, a ring a shard; decoded ones; results that the service has injected. The shards of
 * a lane come in turn: whoever has filled it, the next run has something of each. */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/daemon/daemon.h"
#include "common/daemon/work.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/queue.h"
#include "common/daemon/wake.h"
#include "common/io/kafka.h"

unsigned lane_waiting(const struct lane *lane)
{
	return lane->queue_count;
}

static unsigned waiting(const struct shard *shard)
{
	return shard->queue.tail - shard->queue.head;
}

/* What a waiting record takes: its bytes, and what stands around them. librdkafka's message with six headers was seen to be 390
 * bytes (1,080 once they are read, which happens in the run), our row in the ring is 64; the rest is left for more headers.
 */
static size_t cost(const struct kafka_record *record)
{
	enum { AROUND = 600 };
	return record->size + record->key_size + AROUND;
}

/* Whose turn it is: the shard that had it, for TURN_COUNT records, then the next one of which something waits. */
static struct shard *in_turn(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	struct shard *shard = &daemon->shards[lane->turn];
	if (lane->turn_left > 0 && waiting(shard))
		return shard;
	int next = lane->turn;
	do {
		next = next + daemon->lanes_count < daemon->shards_count ? next + daemon->lanes_count : lane->number;
	} while (!waiting(&daemon->shards[next]));
	lane->turn = next;
	lane->turn_left = TURN_COUNT;
	return &daemon->shards[next];
}

struct kafka_record *lane_next_record(struct lane *lane)
{
	struct queue *queue = &in_turn(lane)->queue;
	struct kafka_record *record = &queue->records[queue->head++ & (queue->room - 1)];
	lane->turn_left--;
	lane->queue_count--;
	lane->queue_bytes -= cost(record);
	queue->bytes -= cost(record);
	return record;
}

enum { ROOM_FIRST = 256, ROOM_KEPT = 1024 };

/* What one shard has needed once is not kept by each of them. */
static void start_small(struct queue *queue)
{
	free(queue->records);
	queue->records = NULL;
	queue->room = queue->head = queue->tail = 0;
}

static void grow(struct queue *queue)
{
	unsigned room = queue->room ? queue->room * 2 : ROOM_FIRST;
	struct kafka_record *records = xmalloc(room * sizeof *records);
	for (unsigned i = queue->head; i != queue->tail; i++)
		records[i & (room - 1)] = queue->records[i & (queue->room - 1)];
	free(queue->records);
	queue->records = records;
	queue->room = room;
}

void lane_add_record(struct lane *lane, const struct kafka_record *record)
{
	struct shard *shard = &lane->daemon->shards[record->partition];
	struct queue *queue = &shard->queue;
	if (!waiting(shard) && queue->room > ROOM_KEPT)
		start_small(queue);
	if (waiting(shard) == queue->room)
		grow(queue);
	if (!lane->queue_count)
		lane->moved_us = instant_monotonic_us();
	queue->records[queue->tail++ & (queue->room - 1)] = *record;
	queue->bytes += cost(record);
	lane->queue_bytes += cost(record);
	lane->queue_count++;
	shard->queued++;
}

const struct kafka_record *lane_last_record(const struct lane *lane, int topic, int partition)
{
	const struct queue *queue = &lane->daemon->shards[partition].queue;
	for (unsigned i = queue->tail; i != queue->head; i--) {
		const struct kafka_record *record = &queue->records[(i - 1) & (queue->room - 1)];
		if (record->topic == topic)
			return record;
	}
	for (int i = lane->works_count; i > 0; i--) {
		const struct kafka_record *record = &lane->works[i - 1]->record;
		if (record->topic == topic && record->partition == partition)
			return record;
	}
	return NULL;
}

/* ---- how much is too much ---- */

static bool fills(unsigned count, size_t bytes)
{
	return count >= QUEUE_COUNT_MAX || bytes >= QUEUE_BYTES_MAX;
}

bool lane_full(const struct lane *lane)
{
	unsigned count = lane->queue_count;
	size_t bytes = lane->queue_bytes;
	for
		EACH_SHARD(lane, shard)
		{
			if (!shard->flooding)
				continue;
			count -= waiting(shard);
			bytes -= shard->queue.bytes;
		}
	return fills(count, bytes);
}

/* Most of what waits is of this shard, and there are others. */
static struct shard *crowding(struct lane *lane)
{
	struct shard *found = NULL;
	int owned = 0;
	for
		EACH_SHARD(lane, shard)
		{
			bool most = waiting(shard) >= lane->queue_count / 4 * 3 || shard->queue.bytes >= lane->queue_bytes / 4 * 3;
			owned += shard->owned;
			if (shard->owned && !shard->flooding && most)
				found = shard;
		}
	return owned > 1 ? found : NULL;
}

struct shard *lane_flooded(struct lane *lane)
{
	int64_t now_us = instant_monotonic_us();
	struct shard *shard = lane_full(lane) ? crowding(lane) : NULL;
	if (!shard)
		lane->crowded_us = 0;
	else if (!lane->crowded_us)
		lane->crowded_us = now_us;
	if (!shard || now_us - lane->crowded_us < FLOOD_PAUSE_MS * INT64_C(1000))
		return NULL;
	lane->crowded_us = 0;
	return shard;
}

bool shard_drained(const struct shard *shard)
{
	return !fills(waiting(shard) * 2, shard->queue.bytes * 2);
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
