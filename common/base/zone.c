#include "common/base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
