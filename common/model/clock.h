/* The clocks of a complaint: which run, when they are due, what fires. Pure.
 *
 * clock_rules[] is the table: what starts a clock, whose act stops it, in which stages it lives, whom silence costs what. A board
 * is everything known of one complaint's clocks; four things happen to it, each a function of the board, the policy, the calendar
 * and the event alone, and what follows from it is told by effects:
 *
 *   clock_board_changed   intake said what has become of the complaint
 *   clock_board_triaged   triage named the policy
 *   clock_board_moved     another version of its platform is applied to it
 *   clock_board_fired     a timer has come
 *
 * While one of the complaint's waits concerns a clock it stands still (waits.h): it has no due instant, no warning and no level,
 * and its one pending step is the end of its pause, where that is known. What was breached before stays breached; its ladder
 * stands.
 *
 * A clock is a row of steps, each with its instant: the warnings, the due instant, the levels of its ladder, the ladder's end. One
 * step is pending at a time (next_us); what is past at creation is skipped. Every change of what is pending makes a new revision,
 * so that a timer armed for the old one is stale. Breach, overdue and met come from the instants of events, never from when a timer
 * fired.
 */
#ifndef OMBUD_MODEL_CLOCK_H
#define OMBUD_MODEL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/calendar.h"
#include "common/model/event.h"
#include "common/model/policy.h"
#include "common/model/waits.h"

/* ---- the table ---- */

/* A fact that stops a clock: this cause, by one of these actor kinds, into one of these stages, said to one of these parties. Masks
 * of 1 << constant. */
struct clock_stop {
	enum event_type cause;
	uint32_t actors; /* 0: whoever */
	uint32_t into;   /* 0: whatever the stage */
	uint32_t to;     /* 0: whomever it is said to; a call that reached nobody is said to nobody */
	enum reason why; /* 0: whatever the reason */
};

enum { CLOCK_STOPS_MAX = 12 };

struct clock_board;
typedef bool clock_guard_fn(const struct clock_board *board, const struct event *event);

struct clock_rule {
	enum clock_kind kind;
	enum party owner;   /* who owes */
	uint32_t starts_in; /* entering one of these stages starts it */
	/* Not a stage but a fact starts it, and several can be open: intake numbers what it opens, each of its facts about one says
	 * the clock and that number, and the number is the cycle. EVENT_NONE: a clock of the stage, at most one open. */
	enum event_type starts_by;
	enum event_type or_by;             /* ... or that one */
	clock_guard_fn *guard;             /* ... and this holds; NULL: always. event is NULL when triage has moved the policy */
	uint32_t lives_in;                 /* leaving these stages ends it */
	uint32_t leaving_meets;            /* entering one of these stages meets it, whoever brought that; else it is cancelled */
	enum silence_ground at_due;        /* asked of intake at the breach */
	enum silence_ground at_end;        /* asked of intake at the end of the ladder; then the policy must give it one */
	uint32_t end_in;                   /* ... in these stages only; 0: wherever it lives */
	enum silence_outcome silence;      /* what we tell people that silence means */
	uint32_t silence_in;               /* ... but in these stages */
	enum silence_outcome silence_then; /* ... this */
	bool beside;                       /* the stage's own clock leads on; this one runs beside it */
	enum reason over;                  /* a fact with this reason has drawn its consequence */
	uint32_t pauses_for;               /* 1 << enum wait_kind: it stands still while one of these lasts */
	struct clock_stop stops[CLOCK_STOPS_MAX];
};
extern const struct clock_rule clock_rules[];
extern const int clock_rules_count;
const struct clock_rule *clock_rule(enum clock_kind kind);
/* Does its silence lead a complaint out of that stage, at its due instant or at the end of its ladder? */
bool clock_leads_on(const struct clock_rule *rule, enum stage stage);
/* What silence means where the complaint stands. */
enum silence_outcome clock_silence(const struct clock_rule *rule, enum stage stage);
enum party clock_owner(enum clock_kind kind, int32_t cycle); /* the rule's; a proposal to settle is the other side's to answer */

/* ---- one clock ---- */

/* What clocks go by of a platform's applied version. It lives as long as the board. */
struct clock_version {
	int32_t number;
	const struct policy_set *set;
	const struct calendar *calendar; /* the one that the set names */
};

enum clock_state {
	CLOCK_STATE_RUNNING = 1,
	CLOCK_STATE_BREACHED = 2, /* due has passed; its ladder runs, or intake has been asked */
	CLOCK_STATE_MET = 3,
	CLOCK_STATE_MET_LATE = 4,
	CLOCK_STATE_CANCELLED = 5, /* nobody owes it any more */
	CLOCK_STATE_ENDED = 6,     /* breached, and its consequence has been drawn */
	CLOCK_STATE_FAILED = 7,    /* no due instant could be computed: alarmed, never guessed */
	CLOCK_STATE_PAUSED = 8,    /* not breached, and waiting for somebody: it has no due instant */
	CLOCK_STATE_COUNT = 9
};
const char *clock_state_name(enum clock_state state);
enum clock_state clock_state_by_name(const char *name);

struct clock {
	enum clock_kind kind;
	int32_t cycle; /* 1, 2 ...: how often this kind has been started */
	enum clock_state state;
	enum target_unit unit;
	int64_t target;
	char policy_id[POLICY_NAME_SIZE];
	/* The versions whose policy and whose calendar have given it its due instant: a move may leave it either. */
	const struct clock_version *terms, *times;
	int64_t started_us;
	int64_t due_us;    /* 0: paused */
	int64_t paused_us; /* since when it stands still; of a breached clock its ladder; 0: it runs */
	bool provisional;
	int32_t steps_done; /* index of the pending step */
	int64_t next_us;    /* its instant; 0: nothing is pending */
	int32_t revision;   /* of what is pending */
	int32_t warned;
	int32_t level;
	int64_t breached_us; /* when the breach was told; 0: not */
	int64_t met_us;
	int64_t overdue_us; /* frozen when met, counted in the clock's own time */
	int64_t ended_us;   /* met, cancelled or ended */

	struct clock_pauses pauses; /* what the board's waits make of it: the arena's, known once the board is opened */

	/* the store's and the service's */
	int32_t terms_stored, times_stored; /* the numbers of terms and times, as they were read */
	bool dirty;
	int64_t armed_us; /* the timer in the table; 0: none */
	int64_t armed_version;
	const char *steps_json; /* what has happened to it since it was loaded, as elements of a JSON array; NULL: nothing */
};

static inline bool clock_is_open(const struct clock *clock)
{
	return clock->state == CLOCK_STATE_RUNNING || clock->state == CLOCK_STATE_PAUSED || clock->state == CLOCK_STATE_BREACHED;
}

/* What a timer carries: stale when it differs. */
static inline int64_t clock_timer_version(const struct clock *clock)
{
	return ((int64_t)clock->cycle << 32) | (uint32_t)clock->revision;
}

static inline int32_t clock_timer_cycle(int64_t version)
{
	return (int32_t)(version >> 32);
}

/* A timer's kind: clocks of one kind can be due at the same instant. */
#define CLOCK_TIMER_KINDS 256
_Static_assert((int)CLOCK_COUNT <= CLOCK_TIMER_KINDS, "a timer's kind has no room for a clock's");
static inline int32_t clock_timer_kind(const struct clock *clock)
{
	return (int32_t)clock->kind + clock->cycle * CLOCK_TIMER_KINDS;
}

/* ---- the board ---- */

/* What has happened to a clock. event says which message it becomes, or part of which one: EVENT_CLOCKS_STARTED tells of several;
 * EVENT_POLICY_MOVED none: it goes by another version from now on, and is due when it was. */
struct clock_effect {
	enum event_type event;
	int64_t at_us; /* the instant of the event, or of the firing */
	int64_t due_before_us;
	int percent;
	int level;
	const char *role;
	enum notice_channel channel; /* of a level */
	enum silence_ground ground;
	enum party waits_for; /* of EVENT_CLOCK_PAUSED */
	enum cause cause;     /* of EVENT_CLOCK_PAUSED CAUSE_PAUSE_CAPPED: it was to pause, has done so often enough, and goes on */
	const char *err;      /* of EVENT_NONE: no due instant could be computed */
	const struct clock *before; /* as it was, when a policy or a calendar has moved it; NULL */
	bool late;
	bool skipped; /* a warning whose clock was over when its timer came: recorded, told to nobody */
};
typedef void clock_effect_fn(struct clock *clock, const struct clock_effect *effect, void *context);

struct clock_board {
	struct arena *arena;                 /* new clocks are made here */
	const struct clock_version *version; /* the one pinned ... */
	const struct policy *policy;         /* ... and the policy within it */
	clock_effect_fn *effect;
	void *context;

	enum stage stage; /* STAGE_UNSPECIFIED: nothing of it seen yet */
	int64_t stage_since_us;
	int64_t cycles[CLOCK_COUNT];
	char policy_named[POLICY_NAME_SIZE]; /* by triage, before the complaint was accepted here; "" otherwise */

	struct clock_waits waits;

	struct clock **clocks; /* the open ones, and those that ended since loading */
	int clocks_count, clocks_room;
};

struct clock *clock_board_put(struct clock_board *board);                              /* a zeroed clock at the end */
struct clock *clock_board_open(const struct clock_board *board, enum clock_kind kind); /* the latest; NULL: none open */
struct clock *clock_board_find(const struct clock_board *board, enum clock_kind kind, int32_t cycle); /* open; else NULL */

/* Once what is known of the complaint has been read: clocks, waits, versions. */
void clock_board_know(struct clock_board *board);

/* event: EVENT_COMPLAINT_CHANGED. The instant that counts is its occurred_at, intake's commit. */
void clock_board_changed(struct clock_board *board, const struct event *event);
/* The policy's id is not in the set: false, and the one pinned stays. */
bool clock_board_triaged(struct clock_board *board, const char *policy_id, int64_t at_us);
/* The complaint goes by that version from now on, and within it by the policy of that id; else by the one called as before, else by
 * the standard one. What becomes of its clocks is said by the Moves of the design: by a policy a due instant comes earlier and
 * never later, by a calendar both; never before at_us: then the old one stays, with the terms that gave it. What is breached at
 * at_us stays as it is, with its ladder; what the policy does not have ends; what it has and the one before had not starts now,
 * where it is the stage of now that starts it. */
void clock_board_moved(struct clock_board *board, const struct clock_version *version, const char *policy_id, int64_t at_us);
/* false: stale, nothing done. */
bool clock_board_fired(struct clock_board *board, enum clock_kind kind, int64_t version, int64_t now_us, bool late);

/* Of a paused clock: what is left of its target (microseconds, or days), and when it would be due if it went on at that instant. */
bool clock_left(const struct clock *clock, int64_t at_us, int64_t *left, int64_t *due_us);

/* Its timers come until it has been as far as seen, which is the same clock: how many of its steps are done, whether its pause has
 * ended. For a rebuild, which knows facts only. */
void clock_board_catch_up(struct clock_board *board, struct clock *clock, const struct clock *seen);

/* What the clock's own policy says of it, as long as the set lives. */
const struct policy_clock *clock_terms(const struct clock *clock);

/* The instant of a step of the clock, counted as steps_done counts: the warnings, due, the levels, the ladder's end; of one that
 * stands still the end of its pause. false: there is no such step. */
bool clock_step_at(const struct clock *clock, int index, int64_t *at_us);

/* Instants of the warnings of a clock, for ClocksStarted. Returns their number. */
int clock_warnings(const struct clock *clock, int64_t *at_us);

#endif
