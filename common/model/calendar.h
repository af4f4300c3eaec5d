/* Working time as sorted windows of instants, and the arithmetic of deadlines on it. Pure.
 *
 * A calendar is one immutable version: local days in order, each with the UTC instant at which it begins and any number of
 * half-open windows [start, end) of working time. Who fills it (calendar_expand.h, which knows zones, or the database, which keeps
 * what that has said) has turned zones, weeks and overrides into instants already; here there is no zone, no process time zone and
 * no weekday. A window belongs to the local day in which it starts, also when it ends after midnight.
 *
 *   ELAPSED        amount in microseconds; needs no calendar (NULL is fine)
 *   BUSINESS_TIME  amount in microseconds of working time
 *   BUSINESS_DAYS  amount in working days, the first being the first one after the local day of the start; due at the end of
 *                  the last one's working time
 *
 * Acting at exactly the due instant is in time. An error never leaves a due instant of 0 behind: the caller's value stays.
 */
#ifndef OMBUD_MODEL_CALENDAR_H
#define OMBUD_MODEL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/model/target.h"

enum calendar_error {
	CALENDAR_OK,
	CALENDAR_NO_WORK, /* no working time at all: refused when it is finished */
	CALENDAR_BEFORE,  /* the start lies before the first day */
	CALENDAR_BEYOND,  /* the due instant lies past the last day */
	CALENDAR_BAD,     /* a negative amount, an unknown unit, days out of order, a window that ends before it starts */
	CALENDAR_PAUSED,  /* a pause without an end comes before the due instant */
};
const char *calendar_error_name(enum calendar_error error);

enum { CALENDAR_ID_SIZE = 64 };

struct calendar;

/* What is known of its days holds from one instant until the other. */
struct calendar *calendar_new(int64_t covered_from_us, int64_t covered_until_us);
void calendar_free(struct calendar *calendar);
/* Days in order without a gap; day counts from 1970-01-01. end_us is where the next day begins, and start_us itself for a day that
 * a zone skips. */
enum calendar_error calendar_put_day(struct calendar *calendar, int32_t day, int64_t start_us, int64_t end_us);
/* Of the day put last; in any order, overlaps are merged. */
enum calendar_error calendar_put_window(struct calendar *calendar, int64_t start_us, int64_t end_us);
/* To be called once, before any question. */
enum calendar_error calendar_finish(struct calendar *calendar);

int64_t calendar_covered_from_us(const struct calendar *calendar);
int64_t calendar_covered_until_us(const struct calendar *calendar);

/* ---- to show it: windows in order, each with the local day that it belongs to ---- */
struct calendar_window {
	int64_t start_us, end_us;
	int32_t day;
};
int calendar_windows_count(const struct calendar *calendar);
struct calendar_window calendar_window(const struct calendar *calendar, int number);
/* The local day of an instant, and whether a day has an instant at all. The instant and the day must lie among the calendar's days.
 */
int32_t calendar_local_day(const struct calendar *calendar, int64_t instant_us);
int calendar_days_count(const struct calendar *calendar);
int32_t calendar_first_day(const struct calendar *calendar);
bool calendar_day_is_there(const struct calendar *calendar, int32_t day);
int64_t calendar_day_start_us(const struct calendar *calendar, int32_t day); /* the day after the last has one, too */

enum calendar_error calendar_add(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t amount, int64_t *due_us);
/* How much of the unit lies between; calendar_elapsed(s, calendar_add(s, d)) == d. 0 when end is before start. */
enum calendar_error calendar_elapsed(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us, int64_t *amount);
/* Microseconds between, counted as the unit counts time: working time for both business units. For overdue and shares. */
enum calendar_error calendar_measure(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us, int64_t *time_us);
/* The instant at which percent of that measure has passed: when a warning is due. */
enum calendar_error calendar_share(
    const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t due_us, int percent, int64_t *at_us);

/* ---- the same without what lies in pauses ---- */

/* [from, until): until INT64_MAX, without an end. Several are sorted and apart. What lies in one is not counted, in any unit; of
 * business days one counts when the clock runs in the last microsecond of its working time. */
struct calendar_pause {
	int64_t from_us, until_us;
};
enum calendar_error calendar_add_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t amount,
    const struct calendar_pause *pauses, int pauses_count, int64_t *due_us);
enum calendar_error calendar_elapsed_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t end_us,
    const struct calendar_pause *pauses, int pauses_count, int64_t *amount);
enum calendar_error calendar_share_apart(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t due_us,
    int percent, const struct calendar_pause *pauses, int pauses_count, int64_t *at_us);

/* Not within what the calendar's holidays are known for. */
bool calendar_provisional(const struct calendar *calendar, enum target_unit unit, int64_t start_us, int64_t due_us);

#endif
