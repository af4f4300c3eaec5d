/* A calendar's file (calendars/<id>.yaml of a platform) as working time in instants: what calendar_read() has found right.
 *
 * Open at an instant = its local time lies in a window of that local date: an edge in an hour that a zone skips opens when the hour
 * is over, an hour that it repeats counts twice. A window over midnight belongs to the day it began. Beyond its cover the weekly
 * pattern holds, and whatever overrides the file has there. A platform's version is expanded once, when it is applied
 * (calendar_file_expand_all), and kept as instants.
 */
#ifndef OMBUD_MODEL_CALENDAR_EXPAND_H
#define OMBUD_MODEL_CALENDAR_EXPAND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/node.h"
#include "common/model/calendar.h"

struct calendar_file;

/* The tree must live as long. Days count from 1970-01-01. */
struct calendar_file *calendar_file_new(const struct node *root);
void calendar_file_free(struct calendar_file *file);
const char *calendar_file_id(const struct calendar_file *file);
int32_t calendar_file_version(const struct calendar_file *file); /* as whoever keeps the file counts */
const char *calendar_file_zone(const struct calendar_file *file);
int32_t calendar_file_covered_from(const struct calendar_file *file);
int32_t calendar_file_covered_until(const struct calendar_file *file); /* exclusive */

enum day_kind {
	DAY_WORKING,
	DAY_WEEKEND, /* its weekday has no windows */
	DAY_HOLIDAY, /* an override says off */
	DAY_MAKE_UP, /* an override says work, on a weekday without windows */
};
/* What was announced, once a year or oftener: the days below it go by it. */
struct calendar_notice {
	const char *number, *date, *address; /* the date is the one of its signature */
};
struct day_said {
	enum day_kind kind;
	const char *name;                     /* what its override calls it; NULL */
	const struct calendar_notice *notice; /* that its override goes by; NULL */
};
struct day_said calendar_file_day(const struct calendar_file *file, int32_t day);

/* How far days reach beyond the cover: what ends later is never due, and check refuses a target that would. */
enum { CALENDAR_BEYOND_DAYS = 5 * 366 };
/* ... and how far before today, by the weekly pattern where the cover begins later: a clock that runs has begun, and is counted
 * anew when its complaint is moved to the calendar. */
enum { CALENDAR_BEFORE_DAYS = 2 * 366 };

/* Finished, of the days [first, until). NULL: no working time in them. */
struct calendar *calendar_file_expand(const struct calendar_file *file, int32_t first, int32_t until);
/* The same of all days for which a version will be asked: from the cover's first, or CALENDAR_BEFORE_DAYS before today, to
 * CALENDAR_BEYOND_DAYS after the cover's last, or today, whichever is further. */
struct calendar *calendar_file_expand_all(const struct calendar_file *file, int64_t now_us);

/* "2026-10-01" as a day; the reverse needs CALENDAR_DATE_SIZE bytes and returns text. */
int32_t calendar_date(const char *text);
enum { CALENDAR_DATE_SIZE = 16 };
const char *calendar_date_text(int32_t day, char *text);
/* "mon" */
const char *calendar_weekday(int32_t day);

#endif
