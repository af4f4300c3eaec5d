/* The alarm to the next due row, and fair firing. */
#ifndef OMBUD_DAEMON_TIMERS_H
#define OMBUD_DAEMON_TIMERS_H

struct lane;
struct pg_result;

/* Fills lane->due with the shards whose timers may fire now. */
void timers_collect_due(struct lane *lane);
void timers_set_alarm(struct lane *lane);
/* The answer of core_timers_next; kept until the run has committed. */
void timers_left(struct lane *lane, const struct pg_result *result);
void timers_committed(struct lane *lane);

#endif
