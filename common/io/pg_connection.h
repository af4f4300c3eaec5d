/* The inside of a connection, for pg.c and pg_pipeline.c only. */
#ifndef OMBUD_IO_PG_CONNECTION_H
#define OMBUD_IO_PG_CONNECTION_H

#include "common/io/pg_private.h"

enum { PG_LISTENS_MAX = 4 };

struct pg_entry;
struct pg_prepared;
struct loop_timer;
struct loop_watch;

/* First in, first out; room is a power of two. */
struct pg_ring {
	struct pg_entry *entries;
	unsigned room, head, tail;
};

struct pg_listen {
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
	/* A server that refuses (a full disk) is connected to and lost again twice a second: what was logged last, ... */
	char told_message[256];
	int64_t told_us, ready_us; /* ... monotonic; and when it was last connected */
	int untold;                /* such troubles since */

	struct loop_watch *watch;
	bool watch_writes;
	struct loop_timer *retry;  /* next try, or the time-out of this one */
	struct loop_timer *losing; /* ends entries that were queued while down */

	struct pg_ring flight;   /* sent, not answered yet */
	struct pg_ring stranded; /* taken while down */

	/* of the transaction being answered */
	enum pg_class class;
	char sqlstate[6];
	char message[256];

	struct pg_prepared *prepared; /* open addressing by the statement's address */
	unsigned prepared_room;
	struct pg_listen listens[PG_LISTENS_MAX];
	int listens_count;
};

/* ---- pg.c: connecting and its state ---- */

void pg_connection_flush(struct pg *pg);
void pg_connection_setup_done(struct pg *pg, enum pg_class class);

/* ---- pg_pipeline.c: what is sent, and its answers ---- */

void pg_pipeline_init(struct pg *pg);
void pg_pipeline_free(struct pg *pg);
/* On a new connection: prepares and checks every statement, listens. Ends in pg_connection_setup_done(). */
void pg_pipeline_setup(struct pg *pg);
void pg_pipeline_read(struct pg *pg); /* all answers that have come */
bool pg_pipeline_is_idle(const struct pg *pg);
/* The connection has ended with the error that pg has; what was sent ends PG_LOST. */
void pg_pipeline_lose(struct pg *pg);
/* The same for what was taken while down. false: there was none. */
bool pg_pipeline_lose_stranded(struct pg *pg);

#endif
