/* ombudctl due: when something is due by a platform's calendar, and why. No database is asked. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/nearest.h"
#include "common/base/tongue.h"
#include "common/base/zone.h"
#include "common/io/yaml.h"
#include "common/model/calendar_read.h"
#include "common/model/due.h"
#include "services/ombudctl/output.h"

#define CALENDARS "calendars"
#define YAML ".yaml"

enum { CALENDARS_MAX = 100 };

/* ---- the calendar ---- */

static bool is_file(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* The nearest of a platform's calendars; NULL: none is near. Kept for the program's life. */
static const char *nearest_calendar(const char *folder, const char *id)
{
	static const char *names[CALENDARS_MAX + 1];
	char path[4200];
	int count = 0;
	snprintf(path, sizeof path, "%s/" CALENDARS, folder);
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir && count < CALENDARS_MAX && (entry = readdir(dir));) {
		size_t size = strlen(entry->d_name);
		if (size > strlen(YAML) && strcmp(entry->d_name + size - strlen(YAML), YAML) == 0)
			names[count++] = strndup(entry->d_name, size - strlen(YAML));
	}
	if (dir)
		closedir(dir);
	return nearest_name(id, names);
}

/* Named; else the one of the working folder, or beside the program. Kept for the program's life. */
static const char *platform_folder(struct ctl *ctl, struct arena *arena)
{
	const char *named = ctl_flag(ctl, "platform"), *here = "deploy/platforms/default";
	if (named)
		return named;
	const char *beside = access(here, R_OK) ? ctl_data_folder("platforms") : NULL;
	return beside ? arena_printf(arena, "%s/default", beside) : here;
}

/* A file as it is named; an id is a file of the platform's, else of the default beside it. NULL: there is none, which has been
 * said. */
static const char *calendar_path(struct ctl *ctl, struct arena *arena)
{
	const char *named = ctl_flag(ctl, "calendar"), *folder = platform_folder(ctl, arena);
	const char *own = arena_printf(arena, "%s/" CALENDARS "/%s" YAML, folder, named);
	const char *standard = arena_printf(arena, "%s/../default/" CALENDARS "/%s" YAML, folder, named);
	if (strchr(named, '/') || is_file(named))
		return named;
	if (is_file(own))
		return own;
	if (is_file(standard))
		return standard;
	const char *near = nearest_calendar(folder, named);
	if (near)
		ctl_say("no calendar '%s' in %s; did you mean '%s'?", named, folder, near);
	else
		ctl_say("no calendar '%s' in %s", named, folder);
	return NULL;
}

static struct yaml_tree *read_file(const char *path, struct arena *arena)
{
	struct problems problems = {0};
	struct calendar_spec spec;
	struct yaml_tree *tree = yaml_tree_load_file(path, &problems);
	if (tree)
		calendar_read(arena, yaml_tree_root(tree), &spec, &problems);
	problems_print(&problems);
	if (problems.count) {
		yaml_tree_free(tree);
		tree = NULL;
	}
	problems_free(&problems);
	return tree;
}

/* ---- the answer ---- */

static void json_instant(struct buf *json, const char *name, int64_t instant_us)
{
	char text[INSTANT_TEXT_SIZE];
	buf_printf(json, "\"%s\": \"%s\"", name, instant_format(instant_us, text));
}

static void json_text(struct buf *json, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(json, ", \"%s\": ", name);
	buf_json_string(json, text, strlen(text));
}

static void json_row(struct buf *json, const struct due_row *row, enum target_unit unit)
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
	if (row->from_us || row->until_us) {
		buf_text(json, ", ");
		json_instant(json, "from", row->from_us);
		buf_text(json, ", ");
		json_instant(json, "until", row->until_us);
	}
	json_text(json, "name", row->name);
	json_text(json, "cites", row->cites);
	buf_printf(json, "%s}", row->provisional ? ", \"provisional\": true" : "");
}

static void print_json(const struct due *due, enum target_unit unit)
{
	struct buf json = BUF_EMPTY;
	buf_char(&json, '{');
	json_instant(&json, "due", due->due_us);
	buf_printf(&json, ", \"provisional\": %s, \"trace\": [", due->provisional ? "true" : "false");
	for (size_t i = 0; i < due->count; i++) {
		buf_text(&json, i ? ",\n " : "\n ");
		json_row(&json, &due->rows[i], unit);
	}
	buf_text(&json, "]}");
	puts(buf_string(&json));
	buf_free(&json);
}

/* 08:30, or 2:15 of a day's working time. */
static const char *time_text(int64_t time_us, char *text, size_t size)
{
	snprintf(text, size, "%lld:%02lld", (long long)(time_us / US_PER_HOUR), (long long)(time_us % US_PER_HOUR / US_PER_MINUTE));
	return text;
}

static void table_row(struct table *table, const struct due_row *row, const char *zone, enum target_unit unit)
{
	char text[64], until[32];
	table_cell(table, unit == TARGET_UNIT_ELAPSED ? "" : calendar_date_text(row->day, text));
	table_cell(table, unit == TARGET_UNIT_ELAPSED ? "" : words_in_use(calendar_weekday(row->day)));
	table_cell(table, words_in_use(due_why_name(row->why)));
	snprintf(text, sizeof text, "%lld", (long long)row->amount);
	table_cell(table, !row->counted                       ? ""
			  : unit == TARGET_UNIT_BUSINESS_DAYS ? text
							      : time_text(row->amount, text, sizeof text));
	text[0] = '\0';
	if (row->from_us || row->until_us) {
		zone_format(zone, row->from_us, "%H:%M", text, sizeof text);
		snprintf(text + strlen(text), sizeof text - strlen(text), "-%s",
		    zone_format(zone, row->until_us, "%H:%M", until, sizeof until));
	}
	table_cell(table, text);
	table_cell(table, row->name ? row->name : "");
	table_cell(table, row->cites ? row->cites : "");
	table_cell(table, row->provisional ? words_in_use("provisional") : "");
}

static void print_table(const struct due *due, const char *zone, enum target_unit unit)
{
	static const char *const headings[] = {"day", "weekday", "why", "counted", "from-until", "name", "cites", ""};
	struct table *table = table_new(8, headings);
	char local[64], offset[ZONE_OFFSET_SIZE], utc[INSTANT_TEXT_SIZE];
	for (size_t i = 0; i < due->count; i++)
		table_row(table, &due->rows[i], zone, unit);
	printf("%s: %s %s (%s, %s)%s%s\n", words_in_use("due"),
	    zone_format(zone, due->due_us, "%Y-%m-%d %H:%M:%S", local, sizeof local), zone_offset(zone, due->due_us, offset), zone,
	    instant_format(due->due_us, utc), due->provisional ? " " : "", due->provisional ? words_in_use("provisional") : "");
	table_print(table, "");
	table_free(table);
}

static enum exit_code answer(struct ctl *ctl, const struct calendar_file *file)
{
	struct clock_target target = {0};
	struct due due = {0};
	int64_t from_us = 0;
	const char *from = ctl_flag(ctl, "from");
	instant_parse(from, strlen(from), &from_us);
	target_parse(ctl_flag(ctl, "target"), &target);
	switch (due_find(file, from_us, &target, &due)) {
	case CALENDAR_OK:
		break;
	case CALENDAR_NO_WORK:
		ctl_say("the calendar has no working time in the %d days after %s: nothing is ever due", DUE_HORIZON_DAYS, from);
		return EXIT_CODE_FAILED;
	default:
		ctl_say("not due within %d days after %s", DUE_HORIZON_DAYS, from);
		return EXIT_CODE_FAILED;
	}
	if (ctl_json(ctl))
		print_json(&due, target.unit);
	else
		print_table(&due, calendar_file_zone(file), target.unit);
	due_free(&due);
	return EXIT_CODE_OK;
}

enum exit_code due(struct ctl *ctl)
{
	struct arena *arena = arena_new(0);
	const char *path = calendar_path(ctl, arena);
	enum exit_code code = path ? EXIT_CODE_FAILED : EXIT_CODE_NOT_FOUND;
	struct yaml_tree *tree = path ? read_file(path, arena) : NULL;
	if (tree) {
		struct calendar_file *file = calendar_file_new(yaml_tree_root(tree));
		code = answer(ctl, file);
		calendar_file_free(file);
	}
	yaml_tree_free(tree);
	arena_free(arena);
	return code;
}
