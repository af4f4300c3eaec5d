/* ombudctl platform check, diff: a platform's folder before it is applied. No database is asked, unless check is told one. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/letter/templates.h"
#include "common/platform/bundle_read.h"
#include "common/platform/check.h"
#include "common/platform/difference.h"
#include "common/platform/endpoints.h"
#include "common/platform/windows.h"
#include "services/ombudctl/output.h"
#include "services/ombudctl/platform.h"

#define STANDARD "default"

enum { KNOWN_AFTER_US = 2 * 60 * 1000000 }; /* what apply would choose */

/* The folder that is under it: named, else default beside it; NULL: it is default itself. */
static const char *below(struct ctl *ctl, struct arena *arena, const char *folder)
{
	char *whole = realpath(folder, NULL);
	if (!whole)
		die("%s: %s", folder, tongue(strerror(errno)));
	bool standard = strcmp(basename(arena_strdup(arena, whole)), STANDARD) == 0;
	const char *beside = arena_printf(arena, "%s/../" STANDARD, whole);
	free(whole);
	return ctl_flag(ctl, "default") ? ctl_flag(ctl, "default") : standard ? NULL : beside;
}

static void read_files(struct ctl *ctl, struct bundle *files, const char *folder, struct problems *problems)
{
	const char *under = below(ctl, files->arena, folder);
	if (under)
		bundle_read_folder(files, under, problems);
	bundle_read_folder(files, folder, problems);
}

/* ---- check ---- */

static bool is_own(struct ctl *ctl, const struct bundle_file *file)
{
	char path[4200];
	snprintf(path, sizeof path, "%s/%s", ctl->flags.words[0], file->path);
	return access(path, F_OK) == 0;
}

/* As an editor finds it: the platform's own file, else the one under it. */
static const char *path_of(struct ctl *ctl, struct arena *arena, const char *file)
{
	const char *folder = ctl->flags.words[0], *own = arena_printf(arena, "%s/%s", folder, file);
	const char *under = below(ctl, arena, folder);
	if (access(own, F_OK) == 0)
		return own;
	return under && strchr(file, '/') != file ? arena_printf(arena, "%s/%s", under, file) : file;
}

static void print_finding(struct ctl *ctl, struct arena *arena, const struct finding *finding)
{
	const struct finding_row *row = &finding_rows[finding->code];
	struct buf line = BUF_EMPTY;
	buf_text(&line, path_of(ctl, arena, finding->file));
	if (finding->line)
		buf_printf(&line, ":%d:%d", finding->line, finding->column);
	buf_printf(
	    &line, ": %s: %s [%s]", words_in_use(row->warning ? "warning" : "error"), finding->text, words_in_use(row->name));
	output_text(buf_string(&line));
	putchar('\n');
	buf_free(&line);
}

static void json_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, "\"%s\": ", name);
	if (text)
		buf_json_string(json, text, strlen(text));
	else
		buf_text(json, "null");
}

static void print_findings_json(struct ctl *ctl, const struct findings *findings)
{
	struct buf json = BUF_EMPTY;
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->rows[i];
		buf_text(&json, i ? ",\n {" : "{");
		json_text(&json, "code", finding_rows[finding->code].name);
		buf_text(&json, ", ");
		json_text(&json, "severity", finding_rows[finding->code].warning ? "warning" : "error");
		buf_text(&json, ", ");
		json_text(&json, "file", path_of(ctl, findings->arena, finding->file));
		buf_printf(&json, ", \"line\": %d, \"column\": %d, ", finding->line, finding->column);
		json_text(&json, "text", finding->text);
		buf_char(&json, '}');
	}
	printf("[%s]\n", buf_string(&json));
	buf_free(&json);
}

static int64_t effective_of(struct ctl *ctl)
{
	const char *text = ctl_flag(ctl, "effective-from");
	int64_t effective_us = instant_wall_us() + (text ? 0 : KNOWN_AFTER_US);
	if (text)
		instant_parse(text, strlen(text), &effective_us); /* "now" is none */
	return effective_us;
}

void platform_find(const struct bundle *files, const struct bundle *own, int64_t effective_us, struct findings *findings)
{
	struct problems problems = {0};
	struct eligibility_limits windows;
	templates_check(files, own, &problems);
	endpoints_free(endpoints_new(files, &problems));
	windows_read(files, &windows, &problems);
	findings_take(findings, &problems);
	problems_free(&problems);
	platform_check(files, own, effective_us, findings);
}

enum exit_code platform_check_folder(struct ctl *ctl)
{
	struct problems problems = {0};
	struct bundle files = {.arena = arena_new(0)}, own = {.arena = files.arena};
	struct findings findings = {.arena = files.arena};
	read_files(ctl, &files, ctl->flags.words[0], &problems);
	for (size_t i = 0; i < files.count; i++)
		if (is_own(ctl, &files.files[i]))
			bundle_put(&own, files.files[i].path, files.files[i].text, files.files[i].size);
	findings_take(&findings, &problems);
	platform_find(&files, &own, effective_of(ctl), &findings);
	bool looked = !ctl_flag(ctl, "applied") || platform_find_moved(ctl, &findings);
	if (ctl_json(ctl))
		print_findings_json(ctl, &findings);
	for (size_t i = 0; !ctl_json(ctl) && i < findings.count; i++)
		print_finding(ctl, files.arena, &findings.rows[i]);
	ctl_say("%zu errors, %zu warnings in %zu files", findings.errors, findings.count - findings.errors, files.count);
	enum exit_code code = findings.errors || !looked ? EXIT_CODE_FAILED : EXIT_CODE_OK;
	problems_free(&problems);
	arena_free(files.arena);
	return code;
}

/* ---- diff ---- */

struct printing {
	bool json;
	int count;
};

static size_t lines_of(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* A file as a whole by its lines, a member by what it says. */
static void print_side(struct buf *line, const struct difference *difference, const char *text)
{
	if (!text)
		buf_text(line, words_in_use("not there"));
	else if (difference->member[0])
		buf_text(line, text);
	else
		buf_printf(line, tongue("%zu lines"), lines_of(text));
}

static void print_difference(const struct difference *difference, void *context)
{
	struct printing *printing = context;
	struct buf line = BUF_EMPTY;
	if (printing->json) {
		buf_text(&line, printing->count ? ",\n {" : "{");
		json_text(&line, "file", difference->file);
		buf_text(&line, ", ");
		json_text(&line, "member", difference->member);
		buf_text(&line, ", ");
		json_text(&line, "was", difference->was);
		buf_text(&line, ", ");
		json_text(&line, "is", difference->is);
		buf_char(&line, '}');
		fputs(buf_string(&line), stdout);
	} else {
		buf_printf(&line, "%s%s%s: ", difference->file, difference->member[0] ? " " : "", difference->member);
		print_side(&line, difference, difference->was);
		buf_text(&line, " -> ");
		print_side(&line, difference, difference->is);
		output_text(buf_string(&line));
		putchar('\n');
	}
	printing->count++;
	buf_free(&line);
}

int platform_print_differences(const struct ctl *ctl, const struct bundle *was, const struct bundle *is)
{
	struct printing printing = {ctl_json(ctl), 0};
	if (printing.json)
		putchar('[');
	platform_differences(was, is, print_difference, &printing);
	if (printing.json)
		puts("]");
	return printing.count;
}

enum exit_code platform_diff_folders(struct ctl *ctl)
{
	struct problems problems = {0};
	struct arena *arena = arena_new(0);
	struct bundle was = {.arena = arena}, is = {.arena = arena};
	read_files(ctl, &was, ctl->flags.words[0], &problems);
	read_files(ctl, &is, ctl->flags.words[1], &problems);
	problems_print(&problems);
	if (!problems.count)
		ctl_say("%d differences", platform_print_differences(ctl, &was, &is));
	enum exit_code code = problems.count ? EXIT_CODE_FAILED : EXIT_CODE_OK;
	problems_free(&problems);
	arena_free(arena);
	return code;
}
