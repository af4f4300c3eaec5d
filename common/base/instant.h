/* Instants: microseconds since 1970-01-01 UTC in an int64_t, named *_us. RFC 3339 in and out. */
#ifndef OMBUD_BASE_INSTANT_H
#define OMBUD_BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)

enum { INSTANT_TEXT_SIZE = 32 };

/* "2026-11-02T09:00:00Z", with a fraction only when there is one (3 or 6 digits). text has INSTANT_TEXT_SIZE bytes; returns it. */
const char *instant_format(int64_t instant_us, char *text);

/* Years 1 to 9999, which is all that RFC 3339, and a Timestamp of protobuf, can say. */
bool instant_in_bounds(int64_t instant_us);

/* Any RFC 3339 form with a zone (Z or an offset), years 1 to 9999. false: not one. */
bool instant_parse(const char *text, size_t size, int64_t *instant_us);

int64_t instant_wall_us(void); /* the machine's clock: for log lines and ledgers, and one of three voices
				  (common/daemon/clock_judge.h); never alone for a decision */
int64_t instant_monotonic_us(void);

#endif
