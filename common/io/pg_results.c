/* What comes out: the values of a result of pg.h. A pg_result is libpq's PGresult. */
#include <endian.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/pg_private.h"

static const PGresult *raw(const struct pg_result *result)
{
	return (const PGresult *)result;
}

static uint64_t get64(const char *at)
{
	uint64_t value;
	memcpy(&value, at, 8);
	return be64toh(value);
}

static uint32_t get32(const char *at)
{
	uint32_t value;
	memcpy(&value, at, 4);
	return be32toh(value);
}

/* The bytes of a value that must have that type and size; NULL when it is null. */
static const char *cell(const struct pg_result *result, int row, int column, Oid type, int size)
{
	if (row >= PQntuples(raw(result)) || column >= PQnfields(raw(result)))
		bug("row %d column %d of a result of %d by %d", row, column, PQntuples(raw(result)), PQnfields(raw(result)));
	if (PQgetisnull(raw(result), row, column))
		return NULL;
	if ((type && PQftype(raw(result), column) != type) || (size && PQgetlength(raw(result), row, column) != size))
		bug("column %d (%s) has type %u, not %u", column, PQfname(raw(result), column), PQftype(raw(result), column), type);
	return PQgetvalue(raw(result), row, column);
}

int pg_result_rows(const struct pg_result *result)
{
	return PQntuples(raw(result));
}

bool pg_is_null(const struct pg_result *result, int row, int column)
{
	return !cell(result, row, column, 0, 0);
}

bool pg_get_bool(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 16, 1);
	return at && *at;
}

int16_t pg_get_int2(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 21, 2);
	uint16_t value = 0;
	if (at)
		memcpy(&value, at, 2);
	return (int16_t)be16toh(value);
}

int32_t pg_get_int4(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 23, 4);
	return at ? (int32_t)get32(at) : 0;
}

int64_t pg_get_int8(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 20, 8);
	return at ? (int64_t)get64(at) : 0;
}

int64_t pg_get_instant(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 1184, 8);
	return at ? (int64_t)get64(at) + PG_EPOCH_US : 0;
}

struct uuid pg_get_uuid(const struct pg_result *result, int row, int column)
{
	struct uuid value = {0};
	const char *at = cell(result, row, column, 2950, 16);
	if (at)
		memcpy(value.bytes, at, 16);
	return value;
}

const char *pg_get_text(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 0, 0);
	if (at && PQftype(raw(result), column) == 3802)
		at++; /* jsonb's version byte */
	return at ? at : "";
}

const void *pg_get_bytes(const struct pg_result *result, int row, int column, size_t *size)
{
	const char *at = cell(result, row, column, 0, 0);
	*size = at ? (size_t)PQgetlength(raw(result), row, column) : 0;
	return at;
}

int pg_get_array_count(const struct pg_result *result, int row, int column)
{
	const char *at = cell(result, row, column, 0, 0);
	return at && get32(at) ? (int)get32(at + 12) : 0;
}

/* The element's length field; its bytes follow. */
static const char *array_element(const struct pg_result *result, int row, int column, int index)
{
	if (index >= pg_get_array_count(result, row, column))
		bug("element %d of an array of %d", index, pg_get_array_count(result, row, column));
	const char *at = PQgetvalue(raw(result), row, column) + ARRAY_HEADER_SIZE;
	for (; index > 0; index--)
		at += 4 + (get32(at) == UINT32_MAX ? 0 : get32(at));
	return at;
}

int64_t pg_get_array_int8(const struct pg_result *result, int row, int column, int index)
{
	const char *at = array_element(result, row, column, index);
	return get32(at) == 8 ? (int64_t)get64(at + 4) : 0;
}

const char *pg_get_array_text(const struct pg_result *result, int row, int column, int index, size_t *size)
{
	const char *at = array_element(result, row, column, index);
	*size = get32(at) == UINT32_MAX ? 0 : get32(at);
	return at + 4;
}
