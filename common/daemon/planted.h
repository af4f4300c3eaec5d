/* Bugs planted on purpose, to see that the checks would find them: tests/flow/0100_planted_bugs.py; what only the toy service does,
 * tests/store. They exist only in a build made with PLANTED=1, where the environment's OMBUD_BUG says which of them lives. In every
 * other build planted() is the constant false.
 */
#ifndef OMBUD_DAEMON_PLANTED_H
#define OMBUD_DAEMON_PLANTED_H

#include <stdbool.h>
#include <stdlib.h>

enum planted_bug {
	BUG_OFFSET_BEFORE_EFFECT = 1,  /* offsets advanced in a transaction before that of the effect */
	BUG_NO_REPEAT_CHECK,           /* an event that has been seen is taken as if it were new */
	BUG_CURSOR_BEFORE_ACK,         /* acknowledged as soon as it is handed to the producer */
	BUG_STALE_OWNER_NOT_FENCED,    /* a fenced owner goes on as if it had written */
	BUG_POISON_RETRIED_FOR_EVER,   /* an undecodable record is tried again and again */
	BUG_TIMER_FIRED_WITHOUT_CLAIM, /* a timer fires and its row stays */
	BUG_NO_SEQUENCE_CHECK,         /* a fact that comes again is taken as if it were new */
	BUG_FROM_SHARD_FORGOTTEN,      /* hops are numbered as if one shard said them all (tests/store/test_hops.c) */
	BUG_NO_HISTORY_CHECK,          /* a fact of a new history is taken for the former one's of the same number */
	BUG_NO_LOOK_BACK,              /* whatever lies at the last place is taken for the record that was taken */
	BUG_FACT_NOT_APPLIED,          /* a fact that enters no stage is kept, and the clocks do not hear of it */
};

#ifdef OMBUD_PLANTED
static inline bool planted(enum planted_bug bug)
{
	const char *number = getenv("OMBUD_BUG");
	return number && strtol(number, NULL, 10) == (long)bug;
}
#else
#define planted(bug) false
#endif

#endif
