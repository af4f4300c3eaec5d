/* The skeleton's metrics that are looked at when somebody asks for them. */
#include <stdio.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/base/metrics.h"
#include "common/daemon/daemon.h"
#include "common/daemon/gauges.h"
#include "common/daemon/work.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/io/kafka.h"

enum {
	LAG,
	LAG_SUM,
	OLDEST,
	UNACKED,
	OWNED,
	STOPPED,
	REFUSED,
};

static const struct counter_row rows[] = {
    [LAG] = {"ombud_kafka_consumer_lag", "Records of this copy's shards not taken yet; 0: all that can be read is taken.",
	METRIC_GAUGE, {"topic", "partition"}},
    [LAG_SUM] = {"ombud_kafka_consumer_lag_sum", "The same of all topics and shards of this copy.", METRIC_GAUGE},
    [OLDEST] = {"ombud_oldest_unread_age_seconds", "Age of the oldest record not taken yet; 0: none waits.", METRIC_GAUGE},
    [UNACKED] = {"ombud_outbox_rows", "Log rows not acknowledged yet.", METRIC_GAUGE},
    [OWNED] = {"ombud_shards_owned", "Shards of this copy.", METRIC_GAUGE},
    [STOPPED] = {"ombud_shards_stopped", "Shards that do not go on: they miss a record, or wait for a person.", METRIC_GAUGE},
    [REFUSED] = {"ombud_shards_refused", "Shards whose next log row Kafka refuses: somebody must look.", METRIC_GAUGE},
    {0},
};

/* ---- what is not taken yet ---- */

/* The records of one topic in one shard that are not taken yet; 0 only where all that can be read is taken. */
static int64_t lag_of(struct daemon *daemon, const struct shard *shard, int topic)
{
	int64_t low, high;
	int64_t next = shard->at.next_offsets[topic], end = shard->read_offsets[topic];
	if (!shard->paused && shard_caught_up(shard, topic))
		return 0;
	if (kafka_consumer_watermarks(daemon->consumer, topic, shard->number, &low, &high)) {
		end = high > end ? high : end;
		next = low > next ? low : next;
	}
	return end > next ? end - next : 1; /* there is something, or nobody has looked yet */
}

/* The timestamp of the first record of each (shard, topic) that waits in this process; 0: none does. */
typedef int64_t first_table[SHARDS_MAX][TOPICS_MAX];

static void note_first(first_table first, const struct daemon *daemon, const struct kafka_record *record)
{
	const struct shard *shard = &daemon->shards[record->partition];
	int64_t *at_us = &first[record->partition][record->topic];
	if (*at_us == 0 && record->offset >= shard->at.next_offsets[record->topic])
		*at_us = record->timestamp_us;
}

static void note_waiting(first_table first, const struct daemon *daemon, const struct lane *lane)
{
	for (int i = 0; i < lane->works_count; i++)
		note_first(first, daemon, &lane->works[i]->record);
	for
		EACH_SHARD(lane, shard)
		{
			const struct queue *queue = &shard->queue;
			for (unsigned i = queue->head; i != queue->tail; i++)
				note_first(first, daemon, &queue->records[i & (queue->room - 1)]);
		}
}

/* Since when the oldest waits. A publisher may say any time: it has not lain there when all had been taken. */
static int64_t age_of(const struct shard *shard, int topic, int64_t first_us)
{
	int64_t seen_us = shard->emptied_us[topic] ? shard->emptied_us[topic] : shard->taken_at_us;
	int64_t most_us = instant_monotonic_us() - seen_us, age_us = first_us ? instant_wall_us() - first_us : most_us;
	if (age_us > most_us && (shard->emptied_us[topic] || !first_us))
		age_us = most_us;
	return age_us > 0 ? age_us : 0;
}

static void collect_lag(struct daemon *daemon)
{
	static first_table first;
	int64_t sum = 0, oldest_us = 0;
	memset(first, 0, sizeof first);
	metric_forget(&rows[LAG]);
	for (int i = 0; i < daemon->lanes_count; i++)
		note_waiting(first, daemon, daemon->lanes[i]);
	for (int i = 0; i < daemon->shards_count; i++) {
		const struct shard *shard = &daemon->shards[i];
		char partition[16];
		snprintf(partition, sizeof partition, "%d", i);
		for (int t = 0; shard->taken && t < daemon->topics_count; t++) {
			int64_t lag = lag_of(daemon, shard, t), age_us = lag ? age_of(shard, t, first[i][t]) : 0;
			metric_set(&rows[LAG], (double)lag, daemon->plain_topics[t], partition);
			sum += lag;
			oldest_us = age_us > oldest_us ? age_us : oldest_us;
		}
	}
	metric_set(&rows[LAG_SUM], (double)sum);
	metric_set(&rows[OLDEST], (double)oldest_us / US_PER_SECOND);
}

static void collect(void *context)
{
	struct daemon *daemon = context;
	int owned = 0, stopped = 0, refused = 0;
	int64_t unacked = 0;
	for (int i = 0; i < daemon->shards_count; i++) {
		const struct shard *shard = &daemon->shards[i];
		owned += shard->owned;
		stopped += shard->owned && shard->stop.times;
		if (!shard->taken)
			continue;
		refused += shard->relay.refusals > 0;
		unacked += shard->at.log_seq - shard->relay.acked;
	}
	collect_lag(daemon);
	metric_set(&rows[UNACKED], (double)unacked);
	metric_set(&rows[OWNED], owned);
	metric_set(&rows[STOPPED], stopped);
	metric_set(&rows[REFUSED], refused);
}

void gauges_setup(struct daemon *daemon)
{
	metrics_register(rows);
	metrics_on_collect(collect, daemon);
}
