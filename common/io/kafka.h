/* Kafka: a group consumer, an idempotent producer, a reader without a group, and what an operator's tool asks. With kafka_mock.h
 * the only files that know librdkafka. Settings stand in kafka_conf.c; what the defects of librdkafka 2.0.2 forbid is not
 * offered (batch consume, cooperative assignors, seek).
 */
#ifndef OMBUD_IO_KAFKA_H
#define OMBUD_IO_KAFKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/header.h"

struct loop;
struct problems;

/* The operator's own properties, put over ours: "bootstrap.servers" and whatever librdkafka knows. Borrowed while in use. */
struct kafka_settings {
	const char *const *keys;
	const char *const *values;
	int count;
	const char *client_id;
	const char *const *places; /* where each was set, for kafka_settings_check; NULL: nowhere in particular */
};

/* Is it what "bootstrap.servers" wants, hosts with ports (without: 9092), separated by commas? error says what is not. */
bool kafka_servers_check(const char *text, char *error, size_t error_size);
/* Tells every property that librdkafka does not know or take, or that is not the operator's
 * to change, a session that brokers refuse and a heartbeat too slow for it ("dev.mock=true" among the settings allows the short
 * sessions of the mock cluster). */
void kafka_settings_check(const struct kafka_settings *settings, struct problems *problems);

/* A record as it came. Valid until kafka_record_free; the struct may be copied. */
struct kafka_record {
	int topic; /* index into the topics subscribed */
	int partition;
	int64_t offset;
	int64_t timestamp_us; /* 0: none */
	const void *key;      /* NULL: none */
	size_t key_size;
	const void *value; /* NULL: tombstone */
	size_t size;
	void *message;
};
int kafka_record_headers_count(const struct kafka_record *record);
/* One of them, by its place; borrowed from the record. */
void kafka_record_header(const struct kafka_record *record, int index, struct header *header);
void kafka_record_free(struct kafka_record *record);

struct kafka_position {
	int topic;
	int partition;
	int64_t offset; /* next to read */
};

/* ---- consumer: a member of a group, eager `range` ---- */

struct kafka_consumer_hooks {
	/* There may be something to poll. */
	void (*wake)(void *context);
	/* Inside kafka_consumer_poll. Takes the record. */
	void (*record)(struct kafka_record *record, void *context);
	/* All there was of this partition has been given out: nothing lies at `offset` yet. (What cannot be read lies before it:
	 * control records, aborted transactions.) */
	void (*end)(int topic, int partition, int64_t offset, void *context);
	/* Partitions are ours: fill in the offsets. false: give them back (and the caller unsubscribes soon). None is paused. */
	bool (*assign)(struct kafka_position *positions, int count, void *context);
	/* All partitions are gone, or about to be; when lost, somebody else may have them already. */
	void (*revoke)(bool lost, void *context);
	/* A partition (topic -1: all) cannot be read: offset out of range, not authorised, unknown. */
	void (*trouble)(int topic, int partition, const char *code, const char *message, void *context);
	/* A broker has gone, or does not answer: what comes next may come from another log. Before any of that is given out. */
	void (*away)(void *context);
	/* This member is finished: another one has its instance id. */
	void (*fatal)(const char *message, void *context);
};

struct kafka_consumer;
/* topics: NULL-ended full names; borrowed. NULL on a wrong setting, error says which. */
struct kafka_consumer *kafka_consumer_new(struct loop *loop, const struct kafka_settings *settings, const char *group,
    const char *const *topics, const struct kafka_consumer_hooks *hooks, void *context, char *error, size_t error_size);
void kafka_consumer_subscribe(struct kafka_consumer *consumer);
void kafka_consumer_unsubscribe(struct kafka_consumer *consumer);
bool kafka_consumer_subscribed(const struct kafka_consumer *consumer);
/* Serves callbacks and hands out at most `most` records. Returns how many; when it is `most`, call again soon. Call it a few times
 * a second in any case. */
int kafka_consumer_poll(struct kafka_consumer *consumer, int most);
/* Between assign and revoke: reads on from these positions, these partitions only; none of them is paused any more. It costs the
 * others a round trip: librdkafka 2.0.2 offers no other way back to a partition whose offset was out of range. */
void kafka_consumer_read_from(struct kafka_consumer *consumer, const struct kafka_position *positions, int count);
void kafka_consumer_pause(struct kafka_consumer *consumer, const struct kafka_position *positions, int count, bool paused);
/* Committed offsets for the tools that show lag; errors are ignored. */
void kafka_consumer_hint(struct kafka_consumer *consumer, const struct kafka_position *positions, int count);
/* What is known without asking: false when nothing is. */
bool kafka_consumer_watermarks(struct kafka_consumer *consumer, int topic, int partition, int64_t *low, int64_t *high);
/* Asks the broker for a partition's first and next offset; waits up to wait_ms. false: no answer. */
bool kafka_consumer_ends(struct kafka_consumer *consumer, int topic, int partition, int64_t *low, int64_t *high, int wait_ms);
/* Does a broker answer? Known within 5 s of its going, hanging or coming back. */
bool kafka_consumer_connected(const struct kafka_consumer *consumer);
/* Waits up to wait_ms. false: the broker does not answer. counts by topic; 0: no such topic. */
bool kafka_consumer_partitions(struct kafka_consumer *consumer, const char *const *topics, int *counts, int wait_ms);
/* The cluster's id as the broker said it last; "" while it is not known. Valid until the next call. */
const char *kafka_consumer_cluster(struct kafka_consumer *consumer, int wait_ms);
/* Asks for it anew; waits up to wait_ms. */
void kafka_consumer_ask_cluster(struct kafka_consumer *consumer, int wait_ms);
/* Leaves the group, at most wait_ms, and frees. After a time-out the memory stays: the program is about to end. */
void kafka_consumer_free(struct kafka_consumer *consumer, int wait_ms);

/* ---- looker: reads single records again, beside the consumer, which goes on where it is ---- */

enum kafka_seen {
	KAFKA_SEEN_RECORD,
	KAFKA_SEEN_GONE,   /* the log begins behind that offset */
	KAFKA_SEEN_NONE,   /* it does not, and yet has no record there: a transaction's end or an aborted one */
	KAFKA_SEEN_BEYOND, /* ... or not yet: it ends there or before */
	KAFKA_SEEN_NOTHING /* no answer in time */
};
/* record: KAFKA_SEEN_RECORD only, borrowed. */
typedef void kafka_seen_fn(
    const struct kafka_position *asked, enum kafka_seen seen, const struct kafka_record *record, void *context);
struct kafka_looker;
/* topics: NULL-ended full names; borrowed, and so are settings, which have served before. */
struct kafka_looker *kafka_looker_new(
    struct loop *loop, const struct kafka_settings *settings, const char *const *topics, kafka_seen_fn *seen, void *context);
bool kafka_looker_idle(const struct kafka_looker *looker); /* the last question has been answered */
/* Each is answered by seen(), within wait_ms. The looker must be idle. */
void kafka_looker_ask(struct kafka_looker *looker, const struct kafka_position *positions, int count, int wait_ms);
void kafka_looker_free(struct kafka_looker *looker);

/* ---- producer: idempotent, acks from all, records never expire ---- */

struct kafka_message {
	const char *topic; /* full name; the same few strings */
	int partition;     /* -1: by murmur2 of the key */
	const void *key;   /* NULL: none */
	size_t key_size;
	const void *value; /* NULL: tombstone */
	size_t size;
	struct headers headers;
	int64_t timestamp_us; /* 0: now */
	void *opaque;
};

/* error NULL: acknowledged by all in-sync replicas. Called from kafka_producer_poll, _rebuild and _free. */
typedef void kafka_delivered_fn(void *opaque, const char *error, int partition, int64_t offset, void *context);

struct kafka_producer;
struct kafka_producer *kafka_producer_new(struct loop *loop, const struct kafka_settings *settings, kafka_delivered_fn *delivered,
    void *context, char *error, size_t error_size);
/* Called after a poll that came by itself has served its reports. */
void kafka_producer_on_turn(struct kafka_producer *producer, void (*turn)(void *context));
enum kafka_sent { KAFKA_SENT, KAFKA_FULL, KAFKA_REFUSED };
/* Copies everything. FULL: the queue is full, try after some deliveries. REFUSED: this message cannot be sent (too large). */
enum kafka_sent kafka_produce(struct kafka_producer *producer, const struct kafka_message *message);
const char *kafka_producer_refusal(const struct kafka_producer *producer); /* librdkafka's name of why the last one was refused */
void kafka_producer_poll(struct kafka_producer *producer);
int kafka_producer_waiting(const struct kafka_producer *producer); /* not yet reported */
/* A fatal error has ended this handle: rebuild. */
bool kafka_producer_broken(const struct kafka_producer *producer);
/* Purges all that waits (reported as failed, now), and starts anew. false: it cannot now (a certificate that is being exchanged, no
 * descriptor left), and nothing has changed. */
bool kafka_producer_rebuild(struct kafka_producer *producer);
/* Waits for reports, at most wait_ms. true: nothing waits any more. */
bool kafka_producer_flush(struct kafka_producer *producer, int wait_ms);
/* What waits is reported as failed. */
void kafka_producer_free(struct kafka_producer *producer);

/* ---- the ends of partitions: without a group, without waiting ---- */

/* The last records of a partition are wanted: so many offsets before its end, or fewer; or all from an offset on (what is not there
 * any more is passed over; from a place beyond the end on: all that is there). topic: full name, borrowed while asked. */
struct kafka_tail {
	const char *topic;
	int partition;
	int records; /* 0: from `from` on */
	int64_t from;
};
struct kafka_tails_hooks {
	/* One of them, in order; valid in the call only. What was asked for again comes again. */
	void (*record)(const char *topic, const struct kafka_record *record, void *context);
	/* There is no more, and nothing is asked of this partition any more: its end is that offset, 0 when nothing was ever in it.
	 */
	void (*end)(const char *topic, int partition, int64_t end, void *context);
	/* After some of these. */
	void (*turn)(void *context);
};
struct kafka_tails;
/* group: its name only, it is never joined. Settings that have served a consumer. */
struct kafka_tails *kafka_tails_new(struct loop *loop, const struct kafka_settings *settings, const char *group,
    const struct kafka_tails_hooks *hooks, void *context);
/* Asks for these, too, after what is asked for already. A broker that does not answer is asked until it does. */
void kafka_tails_ask(struct kafka_tails *tails, const struct kafka_tail *asked, int count);
void kafka_tails_forget(struct kafka_tails *tails, const char *topic, int partition);
void kafka_tails_poll(struct kafka_tails *tails); /* it comes by itself, too */
void kafka_tails_free(struct kafka_tails *tails);

/* ---- tools: blocking ---- */

struct kafka_admin;
struct kafka_admin *kafka_admin_new(const struct kafka_settings *settings, char *error, size_t error_size);
void kafka_admin_free(struct kafka_admin *admin);
/* A topic to make. roomy: takes records up to KAFKA_RECORD_SIZE_MAX, whatever the broker's own limit is: a dead letter is the
 * record that another topic took, and its headers beside. */
struct kafka_new_topic {
	const char *name;
	bool roomy;
};
enum { KAFKA_RECORD_SIZE_MAX = 12 * 1024 * 1024 };

/* Makes the topics that are missing. replication -1: the broker's default. */
bool kafka_topics_create(struct kafka_admin *admin, const struct kafka_new_topic *topics, int count, int partitions,
    int replication, char *error, size_t error_size);
/* Why does the broker not answer? Asks it on connections of its own, for wait_ms at most. false: it does answer. text: a sentence
 * without its subject, and librdkafka's own words; *final: waiting will not mend it (TLS, user, password). */
bool kafka_why(const struct kafka_settings *settings, int wait_ms, bool *final, char *text, size_t size);
/* Partition count, 0 when there is no such topic, -1 when the broker does not answer. */
int kafka_topic_partitions(struct kafka_admin *admin, const char *topic, int wait_ms);
/* The first offset that is there, and the next to come, transactions under way included. */
bool kafka_watermarks(struct kafka_admin *admin, const char *topic, int partition, int64_t *low, int64_t *high, int wait_ms);

/* Is there anything to be read of a partition from an offset on? Control records and aborted transactions are nothing, and what
 * lies behind a transaction that is open cannot be read yet. */
struct kafka_peek {
	int topic; /* index into the topics named */
	int partition;
	int64_t offset; /* from here; not below what is still there */
	bool answered;  /* else the broker has not said */
	bool found;     /* else there is nothing to the end, which is where the reading came to: */
	int64_t at;     /* offset of the first record, or that end */
	int64_t timestamp_us;
};
/* topics: NULL-ended full names. false: a wrong setting, error says which. */
bool kafka_peek(const struct kafka_settings *settings, const char *const *topics, struct kafka_peek *peeks, int count, int wait_ms,
    char *error, size_t error_size);

/* Reads whole partitions from their beginning, without a group. */
struct kafka_reader;
struct kafka_reader *kafka_reader_new(
    const struct kafka_settings *settings, const char *const *topics, char *error, size_t error_size);
/* All partitions of the topics, from `offset` (0: the beginning; -1: the end; -1 - n: n records before it). false: a topic is
 * missing or no answer. */
bool kafka_reader_start(struct kafka_reader *reader, int64_t offset, int wait_ms);
/* The next record, waiting at most wait_ms. false: none came. *ended (may be NULL): every partition has been read to its end as it
 * was when it was last looked at. */
bool kafka_reader_next(struct kafka_reader *reader, struct kafka_record *record, int wait_ms, bool *ended);
/* Where the end of a partition was last seen: the next offset to read. It lies before the partition's end while a transaction is
 * open. -1: not yet. */
int64_t kafka_reader_end(const struct kafka_reader *reader, int topic, int partition);
void kafka_reader_free(struct kafka_reader *reader);

#endif
