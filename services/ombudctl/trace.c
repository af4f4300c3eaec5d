#include "services/ombudctl/trace.h"

#include <stdio.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/base/zone.h"

/* ---- JSON ---- */

void trace_json_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, ", \"%s\": ", name);
	if (text)
		buf_json_string(json, text, strlen(text));
	else
		buf_text(json, "null");
}

void trace_json_instant(struct buf *json, const char *name, const char *zone, int64_t instant_us)
{
	char text[ZONE_INSTANT_SIZE];
	buf_printf(json, "\"%s\": \"%s\"", name, zone_instant(zone, instant_us, 'T', text));
}

void trace_json_calendar(struct buf *json, const struct calendar_file *file)
{
	char named[CALENDAR_ID_SIZE + 16];
	snprintf(named, sizeof named, "%s@%d", calendar_file_id(file), (int)calendar_file_version(file));
	trace_json_text(json, "calendar", named);
	trace_json_text(json, "zone", calendar_file_zone(file));
}

static void json_windows(struct buf *json, const struct due *due, const struct due_row *row, const char *zone)
{
	buf_text(json, ", \"windows\": [");
	for (size_t i = 0; i < row->windows_count; i++) {
		const struct due_window *window = &due->windows[row->first_window + i];
		buf_text(json, i ? ", {" : "{");
		trace_json_instant(json, "from", zone, window->from_us);
		buf_text(json, ", ");
		trace_json_instant(json, "until", zone, window->until_us);
		buf_char(json, '}');
	}
	buf_char(json, ']');
}

static void json_notice(struct buf *json, const struct calendar_notice *notice)
{
	if (!notice)
		return;
	buf_text(json, ", \"notice\": {\"number\": ");
	buf_json_string(json, notice->number, strlen(notice->number));
	trace_json_text(json, "date", notice->date);
	trace_json_text(json, "address", notice->address);
	buf_char(json, '}');
}

static void json_row(struct buf *json, const struct due *due, const struct due_row *row, enum target_unit unit, const char *zone)
{
	char date[CALENDAR_DATE_SIZE];
	buf_char(json, '{');
	if (unit != TARGET_UNIT_ELAPSED)
		buf_printf(
		    json, "\"day\": \"%s\", \"weekday\": \"%s\", ", calendar_date_text(row->day, date), calendar_weekday(row->day));
	buf_printf(json, "\"why\": \"%s\", \"counted\": %s", due_why_name(row->why), row->counted ? "true" : "false");
	if (row->counted && unit == TARGET_UNIT_BUSINESS_DAYS)
		buf_printf(json, ", \"business_day\": %lld", (long long)row->amount);
	else if (row->counted)
		buf_printf(json, ", \"time_us\": %lld", (long long)row->amount);
	json_windows(json, due, row, zone);
	if (row->name)
		trace_json_text(json, "name", row->name);
	json_notice(json, row->notice);
	buf_printf(json, "%s}", row->provisional ? ", \"provisional\": true" : "");
}

void trace_json(struct buf *json, const struct due *due, enum target_unit unit, const char *zone)
{
	buf_char(json, '[');
	for (size_t i = 0; i < due->count; i++) {
		buf_text(json, i ? ",\n " : "\n ");
		json_row(json, due, &due->rows[i], unit, zone);
	}
	buf_char(json, ']');
}

/* ---- for people ---- */

const char *trace_instant(const char *zone, int64_t instant_us)
{
	static char texts[4][ZONE_INSTANT_SIZE];
	static int next;
	next = (next + 1) % 4;
	return zone_instant(zone, instant_us, ' ', texts[next]);
}

/* 08:30, or 2:15 of a day's working time. */
static const char *time_text(int64_t time_us, char *text, size_t size)
{
	snprintf(text, size, "%lld:%02lld", (long long)(time_us / US_PER_HOUR), (long long)(time_us % US_PER_HOUR / US_PER_MINUTE));
	return text;
}

/* "09:00-12:00, 13:00-18:00" */
static void windows_cell(struct table *table, const struct due *due, const struct due_row *row, const char *zone)
{
	struct buf text = BUF_EMPTY;
	char from[16], until[16];
	for (size_t i = 0; i < row->windows_count; i++) {
		const struct due_window *window = &due->windows[row->first_window + i];
		buf_printf(&text, "%s%s-%s", i ? ", " : "", zone_format(zone, window->from_us, "%H:%M", from, sizeof from),
		    zone_format(zone, window->until_us, "%H:%M", until, sizeof until));
	}
	table_cell(table, buf_string(&text));
	buf_free(&text);
}

static void notice_cell(struct table *table, const struct calendar_notice *notice)
{
	struct buf text = BUF_EMPTY;
	if (notice)
		buf_printf(&text, "%s (%s)", notice->number, notice->date);
	table_cell(table, buf_string(&text));
	buf_free(&text);
}

static void table_row(
    struct table *table, const struct due *due, const struct due_row *row, const char *zone, enum target_unit unit)
{
	char text[64];
	table_cell(table, unit == TARGET_UNIT_ELAPSED ? "" : calendar_date_text(row->day, text));
	table_cell(table, unit == TARGET_UNIT_ELAPSED ? "" : words_in_use(calendar_weekday(row->day)));
	table_cell(table, words_in_use(due_why_name(row->why)));
	snprintf(text, sizeof text, "%lld", (long long)row->amount);
	table_cell(table, !row->counted                       ? ""
			  : unit == TARGET_UNIT_BUSINESS_DAYS ? text
							      : time_text(row->amount, text, sizeof text));
	windows_cell(table, due, row, zone);
	table_cell(table, row->name ? row->name : "");
	notice_cell(table, row->notice);
	table_cell(table, row->provisional ? words_in_use("provisional") : "");
}

struct table *trace_table(const struct due *due, enum target_unit unit, const char *zone)
{
	static const char *const headings[] = {"day", "weekday", "why", "counted", "from-until", "name", "notice", ""};
	struct table *table = table_new(8, headings);
	for (size_t i = 0; i < due->count; i++)
		table_row(table, due, &due->rows[i], zone, unit);
	return table;
}
