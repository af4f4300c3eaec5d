/* ombudctl platform check --applied: has the time zone data moved since the platform's newest version was applied? */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/platform/check.h"
#include "common/store/calendars.h"
#include "common/store/platforms.h"
#include "services/ombudctl/platform.h"

/* 0: none; -1: the message has been printed. */
static int32_t newest_of(struct ctl *ctl, struct arena *arena)
{
	char *whole = realpath(ctl->flags.words[0], NULL);
	const char *id = whole ? basename(arena_strdup(arena, whole)) : "";
	struct pg_args *args = pg_args_new();
	pg_args_text(args, id);
	struct pg_result *result = ctl_run(ctl, &platform_newest, args);
	int32_t version = !result ? -1 : pg_result_rows(result) ? pg_get_int4(result, 0, 0) : 0;
	if (version == 0)
		ctl_say("no version of platform %s is applied: nothing to compare with", id);
	pg_result_free(result);
	pg_args_free(args);
	free(whole);
	return version;
}

static bool look(struct ctl *ctl, int32_t version, struct findings *findings)
{
	char number[16];
	struct bundle files = {.arena = findings->arena};
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	struct pg_result *result = ctl_run(ctl, calendar_stored, args);
	struct calendar *stored = result ? store_calendar_build(result) : NULL;
	bool read = result && platform_read_version(ctl, version, &files);
	snprintf(number, sizeof number, "%d", (int)version);
	if (read && stored)
		platform_check_stored(&files, stored, number, instant_wall_us(), findings);
	calendar_free(stored);
	pg_result_free(result);
	pg_args_free(args);
	return read;
}

bool platform_find_moved(struct ctl *ctl, struct findings *findings)
{
	char error[512];
	ctl->pg = pg_session_open(ctl_flag(ctl, "applied"), "ombudctl", error, sizeof error);
	if (!ctl->pg) {
		ctl_say("the database cannot be reached: %s", error);
		return false;
	}
	int32_t version = newest_of(ctl, findings->arena);
	bool done = version >= 0 && (version == 0 || look(ctl, version, findings));
	findings_sort(findings);
	return done;
}
