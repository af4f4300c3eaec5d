/* Matches, groups, wrong patterns, and patterns that would never end. */
#include "common/base/instant.h"
#include "common/io/regex.h"
#include "tests/unit/check.h"

static struct regex *compile(const char *pattern, bool ignore_case)
{
	char error[128];
	size_t offset;
	struct regex *regex = regex_new(pattern, ignore_case, error, sizeof error, &offset);
	if (regex == NULL)
		fail_msg("%s: %s at %zu", pattern, error, offset);
	return regex;
}

static void test_matches(void **state)
{
	static const struct {
		const char *pattern;
		bool ignore_case;
		const char *text;
		enum regex_outcome want;
	} rows[] = {
	    {"卡密.*(无效|失效)", false, "我的卡密已经失效了", REGEX_YES},
	    {"卡密.*(无效|失效)", false, "没有收到货", REGEX_NO},
	    {"^.{3}$", false, "卡密无", REGEX_YES}, /* characters, not bytes */
	    {"card", true, "CARD key", REGEX_YES},
	    {"card", false, "CARD key", REGEX_NO},
	    {"ÄRGER", true, "ärger", REGEX_YES},
	    {"\\bkey\\b", false, "a key.", REGEX_YES},
	    {"\\w+", false, "卡", REGEX_YES},
	    {"", false, "", REGEX_YES},
	    {"x", false, "", REGEX_NO},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct regex *regex = compile(rows[i].pattern, rows[i].ignore_case);
		check_number(rows[i].pattern, regex_match(regex, rows[i].text, strlen(rows[i].text), NULL, 0), rows[i].want);
		regex_free(regex);
	}
}

static void test_groups(void **state)
{
	struct regex *regex = compile("(\\d+)(元)?(x)?", false);
	struct regex_span spans[5];
	const char *text = "共 25元";
	assert_int_equal(regex_match(regex, text, strlen(text), spans, 5), REGEX_YES);
	assert_int_equal(spans[0].start, 4);
	assert_int_equal(spans[0].end, 9);
	assert_int_equal(spans[1].end, 6);
	assert_int_equal(spans[2].start, 6);
	assert_int_equal(spans[3].end, 0);
	assert_int_equal(spans[4].end, 0);
	regex_free(regex);
	regex_free(NULL);
}

static void test_wrong_patterns(void **state)
{
	static const struct {
		const char *pattern, *error;
		size_t offset;
	} rows[] = {
	    {"(a", "missing closing parenthesis", 2},
	    {"a)", "unmatched closing parenthesis", 1},
	    {"[a", "missing terminating ] for character class", 2},
	    {"*a", "quantifier does not follow a repeatable item", 0},
	    {"a{2,1}", "numbers out of order in {} quantifier", 5},
	    {"\\C", "using \\C is disabled by the application", 2},
	    {"a\\", "\\ at end of pattern", 2},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char error[128];
		size_t offset = 99;
		assert_null(regex_new(rows[i].pattern, false, error, sizeof error, &offset));
		check_text(rows[i].pattern, error, rows[i].error);
		check_number(rows[i].pattern, offset, rows[i].offset);
	}
	char pattern[REGEX_PATTERN_SIZE_MAX + 2], error[128];
	size_t offset;
	memset(pattern, 'a', sizeof pattern - 1);
	pattern[sizeof pattern - 1] = '\0';
	assert_null(regex_new(pattern, false, error, sizeof error, &offset));
	assert_string_equal(error, "longer than 4096 bytes");
}

/* A catastrophic one says so in less than 50 ms. */
static void test_catastrophes_hit_the_limit(void **state)
{
	static const char *const patterns[] = {
	    "(a+)+[bc]", "(a|a)*[bc]", "(a*)*[bc]", "(.*)*(.*)*[bc]", "(a|aa)+[bc]$", "^(([a-z])+.)+[A-Z]([a-z])+$"};
	char text[5001];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		struct regex *regex = compile(patterns[i], false);
		int64_t start_us = instant_monotonic_us();
		check_number(patterns[i], regex_match(regex, text, sizeof text - 1, NULL, 0), REGEX_LIMIT);
		int64_t took_us = instant_monotonic_us() - start_us;
		if (took_us > 50000)
			fail_msg("%s took %lld us", patterns[i], (long long)took_us);
		regex_free(regex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_matches),
	    cmocka_unit_test(test_groups),
	    cmocka_unit_test(test_wrong_patterns),
	    cmocka_unit_test(test_catastrophes_hit_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
