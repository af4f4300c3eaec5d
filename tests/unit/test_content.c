/* Is what operators edit still what it was? */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/content.h"
#include "tests/unit/check.h"

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_content(void **state)
{
	char folder[] = "/tmp/ombud-test-content-XXXXXX";
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	mkdir("en", 0700);
	put("en/a", "one");
	uint64_t file = content_digest("en/a"), whole = content_digest("."), none = content_digest("none");
	assert_true(file != none && whole != none && file != whole);
	put("en/.swp", "an editor's");
	assert_true(content_digest(".") == whole);
	put("en/a", "two");
	assert_true(content_digest("en/a") != file && content_digest(".") != whole);
	put("en/a", "one");
	assert_true(content_digest(".") == whole);
	rename("en/a", "en/b");
	assert_true(content_digest(".") != whole);
	assert_int_equal(symlink(".", "en/loop"), 0);
	content_digest(".");
	unlink("en/loop");
	unlink("en/b");
	unlink("en/.swp");
	rmdir("en");
	assert_int_equal(chdir("/"), 0);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_content)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
