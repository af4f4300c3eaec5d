#include "common/model/terms.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/model/terms_private.h"

const char *event_type_name(enum event_type type)
{
	return type < EVENT_TYPE_COUNT ? terms_full_names[type] : "";
}

const char *event_type_short_name(enum event_type type)
{
	return type < EVENT_TYPE_COUNT ? terms_short_names[type] : "?";
}

static int compare_full_name(const void *name, const void *type)
{
	return strcmp(name, terms_full_names[*(const enum event_type *)type]);
}

enum event_type event_type_by_name(const char *full_name)
{
	const enum event_type *type =
	    bsearch(full_name, terms_by_full_name, EVENT_TYPE_COUNT - 1, sizeof *terms_by_full_name, compare_full_name);
	return type ? *type : EVENT_NONE;
}

const struct event_said *event_type_said(enum event_type type)
{
	return &terms_said[type < EVENT_TYPE_COUNT ? type : EVENT_NONE];
}

bool event_type_is_inbox(enum event_type type)
{
	return event_type_said(type)->about != ABOUT_UNSPECIFIED;
}

const char *terms_name_at(const char *const *names, size_t count, unsigned value)
{
	return value < count && names[value] ? names[value] : "?";
}

int terms_value_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 1; i < count; i++)
		if (names[i] && strcasecmp(names[i], name) == 0)
			return (int)i;
	return 0;
}

/* Numbers of what was said begin here (proto: Cause); a test holds them. */
enum { SAID = 100 };

enum cause cause_of_event(enum event_type type)
{
	switch (type) {
	case EVENT_COMPLAINT_TRIAGED:
		return CAUSE_COMPLAINT_TRIAGED;
	case EVENT_SILENCE_REACHED:
		return CAUSE_SILENCE_REACHED;
	case EVENT_REMEDY_ORDERED:
		return CAUSE_REMEDY_ORDERED;
	default:
		return event_type_is_inbox(type) ? (enum cause)(SAID + (int)type) : CAUSE_UNSPECIFIED;
	}
}
