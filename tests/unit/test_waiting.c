/* When a lane is full: by the records that wait, or by the memory they take, which is more than their values. */
#include <stdlib.h>

#include "common/daemon/daemon.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/waiting.h"
#include "common/io/kafka.h"
#include "tests/unit/check.h"

static struct shard shards[1];
static struct daemon toy = {.shards = shards, .shards_count = 1};

/* Where the bytes decide, none of the rows is full by its values alone. */
static const struct {
	const char *name;
	int count;
	size_t size, key_size;
	bool full;
} table[] = {
    {"nothing", 0, 0, 0, false},
    {"small ones, one less than the count", QUEUE_COUNT_MAX - 1, 100, 36, false},
    {"small ones, as many as the count", QUEUE_COUNT_MAX, 100, 36, true},
    {"few, below the bytes", 380, 10000, 36, false},
    {"few, above the bytes with what stands around them", 400, 10000, 36, true},
    {"few, above the bytes with their keys", 40, 10000, 100000, true},
    {"many without a value, below the count", QUEUE_COUNT_MAX - 1, 0, 900, true},
    {"one, as large as the bytes less its surroundings", 1, QUEUE_BYTES_MAX - 100, 0, true},
};

static void add(struct lane *lane, int count, size_t size, size_t key_size)
{
	for (int i = 0; i < count; i++)
		lane_add_record(lane, &(struct kafka_record){.size = size, .key_size = key_size});
}

static void test_full(void **state)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct lane lane = {.daemon = &toy};
		add(&lane, table[i].count, table[i].size, table[i].key_size);
		check_number(table[i].name, lane_waiting(&lane), table[i].count);
		check_number(table[i].name, lane_full(&lane), table[i].full);
		free(lane.queue);
	}
}

/* What has been taken out is not counted, whatever its size. */
static void test_emptied(void **state)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct lane lane = {.daemon = &toy};
		add(&lane, 10, 77, 7);
		add(&lane, table[i].count, table[i].size, table[i].key_size);
		while (lane_waiting(&lane))
			lane_next_record(&lane);
		check_number(table[i].name, (long long)lane.queue_bytes, 0);
		check_number(table[i].name, lane_full(&lane), false);
		check_number(table[i].name, lane_half_empty(&lane), true);
		free(lane.queue);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_emptied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
