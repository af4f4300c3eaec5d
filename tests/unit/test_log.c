/* One record a line, whatever a stranger wrote; levels; both formats. */
#include <stdlib.h>

#include "common/base/log.h"
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
	    cmocka_unit_test(test_journal_gets_priorities),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
