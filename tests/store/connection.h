/* The one connection of a test of the store, to the database with all migrations that OMBUD_TEST_DSN names. */
#ifndef OMBUD_TESTS_STORE_CONNECTION_H
#define OMBUD_TESTS_STORE_CONNECTION_H

#include "common/io/pg.h"

extern struct pg *pg;

/* Before and after a group of tests; 0, or -1 (told). */
int connection_open(const struct pg_statement *const *statements);
int connection_close(void);

enum pg_class sync_class(void); /* of what was sent; what went wrong is printed */
void sync_well(void);

#endif
