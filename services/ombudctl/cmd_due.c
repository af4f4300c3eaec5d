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
#include "common/io/yaml.h"
#include "common/model/calendar_read.h"
#include "common/model/due.h"
#include "services/ombudctl/trace.h"

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

static struct yaml_tree *read_file(const char *path)
{
	struct problems problems = {0};
	struct yaml_tree *tree = yaml_tree_load_file(path, &problems);
	if (tree)
		calendar_read(yaml_tree_root(tree), &problems);
	problems_print(&problems);
	if (problems.count) {
		yaml_tree_free(tree);
		tree = NULL;
	}
	problems_free(&problems);
	return tree;
}

/* ---- the answer ---- */

static void print_json(const struct due *due, enum target_unit unit, const struct calendar_file *file)
{
	struct buf json = BUF_EMPTY;
	char utc[INSTANT_TEXT_SIZE];
	buf_printf(&json, "{\"due\": \"%s\", ", instant_format(due->due_us, utc));
	trace_json_instant(&json, "due_local", calendar_file_zone(file), due->due_us);
	buf_printf(&json, ", \"provisional\": %s", due->provisional ? "true" : "false");
	trace_json_calendar(&json, file);
	buf_text(&json, ", \"trace\": ");
	trace_json(&json, due, unit, calendar_file_zone(file));
	buf_char(&json, '}');
	puts(buf_string(&json));
	buf_free(&json);
}

static void print_table(const struct due *due, enum target_unit unit, const struct calendar_file *file)
{
	char utc[INSTANT_TEXT_SIZE];
	const char *zone = calendar_file_zone(file);
	struct table *table = trace_table(due, unit, zone);
	printf("%s: %s (%s, %s@%d, %s)%s%s\n", words_in_use("due"), trace_instant(zone, due->due_us), zone, calendar_file_id(file),
	    (int)calendar_file_version(file), instant_format(due->due_us, utc), due->provisional ? " " : "",
	    due->provisional ? words_in_use("provisional") : "");
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
		print_json(&due, target.unit, file);
	else
		print_table(&due, target.unit, file);
	due_free(&due);
	return EXIT_CODE_OK;
}

enum exit_code due(struct ctl *ctl)
{
	struct arena *arena = arena_new(0);
	const char *path = calendar_path(ctl, arena);
	enum exit_code code = path ? EXIT_CODE_FAILED : EXIT_CODE_NOT_FOUND;
	struct yaml_tree *tree = path ? read_file(path) : NULL;
	if (tree) {
		struct calendar_file *file = calendar_file_new(yaml_tree_root(tree));
		code = answer(ctl, file);
		calendar_file_free(file);
	}
	yaml_tree_free(tree);
	arena_free(arena);
	return code;
}
