/* Growth, printf, JSON strings. */
#include <stdlib.h>

#include "common/base/buf.h"
#include "tests/unit/check.h"

static void test_grows_and_ends_with_nul(void **state)
{
	struct buf buf = BUF_EMPTY;
	assert_string_equal(buf_string(&buf), "");
	for (int i = 0; i < 10000; i++) {
		buf_char(&buf, (char)('a' + i % 26));
		assert_int_equal(buf.data[buf.size], '\0');
	}
	assert_int_equal(buf.size, 10000);
	buf_cut(&buf, 3);
	assert_string_equal(buf_string(&buf), "abc");
	buf_append(&buf, NULL, 0);
	buf_append(&buf, "\0x", 2);
	assert_int_equal(buf.size, 5);
	buf_reset(&buf);
	assert_string_equal(buf_string(&buf), "");
	buf_free(&buf);
	assert_null(buf.data);
}

static void test_printf_of_any_size(void **state)
{
	struct buf buf = BUF_EMPTY;
	buf_printf(&buf, "%d", 1);
	buf_printf(&buf, "%0*d", 5000, 2);
	buf_text(&buf, "x");
	assert_int_equal(buf.size, 5002);
	assert_string_equal(buf.data + 5000, "2x");
	buf_free(&buf);
}

static void test_take_hands_over(void **state)
{
	struct buf buf = BUF_EMPTY;
	char *taken = buf_take(&buf);
	assert_string_equal(taken, "");
	free(taken);
	buf_text(&buf, "mine");
	taken = buf_take(&buf);
	assert_string_equal(taken, "mine");
	assert_null(buf.data);
	free(taken);
}

static void test_reserve_and_grow(void **state)
{
	struct buf buf = BUF_EMPTY;
	memcpy(buf_reserve(&buf, 200), "hello", 5);
	buf_grow(&buf, 5);
	assert_string_equal(buf_string(&buf), "hello");
	buf_free(&buf);
}

static void grow_too_far(void *context)
{
	struct buf buf = BUF_EMPTY;
	buf_reserve(&buf, 1);
	buf_grow(&buf, 100000);
}

static void cut_longer(void *context)
{
	struct buf buf = BUF_EMPTY;
	buf_cut(&buf, 1);
}

static void test_misuse_is_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(grow_too_far, NULL, output, sizeof output), 134);
	assert_int_equal(run_in_child(cut_longer, NULL, output, sizeof output), 134);
}

static void test_json_strings(void **state)
{
	static const struct {
		const char *name, *text;
		size_t size;
		const char *want;
	} rows[] = {
	    {"plain", "abc", 3, "\"abc\""},
	    {"empty", "", 0, "\"\""},
	    {"chinese", "卡密", 6, "\"卡密\""},
	    {"quote and backslash", "a\"\\b", 4, "\"a\\\"\\\\b\""},
	    {"short forms", "\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\""},
	    {"controls", "\x01\x1b\x7f", 3, "\"\\u0001\\u001b\\u007f\""},
	    {"nul", "a\0b", 3, "\"a\\u0000b\""},
	    {"bad byte",
		"a\xff"
		"b",
		3,
		"\"a\xef\xbf\xbd"
		"b\""},
	    {"cut character", "a\xe5\x8d", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
	    {"surrogate", "\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf buf = BUF_EMPTY;
		buf_json_string(&buf, rows[i].text, rows[i].size);
		check_text(rows[i].name, buf_string(&buf), rows[i].want);
		buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grows_and_ends_with_nul),
	    cmocka_unit_test(test_printf_of_any_size),
	    cmocka_unit_test(test_take_hands_over),
	    cmocka_unit_test(test_reserve_and_grow),
	    cmocka_unit_test(test_misuse_is_a_bug),
	    cmocka_unit_test(test_json_strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
