/* A webhook endpoint of some platform, hosted by the player on loopback. It is down for a virtual while: then it answers 503. */
#ifndef OMBUD_SERVICES_PLAYER_SINK_H
#define OMBUD_SERVICES_PLAYER_SINK_H

#include <stddef.h>
#include <stdint.h>

struct sink;
struct loop;
struct play;

/* The play's clock says whether it is down. port 0: any free one, which nobody knows. Dies when it cannot listen. */
struct sink *sink_new(struct loop *loop, struct play *play, int port);
int64_t sink_taken(const struct sink *sink);   /* requests answered 204 */
int64_t sink_refused(const struct sink *sink); /* answered 503 */

#endif
