/* What somebody wrote, in a table. */
#include "services/ombudctl/output.h"
#include "tests/unit/check.h"

static void print_hostile(void *context)
{
	static const char *const headings[] = {"who", "sum_total"};
	struct table *table = table_new(2, headings);
	table_cell(table, "卡\x1b[31m\n");
	table_cell(table, "5");
	table_cell(table, "a\u202e\u2066b\u200fc\u200b\xff");
	table_cell(table, "6");
	table_cell(table, "bc");
	table_cell(table, "12345678901");
	table_print(table, "> ");
	table_free(table);
}

static void test_table(void **state)
{
	char output[512];
	check_number("exit", run_in_child(print_hostile, NULL, output, sizeof output), 0);
	check_text("table", output,
	    "> WHO         SUM-TOTAL\n"
	    "> 卡 [31m             5\n"
	    "> a  b c ?            6\n"
	    "> bc        12345678901\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
