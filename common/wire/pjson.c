#include "common/wire/pjson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/base/nearest.h"
#include "common/io/crypto.h"
#include "common/wire/fault.h"
#include "common/wire/fill.h"

enum { NAME_SIZE = 64 };

/* lowerCamelCase of a field's name. */
static const char *json_name(const ProtobufCFieldDescriptor *field, char name[NAME_SIZE])
{
	int size = 0;

	for (const char *at = field->name; *at != '\0' && size < NAME_SIZE - 1; at++) {
		bool capital = *at == '_' && at[1] >= 'a' && at[1] <= 'z';
		name[size++] = capital ? (char)(*++at - 'a' + 'A') : *at;
	}
	name[size] = '\0';
	return name;
}

/* ---- JSON -> message ---- */

struct reader {
	struct arena *arena;
	struct wire_fault *fault;
};

/* One object being read. */
struct target {
	struct reader *reader;
	const struct plan *plan;
	ProtobufCMessage *message;
	uint64_t seen;
};

static bool wrong(struct target *target, const struct plan_field *field, const char *code, const char *what)
{
	return fault_set(target->reader->fault, code, "%s.%s: %s", target->plan->descriptor->short_name, field->field->name, what);
}

static const struct plan_field *find_field(const struct plan *plan, const char *name)
{
	char camel[NAME_SIZE];

	for (unsigned i = 0; i < plan->count; i++) {
		const struct plan_field *field = &plan->fields[i];
		if (strcmp(field->field->name, name) == 0 || strcmp(json_name(field->field, camel), name) == 0)
			return field;
	}
	return NULL;
}

/* The wrong name is a stranger's and is not shown; the known ones are ours. */
static bool unknown_field(struct target *target, const char *name)
{
	const struct plan *plan = target->plan;
	const char **names = arena_new_array(target->reader->arena, const char *, plan->count + 1);
	char camel[NAME_SIZE];

	for (unsigned i = 0; i < plan->count; i++)
		names[i] = arena_strdup(target->reader->arena, json_name(plan->fields[i].field, camel));
	const char *nearest = nearest_name(name, names);
	if (nearest == NULL)
		return fault_set(
		    target->reader->fault, "unknown_field", "%s: has a member that it does not know", plan->descriptor->short_name);
	return fault_set(target->reader->fault, "unknown_field", "%s: has a member that it does not know; perhaps '%s' is meant",
	    plan->descriptor->short_name, nearest);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* number by ten to the power of scale, when that is whole and fits. */
static bool shift_decimal(int64_t *number, long scale)
{
	for (; scale > 0 && *number != 0; scale--)
		if (__builtin_mul_overflow(*number, 10, number))
			return false;
	for (; scale < 0 && *number != 0; scale++, *number /= 10)
		if (*number % 10 != 0)
			return false;
	return true;
}

/* "-12", and as JSON numbers may be written, "1.2e1": quoted, too. Exact, without a detour by double. */
static bool integer_of_text(const char *text, size_t size, int64_t *number)
{
	const char *at = text + (text[0] == '-');
	bool negative = text[0] == '-', point = false, good = is_digit(*at) && size == strlen(text);
	long scale = 0;
	char *end;

	for (*number = 0; good && (is_digit(*at) || (*at == '.' && !point)); at++) {
		point |= *at == '.';
		good = *at == '.' ? is_digit(at[1])
				  : !__builtin_mul_overflow(*number, 10, number) &&
					!__builtin_sub_overflow(*number, *at - '0', number); /* below zero there is one more */
		scale -= point && *at != '.';
	}
	if (good && (*at == 'e' || *at == 'E')) {
		good = is_digit(at[1]) || ((at[1] == '-' || at[1] == '+') && is_digit(at[2]));
		scale += strtol(at + 1, &end, 10);
		at = end;
	}
	return good && *at == '\0' && scale > -1000 && scale < 1000 && shift_decimal(number, scale) &&
	       (negative || !__builtin_sub_overflow(0, *number, number));
}

static bool integer_of(const struct json *value, int64_t *number)
{
	enum json_kind kind = json_kind_of(value);
	double real = json_real_of(value);

	switch (kind) {
	case JSON_KIND_INTEGER:
		*number = json_integer_of(value);
		return true;
	case JSON_KIND_REAL:
		*number = fabs(real) < 9007199254740992.0 ? (int64_t)real : 0;
		return fabs(real) < 9007199254740992.0 && (double)*number == real;
	case JSON_KIND_TEXT:
		return integer_of_text(json_text_of(value), json_text_size(value), number);
	default:
		return false;
	}
}

static bool read_int32(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	int64_t number;

	if (!integer_of(value, &number))
		return wrong(target, field, "bad_json", "is not an integer");
	if (number < INT32_MIN || number > INT32_MAX)
		return wrong(target, field, "out_of_range", "is out of its range");
	*(int32_t *)at = (int32_t)number;
	return true;
}

static bool read_int64(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	return integer_of(value, at) || wrong(target, field, "bad_json", "is not an integer");
}

static bool read_enum(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	if (json_kind_of(value) != JSON_KIND_TEXT)
		return read_int32(target, field, value, at);
	const ProtobufCEnumValue *named =
	    protobuf_c_enum_descriptor_get_value_by_name(field->field->descriptor, json_text_of(value));
	if (named == NULL)
		return wrong(target, field, "unknown_enum", "has no value of this name");
	*(int *)at = named->value;
	return true;
}

static bool read_bool(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	if (json_kind_of(value) != JSON_KIND_BOOL)
		return wrong(target, field, "bad_json", "is neither true nor false");
	*(protobuf_c_boolean *)at = json_bool_of(value);
	return true;
}

static bool read_double(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	const char *text = json_text_of(value);
	char *end = NULL;
	double number = json_real_of(value);

	if (json_kind_of(value) == JSON_KIND_TEXT)
		number = strtod(text, &end);
	else if (json_kind_of(value) != JSON_KIND_REAL && json_kind_of(value) != JSON_KIND_INTEGER)
		return wrong(target, field, "bad_json", "is not a number");
	if (!isfinite(number) || (end != NULL && (end == text || *end != '\0')))
		return wrong(target, field, "out_of_range", "is not a finite number");
	*(double *)at = number;
	return true;
}

static bool read_text(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	const char *text = json_text_of(value);
	size_t size = json_text_size(value);

	if (json_kind_of(value) != JSON_KIND_TEXT)
		return wrong(target, field, "bad_json", "is not a string");
	if (strlen(text) != size)
		return wrong(target, field, "embedded_nul", "holds a NUL");
	*(char **)at = arena_strndup(target->reader->arena, text, size);
	return true;
}

static bool read_bytes(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	ProtobufCBinaryData *bytes = at;

	bytes->data = arena_alloc(target->reader->arena, json_text_size(value) / 4 * 3 + 3);
	if (json_kind_of(value) != JSON_KIND_TEXT ||
	    !crypto_base64_decode(json_text_of(value), json_text_size(value), bytes->data, &bytes->len))
		return wrong(target, field, "bad_json", "is not base64");
	return true;
}

static bool read_object(struct reader *reader, const struct plan *plan, const struct json *value, ProtobufCMessage *message);

static bool read_instant(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	int64_t instant_us;

	if (json_kind_of(value) != JSON_KIND_TEXT || !instant_parse(json_text_of(value), json_text_size(value), &instant_us))
		return wrong(target, field, "bad_format", "is not an RFC 3339 instant");
	*(ProtobufCMessage **)at = fill_instant(target->reader->arena, field->sub, instant_us);
	return true;
}

static bool read_message(struct target *target, const struct plan_field *field, const struct json *value, void *at)
{
	if (field->row->kind == FIELD_INSTANT || field->row->kind == FIELD_INSTANTS)
		return read_instant(target, field, value, at);
	ProtobufCMessage *message = fill_new(target->reader->arena, field->sub);
	*(ProtobufCMessage **)at = message;
	return read_object(target->reader, field->sub, value, message);
}

/* Types that plan.c lets in. */
static const struct type_row {
	bool (*read)(struct target *target, const struct plan_field *field, const struct json *value, void *at);
	size_t size;
} types[] = {
    [PROTOBUF_C_TYPE_INT32] = {read_int32, sizeof(int32_t)},
    [PROTOBUF_C_TYPE_INT64] = {read_int64, sizeof(int64_t)},
    [PROTOBUF_C_TYPE_ENUM] = {read_enum, sizeof(int)},
    [PROTOBUF_C_TYPE_BOOL] = {read_bool, sizeof(protobuf_c_boolean)},
    [PROTOBUF_C_TYPE_DOUBLE] = {read_double, sizeof(double)},
    [PROTOBUF_C_TYPE_STRING] = {read_text, sizeof(char *)},
    [PROTOBUF_C_TYPE_BYTES] = {read_bytes, sizeof(ProtobufCBinaryData)},
    [PROTOBUF_C_TYPE_MESSAGE] = {read_message, sizeof(void *)},
};

static bool read_list(struct target *target, const struct plan_field *field, const struct json *value)
{
	const struct type_row *type = &types[field->field->type];
	size_t count = json_count(value);
	char *list = arena_alloc(target->reader->arena, count * type->size);
	char *message = (char *)target->message;

	if (json_kind_of(value) != JSON_KIND_LIST)
		return wrong(target, field, "bad_json", "is not a list");
	for (size_t i = 0; i < count; i++)
		if (!type->read(target, field, json_at(value, i), list + i * type->size))
			return false;
	*(size_t *)(void *)(message + field->field->quantifier_offset) = count;
	*(void **)(void *)(message + field->field->offset) = list;
	return true;
}

static bool claim_one_of(struct target *target, const struct plan_field *field)
{
	uint32_t *which = (uint32_t *)(void *)((char *)target->message + field->field->quantifier_offset);

	if (!(field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return true;
	if (*which != 0)
		return wrong(target, field, "duplicate_field", "another of its kind is there already");
	*which = field->field->id;
	return true;
}

static bool read_member(const char *name, const struct json *value, void *context)
{
	struct target *target = context;
	const struct plan_field *field = find_field(target->plan, name);

	if (field == NULL)
		return unknown_field(target, name);
	uint64_t bit = UINT64_C(1) << field->slot;
	if (target->seen & bit)
		return wrong(target, field, "duplicate_field", "is there twice");
	target->seen |= bit;
	if (json_kind_of(value) == JSON_KIND_NULL)
		return true;
	if (field->list)
		return read_list(target, field, value);
	return claim_one_of(target, field) &&
	       types[field->field->type].read(target, field, value, (char *)target->message + field->field->offset);
}

static bool read_object(struct reader *reader, const struct plan *plan, const struct json *value, ProtobufCMessage *message)
{
	struct target target = {reader, plan, message, 0};

	if (json_kind_of(value) != JSON_KIND_MAP)
		return fault_set(reader->fault, "bad_json", "%s: is not an object", plan->descriptor->short_name);
	return json_each(value, read_member, &target);
}

ProtobufCMessage *pjson_read(struct arena *arena, const struct plan *plan, const struct json *data, struct wire_fault *fault)
{
	struct reader reader = {arena, fault};
	ProtobufCMessage *message = fill_new(arena, plan);

	return read_object(&reader, plan, data, message) ? message : NULL;
}

/* ---- message -> JSON ---- */

static void write_double(struct buf *json, double number)
{
	char text[32];

	snprintf(text, sizeof text, "%.15g", number);
	if (strtod(text, NULL) != number)
		snprintf(text, sizeof text, "%.17g", number);
	buf_text(json, text);
}

static void write_enum(struct buf *json, const struct plan_field *field, int number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(field->field->descriptor, number);

	if (value != NULL)
		buf_printf(json, "\"%s\"", value->name);
	else
		buf_printf(json, "%d", number);
}

static void write_message(struct buf *json, const struct plan_field *field, const ProtobufCMessage *message)
{
	char text[INSTANT_TEXT_SIZE];

	if (field->row->kind == FIELD_INSTANT || field->row->kind == FIELD_INSTANTS)
		buf_printf(json, "\"%s\"", instant_format(fill_instant_of(message), text));
	else
		pjson_write(json, field->sub, message);
}

static void write_value(struct buf *json, const struct plan_field *field, const void *at)
{
	const ProtobufCBinaryData *bytes = at;

	switch (field->field->type) {
	case PROTOBUF_C_TYPE_ENUM:
		write_enum(json, field, *(const int *)at);
		break;
	case PROTOBUF_C_TYPE_INT32:
		buf_printf(json, "%d", *(const int32_t *)at);
		break;
	case PROTOBUF_C_TYPE_INT64:
		buf_printf(json, "\"%lld\"", (long long)*(const int64_t *)at);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		write_double(json, *(const double *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		buf_text(json, *(const protobuf_c_boolean *)at ? "true" : "false");
		break;
	case PROTOBUF_C_TYPE_STRING:
		buf_json_string(json, *(char *const *)at, strlen(*(char *const *)at));
		break;
	case PROTOBUF_C_TYPE_BYTES:
		buf_char(json, '"');
		crypto_base64_encode(bytes->data, bytes->len, buf_reserve(json, CRYPTO_BASE64_SIZE(bytes->len)));
		buf_grow(json, CRYPTO_BASE64_SIZE(bytes->len) - 1);
		buf_char(json, '"');
		break;
	default:
		write_message(json, field, *(ProtobufCMessage *const *)at);
	}
}

static void write_list(struct buf *json, const struct plan_field *field, const char *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_char(json, i == 0 ? '[' : ',');
		write_value(json, field, list + i * types[field->field->type].size);
	}
	buf_char(json, ']');
}

/* Is it there, and not what a reader assumes anyway? */
static bool is_said(const struct plan_field *field, const char *message)
{
	const void *at = message + field->field->offset;
	const void *quantifier = message + field->field->quantifier_offset;

	if (field->list)
		return *(const size_t *)quantifier > 0;
	if (field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		return *(const uint32_t *)quantifier == field->field->id;
	switch (field->field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return **(char *const *)at != '\0';
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len > 0;
	case PROTOBUF_C_TYPE_MESSAGE:
		return *(void *const *)at != NULL;
	case PROTOBUF_C_TYPE_INT64:
		return *(const int64_t *)at != 0;
	case PROTOBUF_C_TYPE_DOUBLE:
		return *(const double *)at != 0;
	default:
		return *(const int *)at != 0;
	}
}

void pjson_write(struct buf *json, const struct plan *plan, const ProtobufCMessage *message)
{
	const char *base = (const char *)message;
	char name[NAME_SIZE], separator = '{';

	for (unsigned i = 0; i < plan->count; i++) {
		const struct plan_field *field = &plan->fields[i];
		if (!is_said(field, base))
			continue;
		buf_printf(json, "%c\"%s\":", separator, json_name(field->field, name));
		if (field->list)
			write_list(json, field, *(char *const *)(const void *)(base + field->field->offset),
			    *(const size_t *)(const void *)(base + field->field->quantifier_offset));
		else
			write_value(json, field, base + field->field->offset);
		separator = ',';
	}
	buf_text(json, separator == '{' ? "{}" : "}");
}
