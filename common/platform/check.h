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

/* Where this machine's time zone data opens a window that is not over yet otherwise than a version stored it: found, at the zone.
 * files: the version's own. */
struct calendar;
void platform_check_stored(
    const struct bundle *files, const struct calendar *stored, const char *version, int64_t now_us, struct findings *findings);

#endif
