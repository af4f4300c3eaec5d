/* No time in any message of the inbox may be later than its receipt; and the header that carries a first receipt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/instant.h"
#include "common/model/receipt.h"
#include "common/wire/plan.h"
#include "common/wire/wire.h"
#include "tests/wire/sample.h"

enum { ROUNDS = 20 };

/* As many instants as the message has, or fewer; every one is checked. */
struct look {
	int64_t latest_us; /* no instant may be later */
	int instants, later;
	const char *worst;
};

static void look_at(const struct plan *plan, const char *base, struct look *look);

static void look_at_field(const struct plan_field *field, const char *base, struct look *look)
{
	const struct field_row *row = field->row;
	const char *at = base + row->offset;
	if (row->kind == FIELD_INSTANT) {
		bool later = *(const int64_t *)(const void *)at > look->latest_us && !receipt_may_lie_ahead(row->name);
		look->instants++;
		look->later += later;
		look->worst = later ? row->name : look->worst;
	} else if (row->kind == FIELD_POINTER) {
		const char *target = *(const char *const *)(const void *)at;
		if (target)
			look_at(field->sub, target, look);
	} else if (row->kind == FIELD_STRUCTS) {
		const char *list = *(const char *const *)(const void *)at;
		size_t count = *(const size_t *)(const void *)(base + row->count_offset);
		for (size_t i = 0; i < count; i++)
			look_at(field->sub, list + i * row->shape->size, look);
	} else if (row->kind == FIELD_INSTANTS) {
		fail_msg("%s: a list of instants in a message of the inbox; receipt.c knows none", row->name);
	} else if (field->sub) {
		look_at(field->sub, row->kind == FIELD_STRUCT ? at : base, look);
	}
}

static void look_at(const struct plan *plan, const char *base, struct look *look)
{
	for (unsigned i = 0; i < plan->count; i++)
		look_at_field(&plan->fields[i], base, look);
}

static void no_member_is_forgotten(void **state)
{
	struct arena *arena = arena_new(0);
	uint64_t seed = 7;
	for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
		if (!event_type_is_inbox((enum event_type)type))
			continue;
		for (int round = 0; round < ROUNDS; round++) {
			arena_reset(arena);
			struct event *event = sample_event(arena, (enum event_type)type, seed++);
			struct look before = {.latest_us = 0}, after = {.latest_us = 0};
			int later;
			look_at(plan_of((enum event_type)type), (const char *)event, &before);
			const struct event *bounded = event_as_received(arena, event, 0, &later);
			look_at(plan_of((enum event_type)type), (const char *)bounded, &after);
			if (after.later > 0)
				fail_msg(
				    "%s: %s may be later than the receipt", event_type_name((enum event_type)type), after.worst);
			assert_int_equal(after.instants, before.instants);
			assert_int_equal(later, before.later);
			assert_true((bounded == event) == (later == 0));
		}
	}
	arena_free(arena);
}

/* ---- the header ---- */

static const struct header *row(const char *name, const char *value)
{
	static struct header header;
	header = (struct header){name, value, value ? strlen(value) : 0};
	return &header;
}

static void a_receipt_is_read_or_left(void **state)
{
	static const struct {
		const char *value;
		bool read;
		int64_t received_us, record_us;
	} rows[] = {
	    {"1970-01-01T00:00:01Z 1970-01-01T00:00:00.5Z", true, 1000000, 500000},
	    {"1970-01-01T00:00:01Z", true, 1000000, 0},
	    {"", false, 0, 0},
	    {" ", false, 0, 0},
	    {"1970-01-01T00:00:01Z ", false, 0, 0},
	    {"1000000", false, 0, 0},
	    {"1970-01-01T00:00:01Z 1970-01-01T00:00:00.5Z x", false, 0, 0},
	    {NULL, false, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct header list[3] = {*row("a", "1"), *row(WIRE_RECEIPT_HEADER, rows[i].value), *row("b", "2")};
		struct headers headers = {list, 3};
		struct wire_receipt receipt;
		assert_int_equal(wire_receipt_find(&headers, &receipt), rows[i].read);
		assert_int_equal(receipt.received_us, rows[i].received_us);
		assert_int_equal(receipt.record_us, rows[i].record_us);
	}
}

static void it_comes_back_as_it_was_put(void **state)
{
	struct arena *arena = arena_new(0);
	struct header list[2] = {*row("a", "1"), *row(WIRE_RECEIPT_HEADER, "nonsense")};
	struct headers given = {list, 2};
	struct wire_receipt receipt = {1764270000123456, 1764269999000000}, got;
	struct headers headers = wire_receipt_put(arena, &given, &receipt);
	assert_int_equal(headers.count, 3);
	assert_true(wire_receipt_find(&headers, &got));
	assert_memory_equal(&got, &receipt, sizeof got);
	assert_string_equal(headers.rows[1].name, "a");
	assert_false(wire_receipt_find(&given, &got));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_member_is_forgotten),
	    cmocka_unit_test(a_receipt_is_read_or_left),
	    cmocka_unit_test(it_comes_back_as_it_was_put),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
