/* ombudctl's words in Chinese: a message has the conversions of its English, in their order. */
#include <ctype.h>
#include <string.h>

#include "services/ombudctl/words.h"
#include "tests/unit/check.h"

/* "%d of %s" -> "d s " */
static void conversions(const char *text, char *found, size_t size)
{
	size_t used = 0;
	for (; *text && used + 2 < size; text++) {
		if (*text != '%')
			continue;
		for (text++; *text && !isalpha((unsigned char)*text) && *text != '%'; text++)
			found[used++] = *text;
		while (*text == 'l' && used + 2 < size)
			found[used++] = *text++;
		found[used++] = *text;
		found[used++] = ' ';
	}
	found[used] = 0;
}

static void test_messages_have_their_conversions(void **state)
{
	for (const struct word *word = words_zh; word->term; word++) {
		char english[64], chinese[64];
		conversions(word->term, english, sizeof english);
		conversions(word->zh, chinese, sizeof chinese);
		check_text(word->term, chinese, english);
	}
}

static void test_a_term_in_both_languages(void **state)
{
	check_text("Chinese", words_say(LANGUAGE_ZH, "platform_review"), "平台审理");
	check_text("English", words_say(LANGUAGE_EN, "platform_review"), "platform review");
	check_text("none", words_say(LANGUAGE_ZH, "CT-1"), "CT-1");
	check_text("not in use", words_in_use("closed"), "closed");
	words_use(LANGUAGE_ZH);
	check_text("in use", words_in_use("closed"), "已结束");
	words_use(LANGUAGE_EN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages_have_their_conversions), cmocka_unit_test(test_a_term_in_both_languages)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
