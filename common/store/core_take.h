/* Taking shards over, and a stop that waits for a person. */
#ifndef OMBUD_STORE_CORE_TAKE_H
#define OMBUD_STORE_CORE_TAKE_H

#include "common/store/core_place.h"

struct core_taken {
	int shard;
	int64_t epoch;
	struct core_place place;
	int64_t next_due_us;                     /* INT64_MAX: no timer */
	const char *stopped;                     /* JSON, why it waits for a person; NULL: it goes on. Borrowed from the result, */
	const char *stopped_why, *stopped_topic; /* ... as these members of it; "" when they are not there */
	const char *stopped_says;
	int64_t stopped_offset;
	int64_t places[CORE_TOPICS_MAX]; /* by topic: where it stood when it stopped, -1: not known. Nobody of ours has moved it
					    since */
	const char *left;                /* JSON: what was left with another cluster; NULL: it is the same one */
	int32_t history;                 /* number of our own history */
	int64_t former_sequences[CORE_TOPICS_MAX];  /* by emitted topic: up to here the former history is true */
	int64_t history_starts[CORE_HISTORIES_MAX]; /* log_seq when history 1, 2 ... began */
	int starts_count;                           /* = history */
};

/* One row: of how many partitions the topics are that this database was made for: of `count`, when nobody has asked before. */
void core_partitions(struct pg *pg, int count, pg_result_fn *fn, void *context);

struct core_claim_to {
	const int *shards;
	int count;
	const char *cluster, *owner;
	const char *const *topics; /* NULL-ended, names without prefix, and so emits */
	const char *const *emits;
};
/* Sends it; the caller syncs. Read the answer's rows with core_taken_row. */
void core_take_shards(struct pg *pg, const struct core_claim_to *claim, pg_result_fn *fn, void *context);
void core_taken_row(const struct pg_result *result, int row, struct core_taken *taken);
/* Is it the code of take_shards' warning that a previous owner could not be ended? "unseen": another role's (deploy/sql/roles.sql);
 * "stays": it does not end; NULL: no. */
const char *core_owner_left(const char *sqlstate);

/* Why a shard waits for a person (JSON, to which the instant is added; NULL: it does not any more), under the owner's epoch.
 * PG_FENCED when it is not ours any more. The caller syncs. */
void core_stop_send(struct pg *pg, int shard, int64_t epoch, const char *stopped);

#endif
