/* The one now of a daemon. */
#ifndef OMBUD_DAEMON_CLOCK_H
#define OMBUD_DAEMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct loop_timer;

struct clock {
	bool is_virtual;
	bool known;
	int64_t server_ahead_us; /* database clock minus monotonic, never too much */
	int64_t virtual_us;
	struct loop_timer *again;
};

void clock_start(struct daemon *daemon);
void clock_take(struct daemon *daemon, int64_t virtual_us); /* a batch has read it */
/* Monotonic delay until that instant; 0 when reached; -1: no telling (virtual). */
int64_t clock_delay_us(const struct daemon *daemon, int64_t instant_us);

#endif
