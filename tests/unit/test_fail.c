/* Failpoints: the nth time, each action, wrong texts. */
#include <stdlib.h>

#include "common/base/fail.h"
#include "common/base/instant.h"
#include "tests/unit/check.h"

static void test_nothing_is_armed_at_first(void **state)
{
	assert_true(fail_arm(NULL));
	assert_false(fail_armed);
	assert_false(fail_point("sync.before"));
}

static void test_fires_the_nth_time_only(void **state)
{
	assert_true(fail_arm("sync.before:3:err,produce.after:0:err"));
	for (int i = 1; i <= 5; i++) {
		check_number("third", fail_point("sync.before"), i == 3);
		check_number("each", fail_point("produce.after"), true);
		check_number("another", fail_point("sync.after"), false);
	}
	assert_true(fail_arm("sync.before:1:err")); /* counts anew */
	assert_true(fail_point("sync.before"));
	assert_false(fail_point("produce.after"));
	fail_arm(NULL);
}

static void test_wrong_texts_arm_nothing(void **state)
{
	static const char *const texts[] = {"sync.before", "sync.before:1", "sync.before:x:kill", "sync.before::kill",
	    "sync.before:-1:kill", "sync.before:1:explode", "sync:1:kill", ":1:kill", "sync.before:1:err,nope.before:1:err",
	    "sync.before:1:err:", "sync.before:1:kill "};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		check_number(texts[i], fail_arm(texts[i]), false);
		check_number(texts[i], fail_armed, false);
	}
}

static void pass_twice(void *context)
{
	setenv("OMBUD_FAIL", context, 1);
	fail_setup();
	for (int i = 0; i < 2; i++)
		if (fail_point("sync.before"))
			puts("err");
	puts("end");
}

static void test_actions(void **state)
{
	static const struct {
		char *spec;
		int code;
		const char *output;
	} rows[] = {
	    {"sync.before:2:kill", 128 + 9, "failpoint sync.before: kill\n"},
	    {"sync.before:1:stop", 128 + 19, "failpoint sync.before: stop\n"},
	    {"sync.before:3:kill", 0, "end\n"},
	    {"", 0, "end\n"},
	    {"sync.before:3:bang", 2,
		"OMBUD_FAIL=sync.before:3:bang: want point:nth:{kill,stop,err,delay}[,...]; OMBUD_FAIL=list names the points\n"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char output[500];
		check_number(rows[i].spec, run_in_child(pass_twice, rows[i].spec, output, sizeof output), rows[i].code);
		check_text(rows[i].spec, output, rows[i].output);
	}
}

static void test_delay_takes_its_time(void **state)
{
	int64_t start_us = instant_monotonic_us();
	fail_arm("sync.before:1:delay");
	assert_false(fail_point("sync.before"));
	fail_arm(NULL);
	assert_true(instant_monotonic_us() - start_us >= FAIL_DELAY_MS * 1000);
}

static void test_all_points_are_listed(void **state)
{
	char output[8000];
	assert_int_equal(run_in_child(pass_twice, "list", output, sizeof output), 0);
	int count = 0;
	for (const struct fail_row *row = fail_rows(); row->name != NULL; row++, count++) {
		char line[100];
		snprintf(line, sizeof line, "%s %s\n", row->name, row->service);
		if (strstr(output, line) == NULL)
			fail_msg("%s is not listed", row->name);
		const char *dot = strchr(row->name, '.');
		check_text(row->name, dot, count % 2 == 0 ? ".before" : ".after");
	}
	assert_true(count > 20);
}

static void pass_unknown(void *context)
{
	fail_arm("sync.before:1:err");
	if (fail_point("no.such"))
		puts("?");
}

static void test_unknown_point_is_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(pass_unknown, NULL, output, sizeof output), 134);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_is_armed_at_first),
	    cmocka_unit_test(test_fires_the_nth_time_only),
	    cmocka_unit_test(test_wrong_texts_arm_nothing),
	    cmocka_unit_test(test_actions),
	    cmocka_unit_test(test_delay_takes_its_time),
	    cmocka_unit_test(test_all_points_are_listed),
	    cmocka_unit_test(test_unknown_point_is_a_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
