/* What waits for a lane: raw records, decoded ones, results. */
#ifndef OMBUD_DAEMON_QUEUE_H
#define OMBUD_DAEMON_QUEUE_H

#include <stdbool.h>

struct kafka_record;
struct lane;
struct shard;

enum {
	QUEUE_COUNT_MAX = 3000,            /* records waiting in a lane: a few batches, so that fetching and writing overlap */
	QUEUE_BYTES_MAX = 4 * 1024 * 1024, /* ... and the memory they take, which librdkafka no longer counts */
	STALL_PAUSE_MS = 1000,             /* a full lane without a run done: its partitions are paused and polling goes on */
	FLOOD_PAUSE_MS = 300, /* a lane full of one shard: that one is paused, so that the others of the lane get through */
	TURN_COUNT = 250,     /* records of a shard in a row, while others of the lane wait */
};

struct result_entry {
	struct result_entry *next;
	int shard;
	void *result;
	bool in_run;
};

void lane_add_record(struct lane *lane, const struct kafka_record *record);
/* The shards of a lane come in turn, whoever has filled it. Valid until the next one is added; there must be one. */
struct kafka_record *lane_next_record(struct lane *lane);
unsigned lane_waiting(const struct lane *lane); /* raw records */
bool lane_full(const struct lane *lane);        /* of what waits of shards that are not flooding */
/* The shard that has filled its lane alone for FLOOD_PAUSE_MS, NULL: none. */
struct shard *lane_flooded(struct lane *lane);
bool shard_drained(const struct shard *shard); /* less than half of what fills a lane waits of it */
bool lane_half_empty(const struct lane *lane);
bool lane_hungry(const struct lane *lane);  /* less than a batch waits */
bool lane_stalled(const struct lane *lane); /* full, and no run done for STALL_PAUSE_MS */
/* The one of that topic and partition that came last, NULL: none waits. */
const struct kafka_record *lane_last_record(const struct lane *lane, int topic, int partition);
void lane_queue_drop(struct lane *lane);
void lane_works_drop(struct lane *lane, int count);      /* the first so many decoded ones */
bool lane_has_results(const struct lane *lane);          /* of shards that go on */
void lane_results_clear(struct lane *lane, bool in_run); /* those of the run, or those of shards that are not owned any more */

#endif
