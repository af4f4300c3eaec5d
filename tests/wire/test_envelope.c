/* What is said around the data: three encodings of one event, who it is from, headers, batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "common/wire/wire.h"
#include "tests/wire/sample.h"

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
#define TIME_US INT64_C(1793581200000000)

static struct arena *arena;
static struct wire_decoded decoded;
static struct wire_fault fault;

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

static struct event filed(void)
{
	struct event event = event_empty(EVENT_COMPLAINT_FILED);
	event.platform_id = "cards";
	event.source = "/shop";
	event.event_id = "e-1";
	event.occurred_at_us = TIME_US;
	event.actor = (struct actor){ACTOR_KIND_COMPLAINANT, "b-1", ""};
	event.order_id = "order-1";
	event.complainant_id = "b-1";
	event.statement.text = "卡密无效";
	return event;
}

static struct wire_record binary(const struct event *event)
{
	struct wire_record record = {.timestamp_us = 77};
	record.value = wire_pack(arena, event, &record.size);
	record.headers = wire_event_headers(arena, event, TRACE, 0, 0);
	return record;
}

static void set_header(struct wire_record *record, const char *name, const char *value)
{
	struct header *found = (struct header *)(uintptr_t)wire_header_find(&record->headers, name);
	struct header *rows = arena_new_array(arena, struct header, record->headers.count + 1);

	if (found == NULL) {
		if (record->headers.count > 0)
			memcpy(rows, record->headers.rows, sizeof *rows * (size_t)record->headers.count);
		record->headers.rows = rows;
		found = &rows[record->headers.count++];
	}
	*found = (struct header){name, value, value != NULL ? strlen(value) : 0};
}

/* The frame that a Confluent serialiser writes for message `index` of the file. */
static struct wire_record framed(const struct event *event, const char *frame, size_t frame_size)
{
	struct wire_record record = {.timestamp_us = 77};
	size_t size;
	const void *data = wire_pack(arena, event, &size);
	char *value = arena_alloc(arena, frame_size + size);
	memcpy(value, frame, frame_size);
	memcpy(value + frame_size, data, size);
	record.value = value;
	record.size = frame_size + size;
	return record;
}

static struct wire_record structured(const char *json, const char *content_type)
{
	struct wire_record record = {.timestamp_us = 77, .value = json, .size = strlen(json)};
	set_header(&record, "content-type", content_type);
	return record;
}

static void expect_fault(const struct wire_record *record, const char *want)
{
	bool good = wire_decode_inbox(arena, record, &decoded, &fault);
	if (good || strcmp(fault.code, want) != 0)
		fail_msg("got %s, want %s", good ? "taken" : fault.code, want);
}

static void expect_taken(const struct wire_record *record)
{
	if (!wire_decode_inbox(arena, record, &decoded, &fault))
		fail_msg("%s: %s", fault.code, fault.reason);
}

static void three_encodings_are_one_event(void **state)
{
	struct event event = filed();
	struct wire_record record = binary(&event);
	expect_taken(&record);
	struct wire_decoded first = decoded;
	assert_string_equal(first.key, "order-1");
	assert_string_equal(first.trace, TRACE);
	assert_int_equal(first.event->occurred_at_us, TIME_US);

	record = structured(wire_cloudevent_json(arena, &event, ""), "Application/CloudEvents+JSON; charset=utf-8");
	expect_taken(&record);
	assert_memory_equal(&decoded.cause, &first.cause, sizeof first.cause);
	assert_int_equal(decoded.body_digest, first.body_digest);
	assert_string_equal(decoded.event->complaint_id, first.event->complaint_id);

	record = framed(&event, "\0\0\0\0\7\2\2", 7); /* [1]: ComplaintFiled is the second message */
	expect_taken(&record);
	assert_memory_equal(&decoded.cause, &first.cause, sizeof first.cause);
	assert_int_equal(decoded.body_digest, first.body_digest);
	assert_string_equal(decoded.event->complaint_id, first.event->complaint_id);
}

static void confluent_frames(void **state)
{
	struct order_facts order = {.buyer_id = "b",
	    .merchant_id = "",
	    .status = ORDER_STATUS_COMPLETED,
	    .category = "",
	    .total = {.currency = ""},
	    .payment_method = "",
	    .member_level = ""};
	struct event event = filed(), recorded = filed();
	recorded.type_id = EVENT_ORDER_RECORDED;
	recorded.order = &order;

	struct wire_record record = framed(&recorded, "\0\0\0\0\7\0", 6); /* the short form of [0] */
	expect_taken(&record);
	assert_int_equal(decoded.event->type_id, EVENT_ORDER_RECORDED);
	record = framed(&recorded, "\0\0\0\0\7\2\0", 7); /* the long form of [0] */
	expect_taken(&record);
	assert_int_equal(decoded.event->type_id, EVENT_ORDER_RECORDED);

	record = framed(&event, "\0\0\0\0\7\4\2\0", 8);
	expect_fault(&record, "bad_framing"); /* nested */
	record = framed(&event, "\0\0\0\0\7\2\x80\x80\x80\x80\x80\1", 12);
	expect_fault(&record, "bad_framing"); /* over-long */
	record = framed(&event, "\0\0\0\0\7\2\1", 7);
	expect_fault(&record, "bad_framing"); /* -1 */
	record = framed(&event, "\0\0\0\0\7\2\x7e", 7);
	expect_fault(&record, "unknown_type"); /* [63] */
	record = (struct wire_record){.value = "\0\0\0", .size = 3};
	expect_fault(&record, "bad_framing");
	record = (struct wire_record){.value = "\0\0\0\0\0", .size = 5};
	expect_fault(&record, "bad_framing");
	record = (struct wire_record){.value = "\0", .size = 1};
	expect_fault(&record, "bad_framing");

	/* a frame with an envelope around it: they must agree */
	record = framed(&event, "\0\0\0\0\7\2\2", 7);
	set_header(&record, "ce_type", "ombud.inbox.v1.ComplaintFiled");
	expect_taken(&record);
	set_header(&record, "ce_type", "ombud.inbox.v1.OfferAccepted");
	expect_fault(&record, "identity_mismatch");
}

static void envelope_and_meta(void **state)
{
	struct event event = filed();
	struct wire_record record = binary(&event);
	set_header(&record, "ce_id", "e-2");
	expect_fault(&record, "identity_mismatch");
	set_header(&record, "ce_id", "e-1");
	set_header(&record, "ce_source", "/other");
	expect_fault(&record, "identity_mismatch");

	/* the envelope speaks for an empty meta */
	event.source = event.event_id = "";
	event.occurred_at_us = 0;
	record = binary(&event);
	expect_fault(&record, "missing_field");
	set_header(&record, "ce_source", "/shop");
	expect_fault(&record, "missing_field");
	set_header(&record, "ce_id", "e-1");
	expect_taken(&record);
	assert_string_equal(decoded.event->source, "/shop");
	assert_string_equal(decoded.event->event_id, "e-1");
	assert_int_equal(decoded.event->occurred_at_us, 77); /* the record's own time, when nobody said one */
	struct uuid cause = decoded.cause;
	int64_t digest = decoded.body_digest;
	set_header(&record, "ce_time", "2026-11-02T09:00:00+08:00");
	expect_taken(&record);
	assert_int_equal(decoded.event->occurred_at_us, INT64_C(1793581200000000));
	assert_memory_equal(&cause, &decoded.cause, sizeof cause);
	assert_int_equal(digest, decoded.body_digest);

	/* and is the same event as one that says all of it in meta */
	event = filed();
	record = binary(&event);
	expect_taken(&record);
	assert_memory_equal(&cause, &decoded.cause, sizeof cause);
	assert_int_equal(digest, decoded.body_digest);
}

static void identity_is_per_order_and_speaker(void **state)
{
	struct event event = filed();
	struct wire_record record = binary(&event);
	expect_taken(&record);
	struct wire_decoded first = decoded;

	event.order_id = "order-2";
	record = binary(&event);
	expect_taken(&record);
	assert_memory_not_equal(&decoded.cause, &first.cause, sizeof first.cause);
	event = filed();
	event.platform_id = "other";
	record = binary(&event);
	expect_taken(&record);
	assert_memory_not_equal(&decoded.cause, &first.cause, sizeof first.cause);
	assert_string_not_equal(decoded.event->complaint_id, first.event->complaint_id);

	/* said by somebody else it is another event; who files is in the complaint's id by nothing but that */
	event = filed();
	event.actor.id = "b-2";
	record = binary(&event);
	expect_taken(&record);
	assert_memory_not_equal(&decoded.cause, &first.cause, sizeof first.cause);
	assert_string_equal(decoded.event->complaint_id, first.event->complaint_id);
	event.actor = (struct actor){ACTOR_KIND_MERCHANT_PERSON, "b-1", ""};
	record = binary(&event);
	expect_taken(&record);
	assert_memory_not_equal(&decoded.cause, &first.cause, sizeof first.cause);
	struct uuid merchants = decoded.cause;
	event.actor.kind = ACTOR_KIND_MERCHANT_PROGRAM; /* a merchant's people and programs are one side, and one id */
	record = binary(&event);
	expect_taken(&record);
	assert_memory_equal(&decoded.cause, &merchants, sizeof merchants);

	/* ... but a platform's programs are one speaker, whatever they call themselves */
	event.actor = (struct actor){ACTOR_KIND_PLATFORM_PROGRAM, "pod-1", ""};
	record = binary(&event);
	expect_taken(&record);
	struct uuid programs = decoded.cause;
	event.actor.id = "pod-2";
	record = binary(&event);
	expect_taken(&record);
	assert_memory_equal(&decoded.cause, &programs, sizeof programs);

	/* other words under the same id: same cause, another body */
	event = filed();
	event.statement.text = "又一次";
	record = binary(&event);
	expect_taken(&record);
	assert_memory_equal(&decoded.cause, &first.cause, sizeof first.cause);
	assert_true(decoded.body_digest != first.body_digest);

	/* the same bytes as another message are another body */
	event = filed();
	event.type_id = EVENT_OFFER_ACCEPTED;
	event.complaint_id = first.event->complaint_id;
	record = binary(&event);
	expect_taken(&record);
	int64_t accepted = decoded.body_digest;
	event.type_id = EVENT_OFFER_REFUSED;
	record = binary(&event);
	expect_taken(&record);
	assert_true(decoded.body_digest != accepted);
}

static void complaint_ids(void **state)
{
	struct event event = filed();
	struct wire_record record = binary(&event);
	expect_taken(&record);
	const char *derived = decoded.event->complaint_id;
	int64_t digest = decoded.body_digest;
	assert_string_equal(derived, "01a199c5-3280-8e05-99b2-864ae81a821f"); /* as proto/TERMS.md tells publishers */

	/* saying the derived one is no difference; another one is */
	event.complaint_id = derived;
	record = binary(&event);
	expect_taken(&record);
	assert_string_equal(decoded.event->complaint_id, derived);
	assert_int_equal(decoded.body_digest, digest);
	event.complaint_id = "018BCFE5-687B-77D6-941E-FDFAC8BC1D33";
	record = binary(&event);
	expect_taken(&record);
	assert_string_equal(decoded.event->complaint_id, "018bcfe5-687b-77d6-941e-fdfac8bc1d33");
	assert_true(decoded.body_digest != digest);
}

static const char *derived_id(const struct event *event)
{
	struct wire_record record = binary(event);
	expect_taken(&record);
	return decoded.event->complaint_id;
}

static void complaint_ids_without_a_time(void **state)
{
	struct event event = filed();
	event.occurred_at_us = 0;
	const char *untimed = derived_id(&event);
	assert_string_equal(untimed, "9e0599b2-864a-881a-821f-2087dc5949da"); /* nor is it the record's own */
	event.order_id = "order-2";                                           /* orders that number their events alike */
	assert_string_not_equal(derived_id(&event), untimed);
	event.occurred_at_us = TIME_US;
	assert_string_not_equal(derived_id(&event), "01a199c5-3280-8e05-99b2-864ae81a821f");
	event.occurred_at_us = -1000000; /* before 1970 is no UUID's time */
	assert_int_not_equal(strncmp(derived_id(&event), "00000000-0000", 13), 0);
}

/* A person may be called as an order is. */
static void order_and_person_of_one_id(void **state)
{
	struct event of_order = event_empty(EVENT_COMPLAINT_URGED), of_person = event_empty(EVENT_ERASURE_ASKED);
	struct event *both[] = {&of_order, &of_person};
	for (int i = 0; i < 2; i++) {
		both[i]->platform_id = "cards";
		both[i]->source = "/shop";
		both[i]->event_id = "e-1";
		both[i]->actor = (struct actor){ACTOR_KIND_PLATFORM_PROGRAM, "backend", ""};
	}
	of_order.order_id = of_person.person_id = "7";
	of_order.complaint_id = "018bcfe5-687b-77d6-941e-fdfac8bc1d33";
	struct wire_record record = binary(&of_order);
	expect_taken(&record);
	struct uuid cause = decoded.cause;
	record = binary(&of_person);
	expect_taken(&record);
	assert_string_equal(decoded.key, "7");
	assert_memory_not_equal(&decoded.cause, &cause, sizeof cause);
}

static void keys(void **state)
{
	struct event event = event_empty(EVENT_CONTACT_SET);
	event.platform_id = "cards";
	event.source = "/shop";
	event.event_id = "c-1";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	event.person_id = "m-1";
	event.notice_channel = NOTICE_CHANNEL_WEBHOOK;
	struct wire_record record = binary(&event);
	expect_taken(&record);
	assert_string_equal(decoded.key, "m-1");
	assert_string_equal(wire_event_subject(decoded.event), "m-1");
}

static void strangers_must_say_who_acts(void **state)
{
	struct event event = filed();
	event.actor.kind = ACTOR_KIND_UNSPECIFIED;
	event.actor.id = "";
	struct wire_record record = binary(&event);
	expect_fault(&record, "missing_field");

	event = filed();
	event.type_id = EVENT_ANSWER_GIVEN;
	event.complaint_id = "018bcfe5-687b-77d6-941e-fdfac8bc1d33";
	record = binary(&event);
	expect_fault(&record, "missing_field"); /* neither offer nor defence */
}

static const struct header_case {
	const char *name, *value, *want;
} header_cases[] = {
    {"ce_specversion", "0.3", "bad_envelope"},
    {"ce_type", "ombud.inbox.v1.Nothing", "unknown_type"},
    {"ce_type", "ombud.complaint.v1.ComplaintChanged", "unknown_type"},
    {"ce_type", "", "unknown_type"},
    {"ce_time", "yesterday", "bad_envelope"},
    {"ce_id", "a\nb", "bad_envelope"},
    {"ce_id", "\xff", "bad_envelope"},
    {"ce_sequence", "one", NULL}, /* an extension of CloudEvents: any text that can be ordered */
    {"content-type", "text/xml", "unknown_media_type"},
    {"content-type", "application/json", "invalid_utf8"},
    {"content-type", "application/x-protobuf", NULL},
    {"content-type", "APPLICATION/PROTOBUF; v=3", NULL},
    {"traceparent", "nonsense", NULL},
    {"traceparent", "\xff\n", NULL},
    {"x-other", "\xff\xfe", NULL},
    {"ce_someextension", "1", NULL},
    {"ce_history", "of the shop", NULL}, /* an extension of the publisher's own */
    {"ce_formersequence", "-1", NULL},
};

static void headers_of_all_kinds(void **state)
{
	struct event event = filed();

	for (size_t i = 0; i < sizeof header_cases / sizeof *header_cases; i++) {
		struct wire_record record = binary(&event);
		set_header(&record, header_cases[i].name, header_cases[i].value);
		if (header_cases[i].want == NULL)
			expect_taken(&record);
		else
			expect_fault(&record, header_cases[i].want);
	}
	struct wire_record record = binary(&event);
	set_header(&record, "ce_type", NULL); /* a header without a value is none */
	expect_fault(&record, "unknown_type");
	record = binary(&event);
	char *long_value = arena_alloc(arena, WIRE_HEADER_SIZE_MAX + 2);
	memset(long_value, 'x', WIRE_HEADER_SIZE_MAX + 1);
	set_header(&record, "x-long", long_value);
	expect_taken(&record);
	set_header(&record, "ce_time", long_value);
	expect_fault(&record, "oversize");
	record = binary(&event);
	struct header *rows = arena_new_array(arena, struct header, WIRE_HEADERS_MAX + 1);
	memcpy(rows, record.headers.rows, (size_t)record.headers.count * sizeof *rows);
	record.headers.rows = rows;
	while (record.headers.count <= WIRE_HEADERS_MAX)
		record.headers.rows[record.headers.count++] = (struct header){"x-more", "1", 1};
	expect_taken(&record);
}

static void traces(void **state)
{
	static const char *const malformed[] = {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
	    "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
	    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	    TRACE "-more", TRACE "x", "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
	    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\xff-01"};
	struct event event = filed();

	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		struct wire_record record = binary(&event);
		set_header(&record, "traceparent", malformed[i]);
		expect_taken(&record);
		assert_string_equal(decoded.trace, "");
	}
	struct wire_record record = binary(&event);
	set_header(&record, "traceparent",
	    "cc"
	    "-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings");
	expect_taken(&record);
	assert_int_equal(strlen(decoded.trace), 55);
}

/* The attribute may say where a trace began; the record's header is of the last hop. */
static void the_last_hop_counts(void **state)
{
	static const char began[] = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
	struct event event = filed();
	struct wire_record record = structured(wire_cloudevent_json(arena, &event, began), "application/cloudevents+json");
	expect_taken(&record);
	assert_string_equal(decoded.trace, began);
	set_header(&record, "traceparent", TRACE);
	expect_taken(&record);
	assert_string_equal(decoded.trace, TRACE);
	set_header(&record, "traceparent", "nonsense");
	expect_taken(&record);
	assert_string_equal(decoded.trace, began);
	record = binary(&event);
	set_header(&record, "traceparent", TRACE);
	set_header(&record, "ce_traceparent", began);
	expect_taken(&record);
	assert_string_equal(decoded.trace, TRACE);
}

static struct event changed(const char *id)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.platform_id = "cards";
	event.source = "/ombud/intake";
	event.event_id = id;
	event.order_id = "order-1";
	event.complaint_id = "018bcfe5-687b-77d6-941e-fdfac8bc1d33";
	event.cause = CAUSE_COMPLAINT_FILED;
	event.stage = STAGE_FILED;
	event.actor.kind = ACTOR_KIND_COMPLAINANT;
	return event;
}

static void facts_are_ours_alone(void **state)
{
	struct event event = changed("3-17");
	struct wire_record record = binary(&event);
	record.headers = wire_event_headers(arena, &event, TRACE, 5, 9000000000);
	assert_true(wire_decode_fact(arena, &record, &decoded, &fault));
	assert_int_equal(decoded.sequence, 5);
	assert_int_equal(decoded.shard_sequence, 9000000000);
	assert_string_equal(decoded.trace, TRACE);
	assert_true(uuid_is_zero(&decoded.cause));
	expect_fault(&record, "unknown_type");

	event = filed();
	record = binary(&event);
	assert_false(wire_decode_fact(arena, &record, &decoded, &fault));
	assert_string_equal(fault.code, "unknown_type");
}

/* Which history a fact belongs to, and up to where the former one is true; 0, the first, is not said. */
static void facts_of_a_later_history(void **state)
{
	struct event event = changed("2.3-17");
	struct wire_head head = {.id = event.event_id,
	    .source = event.source,
	    .type = event_type_name(event.type_id),
	    .subject = "order-1",
	    .trace = "",
	    .shard_sequence = 17,
	    .history = 2};
	static const struct {
		int64_t former;
		const char *want;
	} rows[] = {{0, "0"}, {9000000000, "9000000000"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wire_record record = binary(&event);
		head.former_sequence = rows[i].former;
		record.headers = wire_head_headers(arena, &head);
		const struct header *history = wire_header_find(&record.headers, "ce_history");
		const struct header *former = wire_header_find(&record.headers, "ce_formersequence");
		assert_memory_equal(history->value, "2", history->size);
		assert_int_equal(former->size, strlen(rows[i].want));
		assert_memory_equal(former->value, rows[i].want, former->size);
		assert_true(wire_decode_fact(arena, &record, &decoded, &fault));
		assert_int_equal(decoded.history, 2);
		assert_int_equal(decoded.former_sequence, rows[i].former);
	}
	static const char *const bad[] = {"", "-1", "one", "2147483648"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct wire_record record = binary(&event);
		record.headers = wire_head_headers(arena, &head);
		for (int k = 0; k < record.headers.count; k++)
			if (!strcmp(record.headers.rows[k].name, "ce_history"))
				record.headers.rows[k] = (struct header){"ce_history", bad[i], strlen(bad[i])};
		assert_false(wire_decode_fact(arena, &record, &decoded, &fault));
		assert_string_equal(fault.code, "bad_envelope");
	}
}

/* A notice quotes a statement: what is let in must be let on. */
static void facts_may_be_longer(void **state)
{
	char *words = arena_alloc(arena, 20001);
	memset(words, 'x', 20000);
	struct event event = event_empty(EVENT_NOTICE_DELIVERED);
	event.platform_id = "cards";
	event.source = "/ombud/notification";
	event.event_id = "3-17";
	event.notice_id = "n";
	event.actor.kind = ACTOR_KIND_OMBUD;
	event.text = words;
	struct wire_record record = binary(&event);
	assert_true(wire_decode_fact(arena, &record, &decoded, &fault));

	event = filed();
	event.statement.text = words;
	record = binary(&event);
	expect_fault(&record, "field_too_long");
}

static void stored_and_framed_anew(void **state)
{
	struct event event = filed();
	size_t size;
	const void *packed = wire_pack(arena, &event, &size);
	const struct event *again = wire_unpack(arena, EVENT_COMPLAINT_FILED, packed, size);
	assert_non_null(again);
	assert_string_equal(again->statement.text, event.statement.text);
	assert_null(wire_unpack(arena, EVENT_COMPLAINT_FILED, packed, size - 1));

	struct wire_record record = {.value = wire_pack_confluent(arena, &event, 7, &size), .timestamp_us = 1};
	record.size = size;
	expect_taken(&record);
	assert_int_equal(decoded.event->type_id, EVENT_COMPLAINT_FILED);
	assert_int_equal(decoded.unknown_fields, 0);
}

static void headers_of_an_event(void **state)
{
	struct event event = filed();
	struct headers headers = wire_event_headers(arena, &event, TRACE, 5, 6);
	static const char *const want[][2] = {{"ce_specversion", "1.0"}, {"ce_id", "e-1"}, {"ce_source", "/shop"},
	    {"ce_type", "ombud.inbox.v1.ComplaintFiled"}, {"ce_time", "2026-11-02T01:00:00Z"}, {"ce_subject", "order-1"},
	    {"content-type", "application/protobuf"}, {"ce_sequence", "5"}, {"ce_shardsequence", "6"}, {"traceparent", TRACE}};

	assert_int_equal(headers.count, sizeof want / sizeof *want);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const struct header *header = wire_header_find(&headers, want[i][0]);
		assert_non_null(header);
		assert_int_equal(header->size, strlen(want[i][1]));
		assert_memory_equal(header->value, want[i][1], header->size);
	}
	headers = wire_event_headers(arena, &event, "", 0, 0);
	assert_null(wire_header_find(&headers, "ce_history"));
	assert_null(wire_header_find(&headers, "ce_formersequence"));
	assert_null(wire_header_find(&headers, "ce_sequence"));
	assert_null(wire_header_find(&headers, "traceparent"));
}

static void headers_packed_and_unpacked(void **state)
{
	struct header rows[] = {{"a", "1", 1}, {"", "", 0}, {"null", NULL, 0}, {"binary", "\0\1\2", 3}};
	struct headers headers = {rows, 4}, again;
	size_t size;
	const char *packed = wire_headers_pack(arena, &headers, &size);

	assert_true(wire_headers_unpack(arena, packed, size, &again));
	assert_int_equal(again.count, 4);
	for (int i = 0; i < 4; i++) {
		assert_string_equal(again.rows[i].name, rows[i].name);
		assert_int_equal(again.rows[i].size, rows[i].size);
		assert_int_equal(again.rows[i].value == NULL, rows[i].value == NULL);
		if (rows[i].size > 0)
			assert_memory_equal(again.rows[i].value, rows[i].value, rows[i].size);
	}
	for (size_t cut = 0; cut < size; cut++)
		assert_false(wire_headers_unpack(arena, packed, cut, &again));
	assert_false(wire_headers_unpack(arena, "\xff\xff\xff\xff", 4, &again));
	headers.count = 0;
	packed = wire_headers_pack(arena, &headers, &size);
	assert_int_equal(size, 4);
	assert_true(wire_headers_unpack(arena, packed, size, &again));
}

static const struct batch_case {
	const char *json;
	int want;
} batch_cases[] = {
    {"[]", 0},
    {" [ ] ", 0},
    {"[{\"a\":\"],[\"},{\"b\":[1,2,{\"c\":\"\\\"]\"}]}]", 2},
    {" [ {} , {} , {} ] ", 3},
    {"[{},{},{},{}]", -1},
    {"{}", -1},
    {"", -1},
    {"[", -1},
    {"[{}", -1},
    {"[{},]", -1},
    {"[,{}]", -1},
    {"[{}] x", -1},
    {"[\"unclosed]", -1},
};

static void batches(void **state)
{
	struct wire_slice slices[3];

	for (size_t i = 0; i < sizeof batch_cases / sizeof *batch_cases; i++) {
		int got = wire_split_batch(batch_cases[i].json, strlen(batch_cases[i].json), slices, 3, &fault);
		if (got != batch_cases[i].want)
			fail_msg("%s: got %d, want %d", batch_cases[i].json, got, batch_cases[i].want);
	}
	const char *json = "[ {\"a\":1} ,{\"b\":2}]";
	assert_int_equal(wire_split_batch(json, strlen(json), slices, 3, &fault), 2);
	assert_int_equal(slices[0].size, 7);
	assert_memory_equal(slices[0].data, "{\"a\":1}", 7);
	assert_memory_equal(slices[1].data, "{\"b\":2}", 7);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(three_encodings_are_one_event),
	    TEST(confluent_frames),
	    TEST(envelope_and_meta),
	    TEST(identity_is_per_order_and_speaker),
	    TEST(complaint_ids),
	    TEST(complaint_ids_without_a_time),
	    TEST(order_and_person_of_one_id),
	    TEST(keys),
	    TEST(strangers_must_say_who_acts),
	    TEST(headers_of_all_kinds),
	    TEST(traces),
	    TEST(the_last_hop_counts),
	    TEST(facts_are_ours_alone),
	    TEST(facts_of_a_later_history),
	    TEST(facts_may_be_longer),
	    TEST(stored_and_framed_anew),
	    TEST(headers_of_an_event),
	    TEST(headers_packed_and_unpacked),
	    TEST(batches),
	};
	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
