/* The flat event as protobuf-c's message, for JSON: by plan, no code of any one message. */
#ifndef OMBUD_WIRE_FILL_H
#define OMBUD_WIRE_FILL_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "common/base/arena.h"
#include "common/model/event.h"
#include "common/wire/plan.h"

/* An empty message; one of google.protobuf.Timestamp; and the instant of such a one. */
ProtobufCMessage *fill_new(struct arena *arena, const struct plan *plan);
ProtobufCMessage *fill_instant(struct arena *arena, const struct plan *plan, int64_t instant_us);
int64_t fill_instant_of(const void *timestamp);

/* The message borrows the event's texts. */
ProtobufCMessage *fill_message(struct arena *arena, const struct event *event);

#endif
