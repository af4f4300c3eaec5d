/* The SQL of triage: one row a complaint. */
#ifndef OMBUD_STORE_TRIAGE_H
#define OMBUD_STORE_TRIAGE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/model/event.h"
#include "common/model/rules.h"

extern const struct pg_statement store_triage_statements[];

/* What is read before a batch decides. */
struct store_triage_row {
	struct uuid complaint_id;
	const void *facts; /* borrowed from the result */
	size_t facts_size;
	int64_t sequence;
	enum complaint_type type;
	const char *custom_type;
	enum tier tier;
	int32_t priority;
	enum party first_answer;
	const char *queue;
	const char *owner_id;
	const char *policy_id;
};

/* complaint_ids: an array of PG_UUID. fn gets a result of rows for store_triage_row_read. */
void store_triage_read(struct pg *pg, struct pg_args *args, struct pg_array *complaint_ids, pg_result_fn *fn, void *context);
void store_triage_row_read(const struct pg_result *result, int row, struct store_triage_row *read);

/* Write set: at most one row a complaint in a batch. result NULL: not triaged yet. */
struct pg_rows *store_triage_rows_new(void);
struct store_triage_write {
	struct uuid complaint_id;
	int shard;
	const char *platform_id;
	const char *order_id;
	const void *facts;
	size_t facts_size;
	int64_t sequence;
	int64_t triaged_at_us; /* 0: not in this batch; the row's own stays, as do its rules_version and reasons */
	const struct rules_result *result;
	const char *rules_version;
};
void store_triage_rows_add(struct pg_rows *rows, const struct store_triage_write *write);

#endif
