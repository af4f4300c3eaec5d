/* Protobuf's bytes to the flat event, by plan, without protobuf-c's message between them. For bytes that validate.h has passed:
 * nothing is judged here.
 */
#ifndef OMBUD_WIRE_UNPACK_H
#define OMBUD_WIRE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/event.h"

/* Fills the event; all that it points to is copied into the arena. without: bit i: the i-th piece of evidence is left out
 * (validate.h). false when the arena's budget is used up. */
bool unpack_event(struct arena *arena, enum event_type type, const void *data, size_t size, uint64_t without, struct event *event);

#endif
