#include "common/base/nearest.h"
#include "tests/unit/check.h"

static void test_distance(void **state)
{
	static const struct {
		const char *one, *other;
		size_t want;
	} rows[] = {
	    {"", "", 0},
	    {"abc", "abc", 0},
	    {"", "abc", 3},
	    {"abc", "", 3},
	    {"kitten", "sitting", 3},
	    {"flaw", "lawn", 2},
	    {"abc", "acb", 2},
	    {"dsn", "dns", 2},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_number(rows[i].one, nearest_distance(rows[i].one, rows[i].other), rows[i].want);
	char long_name[200];
	memset(long_name, 'a', 199);
	long_name[199] = '\0';
	assert_int_equal(nearest_distance(long_name, "a"), 199);
}

static void test_names(void **state)
{
	static const char *const names[] = {"postgres.dsn", "http.listen", "log.level", "lanes", "id", NULL};
	static const struct {
		const char *wrong, *want;
	} rows[] = {
	    {"postgres.dns", "postgres.dsn"},
	    {"postgress.dsn", "postgres.dsn"},
	    {"log.lvel", "log.level"},
	    {"lane", "lanes"},
	    {"Lanes", "lanes"},
	    {"ID", NULL}, /* every letter would have to change */
	    {"ids", "id"},
	    {"completely.different", NULL},
	    {"", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *got = nearest_name(rows[i].wrong, names);
		check_text(rows[i].wrong, got == NULL ? "(none)" : got, rows[i].want == NULL ? "(none)" : rows[i].want);
	}
	assert_null(nearest_name("x", (const char *const[]){NULL}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_distance),
	    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
