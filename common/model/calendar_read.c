#include "common/model/calendar_read.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/buf.h"
#include "common/base/nearest.h"
#include "common/base/zone.h"

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
enum { SECONDS_PER_DAY = 86400, OVERRIDE_DAYS_MAX = 366, COVER_DAYS_MAX = 36525, NOTICES_MAX = 200 };

struct reading {
	struct problems *problems;
	const struct node *root;
	struct buf json;
	int windows; /* of the week and of all overrides: a calendar without any is refused */
};

static bool read_clock_time(const char *text, int *minutes)
{
	int hour, minute, used = 0;
	if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || used != 5 || minute > 59 || hour * 60 + minute > 24 * 60)
		return false;
	*minutes = hour * 60 + minute;
	return true;
}

static void read_window(struct reading *reading, const struct node *node)
{
	const char *text;
	int opens, closes;
	if (!node_read_text(reading->problems, node, &text))
		return;
	if (strlen(text) != 11 || text[5] != '-' || !read_clock_time(text, &opens) || !read_clock_time(text + 6, &closes) ||
	    opens == 24 * 60 || opens == closes) {
		node_problem(reading->problems, node, "want a window like 09:00-18:00, got %.32s", text);
		return;
	}
	char last = reading->json.data[reading->json.size - 1];
	buf_printf(&reading->json, "%s[\"%.5s\",\"%.5s\"]", last == '[' ? "" : ",", text, text + 6);
	reading->windows++;
}

static void read_windows(struct reading *reading, const struct node *windows)
{
	buf_printf(&reading->json, "[");
	for (const struct node *node = node_first(windows); node != NULL; node = node->next)
		read_window(reading, node);
	buf_printf(&reading->json, "]");
}

static void read_week(struct reading *reading)
{
	const struct node *week = node_map(reading->problems, reading->root, "week", true);
	if (week != NULL)
		node_check_keys(reading->problems, week, weekdays);
	buf_printf(&reading->json, "{");
	for (const struct node *day = node_first(week); day != NULL; day = day->next) {
		buf_printf(&reading->json, "%s\"%s\":", day == node_first(week) ? "" : ",", day->key);
		read_windows(reading, day);
	}
	buf_printf(&reading->json, "}");
}

static bool read_date(const char *text, time_t *day)
{
	struct tm tm = {0};
	char back[16];
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*day = timegm(&tm);
	strftime(back, sizeof(back), "%Y-%m-%d", &tm);
	return strcmp(back, text) == 0;
}

static bool read_node_date(struct reading *reading, const struct node *map, const char *key, bool required, time_t *day)
{
	const char *text = node_text(reading->problems, map, key, required ? NULL : "");
	if (text[0] == '\0')
		return false;
	if (read_date(text, day))
		return true;
	node_problem(reading->problems, node_get(map, key), "want a date like 2026-10-01, got %.32s", text);
	return false;
}

/* A make-up day without windows of its own is worked like a Monday. */
static void write_override_windows(struct reading *reading, const struct node *node, bool works)
{
	const struct node *windows = node_get(node, "windows");
	if (windows == NULL && works)
		windows = node_get(node_get(reading->root, "week"), "mon");
	if (!works && windows != NULL)
		node_problem(reading->problems, windows, "a day off has no windows");
	read_windows(reading, works ? windows : NULL);
}

/* What a notice is called within the file; the nearest one when it is none. */
static void check_notice(struct reading *reading, const struct node *node)
{
	const struct node *notices = node_get(reading->root, "notices");
	const char *name, *names[NOTICES_MAX + 1] = {NULL};
	if (node == NULL || !node_read_text(reading->problems, node, &name) || node_get(notices, name) != NULL)
		return;
	int count = 0;
	for (const struct node *one = node_first(notices); one != NULL && count < NOTICES_MAX; one = one->next)
		names[count++] = one->key;
	const char *near = nearest_name(name, names);
	node_problem(reading->problems, node, "no notice is called %.32s%s%s%s", name, near ? "; did you mean " : "",
	    near ? near : "", near ? "?" : "");
}

static void read_notices(struct reading *reading)
{
	time_t day;
	const struct node *notices = node_map(reading->problems, reading->root, "notices", false);
	for (const struct node *node = node_first(notices); node != NULL; node = node->next) {
		node_check_keys(reading->problems, node, (const char *const[]){"number", "date", "address", NULL});
		node_text(reading->problems, node, "number", NULL);
		node_text(reading->problems, node, "address", NULL);
		read_node_date(reading, node, "date", true, &day);
	}
}

static void read_override(struct reading *reading, const struct node *node)
{
	static const char *const kinds[] = {"off", "work", NULL};
	node_check_keys(
	    reading->problems, node, (const char *const[]){"day", "until", "kind", "windows", "name", "notice", "cites", NULL});
	check_notice(reading, node_get(node, "notice"));
	bool works = node_choice(reading->problems, node, "kind", kinds, -1) == 1;
	time_t first, last;
	if (!read_node_date(reading, node, "day", true, &first))
		return;
	if (!read_node_date(reading, node, "until", false, &last))
		last = first;
	if (last < first || (last - first) / SECONDS_PER_DAY > OVERRIDE_DAYS_MAX) {
		node_problem(reading->problems, node_get(node, "until"), "must come after day, and within a year");
		return;
	}
	for (time_t day = first; day <= last; day += SECONDS_PER_DAY) {
		struct tm tm;
		char key[24];
		strftime(key, sizeof(key), "\"%Y-%m-%d\":", gmtime_r(&day, &tm));
		if (strstr(buf_string(&reading->json), key) != NULL)
			node_problem(reading->problems, node, "%.12s stands twice", key);
		char before = reading->json.data[reading->json.size - 1];
		buf_printf(&reading->json, "%s%s", before == '{' ? "" : ",", key);
		write_override_windows(reading, node, works);
	}
}

static void read_overrides(struct reading *reading)
{
	const struct node *node = node_first(node_list(reading->problems, reading->root, "overrides", false));
	buf_printf(&reading->json, "{");
	for (; node != NULL; node = node->next)
		read_override(reading, node);
	buf_printf(&reading->json, "}");
}

static const char *take_json(struct arena *arena, struct reading *reading)
{
	const char *json = arena_strdup(arena, buf_string(&reading->json));
	buf_reset(&reading->json);
	return json;
}

static void read_cover(struct reading *reading, struct arena *arena, struct calendar_spec *spec)
{
	time_t from = 0, until = 0;
	const struct node *root = reading->root;
	if (read_node_date(reading, root, "covered_from", true, &from) &&
	    read_node_date(reading, root, "covered_until", true, &until) &&
	    (until <= from || (until - from) / SECONDS_PER_DAY > COVER_DAYS_MAX)) /* the database keeps a row a day */
		node_problem(
		    reading->problems, node_get(root, "covered_until"), "must come after covered_from, and within a century");
	spec->covered_from = arena_strdup(arena, node_text(reading->problems, root, "covered_from", ""));
	spec->covered_until = arena_strdup(arena, node_text(reading->problems, root, "covered_until", ""));
}

static void read_calendar(struct reading *reading, struct arena *arena, struct calendar_spec *spec)
{
	const struct node *root = reading->root;
	node_check_keys(reading->problems, root,
	    (const char *const[]){"id", "version", "zone", "covered_from", "covered_until", "week", "notices", "overrides", NULL});
	read_notices(reading);
	spec->id = arena_strdup(arena, node_text(reading->problems, root, "id", NULL));
	spec->version = (int32_t)node_integer(reading->problems, root, "version", 1, INT32_MAX, NODE_REQUIRED);
	spec->zone = arena_strdup(arena, node_text(reading->problems, root, "zone", NULL));
	if (spec->zone[0] != '\0' && !zone_known(spec->zone))
		node_problem(reading->problems, node_get(root, "zone"), "no zone is called %.64s", spec->zone);
	read_cover(reading, arena, spec);
	read_week(reading);
	spec->week = take_json(arena, reading);
	read_overrides(reading);
	spec->overrides = take_json(arena, reading);
	if (reading->windows == 0)
		node_problem(reading->problems, root, "a calendar without working time: nothing in it would ever be due");
}

bool calendar_read(struct arena *arena, const struct node *root, struct calendar_spec *spec, struct problems *problems)
{
	int before = problems->count;
	struct reading reading = {.problems = problems, .root = root};
	read_calendar(&reading, arena, spec);
	buf_free(&reading.json);
	return problems->count == before;
}
