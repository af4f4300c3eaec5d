#include "common/wire/confluent.h"

#include <stdint.h>
#include <string.h>

#include "common/base/die.h"
#include "common/wire/fault.h"
#include "common/wire/registry.h"

enum { FRAME_SIZE = 5, HEADER_SIZE_MAX = FRAME_SIZE + 8, MESSAGES_MAX = 1024 };

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

	if (size > FRAME_SIZE && *at == '{')
		return fault_set(fault, "bad_framing", "the frame holds JSON, and only protobuf is taken in one");
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

static uint8_t *write_zigzag(uint8_t *at, uint32_t number)
{
	number <<= 1; /* never negative */
	for (; number >= 0x80; number >>= 7)
		*at++ = (uint8_t)(number | 0x80);
	*at++ = (uint8_t)number;
	return at;
}

static uint32_t message_index(enum event_type type)
{
	for (uint32_t index = 0; index < MESSAGES_MAX; index++)
		if (registry_inbox_message((int)index) == type)
			return index;
	bug("%s is no message of the inbox", event_type_name(type));
}

static size_t write_header(uint8_t *header, uint32_t schema_id, uint32_t index)
{
	uint8_t *at = header;
	*at++ = 0;
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(schema_id >> shift);
	if (index == 0) {
		*at++ = 0;
	} else {
		at = write_zigzag(at, 1);
		at = write_zigzag(at, index);
	}
	return (size_t)(at - header);
}

const void *wire_pack_confluent(struct arena *arena, const struct event *event, uint32_t schema_id, size_t *size)
{
	size_t body_size;
	const void *body = wire_pack(arena, event, &body_size);
	uint8_t *framed = arena_alloc(arena, HEADER_SIZE_MAX + body_size);
	size_t header_size = write_header(framed, schema_id, message_index(event->type_id));
	memcpy(framed + header_size, body, body_size);
	*size = header_size + body_size;
	return framed;
}
