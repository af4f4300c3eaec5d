#include "common/model/policy_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/nearest.h"
#include "common/model/clock.h"

static const char *const units[] = {"elapsed", "business_time", "business_days", NULL};
static const char *const effects[] = {"internal", "promised", "statutory", NULL};
static const char *const roles[] = {"owner", "senior_agent", "supervisor", "head_of_department", "regulator_liaison", NULL};

struct reading {
	struct policy_set *set;
	struct problems *problems;
	const struct node *root;
};

static void copy_name(char *name, const char *text)
{
	snprintf(name, POLICY_NAME_SIZE, "%s", text);
}

static bool too_long(struct reading *reading, const struct node *node, const char *name)
{
	if (strlen(name) < POLICY_NAME_SIZE)
		return false;
	node_key_problem(reading->problems, node, "a name has at most %d bytes", POLICY_NAME_SIZE - 1);
	return true;
}

static enum target_unit read_unit(struct reading *reading, const struct node *map)
{
	return (enum target_unit)(node_choice(reading->problems, map, "unit", units, -1) + TARGET_UNIT_ELAPSED);
}

/* ---- ladders ---- */

static void read_level(struct reading *reading, const struct node *node, struct policy_ladder *ladder)
{
	node_check_keys(reading->problems, node, (const char *const[]){"role", "after", "channel", NULL});
	if (ladder->levels_count == LEVELS_MAX) {
		node_problem(reading->problems, node, "a ladder has at most %d levels", LEVELS_MAX);
		return;
	}
	struct policy_level *level = &ladder->levels[ladder->levels_count++];
	copy_name(level->role, roles[node_choice(reading->problems, node, "role", roles, -1)]);
	int before = reading->problems->count;
	level->after_us = node_duration(reading->problems, node, "after", NODE_REQUIRED);
	if (reading->problems->count > before)
		level->after_us = ladder->levels_count > 1 ? level[-1].after_us + 1 : 0;
	const char *channel = node_text(reading->problems, node, "channel", "inbox");
	level->channel = notice_channel_by_name(channel);
	if (level->channel == NOTICE_CHANNEL_UNSPECIFIED)
		node_problem(reading->problems, node_get(node, "channel"), "no channel is called %s", channel);
}

static void read_ladder(struct reading *reading, const struct node *node)
{
	struct policy_set *set = reading->set;
	if (set->ladders_count == LADDERS_MAX || too_long(reading, node, node->key)) {
		node_key_problem(reading->problems, node, "at most %d ladders", LADDERS_MAX);
		return;
	}
	node_check_keys(reading->problems, node, (const char *const[]){"unit", "levels", "ends_after", "rounds", NULL});
	struct policy_ladder *ladder = &set->ladders[set->ladders_count++];
	copy_name(ladder->name, node->key);
	ladder->unit = read_unit(reading, node);
	int before = reading->problems->count;
	ladder->ends_us = node_duration(reading->problems, node, "ends_after", NODE_REQUIRED);
	bool endless = reading->problems->count > before;
	ladder->rounds = (int)node_integer(reading->problems, node, "rounds", 1, ROUNDS_MAX, 1);
	const struct node *level = node_first(node_list(reading->problems, node, "levels", true));
	for (; level != NULL; level = level->next)
		read_level(reading, level, ladder);
	if (endless)
		ladder->ends_us = ladder->levels_count > 0 ? ladder->levels[ladder->levels_count - 1].after_us + 1 : 1;
}

/* ---- clocks ---- */

static int read_ladder_name(struct reading *reading, const struct node *node, enum clock_kind kind)
{
	if (node_get(node, "ladder") == NULL)
		return -1;
	const char *name = node_text(reading->problems, node, "ladder", "");
	int ladder = policy_ladder_find(reading->set, name);
	if (ladder >= 0)
		return ladder;
	const char *names[LADDERS_MAX + 1] = {NULL};
	for (int i = 0; i < reading->set->ladders_count; i++)
		names[i] = reading->set->ladders[i].name;
	const char *near = nearest_name(name, names);
	node_problem(reading->problems, node_get(node, "ladder"),
	    near ? "no ladder is called %s; did you mean %s?" : "no ladder is called %s", name, near);
	bool needed = kind != CLOCK_UNSPECIFIED && clock_rule(kind)->at_end != SILENCE_GROUND_UNSPECIFIED;
	return needed && reading->set->ladders_count > 0 ? 0 : -1;
}

static enum clock_kind read_clock_kind(struct reading *reading, const struct node *node, const char *name)
{
	enum clock_kind kind = clock_kind_by_name(name);
	if (kind != CLOCK_UNSPECIFIED && clock_rule(kind) != NULL)
		return kind;
	const char *names[CLOCK_COUNT + 1] = {NULL};
	for (int i = 0; i < clock_rules_count; i++)
		names[i] = clock_kind_name(clock_rules[i].kind);
	const char *near = nearest_name(name, names);
	node_key_problem(reading->problems, node, near ? "no clock is called %s; %s?" : "no clock is called %s", name, near);
	return near ? clock_kind_by_name(near) : CLOCK_UNSPECIFIED;
}

static enum clock_effect_kind read_effect(struct reading *reading, const struct node *map)
{
	return (enum clock_effect_kind)(node_choice(reading->problems, map, "effect", effects, 1) + CLOCK_EFFECT_INTERNAL);
}

static void read_basis(struct reading *reading, const struct node *map, struct policy_clock *clock)
{
	const char *basis = node_text(reading->problems, map, "basis", "");
	if (strlen(basis) >= sizeof(clock->basis))
		node_problem(reading->problems, node_get(map, "basis"), "a basis has at most %d bytes", POLICY_BASIS_SIZE - 1);
	snprintf(clock->basis, sizeof(clock->basis), "%s", basis);
}

/* An amount without its unit says nothing: it is not looked at. */
static void read_target(struct reading *reading, const struct node *node, struct policy_clock *clock)
{
	int before = reading->problems->count;
	clock->unit = read_unit(reading, node);
	if (reading->problems->count == before)
		clock->target = clock->unit == TARGET_UNIT_BUSINESS_DAYS
				    ? node_integer(reading->problems, node, "target", 1, 2500, NODE_REQUIRED)
				    : node_duration(reading->problems, node, "target", NODE_REQUIRED);
	if (reading->problems->count > before)
		clock->target = 1;
}

static void read_clock(struct reading *reading, const struct node *node, struct policy *policy)
{
	enum clock_kind kind = read_clock_kind(reading, node, node->key);
	node_check_keys(reading->problems, node, (const char *const[]){"target", "unit", "ladder", "effect", "basis", NULL});
	struct policy_clock clock = {.ladder = read_ladder_name(reading, node, kind), .effect = read_effect(reading, node)};
	read_basis(reading, node, &clock);
	read_target(reading, node, &clock);
	if (kind != CLOCK_UNSPECIFIED)
		policy->clocks[kind] = clock;
}

static void read_clocks(struct reading *reading, const struct node *clocks, struct policy *policy)
{
	for (const struct node *node = node_first(clocks); node != NULL; node = node->next)
		read_clock(reading, node, policy);
}

/* ---- policies ---- */

static void read_policy(struct reading *reading, const struct node *node, const struct policy *shared)
{
	struct policy_set *set = reading->set;
	if (set->policies_count == POLICIES_MAX || too_long(reading, node, node->key)) {
		node_key_problem(reading->problems, node, "at most %d policies", POLICIES_MAX);
		return;
	}
	node_check_keys(reading->problems, node, (const char *const[]){"clocks", "without", NULL});
	struct policy *policy = &set->policies[set->policies_count++];
	*policy = *shared;
	copy_name(policy->id, node->key);
	read_clocks(reading, node_map(reading->problems, node, "clocks", false), policy);
	const struct node *without = node_first(node_list(reading->problems, node, "without", false));
	for (; without != NULL; without = without->next) {
		const char *name;
		if (!node_read_text(reading->problems, without, &name))
			continue;
		enum clock_kind kind = read_clock_kind(reading, without, name);
		policy->clocks[kind] = (struct policy_clock){0};
	}
}

static void read_warnings(struct reading *reading)
{
	const struct node *percent = node_first(node_list(reading->problems, reading->root, "warn_at_percent", false));
	for (; percent != NULL; percent = percent->next) {
		int64_t value = 0;
		if (reading->set->warnings_count == WARNINGS_MAX) {
			node_problem(reading->problems, percent, "at most %d warnings", WARNINGS_MAX);
			return;
		}
		if (node_read_integer(reading->problems, percent, 1, 99, &value))
			reading->set->warn_percent[reading->set->warnings_count++] = (int)value;
	}
}

/* Nothing said: the design's figures. */
static void read_pauses(struct reading *reading)
{
	struct policy_pauses *pauses = &reading->set->pauses;
	const struct node *map = node_map(reading->problems, reading->root, "pauses", false);
	*pauses = (struct policy_pauses){PAUSES_MOST, PAUSES_BUSINESS_DAYS};
	if (map == NULL)
		return;
	node_check_keys(reading->problems, map, (const char *const[]){"most", "business_days", NULL});
	pauses->most = (int)node_integer(reading->problems, map, "most", 0, PAUSES_MOST_MAX, PAUSES_MOST);
	pauses->business_days =
	    (int)node_integer(reading->problems, map, "business_days", 0, PAUSES_BUSINESS_DAYS_MAX, PAUSES_BUSINESS_DAYS);
}

static void tell_unknown_policy(struct reading *reading, const struct node *node, const char *name)
{
	const char *names[POLICIES_MAX + 1] = {NULL};
	for (int i = 0; i < reading->set->policies_count; i++)
		names[i] = reading->set->policies[i].id;
	const char *near = nearest_name(name, names);
	node_problem(
	    reading->problems, node, near ? "no policy is called %s; did you mean %s?" : "no policy is called %s", name, near);
}

static void read_standard(struct reading *reading)
{
	const char *name = node_text(reading->problems, reading->root, "standard", NULL);
	const struct policy *policy = policy_find(reading->set, name);
	if (policy != NULL)
		reading->set->standard = (int)(policy - reading->set->policies);
	else if (name[0] != '\0')
		tell_unknown_policy(reading, node_get(reading->root, "standard"), name);
}

static void read_set(struct reading *reading)
{
	const struct node *root = reading->root;
	node_check_keys(reading->problems, root,
	    (const char *const[]){
		"version", "calendar", "warn_at_percent", "pauses", "standard", "ladders", "clocks", "policies", NULL});
	reading->set->version = (int32_t)node_integer(reading->problems, root, "version", 1, INT32_MAX, NODE_REQUIRED);
	const char *calendar = node_text(reading->problems, root, "calendar", NULL);
	copy_name(reading->set->calendar, calendar);
	read_warnings(reading);
	read_pauses(reading);
	const struct node *node = node_first(node_map(reading->problems, root, "ladders", false));
	for (; node != NULL; node = node->next)
		read_ladder(reading, node);
	struct policy shared = {0};
	read_clocks(reading, node_map(reading->problems, root, "clocks", false), &shared);
	node = node_first(node_map(reading->problems, root, "policies", true));
	for (; node != NULL; node = node->next)
		read_policy(reading, node, &shared);
	read_standard(reading);
}

/* Where the fault that policy_set_check found was written: the policy's own clock, else the shared one, else the policy. */
static const struct node *find_place(const struct node *root, const char *subject, const char *member)
{
	const struct node *policy = node_get(node_get(root, "policies"), subject);
	const struct node *places[] = {
	    node_get(node_get(policy, "clocks"), member),
	    policy != NULL ? node_get(node_get(root, "clocks"), member) : NULL,
	    policy,
	    node_get(node_get(node_get(root, "ladders"), subject), member),
	    node_get(node_get(root, "ladders"), subject),
	    node_get(root, subject),
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i] != NULL)
			return places[i];
	return root;
}

static void add_fault(const char *subject, const char *member, const char *message, void *context)
{
	struct reading *reading = context;
	const struct node *place = find_place(reading->root, subject, member);
	node_problem(reading->problems, place, "%s%s%s: %s", subject, member[0] ? ": " : "", member, message);
}

bool policy_read_into(const struct node *root, struct policy_set *set, struct problems *problems)
{
	int before = problems->count;
	struct reading reading = {set, problems, root};
	read_set(&reading);
	if (problems->count == before || set->policies_count > 0)
		policy_set_check(set, add_fault, &reading);
	return problems->count == before;
}

struct policy_set *policy_read(const struct node *root, struct problems *problems)
{
	struct policy_set *set = xcalloc(1, sizeof *set);
	if (policy_read_into(root, set, problems))
		return set;
	free(set);
	return NULL;
}
