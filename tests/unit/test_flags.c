/* A tool's command line: what it says, and every mistake told at once. */
#include <stdlib.h>
#include <unistd.h>

#include "common/base/flags.h"
#include "tests/unit/check.h"

static bool check_even(const char *text, char *error, size_t error_size)
{
	snprintf(error, error_size, "%s is odd", text);
	return strlen(text) % 2 == 0;
}

static const struct flag rows[] = {
    {"dsn", 0, "CONNINFO", {"TEST_DSN", "TEST_OTHER_DSN"}, NULL, "the database", .missing = "must be given"},
    {"limit", 0, "N", {NULL}, "50", "rows at most", .least = 1, .most = 100},
    {"name", 0, "NAME", {"TEST_NAME"}, NULL, "a name", .check = check_even},
    {"output", 'o', "FORM", {NULL}, "table", "what is printed", .choices = "table|json"},
    {"yes", 'y', NULL, {NULL}, NULL, "do not ask"},
    {0},
};

struct line {
	const char *environment[3];
	char *arguments[12];
	const char *words; /* that are wanted; NULL: "THING [MORE]" */
	const char *want;
};

/* What is wrong, or else what was said. */
static void read_line(void *context)
{
	const struct line *line = context;
	struct problems problems = {0};
	struct flags flags;
	int argc = 0;

	clearenv();
	for (int i = 0; line->environment[i] != NULL; i++)
		putenv((char *)line->environment[i]);
	while (line->arguments[argc] != NULL)
		argc++;
	enum flags_asked asked = flags_read(&flags, rows, argc, (char **)line->arguments, &problems);
	if (asked == FLAGS_RUN)
		flags_check(&flags, line->words ? line->words : "THING [MORE]", &problems);
	printf("%s", problems_text(&problems));
	fflush(stdout);
	if (problems.count > 0)
		_exit(2);
	if (asked != FLAGS_RUN) {
		printf("%s\n", asked == FLAGS_HELP ? "help" : "version");
		return;
	}
	const char *name = flags_text(&flags, "name");
	printf("%s %lld %s %s %s", flags_text(&flags, "dsn"), (long long)flags_number(&flags, "limit"), name ? name : "-",
	    flags_text(&flags, "output"), flags_text(&flags, "yes") ? "yes" : "no");
	for (int i = 0; i < flags.words_count; i++)
		printf(" %s", flags.words[i]);
	printf("\n");
}

static void check_lines(const struct line *lines, size_t count, int code)
{
	for (size_t i = 0; i < count; i++) {
		char output[1000];
		int got = run_in_child(read_line, (void *)&lines[i], output, sizeof output);
		check_text("line", output, lines[i].want);
		check_number(lines[i].want, got, code);
	}
}

static void test_what_is_said(void **state)
{
	static const struct line lines[] = {
	    {{NULL}, {"t", "--dsn", "x"}, NULL, "x 50 - table no t\n"},
	    {{NULL}, {"--dsn=x", "t", "-y", "-o", "json", "u"}, NULL, "x 50 - json yes t u\n"},
	    {{NULL}, {"--dsn=a=b", "-o=json", "-", "--limit=7"}, NULL, "a=b 7 - json no -\n"},
	    {{NULL}, {"--dsn=", "t", "--limit", "7", "--limit", "8"}, NULL, " 8 - table no t\n"},
	    {{NULL}, {"--dsn", "-", "--name", "-1"}, "[THING]", "- 50 -1 table no\n"},
	    {{"TEST_DSN=e", "TEST_NAME=nn"}, {"t"}, NULL, "e 50 nn table no t\n"},
	    {{"TEST_OTHER_DSN=o"}, {"t"}, NULL, "o 50 - table no t\n"},
	    {{"TEST_DSN=e", "TEST_OTHER_DSN=o"}, {"t", "--dsn=x"}, NULL, "x 50 - table no t\n"},
	    {{NULL}, {"--limit=x", "--help"}, NULL, "help\n"},
	    {{NULL}, {"--limt", "-h"}, NULL, "help\n"},
	    {{NULL}, {"--version", "t"}, NULL, "version\n"},
	};
	check_lines(lines, COUNT_OF(lines), 0);
}

static void test_every_mistake_is_told(void **state)
{
	static const struct line lines[] = {
	    {{NULL}, {NULL}, NULL, "--dsn: must be given\nwanted: THING [MORE]\n"},
	    {{NULL}, {"--limit=many", "-o", "xml", "--yes=1", "--name", "odd", "a", "b", "c"}, NULL,
		"--yes: takes no value\n--dsn: must be given\n--limit: \"many\" is not a whole number\n--name: odd is odd\n"
		"--output: unknown value \"xml\", want one of table|json\nc: one word too many\n"},
	    {{"TEST_NAME=odd"}, {"--dsn=x", "--limit", "0", "t"}, NULL,
		"--limit: 0 is out of bounds, want 1 to 100\nTEST_NAME: odd is odd\n"},
	    {{NULL}, {"--dsn=x", "--limit", "99999999999999999999", "t"}, NULL,
		"--limit: 99999999999999999999 is out of bounds, want 1 to 100\n"},
	    {{NULL}, {"--dsn=x", "--limit", "--name=", "--limit=", "t"}, NULL,
		"--limit: wants a value\n--limit: \"\" is not a whole number\n"},
	    /* what a misspelt flag may have meant is not told to be missing, nor its value to be a word */
	    {{NULL}, {"--dns", "x", "t", "u", "-x", "--vrsion", "--", "-yo"}, NULL,
		"--dns: unknown flag; did you mean --dsn?\n-x: unknown flag\n--vrsion: unknown flag; did you mean --version?\n"
		"--: unknown flag\n-yo: unknown flag; did you mean --yes?\n"},
	    {{NULL}, {"t", "--dsn"}, NULL, "--dsn: wants a value\n"},
	    {{NULL}, {"--dsn=x", "-1", "--quux=1"}, "", "--quux: unknown flag\n-1: one word too many\n"},
	    {{NULL}, {"--dsn=x", "--quux", "-1"}, "", "--quux: unknown flag\n"},
	    {{NULL}, {"--dsn=x", "-1"}, "", "-1: one word too many\n"},
	    {{NULL}, {"--dsn=x", "t"}, "", "t: one word too many\n"},
	};
	check_lines(lines, COUNT_OF(lines), 2);
}

/* ---- the whole ---- */

static void run_main(void *context)
{
	char *argv[] = {"ombud-test", context, NULL};
	struct flags flags;
	clearenv();
	flags_main(&flags, "ombud-test", "Tests flags.", rows, context ? 2 : 1, argv);
	printf("ran\n");
}

static void test_help_version_usage(void **state)
{
	static const struct {
		char *argument;
		int code;
		const char *want;
	} table[] = {
	    {"--help", 0, "usage: ombud-test [flags]; --version\nTests flags.\n\n"},
	    {"--help", 0, "  -o --output FORM          what is printed; one of table|json (table)\n"},
	    {"--help", 0, "     --limit N              rows at most; 1 to 100 (50)\n"},
	    {"--help", 0, "     --dsn CONNINFO         the database [TEST_DSN]; required\n"},
	    {"--version", 0, "ombud-test 0."},
	    {"--quux", 2, "--quux: unknown flag\n--dsn: must be given\nusage: ombud-test [flags]; --help lists them\n"},
	    {NULL, 2, "--dsn: must be given\nusage: ombud-test [flags]; --help lists them\n"},
	    {"--dsn=x", 0, "ran\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char output[2000];
		check_number(table[i].want, run_in_child(run_main, table[i].argument, output, sizeof output), table[i].code);
		if (strstr(output, table[i].want) == NULL)
			fail_msg("want %s in %s", table[i].want, output);
	}
}

static void ask_unknown(void *context)
{
	struct flags flags = {.rows = rows};
	flags_text(&flags, "nope");
}

static void test_asking_for_an_unknown_one_is_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(ask_unknown, NULL, output, sizeof output), 134);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_said),
	    cmocka_unit_test(test_every_mistake_is_told),
	    cmocka_unit_test(test_help_version_usage),
	    cmocka_unit_test(test_asking_for_an_unknown_one_is_a_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
