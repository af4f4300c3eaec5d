/* Rules evaluated, one after the other; their words are in rules_fields.c. */
#include <stdio.h>
#include <string.h>

#include "common/base/arena.h"

#include "common/model/rules_private.h"

struct evaluation {
	struct arena *arena;
	struct subject subject;
	rule_match_fn *match;
	const struct rule *rule;
	struct rules_result *result;
};

static bool value_equals(enum rule_kind kind, const struct fact *fact, const struct rule_value *value)
{
	if (kind == RULE_KIND_TEXT || kind == RULE_KIND_WORDS)
		return strcmp(fact->text, value->text) == 0;
	if (kind != RULE_KIND_TEXTS)
		return fact->number == value->number;
	for (size_t i = 0; i < fact->evidence_count; i++) {
		if (fact->only_from_platform && fact->evidence[i].supplied_by != PARTY_PLATFORM)
			continue;
		if (strcmp(fact->evidence[i].kind, value->text) == 0)
			return true;
	}
	return false;
}

static bool value_matches(struct evaluation *evaluation, const struct fact *fact, const struct rule_value *value)
{
	if (!fact->exists)
		return false;
	enum rule_match match = evaluation->match(value->pattern, fact->text, strlen(fact->text));
	if (match == RULE_MATCH_LIMIT && !evaluation->result->limit_rule)
		evaluation->result->limit_rule = evaluation->rule->id;
	return match == RULE_MATCH_YES;
}

/* A fact that is not known satisfies "is unspecified" of a term and "exists: false" only. */
static bool value_holds(
    struct evaluation *evaluation, const struct rule_condition *condition, const struct fact *fact, const struct rule_value *value)
{
	switch (condition->operator) {
	case RULE_IS:
	case RULE_IN:
		return (fact->exists || condition->field->kind == RULE_KIND_TERM) &&
		       value_equals(condition->field->kind, fact, value);
	case RULE_MATCHES:
		return value_matches(evaluation, fact, value);
	case RULE_AT_LEAST:
		return fact->exists && fact->number >= value->number;
	case RULE_AT_MOST:
		return fact->exists && fact->number <= value->number;
	case RULE_BEFORE:
		return fact->exists && fact->number < value->number;
	case RULE_AFTER:
		return fact->exists && fact->number > value->number;
	case RULE_EXISTS:
		return fact->exists == (value->number != 0);
	case RULE_OPERATOR_COUNT:
		break;
	}
	return false;
}

static bool condition_holds(struct evaluation *evaluation, const struct rule_condition *condition)
{
	struct fact fact = rule_fact(condition->field, &evaluation->subject);
	for (size_t i = 0; i < condition->values_count; i++) {
		if (value_holds(evaluation, condition, &fact, &condition->values[i]))
			return true;
	}
	return false;
}

/* The first that holds, NULL when none does. */
static const struct rule_condition *first_holding(struct evaluation *evaluation, const struct rule_conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++) {
		if (condition_holds(evaluation, &conditions->rows[i]))
			return &conditions->rows[i];
	}
	return NULL;
}

static bool all_hold(struct evaluation *evaluation, const struct rule_conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++) {
		if (!condition_holds(evaluation, &conditions->rows[i]))
			return false;
	}
	return true;
}

/* Bounded text that never ends in the middle of a character. */
struct condition_text {
	char text[RULE_CONDITION_TEXT_MAX + 1];
	size_t size;
};

static void text_add(struct condition_text *out, const char *joint, const char *text)
{
	if (out->size > 0)
		out->size += (size_t)snprintf(out->text + out->size, sizeof(out->text) - out->size, "%s", joint);
	if (out->size >= sizeof(out->text) - 1) {
		out->size = sizeof(out->text) - 1;
		return;
	}
	size_t room = sizeof(out->text) - 1 - out->size;
	size_t size = strlen(text);
	if (size > room) {
		size = room;
		while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	memcpy(out->text + out->size, text, size);
	out->size += size;
	out->text[out->size] = '\0';
}

/* What made the rule hold, as written: all of `all`, the one of `any`, and `none` negated. */
static const char *condition_text(struct evaluation *evaluation, const struct rule_condition *any)
{
	struct condition_text out = {.size = 0};
	const struct rule *rule = evaluation->rule;
	for (size_t i = 0; i < rule->all.count; i++)
		text_add(&out, " and ", rule->all.rows[i].text);
	if (any)
		text_add(&out, " and ", any->text);
	for (size_t i = 0; i < rule->none.count; i++) {
		text_add(&out, " and ", "not ");
		text_add(&out, "", rule->none.rows[i].text);
	}
	return out.size > 0 ? arena_strdup(evaluation->arena, out.text) : "always";
}

static void reason_add(struct evaluation *evaluation, const char *field, const char *value, const char *condition)
{
	struct rules_result *result = evaluation->result;
	size_t kept = strcmp(field, "priority") == 0 ? RULE_REASONS_MAX - 8 : RULE_REASONS_MAX; /* room for the six others */
	if (result->reasons_count >= kept)
		return;
	result->reasons[result->reasons_count++] =
	    (struct triage_reason){.field = field, .value = value, .rule_id = evaluation->rule->id, .condition = condition};
}

static bool given(const struct rules_result *result, const char *field)
{
	for (size_t i = 0; i < result->reasons_count; i++) {
		if (strcmp(result->reasons[i].field, field) == 0)
			return true;
	}
	return false;
}

static void set_text(
    struct evaluation *evaluation, const char *field, const char *value, const char **target, const char *condition)
{
	if (value[0] == '\0' || given(evaluation->result, field))
		return;
	*target = value;
	reason_add(evaluation, field, value, condition);
}

static void set_priority(struct evaluation *evaluation, const char *condition)
{
	const struct rule_set *set = &evaluation->rule->set;
	if (!set->has_priority)
		return;
	int32_t sum = evaluation->result->priority + set->priority;
	evaluation->result->priority = sum < 0 ? 0 : sum > RULE_PRIORITY_MAX ? RULE_PRIORITY_MAX : sum;
	reason_add(evaluation, "priority", arena_printf(evaluation->arena, "%+d", (int)set->priority), condition);
}

static void rule_apply(struct evaluation *evaluation, const struct rule_condition *any)
{
	const struct rule_set *set = &evaluation->rule->set;
	struct rules_result *result = evaluation->result;
	const char *condition = condition_text(evaluation, any);

	if (set->type != COMPLAINT_TYPE_UNSPECIFIED && !given(result, "type")) {
		result->type = set->type;
		result->custom_type = set->custom_type;
		reason_add(evaluation, "type", set->custom_type[0] ? set->custom_type : complaint_type_name(set->type), condition);
	}
	if (set->tier != TIER_UNSPECIFIED && !given(result, "tier")) {
		result->tier = set->tier;
		reason_add(evaluation, "tier", tier_name(set->tier), condition);
	}
	if (set->first_answer != PARTY_UNSPECIFIED && !given(result, "first_answer")) {
		result->first_answer = set->first_answer;
		reason_add(evaluation, "first_answer", party_name(set->first_answer), condition);
	}
	set_text(evaluation, "queue", set->queue, &result->queue, condition);
	set_text(evaluation, "owner", set->owner, &result->owner, condition);
	set_text(evaluation, "policy", set->policy, &result->policy, condition);
	set_priority(evaluation, condition);
}

static void rule_run(struct evaluation *evaluation)
{
	const struct rule *rule = evaluation->rule;
	if (!all_hold(evaluation, &rule->all) || first_holding(evaluation, &rule->none))
		return;
	const struct rule_condition *any = first_holding(evaluation, &rule->any);
	if (any || rule->any.count == 0)
		rule_apply(evaluation, any);
}

/* What no rule gave. The loader refuses a file that leaves anything open, so this is for an empty set of rules. */
static void result_complete(struct evaluation *evaluation)
{
	struct rules_result *result = evaluation->result;
	if (!given(result, "type") && result->type != COMPLAINT_TYPE_UNSPECIFIED && result->reasons_count < RULE_REASONS_MAX)
		result->reasons[result->reasons_count++] = (struct triage_reason){"type",
		    result->custom_type[0] ? result->custom_type : complaint_type_name(result->type), "as_filed", "as filed"};
	if (result->type == COMPLAINT_TYPE_UNSPECIFIED)
		result->type = COMPLAINT_TYPE_OTHER;
	if (result->tier == TIER_UNSPECIFIED)
		result->tier = TIER_STANDARD;
	if (result->first_answer == PARTY_UNSPECIFIED)
		result->first_answer = PARTY_MERCHANT;
	if (result->queue[0] == '\0')
		result->queue = "general";
	if (result->policy[0] == '\0')
		result->policy = "standard";
}

void rules_evaluate(struct arena *arena, const struct rules *rules, const struct event *complaint, rule_match_fn *match,
    struct rules_result *result)
{
	*result = (struct rules_result){
	    .type = complaint->type,
	    .custom_type = complaint->custom_type,
	    .queue = "",
	    .owner = "",
	    .policy = "",
	};
	struct evaluation evaluation = {
	    .arena = arena,
	    .subject = rule_subject(complaint, result),
	    .match = match,
	    .result = result,
	};
	for (size_t i = 0; i < rules->count; i++) {
		evaluation.rule = &rules->rows[i];
		rule_run(&evaluation);
	}
	result_complete(&evaluation);
}
