/* Triage's rules as a file has them: YAML and patterns behind the pure reader and evaluator of common/model/rules*.h. */
#ifndef OMBUD_PLATFORM_RULES_FILE_H
#define OMBUD_PLATFORM_RULES_FILE_H

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/event.h"
#include "common/model/rules.h"

/* rules.yaml of a platform's files. NULL: all mistakes are in problems, as file:line:column: message. */
struct rules_file;
struct rules_file *rules_file_new(const struct bundle *files, struct problems *problems);
void rules_file_free(struct rules_file *file); /* NULL is fine */
const struct rules *rules_file_rules(const struct rules_file *file);
/* The rules on a complaint; its words are looked at in their plain form (common/io/plain_text.h). */
void rules_file_evaluate(
    struct arena *arena, const struct rules_file *file, const struct event *complaint, struct rules_result *result);

#endif
