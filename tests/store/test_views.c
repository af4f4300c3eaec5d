/* What ombudctl asks (common/store/views.c), each statement on the real schema: a column whose type changes breaks no daemon, but
 * these.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/uuid.h"
#include "common/store/views.h"
#include "tests/store/session.h"
#include "tests/unit/check.h"

static struct pg_session *session;
static struct uuid complaint;

static const char a_complaint[] =
    "insert into intake.complaint (complaint_id, identity, body_digest, shard, platform_id, order_id, item_id, complainant_id, merchant_id,"
    "  stage, stage_since, type, type_filed, custom_type, standard_code, channel, language, statement, wanted, claimed_minor,"
    "  claimed_currency, complained_at, received_at, evidence_count, filed_to, filed_at, filed_by, told)"
    " values ('019cadc6-9a80-73b1-975d-c3c51dd1c931', '019cadc6-9a80-73b1-975d-c3c51dd1c931', 0, 0,"
    "  'views', 'views', '', 'b', 'm', 1, now(), 0, 0, '', '', 1, 'en', 's', '', 0, '', now(),"
    "  now(), 0, 1, '2026-03-02T14:08:00Z', 1, 2);"
    "insert into intake.step (complaint_id, sequence, at, stage, cause, reason, actor) values"
    " ('019cadc6-9a80-73b1-975d-c3c51dd1c931', 2, '2026-03-02T14:08:00Z', 4, 'complaint_triaged', 'merchant_first', 'ombud')";

static int open_session(void **state)
{
	session = session_to("");
	if (!session)
		return -1;
	uuid_parse("019cadc6-9a80-73b1-975d-c3c51dd1c931", &complaint);
	session_script(session, a_complaint);
	return 0;
}

static int close_session(void **state)
{
	session_script(session,
	    "delete from intake.step where complaint_id in (select complaint_id from intake.complaint where platform_id = 'views');"
	    "delete from intake.complaint where platform_id = 'views'");
	pg_session_close(session);
	return 0;
}

/* The complaint where a uuid is wanted; else nothing, or an empty array. */
static void add(struct pg_args *args, struct pg_array *arrays[3], const char *type)
{
	if (!strcmp(type, "uuid"))
		pg_args_uuid(args, &complaint);
	else if (!strcmp(type, "text"))
		pg_args_text(args, NULL);
	else if (!strcmp(type, "int4"))
		pg_args_int4(args, 10);
	else if (!strcmp(type, "int8"))
		pg_args_int8(args, 0);
	else
		pg_args_array(args, arrays[!strcmp(type, "text[]") ? 0 : !strcmp(type, "int4[]") ? 1 : 2]);
}

/* Its rows. */
static int rows_of(const struct pg_statement *statement)
{
	struct pg_array *arrays[3] = {pg_array_new(PG_TEXT), pg_array_new(PG_INT4), pg_array_new(PG_INT8)};
	struct pg_args *args = pg_args_new();
	char types[256], *rest = NULL;
	snprintf(types, sizeof types, "%s", statement->params);
	for (char *type = strtok_r(types, " ", &rest); type; type = strtok_r(NULL, " ", &rest))
		add(args, arrays, type);
	struct pg_result *result = session_ask(session, statement, args);
	int rows = pg_result_rows(result);
	pg_result_free(result);
	pg_args_free(args);
	for (size_t i = 0; i < COUNT_OF(arrays); i++)
		pg_array_free(arrays[i]);
	return rows;
}

static void test_views(void **state)
{
	static const struct {
		const struct view *view;
		int rows;
	} rows[] = {
	    {&view_complaints, -1}, /* other tests' stand there, too */
	    {&view_clocks, 0},
	    {&view_dead_letters, -1},
	    {&view_campaigns, 0},
	    {&view_campaign_head, 0},
	    {&view_campaign_shards, 0},
	    {&view_story_head, 1},
	    {&view_story_steps, 2},
	    {&view_story_clocks, 0},
	    {&view_story_remedies, 0},
	    {&view_story_notices, 0},
	};
	check_number(lag_positions.name, rows_of(&lag_positions), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int got = rows_of(&rows[i].view->table);
		if (rows[i].rows >= 0)
			check_number(rows[i].view->table.name, got, rows[i].rows);
		check_number(rows[i].view->json.name, rows_of(&rows[i].view->json), 1);
	}
}

/* An instant says where its hour is. */
static void test_instants_have_their_zone(void **state)
{
	struct pg_array *arrays[3] = {NULL};
	struct pg_args *args = pg_args_new();
	int instants = 0;
	add(args, arrays, "uuid");
	struct pg_result *result = session_ask(session, &view_story_steps.table, args);
	for (int row = 0; row < pg_result_rows(result); row++)
		for (int i = 0; i < pg_get_array_count(result, row, 1); i++) {
			size_t size = 0;
			const char *cell = pg_get_array_text(result, row, 1, i, &size);
			if (!cell || size < 11 || cell[4] != '-' || cell[7] != '-')
				continue;
			check_number("a blank for the T", cell[10], ' ');
			check_number("its zone", cell[size - 1], 'Z');
			instants++;
		}
	check_number("instants", instants, 2);
	pg_result_free(result);
	pg_args_free(args);
}

static void test_statements(void **state)
{
	static const struct {
		const struct pg_statement *statement;
		int rows;
	} rows[] = {
	    {&complaint_find, 0},
	    {&complaint_whole, 1},
	    {&complaint_facts, 0},
	    {&campaign_whole, 0},
	    {&campaign_move, 0},
	    {&clock_reasons, 0},
	    {&dead_letter_read, 0},
	    {&dead_letter_mark, 0},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_number(rows[i].statement->name, rows_of(rows[i].statement), rows[i].rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_views),
	    cmocka_unit_test(test_instants_have_their_zone),
	    cmocka_unit_test(test_statements),
	};
	return cmocka_run_group_tests(tests, open_session, close_session);
}
