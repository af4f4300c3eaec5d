#include "services/escalation/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/daemon/service.h"
#include "common/store/calendars.h"

struct version {
	struct version *next;
	char calendar_id[CALENDAR_ID_SIZE];
	int32_t number;
	bool fresh; /* read in a transaction that is not durable yet */
	bool told;
	struct calendar *calendar;
};

struct versions {
	struct version *first;
	struct pg_args *args;
};

struct versions *versions_new(void)
{
	struct versions *versions = xcalloc(1, sizeof(*versions));
	versions->args = pg_args_new();
	return versions;
}

static struct version *find(const struct versions *versions, int32_t number)
{
	for (struct version *v = versions->first; v != NULL; v = v->next)
		if (v->number == number)
			return v;
	return NULL;
}

static struct version *add(struct versions *versions, int32_t number, const char *calendar_id)
{
	struct version *version = xcalloc(1, sizeof(*version));
	version->number = number;
	version->fresh = true;
	snprintf(version->calendar_id, sizeof(version->calendar_id), "%s", calendar_id);
	version->next = versions->first;
	versions->first = version;
	return version;
}

void versions_undone(struct versions *versions)
{
	struct version **link = &versions->first;
	while (*link != NULL) {
		struct version *version = *link;
		if (!version->fresh && version->calendar != NULL) { /* else it is looked for again: it may have been mended */
			link = &version->next;
			continue;
		}
		*link = version->next;
		calendar_free(version->calendar);
		free(version);
	}
}

void versions_committed(struct versions *versions)
{
	for (struct version *v = versions->first; v != NULL; v = v->next)
		v->fresh = false;
}

void versions_each_new(struct versions *versions, versions_calendar_fn *fn)
{
	for (struct version *v = versions->first; v != NULL; v = v->next) {
		if (v->calendar != NULL && !v->told)
			fn(v->calendar_id, v->calendar);
		v->told = true;
	}
}

static void misread(const struct version *version, const char *why)
{
	char of[CALENDAR_ID_SIZE + 16];
	snprintf(of, sizeof(of), "%s %d", version->calendar_id, (int)version->number);
	batch_misread("ombud.platform_calendar", of, why);
}

static void on_calendar(enum pg_class class, const struct pg_result *result, void *context)
{
	struct version *version = context;
	if (class != PG_DONE)
		return;
	version->calendar = store_calendar_build(result);
	if (version->calendar == NULL)
		misread(version, "none was stored with this version");
}

bool versions_read_calendar(struct versions *versions, struct pg *pg, int32_t number, const char *calendar_id)
{
	if (find(versions, number) != NULL)
		return false;
	store_calendar_read(pg, versions->args, number, on_calendar, add(versions, number, calendar_id));
	return true;
}

const struct calendar *versions_calendar(const struct versions *versions, int32_t number)
{
	const struct version *found = find(versions, number);
	return found == NULL ? NULL : found->calendar;
}
