#include "common/wire/confluent.h"

#include <stdint.h>

#include "common/wire/fault.h"

enum { FRAME_SIZE = 5, MESSAGES_MAX = 1024 };

bool confluent_is_framed(const void *data, size_t size)
{
	return size > 0 && *(const uint8_t *)data == 0;
}

static bool read_zigzag(const uint8_t **at, const uint8_t *end, int64_t *number)
{
	uint64_t value = 0;

	for (int shift = 0; shift < 35 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*number = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
			return true;
		}
	}
	return false;
}

bool confluent_parse(const void *data, size_t size, int *index, size_t *header_size, struct wire_fault *fault)
{
	const uint8_t *at = (const uint8_t *)data + FRAME_SIZE, *end = (const uint8_t *)data + size;
	int64_t count, first = 0;

	if (size <= FRAME_SIZE || !read_zigzag(&at, end, &count))
		return fault_set(fault, "bad_framing", "the frame is cut");
	if (count != 0 && count != 1)
		return fault_set(fault, "bad_framing", "the frame names a nested message");
	if (count == 1 && !read_zigzag(&at, end, &first))
		return fault_set(fault, "bad_framing", "the frame's message index is cut");
	if (first < 0 || first > MESSAGES_MAX)
		return fault_set(fault, "bad_framing", "the frame's message index is out of range");
	*index = (int)first;
	*header_size = (size_t)(at - (const uint8_t *)data);
	return true;
}
