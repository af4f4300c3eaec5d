/* A platform's clauses (clauses.yaml) and criteria (criteria.yaml), as common/model/law.h has them. Days are the platform's: a
 * clause is in force from the beginning of valid_from in the zone of platform.yaml. */
#ifndef OMBUD_PLATFORM_LAW_FILE_H
#define OMBUD_PLATFORM_LAW_FILE_H

#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/law.h"

/* NULL: all mistakes are in problems. */
struct law_file;
struct law_file *law_file_new(const struct bundle *files, struct problems *problems);
void law_file_free(struct law_file *file); /* NULL is fine */
const struct law *law_file_law(const struct law_file *file);

#endif
