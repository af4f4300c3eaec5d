/* What goes in: binary parameters, arrays and rows of pg.h. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/pg_private.h"

enum { ARRAY_START_SIZE = 4096 };

const struct pg_type_row pg_type_rows[] = {
    {PG_BOOL, "bool", 16, 1000},
    {PG_INT2, "int2", 21, 1005},
    {PG_INT4, "int4", 23, 1007},
    {PG_INT8, "int8", 20, 1016},
    {PG_TEXT, "text", 25, 1009},
    {PG_BYTEA, "bytea", 17, 1001},
    {PG_UUID, "uuid", 2950, 2951},
    {PG_TIMESTAMPTZ, "timestamptz", 1184, 1185},
    {PG_JSONB, "jsonb", 3802, 3807},
};

static const struct pg_type_row *type_named(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof pg_type_rows / sizeof *pg_type_rows; i++)
		if (strlen(pg_type_rows[i].name) == size && !memcmp(pg_type_rows[i].name, name, size))
			return &pg_type_rows[i];
	bug("unknown parameter type %.*s", (int)size, name);
}

int pg_statement_types(const struct pg_statement *statement, Oid *types)
{
	int count = 0;
	const char *at = statement->params ? statement->params : "";
	while (*(at += strspn(at, " "))) {
		size_t size = strcspn(at, " ");
		bool array = size > 2 && !memcmp(at + size - 2, "[]", 2);
		const struct pg_type_row *row = type_named(at, array ? size - 2 : size);
		if (count == PG_PARAMS_MAX)
			bug("%s: more than %d parameters", statement->name, PG_PARAMS_MAX);
		types[count++] = array ? row->array_oid : row->oid;
		at += size;
	}
	return count;
}

const char *pg_statement_text(const struct pg_statement *statement, int count, struct buf *written)
{
	static const char mark[] = "unnest($*)";
	const char *from = statement->text, *at;
	buf_reset(written);
	for (; (at = strstr(from, mark)); from = at + sizeof mark - 1) {
		buf_append(written, from, (size_t)(at - from));
		for (int i = 1; i <= count; i++)
			buf_printf(written, i > 1 ? ", unnest($%d)" : "unnest($%d)", i);
	}
	buf_text(written, from);
	return buf_string(written);
}

void pg_args_check(const struct pg_args *args, const struct pg_statement *statement, const Oid *types, int count)
{
	int given = args ? args->count : 0;
	if (given != count)
		bug("%s: %d parameters, wants %d", statement->name, given, count);
	for (int i = 0; i < count; i++)
		if (args->types[i] && args->types[i] != types[i])
			bug("%s: parameter %d has type %u, wants %u", statement->name, i + 1, args->types[i], types[i]);
}

/* ---- single parameters ---- */

struct pg_args *pg_args_new(void)
{
	return xcalloc(1, sizeof(struct pg_args));
}

void pg_args_free(struct pg_args *args)
{
	free(args);
}

void pg_args_reset(struct pg_args *args)
{
	args->count = 0;
}

/* size < 0: null */
static void args_add(struct pg_args *args, Oid type, const void *value, long size)
{
	int i = args->count++;
	if (i == PG_PARAMS_MAX)
		bug("more than %d parameters", PG_PARAMS_MAX);
	args->types[i] = size < 0 ? 0 : type;
	args->values[i] = size < 0 ? NULL : size == 0 ? "" : value;
	args->sizes[i] = size < 0 ? 0 : (int)size;
	args->formats[i] = 1;
}

static void args_add_small(struct pg_args *args, Oid type, const void *value, long size)
{
	char *scratch = args->scratch[args->count];
	memcpy(scratch, value, (size_t)size);
	args_add(args, type, scratch, size);
}

void pg_args_int4(struct pg_args *args, int32_t value)
{
	args_add_small(args, 23, &(uint32_t){htobe32((uint32_t)value)}, 4);
}

void pg_args_int8(struct pg_args *args, int64_t value)
{
	args_add_small(args, 20, &(uint64_t){htobe64((uint64_t)value)}, 8);
}

void pg_args_text(struct pg_args *args, const char *value)
{
	args_add(args, 25, value, value ? (long)strlen(value) : -1);
}

void pg_args_uuid(struct pg_args *args, const struct uuid *value)
{
	if (value)
		args_add_small(args, 2950, value->bytes, 16);
	else
		args_add(args, 2950, NULL, -1);
}

void pg_args_instant(struct pg_args *args, int64_t instant_us)
{
	if (instant_us == INT64_MIN)
		args_add(args, 1184, NULL, -1);
	else
		args_add_small(args, 1184, &(uint64_t){htobe64((uint64_t)(instant_us - PG_EPOCH_US))}, 8);
}

void pg_args_jsonb(struct pg_args *args, const char *json)
{
	args_add(args, 3802, json, json ? (long)strlen(json) : -1);
	args->formats[args->count - 1] = 0;
}

/* ---- arrays ---- */

struct pg_array {
	const struct pg_type_row *type;
	char *data; /* the header's room, then the elements */
	size_t size, room;
	int count;
	bool nulls;
};

struct pg_array *pg_array_new(enum pg_type type)
{
	struct pg_array *array = xcalloc(1, sizeof *array);
	array->type = &pg_type_rows[type];
	array->size = ARRAY_HEADER_SIZE;
	return array;
}

void pg_array_free(struct pg_array *array)
{
	if (array)
		free(array->data);
	free(array);
}

void pg_array_reset(struct pg_array *array)
{
	array->size = ARRAY_HEADER_SIZE;
	array->count = 0;
	array->nulls = false;
}

int pg_array_count(const struct pg_array *array)
{
	return array->count;
}

static void put32(char *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, 4);
}

static char *array_room(struct pg_array *array, size_t more)
{
	if (array->size + more > array->room) {
		array->room = (array->size + more) * 2;
		if (array->room < ARRAY_START_SIZE)
			array->room = ARRAY_START_SIZE;
		array->data = xrealloc(array->data, array->room);
	}
	return array->data + array->size;
}

static void array_add(struct pg_array *array, enum pg_type type, const void *value, size_t size)
{
	if (array->type->type != type)
		bug("array of %s given a %s", array->type->name, pg_type_rows[type].name);
	char *at = array_room(array, size + 4);
	put32(at, (uint32_t)size);
	if (size)
		memcpy(at + 4, value, size);
	array->size += size + 4;
	array->count++;
}

static void array_null(struct pg_array *array)
{
	put32(array_room(array, 4), UINT32_MAX);
	array->size += 4;
	array->count++;
	array->nulls = true;
}

static void array_bool(struct pg_array *array, bool value)
{
	array_add(array, PG_BOOL, &(char){value}, 1);
}

static void array_int2(struct pg_array *array, int16_t value)
{
	array_add(array, PG_INT2, &(uint16_t){htobe16((uint16_t)value)}, 2);
}

void pg_array_int4(struct pg_array *array, int32_t value)
{
	array_add(array, PG_INT4, &(uint32_t){htobe32((uint32_t)value)}, 4);
}

void pg_array_int8(struct pg_array *array, int64_t value)
{
	array_add(array, PG_INT8, &(uint64_t){htobe64((uint64_t)value)}, 8);
}

void pg_array_text(struct pg_array *array, const char *value)
{
	if (value)
		array_add(array, PG_TEXT, value, strlen(value));
	else
		array_null(array);
}

static void array_bytes(struct pg_array *array, const void *data, size_t size)
{
	if (data)
		array_add(array, PG_BYTEA, data, size);
	else
		array_null(array);
}

void pg_array_uuid(struct pg_array *array, const struct uuid *value)
{
	if (value)
		array_add(array, PG_UUID, value->bytes, 16);
	else
		array_null(array);
}

void pg_array_instant(struct pg_array *array, int64_t instant_us)
{
	if (instant_us == INT64_MIN || instant_us == 0)
		array_null(array);
	else
		array_add(array, PG_TIMESTAMPTZ, &(uint64_t){htobe64((uint64_t)(instant_us - PG_EPOCH_US))}, 8);
}

/* Binary jsonb is a version byte and the text. */
static void array_jsonb(struct pg_array *array, const char *json)
{
	if (!json) {
		array_null(array);
		return;
	}
	size_t size = strlen(json);
	char *at = array_room(array, size + 5);
	put32(at, (uint32_t)size + 1);
	at[4] = 1;
	memcpy(at + 5, json, size);
	array->size += size + 5;
	array->count++;
}

void pg_args_array(struct pg_args *args, struct pg_array *array)
{
	char *head = array_room(array, 0) - array->size;
	put32(head, array->count ? 1 : 0);
	put32(head + 4, array->nulls);
	put32(head + 8, array->type->oid);
	put32(head + 12, (uint32_t)array->count);
	put32(head + 16, 1);
	args_add(args, array->type->array_oid, head, array->count ? (long)array->size : 12);
}

/* ---- rows ---- */

struct pg_rows {
	const struct pg_statement *statement;
	struct pg_args *args;
	int columns;
	int next;  /* column of the next value */
	int count; /* whole rows */
	struct pg_array *arrays[PG_PARAMS_MAX];
};

struct pg_rows *pg_rows_new(const struct pg_statement *statement)
{
	struct pg_rows *rows = xcalloc(1, sizeof *rows);
	Oid oids[PG_PARAMS_MAX];
	rows->statement = statement;
	rows->args = pg_args_new();
	rows->columns = pg_statement_types(statement, oids);
	for (int i = 0; i < rows->columns; i++) {
		size_t t = 0;
		while (t < sizeof pg_type_rows / sizeof *pg_type_rows && pg_type_rows[t].array_oid != oids[i])
			t++;
		if (t == sizeof pg_type_rows / sizeof *pg_type_rows)
			bug("%s: parameter %d is no array", statement->name, i + 1);
		rows->arrays[i] = pg_array_new((enum pg_type)t);
	}
	return rows;
}

void pg_rows_free(struct pg_rows *rows)
{
	if (!rows)
		return;
	for (int i = 0; i < rows->columns; i++)
		pg_array_free(rows->arrays[i]);
	pg_args_free(rows->args);
	free(rows);
}

void pg_rows_reset(struct pg_rows *rows)
{
	for (int i = 0; i < rows->columns; i++)
		pg_array_reset(rows->arrays[i]);
	rows->next = rows->count = 0;
}

int pg_rows_count(const struct pg_rows *rows)
{
	return rows->count;
}

static struct pg_array *rows_next(struct pg_rows *rows)
{
	struct pg_array *array = rows->arrays[rows->next];
	if (++rows->next == rows->columns) {
		rows->next = 0;
		rows->count++;
	}
	return array;
}

void pg_rows_null(struct pg_rows *rows)
{
	array_null(rows_next(rows));
}

void pg_rows_bool(struct pg_rows *rows, bool value)
{
	array_bool(rows_next(rows), value);
}

void pg_rows_int2(struct pg_rows *rows, int16_t value)
{
	array_int2(rows_next(rows), value);
}

void pg_rows_int4(struct pg_rows *rows, int32_t value)
{
	pg_array_int4(rows_next(rows), value);
}

void pg_rows_int8(struct pg_rows *rows, int64_t value)
{
	pg_array_int8(rows_next(rows), value);
}

void pg_rows_text(struct pg_rows *rows, const char *value)
{
	pg_array_text(rows_next(rows), value);
}

void pg_rows_bytes(struct pg_rows *rows, const void *data, size_t size)
{
	array_bytes(rows_next(rows), data, size);
}

void pg_rows_uuid(struct pg_rows *rows, const struct uuid *value)
{
	pg_array_uuid(rows_next(rows), value);
}

void pg_rows_instant(struct pg_rows *rows, int64_t instant_us)
{
	pg_array_instant(rows_next(rows), instant_us);
}

void pg_rows_jsonb(struct pg_rows *rows, const char *json)
{
	array_jsonb(rows_next(rows), json);
}

void pg_rows_send(struct pg *pg, struct pg_rows *rows, pg_result_fn *fn, void *context)
{
	if (rows->next != 0)
		bug("%s: a row of %d values, wants %d", rows->statement->name, rows->next, rows->columns);
	if (rows->count == 0)
		return;
	pg_args_reset(rows->args);
	for (int i = 0; i < rows->columns; i++)
		pg_args_array(rows->args, rows->arrays[i]);
	pg_send(pg, rows->statement, rows->args, fn, context);
	pg_rows_reset(rows);
}
