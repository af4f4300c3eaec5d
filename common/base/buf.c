#include "common/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/utf8.h"

enum { BUF_CAPACITY_LEAST = 64 };

char *buf_reserve(struct buf *buf, size_t size)
{
	size_t need;

	if (__builtin_add_overflow(buf->size, size, &need) || __builtin_add_overflow(need, 1, &need))
		bug("buffer of %zu and %zu bytes", buf->size, size);
	if (need > buf->capacity) {
		size_t capacity = buf->capacity < BUF_CAPACITY_LEAST ? BUF_CAPACITY_LEAST : buf->capacity;
		while (capacity < need)
			capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
		buf->data = xrealloc(buf->data, capacity);
		buf->capacity = capacity;
	}
	return buf->data + buf->size;
}

void buf_grow(struct buf *buf, size_t size)
{
	if (buf->size + size >= buf->capacity)
		bug("buffer grown by %zu beyond what was reserved", size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void buf_append(struct buf *buf, const void *data, size_t size)
{
	char *room = buf_reserve(buf, size);

	if (size > 0)
		memcpy(room, data, size);
	buf_grow(buf, size);
}

void buf_text(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char byte)
{
	buf_append(buf, &byte, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int size = vsnprintf(NULL, 0, format, args);
	if (size < 0)
		bug("bad format: %s", format);
	char *room = buf_reserve(buf, (size_t)size);
	vsnprintf(room, (size_t)size + 1, format, again);
	va_end(again);
	buf_grow(buf, (size_t)size);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

static void json_escape(struct buf *buf, uint32_t code)
{
	static const char short_forms[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"'};

	if (code == '\\')
		buf_append(buf, "\\\\", 2);
	else if (code < sizeof short_forms && short_forms[code] != 0)
		buf_append(buf, (char[]){'\\', short_forms[code]}, 2);
	else if (code < 0x10000)
		buf_printf(buf, "\\u%04x", code);
	else /* as UTF-16 has it */
		buf_printf(buf, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

/* Printable ASCII that JSON takes as it is: nearly all that is ever written. */
static size_t plain_size(const char *text, size_t size)
{
	size_t plain = 0;

	while (plain < size && (unsigned char)(text[plain] - 0x20) < 0x7f - 0x20 && text[plain] != '"' && text[plain] != '\\')
		plain++;
	return plain;
}

void buf_json_string(struct buf *buf, const char *text, size_t size)
{
	static const char replacement[] = "\xef\xbf\xbd";

	buf_char(buf, '"');
	while (size > 0) {
		size_t plain = plain_size(text, size), step = 1;
		buf_append(buf, text, plain);
		text += plain;
		size -= plain;
		if (size == 0)
			break;
		uint32_t code = *text == '\0' ? 0 : utf8_first(text, size, &step);
		if (step == 0)
			buf_append(buf, replacement, 3);
		else if (code == '"' || code == '\\' || utf8_is_unseen(code))
			json_escape(buf, code);
		else
			buf_append(buf, text, step);
		text += step == 0 ? 1 : step;
		size -= step == 0 ? 1 : step;
	}
	buf_char(buf, '"');
}

void buf_cut(struct buf *buf, size_t size)
{
	if (size > buf->size)
		bug("buffer of %zu bytes cut to %zu", buf->size, size);
	buf->size = size;
	if (buf->data != NULL)
		buf->data[size] = '\0';
}

void buf_reset(struct buf *buf)
{
	buf_cut(buf, 0);
}

void buf_free(struct buf *buf)
{
	free(buf->data);
	*buf = BUF_EMPTY;
}

const char *buf_string(const struct buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

char *buf_take(struct buf *buf)
{
	char *data = buf->data == NULL ? xstrdup("") : buf->data;
	*buf = BUF_EMPTY;
	return data;
}
