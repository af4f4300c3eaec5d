/* Applied versions of platforms, as daemons read them (deploy/sql/..._platform.sql). What ombudctl does with them: platforms.h. */
#ifndef OMBUD_STORE_CORE_PLATFORMS_H
#define OMBUD_STORE_CORE_PLATFORMS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/io/pg.h"

struct core_platform {
	int32_t version;
	const char *platform_id; /* borrowed */
	int64_t effective_us;
	bool retired;
};
/* All of them, by rising number. */
void core_platforms_read(struct pg *pg, pg_result_fn *fn, void *context);
void core_platform_row(const struct pg_result *result, int row, struct core_platform *platform);

/* The files of a version; no rows: there is no such version. */
void core_platform_files_read(struct pg *pg, int32_t version, pg_result_fn *fn, void *context);
const char *core_platform_file_row(const struct pg_result *result, int row, const char **content); /* its path; both borrowed */

#endif
