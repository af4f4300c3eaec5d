#include "common/base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/die.h"
#include "common/base/instant.h"

static const char folder[] = "/usr/share/zoneinfo/";

bool zone_known(const char *zone)
{
	char path[256], magic[4] = "";
	if (!zone[0] || zone[0] == '/' || strstr(zone, "..") || strlen(zone) > 100)
		return false;
	snprintf(path, sizeof path, "%s%s", folder, zone);
	/* beside zones there are folders and lists */
	FILE *file = fopen(path, "re");
	bool known = file && fread(magic, sizeof magic, 1, file) == 1 && memcmp(magic, "TZif", 4) == 0;
	if (file)
		fclose(file);
	return known;
}

static bool local(const char *zone, int64_t instant_us, struct tm *tm)
{
	const char *now = getenv("TZ");
	if (!now || strcmp(now, zone) != 0) {
		if (!zone_known(zone))
			return false;
		setenv("TZ", zone, 1);
		tzset();
	}
	time_t seconds = (time_t)(instant_us / US_PER_SECOND);
	return localtime_r(&seconds, tm) != NULL;
}

const char *zone_format(const char *zone, int64_t instant_us, const char *pattern, char *text, size_t size)
{
	struct tm tm;
	text[0] = '\0';
	if (local(zone, instant_us, &tm) && strftime(text, size, pattern, &tm) == 0)
		text[0] = '\0';
	return text;
}

const char *zone_offset(const char *zone, int64_t instant_us, char *text)
{
	struct tm tm;
	long minutes = local(zone, instant_us, &tm) ? tm.tm_gmtoff / 60 : 0;
	long size = minutes < 0 ? -minutes : minutes;
	snprintf(text, ZONE_OFFSET_SIZE, "UTC%c%02ld:%02ld", minutes < 0 ? '-' : '+', size / 60 % 100, size % 60);
	return text;
}

const char *zone_instant(const char *zone, int64_t instant_us, char between, char *text)
{
	char day[16], time[16], offset[ZONE_OFFSET_SIZE], fraction[8] = "";
	const char *known = zone_known(zone) ? zone : "UTC";
	int micros = (int)((instant_us % US_PER_SECOND + US_PER_SECOND) % US_PER_SECOND);
	int64_t second_us = instant_us - micros;
	if (micros)
		snprintf(fraction, sizeof fraction, ".%06d", micros % 1000000);
	snprintf(text, ZONE_INSTANT_SIZE, "%s%c%s%s%s%s", zone_format(known, second_us, "%Y-%m-%d", day, sizeof day), between,
	    zone_format(known, second_us, "%H:%M:%S", time, sizeof time), fraction, between == 'T' ? "" : " ",
	    zone_offset(known, second_us, offset) + strlen("UTC"));
	return text;
}

/* ---- offsets ---- */

enum { LOOK_S = 6 * 3600 }; /* no zone has had two changes within so little */

static int64_t offset_at(const char *zone, int64_t seconds)
{
	struct tm tm;
	return local(zone, seconds * US_PER_SECOND, &tm) ? tm.tm_gmtoff : 0;
}

static void add_span(struct zone_spans *spans, int64_t from_us, int64_t offset_s)
{
	spans->rows = xrealloc(spans->rows, sizeof *spans->rows * (size_t)(spans->count + 1));
	spans->rows[spans->count++] = (struct zone_span){from_us, offset_s * US_PER_SECOND};
}

/* The first second after low that has another offset; one at or before high has. */
static int64_t change_between(const char *zone, int64_t low, int64_t high)
{
	int64_t offset_s = offset_at(zone, low);
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (offset_at(zone, middle) == offset_s)
			low = middle;
		else
			high = middle;
	}
	return high;
}

bool zone_spans_find(const char *zone, int64_t from_us, int64_t until_us, struct zone_spans *spans)
{
	*spans = (struct zone_spans){0};
	if (!zone_known(zone))
		return false;
	int64_t now = from_us / US_PER_SECOND - (from_us % US_PER_SECOND < 0), until = until_us / US_PER_SECOND + 1;
	int64_t offset_s = offset_at(zone, now);
	add_span(spans, from_us, offset_s);
	while (now < until) {
		int64_t next = now + LOOK_S;
		if (offset_at(zone, next) == offset_s) {
			now = next;
			continue;
		}
		now = change_between(zone, now, next);
		offset_s = offset_at(zone, now);
		if (now < until)
			add_span(spans, now * US_PER_SECOND, offset_s);
	}
	return true;
}

void zone_spans_free(struct zone_spans *spans)
{
	free(spans->rows);
	*spans = (struct zone_spans){0};
}

/* Where the day's last part ends: a midnight may be skipped, and clocks may go back over it. */
static int64_t day_end_us(const struct zone_spans *spans, int64_t midnight_us)
{
	int64_t found_us = spans->rows[0].from_us;
	for (int i = 0; i < spans->count; i++) {
		int64_t end_us = midnight_us - spans->rows[i].offset_us;
		if (i + 1 < spans->count && spans->rows[i + 1].from_us < end_us)
			end_us = spans->rows[i + 1].from_us;
		if (end_us > spans->rows[i].from_us)
			found_us = end_us;
	}
	return found_us;
}

int64_t zone_next_day_us(const char *zone, int64_t instant_us)
{
	struct zone_spans spans;
	if (!zone_spans_find(zone, instant_us, instant_us + 2 * US_PER_DAY, &spans))
		return zone_next_day_us("UTC", instant_us);
	int64_t local_us = instant_us + spans.rows[0].offset_us;
	int64_t day = local_us / US_PER_DAY - (local_us % US_PER_DAY < 0);
	int64_t next_us = day_end_us(&spans, (day + 1) * US_PER_DAY);
	zone_spans_free(&spans);
	return next_us;
}
