/* Instants as texts, in tests of clocks and calendars. */
#ifndef OMBUD_TESTS_UNIT_INSTANTS_H
#define OMBUD_TESTS_UNIT_INSTANTS_H

#include "common/base/instant.h"
#include "tests/unit/check.h"

static inline int64_t at(const char *text)
{
	int64_t instant_us;
	assert_true(instant_parse(text, strlen(text), &instant_us));
	return instant_us;
}

/* Fails with both instants as text. */
#define assert_instant(got, want)                                                                    \
	do {                                                                                         \
		char got_text[INSTANT_TEXT_SIZE], want_text[INSTANT_TEXT_SIZE];                      \
		assert_string_equal(instant_format(got, got_text), instant_format(want, want_text)); \
	} while (0)

#endif
