/* One PostgreSQL connection in pipeline mode on the event loop. Only the files behind it know libpq.
 *
 * What lies between two syncs is one implicit transaction (never BEGIN or COMMIT: an error would leave a failed one): send any
 * number of statements, flush-request to get the answers read so far, decide, send more, then sync. An error rolls all of it back
 * and the sync reports it.
 *
 *   pg_send(a) pg_send(b) pg_flush_request()   -> results of a and b arrive by their callbacks
 *   pg_send(c) pg_send(d) pg_sync(done)        -> results of c and d, then done(class)
 *
 * Parameters and results are binary. Arrays are built once per batch and sent with unnest().
 */
#ifndef OMBUD_IO_PG_H
#define OMBUD_IO_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/uuid.h"

struct pg;
struct pg_result;
struct loop;

/* What became of a statement or a transaction; from SQLSTATE or the connection's state, never from text. */
enum pg_class {
	PG_DONE,
	PG_CONFLICT, /* 40001, 40P01, 55P03: the same again may succeed */
	PG_DATA,     /* 22xxx, 23xxx: something in the data; bisect */
	PG_FENCED,   /* OM001: somebody else owns the shard now */
	PG_LOST,     /* connection gone, or the server cannot serve now (08, 0A000, 25, 26, 53, 57, 58): outcome unknown */
	PG_BUG,      /* anything else: our statement is wrong */
};
const char *pg_class_name(enum pg_class class);

enum pg_type { PG_BOOL, PG_INT2, PG_INT4, PG_INT8, PG_TEXT, PG_BYTEA, PG_UUID, PG_TIMESTAMPTZ, PG_JSONB };

enum { PG_PARAMS_MAX = 48 };

/* A statement is a row: prepared at connect, its parameter types checked there. Parameter types are written as
 * in SQL, separated by blanks: "int4 text[] timestamptz". Shared and constant. */
struct pg_statement {
	const char *name;
	const char *text;
	const char *params;
	int columns; /* of the result; 0 when there is none */
};

/* ---- connection ---- */

enum pg_state { PG_STATE_DOWN, PG_STATE_CONNECTING, PG_STATE_READY };

/* Called on every change between ready and down. */
typedef void pg_state_fn(struct pg *pg, enum pg_state state, void *context);
/* Called for each warning of the server: what it does all the same, but not as wanted. Both are borrowed. */
typedef void pg_warning_fn(struct pg *pg, const char *sqlstate, const char *message, void *context);

struct pg_settings {
	const char *conninfo; /* libpq's; borrowed */
	const char *application_name;
	const struct pg_statement *const *statements; /* NULL-ended list of arrays, each ended by a row with name NULL */
	int statement_timeout_ms;                     /* 0: none */
	const char *options; /* more for the server's command line: "-c enable_seqscan=off"; NULL for none */
	int retry_ms;        /* pause between tries to connect */
	pg_state_fn *on_state;
	pg_warning_fn *on_warning; /* NULL: they are logged */
	void *context;
};

/* Can libpq read it, and connect by it as far as the string alone can tell? error says every reason why not, without a value that
 * stands in it. */
bool pg_conninfo_check(const char *conninfo, char *error, size_t error_size);
/* The same database for somebody else: what makes one somebody (user, password, certificate of the client) is not taken over. The
 * caller frees it; NULL when the string cannot be read. */
char *pg_conninfo_as(const char *conninfo, const char *user);

/* Starts to connect and stays at it for ever, with retry_ms between tries. The caller owns the handle. */
struct pg *pg_new(struct loop *loop, const struct pg_settings *settings);
void pg_free(struct pg *pg);
enum pg_state pg_state(const struct pg *pg);
void pg_drop(struct pg *pg, const char *why); /* close and connect anew; everything in flight ends PG_LOST */

/* LISTEN on a channel now and after every reconnect. Whenever it listens anew fn is called once with NULL: words said while there
 * was no connection are lost (NOTIFY keeps nothing), so whoever follows something by them looks at it now. */
typedef void pg_notify_fn(const char *payload, void *context);
void pg_listen(struct pg *pg, const char *channel, pg_notify_fn *fn, void *context);

/* Work the socket without the loop until nothing is in flight or deadline_ms has passed; for rebalance callbacks and drains.
 * Returns true when all is answered. */
bool pg_wait_idle(struct pg *pg, int deadline_ms);
/* The same until the connection is ready. */
bool pg_wait_ready(struct pg *pg, int deadline_ms);

/* ---- statements ---- */

/* Parameters of one execution, in order. Reusable: pg_args_reset. Borrowed memory must live until pg_send returns. */
struct pg_args;
struct pg_args *pg_args_new(void);
void pg_args_free(struct pg_args *args);
void pg_args_reset(struct pg_args *args);
void pg_args_int4(struct pg_args *args, int32_t value);
void pg_args_int8(struct pg_args *args, int64_t value);
void pg_args_text(struct pg_args *args, const char *value); /* NULL: SQL null */
void pg_args_uuid(struct pg_args *args, const struct uuid *value);
void pg_args_instant(struct pg_args *args, int64_t instant_us); /* INT64_MIN: null */
void pg_args_jsonb(struct pg_args *args, const char *json);
struct pg_array;
void pg_args_array(struct pg_args *args, struct pg_array *array);

/* result is NULL for errors; it is freed after the callback. */
typedef void pg_result_fn(enum pg_class class, const struct pg_result *result, void *context);
typedef void pg_sync_fn(enum pg_class class, const char *sqlstate, const char *message, void *context);

/* Queue one execution; fn may be NULL when only the sync's class counts. args may be NULL for none. */
void pg_send(struct pg *pg, const struct pg_statement *statement, struct pg_args *args, pg_result_fn *fn, void *context);
void pg_flush_request(struct pg *pg);
/* A flush request, and fn once everything queued before it has been answered: the class of the transaction so far. After an error
 * nothing more is executed until a sync. */
typedef void pg_mark_fn(enum pg_class class, void *context);
void pg_mark(struct pg *pg, pg_mark_fn *fn, void *context);
void pg_sync(struct pg *pg, pg_sync_fn *fn, void *context);

/* ---- arrays: one per column of an unnest() ---- */

struct pg_array *pg_array_new(enum pg_type type);
void pg_array_free(struct pg_array *array);
void pg_array_reset(struct pg_array *array);
int pg_array_count(const struct pg_array *array);
void pg_array_int4(struct pg_array *array, int32_t value);
void pg_array_int8(struct pg_array *array, int64_t value);
void pg_array_text(struct pg_array *array, const char *value);        /* NULL: null */
void pg_array_uuid(struct pg_array *array, const struct uuid *value); /* NULL: null */
void pg_array_instant(struct pg_array *array, int64_t instant_us);    /* INT64_MIN or 0: null */

/* ---- rows: a write set, one execution of a statement whose parameters are all arrays ----
 *
 * struct pg_rows *rows = pg_rows_new(&statement);        one array per parameter
 * pg_rows_int4(rows, shard); pg_rows_text(rows, id); ... in the order of the parameters, one call each; the row ends by itself
 * pg_rows_send(pg, rows, fn, context);                   nothing when empty (fn is not called); resets
 * A value of another type than the parameter's is a bug().
 */
struct pg_rows;
struct pg_rows *pg_rows_new(const struct pg_statement *statement);
void pg_rows_free(struct pg_rows *rows);
void pg_rows_reset(struct pg_rows *rows);
int pg_rows_count(const struct pg_rows *rows);
void pg_rows_null(struct pg_rows *rows);
void pg_rows_bool(struct pg_rows *rows, bool value);
void pg_rows_int2(struct pg_rows *rows, int16_t value);
void pg_rows_int4(struct pg_rows *rows, int32_t value);
void pg_rows_int8(struct pg_rows *rows, int64_t value);
void pg_rows_text(struct pg_rows *rows, const char *value);
void pg_rows_bytes(struct pg_rows *rows, const void *data, size_t size);
void pg_rows_uuid(struct pg_rows *rows, const struct uuid *value);
void pg_rows_instant(struct pg_rows *rows, int64_t instant_us); /* INT64_MIN or 0: null */
void pg_rows_jsonb(struct pg_rows *rows, const char *json);
void pg_rows_send(struct pg *pg, struct pg_rows *rows, pg_result_fn *fn, void *context);

/* ---- results ---- */

int pg_result_rows(const struct pg_result *result);
bool pg_is_null(const struct pg_result *result, int row, int column);
bool pg_get_bool(const struct pg_result *result, int row, int column);
int16_t pg_get_int2(const struct pg_result *result, int row, int column);
int32_t pg_get_int4(const struct pg_result *result, int row, int column);
int64_t pg_get_int8(const struct pg_result *result, int row, int column);
int64_t pg_get_instant(const struct pg_result *result, int row, int column);  /* 0 when null */
struct uuid pg_get_uuid(const struct pg_result *result, int row, int column); /* zero when null */
const char *pg_get_text(const struct pg_result *result, int row, int column); /* "" when null; borrowed from the result */
const void *pg_get_bytes(const struct pg_result *result, int row, int column, size_t *size);
/* An int8[] or text[] column: count, then elements. */
int pg_get_array_count(const struct pg_result *result, int row, int column);
int64_t pg_get_array_int8(const struct pg_result *result, int row, int column, int index);
const char *pg_get_array_text(const struct pg_result *result, int row, int column, int index, size_t *size);

/* ---- straight-line use, for ombudctl, the player and tests: blocking, one statement, its own transaction ---- */

struct pg_session;
/* NULL: error says why, a sentence of ours first (name, certificate, password, database, nobody there, silence), then libpq's. */
struct pg_session *pg_session_open(const char *conninfo, const char *application_name, char *error, size_t error_size);
void pg_session_close(struct pg_session *session);
/* statement is prepared on first use. NULL on error, the text in pg_session_error. Free with pg_result_free. */
struct pg_result *pg_session_run(struct pg_session *session, const struct pg_statement *statement, struct pg_args *args);
/* The same for a text that is used once: it is not kept. */
struct pg_result *pg_session_run_once(struct pg_session *session, const struct pg_statement *statement, struct pg_args *args);
bool pg_session_script(struct pg_session *session, const char *sql); /* several statements in one transaction, no parameters */
const char *pg_session_error(const struct pg_session *session);
bool pg_session_undefined(const struct pg_session *session); /* a statement named what the database has not */
void pg_result_free(struct pg_result *result);

#endif
