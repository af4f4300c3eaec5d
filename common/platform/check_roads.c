/* A complaint is walked from each day of the calendar's cover: the merchant's answer, then what the platform owes, target after
 * target. What the complainant takes to answer is his, and stops end to end for as long; so it is no part of the road, and neither
 * are ladders.
 *
 * Days are the calendar's own: a day begins at its local midnight, and is 24 hours long. The hour that a zone skips or repeats
 * decides no road. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/model/calendar.h"
#include "common/model/calendar_read.h"
#include "common/model/clock.h"
#include "common/platform/check_private.h"

enum { LEGS_MAX = 3, HORIZON_YEARS = 5, MARGIN_DAYS = HORIZON_YEARS * 366 };

struct road {
	enum clock_kind legs[LEGS_MAX]; /* CLOCK_UNSPECIFIED: no more */
};

/* The last leg ends with the decision; a road with a leg that the policy does not have is none of its own. */
static const struct road roads[] = {
    {{CLOCK_MERCHANT_ANSWER, CLOCK_PRELIMINARY_FINDING, CLOCK_FINAL_DECISION}},
    {{CLOCK_MERCHANT_ANSWER, CLOCK_FINAL_DECISION}},
    {{CLOCK_MERCHANT_ANSWER, CLOCK_PLATFORM_FAULT_MENDED}},
    {{CLOCK_MERCHANT_ANSWER, CLOCK_LATE_DELIVERY_VERIFIED}},
};

/* ---- the calendar's days ---- */

static int32_t date_of(const char *text)
{
	struct tm tm = {0};
	strptime(text, "%Y-%m-%d", &tm);
	return (int32_t)(timegm(&tm) / 86400);
}

static const char *date_text(int32_t day, char *text, size_t size)
{
	time_t time = (time_t)day * 86400;
	struct tm tm;
	strftime(text, size, "%Y-%m-%d", gmtime_r(&time, &tm));
	return text;
}

static const struct node *week_windows(const struct node *calendar, int32_t day)
{
	static const char *const names[] = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"}; /* 1970-01-01 was a Thursday */
	return node_get(node_get(calendar, "week"), names[day % 7]);
}

/* A make-up day without windows of its own is worked like a Monday. */
static const struct node *windows_of(const struct node *calendar, int32_t day)
{
	const struct node *one = node_first(node_get(calendar, "overrides"));
	for (; one; one = one->next) {
		const struct node *until = node_get(one, "until");
		int32_t first = date_of(node_get(one, "day")->text), last = until ? date_of(until->text) : first;
		if (day < first || day > last)
			continue;
		const struct node *windows = node_get(one, "windows");
		bool works = strcmp(node_get(one, "kind")->text, "work") == 0;
		return !works ? NULL : windows ? windows : node_get(node_get(calendar, "week"), "mon");
	}
	return week_windows(calendar, day);
}

static void put_windows(struct calendar *days, const struct node *windows, int64_t start_us)
{
	for (const struct node *window = node_first(windows); window; window = window->next) {
		int from_hour, from_minute, to_hour, to_minute;
		sscanf(window->text, "%2d:%2d-%2d:%2d", &from_hour, &from_minute, &to_hour, &to_minute);
		int64_t from_us = (from_hour * 60 + from_minute) * US_PER_MINUTE,
			to_us = (to_hour * 60 + to_minute) * US_PER_MINUTE;
		calendar_put_window(days, start_us + from_us, start_us + to_us + (to_us <= from_us ? US_PER_DAY : 0));
	}
}

/* From first to the last day before until, and five years more. */
static struct calendar *days_of(const struct node *calendar, int32_t first, int32_t until)
{
	struct calendar *days = calendar_new(until * US_PER_DAY);
	for (int32_t day = first; day < until + MARGIN_DAYS; day++) {
		calendar_put_day(days, day, day * US_PER_DAY, (day + 1) * US_PER_DAY);
		put_windows(days, day < until ? windows_of(calendar, day) : week_windows(calendar, day), day * US_PER_DAY);
	}
	if (calendar_finish(days) == CALENDAR_OK)
		return days;
	calendar_free(days);
	return NULL;
}

/* ---- roads ---- */

static bool has_road(const struct policy *policy, const struct road *road)
{
	for (int i = 1; i < LEGS_MAX && road->legs[i]; i++)
		if (!policy_has(policy, road->legs[i]))
			return false;
	return road->legs[1] != CLOCK_FINAL_DECISION || !policy_has(policy, CLOCK_PRELIMINARY_FINDING);
}

/* Without the merchant's answer where the policy has no such clock. false: the calendar has no days so late. */
static bool walk(const struct calendar *days, const struct policy *policy, const struct road *road, int64_t *at_us)
{
	for (int i = 0; i < LEGS_MAX && road->legs[i]; i++) {
		const struct policy_clock *clock = &policy->clocks[road->legs[i]];
		if (clock->unit && calendar_add(days, clock->unit, *at_us, clock->target, at_us) != CALENDAR_OK)
			return false;
	}
	return true;
}

static void tell_road(struct checking *checking, const struct policy *policy, const struct road *road, int32_t day)
{
	char date[16];
	const char *legs = "";
	int last = 0;
	for (int i = 0; i < LEGS_MAX && road->legs[i]; i++)
		last = i;
	for (int i = 0; i < last; i++)
		if (policy_has(policy, road->legs[i]))
			legs = arena_printf(
			    checking->findings->arena, "%s%s%s", legs, *legs ? " + " : "", tongue(clock_kind_name(road->legs[i])));
	findings_at(checking->findings, FINDING_ROAD_TOO_LONG, check_clock_node(checking, policy, road->legs[last]),
	    date_text(day, date, sizeof date), policy->id, legs, tongue(clock_kind_name(road->legs[last])));
}

/* The first day on which it does not fit is told. */
static void check_road(struct checking *checking, const struct calendar *days, int32_t first, int32_t until,
    const struct policy *policy, const struct road *road)
{
	const struct policy_clock *whole = &policy->clocks[CLOCK_END_TO_END];
	for (int32_t day = first; day < until; day++) {
		int64_t start_us = day * US_PER_DAY, decided_us = start_us, due_us = start_us;
		if (!walk(days, policy, road, &decided_us) ||
		    calendar_add(days, whole->unit, start_us, whole->target, &due_us) != CALENDAR_OK)
			return; /* beyond the horizon: told of the target */
		if (decided_us > due_us) {
			tell_road(checking, policy, road, day);
			return;
		}
	}
}

static bool told_before(const struct checking *checking, const struct policy *policy, enum clock_kind kind)
{
	const struct node *node = check_clock_node(checking, policy, kind);
	for (const struct policy *before = checking->set->policies; before != policy; before++)
		if (check_clock_node(checking, before, kind) == node && policy_has(before, kind))
			return true;
	return false;
}

static void check_targets(struct checking *checking, const struct calendar *days, int32_t until, const struct policy *policy)
{
	for (int kind = 0; kind < CLOCK_COUNT; kind++) {
		const struct policy_clock *clock = &policy->clocks[kind];
		int64_t due_us;
		if (!clock->unit || told_before(checking, policy, (enum clock_kind)kind))
			continue;
		if (calendar_add(days, clock->unit, until * US_PER_DAY, clock->target, &due_us) == CALENDAR_BEYOND)
			findings_at(checking->findings, FINDING_TARGET_BEYOND_HORIZON,
			    check_clock_node(checking, policy, (enum clock_kind)kind),
			    tongue(clock_kind_name((enum clock_kind)kind)), policy->id);
	}
}

static void check_all(struct checking *checking, const struct calendar *days, int32_t first, int32_t until)
{
	for (int i = 0; i < checking->set->policies_count; i++) {
		const struct policy *policy = &checking->set->policies[i];
		check_targets(checking, days, until, policy);
		for (size_t k = 0; k < sizeof roads / sizeof roads[0] && policy_has(policy, CLOCK_END_TO_END); k++)
			if (has_road(policy, &roads[k]))
				check_road(checking, days, first, until, policy, &roads[k]);
	}
}

void check_roads(struct checking *checking)
{
	struct problems told = {0};
	struct calendar_spec spec;
	if (!checking->set || !checking->calendar || !check_week_works(checking->calendar))
		return;
	bool right = calendar_read(checking->findings->arena, checking->calendar, &spec, &told);
	problems_free(&told);
	if (!right)
		return;
	int32_t first = date_of(spec.covered_from), until = date_of(spec.covered_until);
	struct calendar *days = days_of(checking->calendar, first, until);
	if (days)
		check_all(checking, days, first, until);
	calendar_free(days);
}
