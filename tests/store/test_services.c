/* The one table of services, as SQL has it: the same rows, a schema for each, and the views over all of them. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "common/io/pg.h"
#include "common/model/services.h"
#include "tests/store/session.h"
#include "tests/unit/check.h"

static struct pg_session *session;

static int open_session(void **state)
{
	session = session_to("user=ombud_migration"); /* a fifth comes by a migration */
	return session ? 0 : -1;
}

static int close_session(void **state)
{
	pg_session_close(session);
	return 0;
}

static struct pg_result *ask(const struct pg_statement *statement, const char *service)
{
	struct pg_args *args = pg_args_new();
	if (service)
		pg_args_text(args, service);
	struct pg_result *result = session_ask(session, statement, args);
	pg_args_free(args);
	return result;
}

static void test_the_same_rows(void **state)
{
	static const struct pg_statement rows = {"rows",
	    "select name, array_to_string(reads, ' '), array_to_string(emits, ' '),"
	    "       array_to_string(hops, ' '), array_to_string(walks, ' ') from ombud.service order by place",
	    "", 5};
	struct pg_result *result = ask(&rows, NULL);
	check_number("services", pg_result_rows(result), SERVICES_COUNT);
	for (int i = 0; i < SERVICES_COUNT; i++) {
		const struct service_row *service = &service_rows[i];
		struct buf reads = BUF_EMPTY, emits = BUF_EMPTY, hops = BUF_EMPTY, walks = BUF_EMPTY;
		for (const struct subscription *read = service->reads; read->topic; read++)
			buf_printf(&reads, "%s%s", reads.size ? " " : "", read->topic);
		for (const char *const *topic = service->emits; *topic; topic++)
			buf_printf(&emits, "%s%s", emits.size ? " " : "", *topic);
		for (const char *const *topic = service->hops; *topic; topic++)
			buf_printf(&hops, "%s%s", hops.size ? " " : "", *topic);
		for (const char *const *kind = service->walks; *kind; kind++)
			buf_printf(&walks, "%s%s", walks.size ? " " : "", *kind);
		check_text("name", pg_get_text(result, i, 0), service->name);
		check_text("reads", pg_get_text(result, i, 1), buf_string(&reads));
		check_text("emits", pg_get_text(result, i, 2), buf_string(&emits));
		check_text("hops", pg_get_text(result, i, 3), buf_string(&hops));
		check_text("walks", pg_get_text(result, i, 4), buf_string(&walks));
		buf_free(&walks);
		buf_free(&reads);
		buf_free(&emits);
		buf_free(&hops);
	}
	pg_result_free(result);
}

/* A row of each view that is the service's: the view reads its schema. */
static const struct pg_statement seen = {"seen",
    "select (select count(*) from ombud.ownership where service = $1)::int4, (select count(*) from ombud.log where service = $1)::int4,"
    "       (select count(*) from ombud.timer where service = $1)::int4, (select count(*) from ombud.dead_letter where service = $1)::int4,"
    "       (select count(*) from ombud.next_timer where service = $1)::int4, ombud.mark_dead_letter($1, 't', 7, 1, 1, 'replayed')::int4",
    "text", 6};

static void fill(const char *service)
{
	struct buf sql = BUF_EMPTY;
	buf_printf(&sql,
	    "insert into %1$s.ownership (shard, epoch, cluster, topics, next_offsets, in_sequences, out_topics, out_sequences, log_seq,"
	    "  acked_seq, backend_pid, backend_start, owner) values (7, 1, 'c', '{}', '{}', '{}', '{}', '{}', 0, 0, 0, now(), 'o');"
	    "insert into %1$s.log (shard, seq, at, ordinal, aggregateid, type) values (7, 1, now(), 0, '', 't');"
	    "insert into %1$s.timer values (7, now(), gen_random_uuid(), 1, 1);"
	    "insert into %1$s.dead_letter (topic, partition, \"offset\", at, record_at, code, reason, attempts, headers, cluster, log_seqs)"
	    "  values ('t', 7, 1, now(), now(), 'c', 'r', 1, '', 'c', '{1}')",
	    service);
	session_script(session, buf_string(&sql));
	buf_free(&sql);
}

static void check_seen(const char *service, int want)
{
	struct pg_result *result = ask(&seen, service);
	for (int column = 0; column < 6; column++)
		check_number(service, pg_get_int4(result, 0, column), want);
	pg_result_free(result);
}

static void test_views_over_all(void **state)
{
	session_script(session, "begin");
	for (int i = 0; i < SERVICES_COUNT; i++) {
		fill(service_rows[i].name);
		check_seen(service_rows[i].name, 1);
	}
	check_seen("nobody", 0);
	session_script(session, "rollback");
}

/* One more is a row. */
static void test_a_fifth_is_a_row(void **state)
{
	session_script(session,
	    "begin; insert into ombud.service (name, reads, emits) values ('toy', '{ombud.complaint.v1}', '{}');"
	    "select ombud.create_core('toy'); select ombud.create_views()");
	fill("toy");
	check_seen("toy", 1);
	fill("intake");
	check_seen("intake", 1);
	session_script(session, "rollback");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_same_rows),
	    cmocka_unit_test(test_views_over_all),
	    cmocka_unit_test(test_a_fifth_is_a_row),
	};
	return cmocka_run_group_tests(tests, open_session, close_session);
}
