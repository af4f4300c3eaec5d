/* What the files of triage share. */
#ifndef OMBUD_SERVICES_TRIAGE_H
#define OMBUD_SERVICES_TRIAGE_H

#include <uthash.h>

#include "common/daemon/service.h"
#include "common/model/event.h"
#include "common/model/rules.h"
#include "common/platform/rules_file.h"
#include "common/store/triage.h"

/* What a stored thing is called that cannot be read. */
#define TRIAGE_FACTS "triage.complaint.facts"

/* A complaint within one batch: as the row has it, then as the batch's items leave it. It and what it points to
 * lie in the batch's arena. */
struct known {
	UT_hash_handle hh;
	struct uuid complaint_id;
	bool dirty;
	int shard;
	struct event *facts; /* NULL: never heard of it */
	bool unreadable;     /* its row's facts */
	int64_t sequence;
	int64_t triaged_at_us;          /* in this batch; 0: it was not, what the row says stays */
	const struct rules_file *rules; /* by which this batch has triaged it last; NULL: it has not */
	struct rules_result *result;    /* NULL: not triaged yet */
};

/* The memory of a batch, one a lane. */
struct triage_memory {
	struct known *known; /* hash by complaint_id */
	struct pg_args *args;
	struct pg_array *ids;
	struct pg_rows *rows;
};

/* facts.c: what has been told of a complaint, as one ComplaintChanged: each step adds what it brings. known may be NULL. found: the
 * type that triage told last. */
struct event *facts_merge(struct arena *arena, const struct event *known, const struct event *change, enum complaint_type found);

void *triage_memory_new(struct daemon *daemon);
void triage_memory_reset(void *memory);
struct known *triage_known(struct triage_memory *memory, const struct uuid *complaint_id); /* NULL: none */
bool triage_load(struct batch *batch, int round);
void triage_decide(struct batch *batch, struct item *item);
void triage_write(struct batch *batch);

#endif
