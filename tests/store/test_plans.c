/* Every statement of a lane goes by keys, those of its shard but for a list, and lays its arrays out once, though it was planned
 * while its tables were empty: never looked at, and looked at (as autovacuum leaves what it finds empty). A plan that PostgreSQL
 * keeps must be right for millions of rows, and it keeps one until the table is looked at again, a minute into a burst.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/store/core.h"
#include "common/store/core_log.h"
#include "common/store/core_timers.h"
#include "common/store/statements.h"
#include "common/store/views.h"
#include "tests/store/explain.h"
#include "tests/store/session.h"

static struct pg_session *session;

static bool make_database(void)
{
	struct pg_session *maker = session_to("dbname=postgres");
	bool made = maker && pg_session_script(maker, "create database plans template ombud_template");
	if (maker && !made)
		fprintf(stderr, "%s\n", pg_session_error(maker));
	pg_session_close(maker);
	return made;
}

static int connect_once(void **state)
{
	if (!make_database())
		return -1;
	setenv("PGOPTIONS", CORE_LANE_OPTIONS " -c plan_cache_mode=force_generic_plan", 1);
	session = session_to("dbname=plans");
	return session ? 0 : -1;
}

static int disconnect(void **state)
{
	pg_session_close(session);
	return 0;
}

/* What these read whole is small by nature, or it is one row that they compare. */
static const char *const exceptions[] = {
    "core_log_read",                     /* looks a dead letter up by its place, when the row says that it is one */
    "core_clocks",                       /* one row */
    "core_campaigns",                    /* and core_walks_read: all shards of the daemon, each looked up in walk by its key */
    "core_walks_read", "core_platforms", /* versions of folders: a few, read at start and when one is applied */
    "disabled_load",                     /* endpoints */
    "intake_list",                       /* a page, in the order of the key: people leaf through all */
};

static bool is_exception(const char *name)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (!strcmp(name, exceptions[i]))
			return true;
	return false;
}

/* Keys are compared with row after row, or there are none. */
static bool reads_all(const char *plan)
{
	if (strstr(plan, "Seq Scan on") || strstr(plan, "Join Filter"))
		return true;
	for (const char *at = plan; (at = strstr(at, "Scan using ")); at++) {
		const char *next = strchr(at, '\n');
		next += 1 + strspn(next + 1, " ");
		if (strncmp(next, "Index Cond:", strlen("Index Cond:")) != 0)
			return true;
	}
	return false;
}

/* ---- arrays laid out once ---- */

static const char *line_end(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static size_t indent(const char *line)
{
	return strspn(line, " ");
}

static bool line_has(const char *line, const char *text)
{
	const char *found = strstr(line, text);
	return found && found < line_end(line);
}

/* The line of a node's nth child (0: what a nested loop goes by, 1: what it does for each row of that), or NULL. Children stand two
 * columns right of their parent's name, which begins behind its arrow.
 */
static const char *child(const char *node, int nth)
{
	size_t at = indent(node) + 2 + (line_has(node, "->  ") ? 4 : 0);
	for (const char *line = line_end(node); *line && indent(line) >= at; line = line_end(line))
		if (indent(line) == at && line[at] == '-' && nth-- == 0)
			return line;
	return NULL;
}

/* A day's windows lie in the day's own row. */
static const char of_the_row[] = "Function Scan on unnest w\n";

/* Does anything of the node and below it read out of arrays, or of rows that were made from them? */
static bool reads_arrays(const char *node)
{
	static const char *const readers[] = {"ProjectSet", "Function Scan", "CTE Scan", "Materialize"};
	const char *line = node;
	do {
		for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
			if (line_has(line, readers[i]) && !line_has(line, of_the_row))
				return true;
		line = line_end(line);
	} while (*line && indent(line) > indent(node));
	return false;
}

/* The arrays of a batch are read for each row of a table. */
static bool reads_arrays_again(const char *plan)
{
	for (const char *line = plan; *line; line = line_end(line)) {
		const char *inner = line_has(line, "Nested Loop") ? child(line, 1) : NULL;
		if (inner && reads_arrays(inner))
			return true;
	}
	return false;
}

/* ---- the index that a statement is made for, where the planner could think of another ---- */

static const struct {
	const char *statement, *index;
} indexes[] = {
    {"core_fence", "ownership_pkey"},
    {"core_timer_claim", "timer_pkey"},
    {"core_timer_next", "timer_pkey"},
    {"core_timer_disarm", "timer_pkey"},
    {"core_log_read", "log_pkey"},
    {"core_log_read", "dead_letter_pkey"},
    {"intake_orders", "orders_pkey"},
    {"intake_complaints", "complaint_order"},
    {"intake_list_of_order", "complaint_order"},
    {"intake_list_of_order", "complaint_pkey"},
    {"intake_order_complaints", "complaint_order"},
    {"intake_remedies", "remedy_pkey"},
    {"intake_ids", "complaint_pkey"},
    {"intake_moves_page", "complaint_pkey"},
    {"intake_moves_read", "complaint_pkey"},
    {"intake_seen", "log_cause"},
    {"intake_waiting", "waiting_pkey"},
    {"intake_line", "waiting_order"},
    {"intake_uses", "limit_use_pkey"},
    {"intake_waiting", "orders_pkey"},
    {"intake_update_complaint", "complaint_pkey"},
    {"intake_delete_waiting", "waiting_pkey"},
    {"triage_read", "complaint_pkey"},
    {"escalation_read_complaints", "complaint_pkey"},
    {"escalation_read_clocks", "clock_pkey"},
    {"complaint_load", "complaint_pkey"},
    {"due_load", "due_pkey"},
    {"next_load", "notice_line"},
    {"notice_load", "notice_pkey"},
    {"notice_load", "sending_pkey"},
    {"preference_load", "preference_pkey"},
    {"contact_load", "contact_pkey"},
    {"sending_load", "sending_pkey"},
    {"sending_load", "notice_pkey"},
    {"sending_load", "contact_pkey"},
    {"inbox_page", "inbox_pkey"},
    {"inbox_page", "notice_pkey"},
    {"due_delete", "due_pkey"},
    {"notice_update", "notice_pkey"},
    {"sending_delete", "sending_pkey"},
    {"inbox_read", "inbox_pkey"},
    {"inbox_read", "notice_pkey"},
    {"person_erase", "contact_pkey"},
    {"person_erase", "preference_pkey"},
    {"erasure_page", "erasure_pkey"},
    {"erasure_page", "inbox_pkey"},
    {"erasure_page", "notice_pkey"},
    {"erasure_page", "notice_payload"},
    {"erasure_delete", "erasure_pkey"},
};

static bool names(const char *plan, const char *index)
{
	size_t size = strlen(index);
	for (const char *at = plan; (at = strstr(at, index)); at += size)
		if (at[-1] == ' ' && (at[size] == ' ' || at[size] == '\n'))
			return true;
	return false;
}

static bool goes_by_its_indexes(const char *statement, const char *plan)
{
	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
		if (!strcmp(indexes[i].statement, statement) && !names(plan, indexes[i].index))
			return false;
	return true;
}

/* ---- a lane's own rows ---- */

/* Rows are found by their shard, or by an order or a complaint, which lie in one; so a shard's rows can be moved elsewhere. These
 * find some otherwise. A new one is a decision: what it changes has to bear that another shard's lane does the same at once.
 */
static const char *const not_by_shard[] = {
    /* what belongs to nobody's shard: the clock, campaigns, versions of platforms and their calendars */
    "core_clocks", "core_campaigns", "core_walks_read", "core_platforms", "core_platform_files", "calendar_stored",
    "intake_moves_page", "intake_moves_read",
    /* what belongs to a person or an endpoint: limits, contacts, preferences, the inbox and its erasure, endpoints that are off */
    "intake_uses", "preference_load", "contact_load", "sending_load", "inbox_page", "inbox_read", "person_erase", "erasure_page",
    "disabled_load",
    /* events by their identity, which is one shard's, and what people ask of it */
    "intake_waiting", "intake_delete_waiting", "intake_outcome", "intake_refused_pieces", "intake_list"};

static bool is_listed(const char *name)
{
	for (size_t i = 0; i < sizeof not_by_shard / sizeof *not_by_shard; i++)
		if (!strcmp(not_by_shard[i], name))
			return true;
	return false;
}

static bool says_shard(const char *line)
{
	static const char *const words[] = {
	    "shard", "order_id", "complaint", "(partition ="}; /* a dead letter's partition is its shard */
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (line_has(line, words[i]))
			return true;
	return false;
}

/* The conditions of a scan are its index's and, behind it, its filter. */
static bool leaves_its_shard(const char *plan)
{
	for (const char *line = plan; *line; line = line_end(line)) {
		const char *condition = line_end(line), *filter = line_end(condition);
		if (line_has(line, "Seq Scan on") || (line_has(line, "Scan using ") && !line_has(condition, "Index Cond:")))
			return true;
		if (line_has(condition, "Index Cond:") && !says_shard(condition) &&
		    !(line_has(filter, " Filter: ") && says_shard(filter)))
			return true;
	}
	return false;
}

/* ---- all of them ---- */

static const struct pg_statement *const *all_statements(void)
{
	static const struct pg_statement *all[SERVICES_COUNT * STORE_LISTS_MAX + 2];
	int count = 0;
	all[count++] = core_statements("intake");
	for (int i = 0; i < SERVICES_COUNT; i++)
		for (int list = 0; list < STORE_LISTS_MAX && store_statements[i][list]; list++)
			all[count++] = store_statements[i][list];
	all[count] = NULL;
	return all;
}

static void look(void)
{
	int wrong = 0;
	for (const struct pg_statement *const *all = all_statements(); *all; all++) {
		for (const struct pg_statement *statement = *all; statement->name; statement++) {
			struct buf plan = BUF_EMPTY;
			if (!explain(session, statement, &plan))
				fail_msg("%s: %s", statement->name, pg_session_error(session));
			const char *text = buf_string(&plan);
			const char *fault = reads_all(text) != is_exception(statement->name) ? "not by keys"
					    : reads_arrays_again(text)                       ? "arrays again for each row"
					    : !goes_by_its_indexes(statement->name, text)    ? "not by its index"
					    : leaves_its_shard(text) != is_listed(statement->name)
						? "not by its shard, or listed though it is"
						: NULL;
			if (fault) {
				print_error("%s: %s\n%s", statement->name, fault, text);
				wrong++;
			}
			buf_free(&plan);
		}
	}
	assert_int_equal(wrong, 0);
}

static void goes_by_keys_when_never_looked_at(void **state)
{
	look();
}

static void goes_by_keys_when_looked_at_and_empty(void **state)
{
	assert_true(pg_session_script(session, "analyze"));
	look();
}

/* ---- what a person asks of one complaint ---- */

static void one_complaint_is_found_by_keys(void **state)
{
	struct buf plan = BUF_EMPTY;
	assert_true(explain(session, &complaint_find, &plan));
	const char *text = buf_string(&plan);
	bool right = !reads_all(text) && names(text, "complaint_pkey") && names(text, "complaint_order");
	if (!right)
		print_error("%s", text);
	buf_free(&plan);
	assert_true(right);
}

/* ---- inside a function: the plan does not show ---- */

static const char long_log[] =
    "insert into intake.log (shard, seq, at, ordinal, aggregatetype, aggregateid, type, shard_sequence)"
    " select 0, i, now(), 0, case when i % 100 = 0 then 'rare' else 'ours' end, '', '', case when i % 100 = 0 then i / 100 else i - i / 100 end"
    "   from generate_series(1, 100000) i";

/* How far a topic has been acknowledged, after a restate (acked 0) and else, in a log of many rows. */
static void looks_at_few_rows_of_a_long_log(void **state)
{
	static const char rows_read[] = "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
					" where relid = 'intake.log'::regclass";
	static const char said[] = "select string_agg(coalesce(acknowledged, -1)::text, ',' order by place) = '0,0,99,999,-1'"
				   "  from ombud.log_says('intake', '{0,0,0,0,0}', '{ours,rare,ours,rare,ours}', '{0,0,0,0,0}',"
				   "                      '{0,0,99,99950,100000}')";
	char both[1024];
	assert_true(pg_session_script(session, long_log));
	snprintf(both, sizeof both, "select case when (%s) then (%s) else -1 end", said, rows_read);
	int64_t rows = session_number(session, both);
	print_message("rows of the log read: %lld\n", (long long)rows);
	assert_in_range(rows, 0, 100);
}

/* The test's own eyes. */
static void sees_arrays_read_again(void **state)
{
	static const char again[] = "Nested Loop\n"
				    "  ->  Index Scan using a on t\n"
				    "        Index Cond: (x = 1)\n"
				    "  ->  Subquery Scan on k\n"
				    "        ->  ProjectSet\n"
				    "              ->  Result\n";
	static const char once[] = "Sort\n"
				   "  ->  Nested Loop\n"
				   "        ->  ProjectSet\n"
				   "              ->  Result\n"
				   "        ->  Index Scan using a on t\n"
				   "              Index Cond: (x = k.x)\n";
	assert_true(reads_arrays_again(again));
	assert_false(reads_arrays_again(once));
}

static void sees_a_shard_left(void **state)
{
	static const char by_shard[] = "Index Scan using a on t\n"
				       "  Index Cond: ((shard = 1) AND (x = 1))\n";
	static const char filtered[] = "Index Scan using a on t\n"
				       "  Index Cond: (x = 1)\n"
				       "  Filter: (shard = 1)\n";
	static const char left[] = "Nested Loop\n"
				   "  ->  Index Scan using a on t\n"
				   "        Index Cond: (shard = 1)\n"
				   "  ->  Index Scan using b on u\n"
				   "        Index Cond: (x = t.x)\n"
				   "        Filter: (y = 1)\n";
	assert_false(leaves_its_shard(by_shard));
	assert_false(leaves_its_shard(filtered));
	assert_true(leaves_its_shard(left));
	assert_true(leaves_its_shard("Seq Scan on t\n  Filter: (shard = 1)\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sees_arrays_read_again), cmocka_unit_test(sees_a_shard_left),
	    cmocka_unit_test(goes_by_keys_when_never_looked_at), cmocka_unit_test(goes_by_keys_when_looked_at_and_empty),
	    cmocka_unit_test(one_complaint_is_found_by_keys),
	    cmocka_unit_test(looks_at_few_rows_of_a_long_log), /* leaves it long */
	};
	return cmocka_run_group_tests(tests, connect_once, disconnect);
}
