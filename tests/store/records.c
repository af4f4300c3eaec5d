#include "tests/store/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/hash.h"
#include "common/model/topics.h"
#include "common/wire/wire.h"

#define SOME_TIME_US INT64_C(1795000000000000)

/* ---- what is fed ---- */

/* Records on their way to one topic. */
struct feeding {
	struct kafka_producer *producer;
	struct arena *arena; /* what they are made of */
	char topic[TOPIC_NAME_SIZE];
	int sent, delivered;
};

static void on_delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	struct feeding *feeding = context;
	assert_null(error);
	feeding->delivered++;
}

static void feeding_begin(struct feeding *feeding, struct world *world, const char *plain)
{
	static struct kafka_settings kafka;
	char error[256];
	kafka = world_kafka();
	*feeding = (struct feeding){.arena = arena_new(0)};
	snprintf(feeding->topic, sizeof feeding->topic, "%s%s", world->prefix, plain);
	feeding->producer = kafka_producer_new(world_loop(), &kafka, on_delivered, feeding, error, sizeof error);
	assert_non_null(feeding->producer);
}

static void feeding_put(struct feeding *feeding, struct kafka_message message)
{
	message.topic = feeding->topic;
	message.key_size = message.key ? strlen(message.key) : 0;
	assert_int_equal(kafka_produce(feeding->producer, &message), KAFKA_SENT);
	feeding->sent++;
}

static void feeding_end(struct feeding *feeding)
{
	kafka_producer_flush(feeding->producer, 10000);
	assert_int_equal(feeding->delivered, feeding->sent);
	kafka_producer_free(feeding->producer);
	arena_free(feeding->arena);
}

static void feed_one(struct feeding *feeding, int number, const struct feed *feed)
{
	struct arena *arena = feeding->arena;
	struct event event = event_empty(EVENT_COMPLAINT_FILED);
	size_t size;
	event.platform_id = "toy";
	event.source = "/test";
	event.event_id = arena_printf(arena, "e-%d", number);
	event.occurred_at_us = feed->record_us ? 0 : SOME_TIME_US + number;
	event.actor.kind = ACTOR_KIND_COMPLAINANT;
	event.actor.id = event.complainant_id = "buyer";
	event.order_id = arena_printf(arena, "order-%d", number);
	event.channel = CHANNEL_APP;
	event.type = COMPLAINT_TYPE_CARD_KEY_INVALID;
	event.statement.text = feed->text;
	const void *value = wire_pack(arena, &event, &size);
	int home = hash_partition(event.order_id, strlen(event.order_id), PARTITIONS);
	feeding_put(feeding, (struct kafka_message){
				 .partition = feed->partition < 0 ? home : feed->partition,
				 .key = event.order_id,
				 .value = value,
				 .size = size,
				 .timestamp_us = feed->record_us,
				 .headers = wire_event_headers(arena, &event, "", 0, 0),
			     });
}

void feed(struct world *world, const struct feed *feed)
{
	struct feeding feeding;
	feeding_begin(&feeding, world, "ombud.inbox.v1");
	for (int i = feed->from; i < feed->from + feed->count; i++)
		feed_one(&feeding, i, feed);
	feeding_end(&feeding);
}

/* What the toy says of a complaint. */
static struct event fact(const char *id, const char *comment)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.platform_id = "toy";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	event.actor.id = "toy";
	event.source = "/ombud/toy";
	event.event_id = id;
	event.occurred_at_us = SOME_TIME_US;
	event.order_id = "order-1";
	event.complaint_id = "01a1ee56-5e0a-7f34-b234-02ca5bf95bb2";
	event.cause = CAUSE_COMPLAINT_FILED;
	event.stage = STAGE_FILED;
	event.text = comment;
	return event;
}

static struct wire_head head_of(const struct event *event, int shard_sequence)
{
	return (struct wire_head){
	    .id = event->event_id,
	    .source = event->source,
	    .type = event_type_name(event->type_id),
	    .subject = event->complaint_id,
	    .trace = "",
	    .shard_sequence = shard_sequence,
	};
}

struct history {
	int number, former;
	const char *says; /* ce_history as it is; NULL: the number */
	bool broken;      /* the body cannot be decoded */
};

static void feed_fact(struct feeding *feeding, int partition, int sequence, const struct history *history)
{
	struct arena *arena = feeding->arena;
	struct event event = fact(history->number ? arena_printf(arena, "%d.%d-%d", history->number, partition, sequence)
						  : arena_printf(arena, "%d-%d", partition, sequence),
	    arena_printf(arena, "%d", sequence));
	struct wire_head head = head_of(&event, sequence);
	size_t size;
	head.sequence = sequence;
	head.history = history->number;
	head.former_sequence = history->former;
	const void *value = wire_pack(arena, &event, &size);
	struct headers headers = wire_head_headers(arena, &head);
	for (int i = 0; history->says && i < headers.count; i++)
		if (!strcmp(headers.rows[i].name, "ce_history"))
			headers.rows[i] = (struct header){"ce_history", history->says, strlen(history->says)};
	feeding_put(feeding, (struct kafka_message){
				 .partition = partition,
				 .key = "order-1",
				 .value = value,
				 .size = history->broken ? size - 1 : size,
				 .headers = headers,
			     });
}

static void feed_facts_in(struct world *world, int partition, const struct history *history, const int *sequences, int count)
{
	struct feeding feeding;
	feeding_begin(&feeding, world, "ombud.toy.v1");
	for (int i = 0; i < count; i++)
		feed_fact(&feeding, partition, sequences[i], history);
	feeding_end(&feeding);
}

void feed_facts(struct world *world, int partition, const int *sequences, int count)
{
	feed_facts_in(world, partition, &(struct history){0}, sequences, count);
}

void feed_history(struct world *world, int partition, int history, int former, const int *sequences, int count)
{
	feed_facts_in(world, partition, &(struct history){history, former}, sequences, count);
}

void feed_broken(struct world *world, int partition, int history, int sequence)
{
	feed_facts_in(world, partition, &(struct history){.number = history, .broken = true}, &sequence, 1);
}

void feed_odd_history(struct world *world, int partition, const char *says, int sequence)
{
	feed_facts_in(world, partition, &(struct history){.number = 1, .says = says}, &sequence, 1);
}

void feed_bytes(struct world *world, const char *plain, int partition, size_t size, int count)
{
	struct feeding feeding;
	void *bytes = calloc(1, size);
	feeding_begin(&feeding, world, plain);
	for (int i = 0; i < count; i++)
		feeding_put(&feeding, (struct kafka_message){.partition = partition, .value = bytes, .size = size});
	feeding_end(&feeding);
	free(bytes);
}

void feed_record(struct world *world, const char *plain, const struct kafka_message *message)
{
	struct feeding feeding;
	struct kafka_message record = *message;
	feeding_begin(&feeding, world, plain);
	record.topic = feeding.topic;
	assert_int_equal(kafka_produce(feeding.producer, &record), KAFKA_SENT);
	feeding.sent++;
	feeding_end(&feeding);
}

void feed_hops(struct world *world, int partition, const struct fed_hop *hops, int count)
{
	struct feeding feeding;
	struct event event = fact("x", "ask");
	event.source = "/elsewhere"; /* the shard that says it is not to find that its log has it not */
	feeding_begin(&feeding, world, "ombud.toyhop.v1");
	for (int i = 0; i < count; i++) {
		struct wire_head head = head_of(&event, hops[i].sequence);
		size_t size;
		head.subject = event.order_id;
		head.history = hops[i].history;
		head.former_sequence = hops[i].former;
		head.at_us = event.occurred_at_us;
		head.from_shard =
		    hops[i].from == -1 ? NULL : arena_printf(feeding.arena, hops[i].from < 0 ? "x%d" : "%d", hops[i].from);
		const void *value = wire_pack(feeding.arena, &event, &size);
		feeding_put(&feeding, (struct kafka_message){
					  .partition = partition,
					  .key = "key-1",
					  .value = value,
					  .size = size,
					  .headers = wire_head_headers(feeding.arena, &head),
				      });
	}
	feeding_end(&feeding);
}

/* ---- what lies there ---- */

static int64_t header_number(const struct kafka_record *record, const char *name)
{
	char text[24] = "";
	for (int i = 0; i < kafka_record_headers_count(record); i++) {
		struct header header;
		kafka_record_header(record, i, &header);
		if (!strcmp(header.name, name))
			snprintf(text, sizeof text, "%.*s", (int)header.size, (const char *)header.value);
	}
	return strtoll(text, NULL, 10);
}

/* What is known of one partition while it is read. */
struct told {
	int64_t history, last, count;
};

static void take_told(struct told *told, const struct kafka_record *record)
{
	int64_t sequence = header_number(record, "ce_shardsequence"), history = header_number(record, "ce_history");
	int64_t former = header_number(record, "ce_formersequence");
	if (!sequence || history < told->history)
		return;
	if (history > told->history && told->last > former)
		told->count -= told->last - former, told->last = former;
	told->history = history;
	if (sequence > told->last + 1)
		fail_msg("gap in partition %d: %lld after %lld", record->partition, (long long)sequence, (long long)told->last);
	if (sequence == told->last + 1)
		told->last++, told->count++;
}

void topic_read(
    struct world *world, const char *plain, void (*take)(const struct kafka_record *record, void *context), void *context)
{
	char error[256], topic[TOPIC_NAME_SIZE];
	const char *topics[] = {topic, NULL};
	struct kafka_settings kafka = world_kafka();
	bool ended = false;
	snprintf(topic, sizeof topic, "%s%s", world->prefix, plain);
	struct kafka_reader *reader = kafka_reader_new(&kafka, topics, error, sizeof error);
	assert_non_null(reader);
	assert_true(kafka_reader_start(reader, 0, 5000));
	struct kafka_record record;
	while (kafka_reader_next(reader, &record, 5000, &ended)) {
		take(&record, context);
		kafka_record_free(&record);
	}
	assert_true(ended);
	kafka_reader_free(reader);
}

static void count_second(const struct kafka_record *record, void *context)
{
	if (header_number(record, "ce_history") == 1)
		++*(int64_t *)context;
}

int64_t topic_second(struct world *world, const char *plain)
{
	int64_t count = 0;
	topic_read(world, plain, count_second, &count);
	return count;
}

static void take_one(const struct kafka_record *record, void *context)
{
	struct told(*told)[PARTITIONS] = context;
	take_told(&told[record->partition][header_number(record, "ce_fromshard") % PARTITIONS], record);
}

int64_t topic_check(struct world *world, const char *plain)
{
	static struct told told[PARTITIONS][PARTITIONS]; /* by partition, then by the shard that a hop comes from */
	int64_t count = 0;
	memset(told, 0, sizeof told);
	topic_read(world, plain, take_one, told);
	for (int i = 0; i < PARTITIONS * PARTITIONS; i++)
		count += told[i / PARTITIONS][i % PARTITIONS].count;
	return count;
}
