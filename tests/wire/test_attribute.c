/* Whose a record is that could not be taken: what can still be read of it, and nothing that is no name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

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
    {"a control in a name", STRUCTURED, WHOLE(",\"id\":\"e\\u0001\",\"source\":\"/s\"", META ",\"orderId\":\"o\""), NULL},
    {"NUL in a name", STRUCTURED, WHOLE(",\"id\":\"e\\u0000\",\"source\":\"/s\"", META ",\"orderId\":\"o\""), NULL},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(of_json, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(of_protobuf, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
