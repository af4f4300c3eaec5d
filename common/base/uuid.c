#include "common/base/uuid.h"

#include <string.h>

/* Where the digits of each byte stand in the text. */
static const uint8_t places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

const char *uuid_format(const struct uuid *uuid, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 16; i++) {
		text[places[i]] = digits[uuid->bytes[i] >> 4];
		text[places[i] + 1] = digits[uuid->bytes[i] & 15];
	}
	text[8] = text[13] = text[18] = text[23] = '-';
	text[UUID_TEXT_SIZE - 1] = '\0';
	return text;
}

/* The value of a hexadecimal digit and 1; 0: it is none. */
static const uint8_t digit_values[256] = {
    ['0'] = 1,
    ['1'] = 2,
    ['2'] = 3,
    ['3'] = 4,
    ['4'] = 5,
    ['5'] = 6,
    ['6'] = 7,
    ['7'] = 8,
    ['8'] = 9,
    ['9'] = 10,
    ['a'] = 11,
    ['b'] = 12,
    ['c'] = 13,
    ['d'] = 14,
    ['e'] = 15,
    ['f'] = 16,
    ['A'] = 11,
    ['B'] = 12,
    ['C'] = 13,
    ['D'] = 14,
    ['E'] = 15,
    ['F'] = 16,
};

bool uuid_parse(const char *text, struct uuid *uuid)
{
	struct uuid parsed;

	if (strlen(text) != UUID_TEXT_SIZE - 1 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
		return false;
	for (int i = 0; i < 16; i++) {
		int high = digit_values[(uint8_t)text[places[i]]], low = digit_values[(uint8_t)text[places[i] + 1]];
		if (high == 0 || low == 0)
			return false;
		parsed.bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	*uuid = parsed;
	return true;
}

bool uuid_is_zero(const struct uuid *uuid)
{
	static const struct uuid zero;
	return memcmp(uuid, &zero, sizeof zero) == 0;
}

static void put_ms(struct uuid *uuid, uint64_t ms, const uint8_t *digest)
{
	for (int i = 0; i < 6; i++)
		uuid->bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(uuid->bytes + 6, digest, 10);
}

struct uuid uuid_derive(int64_t instant_us, const uint8_t *digest)
{
	struct uuid uuid;
	bool timed = instant_us >= 1000;

	if (timed)
		put_ms(&uuid, (uint64_t)instant_us / 1000, digest);
	else
		memcpy(uuid.bytes, digest, sizeof uuid.bytes);
	uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | (timed ? 0x70 : 0x80)); /* version */
	uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);                  /* variant */
	return uuid;
}
