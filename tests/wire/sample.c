#include "tests/wire/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/wire/plan.h"

uint64_t sample_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static const char *text_of(struct arena *arena, enum field_format format, uint64_t *random)
{
	unsigned number = (unsigned)(sample_random(random) % 100000);
	static const char *const words[] = {"卡密无效", "a\nb", "\"quoted\" \\ / <x>", "\x7f\x01", "😀 é", "x"};

	switch (format) {
	case FORMAT_UUID:
		return arena_printf(arena, "018bcfe5-687b-77d6-941e-fdfac8b%05u", number);
	case FORMAT_CURRENCY:
		return number % 2 ? "CNY" : "USD";
	case FORMAT_URI:
		return arena_printf(arena, "https://evidence.example/%u", number);
	case FORMAT_MEDIA_TYPE:
		return "image/png";
	case FORMAT_LANGUAGE:
		return number % 2 ? "zh-CN" : "en";
	case FORMAT_TIME_OF_DAY:
		return arena_printf(arena, "%02u:%02u", number % 24, number % 60);
	case FORMAT_ZONE:
		return number % 2 ? "Asia/Shanghai" : "Etc/GMT+8";
	case FORMAT_VERSIONED:
		return arena_printf(arena, "判定细则@%u", number);
	case FORMAT_CODE:
		return arena_printf(arena, "1010%05u", number);
	case FORMAT_TEXT:
		return arena_printf(arena, "%s%u", words[number % 6], number);
	default:
		return arena_printf(arena, "标识-%u", number);
	}
}

static int32_t enum_of(const ProtobufCEnumDescriptor *descriptor, uint64_t *random)
{
	return descriptor->values[1 + sample_random(random) % (descriptor->n_values - 1)].value;
}

static int64_t number_of(const struct contract_field *rule, uint64_t *random)
{
	int64_t most = rule->max;
	switch (sample_random(random) % 4) {
	case 0:
		return most;
	case 1:
		return rule->min < 0 ? rule->min : 1;
	default:
		return (int64_t)(sample_random(random) % ((uint64_t)most + 1));
	}
}

/* 1901 to 2096, to the microsecond; never 0. */
static int64_t instant_of(uint64_t *random)
{
	return (int64_t)(sample_random(random) % 6150000000000000) - 2150000000000000 + 1;
}

static void fill(struct arena *arena, const struct plan *plan, char *base, uint64_t *random);

static void fill_list(struct arena *arena, const struct plan_field *field, char *base, uint64_t *random)
{
	const struct field_row *row = field->row;
	size_t count = 1 + sample_random(random) % 3;
	size_t sizes[] = {[FIELD_TEXTS] = sizeof(char *),
	    [FIELD_ENUMS] = sizeof(int32_t),
	    [FIELD_INSTANTS] = sizeof(int64_t),
	    [FIELD_STRUCTS] = row->kind == FIELD_STRUCTS ? row->shape->size : 0};
	char *list = arena_alloc(arena, count * sizes[row->kind]);

	for (size_t i = 0; i < count; i++) {
		char *at = list + i * sizes[row->kind];
		if (row->kind == FIELD_TEXTS)
			*(const char **)(void *)at = text_of(arena, field->rule->format, random);
		else if (row->kind == FIELD_ENUMS)
			*(int32_t *)(void *)at = enum_of(field->field->descriptor, random);
		else if (row->kind == FIELD_INSTANTS)
			*(int64_t *)(void *)at = instant_of(random);
		else
			fill(arena, field->sub, at, random);
	}
	*(void **)(void *)(base + row->offset) = list;
	*(size_t *)(void *)(base + row->count_offset) = count;
}

static void fill_sub(struct arena *arena, const struct plan_field *field, char *base, uint64_t *random)
{
	const struct field_row *row = field->row;
	void *at = base + row->offset;

	if (row->kind == FIELD_INSTANT) {
		*(int64_t *)at = instant_of(random);
	} else if (row->kind == FIELD_POINTER) {
		char *target = arena_alloc(arena, row->shape->size);
		fill(arena, field->sub, target, random);
		*(void **)at = target;
	} else if (row->kind == FIELD_STRUCT) {
		fill(arena, field->sub, at, random);
	} else if (row->kind == FIELD_SAID) {
		struct event *said = arena_alloc(arena, sizeof *said);
		event_init(said, field->said);
		fill(arena, field->sub, (char *)said, random);
		*(struct event **)at = said;
	} else {
		if (row->kind == FIELD_VARIANT)
			*(int32_t *)at = row->variant;
		fill(arena, field->sub, base, random);
	}
}

static void fill_bytes(struct arena *arena, const struct plan_field *field, char *base, uint64_t *random)
{
	const struct field_row *row = field->row;
	int64_t size = field->rule->max;
	uint8_t *bytes = arena_alloc(arena, (size_t)size);

	for (int64_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)sample_random(random);
	*(uint8_t **)(void *)(base + row->offset) = bytes;
	*(size_t *)(void *)(base + row->count_offset) = (size_t)size;
}

static void fill_field(struct arena *arena, const struct plan_field *field, char *base, uint64_t *random)
{
	const struct field_row *row = field->row;
	void *at = base + row->offset;

	switch (row->kind) {
	case FIELD_TEXT:
		*(const char **)at = text_of(arena, field->rule->format, random);
		break;
	case FIELD_BYTES:
		fill_bytes(arena, field, base, random);
		break;
	case FIELD_BOOL:
		*(bool *)at = true;
		break;
	case FIELD_ENUM:
		*(int32_t *)at = enum_of(field->field->descriptor, random);
		break;
	case FIELD_INT32:
		*(int32_t *)at = (int32_t)number_of(field->rule, random);
		break;
	case FIELD_INT64:
		*(int64_t *)at = number_of(field->rule, random);
		break;
	case FIELD_AMOUNT:
		*(int32_t *)at = row->variant;
		*(int64_t *)(void *)(base + row->count_offset) = number_of(field->rule, random);
		break;
	case FIELD_DOUBLE:
		*(double *)at = (double)(int64_t)sample_random(random) / 1e12;
		break;
	case FIELD_TEXTS:
	case FIELD_ENUMS:
	case FIELD_INSTANTS:
	case FIELD_STRUCTS:
		fill_list(arena, field, base, random);
		break;
	default:
		fill_sub(arena, field, base, random);
	}
}

/* Texts first: a struct may be left half empty, but never without its texts. */
static void fill_texts(const struct plan *plan, char *base)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct field_row *row = plan->fields[i].row;
		const char **text = (const char **)(void *)(base + row->offset);
		if (row->kind == FIELD_TEXT && *text == NULL)
			*text = "";
		else if (row->kind == FIELD_STRUCT)
			fill_texts(plan->fields[i].sub, base + row->offset);
	}
}

/* Every member is wanted. */
static bool whole;

static void fill(struct arena *arena, const struct plan *plan, char *base, uint64_t *random)
{
	bool chosen = false;

	fill_texts(plan, base);
	for (unsigned i = 0; i < plan->count; i++) {
		const struct plan_field *field = &plan->fields[i];
		bool one_of = field->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
		bool last = i + 1 == plan->count;
		bool wanted = field->rule->required || sample_random(random) % (one_of ? plan->count : 4) != 0;
		if (one_of)
			wanted = last ? field->said == EVENT_NONE || sample_random(random) % 4 != 0 : !wanted;
		wanted = wanted || (whole && !one_of);
		if (!wanted || (one_of && chosen))
			continue;
		chosen = chosen || one_of;
		fill_field(arena, field, base, random);
	}
}

struct event *sample_event(struct arena *arena, enum event_type type, uint64_t seed)
{
	struct event *event = arena_alloc(arena, sizeof *event);
	uint64_t random = seed * 0x9e3779b97f4a7c15u + (uint64_t)type + 1;

	*event = event_empty(type);
	fill(arena, plan_of(type), (char *)event, &random);
	if (event->source[0] == '\0')
		event->source = "/sample";
	if (event->event_id[0] == '\0')
		event->event_id = "sample-1";
	if (event->actor.kind == ACTOR_KIND_UNSPECIFIED)
		event->actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	if (event->notice_channel == NOTICE_CHANNEL_WEBHOOK && event->address[0] != '\0')
		event->address = "https://hooks.example/1"; /* no format says so: it hangs on the channel */
	return event;
}

struct event *sample_whole(struct arena *arena, enum event_type type, uint64_t seed)
{
	whole = true;
	struct event *event = sample_event(arena, type, seed);
	whole = false;
	return event;
}

static void *allocate(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void release(void *arena, void *memory)
{
}

ProtobufCMessage *sample_unpack(struct arena *arena, enum event_type type, const void *data, size_t size)
{
	ProtobufCAllocator allocator = {.alloc = allocate, .free = release, .allocator_data = arena};
	return protobuf_c_message_unpack(plan_of(type)->descriptor, &allocator, size, data);
}

const void *sample_pack(struct arena *arena, const ProtobufCMessage *message, size_t *size)
{
	*size = protobuf_c_message_get_packed_size(message);
	uint8_t *data = arena_alloc(arena, *size);
	protobuf_c_message_pack(message, data);
	return data;
}

char *sample_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		die("%s cannot be read; run from the top of the sources", path);
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	char *data = xmalloc(*size + 1);
	if (fread(data, 1, *size, file) != *size)
		die("%s cannot be read", path);
	data[*size] = '\0';
	fclose(file);
	return data;
}
