#include "common/wire/fill.h"

#include <string.h>

#include "google/protobuf/timestamp.pb-c.h"

#include "common/base/instant.h"
#include "common/wire/said.h"

typedef Google__Protobuf__Timestamp timestamp_message;

/* Memory at an offset, as a type. */
#define AT(base, offset, type) (*(type *)((char *)(base) + (offset)))
#define AT_CONST(base, offset, type) (*(type const *)((const char *)(base) + (offset)))

_Static_assert(sizeof(int) == sizeof(int32_t), "protobuf-c keeps enums and bools as int");
_Static_assert(sizeof(enum stage) == sizeof(int32_t), "so does the event");

int64_t fill_instant_of(const void *message)
{
	const timestamp_message *timestamp = message;
	return timestamp == NULL ? 0 : timestamp->seconds * US_PER_SECOND + timestamp->nanos / 1000;
}

static void build(struct arena *arena, const struct plan *plan, const void *base, ProtobufCMessage *message);

ProtobufCMessage *fill_new(struct arena *arena, const struct plan *plan)
{
	ProtobufCMessage *message = arena_alloc(arena, plan->descriptor->sizeof_message);
	protobuf_c_message_init(plan->descriptor, message);
	return message;
}

static ProtobufCMessage *build_new(struct arena *arena, const struct plan *plan, const void *base)
{
	ProtobufCMessage *message = fill_new(arena, plan);
	build(arena, plan, base, message);
	return message;
}

ProtobufCMessage *fill_instant(struct arena *arena, const struct plan *plan, int64_t instant_us)
{
	timestamp_message *timestamp = (timestamp_message *)fill_new(arena, plan);
	int64_t rest = instant_us % US_PER_SECOND;

	if (rest < 0)
		rest += US_PER_SECOND;
	timestamp->seconds = (instant_us - rest) / US_PER_SECOND;
	timestamp->nanos = (int32_t)(rest * 1000);
	return &timestamp->base;
}

/* Is there nothing in a struct that lies in place? Then its message is left out. */
static bool is_blank(const struct plan *plan, const void *base)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct field_row *row = plan->fields[i].row;
		bool nothing;
		switch (row->kind) {
		case FIELD_TEXT:
			nothing = *AT_CONST(base, row->offset, char *) == '\0';
			break;
		case FIELD_INT64:
		case FIELD_INSTANT:
			nothing = AT_CONST(base, row->offset, int64_t) == 0;
			break;
		case FIELD_AMOUNT:
		case FIELD_INT32:
		case FIELD_ENUM:
			nothing = AT_CONST(base, row->offset, int32_t) == 0;
			break;
		default:
			nothing = false; /* no value struct in place has others */
		}
		if (!nothing)
			return false;
	}
	return true;
}

static void build_list_of_messages(
    struct arena *arena, const struct plan_field *field, const char *elements, size_t count, void *message)
{
	ProtobufCMessage **list = arena_new_array(arena, ProtobufCMessage *, count);

	for (size_t i = 0; i < count; i++)
		list[i] = field->row->kind == FIELD_INSTANTS
			      ? fill_instant(arena, field->sub, ((const int64_t *)(const void *)elements)[i])
			      : build_new(arena, field->sub, elements + i * field->row->shape->size);
	AT(message, field->field->offset, void *) = list;
}

static void build_list(struct arena *arena, const struct plan_field *field, const void *base, void *message)
{
	size_t count = AT_CONST(base, field->row->count_offset, size_t);
	void *elements = AT_CONST(base, field->row->offset, void *);

	AT(message, field->field->quantifier_offset, size_t) = count;
	if (count > 0 && field->sub != NULL)
		build_list_of_messages(arena, field, elements, count, message);
	else
		AT(message, field->field->offset, void *) = elements;
}

static void set_sub(const struct plan_field *field, void *message, ProtobufCMessage *sub)
{
	if (field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		AT(message, field->field->quantifier_offset, uint32_t) = field->field->id;
	AT(message, field->field->offset, void *) = sub;
}

/* Is the sub-message to be said at all? */
static bool has_sub(const struct plan_field *field, const void *base)
{
	const struct field_row *row = field->row;

	switch (row->kind) {
	case FIELD_INSTANT:
		return AT_CONST(base, row->offset, int64_t) != 0;
	case FIELD_POINTER:
		return AT_CONST(base, row->offset, void *) != NULL;
	case FIELD_SAID:
		return AT_CONST(base, row->offset, struct event *) != NULL &&
		       AT_CONST(base, row->offset, struct event *)->type_id == field->said;
	case FIELD_STRUCT:
		return !is_blank(field->sub, (const char *)base + row->offset);
	case FIELD_VARIANT:
		return !(field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || AT_CONST(base, row->offset, int32_t) == row->variant;
	default:
		return true;
	}
}

static void build_amount(const struct plan_field *field, const void *base, void *message)
{
	if (AT_CONST(base, field->row->offset, int32_t) != field->row->variant)
		return;
	AT(message, field->field->quantifier_offset, uint32_t) = field->field->id;
	AT(message, field->field->offset, int64_t) = AT_CONST(base, field->row->count_offset, int64_t);
}

static void build_field(struct arena *arena, const struct plan_field *field, const void *base, void *message);

static ProtobufCMessage *build_said(struct arena *arena, const struct plan_field *field, const void *base)
{
	const struct event *said = AT_CONST(base, field->row->offset, struct event *);
	ProtobufCMessage *message = fill_new(arena, field->sub);

	for (unsigned i = 0; i < field->sub->count; i++)
		if (!said_by_fact(&field->sub->fields[i], base, said))
			build_field(arena, &field->sub->fields[i], said, message);
	return message;
}

static void build_sub(struct arena *arena, const struct plan_field *field, const void *base, void *message)
{
	const struct field_row *row = field->row;

	if (!has_sub(field, base))
		return;
	if (row->kind == FIELD_INSTANT)
		set_sub(field, message, fill_instant(arena, field->sub, AT_CONST(base, row->offset, int64_t)));
	else if (row->kind == FIELD_SAID)
		set_sub(field, message, build_said(arena, field, base));
	else if (row->kind == FIELD_POINTER)
		set_sub(field, message, build_new(arena, field->sub, AT_CONST(base, row->offset, void *)));
	else if (row->kind == FIELD_STRUCT)
		set_sub(field, message, build_new(arena, field->sub, (const char *)base + row->offset));
	else
		set_sub(field, message, build_new(arena, field->sub, base));
}

static void build_field(struct arena *arena, const struct plan_field *field, const void *base, void *message)
{
	const struct field_row *row = field->row;
	unsigned to = field->field->offset;

	switch (row->kind) {
	case FIELD_TEXT:
		AT(message, to, char *) = AT_CONST(base, row->offset, char *);
		break;
	case FIELD_BYTES:
		AT(message, to, ProtobufCBinaryData) = (ProtobufCBinaryData){
		    .len = AT_CONST(base, row->count_offset, size_t), .data = AT_CONST(base, row->offset, uint8_t *)};
		break;
	case FIELD_BOOL:
		AT(message, to, protobuf_c_boolean) = AT_CONST(base, row->offset, bool);
		break;
	case FIELD_ENUM:
	case FIELD_INT32:
		AT(message, to, int32_t) = AT_CONST(base, row->offset, int32_t);
		break;
	case FIELD_INT64:
		AT(message, to, int64_t) = AT_CONST(base, row->offset, int64_t);
		break;
	case FIELD_AMOUNT:
		build_amount(field, base, message);
		break;
	case FIELD_DOUBLE:
		AT(message, to, double) = AT_CONST(base, row->offset, double);
		break;
	case FIELD_TEXTS:
	case FIELD_ENUMS:
	case FIELD_INSTANTS:
	case FIELD_STRUCTS:
		build_list(arena, field, base, message);
		break;
	default:
		build_sub(arena, field, base, message);
	}
}

static void build(struct arena *arena, const struct plan *plan, const void *base, ProtobufCMessage *message)
{
	for (unsigned i = 0; i < plan->count; i++)
		build_field(arena, &plan->fields[i], base, message);
}

ProtobufCMessage *fill_message(struct arena *arena, const struct event *event)
{
	return build_new(arena, plan_of(event->type_id), event);
}
