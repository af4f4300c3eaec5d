/* Every statement of a lane goes by keys, though it was planned while its tables were all but empty and never looked at (the
 * database with all migrations that OMBUD_TEST_DSN names): a plan that PostgreSQL keeps must be right for millions of rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/store/core.h"
#include "common/store/escalation.h"
#include "common/store/intake.h"
#include "common/store/notification.h"
#include "common/store/triage.h"

static struct pg_session *session;

static int connect_once(void **state)
{
	char error[256] = "";
	setenv("PGOPTIONS", CORE_LANE_OPTIONS " -c plan_cache_mode=force_generic_plan", 1);
	session = pg_session_open(getenv("OMBUD_TEST_DSN"), "plans", error, sizeof error);
	if (!session) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	return 0;
}

static int disconnect(void **state)
{
	pg_session_close(session);
	return 0;
}

/* A statement's plan, a line each. */
static void read_plan(const struct pg_statement *statement, struct buf *plan)
{
	struct buf sql = BUF_EMPTY, execute = BUF_EMPTY;
	int parameters = *statement->params != '\0';
	for (const char *at = statement->params; *at; at++)
		parameters += *at == ' ';
	buf_text(&sql, "prepare looked_at");
	if (parameters) {
		buf_printf(&sql, " (%s)", statement->params);
		for (size_t i = 0; i < sql.size; i++)
			if (sql.data[i] == ' ' && i > strlen("prepare looked_at "))
				sql.data[i] = ',';
	}
	buf_printf(&sql, " as %s", statement->text);
	buf_text(&execute, "explain (costs off) execute looked_at");
	for (int i = 0; i < parameters; i++)
		buf_text(&execute, i ? ", null" : "(null");
	buf_text(&execute, parameters ? ")" : "");
	if (!pg_session_script(session, buf_string(&sql)))
		fail_msg("%s: %s", statement->name, pg_session_error(session));
	struct pg_result *result =
	    pg_session_run_once(session, &(struct pg_statement){"explain", buf_string(&execute), "", 1}, NULL);
	if (!result)
		fail_msg("%s: %s", statement->name, pg_session_error(session));
	for (int row = 0; row < pg_result_rows(result); row++)
		buf_printf(plan, "%s\n", pg_get_text(result, row, 0));
	pg_result_free(result);
	assert_true(pg_session_script(session, "deallocate looked_at"));
	buf_free(&sql);
	buf_free(&execute);
}

/* What these read whole is small by nature, or it is one row that they compare. */
static const char *const exceptions[] = {
    "core_log_read", /* looks a dead letter up by its place, when the row says that it is one */
    "core_clocks",   /* one row */
    "disabled_load", /* endpoints */
};

static bool is_exception(const char *name)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (!strcmp(name, exceptions[i]))
			return true;
	return false;
}

/* Keys are compared with row after row, or there are none. */
static bool reads_all(const char *plan)
{
	if (strstr(plan, "Seq Scan on") || strstr(plan, "Join Filter"))
		return true;
	for (const char *at = plan; (at = strstr(at, "Scan using ")); at++) {
		const char *next = strchr(at, '\n');
		next += 1 + strspn(next + 1, " ");
		if (strncmp(next, "Index Cond:", strlen("Index Cond:")) != 0)
			return true;
	}
	return false;
}

static void look(const struct pg_statement *statements)
{
	int wrong = 0;
	for (const struct pg_statement *statement = statements; statement->name; statement++) {
		struct buf plan = BUF_EMPTY;
		read_plan(statement, &plan);
		if (reads_all(buf_string(&plan)) != is_exception(statement->name)) {
			print_error("%s:\n%s", statement->name, buf_string(&plan));
			wrong++;
		}
		buf_free(&plan);
	}
	assert_int_equal(wrong, 0);
}

static void core_goes_by_keys(void **state)
{
	look(core_statements("intake"));
}

static void intake_goes_by_keys(void **state)
{
	look(intake_statements);
}

static void triage_goes_by_keys(void **state)
{
	look(store_triage_statements);
}

static void escalation_goes_by_keys(void **state)
{
	look(store_escalation_statements);
}

static void notification_goes_by_keys(void **state)
{
	look(notification_statements);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(core_goes_by_keys),
	    cmocka_unit_test(intake_goes_by_keys),
	    cmocka_unit_test(triage_goes_by_keys),
	    cmocka_unit_test(escalation_goes_by_keys),
	    cmocka_unit_test(notification_goes_by_keys),
	};
	return cmocka_run_group_tests(tests, connect_once, disconnect);
}
