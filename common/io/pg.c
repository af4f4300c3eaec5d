/* The connection of pg.h: libpq's pipeline mode on the loop. Values are in pg_values.c, the blocking session in pg_session.c.
 *
 * What was sent and not answered yet stands in a ring of entries, oldest first; answers come in that order. While the connection
 * is down, entries are taken all the same and end PG_LOST from the loop, so a caller has one road for every outcome.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/loop.h"
#include "common/io/pg_private.h"

enum {
	CONNECT_TIMEOUT_MS = 5000,
	TCP_USER_TIMEOUT_MS = 5000, /* a black-holed server is noticed (PROOF F13, F30) */
	LISTENS_MAX = 4,
};

struct entry {
	enum { ENTRY_STATEMENT, ENTRY_MARK, ENTRY_SYNC, ENTRY_SETUP } kind;
	bool answered;
	int columns;
	const char *name;
	union {
		pg_result_fn *result_fn;
		pg_mark_fn *mark_fn;
		pg_sync_fn *sync_fn;
	};
	void *context;
};

/* First in, first out; room is a power of two. */
struct ring {
	struct entry *entries;
	unsigned room, head, tail;
};

struct prepared {
	const struct pg_statement *statement;
	int count;
	Oid types[PG_PARAMS_MAX];
};

struct listen {
	const char *channel;
	pg_notify_fn *fn;
	void *context;
};

struct pg {
	struct loop *loop;
	struct pg_settings settings;
	PGconn *conn;
	enum pg_state state;
	bool setting_up; /* connected, statements being prepared */
	bool told;       /* the present trouble has been logged */

	struct loop_watch *watch;
	bool watch_writes;
	struct loop_timer *retry;  /* next try, or the time-out of this one */
	struct loop_timer *losing; /* ends entries that were queued while down */

	struct ring flight;   /* sent, not answered yet */
	struct ring stranded; /* taken while down */

	/* of the transaction being answered */
	enum pg_class class;
	char sqlstate[6];
	char message[256];

	struct prepared *prepared; /* open addressing by the statement's address */
	unsigned prepared_room;
	struct listen listens[LISTENS_MAX];
	int listens_count;
};

const char *pg_class_name(enum pg_class class)
{
	static const char *const names[] = {"done", "conflict", "data", "fenced", "lost", "bug"};
	return names[class];
}

enum pg_class pg_class_of_sqlstate(const char *sqlstate)
{
	static const struct {
		const char *prefix;
		enum pg_class class;
	} rows[] = {
	    {"OM001", PG_FENCED}, {"40001", PG_CONFLICT},      /* serialization_failure */
	    {"40P01", PG_CONFLICT},                            /* deadlock_detected */
	    {"55P03", PG_CONFLICT},                            /* lock_not_available */
	    {"22", PG_DATA}, {"23", PG_DATA}, {"08", PG_LOST}, /* connection */
	    {"53", PG_LOST},                                   /* insufficient resources: disk, memory, connections */
	    {"57", PG_LOST},                                   /* operator intervention: shutdown, terminated, statement timeout */
	    {"58", PG_LOST},                                   /* system error: I/O */
	};
	if (!sqlstate)
		return PG_LOST;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strncmp(sqlstate, rows[i].prefix, strlen(rows[i].prefix)))
			return rows[i].class;
	return PG_BUG;
}

/* ---- the ring ---- */

static bool ring_empty(const struct ring *ring)
{
	return ring->head == ring->tail;
}

static struct entry *ring_oldest(struct ring *ring)
{
	return &ring->entries[ring->head & (ring->room - 1)];
}

static struct entry *ring_add(struct ring *ring)
{
	if (ring->tail - ring->head == ring->room) {
		unsigned room = ring->room ? ring->room * 2 : 64;
		struct entry *entries = xcalloc(room, sizeof *entries);
		for (unsigned i = ring->head; i != ring->tail; i++)
			entries[i & (room - 1)] = ring->entries[i & (ring->room - 1)];
		free(ring->entries);
		ring->entries = entries;
		ring->room = room;
	}
	struct entry *entry = &ring->entries[ring->tail++ & (ring->room - 1)];
	*entry = (struct entry){0};
	return entry;
}

static struct entry *entry_oldest(struct pg *pg)
{
	return ring_oldest(&pg->flight);
}

static struct entry *setup_add(struct pg *pg)
{
	struct entry *entry = ring_add(&pg->flight);
	entry->kind = ENTRY_SETUP;
	return entry;
}

/* Takes the oldest entry out and tells its owner. The callback may send more. */
static void entry_end(struct pg *pg, struct ring *ring, enum pg_class class)
{
	struct entry entry = *ring_oldest(ring);
	ring->head++;
	switch (entry.kind) {
	case ENTRY_STATEMENT:
		if (entry.result_fn)
			entry.result_fn(class, NULL, entry.context);
		break;
	case ENTRY_MARK:
		entry.mark_fn(class, entry.context);
		break;
	case ENTRY_SYNC:
		if (entry.sync_fn)
			entry.sync_fn(class, pg->sqlstate, pg->message, entry.context);
		break;
	case ENTRY_SETUP:
		break;
	}
}

/* What the callbacks add meanwhile ends in the next round. */
static void lose_ring(struct pg *pg, struct ring *ring)
{
	unsigned until = ring->tail;
	while (ring->head != until)
		entry_end(pg, ring, PG_LOST);
}

static void on_losing(void *context)
{
	struct pg *pg = context;
	lose_ring(pg, &pg->stranded);
	if (!ring_empty(&pg->stranded))
		loop_timer_start(pg->losing, 0);
}

/* ---- down and up ---- */

static void on_notice(void *context, const char *message)
{
	struct pg *pg = context;
	log_debug("database says", LOG_TEXT("connection", pg->settings.application_name), LOG_TEXT("err", message));
}

static void state_set(struct pg *pg, enum pg_state state)
{
	enum pg_state before = pg->state;
	pg->state = state;
	if (pg->settings.on_state && (before == PG_STATE_READY) != (state == PG_STATE_READY))
		pg->settings.on_state(pg, state, pg->settings.context);
}

static void trouble(struct pg *pg, const char *what, const char *message)
{
	if (!pg->told)
		log_warn(what, LOG_TEXT("connection", pg->settings.application_name), LOG_TEXT("err", message));
	pg->told = true;
}

static void connection_close(struct pg *pg)
{
	loop_watch_free(pg->watch);
	pg->watch = NULL;
	if (pg->conn)
		PQfinish(pg->conn);
	pg->conn = NULL;
	pg->setting_up = false;
}

static void connection_lost(struct pg *pg, const char *message)
{
	if (message != pg->message)
		snprintf(pg->message, sizeof pg->message, "%s", message);
	snprintf(pg->sqlstate, sizeof pg->sqlstate, "08006");
	trouble(pg, "database away", pg->message);
	connection_close(pg);
	loop_timer_start(pg->retry, pg->settings.retry_ms * INT64_C(1000));
	state_set(pg, PG_STATE_DOWN);
	pg->class = PG_DONE;
	lose_ring(pg, &pg->flight);
}

static void on_event(int fd, int events, void *context);

/* The socket may change while connecting: the watch is made anew whenever what it wants changes before that is over. */
static void watch(struct pg *pg, bool reads, bool writes)
{
	int events = (reads ? LOOP_READ : 0) | (writes ? LOOP_WRITE : 0);
	if (pg->watch && pg->state != PG_STATE_READY) {
		loop_watch_free(pg->watch);
		pg->watch = NULL;
	}
	if (pg->watch)
		loop_watch_set(pg->watch, events);
	else
		pg->watch = loop_watch_new(pg->loop, PQsocket(pg->conn), events, on_event, pg);
	pg->watch_writes = writes;
}

static void flush(struct pg *pg)
{
	if (!pg->conn)
		return;
	int left = PQflush(pg->conn);
	if (left < 0)
		return; /* the reading side will say what happened */
	if (pg->watch_writes != (left == 1))
		watch(pg, true, left == 1);
}

static void connect_start(struct pg *pg)
{
	char options[256], user_timeout[16];
	snprintf(options, sizeof options, "-c statement_timeout=%d -c jit=off %s", pg->settings.statement_timeout_ms,
	    pg->settings.options ? pg->settings.options : "");
	snprintf(user_timeout, sizeof user_timeout, "%d", TCP_USER_TIMEOUT_MS);
	const char *keys[] = {"dbname", "application_name", "options", "tcp_user_timeout", "client_encoding", NULL};
	const char *values[] = {pg->settings.conninfo, pg->settings.application_name, options, user_timeout, "UTF8", NULL};
	state_set(pg, PG_STATE_CONNECTING);
	pg->conn = PQconnectStartParams(keys, values, 1);
	if (!pg->conn || PQstatus(pg->conn) == CONNECTION_BAD) {
		connection_lost(pg, pg->conn ? PQerrorMessage(pg->conn) : "out of memory");
		return;
	}
	PQsetNoticeProcessor(pg->conn, on_notice, pg);
	loop_timer_start(pg->retry, CONNECT_TIMEOUT_MS * INT64_C(1000));
	watch(pg, false, true);
}

static void on_retry(void *context)
{
	struct pg *pg = context;
	if (pg->conn)
		connection_lost(pg, "connecting took too long");
	else
		connect_start(pg);
}

static void setup_send(struct pg *pg)
{
	for (unsigned i = 0; i < pg->prepared_room; i++) {
		const struct prepared *prepared = &pg->prepared[i];
		if (!prepared->statement)
			continue;
		const struct pg_statement *statement = prepared->statement;
		PQsendPrepare(pg->conn, statement->name, statement->text, prepared->count, prepared->types);
		setup_add(pg);
		PQsendDescribePrepared(pg->conn, statement->name);
		struct entry *entry = setup_add(pg);
		entry->name = statement->name;
		entry->columns = statement->columns;
	}
	for (int i = 0; i < pg->listens_count; i++) {
		char sql[96];
		snprintf(sql, sizeof sql, "listen %s", pg->listens[i].channel);
		PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 1);
		setup_add(pg);
	}
	PQpipelineSync(pg->conn);
	ring_add(&pg->flight)->kind = ENTRY_SYNC;
	pg->setting_up = true;
	flush(pg);
}

static void connect_poll(struct pg *pg)
{
	switch (PQconnectPoll(pg->conn)) {
	case PGRES_POLLING_READING:
		watch(pg, true, false);
		break;
	case PGRES_POLLING_WRITING:
		watch(pg, false, true);
		break;
	case PGRES_POLLING_OK:
		PQsetnonblocking(pg->conn, 1);
		PQenterPipelineMode(pg->conn);
		watch(pg, true, false);
		setup_send(pg);
		break;
	default:
		connection_lost(pg, PQerrorMessage(pg->conn));
	}
}

static void setup_done(struct pg *pg, enum pg_class class)
{
	pg->setting_up = false;
	if (class != PG_DONE) {
		connection_lost(pg, pg->message);
		return;
	}
	loop_timer_stop(pg->retry);
	if (pg->told)
		log_info("database back", LOG_TEXT("connection", pg->settings.application_name));
	pg->told = false;
	lose_ring(pg, &pg->stranded); /* what was taken while down ends before anything of the new connection */
	state_set(pg, PG_STATE_READY);
}

/* ---- answers ---- */

static void note_error(struct pg *pg, const PGresult *result)
{
	if (pg->class != PG_DONE)
		return; /* the first one counts */
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	pg->class = pg_class_of_sqlstate(sqlstate);
	snprintf(pg->sqlstate, sizeof pg->sqlstate, "%s", sqlstate ? sqlstate : "08006");
	snprintf(pg->message, sizeof pg->message, "%s%s%s", entry_oldest(pg)->name ? entry_oldest(pg)->name : "",
	    entry_oldest(pg)->name ? ": " : "", message ? message : PQresultErrorMessage(result));
}

static void note_bug(struct pg *pg, const char *name, const char *message)
{
	pg->class = PG_BUG;
	snprintf(pg->sqlstate, sizeof pg->sqlstate, "XX000");
	snprintf(pg->message, sizeof pg->message, "%s: %s", name, message);
}

/* The answer to the oldest entry, a statement. It stays until libpq's NULL ends it. */
static void statement_answer(struct pg *pg, PGresult *result)
{
	struct entry *entry = entry_oldest(pg);
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_FATAL_ERROR)
		note_error(pg, result);
	else if ((status == PGRES_TUPLES_OK || (entry->kind == ENTRY_SETUP && entry->name && status == PGRES_COMMAND_OK)) &&
		 PQnfields(result) != entry->columns)
		note_bug(pg, entry->name, "unexpected number of columns");
	entry->answered = true;
	if (entry->kind == ENTRY_SETUP)
		return;
	pg_result_fn *fn = entry->result_fn;
	void *context = entry->context;
	entry->result_fn = NULL;
	if (fn)
		fn(pg->class, pg->class == PG_DONE ? (const struct pg_result *)result : NULL, context);
}

static void sync_answer(struct pg *pg)
{
	enum pg_class class = pg->class;
	pg->class = PG_DONE;
	if (pg->setting_up) {
		pg->flight.head++;
		setup_done(pg, class);
	} else {
		entry_end(pg, &pg->flight, class);
	}
}

/* One step of reading. false: nothing more to be had now. */
static bool answer_one(struct pg *pg, int *nulls)
{
	if (!pg->conn || ring_empty(&pg->flight))
		return false;
	struct entry *entry = entry_oldest(pg);
	if (entry->kind == ENTRY_MARK) {
		entry_end(pg, &pg->flight, pg->class);
		return true;
	}
	if (PQisBusy(pg->conn))
		return false;
	PGresult *result = PQgetResult(pg->conn);
	if (!result) {
		if (entry->kind != ENTRY_SYNC && entry->answered) {
			pg->flight.head++;
			*nulls = 0;
		}
		return ++*nulls < 4; /* libpq says NULL between queries; never twice without a result in between */
	}
	*nulls = 0;
	if (entry->kind == ENTRY_SYNC) {
		if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			sync_answer(pg);
		else
			note_error(pg, result); /* the commit itself failed */
	} else {
		statement_answer(pg, result);
	}
	PQclear(result);
	return true;
}

static void answers_read(struct pg *pg)
{
	int nulls = 0;
	while (answer_one(pg, &nulls))
		;
	PGnotify *notify;
	while (pg->conn && (notify = PQnotifies(pg->conn))) {
		for (int i = 0; i < pg->listens_count; i++)
			if (!strcmp(pg->listens[i].channel, notify->relname))
				pg->listens[i].fn(notify->extra, pg->listens[i].context);
		PQfreemem(notify);
	}
}

static void work(struct pg *pg)
{
	if (!pg->conn)
		return;
	if (pg->state == PG_STATE_CONNECTING && !pg->setting_up) {
		connect_poll(pg);
		return;
	}
	bool alive = PQconsumeInput(pg->conn) && PQstatus(pg->conn) == CONNECTION_OK;
	answers_read(pg); /* what came before the end counts */
	if (!pg->conn)
		return;
	if (!alive || PQstatus(pg->conn) != CONNECTION_OK)
		connection_lost(pg, PQerrorMessage(pg->conn));
	else
		flush(pg);
}

static void on_event(int fd, int events, void *context)
{
	work(context);
}

/* ---- the interface ---- */

static unsigned prepared_slot(const struct pg *pg, const struct pg_statement *statement)
{
	unsigned slot = (unsigned)((uintptr_t)statement / sizeof *statement * 2654435761u) & (pg->prepared_room - 1);
	while (pg->prepared[slot].statement && pg->prepared[slot].statement != statement)
		slot = (slot + 1) & (pg->prepared_room - 1);
	return slot;
}

static void statements_collect(struct pg *pg)
{
	unsigned count = 0;
	const struct pg_statement *const *lists = pg->settings.statements;
	for (int i = 0; lists && lists[i]; i++)
		for (const struct pg_statement *statement = lists[i]; statement->name; statement++)
			count++;
	for (pg->prepared_room = 16; pg->prepared_room < count * 2;)
		pg->prepared_room *= 2;
	pg->prepared = xcalloc(pg->prepared_room, sizeof *pg->prepared);
	for (int i = 0; lists && lists[i]; i++)
		for (const struct pg_statement *statement = lists[i]; statement->name; statement++) {
			struct prepared *prepared = &pg->prepared[prepared_slot(pg, statement)];
			prepared->statement = statement;
			prepared->count = pg_statement_types(statement, prepared->types);
		}
}

struct pg *pg_new(struct loop *loop, const struct pg_settings *settings)
{
	struct pg *pg = xcalloc(1, sizeof *pg);
	pg->loop = loop;
	pg->settings = *settings;
	if (pg->settings.retry_ms <= 0)
		pg->settings.retry_ms = 250;
	pg->retry = loop_timer_new(loop, on_retry, pg);
	pg->losing = loop_timer_new(loop, on_losing, pg);
	statements_collect(pg);
	loop_timer_start(pg->retry, 0);
	return pg;
}

void pg_free(struct pg *pg)
{
	if (!pg)
		return;
	connection_close(pg);
	loop_timer_free(pg->retry);
	loop_timer_free(pg->losing);
	free(pg->prepared);
	free(pg->flight.entries);
	free(pg->stranded.entries);
	free(pg);
}

enum pg_state pg_state(const struct pg *pg)
{
	return pg->state;
}

int pg_backend_pid(const struct pg *pg)
{
	return pg->conn ? PQbackendPID(pg->conn) : 0;
}

void pg_drop(struct pg *pg)
{
	if (pg->conn)
		connection_lost(pg, "dropped");
}

void pg_listen(struct pg *pg, const char *channel, pg_notify_fn *fn, void *context)
{
	if (pg->listens_count == LISTENS_MAX || pg->state == PG_STATE_READY)
		bug("listen before the connection is up, %d channels at most", LISTENS_MAX);
	pg->listens[pg->listens_count++] = (struct listen){channel, fn, context};
}

/* One turn of the socket by hand, at most wait_ms long. */
static void turn(struct pg *pg, int wait_ms)
{
	if (!pg->conn) {
		poll(NULL, 0, wait_ms < 20 ? wait_ms : 20);
		return;
	}
	bool connecting = pg->state == PG_STATE_CONNECTING && !pg->setting_up;
	short events = connecting && !pg->watch_writes ? POLLIN : POLLOUT;
	if (!connecting) {
		flush(pg);
		events = (short)(POLLIN | (pg->watch_writes ? POLLOUT : 0));
	}
	struct pollfd fd = {PQsocket(pg->conn), events, 0};
	if (poll(&fd, 1, wait_ms) > 0)
		work(pg);
}

bool pg_wait_idle(struct pg *pg, int deadline_ms)
{
	int64_t until_us = instant_monotonic_us() + deadline_ms * INT64_C(1000);
	while (!ring_empty(&pg->flight) || !ring_empty(&pg->stranded)) {
		int64_t left_us = until_us - instant_monotonic_us();
		if (left_us <= 0)
			return false;
		if (!ring_empty(&pg->stranded))
			lose_ring(pg, &pg->stranded);
		else
			turn(pg, (int)(left_us / 1000) + 1);
	}
	return true;
}

bool pg_wait_ready(struct pg *pg, int deadline_ms)
{
	int64_t until_us = instant_monotonic_us() + deadline_ms * INT64_C(1000);
	while (pg->state != PG_STATE_READY) {
		int64_t left_us = until_us - instant_monotonic_us();
		if (left_us <= 0)
			return false;
		if (!pg->conn)
			connect_start(pg);
		turn(pg, (int)(left_us / 1000) + 1);
	}
	return true;
}

/* Where the next entry belongs. */
static struct ring *ring_now(struct pg *pg)
{
	if (pg->state == PG_STATE_READY)
		return &pg->flight;
	loop_timer_start(pg->losing, 0);
	return &pg->stranded;
}

void pg_send(struct pg *pg, const struct pg_statement *statement, struct pg_args *args, pg_result_fn *fn, void *context)
{
	const struct prepared *prepared = &pg->prepared[prepared_slot(pg, statement)];
	if (!prepared->statement)
		bug("%s: not among the connection's statements", statement->name);
	pg_args_check(args, statement, prepared->types, prepared->count);
	struct entry *entry = ring_add(ring_now(pg));
	entry->kind = ENTRY_STATEMENT;
	entry->name = statement->name;
	entry->columns = statement->columns;
	entry->result_fn = fn;
	entry->context = context;
	if (pg->state == PG_STATE_READY)
		PQsendQueryPrepared(pg->conn, statement->name, prepared->count, args ? args->values : NULL,
		    args ? args->sizes : NULL, args ? args->formats : NULL, 1);
}

void pg_flush_request(struct pg *pg)
{
	if (pg->state != PG_STATE_READY)
		return;
	PQsendFlushRequest(pg->conn);
	flush(pg);
}

void pg_mark(struct pg *pg, pg_mark_fn *fn, void *context)
{
	pg_flush_request(pg);
	struct entry *entry = ring_add(ring_now(pg));
	entry->kind = ENTRY_MARK;
	entry->mark_fn = fn;
	entry->context = context;
}

void pg_sync(struct pg *pg, pg_sync_fn *fn, void *context)
{
	struct entry *entry = ring_add(ring_now(pg));
	entry->kind = ENTRY_SYNC;
	entry->sync_fn = fn;
	entry->context = context;
	if (pg->state != PG_STATE_READY)
		return;
	PQpipelineSync(pg->conn);
	flush(pg);
}
