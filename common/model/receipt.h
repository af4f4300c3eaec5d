/* No time said by a stranger is later than the receipt of what says it. Clocks run ahead, local time is labelled Z, a hand types
 * 2126: such a time would order, date or start things from the future, so it counts as the receipt. Pure.
 */
#ifndef OMBUD_MODEL_RECEIPT_H
#define OMBUD_MODEL_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/event.h"

/* The event as it counts: every instant in it that tells of what has been, and lies later than received_us, is received_us (when it
 * happened, was found, made, paid, shipped, delivered, confirmed, said). Returns the event itself when none does, else a copy in
 * the arena; *later (may be NULL) counts them. What may lie ahead stays as it was said: a promised delivery. */
const struct event *event_as_received(struct arena *arena, const struct event *event, int64_t received_us, int *later);

/* For tests: may the member of that name (of proto/, as in fields.c) lie ahead of its receipt? */
bool receipt_may_lie_ahead(const char *member);

#endif
