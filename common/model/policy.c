#include "common/model/policy.h"

#include <stdio.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/model/clock.h"

const struct policy *policy_find(const struct policy_set *set, const char *id)
{
	for (int i = 0; i < set->policies_count; i++)
		if (strcmp(set->policies[i].id, id) == 0)
			return &set->policies[i];
	return NULL;
}

int policy_ladder_find(const struct policy_set *set, const char *name)
{
	for (int i = 0; i < set->ladders_count; i++)
		if (strcmp(set->ladders[i].name, name) == 0)
			return i;
	return -1;
}

bool policy_ladder_step(const struct policy_ladder *ladder, int step, const struct policy_level **level, int64_t *after_us)
{
	if (step < 0 || step >= ladder->levels_count * ladder->rounds)
		return false;
	int round = step / ladder->levels_count;
	*level = &ladder->levels[step % ladder->levels_count];
	*after_us = ladder->ends_us * ((1 << round) - 1) + (*level)->after_us * (1 << round);
	return true;
}

int64_t policy_ladder_end(const struct policy_ladder *ladder)
{
	return ladder->ends_us * ((1 << ladder->rounds) - 1);
}

/* ---- what cannot work ---- */

struct check {
	const struct policy_set *set;
	policy_fault_fn *fault;
	void *context;
	int count;
};

static void fault(struct check *check, const char *subject, const char *member, const char *message)
{
	check->count++;
	if (check->fault != NULL)
		check->fault(subject, member, message, check->context);
}

static void check_warnings(struct check *check)
{
	int before = 0;
	for (int i = 0; i < check->set->warnings_count; i++) {
		int percent = check->set->warn_percent[i];
		if (percent <= before || percent > 99)
			fault(check, "warn_at_percent", "", "percentages must rise, between 1 and 99");
		before = percent;
	}
}

/* Of both or of neither: a pause of no days, and days of no pause, are none. */
static void check_pauses(struct check *check)
{
	const struct policy_pauses *pauses = &check->set->pauses;
	if ((pauses->most == 0) != (pauses->business_days == 0))
		fault(check, "pauses", pauses->most == 0 ? "most" : "business_days", "0 of one is 0 of both: then nothing pauses");
}

static void check_ladder(struct check *check, const struct policy_ladder *ladder)
{
	if (ladder->unit != TARGET_UNIT_ELAPSED && ladder->unit != TARGET_UNIT_BUSINESS_TIME)
		fault(check, ladder->name, "unit", "a ladder is climbed in elapsed or business_time");
	if (ladder->levels_count == 0)
		fault(check, ladder->name, "levels", "a ladder needs a level");
	if (ladder->rounds < 1 || ladder->rounds > ROUNDS_MAX)
		fault(check, ladder->name, "rounds", "1 to 8 rounds");
	int64_t before_us = -1;
	for (int i = 0; i < ladder->levels_count; i++) {
		const struct policy_level *level = &ladder->levels[i];
		if (level->after_us <= before_us)
			fault(check, ladder->name, level->role, "is never reached: it does not come after the level before it");
		before_us = level->after_us;
	}
	if (ladder->ends_us > TARGET_US_MAX) /* its rounds multiply it */
		fault(check, ladder->name, "ends_after", "10 years at most");
	if (ladder->ends_us <= before_us)
		fault(check, ladder->name, "ends_after", "must come after the last level");
}

static void check_clock(struct check *check, const struct policy *policy, const struct clock_rule *rule)
{
	const struct policy_clock *clock = &policy->clocks[rule->kind];
	int64_t most = clock->unit == TARGET_UNIT_BUSINESS_DAYS ? TARGET_DAYS_MAX : TARGET_US_MAX;
	if (clock->target <= 0 || clock->target > most)
		fault(check, policy->id, clock_kind_name(rule->kind), "the target must be more than nothing, and 10 years at most");
	if (clock->effect == CLOCK_EFFECT_INTERNAL && (rule->owner == PARTY_COMPLAINANT || rule->owner == PARTY_MERCHANT))
		fault(check, policy->id, clock_kind_name(rule->kind),
		    "cannot be internal: a party that owes something hears by when");
	if (clock->effect == CLOCK_EFFECT_STATUTORY && clock->basis[0] == '\0')
		fault(check, policy->id, clock_kind_name(rule->kind), "what is statutory names its basis: the law");
	if (rule->at_end != SILENCE_GROUND_UNSPECIFIED && clock->ladder < 0)
		fault(check, policy->id, clock_kind_name(rule->kind), "needs a ladder: its end is what silence leads to");
	if (rule->at_due != SILENCE_GROUND_UNSPECIFIED && clock->ladder >= 0)
		fault(check, policy->id, clock_kind_name(rule->kind), "has no ladder: its due instant has its own consequence");
}

/* Every stage that waits for somebody has a clock whose silence leads on. */
static void check_stage(struct check *check, const struct policy *policy, enum stage stage)
{
	for (int i = 0; i < clock_rules_count; i++)
		if (clock_leads_on(&clock_rules[i], stage) && policy_has(policy, clock_rules[i].kind))
			return;
	char message[128];
	snprintf(message, sizeof(message), "no clock runs in stage %s: nobody's silence there would ever end", stage_name(stage));
	fault(check, policy->id, "", message);
}

static void check_policy(struct check *check, const struct policy *policy)
{
	static const enum stage waiting[] = {STAGE_FILED, STAGE_TRIAGED, STAGE_AWAITING_ORDER, STAGE_MANUAL_ADMISSION,
	    STAGE_NEGOTIATING, STAGE_MERCHANT_ANSWERED, STAGE_PLATFORM_REVIEW, STAGE_INSPECTION, STAGE_PRELIMINARY_FINDING,
	    STAGE_REMEDY_UNDER_WAY, STAGE_AWAITING_CONFIRMATION, STAGE_APPEALED, STAGE_EXTERNAL_MEDIATION};
	for (int i = 0; i < clock_rules_count; i++)
		if (policy_has(policy, clock_rules[i].kind))
			check_clock(check, policy, &clock_rules[i]);
	for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
		check_stage(check, policy, waiting[i]);
	static const enum clock_kind answers[] = {CLOCK_MERCHANT_ANSWER, CLOCK_ANSWER_TO_OFFER, CLOCK_ANSWER_TO_DEFENCE,
	    CLOCK_ANSWER_TO_COUNTER_OFFER, CLOCK_ANSWER_TO_SETTLEMENT, CLOCK_INQUIRY};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!policy_has(policy, answers[i]))
			fault(
			    check, policy->id, clock_kind_name(answers[i]), "is missing: whoever is asked would be asked for ever");
	static const enum clock_kind windows[] = {CLOCK_APPEAL, CLOCK_SECOND_APPEAL};
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		if (!policy_has(policy, windows[i]))
			fault(check, policy->id, clock_kind_name(windows[i]), "is missing: no decision would ever be final");
	if (!policy_has(policy, CLOCK_FIRST_RESPONSE))
		fault(check, policy->id, "first_response", "is missing: somebody must answer first");
}

int policy_set_check(const struct policy_set *set, policy_fault_fn *fn, void *context)
{
	struct check check = {set, fn, context, 0};
	check_warnings(&check);
	check_pauses(&check);
	for (int i = 0; i < set->ladders_count; i++)
		check_ladder(&check, &set->ladders[i]);
	for (int i = 0; i < set->policies_count; i++)
		check_policy(&check, &set->policies[i]);
	if (set->policies_count == 0)
		fault(&check, "policies", "", "there is no policy");
	return check.count;
}
