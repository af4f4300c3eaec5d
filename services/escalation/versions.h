/* The calendars that a lane knows, by the number of the platform's version that they are of. A version is immutable, its calendar's
 * days are the instants that were stored when it was applied; what came in with a transaction that was undone is forgotten again.
 */
#ifndef OMBUD_ESCALATION_VERSIONS_H
#define OMBUD_ESCALATION_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/io/pg.h"
#include "common/model/calendar.h"

struct versions;
struct versions *versions_new(void);
void versions_undone(struct versions *versions);    /* before each run of a batch */
void versions_committed(struct versions *versions); /* what was read is durable */

/* Sends what is needed to know the calendar of that version; false: known. */
bool versions_read_calendar(struct versions *versions, struct pg *pg, int32_t number, const char *calendar_id);
/* NULL: not known, or stored and unreadable (which has been logged). */
const struct calendar *versions_calendar(const struct versions *versions, int32_t number);
/* Calls fn for each calendar that has become known since this was asked last. */
typedef void versions_calendar_fn(const char *id, const struct calendar *calendar);
void versions_each_new(struct versions *versions, versions_calendar_fn *fn);

#endif
