#include "common/base/flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/nearest.h"
#include "common/base/tongue.h"
#include "common/base/utf8.h"
#include "common/base/value.h"
#include "common/base/version.h"

int flags_row(const struct flags *flags, const char *name)
{
	for (int i = 0; flags->rows[i].name != NULL; i++)
		if (strcmp(flags->rows[i].name, name) == 0)
			return i;
	bug("there is no flag --%s here", name);
}

const char *flags_text(const struct flags *flags, const char *name)
{
	int row = flags_row(flags, name);
	return flags->values[row] != NULL ? flags->values[row] : flags->rows[row].initial;
}

int64_t flags_number(const struct flags *flags, const char *name)
{
	return strtoll(flags_text(flags, name), NULL, 10);
}

/* ---- reading ---- */

/* -1: there is none */
static int find_row(const struct flag *rows, const char *argument, size_t size)
{
	bool letter = argument[1] != '-';
	for (int i = 0; rows[i].name != NULL; i++) {
		if (letter ? size == 2 && rows[i].letter == argument[1]
			   : strlen(rows[i].name) == size - 2 && memcmp(rows[i].name, argument + 2, size - 2) == 0)
			return i;
	}
	return -1;
}

static void tell_unknown(struct flags *flags, struct problems *problems, const char *argument, size_t size)
{
	const char *names[FLAGS_MAX + 3] = {NULL};
	char name[64];
	int count = 0;

	for (; flags->rows[count].name != NULL; count++)
		names[count] = flags->rows[count].name;
	names[count] = "help";
	names[count + 1] = "version";
	snprintf(name, sizeof name, "%.*s", (int)size, argument);
	const char *nearest = nearest_name(name + strspn(name, "-"), names);
	if (nearest != NULL)
		problems_add(problems, "%s: unknown flag; did you mean --%s?", name, nearest);
	else
		problems_add(problems, "%s: unknown flag", name);
	for (int i = 0; i < count && nearest != NULL; i++)
		flags->told[i] = flags->told[i] || names[i] == nearest;
	flags->unknown = flags->unknown || argument[size] == '\0';
}

/* Returns how many words of the command line it takes. */
static int read_flag(struct flags *flags, char **argv, struct problems *problems)
{
	size_t size = strcspn(argv[0], "=");
	int row = find_row(flags->rows, argv[0], size);
	const char *value = argv[0][size] == '=' ? argv[0] + size + 1 : NULL;

	if (row < 0) {
		tell_unknown(flags, problems, argv[0], size);
		return 1;
	}
	bool wants = flags->rows[row].value != NULL;
	bool next = wants && value == NULL && argv[1] != NULL && value_is_one(argv[1]);
	flags->values[row] = next ? argv[1] : wants ? value : "yes";
	flags->places[row] = NULL;
	flags->told[row] = wants ? flags->values[row] == NULL : value != NULL;
	if (flags->told[row])
		problems_add(problems, wants ? "--%s: wants a value" : "--%s: takes no value", flags->rows[row].name);
	return next ? 2 : 1;
}

static void read_environment(struct flags *flags)
{
	for (int i = 0; flags->rows[i].name != NULL; i++) {
		for (int k = 0; k < 2 && flags->rows[i].env[k] != NULL && flags->values[i] == NULL; k++) {
			flags->values[i] = getenv(flags->rows[i].env[k]);
			flags->places[i] = flags->rows[i].env[k];
		}
	}
}

enum flags_asked flags_read(struct flags *flags, const struct flag *rows, int argc, char **argv, struct problems *problems)
{
	*flags = (struct flags){.rows = rows};
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return FLAGS_HELP;
		if (strcmp(argv[i], "--version") == 0)
			return FLAGS_VERSION;
	}
	for (int i = 0; i < argc;) {
		if (!value_is_one(argv[i])) {
			i += read_flag(flags, argv + i, problems);
			continue;
		}
		if (flags->words_count < FLAGS_WORDS_MAX)
			flags->words[flags->words_count++] = argv[i];
		i++;
	}
	read_environment(flags);
	return FLAGS_RUN;
}

/* ---- looking at what was read ---- */

static bool check_value(const struct flag *row, const char *text, char *error, size_t error_size)
{
	if (row->most != 0)
		return value_check_integer(text, row->least, row->most, NULL, error, error_size);
	if (row->choices != NULL)
		return value_check_choice(text, row->choices, error, error_size);
	return row->check == NULL || row->check(text, error, error_size);
}

static void check_words(const struct flags *flags, const char *names, struct problems *problems)
{
	int least = 0, most = 0;
	for (const char *at = names; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
		most++;
		least += *at != '[';
	}
	if (flags->words_count < least)
		problems_add(problems, "wanted: %s", names);
	for (int i = most; i < flags->words_count && !flags->unknown; i++)
		problems_add(problems, "%s: one word too many", flags->words[i]);
}

void flags_check(const struct flags *flags, const char *words, struct problems *problems)
{
	char error[512];
	for (int i = 0; flags->rows[i].name != NULL; i++) {
		const struct flag *row = &flags->rows[i];
		const char *place = flags->places[i], *dashes = place == NULL ? "--" : "";
		if (flags->told[i] || row->value == NULL)
			continue;
		if (flags->values[i] == NULL && row->missing != NULL)
			problems_add(problems, "--%s: %s", row->name, tongue(row->missing));
		if (flags->values[i] != NULL && !check_value(row, flags->values[i], error, sizeof error))
			problems_add(problems, "%s%s: %s", dashes, place == NULL ? row->name : place, error);
	}
	check_words(flags, words, problems);
}

/* ---- help, and the whole ---- */

/* A text and blanks, so many columns in all. */
static void print_padded(const char *text, int columns)
{
	int blanks = columns - utf8_columns(text);
	printf("%s%*s", text, blanks > 0 ? blanks : 0, "");
}

void flags_help_line(const char *left, int columns, const char *right)
{
	fputs("  ", stdout);
	print_padded(left, columns);
	printf(" %s", tongue(right));
}

void flags_help(const struct flag *rows)
{
	for (const struct flag *row = rows; row->name != NULL; row++) {
		char left[96];
		snprintf(left, sizeof left, "%c%c --%s%s%s", row->letter ? '-' : ' ', row->letter ? row->letter : ' ', row->name,
		    row->value ? " " : "", row->value ? tongue(row->value) : "");
		flags_help_line(left, 25, row->help);
		if (row->choices)
			printf(tongue("; one of %s"), row->choices);
		if (row->most && row->most < INT32_MAX)
			printf(tongue("; %lld to %lld"), (long long)row->least, (long long)row->most);
		if (row->initial && *row->initial)
			printf(" (%s)", row->initial);
		if (row->env[0])
			printf(" [%s]", row->env[0]);
		if (row->missing)
			fputs(tongue("; required"), stdout);
		putchar('\n');
	}
}

void flags_main(struct flags *flags, const char *program, const char *about, const struct flag *rows, int argc, char **argv)
{
	struct problems problems = {0};
	switch (flags_read(flags, rows, argc - 1, argv + 1, &problems)) {
	case FLAGS_HELP:
		printf("usage: %s [flags]; --version\n%s\n\n", program, about);
		flags_help(rows);
		exit(EXIT_CODE_OK);
	case FLAGS_VERSION:
		printf("%s %s\n", program, OMBUD_VERSION);
		exit(EXIT_CODE_OK);
	case FLAGS_RUN:
		break;
	}
	flags_check(flags, "", &problems);
	if (problems.count == 0)
		return;
	problems_print(&problems);
	die("usage: %s [flags]; --help lists them", program);
}
