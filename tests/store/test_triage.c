/* Every statement of common/store/triage.c, and the batches of ombud-triage through its own hooks' write set, on a real PostgreSQL
 * with all migrations: OMBUD_TEST_DSN says where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/store/triage.h"
#include "tests/store/connection.h"

static const struct pg_statement own_statements[] = {
    {.name = "t_clean", .text = "delete from triage.complaint", .params = ""},
    {.name = "t_view",
	.text = "select v->>'type', v->>'first_answer', v->>'tier', v->>'reasons', v->>'triaged', v->>'rules_version'"
		"  from triage.complaint_json($1) v",
	.params = "uuid",
	.columns = 6},
    {0},
};
enum { CLEAN, VIEW };

static struct pg_rows *rows;

static int connect_once(void **state)
{
	static const struct pg_statement *const statements[] = {store_triage_statements, own_statements, NULL};
	rows = store_triage_rows_new();
	return connection_open(statements);
}

static int disconnect(void **state)
{
	pg_rows_free(rows);
	return connection_close();
}

static int clean(void **state)
{
	pg_send(pg, &own_statements[CLEAN], NULL, NULL, NULL);
	sync_well();
	return 0;
}

static struct rules_result sample_result(void)
{
	return (struct rules_result){
	    .type = COMPLAINT_TYPE_DEFECTIVE,
	    .custom_type = "",
	    .tier = TIER_COMPLEX,
	    .priority = 70,
	    .first_answer = PARTY_PLATFORM,
	    .queue = "senior",
	    .owner = "",
	    .policy = "complex",
	    .reasons = {{"type", "defective", "r1", "always"}, {"queue", "senior", "r\"2", ""}},
	    .reasons_count = 2,
	};
}

static struct store_triage_write sample_write(uint8_t id, const struct rules_result *result)
{
	return (struct store_triage_write){
	    .complaint_id = {{id}},
	    .shard = 3,
	    .platform_id = "p",
	    .order_id = "o1",
	    .facts = "facts",
	    .facts_size = 5,
	    .sequence = result ? 1 : 0,
	    .triaged_at_us = result ? 7 * US_PER_SECOND : 0,
	    .result = result,
	    .rules_version = result ? "v1" : NULL,
	};
}

static void write_one(const struct store_triage_write *write)
{
	store_triage_rows_add(rows, write);
	pg_rows_send(pg, rows, NULL, NULL);
	sync_well();
}

struct seen {
	int count;
	struct store_triage_row row;
	char facts[16], queue[16], policy[16];
};

static void on_rows(enum pg_class class, const struct pg_result *result, void *context)
{
	struct seen *seen = context;
	assert_int_equal(class, PG_DONE);
	seen->count = pg_result_rows(result);
	if (seen->count == 0)
		return;
	store_triage_row_read(result, 0, &seen->row);
	memcpy(seen->facts, seen->row.facts, seen->row.facts_size);
	strcpy(seen->queue, seen->row.queue);
	strcpy(seen->policy, seen->row.policy_id);
}

static struct seen read_one(uint8_t id)
{
	struct seen seen = {0};
	struct uuid uuid = {{id}};
	struct pg_args *args = pg_args_new();
	struct pg_array *ids = pg_array_new(PG_UUID);
	pg_array_uuid(ids, &uuid);
	store_triage_read(pg, args, ids, on_rows, &seen);
	sync_well();
	pg_array_free(ids);
	pg_args_free(args);
	return seen;
}

static void test_a_complaint_is_known_before_it_is_triaged(void **state)
{
	struct store_triage_write write = sample_write(1, NULL);
	write_one(&write);
	struct seen seen = read_one(1);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.facts, "facts");
	assert_int_equal(seen.row.sequence, 0);
	assert_int_equal(seen.row.type, COMPLAINT_TYPE_UNSPECIFIED);
	assert_int_equal(read_one(2).count, 0);
}

static void test_a_result_is_written_and_read(void **state)
{
	struct rules_result result = sample_result();
	struct store_triage_write write = sample_write(1, NULL);
	write_one(&write);
	write = sample_write(1, &result);
	write.facts = "more";
	write.facts_size = 4;
	write_one(&write);
	struct seen seen = read_one(1);
	assert_string_equal(seen.facts, "more");
	assert_int_equal(seen.row.sequence, 1);
	assert_int_equal(seen.row.type, COMPLAINT_TYPE_DEFECTIVE);
	assert_int_equal(seen.row.tier, TIER_COMPLEX);
	assert_int_equal(seen.row.priority, 70);
	assert_int_equal(seen.row.first_answer, PARTY_PLATFORM);
	assert_string_equal(seen.queue, "senior");
	assert_string_equal(seen.policy, "complex");
}

struct view {
	char fields[6][256];
};

static void on_view(enum pg_class class, const struct pg_result *result, void *context)
{
	struct view *view = context;
	assert_int_equal(class, PG_DONE);
	for (int i = 0; i < 6; i++)
		strcpy(view->fields[i], pg_get_text(result, 0, i));
}

static struct view view_of(uint8_t id)
{
	struct view view = {0};
	struct uuid uuid = {{id}};
	struct pg_args *args = pg_args_new();
	pg_args_uuid(args, &uuid);
	pg_send(pg, &own_statements[VIEW], args, on_view, &view);
	sync_well();
	pg_args_free(args);
	return view;
}

static const char reasons_shown[] = "[{\"rule\": \"r1\", \"field\": \"type\", \"value\": \"defective\", \"condition\": \"always\"},"
				    " {\"rule\": \"r\\\"2\", \"field\": \"queue\", \"value\": \"senior\", \"condition\": null}]";

/* New facts without a new result: what was told stays as it was told. */
static void test_new_facts_keep_the_result_told(void **state)
{
	struct rules_result result = sample_result();
	struct store_triage_write write = sample_write(1, &result);
	write_one(&write);
	write.triaged_at_us = 0;
	write.rules_version = NULL;
	result.reasons_count = 0; /* what was read back has none */
	write_one(&write);
	struct view view = view_of(1);
	assert_string_equal(view.fields[0], "defective");
	assert_string_equal(view.fields[1], "platform");
	assert_string_equal(view.fields[2], "complex");
	assert_string_equal(view.fields[3], reasons_shown);
	assert_string_equal(view.fields[4], "true");
	assert_string_equal(view.fields[5], "v1");
}

static void test_the_view_before_triage(void **state)
{
	struct store_triage_write write = sample_write(1, NULL);
	write_one(&write);
	assert_string_equal(view_of(1).fields[4], "false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_a_complaint_is_known_before_it_is_triaged, clean),
	    cmocka_unit_test_setup(test_a_result_is_written_and_read, clean),
	    cmocka_unit_test_setup(test_new_facts_keep_the_result_told, clean),
	    cmocka_unit_test_setup(test_the_view_before_triage, clean),
	};
	return cmocka_run_group_tests(tests, connect_once, disconnect);
}
