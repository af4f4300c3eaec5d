/* Why something that was said cannot be done: a code for programs, a sentence and a next step for people.
 * Codes are for ever: they stand in events, in the log and in HTTP answers.
 */
#ifndef OMBUD_MODEL_REFUSAL_H
#define OMBUD_MODEL_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

enum refusal {
	REFUSAL_NONE,
	REFUSAL_AMENDED_TOO_LATE,
	REFUSAL_ANSWER_EMPTY,
	REFUSAL_APPEAL_NOT_OPEN,
	REFUSAL_COMPLAINT_CLOSED,
	REFUSAL_COMPLAINT_ID_TAKEN,
	REFUSAL_COMPLAINT_UNKNOWN,
	REFUSAL_CURRENCY_DIFFERS,
	REFUSAL_DECISION_ID_USED,
	REFUSAL_EVIDENCE_INCOMPLETE,
	REFUSAL_EVIDENCE_MALFORMED,
	REFUSAL_EVIDENCE_TOO_LONG,
	REFUSAL_EXCEEDS_ORDER,
	REFUSAL_FILED_TOO_OFTEN,
	REFUSAL_ID_REUSED,
	REFUSAL_INQUIRY_ID_USED,
	REFUSAL_INQUIRY_UNKNOWN,
	REFUSAL_ITEM_NEEDED,
	REFUSAL_ITEM_UNKNOWN,
	REFUSAL_NEEDS_ANOTHER_PERSON,
	REFUSAL_NEEDS_NEW_EVIDENCE,
	REFUSAL_NEEDS_PERSON,
	REFUSAL_NEEDS_PLATFORM,
	REFUSAL_NOT_AVAILABLE,
	REFUSAL_NOT_POSSIBLE_NOW,
	REFUSAL_NOT_TO_BE_ASKED,
	REFUSAL_NOT_YOUR_COMPLAINT,
	REFUSAL_NOT_YOUR_INSPECTION,
	REFUSAL_NOT_YOUR_ORDER,
	REFUSAL_NOT_YOUR_SALE,
	REFUSAL_NOT_YOUR_SETTINGS,
	REFUSAL_ORDER_OUTDATED,
	REFUSAL_ORDER_UNKNOWN,
	REFUSAL_ORDER_UNPAID,
	REFUSAL_REMEDIES_CONTRADICT_OUTCOME,
	REFUSAL_REMEDY_ALREADY_REPORTED,
	REFUSAL_REMEDY_UNKNOWN,
	REFUSAL_SPEAKER_UNNAMED,
	REFUSAL_SUM_MISSING,
	REFUSAL_TOO_MANY_AMENDMENTS,
	REFUSAL_TOO_MANY_CHANGES,
	REFUSAL_TOO_MANY_COMPLAINTS,
	REFUSAL_TOO_MANY_COUNTER_OFFERS,
	REFUSAL_TOO_MANY_DEAD_LETTERS,
	REFUSAL_TOO_MANY_DECISIONS,
	REFUSAL_TOO_MANY_INQUIRIES,
	REFUSAL_TOO_MANY_INSPECTIONS,
	REFUSAL_TOO_MANY_MESSAGES,
	REFUSAL_TOO_MANY_REFUSALS,
	REFUSAL_TOO_MANY_REMARKS,
	REFUSAL_TOO_MANY_WAITING,
	REFUSAL_TOO_MUCH_EVIDENCE,
	REFUSAL_URGED_TOO_SOON,
	REFUSAL_WITHOUT_GROUNDS,
	REFUSAL_WRONG_PARTY,
	REFUSAL_COUNT
};

const char *refusal_code(enum refusal refusal); /* "order_unpaid"; "" for REFUSAL_NONE */
/* language: BCP 47; Chinese for zh..., English for everything else. */
const char *refusal_sentence(enum refusal refusal, const char *language);
const char *refusal_next_step(enum refusal refusal, const char *language);
enum refusal refusal_by_code(const char *code); /* REFUSAL_NONE when unknown */

/* One piece of evidence that cannot be taken, of an event that can. */
struct refused_piece {
	const char *evidence_id; /* "#2": the second piece, which has no id that can be read */
	const char *member;      /* what is wrong with it: uri */
	enum refusal why;
	int64_t most; /* how long or large it may be at most; 0: that is not what is wrong */
};

#endif
