/* Which protobuf-c descriptor stands behind each event_type. The only place that includes the generated headers. */
#ifndef OMBUD_WIRE_REGISTRY_H
#define OMBUD_WIRE_REGISTRY_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

#include "common/model/terms.h"

/* NULL for EVENT_NONE. */
const ProtobufCMessageDescriptor *registry_descriptor(enum event_type type);

/* The index-th message of inbox.proto, as Confluent framing counts them; EVENT_NONE when there is none or it is no event. */
enum event_type registry_inbox_message(int index);

/* May strangers say it? */
bool registry_is_inbox(enum event_type type);

#endif
