/* A header's value of binary mode over HTTP, sentence by sentence of the binding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/http_binding.h"

static const struct row {
	const char *name, *value, *want; /* NULL: refused */
} rows[] = {
    {"nothing", "", ""},
    {"plain", "/shop/1", "/shop/1"},
    {"the binding's own example", "Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"hex digits of lower case", "%e2%82%ac", "\xe2\x82\xac"},
    {"escaped though it needs none", "%41bc", "Abc"},
    {"decoded once", "%2541", "%41"},
    {"a percent sign", "50%25", "50%"},
    {"UTF-8 as it is", "\xe5\x8d\xa1", "\xe5\x8d\xa1"},
    {"a plus is a plus", "a+b", "a+b"},
    {"quoted, as older versions wrote", "\"a b\"", "a b"},
    {"quoted, with escapes", "\"a \\\"b\\\" \\\\ \\c\"", "a \"b\" \\ c"},
    {"quoted and escaped", "\"%E5%8D%A1 x\"", "\xe5\x8d\xa1 x"},
    {"an escaped quote begins nothing", "%22a", "\"a"},
    {"a quote in the middle is itself", "a\"b", "a\"b"},
    {"a comment is no comment", "a (b)", "a (b)"},
    {"a quote that does not end", "\"a", NULL},
    {"... but for an escaped one", "\"a\\\"", NULL},
    {"something behind the quotes", "\"a\"b", NULL},
    {"an escape cut off", "a%2", NULL},
    {"an escape of nothing", "100%", NULL},
    {"no hex digits", "%zz", NULL},
    {"NUL", "a%00b", NULL},
    {"NUL at the end", "a%00", NULL},
    {"a line break", "a%0Ab", NULL},
    {"DEL", "%7F", NULL},
    {"no UTF-8", "%FF", NULL},
    {"a cut character", "%E5%8D", NULL},
    {"an overlong one", "%C0%80", NULL},
};

static void test_rows(void **state)
{
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = wire_http_value(arena, rows[i].value), *want = rows[i].want;
		if (!got != !want || (got && strcmp(got, want) != 0))
			fail_msg("%s: got %s, want %s", rows[i].name, got ? got : "(refused)", want ? want : "(refused)");
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
