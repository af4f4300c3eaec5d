/* Timers: armed and taken back by batches, claimed when they are due. */
#ifndef OMBUD_STORE_CORE_TIMERS_H
#define OMBUD_STORE_CORE_TIMERS_H

#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"

enum { CORE_CLAIM_MAX = 500 }; /* timers of one batch */

struct core_store;
void core_timer_arm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind, int64_t version);
void core_timer_disarm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind);
/* Sends both sets when there are any; a key may stand once in each. */
void core_timers_send(struct core_store *store, struct pg *pg);

struct core_due {
	int shard;
	int64_t from_us; /* nothing is due before: spares the dead entries in front (INT64_MIN: unknown) */
};
struct core_timer {
	int shard;
	int64_t due_us;
	struct uuid subject;
	int32_t kind;
	int64_t version;
};
/* Takes out what is due by until_us, oldest first, `most` of it (CORE_CLAIM_MAX, or fewer). */
void core_timers_claim(struct core_store *store, struct pg *pg, const struct core_due *shards, int count, int64_t until_us,
    int most, pg_result_fn *fn, void *context);
void core_timer_row(const struct pg_result *result, int row, struct core_timer *timer);
/* The next due instant of each shard, after this transaction's changes; shards without timers are left out. */
void core_timers_next(
    struct core_store *store, struct pg *pg, const struct core_due *shards, int count, pg_result_fn *fn, void *context);
void core_next_row(const struct pg_result *result, int row, int *shard, int64_t *due_us);

#endif
