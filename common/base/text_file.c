#include "common/base/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/utf8.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* The column counts characters, as an editor does. */
static bool check_utf8(const char *path, const char *text, size_t size, struct problems *problems)
{
	int line = 1, column = 1;
	if (utf8_valid(text, size))
		return true;
	for (size_t at = 0, step; at < size && (step = utf8_first_size(text + at, size - at)) > 0; at += step) {
		column = text[at] == '\n' ? 1 : column + 1;
		line += text[at] == '\n';
	}
	problems_add(problems, "%s:%d:%d: this byte is no text (UTF-8 is wanted, without NUL)", path, line, column);
	return false;
}

static bool read_all(const char *path, size_t size_max, struct buf *all, struct problems *problems)
{
	FILE *file = fopen(path, "re");
	size_t got;

	if (file == NULL) {
		problems_add(problems, "%s: %s", path, strerror(errno));
		return false;
	}
	while (all->size <= size_max && (got = fread(buf_reserve(all, 16384), 1, 16384, file)) > 0)
		buf_grow(all, got);
	bool failed = ferror(file) != 0;
	if (failed)
		problems_add(problems, "%s: %s", path, strerror(errno));
	else if (all->size > size_max)
		problems_add(problems, "%s: larger than %zu bytes", path, size_max);
	fclose(file);
	return !failed && all->size <= size_max;
}

bool text_file_read(const char *path, size_t size_max, struct buf *text, struct problems *problems)
{
	struct buf all = BUF_EMPTY;
	bool good = read_all(path, size_max, &all, problems);
	size_t mark = all.size >= 3 && memcmp(all.data, byte_order_mark, 3) == 0 ? 3 : 0;

	good = good && check_utf8(path, buf_string(&all) + mark, all.size - mark, problems);
	for (size_t i = mark; good && i < all.size; i++)
		if (all.data[i] != '\r' || all.data[i + 1] != '\n')
			buf_char(text, all.data[i]);
	buf_free(&all);
	return good;
}
