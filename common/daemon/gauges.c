/* The skeleton's metrics that are looked at when somebody asks for them. */
#include <stdio.h>

#include "common/base/metrics.h"
#include "common/daemon/daemon.h"
#include "common/daemon/gauges.h"
#include "common/daemon/shard.h"
#include "common/io/kafka.h"

enum {
	LAG,
	UNACKED,
	OWNED,
	STOPPED,
	REFUSED,
};

static const struct counter_row rows[] = {
    [LAG] = {"ombud_kafka_consumer_lag", "Records not committed yet.", METRIC_GAUGE, {"topic", "partition"}},
    [UNACKED] = {"ombud_outbox_rows", "Log rows not acknowledged yet.", METRIC_GAUGE},
    [OWNED] = {"ombud_shards_owned", "Shards of this copy.", METRIC_GAUGE},
    [STOPPED] = {"ombud_shards_stopped", "Shards that miss a record and wait for it: somebody must look.", METRIC_GAUGE},
    [REFUSED] = {"ombud_shards_refused", "Shards whose next log row Kafka refuses: somebody must look.", METRIC_GAUGE},
    {0},
};

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
		for (int t = 0; t < daemon->topics_count; t++) {
			int64_t low, high;
			if (!kafka_consumer_watermarks(daemon->consumer, t, i, &low, &high))
				continue;
			char partition[16];
			int64_t lag = high > shard->at.next_offsets[t] ? high - shard->at.next_offsets[t] : 0;
			snprintf(partition, sizeof partition, "%d", i);
			metric_set(&rows[LAG], (double)lag, daemon->plain_topics[t], partition);
		}
	}
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
