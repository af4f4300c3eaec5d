/* One run of a batch: claim, load, decide, write, fence, sync. */
#ifndef OMBUD_DAEMON_BATCH_H
#define OMBUD_DAEMON_BATCH_H

struct lane;

void batch_run(struct lane *lane); /* ends in lane_run_done or lane_run_failed */

#endif
