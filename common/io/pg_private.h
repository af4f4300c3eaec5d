/* Types, parameters and statements in libpq's form, for the files of pg.h only. */
#ifndef OMBUD_IO_PG_PRIVATE_H
#define OMBUD_IO_PG_PRIVATE_H

#include <libpq-fe.h>

#include "common/base/buf.h"
#include "common/io/pg.h"

/* PostgreSQL counts microseconds from 2000-01-01. */
#define PG_EPOCH_US INT64_C(946684800000000)

enum { ARRAY_HEADER_SIZE = 20 };

/* Object ids of the built-in types, by enum pg_type: fixed by PostgreSQL for ever. */
struct pg_type_row {
	enum pg_type type;
	const char *name;
	Oid oid;
	Oid array_oid;
};
extern const struct pg_type_row pg_type_rows[];

/* Parameters in libpq's form. Small values live in scratch, the rest is borrowed. */
struct pg_args {
	int count;
	const char *values[PG_PARAMS_MAX];
	int sizes[PG_PARAMS_MAX];
	int formats[PG_PARAMS_MAX];
	Oid types[PG_PARAMS_MAX]; /* what the caller gave, 0 for null */
	char scratch[PG_PARAMS_MAX][16];
};

/* The types of a statement's parameters, parsed from its text. Returns the count. */
int pg_statement_types(const struct pg_statement *statement, Oid *types);
/* The text that is prepared: "unnest($*)" in it stands for "unnest($1), unnest($2) ...", all parameters. In `written`. */
const char *pg_statement_text(const struct pg_statement *statement, int count, struct buf *written);
/* bug() unless args fit the types. */
void pg_args_check(const struct pg_args *args, const struct pg_statement *statement, const Oid *types, int count);

#endif
