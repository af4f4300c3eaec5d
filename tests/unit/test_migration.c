/* Migration files as dbmate writes them. */
#include "services/ombudctl/migration.h"
#include "tests/unit/check.h"

static void test_names(void **state)
{
	static const struct {
		const char *file;
		bool want;
	} rows[] = {
	    {"20261101000000_core.sql", true},
	    {"1_a.sql", true},
	    {"20261101000000.sql", false},
	    {"20261101000000_.sql", false},
	    {"core.sql", false},
	    {"20261101000000_core.sql~", false},
	    {"20261101000000_core.txt", false},
	    {"_core.sql", false},
	    {"", false},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_number(rows[i].file, migration_file_name(rows[i].file), rows[i].want);
}

static void test_halves(void **state)
{
	static const char text[] = "-- a comment\n-- migrate:up\ncreate table a (b int);\n\n-- migrate:down\ndrop table a;\n";
	struct migration migration;
	char error[128];
	assert_true(migration_parse("20261101000000_two_words.sql", text, &migration, error, sizeof error));
	check_text("version", migration.version, "20261101000000");
	check_text("name", migration.name, "two_words");
	check_text("up", migration.up, "-- migrate:up\ncreate table a (b int);\n\n");
	check_text("down", migration.down, "-- migrate:down\ndrop table a;\n");
	assert_true(migration.up_transaction && migration.down_transaction);
	migration_free(&migration);
}

static void test_options(void **state)
{
	static const struct {
		const char *text;
		bool up, down;
	} rows[] = {
	    {"-- migrate:up transaction:false\nx\n-- migrate:down\ny\n", false, true},
	    {"-- migrate:up\nx\n-- migrate:down transaction:false\ny\n", true, false},
	    {"--migrate:up\nx -- transaction:false\n", true, true},
	    {"--   migrate:up transaction:true\nx\n", true, true},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct migration migration;
		char error[128];
		assert_true(migration_parse("1_a.sql", rows[i].text, &migration, error, sizeof error));
		check_number(rows[i].text, migration.up_transaction, rows[i].up);
		check_number(rows[i].text, migration.down_transaction, rows[i].down);
		migration_free(&migration);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *file, *text, *want;
	} rows[] = {
	    {"1_a.sql", "", "1_a.sql: no line '-- migrate:up'"},
	    {"1_a.sql", "create table a ();\n", "1_a.sql: no line '-- migrate:up'"},
	    {"1_a.sql", "-- migrate:upwards\n", "1_a.sql: no line '-- migrate:up'"},
	    {"1_a.sql", " -- migrate:up\n", "1_a.sql: no line '-- migrate:up'"},
	    {"1_a.sql", "-- migrate:down\n-- migrate:up\n", "1_a.sql: '-- migrate:down' stands before '-- migrate:up'"},
	    {"1_a.sql", "-- migrate:up\n-- migrate:up\n", "1_a.sql: two lines '-- migrate:up'"},
	    {"a.sql", "-- migrate:up\n", "a.sql: the name is not DIGITS_name.sql"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct migration migration;
		char error[128] = "taken";
		assert_false(migration_parse(rows[i].file, rows[i].text, &migration, error, sizeof error));
		check_text(rows[i].text, error, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_halves),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
