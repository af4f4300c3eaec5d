#include "common/wire/unpack.h"

#include <string.h>

#include "common/base/instant.h"
#include "common/wire/plan.h"
#include "common/wire/raw.h"

#define AT(base, offset, type) (*(type *)((char *)(base) + (offset)))

struct unpacker {
	struct arena *arena;
	uint64_t without; /* pieces of evidence that are left out: the lowest bit is the next one's */
	char *texts;      /* room for all: the end of each is paid for by its size, which stands in front of it on the wire */
};

/* One message being read into its struct. */
struct target {
	struct unpacker *unpacker;
	const struct plan *plan;
	struct raw_span rest;
	void *base;
};

static bool read_members(struct unpacker *unpacker, const struct plan *plan, struct raw_span span, void *base);

static char *take_bytes(struct unpacker *unpacker, struct raw_span bytes)
{
	char *copy = unpacker->texts;
	size_t size = raw_size(bytes);

	if (size > 0)
		memcpy(copy, bytes.at, size);
	copy[size] = '\0';
	unpacker->texts += size + 1;
	return copy;
}

static const struct plan_field *next_field(const struct plan *plan, struct raw_span *rest, struct raw_value *value)
{
	while (rest->at < rest->end && raw_tag(rest, value) && raw_content(rest, value)) {
		uint8_t index = value->id < PLAN_ID_MAX ? plan->index_by_id[value->id] : 0;
		if (index != 0)
			return &plan->fields[index - 1];
	}
	return NULL;
}

static int64_t instant_of(const struct plan_field *field, struct raw_span span)
{
	const struct plan_field *seconds = &field->sub->fields[0], *part;
	int64_t instant_us = 0, fraction_us = 0;
	struct raw_value value;

	while ((part = next_field(field->sub, &span, &value)) != NULL) {
		if (part == seconds)
			instant_us = (int64_t)value.number * US_PER_SECOND;
		else
			fraction_us = (int32_t)value.number / 1000;
	}
	return instant_us + fraction_us;
}

/* Several of a kind: the last one counts. */
static bool is_overruled(const struct target *target, const struct plan_field *field)
{
	struct raw_span rest = target->rest;
	const struct plan_field *later;
	struct raw_value value;

	if (!(field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return false;
	while ((later = next_field(target->plan, &rest, &value)) != NULL)
		if (later->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF &&
		    later->field->quantifier_offset == field->field->quantifier_offset)
			return true;
	return false;
}

static void *struct_new(struct unpacker *unpacker, const struct plan *plan)
{
	void *made = arena_try_alloc(unpacker->arena, plan->shape->size);

	return made == NULL ? NULL : memcpy(made, plan->blank, plan->shape->size);
}

static void *event_new(struct unpacker *unpacker, enum event_type type)
{
	struct event *made = arena_try_alloc(unpacker->arena, sizeof *made);

	if (made != NULL)
		event_init(made, type);
	return made;
}

/* ---- lists ---- */

static size_t element_size(const struct field_row *row)
{
	switch (row->kind) {
	case FIELD_TEXTS:
		return sizeof(char *);
	case FIELD_ENUMS:
		return sizeof(int32_t);
	case FIELD_INSTANTS:
		return sizeof(int64_t);
	default:
		return row->shape->size;
	}
}

/* Room for one more: lists double. NULL: the budget is used up. */
static void *element_new(struct target *target, const struct field_row *row)
{
	size_t *count = &AT(target->base, row->count_offset, size_t), size = element_size(row);
	void **list = &AT(target->base, row->offset, void *);
	bool full = (*count & (*count - 1)) == 0; /* 0, 1, 2, 4 ... */

	if (full) {
		void *larger = arena_try_alloc(target->unpacker->arena, size * (*count > 0 ? 2 * *count : 1));
		if (larger == NULL)
			return NULL;
		if (*count > 0)
			memcpy(larger, *list, size * *count);
		*list = larger;
	}
	return (char *)*list + size * (*count)++;
}

static bool is_left_out(struct unpacker *unpacker)
{
	bool left_out = unpacker->without & 1;

	unpacker->without >>= 1;
	return left_out;
}

static bool add_element(struct target *target, const struct plan_field *field, const struct raw_value *value)
{
	if (field->sub != NULL && field->sub->is_evidence && is_left_out(target->unpacker))
		return true;
	void *at = element_new(target, field->row);

	if (at == NULL)
		return false;
	switch (field->row->kind) {
	case FIELD_TEXTS:
		*(const char **)at = take_bytes(target->unpacker, value->bytes);
		return true;
	case FIELD_ENUMS:
		*(int32_t *)at = (int32_t)value->number;
		return true;
	case FIELD_INSTANTS:
		*(int64_t *)at = instant_of(field, value->bytes);
		return true;
	default:
		memcpy(at, field->sub->blank, field->row->shape->size);
		return read_members(target->unpacker, field->sub, value->bytes, at);
	}
}

/* Numbers may come packed: many in one field. */
static bool read_list(struct target *target, const struct plan_field *field, struct raw_value *value)
{
	struct raw_span packed = value->bytes;

	if (field->row->kind != FIELD_ENUMS || value->type != RAW_BYTES)
		return add_element(target, field, value);
	while (packed.at < packed.end)
		if (!raw_varint(&packed, &value->number) || !add_element(target, field, value))
			return false;
	return true;
}

/* ---- one field ---- */

static bool read_message(struct target *target, const struct plan_field *field, struct raw_span bytes)
{
	const struct field_row *row = field->row;
	void *base = target->base;

	switch (row->kind) {
	case FIELD_VARIANT:
		if (is_overruled(target, field))
			return true;
		AT(base, row->offset, int32_t) = row->variant;
		break;
	case FIELD_SAID:
		base = event_new(target->unpacker, field->said);
		AT(target->base, row->offset, void *) = base;
		break;
	case FIELD_STRUCT:
		base = (char *)base + row->offset;
		break;
	case FIELD_POINTER:
		base = AT(target->base, row->offset, void *) = struct_new(target->unpacker, field->sub);
		break;
	default: /* FIELD_FLAT */
		break;
	}
	return base != NULL && read_members(target->unpacker, field->sub, bytes, base);
}

static bool read_field(struct target *target, const struct plan_field *field, struct raw_value *value)
{
	const struct field_row *row = field->row;
	void *at = (char *)target->base + row->offset;

	switch (row->kind) {
	case FIELD_TEXT:
		*(const char **)at = take_bytes(target->unpacker, value->bytes);
		return true;
	case FIELD_BYTES:
		*(const void **)at = raw_size(value->bytes) > 0 ? take_bytes(target->unpacker, value->bytes) : NULL;
		AT(target->base, row->count_offset, size_t) = raw_size(value->bytes);
		return true;
	case FIELD_BOOL:
		*(bool *)at = value->number != 0;
		return true;
	case FIELD_ENUM:
	case FIELD_INT32:
		*(int32_t *)at = (int32_t)value->number;
		return true;
	case FIELD_INT64:
		*(int64_t *)at = (int64_t)value->number;
		return true;
	case FIELD_AMOUNT:
		*(int32_t *)at = row->variant; /* several of a kind: the last one counts */
		AT(target->base, row->count_offset, int64_t) = (int64_t)value->number;
		return true;
	case FIELD_DOUBLE:
		memcpy(at, &value->number, sizeof(double));
		return true;
	case FIELD_INSTANT:
		*(int64_t *)at = instant_of(field, value->bytes);
		return true;
	case FIELD_TEXTS:
	case FIELD_ENUMS:
	case FIELD_INSTANTS:
	case FIELD_STRUCTS:
		return read_list(target, field, value);
	default:
		return read_message(target, field, value->bytes);
	}
}

static bool read_members(struct unpacker *unpacker, const struct plan *plan, struct raw_span span, void *base)
{
	struct target target = {unpacker, plan, span, base};
	const struct plan_field *field;
	struct raw_value value;

	while ((field = next_field(plan, &target.rest, &value)) != NULL)
		if (!read_field(&target, field, &value))
			return false;
	return true;
}

bool unpack_event(struct arena *arena, enum event_type type, const void *data, size_t size, uint64_t without, struct event *event)
{
	struct unpacker unpacker = {arena, without, arena_try_alloc(arena, size + 1)};
	struct raw_span span = {data, (const uint8_t *)data + size};

	event_init(event, type);
	return unpacker.texts != NULL && read_members(&unpacker, plan_of(type), span, event);
}
