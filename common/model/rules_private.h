/* What rules.c, the evaluation, asks of rules_fields.c, the words of rules. */
#ifndef OMBUD_MODEL_RULES_PRIVATE_H
#define OMBUD_MODEL_RULES_PRIVATE_H

#include "common/model/rules.h"

/* What one evaluation looks at. */
struct subject {
	const struct event *complaint;
	const struct order_facts *order;
	const struct order_item *item; /* the one complained about, or the only one; NULL when neither */
	const struct rules_result *result;
};

/* All of it is borrowed; an order that is not known is one without facts. */
struct subject rule_subject(const struct event *complaint, const struct rules_result *result);

/* A field's value of a complaint. exists: whether the fact is known at all. */
struct fact {
	bool exists;
	int64_t number;
	const char *text;
	const struct evidence *evidence;
	size_t evidence_count;
	bool only_from_platform;
};

struct fact rule_fact(const struct rule_field *field, const struct subject *subject);

#endif
