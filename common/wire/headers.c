#include "common/wire/wire.h"

#include <string.h>

const struct header *wire_header_find(const struct headers *headers, const char *name)
{
	for (int i = 0; i < headers->count; i++)
		if (strcmp(headers->rows[i].name, name) == 0)
			return &headers->rows[i];
	return NULL;
}

static uint8_t *put(uint8_t *at, uint32_t number)
{
	for (int i = 3; i >= 0; i--)
		*at++ = (uint8_t)(number >> (8 * i));
	return at;
}

static uint8_t *put_bytes(uint8_t *at, const void *data, size_t size)
{
	if (size > 0)
		memcpy(at, data, size);
	return at + size;
}

static size_t packed_size(const struct headers *headers)
{
	size_t size = 4;
	for (int i = 0; i < headers->count; i++)
		size += 4 + strlen(headers->rows[i].name) + 4 + (headers->rows[i].value ? headers->rows[i].size : 0);
	return size;
}

const void *wire_headers_pack(struct arena *arena, const struct headers *headers, size_t *size)
{
	*size = packed_size(headers);
	uint8_t *data = arena_alloc(arena, *size);
	uint8_t *at = put(data, (uint32_t)headers->count);

	for (int i = 0; i < headers->count; i++) {
		const struct header *header = &headers->rows[i];
		size_t name_size = strlen(header->name);
		at = put_bytes(put(at, (uint32_t)name_size), header->name, name_size);
		at = put(at, header->value ? (uint32_t)header->size : UINT32_MAX);
		at = put_bytes(at, header->value, header->value ? header->size : 0);
	}
	return data;
}

/* A big-endian number; false when cut. */
static bool get(const uint8_t **at, const uint8_t *end, uint32_t *number)
{
	if (end - *at < 4)
		return false;
	*number = 0;
	for (int i = 0; i < 4; i++)
		*number = *number << 8 | *(*at)++;
	return true;
}

static bool get_header(struct arena *arena, const uint8_t **at, const uint8_t *end, struct header *header)
{
	uint32_t size;

	if (!get(at, end, &size) || size > (size_t)(end - *at))
		return false;
	header->name = arena_strndup(arena, (const char *)*at, size);
	*at += size;
	if (!get(at, end, &size))
		return false;
	if (size == UINT32_MAX)
		return true;
	if (size > (size_t)(end - *at))
		return false;
	header->value = *at;
	header->size = size;
	*at += size;
	return true;
}

/* Values are borrowed from data. */
bool wire_headers_unpack(struct arena *arena, const void *data, size_t size, struct headers *headers)
{
	const uint8_t *at = data, *end = at + size;
	uint32_t count;

	*headers = (struct headers){0};
	if (!get(&at, end, &count) || count > size / 8)
		return false;
	headers->rows = arena_new_array(arena, struct header, count);
	headers->count = (int)count;
	for (uint32_t i = 0; i < count; i++)
		if (!get_header(arena, &at, end, &headers->rows[i]))
			return false;
	return at == end;
}
