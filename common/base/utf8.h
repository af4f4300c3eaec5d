/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF; and no NUL, which PostgreSQL and C strings
 * cannot hold. */
#ifndef OMBUD_BASE_UTF8_H
#define OMBUD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_valid(const void *data, size_t size);

/* Printable ASCII and nothing else, which most ids, names and headers are: valid whatever else is asked. */
bool utf8_is_plain(const void *data, size_t size);

/* Bytes of the first code point of data, 0 when it is not a valid one (NUL is not). For those who must mend, not refuse. */
size_t utf8_first_size(const void *data, size_t size);

/* Cuts off what snprintf may have left of a last character: texts that were cut to a buffer's size. Returns text. */
char *utf8_trim(char *text);

#endif
