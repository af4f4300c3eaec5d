/* What a text of each format looks like, as the patterns of proto/ say it, and what the rules there cannot say. Sizes, counts,
 * ranges and what is required come from the .proto themselves (contract.h). */
#ifndef OMBUD_WIRE_CONSTRAINTS_H
#define OMBUD_WIRE_CONSTRAINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/model/event.h"
#include "common/wire/contract.h"
#include "common/wire/wire.h"

/* google.protobuf.Timestamp's members, which no .proto of ours can bound. */
const struct contract_field *constraints_timestamp(void);

/* Valid UTF-8 is already known. Empty text always fits: whether it may be empty is said by `required`. */
bool constraints_format_fits(enum field_format format, const char *text, size_t size);

/* The same of one text of a list, which has no business there when it is empty. */
bool constraints_item_fits(enum field_format format, const char *text, size_t size);

/* Does printable ASCII fit it without a look? */
static inline bool constraints_plain_fits(enum field_format format)
{
	return format == FORMAT_TEXT || format == FORMAT_ID;
}

/* "a UUID", for messages. */
const char *constraints_format_name(enum field_format format);

/* What no member's rule can say: an envelope may name the event in meta's place; a webhook's address is one. */
bool constraints_check_event(const struct event *event, struct wire_fault *fault);

#endif
