/* Applied versions of platforms: which there are, and what the service has made of those that it met. The database is the
 * authority: a NOTIFY tells of a new one, a look a minute makes sure, and a number that is not known is read within the batch that
 * meets it. What hooks call of it stands in service.h. */
#ifndef OMBUD_DAEMON_PLATFORMS_H
#define OMBUD_DAEMON_PLATFORMS_H

#include <stdbool.h>

struct daemon;

void platforms_start(struct daemon *daemon);
bool platforms_listed(const struct daemon *daemon); /* does it know which there are? */
/* Is there something to go by? Until then no shard is taken over. True for a service that needs nothing of them. */
bool platforms_ready(const struct daemon *daemon);

#endif
