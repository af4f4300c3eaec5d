/* How long everybody has on a platform: its policies (policies.yaml) and the calendar that they name (calendars/<id>.yaml). */
#ifndef OMBUD_PLATFORM_TERMS_H
#define OMBUD_PLATFORM_TERMS_H

#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/calendar_expand.h"
#include "common/model/policy.h"

/* NULL: all mistakes are in problems. */
struct terms;
struct terms *terms_new(const struct bundle *files, struct problems *problems);
void terms_free(struct terms *terms); /* NULL is fine */
const struct policy_set *terms_policies(const struct terms *terms);

/* The calendar that the policies of right files name, as its file says it. NULL: they name none that is right. */
struct terms_calendar {
	struct yaml_tree *tree; /* what the file's texts are in */
	struct calendar_file *file;
};
struct terms_calendar *terms_calendar_new(const struct bundle *files);
void terms_calendar_free(struct terms_calendar *calendar); /* NULL is fine */

#endif
