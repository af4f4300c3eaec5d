/* UUIDs as 16 bytes and as canonical lower-case text. */
#ifndef OMBUD_BASE_UUID_H
#define OMBUD_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

struct uuid {
	uint8_t bytes[16];
};

enum { UUID_TEXT_SIZE = 37 };

const char *uuid_format(const struct uuid *uuid, char *text); /* text has UUID_TEXT_SIZE bytes; returns it */
bool uuid_parse(const char *text, struct uuid *uuid);         /* 36 characters with dashes, any case */
bool uuid_is_zero(const struct uuid *uuid);

/* Version 7 form: 48 bits of milliseconds from instant_us, the rest from digest (at least 16 bytes). Without an instant (less than
 * a millisecond since 1970) the version 8 form, all of it from digest: no two such ids lie together. Deterministic: whoever knows
 * the same facts derives the same id (proto/TERMS.md, complaint ids). */
struct uuid uuid_derive(int64_t instant_us, const uint8_t *digest);

#endif
