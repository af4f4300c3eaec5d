/* A message's descriptor tied to the rows of fields.c and the rules of proto/: made once at the first use, so that no name is
 * compared while events flow. A field without a row, or a row of another kind than its field, is a bug() there and then.
 */
#ifndef OMBUD_WIRE_PLAN_H
#define OMBUD_WIRE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "common/model/terms.h"
#include "common/wire/contract.h"
#include "common/wire/fields.h"
#include "common/wire/raw.h"

enum {
	PLAN_ID_MAX = 256,    /* field numbers are below: one table finds a field */
	PLAN_SLOTS_MAX = 64,  /* one 64-bit word holds who was seen */
	PLAN_DEPTH_MAX = 8,   /* ComplaintChanged.said.order.items.price.minor_units is at 6 */
	PLAN_PLANS_MAX = 256, /* messages of all packages, those of the inbox once more as they stand in a fact */
};

struct plan_field {
	const ProtobufCFieldDescriptor *field;
	const struct field_row *row;
	const struct contract_field *rule;
	const struct plan *sub; /* of a sub-message */
	enum raw_type type;     /* of a single one on the wire */
	uint8_t id;
	uint8_t slot;                  /* its bit among those seen: its index; all that may be `said` share one */
	enum event_type said;          /* of FIELD_SAID: which message */
	const struct plan_field *twin; /* in a message that is said: the fact's own field of that name; NULL: none */
	bool list;
};

struct plan {
	const ProtobufCMessageDescriptor *descriptor;
	const struct field_shape *shape;
	const void *blank;         /* a value struct of this shape without content: its texts are "" */
	struct plan_field *fields; /* in the descriptor's order */
	unsigned count;
	bool is_evidence;                 /* what is wrong in one of a stranger's may cost that piece only */
	bool is_fact;                     /* a top-level message that is ours to say */
	uint64_t required;                /* bit i: fields[i] must be there */
	uint64_t one_of;                  /* likewise: one of these */
	uint8_t index_by_id[PLAN_ID_MAX]; /* index + 1; 0: no such field */
};

/* Of a top-level message; NULL for EVENT_NONE. */
const struct plan *plan_of(enum event_type type);

#endif
