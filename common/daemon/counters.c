/* The skeleton's metrics that are counted as things happen; gauges.c has the others. */
#include "common/base/instant.h"
#include "common/base/metrics.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"

enum {
	CONSUMED,
	UNKNOWN_FIELDS,
	DURATION,
	BATCH_SIZE,
	RETRIES,
	DLT,
	FIRED,
	LATENESS,
	WALKED,
	SENT,
	DELIVERED,
	STOPS,
	SAID_AGAIN,
	LOOKS,
	CLUSTERS,
	REFUSALS,
	OWNERS_LEFT,
	UNREADABLE,
	RELOADED,
	CLOCK_DOUBTED,
	CLOCK_APART,
	LIMIT_HITS,
};

static const struct counter_row rows[] = {
    [CONSUMED] = {"ombud_events_consumed_total",
	"Records taken, by what became of them: taken, repeat, former (of an ended history), nothing_said (no value), dead_letter.",
	METRIC_COUNTER, {"topic", "result"}},
    [UNKNOWN_FIELDS] = {"ombud_unknown_fields_total", "Fields of a newer sender, dropped.", METRIC_COUNTER, {"topic"}},
    [DURATION] = {"ombud_batch_duration_seconds", "From the first statement of a batch to its commit.", METRIC_HISTOGRAM,
	.buckets = metric_seconds},
    [BATCH_SIZE] = {"ombud_batch_records", "Records, timers and results of a batch.", METRIC_HISTOGRAM, .buckets = metric_sizes},
    [RETRIES] = {"ombud_batch_failures_total", "Batches undone, by class.", METRIC_COUNTER, {"class"}},
    [DLT] = {"ombud_dlt_messages_total", "Records parked, by code.", METRIC_COUNTER, {"code"}},
    [FIRED] = {"ombud_timers_fired_total", "Timers fired.", METRIC_COUNTER},
    [LATENESS] = {"ombud_timer_lateness_seconds", "From due to fired.", METRIC_HISTOGRAM, .buckets = metric_seconds},
    [WALKED] = {"ombud_campaign_subjects_total", "Subjects that campaigns walked to: reached, passed (done already), failed.",
	METRIC_COUNTER, {"kind", "result"}},
    [SENT] = {"ombud_log_rows_sent_total", "Log rows handed to the producer, or with nothing to send.", METRIC_COUNTER},
    [DELIVERED] = {"ombud_log_rows_delivered_total", "Log rows acknowledged by the broker.", METRIC_COUNTER},
    [SAID_AGAIN] = {"ombud_log_said_again_total",
	"Times that a topic had not what the broker had acknowledged, and it was said again.", METRIC_COUNTER},
    [STOPS] = {"ombud_shard_stops_total", "Stops and stops again, by why (ombudctl shard show).", METRIC_COUNTER, {"why"}},
    [LOOKS] = {"ombud_look_backs_total",
	"Records looked at again, by what was found: same, other, beyond_end, gone (not to be compared), unanswered.",
	METRIC_COUNTER, {"topic", "found"}},
    [CLUSTERS] = {"ombud_clusters_replaced_total", "Shards that met another Kafka cluster, and begin anew with it.",
	METRIC_COUNTER},
    [REFUSALS] = {"ombud_log_rows_refused_total", "Tries to send a log row that Kafka refused.", METRIC_COUNTER, {"error"}},
    [OWNERS_LEFT] = {"ombud_previous_owners_left_total",
	"Previous owners of shards that could not be ended: unseen (another role's), stays (it does not end).", METRIC_COUNTER,
	{"why"}},
    [UNREADABLE] = {"ombud_stored_unreadable_total", "Reads of a stored thing that cannot be read: somebody must look.",
	METRIC_COUNTER, {"what"}},
    [RELOADED] = {"ombud_config_last_reload_successful", "Was the last reload taken?", METRIC_GAUGE},
    [CLOCK_DOUBTED] = {"ombud_clock_doubted",
	"Has the database's clock moved without the machine's? Then the carried one fires and stamps: somebody must look.",
	METRIC_GAUGE},
    [CLOCK_APART] = {"ombud_clock_apart", "Do the database's clock and the machine's differ by more than 2 s?", METRIC_GAUGE},
    [LIMIT_HITS] = {"ombud_limit_hits_total", "How often somebody ran into a limit: refused, not told again, or deferred.",
	METRIC_COUNTER, {"limit"}},
    {0},
};

void counters_setup(struct daemon *daemon)
{
	metrics_register(rows);
	if (daemon->service->counters)
		metrics_register(daemon->service->counters);
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

void counters_unreadable(const char *what)
{
	metric_add(&rows[UNREADABLE], 1, what);
}

void counters_stop(const char *why)
{
	metric_add(&rows[STOPS], 1, why);
}

void counters_owner_left(const char *why)
{
	metric_add(&rows[OWNERS_LEFT], 1, why);
}

void counters_said_again(void)
{
	metric_add(&rows[SAID_AGAIN], 1);
}

void counters_look(const struct daemon *daemon, int topic, const char *found)
{
	metric_add(&rows[LOOKS], 1, daemon->plain_topics[topic], found);
}

void counters_cluster(void)
{
	metric_add(&rows[CLUSTERS], 1);
}

void counters_refused(const char *error)
{
	metric_add(&rows[REFUSALS], 1, error);
}

void counters_reload(bool right)
{
	metric_set(&rows[RELOADED], right);
}

void counters_clock(bool doubted, bool apart)
{
	metric_set(&rows[CLOCK_DOUBTED], doubted);
	metric_set(&rows[CLOCK_APART], apart);
}

void counters_walked(const char *kind, const char *result, int count)
{
	if (count)
		metric_add(&rows[WALKED], count, kind, result);
}

void counters_sent(int count)
{
	metric_add(&rows[SENT], count);
}

void counters_delivered(int count)
{
	metric_add(&rows[DELIVERED], count);
}

void daemon_limit_hits(enum limit limit, int64_t count)
{
	if (count > 0)
		metric_add(&rows[LIMIT_HITS], (double)count, limit_name(limit));
}
