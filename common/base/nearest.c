#include "common/base/nearest.h"

#include <stdint.h>
#include <string.h>

enum { NEAREST_NAME_SIZE_MAX = 64 };

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* Levenshtein's, one row of the table at a time. */
size_t nearest_distance(const char *one, const char *other)
{
	size_t rows = strlen(one), columns = strlen(other);
	size_t row[NEAREST_NAME_SIZE_MAX + 1];

	if (rows > NEAREST_NAME_SIZE_MAX || columns > NEAREST_NAME_SIZE_MAX)
		return rows > columns ? rows : columns;
	for (size_t x = 0; x <= columns; x++)
		row[x] = x;
	for (size_t y = 1; y <= rows; y++) {
		size_t diagonal = row[0];
		row[0] = y;
		for (size_t x = 1; x <= columns; x++) {
			size_t above = row[x];
			row[x] = least_of(above + 1, row[x - 1] + 1, diagonal + (one[y - 1] != other[x - 1]));
			diagonal = above;
		}
	}
	return row[columns];
}

const char *nearest_name(const char *wrong, const char *const *names)
{
	const char *nearest = NULL;
	size_t least = SIZE_MAX;

	for (; *names != NULL; names++) {
		size_t distance = nearest_distance(wrong, *names);
		size_t bound = strlen(*names) / 3 > 2 ? strlen(*names) / 3 : 2;
		if (distance <= bound && distance < strlen(*names) && distance < least) {
			nearest = *names;
			least = distance;
		}
	}
	return nearest;
}
