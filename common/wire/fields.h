/* Where each field of proto/ lies in common/model/event.h. What may be in it stands in the .proto (contract.h).
 *
 * A field name means the same in every message, so one row serves all messages that have it: the rows of event_shape for
 * the messages themselves and for those sub-messages that are flattened onto the event (meta, an offer, a defence), and one table
 * for each value struct. common/wire/plan.c ties the rows to the descriptors, once, at start.
 */
#ifndef OMBUD_WIRE_FIELDS_H
#define OMBUD_WIRE_FIELDS_H

#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_TEXT,
	FIELD_BYTES, /* pointer and size */
	FIELD_BOOL,
	FIELD_ENUM,
	FIELD_INT32,
	FIELD_INT64,
	FIELD_DOUBLE,
	FIELD_INSTANT, /* google.protobuf.Timestamp <-> microseconds */
	FIELD_FLAT,    /* a sub-message whose members lie in the same struct */
	FIELD_VARIANT, /* the same, one of several: the enum at offset says which (`variant` is its number) */
	FIELD_SAID,    /* one of several messages of strangers, by pointer to an event of its own that says which */
	FIELD_STRUCT,  /* a sub-message in place */
	FIELD_POINTER, /* a sub-message by pointer, NULL when absent */
	FIELD_AMOUNT,  /* an int64 that is one of several: the enum at offset says which, the number is at count_offset */
	FIELD_TEXTS,   /* lists: pointer, and count at count_offset */
	FIELD_ENUMS,
	FIELD_INSTANTS,
	FIELD_STRUCTS,
};

enum field_format {
	FORMAT_TEXT, /* whatever a person wrote */
	FORMAT_ID,   /* no control characters: it becomes a key, a header, a log line */
	FORMAT_UUID,
	FORMAT_CURRENCY, /* ISO 4217: three capitals */
	FORMAT_URI,
	FORMAT_MEDIA_TYPE,
	FORMAT_LANGUAGE,    /* BCP 47 */
	FORMAT_TIME_OF_DAY, /* HH:MM */
	FORMAT_ZONE,        /* the form of an IANA zone's name */
	FORMAT_VERSIONED,   /* id@version */
	FORMAT_CODE,        /* GB/T 42499-2023: nine digits */
	FORMAT_SHA256,      /* 32 bytes */
};

struct field_shape;

struct field_row {
	const char *name;
	enum field_kind kind;
	size_t offset;
	size_t count_offset;
	const struct field_shape *shape; /* of a sub-message */
	int32_t variant;                 /* of FIELD_VARIANT and FIELD_AMOUNT: the enum's number */
};

/* One C struct. */
struct field_shape {
	const char *message; /* short name of the message it mirrors; "" for struct event */
	size_t size;
	const struct field_row *rows;
	int count;
};

extern const struct field_shape event_shape;

/* Of what an envelope says, as proto/ has it for meta: CloudEvents attributes are no members of a message. */
enum {
	FIELD_ID_SIZE_MAX = 128,     /* any id: it must fit keys, headers and index entries */
	FIELD_SOURCE_SIZE_MAX = 256, /* CloudEvents sources are URIs */
};

const struct field_row *fields_find(const struct field_shape *shape, const char *name);

#endif
