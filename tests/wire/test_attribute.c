/* Whose a record is that could not be taken: what can still be read of it, and nothing that is no name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/utf8.h"
#include "common/wire/wire.h"

static struct arena *arena;

static int set_up(void **state)
{
	arena = arena_new(0);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(arena);
	return 0;
}

#define STRUCTURED "application/cloudevents+json"
#define META "\"meta\":{\"platformId\":\"shop\",\"actor\":{\"kind\":\"ACTOR_KIND_COMPLAINANT\",\"id\":\"b-1\"}}"
#define WHOLE(attributes, data) \
	"{\"specversion\":\"1.0\",\"type\":\"ombud.inbox.v1.ComplaintUrged\"" attributes ",\"data\":{" data "}}"

/* want: "platform order person source id type", "-" for none; NULL: nobody's. */
static const struct row {
	const char *name, *content_type, *value, *want;
} rows[] = {
    {"whole", STRUCTURED, WHOLE(",\"id\":\"e\",\"source\":\"/s\"", META ",\"orderId\":\"o\",\"complaintId\":\"x\""),
	"shop o - /s e ComplaintUrged"},
    {"names as in the .proto", STRUCTURED,
	WHOLE("", "\"meta\":{\"platform_id\":\"shop\",\"source\":\"/m\",\"event_id\":\"m\"},\"order_id\":\"o\""),
	"shop o - /m m ComplaintUrged"},
    {"the envelope goes before meta", STRUCTURED,
	WHOLE(",\"id\":\"e\",\"source\":\"/s\"",
	    "\"meta\":{\"platformId\":\"shop\",\"source\":\"/m\",\"eventId\":\"m\"},\"orderId\":\"o\""),
	"shop o - /s e ComplaintUrged"},
    {"a person", STRUCTURED, WHOLE(",\"id\":\"e\",\"source\":\"/s\"", META ",\"personId\":\"p\""), "shop - p /s e ComplaintUrged"},
    {"the record's key for no order", STRUCTURED, WHOLE(",\"id\":\"e\",\"source\":\"/s\"", META), "shop key - /s e ComplaintUrged"},
    {"no content type", "", WHOLE(",\"id\":\"e\",\"source\":\"/s\"", META ",\"orderId\":\"o\""), "shop o - /s e ComplaintUrged"},
    {"a type that is none", STRUCTURED, "{\"type\":\"x\",\"id\":\"e\",\"source\":\"/s\",\"data\":{" META ",\"orderId\":\"o\"}}",
	"shop o - /s e -"},
    {"numbers for names", STRUCTURED, WHOLE(",\"id\":5,\"source\":\"/s\"", META ",\"orderId\":\"o\""), NULL},
    {"no platform", STRUCTURED, WHOLE(",\"id\":\"e\",\"source\":\"/s\"", "\"orderId\":\"o\""), NULL},
    {"no source", STRUCTURED, WHOLE(",\"id\":\"e\"", META ",\"orderId\":\"o\""), NULL},
    {"a control in an id", STRUCTURED, WHOLE(",\"id\":\"e\\u0001\",\"source\":\"/\\u007f\"", META ",\"orderId\":\"o\""),
	"shop o - /\xef\xbf\xbd e\xef\xbf\xbd ComplaintUrged"},
    {"NUL in an id", STRUCTURED, WHOLE(",\"id\":\"e\\u0000f\",\"source\":\"/s\"", META ",\"orderId\":\"o\""),
	"shop o - /s e\xef\xbf\xbd"
	"f ComplaintUrged"},
    {"a better id behind it", STRUCTURED,
	WHOLE(",\"id\":\"\\n\",\"source\":\"/s\"", "\"meta\":{\"platform_id\":\"shop\",\"event_id\":\"m\"},\"order_id\":\"o\""),
	"shop o - /s m ComplaintUrged"},
    {"a control in a platform", STRUCTURED,
	WHOLE(",\"id\":\"e\",\"source\":\"/s\"", "\"meta\":{\"platform_id\":\"sh\\nop\"},\"order_id\":\"o\""), NULL},
    {"an order's name that is none", STRUCTURED, WHOLE(",\"id\":\"e\",\"source\":\"/s\"", META ",\"orderId\":\"\\n\""),
	"shop key - /s e ComplaintUrged"},
    {"cut", STRUCTURED, "{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"/s\"", NULL},
    {"a list", STRUCTURED, "[]", NULL},
    {"data that is a text", STRUCTURED, "{\"id\":\"e\",\"source\":\"/s\",\"data\":\"x\"}", NULL},
    {"no UTF-8", STRUCTURED, "{\"id\":\"\xff\"}", NULL},
    {"nothing", STRUCTURED, "", NULL},
};

static const char *or_none(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static const char *say(const struct event *who)
{
	const char *type = who->type_id == EVENT_NONE ? "-" : strrchr(event_type_name(who->type_id), '.') + 1;
	return arena_printf(arena, "%s %s %s %s %s %s", or_none(who->platform_id), or_none(who->order_id), or_none(who->person_id),
	    or_none(who->source), or_none(who->event_id), type);
}

static void of_json(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct header header = {"content-type", row->content_type, strlen(row->content_type)};
		struct wire_record record = {.key = "key",
		    .key_size = 3,
		    .value = row->value,
		    .size = strlen(row->value),
		    .headers = {&header, row->content_type[0] != '\0' ? 1 : 0}};
		const struct event *who = wire_attribute(arena, &record);
		if ((who == NULL) != (row->want == NULL) || (who != NULL && strcmp(say(who), row->want) != 0))
			fail_msg("%s: got %s, want %s", row->name, who ? say(who) : "nobody", row->want ? row->want : "nobody");
		if (who != NULL && strstr(row->value, "b-1") != NULL) {
			assert_string_equal(who->actor.id, "b-1");
			assert_int_equal(who->actor.kind, ACTOR_KIND_COMPLAINANT);
		}
	}
}

static struct event filed(void)
{
	struct event event = event_empty(EVENT_COMPLAINT_FILED);
	event.platform_id = "shop";
	event.source = "/s";
	event.event_id = "e";
	event.actor = (struct actor){ACTOR_KIND_COMPLAINANT, "b-1", ""};
	event.order_id = "o";
	event.complainant_id = "b-1";
	event.statement.text = "x";
	return event;
}

/* Cut anywhere and flipped anywhere: never more than there is, and only names. */
static void of_protobuf(void **state)
{
	struct event event = filed();
	struct wire_record record = {.headers = wire_event_headers(arena, &event, "", 0, 0)};
	size_t size;
	const uint8_t *whole = wire_pack(arena, &event, &size);
	int known = 0;

	for (size_t cut = 1; cut <= size; cut++) {
		record.value = arena_copy(arena, whole, cut);
		record.size = cut;
		const struct event *who = wire_attribute(arena, &record);
		known += who != NULL;
		if (who != NULL)
			assert_string_equal(say(who), "shop o - /s e ComplaintFiled");
	}
	assert_true(known > 5); /* once meta and order are there */
	for (size_t at = 0; at < size; at++) {
		uint8_t *flipped = (uint8_t *)(uintptr_t)arena_copy(arena, whole, size);
		flipped[at] ^= 0xff;
		record.value = flipped;
		record.size = size;
		const struct event *who = wire_attribute(arena, &record);
		if (who != NULL)
			assert_true(strlen(who->platform_id) > 0 && strlen(who->order_id) > 0);
	}
	uint8_t *framed = arena_alloc(arena, size + 7);
	memcpy(framed, "\0\0\0\0\7\2\2", 7);
	memcpy(framed + 7, whole, size);
	record = (struct wire_record){.value = framed, .size = size + 7};
	assert_string_equal(say(wire_attribute(arena, &record)), "shop o - /s e ComplaintFiled");
	record = (struct wire_record){.value = whole, .size = size};
	assert_null(wire_attribute(arena, &record)); /* nothing says which message it is */
	record = (struct wire_record){.value = NULL, .headers = wire_event_headers(arena, &event, "", 0, 0)};
	assert_null(wire_attribute(arena, &record));
}

/* Of each length around the bound: what is told is as long as an EventRefused may say it, and can be read as one. */
static void of_long_names(void **state)
{
	for (size_t size = 60; size < 600; size++) {
		char platform[601], id[601], source[601];
		struct headers headers = {.count = 4};
		memset(platform, 'p', sizeof platform);
		memset(id, 'i', sizeof id);
		for (size_t i = 0; i + 3 <= sizeof source; i += 3)
			memcpy(source + i, "\xe8\xaf\x89", 3);
		struct header items[] = {{"content-type", "application/protobuf", 20},
		    {"ce_type", "ombud.inbox.v1.ComplaintUrged", 29}, {"ce_id", id, size}, {"ce_source", source, size}};
		headers.rows = items;
		struct event said = event_empty(EVENT_COMPLAINT_URGED);
		said.platform_id = arena_printf(arena, "%.*s", size <= 70 ? (int)size : 4, platform);
		said.order_id = "o";
		struct wire_record record = {.headers = headers, .key = "o", .key_size = 1};
		record.value = wire_pack(arena, &said, &record.size);
		const struct event *who = wire_attribute(arena, &record);
		if (size > 64 && size <= 70) {
			assert_null(who);
			continue;
		}
		assert_non_null(who);
		assert_int_equal(strlen(who->event_id), size <= 128 ? size : 128);
		assert_true(strlen(who->source) <= 256 && strlen(who->source) >= (size < 256 ? size : 252));
		assert_int_equal(size > 128, strstr(who->event_id, "\xe2\x80\xa6") != NULL);
		assert_true(utf8_valid(who->source, strlen(who->source)));
		struct event refused = event_empty(EVENT_REFUSED);
		refused.platform_id = who->platform_id;
		refused.source = refused.event_id = "x";
		refused.occurred_at_us = 1;
		refused.actor.kind = ACTOR_KIND_OMBUD;
		refused.order_id = who->order_id;
		refused.refused_source = who->source;
		refused.refused_event_id = who->event_id;
		refused.code = "field_too_long";
		const void *bytes = wire_pack(arena, &refused, &record.size);
		assert_non_null(wire_unpack(arena, EVENT_REFUSED, bytes, record.size));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(of_json, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(of_protobuf, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(of_long_names, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
