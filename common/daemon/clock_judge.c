#include "common/daemon/clock_judge.h"

/* What the answer took is nobody's movement: the instant lies between these two. */
static bool is_between(int64_t value_us, int64_t low_us, int64_t high_us)
{
	return value_us >= low_us - CLOCK_APART_US && value_us <= high_us + CLOCK_APART_US;
}

bool clock_is_apart(const struct clock_look *look)
{
	int64_t took_us = look->answered_us - look->asked_us;
	return !is_between(look->wall_us, look->server_us, look->server_us + took_us);
}

enum clock_verdict clock_judge(bool known, int64_t ahead_us, const struct clock_look *look)
{
	if (!known || is_between(ahead_us, look->server_us - look->answered_us, look->server_us - look->asked_us))
		return CLOCK_FOLLOWED;
	return clock_is_apart(look) ? CLOCK_CARRIED : CLOCK_MOVED;
}

int64_t clock_ahead_us(bool known, int64_t ahead_us, const struct clock_look *look)
{
	int64_t low_us = look->server_us - look->answered_us, high_us = look->server_us - look->asked_us;
	if (!known || ahead_us < low_us || ahead_us > high_us + CLOCK_APART_US)
		return low_us;
	return ahead_us > high_us ? high_us : ahead_us;
}
