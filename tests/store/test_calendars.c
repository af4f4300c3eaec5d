/* Calendars of applied versions: expanded in C, stored as instants, read again as they were; for ever. */
#include <stdio.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/io/yaml.h"
#include "common/model/bundle.h"
#include "common/model/calendar_read.h"
#include "common/store/calendars.h"
#include "common/store/platforms.h"
#include "tests/store/session.h"
#include "tests/unit/check.h"

static struct pg_session *session;
static int32_t newest;

/* What the public notices said for 2025 and 2026, as far as the golden vectors need it. */
static const char china[] = "id: golden\nversion: 1\nzone: Asia/Shanghai\ncovered_from: 2025-01-01\ncovered_until: 2027-01-01\n"
			    "week: {mon: ['09:00-18:00'], tue: ['09:00-18:00'], wed: ['09:00-18:00'], thu: ['09:00-18:00'],"
			    " fri: ['09:00-18:00']}\n"
			    "overrides:\n"
			    "- {day: 2025-01-28, until: 2025-02-04, kind: off}\n- {day: 2025-01-26, kind: work}\n"
			    "- {day: 2025-02-08, kind: work}\n"
			    "- {day: 2026-01-01, until: 2026-01-03, kind: off}\n- {day: 2026-01-04, kind: work}\n"
			    "- {day: 2026-02-15, until: 2026-02-23, kind: off}\n- {day: 2026-02-14, kind: work}\n"
			    "- {day: 2026-02-28, kind: work}\n"
			    "- {day: 2026-05-01, until: 2026-05-05, kind: off}\n- {day: 2026-05-09, kind: work}\n"
			    "- {day: 2026-10-01, until: 2026-10-07, kind: off}\n- {day: 2026-10-10, kind: work}\n"
			    "- {day: 2026-09-20, kind: work}\n";

static int64_t at(const char *text)
{
	int64_t instant_us;
	assert_true(instant_parse(text, strlen(text), &instant_us));
	return instant_us;
}

static void check_instant(const char *what, int64_t got_us, const char *want)
{
	char got[INSTANT_TEXT_SIZE], same[INSTANT_TEXT_SIZE];
	check_text(what, instant_format(got_us, got), instant_format(at(want), same));
}

/* ---- a calendar applied, and read again ---- */

struct fixture {
	struct yaml_tree *tree;
	struct calendar_file *file;
	struct calendar *days, *stored;
	int32_t version;
};

static int32_t apply(const char *text, const struct calendar_file *file, const struct calendar *days)
{
	struct bundle files = {.arena = arena_new(0)};
	bundle_put(&files, "calendars/c.yaml", text, strlen(text));
	struct pg_result *result = platform_apply(session, &(struct platform_application){.platform_id = "shop",
							       .seen = newest,
							       .who = "a test",
							       .effective = "now",
							       .files = &files,
							       .calendar = file,
							       .days = days});
	if (!result)
		fail_msg("%s", pg_session_error(session));
	newest = pg_get_int4(result, 0, 0);
	pg_result_free(result);
	arena_free(files.arena);
	return newest;
}

static struct calendar *read_back(int32_t version)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	struct pg_result *result = pg_session_run(session, calendar_stored, args);
	if (!result)
		fail_msg("%s", pg_session_error(session));
	struct calendar *calendar = store_calendar_build(result);
	pg_result_free(result);
	pg_args_free(args);
	return calendar;
}

static struct fixture published(const char *text)
{
	struct problems problems = {0};
	struct fixture f = {.tree = yaml_tree_load_text("c.yaml", text, strlen(text), &problems)};
	assert_true(calendar_read(yaml_tree_root(f.tree), &problems));
	f.file = calendar_file_new(yaml_tree_root(f.tree));
	f.days = calendar_file_expand_all(f.file, at("2026-06-01T00:00:00Z"));
	f.version = apply(text, f.file, f.days);
	f.stored = read_back(f.version);
	assert_non_null(f.stored);
	return f;
}

static void drop(struct fixture *f)
{
	calendar_free(f->days);
	calendar_free(f->stored);
	calendar_file_free(f->file);
	yaml_tree_free(f->tree);
}

static void check_same(const struct calendar *a, const struct calendar *b)
{
	int32_t first = calendar_first_day(a);
	check_number("first day", calendar_first_day(b), first);
	check_number("days", calendar_days_count(b), calendar_days_count(a));
	check_number("windows", calendar_windows_count(b), calendar_windows_count(a));
	check_number("covered from", calendar_covered_from_us(b), calendar_covered_from_us(a));
	check_number("covered until", calendar_covered_until_us(b), calendar_covered_until_us(a));
	for (int32_t day = first; day <= first + calendar_days_count(a); day++)
		check_number("a day begins", calendar_day_start_us(b, day), calendar_day_start_us(a, day));
	for (int i = 0; i < calendar_windows_count(a); i++) {
		struct calendar_window x = calendar_window(a, i), y = calendar_window(b, i);
		check_number("day of a window", y.day, x.day);
		check_number("opens", y.start_us, x.start_us);
		check_number("closes", y.end_us, x.end_us);
	}
}

/* Over every kind of edge: skipped and repeated hours, at midnight and after it, half an hour, a day that is not there, nights. */
static void test_what_is_stored_is_what_was_expanded(void **state)
{
	static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo",
	    "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "America/St_Johns", "Asia/Kathmandu", "UTC"};
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		char text[512];
		snprintf(text, sizeof text,
		    "id: z%zu\nversion: 1\nzone: %s\ncovered_from: %s\ncovered_until: 2027-01-01\n"
		    "week: {mon: ['00:00-24:00'], wed: ['22:00-06:00', '01:30-03:30'], fri: ['23:00-00:30'], sat: ['02:15-02:45'],"
		    " sun: ['00:00-24:00']}\noverrides: [{day: 2026-03-10, kind: work}, {day: 2026-03-11, kind: off}]\n",
		    i, zones[i], i == 9 ? "1970-01-01" : "2009-06-01");
		struct fixture f = published(text);
		check_same(f.days, f.stored);
		drop(&f);
	}
}

static void test_make_up_days(void **state)
{
	static const struct {
		const char *received, *due;
	} rows[] = {
	    {"2025-01-24T15:00:00+08:00", "2025-02-10T18:00:00+08:00"},
	    {"2025-12-31T15:00:00+08:00", "2026-01-12T18:00:00+08:00"},
	    {"2026-02-13T15:00:00+08:00", "2026-03-02T18:00:00+08:00"},
	    {"2026-04-30T15:00:00+08:00", "2026-05-13T18:00:00+08:00"},
	    {"2026-09-30T15:00:00+08:00", "2026-10-15T18:00:00+08:00"},
	};
	struct fixture f = published(china);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t due_us = 0;
		assert_int_equal(calendar_add(f.stored, TARGET_UNIT_BUSINESS_DAYS, at(rows[i].received), 7, &due_us), CALENDAR_OK);
		check_instant(rows[i].received, due_us, rows[i].due);
	}
	int64_t start_us = at("2026-12-30T10:00:00+08:00");
	assert_false(calendar_provisional(f.stored, TARGET_UNIT_BUSINESS_DAYS, start_us, at("2026-12-31T18:00:00+08:00")));
	assert_true(calendar_provisional(f.stored, TARGET_UNIT_BUSINESS_DAYS, start_us, at("2027-01-04T18:00:00+08:00")));
	drop(&f);
}

/* A shift across the switch is as long as it is. */
static void test_both_switches(void **state)
{
	static const struct {
		const char *zone, *from, *until;
		int hours;
	} rows[] = {
	    {"Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23},
	    {"Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25},
	    {"America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", 23},
	    {"America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", 25},
	    {"America/Sao_Paulo", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00", 23},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[512];
		snprintf(text, sizeof text,
		    "id: dst%zu\nversion: 1\nzone: %s\ncovered_from: 2018-01-01\ncovered_until: 2027-01-01\n"
		    "week: {sun: ['00:00-24:00'], mon: ['00:00-24:00']}\n",
		    i, rows[i].zone);
		struct fixture f = published(text);
		int64_t time_us = 0;
		assert_int_equal(
		    calendar_measure(f.stored, TARGET_UNIT_BUSINESS_TIME, at(rows[i].from), at(rows[i].until), &time_us),
		    CALENDAR_OK);
		check_number(rows[i].zone, time_us / US_PER_HOUR, rows[i].hours);
		drop(&f);
	}
}

/* A cover that is over, or is yet to come: the weekly pattern holds, as `ombudctl due` says, and it is provisional. */
static void test_outside_the_cover_the_week_holds(void **state)
{
	static const char *const covers[] = {
	    "covered_from: 2010-01-01\ncovered_until: 2011-01-01\n", "covered_from: 2027-01-01\ncovered_until: 2028-01-01\n"};
	for (size_t i = 0; i < 2; i++) {
		char text[256];
		snprintf(text, sizeof text, "id: o\nversion: 1\nzone: UTC\n%sweek: {mon: ['09:00-18:00']}\n", covers[i]);
		struct fixture f = published(text);
		int64_t start_us = at("2026-06-02T12:00:00Z"), due_us = 0;
		assert_int_equal(calendar_add(f.stored, TARGET_UNIT_BUSINESS_DAYS, start_us, 2, &due_us), CALENDAR_OK);
		check_instant("the second Monday", due_us, "2026-06-15T18:00:00Z");
		assert_true(calendar_provisional(f.stored, TARGET_UNIT_BUSINESS_DAYS, start_us, due_us));
		drop(&f);
	}
}

static void check_kept(const char *sql)
{
	if (pg_session_script(session, sql))
		fail_msg("done: %s", sql);
	if (!strstr(pg_session_error(session), "never changes"))
		fail_msg("%s: %s", sql, pg_session_error(session));
}

static void test_nobody_changes_what_complaints_are_pinned_to(void **state)
{
	struct fixture f = published(china);
	struct pg_session *operator= session;
	session = session_to(""); /* who may do everything else */
	check_kept("update ombud.platform_calendar set zone = 'UTC'");
	check_kept("delete from ombud.platform_calendar");
	check_kept("insert into ombud.platform_calendar select version + 0, id, zone, covered_from, covered_until, first_day, days,"
		   " window_days, opens, closes from ombud.platform_calendar");
	pg_session_close(session);
	session = operator;
	assert_null(read_back(f.version + 1000));
	drop(&f);
}

static int open_session(void **state)
{
	struct pg_session *admin = session_to("");
	session_script(
	    admin, "truncate ombud.platform_version, ombud.platform_file, ombud.platform_calendar"); /* of an earlier run */
	pg_session_close(admin);
	session = session_to("user=ombud_operator");
	return session ? 0 : -1;
}

static int close_session(void **state)
{
	pg_session_close(session);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_stored_is_what_was_expanded),
	    cmocka_unit_test(test_make_up_days),
	    cmocka_unit_test(test_both_switches),
	    cmocka_unit_test(test_outside_the_cover_the_week_holds),
	    cmocka_unit_test(test_nobody_changes_what_complaints_are_pinned_to),
	};
	return cmocka_run_group_tests(tests, open_session, close_session);
}
