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
		return fault_set(fault, "field_too_long", "id: at most %d bytes", FIELD_ID_SIZE_MAX);
	envelope->id = copy(value);
	return true;
}

static bool take_source(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	if (value.size > FIELD_SOURCE_SIZE_MAX)
		return fault_set(fault, "field_too_long", "source: at most %d bytes", FIELD_SOURCE_SIZE_MAX);
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

static bool take_number(struct text value, int64_t *number, struct wire_fault *fault)
{
	char *end;
	const char *text = copy(value);

	*number = strtoll(text, &end, 10);
	if (*end != '\0' || end == text || *number < 0)
		return fault_set(fault, "bad_envelope", "sequence: is not a count");
	return true;
}

static bool take_sequence(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	return take_number(value, &envelope->sequence, fault);
}

static bool take_shard_sequence(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	return take_number(value, &envelope->shard_sequence, fault);
}

/* Only our own topics know these two; a stranger's extension of the same name says what it likes. */
static int64_t own_number(struct text value, int64_t max)
{
	struct wire_fault ignored;
	int64_t number;

	return take_number(value, &number, &ignored) && number <= max ? number : -1;
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

static bool is_lower_hex(const char *text, int count)
{
	bool zero = true;

	for (int i = 0; i < count; i++) {
		if (!strchr("0123456789abcdef", text[i]))
			return false;
		zero = zero && text[i] == '0';
	}
	return !zero;
}

/* version-trace-parent-flags. A malformed one is as good as none: the trace starts anew. */
static bool take_trace(struct envelope *envelope, struct text value, struct wire_fault *fault)
{
	const char *text = copy(value);
	bool good = value.size >= 55 && strncmp(text, "ff", 2) != 0 && text[2] == '-' && text[35] == '-' && text[52] == '-' &&
		    is_lower_hex(text + 3, 32) && is_lower_hex(text + 36, 16) && (value.size == 55 || strncmp(text, "00", 2) != 0);

	if (good)
		envelope->trace = arena_strndup(value.arena, text, 55);
	return true;
}

static const struct attribute {
	const char *name;
	bool (*take)(struct envelope *envelope, struct text value, struct wire_fault *fault);
} attributes[] = {
    {"specversion", take_version},
    {"type", take_type},
    {"id", take_id},
    {"source", take_source},
    {"time", take_time},
    {"datacontenttype", take_content_type},
    {"traceparent", take_trace},
    {"sequence", take_sequence},
    {"shardsequence", take_shard_sequence},
    {"history", take_history},
    {"formersequence", take_former_sequence},
};

struct envelope envelope_empty(void)
{
	return (struct envelope){.id = "", .source = "", .content_type = "", .trace = ""};
}

bool envelope_take(
    struct arena *arena, struct envelope *envelope, const char *name, const char *value, size_t size, struct wire_fault *fault)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		if (strcmp(attributes[i].name, name) != 0)
			continue;
		if (!utf8_is_plain(value, size) && (!utf8_valid(value, size) || !constraints_format_fits(FORMAT_ID, value, size)))
			return fault_set(fault, "bad_envelope", "%s: is not plain UTF-8 text", name);
		return attributes[i].take(envelope, (struct text){arena, value, size}, fault);
	}
	return true;
}

/* The attribute's name in a header's, NULL when it is another header. */
static const char *attribute_of(const char *header)
{
	if (strncmp(header, "ce_", 3) == 0)
		return header + 3;
	if (strcasecmp(header, "content-type") == 0)
		return "datacontenttype";
	return strcmp(header, "traceparent") == 0 ? header : NULL;
}

bool envelope_from_headers(struct arena *arena, const struct headers *headers, struct envelope *envelope, struct wire_fault *fault)
{
	struct wire_receipt receipt;

	*envelope = envelope_empty();
	if (headers->count > WIRE_HEADERS_MAX + wire_receipt_find(headers, &receipt))
		return fault_set(fault, "oversize", "%d headers, at most %d are allowed", headers->count, WIRE_HEADERS_MAX);
	for (int i = 0; i < headers->count; i++) {
		const struct header *header = &headers->rows[i];
		const char *name = attribute_of(header->name);
		if (header->size > WIRE_HEADER_SIZE_MAX)
			return fault_set(
			    fault, "oversize", "a header of %zu bytes, at most %d are allowed", header->size, WIRE_HEADER_SIZE_MAX);
		if (name != NULL && header->value != NULL &&
		    !envelope_take(arena, envelope, name, header->value, header->size, fault))
			return false;
	}
	return true;
}

bool envelope_media_is(const char *content_type, const char *prefix)
{
	return strncasecmp(content_type, prefix, strlen(prefix)) == 0;
}
