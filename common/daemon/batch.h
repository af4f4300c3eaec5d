/* One run of a batch: claim, load, decide, write, fence, sync. */
#ifndef OMBUD_DAEMON_BATCH_H
#define OMBUD_DAEMON_BATCH_H

#include "common/daemon/lane.h"

void batch_run(struct lane *lane, lane_done_fn *done);
void batch_walk(struct lane *lane, lane_done_fn *done); /* of the page that campaign_turn() has chosen, and nothing else */

#endif
