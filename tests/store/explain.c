#include "tests/store/explain.h"

#include <string.h>

#include "common/io/pg_private.h"

static struct pg_result *execute(struct pg_session *session, const struct pg_statement *statement)
{
	struct buf prepare = BUF_EMPTY, question = BUF_EMPTY, written = BUF_EMPTY;
	struct pg_result *result = NULL;
	int parameters = 0;
	buf_text(&prepare, "prepare looked_at");
	for (const char *at = statement->params; *(at += strspn(at, " ")); at += strcspn(at, " "))
		buf_printf(&prepare, "%s%.*s", parameters++ ? ", " : "(", (int)strcspn(at, " "), at);
	buf_printf(&prepare, "%s as %s", parameters ? ")" : "", pg_statement_text(statement, parameters, &written));
	buf_text(&question, "explain (costs off) execute looked_at");
	for (int i = 0; i < parameters; i++)
		buf_text(&question, i ? ", null" : "(null");
	buf_text(&question, parameters ? ")" : "");
	if (pg_session_script(session, buf_string(&prepare)))
		result = pg_session_run_once(session, &(struct pg_statement){"explain", buf_string(&question), "", 1}, NULL);
	buf_free(&prepare);
	buf_free(&question);
	buf_free(&written);
	return result;
}

bool explain(struct pg_session *session, const struct pg_statement *statement, struct buf *plan)
{
	struct pg_result *result = execute(session, statement);
	for (int row = 0; result && plan && row < pg_result_rows(result); row++)
		buf_printf(plan, "%s\n", pg_get_text(result, row, 0));
	pg_result_free(result);
	return result && pg_session_script(session, "deallocate looked_at");
}
