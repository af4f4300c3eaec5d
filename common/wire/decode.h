/* The steps that all encodings share, from the protobuf bytes and what was said around them to a decoded event. */
#ifndef OMBUD_WIRE_DECODE_H
#define OMBUD_WIRE_DECODE_H

#include "common/wire/envelope.h"
#include "common/wire/wire.h"

/* envelope->type says which message the bytes are. now_us stands in for the event's time when nobody said one; 0: leave it out. */
bool decode_protobuf(struct arena *arena, const struct envelope *envelope, const void *data, size_t size, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault);

/* A structured CloudEvent; the same with a time to stand in. trace: of the hop that brought it, goes before the event's own; "":
 * none.
 */
bool decode_structured(struct arena *arena, const char *json, size_t size, int64_t now_us, const char *trace,
    struct wire_decoded *decoded, struct wire_fault *fault);

/* Data in proto3's JSON mapping, of envelope->type. */
bool decode_data_json(struct arena *arena, const struct envelope *envelope, const char *json, size_t size, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault);

#endif
