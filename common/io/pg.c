/* The connection of pg.h: connecting, losing it, connecting again, on the loop. What goes over it is in pg_pipeline.c, values in
 * pg_values.c and pg_results.c, the blocking session in pg_session.c.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/loop.h"
#include "common/io/pg_connection.h"

enum {
	CONNECT_TIMEOUT_MS = 5000,
	SOON_US = 5000000,          /* a connection that is lost so soon was of no use */
	TELL_AGAIN_US = 60000000,   /* ... and that is told so often */
	TCP_USER_TIMEOUT_MS = 5000, /* a black-holed server is noticed */
};

static void on_notice(void *context, const PGresult *result)
{
	struct pg *pg = context;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	bool warning = severity && !strcmp(severity, "WARNING") && sqlstate && message;
	if (warning && pg->settings.on_warning)
		pg->settings.on_warning(pg, sqlstate, message, pg->settings.context);
	else
		log_at(warning ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "database says",
		    LOG_TEXT("connection", pg->settings.application_name), LOG_TEXT("sqlstate", sqlstate),
		    LOG_TEXT("err", message));
}

static void state_set(struct pg *pg, enum pg_state state)
{
	enum pg_state before = pg->state;
	pg->state = state;
	if (pg->settings.on_state && (before == PG_STATE_READY) != (state == PG_STATE_READY))
		pg->settings.on_state(pg, state, pg->settings.context);
}

/* The same again, no sooner than it was connected. */
static bool told_lately(const struct pg *pg, const char *message, int64_t now_us)
{
	return pg->ready_us && now_us - pg->ready_us < SOON_US && now_us - pg->told_us < TELL_AGAIN_US &&
	       !strncmp(pg->told_message, message, sizeof pg->told_message - 1);
}

static void trouble(struct pg *pg, const char *what, const char *message)
{
	int64_t now_us = instant_monotonic_us();
	if (pg->told)
		return;
	if (told_lately(pg, message, now_us)) {
		pg->untold++;
		return;
	}
	log_warn(what, LOG_TEXT("connection", pg->settings.application_name), LOG_TEXT("err", message),
	    LOG_NUMBER("times", pg->untold + 1));
	pg->told = true;
	pg->told_us = now_us;
	pg->untold = 0;
	snprintf(pg->told_message, sizeof pg->told_message, "%s", message);
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
	pg_pipeline_lose(pg);
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

void pg_connection_flush(struct pg *pg)
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
	/* What stands before the operator's own settings gives way to them. Of several hosts the one that can be written to; a
	 * standby that answers alone is no database yet: a connection to it would stay with it when another becomes the primary. */
	const char *keys[] = {
	    "target_session_attrs", "dbname", "application_name", "options", "tcp_user_timeout", "client_encoding", NULL};
	const char *values[] = {
	    "read-write", pg->settings.conninfo, pg->settings.application_name, options, user_timeout, "UTF8", NULL};
	state_set(pg, PG_STATE_CONNECTING);
	pg->conn = PQconnectStartParams(keys, values, 1);
	if (!pg->conn || PQstatus(pg->conn) == CONNECTION_BAD) {
		connection_lost(pg, pg->conn ? PQerrorMessage(pg->conn) : "out of memory");
		return;
	}
	PQsetNoticeReceiver(pg->conn, on_notice, pg);
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
		pg_pipeline_setup(pg);
		pg->setting_up = true;
		pg_connection_flush(pg);
		break;
	default:
		connection_lost(pg, PQerrorMessage(pg->conn));
	}
}

void pg_connection_setup_done(struct pg *pg, enum pg_class class)
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
	pg->ready_us = instant_monotonic_us();
	pg_pipeline_lose_stranded(pg); /* what was taken while down ends before anything of the new connection */
	state_set(pg, PG_STATE_READY);
	for (int i = 0; i < pg->listens_count; i++)
		pg->listens[i].fn(NULL, pg->listens[i].context);
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
	pg_pipeline_read(pg); /* what came before the end counts */
	if (!pg->conn)
		return;
	if (!alive || PQstatus(pg->conn) != CONNECTION_OK)
		connection_lost(pg, PQerrorMessage(pg->conn));
	else
		pg_connection_flush(pg);
}

static void on_event(int fd, int events, void *context)
{
	work(context);
}

/* ---- the interface ---- */

struct pg *pg_new(struct loop *loop, const struct pg_settings *settings)
{
	struct pg *pg = xcalloc(1, sizeof *pg);
	pg->loop = loop;
	pg->settings = *settings;
	if (pg->settings.retry_ms <= 0)
		pg->settings.retry_ms = 250;
	pg->retry = loop_timer_new(loop, on_retry, pg);
	pg_pipeline_init(pg);
	loop_timer_start(pg->retry, 0);
	return pg;
}

void pg_free(struct pg *pg)
{
	if (!pg)
		return;
	connection_close(pg);
	loop_timer_free(pg->retry);
	pg_pipeline_free(pg);
	free(pg);
}

enum pg_state pg_state(const struct pg *pg)
{
	return pg->state;
}

void pg_drop(struct pg *pg, const char *why)
{
	if (pg->conn)
		connection_lost(pg, why);
}

void pg_listen(struct pg *pg, const char *channel, pg_notify_fn *fn, void *context)
{
	if (pg->listens_count == PG_LISTENS_MAX || pg->state == PG_STATE_READY)
		bug("listen before the connection is up, %d channels at most", PG_LISTENS_MAX);
	pg->listens[pg->listens_count++] = (struct pg_listen){channel, fn, context};
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
		pg_connection_flush(pg);
		events = (short)(POLLIN | (pg->watch_writes ? POLLOUT : 0));
	}
	struct pollfd fd = {PQsocket(pg->conn), events, 0};
	if (poll(&fd, 1, wait_ms) > 0)
		work(pg);
}

bool pg_wait_idle(struct pg *pg, int deadline_ms)
{
	int64_t until_us = instant_monotonic_us() + deadline_ms * INT64_C(1000);
	while (!pg_pipeline_is_idle(pg)) {
		int64_t left_us = until_us - instant_monotonic_us();
		if (left_us <= 0)
			return false;
		if (!pg_pipeline_lose_stranded(pg))
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
