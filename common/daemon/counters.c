/* The skeleton's metrics. */
#include <stdio.h>

#include "common/base/instant.h"
#include "common/base/metrics.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/shard.h"
#include "common/io/kafka.h"

enum {
	CONSUMED,
	UNKNOWN_FIELDS,
	DURATION,
	BATCH_SIZE,
	RETRIES,
	DLT,
	FIRED,
	LATENESS,
	SENT,
	DELIVERED,
	LAG,
	UNACKED,
	OWNED,
	STOPPED,
	STOPS,
	REFUSED,
	REFUSALS,
	RELOADED,
};

static const struct counter_row rows[] = {
    [CONSUMED] = {"ombud_events_consumed_total", "Records taken, by what became of them: taken, repeat, dead_letter.",
	METRIC_COUNTER, {"topic", "result"}},
    [UNKNOWN_FIELDS] = {"ombud_unknown_fields_total", "Fields of a newer sender, dropped.", METRIC_COUNTER, {"topic"}},
    [DURATION] = {"ombud_batch_duration_seconds", "From the first statement of a batch to its commit.", METRIC_HISTOGRAM,
	.buckets = metric_seconds},
    [BATCH_SIZE] = {"ombud_batch_records", "Records, timers and results of a batch.", METRIC_HISTOGRAM, .buckets = metric_sizes},
    [RETRIES] = {"ombud_batch_failures_total", "Batches undone, by class.", METRIC_COUNTER, {"class"}},
    [DLT] = {"ombud_dlt_messages_total", "Records parked, by code.", METRIC_COUNTER, {"code"}},
    [FIRED] = {"ombud_timers_fired_total", "Timers fired.", METRIC_COUNTER},
    [LATENESS] = {"ombud_timer_lateness_seconds", "From due to fired.", METRIC_HISTOGRAM, .buckets = metric_seconds},
    [SENT] = {"ombud_log_rows_sent_total", "Log rows handed to the producer, or with nothing to send.", METRIC_COUNTER},
    [DELIVERED] = {"ombud_log_rows_delivered_total", "Log rows acknowledged by the broker.", METRIC_COUNTER},
    [LAG] = {"ombud_kafka_consumer_lag", "Records not committed yet.", METRIC_GAUGE, {"topic", "partition"}},
    [UNACKED] = {"ombud_outbox_rows", "Log rows not acknowledged yet.", METRIC_GAUGE},
    [OWNED] = {"ombud_shards_owned", "Shards of this copy.", METRIC_GAUGE},
    [STOPPED] = {"ombud_shards_stopped", "Shards that miss a record and wait for it: somebody must look.", METRIC_GAUGE},
    [STOPS] = {"ombud_shard_stops_total", "Stops and stops again: gap, gone (not on the broker).", METRIC_COUNTER, {"why"}},
    [REFUSED] = {"ombud_shards_refused", "Shards whose next log row Kafka refuses: somebody must look.", METRIC_GAUGE},
    [REFUSALS] = {"ombud_log_rows_refused_total", "Tries to send a log row that Kafka refused.", METRIC_COUNTER, {"error"}},
    [RELOADED] = {"ombud_config_last_reload_successful", "Was the last reload taken?", METRIC_GAUGE},
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

void counters_setup(struct daemon *daemon)
{
	metrics_register(rows);
	if (daemon->service->counters)
		metrics_register(daemon->service->counters);
	metrics_on_collect(collect, daemon);
}

void counters_record(struct daemon *daemon, int topic, const char *result, int count)
{
	if (count)
		metric_add(&rows[CONSUMED], count, daemon->plain_topics[topic], result);
}

void counters_unknown_fields(struct daemon *daemon, int topic, int count)
{
	if (count)
		metric_add(&rows[UNKNOWN_FIELDS], count, daemon->plain_topics[topic]);
}

void counters_batch(int items, int64_t took_us)
{
	metric_observe(&rows[DURATION], (double)took_us / US_PER_SECOND);
	metric_observe(&rows[BATCH_SIZE], items);
}

void counters_timer(int64_t late_us)
{
	metric_add(&rows[FIRED], 1);
	metric_observe(&rows[LATENESS], (double)late_us / US_PER_SECOND);
}

void counters_dead_letter(const char *code)
{
	metric_add(&rows[DLT], 1, code);
}

void counters_retry(const char *class)
{
	metric_add(&rows[RETRIES], 1, class);
}

void counters_stop(const char *why)
{
	metric_add(&rows[STOPS], 1, why);
}

void counters_refused(const char *error)
{
	metric_add(&rows[REFUSALS], 1, error);
}

void counters_reload(bool right)
{
	metric_set(&rows[RELOADED], right);
}

void counters_sent(int count)
{
	metric_add(&rows[SENT], count);
}

void counters_delivered(int count)
{
	metric_add(&rows[DELIVERED], count);
}
