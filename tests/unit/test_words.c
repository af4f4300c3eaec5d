/* ombudctl's words in Chinese: a message has the conversions of its English, in their order. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/flags.h"
#include "common/model/event.h"
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

/* Names, units, values and words of the command line: all that may stand in Latin letters in a Chinese text. */
static bool is_name(const char *word, size_t size)
{
	static const char *const names[] = {"CloudEvent", "CloudEvents", "ComplaintFiled", "Confluent", "IP", "JSON", "Kafka",
	    "Ombud", "OMBUD_BROKERS", "OMBUD_DSN", "OMBUD_DSN_MIGRATION", "PGPASSWORD", "SASL", "SQL", "TLS", "URI", "beginning",
	    "business", "day", "days", "hours", "minutes", "en", "end", "env.sh", "intake.log", "ledger", "librdkafka", "ndjson",
	    "ombud.inbox.v1", "ombud_migration", "ombud_operator", "ombud_reader", "ombudctl", "PGPASSFILE", "PostgreSQL", "pgpass",
	    "pg_dump", "pg_hba.conf", "sasl.mechanism", "sasl.password", "sasl.username", "security.protocol", "ssl.ca.location",
	    "sslmode", "sslrootcert", "verify-full", "roles.sql", "source", "ssl_min_protocol_version", "y/N", "zh-CN", "audit",
	    "campaign", "check", "complaint", "db", "discard", "dlt", "dump", "list", "now", "platform", "restate", "service",
	    "shard", "show", "status", "topics", "up"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strlen(names[i]) == size && !memcmp(names[i], word, size))
			return true;
	return false;
}

/* What is neither a conversion nor a flag nor an instant nor the number of a column. */
static const char *skip_marks(const char *text)
{
	if (*text == '%') {
		for (text++; *text && !isalpha((unsigned char)*text) && *text != '%'; text++)
			;
		return text + strspn(text, "lz") + 1;
	}
	if (text[0] == '-' && text[1] == '-' && islower((unsigned char)text[2]))
		return text + 2 + strspn(text + 2, "abcdefghijklmnopqrstuvwxyz-");
	return isdigit((unsigned char)*text) ? text + strspn(text, "0123456789-:TZ") : text;
}

static void test_chinese_is_chinese(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
	for (const struct word *row = words_zh; row->term; row++)
		for (const char *at = row->zh; *at;) {
			const char *after = skip_marks(at);
			size_t size = after > at ? 0 : strspn(at, letters);
			if (size && isalpha((unsigned char)*at) && !is_name(at, size))
				fail_msg("%s: says \"%.*s\" in %s", row->term, (int)size, at, row->zh);
			at = after > at ? after : at + (size ? size : 1);
		}
}

static void test_arguments_are_named(void **state)
{
	check_text("English", words_arguments("COMPLAINT [CLOCK]"), "COMPLAINT [CLOCK]");
	words_use(LANGUAGE_ZH);
	check_text("Chinese", words_arguments("COMPLAINT [CLOCK]"), "投诉 [时限]");
	check_text("others", words_arguments("[FILE|-]"), "[文件|-]");
	words_use(LANGUAGE_EN);
}

static void test_mistakes_are_said_in_it(void **state)
{
	static const struct flag rows[] = {{"limit", 0, "N", {NULL}, "50", "rows at most", .least = 1, .most = 10}, {NULL}};
	char *words[] = {"--limt", "--limit=x", "more", NULL};
	struct problems problems = {0};
	struct flags flags;
	words_use(LANGUAGE_ZH);
	flags_read(&flags, rows, 3, words, &problems);
	flags.told[0] = false;
	flags_check(&flags, words_arguments("COMPLAINT ID"), &problems);
	words_use(LANGUAGE_EN);
	check_text("mistakes", problems_text(&problems),
	    "--limt：没有这个选项，是否想用 --limit？\n--limit：“x”不是整数\n需要：投诉 编号\n");
	problems_free(&problems);
}

static void test_the_language_that_is_asked_for(void **state)
{
	check_number("zh-CN", words_language_of("zh-CN"), LANGUAGE_ZH);
	check_number("zh_CN.UTF-8", words_language_of("zh_CN.UTF-8"), LANGUAGE_ZH);
	check_number("en", words_language_of("en"), LANGUAGE_EN);
	setenv("LC_ALL", "zh_CN.UTF-8", 1);
	check_number("the locale's", words_language_of(NULL), LANGUAGE_ZH);
	check_number("named beside it", words_language_of("en"), LANGUAGE_EN);
	unsetenv("LC_ALL");
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

/* What a complaint's screen shows of the contract: each value, also of what is not in service yet. */
static void values_of_the_contract_have_their_word(void **state)
{
	int missing = 0;
#define WANT_WORDS(type, count, name)                                                                                              \
	for (int i = 1; i < (count); i++)                                                                                          \
		if (name((enum type)i)[0] != '?' && strcmp(words_say(LANGUAGE_ZH, name((enum type)i)), name((enum type)i)) == 0) { \
			print_error("no Chinese word for " #type " %s\n", name((enum type)i));                                     \
			missing++;                                                                                                 \
		}
	WANT_WORDS(stage, STAGE_COUNT, stage_name)
	WANT_WORDS(clock_kind, CLOCK_COUNT, clock_kind_name)
	WANT_WORDS(silence_outcome, SILENCE_OUTCOME_COUNT, silence_outcome_name)
	WANT_WORDS(action, ACTION_COUNT, action_name)
	WANT_WORDS(cause, CAUSE_COUNT, cause_name)
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(values_of_the_contract_have_their_word),
	    cmocka_unit_test(test_messages_have_their_conversions), cmocka_unit_test(test_chinese_is_chinese),
	    cmocka_unit_test(test_arguments_are_named), cmocka_unit_test(test_mistakes_are_said_in_it),
	    cmocka_unit_test(test_the_language_that_is_asked_for), cmocka_unit_test(test_a_term_in_both_languages)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
