#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/json.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/model/topics.h"
#include "common/wire/kafka.h"

#include "services/player/bus.h"

enum { FACT_TOPICS = 6, READS_MAX = 2000, START_WAIT_MS = 30 * 1000, WHY_WAIT_MS = 2000, FLUSH_WAIT_US = 60 * 1000 * 1000 };

static const char inbox_topic[] = "ombud.inbox.v1";
static const char *const fact_topics[FACT_TOPICS + 1] = {"ombud.complaint.v1", "ombud.triage.v1", "ombud.risk.v1",
    "ombud.escalation.v1", "ombud.remedy.v1", "ombud.notification.v1", NULL};
static const char *const encoding_names[] = {"protobuf", "json", "confluent", "raw"};

/* A record that the ledger knows as acknowledged; key: source, newline, id. */
struct acked {
	UT_hash_handle hh;
	char *name;
};

/* A record on its way. */
struct sending {
	struct bus *bus;
	char *who; /* the ledger line's first half */
	enum encoding encoding;
};

struct bus {
	struct bus_settings settings;
	struct loop *loop;
	struct arena *arena; /* of one record at a time */
	struct kafka_producer *producer;
	struct kafka_reader *reader;
	char inbox[TOPIC_NAME_SIZE];
	char names[FACT_TOPICS][TOPIC_NAME_SIZE];
	const char *topics[FACT_TOPICS + 1]; /* the same, as the reader borrows them */
	FILE *ledger;
	struct acked *acked;
	int partitions;
	int64_t ends[BUS_PARTITIONS_MAX];
	int64_t published;
	int failed;
	int64_t seen[FACT_TOPICS][BUS_PARTITIONS_MAX];      /* last shard_sequence handed out ... */
	int32_t histories[FACT_TOPICS][BUS_PARTITIONS_MAX]; /* ... and the history that it is of */
};

/* ---- the ledger ---- */

static char *acked_name(const char *source, const char *id)
{
	struct buf name = BUF_EMPTY;
	buf_printf(&name, "%s\n%s", source, id);
	return buf_take(&name);
}

static void acked_add(struct bus *bus, const char *source, const char *id)
{
	struct acked *acked = xcalloc(1, sizeof(*acked));
	acked->name = acked_name(source, id);
	HASH_ADD_KEYPTR(hh, bus->acked, acked->name, strlen(acked->name), acked);
}

static void ledger_line(struct bus *bus, const char *line)
{
	char error[JSON_ERROR_SIZE];
	struct json *json = json_parse(line, strlen(line), 0, error, NULL);
	if (json && strcmp(json_text_of(json_member(json, "outcome")), "ok") == 0) {
		int64_t partition = json_integer_of(json_member(json, "partition"));
		int64_t offset = json_integer_of(json_member(json, "offset"));
		acked_add(bus, json_text_of(json_member(json, "source")), json_text_of(json_member(json, "id")));
		if (partition >= 0 && partition < bus->partitions && offset >= bus->ends[partition])
			bus->ends[partition] = offset + 1;
		bus->published++;
	}
	json_free(json);
}

static void ledger_open(struct bus *bus)
{
	char *line = NULL;
	size_t room = 0;
	FILE *old = fopen(bus->settings.ledger, "re");
	while (old && getline(&line, &room, old) > 0)
		ledger_line(bus, line);
	free(line);
	if (old)
		fclose(old);
	bus->ledger = fopen(bus->settings.ledger, "ae");
	if (!bus->ledger)
		die("%s: %s", bus->settings.ledger, strerror(errno));
}

static char *ledger_who(const struct input *input)
{
	struct buf who = BUF_EMPTY;
	buf_text(&who, "{\"source\": ");
	buf_json_string(&who, input->event->source, strlen(input->event->source));
	buf_text(&who, ", \"id\": ");
	buf_json_string(&who, input->event->event_id, strlen(input->event->event_id));
	buf_text(&who, ", \"key\": ");
	buf_json_string(&who, input->key, strlen(input->key));
	return buf_take(&who);
}

/* An error report does not say that the broker has not got it. */
static void delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	struct sending *sending = opaque;
	struct bus *bus = sending->bus;
	if (error) {
		fprintf(bus->ledger, "%s, \"partition\": null, \"offset\": null, \"outcome\": \"unknown\"", sending->who);
		bus->failed++;
	} else {
		fprintf(bus->ledger, "%s, \"partition\": %d, \"offset\": %lld, \"outcome\": \"ok\"", sending->who, partition,
		    (long long)offset);
		bus->published++;
		if (offset >= bus->ends[partition])
			bus->ends[partition] = offset + 1;
	}
	fprintf(bus->ledger, ", \"encoding\": \"%s\"}\n", encoding_names[sending->encoding]);
	free(sending->who);
	free(sending);
}

/* ---- publishing ---- */

bool bus_published(const struct bus *bus, const struct event *event)
{
	struct acked *acked;
	char *name = acked_name(event->source, event->event_id);
	HASH_FIND_STR(bus->acked, name, acked);
	free(name);
	return acked != NULL;
}

static struct headers encode(struct bus *bus, const struct input *input, struct kafka_message *message)
{
	static struct header structured = {"content-type", "application/cloudevents+json; charset=utf-8",
	    sizeof("application/cloudevents+json; charset=utf-8") - 1};
	switch (input->encoding) {
	case ENCODING_BINARY:
		message->value = wire_pack(bus->arena, input->event, &message->size);
		return wire_event_headers(bus->arena, input->event, "", 0, 0);
	case ENCODING_STRUCTURED:
		message->value = wire_cloudevent_json(bus->arena, input->event, "");
		message->size = strlen(message->value);
		return (struct headers){&structured, 1};
	case ENCODING_CONFLUENT:
		message->value = wire_pack_confluent(bus->arena, input->event, 1, &message->size);
		return (struct headers){0};
	case ENCODING_RAW:
		message->value = input->raw;
		message->size = input->raw_size;
		return wire_event_headers(bus->arena, input->event, "", 0, 0);
	}
	bug("no such encoding");
}

void bus_publish(struct bus *bus, const struct input *input)
{
	struct sending *sending = xcalloc(1, sizeof(*sending));
	struct kafka_message message = {
	    .topic = bus->inbox,
	    .partition = -1,
	    .key = input->key,
	    .key_size = strlen(input->key),
	    .opaque = sending,
	};
	arena_reset(bus->arena);
	message.headers = encode(bus, input, &message);
	if (input->misplaced)
		message.partition = (hash_partition(message.key, message.key_size, bus->partitions) + 1) % bus->partitions;
	*sending = (struct sending){bus, ledger_who(input), input->encoding};
	enum kafka_sent sent;
	while ((sent = kafka_produce(bus->producer, &message)) == KAFKA_FULL) {
		kafka_producer_poll(bus->producer);
		loop_turn(bus->loop, 5 * 1000);
	}
	if (sent == KAFKA_REFUSED)
		die("a record of the play is too large: %s", input->event->event_id);
}

bool bus_flush(struct bus *bus)
{
	int64_t until_us = instant_monotonic_us() + FLUSH_WAIT_US;
	while (kafka_producer_waiting(bus->producer) > 0 && instant_monotonic_us() < until_us) {
		kafka_producer_poll(bus->producer);
		if (kafka_producer_waiting(bus->producer) > 0)
			loop_turn(bus->loop, 1000);
	}
	if (fflush(bus->ledger) != 0 || fdatasync(fileno(bus->ledger)) != 0)
		die("%s: %s", bus->settings.ledger, strerror(errno));
	return kafka_producer_waiting(bus->producer) == 0 && bus->failed == 0;
}

const int64_t *bus_ends(const struct bus *bus, int *partitions)
{
	*partitions = bus->partitions;
	return bus->ends;
}

int64_t bus_published_count(const struct bus *bus)
{
	return bus->published;
}

/* ---- reading ---- */

/* Not told again after a restart, and not of an ended history. What was handed out of that beyond where it is true stays said. */
static bool is_news(struct bus *bus, const struct kafka_record *record, const struct wire_decoded *decoded)
{
	int64_t *seen = &bus->seen[record->topic][record->partition];
	int32_t *history = &bus->histories[record->topic][record->partition];
	if (decoded->history > *history && *seen > decoded->former_sequence)
		*seen = decoded->former_sequence;
	if (decoded->history > *history)
		*history = decoded->history;
	if (decoded->history < *history || decoded->shard_sequence <= *seen)
		return false;
	*seen = decoded->shard_sequence;
	return true;
}

static void hand_out(struct bus *bus, const struct kafka_record *record)
{
	struct wire_record wire;
	struct wire_decoded decoded;
	struct wire_fault fault;
	arena_reset(bus->arena);
	if (!record->value)
		return; /* a tombstone is no fact */
	wire_record_read(bus->arena, record, fact_topics[record->topic], &wire);
	if (!wire_decode_fact(bus->arena, &wire, &decoded, &fault)) {
		log_error("a fact cannot be read", LOG_TEXT("topic", wire.topic), LOG_NUMBER("partition", wire.partition),
		    LOG_NUMBER("offset", wire.offset), LOG_TEXT("code", fault.code), LOG_TEXT("err", fault.reason));
		return;
	}
	if (!is_news(bus, record, &decoded))
		return;
	bus->settings.fact(wire.topic, decoded.event, bus->settings.context);
}

int bus_read(struct bus *bus)
{
	struct kafka_record record;
	int count = 0;
	while (count < READS_MAX && kafka_reader_next(bus->reader, &record, 0, NULL)) {
		if (record.value && record.topic >= 0 && record.partition < BUS_PARTITIONS_MAX)
			hand_out(bus, &record);
		kafka_record_free(&record);
		count++;
	}
	return count;
}

int64_t bus_facts(const struct bus *bus, const char *topic)
{
	for (int t = 0; t < FACT_TOPICS; t++) {
		int64_t sum = 0;
		if (strcmp(fact_topics[t], topic) != 0)
			continue;
		for (int p = 0; p < bus->partitions; p++)
			sum += bus->seen[t][p];
		return sum;
	}
	return -1;
}

int bus_topics(const struct bus *bus, const char *const **topics)
{
	*topics = fact_topics;
	return FACT_TOPICS;
}

/* ---- the whole ---- */

static void find_partitions(struct bus *bus, const struct kafka_settings *kafka)
{
	char error[512];
	bool final;
	struct kafka_admin *admin = kafka_admin_new(kafka, error, sizeof(error));
	if (!admin)
		die("%s", error);
	bus->partitions = kafka_topic_partitions(admin, bus->inbox, START_WAIT_MS);
	kafka_admin_free(admin);
	if (bus->partitions < 0 && kafka_why(kafka, WHY_WAIT_MS, &final, error, sizeof(error)))
		die("the broker at %s cannot be reached: %s", bus->settings.brokers, error);
	if (bus->partitions <= 0 || bus->partitions > BUS_PARTITIONS_MAX)
		die("%s: %s", bus->inbox,
		    bus->partitions < 0 ? "the broker does not answer" : "no such topic (ombudctl topics create)");
}

struct bus *bus_new(struct loop *loop, const struct bus_settings *settings)
{
	char error[256];
	/* Short polls: the mock does not cut a long one short when a fact comes, and each step of the clock waits for the last. */
	static const char *const keys[] = {"bootstrap.servers", "fetch.wait.max.ms"};
	struct bus *bus = xcalloc(1, sizeof(*bus));
	bus->settings = *settings;
	bus->loop = loop;
	bus->arena = arena_new(0);
	snprintf(bus->inbox, sizeof(bus->inbox), "%s%s", settings->prefix, inbox_topic);
	for (int t = 0; t < FACT_TOPICS; t++) {
		snprintf(bus->names[t], sizeof(bus->names[t]), "%s%s", settings->prefix, fact_topics[t]);
		bus->topics[t] = bus->names[t];
	}
	static const char *values[2]; /* one bus a process; a producer built anew reads them again */
	values[0] = bus->settings.brokers;
	values[1] = "5";
	struct kafka_settings kafka = {keys, values, 2, "ombud-player"};
	find_partitions(bus, &kafka);
	ledger_open(bus);
	bus->producer = kafka_producer_new(loop, &kafka, delivered, bus, error, sizeof(error));
	if (!bus->producer)
		die("%s", error);
	bus->reader = kafka_reader_new(&kafka, bus->topics, error, sizeof(error));
	if (!bus->reader)
		die("%s", error);
	if (!kafka_reader_start(bus->reader, 0, START_WAIT_MS))
		die("the fact topics cannot be read (ombudctl topics check)");
	return bus;
}
