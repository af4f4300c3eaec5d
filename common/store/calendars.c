#include "common/store/calendars.h"

/* Days and windows in one list, each day before its windows: what calendar_put_day and calendar_put_window want to be told. */
const struct pg_statement store_calendar_statements[] = {
    {
	.name = "calendar_stored",
	.text =
	    "select r.* from ("
	    "    select generate_series(c.first_day - date '1970-01-01', c.first_day - date '1970-01-01' + cardinality(c.days) - 2) as day,"
	    "           false as is_window, unnest(c.days[:cardinality(c.days) - 1]) as starts, unnest(c.days[2:]) as ends,"
	    "           c.covered_from, c.covered_until"
	    "      from ombud.platform_calendar c where c.version = $1"
	    "     union all"
	    "    select unnest(c.window_days) - date '1970-01-01', true, unnest(c.opens), unnest(c.closes),"
	    "           c.covered_from, c.covered_until"
	    "      from ombud.platform_calendar c where c.version = $1) r"
	    " order by r.day, r.is_window, r.starts",
	.params = "int4",
	.columns = 6,
    },
    {0},
};
const struct pg_statement *const calendar_stored = &store_calendar_statements[0];

/* ---- reading ---- */

void store_calendar_read(struct pg *pg, struct pg_args *args, int32_t version, pg_result_fn *fn, void *context)
{
	pg_args_reset(args);
	pg_args_int4(args, version);
	pg_send(pg, calendar_stored, args, fn, context);
}

static enum calendar_error put_row(struct calendar *calendar, const struct pg_result *result, int row)
{
	int64_t starts_us = pg_get_instant(result, row, 2), ends_us = pg_get_instant(result, row, 3);
	return pg_get_bool(result, row, 1) ? calendar_put_window(calendar, starts_us, ends_us)
					   : calendar_put_day(calendar, pg_get_int4(result, row, 0), starts_us, ends_us);
}

struct calendar *store_calendar_build(const struct pg_result *result)
{
	int rows = pg_result_rows(result);
	if (rows == 0)
		return NULL;
	struct calendar *calendar = calendar_new(pg_get_instant(result, 0, 4), pg_get_instant(result, 0, 5));
	enum calendar_error error = CALENDAR_OK;
	for (int row = 0; row < rows && error == CALENDAR_OK; row++)
		error = put_row(calendar, result, row);
	if (error == CALENDAR_OK)
		error = calendar_finish(calendar);
	if (error == CALENDAR_OK)
		return calendar;
	calendar_free(calendar);
	return NULL;
}

/* ---- storing ---- */

static void fill(struct store_calendar_columns *columns, const struct calendar *days)
{
	int32_t first = calendar_first_day(days);
	for (int i = 0; i <= calendar_days_count(days); i++)
		pg_array_int8(columns->days, calendar_day_start_us(days, first + i));
	for (int i = 0; i < calendar_windows_count(days); i++) {
		struct calendar_window window = calendar_window(days, i);
		pg_array_int4(columns->window_days, window.day);
		pg_array_int8(columns->opens, window.start_us);
		pg_array_int8(columns->closes, window.end_us);
	}
}

void store_calendar_args(
    struct pg_args *args, struct store_calendar_columns *columns, const struct calendar_file *file, const struct calendar *days)
{
	*columns = (struct store_calendar_columns){
	    pg_array_new(PG_INT8), pg_array_new(PG_INT4), pg_array_new(PG_INT8), pg_array_new(PG_INT8)};
	if (days != NULL)
		fill(columns, days);
	pg_args_text(args, days ? calendar_file_id(file) : NULL);
	pg_args_text(args, days ? calendar_file_zone(file) : NULL);
	pg_args_int8(args, days ? calendar_covered_from_us(days) : 0);
	pg_args_int8(args, days ? calendar_covered_until_us(days) : 0);
	pg_args_int4(args, days ? calendar_first_day(days) : 0);
	pg_args_array(args, columns->days);
	pg_args_array(args, columns->window_days);
	pg_args_array(args, columns->opens);
	pg_args_array(args, columns->closes);
}

void store_calendar_columns_free(struct store_calendar_columns *columns)
{
	pg_array_free(columns->days);
	pg_array_free(columns->window_days);
	pg_array_free(columns->opens);
	pg_array_free(columns->closes);
}
