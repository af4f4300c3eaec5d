/* How much and how often at a platform (platform.yaml, limits): its figures in the place of the table's (common/model/limits.h),
 * how long a complaint can be amended, how often urged. */
#ifndef OMBUD_PLATFORM_FIGURES_H
#define OMBUD_PLATFORM_FIGURES_H

#include <stdbool.h>

#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/limits.h"

/* false: all mistakes are in problems. */
bool figures_read(const struct bundle *files, struct limit_figures *figures, struct problems *problems);

#endif
