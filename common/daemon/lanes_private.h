/* What lanes.c (when a lane runs), lanes_take.c (taking over) and lanes_after.c (what follows a run) share. */
#ifndef OMBUD_DAEMON_LANES_PRIVATE_H
#define OMBUD_DAEMON_LANES_PRIVATE_H

#include "common/daemon/daemon.h"
#include "common/daemon/lane.h"
#include "common/daemon/lanes.h"

enum { TAKE_AGAIN_MS = 1000 }; /* after being fenced, or a statement that cannot work */

/* ---- lanes.c ---- */

void lane_idle(struct lane *lane); /* and does whatever there is to do */
void lane_pause(struct lane *lane, int ms);
void lane_run_done(struct lane *lane); /* its run is committed */

/* ---- lanes_take.c ---- */

void lane_let_go(struct lane *lane); /* of all its shards: they are to be taken over again */
lane_done_fn lane_looked_back;

/* ---- lanes_after.c: how a run, a reading of the relay's and any other step has ended ---- */

lane_done_fn lane_run_over, lane_read_over, lane_step_failed;

#endif
