/* A platform's files in memory, whole texts by their paths within its folder. Pure: a folder (ombudctl) or an applied version (a
 * daemon) fills it. */
#ifndef OMBUD_MODEL_BUNDLE_H
#define OMBUD_MODEL_BUNDLE_H

#include <stddef.h>

#include "common/base/arena.h"

struct bundle_file {
	const char *path; /* "calendars/cn.yaml" */
	const char *text; /* UTF-8 without NUL */
	size_t size;
};

/* Everything lies in the arena. Start from {.arena = ...}. */
struct bundle {
	struct arena *arena;
	struct bundle_file *files; /* in byte order of their paths */
	size_t count, room;
};

/* Copies both; a path that is there already gets the new text. */
void bundle_put(struct bundle *bundle, const char *path, const char *text, size_t size);
const struct bundle_file *bundle_find(const struct bundle *bundle, const char *path); /* NULL: no such file */

#endif
