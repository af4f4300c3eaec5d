/* A version never changes, so what was once made of it stays, for all lanes; they share one thread. A version's files come in with
 * a read of the batch that needs them, which may be undone: they are the same the next time. */
#include "common/daemon/platforms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/daemon/daemon.h"
#include "common/daemon/lane.h"
#include "common/daemon/wake.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/model/bundle.h"
#include "common/store/core_platforms.h"

enum {
	LOOK_EVERY_US = 60 * 1000000, /* a word of a new one may have been lost */
	LOOK_AGAIN_US = 100000,
	PLATFORM_ID_SIZE = 41,
};
#define STANDARD_PLATFORM "default"

struct version {
	int32_t number;
	int64_t effective_us;
	bool retired;
	void *made; /* by service->version_new; NULL: not read yet */
	struct daemon *daemon;
	int64_t asked_us[LANES_MAX]; /* by the run of that lane that began then */
	struct version *before;      /* the platform's own one before it */
	UT_hash_handle hh;
};

struct platform {
	char id[PLATFORM_ID_SIZE];
	struct version *newest;
	UT_hash_handle hh;
};

struct platforms {
	struct version *versions;   /* hash by number */
	struct platform *platforms; /* hash by id: whose versions have been listed */
	struct loop_timer *again;
	bool listed; /* once */
};

static struct version *version_find(const struct daemon *daemon, int32_t number)
{
	struct version *version;
	HASH_FIND(hh, daemon->platforms->versions, &number, sizeof number, version);
	return version;
}

static struct version *version_of(struct daemon *daemon, int32_t number)
{
	struct version *version = version_find(daemon, number);
	if (version)
		return version;
	version = xcalloc(1, sizeof *version);
	version->number = number;
	version->daemon = daemon;
	HASH_ADD(hh, daemon->platforms->versions, number, sizeof version->number, version);
	return version;
}

static struct platform *platform_find(const struct daemon *daemon, const char *id)
{
	struct platform *platform;
	HASH_FIND_STR(daemon->platforms->platforms, id, platform);
	return platform;
}

/* ---- which there are ---- */

/* Rows come by rising number; what was listed before comes again. */
static void list(struct daemon *daemon, const struct core_platform *row)
{
	struct platform *platform = platform_find(daemon, row->platform_id);
	struct version *version = version_of(daemon, row->version);
	version->effective_us = row->effective_us;
	version->retired = row->retired;
	if (!platform) {
		platform = xcalloc(1, sizeof *platform);
		snprintf(platform->id, sizeof platform->id, "%s", row->platform_id);
		HASH_ADD_STR(daemon->platforms->platforms, id, platform);
	}
	if (platform->newest && platform->newest->number >= row->version)
		return;
	version->before = platform->newest;
	platform->newest = version;
	if (daemon->platforms->listed)
		log_info("a version of a platform has been applied", LOG_TEXT("platform_id", row->platform_id),
		    LOG_NUMBER("version", row->version));
}

/* ---- what is in it ---- */

static void make(struct version *version, const struct pg_result *result)
{
	struct problems problems = {0};
	struct bundle files = {.arena = arena_new(0)};
	char number[16];
	for (int row = 0; row < pg_result_rows(result); row++) {
		const char *text, *path = core_platform_file_row(result, row, &text);
		bundle_put(&files, path, text, strlen(text));
	}
	snprintf(number, sizeof number, "%d", (int)version->number);
	if (files.count == 0)
		problems_add(&problems, "there is no such version");
	else
		version->made = version->daemon->service->version_new(&files, &problems);
	if (!version->made)
		batch_misread("ombud.platform_file", number, problems_text(&problems));
	problems_free(&problems);
	arena_free(files.arena);
}

static void on_files(enum pg_class class, const struct pg_result *result, void *context)
{
	struct version *version = context;
	if (class == PG_DONE && !version->made)
		make(version, result);
}

/* Whatever may be the newest in force from now on. */
static void read_newest(struct daemon *daemon, const struct platform *platform)
{
	bool in_force = false;
	for (struct version *version = platform->newest; version && !in_force; version = version->before) {
		if (version->retired)
			continue;
		in_force = version->effective_us <= daemon_now_us(daemon);
		if (!version->made)
			core_platform_files_read(daemon->query_pg, version->number, on_files, version);
	}
}

static void on_read(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct daemon *daemon = context;
	if (class != PG_DONE) {
		loop_timer_start(daemon->platforms->again, LOOK_AGAIN_US);
		return;
	}
	daemon->platforms->listed = true;
	daemon_wake(daemon);
}

static void on_list(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = context;
	if (class != PG_DONE) {
		loop_timer_start(daemon->platforms->again, LOOK_AGAIN_US);
		return;
	}
	for (int row = 0; row < pg_result_rows(result); row++) {
		struct core_platform platform;
		core_platform_row(result, row, &platform);
		list(daemon, &platform);
	}
	if (!daemon->platforms->listed)
		log_info("versions of platforms are known", LOG_NUMBER("count", pg_result_rows(result)));
	for (struct platform *platform = daemon->platforms->platforms; platform && daemon->service->newest;
	     platform = platform->hh.next)
		read_newest(daemon, platform);
	pg_sync(daemon->query_pg, on_read, daemon);
}

static void look(struct daemon *daemon)
{
	core_platforms_read(daemon->query_pg, on_list, daemon);
	pg_sync(daemon->query_pg, NULL, NULL);
}

static void on_again(void *context)
{
	struct daemon *daemon = context;
	loop_timer_start(daemon->platforms->again, LOOK_EVERY_US);
	look(daemon);
}

static void on_told(const char *payload, void *context)
{
	look(context);
}

void platforms_start(struct daemon *daemon)
{
	if (!daemon->service->by_platforms)
		return;
	daemon->platforms = xcalloc(1, sizeof *daemon->platforms);
	daemon->platforms->again = loop_timer_new(daemon->loop, on_again, daemon);
	pg_listen(daemon->query_pg, "ombud_platform", on_told, daemon);
	loop_timer_start(daemon->platforms->again, 0);
}

/* ---- which one holds ---- */

/* Of a service that reads the newest, one that is not read yet, or cannot be, is none. */
static bool is_usable(const struct version *version)
{
	return !version->retired && (version->made || !version->daemon->service->newest);
}

static const struct version *in_force(const struct platform *platform, int64_t at_us)
{
	const struct version *version = platform ? platform->newest : NULL;
	while (version && (!is_usable(version) || version->effective_us > at_us))
		version = version->before;
	return version;
}

/* Before any holds, default's first one does: somebody has meant it, and nothing can go by none. */
static const struct version *first(const struct platform *platform)
{
	const struct version *found = NULL;
	for (const struct version *version = platform ? platform->newest : NULL; version; version = version->before)
		if (is_usable(version))
			found = version;
	return found;
}

static const struct version *holding(const struct daemon *daemon, const char *platform_id, int64_t at_us)
{
	const struct platform *standard = platform_find(daemon, STANDARD_PLATFORM);
	const struct version *version = in_force(platform_find(daemon, platform_id), at_us);
	if (!version)
		version = in_force(standard, at_us);
	return version ? version : first(standard);
}

int32_t daemon_version_at(const struct daemon *daemon, const char *platform_id, int64_t at_us)
{
	const struct version *version = holding(daemon, platform_id, at_us);
	return version ? version->number : 0;
}

int32_t batch_version_of(const struct batch *batch, const struct event *fact)
{
	return fact->policy_version ? fact->policy_version : daemon_version_at(batch->daemon, fact->platform_id, batch->now_us);
}

bool platforms_listed(const struct daemon *daemon)
{
	return !daemon->platforms || daemon->platforms->listed;
}

bool platforms_ready(const struct daemon *daemon)
{
	return !daemon->platforms || first(platform_find(daemon, STANDARD_PLATFORM));
}

/* ---- what hooks ask ---- */

bool batch_read_version(struct batch *batch, int32_t number)
{
	struct version *version = version_of(batch->daemon, number);
	const struct lane *lane = batch->items[0]->shard->lane;
	if (version->made || version->asked_us[lane->number] == lane->started_us)
		return false;
	version->asked_us[lane->number] = lane->started_us;
	core_platform_files_read(batch->pg, number, on_files, version);
	return true;
}

const void *daemon_version(const struct daemon *daemon, int32_t number)
{
	const struct version *version = version_find(daemon, number);
	return version ? version->made : NULL;
}

const void *daemon_newest(const struct daemon *daemon, const char *platform_id)
{
	const struct version *version = holding(daemon, platform_id, daemon_now_us(daemon));
	return version ? version->made : NULL;
}
