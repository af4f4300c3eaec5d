#include "common/model/due.h"

#include <stdlib.h>

#include "common/base/die.h"
#include "common/base/instant.h"

/* Days that are looked at first; so many times more until the due instant is among them. */
enum { FIRST_DAYS = 64, GROWTH = 8, BEFORE_DAYS = 2 };

const char *due_why_name(enum due_why why)
{
	static const char *const names[] = {"elapsed", "working_day", "make_up_day", "day_of_receipt", "weekend", "holiday",
	    "outside_hours", "skipped_day", "paused"};
	return why < DUE_WHY_COUNT ? names[why] : "?";
}

static struct due_row *add_row(struct due *due)
{
	due->rows = xrealloc(due->rows, sizeof *due->rows * (due->count + 1));
	due->rows[due->count] = (struct due_row){0};
	return &due->rows[due->count++];
}

static void add_window(struct due *due, struct due_row *row, int64_t from_us, int64_t until_us)
{
	due->windows = xrealloc(due->windows, sizeof *due->windows * (due->windows_count + 1));
	row->first_window = row->windows_count++ ? row->first_window : due->windows_count;
	due->windows[due->windows_count++] = (struct due_window){from_us, until_us};
}

void due_free(struct due *due)
{
	free(due->rows);
	free(due->windows);
	*due = (struct due){0};
}

/* ---- the trace ---- */

struct tracing {
	const struct calendar_file *file;
	const struct calendar *calendar;
	int64_t start_us;
	const struct clock_target *target;
	const struct calendar_pause *pauses;
	int pauses_count;
	struct due *due;
	int window;   /* the next one to look at */
	int64_t days; /* counted so far */
};

/* The stretches between two instants in which the clock ran. Returns their sum. */
static int64_t add_stretches(struct tracing *tracing, struct due_row *row, int64_t from_us, int64_t until_us)
{
	int64_t sum_us = 0;
	for (int i = 0; i <= tracing->pauses_count && from_us < until_us; i++) {
		const struct calendar_pause *pause = i < tracing->pauses_count ? &tracing->pauses[i] : NULL;
		int64_t end_us = pause != NULL && pause->from_us < until_us ? pause->from_us : until_us;
		if (pause != NULL && pause->until_us <= from_us)
			continue;
		if (from_us < end_us) {
			add_window(tracing->due, row, from_us, end_us);
			sum_us += end_us - from_us;
		}
		from_us = pause != NULL && pause->from_us < until_us ? pause->until_us : until_us;
	}
	return sum_us;
}

static bool ran_until(const struct tracing *tracing, int64_t end_us)
{
	for (int i = 0; i < tracing->pauses_count; i++)
		if (tracing->pauses[i].from_us < end_us && end_us <= tracing->pauses[i].until_us)
			return false;
	return true;
}

/* The day's windows, cut to what lies between start and due in business time. */
static int64_t take_windows(struct tracing *tracing, struct due_row *row, bool *paused)
{
	bool in_time = tracing->target->unit == TARGET_UNIT_BUSINESS_TIME;
	int count = calendar_windows_count(tracing->calendar);
	int64_t sum_us = 0;
	for (; tracing->window < count; tracing->window++) {
		struct calendar_window window = calendar_window(tracing->calendar, tracing->window);
		if (window.day > row->day)
			break;
		if (in_time && window.start_us < tracing->start_us)
			window.start_us = tracing->start_us;
		if (in_time && window.end_us > tracing->due->due_us)
			window.end_us = tracing->due->due_us;
		if (window.day < row->day || window.start_us >= window.end_us)
			continue;
		int64_t ran_us =
		    in_time ? add_stretches(tracing, row, window.start_us, window.end_us) : window.end_us - window.start_us;
		if (!in_time)
			add_window(tracing->due, row, window.start_us, window.end_us);
		*paused =
		    in_time ? *paused || ran_us == 0 : !ran_until(tracing, window.end_us); /* of a day the last window's end */
		sum_us += ran_us;
	}
	return sum_us;
}

static enum due_why why_not(struct tracing *tracing, const struct due_row *row, enum day_kind kind)
{
	if (!calendar_day_is_there(tracing->calendar, row->day))
		return DUE_SKIPPED_DAY;
	return kind == DAY_HOLIDAY ? DUE_HOLIDAY : kind == DAY_WEEKEND ? DUE_WEEKEND : DUE_OUTSIDE_HOURS;
}

static void trace_day(struct tracing *tracing, int32_t day, int32_t received)
{
	struct due_row *row = add_row(tracing->due);
	row->day = day;
	row->provisional = day < calendar_file_covered_from(tracing->file) || day >= calendar_file_covered_until(tracing->file);
	struct day_said said = calendar_file_day(tracing->file, day);
	enum day_kind kind = said.kind;
	row->name = said.name;
	row->notice = said.notice;
	bool in_days = tracing->target->unit == TARGET_UNIT_BUSINESS_DAYS, paused = false;
	int64_t worked_us = take_windows(tracing, row, &paused);
	row->counted = worked_us > 0 && !(in_days && (day <= received || paused));
	row->amount = !row->counted ? 0 : in_days ? ++tracing->days : worked_us;
	row->why = row->counted                 ? kind == DAY_MAKE_UP ? DUE_MAKE_UP_DAY : DUE_WORKING_DAY
		   : in_days && day == received ? DUE_DAY_OF_RECEIPT
		   : paused                     ? DUE_PAUSED
						: why_not(tracing, row, kind);
	/* The night before the start's day, of which nothing counted, explains nothing. */
	if (day < received && !row->counted)
		tracing->due->count--;
}

/* The end of its last day may lie in the night after it. */
static int32_t last_day(const struct tracing *tracing)
{
	int32_t last = calendar_local_day(tracing->calendar, tracing->due->due_us);
	if (tracing->target->unit != TARGET_UNIT_BUSINESS_DAYS)
		return last;
	for (int i = calendar_windows_count(tracing->calendar); i-- > 0;) {
		struct calendar_window window = calendar_window(tracing->calendar, i);
		if (window.end_us == tracing->due->due_us)
			return window.day;
	}
	return last;
}

static void trace_days(struct tracing *tracing)
{
	int32_t received = calendar_local_day(tracing->calendar, tracing->start_us), last = last_day(tracing);
	int32_t first = received > calendar_first_day(tracing->calendar) ? received - 1 : received;
	for (int32_t day = first; day <= last; day++)
		trace_day(tracing, day, received);
}

/* ---- the instant ---- */

static enum calendar_error find_elapsed(
    int64_t start_us, const struct clock_target *target, const struct calendar_pause *pauses, int pauses_count, struct due *due)
{
	int64_t due_us;
	enum calendar_error error =
	    calendar_add_apart(NULL, TARGET_UNIT_ELAPSED, start_us, target->amount, pauses, pauses_count, &due_us);
	if (error == CALENDAR_OK && !instant_in_bounds(due_us))
		error = CALENDAR_BEYOND;
	if (error != CALENDAR_OK)
		return error;
	*due = (struct due){.due_us = due_us};
	struct due_row *row = add_row(due);
	*row = (struct due_row){.why = DUE_ELAPSED, .counted = true, .amount = target->amount};
	add_stretches(&(struct tracing){.pauses = pauses, .pauses_count = pauses_count, .due = due}, row, start_us, due_us);
	return CALENDAR_OK;
}

enum calendar_error due_explain(const struct calendar_file *file, const struct calendar *calendar, int64_t start_us,
    const struct clock_target *target, const struct calendar_pause *pauses, int pauses_count, struct due *due)
{
	if (target->unit == TARGET_UNIT_ELAPSED)
		return find_elapsed(start_us, target, pauses, pauses_count, due);
	int64_t due_us;
	enum calendar_error error =
	    calendar_add_apart(calendar, target->unit, start_us, target->amount, pauses, pauses_count, &due_us);
	if (error != CALENDAR_OK)
		return error;
	*due = (struct due){.due_us = due_us, .provisional = calendar_provisional(calendar, target->unit, start_us, due_us)};
	trace_days(&(struct tracing){.file = file,
	    .calendar = calendar,
	    .start_us = start_us,
	    .target = target,
	    .pauses = pauses,
	    .pauses_count = pauses_count,
	    .due = due});
	return CALENDAR_OK;
}

static enum calendar_error find_within(
    const struct calendar_file *file, int64_t start_us, const struct clock_target *target, int days, struct due *due)
{
	int32_t today = (int32_t)(start_us / US_PER_DAY - (start_us % US_PER_DAY < 0));
	struct calendar *calendar = calendar_file_expand(file, today - BEFORE_DAYS, today + days);
	if (!calendar)
		return CALENDAR_NO_WORK;
	enum calendar_error error = due_explain(file, calendar, start_us, target, NULL, 0, due);
	calendar_free(calendar);
	return error;
}

enum calendar_error due_find(const struct calendar_file *file, int64_t start_us, const struct clock_target *target, struct due *due)
{
	if (target->unit == TARGET_UNIT_ELAPSED)
		return find_elapsed(start_us, target, NULL, 0, due);
	int days = FIRST_DAYS;
	for (;;) {
		enum calendar_error error = find_within(file, start_us, target, days, due);
		if ((error != CALENDAR_BEYOND && error != CALENDAR_NO_WORK) || days >= DUE_HORIZON_DAYS)
			return error;
		days = days * GROWTH > DUE_HORIZON_DAYS ? DUE_HORIZON_DAYS : days * GROWTH;
	}
}
