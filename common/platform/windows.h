/* How long after what a platform's buyers may complain (platform.yaml, windows). */
#ifndef OMBUD_PLATFORM_WINDOWS_H
#define OMBUD_PLATFORM_WINDOWS_H

#include <stdbool.h>

#include "common/base/problems.h"
#include "common/model/bundle.h"
#include "common/model/eligibility.h"

/* false: all mistakes are in problems. */
bool windows_read(const struct bundle *files, struct eligibility_limits *windows, struct problems *problems);

#endif
