/* What a complaint waits for while its clocks stand still, and which of them do. Pure.
 *
 * A wait is what facts say: begun by one, ended by another, each at intake's instant. What it does to a clock follows from the
 * waits, the table (clock_rule.pauses_for), the clock's policy and its calendar, from scratch each time: clock_pauses(). No counter
 * runs along.
 *
 *   evidence       asked of the complainant by a person: until he sends some or writes, it is withdrawn, its own clock has run out,
 *                  or the stage is left; so often and so many business days a clock as the policy says (pauses)
 *   answer         an offer or a defence put to the complainant
 *   inspection     the stage of that name
 *   mediation      the stage external mediation
 *   inquiry        one question to an outsider; the first of a clock only
 *
 * The last four last as long as their own clock at most; a policy that has no such clock has no such pause.
 */
#ifndef OMBUD_MODEL_WAITS_H
#define OMBUD_MODEL_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/calendar.h"
#include "common/model/event.h"

enum wait_kind { WAIT_EVIDENCE = 1, WAIT_ANSWER = 2, WAIT_INSPECTION = 3, WAIT_MEDIATION = 4, WAIT_INQUIRY = 5, WAIT_COUNT };
const char *wait_kind_name(enum wait_kind kind);
enum wait_kind wait_kind_by_name(const char *name);

struct clock_wait {
	enum wait_kind kind;
	enum party party;       /* who is waited for */
	enum clock_kind length; /* the clock whose target it may last; CLOCK_UNSPECIFIED: what the policy says of pauses */
	int32_t cycle;          /* of that clock, where facts number it; 0: not */
	int64_t from_us;
	int64_t until_us; /* 0: it lasts */
	enum cause began, ended;
	enum actor_kind actor; /* who began it */
	const char *actor_id;  /* of a person of the platform, for people; no clock goes by it */
};

/* Sorted by from_us. Memory is the arena's. */
struct clock_waits {
	struct clock_wait *list;
	int count, room;
};

/* Of one complaint; what begins beyond pauses nothing. */
enum { WAITS_MAX = 64 };

struct clock_wait *waits_put(struct clock_waits *waits, struct arena *arena);
/* Can such a fact begin one, or end one that lasts? Of those that move no stage. */
bool waits_hear(const struct clock_waits *waits, enum cause cause, enum actor_kind actor);
/* What a fact begins and ends; stage_before is the one in which the complaint stood until then. */
void waits_changed(struct clock_waits *waits, struct arena *arena, enum stage stage_before, const struct event *event);

/* ---- what they do to one clock ---- */

struct clock;

/* One wait, as far as it pauses the clock. */
struct clock_pause {
	const struct clock_wait *wait;
	int64_t from_us, until_us; /* INT64_MAX: nothing bounds it yet */
	bool capped;               /* until_us is the policy's bound: the clock goes on by itself */
	bool refused;              /* the clock has paused as often and as long as it may: it goes on, until_us is from_us */
};
struct clock_pauses {
	struct clock_pause *list; /* what can be told of each wait that concerns the clock */
	int count, room;
	struct calendar_pause *apart; /* the same sorted and joined, refused ones left out: what is not counted */
	int apart_count;
};

/* By the clock's start, terms and times. */
struct clock_pauses clock_pauses(const struct clock *clock, const struct clock_waits *waits, struct arena *arena);
/* The stretch in which that instant lies; NULL: the clock runs then. */
const struct calendar_pause *clock_pause_at(const struct clock_pauses *pauses, int64_t at_us);
/* Of those that hold the clock at that instant, the one that began last; NULL: none does. */
const struct clock_pause *clock_pause_cause(const struct clock_pauses *pauses, int64_t at_us);

#endif
