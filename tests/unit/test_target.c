/* The units of a target have their names, in both directions: they stand in tables and in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/model/target.h"

static void units_have_names(void **state)
{
	static const struct {
		enum target_unit unit;
		const char *name;
	} rows[] = {
	    {TARGET_UNIT_ELAPSED, "elapsed"},
	    {TARGET_UNIT_BUSINESS_TIME, "business_time"},
	    {TARGET_UNIT_BUSINESS_DAYS, "business_days"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(target_unit_name(rows[i].unit), rows[i].name);
		assert_int_equal(target_unit_by_name(rows[i].name), rows[i].unit);
	}
	assert_string_equal(target_unit_name(TARGET_UNIT_UNSPECIFIED), "unspecified");
	assert_string_equal(target_unit_name(TARGET_UNIT_COUNT), "?");
	assert_int_equal(target_unit_by_name("fortnights"), TARGET_UNIT_UNSPECIFIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(units_have_names)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
