/* Drives the lanes: when each runs, and what follows a failure. */
#ifndef OMBUD_DAEMON_LANES_H
#define OMBUD_DAEMON_LANES_H

#include <stdbool.h>

struct daemon;
struct lane;

struct lane *lane_new(struct daemon *daemon, int number);
void lanes_listen(struct daemon *daemon); /* for what people do to shards (ombudctl shard); before the query connection is up */
void lane_kick(struct lane *lane);        /* does whatever there is to do now */
void lanes_kick(struct daemon *daemon);
/* The shards have been given to this process. Sends the taking over; lane->state says when it is done. */
void lane_take(struct lane *lane);
void lane_heal(struct lane
	*lane); /* takes over again the shards that stopped, when their pause is over, and those that somebody has acted on */
bool lane_settle(struct lane *lane, int wait_ms); /* no run in flight any more; true: in an orderly way */
void lane_drop_all(struct lane *lane);
void lane_stop_taking(struct lane *lane); /* ends the run in flight, begins no records any more */

#endif
