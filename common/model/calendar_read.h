/* A calendar from a configuration tree (calendars/<id>.yaml of a platform): what PostgreSQL, which knows zones, expands into
 * windows (escalation.calendar_publish). All mistakes at once. */
#ifndef OMBUD_MODEL_CALENDAR_READ_H
#define OMBUD_MODEL_CALENDAR_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/node.h"

struct calendar_spec {
	const char *id;
	int32_t version;
	const char *zone;
	const char *covered_from, *covered_until; /* dates; until is exclusive, a century later at most */
	const char *week;                         /* JSON: {"mon": [["09:00", "18:00"]], ...} */
	const char *overrides;                    /* JSON: {"2026-10-01": [], "2026-10-10": [["09:00", "18:00"]]} */
};

/* false: everything that is wrong has been added to problems with its place. All memory comes from the arena. */
bool calendar_read(struct arena *arena, const struct node *root, struct calendar_spec *spec, struct problems *problems);

#endif
