/* A turn later. A room that has learnt something which others may have been waiting for (rows acknowledged, the clock's answer, a
 * result, room for records, a shard that stops or goes on) calls nobody: it wakes the daemon, which looks at everything in the same
 * round of the loop. */
#ifndef OMBUD_DAEMON_WAKE_H
#define OMBUD_DAEMON_WAKE_H

struct daemon;

void daemon_wake(struct daemon *daemon); /* as often as one likes: once a round */

#endif
