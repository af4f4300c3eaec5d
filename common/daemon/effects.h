/* What the log (of lines, for people) says of what a batch has done: one line for each row of the log (of facts), once it is
 * durable, with the same keys in the same order in all daemons. log.level debug writes them all; info those that somebody waits for
 * (a complaint moves, a deadline breaks, a notice is given up ...), and so many of them a second at most (log.effects): the rest is
 * counted, and told once a second. */
#ifndef OMBUD_DAEMON_EFFECTS_H
#define OMBUD_DAEMON_EFFECTS_H

struct daemon;
struct lane;

void effects_start(struct daemon *daemon);
/* The lane's run is durable. */
void effects_committed(struct lane *lane);
/* Tells at once what is counted and not told yet: at the end. */
void effects_end(void);

#endif
