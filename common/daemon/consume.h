/* The consumer group: wake-ups, back-pressure, assignment, end-of-partition knowledge. */
#ifndef OMBUD_DAEMON_CONSUME_H
#define OMBUD_DAEMON_CONSUME_H

struct daemon;

void consume_start(struct daemon *daemon);
void consume_stop(struct daemon *daemon);

#endif
