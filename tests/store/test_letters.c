/* A dead letter is the record, byte for byte, all of it: key, value, every header, its time; sent at once, or from the log by
 * whoever comes after a crash. And what is no event at all, a tombstone, is no letter.
 */
#include <string.h>
#include <unistd.h>

#include "common/base/instant.h"
#include "tests/store/stories.h"

#define LETTERS "ombud.inbox.v1.toy.dlt"
#define HEADERS 100

/* Names that come again, among them ours and Kafka Connect's; values that are null, empty, text, binary. */
static void fill_headers(struct header *rows)
{
	static const struct header kinds[] = {{"x-same", "1", 1}, {"x-null", NULL, 0}, {"x-empty", "", 0},
	    {"x-binary", "\0\xff\n\1", 4}, {"content-type", "application/avro", 16}, {"ce_id", "\xff\xfe", 2},
	    {"__connect.errors.topic", "another", 7}};
	enum { KINDS = sizeof kinds / sizeof *kinds };
	for (int i = 0; i < HEADERS; i++)
		rows[i] = kinds[i % KINDS];
}

static const struct record {
	const void *key;
	size_t key_size;
	const void *value;
	size_t size;
	int headers;
	int64_t timestamp_us;
} records[] = {
    {"k\0\xff", 3, "\0\1\2\xff no event", 12, HEADERS, INT64_C(1500000000123000)},
    {NULL, 0, "{\"a\":1}", 7, HEADERS, INT64_C(1000)},
    {"", 0, "", 0, 1, INT64_C(1793581200000000)},
    {"order-1", 7, "\x08\x96\1", 3, 0, INT64_C(1793581200001000)},
};
enum { RECORDS = sizeof records / sizeof *records };

static void feed_records(struct world *world)
{
	struct header rows[HEADERS];
	fill_headers(rows);
	for (int i = 0; i < RECORDS; i++)
		feed_record(world, "ombud.inbox.v1",
		    &(struct kafka_message){.partition = 1,
			.key = records[i].key,
			.key_size = records[i].key_size,
			.value = records[i].value,
			.size = records[i].size,
			.headers = {rows, records[i].headers},
			.timestamp_us = records[i].timestamp_us});
}

static void same_bytes(const char *what, int number, const void *got, size_t got_size, const void *want, size_t want_size)
{
	if (!got != !want || got_size != want_size || (got_size > 0 && memcmp(got, want, got_size) != 0))
		fail_msg("letter %d: %s is not the record's", number, what);
}

static void check_letter(const struct kafka_record *letter, void *context)
{
	int number = (*(int *)context)++;
	const struct record *record = &records[number % RECORDS];
	struct header rows[HEADERS], got;
	fill_headers(rows);
	same_bytes("key", number, letter->key, letter->key_size, record->key, record->key_size);
	same_bytes("value", number, letter->value, letter->size, record->value, record->size);
	assert_int_equal(letter->timestamp_us, record->timestamp_us);
	assert_true(kafka_record_headers_count(letter) >= record->headers + 8); /* and what is said of it */
	for (int i = 0; i < record->headers; i++) {
		kafka_record_header(letter, i, &got);
		assert_string_equal(got.name, rows[i].name);
		same_bytes(got.name, number, got.value, got.size, rows[i].value, rows[i].size);
	}
}

static void check_letters(struct world *world)
{
	int count = 0;
	for (int64_t until_us = instant_monotonic_us() + WAIT_SECONDS * US_PER_SECOND; count < RECORDS;) {
		count = 0;
		topic_read(world, LETTERS, check_letter, &count);
		assert_true(instant_monotonic_us() < until_us);
		usleep(50000);
	}
	assert_int_equal(count, RECORDS);
	assert_int_equal(ask(world, "select count(*) from toy.dead_letter"), RECORDS);
}

static void test_letters_are_whole(void **state)
{
	struct world world;
	world_open(&world);
	feed_records(&world);
	feed(&world, &(struct feed){0, 20, "ok", -1});
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 20);
	check_letters(&world);
	world_close(&world);
}

/* Killed between the commit and the first record that goes out. */
static void test_letters_are_whole_from_the_log(void **state)
{
	struct world world;
	world_open(&world);
	feed_records(&world);
	pid_t pid = world_start(&world, "toy", "produce.before:1:kill", "100000");
	wait_for(&world, "select count(*) from toy.dead_letter", RECORDS);
	world_end(&world, pid);
	world_start(&world, "toy", "", "100000");
	check_letters(&world);
	world_close(&world);
}

/* A tombstone of a compacted topic: one outcome in the log, counted, and no letter; of a fact topic, too, where nobody has given it
 * a number. */
static void test_tombstones_say_nothing(void **state)
{
	struct world world;
	world_open(&world);
	feed_record(&world, "ombud.inbox.v1", &(struct kafka_message){.partition = 1, .key = "order-1", .key_size = 7});
	feed_record(&world, "ombud.toy.v1", &(struct kafka_message){.partition = 1, .key = "order-1", .key_size = 7});
	feed(&world, &(struct feed){0, 20, "ok", -1});
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 20);
	pid_t echo = world_start(&world, "echo", "", "100000");
	wait_for(&world, "select count(*) from echo.log where type = 'nothing_said' and input_topic = 'ombud.toy.v1'", 1);
	assert_int_equal(ask(&world, "select count(*) from echo.dead_letter"), 0);
	world_end(&world, echo);
	wait_for(&world, "select count(*) from toy.log where type = 'nothing_said' and input_topic = 'ombud.inbox.v1'", 1);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'nothing_said' and (note is not null or payload is"
				     " not null or aggregatetype is not null or subject is not null or cause is not null)"),
	    0);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 0);
	assert_true(
	    page_says(&world, "/metrics", "ombud_events_consumed_total{topic=\"ombud.inbox.v1\",result=\"nothing_said\"} 1"));
	world_close(&world);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_letters_are_whole),
	    cmocka_unit_test(test_letters_are_whole_from_the_log),
	    cmocka_unit_test(test_tombstones_say_nothing),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
