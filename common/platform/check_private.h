/* What the parts of the check share. */
#ifndef OMBUD_PLATFORM_CHECK_PRIVATE_H
#define OMBUD_PLATFORM_CHECK_PRIVATE_H

#include "common/base/node.h"
#include "common/model/bundle.h"
#include "common/model/policy.h"
#include "common/platform/findings.h"

struct checking {
	const struct bundle *files, *own;
	int64_t effective_us;
	struct findings *findings;
	const struct node *rules, *policies, *calendar, *endpoints, *platform; /* roots; NULL: the file could not be read */
	const struct policy_set *set;                                          /* with harmless values for what is wrong */
};

/* Where a policy's clock was written: in the policy, else for all of them. */
const struct node *check_clock_node(const struct checking *checking, const struct policy *policy, enum clock_kind kind);

/* A clock that stands for all policies is told once: has a policy before this one the same? */
bool check_told_before(const struct checking *checking, const struct policy *policy, enum clock_kind kind);

/* Has any weekday working time? */
bool check_week_works(const struct node *calendar);
/* Roads to the decision against end to end, and targets against the calendar's days (check_roads.c). */
void check_roads(struct checking *checking);

#endif
