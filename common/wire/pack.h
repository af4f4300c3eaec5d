/* The flat event to protobuf's bytes, by plan. Byte for byte what protobuf-c packs from the message of the same content (a test
 * holds the two together), without making that message.
 */
#ifndef OMBUD_WIRE_PACK_H
#define OMBUD_WIRE_PACK_H

#include <stddef.h>

#include "common/model/event.h"

/* Valid until the next call: the bytes lie in a buffer of this file's. */
const void *pack_event(const struct event *event, size_t *size);

#endif
