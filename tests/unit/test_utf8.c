/* Well-formed and ill-formed sequences of Unicode's table 3-7, and our own rule: no NUL. */
#include "common/base/utf8.h"
#include "tests/unit/check.h"

static void test_what_is_valid(void **state)
{
	static const struct {
		const char *name, *text;
		size_t size;
		bool want;
	} rows[] = {
	    {"empty", "", 0, true},
	    {"ascii", "abc\t\n\x7f", 6, true},
	    {"two bytes, first and last", "\xc2\x80\xdf\xbf", 4, true},
	    {"three bytes, first and last", "\xe0\xa0\x80\xef\xbf\xbf", 6, true},
	    {"around the surrogates", "\xed\x9f\xbf\xee\x80\x80", 6, true},
	    {"four bytes, first and last", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, true},
	    {"chinese", "卡密无效", 12, true},
	    {"emoji", "😡", 4, true},
	    {"nul", "a\0b", 3, false},
	    {"nul alone", "\0", 1, false},
	    {"lone tail", "\x80", 1, false},
	    {"lone lead", "\xe5", 1, false},
	    {"cut", "\xe5\x8d", 2, false},
	    {"overlong slash, two", "\xc0\xaf", 2, false},
	    {"overlong nul, two", "\xc0\x80", 2, false},
	    {"overlong, c1", "\xc1\xbf", 2, false},
	    {"overlong, three", "\xe0\x9f\xbf", 3, false},
	    {"overlong, four", "\xf0\x8f\xbf\xbf", 4, false},
	    {"surrogate, first", "\xed\xa0\x80", 3, false},
	    {"surrogate, last", "\xed\xbf\xbf", 3, false},
	    {"beyond U+10FFFF", "\xf4\x90\x80\x80", 4, false},
	    {"f5", "\xf5\x80\x80\x80", 4, false},
	    {"five bytes", "\xf8\x88\x80\x80\x80", 5, false},
	    {"fe", "\xfe", 1, false},
	    {"ff", "\xff", 1, false},
	    {"second byte no tail", "\xe5\x28\x80", 3, false},
	    {"third byte no tail", "\xe5\x8d\x28", 3, false},
	    {"fourth byte no tail", "\xf0\x90\x80\x28", 4, false},
	    {"latin-1", "caf\xe9", 4, false},
	    {"good, then bad", "卡密\xe5", 7, false},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_number(rows[i].name, utf8_valid(rows[i].text, rows[i].size), rows[i].want);
}

/* A decoder written the other way round: from the code point. */
static bool is_valid_by_value(const unsigned char *b)
{
	unsigned value;
	if ((b[0] & 0xf0) != 0xe0 || (b[1] & 0xc0) != 0x80 || (b[2] & 0xc0) != 0x80)
		return false;
	value = (b[0] & 15u) << 12 | (b[1] & 63u) << 6 | (b[2] & 63u);
	return value >= 0x800 && !(value >= 0xd800 && value <= 0xdfff);
}

static void test_all_three_byte_forms(void **state)
{
	for (unsigned lead = 0xe0; lead <= 0xef; lead++)
		for (unsigned rest = 0; rest < 0x10000; rest++) {
			unsigned char text[3] = {(unsigned char)lead, (unsigned char)(rest >> 8), (unsigned char)rest};
			if (utf8_valid(text, 3) != is_valid_by_value(text))
				fail_msg("%02x %02x %02x", text[0], text[1], text[2]);
		}
}

/* Each byte at each place of texts of each length: eight are looked at together. */
static void test_what_is_plain(void **state)
{
	for (size_t size = 1; size <= 20; size++)
		for (size_t place = 0; place < size; place++)
			for (unsigned byte = 0; byte <= 0xff; byte++) {
				char text[20];
				memset(text, place % 2 ? '~' : ' ', sizeof text);
				text[place] = (char)byte;
				if (utf8_is_plain(text, size) != (byte >= 0x20 && byte < 0x7f))
					fail_msg("%02x at %zu of %zu", byte, place, size);
			}
	assert_true(utf8_is_plain("", 0));
}

static void test_sizes_of_first_characters(void **state)
{
	assert_int_equal(utf8_first_size("卡密", 6), 3);
	assert_int_equal(utf8_first_size("卡密", 2), 0);
	assert_int_equal(utf8_first_size("", 0), 0);
}

static void test_trims_a_cut_character(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"abc", "abc"}, {"卡密", "卡密"}, {"卡\xe5\xaf", "卡"}, {"卡\xe5", "卡"},
	    {"\xf0\x9f\x98", ""}, {"😡", "😡"}, {"a\xf0\x9f", "a"}, {"caf\xc3", "caf"}, {"\xe5", ""}};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[16];
		snprintf(text, sizeof text, "%s", rows[i][0]);
		check_text(rows[i][0], utf8_trim(text), rows[i][1]);
	}
}

static void test_code_points(void **state)
{
	static const uint32_t codes[] = {0x41, 0x7f, 0xe9, 0x202e, 0x5361, 0xffff, 0x1f621, 0xe0041, 0x10ffff};
	static const char *const texts[] = {
	    "A", "\x7f", "\u00e9", "\u202e", "\u5361", "\uffff", "\U0001f621", "\U000e0041", "\U0010ffff"};
	size_t size;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		check_number(texts[i], utf8_first(texts[i], strlen(texts[i]), &size), codes[i]);
		check_number(texts[i], (int64_t)size, (int64_t)strlen(texts[i]));
	}
	check_number("bad", utf8_first("\xff", 1, &size), 0);
	check_number("size of bad", (int64_t)size, 0);
}

static void test_blanks_what_nobody_sees(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"plain \u5361~", "plain \u5361~"}, {"a\tb\nc\x7f", "a b c "},
	    {"\u202a1\u202b2\u202c3\u202d4\u202e5", " 1 2 3 4 5"}, {"\u20661\u20672\u20683\u20694", " 1 2 3 4"},
	    {"\u200e1\u200f2\u061c3", " 1 2 3"}, {"\u20281\u20292\u00ad3\ufeff4\u200b5", " 1 2 3 4 5"},
	    {"\u00a0\u3000\u2010\u2070", "\u00a0\u3000\u2010\u2070"}, {"\U000e0041x\U0001f621", " x\U0001f621"},
	    {"\xe5\xaf|\xff", "??|?"}};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[64];
		snprintf(text, sizeof text, "%s", rows[i][0]);
		check_text(rows[i][0], utf8_blank_unseen(text), rows[i][1]);
	}
}

static void how_wide_it_is(void **state)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
	    {"", 0},
	    {"abc", 3},
	    {"卡密无效", 8},
	    {"a卡b", 4},
	    {"\xc3\xa9", 1},
	    {"\t\x1b[31m", 4},
	    {"\xff\xfe", 2},
	    {"\u202ea\u2069\u061c", 1},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_number(rows[i].text, utf8_columns(rows[i].text), rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(how_wide_it_is),
	    cmocka_unit_test(test_what_is_valid),
	    cmocka_unit_test(test_all_three_byte_forms),
	    cmocka_unit_test(test_what_is_plain),
	    cmocka_unit_test(test_sizes_of_first_characters),
	    cmocka_unit_test(test_trims_a_cut_character),
	    cmocka_unit_test(test_code_points),
	    cmocka_unit_test(test_blanks_what_nobody_sees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
