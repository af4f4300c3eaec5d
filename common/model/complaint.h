/* What intake decides: a dossier (all that is known of one order), an event and now go in; the changed snapshot, what is to be told
 * and, if so, the refusal come out. Pure: no database, no clock, no topic. The tables are in lifecycle.h.
 *
 *   turn = {arena, dossier, event, now, limits}  ->  complaint_decide(&turn)  ->  turn.outcome, turn.told[], dossier changed in
 * place
 *
 * All checks come before the first change, so a refused turn has changed nothing but, where a complaint is concerned, its sequence
 * (the refusal is told on the complaint's own topic, which counts without holes).
 * Whatever a turn makes lives in its arena; arrays here grow by complaint_grow() only.
 */
#ifndef OMBUD_MODEL_COMPLAINT_H
#define OMBUD_MODEL_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/model/eligibility.h"
#include "common/model/event.h"
#include "common/model/law.h"
#include "common/model/lifecycle.h"
#include "common/model/limits.h"
#include "common/model/receipt.h"
#include "common/model/refusal.h"
#include "common/model/type_codes.h"

/* Numbers are stored: never change one. */
enum remedy_state {
	REMEDY_PLANNED = 1, /* in an offer or a decision, not ordered */
	REMEDY_ORDERED = 2,
	REMEDY_DONE = 3,
	REMEDY_FAILED = 4,
	REMEDY_SETTLED = 5,  /* done by the parties themselves */
	REMEDY_DROPPED = 6,  /* planned or proposed, and never ordered */
	REMEDY_PROPOSED = 7, /* in a counter-offer or a settlement that stands: the other side has not agreed */
	REMEDY_CLAIMED = 8,  /* said by one side to be done; the other has not agreed */
};

struct remedy_entry {
	const char *decision_id; /* "offer", "counter_offer", "settlement", or the decision's */
	int32_t number;          /* 1, 2, 3 ... of this decision_id, over the whole complaint */
	struct remedy remedy;
	enum remedy_state state;
	bool fresh, changed; /* not in the database yet; other than there */
};

/* One step of the history that people are shown. */
struct complaint_step {
	int64_t sequence; /* of the fact that tells it */
	int64_t at_us;
	enum stage stage;
	enum cause cause;
	enum reason reason;
	enum actor_kind actor;
};

/* Words that somebody said about it, for whoever sees them: a message, an answer, a decision with its grounds. */
struct complaint_said {
	int64_t sequence; /* of the fact that tells it */
	int64_t at_us;
	const struct event *event;
	const struct grounds *grounds; /* NULL: none */
	enum reason reason;            /* where nobody gave one: decided by default */
	const char *decision_id;       /* "": it is no decision */
	enum decision_outcome outcome;
};

/* What a complaint said before it was amended. */
struct complaint_version {
	int32_t version;
	enum complaint_type type;
	const char *custom_type;
	struct statement statement;
	int64_t until_us;
};

/* A piece of evidence that it has already. */
struct complaint_piece {
	const char *evidence_id, *kind;
	enum party supplied_by;
};

struct complaint {
	struct uuid id;
	struct uuid identity; /* of the event that filed it, and its body's digest: so a repeat is known; the carrier's to set */
	int64_t body_digest;
	const char *platform_id, *order_id, *item_id, *complainant_id, *merchant_id;
	enum stage stage;
	int64_t stage_since_us;
	enum complaint_type type, type_filed; /* type: as triage found it */
	const char *custom_type;
	const char *standard_code; /* as it was filed with, else its type's at its platform; "": none */
	enum channel channel;
	const char *language;
	struct statement statement;
	int64_t fault_found_at_us;
	struct money claimed;
	int64_t complained_at_us, received_at_us, urged_at_us;
	int32_t repeats, urges, versions, evidence_count, decisions;
	enum tier tier;
	enum party first_answer;
	int32_t priority;
	const char *queue, *owner_id, *policy_id;
	int32_t policy_version;                   /* of its platform, that it is pinned to */
	const struct eligibility_limits *windows; /* of that version: the carrier's to set, while it awaits its order */
	const struct type_codes *types;           /* of that version, too; NULL: not read */
	const struct law *law;                    /* of that version; the carrier's to set, while it is open */
	struct complaint_piece *pieces; /* of its evidence in the database: the carrier's to read, where the event refers to one */
	size_t pieces_count;
	enum answer_kind answer; /* the merchant's standing answer */
	enum decision_outcome outcome;
	const char *decision_id;      /* of the last decision; "" */
	const char *former_decisions; /* ids of those before it, a line each (there is no line's end in an id); "" */
	const char *settlement_id;    /* of the proposal that stands; "" */
	int32_t settlement;           /* the last proposal's number (settlement_answers); 0: there was none */
	bool referred;                /* an outside body has it */
	bool has_remedies;            /* ever planned any: else there are none to be read */
	const char *inspector_id;     /* who was asked last; "" */
	int32_t assignments;          /* how often its owner has changed */
	int32_t appeals;              /* filed so far: 0 to 2 */
	bool appeal_open;             /* ... and the next one can be */
	const char *decided_by;       /* the person who gave the last decision; "": none did */
	int64_t decided_at_us;        /* since then the appeal's window runs */
	int32_t evidence_owed;        /* 1 << PARTY_...: whose evidence was asked for, and has not come */
	const char *inquiries;        /* inquiry.h; "" */
	int32_t inquiry;              /* the number of the one that the step is about; 0: none */
	int64_t told, ordered;        /* sequences on ombud.complaint.v1 and ombud.remedy.v1 */
	struct remedy_entry *remedies;
	size_t remedies_count;
	struct limit_uses uses; /* of the limits that are a complaint's */

	/* for whoever writes it */
	bool fresh, changed;
	int64_t told_stored;          /* told, as the database has it */
	struct complaint_step *steps; /* of a fresh one the first is its filing's */
	size_t steps_count;
	struct evidence *evidence;  /* new in this batch; numbered up to evidence_count */
	int64_t *evidence_added_us; /* in step with evidence */
	size_t evidence_new;
	struct complaint_version *versions_new;
	size_t versions_new_count;
	struct complaint_said *said;
	size_t said_count;
};

struct dossier {
	const char *platform_id, *order_id;
	const struct order_facts *order; /* NULL: not recorded yet */
	int64_t recorded_at_us;          /* when the facts occurred, and never later than their receipt; the newest win */
	int64_t claimed_at_us;           /* when they say that they occurred */
	int64_t said_at_us;              /* the newest time said so far that could be true; 0: none */
	bool order_fresh, order_changed;
	struct complaint **complaints;
	size_t complaints_count;
};

enum turn_outcome {
	TURN_DONE,    /* something was told, or the order's facts kept */
	TURN_REFUSED, /* told as EventRefused; see told_count: not for what Ombud asked itself, nor beyond LIMIT_REFUSALS */
	TURN_AWAITS,  /* the complaint is not known: wait for it */
	TURN_NOTHING, /* not intake's business */
};

/* One message to be sent. */
struct told {
	struct event *event;
	struct uuid subject; /* zero: about no known complaint */
	int64_t sequence;    /* 0: none */
	const char *note;    /* the row's reason, or the refusal's code */
};

struct turn {
	struct arena *arena;
	struct dossier *dossier; /* NULL for events about a person */
	const struct event *event;
	int64_t now_us;
	int64_t received_us;                      /* when Ombud first had the event: before now for one that was sent on; 0: now */
	const struct limit_figures *limits;       /* its platform's */
	int32_t platform_version;                 /* what is filed now is pinned to it */
	const struct eligibility_limits *windows; /* of that version */
	const struct type_codes *types;           /* of it, too */
	const struct law *law;                    /* likewise */
	const struct refused_piece *piece;        /* of evidence, which alone is refused; NULL: the event is */
	bool id_taken;                            /* the id that a filing brings belongs to another order's complaint, or may */
	struct limit_uses *uses; /* of what is about no known complaint: the order's or the person's. NULL: nobody counts */

	int64_t claimed_us; /* when the event says that it occurred */
	bool doubtful;      /* ... which is later than its receipt */
	bool sent_on;       /* received_us was another shard's */
	int times_later;    /* so many instants in it lie later than its receipt, and count as that */
	enum turn_outcome outcome;
	enum refusal refusal;
	struct eligibility eligibility; /* of the complaint under decision, where it was asked */
	enum reason decided;            /* of the row that decided */
	const char *owner_before;       /* who owned it until the row */
	const char *note;               /* for a turn that tells nothing */
	struct complaint *complaint;    /* which one it was about; NULL when none */
	struct told *told;
	size_t told_count;
	unsigned hits; /* bits 1 << limit: it ran into them */
};

void complaint_decide(struct turn *turn);

/* A command for many reaches the complaint that the event names: nobody's right to speak is asked, and no limit is counted.
 * TURN_NOTHING: it is not there, or has ended. */
void complaint_command(struct turn *turn);

/* Refuses a turn from outside: id_reused, what has waited too long, a piece of evidence. */
void complaint_refuse(struct turn *turn, enum refusal refusal);

/* Is it something that is said about a known complaint, and waits for one that is not known? */
bool complaint_event_waits(enum event_type type);

struct complaint *dossier_find(const struct dossier *dossier, const struct uuid *id);

/* "<complaint>/<decision_id>/<kind>/<n>": the same for ever, so that no redelivery pays twice. */
const char *remedy_key(struct arena *arena, const struct complaint *complaint, const struct remedy_entry *entry);

/* Room for one more at [count] of an array that grew by this function alone. */
void *complaint_grow(struct arena *arena, void *array, size_t count, size_t size);
#define COMPLAINT_GROW(arena, array, count) ((array) = complaint_grow((arena), (array), (count), sizeof(*(array))))

/* ---- money (remedies.c) ---- */

/* Could these remedies be given on top of all that the order's complaints have been given? */
enum refusal remedies_check(
    const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedies, size_t count);
/* What a line cost, all its units together, and never more than the order; one that the facts do not name, or name without a sum,
 * what the order cost. */
int64_t remedies_line_price(const struct order_facts *order, const char *item_id);
/* What so many of a line's units cost, rounded for whoever gets it: up to the next minor unit. quantity: of the line; 0: 1. */
int64_t remedies_part(int64_t price, int32_t units, int32_t quantity);
/* The event with the sums that its remedies leave out because they say how many units they are for: the part's price, and for the
 * last part what is left. The event itself when there is nothing to fill in. */
const struct event *remedies_priced(
    struct arena *arena, const struct dossier *dossier, const struct complaint *complaint, const struct event *event);
/* What can still be refunded for the complaint's item or order. */
struct money remedies_left(const struct dossier *dossier, const struct complaint *complaint);

/* ---- checks (complaint_check.c), for complaint.c ---- */

/* All that is asked of what is said about a complaint, but for how often. row: that the table has for it here, NULL: none. */
enum refusal complaint_check(const struct turn *turn, const struct complaint *complaint, const struct life_row *row);
/* Before anything is said of the complaint: is it in service, and may this one say it? complaint NULL: it is about a person. */
enum refusal complaint_check_speaker(const struct turn *turn, const struct complaint *complaint);
/* Why there is no row, or none in service. */
enum refusal complaint_check_row(const struct turn *turn, const struct complaint *complaint, const struct life_row *row);
/* The last check, because what is within the limits is counted at once. */
enum refusal complaint_take_limits(struct turn *turn, struct complaint *complaint, const struct life_row *row);
/* Has one failed of those that stand: the last decision's, or, where that gave none and is for the complainant, those before it? */
bool complaint_lost_remedy(const struct complaint *complaint);
/* The remedy that the event reports, by its key; NULL: none of this complaint. */
struct remedy_entry *complaint_remedy_reported(const struct turn *turn, const struct complaint *complaint);

/* ---- effects (complaint_apply.c) and words (complaint_tell.c), for complaint.c ---- */

/* The id of the inquiry that a rule opens: whoever answers first is asked. */
#define COMPLAINT_INQUIRY_BY_RULE "first_answer"

struct complaint *complaint_new(struct turn *turn, const char *merchant_id);
void complaint_apply(struct turn *turn, struct complaint *complaint, const struct life_row *row, bool first);
/* What is open beside its stage: of enum life_open. */
unsigned complaint_open(const struct complaint *complaint, int64_t now_us, int64_t amend_us);
/* Is that the id of a proposal to settle, the one that stands or one before it? "" never is. */
bool complaint_had_settlement(const struct complaint *complaint, const char *id);
/* Was a decision of it, or what is ordered without one, known by that id? "" never is. */
bool complaint_has_decision(const struct complaint *complaint, const char *id);
/* What the row has changed; first: the event's own row, not one that follows from it. was_ordered: by remedy, before it. */
void complaint_tell_changed(
    struct turn *turn, struct complaint *complaint, const struct life_row *row, enum stage before, bool first);
void complaint_tell_remedies(struct turn *turn, struct complaint *complaint, const bool *was_ordered);
void complaint_tell_refusal(struct turn *turn, enum refusal refusal);
void complaint_tell_person(struct turn *turn, enum event_type type);

#endif
