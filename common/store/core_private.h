/* What the rooms of core share among themselves: their statements and the write sets of a store. */
#ifndef OMBUD_STORE_CORE_PRIVATE_H
#define OMBUD_STORE_CORE_PRIVATE_H

#include "common/io/pg.h"

enum {
	CORE_PARTITIONS,
	CORE_TAKE,
	CORE_FENCE,
	CORE_STOP,
	CORE_LOG,
	CORE_LOG_READ,
	CORE_DEAD_LETTER,
	CORE_TIMER_CLAIM,
	CORE_TIMER_NEXT,
	CORE_TIMER_ARM,
	CORE_TIMER_DISARM,
	CORE_CLOCKS,
	CORE_HOPS_READ,
	CORE_HOP_POSITIONS,
	CORE_HOPS_TOLD,
	CORE_HOP_IN,
	CORE_HOP_OUT,
	CORE_LOG_SAYS,
	CORE_WRITERS_SAY,
	CORE_HOP_WRITERS_SAY,
	CORE_CAMPAIGNS,
	CORE_WALKS_READ,
	CORE_WALK_STEP,
	CORE_WALK_NEW,
	CORE_PLATFORMS,
	CORE_PLATFORM_FILES,
	CORE_COUNT
};

/* Each room's statements, by number; %1$s stands for the service's schema. */
extern const struct pg_statement core_take_texts[CORE_COUNT];
extern const struct pg_statement core_place_texts[CORE_COUNT];
extern const struct pg_statement core_look_texts[CORE_COUNT];
extern const struct pg_statement core_log_texts[CORE_COUNT];
extern const struct pg_statement core_timers_texts[CORE_COUNT];
extern const struct pg_statement core_hops_texts[CORE_COUNT];
extern const struct pg_statement core_walks_texts[CORE_COUNT];
extern const struct pg_statement core_platforms_texts[CORE_COUNT];

/* The same with the schema in them: core_statements() has made them. */
extern struct pg_statement core_made[CORE_COUNT + 1];

struct core_fence; /* core_place.c */
struct core_fence *core_fence_new(int topics_count, int emits_count);
void core_fence_free(struct core_fence *fence);
void core_fence_reset(struct core_fence *fence);

struct core_store {
	struct pg_rows *sets[CORE_COUNT]; /* by statement; NULL: it writes none */
	struct core_fence *fence;
	struct pg_array *due_shards, *due_from; /* arguments, filled and sent at once */
	struct pg_args *args;
};

/* Sends a statement whose one argument is shards. */
void core_send_of_shards(struct pg *pg, int statement, const int *shards, int count, pg_result_fn *fn, void *context);

#endif
