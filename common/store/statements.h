/* The statements of each service's own schema, beside the core's: what its daemon prepares, and what tests look at. */
#ifndef OMBUD_STORE_STATEMENTS_H
#define OMBUD_STORE_STATEMENTS_H

#include "common/io/pg.h"
#include "common/model/services.h"

enum { STORE_LISTS_MAX = 5 };

/* By index of service_rows; each a NULL-ended list of arrays. */
extern const struct pg_statement *const store_statements[SERVICES_COUNT][STORE_LISTS_MAX];

#endif
