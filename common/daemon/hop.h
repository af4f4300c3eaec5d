/* Hops: facts under another key, to the shard that owns that key. They are numbered per (topic, shard they come from,
 * partition they go to), so that the reader sees a repeat and a gap of each of its writers, as with facts. What was given last and
 * taken last is remembered here, and moves with the run's fence.
 */
#ifndef OMBUD_DAEMON_HOP_H
#define OMBUD_DAEMON_HOP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/daemon/service.h"

struct core_hop;
struct core_hop_writer;
struct core_store;
struct daemon;

/* The last number between this shard and another one. */
struct hop_number {
	int64_t at, to;                 /* as the database has it; as the run under way would leave it */
	int32_t history_at, history_to; /* of the other's log; taken ones only */
	int64_t former;                 /* up to which our former history is true; given ones only */
	struct hop_writer *writer;      /* of taken ones, as the look at it found it; NULL: the database knows none */
};

/* What the other shard has said to this one. */
struct hop_writer {
	int32_t history;
	int64_t sequence;  /* the last number that it has given */
	int64_t formers[]; /* by history, as many as have ended: up to which it is true */
};

struct hop_touch {
	bool incoming;
	int topic, other;
};

struct hops {
	struct hop_number *in[TOPICS_MAX];  /* by topic read, then by the other shard; NULL: no topic of hops */
	struct hop_number *out[TOPICS_MAX]; /* by topic in row->hops */
	struct hop_touch *touched;          /* by the run under way */
	int touched_count, touched_room;
};

void hops_make(struct hops *hops, const struct daemon *daemon); /* once, when it is known how many shards there are */
void hops_forget(struct hops *hops, const struct daemon *daemon);
void hops_taken_over(struct hops *hops, const struct daemon *daemon, const struct core_hop *row);
/* What the look has found of the shard that says them, and whether what was taken of it is not true any more. */
void hops_writer(struct hops *hops, const struct daemon *daemon, int topic, const struct core_hop_writer *writer);
bool hops_false(const struct hop_number *taken);
void hops_run_begin(struct hops *hops);
void hops_run_commit(struct hops *hops);
/* The topic's place in row->hops; -1: it is none of them. */
int hops_index(const struct daemon *daemon, const char *topic);
/* Numbers the next hop that the run under way gives. */
int64_t hops_give(struct hops *hops, int index, int to_partition);
/* What the run under way has taken of that shard up to now, and that it takes one more. */
const struct hop_number *hops_taken(const struct hops *hops, int topic, int from_shard);
void hops_take(struct hops *hops, int topic, int from_shard, int32_t history, int64_t sequence);
/* What the run has moved, to the write set. */
void hops_write(const struct hops *hops, const struct daemon *daemon, int shard, struct core_store *store);

#endif
