/* Rules from configuration: all mistakes at once, each with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/arena.h"
#include "common/io/yaml.h"
#include "common/model/rules_read.h"

/* Patterns that begin with "(" and hold no ")" are wrong; the others are their own text. */
static const void *compile(const char *pattern, char *error, size_t error_size, size_t *offset, void *context)
{
	if (pattern[0] != '(' || strchr(pattern, ')'))
		return pattern;
	*offset = strlen(pattern);
	snprintf(error, error_size, "missing closing parenthesis");
	return NULL;
}

static enum rule_match match(const void *pattern, const char *text, size_t size)
{
	return strstr(text, pattern) ? RULE_MATCH_YES : RULE_MATCH_NO;
}

/* As if 無 were the one traditional character. */
static const char *plain(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text), *at = strstr(copy, "無");
	if (at)
		memcpy(at, "无", strlen("无"));
	return copy;
}

static const struct rule_texts texts = {compile, plain, NULL};

#define REST                                                                                     \
	"- id: rest\n  when: always\n  set: {tier: standard, first_answer: merchant, queue: q, " \
	"policy: standard, priority: +20}\n"

static const char good[] = "version: one\nrules:\n"
			   "- id: key\n"
			   "  when:\n"
			   "    all: [type: {in: [unspecified, other]}, statement: {matches: 卡密}]\n"
			   "    none: [late_by: {at_least: 1h}]\n"
			   "  set: {type: card_key_invalid, priority: -5}\n" REST;

struct bad_row {
	const char *text;
	const char *want; /* all of what is told */
};

static const struct bad_row bad_rows[] = {
    {"rules: []\n", "f:1:1: key \"version\" is missing\n"
		    "f:1:8: no rule gives tier to every complaint (when: always)\n"
		    "f:1:8: no rule gives first_answer to every complaint (when: always)\n"
		    "f:1:8: no rule gives queue to every complaint (when: always)\n"
		    "f:1:8: no rule gives policy to every complaint (when: always)\n"},
    {"version: 1\nrules:\n- id: a\n  when: {all: [statment: {matches: x}]}\n  set: {queue: q}\n" REST,
	"f:4:16: unknown field \"statment\"; did you mean \"statement\"?\n"},
    {"version: 1\nrules:\n- id: a\n  when: {all: [type: {is: fake_shipmet}]}\n  set: {tier: simpel}\n" REST,
	"f:4:27: unknown type \"fake_shipmet\"; did you mean \"fake_shipment\"?\n"
	"f:5:15: unknown tier \"simpel\"; did you mean \"simple\"?\n"},
    {"version: 1\nrules:\n- id: a\n  when: {any: [amount: {matches: x}, statement: {matches: \"(x\"}]}\n  set: {queue: q}\n" REST,
	"f:4:25: the field amount does not know the operator \"matches\"\n"
	"f:4:59: wrong pattern at its character 3: missing closing parenthesis\n"},
    {"version: 1\nrules:\n- id: a\n  when: {any: [statement: {matches: 卡密無效}, wanted: {in: [退款, 無]}, sku: {is: 無}]}\n  set: {queue: q}\n" REST,
	"f:4:37: never found: what people write is looked at in its plain form; write \"无效\" where \"無效\" stands\n"
	"f:4:62: never found: what people write is looked at in its plain form; write \"无\" where \"無\" stands\n"},
    {"version: 1\nrules:\n- id: rest\n  when: {}\n  set: {}\n" REST, "f:4:9: blank conditions; write always if that is meant\n"
								     "f:5:8: the rule gives nothing\n"
								     "f:6:7: the id \"rest\" was used before\n"},
    {"version: 1\nrules:\n- id: a\n  wen: always\n  set: {queue: q, priority: 101, custom_type: x}\n" REST, NULL},
};

static void test_good(void **state)
{
	struct problems problems = {0};
	struct arena *arena = arena_new(0);
	struct yaml_tree *yaml = yaml_tree_load_text("f", good, strlen(good), &problems);
	struct rules rules;
	struct rules_result result;
	struct event complaint = event_empty(EVENT_COMPLAINT_CHANGED);

	rules_read(arena, yaml_tree_root(yaml), &texts, &problems, &rules);
	assert_string_equal(problems_text(&problems), "");
	assert_int_equal(rules.count, 2);
	complaint.statement.text = "卡密无效";
	rules_evaluate(arena, &rules, &complaint, match, &result);
	assert_int_equal(result.type, COMPLAINT_TYPE_CARD_KEY_INVALID);
	assert_int_equal(result.priority, 20);
	assert_string_equal(
	    result.reasons[0].condition, "type in [unspecified, other] and statement matches 卡密 and not late_by at_least 1h");
	yaml_tree_free(yaml);
	arena_free(arena);
	problems_free(&problems);
}

static void test_bad(void **state)
{
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		struct problems problems = {0};
		struct arena *arena = arena_new(0);
		struct yaml_tree *yaml = yaml_tree_load_text("f", bad_rows[i].text, strlen(bad_rows[i].text), &problems);
		struct rules rules;
		assert_non_null(yaml);
		rules_read(arena, yaml_tree_root(yaml), &texts, &problems, &rules);
		if (bad_rows[i].want)
			assert_string_equal(problems_text(&problems), bad_rows[i].want);
		else
			assert_true(problems.count >= 4);
		yaml_tree_free(yaml);
		arena_free(arena);
		problems_free(&problems);
	}
}

static void test_default_file(void **state)
{
	struct problems problems = {0};
	struct arena *arena = arena_new(0);
	struct yaml_tree *yaml = yaml_tree_load_file("deploy/platforms/default/rules.yaml", &problems);
	struct rules rules;
	assert_non_null(yaml);
	rules_read(arena, yaml_tree_root(yaml), &texts, &problems, &rules);
	assert_string_equal(problems_text(&problems), "");
	assert_true(rules.count > 30);
	yaml_tree_free(yaml);
	arena_free(arena);
	problems_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_default_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
