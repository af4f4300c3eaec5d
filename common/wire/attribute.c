/* Whose a record is that could not be taken: as much as can still be read of what names it, and of nothing else. Whatever is wrong
 * with it may be wrong here too, so each name is taken by itself, and only if it is one. Of source and id, which may be the very
 * mistake, what is too long or no text is told as far as it goes: their publisher knows them by their beginning. Platform and key
 * are not mended: they say who hears of it. */
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/io/json.h"
#include "common/wire/confluent.h"
#include "common/wire/constraints.h"
#include "common/wire/decode.h"
#include "common/wire/plan.h"
#include "common/wire/raw.h"
#include "common/wire/registry.h"
#include "common/wire/validate.h"

enum {
	VALUES_MAX = 2 * VALIDATE_FIELDS_MAX, /* as of what is taken */
	PLATFORM_SIZE_MAX = 64,               /* Meta.platform_id */
};
#define CUT "\xe2\x80\xa6"     /* "…": it goes on */
#define NO_TEXT "\xef\xbf\xbd" /* U+FFFD for a control, and for a byte that is no UTF-8 */

/* The first word for a name counts. */
static void take(struct arena *arena, const char **name, const void *text, size_t size, size_t size_max)
{
	if ((*name)[0] != '\0' || text == NULL || size == 0 || size > size_max || memchr(text, '\0', size) != NULL ||
	    !utf8_valid(text, size) || !constraints_format_fits(FORMAT_ID, text, size))
		return;
	char *copy = arena_try_alloc(arena, size + 1);
	if (copy == NULL)
		return;
	memcpy(copy, text, size);
	copy[size] = '\0';
	*name = copy;
}

/* The bytes of the next character as they are told, *size of what is read. */
static const char *shown(const char *at, size_t left, size_t *size, size_t *shown_size)
{
	size_t whole = utf8_first_size(at, left);
	bool text = whole > 0 && constraints_format_fits(FORMAT_ID, at, whole);
	*size = whole > 0 ? whole : 1;
	*shown_size = text ? whole : strlen(NO_TEXT);
	return text ? at : NO_TEXT;
}

/* One that is no name, as far as it goes. */
static void take_cut(struct arena *arena, const char **name, const char *text, size_t size, size_t size_max)
{
	size_t used = 0, read = 0, next, more;
	char *copy = (*name)[0] == '\0' && text != NULL && size > 0 ? arena_try_alloc(arena, size_max + 1) : NULL;
	if (copy == NULL)
		return;
	while (read < size) {
		const char *part = shown(text + read, size - read, &next, &more);
		bool last = read + next == size;
		if (used + more > size_max - (last ? 0 : strlen(CUT)))
			break;
		memcpy(copy + used, part, more);
		used += more;
		read += next;
	}
	if (read < size) {
		memcpy(copy + used, CUT, strlen(CUT));
		used += strlen(CUT);
	}
	copy[used] = '\0';
	*name = copy;
}

/* Until all of the record is read, what is no name stands in the members of an EventRefused: a better one may come. */
static void take_source(struct arena *arena, struct event *who, const void *text, size_t size)
{
	take(arena, &who->source, text, size, FIELD_SOURCE_SIZE_MAX);
	if (who->source[0] == '\0')
		take_cut(arena, &who->refused_source, text, size, FIELD_SOURCE_SIZE_MAX);
}

static void take_event_id(struct arena *arena, struct event *who, const void *text, size_t size)
{
	take(arena, &who->event_id, text, size, FIELD_ID_SIZE_MAX);
	if (who->event_id[0] == '\0')
		take_cut(arena, &who->refused_event_id, text, size, FIELD_ID_SIZE_MAX);
}

static void take_rest(struct event *who)
{
	who->source = who->source[0] != '\0' ? who->source : who->refused_source;
	who->event_id = who->event_id[0] != '\0' ? who->event_id : who->refused_event_id;
	who->refused_source = who->refused_event_id = "";
}

static void take_type(struct event *who, const char *name)
{
	enum event_type type = event_type_by_name(name);
	if (who->type_id == EVENT_NONE && event_type_is_inbox(type))
		who->type_id = type;
}

/* ---- headers ---- */

static void take_header(struct arena *arena, const struct headers *headers, const char *header, const char **name, size_t size_max)
{
	const struct header *found = wire_header_find(headers, header);
	if (found != NULL)
		take(arena, name, found->value, found->size, size_max);
}

static void read_headers(struct arena *arena, const struct headers *headers, struct event *who)
{
	const char *type = "";
	const struct header *source = wire_header_find(headers, "ce_source"), *id = wire_header_find(headers, "ce_id");
	if (source != NULL)
		take_source(arena, who, source->value, source->size);
	if (id != NULL)
		take_event_id(arena, who, id->value, id->size);
	take_header(arena, headers, "ce_type", &type, FIELD_ID_SIZE_MAX);
	take_type(who, type);
}

/* ---- protobuf ---- */

static const char *field_name(const ProtobufCMessageDescriptor *message, uint32_t id)
{
	const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(message, id);
	return field != NULL ? field->name : "";
}

static const ProtobufCMessageDescriptor *below(const ProtobufCMessageDescriptor *message, uint32_t id)
{
	const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(message, id);
	return field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
}

static bool is_named(const char *name, const char *want)
{
	return strcmp(name, want) == 0;
}

static void take_member(struct arena *arena, struct event *who, const char *name, const struct raw_value *value)
{
	const struct raw_span *bytes = &value->bytes;
	bool text = value->type == RAW_BYTES;
	size_t size = text ? raw_size(*bytes) : 0;

	if (is_named(name, "platform_id"))
		take(arena, &who->platform_id, bytes->at, size, PLATFORM_SIZE_MAX);
	else if (is_named(name, "source"))
		take_source(arena, who, text ? bytes->at : NULL, size);
	else if (is_named(name, "event_id"))
		take_event_id(arena, who, text ? bytes->at : NULL, size);
	else if (is_named(name, "order_id"))
		take(arena, &who->order_id, bytes->at, size, FIELD_ID_SIZE_MAX);
	else if (is_named(name, "person_id"))
		take(arena, &who->person_id, bytes->at, size, FIELD_ID_SIZE_MAX);
	else if (is_named(name, "id"))
		take(arena, &who->actor.id, bytes->at, size, FIELD_ID_SIZE_MAX);
	else if (is_named(name, "kind") && value->type == RAW_VARINT && value->number < ACTOR_KIND_COUNT)
		who->actor.kind = (enum actor_kind)value->number;
}

/* The message itself, its meta and that one's actor; whatever else there is lies in other members. */
static void read_message(
    struct arena *arena, const ProtobufCMessageDescriptor *message, struct raw_span span, int depth, struct event *who)
{
	struct raw_value value;

	while (span.at < span.end && raw_tag(&span, &value) && raw_content(&span, &value)) {
		const char *name = field_name(message, value.id);
		const ProtobufCMessageDescriptor *part = below(message, value.id);
		bool goes_on = depth == 0 ? is_named(name, "meta") : is_named(name, "actor");
		if (part == NULL)
			take_member(arena, who, name, &value);
		else if (goes_on && value.type == RAW_BYTES && depth < 2)
			read_message(arena, part, value.bytes, depth + 1, who);
	}
}

static void read_protobuf(struct arena *arena, const uint8_t *data, size_t size, struct event *who)
{
	const struct plan *plan = plan_of(who->type_id);
	if (plan != NULL)
		read_message(arena, plan->descriptor, (struct raw_span){data, data + size}, 0, who);
}

static void read_frame(struct arena *arena, const struct wire_record *record, struct event *who)
{
	struct wire_fault fault;
	size_t skip;
	int index;

	if (!confluent_parse(record->value, record->size, &index, &skip, &fault))
		return;
	if (who->type_id == EVENT_NONE)
		who->type_id = registry_inbox_message(index);
	read_protobuf(arena, (const uint8_t *)record->value + skip, record->size - skip, who);
}

/* ---- JSON ---- */

/* By either name of proto3's mapping. */
static const struct json *member(const struct json *map, const char *camel, const char *snake)
{
	const struct json *value = json_member(map, camel);
	return value != NULL ? value : json_member(map, snake);
}

static void take_text(struct arena *arena, const char **name, const struct json *value, size_t size_max)
{
	if (json_kind_of(value) == JSON_KIND_TEXT)
		take(arena, name, json_text_of(value), json_text_size(value), size_max);
}

/* NULL when it is no text. */
static const char *text_of(const struct json *value)
{
	return json_kind_of(value) == JSON_KIND_TEXT ? json_text_of(value) : NULL;
}

static void take_names(struct arena *arena, struct event *who, const struct json *source, const struct json *id)
{
	take_source(arena, who, text_of(source), json_text_size(source));
	take_event_id(arena, who, text_of(id), json_text_size(id));
}

static void read_data(struct arena *arena, const struct json *data, struct event *who)
{
	const struct json *meta = json_member(data, "meta"), *actor = json_member(meta, "actor");
	const char *kind = json_text_of(json_member(actor, "kind"));

	take_text(arena, &who->platform_id, member(meta, "platformId", "platform_id"), PLATFORM_SIZE_MAX);
	take_names(arena, who, json_member(meta, "source"), member(meta, "eventId", "event_id"));
	take_text(arena, &who->order_id, member(data, "orderId", "order_id"), FIELD_ID_SIZE_MAX);
	take_text(arena, &who->person_id, member(data, "personId", "person_id"), FIELD_ID_SIZE_MAX);
	take_text(arena, &who->actor.id, json_member(actor, "id"), FIELD_ID_SIZE_MAX);
	for (int i = 1; i < ACTOR_KIND_COUNT; i++)
		if (strncmp(kind, "ACTOR_KIND_", 11) == 0 && strcasecmp(kind + 11, actor_kind_name((enum actor_kind)i)) == 0)
			who->actor.kind = (enum actor_kind)i;
}

static void read_json(struct arena *arena, const struct wire_record *record, bool whole, struct event *who)
{
	char error[JSON_ERROR_SIZE];
	enum json_fault kind;
	const char *text = record->value;
	size_t size = record->size, mark = size >= 3 && memcmp(text, UTF8_BOM, 3) == 0 ? 3 : 0;
	struct json *root = utf8_valid(text, size) ? json_parse(text + mark, size - mark, VALUES_MAX, error, &kind) : NULL;

	if (json_kind_of(root) == JSON_KIND_MAP && whole) {
		const char *type = "";
		take_names(arena, who, json_member(root, "source"), json_member(root, "id"));
		take_text(arena, &type, json_member(root, "type"), FIELD_ID_SIZE_MAX);
		take_type(who, type);
		if (json_kind_of(json_member(root, "data")) == JSON_KIND_MAP)
			read_data(arena, json_member(root, "data"), who);
	} else if (json_kind_of(root) == JSON_KIND_MAP) {
		read_data(arena, root, who);
	}
	json_free(root);
}

/* ---- a record ---- */

static bool begins_object(const struct wire_record *record)
{
	const char *at = record->value, *end = at + record->size;

	at += record->size >= 3 && memcmp(at, UTF8_BOM, 3) == 0 ? 3 : 0;
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	return at < end && *at == '{';
}

static enum media media_of(struct arena *arena, const struct wire_record *record)
{
	const char *type = "";
	take_header(arena, &record->headers, "content-type", &type, WIRE_HEADER_SIZE_MAX);
	return envelope_media(type);
}

static void read_value(struct arena *arena, const struct wire_record *record, struct event *who)
{
	enum media media = media_of(arena, record);
	bool whole = media == MEDIA_EVENT_JSON || (media == MEDIA_NONE && who->type_id == EVENT_NONE);

	if (media != MEDIA_EVENT_JSON && confluent_is_framed(record->value, record->size))
		read_frame(arena, record, who);
	else if (begins_object(record))
		read_json(arena, record, whole, who);
	else
		read_protobuf(arena, record->value, record->size, who);
}

struct event *wire_attribute(struct arena *arena, const struct wire_record *record)
{
	struct event *who = arena_try_alloc(arena, sizeof *who);

	if (who == NULL || record->value == NULL)
		return NULL;
	event_init(who, EVENT_NONE);
	if (media_of(arena, record) != MEDIA_EVENT_JSON)
		read_headers(arena, &record->headers, who);
	if (record->size <= WIRE_RECORD_SIZE_MAX)
		read_value(arena, record, who);
	if (who->order_id[0] == '\0' && who->person_id[0] == '\0')
		take(arena, &who->order_id, record->key, record->key_size, FIELD_ID_SIZE_MAX);
	take_rest(who);
	bool known = who->platform_id[0] != '\0' && who->source[0] != '\0' && who->event_id[0] != '\0';
	return known && (who->order_id[0] != '\0' || who->person_id[0] != '\0') ? who : NULL;
}
