/* What the clocks of a complaint are a function of, fact by fact, and nothing beside it: what escalation keeps of what intake and
 * triage have said. Pure.
 *
 * A fact goes into the board as it is kept, whether it has just come or is read again for a rebuild: what is not a member here
 * cannot move a clock. A member more is a column more of escalation.fact. No words, no names of persons.
 */
#ifndef OMBUD_MODEL_CLOCK_FACT_H
#define OMBUD_MODEL_CLOCK_FACT_H

#include "common/model/clock.h"

struct clock_fact {
	int64_t at_us;         /* intake's instant, or triage's */
	int32_t version;       /* of the platform: the one that the first fact pins, or that the complaint moves to; 0: as before */
	enum cause cause;      /* CAUSE_COMPLAINT_TRIAGED without a stage: triage itself has named the policy */
	enum stage stage;      /* STAGE_UNSPECIFIED: triage says nothing of it */
	enum actor_kind actor; /* who has said it */
	enum party to_party;   /* to whom */
	enum answer_kind answer;
	bool reached;          /* of a call: it was answered */
	enum clock_kind clock; /* the one that it is about, of those that a fact starts ... */
	int32_t cycle;         /* ... and its number; 0: about none */
	enum reason reason;
	enum clock_kind appeal; /* of the appeal that the decision is open to; 0: to none */
	const char *policy_id;  /* borrowed; "": names none */
};

/* Does it move the complaint to another version of its platform? event: EVENT_COMPLAINT_CHANGED or EVENT_COMPLAINT_TRIAGED. */
bool clock_fact_moves(const struct event *event);
struct clock_fact clock_fact_of(const struct event *event);
/* Can it change a clock? One that cannot is neither kept nor applied; of messages and calls it is asked whether any clock is
 * stopped by such, not whether one is open. */
bool clock_fact_counts(const struct clock_board *board, const struct clock_fact *fact);
/* version: the one whose number the fact has; that of the board where it has none. */
void clock_fact_apply(struct clock_board *board, const struct clock_fact *fact, const struct clock_version *version);

#endif
