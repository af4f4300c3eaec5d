/* Protobuf's wire format, field by field: what a reader of raw bytes needs. Every reader advances the span or returns false. */
#ifndef OMBUD_WIRE_RAW_H
#define OMBUD_WIRE_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum raw_type { RAW_VARINT = 0, RAW_FIXED64 = 1, RAW_BYTES = 2, RAW_GROUP = 3, RAW_GROUP_END = 4, RAW_FIXED32 = 5 };

/* What is left to read. */
struct raw_span {
	const uint8_t *at;
	const uint8_t *end;
};

/* One field on the wire. */
struct raw_value {
	uint32_t id;
	enum raw_type type;
	uint64_t number;
	struct raw_span bytes; /* RAW_BYTES */
};

static inline size_t raw_size(struct raw_span span)
{
	return (size_t)(span.end - span.at);
}

bool raw_long_varint(struct raw_span *span, uint64_t *number);

static inline bool raw_varint(struct raw_span *span, uint64_t *number)
{
	if (span->at == span->end || *span->at >= 0x80)
		return raw_long_varint(span, number);
	*number = *span->at++;
	return true;
}

/* The field's number and type; false when it is cut, or no number that a field may have. */
static inline bool raw_tag(struct raw_span *span, struct raw_value *value)
{
	uint64_t tag;

	if (!raw_varint(span, &tag) || tag >> 3 == 0 || tag > UINT32_MAX)
		return false;
	value->id = (uint32_t)(tag >> 3);
	value->type = (enum raw_type)(tag & 7);
	return true;
}

static inline bool raw_bytes(struct raw_span *span, struct raw_span *bytes)
{
	uint64_t size;

	if (!raw_varint(span, &size) || size > raw_size(*span))
		return false;
	*bytes = (struct raw_span){span->at, span->at + size};
	span->at += size;
	return true;
}

bool raw_fixed(struct raw_span *span, struct raw_value *value);

/* The rest of it; false also for groups, which proto3 does not have. */
static inline bool raw_content(struct raw_span *span, struct raw_value *value)
{
	if (value->type == RAW_BYTES)
		return raw_bytes(span, &value->bytes);
	return value->type == RAW_VARINT ? raw_varint(span, &value->number) : raw_fixed(span, value);
}

#endif
