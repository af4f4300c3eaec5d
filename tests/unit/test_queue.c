/* When a lane is full: by the records that wait, or by the memory they take, which is more than their values; and whose turn it is.
 */
#include <stdlib.h>

#include "common/daemon/daemon.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/queue.h"
#include "common/io/kafka.h"
#include "tests/unit/check.h"

/* Two shards of one lane, of the other lane none. */
static struct shard shards[3];
static struct daemon toy = {.shards = shards, .shards_count = 3, .lanes_count = 2};

static void begin(struct lane *lane)
{
	for (size_t i = 0; i < COUNT_OF(shards); i++) {
		free(shards[i].queue.records);
		shards[i] = (struct shard){.daemon = &toy, .number = (int)i, .owned = true};
	}
	*lane = (struct lane){.daemon = &toy};
}

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

static void add_of(struct lane *lane, int shard, int count, size_t size, size_t key_size)
{
	for (int i = 0; i < count; i++)
		lane_add_record(lane, &(struct kafka_record){.partition = shard, .offset = i, .size = size, .key_size = key_size});
}

static void add(struct lane *lane, int count, size_t size, size_t key_size)
{
	add_of(lane, 0, count, size, key_size);
}

static void test_full(void **state)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct lane lane;
		begin(&lane);
		add(&lane, table[i].count, table[i].size, table[i].key_size);
		check_number(table[i].name, lane_waiting(&lane), table[i].count);
		check_number(table[i].name, lane_full(&lane), table[i].full);
	}
}

/* What has been taken out is not counted, whatever its size. */
static void test_emptied(void **state)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct lane lane;
		begin(&lane);
		add(&lane, 10, 77, 7);
		add(&lane, table[i].count, table[i].size, table[i].key_size);
		while (lane_waiting(&lane))
			lane_next_record(&lane);
		check_number(table[i].name, (long long)lane.queue_bytes, 0);
		check_number(table[i].name, lane_full(&lane), false);
		check_number(table[i].name, lane_half_empty(&lane), true);
	}
}

/* Whoever came first: each has its turn, in its own order. */
static void test_in_turn(void **state)
{
	struct lane lane;
	int64_t next[COUNT_OF(shards)] = {0};
	int of_2 = 0;
	begin(&lane);
	add_of(&lane, 0, 1000, 10, 0);
	add_of(&lane, 2, 40, 10, 0);
	for (int i = 0; lane_waiting(&lane); i++) {
		const struct kafka_record *record = lane_next_record(&lane);
		check_number("in its shard's order", record->offset, next[record->partition]++);
		of_2 += record->partition == 2;
		if (i == 4 * TURN_COUNT - 1)
			check_number("all of the small one", of_2, 40);
	}
	check_number("the last of the large one", next[0], 1000);
}

/* Only one that fills a lane alone, while there are others, floods it; then it does not count until half of it is done. */
static void test_flood(void **state)
{
	struct lane lane;
	begin(&lane);
	add_of(&lane, 0, QUEUE_COUNT_MAX, 10, 0);
	check_number("not at once", lane_flooded(&lane) != NULL, false);
	lane.crowded_us -= FLOOD_PAUSE_MS * 1000;
	check_number("the one that fills it", lane_flooded(&lane) == &shards[0], true);
	shards[0].flooding = true;
	check_number("full without it", lane_full(&lane), false);
	check_number("drained", shard_drained(&shards[0]), false);
	add_of(&lane, 2, QUEUE_COUNT_MAX - 1, 10, 0);
	check_number("not full of the others yet", lane_full(&lane), false);
	add_of(&lane, 2, 1, 10, 0);
	check_number("full of the others", lane_full(&lane), true);
	while (shards[0].queue.tail - shards[0].queue.head >= QUEUE_COUNT_MAX / 2)
		lane_next_record(&lane);
	check_number("drained to half", shard_drained(&shards[0]), true);

	begin(&lane);
	add_of(&lane, 0, QUEUE_COUNT_MAX / 2, 10, 0);
	add_of(&lane, 2, QUEUE_COUNT_MAX / 2, 10, 0);
	(void)lane_flooded(&lane);
	check_number("full of both", lane_full(&lane), true);
	check_number("nobody's flood", lane.crowded_us, 0);

	begin(&lane);
	shards[2].owned = false;
	add_of(&lane, 0, QUEUE_COUNT_MAX, 10, 0);
	(void)lane_flooded(&lane);
	check_number("alone in its lane", lane.crowded_us, 0);
	begin(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_emptied),
	    cmocka_unit_test(test_in_turn),
	    cmocka_unit_test(test_flood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
