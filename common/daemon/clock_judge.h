/* Two of three: which clock is right when they differ. Pure.
 *
 * Now is the database's clock, carried by the monotonic one. When the database's has moved against it by more than CLOCK_APART_US
 * it is followed only if the machine's own clock agrees with it; until then what is carried fires and stamps. At the start there is
 * nothing to carry, and the database's counts.
 */
#ifndef OMBUD_DAEMON_CLOCK_JUDGE_H
#define OMBUD_DAEMON_CLOCK_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_APART_US 2000000

/* The database said server_us somewhen between asked_us and answered_us, which are monotonic; wall_us: the machine's at the answer.
 */
struct clock_look {
	int64_t asked_us, answered_us, server_us, wall_us;
};

enum clock_verdict {
	CLOCK_FOLLOWED, /* the database's */
	CLOCK_MOVED,    /* it has moved, the machine's agrees: the database's */
	CLOCK_CARRIED,  /* it has moved, the machine's does not agree: what is carried */
};

/* ahead_us: what is carried, as the database's clock less the monotonic one; known: there is one. */
enum clock_verdict clock_judge(bool known, int64_t ahead_us, const struct clock_look *look);
/* What is carried from then on, unless the verdict is to carry on: the database's instant lies somewhere between question and
 * answer, so what is known stays where it can; else, and when nothing is known, it is that of the answer, never ahead. */
int64_t clock_ahead_us(bool known, int64_t ahead_us, const struct clock_look *look);
/* Do the machine's clock and the database's differ? */
bool clock_is_apart(const struct clock_look *look);

#endif
