#include "common/model/calendar_expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/zone.h"

enum { SECONDS_PER_DAY = 86400, MARGIN_DAYS = 3 }; /* no local day lies further from UTC's */

struct override {
	int32_t first, last;
	bool works;
	const struct node *windows;
	const char *name;
	struct calendar_notice notice; /* number NULL: none */
};

struct calendar_file {
	const struct node *root;
	const char *id, *zone;
	int32_t version;
	int32_t covered_from, covered_until;
	struct override *overrides;
	int count;
};

/* ---- dates ---- */

int32_t calendar_date(const char *text)
{
	struct tm tm = {0};
	strptime(text, "%Y-%m-%d", &tm);
	return (int32_t)(timegm(&tm) / SECONDS_PER_DAY);
}

const char *calendar_date_text(int32_t day, char *text)
{
	time_t time = (time_t)day * SECONDS_PER_DAY;
	struct tm tm;
	strftime(text, CALENDAR_DATE_SIZE, "%Y-%m-%d", gmtime_r(&time, &tm));
	return text;
}

const char *calendar_weekday(int32_t day)
{
	static const char *const names[] = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"}; /* 1970-01-01 was a Thursday */
	return names[(day % 7 + 7) % 7];
}

/* ---- the file ---- */

static const char *text_of(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);
	return node ? node->text : NULL;
}

static const struct node *week_windows(const struct calendar_file *file, int32_t day)
{
	return node_get(node_get(file->root, "week"), calendar_weekday(day));
}

/* A make-up day without windows of its own is worked like a Monday. */
static struct override override_of(const struct node *root, const struct node *node)
{
	const char *until = text_of(node, "until");
	struct override override = {.first = calendar_date(text_of(node, "day")), .name = text_of(node, "name")};
	const struct node *notice = text_of(node, "notice") ? node_get(node_get(root, "notices"), text_of(node, "notice")) : NULL;
	if (notice)
		override.notice =
		    (struct calendar_notice){text_of(notice, "number"), text_of(notice, "date"), text_of(notice, "address")};
	override.last = until ? calendar_date(until) : override.first;
	override.works = strcmp(text_of(node, "kind"), "work") == 0;
	override.windows = node_get(node, "windows");
	if (!override.windows)
		override.windows = node_get(node_get(root, "week"), "mon");
	return override;
}

struct calendar_file *calendar_file_new(const struct node *root)
{
	struct calendar_file *file = xcalloc(1, sizeof *file);
	const struct node *overrides = node_get(root, "overrides");
	*file = (struct calendar_file){.root = root,
	    .id = text_of(root, "id"),
	    .version = (int32_t)strtol(text_of(root, "version"), NULL, 10),
	    .zone = text_of(root, "zone"),
	    .covered_from = calendar_date(text_of(root, "covered_from")),
	    .covered_until = calendar_date(text_of(root, "covered_until"))};
	file->overrides = xcalloc(overrides ? (size_t)overrides->count + 1 : 1, sizeof *file->overrides);
	for (const struct node *node = node_first(overrides); node; node = node->next)
		file->overrides[file->count++] = override_of(root, node);
	return file;
}

void calendar_file_free(struct calendar_file *file)
{
	if (!file)
		return;
	free(file->overrides);
	free(file);
}

const char *calendar_file_id(const struct calendar_file *file)
{
	return file->id;
}

int32_t calendar_file_version(const struct calendar_file *file)
{
	return file->version;
}

const char *calendar_file_zone(const struct calendar_file *file)
{
	return file->zone;
}

int32_t calendar_file_covered_from(const struct calendar_file *file)
{
	return file->covered_from;
}

int32_t calendar_file_covered_until(const struct calendar_file *file)
{
	return file->covered_until;
}

static const struct override *override_on(const struct calendar_file *file, int32_t day)
{
	for (int i = 0; i < file->count; i++)
		if (day >= file->overrides[i].first && day <= file->overrides[i].last)
			return &file->overrides[i];
	return NULL;
}

struct day_said calendar_file_day(const struct calendar_file *file, int32_t day)
{
	const struct override *override = override_on(file, day);
	bool works = node_first(week_windows(file, day)) != NULL;
	if (!override)
		return (struct day_said){.kind = works ? DAY_WORKING : DAY_WEEKEND};
	return (struct day_said){.kind = !override->works ? DAY_HOLIDAY
					 : works          ? DAY_WORKING
							  : DAY_MAKE_UP,
	    .name = override->name,
	    .notice = override->notice.number ? &override->notice : NULL};
}

/* ---- into instants ---- */

static int64_t span_end(const struct zone_spans *spans, int number)
{
	return number + 1 < spans->count ? spans->rows[number + 1].from_us : INT64_MAX;
}

/* The first instant whose local time is that or later. */
static int64_t first_instant(const struct zone_spans *spans, int64_t local_us)
{
	for (int i = 0; i < spans->count; i++) {
		int64_t at_us = local_us - spans->rows[i].offset_us;
		if (at_us < span_end(spans, i))
			return at_us > spans->rows[i].from_us || i == 0 ? at_us : spans->rows[i].from_us;
	}
	return 0; /* not reached: the last span has no end */
}

/* Every instant whose local time lies in [opens, closes): one window a span at most. */
static void put_window(struct calendar *calendar, const struct zone_spans *spans, int64_t opens_us, int64_t closes_us)
{
	for (int i = 0; i < spans->count; i++) {
		int64_t start_us = opens_us - spans->rows[i].offset_us, end_us = closes_us - spans->rows[i].offset_us;
		if (i > 0 && start_us < spans->rows[i].from_us)
			start_us = spans->rows[i].from_us;
		if (end_us > span_end(spans, i))
			end_us = span_end(spans, i);
		if (start_us < end_us)
			calendar_put_window(calendar, start_us, end_us);
	}
}

static void put_windows(struct calendar *calendar, const struct zone_spans *spans, const struct node *windows, int64_t midnight_us)
{
	for (const struct node *window = node_first(windows); window; window = window->next) {
		int from_hour, from_minute, to_hour, to_minute;
		if (sscanf(window->text, "%2d:%2d-%2d:%2d", &from_hour, &from_minute, &to_hour, &to_minute) != 4)
			continue; /* calendar_read() has refused it */
		int64_t opens_us = (from_hour * 60 + from_minute) * US_PER_MINUTE,
			closes_us = (to_hour * 60 + to_minute) * US_PER_MINUTE;
		put_window(
		    calendar, spans, midnight_us + opens_us, midnight_us + closes_us + (closes_us <= opens_us ? US_PER_DAY : 0));
	}
}

static const struct node *windows_on(const struct calendar_file *file, int32_t day)
{
	const struct override *override = override_on(file, day);
	if (!override)
		return week_windows(file, day);
	return override->works ? override->windows : NULL;
}

static void fill(struct calendar *calendar, const struct calendar_file *file, struct zone_spans spans, int32_t first, int32_t until)
{
	int64_t start_us = first_instant(&spans, first * US_PER_DAY);
	for (int32_t day = first; day < until; day++) {
		/* Spans that ended days ago have nothing to say any more. */
		while (spans.count > 1 && spans.rows[1].from_us < (day - MARGIN_DAYS) * US_PER_DAY)
			spans.rows++, spans.count--;
		int64_t end_us = first_instant(&spans, (day + 1) * US_PER_DAY);
		calendar_put_day(calendar, day, start_us, end_us);
		put_windows(calendar, &spans, windows_on(file, day), day * US_PER_DAY);
		start_us = end_us;
	}
}

static int64_t midnight(const char *zone, int32_t day)
{
	struct zone_spans spans;
	if (!zone_spans_find(zone, (day - MARGIN_DAYS) * US_PER_DAY, (day + MARGIN_DAYS) * US_PER_DAY, &spans))
		return day * US_PER_DAY;
	int64_t at_us = first_instant(&spans, day * US_PER_DAY);
	zone_spans_free(&spans);
	return at_us;
}

struct calendar *calendar_file_expand(const struct calendar_file *file, int32_t first, int32_t until)
{
	struct zone_spans spans;
	if (!zone_spans_find(file->zone, (first - MARGIN_DAYS) * US_PER_DAY, (until + MARGIN_DAYS) * US_PER_DAY, &spans))
		return NULL;
	struct calendar *calendar =
	    calendar_new(midnight(file->zone, file->covered_from), midnight(file->zone, file->covered_until));
	fill(calendar, file, spans, first, until);
	zone_spans_free(&spans);
	if (calendar_finish(calendar) == CALENDAR_OK)
		return calendar;
	calendar_free(calendar);
	return NULL;
}

struct calendar *calendar_file_expand_all(const struct calendar_file *file, int64_t now_us)
{
	int32_t today = (int32_t)(now_us / US_PER_DAY);
	int32_t past = today - CALENDAR_BEFORE_DAYS;
	int32_t first = file->covered_from < past ? file->covered_from : past;
	int32_t last = file->covered_until > today ? file->covered_until : today;
	return calendar_file_expand(file, first - MARGIN_DAYS, last + CALENDAR_BEYOND_DAYS);
}
