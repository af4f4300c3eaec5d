/* SIGTERM and SIGINT: the first asks the daemon to leave, a second one makes it leave at once, whatever the loop is doing just
 * then. */
#ifndef OMBUD_DAEMON_LEAVE_H
#define OMBUD_DAEMON_LEAVE_H

struct loop;

/* fn is called from the loop, once. Until the process ends. */
void leave_start(struct loop *loop, void (*fn)(void *context), void *context);

#endif
