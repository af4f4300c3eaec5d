#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/nearest.h"

#include "common/model/rules_read.h"

enum { FIELD_NAMES_MAX = 64 };

struct reader {
	struct arena *arena;
	struct problems *problems;
	const struct rule_texts *texts;
	bool unsure; /* a rule for every complaint is wrong: what it was to give is not known */
};

static void unknown_name(
    struct reader *reader, const struct node *node, bool key, const char *what, const char *name, const char *const *names)
{
	const char *nearest = nearest_name(name, names);
	void (*tell)(struct problems *, const struct node *, const char *, ...) = key ? node_key_problem : node_problem;
	if (nearest)
		tell(reader->problems, node, "unknown %s \"%s\"; did you mean \"%s\"?", what, name, nearest);
	else
		tell(reader->problems, node, "unknown %s \"%s\"", what, name);
}

/* ---- values ---- */

static bool read_term(struct reader *reader, const struct rule_field *field, const struct node *node, struct rule_value *value)
{
	enum { TERMS_MAX = 64 };
	const char *names[TERMS_MAX + 1] = {0};
	value->number = field->term_by_name(node->text);
	if (value->number != 0 || strcmp(node->text, "unspecified") == 0)
		return true;
	for (int i = 0; i < TERMS_MAX && strcmp(field->term_name(i), "?") != 0; i++)
		names[i] = field->term_name(i);
	unknown_name(reader, node, false, field->name, node->text, names);
	return false;
}

static bool read_instant(struct reader *reader, const struct node *node, struct rule_value *value)
{
	if (instant_parse(node->text, strlen(node->text), &value->number))
		return true;
	node_problem(reader->problems, node, "not an instant: \"%s\"; want RFC 3339, like 2026-03-02T08:00:00+08:00", node->text);
	return false;
}

static bool read_flag(struct reader *reader, const struct node *node, struct rule_value *value)
{
	bool flag = false;
	bool good = node_read_bool(reader->problems, node, &flag);
	value->number = flag;
	return good;
}

static bool read_pattern(struct reader *reader, const struct node *node, struct rule_value *value)
{
	char error[160];
	size_t offset = 0;
	value->pattern = reader->texts->compile(node->text, error, sizeof(error), &offset, reader->texts->context);
	if (!value->pattern)
		node_problem(reader->problems, node, "wrong pattern at its character %zu: %s", offset + 1, error);
	return value->pattern != NULL;
}

/* Rules see words in their plain form: an operator who writes 無效 would wait for it for ever. */
static bool check_words(struct reader *reader, const struct node *node)
{
	const char *plain = reader->texts->plain(reader->arena, node->text);
	if (strcmp(plain, node->text) == 0)
		return true;
	size_t same = 0;
	while (node->text[same] && node->text[same] == plain[same])
		same++;
	while (same > 0 && ((unsigned char)node->text[same] & 0xc0) == 0x80)
		same--;
	node_problem(reader->problems, node,
	    "never found: what people write is looked at in its plain form; write \"%.48s\" where \"%.48s\" stands", plain + same,
	    node->text + same);
	return false;
}

static bool read_value(struct reader *reader, struct rule_condition *condition, const struct node *node, struct rule_value *value)
{
	if (!node_expect(reader->problems, node, NODE_TEXT))
		return false;
	value->text = node->text;
	if (node->text[0] == '\0') {
		node_problem(
		    reader->problems, node, "blank condition: it fits nothing or everything; what is not known is exists: false");
		return false;
	}
	if (condition->operator== RULE_EXISTS)
		return read_flag(reader, node, value);
	if (condition->field->kind == RULE_KIND_WORDS && !check_words(reader, node))
		return false;
	if (condition->operator== RULE_MATCHES)
		return read_pattern(reader, node, value);
	switch (condition->field->kind) {
	case RULE_KIND_TERM:
		return read_term(reader, condition->field, node, value);
	case RULE_KIND_NUMBER:
		return node_read_integer(reader->problems, node, INT64_MIN + 1, INT64_MAX, &value->number);
	case RULE_KIND_DURATION:
		return node_read_duration(reader->problems, node, &value->number);
	case RULE_KIND_INSTANT:
		return read_instant(reader, node, value);
	case RULE_KIND_FLAG:
		return read_flag(reader, node, value);
	case RULE_KIND_TEXT:
	case RULE_KIND_WORDS:
	case RULE_KIND_TEXTS:
	case RULE_KIND_COUNT:
		break;
	}
	return true;
}

static void read_values(struct reader *reader, struct rule_condition *condition, const struct node *node)
{
	bool list = condition->operator== RULE_IN;
	if (!node_expect(reader->problems, node, list ? NODE_LIST : NODE_TEXT))
		return;
	int count = list ? node->count : 1;
	if (count == 0 || count > RULE_VALUES_MAX) {
		node_problem(reader->problems, node, "want 1 to %d values, got %d", RULE_VALUES_MAX, count);
		return;
	}
	condition->values = arena_new_array(reader->arena, struct rule_value, (size_t)count);
	for (const struct node *one = list ? node_first(node) : node; one; one = list ? one->next : NULL)
		read_value(reader, condition, one, &condition->values[condition->values_count++]);
}

/* "late_by at_least 1s", "type in [a, b]" */
static const char *condition_as_written(struct reader *reader, const struct rule_condition *condition)
{
	bool list = condition->operator== RULE_IN;
	const char *text = arena_printf(
	    reader->arena, "%s %s %s", condition->field->name, rule_operator_name(condition->operator), list ? "[" : "");
	for (size_t i = 0; i < condition->values_count; i++)
		text = arena_printf(reader->arena, "%s%s%s", text, i ? ", " : "", condition->values[i].text);
	return list ? arena_printf(reader->arena, "%s]", text) : text;
}

/* ---- conditions ---- */

static const struct rule_field *read_field(struct reader *reader, const struct node *node)
{
	const struct rule_field *rows;
	const char *names[FIELD_NAMES_MAX + 1] = {0};
	const struct rule_field *field = rule_field_by_name(node->key);
	if (field)
		return field;
	size_t count = rule_fields(&rows);
	for (size_t i = 0; i < count && i < FIELD_NAMES_MAX; i++)
		names[i] = rows[i].name;
	unknown_name(reader, node, true, "field", node->key, names);
	return NULL;
}

static bool read_operator(struct reader *reader, const struct node *node, struct rule_condition *condition)
{
	const char *names[RULE_OPERATOR_COUNT + 1] = {0};
	for (int i = 0; i < RULE_OPERATOR_COUNT; i++)
		names[i] = rule_operator_name((enum rule_operator)i);
	if (!rule_operator_by_name(node->key, &condition->operator)) {
		unknown_name(reader, node, true, "operator", node->key, names);
		return false;
	}
	if (!rule_operator_fits(condition->field->kind, condition->operator)) {
		node_key_problem(
		    reader->problems, node, "the field %s does not know the operator \"%s\"", condition->field->name, node->key);
		return false;
	}
	return true;
}

/* - field: {operator: value} */
static void read_condition(struct reader *reader, const struct node *node, struct rule_condition *condition)
{
	if (!node_expect(reader->problems, node, NODE_MAP))
		return;
	const struct node *entry = node_first(node);
	if (node->count != 1) {
		node_problem(reader->problems, node, "want one field a condition, got %d", node->count);
		return;
	}
	condition->field = read_field(reader, entry);
	if (!condition->field || !node_expect(reader->problems, entry, NODE_MAP))
		return;
	const struct node *test = node_first(entry);
	if (entry->count != 1) {
		node_problem(reader->problems, entry, "want one operator a condition, got %d", entry->count);
		return;
	}
	if (!read_operator(reader, test, condition))
		return;
	read_values(reader, condition, test);
	condition->text = condition_as_written(reader, condition);
}

static void read_conditions(struct reader *reader, const struct node *when, const char *key, struct rule_conditions *conditions)
{
	const struct node *list = node_list(reader->problems, when, key, false);
	if (!list)
		return;
	if (list->count == 0 || list->count > RULE_CONDITIONS_MAX) {
		node_problem(reader->problems, list, "want 1 to %d conditions, got %d", RULE_CONDITIONS_MAX, list->count);
		return;
	}
	conditions->rows = arena_new_array(reader->arena, struct rule_condition, (size_t)list->count);
	for (const struct node *one = node_first(list); one; one = one->next)
		read_condition(reader, one, &conditions->rows[conditions->count++]);
}

static void read_when(struct reader *reader, const struct node *node, struct rule *rule)
{
	const struct node *when = node_get(node, "when");
	if (!when) {
		node_problem(reader->problems, node, "a rule needs \"when\": conditions, or the word always");
		return;
	}
	if (when->kind == NODE_TEXT && strcmp(when->text, "always") == 0)
		return;
	node_check_keys(reader->problems, when, (const char *const[]){"all", "any", "none", NULL});
	if (when->kind != NODE_MAP)
		return;
	read_conditions(reader, when, "all", &rule->all);
	read_conditions(reader, when, "any", &rule->any);
	read_conditions(reader, when, "none", &rule->none);
	if (when->count == 0)
		node_problem(reader->problems, when, "blank conditions; write always if that is meant");
}

/* ---- what a rule gives ---- */

static void read_set_type(struct reader *reader, const struct node *node, struct rule_set *set)
{
	struct rule_value value = {0};
	const struct node *type = node_get(node, "type");
	set->custom_type = node_text(reader->problems, node, "custom_type", "");
	if (type && read_term(reader, rule_field_by_name("type"), type, &value))
		set->type = (enum complaint_type)value.number;
	if (set->custom_type[0] != '\0' && set->type != COMPLAINT_TYPE_OTHER)
		node_problem(reader->problems, node, "custom_type goes with type: other");
}

static int64_t read_set_term(struct reader *reader, const struct node *node, const char *field)
{
	struct rule_value value = {0};
	const struct node *term = node_get(node, field);
	if (term)
		read_term(reader, rule_field_by_name(field), term, &value);
	return value.number;
}

static void read_set_priority(struct reader *reader, const struct node *node, struct rule_set *set)
{
	int64_t value = 0;
	struct node number;
	const struct node *priority = node_get(node, "priority");
	if (!priority)
		return;
	number = *priority;
	if (number.kind == NODE_TEXT && number.text[0] == '+') /* "+10" reads better than "10" */
		number.text++;
	set->has_priority = node_read_integer(reader->problems, &number, -RULE_PRIORITY_MAX, RULE_PRIORITY_MAX, &value);
	set->priority = (int32_t)value;
}

static void read_set(struct reader *reader, const struct node *node, struct rule *rule)
{
	static const char *const keys[] = {
	    "type", "custom_type", "tier", "priority", "first_answer", "queue", "owner", "policy", NULL};
	const struct node *set = node_map(reader->problems, node, "set", true);
	rule->set = (struct rule_set){.custom_type = "", .queue = "", .owner = "", .policy = ""};
	if (!set)
		return;
	node_check_keys(reader->problems, set, keys);
	if (set->count == 0)
		node_problem(reader->problems, set, "the rule gives nothing");
	read_set_type(reader, set, &rule->set);
	rule->set.tier = (enum tier)read_set_term(reader, set, "tier");
	rule->set.first_answer = (enum party)read_set_term(reader, set, "first_answer");
	read_set_priority(reader, set, &rule->set);
	rule->set.queue = node_text(reader->problems, set, "queue", "");
	rule->set.owner = node_text(reader->problems, set, "owner", "");
	rule->set.policy = node_text(reader->problems, set, "policy", "");
}

/* ---- the whole ---- */

static void check_id(struct reader *reader, const struct node *node, const struct rules *rules, size_t place)
{
	for (size_t i = 0; i < place; i++) {
		if (rules->rows[place].id[0] != '\0' && strcmp(rules->rows[i].id, rules->rows[place].id) == 0)
			node_problem(reader->problems, node_get(node, "id"), "the id \"%s\" was used before", rules->rows[i].id);
	}
}

static bool is_always(const struct rule *rule)
{
	return rule->all.count == 0 && rule->any.count == 0 && rule->none.count == 0;
}

/* Every complaint must get each of these, and from a rule that a person wrote. */
static void check_complete(struct reader *reader, const struct node *list, const struct rules *rules)
{
	bool tier = false, first_answer = false, queue = false, policy = false;
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule_set *set = &rules->rows[i].set;
		if (!is_always(&rules->rows[i]))
			continue;
		tier |= set->tier != TIER_UNSPECIFIED;
		first_answer |= set->first_answer != PARTY_UNSPECIFIED;
		queue |= set->queue[0] != '\0';
		policy |= set->policy[0] != '\0';
	}
	const struct {
		const char *name;
		bool given;
	} fields[] = {{"tier", tier}, {"first_answer", first_answer}, {"queue", queue}, {"policy", policy}};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!fields[i].given)
			node_problem(reader->problems, list, "no rule gives %s to every complaint (when: always)", fields[i].name);
	}
}

void rules_read(
    struct arena *arena, const struct node *root, const struct rule_texts *texts, struct problems *problems, struct rules *rules)
{
	struct reader reader = {arena, problems, texts, false};
	*rules = (struct rules){.version = ""};
	node_check_keys(problems, root, (const char *const[]){"version", "rules", NULL});
	rules->version = node_text(problems, root, "version", NULL);
	const struct node *list = node_list(problems, root, "rules", true);
	if (!list)
		return;
	if (list->count > RULES_MAX) {
		node_problem(problems, list, "want at most %d rules, got %d", RULES_MAX, list->count);
		return;
	}
	rules->rows = arena_new_array(arena, struct rule, (size_t)list->count);
	for (const struct node *node = node_first(list); node; node = node->next) {
		if (!node_expect(problems, node, NODE_MAP))
			continue;
		struct rule *rule = &rules->rows[rules->count];
		int before = problems->count;
		node_check_keys(problems, node, (const char *const[]){"id", "when", "set", NULL});
		rule->id = node_text(problems, node, "id", NULL);
		check_id(&reader, node, rules, rules->count++);
		read_when(&reader, node, rule);
		read_set(&reader, node, rule);
		reader.unsure |= problems->count > before && is_always(rule);
	}
	if (!reader.unsure)
		check_complete(&reader, list, rules);
}
