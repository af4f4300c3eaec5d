/* Settings and what all of kafka.h's handles share. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/base/problems.h"
#include "common/base/tongue.h"
#include "common/io/kafka_private.h"
#include "common/io/loop.h"

#define ASSIGNOR "range"

enum { CONSUMES = 1, PRODUCES = 2, BOTH = 3 };
enum {
	SESSION_MS_MIN = 6000,    /* of a broker's group.min.session.timeout.ms, unless somebody changed it */
	STATISTICS_MS_MAX = 1500, /* they tell that a broker hangs, within 5 s (kafka_consumer.c); 0: never */
};

/* Nothing is lost or out of order: PostgreSQL keeps the offsets, all replicas acknowledge, no record expires before a later one
 * goes out. A dead member is missed after 6 s. Keys go where Kafka's Java client puts them. Memory is bounded by small queues. */
static const struct {
	const char *key, *value;
	int roles;
	bool fixed; /* not the operator's to change */
} defaults[] = {
    {"log.queue", "true", BOTH, true},
    {"socket.nagle.disable", "true", BOTH, false},
    {"socket.keepalive.enable", "true", BOTH, false},
    {"socket.timeout.ms", "10000", BOTH, false},
    {"reconnect.backoff.ms", "50", BOTH, false},
    {"reconnect.backoff.max.ms", "1000", BOTH, false},
    {"topic.metadata.refresh.interval.ms", "30000", BOTH, false},
    {"statistics.interval.ms", "1000", CONSUMES, false},
    {"enable.auto.commit", "false", CONSUMES, true},
    {"enable.auto.offset.store", "false", CONSUMES, true},
    {"enable.partition.eof", "true", CONSUMES, true},
    {"auto.offset.reset", "error", CONSUMES, true},
    {"partition.assignment.strategy", ASSIGNOR, CONSUMES, true},
    {"session.timeout.ms", "6000", CONSUMES, false},
    {"heartbeat.interval.ms", "1000", CONSUMES, false},
    {"max.poll.interval.ms", "60000", CONSUMES, false},
    {"fetch.wait.max.ms", "100", CONSUMES, false},
    {"fetch.error.backoff.ms", "100", CONSUMES, false},
    /* Compressed sets come undone in whole, so a fetch may bring more; what waits longer waits in the lanes. */
    {"fetch.message.max.bytes", "65536", CONSUMES, false},
    {"queued.min.messages", "20000", CONSUMES, false},
    {"queued.max.messages.kbytes", "2048", CONSUMES, false},
    {"enable.idempotence", "true", PRODUCES, true},
    {"acks", "all", PRODUCES, true},
    {"message.timeout.ms", "0", PRODUCES, true},
    /* KAFKA_RECORD_SIZE_MAX: a dead letter is its record with headers added; a refused one would block its shard for ever. */
    {"message.max.bytes", "12582912", PRODUCES, true},
    {"partitioner", "murmur2_random", PRODUCES, true},
    /* librdkafka sleeps through whole milliseconds of it and spins through the rest: one, and a little more, so that it does not.
     * A fact of a quiet hour waits so long for nothing; in a flood a batch's facts come at once, and more would gather no more.
     */
    {"linger.ms", "1.3", PRODUCES, false},
    {"compression.type", "lz4", PRODUCES, false}, /* a quarter less for the broker to do */
    {"queue.buffering.max.messages", "20000", PRODUCES, false},
    {"queue.buffering.max.kbytes", "32768", PRODUCES, false},
};

/* kafka.dev.mock=true: the mock cluster waits a session before a group forms, and does not cut long polls short.
 */
static const struct {
	const char *key, *value;
} mock_defaults[] = {
    {"session.timeout.ms", "3000"},
    {"heartbeat.interval.ms", "300"},
    {"fetch.wait.max.ms", "10"},
};

/* Properties that mean something to one role only; everything else goes to both. */
static const struct {
	const char *prefix;
	int roles;
} belongings[] = {
    {"group.", CONSUMES},
    {"session.", CONSUMES},
    {"heartbeat.", CONSUMES},
    {"max.poll.", CONSUMES},
    {"fetch.", CONSUMES},
    {"queued.", CONSUMES},
    {"isolation.", CONSUMES},
    {"check.crcs", CONSUMES},
    {"statistics.", CONSUMES},
    {"enable.gapless.guarantee", PRODUCES},
    {"linger.", PRODUCES},
    {"compression.", PRODUCES},
    {"queue.buffering.", PRODUCES},
    {"batch.", PRODUCES},
    {"delivery.", PRODUCES},
    {"request.", PRODUCES},
    {"retries", PRODUCES},
    {"retry.backoff.ms", PRODUCES},
    {"message.send.", PRODUCES},
};

static int key_roles(const char *key)
{
	for (size_t i = 0; i < sizeof belongings / sizeof *belongings; i++)
		if (!strncmp(key, belongings[i].prefix, strlen(belongings[i].prefix)))
			return belongings[i].roles;
	return BOTH;
}

static bool key_fixed(const char *key)
{
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (defaults[i].fixed && !strcmp(defaults[i].key, key))
			return true;
	return false;
}

static bool key_ours(const char *key)
{
	return !strncmp(key, "dev.", 4); /* for ourselves, not for librdkafka */
}

/* librdkafka hands its lines to the queue that we poll, so this runs on the loop. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	enum log_level ours = level <= 3 ? LOG_LEVEL_WARN : level <= 4 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
	log_at(ours, "kafka", LOG_TEXT("facility", facility), LOG_TEXT("err", text));
}

static const char *settings_value(const struct kafka_settings *settings, const char *key)
{
	for (int i = 0; i < settings->count; i++)
		if (!strcmp(settings->keys[i], key))
			return settings->values[i];
	return "";
}

static bool settings_mock(const struct kafka_settings *settings)
{
	return !strcmp(settings_value(settings, "dev.mock"), "true");
}

rd_kafka_conf_t *kafka_conf_new(const struct kafka_settings *settings, enum kafka_role role, char *error, size_t error_size)
{
	static const int roles_of[] = {[KAFKA_ROLE_CONSUMER] = CONSUMES,
	    [KAFKA_ROLE_READER] = CONSUMES,
	    [KAFKA_ROLE_PRODUCER] = PRODUCES,
	    [KAFKA_ROLE_ADMIN] = 0};
	int wanted = roles_of[role];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool right = true;
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults && right; i++)
		if (defaults[i].roles & wanted)
			right = rd_kafka_conf_set(conf, defaults[i].key, defaults[i].value, error, error_size) == RD_KAFKA_CONF_OK;
	for (size_t i = 0;
	     i < sizeof mock_defaults / sizeof *mock_defaults && right && settings_mock(settings) && wanted & CONSUMES; i++)
		right =
		    rd_kafka_conf_set(conf, mock_defaults[i].key, mock_defaults[i].value, error, error_size) == RD_KAFKA_CONF_OK;
	if (role == KAFKA_ROLE_ADMIN) /* an end is an end, whatever transaction is open before it */
		rd_kafka_conf_set(conf, "isolation.level", "read_uncommitted", NULL, 0);
	if (wanted & CONSUMES) /* an error where it is not known yet: kafka_consumer.c knocks instead */
		rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "10", NULL, 0);
	if (right && settings->client_id)
		right = rd_kafka_conf_set(conf, "client.id", settings->client_id, error, error_size) == RD_KAFKA_CONF_OK;
	for (int i = 0; i < settings->count && right; i++) {
		const char *key = settings->keys[i];
		if (key_ours(key) || key_fixed(key) || !(key_roles(key) == BOTH || key_roles(key) & wanted))
			continue;
		right = rd_kafka_conf_set(conf, key, settings->values[i], error, error_size) == RD_KAFKA_CONF_OK;
	}
	if (!right) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	rd_kafka_conf_set_log_cb(conf, on_log);
	return conf;
}

long kafka_conf_number(const rd_kafka_conf_t *conf, const char *key)
{
	char text[64];
	size_t size = sizeof text;
	return rd_kafka_conf_get(conf, key, text, &size) == RD_KAFKA_CONF_OK ? strtol(text, NULL, 10) : 0;
}

/* ---- what the operator set ---- */

/* As librdkafka reads it: the last colon begins a port unless it is one of an IPv6 address. */
static bool is_server(const char *text, size_t size)
{
	const char *colon = memrchr(text, ':', size);
	bool ported = colon && (memchr(text, ':', size) == colon || (colon > text && colon[-1] == ']'));
	size_t host = ported ? (size_t)(colon - text) : size;
	size_t digits = ported ? strspn(colon + 1, "0123456789") : 0;
	long port = ported ? strtol(colon + 1, NULL, 10) : 1;
	return host && strcspn(text, " \t\r\n;/") >= size && port > 0 && port <= UINT16_MAX &&
	       (!ported || host + 1 + digits == size);
}

bool kafka_servers_check(const char *text, char *error, size_t error_size)
{
	for (;;) {
		text += strspn(text, " ");
		size_t size = strcspn(text, ",");
		if (!is_server(text, size)) {
			snprintf(error, error_size, tongue("\"%.*s\" is not host:port, with a port of 1 to %d"), (int)size, text,
			    UINT16_MAX);
			return false;
		}
		text += size;
		if (!*text++)
			return true;
	}
}

static void tell_setting(const struct kafka_settings *settings, struct problems *problems, const char *key, const char *message)
{
	const char *place = NULL;
	for (int i = 0; i < settings->count && settings->places; i++)
		if (!strcmp(settings->keys[i], key))
			place = settings->places[i];
	problems_add(problems, "%s%skafka.%s: %s", place ? place : "", place ? ": " : "", key, message);
}

static bool same_value(const rd_kafka_conf_t *one, const rd_kafka_conf_t *other, const char *key)
{
	char texts[2][128] = {"", ""};
	rd_kafka_conf_get(one, key, texts[0], &(size_t){sizeof texts[0]});
	rd_kafka_conf_get(other, key, texts[1], &(size_t){sizeof texts[1]});
	return !strcmp(texts[0], texts[1]);
}

/* A property has several names ("delivery.timeout.ms" is message.timeout.ms), so what counts is what became of ours. */
static void check_setting(rd_kafka_conf_t *conf, const rd_kafka_conf_t *ours, const struct kafka_settings *settings,
    struct problems *problems, const char *key, const char *value)
{
	char error[512];
	if (key_ours(key) || (key_fixed(key) && !*value))
		return;
	bool servers = !strcmp(key, "bootstrap.servers") || !strcmp(key, "metadata.broker.list");
	if ((servers && !kafka_servers_check(value, error, sizeof error)) ||
	    rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
		tell_setting(settings, problems, key, error);
		return;
	}
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
		if (!defaults[i].fixed || same_value(conf, ours, defaults[i].key))
			continue;
		snprintf(error, sizeof error, tongue("%s is always %s"), defaults[i].key, defaults[i].value);
		tell_setting(settings, problems, key, error);
		rd_kafka_conf_set(conf, defaults[i].key, defaults[i].value, NULL, 0);
	}
}

static void check_session(const rd_kafka_conf_t *conf, const struct kafka_settings *settings, struct problems *problems)
{
	char error[128];
	long session = kafka_conf_number(conf, "session.timeout.ms"), heartbeat = kafka_conf_number(conf, "heartbeat.interval.ms");
	if (session < SESSION_MS_MIN && !settings_mock(settings)) {
		snprintf(error, sizeof error, tongue("%ld: brokers refuse less than %d"), session, SESSION_MS_MIN);
		tell_setting(settings, problems, "session.timeout.ms", error);
	} else if (heartbeat > session / 3) {
		snprintf(error, sizeof error, tongue("%ld: more than a third of the session's %ld"), heartbeat, session);
		tell_setting(settings, problems, "heartbeat.interval.ms", error);
	}
}

static void check_statistics(const rd_kafka_conf_t *conf, const struct kafka_settings *settings, struct problems *problems)
{
	char error[128];
	long interval = kafka_conf_number(conf, "statistics.interval.ms");
	if (settings_mock(settings) || (interval > 0 && interval <= STATISTICS_MS_MAX))
		return;
	snprintf(error, sizeof error, tongue("%ld: out of 1 to %d, or a broker that hangs is not told in time"), interval,
	    STATISTICS_MS_MAX);
	tell_setting(settings, problems, "statistics.interval.ms", error);
}

static bool sets_security(const struct kafka_settings *settings)
{
	static const char *const sections[] = {"security.", "sasl.", "ssl."};
	for (int i = 0; i < settings->count; i++)
		for (size_t k = 0; k < sizeof sections / sizeof *sections; k++)
			if (!strncmp(settings->keys[i], sections[k], strlen(sections[k])))
				return true;
	return false;
}

/* Files of keys, and what only together is right, librdkafka looks at when it makes a handle. */
static void check_security(const rd_kafka_conf_t *conf, struct problems *problems)
{
	char error[512];
	rd_kafka_conf_t *copy = rd_kafka_conf_dup(conf);
	rd_kafka_conf_set(copy, "bootstrap.servers", "", NULL, 0);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, copy, error, sizeof error);
	if (rk) {
		rd_kafka_destroy(rk);
		return;
	}
	rd_kafka_conf_destroy(copy);
	problems_add(problems, "kafka: %s", error);
}

void kafka_settings_check(const struct kafka_settings *settings, struct problems *problems)
{
	static const char *const mock_key = "dev.mock", *const mock_value = "true";
	const struct kafka_settings mock = {&mock_key, &mock_value, settings_mock(settings)};
	rd_kafka_conf_t *conf = kafka_conf_new(&mock, KAFKA_ROLE_CONSUMER, NULL, 0);
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (defaults[i].roles == PRODUCES)
			rd_kafka_conf_set(conf, defaults[i].key, defaults[i].value, NULL, 0);
	rd_kafka_conf_t *untouched = rd_kafka_conf_dup(conf);
	int before = problems->count;
	for (int i = 0; i < settings->count; i++)
		check_setting(conf, untouched, settings, problems, settings->keys[i], settings->values[i]);
	if (problems->count == before)
		check_session(conf, settings, problems);
	if (problems->count == before)
		check_statistics(conf, settings, problems);
	if (problems->count == before && sets_security(settings))
		check_security(conf, problems);
	rd_kafka_conf_destroy(untouched);
	rd_kafka_conf_destroy(conf);
}

/* ---- wake-ups ---- */

static void on_wake(int fd, int events, void *context)
{
	struct kafka_wake *wake = context;
	char bytes[256];
	while (read(fd, bytes, sizeof bytes) > 0) /* empty it first, then poll: a wake-up comes once per silence */
		;
	wake->fn(wake->context);
}

bool kafka_wake_open(struct kafka_wake *wake, char *error, size_t error_size)
{
	*wake = (struct kafka_wake){.watch = NULL};
	if (pipe2(wake->fds, O_NONBLOCK | O_CLOEXEC) == 0)
		return true;
	snprintf(error, error_size, "pipe: %s", strerror(errno));
	return false;
}

void kafka_wake_watch(struct kafka_wake *wake, struct loop *loop, rd_kafka_queue_t *queue, void (*fn)(void *), void *context)
{
	wake->fn = fn;
	wake->context = context;
	wake->watch = loop_watch_new(loop, wake->fds[0], LOOP_READ, on_wake, wake);
	rd_kafka_queue_io_event_enable(queue, wake->fds[1], "1", 1);
}

void kafka_wake_close(struct kafka_wake *wake)
{
	loop_watch_free(wake->watch);
	close(wake->fds[0]);
	close(wake->fds[1]);
	wake->watch = NULL;
}

/* ---- shared ---- */

bool kafka_partition_counts(rd_kafka_t *rk, const char *const *topics, int *counts, int wait_ms)
{
	const struct rd_kafka_metadata *metadata;
	if (rd_kafka_metadata(rk, 1, NULL, &metadata, wait_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return false;
	for (int i = 0; topics[i]; i++) {
		counts[i] = 0;
		for (int t = 0; t < metadata->topic_cnt; t++)
			if (!strcmp(metadata->topics[t].topic, topics[i]) && !metadata->topics[t].err)
				counts[i] = metadata->topics[t].partition_cnt;
	}
	rd_kafka_metadata_destroy(metadata);
	return true;
}

void kafka_record_fill(struct kafka_record *record, rd_kafka_message_t *message, int topic)
{
	rd_kafka_timestamp_type_t type;
	int64_t ms = rd_kafka_message_timestamp(message, &type);
	*record = (struct kafka_record){
	    .topic = topic,
	    .partition = message->partition,
	    .offset = message->offset,
	    .timestamp_us = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || ms < 0 || ms > INT64_MAX / 1000 ? 0 : ms * 1000,
	    .key = message->key,
	    .key_size = message->key_len,
	    .value = message->payload,
	    .size = message->len,
	    .message = message,
	};
}

int kafka_record_headers_count(const struct kafka_record *record)
{
	rd_kafka_headers_t *all;
	if (rd_kafka_message_headers(record->message, &all) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	return (int)rd_kafka_header_cnt(all);
}

void kafka_record_header(const struct kafka_record *record, int index, struct header *header)
{
	rd_kafka_headers_t *all;
	if (rd_kafka_message_headers(record->message, &all) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    rd_kafka_header_get_all(all, (size_t)index, &header->name, &header->value, &header->size) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bug("no header %d", index);
}

void kafka_record_free(struct kafka_record *record)
{
	if (record->message)
		rd_kafka_message_destroy(record->message);
	record->message = NULL;
}
