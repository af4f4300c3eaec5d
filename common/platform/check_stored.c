/* What an applied version stored as instants, against what this machine's time zone data would make of the same file today. */
#include "common/base/arena.h"
#include "common/io/yaml.h"
#include "common/model/calendar_expand.h"
#include "common/platform/check.h"
#include "common/platform/terms.h"

/* The first one that is not over yet. */
static int first_ahead(const struct calendar *calendar, int64_t now_us)
{
	int at = 0;
	while (at < calendar_windows_count(calendar) && calendar_window(calendar, at).end_us <= now_us)
		at++;
	return at;
}

static bool equal(struct calendar_window a, struct calendar_window b)
{
	return a.start_us == b.start_us && a.end_us == b.end_us && a.day == b.day;
}

/* The first day whose windows differ; false: none does. */
static bool first_difference(const struct calendar *stored, const struct calendar *today, int64_t now_us, int32_t *day)
{
	int a = first_ahead(stored, now_us), b = first_ahead(today, now_us);
	int a_end = calendar_windows_count(stored), b_end = calendar_windows_count(today);
	while (a < a_end && b < b_end && equal(calendar_window(stored, a), calendar_window(today, b)))
		a++, b++;
	if (a == a_end && b == b_end)
		return false;
	*day = a < a_end ? calendar_window(stored, a).day : calendar_window(today, b).day;
	if (b < b_end && calendar_window(today, b).day < *day)
		*day = calendar_window(today, b).day;
	return true;
}

void platform_check_stored(
    const struct bundle *files, const struct calendar *stored, const char *version, int64_t now_us, struct findings *findings)
{
	char date[CALENDAR_DATE_SIZE];
	int32_t day, first = calendar_first_day(stored);
	struct terms_calendar *said = terms_calendar_new(files);
	struct calendar *today = said ? calendar_file_expand(said->file, first, first + calendar_days_count(stored)) : NULL;
	if (today && first_difference(stored, today, now_us, &day))
		findings_at(findings, FINDING_ZONE_MOVED, node_get(yaml_tree_root(said->tree), "zone"), version,
		    calendar_file_zone(said->file), calendar_date_text(day, date));
	calendar_free(today);
	terms_calendar_free(said);
}
