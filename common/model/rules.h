/* Triage rules: an ordered list of {when, set}, evaluated on the facts of one complaint. Pure: no file, no regular expression
 * library, no clock; the file is read by services/triage/rules_file.c and patterns are matched by the function given.
 *
 * Rules run from first to last. A rule whose conditions hold gives every field that it sets, unless an earlier rule gave that field
 * already; priorities add up. A condition on type, tier, priority or first_answer sees what the rules before have given. So the
 * evaluation is total (every complaint gets a result), bounded (one pass) and each given field names its one rule.
 */
#ifndef OMBUD_MODEL_RULES_H
#define OMBUD_MODEL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/model/event.h"

enum {
	RULES_MAX = 500,          /* rules in one file: a person must be able to read them */
	RULE_CONDITIONS_MAX = 32, /* in one rule */
	RULE_VALUES_MAX = 64,     /* in one list */
	RULE_REASONS_MAX = 64,    /* recorded of one complaint: later priority reasons are added up but not told */
	RULE_PRIORITY_MAX = 100,
	RULE_CONDITION_TEXT_MAX = 400, /* of the text of a reason */
};

/* What a field holds, which says which operators and which values it takes. */
enum rule_kind {
	RULE_KIND_TERM, /* one of a list of names */
	RULE_KIND_TEXT,
	RULE_KIND_WORDS, /* what a person wrote, in its plain form */
	RULE_KIND_TEXTS, /* a set of texts */
	RULE_KIND_NUMBER,
	RULE_KIND_DURATION, /* microseconds */
	RULE_KIND_INSTANT,
	RULE_KIND_FLAG,
	RULE_KIND_COUNT
};

enum rule_operator {
	RULE_IS,
	RULE_IN,
	RULE_MATCHES,
	RULE_AT_LEAST,
	RULE_AT_MOST,
	RULE_BEFORE,
	RULE_AFTER,
	RULE_EXISTS,
	RULE_OPERATOR_COUNT
};

/* A field that a condition may name: one row of a table in rules.c. */
struct rule_field {
	const char *name;
	enum rule_kind kind;
	int (*term_by_name)(const char *name); /* RULE_KIND_TERM: 0 when unknown or "unspecified" */
	const char *(*term_name)(int value);
	const char *help;
};

size_t rule_fields(const struct rule_field **rows); /* all of them, for messages and documentation */
const struct rule_field *rule_field_by_name(const char *name);
const char *rule_operator_name(enum rule_operator operator);
bool rule_operator_by_name(const char *name, enum rule_operator *operator);
bool rule_operator_fits(enum rule_kind kind, enum rule_operator operator);

struct rule_value {
	const char *text;    /* TEXT, TEXTS */
	int64_t number;      /* TERM, NUMBER, DURATION, INSTANT, FLAG; exists: 0 or 1 */
	const void *pattern; /* matches: what the loader compiled */
};

struct rule_condition {
	const struct rule_field *field;
	enum rule_operator operator;
	struct rule_value *values;
	size_t values_count;
	const char *text; /* as written: "statement matches 卡密" */
};

struct rule_conditions {
	struct rule_condition *rows;
	size_t count;
};

/* What a rule gives. 0 and "" mean: nothing. */
struct rule_set {
	enum complaint_type type;
	const char *custom_type;
	enum tier tier;
	bool has_priority;
	int32_t priority; /* added to what is there */
	enum party first_answer;
	const char *queue;
	const char *owner;
	const char *policy;
};

struct rule {
	const char *id;
	struct rule_conditions all;  /* every one must hold; none written: holds */
	struct rule_conditions any;  /* at least one, when any is written */
	struct rule_conditions none; /* not one */
	struct rule_set set;
};

struct rules {
	const char *version;
	struct rule *rows;
	size_t count;
};

enum rule_match { RULE_MATCH_NO, RULE_MATCH_YES, RULE_MATCH_LIMIT };
typedef enum rule_match rule_match_fn(const void *pattern, const char *text, size_t size);

struct rules_result {
	enum complaint_type type;
	const char *custom_type;
	enum tier tier;
	int32_t priority;
	enum party first_answer;
	const char *queue;
	const char *owner;
	const char *policy;
	struct triage_reason reasons[RULE_REASONS_MAX];
	size_t reasons_count;
	const char *limit_rule; /* a rule whose pattern ran into its limit (taken for no match); NULL: none */
};

/* complaint: a ComplaintChanged that holds all facts known of the complaint, its RULE_KIND_WORDS in their plain form. Texts of the
 * result belong to the rules, to the complaint, or to the arena. */
struct arena;
void rules_evaluate(struct arena *arena, const struct rules *rules, const struct event *complaint, rule_match_fn *match,
    struct rules_result *result);

#endif
