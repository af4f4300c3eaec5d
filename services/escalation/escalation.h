/* What the files of this daemon share: the complaints of a batch. */
#ifndef OMBUD_ESCALATION_ESCALATION_H
#define OMBUD_ESCALATION_ESCALATION_H

#include <uthash.h>

#include "common/base/metrics.h"
#include "common/daemon/service.h"
#include "common/model/clock.h"
#include "common/platform/terms.h"
#include "common/store/escalation.h"
#include "services/escalation/versions.h"

/* A complaint within a batch. Items of the batch see each other's effects here. */
struct known {
	struct {
		int32_t shard;
		struct uuid complaint_id;
	} key;
	struct store_complaint_row row; /* stage, policies named and cycles live in the board until it is written */
	struct clock_board board;
	bool stored;          /* there is a row */
	int32_t version_told; /* by the first fact about one that is not known */
	bool dirty;
	char complaint_text[UUID_TEXT_SIZE];
	struct batch *batch; /* of the item being decided, for effects */
	struct item *item;
	UT_hash_handle hh;
};

/* What clocks of this run go by. */
struct version_entry {
	struct version_entry *next;
	struct clock_version version;
};

/* The memory of a batch, one a lane. */
struct escalation_memory {
	struct versions *versions;
	struct version_entry *entries; /* the batch arena's */
	struct known *known;           /* hash by key; the batch's arena is gone when it is reset, so these are not of it */
	struct pg_args *args;
	struct pg_array *shards, *ids;
	struct pg_rows *complaints, *facts, *clocks;
	struct started_clock starts[CLOCK_COUNT]; /* by the item being decided, not told yet */
	int64_t starts_warn_at_us[CLOCK_COUNT][WARNINGS_MAX];
	size_t starts_count;
	int pauses[2];                               /* that began, that were refused: as those below */
	int breaches[CLOCK_COUNT], levels, failures; /* of this run, counted when it is durable */
};

void *escalation_memory_new(struct daemon *daemon);
void escalation_memory_reset(void *memory);
/* NULL: none. */
struct known *escalation_known(struct escalation_memory *memory, int shard, const struct uuid *complaint_id);
bool escalation_load(struct batch *batch, int round);
void escalation_decide(struct batch *batch, struct item *item);
void escalation_write(struct batch *batch);
void escalation_committed(struct batch *batch);

extern const struct counter_row escalation_counters[];

#endif
