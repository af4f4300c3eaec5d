/* What the toy service's stories (toy.h) have in common: how one begins, what is waited for, one stopped as a zombie, and the tour
 * of all failpoints.
 */
#ifndef OMBUD_TESTS_STORE_STORIES_H
#define OMBUD_TESTS_STORE_STORIES_H

#include "tests/store/records.h"
#include "tests/store/world.h"

/* ---- how one begins ---- */

/* A world in which the toy runs, was fed so many complaints, and is done with them. */
pid_t story_begin(struct world *world, int complaints);
/* ... and was ended. */
void story_left(struct world *world, int complaints);

/* ---- what is waited for ---- */

void wait_owned(struct world *world);                /* every shard has an owner */
void wait_taken(struct world *world, int64_t count); /* the toy has a row of so many complaints */
void wait_fired(struct world *world, int64_t count); /* ... and their timers have fired */
void wait_told(struct world *world);                 /* the broker has all that the toy said */
void wait_quiet(struct world *world, int64_t count); /* both */
/* What the toy has said under one number about one subject, it has said once. */
void check_said_once(struct world *world);

/* ---- ended, stopped ---- */

/* Starts a program and waits until it has stopped itself at that failpoint ("sync.before:3:stop"). */
pid_t zombie_start(struct world *world, const char *program, const char *failpoint, const char *timer_us);

enum { TOUR_AT_ONCE = 12 };

/* Calls run for all failpoints of the skeleton and of that service (NULL: of none), at most TOUR_AT_ONCE at a time. */
void tour_failpoints(const char *service, void (*run)(const char *const *points, int count));
/* Starts a program that does `action` there, as it is passed for the nth time: the first, where the others are too rare. */
pid_t tour_start(struct world *world, const char *program, const char *point, int nth, const char *action, const char *timer_us);
/* Waits until it has ended at its failpoint; what is passed on the way out only, or never, is helped along after 12 s. */
void tour_wait_ended(struct world *world, pid_t pid, const char *point);

#endif
