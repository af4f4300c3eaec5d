/* Whether a calendar's file (calendars/<id>.yaml of a platform) is right; what it says: calendar_expand.h. */
#ifndef OMBUD_MODEL_CALENDAR_READ_H
#define OMBUD_MODEL_CALENDAR_READ_H

#include <stdbool.h>

#include "common/base/node.h"

/* false: everything that is wrong has been added to problems with its place. */
bool calendar_read(const struct node *root, struct problems *problems);

#endif
