/* What `ombudctl clock rebuild` reads: complaints, their facts and all their clocks, page by page in the order of their keys, so
 * that the three go in step. Escalation's tables, as they stand.
 */
#ifndef OMBUD_STORE_REBUILD_H
#define OMBUD_STORE_REBUILD_H

#include "common/store/escalation.h"

/* Where a page begins: the row itself is left out once it has been read (from 1 on). */
struct rebuild_place {
	int shard;
	struct uuid complaint_id;
	int32_t number; /* of a fact; of a clock its cycle */
	char clock[64]; /* "" before the first */
	int read;       /* 1: the row at this place is known; 0: it comes too */
};

enum rebuild_table { REBUILD_COMPLAINTS, REBUILD_FACTS, REBUILD_CLOCKS, REBUILD_TABLES };
extern const struct pg_statement rebuild_pages[REBUILD_TABLES];

/* The parameters of a page of at most so many rows. */
void rebuild_page_args(struct pg_args *args, enum rebuild_table table, const struct rebuild_place *place, int most);
/* The place of a row, as read. */
void rebuild_place_read(const struct pg_result *result, int row, enum rebuild_table table, struct rebuild_place *place);

/* Texts are borrowed from the result. */
struct rebuild_complaint {
	enum stage stage;
	int64_t stage_since_us;
	int32_t policy_version;
	const char *policy;
	int32_t facts;
};
void rebuild_complaint_read(const struct pg_result *result, int row, struct rebuild_complaint *read);
void rebuild_fact_read(const struct pg_result *result, int row, struct clock_fact *fact);
void rebuild_clock_read(const struct pg_result *result, int row, struct clock *clock);

#endif
