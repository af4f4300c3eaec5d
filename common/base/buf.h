/* A growing byte buffer. Always followed by a NUL that does not count, so that text can be read as a C string.
 * Start from {0} (or BUF_EMPTY); end with buf_free. Appending never fails (bug() when memory is gone). */
#ifndef OMBUD_BASE_BUF_H
#define OMBUD_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL until something was appended: read it by buf_string() */
	size_t size;
	size_t capacity;
};

#define BUF_EMPTY ((struct buf){0})

void buf_append(struct buf *buf, const void *data, size_t size);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char byte);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* Quoted and escaped, what nobody sees (utf8_is_unseen) too; bad UTF-8 becomes U+FFFD. */
void buf_json_string(struct buf *buf, const char *text, size_t size);

char *buf_reserve(struct buf *buf, size_t size); /* room for size more bytes; write there, then add to buf->size by buf_grow */
void buf_grow(struct buf *buf, size_t size);     /* size bytes have been written behind buf_reserve */
void buf_cut(struct buf *buf, size_t size);      /* keep the first size bytes */
void buf_reset(struct buf *buf);                 /* empty, keeps the memory */
void buf_free(struct buf *buf);                  /* empty, gives the memory back */

const char *buf_string(const struct buf *buf); /* "" when empty; until the next append */
char *buf_take(struct buf *buf);               /* the caller frees it; the buffer is empty afterwards. Never NULL */

#endif
