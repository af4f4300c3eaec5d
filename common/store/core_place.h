/* How far a shard has come, and the fence that moves it: the row of `ownership`, from exactly where this owner left it to where
 * its batch leaves it. */
#ifndef OMBUD_STORE_CORE_PLACE_H
#define OMBUD_STORE_CORE_PLACE_H

#include <stdint.h>

#include "common/io/pg.h"
#include "common/model/topics.h"

enum {
	CORE_TOPICS_MAX = 8,
	CORE_HISTORIES_MAX = TOPIC_HISTORIES_MAX,
};

/* How far a shard has come. */
struct core_place {
	int64_t next_offsets[CORE_TOPICS_MAX]; /* by topic */
	int64_t in_sequences[CORE_TOPICS_MAX];
	int64_t out_sequences[CORE_TOPICS_MAX]; /* by emitted topic */
	int64_t log_seq, acked_seq;
	int64_t last_digests[CORE_TOPICS_MAX];   /* of the record at next_offset - 1; 0: nothing to compare with */
	int64_t looked_offsets[CORE_TOPICS_MAX]; /* of the last record that a look has found in its place, */
	int64_t looked_digests[CORE_TOPICS_MAX]; /* ... and its digest; 0: none yet */
	int64_t seen_ends[CORE_TOPICS_MAX];      /* where the topic ended when last looked at; 0: not known */
	int32_t in_histories[CORE_TOPICS_MAX];   /* of the last fact taken */
};

/* One shard's step in the fence: from where this owner left it to where this batch leaves it. */
struct core_advance {
	int shard;
	int64_t epoch;
	const struct core_place *from, *to;
};

struct core_store;
void core_advance_add(struct core_store *store, const struct core_advance *advance);
/* PG_FENCED when a shard is not ours any more. Send it last. */
void core_fence_send(struct core_store *store, struct pg *pg);

#endif
