/* All that is wrong in a platform's files, at once: what their readers tell, and what only shows when rules, policies and calendar
 * are laid side by side. The words of notices are checked by who reads them (common/letter). */
#ifndef OMBUD_PLATFORM_CHECK_H
#define OMBUD_PLATFORM_CHECK_H

#include <stdint.h>

#include "common/model/bundle.h"
#include "common/platform/findings.h"

/* own: the files that the platform itself has, of which none may be without effect; what it goes by without having it, default's,
 * may. effective_us: when the files are to hold; a calendar's cover is looked at from there. */
void platform_check(const struct bundle *files, const struct bundle *own, int64_t effective_us, struct findings *findings);

#endif
