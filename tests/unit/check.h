/* What every test includes: cmocka and what it wants before it, and a few verbs. */
#ifndef OMBUD_TESTS_UNIT_CHECK_H
#define OMBUD_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(rows) (sizeof(rows) / sizeof *(rows))

/* In a table's loop: says which row, what came and what was wanted. */
#define check_text(name, got, want)                                                             \
	do {                                                                                    \
		const char *check_got = (got), *check_want = (want);                            \
		if (strcmp(check_got, check_want) != 0)                                         \
			fail_msg("%s: got \"%s\", want \"%s\"", (name), check_got, check_want); \
	} while (0)
#define check_number(name, got, want)                                                       \
	do {                                                                                \
		long long check_got = (long long)(got), check_want = (long long)(want);     \
		if (check_got != check_want)                                                \
			fail_msg("%s: got %lld, want %lld", (name), check_got, check_want); \
	} while (0)

/* Runs fn in a child. Returns its wait status (128 + signal, or the exit code); what it wrote to stdout and stderr goes to output.
 */
int run_in_child(void (*fn)(void *context), void *context, char *output, size_t output_size);

#endif
