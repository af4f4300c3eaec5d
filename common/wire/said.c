#include "common/wire/said.h"

#include <string.h>

#define AT(base, offset, type) (*(type const *)((const char *)(base) + (offset)))

static bool same(const struct plan_field *field, const void *a, const void *b);

static bool same_members(const struct plan *plan, const void *a, const void *b)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (!same(&plan->fields[i], a, b))
			return false;
	return true;
}

static bool same_element(const struct plan_field *field, const char *a, const char *b, size_t i)
{
	size_t size = field->row->kind == FIELD_STRUCTS ? field->row->shape->size : 0;

	switch (field->row->kind) {
	case FIELD_TEXTS:
		return strcmp(((const char *const *)(const void *)a)[i], ((const char *const *)(const void *)b)[i]) == 0;
	case FIELD_ENUMS:
		return ((const int32_t *)(const void *)a)[i] == ((const int32_t *)(const void *)b)[i];
	case FIELD_INSTANTS:
		return ((const int64_t *)(const void *)a)[i] == ((const int64_t *)(const void *)b)[i];
	default:
		return same_members(field->sub, a + i * size, b + i * size);
	}
}

static bool same_list(const struct plan_field *field, const void *a, const void *b)
{
	const struct field_row *row = field->row;
	size_t count = AT(a, row->count_offset, size_t);
	const char *left = AT(a, row->offset, char *), *right = AT(b, row->offset, char *);

	if (count != AT(b, row->count_offset, size_t))
		return false;
	for (size_t i = 0; left != right && i < count; i++)
		if (!same_element(field, left, right, i))
			return false;
	return true;
}

static bool same_pointer(const struct plan_field *field, const void *a, const void *b)
{
	return a == b || (a != NULL && b != NULL && same_members(field->sub, a, b));
}

static bool same_bytes(const struct field_row *row, const void *a, const void *b)
{
	size_t size = AT(a, row->count_offset, size_t);

	return size == AT(b, row->count_offset, size_t) &&
	       (size == 0 || memcmp(AT(a, row->offset, void *), AT(b, row->offset, void *), size) == 0);
}

static bool same(const struct plan_field *field, const void *a, const void *b)
{
	const struct field_row *row = field->row;

	switch (row->kind) {
	case FIELD_TEXT:
		return strcmp(AT(a, row->offset, char *), AT(b, row->offset, char *)) == 0;
	case FIELD_BYTES:
		return same_bytes(row, a, b);
	case FIELD_BOOL:
		return AT(a, row->offset, bool) == AT(b, row->offset, bool);
	case FIELD_ENUM:
	case FIELD_INT32:
		return AT(a, row->offset, int32_t) == AT(b, row->offset, int32_t);
	case FIELD_INT64:
	case FIELD_INSTANT:
		return AT(a, row->offset, int64_t) == AT(b, row->offset, int64_t);
	case FIELD_STRUCT:
		return same_members(field->sub, (const char *)a + row->offset, (const char *)b + row->offset);
	case FIELD_POINTER:
		return same_pointer(field, AT(a, row->offset, void *), AT(b, row->offset, void *));
	case FIELD_TEXTS:
	case FIELD_ENUMS:
	case FIELD_INSTANTS:
	case FIELD_STRUCTS:
		return same_list(field, a, b);
	default:
		return false;
	}
}

bool said_by_fact(const struct plan_field *field, const void *fact, const struct event *said)
{
	if (field->row->kind == FIELD_FLAT)
		return true;
	return field->twin != NULL && same(field->twin, fact, said);
}
