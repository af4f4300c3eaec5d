/* Log rows to the broker, the acknowledged cursor. */
#ifndef OMBUD_DAEMON_RELAY_H
#define OMBUD_DAEMON_RELAY_H

#include <stdbool.h>

struct daemon;
struct lane;
struct shard;

void relay_start(struct daemon *daemon);
void relay_reset(struct shard *shard, int64_t acked_seq);
/* Rows just committed. */
void relay_committed(struct lane *lane);
/* A shard of the lane whose log must be read again and can be sent now; NULL: none. */
struct shard *relay_behind(struct lane *lane);
void relay_read(struct lane *lane, struct shard *shard);
void relay_turn(struct daemon *daemon);        /* after reports */
bool relay_quiet(const struct daemon *daemon); /* everything acknowledged */

#endif
