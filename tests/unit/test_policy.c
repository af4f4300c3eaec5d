/* Policies and calendars from configuration: the shipped files load, and everything that cannot work is told at once, with its
 * place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/io/yaml.h"
#include "common/model/calendar_read.h"
#include "common/model/policy_read.h"

static struct policy_set *load(const char *text, struct problems *problems)
{
	struct yaml_tree *tree = yaml_tree_load_text("p.yaml", text, strlen(text), problems);
	struct policy_set *set = tree == NULL ? NULL : policy_read(yaml_tree_root(tree), problems);
	yaml_tree_free(tree);
	return set;
}

static char *read_file(const char *path)
{
	static char text[64 * 1024];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void the_shipped_policies_load(void **state)
{
	struct problems problems = {0};
	struct policy_set *set = load(read_file("deploy/platforms/default/policies.yaml"), &problems);
	assert_string_equal(problems_text(&problems), "");
	assert_non_null(set);
	static const char *const ids[] = {"standard", "complex", "late_delivery", "platform_fault"};
	for (int i = 0; i < 4; i++)
		assert_non_null(policy_find(set, ids[i]));
	assert_string_equal(set->policies[set->standard].id, "standard");

	const struct policy *standard = policy_find(set, "standard"), *fault = policy_find(set, "platform_fault");
	assert_int_equal(standard->clocks[CLOCK_FIRST_RESPONSE].target, 2 * US_PER_HOUR);
	assert_int_equal(fault->clocks[CLOCK_FIRST_RESPONSE].target, US_PER_HOUR);
	assert_int_equal(standard->clocks[CLOCK_END_TO_END].target, 7);
	assert_int_equal(standard->clocks[CLOCK_END_TO_END].unit, TARGET_UNIT_BUSINESS_DAYS);
	assert_true(policy_has(standard, CLOCK_FINAL_DECISION));
	assert_false(policy_has(fault, CLOCK_FINAL_DECISION));
	assert_false(policy_has(standard, CLOCK_PLATFORM_FAULT_MENDED));
	free(set);
}

static const char statutory[] =
    "version: 1\ncalendar: cn\nstandard: s\n"
    "ladders:\n  l: {unit: elapsed, levels: [{role: owner, after: 0h}], ends_after: 1h}\n"
    "clocks:\n"
    "  first_response: {target: 2h, unit: elapsed, effect: internal}\n"
    "  merchant_answer: {target: 24h, unit: elapsed, effect: promised, basis: \"平台规则 4.2\"}\n"
    "  answer_to_offer: {target: 7d, unit: elapsed}\n"
    "  answer_to_defence: {target: 7d, unit: elapsed}\n"
    "  final_decision: {target: 24h, unit: business_time, ladder: l}\n"
    "  end_to_end: {target: 7, unit: business_days, ladder: l, effect: statutory, basis: \"消费者权益保护法实施条例\"}\n"
    "  order_awaited: {target: 1h, unit: elapsed}\n  manual_admission: {target: 2, unit: business_days}\n"
    "  inspection: {target: 5, unit: business_days}\n"
    "  remedy_carried_out: {target: 5, unit: business_days, ladder: l}\n"
    "  confirmation: {target: 7d, unit: elapsed}\n  appeal: {target: 7d, unit: elapsed}\n"
    "  second_appeal: {target: 7d, unit: elapsed}\n  external_mediation: {target: 10, unit: business_days}\n"
    "  answer_to_counter_offer: {target: 24h, unit: elapsed}\n  answer_to_settlement: {target: 72h, unit: elapsed}\n"
    "  inquiry: {target: 2, unit: business_days, ladder: l}\n"
    "policies: {s: {}, t: {clocks: {end_to_end: {target: 5, unit: business_days, ladder: l}}}}\n";

/* C11. What a policy says nothing of is a promise that names no basis. */
static void a_clock_says_its_effect_and_its_basis(void **state)
{
	static const struct {
		const char *policy;
		enum clock_kind clock;
		enum clock_effect_kind effect;
		const char *basis;
	} rows[] = {
	    {"s", CLOCK_FIRST_RESPONSE, CLOCK_EFFECT_INTERNAL, ""}, {"s", CLOCK_CONFIRMATION, CLOCK_EFFECT_PROMISED, ""},
	    {"s", CLOCK_MERCHANT_ANSWER, CLOCK_EFFECT_PROMISED, "平台规则 4.2"},
	    {"s", CLOCK_END_TO_END, CLOCK_EFFECT_STATUTORY, "消费者权益保护法实施条例"},
	    {"t", CLOCK_MERCHANT_ANSWER, CLOCK_EFFECT_PROMISED, "平台规则 4.2"},
	    {"t", CLOCK_END_TO_END, CLOCK_EFFECT_PROMISED, ""}, /* its own row is the whole of it */
	};
	struct problems problems = {0};
	struct policy_set *set = load(statutory, &problems);
	assert_string_equal(problems_text(&problems), "");
	assert_non_null(set);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy_clock *clock = &policy_find(set, rows[i].policy)->clocks[rows[i].clock];
		assert_int_equal(clock->effect, rows[i].effect);
		assert_string_equal(clock->basis, rows[i].basis);
	}
	free(set);
}

static void rounds_take_twice_as_long_each(void **state)
{
	struct policy_ladder ladder = {.ends_us = 10, .rounds = 3, .levels_count = 2, .levels = {{"owner", 0, 1}, {"boss", 4, 1}}};
	static const int64_t after[] = {0, 4, 10, 18, 30, 46};
	const struct policy_level *level;
	int64_t after_us;
	for (int step = 0; step < 6; step++) {
		assert_true(policy_ladder_step(&ladder, step, &level, &after_us));
		assert_int_equal(after_us, after[step]);
		assert_string_equal(level->role, step % 2 == 0 ? "owner" : "boss");
	}
	assert_false(policy_ladder_step(&ladder, 6, &level, &after_us));
	assert_int_equal(policy_ladder_end(&ladder), 70);
}

#define HEAD "version: 1\ncalendar: cn\nstandard: s\n"
#define LADDER "ladders:\n  l: {unit: elapsed, levels: [{role: owner, after: 0h}], ends_after: 1h}\n"
#define CLOCKS                                                                                                            \
	"clocks:\n"                                                                                                       \
	"  first_response: {target: 2h, unit: elapsed}\n"                                                                 \
	"  merchant_answer: {target: 24h, unit: elapsed}\n"                                                               \
	"  answer_to_offer: {target: 7d, unit: elapsed}\n"                                                                \
	"  answer_to_defence: {target: 7d, unit: elapsed}\n"                                                              \
	"  final_decision: {target: 24h, unit: business_time, ladder: l}\n"                                               \
	"  end_to_end: {target: 7, unit: business_days, ladder: l}\n"                                                     \
	"  order_awaited: {target: 1h, unit: elapsed}\n  manual_admission: {target: 2, unit: business_days}\n"            \
	"  inspection: {target: 5, unit: business_days}\n"                                                                \
	"  remedy_carried_out: {target: 5, unit: business_days, ladder: l}\n"                                             \
	"  confirmation: {target: 7d, unit: elapsed}\n  appeal: {target: 7d, unit: elapsed}\n"                            \
	"  second_appeal: {target: 7d, unit: elapsed}\n  external_mediation: {target: 10, unit: business_days}\n"         \
	"  answer_to_counter_offer: {target: 24h, unit: elapsed}\n  answer_to_settlement: {target: 72h, unit: elapsed}\n" \
	"  inquiry: {target: 2, unit: business_days, ladder: l}\n"

/* wants: parts of the messages, each of which must be told. */
static const struct bad_row {
	const char *name, *text, *wants[4];
} bad_rows[] = {
    {"no unit", HEAD LADDER "clocks:\n  appeal: {target: 7d}\npolicies: {s: {}}\n", {"p.yaml:7:", "unit"}},
    {"unknown unit, unknown clock", HEAD LADDER "clocks:\n  appeals: {target: 7d, unit: weeks}\npolicies: {s: {}}\n",
	{"p.yaml:7:3: no clock is called appeals; appeal?", "weeks"}},
    {"duration for days", HEAD LADDER "clocks:\n  appeal: {target: 7d, unit: business_days}\npolicies: {s: {}}\n", {"p.yaml:7:"}},
    {"unknown ladder", HEAD "clocks:\n  appeal: {target: 7d, unit: elapsed, ladder: up}\npolicies: {s: {}}\n",
	{"no ladder is called up"}},
    {"standard is not there", HEAD LADDER CLOCKS "policies: {t: {}}\n", {"p.yaml:3:11: no policy is called s"}},
    {"a stage without a clock", HEAD LADDER CLOCKS "policies: {s: {without: [confirmation, merchant_answer]}}\n",
	{"no clock runs in stage awaiting_confirmation", "merchant_answer: is missing"}},
    {"a decision without a ladder", HEAD LADDER CLOCKS "policies: {s: {clocks: {final_decision: {target: 1h, unit: elapsed}}}}\n",
	{"needs a ladder"}},
    {"a level that is never reached",
	HEAD "ladders:\n  l:\n    unit: elapsed\n    levels: [{role: owner, after: 2h}, {role: supervisor, after: 2h}]\n"
	     "    ends_after: 1h\n" CLOCKS "policies: {s: {}}\n",
	{"is never reached", "p.yaml:8:", "must come after the last level"}},
    {"a ladder without end",
	HEAD "ladders:\n  l:\n    unit: elapsed\n    levels: [{role: owner, after: 2h}]\n    ends_after: 100000000d\n" CLOCKS
	     "policies: {s: {}}\n",
	{"p.yaml:8:", "10 years at most"}},
    {"a ladder in days", HEAD "ladders:\n  l: {unit: business_days, levels: [{role: king, after: 0h}], ends_after: 1h}\n",
	{"king", "policies"}},
    {"an effect that is none", HEAD LADDER "clocks:\n  appeal: {target: 7d, unit: elapsed, effect: secret}\npolicies: {s: {}}\n",
	{"p.yaml:7:", "secret"}},
    {"a party's clock that the party does not hear of",
	HEAD LADDER CLOCKS "policies: {s: {clocks: {merchant_answer: {target: 7d, unit: elapsed, effect: internal}}}}\n",
	{"cannot be internal"}},
    {"a law without its name",
	HEAD LADDER CLOCKS "policies: {s: {clocks: {confirmation: {target: 7d, unit: elapsed, effect: statutory}}}}\n",
	{"names its basis"}},
    {"warnings that do not rise", "warn_at_percent: [80, 50]\n" HEAD LADDER CLOCKS "policies: {s: {}}\n", {"must rise"}},
    {"pauses of no days", "pauses: {most: 2, business_days: 0}\n" HEAD LADDER CLOCKS "policies: {s: {}}\n",
	{"0 of one is 0 of both"}},
    {"more pauses than ten", "pauses: {most: 11}\n" HEAD LADDER CLOCKS "policies: {s: {}}\n", {"10"}},
    {"unknown key", HEAD LADDER CLOCKS "policy: {}\npolicies: {s: {clock: {}}}\n", {"policy", "clock"}},
    {"not a map", "- 1\n", {"p.yaml:1:1"}},
};

static void want_told(const struct bad_row *row, const struct problems *problems)
{
	for (int w = 0; w < 4 && row->wants[w] != NULL; w++)
		if (strstr(problems_text(problems), row->wants[w]) == NULL)
			fail_msg("%s: want \"%s\" in\n%s", row->name, row->wants[w], problems_text(problems));
}

static void what_cannot_work_is_told_at_once(void **state)
{
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		const struct bad_row *row = &bad_rows[i];
		struct problems problems = {0};
		if (load(row->text, &problems) != NULL)
			fail_msg("%s: loaded", row->name);
		want_told(row, &problems);
		problems_free(&problems);
	}
}

static void the_small_policy_itself_is_good(void **state)
{
	struct problems problems = {0};
	struct policy_set *set = load(HEAD LADDER CLOCKS "policies: {s: {}}\n", &problems);
	assert_string_equal(problems_text(&problems), "");
	assert_non_null(set);
	free(set);
}

/* ---- calendars ---- */

static bool load_calendar(const char *text, struct problems *problems)
{
	struct yaml_tree *tree = yaml_tree_load_text("c.yaml", text, strlen(text), problems);
	bool good = tree != NULL && calendar_read(yaml_tree_root(tree), problems);
	yaml_tree_free(tree);
	return good;
}

#define CALENDAR "id: x\nversion: 2\nzone: Asia/Shanghai\ncovered_from: 2026-01-01\ncovered_until: 2027-01-01\n"

static void a_right_calendar_is_taken(void **state)
{
	struct problems problems = {0};
	bool good =
	    load_calendar(CALENDAR "week: {mon: ['09:00-12:00', '13:00-18:00'], tue: ['22:00-06:00'], sun: ['00:00-24:00']}\n"
				   "notices: {a: {number: 7, date: 2025-11-04, address: 'https://a'}}\n"
				   "overrides:\n- {day: 2026-10-01, until: 2026-10-02, kind: off, name: x, notice: a}\n"
				   "- {day: 2026-10-10, kind: work}\n- {day: 2026-02-28, kind: work, windows: ['10:00-11:00']}\n",
		&problems);
	assert_string_equal(problems_text(&problems), "");
	assert_true(good);
	assert_true(load_calendar(read_file("deploy/platforms/default/calendars/cn.yaml"), &problems));
}

static const struct bad_row bad_calendars[] = {
    {"no work", CALENDAR "week: {mon: []}\n", {"without working time"}},
    {"no week", CALENDAR, {"week"}},
    {"bad windows", CALENDAR "week: {mon: ['9-18', '25:00-26:00', '09:00-09:00', '09:60-10:00']}\n",
	{"got 9-18", "25:00", "09:00-09:00", "09:60"}},
    {"bad weekday", CALENDAR "week: {monday: ['09:00-18:00']}\n", {"monday"}},
    {"bad dates", CALENDAR "week: {mon: ['09:00-18:00']}\noverrides: [{day: 2026-02-30, kind: off}, {day: soon, kind: off}]\n",
	{"2026-02-30", "soon"}},
    {"twice", CALENDAR "week: {mon: ['09:00-18:00']}\noverrides: [{day: 2026-02-01, kind: off}, {day: 2026-02-01, kind: work}]\n",
	{"2026-02-01 stands twice"}},
    {"twice within",
	CALENDAR
	"week: {mon: ['09:00-18:00']}\noverrides: [{day: 2026-02-03, kind: off}, {day: 2026-02-01, until: 2026-02-07, kind: off}]\n",
	{"2026-02-03 stands twice"}},
    {"a source beside the notice", CALENDAR "week: {mon: ['09:00-18:00']}\noverrides: [{day: 2026-02-03, kind: off, cites: x}]\n",
	{"c.yaml:7:", "cites"}},
    {"backwards",
	CALENDAR
	"week: {mon: ['09:00-18:00']}\noverrides: [{day: 2026-02-05, until: 2026-02-01, kind: off}, {day: 2026-02-01, kind: x}]\n",
	{"must come after day", "c.yaml:7:"}},
    {"no such zone", "id: x\nversion: 0\nzone: Mars/Olympus\ncovered_from: 2026-01-01\ncovered_until: 2025-01-01\nweek: {}\n",
	{"Mars/Olympus", "c.yaml:2:", "must come after covered_from"}},
    {"for ever",
	"id: x\nversion: 1\nzone: UTC\ncovered_from: 2026-01-01\ncovered_until: 9999-12-31\nweek: {mon: ['09:00-18:00']}\n",
	{"c.yaml:5:", "within a century"}},
};

static void a_calendar_that_cannot_work_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof(bad_calendars) / sizeof(bad_calendars[0]); i++) {
		const struct bad_row *row = &bad_calendars[i];
		struct problems problems = {0};
		if (load_calendar(row->text, &problems))
			fail_msg("%s: loaded", row->name);
		want_told(row, &problems);
		problems_free(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_shipped_policies_load),
	    cmocka_unit_test(a_clock_says_its_effect_and_its_basis),
	    cmocka_unit_test(rounds_take_twice_as_long_each),
	    cmocka_unit_test(the_small_policy_itself_is_good),
	    cmocka_unit_test(what_cannot_work_is_told_at_once),
	    cmocka_unit_test(a_right_calendar_is_taken),
	    cmocka_unit_test(a_calendar_that_cannot_work_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
