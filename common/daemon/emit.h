/* What hooks call while they decide, and what a run has gathered of it: log rows, dead letters, timers. */
#ifndef OMBUD_DAEMON_EMIT_H
#define OMBUD_DAEMON_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "common/base/uuid.h"
#include "common/daemon/service.h"

struct arena;
struct lane;
struct work;

/* What is no record: timers and results. */
struct event_work {
	struct item item;
	int ordinal;
};

struct timer_change {
	struct {
		int64_t due_us;
		struct uuid subject;
		int32_t shard;
		int32_t kind;
	} key;
	bool arm;
	int64_t version;
	UT_hash_handle hh;
};

void emit_reset(struct lane *lane);
/* "<shard>-<seq>", the ce_id of a row; "<history>.<shard>-<seq>" when it was made in a later history than the first. Once a record,
 * so no printf. */
const char *emit_id(struct arena *arena, const struct shard *shard, int64_t seq);
void emit_timers(struct lane *lane); /* write sets from the changes */
void emit_parked(struct lane *lane, struct work *work);
void emit_nothing(struct lane *lane, struct work *work);                  /* the outcome of a record without a value */
void emit_failed(struct lane *lane, struct item *item, const char *code); /* a timer, a result or a subject of a campaign */

#endif
