#include "common/base/die.h"
#include "tests/unit/check.h"

static void call_die(void *context)
{
	die("no such %s", "file");
}

static void call_bug(void *context)
{
	bug("%d is odd", 2);
}

static void test_die_says_why_and_ends_with_usage(void **state)
{
	char output[200];
	assert_int_equal(run_in_child(call_die, NULL, output, sizeof output), EXIT_CODE_USAGE);
	assert_string_equal(output, "no such file\n");
}

static void test_bug_says_where_and_aborts(void **state)
{
	char output[200];
	assert_int_equal(run_in_child(call_bug, NULL, output, sizeof output), 128 + 6);
	assert_non_null(strstr(output, "test_die.c:"));
	assert_non_null(strstr(output, "2 is odd\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_die_says_why_and_ends_with_usage),
	    cmocka_unit_test(test_bug_says_where_and_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
