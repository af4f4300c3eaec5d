#include "common/model/calendar_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/die.h"
#include "common/base/nearest.h"
#include "common/base/zone.h"

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
enum { SECONDS_PER_DAY = 86400, OVERRIDE_DAYS_MAX = 366, COVER_DAYS_MAX = 36525, NOTICES_MAX = 200 };

struct days_said {
	time_t first, last;
};

struct reading {
	struct problems *problems;
	const struct node *root;
	struct days_said *said; /* by overrides, so far */
	int said_count;
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
	reading->windows++;
}

static void read_windows(struct reading *reading, const struct node *windows)
{
	for (const struct node *node = node_first(windows); node != NULL; node = node->next)
		read_window(reading, node);
}

static void read_week(struct reading *reading)
{
	const struct node *week = node_map(reading->problems, reading->root, "week", true);
	if (week != NULL)
		node_check_keys(reading->problems, week, weekdays);
	for (const struct node *day = node_first(week); day != NULL; day = day->next)
		read_windows(reading, day);
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

static void read_override_windows(struct reading *reading, const struct node *node, bool works)
{
	const struct node *windows = node_get(node, "windows");
	if (works)
		read_windows(reading, windows);
	else if (windows != NULL)
		node_problem(reading->problems, windows, "a day off has no windows");
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

/* The first day of it that an override before it has as well. */
static void check_apart(struct reading *reading, const struct node *node, time_t first, time_t last)
{
	for (int i = 0; i < reading->said_count; i++) {
		time_t day = reading->said[i].first > first ? reading->said[i].first : first;
		struct tm tm;
		char text[16];
		if (day > last || day > reading->said[i].last)
			continue;
		strftime(text, sizeof(text), "%Y-%m-%d", gmtime_r(&day, &tm));
		node_problem(reading->problems, node, "%s stands twice", text);
		return;
	}
	reading->said = xrealloc(reading->said, sizeof *reading->said * (size_t)(reading->said_count + 1));
	reading->said[reading->said_count++] = (struct days_said){first, last};
}

static void read_override(struct reading *reading, const struct node *node)
{
	static const char *const kinds[] = {"off", "work", NULL};
	node_check_keys(reading->problems, node, (const char *const[]){"day", "until", "kind", "windows", "name", "notice", NULL});
	check_notice(reading, node_get(node, "notice"));
	bool works = node_choice(reading->problems, node, "kind", kinds, -1) == 1;
	read_override_windows(reading, node, works);
	time_t first, last;
	if (!read_node_date(reading, node, "day", true, &first))
		return;
	if (!read_node_date(reading, node, "until", false, &last))
		last = first;
	if (last < first || (last - first) / SECONDS_PER_DAY > OVERRIDE_DAYS_MAX)
		node_problem(reading->problems, node_get(node, "until"), "must come after day, and within a year");
	else
		check_apart(reading, node, first, last);
}

static void read_overrides(struct reading *reading)
{
	const struct node *node = node_first(node_list(reading->problems, reading->root, "overrides", false));
	for (; node != NULL; node = node->next)
		read_override(reading, node);
}

static void read_cover(struct reading *reading)
{
	time_t from = 0, until = 0;
	const struct node *root = reading->root;
	if (read_node_date(reading, root, "covered_from", true, &from) &&
	    read_node_date(reading, root, "covered_until", true, &until) &&
	    (until <= from || (until - from) / SECONDS_PER_DAY > COVER_DAYS_MAX)) /* the database keeps an instant a day */
		node_problem(
		    reading->problems, node_get(root, "covered_until"), "must come after covered_from, and within a century");
}

static void read_calendar(struct reading *reading)
{
	const struct node *root = reading->root;
	node_check_keys(reading->problems, root,
	    (const char *const[]){"id", "version", "zone", "covered_from", "covered_until", "week", "notices", "overrides", NULL});
	read_notices(reading);
	node_text(reading->problems, root, "id", NULL);
	node_integer(reading->problems, root, "version", 1, INT32_MAX, NODE_REQUIRED);
	const char *zone = node_text(reading->problems, root, "zone", NULL);
	if (zone[0] != '\0' && !zone_known(zone))
		node_problem(reading->problems, node_get(root, "zone"), "no zone is called %.64s", zone);
	read_cover(reading);
	read_week(reading);
	read_overrides(reading);
	if (reading->windows == 0)
		node_problem(reading->problems, root, "a calendar without working time: nothing in it would ever be due");
}

bool calendar_read(const struct node *root, struct problems *problems)
{
	int before = problems->count;
	struct reading reading = {.problems = problems, .root = root};
	read_calendar(&reading);
	free(reading.said);
	return problems->count == before;
}
