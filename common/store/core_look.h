/* Looking back: what lies on a topic against what the logs say (common/daemon/ownlook.h). */
#ifndef OMBUD_STORE_CORE_LOOK_H
#define OMBUD_STORE_CORE_LOOK_H

#include <stdint.h>

#include "common/io/pg.h"
#include "common/model/topics.h"

struct core_look {
	int shard;
	const char *topic; /* without prefix */
	int64_t seq;       /* of the log's row that the topic's last record came from; of a topic of ours */
	int64_t acked;     /* the broker has acknowledged the log up to here, 0: nothing; of a topic of ours */
};

/* One row for each look, place by place. */
struct core_log_said {
	int place;            /* index of the look */
	int64_t sequence;     /* of that row on its topic; 0: that row is not there, or of another topic */
	uint64_t digest;      /* first 8 bytes of SHA-256 over its key and payload */
	int64_t acknowledged; /* last number of the topic up to acked; -1: there is none beyond it */
};
void core_log_says(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context);
void core_log_says_row(const struct pg_result *result, int row, struct core_log_said *said);

/* At most one row for each look: none when this database knows no writer of that topic and shard. */
struct core_writer {
	int place;
	int32_t history;
	int64_t sequence; /* the last number that it has given */
	int64_t former;   /* up to which its former history is true */
	int formers_count;
	int64_t formers[TOPIC_HISTORIES_MAX]; /* ... and histories 0, 1 ... */
};
void core_writers_say(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context);
void core_writers_say_row(const struct pg_result *result, int row, struct core_writer *writer);

/* The same of topics of hops: rows for each shard that their writer has. */
struct core_hop_writer {
	int place;
	int from_shard;
	int32_t history;
	int64_t sequence;                     /* the last number that it has given there */
	int64_t formers[TOPIC_HISTORIES_MAX]; /* up to which history 0, 1 ... is true; 0: nothing of it */
};
void core_hop_writers_say(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context);
void core_hop_writers_say_row(const struct pg_result *result, int row, struct core_hop_writer *writer);

#endif
