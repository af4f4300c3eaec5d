/* Proto3's JSON mapping, both ways, by plan: no code of any one message.
 *
 * Read: member names in lowerCamelCase or as in the .proto, enums by name or number, 64-bit numbers as text or number, bytes in
 * base64 (either alphabet), instants in RFC 3339, null for "not there". A name that no field has is an error that tells the
 * nearest. What is read here goes through validate.h like any other bytes.
 * Written: lowerCamelCase, enums by name, 64-bit numbers as text, what is empty left out.
 */
#ifndef OMBUD_WIRE_PJSON_H
#define OMBUD_WIRE_PJSON_H

#include <protobuf-c/protobuf-c.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/io/json.h"
#include "common/wire/plan.h"
#include "common/wire/wire.h"

/* NULL: fault says why. */
ProtobufCMessage *pjson_read(struct arena *arena, const struct plan *plan, const struct json *data, struct wire_fault *fault);

void pjson_write(struct buf *json, const struct plan *plan, const ProtobufCMessage *message);

#endif
