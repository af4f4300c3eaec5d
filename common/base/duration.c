#include "common/base/duration.h"

#include <string.h>

#include "common/base/instant.h"

/* From the longest to the shortest. */
static const struct {
	const char *name;
	int64_t us;
} units[] = {{"d", US_PER_DAY}, {"h", US_PER_HOUR}, {"m", US_PER_MINUTE}, {"s", US_PER_SECOND}, {"ms", 1000}, {"us", 1}};
enum { UNITS_COUNT = sizeof units / sizeof *units };

/* Digits and a unit that comes after *unit; advances both. */
static bool read_part(const char **text, int *unit, int64_t *sum_us)
{
	int64_t number = 0, part;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *at - '0', &number))
			return false;
	size_t size = strspn(at, "dhmsu");
	if (at == *text || size == 0)
		return false;
	for (int i = *unit; i < UNITS_COUNT; i++) {
		if (strlen(units[i].name) != size || memcmp(units[i].name, at, size) != 0)
			continue;
		*unit = i + 1;
		*text = at + size;
		return !__builtin_mul_overflow(number, units[i].us, &part) && !__builtin_add_overflow(*sum_us, part, sum_us);
	}
	return false;
}

bool duration_parse(const char *text, int64_t *duration_us)
{
	int64_t sum_us = 0;
	int unit = 0;

	do {
		if (!read_part(&text, &unit, &sum_us))
			return false;
	} while (*text != '\0');
	*duration_us = sum_us;
	return true;
}
