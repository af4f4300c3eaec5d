/* The SQL of what intake has refused (intake.refusal): kept for 30 days for whoever asks (GET /v1/refusals), and to tell by one
 * fact what was not told one by one. A refusal_store belongs to one lane's batches, as an intake_store does.
 */
#ifndef OMBUD_STORE_REFUSALS_H
#define OMBUD_STORE_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/model/event.h"

/* Shown for so long; deleted an hour later, so that no clock that is ahead of another's takes away what can still be asked for. */
#define REFUSALS_KEPT_US (INT64_C(30) * 24 * 3600 * 1000000)
#define REFUSALS_SLACK_US (INT64_C(3600) * 1000000)

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

/* ---- for whoever asks ---- */

/* What was had of each shard: the last refusal's seq (0: none yet; a shard that is left out is not read) and instant. In a shard
 * numbers come in the order of commits, so whoever goes on from there misses none. A database that went back gives the same numbers
 * to other refusals: the instant tells them apart. */
enum { REFUSALS_SHARDS_MAX = 256 };
struct refusals_cursor {
	int count;
	int32_t shards[REFUSALS_SHARDS_MAX];
	int64_t seqs[REFUSALS_SHARDS_MAX];
	int64_t ats_ms[REFUSALS_SHARDS_MAX];
};
bool refusals_cursor_read(const char *text, struct refusals_cursor *cursor); /* NULL, "": from the beginning; false: it is none */
/* Shards of which it says nothing, or of a time before since_us only, are read from their beginning. */
void refusals_cursor_fill(struct refusals_cursor *cursor, int shards, int64_t since_us);
void refusals_cursor_write(struct buf *text, const struct refusals_cursor *cursor);

/* A platform's refusals, of one source or (NULL) of all, since an instant and behind a filled cursor: two statements with their
 * arguments, which belong to the question. Platform and source are borrowed. */
struct refusals_question;
struct refusals_question *refusals_question_new(
    const char *platform_id, const char *source, int64_t since_us, int limit, const struct refusals_cursor *cursor);
void refusals_question_free(struct refusals_question *question);
/* In how many shards (int8) what the cursor had last is not there any more: such a cursor would miss what came since. */
const struct pg_statement *refusals_gone(const struct refusals_question *question, struct pg_args **args);
/* The page, in the order of time; each row is read by refusals_row(), which moves the cursor behind it and returns its JSON,
 * borrowed from the result. */
const struct pg_statement *refusals_page(const struct refusals_question *question, struct pg_args **args);
const char *refusals_row(const struct pg_result *result, int row, struct refusals_cursor *cursor);

/* Pieces of evidence that an event was taken without: rows of (evidence id, member, code, most). */
void refused_pieces_query(struct pg *pg, const struct uuid *cause, pg_result_fn *fn, void *context);

#endif
