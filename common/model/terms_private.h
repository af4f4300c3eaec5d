/* Between terms.c and what the generator writes. */
#ifndef OMBUD_MODEL_TERMS_PRIVATE_H
#define OMBUD_MODEL_TERMS_PRIVATE_H

#include <stddef.h>

#include "common/model/terms.h"

extern const char *const terms_full_names[EVENT_TYPE_COUNT];
extern const enum event_type terms_by_full_name[EVENT_TYPE_COUNT - 1]; /* in the order of their names' bytes */
extern const char *const terms_short_names[EVENT_TYPE_COUNT];
extern const struct event_said terms_said[EVENT_TYPE_COUNT];

/* The name of a value, "?" when there is none; the value of a name, 0 when there is none. */
const char *terms_name_at(const char *const *names, size_t count, unsigned value);
int terms_value_of(const char *const *names, size_t count, const char *name);

#endif
