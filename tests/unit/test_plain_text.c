/* The plain form of what people write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/base/utf8.h"
#include "common/io/plain_text.h"

static const struct row {
	const char *name, *written, *want;
} rows[] = {
    {"nothing", "", ""},
    {"plain already", "The code doesn't work", "The code doesn't work"},
    {"Chinese", "卡密无效", "卡密无效"},
    {"case is kept", "CDKey", "CDKey"},
    {"a line break between Chinese characters", "卡密\n无效", "卡密无效"},
    {"... and a Windows one, a tab, blanks, an ideographic one", "卡\r\n密\t无  效　了", "卡密无效了"},
    {"line and paragraph separators, NEL", "卡\xe2\x80\xa8密\xe2\x80\xa9无\xc2\x85效", "卡密无效"},
    {"a line break between words", "does\nnot\r\n\r\nwork", "does not work"},
    {"a no-break space", "not\xc2\xa0working", "not working"},
    {"between a word and a Chinese character one blank stays", "CDK\n无效", "CDK 无效"},
    {"both ends", " \n退款\t ", "退款"},
    {"blanks only", " \n　 ", ""},
    {"full-width letters and digits", "ＣＤＫ　１２３", "CDK 123"},
    {"full-width punctuation", "无效！（真的）", "无效!(真的)"},
    {"half-width katakana, circled and squared forms", "ｶﾞ①㎏", "ガ1kg"},
    {"ligatures", "re\xef\xac\x81ll", "refill"},
    {"traditional characters", "卡密無效，賣家不發貨，拒絕退錢", "卡密无效,卖家不发货,拒绝退钱"},
    {"zero-width space, joiners, word joiner, BOM", "卡\xe2\x80\x8b密\xe2\x80\x8c无\xe2\x80\x8d效\xe2\x81\xa0了\xef\xbb\xbf",
	"卡密无效了"},
    {"soft hyphen",
	"re\xc2\xad"
	"fund",
	"refund"},
    {"bidi controls", "\xe2\x80\xae卡密\xe2\x80\xac\xe2\x81\xa6无效\xe2\x81\xa9", "卡密无效"},
    {"variation selectors, tags", "卡\xef\xb8\x8f密\xf3\xa0\x84\x80无\xf3\xa0\x81\xa1效", "卡密无效"},
    {"Hangul fillers", "卡\xe3\x85\xa4密\xef\xbe\xa0无效", "卡密无效"},
    {"control characters", "卡\x01密\x7f无\x1b效", "卡密无效"},
    {"struck through and framed", "卡\xcc\xb6密\xcc\xb6无\xe2\x83\x9d效", "卡密无效"},
    {"what is removed parts no letter from its accent", "cafe\xe2\x80\x8b\xcc\x81", "caf\xc3\xa9"},
    {"other scripts stay", "Код не работает ซื้อ", "Код не работает ซื้อ"},
    {"one character of many", "\xef\xb7\xba", "صلى الله عليه وسلم"},
    {"beyond the basic plane", "𠮷\xe2\x80\x8b野家😀", "𠮷野家😀"},
};

static void test_rows(void **state)
{
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = plain_text(arena, rows[i].written);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", rows[i].name, got, rows[i].want);
		assert_true(utf8_valid(got, strlen(got)));
		assert_string_equal(plain_text(arena, got), got);
	}
	arena_free(arena);
}

/* What grows the most, at the greatest size of a statement and beyond it. */
static void test_growth(void **state)
{
	enum { TIMES = 5000 };
	struct arena *arena = arena_new(0);
	char *text = arena_alloc(arena, TIMES * 3 + 1);
	for (int i = 0; i < TIMES; i++)
		memcpy(text + 3 * i, "\xef\xb7\xba", 3);
	const char *got = plain_text(arena, text);
	assert_int_equal(strlen(got), TIMES * strlen("صلى الله عليه وسلم"));
	arena_free(arena);
}

/* Marks beyond what a text has are left out, and no step costs more than the text is long: this took half a minute. */
static void test_cost(void **state)
{
	enum { SIZE = 256 * 1024, SECONDS = 5 };
	static const char *const pieces[] = {
	    "\xcc\x81\xcc\xa3", "a\xe2\x80\x8b", "\xef\xb7\xba\xe2\x80\x8b", "a\xcc\xb8\xe8\x87\xba "};
	clock_t before = clock();
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct arena *arena = arena_new(0);
		size_t size = strlen(pieces[i]), at = 0;
		char *text = arena_alloc(arena, SIZE + 1);
		for (; at + size <= SIZE; at += size)
			memcpy(text + at, pieces[i], size);
		const char *got = plain_text(arena, text);
		assert_true(utf8_valid(got, strlen(got)));
		if (i == 0)
			assert_int_equal(strlen(got), 30 * 2);
		arena_free(arena);
	}
	assert_true(clock() - before < SECONDS * CLOCKS_PER_SEC);
}

static void test_patterns_keep_their_blanks(void **state)
{
	struct arena *arena = arena_new(0);
	assert_string_equal(plain_text_of_pattern(arena, "(?i)a  b|卡 密\n"), "(?i)a  b|卡 密\n");
	assert_string_equal(plain_text_of_pattern(arena, "無（效）"), "无(效)");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_growth),
	    cmocka_unit_test(test_cost),
	    cmocka_unit_test(test_patterns_keep_their_blanks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
