/* What escalation needs of a platform's applied version: its policies and the calendar that they name; and the calendars that a
 * lane knows. A version is immutable. Its calendar's days are expanded once, by the first lane that meets it, into
 * escalation.calendar_day under the version's number, and stay as they were expanded; what came in with a transaction that was
 * undone is forgotten again.
 */
#ifndef OMBUD_ESCALATION_VERSIONS_H
#define OMBUD_ESCALATION_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/io/pg.h"
#include "common/model/calendar.h"
#include "common/platform/terms.h"

struct versions;
struct versions *versions_new(void);
void versions_undone(struct versions *versions);    /* before each run of a batch */
void versions_committed(struct versions *versions); /* what was read is durable */

/* Sends what is needed to know the calendar of that version; false: known. */
bool versions_read_calendar(struct versions *versions, struct pg *pg, int32_t number, const struct terms *terms);
/* NULL: not known, or stored and unreadable (which has been logged). */
const struct calendar *versions_calendar(const struct versions *versions, int32_t number);
/* Calls fn for each calendar that has become known since this was asked last. */
typedef void versions_calendar_fn(const char *id, const struct calendar *calendar);
void versions_each_new(struct versions *versions, versions_calendar_fn *fn);

#endif
