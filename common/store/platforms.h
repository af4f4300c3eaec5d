/* Applied versions of platforms, for whoever applies them and looks at them (deploy/sql/..._platform.sql): ombudctl and tests. What
 * daemons read: core_platforms.h. */
#ifndef OMBUD_STORE_PLATFORMS_H
#define OMBUD_STORE_PLATFORMS_H

#include <stdint.h>

#include "common/io/pg.h"
#include "common/store/views.h"

struct bundle;
struct calendar;
struct calendar_file;

struct platform_application {
	const char *platform_id;
	int32_t seen; /* the platform's newest number as the caller has seen it; 0: it had none */
	const char *who;
	const char *effective; /* an instant as text, "now", or NULL: two minutes ahead */
	const struct bundle *files;
	const struct calendar_file *calendar; /* of them, and its days as every daemon will know them; both NULL: none */
	const struct calendar *days;
	bool move; /* what is open, too: by a campaign, when it holds */
};
/* One row: version or null (another than seen is the newest), the platform's newest number before, whether it is a new version
 * (false: the newest has the same bytes), effective_from, the campaign that moves what is open or null. NULL: pg_session_error says
 * why. The caller frees it. */
struct pg_result *platform_apply(struct pg_session *session, const struct platform_application *apply);

extern const struct pg_statement platform_newest;   /* platform -> its newest number; no row: it has none */
extern const struct pg_statement platform_files;    /* version -> path, content; by path */
extern const struct pg_statement platform_in_force; /* platform -> the version that it goes by now; null: none is applied */
extern const struct pg_statement platform_hanging;  /* version -> how many open complaints go by it */
/* version, who, "move" or "keep" for what is open -> a row when done: the campaign or null; the last of platform default is an
 * error */
extern const struct pg_statement platform_retire;

extern const struct view view_platforms;      /* platform or null, limit */
extern const struct view view_platform_head;  /* version: one row */
extern const struct view view_platform_files; /* version */

#endif
