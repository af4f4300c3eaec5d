/* A platform's own types and the codes of all types (platform.yaml, types). */
#ifndef OMBUD_PLATFORM_TYPES_H
#define OMBUD_PLATFORM_TYPES_H

#include <stdbool.h>

#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/type_codes.h"

/* false: all mistakes are in problems. */
bool types_read(const struct bundle *files, struct type_codes *codes, struct problems *problems);

#endif
