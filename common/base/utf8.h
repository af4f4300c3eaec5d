/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF; and no NUL, which PostgreSQL and C strings
 * cannot hold. */
#ifndef OMBUD_BASE_UTF8_H
#define OMBUD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte order mark: some programs put it before a text that is UTF-8 anyway. */
#define UTF8_BOM "\xef\xbb\xbf"

bool utf8_valid(const void *data, size_t size);

/* Printable ASCII and nothing else, which most ids, names and headers are: valid whatever else is asked. */
bool utf8_is_plain(const void *data, size_t size);

/* Bytes of the first code point of data, 0 when it is not a valid one (NUL is not). For those who must mend, not refuse. */
size_t utf8_first_size(const void *data, size_t size);

/* Cuts off what snprintf may have left of a last character: texts that were cut to a buffer's size. Returns text. */
char *utf8_trim(char *text);
/* The same for a text that is not to be touched, and at most so many bytes of it: the size up to which characters are whole. */
size_t utf8_whole_size(const char *text, size_t size, size_t size_max);

/* The first code point of data, *size its bytes; of what is no valid one *size is 0. */
uint32_t utf8_first(const void *data, size_t size_max, size_t *size);

/* Controls and what shows nothing of itself but moves, hides or turns what stands around it: bidi controls (which make "txt.exe" of
 * "exe.txt"), zero-width characters, line separators, soft hyphens, tags. */
bool utf8_is_unseen(uint32_t code);
/* Each of them becomes one blank, each byte that is no UTF-8 a question mark: what somebody wrote, for a terminal. In place, and
 * never longer. Returns text. */
char *utf8_blank_unseen(char *text);

/* Columns on a terminal: a Chinese character takes two, what nobody sees none, a byte that is no UTF-8 one. */
int utf8_columns(const char *text);

#endif
