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

/* Pieces of evidence that cannot be taken, while all else can: a wrong address must not cost a complaint. A piece is refused for
 * what it says (format, size, range, something missing); what makes the bytes unreadable is the whole message's fault. */
enum { VALIDATE_PIECES_MAX = 64 };
struct validate_pieces {
	int count;        /* pieces seen */
	uint64_t refused; /* bit i: the i-th of them */
	struct validate_piece {
		struct raw_span id; /* where it could be read */
		const char *code, *member;
		int64_t most; /* as of struct wire_fault */
	} rows[VALIDATE_PIECES_MAX];
};

/* unknown: how many fields were unknown. May be NULL. pieces: empty at first; NULL: such a piece is the message's fault. */
bool validate_message(
    const struct plan *plan, const void *data, size_t size, int *unknown, struct validate_pieces *pieces, struct wire_fault *fault);

#endif
