/* What waits for a lane: raw records, decoded ones, results. */
#ifndef OMBUD_DAEMON_WAITING_H
#define OMBUD_DAEMON_WAITING_H

#include <stdbool.h>

struct kafka_record;
struct lane;

enum {
	QUEUE_COUNT_MAX = 3000,            /* records waiting in a lane: a few batches, so that fetching and writing overlap */
	QUEUE_BYTES_MAX = 4 * 1024 * 1024, /* ... and the memory they take, which librdkafka no longer counts */
	STALL_PAUSE_MS = 1000,             /* a full lane without a run done: its partitions are paused and polling goes on */
};

struct result_entry {
	struct result_entry *next;
	int shard;
	void *result;
	bool in_run;
};

void lane_add_record(struct lane *lane, const struct kafka_record *record);
struct kafka_record *lane_next_record(struct lane *lane); /* until the next one is added; there must be one */
unsigned lane_waiting(const struct lane *lane);           /* records in the ring */
bool lane_full(const struct lane *lane);
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
