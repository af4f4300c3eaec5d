/* The frame that Confluent's protobuf serialisers put before the bytes: 0x00, a 4-byte schema id (not looked at: there is no
 * registry client), and the index of the message in its file as zig-zag varints, [0] shortened to one 0x00.
 */
#ifndef OMBUD_WIRE_CONFLUENT_H
#define OMBUD_WIRE_CONFLUENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire/wire.h"

/* No protobuf message begins so. */
bool confluent_is_framed(const void *data, size_t size);

/* index: of the message in its file. header_size: where the protobuf begins. A nested message is refused. */
bool confluent_parse(const void *data, size_t size, int *index, size_t *header_size, struct wire_fault *fault);

#endif
