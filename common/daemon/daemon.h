/* The process: what all rooms of the skeleton hang on. Services see service.h only. */
#ifndef OMBUD_DAEMON_DAEMON_H
#define OMBUD_DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/daemon/service.h"
#include "common/io/kafka.h"

struct campaigns;
struct http_server;
struct kafka_consumer;
struct kafka_looker;
struct kafka_producer;
struct kafka_tails;
struct lane;
struct loop;
struct loop_timer;
struct options;
struct pg;
struct platforms;
struct shard;

struct clock {
	bool is_virtual;
	bool known;
	int64_t server_ahead_us; /* database clock minus monotonic, never too much */
	int64_t virtual_us;
	int asks;         /* under way */
	int64_t asked_us; /* monotonic: when the first of them was sent */
	bool doubted;     /* it has moved, and the machine's clock does not agree: the carried one counts (clock_judge.h) */
	bool apart;       /* the machine's differs from it */
	struct loop_timer *again;
};

struct daemon {
	const struct service *service;
	struct options *options;
	struct loop *loop;
	void (*turn)(struct daemon *daemon); /* what there is to do now; NULL: nothing yet (wake.h) */
	bool woken;
	void *context;
	const char *instance;
	char source[64]; /* ce_source of what it says: "/ombud/intake" */
	char group[128];

	struct kafka_settings kafka;
	struct kafka_consumer *consumer;
	struct kafka_looker *looker;
	char cluster[128]; /* Kafka's cluster id, as of the assignment */
	struct kafka_producer *producer;
	struct kafka_tails *tails; /* looks at the ends of topics; NULL: nothing has been looked at yet */
	unsigned generation;       /* of the producer */
	bool producer_failed;
	bool relay_moved; /* reports have come since the lanes were last looked at */
	struct loop_timer *producer_retry;

	int topics_count, emits_count, hops_count;
	const char *topic_names[TOPICS_MAX + 1];  /* full, read */
	const char *plain_topics[TOPICS_MAX + 1]; /* as the service has them */
	const char *emit_names[TOPICS_MAX + 1];   /* full, written */
	const char *hop_names[TOPICS_MAX + 1];
	int64_t *hop_positions[TOPICS_MAX]; /* by partition: what lies there before is taken by all readers (ownlook.h) */

	struct shard *shards; /* by partition; as many as the topics have partitions */
	int shards_count;
	struct lane *lanes[LANES_MAX];
	int lanes_count;
	int batch_max;

	struct pg *query_pg;
	struct clock clock;
	struct campaigns *campaigns; /* NULL: the service walks none */
	struct platforms *platforms; /* NULL: it needs nothing of them */
	const struct pg_statement *const *statements;

	/* consuming */
	struct loop_timer *tick, *hint, *subscribe;
	bool resubscribe; /* a rebalance was refused */
	bool assigned;
	bool read_anew; /* the consumer is to be set anew, a look back first */
	bool heard;     /* something has come since that was done last */
	int64_t last_trouble_us;
	int partitions_kept; /* that the database was made for; 0: it has not said so */
	const char *told;    /* why it does not join, as told last, ... */
	int64_t told_us;     /* ... monotonic */
	int64_t hinted_sum;  /* of the offsets last committed as a hint */
	int64_t hinted_us;   /* monotonic; 0: not since the assignment */

	/* the end */
	bool draining;
	bool fatal;
	struct loop_timer *drain;
	int64_t drain_until_us;

	struct http_server *http, *health; /* NULL: not listened */
	struct loop_timer *probe;          /* of the database */
	bool probing;
	int64_t db_answer_us; /* monotonic, of its last answer */
};

#endif
