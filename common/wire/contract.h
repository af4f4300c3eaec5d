/* What the generator (common/wire/generate) makes of proto/: the rules that stand in the .proto beside each member, as arrays, and
 * which descriptor stands behind each event_type. Nobody reads this but registry.c and plan.c.
 */
#ifndef OMBUD_WIRE_CONTRACT_H
#define OMBUD_WIRE_CONTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "common/model/terms.h"
#include "common/wire/fields.h"

/* One member. */
struct contract_field {
	bool required; /* is there, and is not empty or zero */
	enum field_format format;
	int64_t min;      /* numbers */
	int64_t max;      /* numbers; bytes of a text; elements of a list */
	int64_t item_max; /* bytes of each text of a list */
};

struct contract_message {
	const ProtobufCMessageDescriptor *descriptor;
	const struct contract_field *fields; /* in the descriptor's order */
	uint64_t one_of;                     /* bit i: fields[i]; one of them must be there. 0: no such rule */
};

struct contract_event {
	const ProtobufCMessageDescriptor *descriptor;
	int place; /* in its file, as Confluent framing counts messages */
};

extern const struct contract_message contract_messages[];
extern const int contract_messages_count;
extern const struct contract_event contract_events[EVENT_TYPE_COUNT];

#endif
