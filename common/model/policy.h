/* Policies: for each clock its target, its unit, its warnings and its ladder. Pure.
 *
 * A set is what one applied version of a platform has; a complaint pins the version that it was filed under and, within it, the
 * policy that triage names. policy_read.c reads a set from YAML; policy_set_check() says what cannot work in it.
 */
#ifndef OMBUD_MODEL_POLICY_H
#define OMBUD_MODEL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/model/target.h"
#include "common/model/terms.h"

enum {
	POLICY_NAME_SIZE = 64,
	POLICY_BASIS_SIZE = 256,
	POLICIES_MAX = 64,
	LADDERS_MAX = 16,
	LEVELS_MAX = 8,
	WARNINGS_MAX = 4,
	ROUNDS_MAX = 8
};

struct policy_level {
	char role[POLICY_NAME_SIZE];
	int64_t after_us; /* after the due instant, in the ladder's unit */
	enum notice_channel channel;
};

/* What is climbed after a breach. With several rounds the levels come again, each round taking twice as long as the one before. */
struct policy_ladder {
	char name[POLICY_NAME_SIZE];
	enum target_unit unit; /* elapsed or business time */
	struct policy_level levels[LEVELS_MAX];
	int levels_count;
	int64_t ends_us; /* after the due instant: nobody has acted; the end of the first round */
	int rounds;
};

struct policy_clock {
	enum target_unit unit;         /* TARGET_UNIT_UNSPECIFIED: this policy has no such clock */
	int64_t target;                /* microseconds, or days for TARGET_UNIT_BUSINESS_DAYS */
	int ladder;                    /* index into the set's ladders; -1: none */
	enum clock_effect_kind effect; /* CLOCK_EFFECT_INTERNAL: only of what the platform owes */
	char basis[POLICY_BASIS_SIZE]; /* the clause or law that it stands on; "": none is named */
};

/* How often, and for how many business days together, evidence that the complainant owes may pause one clock. */
struct policy_pauses {
	int most;
	int business_days;
};
enum { PAUSES_MOST = 2, PAUSES_BUSINESS_DAYS = 5, PAUSES_MOST_MAX = 10, PAUSES_BUSINESS_DAYS_MAX = 60 };

struct policy {
	char id[POLICY_NAME_SIZE];
	struct policy_clock clocks[CLOCK_COUNT];
};

struct policy_set {
	int32_t version;
	char calendar[POLICY_NAME_SIZE];
	int warn_percent[WARNINGS_MAX]; /* rising */
	int warnings_count;
	struct policy_pauses pauses;
	struct policy policies[POLICIES_MAX];
	int policies_count;
	struct policy_ladder ladders[LADDERS_MAX];
	int ladders_count;
	int standard; /* index of the policy that holds until triage has named one */
};

/* NULL: no such policy. */
const struct policy *policy_find(const struct policy_set *set, const char *id);
int policy_ladder_find(const struct policy_set *set, const char *name); /* -1: none */
static inline bool policy_has(const struct policy *policy, enum clock_kind clock)
{
	return policy->clocks[clock].unit != TARGET_UNIT_UNSPECIFIED;
}

/* Level `step` (0, 1 ...) over all rounds of a ladder: its row and how long after the due instant it comes. false: past the last.
 */
bool policy_ladder_step(const struct policy_ladder *ladder, int step, const struct policy_level **level, int64_t *after_us);
/* After the due instant: the end of the last round. */
int64_t policy_ladder_end(const struct policy_ladder *ladder);

/* Reports everything that cannot work, one call each: subject names the policy or ladder, member its clock or level ("" when it is
 * about the whole). Returns how many. */
typedef void policy_fault_fn(const char *subject, const char *member, const char *message, void *context);
int policy_set_check(const struct policy_set *set, policy_fault_fn *fault, void *context);

#endif
