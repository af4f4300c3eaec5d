#include "common/store/platforms.h"

#include "common/model/bundle.h"
#include "common/store/calendars.h"
#include "common/store/views_private.h"

static const struct pg_statement apply_statement = {"platform_apply",
    "select version, newest, applied, holds_from, case when $16 = 'move' and version is not null then ombud.move_to_platform(version, $3)::text end"
    "  from ombud.apply_platform($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    "text int4 text text text[] text[] " STORE_CALENDAR_PARAMS " text", 5};

const struct pg_statement platform_newest = {"platform_newest",
    "select v.version from ombud.platform_version v where v.platform_id = $1 order by v.version desc limit 1", "text", 1};

const struct pg_statement platform_files = {
    "platform_files", "select f.path, f.content from ombud.platform_file f where f.version = $1 order by f.path", "int4", 2};

const struct pg_statement platform_in_force = {"platform_in_force", "select ombud.platform_in_force($1)", "text", 1};

const struct pg_statement platform_retire = {"platform_retire",
    "select r.campaign::text from ombud.retire_platform($1, $2, $3 = 'move') as r where r.done", "int4 text text", 1};

const struct pg_statement platform_hanging = {
    "platform_hanging", "select count(*) from intake.complaint where policy_version = $1 and stage not in (13, 14, 15)", "int4", 1};

struct pg_result *platform_apply(struct pg_session *session, const struct platform_application *apply)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *paths = pg_array_new(PG_TEXT), *contents = pg_array_new(PG_TEXT);
	struct store_calendar_columns columns;
	for (size_t i = 0; i < apply->files->count; i++) {
		pg_array_text(paths, apply->files->files[i].path);
		pg_array_text(contents, apply->files->files[i].text);
	}
	pg_args_text(args, apply->platform_id);
	pg_args_int4(args, apply->seen);
	pg_args_text(args, apply->who);
	pg_args_text(args, apply->effective);
	pg_args_array(args, paths);
	pg_args_array(args, contents);
	store_calendar_args(args, &columns, apply->calendar, apply->days);
	pg_args_text(args, apply->move ? "move" : "keep");
	struct pg_result *result = pg_session_run(session, &apply_statement, args);
	pg_args_free(args);
	pg_array_free(paths);
	pg_array_free(contents);
	store_calendar_columns_free(&columns);
	return result;
}

/* in_force: what is filed now goes by it. */
#define VERSIONS                                                                                                                      \
	"select v.version, v.platform_id as platform,"                                                                                \
	"       case when v.retired_at is not null then 'retired'"                                                                    \
	"            when v.effective_from > ombud.clock_now() then 'coming'"                                                         \
	"            when exists (select from ombud.platform_version n where n.platform_id = v.platform_id and n.version > v.version" \
	"                           and n.retired_at is null and n.effective_from <= ombud.clock_now()) then 'superseded'"            \
	"            else 'in_force' end as state,"                                                                                   \
	"       v.effective_from, v.applied_at, v.author, v.retired_at, v.retired_by, encode(v.digest, 'hex') as digest"              \
	"  from ombud.platform_version v"

VIEW(view_platforms, "text int4",
    "select version, platform, state, effective_from, applied_at, author, left(digest, 12) as digest from (" VERSIONS ") v"
    " where $1 is null or platform = $1 order by version desc limit $2");
VIEW(view_platform_head, "int4", VERSIONS " where v.version = $1");
VIEW(view_platform_files, "int4",
    "select f.path, octet_length(f.content) as bytes from ombud.platform_file f where f.version = $1 order by f.path");
