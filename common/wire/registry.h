/* Which protobuf-c descriptor and which rules stand behind each event_type: lookups in what the generator made (contract.h). */
#ifndef OMBUD_WIRE_REGISTRY_H
#define OMBUD_WIRE_REGISTRY_H

#include "common/wire/contract.h"

/* NULL for EVENT_NONE. */
const ProtobufCMessageDescriptor *registry_descriptor(enum event_type type);

/* The rules of a message of ours; NULL of another's (google.protobuf.Timestamp). */
const struct contract_message *registry_message(const ProtobufCMessageDescriptor *descriptor);

/* The message at that place of inbox.proto, as Confluent framing counts them; EVENT_NONE when there is none or it is no event. */
enum event_type registry_inbox_message(int place);

#endif
