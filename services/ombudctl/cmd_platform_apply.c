/* ombudctl platform apply, list, show, retire: versions of platforms in the database (deploy/platforms/README.md). */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/platform/difference.h"
#include "common/platform/terms.h"
#include "common/store/calendars.h"
#include "common/store/platforms.h"
#include "services/ombudctl/output.h"
#include "services/ombudctl/platform.h"

static int32_t version_number(const char *text)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (*end || end == text || number < 0 || number > INT32_MAX || errno)
		die("%s: a version of a platform is a number; ombudctl platform list shows them", text);
	return (int32_t)number;
}

/* ---- a folder ---- */

static const char *platform_id(struct arena *arena, const char *path)
{
	char *whole = realpath(path, NULL);
	if (!whole)
		die("%s: %s", path, tongue(strerror(errno)));
	const char *id = basename(arena_strdup(arena, whole));
	free(whole);
	size_t size = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (!size || id[size] || size > 40)
		die("%s: the folder's name is the platform's id: 1 to 40 of a-z, 0-9 and -", path);
	return id;
}

/* ---- the database ---- */

bool platform_read_version(struct ctl *ctl, int32_t version, struct bundle *files)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	struct pg_result *result = ctl_run(ctl, &platform_files, args);
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		const char *text = pg_get_text(result, row, 1);
		bundle_put(files, pg_get_text(result, row, 0), text, strlen(text));
	}
	pg_args_free(args);
	pg_result_free(result);
	return result != NULL;
}

struct calendar *platform_read_days(struct ctl *ctl, int32_t version)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	struct pg_result *result = ctl_run(ctl, calendar_stored, args);
	struct calendar *days = result ? store_calendar_build(result) : NULL;
	pg_result_free(result);
	pg_args_free(args);
	return days;
}

/* 0: the platform has none; -1: the message has been printed. */
static int32_t newest_version(struct ctl *ctl, const char *id)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, id);
	struct pg_result *result = ctl_run(ctl, &platform_newest, args);
	int32_t version = !result ? -1 : pg_result_rows(result) ? pg_get_int4(result, 0, 0) : 0;
	pg_args_free(args);
	pg_result_free(result);
	return version;
}

static enum exit_code say_applied(struct ctl *ctl, const char *id, int32_t seen, const struct pg_result *result)
{
	char effective[INSTANT_TEXT_SIZE];
	int32_t version = pg_get_int4(result, 0, 0);
	if (pg_is_null(result, 0, 0)) {
		ctl_say("version %d is the newest of platform %s, not %d: nothing was applied", (int)pg_get_int4(result, 0, 1), id,
		    (int)seen);
		return EXIT_CODE_FAILED;
	}
	instant_format(pg_get_instant(result, 0, 3), effective);
	const char *campaign = pg_is_null(result, 0, 4) ? NULL : pg_get_text(result, 0, 4);
	if (ctl_json(ctl))
		printf("{\"platform\": \"%s\", \"version\": %d, \"applied\": %s, \"effective_from\": \"%s\", \"campaign\": %s}\n",
		    id, (int)version, pg_get_bool(result, 0, 2) ? "true" : "false", effective, campaign ? campaign : "null");
	else if (pg_get_bool(result, 0, 2))
		ctl_say("version %d of platform %s is applied, and holds from %s on", (int)version, id, effective);
	else
		ctl_say("version %d of platform %s has the same bytes: nothing was applied", (int)version, id);
	if (campaign && !ctl_json(ctl))
		ctl_say("campaign %s moves what is open to it from then on", campaign);
	return EXIT_CODE_OK;
}

/* ---- version: of policies and calendars ---- */

struct counted {
	char file[200]; /* that says something else; "": none so far */
	bool raised;    /* and so does its version */
};

static void say_unraised(const struct counted *counted)
{
	if (counted->file[0] && !counted->raised)
		ctl_say("%s says something else under the version that it had: explanations will name both alike", counted->file);
}

static void count_version(const struct difference *difference, void *context)
{
	struct counted *counted = context;
	bool named =
	    strcmp(difference->file, "policies.yaml") == 0 || strncmp(difference->file, "calendars/", strlen("calendars/")) == 0;
	if (!named || !difference->member[0]) /* without a member: the file itself is new, or gone */
		return;
	if (strcmp(difference->file, counted->file) != 0) {
		say_unraised(counted);
		*counted = (struct counted){0};
		snprintf(counted->file, sizeof counted->file, "%s", difference->file);
	}
	counted->raised |= strcmp(difference->member, "version") == 0;
}

/* Both are named by it in every explanation (standard@1, cn@1). */
static void say_versions(const struct bundle *was, const struct bundle *is)
{
	struct counted counted = {0};
	if (!was->count)
		return;
	platform_differences(was, is, count_version, &counted);
	say_unraised(&counted);
}

/* ---- apply ---- */

static bool moves_open(struct ctl *ctl, bool unless_said)
{
	const char *open = ctl_flag(ctl, "open");
	return open ? !strcmp(open, "move") : unless_said;
}

static enum exit_code apply(struct ctl *ctl, const char *id, const struct bundle *files)
{
	struct bundle was = {.arena = files->arena};
	int32_t newest = newest_version(ctl, id);
	const char *from = ctl_flag(ctl, "from"), *effective = ctl_flag(ctl, "effective-from");
	if (newest < 0 || (newest > 0 && !platform_read_version(ctl, newest, &was)))
		return EXIT_CODE_FAILED;
	if (!ctl_json(ctl))
		platform_print_differences(ctl, &was, files);
	say_versions(&was, files);
	int32_t seen = from ? version_number(from) : newest;
	struct terms_calendar *calendar = terms_calendar_new(files);
	struct calendar *days = calendar ? calendar_file_expand_all(calendar->file, instant_wall_us()) : NULL;
	struct pg_result *result = platform_apply(ctl_pg(ctl), &(struct platform_application){.platform_id = id,
								   .seen = seen,
								   .who = ctl_who(),
								   .effective = effective,
								   .files = files,
								   .calendar = calendar ? calendar->file : NULL,
								   .days = days,
								   .move = moves_open(ctl, false)});
	calendar_free(days);
	terms_calendar_free(calendar);
	if (!result)
		ctl_say("%s", pg_session_error(ctl_pg(ctl)));
	enum exit_code code = result ? say_applied(ctl, id, seen, result) : EXIT_CODE_FAILED;
	pg_result_free(result);
	return code;
}

/* What check finds, apply refuses, in the same words: nothing is applied that check would not pass. */
enum exit_code platform_apply_folder(struct ctl *ctl)
{
	struct arena *arena = arena_new(0);
	struct platform_folder folder;
	struct findings findings = {.arena = arena};
	const char *id = platform_id(arena, ctl->flags.words[0]);
	platform_find_in_folder(ctl, &folder, arena, NULL, &findings);
	platform_print_findings(stderr, &folder, &findings);
	if (findings.count)
		platform_count_findings(&folder, &findings);
	enum exit_code code = findings.errors ? EXIT_CODE_FAILED : apply(ctl, id, &folder.files);
	arena_free(arena);
	return code;
}

enum exit_code platform_list(struct ctl *ctl)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, ctl->flags.words_count ? ctl->flags.words[0] : NULL);
	pg_args_int4(args, (int32_t)ctl_number(ctl, "limit"));
	enum exit_code code = output_view(ctl, &view_platforms, args, "no version of a platform is applied", NULL);
	pg_args_free(args);
	return code;
}

static enum exit_code show_file(struct ctl *ctl, const struct bundle *files, const char *path)
{
	const struct bundle_file *file = bundle_find(files, path);
	if (file)
		output_text(file->text);
	else
		ctl_say("version %s has no file %s", ctl->flags.words[0], path);
	return file ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
}

static enum exit_code show_version(struct ctl *ctl, struct pg_args *args)
{
	struct table *head = NULL;
	if (ctl_json(ctl))
		return output_view(ctl, &view_platform_head, args, "", NULL);
	if (!output_read(ctl, &view_platform_head, args, words_language(), &head))
		return EXIT_CODE_FAILED;
	table_print_fields(head);
	table_free(head);
	putchar('\n');
	return output_view(ctl, &view_platform_files, args, "", NULL);
}

enum exit_code platform_show(struct ctl *ctl)
{
	struct bundle files = {.arena = arena_new(0)};
	struct pg_args *args = pg_args_new();
	int32_t version = version_number(ctl->flags.words[0]);
	enum exit_code code = EXIT_CODE_FAILED;
	pg_args_int4(args, version);
	if (platform_read_version(ctl, version, &files) && !files.count) {
		ctl_say("no version %s", ctl->flags.words[0]);
		code = EXIT_CODE_NOT_FOUND;
	} else if (files.count)
		code = ctl->flags.words_count > 1 ? show_file(ctl, &files, ctl->flags.words[1]) : show_version(ctl, args);
	pg_args_free(args);
	arena_free(files.arena);
	return code;
}

/* How many open complaints go by it; -1: the message has been printed. */
static int64_t hanging(struct ctl *ctl, int32_t version)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	struct pg_result *result = ctl_run(ctl, &platform_hanging, args);
	int64_t count = result ? pg_get_int8(result, 0, 0) : -1;
	pg_result_free(result);
	pg_args_free(args);
	return count;
}

/* Who retires one is shown what hangs on it first. */
static bool confirm_retiring(struct ctl *ctl, int32_t version, int64_t open, bool move)
{
	if (move)
		return ctl_confirm(ctl,
		    "Retire version %d? %lld open complaints go by it and are moved to what their platform goes by then; it cannot come back.",
		    (int)version, (long long)open);
	return ctl_confirm(ctl,
	    "Retire version %d? %lld open complaints go by it and keep it; nothing new does, and it cannot come back.",
	    (int)version, (long long)open);
}

static enum exit_code retire(struct ctl *ctl, int32_t version, bool move)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	pg_args_text(args, ctl_who());
	pg_args_text(args, move ? "move" : "keep");
	struct pg_result *result = ctl_run(ctl, &platform_retire, args);
	enum exit_code code = !result ? EXIT_CODE_FAILED : pg_result_rows(result) ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
	if (code == EXIT_CODE_OK)
		ctl_say("version %d is retired", (int)version);
	if (code == EXIT_CODE_OK && !pg_is_null(result, 0, 0))
		ctl_say("campaign %s moves what is open", pg_get_text(result, 0, 0));
	if (code == EXIT_CODE_NOT_FOUND)
		ctl_say("there is no version %d in use", (int)version);
	pg_result_free(result);
	pg_args_free(args);
	return code;
}

enum exit_code platform_retire_version(struct ctl *ctl)
{
	int32_t version = version_number(ctl->flags.words[0]);
	bool move = moves_open(ctl, true);
	int64_t open = hanging(ctl, version);
	if (open < 0)
		return EXIT_CODE_FAILED;
	return confirm_retiring(ctl, version, open, move) ? retire(ctl, version, move) : EXIT_CODE_USAGE;
}
