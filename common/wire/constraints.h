/* What must be there, and what a text of each format looks like. Sizes, counts and ranges stand beside each field in fields.c. */
#ifndef OMBUD_WIRE_CONSTRAINTS_H
#define OMBUD_WIRE_CONSTRAINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/model/event.h"
#include "common/wire/fields.h"
#include "common/wire/wire.h"

/* Must the field of that message (short name) be there, and not be empty or zero? */
bool constraints_required(const char *message, const char *field);

/* The names of a row of the table, separated by spaces; NULL when the message has no row. For tests. */
const char *constraints_required_fields(const char *message);

/* Valid UTF-8 is already known. Empty text always fits: whether it may be empty is said by `required`. */
bool constraints_format_fits(enum field_format format, const char *text, size_t size);

/* Does printable ASCII fit it without a look? */
static inline bool constraints_plain_fits(enum field_format format)
{
	return format == FORMAT_TEXT || format == FORMAT_ID;
}

/* "a UUID", for messages. */
const char *constraints_format_name(enum field_format format);

/* What one field alone cannot say: who speaks (of strangers), an answer that is none. */
bool constraints_check_event(const struct event *event, bool inbox, struct wire_fault *fault);

#endif
