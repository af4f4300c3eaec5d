#include "services/ombudctl/output.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/utf8.h"
#include "common/model/reason.h"

enum { COLUMNS_MAX = 24 };

struct table {
	int columns, count, room;
	char **cells;
	int widths[COLUMNS_MAX];
	bool numbers[COLUMNS_MAX]; /* every cell so far is a number */
	char *headings[COLUMNS_MAX];
};

static bool is_number(const char *text)
{
	return !*text || strspn(text, "0123456789.-+%") == strlen(text);
}

struct table *table_new(int columns, const char *const *headings)
{
	struct table *table = xcalloc(1, sizeof *table);
	if (columns > COLUMNS_MAX)
		bug("%d columns", columns);
	table->columns = columns;
	for (int i = 0; i < columns; i++) {
		table->numbers[i] = true;
		if (!headings)
			continue;
		const char *heading = words_in_use(headings[i]);
		table->headings[i] = xstrdup(heading);
		for (char *at = table->headings[i]; *at; at++)
			*at = *at == '_' ? '-' : (char)toupper((unsigned char)*at);
		table->widths[i] = utf8_columns(heading);
	}
	return table;
}

void table_cell(struct table *table, const char *text)
{
	int column = table->count % table->columns, width;
	text = words_in_use(text);
	if (table->count == table->room) {
		table->room = table->room ? table->room * 2 : 256;
		table->cells = xrealloc(table->cells, sizeof *table->cells * (size_t)table->room);
	}
	table->cells[table->count] = utf8_blank_unseen(xstrdup(text));
	width = utf8_columns(table->cells[table->count++]);
	if (width > table->widths[column])
		table->widths[column] = width;
	table->numbers[column] &= is_number(text);
}

static void print_cell(const struct table *table, const char *text, int column)
{
	int pad = table->widths[column] - utf8_columns(text);
	bool last = column == table->columns - 1;
	if (table->numbers[column])
		printf("%*s%s", pad, "", text);
	else
		printf("%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

void table_print(const struct table *table, const char *indent)
{
	if (table->headings[0]) {
		fputs(indent, stdout);
		for (int i = 0; i < table->columns; i++)
			print_cell(table, table->headings[i], i);
	}
	for (int i = 0; i < table->count; i++) {
		if (i % table->columns == 0)
			fputs(indent, stdout);
		print_cell(table, table->cells[i], i % table->columns);
	}
}

void table_print_fields(const struct table *table)
{
	int width = 0;
	for (int i = 0; i < table->columns; i++)
		width = utf8_columns(table->headings[i]) > width ? utf8_columns(table->headings[i]) : width;
	for (int i = 0; i < table->columns && i < table->count; i++)
		if (*table->cells[i])
			printf("%s%*s  %s\n", table->headings[i], width - utf8_columns(table->headings[i]), "", table->cells[i]);
}

void table_free(struct table *table)
{
	for (int i = 0; i < table->count; i++)
		free(table->cells[i]);
	for (int i = 0; i < table->columns; i++)
		free(table->headings[i]);
	free(table->cells);
	free(table);
}

void output_text(const char *text)
{
	char *copy = utf8_blank_unseen(xstrdup(text));
	fputs(copy, stdout);
	free(copy);
}

/* ---- views ---- */

/* A text array's elements as strings; the caller frees them. */
static int read_names(const struct pg_result *result, int row, int column, char **texts)
{
	int count = pg_get_array_count(result, row, column);
	if (count > COLUMNS_MAX)
		bug("a view of %d columns", count);
	for (int i = 0; i < count; i++) {
		size_t size;
		const char *text = pg_get_array_text(result, row, column, i, &size);
		texts[i] = strndup(text ? text : "", text ? size : 0);
	}
	return count;
}

/* A reason is a code; a history's line has its words. */
static const char *say(enum language language, const char *heading, const char *text)
{
	enum reason reason = strcmp(heading, "reason") == 0 ? reason_by_name(text) : REASON_UNSPECIFIED;
	return reason ? reason_line(reason, language == LANGUAGE_ZH ? "zh" : "en") : words_say(language, text);
}

static struct table *read_table(const struct pg_result *result, bool translate, enum language language)
{
	char *texts[COLUMNS_MAX], *names[COLUMNS_MAX];
	const char *headings[COLUMNS_MAX] = {NULL};
	int columns = read_names(result, 0, 0, names);
	for (int i = 0; i < columns; i++)
		headings[i] = translate && language == LANGUAGE_ZH ? words_say(language, names[i]) : names[i];
	struct table *table = table_new(columns, headings);
	for (int row = 0; row < pg_result_rows(result); row++) {
		read_names(result, row, 1, texts);
		for (int i = 0; i < columns; i++) {
			table_cell(table, translate ? say(language, names[i], texts[i]) : texts[i]);
			free(texts[i]);
		}
	}
	for (int i = 0; i < columns; i++)
		free(names[i]);
	return table;
}

bool output_read(struct ctl *ctl, const struct view *view, struct pg_args *args, enum language language, struct table **table)
{
	struct pg_result *result = ctl_run(ctl, &view->table, args);
	*table = result && pg_result_rows(result) ? read_table(result, true, language) : NULL;
	pg_result_free(result);
	return result != NULL;
}

static enum exit_code output_table(struct ctl *ctl, const struct view *view, struct pg_args *args, int *rows)
{
	struct pg_result *result = ctl_run(ctl, &view->table, args);
	if (!result)
		return EXIT_CODE_FAILED;
	*rows = pg_result_rows(result);
	if (*rows) {
		struct table *table = read_table(result, false, LANGUAGE_EN);
		table_print(table, "");
		table_free(table);
	}
	pg_result_free(result);
	return EXIT_CODE_OK;
}

static enum exit_code output_json(struct ctl *ctl, const struct view *view, struct pg_args *args, int *rows)
{
	struct pg_result *result = ctl_run(ctl, &view->json, args);
	if (!result)
		return EXIT_CODE_FAILED;
	*rows = pg_get_int4(result, 0, 1);
	puts(pg_get_text(result, 0, 0));
	pg_result_free(result);
	return EXIT_CODE_OK;
}

enum exit_code output_view(struct ctl *ctl, const struct view *view, struct pg_args *args, const char *none, int *rows)
{
	int count = 0;
	enum exit_code code = ctl_json(ctl) ? output_json(ctl, view, args, &count) : output_table(ctl, view, args, &count);
	if (code == EXIT_CODE_OK && count == 0 && !ctl_json(ctl))
		ctl_say("%s", words_in_use(none));
	if (rows)
		*rows = count;
	return code;
}

static const char *escape(const char *sequence)
{
	return isatty(1) && !getenv("NO_COLOR") ? sequence : "";
}

const char *output_bold(void)
{
	return escape("\033[1m");
}

const char *output_red(void)
{
	return escape("\033[1;31m");
}

const char *output_plain(void)
{
	return escape("\033[0m");
}
