#include "common/wire/pack.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/wire/plan.h"
#include "common/wire/raw.h"
#include "common/wire/said.h"

#define AT(base, offset, type) (*(type const *)((const char *)(base) + (offset)))

enum { ROOM_LEAST = 4096 };

/* Written from its end: the size of a sub-message is known when it has been written, and stands in front of it. */
static struct {
	uint8_t *bytes;
	size_t room;
	size_t at; /* the first byte written */
} out;

__attribute__((noinline)) static void grow(size_t size)
{
	size_t used = out.room - out.at, room = out.room * 2 + size + ROOM_LEAST;
	uint8_t *bytes = xmalloc(room);

	if (used > 0)
		memcpy(bytes + room - used, out.bytes + out.at, used);
	free(out.bytes);
	out.bytes = bytes;
	out.room = room;
	out.at = room - used;
}

static inline uint8_t *before(size_t size)
{
	if (out.at < size)
		grow(size);
	out.at -= size;
	return out.bytes + out.at;
}

static void put_varint(uint64_t number)
{
	if (number < 0x80) {
		*before(1) = (uint8_t)number;
		return;
	}
	uint8_t *to = before((size_t)(64 - __builtin_clzll(number) + 6) / 7);
	for (; number >= 0x80; number >>= 7)
		*to++ = (uint8_t)(number | 0x80);
	*to = (uint8_t)number;
}

/* A field's tag and the number behind it: a varint itself, or the size of what has been written. */
static void put_head(const struct plan_field *field, enum raw_type type, uint64_t number)
{
	if (number < 0x80 && field->id < 16) {
		uint8_t *to = before(2);
		to[0] = (uint8_t)(field->id << 3 | type);
		to[1] = (uint8_t)number;
		return;
	}
	put_varint(number);
	put_varint((uint64_t)field->id << 3 | type);
}

static void put_bytes(const struct plan_field *field, const void *data, size_t size)
{
	if (size > 0)
		memcpy(before(size), data, size);
	put_head(field, RAW_BYTES, size);
}

static void put_number(const struct plan_field *field, int64_t number)
{
	if (number != 0)
		put_head(field, RAW_VARINT, (uint64_t)number);
}

/* One of several is there also when it is 0. */
static void put_amount(const struct plan_field *field, const void *base)
{
	if (AT(base, field->row->offset, int32_t) == field->row->variant)
		put_head(field, RAW_VARINT, (uint64_t)AT(base, field->row->count_offset, int64_t));
}

static void put_double(const struct plan_field *field, double number)
{
	uint64_t bits;

	if (number == 0)
		return;
	memcpy(&bits, &number, sizeof bits);
	uint8_t *to = before(sizeof bits);
	for (size_t i = 0; i < sizeof bits; i++)
		to[i] = (uint8_t)(bits >> (8 * i));
	put_varint((uint64_t)field->id << 3 | RAW_FIXED64);
}

static size_t written(void)
{
	return out.room - out.at;
}

/* Closes what has been written since `end` as a sub-message. */
static void put_sub(const struct plan_field *field, size_t end)
{
	put_head(field, RAW_BYTES, written() - end);
}

static void put_instant(const struct plan_field *field, int64_t instant_us)
{
	const struct plan_field *seconds = &field->sub->fields[0], *nanos = &field->sub->fields[1];
	int64_t rest = instant_us % US_PER_SECOND;
	size_t end = written();

	if (rest < 0)
		rest += US_PER_SECOND;
	put_number(nanos, rest * 1000);
	put_number(seconds, (instant_us - rest) / US_PER_SECOND);
	put_sub(field, end);
}

static void put_members(const struct plan *plan, const void *base);
static void put_field(const struct plan_field *field, const void *base);

static void put_message(const struct plan_field *field, const void *base)
{
	size_t end = written();

	put_members(field->sub, base);
	put_sub(field, end);
}

/* In place: one without content is none. */
static void put_struct(const struct plan_field *field, const void *base)
{
	size_t end = written();

	put_members(field->sub, base);
	if (written() > end)
		put_sub(field, end);
}

static void put_variant(const struct plan_field *field, const void *base)
{
	bool one_of = field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;

	if (!one_of || AT(base, field->row->offset, int32_t) == field->row->variant)
		put_message(field, base);
}

/* What somebody said, without what the fact says itself. */
static void put_said(const struct plan_field *field, const void *base)
{
	const struct event *said = AT(base, field->row->offset, struct event *);
	size_t end = written();

	if (said == NULL || said->type_id != field->said)
		return;
	for (unsigned i = field->sub->count; i-- > 0;)
		if (!said_by_fact(&field->sub->fields[i], base, said))
			put_field(&field->sub->fields[i], said);
	put_sub(field, end);
}

static void put_enums(const struct plan_field *field, const int32_t *numbers, size_t count)
{
	size_t end = written();

	while (count > 0)
		put_varint((uint64_t)(int64_t)numbers[--count]);
	put_sub(field, end);
}

static void put_list(const struct plan_field *field, const void *base)
{
	const struct field_row *row = field->row;
	size_t count = AT(base, row->count_offset, size_t);
	const char *list = AT(base, row->offset, char *);

	if (count > 0 && row->kind == FIELD_ENUMS) {
		put_enums(field, (const void *)list, count);
		return;
	}
	while (count-- > 0) {
		if (row->kind == FIELD_TEXTS) {
			const char *text = AT(list, count * sizeof text, char *);
			put_bytes(field, text, strlen(text));
		} else if (row->kind == FIELD_INSTANTS) {
			put_instant(field, AT(list, count * sizeof(int64_t), int64_t));
		} else {
			put_message(field, list + count * row->shape->size);
		}
	}
}

static void put_text(const struct plan_field *field, const char *text)
{
	if (text != NULL && *text != '\0')
		put_bytes(field, text, strlen(text));
}

static void put_field(const struct plan_field *field, const void *base)
{
	const struct field_row *row = field->row;
	const void *at = (const char *)base + row->offset;

	switch (row->kind) {
	case FIELD_TEXT:
		put_text(field, *(const char *const *)at);
		break;
	case FIELD_BYTES:
		if (AT(base, row->count_offset, size_t) > 0)
			put_bytes(field, *(const uint8_t *const *)at, AT(base, row->count_offset, size_t));
		break;
	case FIELD_BOOL:
		put_number(field, *(const bool *)at);
		break;
	case FIELD_ENUM:
	case FIELD_INT32:
		put_number(field, *(const int32_t *)at);
		break;
	case FIELD_INT64:
		put_number(field, *(const int64_t *)at);
		break;
	case FIELD_AMOUNT:
		put_amount(field, base);
		break;
	case FIELD_DOUBLE:
		put_double(field, *(const double *)at);
		break;
	case FIELD_INSTANT:
		if (*(const int64_t *)at != 0)
			put_instant(field, *(const int64_t *)at);
		break;
	case FIELD_FLAT:
		put_message(field, base);
		break;
	case FIELD_VARIANT:
		put_variant(field, base);
		break;
	case FIELD_SAID:
		put_said(field, base);
		break;
	case FIELD_STRUCT:
		put_struct(field, at);
		break;
	case FIELD_POINTER:
		if (*(const void *const *)at != NULL)
			put_message(field, *(const void *const *)at);
		break;
	default:
		put_list(field, base);
	}
}

static void put_members(const struct plan *plan, const void *base)
{
	for (unsigned i = plan->count; i-- > 0;)
		put_field(&plan->fields[i], base);
}

const void *pack_event(const struct event *event, size_t *size)
{
	out.at = out.room;
	put_members(plan_of(event->type_id), event);
	*size = written();
	return before(0);
}
