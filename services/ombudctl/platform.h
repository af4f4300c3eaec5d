/* A platform's files, from its folder or from an applied version. */
#ifndef OMBUD_OMBUDCTL_PLATFORM_H
#define OMBUD_OMBUDCTL_PLATFORM_H

#include <stdint.h>

#include "common/model/bundle.h"
#include "common/platform/findings.h"
#include "services/ombudctl/ctl.h"

/* The files of a folder over those of default beside it, and the platform's id, which is the folder's name; it is the bundle's
 * arena's. NULL, or what is in problems: what is wrong. */
const char *platform_read_folder(struct bundle *files, const char *path, struct problems *problems);
/* All that is wrong in them, by their place. own: those of its own folder. */
void platform_find(const struct bundle *files, const struct bundle *own, int64_t effective_us, struct findings *findings);
/* What is otherwise, member by member, to stdout; how much it is. */
int platform_print_differences(const struct ctl *ctl, const struct bundle *was, const struct bundle *is);
/* By the database of --applied: where the zone data has moved since the platform's newest version was applied. false: the message
 * has been printed. */
bool platform_find_moved(struct ctl *ctl, struct findings *findings);
/* false: the message has been printed. No such version: no files. */
bool platform_read_version(struct ctl *ctl, int32_t version, struct bundle *files);

#endif
