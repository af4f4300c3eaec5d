/* Structured CloudEvents: one JSON object that holds attributes and data; and batches of them, a JSON list. */
#include "common/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/base/utf8.h"
#include "common/io/crypto.h"
#include "common/io/json.h"
#include "common/wire/decode.h"
#include "common/wire/fault.h"
#include "common/wire/fill.h"
#include "common/wire/pjson.h"
#include "common/wire/registry.h"
#include "common/wire/validate.h"

enum {
	VALUES_MAX = 2 * VALIDATE_FIELDS_MAX,     /* names and values */
	JSON_SIZE_MAX = 4 * WIRE_RECORD_SIZE_MAX, /* of a text that is no record: escapes make it longer than its protobuf */
	JSON_ORDINARY = 1024,                     /* bytes that most events have as JSON */
};

static const char *fault_code(enum json_fault fault)
{
	static const char *const codes[] = {
	    [JSON_FAULT_SYNTAX] = "bad_json",
	    [JSON_FAULT_UTF8] = "invalid_utf8",
	    [JSON_FAULT_DEPTH] = "too_deep",
	    [JSON_FAULT_SIZE] = "too_many",
	};
	return codes[fault];
}

static struct json *parse(const char *json, size_t size, struct wire_fault *fault)
{
	char error[JSON_ERROR_SIZE];
	enum json_fault kind;

	if (size == 0 || size > JSON_SIZE_MAX) {
		fault_bound(fault, size == 0 ? "empty_value" : "oversize", JSON_SIZE_MAX, "%zu bytes, at most %d are allowed", size,
		    JSON_SIZE_MAX);
		return NULL;
	}
	if (size >= 3 && memcmp(json, UTF8_BOM, 3) == 0) /* which a reader may pass over (RFC 8259, section 8.1) */
		json += 3, size -= 3;
	if (memchr(json, '\0', size) == NULL && !utf8_valid(json, size)) {
		fault_set(fault, "invalid_utf8", "the JSON text is not UTF-8");
		return NULL;
	}
	struct json *root = json_parse(json, size, VALUES_MAX, error, &kind);
	if (root == NULL)
		fault_set(fault, fault_code(kind), "%s", error);
	return root;
}

/* JSON data of a known type goes the way of all bytes. */
static bool decode_tree(struct arena *arena, const struct envelope *envelope, const struct json *data, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	ProtobufCMessage *message = pjson_read(arena, plan_of(envelope->type), data, fault);

	if (message == NULL)
		return false;
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *packed = arena_alloc(arena, size);
	protobuf_c_message_pack(message, packed);
	return decode_protobuf(arena, envelope, packed, size, now_us, decoded, fault);
}

bool decode_data_json(struct arena *arena, const struct envelope *envelope, const char *json, size_t size, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	struct json *data = parse(json, size, fault);
	bool good = data != NULL && decode_tree(arena, envelope, data, now_us, decoded, fault);

	json_free(data);
	return good;
}

/* Without a type of its data nothing may be taken for JSON here (JSON format 3.1.2). */
static bool decode_base64(struct arena *arena, const struct envelope *envelope, const struct json *text, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	enum media media = envelope_media(envelope->content_type);
	uint8_t *data = arena_alloc(arena, json_text_size(text) / 4 * 3 + 3);
	size_t size;

	if (media != MEDIA_JSON && media != MEDIA_PROTOBUF && media != MEDIA_NONE)
		return fault_set(fault, "unknown_media_type", "datacontenttype: neither application/protobuf nor JSON");
	if (json_kind_of(text) != JSON_KIND_TEXT || !crypto_base64_decode(json_text_of(text), json_text_size(text), data, &size))
		return fault_set(fault, "bad_json", "data_base64: is not base64");
	if (media == MEDIA_JSON)
		return decode_data_json(arena, envelope, (const char *)data, size, now_us, decoded, fault);
	return decode_protobuf(arena, envelope, data, size, now_us, decoded, fault);
}

/* Of a type that is not JSON a member "data" is a text in that type's encoding, and protobuf has none (JSON format 3.1.2). */
static bool decode_data(struct arena *arena, const struct envelope *envelope, const struct json *data, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	enum media media = envelope_media(envelope->content_type);

	if (media != MEDIA_JSON && media != MEDIA_NONE)
		return fault_set(fault, "unknown_media_type",
		    "datacontenttype: data is JSON, application/json; what is binary stands in data_base64");
	if (json_kind_of(data) != JSON_KIND_MAP)
		return fault_set(fault, "bad_json", "data: is not a JSON object");
	return decode_tree(arena, envelope, data, now_us, decoded, fault);
}

static bool check_attributes(const struct json *root, const struct envelope *envelope, struct wire_fault *fault)
{
	const struct json *version = json_member(root, "specversion");
	bool misspelt = envelope->misspelt[0] != '\0';

	if (json_kind_of(version) == JSON_KIND_NONE || json_kind_of(version) == JSON_KIND_NULL)
		return fault_set(fault, "bad_envelope", "specversion: is missing%s",
		    misspelt ? "; a member of almost the name of an attribute is there: they are lower case" : "");
	if (envelope->type == EVENT_NONE)
		return fault_set(fault, "unknown_type", "type: is missing%s",
		    misspelt ? "; a member of almost the name of an attribute is there: they are lower case" : "");
	if (!event_type_is_inbox(envelope->type))
		return fault_set(fault, "unknown_type", "%s is Ombud's own to say", event_type_name(envelope->type));
	return true;
}

/* Programs that write every member of an object write null for the one that is not there. */
static const struct json *member_said(const struct json *root, const char *name)
{
	const struct json *value = json_member(root, name);
	return json_kind_of(value) == JSON_KIND_NULL ? NULL : value;
}

static bool decode_root(struct arena *arena, const struct json *root, int64_t now_us, const char *trace,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	struct envelope envelope;
	const struct json *data = member_said(root, "data"), *encoded = member_said(root, "data_base64");

	if (json_kind_of(root) != JSON_KIND_MAP)
		return fault_set(fault, "bad_json", "a structured event is one JSON object");
	if (!envelope_from_json(arena, root, &envelope, fault) || !check_attributes(root, &envelope, fault))
		return false;
	if (trace[0] != '\0')
		envelope.trace = trace;
	if ((data == NULL) == (encoded == NULL))
		return fault_set(fault, "bad_envelope", "either data or data_base64 must be there, and not null");
	return encoded != NULL ? decode_base64(arena, &envelope, encoded, now_us, decoded, fault)
			       : decode_data(arena, &envelope, data, now_us, decoded, fault);
}

bool decode_structured(struct arena *arena, const char *json, size_t size, int64_t now_us, const char *trace,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	struct json *root = parse(json, size, fault);
	bool good = root != NULL && decode_root(arena, root, now_us, trace, decoded, fault);

	json_free(root);
	return good;
}

bool wire_decode_json(struct arena *arena, const char *json, size_t size, struct wire_decoded *decoded, struct wire_fault *fault)
{
	return decode_structured(arena, json, size, 0, "", decoded, fault);
}

/* ---- a batch ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of one value: the next comma or bracket of the list itself. */
static const char *value_end(const char *at, const char *end)
{
	int depth = 0;
	bool quoted = false;

	for (; at < end; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (quoted)
			at += *at == '\\';
		else if (*at == '{' || *at == '[')
			depth++;
		else if (depth == 0 && (*at == ',' || *at == ']'))
			return at;
		else if (*at == '}' || *at == ']')
			depth--;
	}
	return NULL;
}

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && is_space(*at))
		at++;
	return at;
}

int wire_split_batch(const char *json, size_t size, struct wire_slice *slices, int slices_max, struct wire_fault *fault)
{
	bool marked = size >= 3 && memcmp(json, UTF8_BOM, 3) == 0;
	const char *end = json + size, *at = skip_space(json + (marked ? 3 : 0), end);
	int count = 0;

	if (at == end || *at++ != '[')
		return fault_set(fault, "bad_json", "a batch is a JSON list") - 1;
	at = skip_space(at, end);
	if (at < end && *at == ']' && skip_space(at + 1, end) == end)
		return 0;
	for (;; at++) {
		at = skip_space(at, end);
		const char *stop = value_end(at, end), *last = stop;
		while (last != NULL && last > at && is_space(last[-1]))
			last--;
		if (last == NULL || last == at)
			return fault_set(fault, "bad_json", "the batch is cut, or holds nothing between two commas") - 1;
		if (count == slices_max)
			return fault_set(fault, "too_many", "a batch of more than %d events", slices_max) - 1;
		slices[count++] = (struct wire_slice){at, (size_t)(last - at)};
		at = stop;
		if (*at == ']')
			break;
	}
	if (skip_space(at + 1, end) != end)
		return fault_set(fault, "bad_json", "something stands behind the batch") - 1;
	return count;
}

/* ---- writing ---- */

static const char *take_buf(struct arena *arena, struct buf *json)
{
	const char *text = arena_strndup(arena, buf_string(json), json->size);
	buf_free(json);
	return text;
}

/* An ordinary event's JSON without growing step by step. */
static struct buf json_new(void)
{
	struct buf json = BUF_EMPTY;
	buf_reserve(&json, JSON_ORDINARY);
	return json;
}

static void write_data(struct buf *json, struct arena *arena, const struct event *event)
{
	pjson_write(json, plan_of(event->type_id), fill_message(arena, event));
}

const char *wire_data_json(struct arena *arena, const struct event *event)
{
	struct buf json = json_new();

	write_data(&json, arena, event);
	return take_buf(arena, &json);
}

static void write_attribute(struct buf *json, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	buf_printf(json, ",\"%s\":", name);
	buf_json_string(json, value, strlen(value));
}

const char *wire_cloudevent_json(struct arena *arena, const struct event *event, const char *trace)
{
	struct buf json = json_new();
	char time[INSTANT_TEXT_SIZE] = "";

	if (event->occurred_at_us != 0)
		instant_format(event->occurred_at_us, time);
	buf_text(&json, "{\"specversion\":\"1.0\"");
	write_attribute(&json, "id", event->event_id);
	write_attribute(&json, "source", event->source);
	write_attribute(&json, "type", event_type_name(event->type_id));
	write_attribute(&json, "time", time);
	write_attribute(&json, "subject", wire_event_subject(event));
	write_attribute(&json, "traceparent", trace);
	buf_text(&json, ",\"datacontenttype\":\"application/json\",\"data\":");
	write_data(&json, arena, event);
	buf_char(&json, '}');
	return take_buf(arena, &json);
}
