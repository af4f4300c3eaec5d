/* The table of applied migrations, in dbmate's form. */
#ifndef OMBUD_STORE_MIGRATIONS_H
#define OMBUD_STORE_MIGRATIONS_H

#include "common/io/pg.h"

extern const struct pg_statement migrations_lock; /* one at a time, over all sessions of the database; until the session ends */
extern const struct pg_statement migrations_table;
extern const struct pg_statement migrations_applied;      /* version text, in order */
extern const struct pg_statement migrations_exists;       /* bool: is there the table? */
extern const struct pg_statement migrations_rights_exist; /* bool: can rights be granted? */
extern const struct pg_statement migrations_rights;       /* grants them; text: the roles that are not there, or '' */

#endif
