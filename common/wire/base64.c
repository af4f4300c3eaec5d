#include "common/wire/base64.h"

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool base64_read(struct arena *arena, const char *text, size_t size, uint8_t **data, size_t *data_size)
{
	uint8_t *at = arena_alloc(arena, size / 4 * 3 + 3);
	uint32_t bits = 0;
	int count = 0;

	*data = at;
	while (size > 0 && text[size - 1] == '=' && size % 4 != 1)
		size--;
	for (size_t i = 0; i < size; i++) {
		int digit = digit_of(text[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			*at++ = (uint8_t)(bits >> count);
		}
	}
	*data_size = (size_t)(at - *data);
	return size % 4 != 1 && (bits & ((1u << count) - 1)) == 0;
}

void base64_write(struct buf *text, const uint8_t *data, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < size; i += 3) {
		uint32_t bits = (uint32_t)data[i] << 16;
		if (i + 1 < size)
			bits |= (uint32_t)data[i + 1] << 8;
		if (i + 2 < size)
			bits |= data[i + 2];
		char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63], i + 1 < size ? digits[bits >> 6 & 63] : '=',
		    i + 2 < size ? digits[bits & 63] : '='};
		buf_append(text, group, sizeof group);
	}
}
