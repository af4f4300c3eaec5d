/* What the tests of the rules that Ombud comes with stand on: deploy/platforms/default/rules.yaml, once for a group of tests. */
#ifndef OMBUD_TESTS_UNIT_SHIPPED_RULES_H
#define OMBUD_TESTS_UNIT_SHIPPED_RULES_H

#include "common/platform/rules_file.h"
#include "tests/unit/check.h"

/* *state is a struct rules_file. */
int shipped_rules_open(void **state);
int shipped_rules_close(void **state);

/* What the rules say of it; none of them met its limit. */
void shipped_rules_evaluate(
    struct arena *arena, const struct rules_file *file, const struct event *complaint, struct rules_result *result);
/* The type that they find in these words. */
enum complaint_type shipped_rules_type(struct arena *arena, const struct rules_file *file, const char *words);

#endif
