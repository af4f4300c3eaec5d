/* The inquiries of a complaint (B12): one question each, to a carrier, a payment provider, a supplier or another department. They
 * are numbered 1, 2, 3 ...; the number is the cycle of the inquiry's clock, so that intake and escalation mean the same one.
 *
 * A complaint keeps them as one text, a line each: number, state, whom it asks, since when (microseconds), its id (which has no
 * line's end). There are few (LIMIT_INQUIRIES).
 */
#ifndef OMBUD_MODEL_INQUIRY_H
#define OMBUD_MODEL_INQUIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/terms.h"

/* The words that stand in the text: never change one. */
enum inquiry_state {
	INQUIRY_OPEN,
	INQUIRY_ANSWERED,
	INQUIRY_LAPSED,  /* nobody answered in time; an answer that comes still is heard */
	INQUIRY_DROPPED, /* the review that it was for is over */
	INQUIRY_STATES
};

struct inquiry {
	int32_t number;
	enum inquiry_state state;
	enum party asked;
	int64_t opened_at_us;
	const char *id;
};

struct inquiries {
	struct inquiry *list;
	size_t count;
};

struct inquiries inquiries_read(struct arena *arena, const char *text);
const char *inquiries_text(struct arena *arena, const struct inquiries *inquiries);

/* NULL: none of that id, or of that number. Borrowed. */
struct inquiry *inquiry_find(const struct inquiries *inquiries, const char *id);
struct inquiry *inquiry_numbered(const struct inquiries *inquiries, int32_t number);

/* Does one wait for its answer? By the text. */
bool inquiries_wait(const char *text);

/* May it be asked by an inquiry? A party to the dispute is written to, and an inspector is asked by an inspection. */
bool inquiry_may_ask(enum party party);

#endif
