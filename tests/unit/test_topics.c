/* What may stand before the topics' names, and whatever else Kafka takes as a name. */
#include "common/base/value.h"
#include "common/model/topics.h"
#include "tests/unit/check.h"

static void find_too_long(const char *name, bool dead_letter, void *context)
{
	*(bool *)context = *(bool *)context || strlen(name) > TOPIC_NAME_SIZE - 1;
}

static void test_prefixes(void **state)
{
	static const struct {
		const char *prefix;
		bool good;
	} table[] = {{"", true}, {"test.", true}, {"A-b_9.", true}, {"a b", false}, {"a/", false}, {"ü", false}, {"\xff", false},
	    {"%s", false}, {"a\n", false}};
	char error[512];
	for (size_t i = 0; i < COUNT_OF(table); i++)
		check_number(table[i].prefix, topic_prefix_check(table[i].prefix, error, sizeof error), table[i].good);
	check_text("error", error, "\"a\n\": want letters, digits, \".\", \"_\" and \"-\", 213 at most");
}

static void test_the_longest_prefix_fits_every_topic(void **state)
{
	char prefix[300], error[512];
	bool too_long = false;
	memset(prefix, 'p', sizeof prefix);
	size_t size = sizeof prefix - 1;
	while (prefix[size] = '\0', !topic_prefix_check(prefix, error, sizeof error))
		size--;
	topic_each(prefix, find_too_long, &too_long);
	assert_false(too_long);
	assert_int_equal(size, 213);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_the_longest_prefix_fits_every_topic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
