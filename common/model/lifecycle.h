/* The life of a complaint as tables: which event leads from which stage to which, who owns a stage and what its silence means, what
 * each party can do. A transition that is not here does not exist; the driver only looks rows up.
 *
 * The tables draw the diagram in services/intake/LIFECYCLE.md and feed the tests: every stage reachable, every stage that is not an
 * end with one owner, one deadline and one default outcome, a walk of silence always ends.
 */
#ifndef OMBUD_MODEL_LIFECYCLE_H
#define OMBUD_MODEL_LIFECYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/model/terms.h"

/* What a row may ask about the complaint and the event; complaint.c finds them out before it looks for a row. */
enum life_fact {
	FACT_ORDER_KNOWN = 1 << 0,
	FACT_PAST_WINDOW = 1 << 1, /* the complaint came after its window */
	FACT_INELIGIBLE = 1 << 2,
	FACT_ADMITTED = 1 << 3,
	FACT_MERCHANT_FIRST = 1 << 4, /* the merchant is asked before the platform */
	FACT_BY_PERSON = 1 << 5,      /* a person of the merchant speaks, not a program */
	FACT_OFFER_STANDS = 1 << 6,   /* the merchant's answer was an offer */
	FACT_REMEDIES_PLANNED = 1 << 7,
	FACT_REMEDY_FAILED = 1 << 8,
	FACT_REMEDIES_DONE = 1 << 9,         /* with this report nothing is left to do */
	FACT_COUNTER_OFFER_STANDS = 1 << 10, /* the merchant is to answer what the complainant asks for instead */
	FACT_REMEDIES_COUNTERED = 1 << 11,   /* ... in which there is something to be done */
	FACT_APPEALABLE = 1 << 12,           /* the decision is open to the first appeal */
	FACT_APPEALABLE_AGAIN = 1 << 13,     /* ... or to the second */
	FACT_REMEDIES_ORDERED = 1 << 14,     /* some are still carried out */
	FACT_REMEDY_LOST = 1 << 15,          /* one of the standing decision's has failed */
	FACT_ASKED_BY_RULE = 1 << 16,        /* a carrier or payment provider answers for it first, and has not been asked */
	FACT_BY_PLATFORM = 1 << 17,
	FACT_SETTLEMENT_STANDS = 1 << 18, /* one side has proposed to settle */
	FACT_SETTLEMENT_TO_DO = 1 << 19,  /* ... in which there is something to be done */
	FACT_COUNT = 20
};

/* What a row does to the complaint beside moving it; complaint_apply.c has one function for each. */
enum life_effect {
	EFFECT_NONE,
	EFFECT_TAKE_IN,  /* the order's facts and the statement are told */
	EFFECT_JOIN,     /* a repeat is counted */
	EFFECT_AMEND,    /* the version before is kept */
	EFFECT_URGE,     /* counted, and its instant kept */
	EFFECT_EVIDENCE, /* appended */
	EFFECT_TRIAGE,   /* type, tier, policy, who answers first */
	EFFECT_ASSIGN,   /* another owner */
	EFFECT_ANSWER,   /* offer or defence; the offer's remedies are planned */
	EFFECT_DECIDE,   /* the decision's remedies are planned */
	EFFECT_DECIDE_BY_DEFAULT,
	EFFECT_ORDER_REMEDIES, /* what was planned is ordered */
	EFFECT_MARK_REMEDY,    /* done or failed */
	EFFECT_SETTLE,         /* what the parties did themselves is booked */
	EFFECT_REFER,          /* the external referral is noted */
	EFFECT_MOVE,           /* another version of its platform */
	EFFECT_INSPECT,        /* the inspector is named */
	EFFECT_COUNTER,        /* the counter-offer's remedies are proposed beside the offer's */
	EFFECT_ACCEPT_COUNTER, /* ... are ordered, instead of the offer's */
	EFFECT_REFUSE_COUNTER, /* ... are dropped */
	EFFECT_APPEAL,         /* used up; whoever decided owns it no more */
	EFFECT_UPHOLD,         /* nobody decided the appeal: open to the second */
	EFFECT_MEDIATE,        /* what was agreed outside is planned */
	EFFECT_REOPEN,         /* the decision that stood is being made anew */
	EFFECT_RECUSE,         /* nobody owns it until somebody is named */
	EFFECT_FINAL,          /* no appeal is open any more */
	EFFECT_ASK,            /* an inquiry is opened */
	EFFECT_ASK_BY_RULE,    /* ... of whoever answers first */
	EFFECT_HEAR,           /* an inquiry is answered; what came with it is evidence */
	EFFECT_LAPSE,          /* an inquiry was not answered in time */
	EFFECT_REQUEST,        /* a side owes evidence */
	EFFECT_WITHDRAW,       /* ... and does not any more */
	EFFECT_PROPOSE,        /* a settlement stands as one side's proposal */
	EFFECT_AGREE,          /* ... is ordered, or booked as done */
	EFFECT_REJECT,         /* ... stands no more */
	EFFECT_COUNT
};

struct life_row {
	unsigned from;         /* set of stages, 1 << STAGE_...; bit 0: there is no complaint yet */
	enum event_type event; /* EVENT_NONE: at once, as soon as the stage is reached */
	enum silence_ground ground;
	unsigned when, unless; /* facts that must hold, and that must not */
	enum stage to;         /* STAGE_UNSPECIFIED: stays */
	enum life_effect effect;
	bool later;         /* known, but not in service yet: refused as not available, unless by a command (complaint_command) */
	enum reason reason; /* how the row is called in facts, logs and histories; its words: reason.h */
};

/* One stage. MERCHANT_ANSWERED has two rows, for an offer and for a defence; NEGOTIATING three: while the merchant has an answer
 * already, a counter-offer waits for him. */
struct life_stage {
	enum stage stage;
	enum answer_kind answer; /* ANSWER_UNSPECIFIED: whatever it was */
	enum party owner;        /* who must act */
	enum clock_kind clock;
	enum silence_outcome silence;
	enum silence_ground ground; /* how escalation says that it was silent */
	const char *sentence;
};

/* What is open beside the stage. */
enum life_open {
	LIFE_AMENDABLE = 1 << 0, /* its time to be amended has not passed */
	LIFE_APPEALABLE = 1 << 1,
	LIFE_APPEALABLE_AGAIN = 1 << 2,
	LIFE_INQUIRED = 1 << 3,       /* an inquiry waits for its answer */
	LIFE_REQUESTED = 1 << 4,      /* evidence that was asked for has not come */
	LIFE_TO_COMPLAINANT = 1 << 5, /* a proposal to settle, for him to answer */
	LIFE_TO_MERCHANT = 1 << 6,    /* ... for him */
	LIFE_UNPROPOSED = 1 << 7,     /* no proposal stands: a side can make one */
	LIFE_ALL_OPEN = (1 << 8) - 1
};

struct life_action {
	unsigned stages;
	enum answer_kind answer;
	enum party party;
	enum action action;
	bool mandatory;               /* and then it answers the stage's clock */
	unsigned open;                /* only while this is open; 0: always */
	enum clock_kind clock;        /* ... under a clock of its own, beside the stage's */
	enum silence_outcome silence; /* ... which leads to this */
};

size_t life_rows(const struct life_row **rows);
size_t life_stages(const struct life_stage **rows);

/* Is what that ground says about a clock that runs beside the stages, through several of them? */
bool life_is_beside(enum silence_ground ground);

/* The first row that fits; NULL: not possible. ground counts for EVENT_SILENCE_REACHED only. */
const struct life_row *life_find(enum stage stage, enum event_type event, enum silence_ground ground, unsigned facts);

const struct life_stage *life_stage(enum stage stage, enum answer_kind answer);
bool life_is_final(enum stage stage);
bool life_may_settle(enum stage stage);

/* The proposals to settle of a complaint are numbered upwards, and their clock with them: the complainant answers an even one. */
enum party settlement_answers(int32_t number);
unsigned life_settlement_open(int32_t number); /* of enum life_open; 0: none stands */

/* May inquiries be open there? */
bool life_has_inquiries(enum stage stage);

/* What each party can do in a stage, as a message carries it. open: of enum life_open. Returns the count written to actions (room
 * for LIFE_ACTIONS_MAX). */
struct allowed_action;
enum { LIFE_ACTIONS_MAX = 40 };
size_t life_allowed(enum stage stage, enum answer_kind answer, unsigned open, struct allowed_action *actions);

const char *life_fact_name(unsigned fact);
/* The inbox message that an action is. */
enum event_type life_action_event(enum action action);

/* Draws the rows that move a complaint as a Mermaid diagram (lifecycle_draw.c); dotted names are not in service yet. */
struct buf;
void life_draw(struct buf *out);

#endif
