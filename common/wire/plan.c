#include "common/wire/plan.h"

#include <pthread.h>
#include <string.h>

#include "common/base/die.h"
#include "common/wire/constraints.h"
#include "common/wire/registry.h"

static struct plan plans[PLAN_PLANS_MAX];
static int plans_count;
static const struct plan *plans_by_type[EVENT_TYPE_COUNT];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What kind of field each kind of row wants. */
static const struct wants {
	ProtobufCType type;
	bool list;
} wants[] = {
    [FIELD_TEXT] = {PROTOBUF_C_TYPE_STRING, false},
    [FIELD_BYTES] = {PROTOBUF_C_TYPE_BYTES, false},
    [FIELD_BOOL] = {PROTOBUF_C_TYPE_BOOL, false},
    [FIELD_ENUM] = {PROTOBUF_C_TYPE_ENUM, false},
    [FIELD_INT32] = {PROTOBUF_C_TYPE_INT32, false},
    [FIELD_INT64] = {PROTOBUF_C_TYPE_INT64, false},
    [FIELD_DOUBLE] = {PROTOBUF_C_TYPE_DOUBLE, false},
    [FIELD_INSTANT] = {PROTOBUF_C_TYPE_MESSAGE, false},
    [FIELD_FLAT] = {PROTOBUF_C_TYPE_MESSAGE, false},
    [FIELD_VARIANT] = {PROTOBUF_C_TYPE_MESSAGE, false},
    [FIELD_SAID] = {PROTOBUF_C_TYPE_MESSAGE, false},
    [FIELD_STRUCT] = {PROTOBUF_C_TYPE_MESSAGE, false},
    [FIELD_POINTER] = {PROTOBUF_C_TYPE_MESSAGE, false},
    [FIELD_AMOUNT] = {PROTOBUF_C_TYPE_INT64, false},
    [FIELD_TEXTS] = {PROTOBUF_C_TYPE_STRING, true},
    [FIELD_ENUMS] = {PROTOBUF_C_TYPE_ENUM, true},
    [FIELD_INSTANTS] = {PROTOBUF_C_TYPE_MESSAGE, true},
    [FIELD_STRUCTS] = {PROTOBUF_C_TYPE_MESSAGE, true},
};

static enum raw_type wire_type_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return RAW_BYTES;
	case PROTOBUF_C_TYPE_DOUBLE:
		return RAW_FIXED64;
	default:
		return RAW_VARINT; /* no other kind is let in */
	}
}

static struct plan *plan_make(const ProtobufCMessageDescriptor *descriptor, const struct field_shape *shape, int depth);

static struct plan *plan_new(const ProtobufCMessageDescriptor *descriptor, const struct field_shape *shape, int depth);

/* ---- what is said in a fact: the message as strangers say it, but nothing in it must be there, for the fact may say it ---- */

static bool is_said(const ProtobufCFieldDescriptor *field, const struct plan *plan)
{
	return plan->shape == &event_shape && field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
	       field->type == PROTOBUF_C_TYPE_MESSAGE && fields_find(&event_shape, field->name) == NULL;
}

static enum event_type type_of(const ProtobufCMessageDescriptor *descriptor)
{
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++)
		if (registry_descriptor((enum event_type)type) == descriptor)
			return (enum event_type)type;
	bug("%s is said in a fact, and is no event", descriptor->name);
}

/* Beside the plan of the message itself, which stands before it: that is the one that plan_make() finds. */
static const struct plan *plan_make_said(const ProtobufCFieldDescriptor *field, int depth)
{
	struct plan *plan = plan_new(field->descriptor, &event_shape, depth);

	plan->required = plan->one_of = 0;
	return plan;
}

/* Once all of the fact's own fields are tied. */
static void plan_tie_twins(struct plan *fact)
{
	for (unsigned i = 0; i < fact->count; i++) {
		const struct plan *said = fact->fields[i].said != EVENT_NONE ? fact->fields[i].sub : NULL;
		for (unsigned a = 0; said != NULL && a < said->count; a++)
			for (unsigned b = 0; b < fact->count; b++)
				if (fact->fields[b].row == said->fields[a].row && fact->fields[b].said == EVENT_NONE)
					said->fields[a].twin = &fact->fields[b];
	}
}

static const struct plan *plan_make_sub(const ProtobufCFieldDescriptor *field, const struct field_row *row, int depth)
{
	const ProtobufCMessageDescriptor *descriptor = field->descriptor;

	if (field->type != PROTOBUF_C_TYPE_MESSAGE)
		return NULL;
	if (row->shape->message[0] != '\0' && strcmp(row->shape->message, descriptor->short_name) != 0)
		bug("field %s: is a %s, its row a %s", field->name, descriptor->short_name, row->shape->message);
	return plan_make(descriptor, row->shape, depth);
}

static void plan_tie(struct plan *plan, const struct contract_field *rules, unsigned i, int depth)
{
	const ProtobufCFieldDescriptor *field = &plan->descriptor->fields[i];
	bool said = is_said(field, plan);
	const struct field_row *row = fields_find(plan->shape, said ? "said" : field->name);
	struct plan_field *tied = &plan->fields[i];

	if (row == NULL)
		bug("%s.%s has no row in fields.c", plan->descriptor->name, field->name);
	if (field->type != wants[row->kind].type || (field->label == PROTOBUF_C_LABEL_REPEATED) != wants[row->kind].list)
		bug("%s.%s: its row in fields.c is of another kind", plan->descriptor->name, field->name);
	if (row->kind == FIELD_ENUMS && !(field->flags & PROTOBUF_C_FIELD_FLAG_PACKED))
		bug("%s.%s: is not packed", plan->descriptor->name, field->name);
	if (field->id >= PLAN_ID_MAX)
		bug("%s.%s: field numbers end at %d", plan->descriptor->name, field->name, PLAN_ID_MAX - 1);
	tied->field = field;
	tied->row = row;
	tied->type = wire_type_of(field->type);
	tied->id = (uint8_t)field->id;
	tied->list = field->label == PROTOBUF_C_LABEL_REPEATED;
	tied->sub = said ? plan_make_said(field, depth + 1) : plan_make_sub(field, row, depth + 1);
	tied->said = said ? type_of(field->descriptor) : EVENT_NONE;
	tied->slot = said && i > 0 && plan->fields[i - 1].said != EVENT_NONE ? plan->fields[i - 1].slot : (uint8_t)i;
	if (tied->slot >= PLAN_SLOTS_MAX)
		bug("%s: more than %d fields", plan->descriptor->name, PLAN_SLOTS_MAX);
	tied->rule = &rules[i];
	if (tied->rule->required)
		plan->required |= UINT64_C(1) << tied->slot;
	plan->index_by_id[field->id] = (uint8_t)(i + 1);
}

/* Every text of a struct must be a text, also where the message has no such part. */
static void blank_texts(const struct field_shape *shape, char *base)
{
	for (int i = 0; i < shape->count; i++) {
		const struct field_row *row = &shape->rows[i];
		if (row->kind == FIELD_TEXT)
			*(const char **)(void *)(base + row->offset) = "";
		else if (row->kind == FIELD_STRUCT)
			blank_texts(row->shape, base + row->offset);
	}
}

static const void *blank_make(const struct field_shape *shape)
{
	char *blank = xcalloc(1, shape->size);
	blank_texts(shape, blank);
	return blank;
}

static struct plan *plan_make(const ProtobufCMessageDescriptor *descriptor, const struct field_shape *shape, int depth)
{
	for (int i = 0; i < plans_count; i++)
		if (plans[i].descriptor == descriptor && plans[i].shape == shape)
			return &plans[i];
	return plan_new(descriptor, shape, depth);
}

static struct plan *plan_new(const ProtobufCMessageDescriptor *descriptor, const struct field_shape *shape, int depth)
{
	if (depth > PLAN_DEPTH_MAX)
		bug("%s lies deeper than %d", descriptor->name, PLAN_DEPTH_MAX);
	if (plans_count == PLAN_PLANS_MAX)
		bug("more than %d messages", PLAN_PLANS_MAX);

	const struct contract_message *message = registry_message(descriptor);
	struct plan *plan = &plans[plans_count++];
	plan->descriptor = descriptor;
	plan->shape = shape;
	plan->blank = shape == &event_shape ? NULL : blank_make(shape); /* an event's is event_empty */
	plan->is_evidence = strcmp(shape->message, "Evidence") == 0;
	plan->count = descriptor->n_fields;
	plan->one_of = message ? message->one_of : 0;
	plan->fields = xcalloc(plan->count, sizeof *plan->fields);
	for (unsigned i = 0; i < plan->count; i++)
		plan_tie(plan, message ? message->fields : constraints_timestamp(), i, depth);
	plan_tie_twins(plan);
	return plan;
}

static void plan_all(void)
{
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		struct plan *plan = plan_make(registry_descriptor((enum event_type)type), &event_shape, 0);
		plan->is_fact = !event_type_is_inbox((enum event_type)type);
		plans_by_type[type] = plan;
	}
}

const struct plan *plan_of(enum event_type type)
{
	pthread_once(&once, plan_all);
	return type < EVENT_TYPE_COUNT ? plans_by_type[type] : NULL;
}
