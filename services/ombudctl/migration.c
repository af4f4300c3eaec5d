#include "services/ombudctl/migration.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/tongue.h"

bool migration_file_name(const char *file)
{
	size_t digits = strspn(file, "0123456789"), size = strlen(file);
	return digits > 0 && file[digits] == '_' && size > digits + 5 && !strcmp(file + size - 4, ".sql");
}

/* A line "-- migrate:WORD options"; blanks are free. Returns what follows the word, NULL when it is another line. */
static const char *marker(const char *line, const char *word)
{
	if (strncmp(line, "--", 2))
		return NULL;
	line += 2 + strspn(line + 2, " \t");
	if (strncmp(line, "migrate:", 8) || strncmp(line + 8, word, strlen(word)))
		return NULL;
	line += 8 + strlen(word);
	return isspace((unsigned char)*line) || !*line ? line : NULL;
}

static bool wants_transaction(const char *options)
{
	char line[256];
	snprintf(line, sizeof line, "%.*s", (int)strcspn(options, "\n"), options);
	return !strstr(line, "transaction:false");
}

/* The first line that is this marker; NULL when there is none. */
static const char *marker_find(const char *text, const char *word)
{
	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (marker(line, word))
			return line;
	return NULL;
}

static char *copy(const char *from, const char *end)
{
	struct buf buf = BUF_EMPTY;
	buf_append(&buf, from, (size_t)(end - from));
	return buf_take(&buf);
}

bool migration_parse(const char *file, const char *text, struct migration *migration, char *error, size_t error_size)
{
	const char *up = marker_find(text, "up"), *down = marker_find(text, "down");
	const char *wrong = !migration_file_name(file)  ? "the name is not DIGITS_name.sql"
			    : !up                       ? "no line '-- migrate:up'"
			    : down && down < up         ? "'-- migrate:down' stands before '-- migrate:up'"
			    : marker_find(up + 1, "up") ? "two lines '-- migrate:up'"
							: NULL;
	if (wrong) {
		snprintf(error, error_size, "%s: %s", file, wrong);
		return false;
	}
	const char *end = text + strlen(text);
	size_t digits = strspn(file, "0123456789");
	*migration = (struct migration){
	    .version = copy(file, file + digits),
	    .name = copy(file + digits + 1, file + strlen(file) - 4),
	    .up = copy(up, down ? down : end),
	    .down = copy(down ? down : end, end),
	    .up_transaction = wants_transaction(marker(up, "up")),
	    .down_transaction = !down || wants_transaction(marker(down, "down")),
	};
	return true;
}

void migration_free(struct migration *migration)
{
	free(migration->version);
	free(migration->name);
	free(migration->up);
	free(migration->down);
	*migration = (struct migration){0};
}

void migrations_free(struct migration *migrations, int count)
{
	for (int i = 0; i < count; i++)
		migration_free(&migrations[i]);
	free(migrations);
}

static int by_version(const void *one, const void *other)
{
	const struct migration *a = one, *b = other;
	return strcmp(a->version, b->version);
}

static bool read_file(const char *path, struct buf *text)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	size_t got;
	do {
		got = fread(buf_reserve(text, 65536), 1, 65536, file);
		buf_grow(text, got);
	} while (got);
	bool whole = !ferror(file);
	fclose(file);
	return whole;
}

static bool read_one(const char *folder, const char *file, struct migration *migration, char *error, size_t error_size)
{
	char path[4096];
	struct buf text = BUF_EMPTY;
	snprintf(path, sizeof path, "%s/%s", folder, file);
	bool good = read_file(path, &text);
	if (!good)
		snprintf(error, error_size, "%s: %s", path, tongue(strerror(errno)));
	else
		good = migration_parse(file, buf_string(&text), migration, error, error_size);
	buf_free(&text);
	return good;
}

struct migration *migrations_read(const char *folder, int *count, char *error, size_t error_size)
{
	struct migration *migrations = xcalloc(1, sizeof *migrations);
	DIR *stream = opendir(folder);
	bool good = stream != NULL;
	*count = 0;
	if (!good)
		snprintf(error, error_size, "%s: %s", folder, tongue(strerror(errno)));
	for (struct dirent *entry; good && (entry = readdir(stream));) {
		if (!migration_file_name(entry->d_name))
			continue;
		migrations = xrealloc(migrations, sizeof *migrations * (size_t)(*count + 1));
		good = read_one(folder, entry->d_name, &migrations[*count], error, error_size);
		*count += good;
	}
	if (stream)
		closedir(stream);
	qsort(migrations, (size_t)*count, sizeof *migrations, by_version);
	for (int i = 1; good && i < *count; i++)
		if (!strcmp(migrations[i - 1].version, migrations[i].version)) {
			snprintf(error, error_size, "%s: two migrations have version %s", folder, migrations[i].version);
			good = false;
		}
	if (good)
		return migrations;
	migrations_free(migrations, *count);
	return NULL;
}
