/* One record a line, whatever a stranger wrote; levels; both formats. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/utf8.h"
#include "tests/unit/check.h"

/* What one line looks like behind its instant. */
static const char *behind_instant(const char *line, const char *before)
{
	const char *start = strstr(line, before);
	assert_non_null(start);
	return start + strlen(before) + strlen("2026-11-02T09:00:00.000Z");
}

static void log_json(void *context)
{
	log_setup("intake", "one", LOG_LEVEL_INFO, false);
	log_debug("not seen");
	log_warn("bad \"record\"\n\x1b[31m\xff", LOG_TEXT("topic", "a\r\nb"), LOG_NUMBER("offset", -3), LOG_TEXT("absent", NULL),
	    LOG_TEXT("key", ""));
	log_info("plain");
}

static void test_json(void **state)
{
	char output[2000];
	assert_int_equal(run_in_child(log_json, NULL, output, sizeof output), 0);
	char *second = strchr(output, '\n') + 1;
	second[-1] = '\0';
	check_text("hostile", behind_instant(output, "{\"ts\":\""),
	    "\",\"level\":\"warn\",\"msg\":\"bad \\\"record\\\"\\n\\u001b[31m\xef\xbf\xbd\",\"service\":\"intake\","
	    "\"instance\":\"one\",\"topic\":\"a\\r\\nb\",\"offset\":-3,\"key\":\"\"}");
	check_text("plain", behind_instant(second, "{\"ts\":\""),
	    "\",\"level\":\"info\",\"msg\":\"plain\",\"service\":\"intake\",\"instance\":\"one\"}\n");
}

static void log_readable(void *context)
{
	log_setup("intake", "one", LOG_LEVEL_DEBUG, true);
	log_error("it\nbroke", LOG_TEXT("a", "plain"), LOG_TEXT("b", "two words"), LOG_TEXT("c", ""), LOG_NUMBER("n", 7));
	log_debug("");
}

static void test_text(void **state)
{
	char output[2000];
	assert_int_equal(run_in_child(log_readable, NULL, output, sizeof output), 0);
	char *second = strchr(output, '\n') + 1;
	second[-1] = '\0';
	check_text("error", behind_instant(output, ""), " error intake it\\nbroke a=plain b=\"two words\" c=\"\" n=7");
	check_text("empty", behind_instant(second, ""), " debug intake \n");
}

/* Values that somebody else has chosen: how long, of what characters, cut where. */
static void log_hostile(void *context)
{
	char a_long[LOG_VALUE_SIZE_MAX + 3], lines[40 * (LOG_LINES_MAX + 3)] = "";
	memset(a_long, 'x', sizeof a_long);
	memcpy(a_long + LOG_VALUE_SIZE_MAX - 1, "\u5361", 4); /* of which one byte would be left */
	log_setup("intake", "one", LOG_LEVEL_INFO, context != NULL);
	log_info("bidi", LOG_TEXT("a", "exe\u202etxt.\u2066\u200f\u061c"), LOG_TEXT("b", "\xc2\x9b\u2028\U000e0041\ufeff"));
	log_info("long", LOG_TEXT("a", a_long));
	log_info("cut", LOG_TEXT("a", "\u5361\u5bc6\xe6\x97"), LOG_TEXT("b", "\xe5\x8d"), LOG_TEXT("c", "x\xffy"));
	log_info("lines", LOG_LINES("a", "f:1:2: \"x\"\n\u202eg:3:4: y\n"), LOG_LINES("b", ""), LOG_LINES("c", NULL));
	for (int i = 0; i < LOG_LINES_MAX + 2; i++)
		snprintf(lines + strlen(lines), 40, "line %d\n", i);
	log_info("many", LOG_LINES("a", lines));
}

static void check_hostile(bool text, const char *const *wants)
{
	static char output[20000];
	check_number("exit", run_in_child(log_hostile, text ? "" : NULL, output, sizeof output), 0);
	assert_true(utf8_valid(output, strlen(output)));
	char *rest;
	for (char *line = strtok_r(output, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), wants++) {
		assert_non_null(*wants);
		assert_true(strlen(line) < LOG_VALUE_SIZE_MAX + 200);
		if (strstr(line, *wants) == NULL)
			fail_msg("want: %s\ngot: %s", *wants, line);
	}
	assert_null(*wants);
}

static void test_hostile_values(void **state)
{
	check_hostile(false,
	    (const char *const[]){"\"a\":\"exe\\u202etxt.\\u2066\\u200f\\u061c\",\"b\":\"\\u009b\\u2028\\udb40\\udc41\\ufeff\"}",
		"xxx...\"}", "\"a\":\"\u5361\u5bc6\",\"b\":\"\",\"c\":\"x\ufffdy\"}",
		"\"a\":[\"f:1:2: \\\"x\\\"\",\"\\u202eg:3:4: y\"],\"b\":[]}", "\"line 63\",\"2 more\"]}", NULL});
	check_hostile(
	    true, (const char *const[]){"a=\"exe\\u202etxt.\\u2066\\u200f\\u061c\" b=\"\\u009b\\u2028\\udb40\\udc41\\ufeff\"",
		      "xxx...\"", "a=\"\u5361\u5bc6\" b=\"\" c=\"x\ufffdy\"", "a=\"f:1:2: \\\"x\\\"\" a=\"\\u202eg:3:4: y\"",
		      "a=\"line 63\" a=\"2 more\"", NULL});
}

static void test_keys(void **state)
{
	for (const struct log_key *key = log_keys; key->name; key++) {
		assert_true(key[1].name == NULL || strcmp(key->name, key[1].name) < 0);
		assert_true(*key->what && key->kind != LOG_PAIR_END);
	}
}

/* Into a pipe that nobody reads, then is read, then once more. */
static void log_to_nobody(void *context)
{
	char text[200], came[5000];
	int fds[2], output = dup(STDOUT_FILENO);
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	if (output < 0 || pipe(fds) != 0 || fcntl(fds[1], F_SETPIPE_SZ, 4096) < 0 || dup2(fds[1], STDOUT_FILENO) < 0)
		return;
	alarm(60); /* instead of hanging */
	log_setup("intake", "one", LOG_LEVEL_INFO, true);
	for (int i = 0; i < 1000; i++)
		log_info("written or lost", LOG_TEXT("a", text));
	ssize_t size = read(fds[0], came, sizeof came);
	log_info("read again");
	if (size > 0 && (size = read(fds[0], came, sizeof came)) > 0)
		(void)!write(output, came, (size_t)size);
}

static void test_nobody_reads(void **state)
{
	char output[5000];
	assert_int_equal(run_in_child(log_to_nobody, NULL, output, sizeof output), 0);
	const char *lost = strstr(output, "lines are lost count=");
	assert_non_null(lost);
	assert_in_range(atoi(lost + strlen("lines are lost count=")), 900, 999);
	assert_non_null(strstr(lost, "intake read again\n"));
}

static void log_to_journal(void *context)
{
	setenv("JOURNAL_STREAM", "8:1", 1);
	log_setup("intake", "one", LOG_LEVEL_INFO, false);
	log_error("x");
}

static void test_journal_gets_priorities(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(log_to_journal, NULL, output, sizeof output), 0);
	assert_memory_equal(output, "<3>{", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_hostile_values),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_journal_gets_priorities),
	    cmocka_unit_test(test_nobody_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
