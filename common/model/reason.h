/* Reasons of Ombud's own, in the reader's language. What a platform or a party wrote is shown as it was written; what Ombud itself
 * says as a ground or a reason stands on the wire as an English sentence until the contract carries codes, and is told by this
 * table.
 */
#ifndef OMBUD_MODEL_REASON_H
#define OMBUD_MODEL_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "common/model/terms.h"

/* As they stand on the wire: intake writes these, and nothing else of its own. */
#define REASON_PLATFORM_SILENT "platform silent"
#define REASON_NO_DECISION "The platform gave no decision in its time, to the end of the ladder."
#define REASON_OFFER_ACCEPTED "The complainant has accepted the merchant's offer."

/* The words for it in that language (BCP 47; Chinese for zh..., English for everything else); what is not ours comes back as it is.
 * A refusal's sentence is ours in either language. */
const char *reason_words(const char *said, const char *language, enum party reader);

/* The reasons of the table, one after the other; NULL at the end. */
const char *reason_at(size_t index);

#endif
