/* The words for Ombud's own reasons. On the wire and in the database a reason is a code; words are chosen where somebody reads, in
 * his language (BCP 47; Chinese for zh..., English for everything else).
 */
#ifndef OMBUD_MODEL_REASON_H
#define OMBUD_MODEL_REASON_H

#include <stdbool.h>

#include "common/model/terms.h"

/* A line of a complaint's history: "the merchant answers first"; "" for none. */
const char *reason_line(enum reason reason, const char *language);

/* What a letter says of a decision or a remedy that nobody gave a reason for; "" where somebody did. */
const char *reason_sentence(enum reason reason, const char *language, enum party reader);

#endif
