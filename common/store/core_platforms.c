#include "common/store/core_platforms.h"

#include "common/store/core_private.h"

const struct pg_statement core_platforms_texts[CORE_COUNT] = {
    [CORE_PLATFORMS] = {"core_platforms",
	"select v.version, v.platform_id, v.effective_from, v.retired_at is not null from ombud.platform_version v order by v.version",
	"", 4},

    [CORE_PLATFORM_FILES] = {"core_platform_files",
	"select f.path, f.content from ombud.platform_file f where f.version = $1 order by f.path", "int4", 2},
};

void core_platforms_read(struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_send(pg, &core_made[CORE_PLATFORMS], NULL, fn, context);
}

void core_platform_row(const struct pg_result *result, int row, struct core_platform *platform)
{
	platform->version = pg_get_int4(result, row, 0);
	platform->platform_id = pg_get_text(result, row, 1);
	platform->effective_us = pg_get_instant(result, row, 2);
	platform->retired = pg_get_bool(result, row, 3);
}

void core_platform_files_read(struct pg *pg, int32_t version, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	pg_send(pg, &core_made[CORE_PLATFORM_FILES], args, fn, context);
	pg_args_free(args);
}

const char *core_platform_file_row(const struct pg_result *result, int row, const char **content)
{
	*content = pg_get_text(result, row, 1);
	return pg_get_text(result, row, 0);
}
