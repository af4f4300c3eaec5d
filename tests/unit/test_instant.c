/* RFC 3339 in and out. */
#include <time.h>

#include "common/base/instant.h"
#include "tests/unit/check.h"

static void test_reads(void **state)
{
	static const struct {
		const char *text, *want; /* want NULL: refused */
	} rows[] = {
	    {"2026-11-02T09:00:00Z", "2026-11-02T09:00:00Z"},
	    {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
	    {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
	    {"2026-11-02t09:00:00z", "2026-11-02T09:00:00Z"},
	    {"2026-11-02 09:00:00Z", "2026-11-02T09:00:00Z"},
	    {"2026-11-02T17:00:00+08:00", "2026-11-02T09:00:00Z"},
	    {"2026-11-01T23:30:00-09:30", "2026-11-02T09:00:00Z"},
	    {"2026-11-02T09:00:00-00:00", "2026-11-02T09:00:00Z"},
	    {"2026-11-02T09:00:00.5Z", "2026-11-02T09:00:00.500Z"},
	    {"2026-11-02T09:00:00.000001Z", "2026-11-02T09:00:00.000001Z"},
	    {"2026-11-02T09:00:00.123456789Z", "2026-11-02T09:00:00.123456Z"},
	    {"2026-11-02T09:00:00.0000009999999999999999Z", "2026-11-02T09:00:00Z"},
	    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
	    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
	    {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
	    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
	    {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
	    {"2038-01-19T03:14:08Z", "2038-01-19T03:14:08Z"},
	    {"0001-01-01T00:00:00+00:01", NULL},
	    {"9999-12-31T23:59:59-00:01", NULL},
	    {"0000-01-01T00:00:00Z", NULL},
	    {"2023-02-29T00:00:00Z", NULL},
	    {"1900-02-29T00:00:00Z", NULL},
	    {"2026-04-31T00:00:00Z", NULL},
	    {"2026-00-01T00:00:00Z", NULL},
	    {"2026-13-01T00:00:00Z", NULL},
	    {"2026-01-00T00:00:00Z", NULL},
	    {"2026-11-02T24:00:00Z", NULL},
	    {"2026-11-02T09:60:00Z", NULL},
	    {"2026-11-02T09:00:61Z", NULL},
	    {"2026-11-02T09:00:00", NULL},
	    {"2026-11-02T09:00Z", NULL},
	    {"2026-11-02T09:00:00.Z", NULL},
	    {"2026-11-02T09:00:00,5Z", NULL},
	    {"2026-11-02T09:00:00+8:00", NULL},
	    {"2026-11-02T09:00:00+24:00", NULL},
	    {"2026-11-02T09:00:00+0800", NULL},
	    {"2026-11-02T09:00:00Zx", NULL},
	    {" 2026-11-02T09:00:00Z", NULL},
	    {"2026-11-2T09:00:00Z", NULL},
	    {"20261102T090000Z", NULL},
	    {"+2026-11-02T09:00:00Z", NULL},
	    {"２０２６-11-02T09:00:00Z", NULL},
	    {"", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t instant_us = 42;
		char text[INSTANT_TEXT_SIZE];
		bool read = instant_parse(rows[i].text, strlen(rows[i].text), &instant_us);
		check_number(rows[i].text, read, rows[i].want != NULL);
		if (read)
			check_text(rows[i].text, instant_format(instant_us, text), rows[i].want);
		else
			check_number(rows[i].text, instant_us, 42);
	}
}

/* Against the C library's calendar, a day and a bit at a time over eight centuries. */
static void test_agrees_with_gmtime(void **state)
{
	for (int64_t second = -11676096000; second < 13569465600; second += 86399 * 7) {
		time_t when = second;
		struct tm tm;
		char want[INSTANT_TEXT_SIZE], got[INSTANT_TEXT_SIZE];
		int64_t back;
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
		check_text(want, instant_format(second * US_PER_SECOND, got), want);
		assert_true(instant_parse(want, strlen(want), &back));
		check_number(want, back, second * US_PER_SECOND);
	}
}

static void test_any_number_fits_the_text(void **state)
{
	static const int64_t instants[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX};
	for (size_t i = 0; i < COUNT_OF(instants); i++) {
		char text[INSTANT_TEXT_SIZE];
		assert_in_range(strlen(instant_format(instants[i], text)), 20, INSTANT_TEXT_SIZE - 1);
		assert_int_equal(text[strlen(text) - 1], 'Z');
	}
}

static void test_clocks_go_on(void **state)
{
	int64_t before = instant_monotonic_us();
	assert_true(instant_monotonic_us() >= before);
	assert_true(instant_wall_us() > INT64_C(1700000000) * US_PER_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads),
	    cmocka_unit_test(test_agrees_with_gmtime),
	    cmocka_unit_test(test_any_number_fits_the_text),
	    cmocka_unit_test(test_clocks_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
