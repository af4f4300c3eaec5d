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
#include "common/base/utf8.h"
#include "common/letter/templates.h"
#include "common/platform/bundle_read.h"
#include "common/platform/check.h"
#include "common/platform/difference.h"
#include "common/platform/endpoints.h"
#include "common/platform/figures.h"
#include "common/platform/types.h"
#include "common/platform/windows.h"
#include "services/ombudctl/output.h"
#include "services/ombudctl/platform.h"

#define STANDARD "default"

enum { KNOWN_AFTER_US = 2 * 60 * 1000000 }; /* what apply would choose */

/* default beside it; NULL: it is default itself. */
static const char *default_beside(struct arena *arena, const char *path)
{
	char *whole = realpath(path, NULL);
	if (!whole)
		die("%s: %s", path, tongue(strerror(errno)));
	bool standard = strcmp(basename(arena_strdup(arena, whole)), STANDARD) == 0;
	const char *beside = arena_printf(arena, "%s/../" STANDARD, whole);
	free(whole);
	return standard ? NULL : beside;
}

void platform_read_folder(
    struct platform_folder *folder, struct arena *arena, const char *path, const char *under, struct problems *problems)
{
	*folder = (struct platform_folder){.path = path, .under = under ? under : default_beside(arena, path)};
	folder->own.arena = folder->files.arena = arena;
	if (folder->under)
		bundle_read_folder(&folder->files, folder->under, problems);
	bundle_read_folder(&folder->own, path, problems);
	for (size_t i = 0; i < folder->own.count; i++) {
		const struct bundle_file *file = &folder->own.files[i];
		bundle_put(&folder->files, file->path, file->text, file->size);
	}
}

/* ---- check ---- */

/* As an editor finds it: the platform's own file, else the one under it. What could not be read is told with its folder. */
static const char *path_of(const struct platform_folder *folder, const char *file)
{
	struct arena *arena = folder->files.arena;
	const char *own = arena_printf(arena, "%s/%s", folder->path, file);
	const char *under = folder->under ? arena_printf(arena, "%s/%s", folder->under, file) : file;
	return access(own, F_OK) == 0 ? own : access(under, F_OK) == 0 ? under : file;
}

static void print_finding(FILE *out, const struct platform_folder *folder, const struct finding *finding)
{
	const struct finding_row *row = &finding_rows[finding->code];
	struct buf line = BUF_EMPTY;
	buf_text(&line, path_of(folder, finding->file));
	if (finding->line)
		buf_printf(&line, ":%d:%d", finding->line, finding->column);
	buf_printf(
	    &line, ": %s: %s [%s]", words_in_use(row->warning ? "warning" : "error"), finding->text, words_in_use(row->name));
	char *text = utf8_blank_unseen(buf_take(&line)); /* names and words in it are others' */
	fprintf(out, "%s\n", text);
	free(text);
}

static void json_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, "\"%s\": ", name);
	if (text)
		buf_json_string(json, text, strlen(text));
	else
		buf_text(json, "null");
}

static void print_findings_json(const struct platform_folder *folder, const struct findings *findings)
{
	struct buf json = BUF_EMPTY;
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->rows[i];
		buf_text(&json, i ? ",\n {" : "{");
		json_text(&json, "code", finding_rows[finding->code].name);
		buf_text(&json, ", ");
		json_text(&json, "severity", finding_rows[finding->code].warning ? "warning" : "error");
		buf_text(&json, ", ");
		json_text(&json, "file", path_of(folder, finding->file));
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
	struct limit_figures figures;
	struct type_codes types;
	templates_check(files, own, &problems);
	endpoints_free(endpoints_new(files, &problems));
	windows_read(files, &windows, &problems);
	figures_read(files, &figures, &problems);
	types_read(files, &types, &problems);
	findings_take(findings, &problems);
	problems_free(&problems);
	platform_check(files, own, effective_us, findings);
}

void platform_find_in_folder(
    struct ctl *ctl, struct platform_folder *folder, struct arena *arena, const char *under, struct findings *findings)
{
	struct problems problems = {0};
	platform_read_folder(folder, arena, ctl->flags.words[0], under, &problems);
	findings_take(findings, &problems);
	problems_free(&problems);
	platform_find(&folder->files, &folder->own, effective_of(ctl), findings);
}

void platform_print_findings(FILE *out, const struct platform_folder *folder, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		print_finding(out, folder, &findings->rows[i]);
}

void platform_count_findings(const struct platform_folder *folder, const struct findings *findings)
{
	ctl_say("%zu errors, %zu warnings in %zu files", findings->errors, findings->count - findings->errors, folder->files.count);
}

enum exit_code platform_check_folder(struct ctl *ctl)
{
	struct arena *arena = arena_new(0);
	struct platform_folder folder;
	struct findings findings = {.arena = arena};
	platform_find_in_folder(ctl, &folder, arena, ctl_flag(ctl, "default"), &findings);
	bool looked = !ctl_flag(ctl, "applied") || platform_find_moved(ctl, &findings);
	if (ctl_json(ctl))
		print_findings_json(&folder, &findings);
	else
		platform_print_findings(stdout, &folder, &findings);
	platform_count_findings(&folder, &findings);
	arena_free(arena);
	return findings.errors || !looked ? EXIT_CODE_FAILED : EXIT_CODE_OK;
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
	struct platform_folder was, is;
	platform_read_folder(&was, arena, ctl->flags.words[0], ctl_flag(ctl, "default"), &problems);
	platform_read_folder(&is, arena, ctl->flags.words[1], ctl_flag(ctl, "default"), &problems);
	problems_print(&problems);
	if (!problems.count)
		ctl_say("%d differences", platform_print_differences(ctl, &was.files, &is.files));
	enum exit_code code = problems.count ? EXIT_CODE_FAILED : EXIT_CODE_OK;
	problems_free(&problems);
	arena_free(arena);
	return code;
}
