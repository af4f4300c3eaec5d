/* Whatever is wrong with the bytes, there is a fault with a code, no crash and no unbounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/wire/plan.h"
#include "common/wire/validate.h"
#include "tests/wire/sample.h"

enum { FLIPS = 20000 };

static const char type_filed[] = "ombud.inbox.v1.ComplaintFiled";

/* Bytes being written by hand. */
struct bytes {
	uint8_t data[2 * 1024 * 1024];
	size_t size;
};

static struct bytes *bytes_new(void)
{
	return test_calloc(1, sizeof(struct bytes));
}

static void put(struct bytes *bytes, const void *data, size_t size)
{
	assert_true(bytes->size + size <= sizeof bytes->data);
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static void put_varint(struct bytes *bytes, uint64_t number)
{
	do {
		uint8_t byte = (uint8_t)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
		put(bytes, &byte, 1);
		number >>= 7;
	} while (number > 0);
}

static void put_bytes(struct bytes *bytes, int field, const void *data, size_t size)
{
	put_varint(bytes, (uint64_t)field << 3 | 2);
	put_varint(bytes, size);
	put(bytes, data, size);
}

static void put_text(struct bytes *bytes, int field, const char *text)
{
	put_bytes(bytes, field, text, strlen(text));
}

static void put_number(struct bytes *bytes, int field, uint64_t number)
{
	put_varint(bytes, (uint64_t)field << 3);
	put_varint(bytes, number);
}

/* A good ComplaintFiled, as short as it can be. */
static void put_filed(struct bytes *bytes)
{
	static const char actor[] = "\x08\x01";
	struct bytes *meta = bytes_new();

	put_text(meta, 1, "shop");
	put_text(meta, 2, "/shop");
	put_text(meta, 3, "e-1");
	put_bytes(meta, 5, actor, 2);
	put_bytes(bytes, 1, meta->data, meta->size);
	put_text(bytes, 2, "order-1");
	put_text(bytes, 5, "buyer-1");
	test_free(meta);
}

/* NULL: it was taken. The arena has the budget of one record. */
static const char *decode_bytes(const void *data, size_t size, size_t *used)
{
	static struct wire_fault fault;
	struct header headers[] = {{"ce_specversion", "1.0", 3}, {"ce_type", type_filed, sizeof type_filed - 1}};
	struct wire_record record = {.value = data, .size = size, .headers = {headers, 2}};
	struct arena *arena = arena_new(WIRE_BUDGET_MAX);
	struct wire_decoded decoded;

	fault = (struct wire_fault){0};
	bool good = wire_decode_inbox(arena, &record, &decoded, &fault);
	if (used != NULL)
		*used = arena_used(arena);
	arena_free(arena);
	if (!good) {
		assert_non_null(fault.code);
		assert_true(fault.code[0] != '\0' && fault.reason[0] != '\0');
	}
	return good ? NULL : fault.code;
}

static void expect(const char *what, struct bytes *bytes, const char *want)
{
	const char *got = decode_bytes(bytes->data, bytes->size, NULL);

	if ((got == NULL) != (want == NULL) || (want != NULL && strcmp(got, want) != 0))
		fail_msg("%s: got %s, want %s", what, got ? got : "taken", want ? want : "taken");
	test_free(bytes);
}

static struct bytes *filed_with(int field, const char *text, size_t size)
{
	struct bytes *bytes = bytes_new();
	put_filed(bytes);
	put_bytes(bytes, field, text, size);
	return bytes;
}

static struct bytes *filed_with_raw(const char *raw, size_t size)
{
	struct bytes *bytes = bytes_new();
	put_filed(bytes);
	put(bytes, raw, size);
	return bytes;
}

#define LITERAL(text) (text), sizeof(text) - 1

static void single_faults_have_their_codes(void **state)
{
	static char long_text[20000];
	memset(long_text, 'x', sizeof long_text);

	expect("a good one", filed_with(4, LITERAL("item")), NULL);
	expect("NUL in an id", filed_with(4, LITERAL("it\0em")), "embedded_nul");
	expect("NUL in a statement",
	    filed_with(9, LITERAL("\x0a\x03"
				  "a\0b")),
	    "embedded_nul");
	expect("bad UTF-8", filed_with(9, LITERAL("\x0a\x02\xc3\x28")), "invalid_utf8");
	expect("overlong UTF-8", filed_with(9, LITERAL("\x0a\x02\xc0\x80")), "invalid_utf8");
	expect("a surrogate", filed_with(9, LITERAL("\x0a\x03\xed\xa0\x80")), "invalid_utf8");
	expect("a newline in an id", filed_with(4, LITERAL("a\nb")), "bad_format");
	expect("an id too long", filed_with(4, long_text, 129), "field_too_long");
	expect("an id of the limit", filed_with(4, long_text, 128), NULL);
	expect("no UUID", filed_with(3, LITERAL("1")), "bad_format");
	expect("unknown enum", filed_with_raw(LITERAL("\x30\x63")), "unknown_enum");
	expect("negative enum", filed_with_raw(LITERAL("\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), "unknown_enum");
	expect("enum as text", filed_with(6, LITERAL("x")), "bad_wire_type");
	expect("text as number", filed_with_raw(LITERAL("\x20\x01")), "bad_wire_type");
	expect("a group", filed_with_raw(LITERAL("\x23\x24")), "bad_wire_type");
	expect("wire type 7", filed_with_raw(LITERAL("\x27")), "bad_protobuf");
	expect("field number 0", filed_with_raw(LITERAL("\x00\x01")), "bad_protobuf");
	expect("over-long varint", filed_with_raw(LITERAL("\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), "bad_protobuf");
	expect("varint over 64 bits", filed_with_raw(LITERAL("\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")), "bad_protobuf");
	expect("2 GiB length", filed_with_raw(LITERAL("\x22\xff\xff\xff\xff\x07")), "bad_protobuf");
	expect("length of 64 bits", filed_with_raw(LITERAL("\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), "bad_protobuf");
	expect("meta twice", filed_with(1, LITERAL("\x0a\x01p")), "duplicate_field");
	expect("money without a currency", filed_with(13, LITERAL("\x08\x05")), "missing_field");
	expect("negative money",
	    filed_with(13, LITERAL("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x12\x03"
				   "CNY")),
	    "out_of_range");
	expect("too much money",
	    filed_with(13, LITERAL("\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x12\x03"
				   "CNY")),
	    "out_of_range");
	expect("currency in small letters",
	    filed_with(13, LITERAL("\x08\x05\x12\x03"
				   "cny")),
	    "bad_format");
	expect("year 10000", filed_with(10, LITERAL("\x08\x80\x83\xd1\xff\xaf\x07")), "out_of_range");
	expect("nanos over a second", filed_with(10, LITERAL("\x10\x80\x94\xeb\xdc\x03")), "out_of_range");
	expect("evidence without a uri: the piece alone is refused",
	    filed_with(11, LITERAL("\x0a\x01"
				   "a\x12\x01"
				   "b")),
	    NULL);
	expect("a digest of 31 bytes: the piece alone is refused",
	    filed_with(11, LITERAL("\x0a\x01"
				   "a\x12\x01"
				   "b\x1a\x08"
				   "http://a\x32\x01x")),
	    NULL);
}

static void missing_fields_are_named(void **state)
{
	struct bytes *bytes = bytes_new();
	put_text(bytes, 2, "order-1");
	expect("no meta", bytes, "missing_field");

	bytes = bytes_new();
	put_filed(bytes);
	put_text(bytes, 2, "");
	expect("an order id taken back by a later empty one", bytes, "missing_field");

	bytes = bytes_new();
	put_filed(bytes);
	put_text(bytes, 2, "order-2");
	expect("the last one wins", bytes, NULL);

	assert_string_equal(decode_bytes("", 0, NULL), "empty_value");
	assert_string_equal(decode_bytes(NULL, 0, NULL), "empty_value");
}

static void lists_are_bounded(void **state)
{
	static const char evidence[] = "\x0a\x01"
				       "a\x12\x01"
				       "b\x1a\x08"
				       "http://a";
	struct bytes *bytes = bytes_new();
	put_filed(bytes);
	for (int i = 0; i < 51; i++)
		put_bytes(bytes, 11, evidence, sizeof evidence - 1);
	expect("51 pieces of evidence", bytes, "too_many");

	bytes = bytes_new();
	put_filed(bytes);
	for (int i = 0; i < 10000; i++)
		put_text(bytes, 4, "");
	expect("one field 10,000 times", bytes, "bad_protobuf");
}

/* Every descriptor is finite, so depth can only lie in what nobody knows. */
static void depth_is_no_matter(void **state)
{
	static uint8_t nest[120000];
	size_t size = 0;
	struct bytes *bytes = bytes_new();

	put_filed(bytes);
	/* 1,000 and more levels, each a field 60 holding all the rest */
	for (int level = 0; level < 30000; level++) {
		size_t rest = (size_t)(30000 - 1 - level) * 4;
		nest[size++] = 0xe2;
		nest[size++] = 0x03;
		nest[size++] = (uint8_t)((rest & 0x7f) | 0x80);
		nest[size++] = (uint8_t)(rest >> 7 & 0x7f);
	}
	put(bytes, "\xe2\x03\x80\x80\x01", 5);
	put(bytes, nest, 16384);
	expect("depth in an unknown field", bytes, NULL);

	bytes = bytes_new();
	put_filed(bytes);
	for (int level = 0; level < 10000; level++)
		put(bytes, "\x0b", 1);
	expect("10,000 groups", bytes, "bad_wire_type");
}

static void unknown_fields_are_dropped_and_bounded(void **state)
{
	struct wire_fault fault;
	struct bytes *bytes = bytes_new();
	int unknown = 0;
	size_t used;

	put_filed(bytes);
	for (int i = 0; i < VALIDATE_UNKNOWN_MAX; i++)
		put_number(bytes, 1000 + i, 1);
	assert_null(decode_bytes(bytes->data, bytes->size, &used));
	assert_true(used < WIRE_BUDGET_MAX);
	assert_true(validate_message(plan_of(EVENT_COMPLAINT_FILED), bytes->data, bytes->size, &unknown, NULL, &fault));
	assert_int_equal(unknown, VALIDATE_UNKNOWN_MAX);
	put_number(bytes, 5000, 1);
	expect("one unknown field more", bytes, "too_many");

	bytes = bytes_new();
	put_filed(bytes);
	while (bytes->size < 1024 * 1024)
		put_number(bytes, 60, 1);
	assert_string_equal(decode_bytes(bytes->data, bytes->size, &used), "oversize");
	assert_true(used < 64 * 1024);
	assert_string_equal(decode_bytes(bytes->data, WIRE_RECORD_SIZE_MAX, &used), "too_many");
	assert_true(used < 64 * 1024);
	test_free(bytes);
}

static void the_largest_record_is_taken(void **state)
{
	static char filler[WIRE_RECORD_SIZE_MAX];
	struct bytes *bytes = bytes_new();
	size_t used;

	put_filed(bytes);
	put_bytes(bytes, 60, filler, sizeof filler - bytes->size - 5);
	assert_int_equal(bytes->size, WIRE_RECORD_SIZE_MAX);
	assert_null(decode_bytes(bytes->data, bytes->size, &used));
	assert_true(used < WIRE_BUDGET_MAX);
	put_number(bytes, 60, 1);
	expect("a byte more", bytes, "oversize");
}

/* As many elements as are let through, of the kind that grows most when unpacked. */
static void allocation_stays_within_the_budget(void **state)
{
	struct arena *arena = arena_new(0);
	struct event event = event_empty(EVENT_ORDER_RECORDED);
	struct order_item items[200];
	struct order_facts order = {.buyer_id = "b",
	    .merchant_id = "",
	    .status = ORDER_STATUS_COMPLETED,
	    .category = "",
	    .total = {1, "CNY"},
	    .payment_method = "",
	    .member_level = "",
	    .items = items,
	    .items_count = 200};
	struct wire_record record = {.timestamp_us = 1};
	struct wire_decoded decoded;
	struct wire_fault fault;

	for (int i = 0; i < 200; i++)
		items[i] = (struct order_item){"i", "m", "s", "t", "c", GOODS_KIND_DIGITAL, 1, {1, "CNY"}};
	event.platform_id = event.source = event.event_id = event.order_id = "x";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	event.order = &order;
	record.value = wire_pack(arena, &event, &record.size);
	record.headers = wire_event_headers(arena, &event, "", 0, 0);
	struct arena *bounded = arena_new(WIRE_BUDGET_MAX);
	assert_true(wire_decode_inbox(bounded, &record, &decoded, &fault));
	assert_int_equal(decoded.event->order->items_count, 200);
	assert_true(arena_used(bounded) < WIRE_BUDGET_MAX / 4);
	arena_free(bounded);

	/* Far too small a budget is a fault, no crash. */
	bounded = arena_new(4096);
	assert_false(wire_decode_inbox(bounded, &record, &decoded, &fault));
	assert_string_equal(fault.code, "bad_protobuf");
	arena_free(bounded);
	arena_free(arena);
}

static void cut_at_every_byte(void **state)
{
	size_t size;
	char *data = sample_file("tests/wire/golden/ombud.inbox.v1.ComplaintFiled.binpb", &size);
	int taken = 0;

	for (size_t cut = 0; cut < size; cut++) {
		/* in memory of exactly that size, so that a sanitizer sees a byte read too much */
		char *exact = malloc(cut > 0 ? cut : 1);
		memcpy(exact, data, cut);
		taken += decode_bytes(exact, cut, NULL) == NULL;
		free(exact);
	}
	/* Only a cut between two fields behind the required ones leaves a whole message. */
	assert_true(taken < 12);
	free(data);
}

static void flipped_bits(void **state)
{
	static const char *const paths[] = {"tests/wire/golden/ombud.inbox.v1.ComplaintFiled.binpb",
	    "tests/wire/golden/ombud.inbox.v1.DecisionMade.binpb", "tests/wire/golden/ombud.inbox.v1.OrderRecorded.binpb"};
	uint64_t random = 20261101;

	for (int p = 0; p < 3; p++) {
		size_t size;
		char *data = sample_file(paths[p], &size);
		for (int i = 0; i < FLIPS; i++) {
			size_t bit = sample_random(&random) % (size * 8), other = sample_random(&random) % (size * 8);
			data[bit / 8] ^= (char)(1 << bit % 8);
			data[other / 8] ^= (char)(1 << other % 8);
			decode_bytes(data, size, NULL);
			data[bit / 8] ^= (char)(1 << bit % 8);
			data[other / 8] ^= (char)(1 << other % 8);
		}
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(single_faults_have_their_codes),
	    cmocka_unit_test(missing_fields_are_named),
	    cmocka_unit_test(lists_are_bounded),
	    cmocka_unit_test(depth_is_no_matter),
	    cmocka_unit_test(unknown_fields_are_dropped_and_bounded),
	    cmocka_unit_test(the_largest_record_is_taken),
	    cmocka_unit_test(allocation_stays_within_the_budget),
	    cmocka_unit_test(cut_at_every_byte),
	    cmocka_unit_test(flipped_bits),
	};
	return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}
