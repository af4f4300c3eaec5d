/* The SQL of intake: orders, complaints and what hangs on them. Tables in deploy/sql/..._intake.sql.
 *
 * An intake_store belongs to one lane's batches: it holds the keys to be read and the write sets. The rhythm of a batch:
 *
 *   reset, want_* for each item, read (one statement a table), *_row on the answers ... write_*, send
 *
 * Rows are read into the arena given; nothing is borrowed from a result afterwards.
 */
#ifndef OMBUD_STORE_INTAKE_H
#define OMBUD_STORE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/model/complaint.h"

extern const struct pg_statement intake_statements[];       /* of a batch */
extern const struct pg_statement intake_query_statements[]; /* for HTTP and people (intake_query.c) */

struct intake_store;
struct intake_store *intake_store_new(void);
void intake_store_free(struct intake_store *store);
void intake_store_reset(struct intake_store *store);

/* ---- reads ---- */

/* When another platform that has wanted orders, too, has one of this id, its rows come as well: look at their platform. */
void intake_want_order(struct intake_store *store, const char *order_id, const char *platform_id);
void intake_want_id(struct intake_store *store, const struct uuid *complaint_id); /* does another order have it? */
void intake_want_cause(struct intake_store *store, int shard, const struct uuid *cause);
void intake_want_waiting(struct intake_store *store, const struct uuid *cause);
void intake_want_evidence(struct intake_store *store, const struct uuid *complaint_id); /* which pieces it has */

/* What waits for a complaint, in the order in which it came: the first INTAKE_LINE_MAX of it, of INTAKE_LINE_BYTES_MAX together
 * (the first one in any case). So what a batch takes up never grows with what waits. */
enum { INTAKE_LINE_MAX = 100, INTAKE_LINE_BYTES_MAX = 2 * 1024 * 1024 };
void intake_want_line(struct intake_store *store, const char *order_id, const char *platform_id, const struct uuid *complaint_id);

/* Of an order whose complaints have any (has_remedies). */
void intake_want_remedies(struct intake_store *store, const char *order_id, const char *platform_id);

/* Of whom limits are counted beside a complaint. */
enum intake_use_kind { INTAKE_USES_OF_ORDER = 1, INTAKE_USES_OF_PERSON = 2 };
void intake_want_uses(struct intake_store *store, const char *key, const char *platform_id); /* of both kinds */

struct intake_readers {
	pg_result_fn *orders, *complaints, *remedies, *evidence, *ids, *seen, *waiting, *uses;
	void *context;
};
/* Sends what has keys, at least one statement; false: nothing was wanted. */
bool intake_read(struct intake_store *store, struct pg *pg, const struct intake_readers *readers);

struct intake_order {
	const char *order_id, *platform_id;
	int64_t recorded_at_us, claimed_at_us, said_at_us; /* as in struct dossier */
	const void *facts;                                 /* ombud.inbox.v1.OrderRecorded */
	size_t facts_size;
};
void intake_order_row(const struct pg_result *result, int row, struct arena *arena, struct intake_order *order);

void intake_complaint_row(const struct pg_result *result, int row, struct arena *arena, struct complaint *complaint);

struct intake_remedy {
	const char *order_id, *platform_id;
	struct uuid complaint_id;
	struct remedy_entry entry;
};
void intake_remedy_row(const struct pg_result *result, int row, struct arena *arena, struct intake_remedy *remedy);

struct intake_piece {
	const char *order_id, *platform_id;
	struct uuid complaint_id;
	struct complaint_piece piece;
};
void intake_piece_row(const struct pg_result *result, int row, struct arena *arena, struct intake_piece *piece);

struct intake_id {
	struct uuid complaint_id;
	const char *order_id, *platform_id;
};
void intake_id_row(const struct pg_result *result, int row, struct arena *arena, struct intake_id *id);

/* What the log says about an identity, but for that of a filed complaint: the first row of its cause. */
struct intake_seen {
	int shard;
	struct uuid cause, subject;
	int64_t body_digest;
};
void intake_seen_row(const struct pg_result *result, int row, struct arena *arena, struct intake_seen *seen);

struct intake_waiting {
	struct uuid cause, complaint_id;
	const char *order_id, *platform_id;
	int64_t since_us, due_us, place;
	const char *event; /* structured CloudEvent */
	bool order_known;  /* read only */
};
void intake_waiting_row(const struct pg_result *result, int row, struct arena *arena, struct intake_waiting *waiting);

struct intake_uses {
	enum intake_use_kind kind;
	const char *key, *platform_id;
	struct limit_uses uses;
};
void intake_uses_row(const struct pg_result *result, int row, struct arena *arena, struct intake_uses *uses);

/* ---- writes ---- */

void intake_write_order(struct intake_store *store, int shard, const struct dossier *dossier, const void *facts, size_t size);
/* uses: as limit_uses_text() has it. */
void intake_write_uses(
    struct intake_store *store, enum intake_use_kind kind, const char *key, const char *platform_id, const char *uses);
/* The complaint's row with its new evidence, versions and remedies; each complaint once a batch. */
void intake_write_complaint(
    struct intake_store *store, int shard, const struct complaint *complaint, int64_t now_us, struct arena *arena);
void intake_write_waiting(struct intake_store *store, const struct intake_waiting *waiting);
void intake_end_waiting(struct intake_store *store, const struct uuid *cause);
void intake_send(struct intake_store *store, struct pg *pg);

/* ---- for HTTP and people: one row, one jsonb ---- */

/* What an identity's first row says; no row: not yet. key: the event's, in whose order a filed complaint is looked for. */
void intake_outcome_query(struct pg *pg, int shard, const struct uuid *cause, const char *key, pg_result_fn *fn, void *context);
struct intake_outcome {
	const char *type, *note; /* the log's; "filed" for a complaint. Borrowed from the result */
	struct uuid subject;
	enum stage stage;
	int64_t body_digest;
	bool waiting;                       /* its complaint has not come yet */
	const char *language, *platform_id; /* of the complaint, "" where there is none; borrowed, too */
};
bool intake_outcome_row(const struct pg_result *result, struct intake_outcome *outcome);

/* Whose complaints are looked at: others' are not found. NULL: any. */
struct intake_reader {
	const char *platform, *merchant_id, *complainant_id, *inspector_id;
};

/* The answers are one row with one jsonb, null or [] when there is nothing. */
void intake_complaint_query(
    struct pg *pg, const struct intake_reader *reader, const struct uuid *id, pg_result_fn *fn, void *context);
/* Pieces of its evidence numbered above `after`, `most` at most. */
void intake_evidence_query(struct pg *pg, const struct intake_reader *reader, const struct uuid *id, int32_t after, int32_t most,
    pg_result_fn *fn, void *context);
void intake_order_query(struct pg *pg, const struct intake_reader *reader, const char *order_id, pg_result_fn *fn, void *context);

struct intake_list {
	struct intake_reader reader;
	const char *order_id;     /* NULL: any */
	enum stage stage;         /* 0: any */
	const struct uuid *after; /* NULL: from the beginning */
	int limit;
};
/* Rows of (jsonb, id as text), by id; ids that Ombud derives are in the order of time. */
void intake_list_query(struct pg *pg, const struct intake_list *list, pg_result_fn *fn, void *context);

#endif
