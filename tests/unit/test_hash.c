/* Kafka's own vectors (UtilsTest.java, murmur2), and partitions as the Java client gives them. */
#include "common/base/hash.h"
#include "tests/unit/check.h"

static void test_murmur2_equals_java(void **state)
{
	static const struct {
		const char *key;
		int32_t want;
	} rows[] = {
	    {"21", -973932308},
	    {"foobar", -790332482},
	    {"a-little-bit-long-string", -985981536},
	    {"a-little-bit-longer-string", -1486304829},
	    {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
	    {"abc", 479470107},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_number(rows[i].key, (int32_t)hash_murmur2(rows[i].key, strlen(rows[i].key)), rows[i].want);
}

static void test_partition_is_in_bounds(void **state)
{
	char key[32];
	int hits[8] = {0};
	for (int i = 0; i < 8000; i++) {
		int size = snprintf(key, sizeof key, "order-%d", i);
		int partition = hash_partition(key, (size_t)size, 8);
		assert_in_range(partition, 0, 7);
		hits[partition]++;
	}
	for (int i = 0; i < 8; i++)
		assert_in_range(hits[i], 800, 1200);
	assert_int_equal(hash_partition("foobar", 6, 8), (-790332482 & 0x7fffffff) % 8);
	assert_int_equal(hash_partition("anything", 8, 1), 0);
	assert_int_equal(hash_partition("", 0, 8), hash_partition(NULL, 0, 8));
}

static void no_partitions(void *context)
{
	hash_partition("a", 1, 0);
}

static void test_no_partitions_is_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(no_partitions, NULL, output, sizeof output), 134);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_murmur2_equals_java),
	    cmocka_unit_test(test_partition_is_in_bounds),
	    cmocka_unit_test(test_no_partitions_is_a_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
