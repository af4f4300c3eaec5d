/* The event loop: descriptors, timers, signals, deferred calls. One thread, one loop. Only this file and the HTTP server's know
 * libevent.
 *
 * Every handle may be freed from within its own callback. What a callback does not free lives on: watchers and signals go on
 * reporting, a timer reports once for each start.
 */
#ifndef OMBUD_IO_LOOP_H
#define OMBUD_IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct event_base;

struct loop *loop_new(void);
void loop_free(struct loop *loop); /* after everything made on it has been freed */
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* the turn under way is finished first */
/* One turn: waits until something is due, at most wait_us (0: does not wait; negative: as long as it takes). */
void loop_turn(struct loop *loop, int64_t wait_us);
struct event_base *loop_base(struct loop *loop); /* for the HTTP server only */

/* libevent's number for what may wait until nobody else has anything: few of it in a turn. For the HTTP server only. */
enum { LOOP_PRIORITY_LAST = 2 };

typedef void loop_fn(void *context);

/* ---- descriptors: level-triggered, until freed ---- */

enum loop_events { LOOP_NONE = 0, LOOP_READ = 1, LOOP_WRITE = 2 }; /* add up */

struct loop_watch;
typedef void loop_watch_fn(int fd, int events, void *context);
/* The descriptor stays the caller's; free the watch before closing it. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, int events, loop_watch_fn *fn, void *context);
void loop_watch_set(struct loop_watch *watch, int events); /* cheap when nothing changes */
void loop_watch_free(struct loop_watch *watch);            /* NULL is fine, here and below */

/* ---- timers: monotonic, never early ---- */

struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *context);
void loop_timer_start(struct loop_timer *timer, int64_t delay_us); /* anew, if it was running; negative is 0 */
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_running(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* ---- signals ---- */

struct loop_signal;
struct loop_signal *loop_signal_new(struct loop *loop, int number, loop_fn *fn, void *context);
void loop_signal_free(struct loop_signal *handle);

/* ---- deferred calls: once, later in this turn or in the next, before the loop sleeps again ---- */

void loop_defer(struct loop *loop, loop_fn *fn, void *context);

#endif
