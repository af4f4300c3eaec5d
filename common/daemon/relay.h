/* Log rows to the broker, the acknowledged cursor. */
#ifndef OMBUD_DAEMON_RELAY_H
#define OMBUD_DAEMON_RELAY_H

#include <stdbool.h>

#include "common/daemon/lane.h"

struct daemon;
struct shard;

void relay_start(struct daemon *daemon);
/* Rows just committed. */
void relay_committed(struct lane *lane);
/* A shard of the lane whose log must be read again and can be sent now; NULL: none. */
struct shard *relay_behind(struct lane *lane);
/* lane->relay_stuck says whether all was in vain. */
void relay_read(struct lane *lane, struct shard *shard, lane_done_fn *done);
void relay_turn(struct daemon *daemon);        /* after reports */
bool relay_quiet(const struct daemon *daemon); /* everything acknowledged */

#endif
