/* The roles of deploy/sql/roles.sql: each may do all that its program does and nothing else; taking shards over under them ends the
 * previous owner, or says aloud that it cannot. OMBUD_TEST_DSN says where a database with all migrations is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/model/services.h"
#include "common/store/audit.h"
#include "common/store/core.h"
#include "common/store/restate.h"
#include "common/store/calendars.h"
#include "common/store/platforms.h"
#include "common/store/statements.h"
#include "common/store/views.h"
#include "tests/store/explain.h"
#include "tests/store/session.h"
#include "tests/store/stories.h"

static struct pg_session *session_of(const char *role)
{
	char user[64];
	snprintf(user, sizeof user, "user=%s", role);
	struct pg_session *session = session_to(user);
	assert_non_null(session);
	return session;
}

/* ---- what a role may ---- */

static int wrong_among(struct pg_session *session, const char *role, const struct pg_statement *const *statements)
{
	int wrong = 0;
	for (int i = 0; statements[i]; i++) {
		if (explain(session, statements[i], NULL))
			continue;
		print_message("%s: %s: %s\n", role, statements[i]->name, pg_session_error(session));
		pg_session_script(session, "deallocate all");
		wrong++;
	}
	return wrong;
}

static int wrong_in_list(struct pg_session *session, const char *role, const struct pg_statement *list)
{
	int wrong = 0;
	for (const struct pg_statement *statement = list; statement && statement->name; statement++)
		wrong += wrong_among(session, role, (const struct pg_statement *const[]){statement, NULL});
	return wrong;
}

/* Functions whose inside no plan shows. */
enum { CALLS_MAX = 3 };
static const char *const calls_of[SERVICES_COUNT][CALLS_MAX] = {
    [SERVICE_INTAKE] =
	{
	    "select triage.complaint_json(gen_random_uuid()), escalation.clocks_json(gen_random_uuid()),"
	    " notification.notices_json(gen_random_uuid())",
	    "select intake.full_json(gen_random_uuid()), intake.complaint_json(gen_random_uuid())",
	},
};

/* Whose tables are none of its business. */
static const char *other_than(int service)
{
	return service_rows[(service + 1) % SERVICES_COUNT].name;
}

/* The core's statements are made for one service a process. */
static int daemon_statements(int service)
{
	const char *name = service_rows[service].name;
	char role[64], take[256];
	snprintf(role, sizeof role, "ombud_%s", name);
	snprintf(take, sizeof take, "select count(*) from ombud.take_shards('%s', '{7}', 'c', 'o', '{in}', '{out}')", name);
	struct pg_session *session = session_of(role);
	int wrong = wrong_in_list(session, role, core_statements(name));
	for (int i = 0; i < STORE_LISTS_MAX; i++)
		wrong += wrong_in_list(session, role, store_statements[service][i]);
	const char *const calls[] = {calls_of[service][0], calls_of[service][1], calls_of[service][2], take,
	    "select pg_notify('ombud_clock', '')", "listen ombud_clock"};
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (!calls[i] || (pg_session_script(session, "begin") && pg_session_script(session, calls[i]) &&
				     pg_session_script(session, "rollback")))
			continue;
		print_message("%s: %s: %s\n", role, calls[i], pg_session_error(session));
		pg_session_script(session, "rollback");
		wrong++;
	}
	pg_session_close(session);
	return wrong;
}

static void test_a_daemon_may_do_all_that_it_does(void **state)
{
	int status;
	for (int i = 0; i < SERVICES_COUNT; i++) {
		fflush(NULL);
		pid_t pid = fork();
		if (pid == 0)
			_exit(daemon_statements(i) != 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void test_people_may_look(void **state)
{
	static const struct pg_statement *const looks[] = {&view_complaints.table, &view_clocks.table, &view_dead_letters.table,
	    &lag_positions, &view_campaigns.table, &view_campaign_head.table, &view_campaign_shards.table, &campaign_whole,
	    &view_story_head.table, &view_story_steps.table, &view_story_clocks.table, &view_story_remedies.table,
	    &view_story_notices.table, &complaint_find, &complaint_whole, &complaint_facts, &clock_reasons, &dead_letter_read,
	    &audit_ownership, &audit_log, &audit_dead_letters, &audit_identities, &audit_hops, &audit_complaints, &audit_remedies,
	    &audit_overpaid, &audit_lines, &audit_overdue, &audit_unarmed, &audit_notices, &audit_notice_count, &audit_clock_count,
	    &platform_newest, &platform_files, &view_platforms.table, &view_platform_head.table, &view_platform_files.table,
	    store_calendar_statements, NULL};
	static const char *const roles[] = {"ombud_reader", "ombud_operator"};
	for (int r = 0; r < 2; r++) {
		struct pg_session *session = session_of(roles[r]);
		int wrong = wrong_among(session, roles[r], looks);
		assert_int_equal(wrong, 0);
		assert_true(pg_session_script(session, "select busy from ombud.quiet('{}')"));
		pg_session_close(session);
	}
}

static void test_an_operator_may_act(void **state)
{
	struct pg_session *session = session_of("ombud_operator");
	assert_int_equal(wrong_among(session, "ombud_operator",
			     (const struct pg_statement *const[]){&dead_letter_mark, &campaign_move, &platform_retire,
				 &restate_shard_load, &restate_shard, &restate_row_load, NULL}),
	    0);
	assert_true(pg_session_script(session, "begin; select ombud.step_clock('2000-01-01T00:00:00Z'); rollback"));
	/* It may; that intake walks nothing of the kind is another matter. */
	assert_false(
	    pg_session_script(session, "insert into ombud.campaign (service, kind, given_by) values ('intake', 'mark', 'a test')"));
	assert_non_null(strstr(pg_session_error(session), "service intake walks nothing of the kind mark"));
	assert_true(pg_session_script(session,
	    "begin; select ombud.apply_platform('a', 0, 'me', null, '{rules.yaml}', '{x}');"
	    " select ombud.apply_platform('a', 1, 'me', 'now', '{rules.yaml}', '{y}'); select ombud.retire_platform(2, 'me'); rollback"));
	assert_true(pg_session_script(session, "select ombud.mark_dead_letter('intake', 't', 0, 0, 0, 'replayed')"));
	pg_session_close(session);
}

/* ---- what it may not: nothing but its rights stands in the way ---- */

/* @: its own schema, #: another daemon's. */
static const char *const forbidden_to_daemons[] = {
    "create table @.more (a int)",
    "create temporary table more (a int)",
    "create schema more",
    "create table public.more (a int)",
    "create view @.more as select 1",
    "create function @.more() returns int language sql as ''select 1''",
    "create index on @.log (at)",
    "create role more",
    "alter table @.log add more int",
    "alter table @.log disable trigger all",
    "alter table @.log owner to ombud_@",
    "alter function ombud.fenced() rename to more",
    "create or replace function ombud.fenced() returns void language sql as ''select''",
    "drop table @.timer",
    "drop schema @ cascade",
    "drop function ombud.fenced()",
    "truncate @.log",
    "truncate @.timer",
    "update @.log set note = ''''",
    "delete from @.log",
    "update @.dead_letter set state = ''discarded''",
    "update @.dead_letter set value = null",
    "delete from @.dead_letter",
    "delete from @.ownership",
    "update #.ownership set epoch = epoch + 1",
    "insert into #.log select * from @.log",
    "delete from #.timer",
    "update #.complaint set shard = 0",
    "truncate #.log",
    "select * from ombud.take_shards(''#'', ''{7}'', ''c'', ''o'', ''{in}'', ''{out}'')",
    "lock table #.log in share mode",
    "update ombud.virtual_clock set now = now()",
    "select ombud.step_clock(now())",
    "select 1 from ombud.log",
    "select 1 from ombud.ownership",
    "insert into ombud.service (name, reads, emits) values (''more'', ''{}'', ''{}'')",
    "update ombud.role_right set rights = ''all''",
    "select ombud.grant_rights()",
    "select 1 from pg_authid",
    "select pg_read_file(''postgresql.conf'')",
    "copy ombud.virtual_clock to program ''true''",
    "set role ombud_migration",
    "set role ombud_operator",
    "set session authorization ombud_#",
    "set log_statement = ''none''",
};

static const struct {
	const char *role, *sql;
} forbidden[] = {
    {"ombud_intake", "update intake.evidence set uri = ''''"},
    {"ombud_intake", "delete from intake.orders"},
    {"ombud_intake", "truncate intake.complaint"},
    {"ombud_intake", "delete from intake.complaint"},
    {"ombud_triage", "truncate triage.complaint"},
    {"ombud_triage", "delete from triage.complaint"},
    {"ombud_escalation", "truncate escalation.complaint"},
    {"ombud_escalation", "delete from escalation.complaint"},
    {"ombud_escalation", "update escalation.fact set at = now()"},
    {"ombud_escalation", "delete from escalation.fact"},
    {"ombud_notification", "truncate notification.complaint"},
    {"ombud_notification", "delete from notification.complaint"},
    {"ombud_intake", "select * from escalation.complaint"},
    {"ombud_intake", "select epoch from escalation.ownership"},
    {"ombud_intake", "update notification.notice set state = ''dead''"},
    {"ombud_escalation", "update ombud.platform_calendar set zone = ''''"},
    {"ombud_escalation", "insert into ombud.platform_calendar select * from ombud.platform_calendar"},
    {"ombud_escalation", "insert into ombud.platform_file values (1, ''x'', '''')"},
    {"ombud_intake", "select ombud.retire_platform(1, ''me'')"},
    {"ombud_operator", "update ombud.platform_version set effective_from = now()"},
    {"ombud_operator", "delete from ombud.platform_version"},
    {"ombud_operator", "update ombud.platform_file set content = ''''"},
    {"ombud_reader", "select ombud.retire_platform(1, ''me'')"},
    {"ombud_escalation", "delete from ombud.platform_calendar"},
    {"ombud_escalation", "select * from intake.complaint"},
    {"ombud_triage", "select * from intake.complaint"},
    {"ombud_notification", "select * from intake.complaint"},
    {"ombud_notification", "delete from notification.notice"},
    {"ombud_notification", "update notification.attempt set reason = ''''"},
    {"ombud_reader", "update intake.complaint set stage = 1"},
    {"ombud_reader", "insert into intake.log select * from intake.log"},
    {"ombud_reader", "update intake.dead_letter set state = ''discarded''"},
    {"ombud_reader", "update intake.ownership set epoch = 1"},
    {"ombud_reader", "select ombud.step_clock(now())"},
    {"ombud_reader", "create temporary table more (a int)"},
    {"ombud_reader", "truncate intake.log"},
    {"ombud_operator", "update intake.complaint set stage = 1"},
    {"ombud_operator", "update intake.log set note = ''''"},
    {"ombud_operator", "delete from intake.log"},
    {"ombud_operator", "delete from intake.dead_letter"},
    {"ombud_operator", "update intake.dead_letter set value = null"},
    {"ombud_operator", "create table intake.more (a int)"},
    {"ombud_operator", "create temporary table more (a int)"},
    {"ombud_operator", "truncate intake.log"},
    {"ombud_operator", "drop table intake.timer"},
    {"ombud_operator", "select ombud.grant_rights()"},
    {"ombud_operator", "select ombud.partitions_are(9)"},
    {"ombud_reader", "select ombud.partitions_are(9)"},
    {"ombud_migration", "create role more"},
    {"ombud_migration", "alter role ombud_intake superuser"},
    {"ombud_migration", "select 1 from pg_authid"},
    {"ombud_migration", "set role ombud_intake"},
    {"ombud_migration", "copy ombud.virtual_clock to program ''true''"},
};

/* Refused for want of rights, and for nothing else; whatever it did is undone. */
static bool refused(struct pg_session *session, const char *role, const char *sql)
{
	struct buf script = BUF_EMPTY;
	buf_printf(&script,
	    "do $$ begin execute '%s'; raise exception 'it may'; exception when insufficient_privilege then null; end $$", sql);
	bool right = pg_session_script(session, buf_string(&script));
	if (!right)
		print_message("%s: %s: %s\n", role, sql, pg_session_error(session));
	buf_free(&script);
	return right;
}

static bool refused_to_daemon(struct pg_session *session, int service, const char *sql)
{
	struct buf filled = BUF_EMPTY;
	char role[64];
	snprintf(role, sizeof role, "ombud_%s", service_rows[service].name);
	for (const char *at = sql; *at; at++) {
		if (*at == '@' || *at == '#')
			buf_text(&filled, *at == '@' ? service_rows[service].name : other_than(service));
		else
			buf_append(&filled, at, 1);
	}
	bool right = refused(session, role, buf_string(&filled));
	buf_free(&filled);
	return right;
}

static void test_forbidden(void **state)
{
	int wrong = 0;
	for (int d = 0; d < SERVICES_COUNT; d++) {
		char role[64];
		snprintf(role, sizeof role, "ombud_%s", service_rows[d].name);
		struct pg_session *session = session_of(role);
		for (size_t i = 0; i < sizeof forbidden_to_daemons / sizeof *forbidden_to_daemons; i++)
			wrong += !refused_to_daemon(session, d, forbidden_to_daemons[i]);
		pg_session_close(session);
	}
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
		struct pg_session *session = session_of(forbidden[i].role);
		wrong += !refused(session, forbidden[i].role, forbidden[i].sql);
		pg_session_close(session);
	}
	assert_int_equal(wrong, 0);
}

static void test_no_role_is_more_than_a_role(void **state)
{
	struct pg_session *session = session_of("ombud_reader");
	struct pg_result *result = pg_session_run_once(session,
	    &(struct pg_statement){"",
		"select count(*) filter (where rolname not in ('ombud_toy', 'ombud_echo')),"
		" count(*) filter (where rolsuper or rolcreaterole or rolcreatedb or rolreplication"
		" or rolbypassrls or not rolcanlogin or exists (select from pg_auth_members where member = r.oid))"
		" from pg_roles r where rolname like 'ombud\\_%'",
		"", 2},
	    NULL);
	assert_non_null(result);
	assert_int_equal(pg_get_int8(result, 0, 0), SERVICES_COUNT + 3);
	assert_int_equal(pg_get_int8(result, 0, 1), 0);
	pg_result_free(result);
	pg_session_close(session);
}

/* ---- the previous owner ---- */

/* A session of that role stands in for a previous owner: the shards' rows say so, and it holds them, its transaction open. */
static struct pg_session *holds_the_shards(struct world *world, const char *role)
{
	char dsn[600], error[256];
	snprintf(dsn, sizeof dsn, "%s user=%s", world->dsn, role);
	struct pg_session *holder = pg_session_open(dsn, "holder", error, sizeof error);
	assert_non_null(holder);
	assert_true(pg_session_script(holder, "update toy.ownership set backend_pid = pg_backend_pid(), backend_start ="
					      " (select backend_start from pg_stat_activity where pid = pg_backend_pid())"));
	assert_true(pg_session_script(holder, "begin; update toy.ownership set epoch = epoch"));
	return holder;
}

static const char other_owners[] = "select count(*) from toy.ownership o left join pg_stat_activity a on a.pid = o.backend_pid and"
				   " a.backend_start = o.backend_start where a.application_name is distinct from 'holder'";

static void open_and_leave(struct world *world)
{
	world_open(world);
	pid_t pid = world_start(world, "toy", "", "100000");
	wait_owned(world);
	world_end(world, pid);
}

static void test_one_of_the_same_role_is_ended(void **state)
{
	struct world world;
	open_and_leave(&world);
	struct pg_session *holder = holds_the_shards(&world, "ombud_toy");
	world_start(&world, "toy", "", "100000");
	wait_for(&world, other_owners, PARTITIONS);
	assert_false(pg_session_script(holder, "commit"));
	feed(&world, &(struct feed){0, 50, "ok", -1});
	wait_quiet(&world, 50);
	assert_false(page_has(&world, "/metrics", "ombud_previous_owners_left_total{"));
	pg_session_close(holder);
	world_close(&world);
}

/* A backend of another role is neither seen nor ended: that is said, again and again, until it has let go. */
static void test_one_of_another_role_is_told_of(void **state)
{
	struct world world;
	open_and_leave(&world);
	struct pg_session *holder = holds_the_shards(&world, "ombud_operator");
	world_start(&world, "toy", "", "100000");
	assert_true(page_says(&world, "/metrics", "ombud_previous_owners_left_total{why=\"unseen\"}"));
	assert_int_equal(ask(&world, other_owners), 0);
	assert_true(pg_session_script(holder, "rollback"));
	wait_for(&world, other_owners, PARTITIONS);
	feed(&world, &(struct feed){0, 50, "ok", -1});
	wait_quiet(&world, 50);
	pg_session_close(holder);
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_daemon_may_do_all_that_it_does),
	    cmocka_unit_test(test_people_may_look),
	    cmocka_unit_test(test_an_operator_may_act),
	    cmocka_unit_test(test_forbidden),
	    cmocka_unit_test(test_no_role_is_more_than_a_role),
	    cmocka_unit_test(test_one_of_the_same_role_is_ended),
	    cmocka_unit_test(test_one_of_another_role_is_told_of),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
