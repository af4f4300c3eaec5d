/* The versions of policies and calendars that a lane knows. They are immutable, so a lane reads each once from its database and
 * keeps it; what came in with a transaction that was undone is forgotten again.
 *
 * What is wanted now comes from the files. A lane publishes it with its first batch and then uses what is stored: should a file
 * have changed under a version that is stored already, the stored one holds and the log says so.
 */
#ifndef OMBUD_ESCALATION_VERSIONS_H
#define OMBUD_ESCALATION_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problems.h"
#include "common/io/pg.h"
#include "common/model/calendar.h"
#include "common/model/policy.h"

/* Reads the policies, and the calendar that they name from the folder (NULL: not, a mistake is told already). All mistakes go to
 * problems; the old ones stay when there is any in it. */
void versions_reload(const char *policies_file, const char *calendars_folder, struct problems *problems);
int32_t versions_policy_wanted(void);
const char *versions_calendar_wanted(int32_t *version);

struct versions;
struct versions *versions_new(void);
void versions_undone(struct versions *versions);    /* before each run of a batch */
void versions_committed(struct versions *versions); /* what was read is durable */

/* Sends what is needed to know what is wanted now; false: it is known, nothing was sent. */
bool versions_publish(struct versions *versions, struct pg *pg);
/* Sends a read for what is not known yet; false: known. */
bool versions_read_policy(struct versions *versions, struct pg *pg, int32_t version);
bool versions_read_calendar(struct versions *versions, struct pg *pg, const char *id, int32_t version);

/* NULL: not known, or stored and unreadable (which has been logged). */
const struct policy_set *versions_policy(const struct versions *versions, int32_t version);
const struct calendar *versions_calendar(const struct versions *versions, const char *id, int32_t version);

#endif
