#include "tests/store/session.h"

#include <stdlib.h>

#include "tests/unit/check.h"

struct pg_session *session_to(const char *more)
{
	char dsn[600], error[256] = "OMBUD_TEST_DSN is not set";
	const char *base = getenv("OMBUD_TEST_DSN");
	snprintf(dsn, sizeof dsn, "%s %s", base ? base : "", more);
	struct pg_session *session = base ? pg_session_open(dsn, "test", error, sizeof error) : NULL;
	if (!session)
		print_error("%s: %s\n", more, error);
	return session;
}

void session_script(struct pg_session *session, const char *sql)
{
	if (!pg_session_script(session, sql))
		fail_msg("%s: %s", sql, pg_session_error(session));
}

struct pg_result *session_ask(struct pg_session *session, const struct pg_statement *statement, struct pg_args *args)
{
	struct pg_result *result = pg_session_run(session, statement, args);
	if (!result)
		fail_msg("%s: %s", statement->name, pg_session_error(session));
	return result;
}

int64_t session_number(struct pg_session *session, const char *sql)
{
	struct pg_result *result = pg_session_run_once(session, &(struct pg_statement){"", sql, "", 1}, NULL);
	if (!result)
		fail_msg("%s: %s", sql, pg_session_error(session));
	int64_t value = pg_get_int8(result, 0, 0);
	pg_result_free(result);
	return value;
}
