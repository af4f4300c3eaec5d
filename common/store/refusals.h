/* The SQL of what intake has refused (intake.refusal): kept for 30 days for whoever asks (GET /v1/refusals), and to tell by one
 * fact what was not told one by one. A refusal_store belongs to one lane's batches, as an intake_store does.
 */
#ifndef OMBUD_STORE_REFUSALS_H
#define OMBUD_STORE_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/model/event.h"

#define REFUSALS_KEPT_US (INT64_C(30) * 24 * 3600 * 1000000)

extern const struct pg_statement refusal_statements[];

struct refusal_store;
struct refusal_store *refusal_store_new(void);
void refusal_store_free(struct refusal_store *store);
void refusal_store_reset(struct refusal_store *store);

/* refused: an EventRefused, told or not; seq: of the log's row that says so. cause: of the refused event; zero: none. */
void refusal_write(struct refusal_store *store, int shard, int64_t seq, int64_t at_us, const struct uuid *cause,
    const struct event *refused, bool told);
void refusal_send(struct refusal_store *store, struct pg *pg);

/* What of a source has not been told since the refusal (shard, seq), that one first: counted, and told from now on. No row when
 * that one is told. */
void refusal_want_untold(struct refusal_store *store, int shard, int64_t seq);
bool refusal_read(struct refusal_store *store, struct pg *pg, pg_result_fn *fn, void *context); /* false: nothing was wanted */
struct refusals_untold {
	int shard;
	int64_t seq, count;
	const char *platform_id, *source, *order_id, *person_id, *event_id;
};
void refusal_untold_row(const struct pg_result *result, int row, struct arena *arena, struct refusals_untold *untold);

/* Deletes what is older, so many at most; shard -1: of all. */
enum { REFUSALS_FORGOTTEN_MAX = 10000 };
void refusal_forget(struct pg *pg, int shard, int64_t before_us);

/* ---- for HTTP ---- */

/* A platform's refusals, of one source or (NULL) of all, since an instant and behind a cursor: rows of (jsonb as text, shard, seq)
 * in the order of time. The cursor is the last seq had of each shard (0: none yet; a shard that it leaves out is not read): in a
 * shard numbers come in the order of commits, so whoever goes on from there misses none. */
enum { REFUSALS_SHARDS_MAX = 256 };
struct refusals_cursor {
	int count;
	int32_t shards[REFUSALS_SHARDS_MAX];
	int64_t seqs[REFUSALS_SHARDS_MAX];
};
void refusals_query(struct pg *pg, const char *platform_id, const char *source, int64_t since_us, int limit,
    const struct refusals_cursor *cursor, pg_result_fn *fn, void *context);

/* Pieces of evidence that an event was taken without: rows of (evidence id, member, code, most). */
void refused_pieces_query(struct pg *pg, const struct uuid *cause, pg_result_fn *fn, void *context);

#endif
