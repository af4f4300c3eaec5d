/* What HTTP and people ask of intake's tables: one statement each, outside of any batch. */
#include "common/store/intake.h"

enum { QUERY_OUTCOME, QUERY_COMPLAINT, QUERY_EVIDENCE, QUERY_ORDER, QUERY_LIST, QUERY_LIST_OF_ORDER, STATEMENTS_END };

/* Of struct intake_reader: a complaint that is not the reader's does not exist for it; an inspector's is it while it lies with him.
 */
#define READER                                       \
	"($1 is null or platform_id = $1)"           \
	"   and ($2 is null or merchant_id = $2)"    \
	"   and ($3 is null or complainant_id = $3)" \
	"   and ($4 is null or (inspector_id = $4 and stage = 8))"

#define LIST_PARAMS "text text text text text int4 uuid int4"
#define LISTED(of_order)                                                                                                     \
	"select intake.summary_json(c)::text, c.complaint_id::text from intake.complaint c where " READER "   and " of_order \
	"   and ($6 = 0 or stage = $6) and ($7 is null or c.complaint_id > $7) order by c.complaint_id limit $8"

const struct pg_statement intake_query_statements[] = {
    [QUERY_OUTCOME] =
	{
	    .name = "intake_outcome",
	    .text =
		"select 'filed', null, c.complaint_id, c.stage, c.body_digest, false, c.language, c.platform_id"
		"  from intake.complaint c"
		" where c.order_id = $3"
		"   and c.identity = $2"
		" union all "
		"select s.type, s.note, s.subject, coalesce(c.stage, 0::smallint), s.body_digest, w.cause is not null,"
		"       coalesce(c.language, ''), coalesce(c.platform_id, '')"
		"  from intake.seen s"
		"  left join lateral ("
		"    select * from intake.complaint c where c.complaint_id = s.subject and c.order_id = s.aggregateid offset 0) c on true"
		"  left join intake.waiting w on w.cause = $2"
		" where s.shard = $1"
		"   and s.cause = $2",
	    .params = "int4 uuid text",
	    .columns = 8,
	},
    [QUERY_COMPLAINT] =
	{
	    .name = "intake_complaint",
	    .text = "select intake.full_json(complaint_id)::text,"
		    "       (select facts from intake.orders o where o.order_id = c.order_id and o.platform_id = c.platform_id)"
		    "  from intake.complaint c"
		    " where complaint_id = $5 and " READER,
	    .params = "text text text text uuid",
	    .columns = 2,
	},
    [QUERY_EVIDENCE] =
	{
	    .name = "intake_evidence_page",
	    .text = "select intake.evidence_page_json(complaint_id, $6, $7)::text"
		    "  from intake.complaint"
		    " where complaint_id = $5 and " READER,
	    .params = "text text text text uuid int4 int4",
	    .columns = 1,
	},
    [QUERY_ORDER] =
	{
	    .name = "intake_order_complaints",
	    .text = "select coalesce(jsonb_agg(intake.summary_json(c) order by c.received_at, c.complaint_id), '[]')::text"
		    "  from intake.complaint c"
		    " where order_id = $5 and " READER,
	    .params = "text text text text text",
	    .columns = 1,
	},
    [QUERY_LIST] = {.name = "intake_list", .text = LISTED("($5 is null or order_id = $5)"), .params = LIST_PARAMS, .columns = 2},
    /* With an order it goes over the order's index whatever is planned: a party cannot ask for more than that. */
    [QUERY_LIST_OF_ORDER] = {.name = "intake_list_of_order",
	.text = LISTED("complaint_id = any(array(select x.complaint_id from intake.complaint x where x.order_id = $5))"),
	.params = LIST_PARAMS,
	.columns = 2},
    [STATEMENTS_END] = {0},
};

void intake_outcome_query(struct pg *pg, int shard, const struct uuid *cause, const char *key, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_uuid(args, cause);
	pg_args_text(args, key);
	pg_send(pg, &intake_query_statements[QUERY_OUTCOME], args, fn, context);
	pg_args_free(args);
}

bool intake_outcome_row(const struct pg_result *result, struct intake_outcome *outcome)
{
	if (pg_result_rows(result) == 0)
		return false;
	outcome->type = pg_get_text(result, 0, 0);
	outcome->note = pg_get_text(result, 0, 1);
	outcome->subject = pg_get_uuid(result, 0, 2);
	outcome->stage = (enum stage)pg_get_int2(result, 0, 3);
	outcome->body_digest = pg_get_int8(result, 0, 4);
	outcome->waiting = pg_get_bool(result, 0, 5);
	outcome->language = pg_get_text(result, 0, 6);
	outcome->platform_id = pg_get_text(result, 0, 7);
	return true;
}

static struct pg_args *reader_args(const struct intake_reader *reader)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, reader->platform);
	pg_args_text(args, reader->merchant_id);
	pg_args_text(args, reader->complainant_id);
	pg_args_text(args, reader->inspector_id);
	return args;
}

static void ask(struct pg *pg, int query, struct pg_args *args, pg_result_fn *fn, void *context)
{
	pg_send(pg, &intake_query_statements[query], args, fn, context);
	pg_args_free(args);
}

void intake_complaint_query(
    struct pg *pg, const struct intake_reader *reader, const struct uuid *id, pg_result_fn *fn, void *context)
{
	struct pg_args *args = reader_args(reader);
	pg_args_uuid(args, id);
	ask(pg, QUERY_COMPLAINT, args, fn, context);
}

void intake_evidence_query(struct pg *pg, const struct intake_reader *reader, const struct uuid *id, int32_t after, int32_t most,
    pg_result_fn *fn, void *context)
{
	struct pg_args *args = reader_args(reader);
	pg_args_uuid(args, id);
	pg_args_int4(args, after);
	pg_args_int4(args, most);
	ask(pg, QUERY_EVIDENCE, args, fn, context);
}

void intake_order_query(struct pg *pg, const struct intake_reader *reader, const char *order_id, pg_result_fn *fn, void *context)
{
	struct pg_args *args = reader_args(reader);
	pg_args_text(args, order_id);
	ask(pg, QUERY_ORDER, args, fn, context);
}

void intake_list_query(struct pg *pg, const struct intake_list *list, pg_result_fn *fn, void *context)
{
	struct pg_args *args = reader_args(&list->reader);
	pg_args_text(args, list->order_id);
	pg_args_int4(args, (int32_t)list->stage);
	pg_args_uuid(args, list->after);
	pg_args_int4(args, list->limit);
	ask(pg, list->order_id ? QUERY_LIST_OF_ORDER : QUERY_LIST, args, fn, context);
}
