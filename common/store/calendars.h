/* The calendars of applied versions as instants (ombud.platform_calendar): how they are stored when a version is applied, and how
 * daemons and ombudctl read them. */
#ifndef OMBUD_STORE_CALENDARS_H
#define OMBUD_STORE_CALENDARS_H

#include <stdint.h>

#include "common/io/pg.h"
#include "common/model/calendar_expand.h"

extern const struct pg_statement store_calendar_statements[]; /* calendar_stored alone */
extern const struct pg_statement *const calendar_stored;      /* version -> rows for store_calendar_build */

void store_calendar_read(struct pg *pg, struct pg_args *args, int32_t version, pg_result_fn *fn, void *context);
/* NULL: the version has none, or nothing in it works. The caller owns it. */
struct calendar *store_calendar_build(const struct pg_result *result);

/* The last nine parameters of ombud.apply_platform(), by CALENDAR_PARAMS. file and days NULL: it has none. The arrays must live
 * until the statement is sent: store_calendar_columns_free(). */
#define STORE_CALENDAR_PARAMS "text text int8 int8 int4 int8[] int4[] int8[] int8[]"
struct store_calendar_columns {
	struct pg_array *days, *window_days, *opens, *closes;
};
void store_calendar_args(
    struct pg_args *args, struct store_calendar_columns *columns, const struct calendar_file *file, const struct calendar *days);
void store_calendar_columns_free(struct store_calendar_columns *columns);

#endif
