/* Words twisted as people twist them, so that a filter finds nothing, or as their keyboards do: the rules find the same type.
 *
 * The words are complaints of our own and, where ../shared/data has them, 60 of the real ones there (Chinese shoppers' reviews),
 * spread over the types that the rules find in them.
 */
#include <stdlib.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "common/base/arena.h"
#include "common/base/utf8.h"

#include "services/player/csv.h"
#include "tests/unit/shipped_rules.h"

#define REVIEWS "../shared/data/zh/negative_reviews.csv"

enum { REAL_WANTED = 60, REAL_OF_A_TYPE = 10 };

static const char *const own_words[] = {
    "卡密无效，卖家不回复",
    "卡密输入提示已被使用，卖家不回复",
    "点券两个小时了还没到账",
    "显示已发货，根本没有发，物流没有任何信息",
    "同一个订单扣了两次款",
    "账号第三天被原号主找回了",
    "付款之后页面崩溃了",
    "申请退款，商家拒绝退款",
    "CDKey 无效，充值失败",
    "拖着不发货，催了好几次",
    "一看就是山寨的，不是正品",
};

/* ---- the ways of twisting ---- */

static bool is_han(const char *at)
{
	unsigned char c = (unsigned char)*at;
	return c >= 0xe4 && c <= 0xe9; /* U+4000 to U+9FFF: near enough */
}

/* A mark behind each character whose next one may follow it. */
static char *put_between(struct arena *arena, const char *words, const char *mark, bool han_only)
{
	char *out = arena_alloc(arena, strlen(words) * (1 + strlen(mark)) + 1), *end = out;
	while (*words) {
		size_t size = utf8_first_size(words, strlen(words));
		memcpy(end, words, size);
		end += size;
		bool here = !han_only || (is_han(words) && is_han(words + size));
		words += size;
		if (here)
			end = stpcpy(end, mark);
	}
	return out;
}

static const char *broken(struct arena *arena, const char *words)
{
	return put_between(arena, words, "\n", true);
}

static const char *spaced(struct arena *arena, const char *words)
{
	return put_between(arena, words, " \xe3\x80\x80", true);
}

static const char *invisible(struct arena *arena, const char *words)
{
	return put_between(arena, words, "\xe2\x80\x8b", false);
}

static const char *struck(struct arena *arena, const char *words)
{
	return put_between(arena, words, "\xcc\xb6", true);
}

static const char *wide(struct arena *arena, const char *words)
{
	char *out = arena_alloc(arena, strlen(words) * 3 + 1), *end = out;
	for (; *words; words++) {
		unsigned char c = (unsigned char)*words;
		unsigned wide_c = c == ' ' ? 0x3000u : c > ' ' && c < 0x7f ? c + 0xfee0u : 0;
		if (!wide_c) {
			*end++ = *words;
			continue;
		}
		*end++ = (char)(0xe0 | wide_c >> 12);
		*end++ = (char)(0x80 | (wide_c >> 6 & 0x3f));
		*end++ = (char)(0x80 | (wide_c & 0x3f));
	}
	return out;
}

static const char *traditional(struct arena *arena, const char *words)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar id[32], *chars = arena_new_array(arena, UChar, strlen(words) * 2 + 16);
	int32_t room = (int32_t)strlen(words) * 2 + 16, size, limit;
	u_charsToUChars("Simplified-Traditional", id, 23);
	UTransliterator *changer = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
	u_strFromUTF8(chars, room, &size, words, -1, &error);
	limit = size;
	utrans_transUChars(changer, chars, &size, room, 0, &limit, &error);
	char *out = arena_alloc(arena, (size_t)size * 3 + 1);
	u_strToUTF8(out, size * 3 + 1, NULL, chars, size, &error);
	utrans_close(changer);
	assert_true(U_SUCCESS(error));
	return out;
}

static const char *everything(struct arena *arena, const char *words)
{
	return invisible(arena, broken(arena, wide(arena, traditional(arena, words))));
}

static const struct twist {
	const char *name;
	const char *(*twist)(struct arena *arena, const char *words);
} twists[] = {
    {"line breaks", broken},
    {"blanks between", spaced},
    {"zero-width characters", invisible},
    {"struck through", struck},
    {"full-width letters", wide},
    {"traditional characters", traditional},
    {"all of it", everything},
};

/* ---- */

static void check_twists(const struct rules_file *file, const char *words)
{
	struct arena *arena = arena_new(0);
	enum complaint_type want = shipped_rules_type(arena, file, words);
	for (size_t i = 0; i < sizeof twists / sizeof *twists; i++) {
		const char *twisted = twists[i].twist(arena, words);
		enum complaint_type got = shipped_rules_type(arena, file, twisted);
		if (got != want)
			fail_msg("%s: \"%s\" (of \"%s\"): got %s, want %s", twists[i].name, twisted, words,
			    complaint_type_name(got), complaint_type_name(want));
	}
	arena_free(arena);
}

static void test_own_words(void **state)
{
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) {
		assert_int_not_equal(shipped_rules_type(arena, *state, own_words[i]), COMPLAINT_TYPE_OTHER);
		check_twists(*state, own_words[i]);
	}
	arena_free(arena);
}

static void test_real_words(void **state)
{
	char error[256];
	int of_type[64] = {0}, count = 0;
	struct csv *csv = csv_open(REVIEWS, error, sizeof error);
	if (!csv) {
		printf("skipped: no real complaints here (%s)\n", REVIEWS);
		skip();
	}
	struct arena *arena = arena_new(0);
	while (count < REAL_WANTED && csv_next(csv)) {
		const char *words = csv_field(csv, "review");
		enum complaint_type type = shipped_rules_type(arena, *state, words);
		arena_reset(arena);
		if (type == COMPLAINT_TYPE_OTHER || of_type[type] == REAL_OF_A_TYPE)
			continue;
		of_type[type]++;
		count++;
		check_twists(*state, words);
	}
	arena_free(arena);
	csv_close(csv);
	assert_int_equal(count, REAL_WANTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_own_words),
	    cmocka_unit_test(test_real_words),
	};
	return cmocka_run_group_tests(tests, shipped_rules_open, shipped_rules_close);
}
