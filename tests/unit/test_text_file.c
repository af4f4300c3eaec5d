/* Files that people write: what is read of them, and what is refused and where. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text_file.h"
#include "tests/unit/check.h"

static char path[] = "/tmp/ombud-test-text-file-XXXXXX";

static void test_what_is_read(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t size;
		const char *want, *problem; /* behind the path */
	} table[] = {
	    {"empty", "", 0, "", ""},
	    {"as it is", "a\nb", 3, "a\nb", ""},
	    {"characters", "卡密\n", 7, "卡密\n", ""},
	    {"byte order mark",
		"\xef\xbb\xbf"
		"a: 1\n",
		8, "a: 1\n", ""},
	    {"a mark only", "\xef\xbb\xbf", 3, "", ""},
	    {"lines of Windows", "a\r\nb\rc\r\n\r\n\r", 11, "a\nb\rc\n\n\r", ""},
	    {"as large as may be", "0123456789abcdef", 16, "0123456789abcdef", ""},
	    {"too large", "0123456789abcdefg", 17, "", ": larger than 16 bytes\n"},
	    {"Latin-1", "a\nb\xe9\n", 5, "", ":2:2: this byte is no text (UTF-8 is wanted, without NUL)\n"},
	    {"behind characters", "卡密\xff", 7, "", ":1:3: this byte is no text (UTF-8 is wanted, without NUL)\n"},
	    {"behind a mark", "\xef\xbb\xbf\xff", 4, "", ":1:1: this byte is no text (UTF-8 is wanted, without NUL)\n"},
	    {"NUL", "a\n\0b", 4, "", ":2:1: this byte is no text (UTF-8 is wanted, without NUL)\n"},
	    {"UTF-16",
		"\xff\xfe"
		"a\0",
		4, "", ":1:1: this byte is no text (UTF-8 is wanted, without NUL)\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct problems problems = {0};
		struct buf text = BUF_EMPTY;
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(table[i].bytes, 1, table[i].size, file), table[i].size);
		fclose(file);
		buf_text(&text, "before ");
		bool good = text_file_read(path, 16, &text, &problems);
		check_text(table[i].name, buf_string(&text) + strlen("before "), table[i].want);
		check_number(table[i].name, good, !*table[i].problem);
		check_text(table[i].name, problems_text(&problems) + (good ? 0 : strlen(path)), table[i].problem);
		buf_free(&text);
		problems_free(&problems);
	}
}

static void test_what_cannot_be_read(void **state)
{
	struct problems problems = {0};
	struct buf text = BUF_EMPTY;
	assert_false(text_file_read("/nowhere", 16, &text, &problems));
	assert_false(text_file_read("/tmp", 16, &text, &problems));
	assert_false(text_file_read("/dev/zero", 100000, &text, &problems));
	check_text("all", problems_text(&problems),
	    "/nowhere: No such file or directory\n/tmp: Is a directory\n/dev/zero: larger than 100000 bytes\n");
	assert_int_equal(text.size, 0);
	problems_free(&problems);
}

static int make_path(void **state)
{
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_read),
	    cmocka_unit_test(test_what_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, make_path, remove_path);
}
