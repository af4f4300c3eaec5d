/* How PostgreSQL would run a statement with unknown parameters. */
#ifndef OMBUD_TESTS_STORE_EXPLAIN_H
#define OMBUD_TESTS_STORE_EXPLAIN_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/io/pg.h"

/* Appends the plan, a line each; plan NULL: nobody wants it. Rights on tables and functions are looked at. false: pg_session_error
 * says why not. */
bool explain(struct pg_session *session, const struct pg_statement *statement, struct buf *plan);

#endif
