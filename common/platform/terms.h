/* How long everybody has on a platform: its policies (policies.yaml) and the calendar that they name (calendars/<id>.yaml). */
#ifndef OMBUD_PLATFORM_TERMS_H
#define OMBUD_PLATFORM_TERMS_H

#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/calendar_read.h"
#include "common/model/policy.h"

/* NULL: all mistakes are in problems. */
struct terms;
struct terms *terms_new(const struct bundle *files, struct problems *problems);
void terms_free(struct terms *terms); /* NULL is fine */
const struct policy_set *terms_policies(const struct terms *terms);
const struct calendar_spec *terms_calendar(const struct terms *terms);
const char *terms_calendar_body(const struct terms *terms);

#endif
