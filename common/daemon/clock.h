/* The one now of a daemon. */
#ifndef OMBUD_DAEMON_CLOCK_H
#define OMBUD_DAEMON_CLOCK_H

#include <stdint.h>

struct daemon;

void clock_start(struct daemon *daemon);
void clock_take(struct daemon *daemon, int64_t virtual_us); /* a batch has read it */
/* Monotonic delay until that instant; 0 when reached; -1: no telling (virtual). */
int64_t clock_delay_us(const struct daemon *daemon, int64_t instant_us);

#endif
