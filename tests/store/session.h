/* A test's own session: what it looks with and does harm by. A superuser's, or that of a role. */
#ifndef OMBUD_TESTS_STORE_SESSION_H
#define OMBUD_TESTS_STORE_SESSION_H

#include "common/io/pg.h"

/* To the database that OMBUD_TEST_DSN names; `more` stands behind that: "", "dbname=plans", "user=ombud_intake". NULL, told: it
 * cannot be opened. pg_session_close() it. */
struct pg_session *session_to(const char *more);

/* Each fails the test, with the server's words, when it cannot be done. */
void session_script(struct pg_session *session, const char *sql);
struct pg_result *session_ask(struct pg_session *session, const struct pg_statement *statement, struct pg_args *args);
int64_t session_number(struct pg_session *session, const char *sql); /* of one row and column */

#endif
