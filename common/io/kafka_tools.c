/* Blocking helpers of kafka.h for tools and tests: admin and reader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/io/kafka_private.h"

enum { CREATE_WAIT_MS = 10000 };

struct kafka_admin {
	rd_kafka_t *rk;
	const struct kafka_settings *settings;
};

/* A tool reads whole topics and has nothing to keep its memory for. With a daemon's small queue its fetcher would find that full
 * all the time, and before 2.2 it sleeps for a second then. */
static const struct {
	const char *key, *value;
} wide[] = {
    {"queued.min.messages", "1000000"},
    {"queued.max.messages.kbytes", "65536"},
    {"fetch.message.max.bytes", "1048576"},
};

static bool read_wide(rd_kafka_conf_t *conf, char *error, size_t error_size)
{
	bool right = true;
	for (size_t i = 0; i < sizeof wide / sizeof *wide && right; i++)
		right = rd_kafka_conf_set(conf, wide[i].key, wide[i].value, error, error_size) == RD_KAFKA_CONF_OK;
	return right;
}

static rd_kafka_t *handle_new(
    const struct kafka_settings *settings, enum kafka_role role, const char *group, char *error, size_t error_size)
{
	rd_kafka_conf_t *conf = kafka_conf_new(settings, role, error, error_size);
	if (!conf)
		return NULL;
	/* So many before the end may be before the beginning. */
	if (group && (!read_wide(conf, error, error_size) ||
			 rd_kafka_conf_set(conf, "group.id", group, error, error_size) != RD_KAFKA_CONF_OK ||
			 rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", error, error_size) != RD_KAFKA_CONF_OK)) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	rd_kafka_t *rk = rd_kafka_new(group ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf, error, error_size);
	if (!rk)
		rd_kafka_conf_destroy(conf);
	return rk;
}

struct kafka_admin *kafka_admin_new(const struct kafka_settings *settings, char *error, size_t error_size)
{
	rd_kafka_t *rk = handle_new(settings, KAFKA_ROLE_ADMIN, NULL, error, error_size);
	if (!rk)
		return NULL;
	struct kafka_admin *admin = xcalloc(1, sizeof *admin);
	admin->rk = rk;
	admin->settings = settings;
	return admin;
}

void kafka_admin_free(struct kafka_admin *admin)
{
	if (!admin)
		return;
	rd_kafka_destroy(admin->rk);
	free(admin);
}

static bool create_answer(rd_kafka_event_t *event, char *error, size_t error_size)
{
	if (!event) {
		snprintf(error, error_size, "the broker does not answer");
		return false;
	}
	if (rd_kafka_event_error(event)) {
		snprintf(error, error_size, "%s", rd_kafka_event_error_string(event));
		return false;
	}
	size_t count;
	const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
	const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(result, &count);
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t err = rd_kafka_topic_result_error(topics[i]);
		if (err && err != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
			snprintf(error, error_size, "%s: %s", rd_kafka_topic_result_name(topics[i]), rd_kafka_err2str(err));
			return false;
		}
	}
	return true;
}

bool kafka_topics_create(struct kafka_admin *admin, const struct kafka_new_topic *topics, int count, int partitions,
    int replication, char *error, size_t error_size)
{
	rd_kafka_NewTopic_t **rows = xcalloc((unsigned long)count + 1, sizeof *rows);
	char size_max[16];
	snprintf(size_max, sizeof size_max, "%d", KAFKA_RECORD_SIZE_MAX);
	for (int i = 0; i < count; i++) {
		rows[i] = rd_kafka_NewTopic_new(topics[i].name, partitions, replication, error, error_size);
		if (rows[i] && topics[i].roomy)
			rd_kafka_NewTopic_set_config(rows[i], "max.message.bytes", size_max);
	}
	rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
	rd_kafka_CreateTopics(admin->rk, rows, (size_t)count, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, CREATE_WAIT_MS);
	bool made = create_answer(event, error, error_size);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_NewTopic_destroy_array(rows, (size_t)count);
	free(rows);
	return made;
}

int kafka_topic_partitions(struct kafka_admin *admin, const char *topic, int wait_ms)
{
	int count = 0;
	return kafka_partition_counts(admin->rk, (const char *[]){topic, NULL}, &count, wait_ms) ? count : -1;
}

bool kafka_watermarks(struct kafka_admin *admin, const char *topic, int partition, int64_t *low, int64_t *high, int wait_ms)
{
	return !rd_kafka_query_watermark_offsets(admin->rk, topic, partition, low, high, wait_ms);
}

/* ---- peeking: rounds, so that a partition can be asked about from several offsets ---- */

static bool same_partition(const struct kafka_peek *one, const struct kafka_peek *other)
{
	return one->topic == other->topic && one->partition == other->partition;
}

/* Those that have not been asked yet, one a partition. Asked ones are marked by their round. */
static rd_kafka_topic_partition_list_t *peek_round(
    const char *const *topics, const struct kafka_peek *peeks, int *rounds, int count, int round)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
	for (int i = 0; i < count; i++) {
		bool again = false;
		for (int k = 0; k < i && rounds[i] == 0; k++)
			again = again || (rounds[k] == round && same_partition(&peeks[k], &peeks[i]));
		if (rounds[i] != 0 || again)
			continue;
		rounds[i] = round;
		rd_kafka_topic_partition_list_add(list, topics[peeks[i].topic], peeks[i].partition)->offset = peeks[i].offset;
	}
	return list;
}

static struct kafka_peek *peek_of(
    const char *const *topics, struct kafka_peek *peeks, const int *rounds, int count, int round, const rd_kafka_message_t *message)
{
	for (int i = 0; i < count; i++)
		if (rounds[i] == round && message->rkt && peeks[i].partition == message->partition &&
		    !strcmp(topics[peeks[i].topic], rd_kafka_topic_name(message->rkt)))
			return &peeks[i];
	return NULL;
}

/* The first word on a partition counts. */
static bool peek_take(struct kafka_peek *peek, const rd_kafka_message_t *message)
{
	bool ended = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
	rd_kafka_timestamp_type_t type;
	if (!peek || peek->answered || (message->err && !ended) || message->offset < peek->offset)
		return false;
	peek->answered = true;
	peek->found = !ended;
	peek->at = message->offset;
	peek->timestamp_us = ended ? 0 : rd_kafka_message_timestamp(message, &type) * 1000;
	return true;
}

bool kafka_peek(const struct kafka_settings *settings, const char *const *topics, struct kafka_peek *peeks, int count, int wait_ms,
    char *error, size_t error_size)
{
	rd_kafka_t *rk = handle_new(settings, KAFKA_ROLE_READER, "ombud-reader", error, error_size);
	if (!rk)
		return false;
	rd_kafka_poll_set_consumer(rk);
	int *rounds = xcalloc((unsigned long)count + 1, sizeof *rounds);
	int64_t until_us = instant_monotonic_us() + wait_ms * INT64_C(1000);
	for (int round = 1; instant_monotonic_us() < until_us; round++) {
		rd_kafka_topic_partition_list_t *list = peek_round(topics, peeks, rounds, count, round);
		int left = list->cnt;
		rd_kafka_assign(rk, left ? list : NULL);
		rd_kafka_topic_partition_list_destroy(list);
		if (!left)
			break;
		while (left > 0 && instant_monotonic_us() < until_us) {
			rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 100);
			if (!message)
				continue;
			left -= peek_take(peek_of(topics, peeks, rounds, count, round, message), message);
			rd_kafka_message_destroy(message);
		}
	}
	free(rounds);
	rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	return true;
}

/* ---- reader ---- */

struct kafka_reader {
	rd_kafka_t *rk;
	const char *const *topics;
	rd_kafka_topic_partition_list_t *list; /* what is read; offset 1: its end has been seen */
	int64_t *ends;                         /* in step with it: where that was; -1: not yet */
	int left;                              /* partitions whose end has not been seen */
};

struct kafka_reader *kafka_reader_new(
    const struct kafka_settings *settings, const char *const *topics, char *error, size_t error_size)
{
	rd_kafka_t *rk = handle_new(settings, KAFKA_ROLE_READER, "ombud-reader", error, error_size);
	if (!rk)
		return NULL;
	struct kafka_reader *reader = xcalloc(1, sizeof *reader);
	reader->rk = rk;
	reader->topics = topics;
	rd_kafka_poll_set_consumer(rk);
	return reader;
}

bool kafka_reader_start(struct kafka_reader *reader, int64_t offset, int wait_ms)
{
	int topics_count = 0;
	while (reader->topics[topics_count])
		topics_count++;
	int *counts = xcalloc((unsigned long)topics_count + 1, sizeof *counts);
	bool there = kafka_partition_counts(reader->rk, reader->topics, counts, wait_ms);
	reader->list = rd_kafka_topic_partition_list_new(topics_count * 8 + 1);
	for (int t = 0; there && t < topics_count; t++) {
		there = counts[t] > 0;
		for (int p = 0; p < counts[t]; p++)
			rd_kafka_topic_partition_list_add(reader->list, reader->topics[t], p)->offset =
			    offset == 0    ? RD_KAFKA_OFFSET_BEGINNING
			    : offset == -1 ? RD_KAFKA_OFFSET_END
					   : RD_KAFKA_OFFSET_TAIL(-offset - 1);
	}
	free(counts);
	if (!there)
		return false;
	rd_kafka_assign(reader->rk, reader->list);
	reader->left = reader->list->cnt;
	reader->ends = xcalloc((unsigned long)reader->list->cnt + 1, sizeof *reader->ends);
	for (int i = 0; i < reader->list->cnt; i++) {
		reader->list->elems[i].offset = 0;
		reader->ends[i] = -1;
	}
	return true;
}

static void mark_end(struct kafka_reader *reader, const rd_kafka_message_t *message, bool ended)
{
	rd_kafka_topic_partition_t *row =
	    rd_kafka_topic_partition_list_find(reader->list, rd_kafka_topic_name(message->rkt), message->partition);
	if (row && ended)
		reader->ends[row - reader->list->elems] = message->offset;
	if (!row || (row->offset == 1) == ended)
		return;
	row->offset = ended;
	reader->left += ended ? -1 : 1;
}

static int reader_topic(const struct kafka_reader *reader, const rd_kafka_message_t *message)
{
	for (int i = 0; reader->topics[i]; i++)
		if (!strcmp(reader->topics[i], rd_kafka_topic_name(message->rkt)))
			return i;
	return -1;
}

bool kafka_reader_next(struct kafka_reader *reader, struct kafka_record *record, int wait_ms, bool *ended)
{
	int64_t until_us = instant_monotonic_us() + wait_ms * INT64_C(1000);
	for (;;) {
		int64_t left_us = until_us - instant_monotonic_us();
		rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->rk, left_us > 0 ? (int)(left_us / 1000) : 0);
		if (message && message->rkt && (!message->err || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF))
			mark_end(reader, message, message->err != 0);
		if (ended)
			*ended = reader->left == 0;
		if (message && !message->err) {
			kafka_record_fill(record, message, reader_topic(reader, message));
			return true;
		}
		if (message)
			rd_kafka_message_destroy(message);
		if ((ended && *ended) || left_us <= 0)
			return false;
	}
}

int64_t kafka_reader_end(const struct kafka_reader *reader, int topic, int partition)
{
	const rd_kafka_topic_partition_t *row =
	    reader->list ? rd_kafka_topic_partition_list_find(reader->list, reader->topics[topic], partition) : NULL;
	return row ? reader->ends[row - reader->list->elems] : -1;
}

void kafka_reader_free(struct kafka_reader *reader)
{
	if (!reader)
		return;
	free(reader->ends);
	if (reader->list)
		rd_kafka_topic_partition_list_destroy(reader->list);
	rd_kafka_destroy_flags(reader->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	free(reader);
}
