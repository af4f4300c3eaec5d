/* CSV as people write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/player/csv.h"

static struct csv *open_text(const char *text)
{
	char path[] = "/tmp/test_csv.XXXXXX", error[256];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *file = fdopen(fd, "w");
	fputs(text, file);
	fclose(file);
	struct csv *csv = csv_open(path, error, sizeof(error));
	unlink(path);
	assert_non_null(csv);
	return csv;
}

static const struct field_row {
	const char *name, *text, *a, *b; /* of the first row; a NULL: there is none */
} field_rows[] = {
    {"plain", "a,b\n1,2\n", "1", "2"},
    {"no newline at the end", "a,b\n1,2", "1", "2"},
    {"carriage returns and a byte order mark",
	"\xef\xbb\xbf"
	"a,b\r\n1,2\r\n",
	"1", "2"},
    {"quotes, commas and newlines in a field", "a,b\n\"x, \"\"y\"\"\nz\",2\n", "x, \"y\"\nz", "2"},
    {"columns in another order", "b,a\n1,2\n", "2", "1"},
    {"a missing column", "a\n1\n", "1", ""},
    {"a short row", "a,b\n1\n", "1", ""},
    {"more fields than columns", "a,b\n1,2,3\n", "1", "2"},
    {"empty fields", "a,b\n,\n", "", ""},
    {"blank lines between", "a,b\n\n\n1,2\n", "1", "2"},
    {"quotes that never end", "a,b\n\"1,2\n", "1,2\n", ""},
    {"no rows", "a,b\n", NULL, NULL},
    {"nothing at all", "", NULL, NULL},
};

static void test_fields(void **state)
{
	for (size_t i = 0; i < sizeof(field_rows) / sizeof(field_rows[0]); i++) {
		const struct field_row *row = &field_rows[i];
		struct csv *csv = open_text(row->text);
		bool got = csv_next(csv);
		if (got != (row->a != NULL))
			fail_msg("%s: got a row %d, want %d", row->name, got, row->a != NULL);
		if (got) {
			assert_string_equal(csv_field(csv, "a"), row->a);
			assert_string_equal(csv_field(csv, "b"), row->b);
			assert_string_equal(csv_field(csv, "c"), "");
			assert_false(csv_next(csv));
		}
		csv_close(csv);
	}
}

static void test_a_missing_file_is_told(void **state)
{
	char error[256];
	assert_null(csv_open("/nonexistent/orders.csv", error, sizeof(error)));
	assert_string_equal(error, "/nonexistent/orders.csv: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields), cmocka_unit_test(test_a_missing_file_is_told)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
