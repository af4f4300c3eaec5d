#include "common/base/uuid.h"

#include <string.h>

static bool is_dash_place(int place)
{
	return place == 8 || place == 13 || place == 18 || place == 23;
}

const char *uuid_format(const struct uuid *uuid, char *text)
{
	static const char digits[] = "0123456789abcdef";
	char *out = text;

	for (int i = 0; i < 16; i++) {
		if (is_dash_place((int)(out - text)))
			*out++ = '-';
		*out++ = digits[uuid->bytes[i] >> 4];
		*out++ = digits[uuid->bytes[i] & 15];
	}
	*out = '\0';
	return text;
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

bool uuid_parse(const char *text, struct uuid *uuid)
{
	struct uuid parsed = {0};
	int count = 0;

	if (strlen(text) != UUID_TEXT_SIZE - 1)
		return false;
	for (const char *at = text; count < 16; at += 2) {
		if (is_dash_place((int)(at - text)) && *at++ != '-')
			return false;
		int high = hex_value(at[0]), low = hex_value(at[1]);
		if ((high | low) < 0)
			return false;
		parsed.bytes[count++] = (uint8_t)(high << 4 | low);
	}
	*uuid = parsed;
	return true;
}

bool uuid_is_zero(const struct uuid *uuid)
{
	static const struct uuid zero;
	return memcmp(uuid, &zero, sizeof zero) == 0;
}

struct uuid uuid_v7_derive(int64_t instant_us, const uint8_t *digest)
{
	struct uuid uuid;
	uint64_t ms = instant_us < 0 ? 0 : (uint64_t)instant_us / 1000;

	for (int i = 0; i < 6; i++)
		uuid.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(uuid.bytes + 6, digest, 10);
	uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | 0x70); /* version */
	uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80); /* variant */
	return uuid;
}
