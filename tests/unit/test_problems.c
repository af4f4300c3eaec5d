/* One line is one mistake, whatever name or value stands in it. */
#include "common/base/problems.h"
#include "tests/unit/check.h"

static void test_a_line_each(void **state)
{
	struct problems problems = {0};
	problems_add(&problems, "%s:1:2: no", "a\nb");
	problems_add(&problems, "%s", "");
	check_text("lines", problems_text(&problems), "a b:1:2: no\n\n");
	check_number("count", problems.count, 2);
	problems_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_line_each)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
