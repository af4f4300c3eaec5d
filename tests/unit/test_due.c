/* Windows of a zone's local time as instants, and dues with their trace; tests/flow/0044_due has the random cases and their oracle.
 */
#include "common/base/zone.h"
#include "common/io/yaml.h"
#include "common/model/due.h"
#include "tests/unit/instants.h"

struct fixture {
	struct yaml_tree *tree;
	struct calendar_file *file;
};

/* Every day worked in one window. */
static struct fixture daily(const char *zone, const char *window)
{
	struct problems problems = {0};
	char text[512], week[320] = "";
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	for (int i = 0; i < 7; i++)
		snprintf(week + strlen(week), sizeof week - strlen(week), "%s%s: [\"%s\"]", i ? ", " : "", days[i], window);
	snprintf(text, sizeof text,
	    "{id: d, version: 1, zone: %s, covered_from: 2000-01-01, covered_until: 2030-01-01, week: {%s}, overrides: []}", zone,
	    week);
	struct fixture f = {.tree = yaml_tree_load_text("daily", text, strlen(text), &problems)};
	assert_non_null(f.tree);
	f.file = calendar_file_new(yaml_tree_root(f.tree));
	return f;
}

static void drop(struct fixture *f)
{
	calendar_file_free(f->file);
	yaml_tree_free(f->tree);
}

static struct due find(const struct fixture *f, const char *from, const char *written)
{
	struct clock_target target;
	struct due due = {0};
	assert_null(target_parse(written, &target));
	assert_int_equal(due_find(f->file, at(from), &target, &due), CALENDAR_OK);
	return due;
}

static void expect(const char *zone, const char *window, const char *from, const char *written, const char *want)
{
	struct fixture f = daily(zone, window);
	struct due due = find(&f, from, written);
	assert_instant(due.due_us, at(want));
	due_free(&due);
	drop(&f);
}

static void an_edge_in_a_skipped_or_repeated_hour(void **state)
{
	/* 02:00 to 03:00 is skipped: open from 03:00 on. */
	expect("Europe/Berlin", "02:30-04:00", "2026-03-28T23:00:00Z", "60 business minutes", "2026-03-29T02:00:00Z");
	expect("America/New_York", "01:00-02:30", "2026-03-08T05:00:00Z", "61 business minutes", "2026-03-09T05:01:00Z");
	/* 02:00 to 03:00 comes twice, and counts twice; a window within it is open twice. */
	expect("Europe/Berlin", "02:00-03:00", "2026-10-24T22:00:00Z", "120 business minutes", "2026-10-25T02:00:00Z");
	expect("Europe/Berlin", "02:15-02:45", "2026-10-24T22:00:00Z", "31 business minutes", "2026-10-25T01:16:00Z");
	expect("Europe/Berlin", "02:15-02:45", "2026-10-24T12:00:00Z", "1 business day", "2026-10-25T01:45:00Z");
	/* Midnight itself is skipped, half an hour is, a whole day is. */
	expect("America/Sao_Paulo", "00:00-02:00", "2018-11-03T12:00:00Z", "60 business minutes", "2018-11-04T04:00:00Z");
	expect("Australia/Lord_Howe", "02:00-03:00", "2026-10-03T15:00:00Z", "30 business minutes", "2026-10-03T16:00:00Z");
	expect("Pacific/Apia", "09:00-18:00", "2011-12-29T12:00:00-10:00", "1 business day", "2011-12-31T04:00:00Z");
}

static void a_skipped_day_is_told(void **state)
{
	struct fixture f = daily("Pacific/Apia", "09:00-18:00");
	struct due due = find(&f, "2011-12-29T12:00:00-10:00", "1 business day");
	assert_int_equal(due.count, 3);
	assert_int_equal(due.rows[0].why, DUE_DAY_OF_RECEIPT);
	assert_int_equal(due.rows[1].why, DUE_SKIPPED_DAY);
	assert_int_equal(due.rows[2].amount, 1);
	due_free(&due);
	drop(&f);
}

static uint64_t random_state = 20260101;

static int64_t random_below(int64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((random_state >> 16) % (uint64_t)bound);
}

/* What was added is what lies between, in business time and in days; more is due later. */
static void what_was_added_has_elapsed(void **state)
{
	enum { CASES = 100000, DAYS = 800 };
	static const char *const zones[] = {
	    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"};
	static const char *const windows[] = {"09:00-18:00", "22:00-06:00", "00:00-24:00", "01:45-02:45"};
	struct calendar *calendars[20];
	for (int i = 0; i < 20; i++) {
		struct fixture f = daily(zones[i % 5], windows[i / 5]);
		calendars[i] = calendar_file_expand(f.file, calendar_date("2026-01-01"), calendar_date("2026-01-01") + DAYS);
		assert_non_null(calendars[i]);
		drop(&f);
	}
	for (int i = 0; i < CASES; i++) {
		const struct calendar *calendar = calendars[random_below(20)];
		bool in_days = random_below(2);
		enum target_unit unit = in_days ? TARGET_UNIT_BUSINESS_DAYS : TARGET_UNIT_BUSINESS_TIME;
		int64_t start_us = at("2026-01-03T00:00:00Z") + random_below(400 * 86400) * US_PER_SECOND;
		int64_t amount = in_days ? 1 + random_below(60) : (1 + random_below(40 * 3600)) * US_PER_SECOND, due_us, later_us,
			back;
		assert_int_equal(calendar_add(calendar, unit, start_us, amount, &due_us), CALENDAR_OK);
		assert_int_equal(calendar_add(calendar, unit, start_us, amount + 1, &later_us), CALENDAR_OK);
		assert_int_equal(calendar_elapsed(calendar, unit, start_us, due_us, &back), CALENDAR_OK);
		assert_int_equal(back, amount);
		assert_true(later_us > due_us);
	}
	for (int i = 0; i < 20; i++)
		calendar_free(calendars[i]);
}

static void offsets_of_a_zone(void **state)
{
	struct zone_spans spans;
	assert_false(zone_spans_find("Europe/Atlantis", 0, 1, &spans));
	assert_true(zone_spans_find("Europe/Berlin", at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), &spans));
	assert_int_equal(spans.count, 3);
	assert_instant(spans.rows[1].from_us, at("2026-03-29T01:00:00Z"));
	assert_int_equal(spans.rows[1].offset_us, 2 * US_PER_HOUR);
	assert_instant(spans.rows[2].from_us, at("2026-10-25T01:00:00Z"));
	zone_spans_free(&spans);
}

static void targets_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		enum target_unit unit;
		int64_t amount;
	} right[] = {{"1 hour", TARGET_UNIT_ELAPSED, US_PER_HOUR}, {"36 hours", TARGET_UNIT_ELAPSED, 36 * US_PER_HOUR},
	    {"90 business minutes", TARGET_UNIT_BUSINESS_TIME, 90 * US_PER_MINUTE},
	    {"8 business hours", TARGET_UNIT_BUSINESS_TIME, 8 * US_PER_HOUR},
	    {"2500 business days", TARGET_UNIT_BUSINESS_DAYS, 2500}};
	static const char *const wrong[] = {"", "3", "hours", "3 hour s", "0 hours", "-1 hours", "3 days", "3 businessdays",
	    "2501 business days", "99999999999999999999 hours", "3 business dayss", "1.5 hours"};
	struct clock_target target;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		assert_null(target_parse(right[i].text, &target));
		assert_int_equal(target.unit, right[i].unit);
		assert_int_equal(target.amount, right[i].amount);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (!target_parse(wrong[i], &target))
			fail_msg("\"%s\" is taken", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_edge_in_a_skipped_or_repeated_hour),
	    cmocka_unit_test(a_skipped_day_is_told),
	    cmocka_unit_test(what_was_added_has_elapsed),
	    cmocka_unit_test(offsets_of_a_zone),
	    cmocka_unit_test(targets_as_people_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
