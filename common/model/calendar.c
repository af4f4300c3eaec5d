#include "common/model/calendar.h"

#include <stdlib.h>

#include "common/base/die.h"

struct window {
	int64_t start_us, end_us;
	int64_t worked_us; /* working time before this window */
	int32_t day;
};

struct workday {
	int32_t day;
	int64_t end_us; /* end of its working time */
};

struct calendar {
	int64_t covered_from_us, covered_until_us;
	int64_t *day_starts; /* of every local day, then the end of the last */
	int days_count, days_room;
	int32_t first_day;
	struct window *windows; /* sorted and disjoint once finished */
	int windows_count, windows_room;
	struct workday *workdays; /* days with working time */
	int workdays_count;
};

const char *calendar_error_name(enum calendar_error error)
{
	static const char *const names[] = {"ok", "no_work", "before", "beyond", "bad", "paused"};
	return error <= CALENDAR_PAUSED ? names[error] : "?";
}

struct calendar *calendar_new(int64_t covered_from_us, int64_t covered_until_us)
{
	struct calendar *calendar = xcalloc(1, sizeof(*calendar));
	calendar->covered_from_us = covered_from_us;
	calendar->covered_until_us = covered_until_us;
	return calendar;
}

void calendar_free(struct calendar *calendar)
{
	if (calendar == NULL)
		return;
	free(calendar->day_starts);
	free(calendar->windows);
	free(calendar->workdays);
	free(calendar);
}

int64_t calendar_covered_from_us(const struct calendar *calendar)
{
	return calendar->covered_from_us;
}

int64_t calendar_covered_until_us(const struct calendar *calendar)
{
	return calendar->covered_until_us;
}

int calendar_windows_count(const struct calendar *calendar)
{
	return calendar->windows_count;
}

struct calendar_window calendar_window(const struct calendar *calendar, int number)
{
	const struct window *window = &calendar->windows[number];
	return (struct calendar_window){window->start_us, window->end_us, window->day};
}

int calendar_days_count(const struct calendar *calendar)
{
	return calendar->days_count;
}

int32_t calendar_first_day(const struct calendar *calendar)
{
	return calendar->first_day;
}

bool calendar_day_is_there(const struct calendar *calendar, int32_t day)
{
	const int64_t *starts = &calendar->day_starts[day - calendar->first_day];
	return starts[0] < starts[1];
}

int64_t calendar_day_start_us(const struct calendar *calendar, int32_t day)
{
	return calendar->day_starts[day - calendar->first_day];
}

/* ---- filling ---- */

enum calendar_error calendar_put_day(struct calendar *calendar, int32_t day, int64_t start_us, int64_t end_us)
{
	if (calendar->days_count == 0)
		calendar->first_day = day;
	else if (day != calendar->first_day + calendar->days_count || start_us != calendar->day_starts[calendar->days_count])
		return CALENDAR_BAD;
	if (end_us < start_us)
		return CALENDAR_BAD;
	if (calendar->days_count + 2 > calendar->days_room) {
		calendar->days_room = calendar->days_room == 0 ? 512 : 2 * calendar->days_room;
		calendar->day_starts = xrealloc(calendar->day_starts, sizeof(int64_t) * calendar->days_room);
	}
	calendar->day_starts[calendar->days_count++] = start_us;
	calendar->day_starts[calendar->days_count] = end_us;
	return CALENDAR_OK;
}

enum calendar_error calendar_put_window(struct calendar *calendar, int64_t start_us, int64_t end_us)
{
	if (calendar->days_count == 0 || end_us <= start_us)
		return CALENDAR_BAD;
	if (calendar->windows_count == calendar->windows_room) {
		calendar->windows_room = calendar->windows_room == 0 ? 512 : 2 * calendar->windows_room;
		calendar->windows = xrealloc(calendar->windows, sizeof(struct window) * calendar->windows_room);
	}
	calendar->windows[calendar->windows_count++] = (struct window){
	    .start_us = start_us,
	    .end_us = end_us,
	    .day = calendar->first_day + calendar->days_count - 1,
	};
	return CALENDAR_OK;
}

static int compare_windows(const void *a, const void *b)
{
	const struct window *x = a, *y = b;
	if (x->start_us != y->start_us)
		return x->start_us < y->start_us ? -1 : 1;
	return x->day < y->day ? -1 : x->day > y->day;
}

/* Overlaps within a day become one window; what a day's night shift already covers is taken from the next day's. */
static void merge_windows(struct calendar *calendar)
{
	int kept = 0;
	for (int i = 0; i < calendar->windows_count; i++) {
		struct window window = calendar->windows[i];
		struct window *last = kept > 0 ? &calendar->windows[kept - 1] : NULL;
		if (last != NULL && window.day == last->day && window.start_us <= last->end_us) {
			if (window.end_us > last->end_us)
				last->end_us = window.end_us;
			continue;
		}
		if (last != NULL && window.start_us < last->end_us)
			window.start_us = last->end_us;
		if (window.start_us < window.end_us)
			calendar->windows[kept++] = window;
	}
	calendar->windows_count = kept;
}

enum calendar_error calendar_finish(struct calendar *calendar)
{
	if (calendar->windows_count == 0)
		return CALENDAR_NO_WORK;
	qsort(calendar->windows, calendar->windows_count, sizeof(struct window), compare_windows);
	merge_windows(calendar);
	calendar->workdays = xcalloc(calendar->windows_count, sizeof(struct workday));
	int64_t worked_us = 0;
	for (int i = 0; i < calendar->windows_count; i++) {
		struct window *window = &calendar->windows[i];
		window->worked_us = worked_us;
		worked_us += window->end_us - window->start_us;
		int count = calendar->workdays_count;
		if (count == 0 || calendar->workdays[count - 1].day != window->day)
			calendar->workdays[calendar->workdays_count++].day = window->day;
		calendar->workdays[calendar->workdays_count - 1].end_us = window->end_us;
	}
	return CALENDAR_OK;
}

/* ---- looking up ---- */

static enum calendar_error check_start(const struct calendar *calendar, int64_t start_us)
{
	if (calendar == NULL || calendar->windows_count == 0)
		return CALENDAR_NO_WORK;
	if (start_us < calendar->day_starts[0])
		return CALENDAR_BEFORE;
	return start_us >= calendar->day_starts[calendar->days_count] ? CALENDAR_BEYOND : CALENDAR_OK;
}

/* Index of the last window that starts at or before the instant; -1: none. */
static int window_before(const struct calendar *calendar, int64_t instant_us)
{
	int low = 0, high = calendar->windows_count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (calendar->windows[middle].start_us <= instant_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

static int64_t worked_until(const struct calendar *calendar, int64_t instant_us)
{
	int i = window_before(calendar, instant_us);
	if (i < 0)
		return 0;
	const struct window *window = &calendar->windows[i];
	int64_t end_us = instant_us < window->end_us ? instant_us : window->end_us;
	return window->worked_us + end_us - window->start_us;
}

/* The earliest instant by which that much has been worked; worked_us > 0. */
static enum calendar_error instant_worked(const struct calendar *calendar, int64_t worked_us, int64_t *instant_us)
{
	int low = 0, high = calendar->windows_count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (calendar->windows[middle].worked_us < worked_us)
			low = middle + 1;
		else
			high = middle;
	}
	const struct window *window = &calendar->windows[low - 1];
	int64_t within_us = worked_us - window->worked_us;
	if (within_us > window->end_us - window->start_us)
		return CALENDAR_BEYOND;
	*instant_us = window->start_us + within_us;
	return CALENDAR_OK;
}

int32_t calendar_local_day(const struct calendar *calendar, int64_t instant_us)
{
	int low = 0, high = calendar->days_count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (calendar->day_starts[middle] <= instant_us)
			low = middle + 1;
		else
			high = middle;
	}
	return calendar->first_day + low - 1;
}

/* Index of the first working day after that day. */
static int workday_after(const struct calendar *calendar, int32_t day)
{
	int low = 0, high = calendar->workdays_count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (calendar->workdays[middle].day <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- arithmetic ---- */

static enum calendar_error add_elapsed(int64_t start_us, int64_t amount, int64_t *due_us)
{
	int64_t due;
	if (__builtin_add_overflow(start_us, amount, &due))
		return CALENDAR_BEYOND;
	*due_us = due;
	return CALENDAR_OK;
}

static enum calendar_error add_business_time(const struct calendar *calendar, int64_t start_us, int64_t amount, int64_t *due_us)
{
	int64_t worked_us;
	if (__builtin_add_overflow(worked_until(calendar, start_us), amount, &worked_us))
		return CALENDAR_BEYOND;
	return instant_worked(calendar, worked_us, due_us);
}

static enum calendar_error add_business_days(const struct calendar *calendar, int64_t start_us, int64_t amount, int64_t *due_us)
{
	int first = workday_after(calendar, calendar_local_day(calendar, start_us));
	if (amount > calendar->workdays_count - first)
		return CALENDAR_BEYOND;
	*due_us = calendar->workdays[first + amount - 1].end_us;
	return CALENDAR_OK;
}

enum calendar_error calendar_add(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t amount, int64_t *due_us)
{
	if (amount < 0 || unit <= TARGET_UNIT_UNSPECIFIED || unit >= TARGET_UNIT_COUNT)
		return CALENDAR_BAD;
	if (unit == TARGET_UNIT_ELAPSED || amount == 0)
		return add_elapsed(start_us, amount, due_us);
	enum calendar_error error = check_start(calendar, start_us);
	if (error != CALENDAR_OK)
		return error;
	return unit == TARGET_UNIT_BUSINESS_TIME ? add_business_time(calendar, start_us, amount, due_us)
						 : add_business_days(calendar, start_us, amount, due_us);
}

enum calendar_error calendar_measure(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us, int64_t *time_us)
{
	if (end_us < start_us)
		end_us = start_us;
	if (unit == TARGET_UNIT_ELAPSED) {
		*time_us = end_us - start_us;
		return CALENDAR_OK;
	}
	enum calendar_error error = check_start(calendar, start_us);
	if (error != CALENDAR_OK)
		return error;
	*time_us = worked_until(calendar, end_us) - worked_until(calendar, start_us);
	return CALENDAR_OK;
}

static int64_t elapsed_days(const struct calendar *calendar, int64_t start_us, int64_t end_us)
{
	int first = workday_after(calendar, calendar_local_day(calendar, start_us));
	int low = first, high = calendar->workdays_count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (calendar->workdays[middle].end_us <= end_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low - first;
}

enum calendar_error calendar_elapsed(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us, int64_t *amount)
{
	if (unit != TARGET_UNIT_BUSINESS_DAYS)
		return calendar_measure(calendar, unit, start_us, end_us, amount);
	enum calendar_error error = check_start(calendar, start_us);
	if (error == CALENDAR_OK)
		*amount = elapsed_days(calendar, start_us, end_us);
	return error;
}

enum calendar_error calendar_share(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t due_us, int percent, int64_t *at_us)
{
	int64_t time_us;
	enum calendar_error error = calendar_measure(calendar, unit, start_us, due_us, &time_us);
	if (error != CALENDAR_OK)
		return error;
	int64_t part_us = time_us / 100 * percent + time_us % 100 * percent / 100;
	enum target_unit time_unit = unit == TARGET_UNIT_ELAPSED ? TARGET_UNIT_ELAPSED : TARGET_UNIT_BUSINESS_TIME;
	return calendar_add(calendar, time_unit, start_us, part_us, at_us);
}

/* ---- without pauses ---- */

/* Stretch by stretch between the pauses: what is left of the amount is added where the clock goes on. */
static enum calendar_error add_time_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t amount,
    const struct calendar_pause *pauses, int pauses_count, int64_t *due_us)
{
	int64_t at_us = start_us, left_us = amount, due, run_us;
	for (int i = 0; i < pauses_count; i++) {
		const struct calendar_pause *pause = &pauses[i];
		if (pause->until_us <= at_us)
			continue;
		if (pause->from_us > at_us) {
			enum calendar_error error = calendar_add(calendar, unit, at_us, left_us, &due);
			if (error != CALENDAR_OK)
				return error;
			if (due <= pause->from_us)
				break;
			error = calendar_measure(calendar, unit, at_us, pause->from_us, &run_us);
			if (error != CALENDAR_OK)
				return error;
			left_us -= run_us;
		}
		at_us = pause->until_us;
		if (at_us == INT64_MAX)
			return CALENDAR_PAUSED;
	}
	return calendar_add(calendar, unit, at_us, left_us, due_us);
}

/* The pause in which that working day ends; NULL: the clock runs then. *next: the first that may matter, for rising ends. */
static const struct calendar_pause *pause_of_day(int64_t end_us, const struct calendar_pause *pauses, int pauses_count, int *next)
{
	while (*next < pauses_count && pauses[*next].until_us < end_us)
		++*next;
	return *next < pauses_count && pauses[*next].from_us < end_us ? &pauses[*next] : NULL;
}

static enum calendar_error add_days_apart(const struct calendar *calendar, int64_t start_us, int64_t amount,
    const struct calendar_pause *pauses, int pauses_count, int64_t *due_us)
{
	int next = 0;
	for (int i = workday_after(calendar, calendar_local_day(calendar, start_us)); i < calendar->workdays_count; i++) {
		int64_t end_us = calendar->workdays[i].end_us;
		const struct calendar_pause *pause = pause_of_day(end_us, pauses, pauses_count, &next);
		if (pause != NULL && pause->until_us == INT64_MAX)
			return CALENDAR_PAUSED;
		if (pause == NULL && --amount == 0) {
			*due_us = end_us;
			return CALENDAR_OK;
		}
	}
	return CALENDAR_BEYOND;
}

enum calendar_error calendar_add_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t amount,
    const struct calendar_pause *pauses, int pauses_count, int64_t *due_us)
{
	if (pauses_count == 0 || amount <= 0)
		return calendar_add(calendar, unit, start_us, amount, due_us);
	if (unit != TARGET_UNIT_BUSINESS_DAYS)
		return add_time_apart(calendar, unit, start_us, amount, pauses, pauses_count, due_us);
	enum calendar_error error = check_start(calendar, start_us);
	return error != CALENDAR_OK ? error : add_days_apart(calendar, start_us, amount, pauses, pauses_count, due_us);
}

static enum calendar_error measure_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us,
    const struct calendar_pause *pauses, int pauses_count, int64_t *time_us)
{
	enum calendar_error error = calendar_measure(calendar, unit, start_us, end_us, time_us);
	for (int i = 0; i < pauses_count && error == CALENDAR_OK; i++) {
		int64_t from_us = pauses[i].from_us > start_us ? pauses[i].from_us : start_us;
		int64_t until_us = pauses[i].until_us < end_us ? pauses[i].until_us : end_us;
		int64_t within_us = 0;
		if (from_us < until_us)
			error = calendar_measure(calendar, unit, from_us, until_us, &within_us);
		*time_us -= within_us;
	}
	return error;
}

enum calendar_error calendar_elapsed_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us,
    const struct calendar_pause *pauses, int pauses_count, int64_t *amount)
{
	if (unit != TARGET_UNIT_BUSINESS_DAYS)
		return measure_apart(calendar, unit, start_us, end_us, pauses, pauses_count, amount);
	enum calendar_error error = check_start(calendar, start_us);
	if (error != CALENDAR_OK)
		return error;
	int next = 0;
	*amount = 0;
	for (int i = workday_after(calendar, calendar_local_day(calendar, start_us));
	     i < calendar->workdays_count && calendar->workdays[i].end_us <= end_us; i++)
		*amount += pause_of_day(calendar->workdays[i].end_us, pauses, pauses_count, &next) == NULL;
	return CALENDAR_OK;
}

enum calendar_error calendar_share_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t due_us,
    int percent, const struct calendar_pause *pauses, int pauses_count, int64_t *at_us)
{
	int64_t time_us;
	enum calendar_error error = measure_apart(calendar, unit, start_us, due_us, pauses, pauses_count, &time_us);
	if (error != CALENDAR_OK)
		return error;
	int64_t part_us = time_us / 100 * percent + time_us % 100 * percent / 100;
	enum target_unit time_unit = unit == TARGET_UNIT_ELAPSED ? TARGET_UNIT_ELAPSED : TARGET_UNIT_BUSINESS_TIME;
	return calendar_add_apart(calendar, time_unit, start_us, part_us, pauses, pauses_count, at_us);
}

bool calendar_provisional(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t due_us)
{
	return unit != TARGET_UNIT_ELAPSED && calendar != NULL &&
	       (start_us < calendar->covered_from_us || due_us > calendar->covered_until_us);
}
