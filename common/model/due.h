/* When something is due by a calendar, and why: one function finds the instant and writes its trace, local day by local day.
 *
 * The instant is calendar_add()'s, as every clock's is; the calendar's days are those that the platform's version stored, or a file
 * expanded here. What a day is called, and by which notice, is the file's.
 */
#ifndef OMBUD_MODEL_DUE_H
#define OMBUD_MODEL_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/model/calendar_expand.h"
#include "common/model/target.h"

enum { DUE_HORIZON_DAYS = 3653 }; /* a due further ahead is none */

enum due_why {
	DUE_ELAPSED,        /* every hour counts: the one row */
	DUE_WORKING_DAY,    /* counted */
	DUE_MAKE_UP_DAY,    /* counted: a weekend's day that an override works */
	DUE_DAY_OF_RECEIPT, /* business days begin on the day after */
	DUE_WEEKEND,
	DUE_HOLIDAY,
	DUE_OUTSIDE_HOURS, /* a day's windows were over before the start, or begin after the due instant */
	DUE_SKIPPED_DAY,   /* the zone has no such day */
	DUE_PAUSED,        /* the clock stood still when the day ended, or in all its windows */
	DUE_WHY_COUNT
};
const char *due_why_name(enum due_why why);

struct due_row {
	int32_t day;
	enum due_why why;
	bool counted;
	int64_t amount;                       /* counted: which of the business days; else working time in microseconds */
	size_t first_window, windows_count;   /* in the due's: of what counts, or of the day */
	const char *name;                     /* what the calendar calls the day; NULL */
	const struct calendar_notice *notice; /* by which it is so; NULL */
	bool provisional;                     /* outside the calendar's cover */
};

struct due_window {
	int64_t from_us, until_us;
};

struct due {
	int64_t due_us;
	bool provisional;
	struct due_row *rows;
	size_t count;
	struct due_window *windows;
	size_t windows_count;
};

/* file may be NULL for elapsed time. Anything but CALENDAR_OK leaves due as it was; CALENDAR_BEYOND: no due within
 * DUE_HORIZON_DAYS, CALENDAR_NO_WORK: no working time in them at all. Else due_free(). */
enum calendar_error due_find(
    const struct calendar_file *file, int64_t start_us, const struct clock_target *target, struct due *due);
/* The same by days that were expanded before; both may be NULL for elapsed time. The trace's texts are the file's. What lies in the
 * pauses (sorted and apart) is not counted; CALENDAR_PAUSED: one has no end. */
enum calendar_error due_explain(const struct calendar_file *file, const struct calendar *calendar, int64_t start_us,
    const struct clock_target *target, const struct calendar_pause *pauses, int pauses_count, struct due *due);
void due_free(struct due *due);

#endif
