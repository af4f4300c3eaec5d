/* The spans of what is said: whose they are, from which they follow, and that they are the same again. */
#include <stdlib.h>

#include "common/model/trace.h"
#include "tests/unit/check.h"

#define RECEIVED "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static const struct uuid nothing,
    complaint = {{0x01, 0x9c, 0xad, 0xc6, 0x9a, 0x80, 0x73, 0xb1, 0x97, 0x5d, 0xc3, 0xc5, 0x1d, 0xd1, 0xc9, 0x31}};

static void check_next(const char *received, const struct uuid *origin, const char *want_trace, const char *want_flags)
{
	char text[TRACE_TEXT_SIZE], again[TRACE_TEXT_SIZE], trace[TRACE_ID_SIZE], span[TRACE_SPAN_SIZE];
	trace_next(received, origin, "/ombud/intake", "3-17", text);
	trace_next(received, origin, "/ombud/intake", "3-17", again);
	check_text("the same again", again, text);
	check_number("size", (int64_t)strlen(text), TRACE_TEXT_SIZE - 1);
	check_number("hexadecimal", (int64_t)strspn(text, "0123456789abcdef-"), TRACE_TEXT_SIZE - 1);
	trace_read(text, trace, span);
	if (want_trace)
		check_text("trace", trace, want_trace);
	check_text("flags", text + 52, want_flags);
	assert_int_equal(strncmp(text, "00-", 3), 0);
	assert_true(strspn(span, "0") < 16 && strspn(trace, "0") < 32);
	assert_true(!received || strstr(received, span) == NULL);
}

static void test_traces(void **state)
{
	check_next(RECEIVED, &complaint, "0af7651916cd43dd8448eb211c80319c", "-01");
	check_next(RECEIVED, &nothing, "0af7651916cd43dd8448eb211c80319c", "-01");
	check_next("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", &nothing, "0af7651916cd43dd8448eb211c80319c", "-00");
	check_next("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", &nothing, "0af7651916cd43dd8448eb211c80319c", "-01");
	check_next("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0a", &nothing, "0af7651916cd43dd8448eb211c80319c", "-00");
	check_next("", &complaint, "019cadc69a8073b1975dc3c51dd1c931", "-00");
	check_next(NULL, &complaint, "019cadc69a8073b1975dc3c51dd1c931", "-00");
	check_next("nonsense", &complaint, "019cadc69a8073b1975dc3c51dd1c931", "-00");
	check_next("", &nothing, NULL, "-00");
}

/* Ids differ in a digit or two: the numbers must not. */
static void test_spans_differ(void **state)
{
	enum { COUNT = 4000 };
	static char spans[COUNT][TRACE_SPAN_SIZE];
	for (int i = 0; i < COUNT; i++) {
		char id[32], text[TRACE_TEXT_SIZE], trace[TRACE_ID_SIZE];
		snprintf(id, sizeof id, "%d-%d", i % 4, i / 4);
		trace_next(RECEIVED, &nothing, i % 2 ? "/ombud/intake" : "/ombud/triage", id, text);
		trace_read(text, trace, spans[i]);
	}
	qsort(spans, COUNT, sizeof *spans, (int (*)(const void *, const void *))strcmp);
	for (int i = 1; i < COUNT; i++)
		assert_int_not_equal(strcmp(spans[i - 1], spans[i]), 0);
}

static void test_reads_nothing_of_nothing(void **state)
{
	char trace[TRACE_ID_SIZE], span[TRACE_SPAN_SIZE];
	trace_read("", trace, span);
	check_text("trace", trace, "");
	check_text("span", span, "");
	trace_read(RECEIVED, trace, span);
	check_text("span", span, "b7ad6b7169203331");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_traces),
	    cmocka_unit_test(test_spans_differ),
	    cmocka_unit_test(test_reads_nothing_of_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
