/* Hops: the last numbers between a shard and the others. */
#ifndef OMBUD_STORE_CORE_HOPS_H
#define OMBUD_STORE_CORE_HOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/io/pg.h"

struct core_store;

struct core_hop {
	int shard;
	bool incoming;     /* taken from another shard; else given to another one */
	const char *topic; /* without prefix; borrowed */
	int other;         /* the other shard */
	int32_t history;   /* of the other's log; incoming only */
	int64_t sequence;
	int64_t former; /* up to which our former history is true; outgoing only, read only */
};
/* What the shards that are being taken over have given and taken. Send it behind core_take_shards, in its transaction: what the
 * previous owner had committed is seen then, and it can commit no more. */
void core_hops_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context);
void core_hop_row(const struct pg_result *result, int row, struct core_hop *hop); /* topic is borrowed from the result */
/* From where on what lies on topics of hops is not taken by all their readers; a partition that nobody has taken anything of is
 * left out. topics: NULL-ended, without prefix. */
struct core_hop_position {
	const char *topic; /* borrowed from the result */
	int partition;
	int64_t next_offset;
};
void core_hop_positions(struct pg *pg, const char *const *topics, const char *cluster, pg_result_fn *fn, void *context);
void core_hop_position_row(const struct pg_result *result, int row, struct core_hop_position *position);
/* What the broker must have of the hops of these shards, or their readers have taken; acked: of the log, by shard. */
struct core_hop_told {
	int shard;
	const char *topic; /* borrowed from the result */
	int partition;
	int64_t acknowledged, taken; /* the last number; taken by all readers */
};
void core_hops_told(struct pg *pg, const int *shards, const int64_t *acked, int count, pg_result_fn *fn, void *context);
void core_hops_told_row(const struct pg_result *result, int row, struct core_hop_told *told);
void core_hop_add(struct core_store *store, const struct core_hop *hop); /* a key once a batch */
void core_hops_send(struct core_store *store, struct pg *pg);

#endif
