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

bool raw_fixed(struct raw_span *span, struct raw_value *value)
{
	size_t size = value->type == RAW_FIXED64 ? 8 : 4;

	if ((value->type != RAW_FIXED64 && value->type != RAW_FIXED32) || raw_size(*span) < size)
		return false;
	value->number = 0;
	for (size_t i = 0; i < size; i++)
		value->number |= (uint64_t)span->at[i] << (8 * i);
	span->at += size;
	return true;
}
