/* CSV as RFC 4180 has it and as people write it: quoted fields with commas, quotes and newlines, CRLF, a byte order mark. Columns
 * are asked for by name; one that is not there reads as "". */
#ifndef OMBUD_SERVICES_PLAYER_CSV_H
#define OMBUD_SERVICES_PLAYER_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { CSV_COLUMNS_MAX = 64 };

struct csv;

/* NULL: cannot be read, error says why. A file without any line is one without rows. */
struct csv *csv_open(const char *path, char *error, size_t error_size);
void csv_close(struct csv *csv); /* NULL is fine */

/* The next row; false at the end. */
bool csv_next(struct csv *csv);
/* The field of this row under that name, until the next row. */
const char *csv_field(const struct csv *csv, const char *name);

#endif
