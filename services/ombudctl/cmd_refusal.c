/* ombudctl refusal list: what GET /v1/refusals says to a platform's backend, page by page. */
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/io/json.h"
#include "common/store/refusals.h"
#include "services/ombudctl/output.h"

static const struct pg_statement clock_now = {"clock_now", "select ombud.clock_now()", "", 1};

static bool read_now(struct ctl *ctl, int64_t *now_us)
{
	struct pg_result *result = ctl_run(ctl, &clock_now, NULL);
	*now_us = result ? pg_get_instant(result, 0, 0) : 0;
	pg_result_free(result);
	return result != NULL;
}

/* Is all that the cursor had still there? */
static bool check_gone(struct ctl *ctl, const struct refusals_question *question)
{
	struct pg_args *args;
	const struct pg_statement *statement = refusals_gone(question, &args);
	struct pg_result *result = ctl_run(ctl, statement, args);
	bool there = result && pg_get_int8(result, 0, 0) == 0;
	if (result && !there)
		ctl_say("what this cursor had is not there any more: the database had to go back; list again without --after");
	pg_result_free(result);
	return there;
}

static void print_json(const struct pg_result *result, struct refusals_cursor *cursor)
{
	struct buf text = BUF_EMPTY;
	buf_text(&text, "{\"refusals\":[");
	for (int row = 0; row < pg_result_rows(result); row++) {
		buf_text(&text, row ? "," : "");
		buf_text(&text, refusals_row(result, row, cursor));
	}
	buf_text(&text, "],\"next\":\"");
	refusals_cursor_write(&text, cursor);
	buf_text(&text, "\"}");
	puts(buf_string(&text));
	buf_free(&text);
}

/* One refusal's cells; whose: its order's or its person's. */
static void add_row(struct table *table, const char *text)
{
	static const char *const cells[] = {"at", "source", "event_id", "type", "order_id", "code", "member"};
	char error[JSON_ERROR_SIZE];
	struct json *json = json_parse(text, strlen(text), 0, error, NULL);
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		const struct json *value = json_member(json, cells[i]);
		bool person = !value && strcmp(cells[i], "order_id") == 0;
		table_cell(table, json_text_of(person ? json_member(json, "person_id") : value));
	}
	table_cell(table, json_bool_of(json_member(json, "dead_letter")) ? "yes" : "");
	json_free(json);
}

static void print_table(const struct pg_result *result, struct refusals_cursor *cursor)
{
	static const char *const names[] = {"at", "source", "event_id", "type", "key", "code", "member", "unreadable"};
	enum { COLUMNS = sizeof names / sizeof *names };
	struct buf text = BUF_EMPTY;
	if (!pg_result_rows(result)) {
		ctl_say("no refusals");
		return;
	}
	struct table *table = table_new(COLUMNS, names);
	for (int row = 0; row < pg_result_rows(result); row++)
		add_row(table, refusals_row(result, row, cursor));
	table_print(table, "");
	table_free(table);
	refusals_cursor_write(&text, cursor);
	ctl_say("what comes behind: --after %s", buf_string(&text));
	buf_free(&text);
}

static enum exit_code print_page(struct ctl *ctl, const struct refusals_question *question, struct refusals_cursor *cursor)
{
	struct pg_args *args;
	const struct pg_statement *statement = refusals_page(question, &args);
	struct pg_result *result = ctl_run(ctl, statement, args);
	if (!result)
		return EXIT_CODE_FAILED;
	if (ctl_json(ctl))
		print_json(result, cursor);
	else
		print_table(result, cursor);
	pg_result_free(result);
	return EXIT_CODE_OK;
}

enum exit_code refusal_list(struct ctl *ctl)
{
	struct refusals_cursor cursor;
	int64_t now_us;
	if (!refusals_cursor_read(ctl_flag(ctl, "after"), &cursor) || !read_now(ctl, &now_us))
		return EXIT_CODE_FAILED;
	refusals_cursor_fill(&cursor, REFUSALS_SHARDS_MAX, now_us - REFUSALS_KEPT_US);
	struct refusals_question *question = refusals_question_new(
	    ctl_flag(ctl, "platform"), ctl_flag(ctl, "source"), now_us - REFUSALS_KEPT_US, (int)ctl_number(ctl, "limit"), &cursor);
	enum exit_code code = check_gone(ctl, question) ? print_page(ctl, question, &cursor) : EXIT_CODE_FAILED;
	refusals_question_free(question);
	return code;
}
