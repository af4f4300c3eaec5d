/* Local time in texts, both sides of the switches. */
#include "common/base/instant.h"
#include "common/base/zone.h"
#include "tests/unit/check.h"

static int64_t instant(const char *text)
{
	int64_t us = 0;
	assert_true(instant_parse(text, strlen(text), &us));
	return us;
}

static void test_local_times(void **state)
{
	static const struct {
		const char *zone, *at, *want, *offset;
	} rows[] = {
	    {"Asia/Shanghai", "2026-11-02T01:00:00Z", "2026-11-02 09:00", "UTC+08:00"},
	    {"Asia/Shanghai", "2026-12-31T16:00:00Z", "2027-01-01 00:00", "UTC+08:00"},
	    {"Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29 01:59", "UTC+01:00"},
	    {"Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29 03:00", "UTC+02:00"},
	    {"America/New_York", "2026-11-01T05:59:00Z", "2026-11-01 01:59", "UTC-04:00"},
	    {"America/New_York", "2026-11-01T06:00:00Z", "2026-11-01 01:00", "UTC-05:00"},
	    {"Asia/Kolkata", "2026-11-02T00:00:00Z", "2026-11-02 05:30", "UTC+05:30"},
	    {"Australia/Lord_Howe", "2026-07-01T00:00:00Z", "2026-07-01 10:30", "UTC+10:30"},
	    {"UTC", "1969-12-31T23:59:59Z", "1969-12-31 23:59", "UTC+00:00"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[64], offset[ZONE_OFFSET_SIZE];
		check_text(
		    rows[i].at, zone_format(rows[i].zone, instant(rows[i].at), "%Y-%m-%d %H:%M", text, sizeof text), rows[i].want);
		check_text(rows[i].at, zone_offset(rows[i].zone, instant(rows[i].at), offset), rows[i].offset);
	}
}

static void test_instants_of_a_zone(void **state)
{
	static const struct {
		const char *zone, *at, *want;
	} rows[] = {
	    {"Asia/Shanghai", "2026-11-02T01:00:00Z", "2026-11-02T09:00:00+08:00"},
	    {"America/St_Johns", "2026-07-01T00:00:00.000120Z", "2026-06-30T21:30:00.000120-02:30"},
	    {"UTC", "1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500000+00:00"},
	    {"Mars/Olympus", "2026-11-02T01:00:00Z", "2026-11-02T01:00:00+00:00"},
	};
	char text[ZONE_INSTANT_SIZE];
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		check_text(rows[i].at, zone_instant(rows[i].zone, instant(rows[i].at), 'T', text), rows[i].want);
		check_number(rows[i].at, instant(text), instant(rows[i].at));
	}
	check_text("for people", zone_instant("Asia/Shanghai", 0, ' ', text), "1970-01-01 08:00:00 +08:00");
}

static void test_unknown_zones(void **state)
{
	static const char *const zones[] = {
	    "", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Asia/Shanghai ", "Asia", "zone.tab", "UTC/"};
	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		char text[64];
		check_number(zones[i], zone_known(zones[i]), false);
		check_text(zones[i], zone_format(zones[i], 0, "%Y", text, sizeof text), "");
	}
	assert_true(zone_known("Asia/Shanghai"));
}

static void test_the_next_day(void **state)
{
	static const struct {
		const char *zone, *at, *want;
	} rows[] = {
	    {"Asia/Shanghai", "2026-11-02T01:00:00Z", "2026-11-02T16:00:00Z"},
	    {"Asia/Shanghai", "2026-11-02T16:00:00Z", "2026-11-03T16:00:00Z"},
	    {"Asia/Shanghai", "2026-11-02T15:59:59.999999Z", "2026-11-02T16:00:00Z"},
	    {"Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},    /* a day of 23 hours */
	    {"Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},    /* and of 25 */
	    {"America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"}, /* its midnight is skipped */
	    {"America/Santiago", "2026-04-04T12:00:00Z", "2026-04-05T04:00:00Z"}, /* 24:00 goes back to 23:00 */
	    {"UTC", "1969-12-30T23:59:59Z", "1969-12-31T00:00:00Z"},
	    {"Mars/Olympus", "2026-11-02T01:00:00Z", "2026-11-03T00:00:00Z"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[INSTANT_TEXT_SIZE];
		check_text(rows[i].at, instant_format(zone_next_day_us(rows[i].zone, instant(rows[i].at)), text), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_local_times),
	    cmocka_unit_test(test_instants_of_a_zone),
	    cmocka_unit_test(test_unknown_zones),
	    cmocka_unit_test(test_the_next_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
