/* Golden bytes of every message, and events of random content: read, written, and read again without a difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/json.h"
#include "common/wire/decode.h"
#include "common/wire/fill.h"
#include "common/wire/pjson.h"
#include "common/wire/registry.h"
#include "common/wire/unpack.h"
#include "common/wire/validate.h"
#include "tests/wire/sample.h"

enum { RANDOM_ROUNDS = 200 };

/* The type in "tests/wire/golden/ombud.inbox.v1.AnswerGiven-offer.binpb". */
static enum event_type type_of_path(const char *path)
{
	char name[128];
	snprintf(name, sizeof name, "%s", strrchr(path, '/') + 1);
	name[strcspn(name, "-")] = '\0';
	char *suffix = strstr(name, ".binpb");
	if (suffix != NULL)
		*suffix = '\0';
	return event_type_by_name(name);
}

static ProtobufCMessage *must_unpack(struct arena *arena, enum event_type type, const void *data, size_t size, const char *what)
{
	struct wire_fault fault;
	int unknown;

	if (!validate_message(plan_of(type), data, size, &unknown, NULL, &fault))
		fail_msg("%s: %s: %s", what, fault.code, fault.reason);
	assert_int_equal(unknown, 0);
	ProtobufCMessage *message = sample_unpack(arena, type, data, size);
	assert_non_null(message);
	return message;
}

/* Both write the same bytes. */
static void check_like_protobuf_c(struct arena *arena, const struct event *event, const ProtobufCMessage *message, const char *what)
{
	size_t ours_size, theirs_size;
	const void *ours = wire_pack(arena, event, &ours_size);
	const void *theirs = sample_pack(arena, message, &theirs_size);
	if (ours_size != theirs_size || memcmp(ours, theirs, ours_size) != 0)
		fail_msg("%s: %zu bytes of ours, %zu of protobuf-c's", what, ours_size, theirs_size);
}

/* bytes -> event -> the same bytes */
static void check_binary(struct arena *arena, enum event_type type, const void *data, size_t size, const char *what)
{
	size_t again_size;
	const ProtobufCMessage *message = must_unpack(arena, type, data, size, what);
	struct event event;
	assert_true(unpack_event(arena, type, data, size, 0, &event));
	const void *again = wire_pack(arena, &event, &again_size);
	if (size != again_size || memcmp(data, again, size) != 0)
		fail_msg("%s: %zu bytes became %zu others", what, size, again_size);
	check_like_protobuf_c(arena, &event, message, what);
	check_like_protobuf_c(arena, &event, fill_message(arena, &event), what);
	assert_true(protobuf_c_message_check(fill_message(arena, &event)));
}

/* bytes -> JSON -> the same bytes */
static void check_json(struct arena *arena, enum event_type type, const void *data, size_t size, const char *what)
{
	struct buf text = BUF_EMPTY;
	struct wire_fault fault;
	char error[JSON_ERROR_SIZE];

	pjson_write(&text, plan_of(type), must_unpack(arena, type, data, size, what));
	struct json *tree = json_parse(buf_string(&text), text.size, 0, error, NULL);
	if (tree == NULL)
		fail_msg("%s: wrote JSON that is none: %s", what, error);
	const ProtobufCMessage *message = pjson_read(arena, plan_of(type), tree, &fault);
	if (message == NULL)
		fail_msg("%s: %s: %s", what, fault.code, fault.reason);
	size_t again_size;
	const void *again = sample_pack(arena, message, &again_size);
	if (again_size != size || memcmp(data, again, size) != 0)
		fail_msg("%s: JSON loses something: %s", what, buf_string(&text));
	json_free(tree);
	buf_free(&text);
}

/* NULL: every field is there; else one that is not. */
static const char *what_is_missing(const struct plan *plan, const ProtobufCMessage *message)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct plan_field *field = &plan->fields[i];
		const char *at = (const char *)message + field->field->offset, *missing = NULL;
		if (field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
			continue;
		if (field->field->type == PROTOBUF_C_TYPE_MESSAGE && !field->list) {
			const ProtobufCMessage *sub = *(ProtobufCMessage *const *)(const void *)at;
			missing = sub ? what_is_missing(field->sub, sub) : field->field->name;
		} else if (field->field->type == PROTOBUF_C_TYPE_STRING && !field->list) {
			missing = **(char *const *)(const void *)at == '\0' ? field->field->name : NULL;
		} else if (field->list) {
			size_t count = *(const size_t *)(const void *)((const char *)message + field->field->quantifier_offset);
			missing = count > 1 ? NULL : field->field->name;
		}
		if (missing)
			return missing;
	}
	return NULL;
}

static void goldens_are_read_and_written_alike(void **state)
{
	bool covered[EVENT_TYPE_COUNT] = {false}, whole[EVENT_TYPE_COUNT] = {false};
	const char *missing[EVENT_TYPE_COUNT] = {NULL};
	glob_t found;

	assert_int_equal(glob("tests/wire/golden/*.binpb", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct arena *arena = arena_new(0);
		const char *path = found.gl_pathv[i];
		enum event_type type = type_of_path(path);
		size_t size;
		char *data = sample_file(path, &size);
		if (type == EVENT_NONE)
			fail_msg("%s: a message that was sent once is not known any more", path);
		covered[type] = true;
		check_binary(arena, type, data, size, path);
		check_json(arena, type, data, size, path);
		const char *gap = what_is_missing(plan_of(type), must_unpack(arena, type, data, size, path));
		whole[type] |= !gap;
		missing[type] = gap ? gap : missing[type];
		free(data);
		arena_free(arena);
	}
	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		if (!covered[type])
			fail_msg("%s has no golden: run tests/wire/make-golden", event_type_name((enum event_type)type));
		else if (!whole[type]) /* a field that came later: a golden of its own, beside what was sent before */
			fail_msg("%s: no golden has %s too", event_type_name((enum event_type)type), missing[type]);
	globfree(&found);
}

static void random_content_survives(void **state)
{
	struct arena *arena = arena_new(0);

	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		for (uint64_t seed = 1; seed <= RANDOM_ROUNDS; seed++) {
			size_t size;
			arena_reset(arena);
			const struct event *event = sample_event(arena, (enum event_type)type, seed);
			const void *data = wire_pack(arena, event, &size);
			check_binary(arena, (enum event_type)type, data, size, event_type_name((enum event_type)type));
			if (seed % 4 == 0)
				check_json(arena, (enum event_type)type, data, size, event_type_name((enum event_type)type));
		}
	arena_free(arena);
}

/* Bytes that no encoder writes, read as protobuf-c reads them: what comes last counts. */
static void check_odd(struct arena *arena, enum event_type type, const void *data, size_t size, const uint8_t *more,
    size_t more_size, const char *what)
{
	uint8_t *odd = arena_alloc(arena, size + more_size);
	memcpy(odd, data, size);
	memcpy(odd + size, more, more_size);
	struct event event;
	assert_true(unpack_event(arena, type, odd, size + more_size, 0, &event));
	check_like_protobuf_c(arena, &event, sample_unpack(arena, type, odd, size + more_size), what);
}

/* Once more with another value, also with none; a list's number unpacked; another one of several. */
static void check_again(struct arena *arena, enum event_type type, const struct plan_field *field, const void *data, size_t size)
{
	const char *what = field->field->name;
	uint8_t number = (uint8_t)field->field->id;
	uint8_t tag[] = {(uint8_t)((number << 3 & 0x7f) | 0x80), (uint8_t)(number >> 4)};

	switch (field->row->kind) {
	case FIELD_TEXT:
		check_odd(arena, type, data, size, (uint8_t[]){tag[0] | 2, tag[1], 0}, 3, what);
		check_odd(arena, type, data, size, (uint8_t[]){tag[0] | 2, tag[1], 1, 'x'}, 4, what);
		break;
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_ENUMS:
	case FIELD_INT32:
	case FIELD_INT64:
		check_odd(arena, type, data, size, (uint8_t[]){tag[0], tag[1], 0}, 3, what);
		check_odd(arena, type, data, size, (uint8_t[]){tag[0], tag[1], 0x81, 0}, 4, what);
		break;
	case FIELD_VARIANT:
		check_odd(arena, type, data, size, (uint8_t[]){tag[0] | 2, tag[1], 0}, 3, what);
		break;
	default:
		break;
	}
}

static void what_comes_last_counts(void **state)
{
	struct arena *arena = arena_new(0);

	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		for (uint64_t seed = 1; seed <= 20; seed++) {
			const struct plan *plan = plan_of((enum event_type)type);
			size_t size;
			arena_reset(arena);
			struct event *event = sample_event(arena, (enum event_type)type, seed);
			event->said = NULL; /* what it leaves out hangs on what the fact says, which changes here */
			const void *data = wire_pack(arena, event, &size);
			for (unsigned i = 0; i < plan->count; i++)
				check_again(arena, (enum event_type)type, &plan->fields[i], data, size);
		}
	arena_free(arena);
}

/* A target's number says its unit: one of several, there also when it is nothing, and the last one counts. */
static void a_target_says_its_unit(void **state)
{
	static const struct {
		const char *name;
		uint8_t target[8];
		uint8_t size;
		enum target_unit unit;
		int64_t amount;
	} rows[] = {
	    {"elapsed", {1 << 3, 5}, 2, TARGET_UNIT_ELAPSED, 5},
	    {"business time", {2 << 3, 0x80, 1}, 3, TARGET_UNIT_BUSINESS_TIME, 128},
	    {"business days", {3 << 3, 7}, 2, TARGET_UNIT_BUSINESS_DAYS, 7},
	    {"nothing", {2 << 3, 0}, 2, TARGET_UNIT_BUSINESS_TIME, 0},
	    {"two", {1 << 3, 5, 3 << 3, 7}, 4, TARGET_UNIT_BUSINESS_DAYS, 7},
	};
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t data[16] = {4 << 3 | 2, rows[i].size + 2, 7 << 3 | 2, rows[i].size};
		struct event event;
		size_t size;
		memcpy(data + 4, rows[i].target, rows[i].size);
		assert_true(unpack_event(arena, EVENT_CLOCKS_STARTED, data, 4u + rows[i].size, 0, &event));
		const struct clock_target *target = &event.clocks[0].target;
		if (event.clocks_count != 1 || target->unit != rows[i].unit || target->amount != rows[i].amount)
			fail_msg("%s: %s %lld", rows[i].name, target_unit_name(target->unit), (long long)target->amount);
		const void *again = wire_pack(arena, &event, &size);
		assert_int_equal(size, i == 4 ? 6 + 2 : 6 + rows[i].size); /* its envelope is empty: 2 bytes */
		check_like_protobuf_c(arena, &event, fill_message(arena, &event), rows[i].name);
		assert_non_null(again);
	}
	arena_free(arena);
}

static bool decode(struct arena *arena, const struct event *event, struct wire_decoded *decoded, struct wire_fault *fault)
{
	struct wire_record record = {.timestamp_us = 7};
	record.value = wire_pack(arena, event, &record.size);
	record.headers = wire_event_headers(arena, event, "", 3, 4);
	return event_type_is_inbox(event->type_id) ? wire_decode_inbox(arena, &record, decoded, fault)
						   : wire_decode_fact(arena, &record, decoded, fault);
}

/* As a record, and again as a structured event where strangers may say it. */
static void random_records_are_decoded(void **state)
{
	struct arena *arena = arena_new(0);
	struct wire_decoded binary, structured;
	struct wire_fault fault;

	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		for (uint64_t seed = 1; seed <= 20; seed++) {
			arena_reset(arena);
			const struct event *event = sample_event(arena, (enum event_type)type, seed);
			if (!decode(arena, event, &binary, &fault))
				fail_msg("%s: %s: %s", event_type_name((enum event_type)type), fault.code, fault.reason);
			bool ours = !event_type_is_inbox((enum event_type)type);
			assert_int_equal(binary.sequence, ours ? 3 : 0); /* a stranger's is not looked at */
			assert_int_equal(binary.shard_sequence, ours ? 4 : 0);
			if (!event_type_is_inbox((enum event_type)type))
				continue;
			const char *json = wire_cloudevent_json(arena, event, "");
			if (!wire_decode_json(arena, json, strlen(json), &structured, &fault))
				fail_msg(
				    "%s: %s: %s in %s", event_type_name((enum event_type)type), fault.code, fault.reason, json);
			assert_memory_equal(&binary.cause, &structured.cause, sizeof binary.cause);
			assert_int_equal(binary.body_digest, structured.body_digest);
			assert_string_equal(binary.key, structured.key);
			assert_string_equal(binary.event->complaint_id, structured.event->complaint_id);
		}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goldens_are_read_and_written_alike),
	    cmocka_unit_test(random_content_survives),
	    cmocka_unit_test(what_comes_last_counts),
	    cmocka_unit_test(a_target_says_its_unit),
	    cmocka_unit_test(random_records_are_decoded),
	};
	return cmocka_run_group_tests_name("roundtrip", tests, NULL, NULL);
}
