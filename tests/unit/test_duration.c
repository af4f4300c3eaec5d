#include "common/base/duration.h"
#include "tests/unit/check.h"

static void test_reads(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = {
	    {"0s", 0},
	    {"500ms", 500000},
	    {"7us", 7},
	    {"30s", 30000000},
	    {"5m", 300000000},
	    {"2h", 7200000000},
	    {"7d", 604800000000},
	    {"1h30m", 5400000000},
	    {"1d2h3m4s5ms6us", 93784005006},
	    {"90m", 5400000000},
	    {"007s", 7000000},
	    {"106751991d", 9223372022400000000},
	    {"106751992d", -1},
	    {"106751991d24h", -1},
	    {"99999999999999999999s", -1},
	    {"30m1h", -1},
	    {"1h1h", -1},
	    {"5", -1},
	    {"h", -1},
	    {"", -1},
	    {"-5s", -1},
	    {"5 s", -1},
	    {"5s ", -1},
	    {"1.5h", -1},
	    {"5w", -1},
	    {"5S", -1},
	    {"5sm", -1},
	    {"5msm", -1},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t got = -7;
		bool read = duration_parse(rows[i].text, &got);
		check_number(rows[i].text, read ? got : -1, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
