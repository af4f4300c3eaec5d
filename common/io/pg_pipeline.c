/* The pipeline of pg.h: what is sent, and its answers.
 *
 * What was sent and not answered yet stands in a ring of entries, oldest first; answers come in that order. While the connection
 * is down, entries are taken all the same and end PG_LOST from the loop, so a caller has one road for every outcome.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/loop.h"
#include "common/io/pg_connection.h"

struct pg_entry {
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

struct pg_prepared {
	const struct pg_statement *statement;
	int count;
	Oid types[PG_PARAMS_MAX];
};

const char *pg_class_name(enum pg_class class)
{
	static const char *const names[] = {"done", "conflict", "data", "fenced", "lost", "bug"};
	return names[class];
}

static enum pg_class class_of_sqlstate(const char *sqlstate)
{
	static const struct {
		const char *prefix;
		enum pg_class class;
	} rows[] = {
	    {"OM001", PG_FENCED}, {"40001", PG_CONFLICT},      /* serialization_failure */
	    {"40P01", PG_CONFLICT},                            /* deadlock_detected */
	    {"55P03", PG_CONFLICT},                            /* lock_not_available */
	    {"22", PG_DATA}, {"23", PG_DATA}, {"08", PG_LOST}, /* connection */
	    {"0A000", PG_LOST},                                /* a plan of this connection's whose columns have changed since */
	    {"25", PG_LOST},                                   /* transaction state: the server is read-only now */
	    {"26", PG_LOST},                                   /* a statement of this connection's is not known any more */
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

static bool ring_empty(const struct pg_ring *ring)
{
	return ring->head == ring->tail;
}

static struct pg_entry *ring_oldest(struct pg_ring *ring)
{
	return &ring->entries[ring->head & (ring->room - 1)];
}

static struct pg_entry *ring_add(struct pg_ring *ring)
{
	if (ring->tail - ring->head == ring->room) {
		unsigned room = ring->room ? ring->room * 2 : 64;
		struct pg_entry *entries = xcalloc(room, sizeof *entries);
		for (unsigned i = ring->head; i != ring->tail; i++)
			entries[i & (room - 1)] = ring->entries[i & (ring->room - 1)];
		free(ring->entries);
		ring->entries = entries;
		ring->room = room;
	}
	struct pg_entry *entry = &ring->entries[ring->tail++ & (ring->room - 1)];
	*entry = (struct pg_entry){0};
	return entry;
}

/* Takes the oldest entry out and tells its owner. The callback may send more. */
static void entry_end(struct pg *pg, struct pg_ring *ring, enum pg_class class)
{
	struct pg_entry entry = *ring_oldest(ring);
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
static void lose_ring(struct pg *pg, struct pg_ring *ring)
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

void pg_pipeline_lose(struct pg *pg)
{
	pg->class = PG_DONE;
	lose_ring(pg, &pg->flight);
}

bool pg_pipeline_lose_stranded(struct pg *pg)
{
	bool any = !ring_empty(&pg->stranded);
	lose_ring(pg, &pg->stranded);
	return any;
}

bool pg_pipeline_is_idle(const struct pg *pg)
{
	return ring_empty(&pg->flight) && ring_empty(&pg->stranded);
}

/* ---- statements, prepared on each new connection ---- */

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
			struct pg_prepared *prepared = &pg->prepared[prepared_slot(pg, statement)];
			prepared->statement = statement;
			prepared->count = pg_statement_types(statement, prepared->types);
		}
}

void pg_pipeline_init(struct pg *pg)
{
	pg->losing = loop_timer_new(pg->loop, on_losing, pg);
	statements_collect(pg);
}

void pg_pipeline_free(struct pg *pg)
{
	loop_timer_free(pg->losing);
	free(pg->prepared);
	free(pg->flight.entries);
	free(pg->stranded.entries);
}

static struct pg_entry *setup_add(struct pg *pg)
{
	struct pg_entry *entry = ring_add(&pg->flight);
	entry->kind = ENTRY_SETUP;
	return entry;
}

void pg_pipeline_setup(struct pg *pg)
{
	struct buf text = BUF_EMPTY;
	for (unsigned i = 0; i < pg->prepared_room; i++) {
		const struct pg_prepared *prepared = &pg->prepared[i];
		if (!prepared->statement)
			continue;
		const struct pg_statement *statement = prepared->statement;
		PQsendPrepare(pg->conn, statement->name, pg_statement_text(statement, prepared->count, &text), prepared->count,
		    prepared->types);
		setup_add(pg);
		PQsendDescribePrepared(pg->conn, statement->name);
		struct pg_entry *entry = setup_add(pg);
		entry->name = statement->name;
		entry->columns = statement->columns;
	}
	buf_free(&text);
	for (int i = 0; i < pg->listens_count; i++) {
		char sql[96];
		snprintf(sql, sizeof sql, "listen %s", pg->listens[i].channel);
		PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 1);
		setup_add(pg);
	}
	PQpipelineSync(pg->conn);
	ring_add(&pg->flight)->kind = ENTRY_SYNC;
}

/* ---- answers ---- */

static struct pg_entry *entry_oldest(struct pg *pg)
{
	return ring_oldest(&pg->flight);
}

static void note_error(struct pg *pg, const PGresult *result)
{
	if (pg->class != PG_DONE)
		return; /* the first one counts */
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	pg->class = class_of_sqlstate(sqlstate);
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
	struct pg_entry *entry = entry_oldest(pg);
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
		pg_connection_setup_done(pg, class);
	} else {
		entry_end(pg, &pg->flight, class);
	}
}

/* One step of reading. false: nothing more to be had now. */
static bool answer_one(struct pg *pg, int *nulls)
{
	if (!pg->conn || ring_empty(&pg->flight))
		return false;
	struct pg_entry *entry = entry_oldest(pg);
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

void pg_pipeline_read(struct pg *pg)
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

/* ---- sending ---- */

/* Where the next entry belongs. */
static struct pg_ring *ring_now(struct pg *pg)
{
	if (pg->state == PG_STATE_READY)
		return &pg->flight;
	loop_timer_start(pg->losing, 0);
	return &pg->stranded;
}

void pg_send(struct pg *pg, const struct pg_statement *statement, struct pg_args *args, pg_result_fn *fn, void *context)
{
	const struct pg_prepared *prepared = &pg->prepared[prepared_slot(pg, statement)];
	if (!prepared->statement)
		bug("%s: not among the connection's statements", statement->name);
	pg_args_check(args, statement, prepared->types, prepared->count);
	struct pg_entry *entry = ring_add(ring_now(pg));
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
	pg_connection_flush(pg);
}

void pg_mark(struct pg *pg, pg_mark_fn *fn, void *context)
{
	pg_flush_request(pg);
	struct pg_entry *entry = ring_add(ring_now(pg));
	entry->kind = ENTRY_MARK;
	entry->mark_fn = fn;
	entry->context = context;
}

void pg_sync(struct pg *pg, pg_sync_fn *fn, void *context)
{
	struct pg_entry *entry = ring_add(ring_now(pg));
	entry->kind = ENTRY_SYNC;
	entry->sync_fn = fn;
	entry->context = context;
	if (pg->state != PG_STATE_READY)
		return;
	PQpipelineSync(pg->conn);
	pg_connection_flush(pg);
}
