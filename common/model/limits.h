/* What one publisher, person, complaint, order or endpoint can cause: a table of named limits, and counting against
 * them.
 *
 *   row = limit_row(LIMIT_MESSAGES)      who, what, how many, in which time, what happens beyond, the refusal's code
 *   limit_room(figures, &uses, LIMIT_MESSAGES, speaker, 1, now)  ->  limit_take(...)       within
 *                                                                ->  refused with row->refusal, by whoever asked
 *
 * What has been used is kept with what the limit is of (a complaint's row, an order's, a person's) as a line of text, so it is as
 * durable and as exact as the rest of the batch. Only what has been used has an entry. Pure; memory is the arena's that is given.
 *
 * A platform may have figures of its own (platform.yaml, limits), those of its newest version, where a row says so; the table has
 * the others. Limits over many orders (of a merchant, of a publisher) need figures of their own owner and come with them.
 */
#ifndef OMBUD_MODEL_LIMITS_H
#define OMBUD_MODEL_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/refusal.h"
#include "common/model/terms.h"

enum limit {
	LIMIT_NONE,
	LIMIT_AMENDMENTS,
	LIMIT_COMPLAINTS,
	LIMIT_COUNTER_OFFERS,
	LIMIT_DEAD_LETTERS,
	LIMIT_DECISIONS,
	LIMIT_ENDPOINT_QUEUE,
	LIMIT_ERASURES,
	LIMIT_EVIDENCE,
	LIMIT_FILED_AGAIN,
	LIMIT_INQUIRIES,
	LIMIT_INSPECTIONS,
	LIMIT_LINE,
	LIMIT_MESSAGES,
	LIMIT_REFUSALS,
	LIMIT_REMARKS,
	LIMIT_SETTINGS,
	LIMIT_SETTLEMENTS,
	LIMIT_TAKE_UP,
	LIMIT_URGES,
	LIMIT_WAITING,
	LIMIT_COUNT
};

enum limit_of {
	LIMIT_OF_COMPLAINT,
	LIMIT_OF_SPEAKER, /* a complaint (or, where none is known, an order or person) and a kind of actor: no party uses up
			     another's */
	LIMIT_OF_ORDER,
	LIMIT_OF_PERSON,
	LIMIT_OF_SOURCE, /* a platform's source, and a shard; counted by its owner, in memory */
	LIMIT_OF_ENDPOINT,
};

enum limit_beyond {
	LIMIT_REFUSE,   /* with the row's code; nothing of it is kept but the outcome */
	LIMIT_COUNT_ON, /* counted; the first one is told with the row's code, the others are not (of dead letters: one, with the
			   count) */
	LIMIT_DEFER,    /* its turn comes later, in order */
	LIMIT_COALESCE, /* taken always: it joins the one that is under way */
};

struct limit_row {
	const char *name; /* as metrics and stored counts say it: for ever */
	enum limit_of of;
	const char *what;
	int32_t most;
	int64_t window_us; /* counted from the first; 0: for ever, or as long as it lasts */
	enum limit_beyond beyond;
	enum refusal refusal; /* REFUSAL_NONE: nobody is refused */
};

const struct limit_row *limit_row(enum limit limit);
/* May a platform have its own figure? Of all that refuses somebody; how the engine works is the table's alone. */
bool limit_is_platforms(enum limit limit);
const char *limit_name(enum limit limit);
const char *limit_of_name(enum limit_of of);             /* for people: "complaint" */
const char *limit_beyond_name(enum limit_beyond beyond); /* ... "refused" */
enum limit limit_by_refusal(enum refusal refusal);       /* whose code it is; LIMIT_NONE */

/* A platform's own figures. Those that it does not name are 0, and the table's; NULL: all of them are. */
struct limit_figures {
	int32_t most[LIMIT_COUNT];
	int64_t amend_us;         /* how long after filing a complaint can be amended */
	int64_t urge_cooldown_us; /* between two urges */
};
/* What holds where a platform names none. */
extern const struct limit_figures limit_figures_standard;
enum { LIMIT_FIGURE_TIMES = 10 }; /* no figure of a platform is so many times the table's: batches are made for those */

int32_t limit_most(const struct limit_figures *figures, enum limit limit);

/* Is a count that is kept elsewhere (the complaint's amendments) used up? */
bool limit_reached(const struct limit_figures *figures, enum limit limit, int64_t used);

/* When what is deferred (LIMIT_DEFER) looks again: not before soonest_us, and so much behind the one that was told last, which
 * *turn_us is. So however many there are, they come in order and cost so many looks a second, instead of all of them in each batch.
 */
int64_t limit_turn_us(int64_t *turn_us, int64_t soonest_us, int64_t apart_us);

/* ---- what has been used ---- */

struct limit_use {
	enum limit limit;
	enum actor_kind speaker;
	int32_t used;
	int64_t since_us;
};

struct limit_uses {
	struct limit_use *entries;
	size_t count;
	bool changed; /* other than it was read */
};

int32_t limit_used(const struct limit_uses *uses, enum limit limit, enum actor_kind speaker, int64_t now_us);
/* Would so many more be within? */
bool limit_room(const struct limit_figures *figures, const struct limit_uses *uses, enum limit limit, enum actor_kind speaker,
    int32_t count, int64_t now_us);
/* Counts so many more, within or not; what is used after it. */
int32_t limit_take(
    struct arena *arena, struct limit_uses *uses, enum limit limit, enum actor_kind speaker, int32_t count, int64_t now_us);
void limit_give_back(struct limit_uses *uses, enum limit limit, enum actor_kind speaker, int32_t count);

/* "messages/complainant=3@1767571200000000 waiting=12@..."; what is over is left out. */
const char *limit_uses_text(struct arena *arena, const struct limit_uses *uses, int64_t now_us);
/* What it does not know it leaves out: the text is ours, maybe of another version. */
void limit_uses_read(struct arena *arena, const char *text, struct limit_uses *uses);

#endif
