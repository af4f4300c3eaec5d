/* The arithmetic of deadlines. Windows are given as instants. */
#include "common/model/calendar.h"
#include "tests/unit/instants.h"

#define HOUR US_PER_HOUR
#define DAY US_PER_DAY

/* Days of 24 hours from a first one (days since 1970-01-01), work from opens to closes on the weekdays of the mask (bit 0: Monday),
 * in a zone that far east. */
static struct calendar *make(int first_day, int days, unsigned weekdays, int64_t opens, int64_t closes, int64_t east)
{
	struct calendar *calendar = calendar_new(first_day * DAY - east, (first_day + days) * DAY - east);
	for (int day = first_day; day < first_day + days; day++) {
		int64_t start = day * DAY - east;
		assert_int_equal(calendar_put_day(calendar, day, start, start + DAY), CALENDAR_OK);
		int weekday = (day + 3) % 7; /* 1970-01-01 was a Thursday */
		if ((weekdays & 1u << weekday) != 0)
			assert_int_equal(calendar_put_window(calendar, start + opens, start + closes), CALENDAR_OK);
	}
	return calendar;
}

enum { MONDAY_TO_FRIDAY = 0x1f, EVERY_DAY = 0x7f };

static int day_of(const char *text)
{
	return (int)(at(text) / DAY);
}

static struct calendar *shanghai(void)
{
	struct calendar *calendar = make(day_of("2026-01-01T00:00:00Z"), 400, MONDAY_TO_FRIDAY, 9 * HOUR, 18 * HOUR, 8 * HOUR);
	assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
	return calendar;
}

/* ---- what each unit means, ten minutes before closing on a Friday ---- */

static void each_unit_means_something_else(void **state)
{
	static const struct {
		enum target_unit unit;
		int64_t amount;
		const char *start, *due;
	} rows[] = {
	    {TARGET_UNIT_ELAPSED, 24 * HOUR, "2026-11-06T17:50:00+08:00", "2026-11-07T17:50:00+08:00"},
	    {TARGET_UNIT_BUSINESS_TIME, 9 * HOUR, "2026-11-06T17:50:00+08:00", "2026-11-09T17:50:00+08:00"},
	    {TARGET_UNIT_BUSINESS_TIME, HOUR / 6, "2026-11-06T17:50:00+08:00", "2026-11-06T18:00:00+08:00"},
	    {TARGET_UNIT_BUSINESS_TIME, HOUR, "2026-11-07T12:00:00+08:00", "2026-11-09T10:00:00+08:00"},
	    {TARGET_UNIT_BUSINESS_DAYS, 1, "2026-11-06T17:50:00+08:00", "2026-11-09T18:00:00+08:00"},
	    {TARGET_UNIT_BUSINESS_DAYS, 1, "2026-11-07T17:50:00+08:00", "2026-11-09T18:00:00+08:00"},
	    {TARGET_UNIT_BUSINESS_DAYS, 1, "2026-11-08T23:59:59+08:00", "2026-11-09T18:00:00+08:00"},
	    {TARGET_UNIT_BUSINESS_DAYS, 1, "2026-11-09T00:00:00+08:00", "2026-11-10T18:00:00+08:00"},
	    {TARGET_UNIT_BUSINESS_DAYS, 7, "2026-11-02T09:00:00+08:00", "2026-11-11T18:00:00+08:00"},
	};
	struct calendar *calendar = shanghai();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t due = 0;
		assert_int_equal(calendar_add(calendar, rows[i].unit, at(rows[i].start), rows[i].amount, &due), CALENDAR_OK);
		assert_instant(due, at(rows[i].due));
	}
	calendar_free(calendar);
}

/* ---- a round trip, and monotone ---- */

static uint64_t random_state = 20261122;

static int64_t random_below(int64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((random_state >> 16) % (uint64_t)bound);
}

/* A month in which any day has up to three windows, some over midnight, some overlapping. */
static struct calendar *random_calendar(int days)
{
	struct calendar *calendar = calendar_new(0, 0);
	for (int day = 0; day < days; day++) {
		calendar_put_day(calendar, day, day * DAY, (day + 1) * DAY);
		for (int64_t windows = random_below(4); windows > 0; windows--) {
			int64_t start = day * DAY + random_below(DAY);
			calendar_put_window(calendar, start, start + 1 + random_below(10 * HOUR));
		}
	}
	if (calendar_finish(calendar) == CALENDAR_OK)
		return calendar;
	calendar_free(calendar);
	return random_calendar(days);
}

static void check_round_trip(const struct calendar *calendar, enum target_unit unit, int days)
{
	int64_t start = random_below(days * DAY / 2), later = start + random_below(DAY);
	int64_t amount = unit == TARGET_UNIT_BUSINESS_DAYS ? 1 + random_below(days / 2) : 1 + random_below(days * DAY / 4);
	int64_t due, due_later, back;
	if (calendar_add(calendar, unit, start, amount, &due) != CALENDAR_OK)
		return; /* past this month's end, which is an answer too */
	assert_true(due > start);
	assert_int_equal(calendar_elapsed(calendar, unit, start, due, &back), CALENDAR_OK);
	assert_int_equal(back, amount);
	if (unit != TARGET_UNIT_ELAPSED) {
		assert_int_equal(calendar_elapsed(calendar, unit, start, due - 1, &back), CALENDAR_OK);
		assert_true(back < amount); /* the earliest such instant */
	}
	if (calendar_add(calendar, unit, later, amount, &due_later) == CALENDAR_OK)
		assert_true(due_later >= due);
	if (calendar_add(calendar, unit, start, amount + 1, &due_later) == CALENDAR_OK)
		assert_true(due_later > due || unit == TARGET_UNIT_BUSINESS_DAYS);
}

static void elapsed_gives_back_what_add_took(void **state)
{
	enum { CALENDARS = 500, TRIPS = 200, DAYS = 30 };
	for (int i = 0; i < CALENDARS; i++) {
		struct calendar *calendar = random_calendar(DAYS);
		for (int trip = 0; trip < TRIPS; trip++)
			check_round_trip(calendar, TARGET_UNIT_ELAPSED + trip % 3, DAYS);
		calendar_free(calendar);
	}
}

/* ---- nothing to work in; little ---- */

static void a_calendar_without_work_is_refused(void **state)
{
	struct calendar *calendar = make(0, 30, 0, 9 * HOUR, 18 * HOUR, 0);
	assert_int_equal(calendar_finish(calendar), CALENDAR_NO_WORK);
	int64_t due = 42;
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, HOUR, 1, &due), CALENDAR_NO_WORK);
	assert_int_equal(calendar_add(NULL, TARGET_UNIT_BUSINESS_DAYS, HOUR, 1, &due), CALENDAR_NO_WORK);
	assert_int_equal(due, 42);
	calendar_free(calendar);
}

static void a_minute_a_day_ends_at_the_horizon(void **state)
{
	struct calendar *calendar = make(0, 30, EVERY_DAY, HOUR, HOUR + US_PER_MINUTE, 0);
	assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
	int64_t due = 42;
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, 1, 30 * US_PER_MINUTE, &due), CALENDAR_OK);
	assert_int_equal(due, 29 * DAY + HOUR + US_PER_MINUTE);
	due = 42;
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, 1, 30 * US_PER_MINUTE + 1, &due), CALENDAR_BEYOND);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_DAYS, 1, 30, &due), CALENDAR_BEYOND);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, 31 * DAY, 1, &due), CALENDAR_BEYOND);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, -1, 1, &due), CALENDAR_BEFORE);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, 1, -1, &due), CALENDAR_BAD);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_UNSPECIFIED, 1, 1, &due), CALENDAR_BAD);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, 1, INT64_MAX, &due), CALENDAR_BEYOND);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_ELAPSED, 1, INT64_MAX, &due), CALENDAR_BEYOND);
	assert_int_equal(due, 42);
	calendar_free(calendar);
}

static void every_weekday_works_alone(void **state)
{
	for (int weekday = 0; weekday < 7; weekday++) {
		struct calendar *calendar = make(4, 70, 1u << weekday, 9 * HOUR, 18 * HOUR, 0); /* from Monday 1970-01-05 */
		assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
		int64_t due, start = 4 * DAY;
		assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, start, 12 * HOUR, &due), CALENDAR_OK);
		assert_instant(due, start + (7 + weekday) * DAY + 12 * HOUR);
		assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_DAYS, start, 2, &due), CALENDAR_OK);
		assert_instant(due, start + (weekday == 0 ? 14 : 7 + weekday) * DAY + 18 * HOUR);
		calendar_free(calendar);
	}
}

/* ---- lunch breaks, overlaps, nights ---- */

static void windows_merge_and_pass_midnight(void **state)
{
	struct calendar *calendar = calendar_new(0, 0);
	for (int day = 0; day < 10; day++) {
		calendar_put_day(calendar, day, day * DAY, (day + 1) * DAY);
		calendar_put_window(calendar, day * DAY + 22 * HOUR, day * DAY + 30 * HOUR); /* 22:00 to 06:00 */
		calendar_put_window(calendar, day * DAY + 5 * HOUR, day * DAY + 8 * HOUR);   /* begins within that night */
		calendar_put_window(calendar, day * DAY + 7 * HOUR, day * DAY + 9 * HOUR);
	}
	assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
	int64_t due, time;
	assert_int_equal(calendar_measure(calendar, TARGET_UNIT_BUSINESS_TIME, DAY, 2 * DAY, &time), CALENDAR_OK);
	assert_int_equal(time, 11 * HOUR); /* 00:00 to 09:00, 22:00 to 24:00 */
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, DAY + 10 * HOUR, 3 * HOUR, &due), CALENDAR_OK);
	assert_instant(due, 2 * DAY + HOUR);
	assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_DAYS, DAY + 10 * HOUR, 1, &due), CALENDAR_OK);
	assert_instant(due, 3 * DAY + 6 * HOUR); /* the night that begins on day 2 ends on day 3 */
	calendar_free(calendar);
}

/* ---- days of 23 and 25 hours, and a day that begins at 01:00 ---- */

static void days_are_as_long_as_they_are(void **state)
{
	/* Berlin, 2026: 29 March has 23 hours, 25 October 25. 24 hours of work a day. */
	static const struct {
		const char *start, *end;
		int64_t hours;
	} rows[] = {
	    {"2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23},
	    {"2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25},
	    {"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00", 23}, /* Sao Paulo: midnight does not exist */
	    {"2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30", 24}, /* Lord Howe: half an hour more */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct calendar *calendar = calendar_new(0, 0);
		int64_t start = at(rows[i].start), end = at(rows[i].end), due, time;
		assert_int_equal(calendar_put_day(calendar, 0, start, end), CALENDAR_OK);
		assert_int_equal(calendar_put_window(calendar, start, end), CALENDAR_OK);
		assert_int_equal(calendar_put_day(calendar, 1, end, end + DAY), CALENDAR_OK);
		assert_int_equal(calendar_put_window(calendar, end, end + DAY), CALENDAR_OK);
		assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
		assert_int_equal(calendar_measure(calendar, TARGET_UNIT_BUSINESS_TIME, start, end, &time), CALENDAR_OK);
		assert_int_equal(time / HOUR, rows[i].hours);
		assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_TIME, start + HOUR, DAY, &due), CALENDAR_OK);
		assert_instant(due, start + HOUR + DAY);
		assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_DAYS, start, 1, &due), CALENDAR_OK);
		assert_instant(due, end + DAY);
		calendar_free(calendar);
	}
}

static void days_must_follow_each_other(void **state)
{
	struct calendar *calendar = calendar_new(0, 0);
	assert_int_equal(calendar_put_window(calendar, 0, 1), CALENDAR_BAD);
	assert_int_equal(calendar_put_day(calendar, 7, 0, DAY), CALENDAR_OK);
	assert_int_equal(calendar_put_day(calendar, 9, DAY, 2 * DAY), CALENDAR_BAD);
	assert_int_equal(calendar_put_day(calendar, 8, DAY + 1, 2 * DAY), CALENDAR_BAD);
	assert_int_equal(calendar_put_day(calendar, 8, DAY, DAY - 1), CALENDAR_BAD);
	assert_int_equal(calendar_put_window(calendar, 5, 5), CALENDAR_BAD);
	calendar_free(calendar);
}

/* ---- the end point ---- */

static void exactly_due_is_in_time(void **state)
{
	struct calendar *calendar = shanghai();
	int64_t start = at("2026-11-02T09:00:00+08:00"), due, overdue;
	for (enum target_unit unit = TARGET_UNIT_ELAPSED; unit < TARGET_UNIT_COUNT; unit++) {
		int64_t amount = unit == TARGET_UNIT_BUSINESS_DAYS ? 2 : 20 * HOUR, back;
		assert_int_equal(calendar_add(calendar, unit, start, amount, &due), CALENDAR_OK);
		assert_int_equal(calendar_elapsed(calendar, unit, start, due, &back), CALENDAR_OK);
		assert_int_equal(back, amount);
		assert_int_equal(calendar_measure(calendar, unit, due, due, &overdue), CALENDAR_OK);
		assert_int_equal(overdue, 0);
		assert_int_equal(calendar_measure(calendar, unit, due, due - 5, &overdue), CALENDAR_OK);
		assert_int_equal(overdue, 0);
	}
	assert_int_equal(calendar_measure(calendar, TARGET_UNIT_ELAPSED, due, due + 1, &overdue), CALENDAR_OK);
	assert_int_equal(overdue, 1);
	calendar_free(calendar);
}

static void a_share_is_counted_in_the_clocks_own_time(void **state)
{
	struct calendar *calendar = shanghai();
	int64_t start = at("2026-11-06T13:30:00+08:00"), warn = 0; /* Friday, 4.5 hours before closing */
	int64_t due = at("2026-11-09T18:00:00+08:00");
	assert_int_equal(calendar_share(calendar, TARGET_UNIT_BUSINESS_DAYS, start, due, 50, &warn), CALENDAR_OK);
	assert_instant(warn, at("2026-11-09T11:15:00+08:00"));
	assert_int_equal(calendar_share(calendar, TARGET_UNIT_ELAPSED, start, start + 2 * HOUR, 80, &warn), CALENDAR_OK);
	assert_instant(warn, start + 96 * US_PER_MINUTE);
	calendar_free(calendar);
}

/* ---- beyond what the calendar covers; overdue working time ---- */

static void beyond_what_is_known_is_provisional(void **state)
{
	struct calendar *calendar = calendar_new(2 * DAY, 10 * DAY);
	assert_false(calendar_provisional(calendar, TARGET_UNIT_BUSINESS_DAYS, 2 * DAY, 10 * DAY));
	assert_true(calendar_provisional(calendar, TARGET_UNIT_BUSINESS_DAYS, 2 * DAY, 10 * DAY + 1));
	assert_true(calendar_provisional(calendar, TARGET_UNIT_BUSINESS_TIME, 2 * DAY - 1, 5 * DAY));
	assert_false(calendar_provisional(calendar, TARGET_UNIT_ELAPSED, DAY, 20 * DAY));
	calendar_free(calendar);
}

static void after_2038_and_in_2100(void **state)
{
	static const struct {
		const char *first, *start, *due;
	} rows[] = {
	    {"2038-01-01T00:00:00Z", "2038-01-18T10:00:00Z", "2038-01-20T18:00:00Z"},
	    {"2100-02-22T00:00:00Z", "2100-02-26T10:00:00Z", "2100-03-02T18:00:00Z"}, /* no leap year */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct calendar *calendar = make(day_of(rows[i].first), 60, MONDAY_TO_FRIDAY, 9 * HOUR, 18 * HOUR, 0);
		int64_t due;
		assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
		assert_int_equal(calendar_add(calendar, TARGET_UNIT_BUSINESS_DAYS, at(rows[i].start), 2, &due), CALENDAR_OK);
		assert_instant(due, at(rows[i].due));
		calendar_free(calendar);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_unit_means_something_else),
	    cmocka_unit_test(elapsed_gives_back_what_add_took),
	    cmocka_unit_test(a_calendar_without_work_is_refused),
	    cmocka_unit_test(a_minute_a_day_ends_at_the_horizon),
	    cmocka_unit_test(every_weekday_works_alone),
	    cmocka_unit_test(windows_merge_and_pass_midnight),
	    cmocka_unit_test(days_are_as_long_as_they_are),
	    cmocka_unit_test(days_must_follow_each_other),
	    cmocka_unit_test(exactly_due_is_in_time),
	    cmocka_unit_test(a_share_is_counted_in_the_clocks_own_time),
	    cmocka_unit_test(beyond_what_is_known_is_provisional),
	    cmocka_unit_test(after_2038_and_in_2100),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
