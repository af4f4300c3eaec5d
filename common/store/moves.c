#include "common/store/moves.h"

#include "common/store/core_walks.h"

enum { READ_MOVES = STORE_MOVES_PAGE + 1 };

/* Every complaint of the shard is passed, whether it is concerned or not: a page costs the same whatever has ended. The stages
 * named are the ends (ombud.common.v1.Stage). */
const struct pg_statement store_moves_statements[] = {
    [STORE_MOVES_PAGE] = CORE_PAGE("intake_moves_page", "intake.seen",
	"select c.complaint_id as subject, c.complaint_id::text as position, c.stage not in (13, 14, 15)"
	"       and k.scope -> 'versions' @> to_jsonb(c.policy_version)"
	"       and coalesce(k.scope ->> 'platform', c.platform_id) = c.platform_id as concerned"
	"  from (select scope from ombud.campaign where id = $4 offset 0) k"
	" cross join lateral ("
	"    select c.complaint_id, c.stage, c.policy_version, c.platform_id"
	"      from intake.complaint c"
	"     where c.complaint_id > coalesce(nullif($2, ''), '00000000-0000-0000-0000-000000000000')::uuid and c.shard = $1"
	"     order by c.complaint_id limit $3) c"
	" order by c.complaint_id"),
    [READ_MOVES] =
	{
	    .name = "intake_moves_read",
	    .text = "select c.complaint_id, c.order_id, c.platform_id, coalesce(k.body ->> 'by', ''),"
		    "       coalesce((k.body ->> 'version')::int, ombud.platform_in_force(c.platform_id), 0)"
		    "  from ombud.campaign k cross join lateral ("
		    "    select * from intake.complaint c where c.complaint_id = any($1) offset 0) c"
		    " where k.id = $2",
	    .params = "uuid[] int8",
	    .columns = 5,
	},
    {0},
};

void store_moves_read(struct pg *pg, struct pg_array *ids, int64_t campaign, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_array(args, ids);
	pg_args_int8(args, campaign);
	pg_send(pg, &store_moves_statements[READ_MOVES], args, fn, context);
	pg_args_free(args);
}

void store_moves_row(const struct pg_result *result, int row, struct store_move *move)
{
	*move = (struct store_move){
	    .complaint_id = pg_get_uuid(result, row, 0),
	    .order_id = pg_get_text(result, row, 1),
	    .platform_id = pg_get_text(result, row, 2),
	    .by = pg_get_text(result, row, 3),
	    .version = pg_get_int4(result, row, 4),
	};
}
