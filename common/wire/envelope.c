#include "common/wire/envelope.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/instant.h"
#include "common/base/utf8.h"
#include "common/wire/constraints.h"
#include "common/wire/fault.h"

/* A value as it came. */
struct text {
	struct arena *arena;
	const char *data;
	size_t size;
};

static const char *copy(struct text value)
{
	return arena_strndup(value.arena, value.data, value.size);
}

/* ---- the attributes that are read ---- */

static bool take_version(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	if (value.size != 3 || memcmp(value.data, "1.0", 3) != 0)
		return fault_set(fault, "bad_envelope", "specversion: only CloudEvents 1.0 is taken");
	return true;
}

static bool take_type(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	const char *name = copy(value);

	envelope->type = event_type_by_name(name);
	if (envelope->type == EVENT_NONE)
		return fault_set(fault, "unknown_type", "type: no message has this name");
	return true;
}

static bool take_id(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	if (value.size > FIELD_ID_SIZE_MAX)
		return fault_bound(fault, "field_too_long", FIELD_ID_SIZE_MAX, "id: at most %d bytes", FIELD_ID_SIZE_MAX);
	envelope->id = copy(value);
	return true;
}

static bool take_source(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	if (value.size > FIELD_SOURCE_SIZE_MAX)
		return fault_bound(
		    fault, "field_too_long", FIELD_SOURCE_SIZE_MAX, "source: at most %d bytes", FIELD_SOURCE_SIZE_MAX);
	envelope->source = copy(value);
	return true;
}

static bool take_time(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	if (value.size > 0 && !instant_parse(value.data, value.size, &envelope->time_us))
		return fault_set(fault, "bad_envelope", "time: is not RFC 3339");
	return true;
}

static bool take_content_type(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	envelope->content_type = copy(value);
	return true;
}

/* Only our own topics know these; a stranger's extension of the same name says what it likes. */
static int64_t own_number(struct text value, int64_t max)
{
	char *end;
	const char *text = copy(value);
	long long number = strtoll(text, &end, 10);

	return *end == '\0' && end != text && number >= 0 && number <= max ? number : -1;
}

static bool take_sequence(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	envelope->sequence = own_number(value, INT64_MAX);
	return true;
}

static bool take_shard_sequence(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	envelope->shard_sequence = own_number(value, INT64_MAX);
	return true;
}

static bool take_history(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	envelope->history = own_number(value, INT32_MAX);
	return true;
}

static bool take_former_sequence(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	envelope->former_sequence = own_number(value, INT64_MAX);
	return true;
}

/* Read where records are taken in (common/daemon/work.c). */
static bool take_from_shard(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	return true;
}

static bool is_hex(const char *text, size_t count)
{
	return strspn(text, "0123456789abcdef") >= count;
}

static bool is_number(const char *text, size_t count)
{
	return is_hex(text, count) && strspn(text, "0") < count;
}

/* version-trace-parent-flags. A malformed one is as good as none: the trace starts anew. */
static bool take_trace(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	const char *text = copy(value);
	bool good = strlen(text) >= 55 && is_hex(text, 2) && strncmp(text, "ff", 2) != 0 && text[2] == '-' && text[35] == '-' &&
		    text[52] == '-' && is_number(text + 3, 32) && is_number(text + 36, 16) && is_hex(text + 53, 2) &&
		    (text[55] == '\0' || (text[55] == '-' && strncmp(text, "00", 2) != 0));

	if (good)
		envelope->trace = arena_strndup(value.arena, text, 55);
	return true;
}

/* A bad value of an optional one costs nothing but itself: it is as if it were not said. */
enum manner { REQUIRED, READ, OPTIONAL };

static const struct attribute {
	const char *name;
	bool (*take)(struct envelope *envelope, struct text value, struct wire_fault *fault);
	enum manner manner;
	bool said_in_json; /* the others mean something on our own topics only */
} attributes[] = {
    {"specversion", take_version, REQUIRED, true},
    {"type", take_type, REQUIRED, true},
    {"id", take_id, REQUIRED, true},
    {"source", take_source, REQUIRED, true},
    {"time", take_time, READ, true},
    {"datacontenttype", take_content_type, READ, true},
    {"traceparent", take_trace, OPTIONAL, true},
    {"sequence", take_sequence, OPTIONAL, false},
    {"shardsequence", take_shard_sequence, OPTIONAL, false},
    {"history", take_history, OPTIONAL, false},
    {"formersequence", take_former_sequence, OPTIONAL, false},
    {"fromshard", take_from_shard, OPTIONAL, false},
};
enum { ATTRIBUTES = sizeof attributes / sizeof *attributes, CONTENT_TYPE = 5, TRACE = 6 };

struct envelope envelope_empty(void)
{
	return (struct envelope){.id = "", .source = "", .content_type = "", .trace = "", .misspelt = ""};
}

/* Code points that no String of CloudEvents may have (1.0.2, section 3.1), of two bytes and more: C1 controls and what Unicode
 * says is no character. */
static bool is_forbidden(const uint8_t *at, size_t size)
{
	if (size == 2)
		return at[0] == 0xc2 && at[1] < 0xa0;
	if (size == 3)
		return at[0] == 0xef && ((at[1] == 0xb7 && at[2] >= 0x90 && at[2] <= 0xaf) || (at[1] == 0xbf && at[2] >= 0xbe));
	return size == 4 && (at[1] & 0x0f) == 0x0f && at[2] == 0xbf && at[3] >= 0xbe;
}

static bool is_string(const char *value, size_t size)
{
	if (utf8_is_plain(value, size))
		return true;
	if (!utf8_valid(value, size) || !constraints_format_fits(FORMAT_ID, value, size))
		return false;
	for (size_t i = 0, step; i < size; i += step) {
		step = utf8_first_size(value + i, size - i);
		if (step == 0 || is_forbidden((const uint8_t *)value + i, step))
			return false;
	}
	return true;
}

static bool take(struct arena *arena, struct envelope *envelope, const struct attribute *attribute, const char *value, size_t size,
    struct wire_fault *fault)
{
	bool optional = attribute->manner == OPTIONAL;

	if (size > WIRE_HEADER_SIZE_MAX)
		return optional || fault_bound(fault, "oversize", WIRE_HEADER_SIZE_MAX, "%s: %zu bytes, at most %d are allowed",
				       attribute->name, size, WIRE_HEADER_SIZE_MAX);
	if (!is_string(value, size))
		return optional || fault_set(fault, "bad_envelope", "%s: is not plain UTF-8 text", attribute->name);
	return attribute->take(envelope, (struct text){arena, value, size}, fault);
}

/* ---- from headers ---- */

/* How surely a header says an attribute; a surer one is believed over a less sure one. */
enum sure { SURE_NOT, SURE_SOME, SURE_WHOLLY };

static int find_attribute(const char *name)
{
	for (int i = 0; i < ATTRIBUTES; i++)
		if (attributes[i].name[0] == name[0] && strcmp(attributes[i].name, name) == 0)
			return i;
	return -1;
}

/* Which attribute a header says; -1: none. The type of the data is content-type's to say and nobody else's (Kafka binding 3.2.1);
 * Kafka's names have case, but what can only be meant is taken. The trace of this hop goes before the one that the event began
 * with. */
static int attribute_of(const char *header, enum sure *sure)
{
	*sure = SURE_WHOLLY;
	if (strncmp(header, "ce_", 3) == 0) {
		int index = find_attribute(header + 3);
		*sure = index == TRACE ? SURE_SOME : SURE_WHOLLY;
		return index == CONTENT_TYPE ? -1 : index;
	}
	if (strcmp(header, "traceparent") == 0)
		return TRACE;
	if (strcasecmp(header, "content-type") != 0)
		return -1;
	*sure = strcmp(header, "content-type") == 0 ? SURE_WHOLLY : SURE_SOME;
	return CONTENT_TYPE;
}

/* HTTP's form of a required attribute, or Kafka's in capitals: it is another header, and yet tells what has gone wrong. */
static int misspelt_of(const char *header)
{
	if (strncasecmp(header, "ce", 2) != 0 || (header[2] != '-' && header[2] != '_'))
		return -1;
	for (int i = 0; i < ATTRIBUTES && attributes[i].manner == REQUIRED; i++)
		if (strcasecmp(attributes[i].name, header + 3) == 0)
			return i;
	return -1;
}

bool envelope_reads(const char *header)
{
	enum sure sure;
	char first = header[0];

	if (first != 'c' && first != 'C' && first != 't')
		return false;
	return attribute_of(header, &sure) >= 0 || misspelt_of(header) >= 0;
}

struct slot {
	const struct header *header; /* NULL: none */
	enum sure sure;
	bool differs; /* another header, as sure, says another thing */
	bool misspelt;
};

static bool same_value(const struct header *one, const struct header *other)
{
	return one->size == other->size && memcmp(one->value, other->value, one->size) == 0;
}

static void fill_slot(struct slot *slot, const struct header *header, enum sure sure)
{
	if (sure < slot->sure)
		return;
	if (sure == slot->sure) {
		slot->differs |= !same_value(slot->header, header);
		return;
	}
	*slot = (struct slot){header, sure, false, slot->misspelt};
}

/* Returns how many are read. A header without a value is none. */
static int fill_slots(const struct headers *headers, struct slot *slots)
{
	int read = 0;

	for (int i = 0; i < headers->count; i++) {
		const struct header *header = &headers->rows[i];
		enum sure sure;
		int index = header->value != NULL ? attribute_of(header->name, &sure) : -1;
		int misspelt = index < 0 && header->value != NULL ? misspelt_of(header->name) : -1;
		read += index >= 0;
		if (index >= 0)
			fill_slot(&slots[index], header, sure);
		else if (misspelt >= 0)
			slots[misspelt].misspelt = true;
	}
	return read;
}

static bool take_slot(struct arena *arena, struct envelope *envelope, const struct slot *slots, int index, struct wire_fault *fault)
{
	const struct slot *slot = &slots[index];
	const struct attribute *attribute = &attributes[index];

	if (slot->header == NULL)
		return true;
	if (slot->differs)
		return attribute->manner == OPTIONAL ||
		       fault_set(fault, "bad_envelope", "%s: is said twice, and not the same", attribute->name);
	return take(arena, envelope, attribute, slot->header->value, slot->header->size, fault);
}

static bool is_whole_event(enum media media)
{
	return media == MEDIA_EVENT_JSON || media == MEDIA_EVENT_BATCH || media == MEDIA_EVENT_OTHER;
}

bool envelope_from_headers(struct arena *arena, const struct headers *headers, struct envelope *envelope, struct wire_fault *fault)
{
	struct slot slots[ATTRIBUTES] = {0};
	int read = fill_slots(headers, slots);

	*envelope = envelope_empty();
	if (read > WIRE_HEADERS_MAX)
		return fault_bound(
		    fault, "oversize", WIRE_HEADERS_MAX, "more than %d headers that say attributes of the event", WIRE_HEADERS_MAX);
	if (!take_slot(arena, envelope, slots, CONTENT_TYPE, fault) || !take_slot(arena, envelope, slots, TRACE, fault))
		return false;
	if (is_whole_event(envelope_media(envelope->content_type)))
		return true;
	for (int i = 0; i < ATTRIBUTES; i++) {
		if (i != CONTENT_TYPE && i != TRACE && !take_slot(arena, envelope, slots, i, fault))
			return false;
		if (slots[i].misspelt && slots[i].header == NULL && envelope->misspelt[0] == '\0')
			envelope->misspelt = attributes[i].name;
	}
	return true;
}

/* ---- from JSON ---- */

struct members {
	struct arena *arena;
	struct envelope *envelope;
	struct wire_fault *fault;
};

static bool note_misspelt(struct envelope *envelope, const char *name)
{
	for (int i = 0; i < ATTRIBUTES && attributes[i].manner == REQUIRED; i++)
		if (strcasecmp(attributes[i].name, name) == 0)
			envelope->misspelt = attributes[i].name;
	return true;
}

/* An extension that is not read may be anything (JSON format 2.2 allows secondary mappings); null is as good as not said. */
static bool take_member(const char *name, const struct json *value, void *context)
{
	struct members *members = context;
	int index = find_attribute(name);
	enum json_kind kind = json_kind_of(value);

	if (index < 0)
		return note_misspelt(members->envelope, name);
	const struct attribute *attribute = &attributes[index];
	if (kind == JSON_KIND_NULL || !attribute->said_in_json)
		return true;
	if (kind != JSON_KIND_TEXT)
		return attribute->manner == OPTIONAL ||
		       fault_set(members->fault, "bad_envelope", "%s: is not a JSON string", attribute->name);
	return take(members->arena, members->envelope, attribute, json_text_of(value), json_text_size(value), members->fault);
}

bool envelope_from_json(struct arena *arena, const struct json *root, struct envelope *envelope, struct wire_fault *fault)
{
	struct members members = {arena, envelope, fault};

	*envelope = envelope_empty();
	return json_each(root, take_member, &members);
}

/* ---- media types ---- */

static bool is(const char *text, size_t size, const char *want)
{
	return size == strlen(want) && strncasecmp(text, want, size) == 0;
}

static bool ends_with(const char *text, size_t size, const char *want)
{
	size_t tail = strlen(want);
	return size > tail && strncasecmp(text + size - tail, want, tail) == 0;
}

enum media envelope_media(const char *content_type)
{
	static const char events[] = "application/cloudevents";
	static const char *const protobuf[] = {"application/protobuf", "application/x-protobuf", "application/vnd.google.protobuf",
	    "application/x-google-protobuf", "application/octet-stream"};
	const char *type = content_type + strspn(content_type, " \t");
	size_t size = strcspn(type, ";");

	while (size > 0 && strchr(" \t", type[size - 1]))
		size--;
	if (size == 0)
		return MEDIA_NONE;
	if (is(type, size, "application/cloudevents+json"))
		return MEDIA_EVENT_JSON;
	if (is(type, size, "application/cloudevents-batch+json"))
		return MEDIA_EVENT_BATCH;
	if (strncasecmp(type, events, sizeof events - 1) == 0)
		return MEDIA_EVENT_OTHER;
	if (ends_with(type, size, "/json") || ends_with(type, size, "+json"))
		return MEDIA_JSON;
	for (size_t i = 0; i < sizeof protobuf / sizeof *protobuf; i++)
		if (is(type, size, protobuf[i]))
			return MEDIA_PROTOBUF;
	return MEDIA_OTHER;
}
