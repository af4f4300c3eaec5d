/* A complaint is walked from each day of the calendar's cover: the merchant's answer, then what the platform owes, target after
 * target. What the complainant takes to answer is his, and stops end to end for as long; so it is no part of the road, and neither
 * are ladders. A day begins at its local midnight. */
#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/model/calendar_expand.h"
#include "common/model/calendar_read.h"
#include "common/model/clock.h"
#include "common/platform/check_private.h"

enum { LEGS_MAX = 3 };

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
	char date[CALENDAR_DATE_SIZE];
	const char *legs = "";
	int last = 0;
	for (int i = 0; i < LEGS_MAX && road->legs[i]; i++)
		last = i;
	for (int i = 0; i < last; i++)
		if (policy_has(policy, road->legs[i]))
			legs = arena_printf(
			    checking->findings->arena, "%s%s%s", legs, *legs ? " + " : "", tongue(clock_kind_name(road->legs[i])));
	findings_at(checking->findings, FINDING_ROAD_TOO_LONG, check_clock_node(checking, policy, road->legs[last]),
	    calendar_date_text(day, date), policy->id, legs, tongue(clock_kind_name(road->legs[last])));
}

/* The first day on which it does not fit is told. */
static void check_road(struct checking *checking, const struct calendar *days, int32_t first, int32_t until,
    const struct policy *policy, const struct road *road)
{
	const struct policy_clock *whole = &policy->clocks[CLOCK_END_TO_END];
	for (int32_t day = first; day < until; day++) {
		int64_t start_us = calendar_day_start_us(days, day), decided_us = start_us, due_us = start_us;
		if (!walk(days, policy, road, &decided_us) ||
		    calendar_add(days, whole->unit, start_us, whole->target, &due_us) != CALENDAR_OK)
			return; /* beyond the horizon: told of the target */
		if (decided_us > due_us) {
			tell_road(checking, policy, road, day);
			return;
		}
	}
}

static void check_targets(struct checking *checking, const struct calendar *days, int32_t until, const struct policy *policy)
{
	for (int kind = 0; kind < CLOCK_COUNT; kind++) {
		const struct policy_clock *clock = &policy->clocks[kind];
		int64_t due_us;
		if (!clock->unit || check_told_before(checking, policy, (enum clock_kind)kind))
			continue;
		if (calendar_add(days, clock->unit, calendar_day_start_us(days, until), clock->target, &due_us) == CALENDAR_BEYOND)
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
	if (!checking->set || !checking->calendar || !check_week_works(checking->calendar))
		return;
	bool right = calendar_read(checking->calendar, &told);
	problems_free(&told);
	if (!right)
		return;
	struct calendar_file *file = calendar_file_new(checking->calendar);
	int32_t first = calendar_file_covered_from(file), until = calendar_file_covered_until(file);
	struct calendar *days = calendar_file_expand(file, first, until + CALENDAR_BEYOND_DAYS);
	if (days)
		check_all(checking, days, first, until);
	calendar_free(days);
	calendar_file_free(file);
}
