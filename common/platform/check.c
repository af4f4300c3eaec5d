#include "common/platform/check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/die.h"
#include "common/base/duration.h"
#include "common/base/instant.h"
#include "common/base/nearest.h"
#include "common/base/tongue.h"
#include "common/model/clock.h"
#include "common/model/policy_read.h"
#include "common/platform/bundle_read.h"
#include "common/platform/check_private.h"
#include "common/platform/law_file.h"
#include "common/platform/rules_file.h"
#include "common/model/type_codes.h"
#include "common/platform/terms.h"

#define CALENDARS "calendars/"
#define WINDOW_SHORT_US (3 * US_PER_DAY)

static const char *text_of(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);
	return node && node->kind == NODE_TEXT ? node->text : "";
}

/* ---- rules ---- */

static void check_rule_policy(struct checking *checking, const struct node *rule)
{
	const struct node *named = node_get(node_get(rule, "set"), "policy");
	const char *names[POLICIES_MAX + 1] = {NULL};
	if (!named || !checking->set || policy_find(checking->set, named->text))
		return;
	for (int i = 0; i < checking->set->policies_count; i++)
		names[i] = checking->set->policies[i].id;
	const char *near = nearest_name(named->text, names);
	findings_at(checking->findings, FINDING_UNKNOWN_POLICY, named, text_of(rule, "id"), named->text, near ? ": " : "",
	    near ? near : "");
}

/* Where the platform lists its own types, a rule gives no other. */
static void check_rule_type(struct checking *checking, const struct node *rule)
{
	const char *names[TYPE_OWN_MAX + 1] = {NULL};
	const struct node *own = node_get(node_get(checking->platform, "types"), "own");
	const struct node *given = node_get(node_get(rule, "set"), "custom_type");
	int count = 0;
	if (!own || !given || given->kind != NODE_TEXT || node_get(own, given->text))
		return;
	for (const struct node *one = node_first(own); one && count < TYPE_OWN_MAX; one = one->next)
		names[count++] = one->key;
	const char *near = nearest_name(given->text, names);
	findings_at(
	    checking->findings, FINDING_UNKNOWN_TYPE, given, text_of(rule, "id"), given->text, near ? ": " : "", near ? near : "");
}

static bool is_always(const struct node *rule)
{
	return strcmp(text_of(rule, "when"), "always") == 0;
}

/* The rule before this one that gives the field to every complaint. Priorities add up, so all of them count. */
static const struct node *always_before(const struct node *first, const struct node *rule, const char *field)
{
	for (const struct node *before = first; before != rule; before = before->next)
		if (is_always(before) && strcmp(field, "priority") != 0 && node_get(node_get(before, "set"), field))
			return before;
	return NULL;
}

static void check_rules(struct checking *checking)
{
	const struct node *first = node_first(node_get(checking->rules, "rules"));
	for (const struct node *rule = first; rule; rule = rule->next) {
		check_rule_policy(checking, rule);
		check_rule_type(checking, rule);
		for (const struct node *field = node_first(node_get(rule, "set")); field; field = field->next) {
			const struct node *always = field->key ? always_before(first, rule, field->key) : NULL;
			if (always)
				findings_at(checking->findings, FINDING_RULE_UNREACHED, field, text_of(rule, "id"), field->key,
				    text_of(always, "id"));
		}
	}
}

/* ---- policies ---- */

const struct node *check_clock_node(const struct checking *checking, const struct policy *policy, enum clock_kind kind)
{
	const struct node *own = node_get(node_get(checking->policies, "policies"), policy->id);
	const struct node *clock = node_get(node_get(own, "clocks"), clock_kind_name(kind));
	if (!clock)
		clock = node_get(node_get(checking->policies, "clocks"), clock_kind_name(kind));
	return clock ? clock : checking->policies;
}

static bool is_named(const struct checking *checking, const char *policy)
{
	const struct node *rule = node_first(node_get(checking->rules, "rules"));
	for (; rule; rule = rule->next)
		if (strcmp(text_of(node_get(rule, "set"), "policy"), policy) == 0)
			return true;
	return false;
}

static bool says_the_same(const struct policy *one, const struct policy *other)
{
	for (int kind = 0; kind < CLOCK_COUNT; kind++) {
		const struct policy_clock *a = &one->clocks[kind], *b = &other->clocks[kind];
		if (a->unit != b->unit || (a->unit && (a->target != b->target || a->ladder != b->ladder || a->effect != b->effect ||
							  strcmp(a->basis, b->basis) != 0)))
			return false;
	}
	return true;
}

/* What was promised before the policy was known stays promised. */
static void check_promises(struct checking *checking, const struct policy *policy, const struct policy *standard)
{
	static const enum clock_kind kinds[] = {CLOCK_FIRST_RESPONSE, CLOCK_END_TO_END};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct policy_clock *clock = &policy->clocks[kinds[i]], *promised = &standard->clocks[kinds[i]];
		if (clock->unit && clock->unit == promised->unit && clock->target > promised->target)
			findings_at(checking->findings, FINDING_CLOCK_WITHOUT_EFFECT, check_clock_node(checking, policy, kinds[i]),
			    tongue(clock_kind_name(kinds[i])), policy->id);
	}
}

static void check_policy(struct checking *checking, const struct policy *policy)
{
	const struct policy *standard = &checking->set->policies[checking->set->standard];
	const struct node *node = node_get(node_get(checking->policies, "policies"), policy->id);
	if (policy == standard || !node)
		return;
	if (checking->rules && !is_named(checking, policy->id))
		findings_at(checking->findings, FINDING_POLICY_UNNAMED, node, policy->id);
	if (says_the_same(policy, standard))
		findings_at(checking->findings, FINDING_POLICY_AS_STANDARD, node, policy->id);
	check_promises(checking, policy, standard);
}

/* ---- ladders ---- */

static enum target_unit ladder_unit(enum target_unit clock)
{
	return clock == TARGET_UNIT_ELAPSED ? TARGET_UNIT_ELAPSED : TARGET_UNIT_BUSINESS_TIME;
}

bool check_told_before(const struct checking *checking, const struct policy *policy, enum clock_kind kind)
{
	const struct node *node = check_clock_node(checking, policy, kind);
	for (const struct policy *before = checking->set->policies; before != policy; before++)
		if (policy_has(before, kind) && check_clock_node(checking, before, kind) == node)
			return true;
	return false;
}

static void check_ladders(struct checking *checking, const struct policy *policy)
{
	for (int kind = 0; kind < CLOCK_COUNT; kind++) {
		const struct policy_clock *clock = &policy->clocks[kind];
		if (!clock->unit || clock->ladder < 0)
			continue;
		const struct policy_ladder *ladder = &checking->set->ladders[clock->ladder];
		const struct node *node = check_clock_node(checking, policy, (enum clock_kind)kind);
		if (ladder->unit != ladder_unit(clock->unit) && !check_told_before(checking, policy, (enum clock_kind)kind))
			findings_at(checking->findings, FINDING_LADDER_IN_OTHER_TIME, node,
			    tongue(clock_kind_name((enum clock_kind)kind)), policy->id, tongue(target_unit_name(clock->unit)),
			    ladder->name, tongue(target_unit_name(ladder->unit)));
	}
}

static bool is_climbed(const struct checking *checking, int ladder)
{
	for (int i = 0; i < checking->set->policies_count; i++)
		for (int kind = 0; kind < CLOCK_COUNT; kind++)
			if (policy_has(&checking->set->policies[i], (enum clock_kind)kind) &&
			    checking->set->policies[i].clocks[kind].ladder == ladder)
				return true;
	return false;
}

static void check_climbed(struct checking *checking)
{
	for (int i = 0; checking->set && i < checking->set->ladders_count; i++) {
		const char *name = checking->set->ladders[i].name;
		const struct node *node = node_get(node_get(checking->policies, "ladders"), name);
		if (node && !is_climbed(checking, i))
			findings_at(checking->findings, FINDING_LADDER_UNNAMED, node, name);
	}
}

/* A list that is not there names all. */
static bool lists(const struct node *map, const char *key, const char *name)
{
	const struct node *list = node_get(map, key);
	for (const struct node *one = node_first(list); one; one = one->next)
		if (strcmp(one->text, name) == 0)
			return true;
	return !list;
}

static bool reaches_people(const struct checking *checking, const char *channel)
{
	const struct node *endpoint = node_first(node_get(checking->endpoints, "endpoints"));
	if (strcmp(channel, "webhook") != 0)
		return strcmp(channel, "inbox") == 0 || strcmp(channel, "topic") == 0;
	for (; endpoint; endpoint = endpoint->next)
		if (lists(endpoint, "parties", "platform") && lists(endpoint, "events", "ladder_step_taken"))
			return true;
	return false;
}

static void check_channels(struct checking *checking)
{
	const struct node *ladder = node_first(node_get(checking->policies, "ladders"));
	for (; ladder; ladder = ladder->next)
		for (const struct node *level = node_first(node_get(ladder, "levels")); level; level = level->next) {
			const char *channel = text_of(level, "channel");
			if (notice_channel_by_name(channel) != NOTICE_CHANNEL_UNSPECIFIED && !reaches_people(checking, channel))
				findings_at(checking->findings, FINDING_ROLE_WITHOUT_CHANNEL, node_get(level, "channel"),
				    ladder->key, text_of(level, "role"), channel);
		}
}

static void check_policies(struct checking *checking)
{
	check_climbed(checking);
	check_channels(checking);
	for (int i = 0; checking->set && i < checking->set->policies_count; i++) {
		check_policy(checking, &checking->set->policies[i]);
		check_ladders(checking, &checking->set->policies[i]);
	}
}

/* ---- the calendar ---- */

/* So many years after the files are to hold. */
static const char *date_after(const struct checking *checking, int years, char text[16])
{
	time_t effective = checking->effective_us / US_PER_SECOND;
	struct tm tm;
	gmtime_r(&effective, &tm);
	tm.tm_year += years;
	strftime(text, 16, "%Y-%m-%d", &tm);
	return text;
}

static void check_cover(struct checking *checking)
{
	const struct node *from = node_get(checking->calendar, "covered_from");
	const struct node *until = node_get(checking->calendar, "covered_until");
	char date[16];
	if (from && from->kind == NODE_TEXT && strcmp(from->text, date_after(checking, 100, date)) > 0)
		findings_at(checking->findings, FINDING_CALENDAR_LATER, from, from->text);
	if (!until || until->kind != NODE_TEXT)
		return;
	if (strcmp(until->text, date_after(checking, 0, date)) <= 0)
		findings_at(checking->findings, FINDING_CALENDAR_OVER, until, until->text);
	else if (strcmp(until->text, date_after(checking, 1, date)) < 0)
		findings_at(checking->findings, FINDING_CALENDAR_ENDS, until, until->text);
}

/* A calendar that has none there either is told by its reader. */
static bool days_have_windows(const struct node *calendar)
{
	const struct node *day = node_first(node_get(calendar, "overrides"));
	for (; day; day = day->next)
		if (node_first(node_get(day, "windows")))
			return true;
	return false;
}

bool check_week_works(const struct node *calendar)
{
	int windows = 0;
	for (const struct node *day = node_first(node_get(calendar, "week")); day; day = day->next)
		windows += day->count;
	return windows > 0;
}

static void check_calendar(struct checking *checking)
{
	const struct node *week = node_get(checking->calendar, "week");
	if (week && !check_week_works(checking->calendar) && days_have_windows(checking->calendar))
		findings_at(checking->findings, FINDING_WEEK_WITHOUT_TIME, week);
	check_cover(checking);
}

/* ---- windows ---- */

static void check_windows(struct checking *checking)
{
	const struct node *window = node_first(node_get(checking->platform, "windows"));
	for (; window; window = window->next) {
		int64_t window_us;
		if (window->kind == NODE_TEXT && duration_parse(window->text, &window_us) && window_us > 0 &&
		    window_us < WINDOW_SHORT_US)
			findings_at(checking->findings, FINDING_WINDOW_SHORT, window);
	}
}

/* ---- files ---- */

static bool starts_with(const char *path, const char *start)
{
	return strncmp(path, start, strlen(start)) == 0;
}

static void check_files(struct checking *checking)
{
	const char *calendar =
	    arena_printf(checking->findings->arena, CALENDARS "%s.yaml", text_of(checking->policies, "calendar"));
	const char *const read[] = {
	    "rules.yaml", "policies.yaml", "platform.yaml", "endpoints.yaml", "clauses.yaml", "criteria.yaml", calendar};
	for (size_t i = 0; i < checking->own->count; i++) {
		const char *path = checking->own->files[i].path;
		bool known = starts_with(path, "templates/");
		for (size_t k = 0; k < sizeof read / sizeof read[0]; k++)
			known |= strcmp(path, read[k]) == 0;
		if (!known && !starts_with(path, CALENDARS))
			findings_of_file(checking->findings, FINDING_UNREAD_FILE, path);
		else if (!known && checking->calendar) /* else it may be the one that is meant */
			findings_of_file(checking->findings, FINDING_CALENDAR_UNNAMED, path);
	}
}

/* ---- the whole ---- */

static void take_readers(struct checking *checking)
{
	struct problems problems = {0};
	rules_file_free(rules_file_new(checking->files, &problems));
	terms_free(terms_new(checking->files, &problems));
	law_file_free(law_file_new(checking->files, &problems));
	findings_take(checking->findings, &problems);
	problems_free(&problems);
}

/* What is wrong in it has been told. */
static struct yaml_tree *tree_of(const struct bundle *files, const char *path, const struct node **root)
{
	struct problems told = {0};
	struct yaml_tree *tree = bundle_find(files, path) ? bundle_yaml(files, path, &told) : NULL;
	problems_free(&told);
	*root = tree ? yaml_tree_root(tree) : NULL;
	return tree;
}

static struct policy_set *set_of(const struct node *policies)
{
	struct problems told = {0};
	struct policy_set *set = policies ? xcalloc(1, sizeof *set) : NULL;
	if (set)
		policy_read_into(policies, set, &told);
	problems_free(&told);
	if (set && set->policies_count)
		return set;
	free(set);
	return NULL;
}

void platform_check(const struct bundle *files, const struct bundle *own, int64_t effective_us, struct findings *findings)
{
	struct checking checking = {files, own, effective_us, findings};
	take_readers(&checking);
	struct yaml_tree *rules = tree_of(files, "rules.yaml", &checking.rules);
	struct yaml_tree *policies = tree_of(files, "policies.yaml", &checking.policies);
	const char *path = arena_printf(findings->arena, CALENDARS "%s.yaml", text_of(checking.policies, "calendar"));
	struct yaml_tree *calendar = tree_of(files, path, &checking.calendar);
	struct yaml_tree *endpoints = tree_of(files, "endpoints.yaml", &checking.endpoints);
	struct yaml_tree *platform = tree_of(files, "platform.yaml", &checking.platform);
	struct policy_set *set = set_of(checking.policies);
	checking.set = set;
	check_rules(&checking);
	check_policies(&checking);
	check_calendar(&checking);
	check_windows(&checking);
	check_files(&checking);
	check_roads(&checking);
	findings_sort(findings);
	free(set);
	yaml_tree_free(platform);
	yaml_tree_free(endpoints);
	yaml_tree_free(calendar);
	yaml_tree_free(policies);
	yaml_tree_free(rules);
}
