/* What a list of columns (name, TYPE, member) is made into: parts of a statement's text, and the reading and writing of `c`. */
#ifndef OMBUD_STORE_COLUMN_H
#define OMBUD_STORE_COLUMN_H

#include "common/io/pg.h"

#define COLUMN_NOT(name, type, member)
#define COLUMN_COUNT(name, type, member) +1
#define COLUMN_NAME(name, type, member) #name ", "
#define COLUMN_OF_C(name, type, member) "c." #name ", "
#define COLUMN_OF_N(name, type, member) "n." #name ", "
#define COLUMN_FROM_N(name, type, member) #name " = n." #name ", "
#define COLUMN_FROM_EXCLUDED(name, type, member) #name " = excluded." #name ", "
#define COLUMN_PARAM(name, type, member) COLUMN_PARAM_##type

#define COLUMN_PARAM_UUID "uuid[] "
#define COLUMN_PARAM_TEXT "text[] "
#define COLUMN_PARAM_NOTE "text[] " /* a text that is null when there is none */
#define COLUMN_PARAM_BOOL "bool[] "
#define COLUMN_PARAM_INT2 "int2[] "
#define COLUMN_PARAM_INT4 "int4[] "
#define COLUMN_PARAM_INT8 "int8[] "
#define COLUMN_PARAM_INSTANT "timestamptz[] "

/* Of the row `row` of `result`, at `column`, which goes on; a text stands in `arena`. */
#define COLUMN_READ(name, type, member) c->member = (__typeof__(c->member))COLUMN_READ_##type;
#define COLUMN_READ_UUID pg_get_uuid(result, row, column++)
#define COLUMN_READ_TEXT text_at(result, row, column++, arena)
#define COLUMN_READ_NOTE note_at(result, row, column++, arena)
#define COLUMN_READ_BOOL pg_get_bool(result, row, column++)
#define COLUMN_READ_INT2 pg_get_int2(result, row, column++)
#define COLUMN_READ_INT4 pg_get_int4(result, row, column++)
#define COLUMN_READ_INT8 pg_get_int8(result, row, column++)
#define COLUMN_READ_INSTANT pg_get_instant(result, row, column++)

/* To the end of `rows`. */
#define COLUMN_WRITE(name, type, member) COLUMN_WRITE_##type(c->member);
#define COLUMN_WRITE_UUID(value) pg_rows_uuid(rows, &value)
#define COLUMN_WRITE_TEXT(value) pg_rows_text(rows, value)
#define COLUMN_WRITE_NOTE(value) pg_rows_text(rows, value &&*value ? value : NULL)
#define COLUMN_WRITE_BOOL(value) pg_rows_bool(rows, value)
#define COLUMN_WRITE_INT2(value) pg_rows_int2(rows, (int16_t)value)
#define COLUMN_WRITE_INT4(value) pg_rows_int4(rows, value)
#define COLUMN_WRITE_INT8(value) pg_rows_int8(rows, value)
#define COLUMN_WRITE_INSTANT(value) pg_rows_instant(rows, value)

#define COLUMN_IS_SET(name, type, member) || COLUMN_IS_SET_##type(c->member)
#define COLUMN_IS_SET_TEXT(value) *value
#define COLUMN_IS_SET_BOOL(value) value
#define COLUMN_IS_SET_INT2(value) value
#define COLUMN_IS_SET_INT4(value) value
#define COLUMN_IS_SET_INT8(value) value
#define COLUMN_IS_SET_INSTANT(value) value

#endif
