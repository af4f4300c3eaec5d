/* Applied versions of platforms: whole, numbered in order, optimistic, for ever; retired, never changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/model/bundle.h"
#include "common/store/platforms.h"
#include "tests/store/session.h"
#include "tests/unit/check.h"

static struct pg_session *session;
static struct arena *arena;

static int open_session(void **state)
{
	struct pg_session *admin = session_to("");
	session_script(
	    admin, "truncate ombud.platform_version, ombud.platform_file, ombud.platform_calendar"); /* of an earlier run */
	pg_session_close(admin);
	session = session_to("user=ombud_operator");
	arena = arena_new(0);
	return session ? 0 : -1;
}

static int close_session(void **state)
{
	pg_session_close(session);
	arena_free(arena);
	return 0;
}

struct applied {
	int32_t version, newest;
	bool is_new;
	int64_t effective_us;
};

static struct applied apply(const char *platform, int32_t seen, const char *effective, const char *rules)
{
	struct bundle files = {.arena = arena};
	bundle_put(&files, "rules.yaml", rules, strlen(rules));
	bundle_put(&files, "policies.yaml", "version: 1", 10);
	struct pg_result *result = platform_apply(
	    session, &(struct platform_application){
			 .platform_id = platform, .seen = seen, .who = "a test", .effective = effective, .files = &files});
	if (!result)
		fail_msg("%s", pg_session_error(session));
	struct applied applied = {
	    pg_get_int4(result, 0, 0), pg_get_int4(result, 0, 1), pg_get_bool(result, 0, 2), pg_get_instant(result, 0, 3)};
	pg_result_free(result);
	return applied;
}

static const char *ask(const char *sql)
{
	static char answer[4][200];
	static int next;
	struct pg_result *result = pg_session_run_once(session, &(struct pg_statement){"", sql, "", 1}, NULL);
	if (!result)
		fail_msg("%s: %s", sql, pg_session_error(session));
	next = (next + 1) % 4;
	snprintf(answer[next], sizeof answer[next], "%s", pg_result_rows(result) ? pg_get_text(result, 0, 0) : "no row");
	pg_result_free(result);
	return answer[next];
}

static void check_refused(const char *sql, const char *why)
{
	if (pg_session_script(session, sql))
		fail_msg("not refused: %s", sql);
	if (!strstr(pg_session_error(session), why))
		fail_msg("%s: got %s, want %s", sql, pg_session_error(session), why);
}

static void test_versions_are_numbered_over_all_platforms(void **state)
{
	struct applied first = apply("default", 0, "2026-01-01T00:00:00Z", "one");
	check_number("first", first.version, 1);
	check_number("new", first.is_new, true);
	check_number("none before", first.newest, 0);
	check_number("second", apply("cards", 0, "now", "one").version, 2);
	check_number("third", apply("default", 1, "now", "two").version, 3);
	check_text("files",
	    ask("select string_agg(path || '=' || content, ' ' order by path) from ombud.platform_file where version = 3"),
	    "policies.yaml=version: 1 rules.yaml=two");
	check_text("author", ask("select author from ombud.platform_version where version = 3"), "a test");
	check_text("the same files have the same digest",
	    ask("select (a.digest = b.digest)::text from ombud.platform_version a, ombud.platform_version b where a.version = 1 and b.version = 2"),
	    "true");
}

static void test_the_same_bytes_are_no_new_version(void **state)
{
	struct applied again = apply("default", 3, NULL, "two");
	check_number("version", again.version, 3);
	check_number("new", again.is_new, false);
	check_text("versions", ask("select count(*)::text from ombud.platform_version"), "3");
	/* Bytes of an older one are a new version: it is another step. */
	check_number("back", apply("default", 3, "now", "one").version, 4);
}

static void test_another_newest_is_refused(void **state)
{
	static const int32_t seens[] = {0, 1, 3, 5};
	for (size_t i = 0; i < sizeof seens / sizeof *seens; i++) {
		struct applied refused = apply("default", seens[i], "now", "three");
		check_number("version", refused.version, 0);
		check_number("newest", refused.newest, 4);
	}
	check_text("versions", ask("select count(*)::text from ombud.platform_version"), "4");
}

static void test_it_holds_in_two_minutes_unless_said(void **state)
{
	struct applied later = apply("later", 0, NULL, "one");
	check_text("two minutes",
	    ask("select (effective_from - applied_at between '119 s' and '121 s')::text from ombud.platform_version order by version desc limit 1"),
	    "true");
	check_number(
	    "now", apply("later", later.version, "2026-03-01T00:00:00Z", "two").effective_us == INT64_C(1772323200000000), true);
	check_text("state",
	    ask("select string_agg(cells[3], ' ' order by cells[1]) from (select array[version::text, platform_id,"
		" case when effective_from > ombud.clock_now() then 'coming' else 'holds' end] as cells"
		" from ombud.platform_version where platform_id = 'later') v"),
	    "coming holds");
}

static void test_nothing_of_it_changes(void **state)
{
	static const char *const wrong[] = {
	    "insert into ombud.platform_file values (1, 'more.yaml', '')",
	    "insert into ombud.platform_file values (99, 'more.yaml', '')",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		check_refused(wrong[i], "never changes");
	/* Nor does the owner of the tables change it by mistake. */
	struct pg_session *operator= session;
	session = session_to("");
	check_refused("update ombud.platform_file set content = ''", "never changes");
	check_refused("delete from ombud.platform_file", "never changes");
	check_refused("update ombud.platform_version set effective_from = now()", "never changes");
	check_refused("update ombud.platform_version set author = 'me', retired_at = now(), retired_by = 'me'", "never changes");
	check_refused("delete from ombud.platform_version", "never changes");
	check_refused("select ombud.apply_platform('Shop', 0, 'me', 'now', '{a}', '{a}')", "platform_id");
	check_refused("select ombud.apply_platform('s_p', 0, 'me', 'now', '{a}', '{a}')", "platform_id");
	check_refused("select ombud.apply_platform(repeat('a', 41), 0, 'me', 'now', '{a}', '{a}')", "platform_id");
	check_refused("select ombud.apply_platform('shop', 0, 'me', 'infinity', '{a}', '{a}')", "effective_from");
	pg_session_close(session);
	session = operator;
}

static bool retire(int32_t version)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, version);
	pg_args_text(args, "a test");
	pg_args_text(args, "keep");
	struct pg_result *result = pg_session_run(session, &platform_retire, args);
	bool done = result && pg_result_rows(result);
	pg_args_free(args);
	pg_result_free(result);
	return done;
}

static void test_retiring(void **state)
{
	check_number("once", retire(2), true);
	check_number("twice", retire(2), false);
	check_number("none", retire(99), false);
	check_text("by whom", ask("select retired_by from ombud.platform_version where version = 2"), "a test");
	check_number("the same bytes after it", apply("cards", 2, "now", "one").is_new, true);
	check_number("default's first", retire(1), true);
	check_number("default's second", retire(3), true);
	check_number("default's last", retire(4), false);
	check_number("is said", strstr(pg_session_error(session), "the last of platform default") != NULL, true);
	check_text(
	    "and stays", ask("select coalesce(retired_by, 'in use') from ombud.platform_version where version = 4"), "in use");
}

/* By a campaign of intake, begun when the version holds: what goes by an earlier one, and a platform's own where they go by
 * default's. */
static void test_moving_what_is_open(void **state)
{
	static const char moves[] =
	    "select string_agg(c.state || ' ' || c.scope || ' ' || c.body || ' ' || (c.begins_at = v.effective_from), '; ' order by c.id)"
	    "  from ombud.campaign c left join ombud.platform_version v on v.version::text = c.body ->> 'version'";
	const char *newest = ask("select max(version)::text from ombud.platform_version where platform_id = 'cards'");
	char sql[120];
	assert_true(pg_session_script(session, "select ombud.move_to_platform(4, 'me')"));
	check_text(
	    "default's", ask(moves), "running {\"platform\": null, \"versions\": [1, 3]} {\"by\": \"me\", \"version\": 4} true");
	snprintf(sql, sizeof sql,
	    "select ombud.move_campaign(id, 'cancelled', 'me'), ombud.move_to_platform(%s, 'me') from ombud.campaign", newest);
	assert_true(pg_session_script(session, sql));
	check_text("a platform's own", ask("select scope::text from ombud.campaign where state = 'running'"),
	    "{\"platform\": \"cards\", \"versions\": [1, 2, 3, 4]}");
	snprintf(sql, sizeof sql, "select ombud.retire_platform(%s, 'me', true)", newest);
	assert_true(pg_session_script(session, sql));
	check_text("nobody is moved to one that is retired", ask("select string_agg(state, ' ' order by id) from ombud.campaign"),
	    "cancelled cancelled running");
	check_text("what goes by it is",
	    ask("select (scope -> 'versions' = jsonb_build_array((select max(version) from ombud.platform_version"
		" where platform_id = 'cards')))::text from ombud.campaign where state = 'running'"),
	    "true");
	assert_true(pg_session_script(session, "select ombud.move_campaign(id, 'cancelled', 'me') from ombud.campaign"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_versions_are_numbered_over_all_platforms),
	    cmocka_unit_test(test_the_same_bytes_are_no_new_version),
	    cmocka_unit_test(test_another_newest_is_refused),
	    cmocka_unit_test(test_it_holds_in_two_minutes_unless_said),
	    cmocka_unit_test(test_nothing_of_it_changes),
	    cmocka_unit_test(test_retiring),
	    cmocka_unit_test(test_moving_what_is_open),
	};
	return cmocka_run_group_tests(tests, open_session, close_session);
}
