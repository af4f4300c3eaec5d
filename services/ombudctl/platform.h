/* A platform's files, from its folder or from an applied version. */
#ifndef OMBUD_OMBUDCTL_PLATFORM_H
#define OMBUD_OMBUDCTL_PLATFORM_H

#include <stdint.h>
#include <stdio.h>

#include "common/model/bundle.h"
#include "common/model/calendar.h"
#include "common/platform/findings.h"
#include "services/ombudctl/ctl.h"

struct platform_folder {
	const char *path, *under; /* under: the folder that it stands on; NULL: none */
	struct bundle files;      /* its own over those of the folder under it */
	struct bundle own;
};

/* Into the arena. under: NULL: default beside it, unless it is default itself. In problems: what could not be read. */
void platform_read_folder(
    struct platform_folder *folder, struct arena *arena, const char *path, const char *under, struct problems *problems);
/* All that is wrong in them, by their place. own: those of its own folder. */
void platform_find(const struct bundle *files, const struct bundle *own, int64_t effective_us, struct findings *findings);
/* The folder that is the command's first word, read, and all that is wrong in it when it is to hold from --effective-from on. */
void platform_find_in_folder(
    struct ctl *ctl, struct platform_folder *folder, struct arena *arena, const char *under, struct findings *findings);
/* A line each: file:line:column, where an editor finds it. Then how many, as a message. */
void platform_print_findings(FILE *out, const struct platform_folder *folder, const struct findings *findings);
void platform_count_findings(const struct platform_folder *folder, const struct findings *findings);
/* What is otherwise, member by member, to stdout; how much it is. */
int platform_print_differences(const struct ctl *ctl, const struct bundle *was, const struct bundle *is);
/* By the database of --applied: where the zone data has moved since the platform's newest version was applied. false: the message
 * has been printed. */
bool platform_find_moved(struct ctl *ctl, struct findings *findings);
/* false: the message has been printed. No such version: no files. */
bool platform_read_version(struct ctl *ctl, int32_t version, struct bundle *files);
/* The calendar of an applied version as it is stored, the caller's to free; NULL: none, or the message has been printed. */
struct calendar *platform_read_days(struct ctl *ctl, int32_t version);

#endif
