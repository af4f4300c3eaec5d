/* Walks the raw bytes of a message by its plan, before anything is unpacked: an embedded NUL cannot be seen afterwards, and what is
 * too much must not be allocated first. Whatever passes unpacks within the budget.
 */
#ifndef OMBUD_WIRE_VALIDATE_H
#define OMBUD_WIRE_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire/plan.h"
#include "common/wire/wire.h"

enum {
	VALIDATE_FIELDS_MAX = 8192,  /* fields and elements of a record together: each costs up to 150 bytes when unpacked */
	VALIDATE_UNKNOWN_MAX = 1024, /* of them unknown ones (a newer producer's): counted and dropped */
};

/* Ours quote strangers' words: a notice holds a statement, the first fact of a complaint its order as well. So sizes and counts may
 * be that many times larger in facts. */
enum { VALIDATE_FACT_SLACK = 8 };

/* unknown: how many fields were unknown. May be NULL. */
bool validate_message(const struct plan *plan, const void *data, size_t size, int *unknown, struct wire_fault *fault);

#endif
