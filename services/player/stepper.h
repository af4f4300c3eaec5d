/* The virtual clock: asks whether all is quiet, and steps (deploy/sql/...quiet.sql). */
#ifndef OMBUD_SERVICES_PLAYER_STEPPER_H
#define OMBUD_SERVICES_PLAYER_STEPPER_H

#include <stdbool.h>
#include <stdint.h>

enum { STEPPER_TOPICS_MAX = 16 };

struct stepper;

/* One look at the database. */
struct quiet {
	char busy[256];      /* "" when all is quiet */
	int64_t next_due_us; /* of the next timer; 0: none */
	char topics[STEPPER_TOPICS_MAX][64];
	int64_t said[STEPPER_TOPICS_MAX]; /* facts told of the topic */
	int topics_count;
};

/* Dies when the database does not answer. */
struct stepper *stepper_new(const char *dsn);
void stepper_free(struct stepper *stepper);
/* false: the database was away; busy says so, try again. */
bool stepper_look(struct stepper *stepper, const int64_t *inbox_ends, int partitions, struct quiet *quiet);
bool stepper_step(struct stepper *stepper, int64_t to_us);
int64_t stepper_now(struct stepper *stepper); /* 0: the clock has never been set */

/* What intake has on record of the inbox, beside effects. -1: not known. */
struct noted {
	int64_t orders;       /* known */
	int64_t repeats;      /* records that came again */
	int64_t forwarded;    /* misplaced ones, sent on to where they belong */
	int64_t dead_letters; /* that could not be read */
};
struct noted stepper_noted(struct stepper *stepper);

#endif
