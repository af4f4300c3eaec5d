/* The SQL of escalation: facts held of a complaint, its clocks. */
#ifndef OMBUD_STORE_ESCALATION_H
#define OMBUD_STORE_ESCALATION_H

#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/model/clock.h"
#include "common/model/clock_fact.h"

extern const struct pg_statement store_escalation_statements[];

/* Facts of a complaint. Strings are borrowed: from the result when read, from whoever fills them when written. */
struct store_complaint_row {
	int shard;
	struct uuid complaint_id;
	const char *platform_id;
	const char *order_id;
	enum stage stage;
	int64_t stage_since_us;
	int32_t policy_version;
	const char *policy;
	const char *policy_named;
	const char *calendar;
	int32_t calendar_version;
	int64_t cycles[CLOCK_COUNT];
	struct clock_waits waits;
	int64_t sequence;
	const char *trace; /* traceparent of the first fact about it; "": none. Stays as it was first written */
	int32_t facts;     /* how many are kept: the number of the last */
};

/* What store_clock_row_read reads, first in a statement about escalation.clock c. */
#define STORE_CLOCK_COLUMNS                                                                              \
	"c.complaint_id, c.clock, c.cycle, c.state, c.unit, c.target, c.policy, c.started_at, c.due_at," \
	" c.provisional, c.step, c.next_at, c.revision, c.warned, c.level, c.breached_at, c.shard,"      \
	" c.policy_version, c.calendar_version, c.paused_at"
enum { STORE_CLOCK_COLUMNS_COUNT = 20 };

/* Both ask for the complaints (shards[i], ids[i]). */
void store_escalation_read_complaints(
    struct pg *pg, struct pg_args *args, struct pg_array *shards, struct pg_array *ids, pg_result_fn *fn, void *context);
/* The waits are the arena's. */
void store_complaint_row_read(const struct pg_result *result, int row, struct arena *arena, struct store_complaint_row *read);
void store_waits_read(const char *text, struct arena *arena, struct clock_waits *waits); /* of a row's column of that name */
/* Open clocks only; a row's complaint by store_clock_complaint. */
void store_escalation_read_clocks(
    struct pg *pg, struct pg_args *args, struct pg_array *shards, struct pg_array *ids, pg_result_fn *fn, void *context);
struct uuid store_clock_complaint(const struct pg_result *result, int row, int *shard);
/* The numbers of the versions it goes by are read; terms and times are the caller's to set. */
void store_clock_row_read(const struct pg_result *result, int row, struct clock *clock);

/* Write sets: at most one row a complaint, one row a clock, one row a fact; a fact's number is the complaint's count. */
struct pg_rows *store_complaint_rows_new(void);
void store_complaint_rows_add(struct pg_rows *rows, const struct store_complaint_row *row);
struct pg_rows *store_fact_rows_new(void);
void store_fact_rows_add(struct pg_rows *rows, const struct store_complaint_row *complaint, const struct clock_fact *fact);
struct pg_rows *store_clock_rows_new(void);
void store_clock_rows_add(struct pg_rows *rows, const struct store_complaint_row *complaint, const struct clock *clock);

#endif
