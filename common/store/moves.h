/* Complaints that a campaign moves to another version of their platform: the page that intake walks, and where each one goes. */
#ifndef OMBUD_STORE_MOVES_H
#define OMBUD_STORE_MOVES_H

#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"

#define MOVES_KIND "move_policy"

enum { STORE_MOVES_PAGE }; /* CORE_PAGE of common/store/core_walks.h, for struct walk */
extern const struct pg_statement store_moves_statements[];

/* Asks for those complaints; ids: uuid[]. */
void store_moves_read(struct pg *pg, struct pg_array *ids, int64_t campaign, pg_result_fn *fn, void *context);
struct store_move {
	struct uuid complaint_id;
	const char *order_id, *platform_id, *by; /* borrowed; by: who has said so */
	int32_t version;                         /* to which it goes; 0: none */
};
void store_moves_row(const struct pg_result *result, int row, struct store_move *move);

#endif
