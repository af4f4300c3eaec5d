#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/kafka_private.h"

enum {
	TOPICS_ROOM = 16,
	SILENT_US = 3000000,
	FETCH_QUEUE_BACKOFF_SINCE = 0x020200ff,
	QUEUE_LOW = 3000,           /* records: some ten milliseconds of a flood, in which a fetch comes back */
	HINT_CALM_US = 3000000,     /* since a connection has failed; a commit that waits for a broker comes too late: see below */
	STOPS_US = 100 * 1000,      /* until partitions that an assignment has stopped are stopped, at least */
	KNOCK_EVERY_US = 20 * 1000, /* while it stays low: the fetcher is awake, and the broker is what is slow */
};

struct kafka_consumer {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue;
	struct kafka_wake wake;
	struct kafka_consumer_hooks hooks;
	void *context;
	const char *const *topics;
	const rd_kafka_topic_t *handles[TOPICS_ROOM]; /* of the topics, once seen: spares comparing names */
	char *cluster;
	bool subscribed;
	bool connected;
	int64_t failed_us; /* monotonic: when a connection failed last */
	int64_t fetch_wait_us;
	int64_t stopped_us; /* monotonic: when an assignment took the place of one with partitions; 0: the last one did not */
	bool assigned;      /* something */
	int64_t knocked_us; /* monotonic; 0: not since the queue was last filled */
	bool taken;         /* something, and not knocked since */
};

static int topic_index(const struct kafka_consumer *consumer, const char *name)
{
	for (int i = 0; consumer->topics[i]; i++)
		if (!strcmp(consumer->topics[i], name))
			return i;
	return -1;
}

static int message_topic(struct kafka_consumer *consumer, const rd_kafka_message_t *message)
{
	if (!message->rkt)
		return -1;
	for (int i = 0; consumer->topics[i]; i++)
		if (consumer->handles[i] == message->rkt)
			return i;
	int index = topic_index(consumer, rd_kafka_topic_name(message->rkt));
	if (index >= 0)
		consumer->handles[index] = message->rkt;
	return index;
}

/* ---- rebalance: only ever inside our own poll ---- */

/* list NULL: nothing. Two assignments on one another's heels stop a partition twice, and librdkafka ends the process over the
 * second answer (its issue 5573): a member that slept past its session reads anew and is revoked in the same moment. The first
 * one's stops are answered by the broker's threads within milliseconds; they are given the time. */
static void assign_to(struct kafka_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
	int64_t left_us = consumer->stopped_us + STOPS_US - instant_monotonic_us();
	if (consumer->stopped_us && left_us > 0)
		usleep((useconds_t)left_us);
	memset(consumer->handles, 0, sizeof consumer->handles);
	rd_kafka_assign(consumer->rk, list);
	consumer->stopped_us = consumer->assigned ? instant_monotonic_us() : 0;
	consumer->assigned = list && list->cnt;
}

/* In librdkafka 2.0.2 a partition that was paused stays so from one assignment to the next. */
static void read_from(struct kafka_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_resume_partitions(consumer->rk, list);
	assign_to(consumer, list);
}

static void assign(struct kafka_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
	struct kafka_position *positions = xcalloc((unsigned long)list->cnt + 1, sizeof *positions);
	for (int i = 0; i < list->cnt; i++)
		positions[i] = (struct kafka_position){topic_index(consumer, list->elems[i].topic), list->elems[i].partition, 0};
	bool taken = consumer->hooks.assign(positions, list->cnt, consumer->context);
	/* Refused ones are assigned all the same until the caller unsubscribes (whose records the hooks drop): an empty answer
	 * leaves librdkafka 2.0.2 between two states, from which it does not join again. Never at a logical offset: the query for
	 * it is tried again by a timer that outlives the assignment, and then moves the next one's position. */
	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = taken ? positions[i].offset : 0;
	read_from(consumer, list);
	free(positions);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct kafka_consumer *consumer = opaque;
	if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		assign(consumer, list);
		return;
	}
	if (err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
		log_warn("rebalance failed", LOG_TEXT("err", rd_kafka_err2str(err)));
	consumer->hooks.revoke(rd_kafka_assignment_lost(rk), consumer->context);
	assign_to(consumer, NULL);
}

static void tell_fatal(struct kafka_consumer *consumer)
{
	char text[256] = "";
	rd_kafka_fatal_error(consumer->rk, text, sizeof text);
	consumer->hooks.fatal(text, consumer->context);
}

static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
	struct kafka_consumer *consumer = opaque;
	if (err == RD_KAFKA_RESP_ERR__FATAL)
		tell_fatal(consumer);
	else
		consumer->failed_us = instant_monotonic_us();
	if (err != RD_KAFKA_RESP_ERR__FATAL)
		consumer->hooks.away(consumer->context);
	if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
		if (consumer->connected)
			log_warn("kafka away", LOG_TEXT("err", reason));
		consumer->connected = false;
	}
}

/* ---- is the broker there? The statistics say it; nothing else in librdkafka does ---- */

static int64_t number_of(const char *broker, const char *key)
{
	const char *at = strstr(broker, key);
	return at ? strtoll(at + strlen(key), NULL, 10) : 0;
}

/* Nothing has come from it for so long, and something is asked of it: several things, or one that is no fresh one. Once in doubt,
 * only what comes from it tells that it is there. */
static bool silent(const struct kafka_consumer *consumer, const char *broker, int64_t patience_us)
{
	int64_t asked = number_of(broker, "\"waitresp_cnt\":");
	bool in_doubt = !consumer->connected || asked > 1 || (asked == 1 && number_of(broker, "\"txidle\":") > patience_us / 2);
	return in_doubt && number_of(broker, "\"rxidle\":") > patience_us;
}

static bool any_broker_answers(const struct kafka_consumer *consumer, const char *brokers)
{
	for (const char *at = brokers; at && (at = strstr(at, "\"nodeid\":"));) {
		at += strlen("\"nodeid\":");
		const char *state = strstr(at, "\"state\":\"");
		bool real = *at != '-'; /* -1 is the coordinator's handle or a seed */
		if (real && state && !strncmp(state, "\"state\":\"UP\"", 12) &&
		    !silent(consumer, at, SILENT_US + consumer->fetch_wait_us))
			return true;
	}
	return false;
}

/* A copy without partitions asks for nothing but to stay a member. Joining may take its time. */
static bool coordinator_answers(const struct kafka_consumer *consumer, const char *json, const char *brokers)
{
	const char *at = brokers ? strstr(brokers, "\"GroupCoordinator\"") : NULL;
	bool member = strstr(json, "\"join_state\": \"steady\"") != NULL;
	return !at || !member || !silent(consumer, at, SILENT_US);
}

static int on_statistics(rd_kafka_t *rk, char *json, size_t size, void *opaque)
{
	struct kafka_consumer *consumer = opaque;
	const char *brokers = strstr(json, "\"brokers\":");
	bool connected = any_broker_answers(consumer, brokers) && coordinator_answers(consumer, json, brokers);
	if (connected && !consumer->connected)
		log_info("kafka there");
	if (!connected && consumer->connected) {
		log_warn("kafka does not answer");
		consumer->hooks.away(consumer->context);
	}
	consumer->connected = connected;
	return 0;
}

/* ---- life ---- */

struct kafka_consumer *kafka_consumer_new(struct loop *loop, const struct kafka_settings *settings, const char *group,
    const char *const *topics, const struct kafka_consumer_hooks *hooks, void *context, char *error, size_t error_size)
{
	rd_kafka_conf_t *conf = kafka_conf_new(settings, KAFKA_ROLE_CONSUMER, error, error_size);
	if (!conf)
		return NULL;
	if (rd_kafka_conf_set(conf, "group.id", group, error, error_size) != RD_KAFKA_CONF_OK) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	struct kafka_consumer *consumer = xcalloc(1, sizeof *consumer);
	consumer->hooks = *hooks;
	consumer->context = context;
	consumer->topics = topics;
	consumer->fetch_wait_us = kafka_conf_number(conf, "fetch.wait.max.ms") * INT64_C(1000);
	rd_kafka_conf_set_opaque(conf, consumer);
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_stats_cb(conf, on_statistics);
	bool awake = kafka_wake_open(&consumer->wake, error, error_size);
	consumer->rk = awake ? rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, error_size) : NULL;
	if (!consumer->rk) {
		rd_kafka_conf_destroy(conf);
		if (awake)
			kafka_wake_close(&consumer->wake);
		free(consumer);
		return NULL;
	}
	rd_kafka_set_log_queue(consumer->rk, NULL);
	rd_kafka_poll_set_consumer(consumer->rk);
	consumer->queue = rd_kafka_queue_get_consumer(consumer->rk);
	kafka_wake_watch(&consumer->wake, loop, consumer->queue, hooks->wake, context);
	return consumer;
}

void kafka_consumer_subscribe(struct kafka_consumer *consumer)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
	for (int i = 0; consumer->topics[i]; i++)
		rd_kafka_topic_partition_list_add(list, consumer->topics[i], RD_KAFKA_PARTITION_UA);
	rd_kafka_resp_err_t err = rd_kafka_subscribe(consumer->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	consumer->subscribed = !err;
	if (err)
		log_error("cannot subscribe", LOG_TEXT("err", rd_kafka_err2str(err)));
}

void kafka_consumer_unsubscribe(struct kafka_consumer *consumer)
{
	rd_kafka_unsubscribe(consumer->rk);
	consumer->subscribed = false;
}

bool kafka_consumer_subscribed(const struct kafka_consumer *consumer)
{
	return consumer->subscribed;
}

static void take_message(struct kafka_consumer *consumer, rd_kafka_message_t *message)
{
	int topic = message_topic(consumer, message);
	if (!message->err && topic >= 0) {
		struct kafka_record record;
		kafka_record_fill(&record, message, topic);
		consumer->hooks.record(&record, consumer->context);
		return;
	}
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		consumer->hooks.end(topic, message->partition, message->offset, consumer->context);
	else if (message->err == RD_KAFKA_RESP_ERR__FATAL) /* a consumer's is no error event but a message */
		tell_fatal(consumer);
	else if (message->err && message->err != RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
		consumer->hooks.trouble(topic, message->partition, rd_kafka_err2name(message->err),
		    rd_kafka_message_errstr(message), consumer->context);
	rd_kafka_message_destroy(message);
}

/* Before 2.2 (fetch.queue.backoff.ms) a fetcher that has found the queue full sleeps for a second, however soon it is empty again,
 * unless its thread is given something to do: a question that goes to the leaders of all partitions. Nobody waits for the answer.
 */
static void knock(struct kafka_consumer *consumer)
{
	rd_kafka_topic_partition_list_t *list;
	if (rd_kafka_assignment(consumer->rk, &list))
		return;
	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = RD_KAFKA_OFFSET_END;
	rd_kafka_offsets_for_times(consumer->rk, list, 0);
	rd_kafka_topic_partition_list_destroy(list);
}

/* Something was taken, the queue runs low, and nobody may be filling it. Whether it has been full cannot be seen: it is so by
 * bytes, too. If it is too soon, the next poll knocks, at the latest that of the tick: nothing else would wake anybody.
 */
static void keep_fetching(struct kafka_consumer *consumer)
{
	int64_t now_us = instant_monotonic_us();
	if (rd_kafka_queue_length(consumer->queue) >= QUEUE_LOW) {
		consumer->knocked_us = 0;
	} else if (now_us - consumer->knocked_us > KNOCK_EVERY_US) {
		consumer->knocked_us = now_us;
		consumer->taken = false;
		knock(consumer);
	}
}

int kafka_consumer_poll(struct kafka_consumer *consumer, int most)
{
	int taken = 0;
	rd_kafka_message_t *message;
	while (taken < most && (message = rd_kafka_consumer_poll(consumer->rk, 0))) {
		taken++;
		take_message(consumer, message);
	}
	consumer->taken = consumer->taken || taken;
	if (consumer->taken && rd_kafka_version() < FETCH_QUEUE_BACKOFF_SINCE)
		keep_fetching(consumer);
	return taken;
}

static rd_kafka_topic_partition_list_t *list_of(
    const struct kafka_consumer *consumer, const struct kafka_position *positions, int count)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
	for (int i = 0; i < count; i++)
		rd_kafka_topic_partition_list_add(list, consumer->topics[positions[i].topic], positions[i].partition)->offset =
		    positions[i].offset;
	return list;
}

void kafka_consumer_read_from(struct kafka_consumer *consumer, const struct kafka_position *positions, int count)
{
	rd_kafka_topic_partition_list_t *list = list_of(consumer, positions, count);
	read_from(consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
}

void kafka_consumer_pause(struct kafka_consumer *consumer, const struct kafka_position *positions, int count, bool paused)
{
	rd_kafka_topic_partition_list_t *list = list_of(consumer, positions, count);
	if (paused)
		rd_kafka_pause_partitions(consumer->rk, list);
	else
		rd_kafka_resume_partitions(consumer->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

/* A commit that waits until a broker is back goes out under a member id that the group may have replaced, and for a member with an
 * instance id that is the end: fenced by itself. */
void kafka_consumer_hint(struct kafka_consumer *consumer, const struct kafka_position *positions, int count)
{
	if (!consumer->connected || (consumer->failed_us && instant_monotonic_us() - consumer->failed_us < HINT_CALM_US))
		return;
	rd_kafka_topic_partition_list_t *list = list_of(consumer, positions, count);
	rd_kafka_commit(consumer->rk, list, 1);
	rd_kafka_topic_partition_list_destroy(list);
}

bool kafka_consumer_watermarks(struct kafka_consumer *consumer, int topic, int partition, int64_t *low, int64_t *high)
{
	*low = *high = -1;
	return !rd_kafka_get_watermark_offsets(consumer->rk, consumer->topics[topic], partition, low, high) && *high >= 0;
}

bool kafka_consumer_ends(struct kafka_consumer *consumer, int topic, int partition, int64_t *low, int64_t *high, int wait_ms)
{
	return !rd_kafka_query_watermark_offsets(consumer->rk, consumer->topics[topic], partition, low, high, wait_ms);
}

bool kafka_consumer_connected(const struct kafka_consumer *consumer)
{
	return consumer->connected;
}

bool kafka_consumer_partitions(struct kafka_consumer *consumer, const char *const *topics, int *counts, int wait_ms)
{
	bool known = kafka_partition_counts(consumer->rk, topics, counts, wait_ms);
	if (known)
		consumer->connected = true;
	return known;
}

const char *kafka_consumer_cluster(struct kafka_consumer *consumer, int wait_ms)
{
	char *cluster = rd_kafka_clusterid(consumer->rk, consumer->cluster ? 0 : wait_ms);
	if (cluster && (!consumer->cluster || strcmp(cluster, consumer->cluster) != 0)) {
		free(consumer->cluster);
		consumer->cluster = xstrdup(cluster);
	}
	if (cluster)
		rd_kafka_mem_free(consumer->rk, cluster);
	return consumer->cluster ? consumer->cluster : "";
}

void kafka_consumer_ask_cluster(struct kafka_consumer *consumer, int wait_ms)
{
	const struct rd_kafka_metadata *metadata;
	if (rd_kafka_metadata(consumer->rk, 0, NULL, &metadata, wait_ms) == RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_metadata_destroy(metadata);
}

void kafka_consumer_free(struct kafka_consumer *consumer, int wait_ms)
{
	if (!consumer)
		return;
	int64_t until_us = instant_monotonic_us() + wait_ms * INT64_C(1000);
	rd_kafka_error_t *error = rd_kafka_consumer_close_queue(consumer->rk, consumer->queue);
	if (error)
		rd_kafka_error_destroy(error);
	while (!rd_kafka_consumer_closed(consumer->rk)) {
		if (instant_monotonic_us() > until_us)
			return; /* the coordinator is away; it will find out by the session's end */
		rd_kafka_event_t *event = rd_kafka_queue_poll(consumer->queue, 20);
		if (event && rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE) {
			if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
				consumer->hooks.revoke(rd_kafka_assignment_lost(consumer->rk), consumer->context);
			assign_to(consumer, NULL);
		}
		if (event)
			rd_kafka_event_destroy(event);
	}
	kafka_wake_close(&consumer->wake);
	rd_kafka_queue_destroy(consumer->queue);
	rd_kafka_destroy_flags(consumer->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	free(consumer->cluster);
	free(consumer);
}
