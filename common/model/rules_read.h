/* Rules from a tree of configuration (common/base/node.h). Pure: patterns are compiled by the function given. */
#ifndef OMBUD_MODEL_RULES_READ_H
#define OMBUD_MODEL_RULES_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/node.h"
#include "common/model/rules.h"

struct arena;

/* A compiled pattern for rule_match_fn; NULL: wrong, with the reason in error and the offset of the mistake within the pattern. */
typedef const void *rule_compile_fn(const char *pattern, char *error, size_t error_size, size_t *offset, void *context);

/* Adds every mistake to problems. The rules belong to the arena, their texts to the tree: both must live as long as they do. */
void rules_read(struct arena *arena, const struct node *root, rule_compile_fn *compile, void *context, struct problems *problems,
    struct rules *rules);

#endif
