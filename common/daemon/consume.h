/* The consumer group: wake-ups, back-pressure, assignment, end-of-partition knowledge. */
#ifndef OMBUD_DAEMON_CONSUME_H
#define OMBUD_DAEMON_CONSUME_H

struct daemon;
struct lane;
struct shard;

void consume_start(struct daemon *daemon);
void consume_soon(struct daemon *daemon); /* poll in this turn of the loop: room has been made */
void consume_stop(struct daemon *daemon);
/* The lane's shards that stopped have been taken over again: read them from their stored offsets. */
void consume_again(struct lane *lane);
void consume_hold(struct shard *shard); /* it has stopped: ask the broker for nothing of it */

#endif
