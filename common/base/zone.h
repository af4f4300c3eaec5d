/* A place's time: an instant as people there read it, and which offsets hold there when. From the machine's tzdata (TZif, RFC
 * 9636), as the C library reads it.
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

/* "2026-10-08T09:00:00+08:00", with a fraction only when there is one; between: what stands for the T (a blank: before the offset,
 * too). text has ZONE_INSTANT_SIZE bytes; a zone that is not known: UTC. */
enum { ZONE_INSTANT_SIZE = 48 };
const char *zone_instant(const char *zone, int64_t instant_us, char between, char *text);

/* One offset holds from from_us until the next one's. */
struct zone_span {
	int64_t from_us;
	int64_t offset_us; /* local time less UTC */
};
struct zone_spans {
	struct zone_span *rows;
	int count;
};
/* All of [from_us, until_us) in order, the first from from_us on. false: the zone is not known. Else zone_spans_free(). */
bool zone_spans_find(const char *zone, int64_t from_us, int64_t until_us, struct zone_spans *spans);
void zone_spans_free(struct zone_spans *spans);

/* When the next local day begins there; a zone that is not known: UTC's. */
int64_t zone_next_day_us(const char *zone, int64_t instant_us);

#endif
