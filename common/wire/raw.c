#include "common/wire/raw.h"

bool raw_long_varint(struct raw_span *span, uint64_t *number)
{
	uint64_t value = 0;

	for (int shift = 0; shift < 70 && span->at < span->end; shift += 7) {
		uint8_t byte = *span->at++;
		if (shift == 63 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*number = value;
			return true;
		}
	}
	return false;
}

static bool read_fixed(struct raw_span *span, size_t size, uint64_t *number)
{
	if (raw_size(*span) < size)
		return false;
	*number = 0;
	for (size_t i = 0; i < size; i++)
		*number |= (uint64_t)span->at[i] << (8 * i);
	span->at += size;
	return true;
}

static bool read_bytes(struct raw_span *span, struct raw_span *bytes)
{
	uint64_t size;

	if (!raw_varint(span, &size) || size > raw_size(*span))
		return false;
	*bytes = (struct raw_span){span->at, span->at + size};
	span->at += size;
	return true;
}

bool raw_content(struct raw_span *span, struct raw_value *value)
{
	switch (value->type) {
	case RAW_VARINT:
		return raw_varint(span, &value->number);
	case RAW_FIXED64:
		return read_fixed(span, 8, &value->number);
	case RAW_FIXED32:
		return read_fixed(span, 4, &value->number);
	case RAW_BYTES:
		return read_bytes(span, &value->bytes);
	default:
		return false;
	}
}
