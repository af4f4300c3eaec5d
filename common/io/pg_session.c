/* The blocking session of pg.h, for tools and tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/tongue.h"
#include "common/io/pg_private.h"

struct pg_session {
	PGconn *conn;
	const struct pg_statement **known; /* prepared already */
	int known_count, known_room;
	char error[512];
	bool undefined;
};

static void session_fail(struct pg_session *session, const char *message)
{
	snprintf(session->error, sizeof session->error, "%s", message);
	size_t size = strlen(session->error);
	while (size && session->error[size - 1] == '\n')
		session->error[--size] = 0;
}

/* For people: PostgreSQL's sentence without the place in a text of ours. */
static void statement_fail(struct pg_session *session, const PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	session_fail(session, message ? message : PQresultErrorMessage(result));
	/* table, schema, function, column */
	session->undefined = sqlstate && (!strcmp(sqlstate, "42P01") || !strcmp(sqlstate, "3F000") || !strcmp(sqlstate, "42883") ||
					     !strcmp(sqlstate, "42703"));
}

/* Of libpq's and the server's text, the first that fits. A server that speaks another language than English is told in its own
 * words only: libpq 15 hands out no SQLSTATE of a connection that failed. */
static const struct {
	const char *part, *sentence;
} reasons[] = {
    {"could not translate host name", "its name is not known here (no address for it)"},
    {"certificate verify failed", "its certificate is not trusted (sslrootcert)"},
    {"server certificate for", "its certificate is of another name (sslmode=verify-full)"},
    {"root certificate file", "there is no file to trust its certificate by (sslrootcert)"},
    {"does not support SSL", "it speaks no TLS (sslmode)"},
    {"SSL error", "TLS with it fails"},
    {"no password supplied", "it wants a password, and none is given (a file named by PGPASSFILE, or ~/.pgpass)"},
    {"password authentication failed", "it refuses this user or password"},
    {"authentication failed", "it refuses this user"},
    {"no pg_hba.conf entry", "it lets this user not in from here (pg_hba.conf)"},
    {"database \"", "there is no such database, or this user may not use it"},
    {"role \"", "there is no such role"},
    {"Connection refused", "nobody listens there (connection refused)"},
    {"No such file or directory", "nobody listens there (no such socket)"},
    {"too many", "it has as many connections as it takes"},
    {"starting up", "it is starting"},
    {"shutting down", "it is being stopped"},
    {"timeout expired", "it does not answer (time-out)"},
    {"closed the connection", "it hangs up: it is no PostgreSQL, or it is ending"},
};

static const char *reason_of(const char *text)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strstr(text, reasons[i].part))
			return reasons[i].sentence;
	return NULL;
}

struct pg_session *pg_session_open(const char *conninfo, const char *application_name, char *error, size_t error_size)
{
	struct pg_session *session = xcalloc(1, sizeof *session);
	const char *keys[] = {"dbname", "application_name", "connect_timeout", "client_encoding", NULL};
	const char *values[] = {conninfo, application_name, "5", "UTF8", NULL};
	session->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(session->conn) == CONNECTION_OK)
		return session;
	session_fail(session, PQerrorMessage(session->conn));
	const char *reason = reason_of(session->error);
	snprintf(error, error_size, "%s%s%s", reason ? tongue(reason) : "", reason ? ": " : "", session->error);
	pg_session_close(session);
	return NULL;
}

void pg_session_close(struct pg_session *session)
{
	if (!session)
		return;
	PQfinish(session->conn);
	free(session->known);
	free(session);
}

static bool session_prepare(struct pg_session *session, const struct pg_statement *statement, const Oid *types, int count)
{
	for (int i = 0; i < session->known_count; i++)
		if (session->known[i] == statement)
			return true;
	struct buf text = BUF_EMPTY;
	PGresult *result = PQprepare(session->conn, statement->name, pg_statement_text(statement, count, &text), count, types);
	buf_free(&text);
	bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!done)
		statement_fail(session, result);
	PQclear(result);
	if (!done)
		return false;
	if (session->known_count == session->known_room) {
		session->known_room = session->known_room ? session->known_room * 2 : 16;
		session->known = xrealloc(session->known, (unsigned long)session->known_room * sizeof *session->known);
	}
	session->known[session->known_count++] = statement;
	return true;
}

static struct pg_result *session_result(struct pg_session *session, const struct pg_statement *statement, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	if ((status == PGRES_TUPLES_OK && PQnfields(result) == statement->columns) || status == PGRES_COMMAND_OK)
		return (struct pg_result *)result;
	if (status == PGRES_TUPLES_OK)
		session_fail(session, "unexpected number of columns");
	else
		statement_fail(session, result);
	PQclear(result);
	return NULL;
}

struct pg_result *pg_session_run(struct pg_session *session, const struct pg_statement *statement, struct pg_args *args)
{
	Oid types[PG_PARAMS_MAX];
	int count = pg_statement_types(statement, types);
	pg_args_check(args, statement, types, count);
	if (!session_prepare(session, statement, types, count))
		return NULL;
	return session_result(session, statement,
	    PQexecPrepared(session->conn, statement->name, count, args ? args->values : NULL, args ? args->sizes : NULL,
		args ? args->formats : NULL, 1));
}

struct pg_result *pg_session_run_once(struct pg_session *session, const struct pg_statement *statement, struct pg_args *args)
{
	Oid types[PG_PARAMS_MAX];
	int count = pg_statement_types(statement, types);
	pg_args_check(args, statement, types, count);
	struct buf text = BUF_EMPTY;
	PGresult *result = PQexecParams(session->conn, pg_statement_text(statement, count, &text), count, types,
	    args ? args->values : NULL, args ? args->sizes : NULL, args ? args->formats : NULL, 1);
	buf_free(&text);
	return session_result(session, statement, result);
}

bool pg_session_script(struct pg_session *session, const char *sql)
{
	PGresult *result = PQexec(session->conn, sql);
	ExecStatusType status = PQresultStatus(result);
	bool done = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
	if (!done)
		session_fail(session, PQresultErrorMessage(result));
	PQclear(result);
	return done;
}

bool pg_session_undefined(const struct pg_session *session)
{
	return session->undefined;
}

const char *pg_session_error(const struct pg_session *session)
{
	return session->error;
}

void pg_result_free(struct pg_result *result)
{
	PQclear((PGresult *)result);
}
