/* The play: parties outside of Ombud who say things, see what Ombud tells, and react; and what is remembered of all that.
 *
 *   scenario plans first inputs -> [all quiet? -> step the clock to the next input or timer -> publish -> facts come back ->
 *   scenario reacts: plans more] -> nothing is left -> books, summary
 */
#ifndef OMBUD_SERVICES_PLAYER_PLAY_H
#define OMBUD_SERVICES_PLAYER_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "common/base/arena.h"
#include "common/model/event.h"

#include "services/player/plan.h"
#include "services/player/stepper.h"

enum { CLOCKS_SEEN_MAX = 24 };

/* One clock of one complaint, as the facts told it. */
struct clock_seen {
	enum clock_kind kind;
	int32_t cycle;
	int64_t due_us;
	int warned; /* how often */
	bool breached, met, cancelled, late;
	int64_t overdue_us;
	int32_t level; /* of the ladder */
};

/* What became of one order's complaint. */
struct life {
	UT_hash_handle hh;
	const char *order_id;
	const char *complaint_id; /* "" until Ombud has told it */
	enum stage stage;
	enum complaint_type type;
	const char *pieces[2]; /* the first piece of evidence of the buyer's and of the merchant's that Ombud kept; NULL: none */
	enum decision_outcome outcome;
	struct event *order; /* what was published of it, NULL when not by us */
	int refusals;
	const char *last_refusal; /* code */
	int64_t filed_us, ended_us;
	struct clock_seen clocks[CLOCKS_SEEN_MAX];
	int clocks_count;
	int repeats;
	int notices;
	uint8_t said[EVENT_TYPE_COUNT]; /* inputs planned, by type: numbers their ids */
	void *row;                      /* the scenario's */
};

struct play;

struct scenario {
	const char *name;
	/* Plans what nobody has to be asked for. false: it cannot be played, told on stderr. */
	bool (*begin)(struct play *play);
	/* A fact, once each, in order per topic and shard; life is already up to date, NULL when it is about no order of ours. */
	void (*sees)(struct play *play, struct life *life, const struct event *fact);
	/* After the play: how many rows came out otherwise than the table says, each told on stderr. NULL: there is no table. */
	int (*check)(struct play *play);
};

struct play {
	struct arena *arena;
	const struct scenario *scenario;
	const char *data; /* DATA=FOLDER */
	struct plan plan;
	struct plan orders; /* early inputs: they go out with the step that follows them */
	struct life *lives; /* hash by order_id */
	int64_t starts_us;  /* virtual: the clock's first instant */
	int64_t now_us;     /* virtual */
	struct noted noted; /* after the play */
	int64_t sink_down_from_us, sink_down_until_us;
	void *state; /* the scenario's */
};

struct life *play_life(struct play *play, const char *order_id); /* made when it is new */
struct life *play_life_find(struct play *play, const char *order_id);

/* Keeps the books of a life. Called for each fact before scenario->sees. */
void life_note(struct arena *arena, struct life *life, const struct event *fact);

/* An input with its event, to be filled further; planned by play_say. The event's id tells who said what about which order, so a
 * second play of the same table says the same. */
struct input *play_input(struct play *play, int64_t at_us, enum event_type type, const char *source, const char *order_id);
void play_say(struct play *play, struct input *input);

extern const struct scenario scenario_day;   /* day.c */
extern const struct scenario scenario_olist; /* olist.c */

#endif
