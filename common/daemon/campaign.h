/* Campaigns: one command that reaches many subjects. The owner of a shard walks them page by page in runs of their own,
 * the cursor in the fenced transaction; what comes meanwhile is reached as it comes. An identity per (campaign, subject) in the log
 * keeps either road from doing what the other has done.
 */
#ifndef OMBUD_DAEMON_CAMPAIGN_H
#define OMBUD_DAEMON_CAMPAIGN_H

#include <stdbool.h>

#include "common/daemon/service.h"

struct core_walk;
struct daemon;
struct lane;
struct shard;

/* Looks which there are: when it is told, and each minute. */
void campaign_start(struct daemon *daemon);
/* A shard has been taken over; then, a row a call, how far its former owner had come. */
void campaign_shard_taken(struct shard *shard);
void campaign_walk_taken(struct daemon *daemon, const struct core_walk *walk);

/* Has the lane something to walk, and is it the walks' turn? `others`: there is something else to run. */
bool campaign_turn(struct lane *lane, bool others);

/* ---- the run: campaign_running() is true from campaign_ask() until campaign_committed() or campaign_failed() ---- */

bool campaign_running(const struct lane *lane);
void campaign_reset(struct lane *lane); /* a run begins */
void campaign_ask(struct lane *lane);   /* sends the reading of the page */
/* What it has brought, without what is done already. Returns how many. */
int campaign_items(struct lane *lane, struct item ***items);
/* The one whose effect cannot be written is told as failed; others are for the service. */
bool campaign_suspects(const struct lane *lane, const struct item *item);
void campaign_write(struct lane *lane);
void campaign_committed(struct lane *lane);
/* Undone. data: it was the data of a subject, which is looked for. */
void campaign_failed(struct lane *lane, bool data, const char *sqlstate);
void campaign_missing(struct lane *lane); /* undone: a statement of its cannot work now; the shard's other work goes on */
void campaign_late(struct lane *lane);    /* the same, before: it missed its time */

#endif
