/* Regular expressions of operators, over what strangers wrote: UTF-8, with limits on time and memory. The only file that knows
 * PCRE2. */
#ifndef OMBUD_IO_REGEX_H
#define OMBUD_IO_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct regex;

enum {
	REGEX_PATTERN_SIZE_MAX = 4096,
	REGEX_STEPS_MAX = 100 * 1000, /* backtracking steps of one match: a few milliseconds */
	REGEX_HEAP_KB_MAX = 1024,
};

enum regex_outcome {
	REGEX_NO,
	REGEX_YES,
	REGEX_LIMIT, /* gave up: the limit was hit */
};

struct regex_span {
	size_t start, end; /* bytes; start == end == 0 for a group that took no part */
};

/* NULL: the pattern is wrong; what and at which byte is written to error (error_size bytes) and *offset. The caller owns it. */
struct regex *regex_new(const char *pattern, bool ignore_case, char *error, size_t error_size, size_t *offset);
void regex_free(struct regex *regex);

/* Anywhere in the text, which must be valid UTF-8 (not checked again). spans[0] is the whole match, then the groups; may be NULL
 * with spans_count 0. */
enum regex_outcome regex_match(const struct regex *regex, const char *text, size_t size, struct regex_span *spans, int spans_count);

#endif
