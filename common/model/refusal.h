/* Why something that was said cannot be done: a code for programs, a sentence and a next step for people (DOMAIN A9).
 * Codes are for ever: they stand in events, in the log and in HTTP answers.
 */
#ifndef OMBUD_MODEL_REFUSAL_H
#define OMBUD_MODEL_REFUSAL_H

#include <stddef.h>

enum refusal {
	REFUSAL_NONE,
	REFUSAL_AMENDED_TOO_LATE,
	REFUSAL_ANSWER_EMPTY,
	REFUSAL_COMPLAINT_CLOSED,
	REFUSAL_COMPLAINT_ID_TAKEN,
	REFUSAL_COMPLAINT_UNKNOWN,
	REFUSAL_CURRENCY_DIFFERS,
	REFUSAL_DECISION_ID_USED,
	REFUSAL_EXCEEDS_ORDER,
	REFUSAL_ID_REUSED,
	REFUSAL_ITEM_NEEDED,
	REFUSAL_ITEM_UNKNOWN,
	REFUSAL_NOT_AVAILABLE,
	REFUSAL_NOT_POSSIBLE_NOW,
	REFUSAL_NOT_YOUR_COMPLAINT,
	REFUSAL_NOT_YOUR_ORDER,
	REFUSAL_ORDER_OUTDATED,
	REFUSAL_ORDER_UNKNOWN,
	REFUSAL_ORDER_UNPAID,
	REFUSAL_REMEDIES_CONTRADICT_OUTCOME,
	REFUSAL_REMEDY_ALREADY_REPORTED,
	REFUSAL_REMEDY_UNKNOWN,
	REFUSAL_SUM_MISSING,
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

#endif
