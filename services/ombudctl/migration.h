/* Migration files in dbmate's format: VERSION_name.sql with a line "-- migrate:up" and, behind it, one "-- migrate:down"; the
 * option transaction:false behind up or down runs that half outside a transaction (one statement only). Pure. */
#ifndef OMBUD_OMBUDCTL_MIGRATION_H
#define OMBUD_OMBUDCTL_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

struct migration {
	char *version;   /* the digits before the first underscore */
	char *name;      /* the rest, without .sql */
	char *up, *down; /* SQL */
	bool up_transaction, down_transaction;
};

/* Is it named like one? */
bool migration_file_name(const char *file);

/* false: error says why. Fills *migration, which migration_free empties. */
bool migration_parse(const char *file, const char *text, struct migration *migration, char *error, size_t error_size);
void migration_free(struct migration *migration);

/* The migrations of a folder in order of version, NULL on a mistake (error). Free with migrations_free. */
struct migration *migrations_read(const char *folder, int *count, char *error, size_t error_size);
void migrations_free(struct migration *migrations, int count);

#endif
