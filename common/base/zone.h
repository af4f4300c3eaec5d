/* An instant as people of a place read it. For texts only: no deadline is ever computed here (calendars are, from PostgreSQL).
 *
 * The process's TZ variable belongs to this file; the C library keeps the last zone it was set to.
 */
#ifndef OMBUD_BASE_ZONE_H
#define OMBUD_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool zone_known(const char *zone); /* an IANA name that this machine has */

/* strftime's pattern, applied in the zone. Cut to size; "" when the zone is not known. Returns text. */
const char *zone_format(const char *zone, int64_t instant_us, const char *pattern, char *text, size_t size);

/* "UTC+08:00" at that instant; text has ZONE_OFFSET_SIZE bytes. */
enum { ZONE_OFFSET_SIZE = 16 };
const char *zone_offset(const char *zone, int64_t instant_us, char *text);

#endif
