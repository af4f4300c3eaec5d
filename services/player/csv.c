#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"

#include "services/player/csv.h"

struct csv {
	char *text; /* the whole file, NUL-ended */
	const char *at, *end;
	struct buf header, row; /* fields, each ended by NUL */
	size_t header_starts[CSV_COLUMNS_MAX], starts[CSV_COLUMNS_MAX];
	int header_count, count;
};

static void skip_newline(struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	if (csv->at < csv->end && *csv->at == '\n')
		csv->at++;
}

/* Within quotes, two quotes are one; an end of file ends the field as well. */
static void read_quoted(struct csv *csv, struct buf *out)
{
	for (csv->at++; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"') {
			csv->at++;
			if (csv->at >= csv->end || *csv->at != '"')
				return;
		}
		buf_char(out, *csv->at);
	}
}

static void read_field(struct csv *csv, struct buf *out)
{
	if (csv->at < csv->end && *csv->at == '"')
		read_quoted(csv, out);
	for (; csv->at < csv->end && *csv->at != ',' && *csv->at != '\n' && *csv->at != '\r'; csv->at++)
		buf_char(out, *csv->at);
	buf_char(out, '\0');
}

static int read_row(struct csv *csv, struct buf *out, size_t *starts)
{
	int count = 0;
	buf_reset(out);
	for (;;) {
		size_t start = out->size;
		read_field(csv, out);
		if (count < CSV_COLUMNS_MAX)
			starts[count++] = start;
		if (csv->at >= csv->end || *csv->at != ',')
			break;
		csv->at++;
	}
	skip_newline(csv);
	return count;
}

static char *read_file(const char *path, size_t *size, char *error, size_t error_size)
{
	struct buf text = BUF_EMPTY;
	char part[65536];
	FILE *file = fopen(path, "re");
	if (!file) {
		snprintf(error, error_size, "%s: %s", path, strerror(errno));
		return NULL;
	}
	for (size_t got; (got = fread(part, 1, sizeof(part), file)) > 0;)
		buf_append(&text, part, got);
	fclose(file);
	*size = text.size;
	return buf_take(&text);
}

struct csv *csv_open(const char *path, char *error, size_t error_size)
{
	size_t size = 0;
	char *text = read_file(path, &size, error, error_size);
	if (!text)
		return NULL;
	struct csv *csv = xcalloc(1, sizeof(*csv));
	csv->text = text;
	csv->at = text;
	csv->end = text + size;
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		csv->at += 3;
	csv->header_count = read_row(csv, &csv->header, csv->header_starts);
	return csv;
}

void csv_close(struct csv *csv)
{
	if (!csv)
		return;
	buf_free(&csv->header);
	buf_free(&csv->row);
	free(csv->text);
	free(csv);
}

bool csv_next(struct csv *csv)
{
	while (csv->at < csv->end && (*csv->at == '\n' || *csv->at == '\r'))
		csv->at++;
	if (csv->at >= csv->end)
		return false;
	csv->count = read_row(csv, &csv->row, csv->starts);
	return true;
}

const char *csv_field(const struct csv *csv, const char *name)
{
	for (int i = 0; i < csv->header_count && i < csv->count; i++) {
		if (strcmp(csv->header.data + csv->header_starts[i], name) == 0)
			return csv->row.data + csv->starts[i];
	}
	return "";
}
