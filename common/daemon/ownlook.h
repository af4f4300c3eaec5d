/* An owner looks back at itself: at each taking over, before a shard of its own reads, fires or says anything, the last
 * record of each of its fact topics is compared with the log, and those of the topics that it reads with what their writers have
 * said. Its hops lie in all partitions, among those of others: what their readers have not taken is read, and the last one of each
 * partition compared likewise. Dead letters are covered by it: they are rows of the same log.
 */
#ifndef OMBUD_DAEMON_OWNLOOK_H
#define OMBUD_DAEMON_OWNLOOK_H

#include <stdbool.h>

#include "common/daemon/lane.h"

struct daemon;
struct shard;

/* The database says that these are ours, and the look begins: of all shards of the lane that are being taken. */
void ownlook_begin(struct lane *lane);
void ownlook_forget(struct shard *shard);
/* A shard of the lane that has not stopped is being looked at: nothing runs meanwhile. */
bool ownlook_holds(const struct lane *lane);
/* The broker has answered for some of the lane's shards. */
bool ownlook_due(const struct lane *lane);
/* ... and so the database is asked. When it is done, those of them that may begin are OWNLOOK_PASSED; others have stopped, or are
 * asked of the broker once more. */
void ownlook_run(struct lane *lane, lane_done_fn *done);
void ownlook_stop(struct daemon *daemon);

#endif
