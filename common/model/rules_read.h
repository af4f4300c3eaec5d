/* Rules from a tree of configuration (common/base/node.h). Pure: patterns are compiled, and words put into their plain form, by the
 * functions given. */
#ifndef OMBUD_MODEL_RULES_READ_H
#define OMBUD_MODEL_RULES_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/node.h"
#include "common/model/rules.h"

struct arena;

/* A compiled pattern for rule_match_fn; NULL: wrong, with the reason in error and the offset of the mistake within the pattern. */
typedef const void *rule_compile_fn(const char *pattern, char *error, size_t error_size, size_t *offset, void *context);

/* The plain form of a text that is to be found in words: what differs from it would never be found, and is refused. */
typedef const char *rule_plain_fn(struct arena *arena, const char *text);

struct rule_texts {
	rule_compile_fn *compile;
	rule_plain_fn *plain;
	void *context; /* of compile */
};

/* Adds every mistake to problems. The rules belong to the arena, their texts to the tree: both must live as long as they do. */
void rules_read(
    struct arena *arena, const struct node *root, const struct rule_texts *texts, struct problems *problems, struct rules *rules);

#endif
