/* Every statement of escalation's store on a real PostgreSQL; the audit. OMBUD_TEST_DSN says where a database with all migrations
 * is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/store/escalation.h"
#include "common/store/rebuild.h"
#include "tests/store/connection.h"
#include "tests/store/session.h"

enum { SHARD = 3 };

static struct pg_args *args;
static struct pg_session *session;
static struct arena *arena;

static int64_t at(const char *text)
{
	int64_t instant_us;
	assert_true(instant_parse(text, strlen(text), &instant_us));
	return instant_us;
}

/* One text from one statement, its own transaction. A session knows what it has prepared by the statement's address. */
static const char *ask(const char *sql)
{
	static struct pg_statement statements[16];
	static char names[16][16], answer[256];
	static int count;
	assert_true(count < 16);
	snprintf(names[count], sizeof(names[count]), "ask_%d", count);
	statements[count] = (struct pg_statement){.name = names[count], .text = sql, .params = "", .columns = 1};
	struct pg_result *result = session_ask(session, &statements[count++], NULL);
	snprintf(answer, sizeof(answer), "%s", pg_result_rows(result) == 0 ? "" : pg_get_text(result, 0, 0));
	pg_result_free(result);
	return answer;
}

/* ---- complaints and clocks ---- */

static const struct uuid complaint_id = {{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16}};

static struct clock_wait waits[] = {
    {WAIT_EVIDENCE, PARTY_COMPLAINANT, CLOCK_EVIDENCE_OWED, 3, 1000000, 2000001, CAUSE_EVIDENCE_REQUESTED, CAUSE_EVIDENCE_ADDED,
	ACTOR_KIND_PLATFORM_PERSON, "agent \"7\""},
    {WAIT_ANSWER, PARTY_COMPLAINANT, CLOCK_ANSWER_TO_OFFER, 0, 3000000, 0, CAUSE_ANSWER_GIVEN, 0, ACTOR_KIND_MERCHANT_PERSON,
	"m-1"},
};

static void expect_waits(const struct clock_waits *got)
{
	assert_int_equal(got->count, 2);
	for (int i = 0; i < 2; i++) {
		const struct clock_wait *want = &waits[i], *is = &got->list[i];
		assert_int_equal(is->kind, want->kind);
		assert_int_equal(is->party, want->party);
		assert_int_equal(is->length, want->length);
		assert_int_equal(is->cycle, want->cycle);
		assert_int_equal(is->from_us, want->from_us);
		assert_int_equal(is->until_us, want->until_us);
		assert_int_equal(is->began, want->began);
		assert_int_equal(is->ended, want->ended);
		assert_int_equal(is->actor, want->actor);
		assert_string_equal(is->actor_id, want->actor_id);
	}
}

static struct store_complaint_row complaint(void)
{
	return (struct store_complaint_row){
	    .shard = SHARD,
	    .complaint_id = complaint_id,
	    .platform_id = "p",
	    .order_id = "订单-1",
	    .stage = STAGE_NEGOTIATING,
	    .stage_since_us = at("2026-09-30T07:00:00Z"),
	    .policy_version = 1,
	    .policy = "standard",
	    .policy_named = "",
	    .calendar = "golden",
	    .calendar_version = 1,
	    .cycles = {[CLOCK_MERCHANT_ANSWER] = 2, [CLOCK_COUNT - 1] = 1},
	    .waits = {.list = waits, .count = 2},
	    .sequence = 9,
	    .trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	};
}

static struct clock a_clock(void)
{
	return (struct clock){
	    .kind = CLOCK_END_TO_END,
	    .cycle = 1,
	    .state = CLOCK_STATE_RUNNING,
	    .unit = TARGET_UNIT_BUSINESS_DAYS,
	    .target = 7,
	    .policy_id = "standard",
	    .started_us = at("2026-09-30T07:00:00Z"),
	    .due_us = at("2026-10-15T10:00:00Z"),
	    .paused_us = at("2026-10-10T10:00:00Z"),
	    .steps_done = 1,
	    .next_us = at("2026-10-11T00:00:00Z"),
	    .revision = 4,
	    .warned = 1,
	    .steps_json = "[{\"what\":\"clock_started\"}]",
	};
}

static const struct policy_clock promised = {.effect = CLOCK_EFFECT_PROMISED};
static const struct policy_clock statutory = {.effect = CLOCK_EFFECT_STATUTORY, .basis = "法"};

static void write_terms(const struct store_complaint_row *row, const struct clock *clock, const struct policy_clock *terms)
{
	struct pg_rows *complaints = store_complaint_rows_new(), *clocks = store_clock_rows_new();
	store_complaint_rows_add(complaints, row);
	struct policy_set set = {.calendar = "golden", .policies = {{.id = "standard"}}, .policies_count = 1};
	const struct clock_version version = {row->policy_version, &set, NULL};
	struct clock whole = *clock;
	set.policies[0].clocks[clock->kind] = *terms;
	whole.terms = whole.times = &version;
	store_clock_rows_add(clocks, row, &whole);
	pg_rows_send(pg, complaints, NULL, NULL);
	pg_rows_send(pg, clocks, NULL, NULL);
	sync_well();
	pg_rows_free(complaints);
	pg_rows_free(clocks);
}

static void write_rows(const struct store_complaint_row *row, const struct clock *clock)
{
	write_terms(row, clock, &promised);
}

static void check_complaint(enum pg_class class, const struct pg_result *result, void *context)
{
	assert_int_equal(class, PG_DONE);
	assert_int_equal(pg_result_rows(result), 1);
	struct store_complaint_row want = complaint(), got;
	store_complaint_row_read(result, 0, arena, &got);
	assert_int_equal(got.shard, SHARD);
	assert_memory_equal(&got.complaint_id, &complaint_id, sizeof(complaint_id));
	assert_string_equal(got.order_id, want.order_id);
	assert_int_equal(got.stage, want.stage);
	assert_int_equal(got.stage_since_us, want.stage_since_us);
	assert_string_equal(got.policy, "standard");
	assert_string_equal(got.calendar, "golden");
	assert_memory_equal(got.cycles, want.cycles, sizeof(want.cycles));
	assert_int_equal(got.sequence, want.sequence);
	assert_string_equal(got.trace, want.trace);
	expect_waits(&got.waits);
	++*(int *)context;
}

static void check_clock(enum pg_class class, const struct pg_result *result, void *context)
{
	int *rows = context, shard;
	assert_int_equal(class, PG_DONE);
	*rows = pg_result_rows(result);
	if (*rows == 0)
		return;
	struct uuid id = store_clock_complaint(result, 0, &shard);
	struct clock want = a_clock(), got = {0};
	store_clock_row_read(result, 0, &got);
	assert_int_equal(shard, SHARD);
	assert_memory_equal(&id, &complaint_id, sizeof(id));
	assert_int_equal(got.kind, want.kind);
	assert_int_equal(got.state, want.state);
	assert_int_equal(got.unit, want.unit);
	assert_int_equal(got.due_us, want.due_us);
	assert_int_equal(got.paused_us, want.paused_us);
	assert_int_equal(got.next_us, want.next_us);
	assert_int_equal(got.armed_us, want.next_us);
	assert_int_equal(got.armed_version, clock_timer_version(&want));
	assert_int_equal(got.warned, 1);
	assert_int_equal(got.terms_stored, 1);
	assert_int_equal(got.times_stored, 1);
}

static void read_rows(pg_result_fn *fn, void *context, bool clocks)
{
	struct pg_array *shards = pg_array_new(PG_INT4), *ids = pg_array_new(PG_UUID);
	pg_array_int4(shards, SHARD);
	pg_array_uuid(ids, &complaint_id);
	pg_array_int4(shards, SHARD + 1); /* the same id elsewhere is another complaint */
	pg_array_uuid(ids, &complaint_id);
	(clocks ? store_escalation_read_clocks : store_escalation_read_complaints)(pg, args, shards, ids, fn, context);
	sync_well();
	pg_array_free(shards);
	pg_array_free(ids);
}

static void what_is_written_is_read(void **state)
{
	struct store_complaint_row row = complaint();
	struct clock clock = a_clock();
	int complaints = 0, clocks = 0;
	write_rows(&row, &clock);
	write_rows(&row, &clock);
	read_rows(check_complaint, &complaints, false);
	read_rows(check_clock, &clocks, true);
	assert_int_equal(complaints, 1);
	assert_int_equal(clocks, 1);
	assert_string_equal(ask("select jsonb_array_length(steps)::text from escalation.clock"), "2");
	row.policy_version = row.calendar_version = 2; /* moved to another version of its platform */
	write_rows(&row, &clock);
	assert_string_equal(
	    ask("select format('%s %s, %s %s', c.policy_version, c.calendar_version, k.policy_version, k.calendar_version)"
		"  from escalation.complaint c join escalation.clock k using (shard, complaint_id)"),
	    "2 2, 2 2");
	clock.state = CLOCK_STATE_MET;
	clock.ended_us = clock.met_us = at("2026-10-09T00:00:00Z");
	clock.next_us = 0;
	write_rows(&row, &clock);
	read_rows(check_clock, &clocks, true);
	assert_int_equal(clocks, 0);
}

/* Row by row, in the order in which they were taken; a number is taken once. */
static void facts_are_kept_in_order(void **state)
{
	struct store_complaint_row row = complaint();
	const struct clock_fact filed = {
	    .at_us = at("2026-09-30T07:00:00.000001Z"),
	    .version = 1,
	    .cause = CAUSE_COMPLAINT_FILED,
	    .stage = STAGE_FILED,
	    .actor = ACTOR_KIND_COMPLAINANT,
	    .policy_id = "",
	};
	const struct clock_fact triaged = {.at_us = filed.at_us + 1, .cause = CAUSE_COMPLAINT_TRIAGED, .policy_id = "standard"};
	struct pg_rows *facts = store_fact_rows_new();
	row.facts = 1;
	store_fact_rows_add(facts, &row, &filed);
	row.facts = 2;
	store_fact_rows_add(facts, &row, &triaged);
	pg_rows_send(pg, facts, NULL, NULL);
	sync_well();
	assert_string_equal(
	    ask("select string_agg(format('%s v%s %s %s>%s %s', number, version, to_char(at at time zone 'UTC', 'SS.US'), cause, stage, policy), ', '"
		"       order by number) from escalation.fact"),
	    "1 v1 00.000001 102>1 , 2 v0 00.000002 1>0 standard");
	store_fact_rows_add(facts, &row, &triaged);
	pg_rows_send(pg, facts, NULL, NULL);
	assert_int_equal(sync_class(), PG_DATA);
	pg_rows_free(facts);
}

/* Row after row in the order of the keys, each once, however short the pages are. */
static void a_rebuild_reads_page_by_page(void **state)
{
	struct store_complaint_row row = complaint();
	struct clock clock = a_clock(), read = {0};
	struct rebuild_place place = {.shard = INT32_MIN};
	int rows = 0;
	clock.met_us = clock.ended_us = clock.due_us + 2;
	clock.overdue_us = 2;
	for (clock.cycle = 1; clock.cycle <= 3; clock.cycle++)
		write_rows(&row, &clock);
	for (;; rows++) {
		rebuild_page_args(args, REBUILD_CLOCKS, &place, 1);
		struct pg_result *result = session_ask(session, &rebuild_pages[REBUILD_CLOCKS], args);
		bool more = pg_result_rows(result) == 1;
		if (more) {
			rebuild_place_read(result, 0, REBUILD_CLOCKS, &place);
			rebuild_clock_read(result, 0, &read);
			assert_int_equal(read.cycle, rows + 1);
			assert_int_equal(read.met_us, clock.met_us);
			assert_int_equal(read.overdue_us, 2);
			assert_int_equal(read.ended_us, clock.ended_us);
		}
		pg_result_free(result);
		if (!more)
			break;
	}
	assert_int_equal(rows, 3);
	assert_int_equal(place.shard, SHARD);
}

/* C11. A policy that is moved to may say otherwise. */
static void c11_effect_and_basis_are_written(void **state)
{
	struct store_complaint_row row = complaint();
	struct clock clock = a_clock();
	static const char sql[] = "select effect || '/' || basis from escalation.clock";
	write_terms(&row, &clock, &promised);
	assert_string_equal(ask(sql), "promised/");
	write_terms(&row, &clock, &statutory);
	assert_string_equal(ask(sql), "statutory/法");
}

/* A step that is due and not fired is seen, though its timer is not there at all. */
static void e3_a_hidden_timer_is_seen(void **state)
{
	static const char sql[] = "select count(*)::text from escalation.due_unfired(timestamptz '2026-10-11T00:%02d:00Z')";
	char text[128];
	struct store_complaint_row row = complaint();
	struct clock clock = a_clock();
	write_rows(&row, &clock);
	snprintf(text, sizeof(text), sql, 1);
	assert_string_equal(ask(text), "0"); /* a minute is granted */
	snprintf(text, sizeof(text), sql, 2);
	assert_string_equal(ask(text), "1");
}

static void clocks_are_shown(void **state)
{
	char id[UUID_TEXT_SIZE], sql[512];
	struct store_complaint_row row = complaint();
	struct clock clock = a_clock();
	write_terms(&row, &clock, &statutory);
	ask("insert into escalation.ownership values (3, 1, '', '{}', '{}', '{}', '{}', '{}', 0, 0, 1, now(), '') returning ''");
	uuid_format(&complaint_id, id);
	snprintf(sql, sizeof(sql),
	    "select concat_ws(' ', j ->> 'clock', j ->> 'must_act', j ->> 'silence', j ->> 'basis')"
	    "  from jsonb_array_elements(escalation.clocks_json('%s')) j",
	    id);
	assert_string_equal(ask(sql), "end_to_end platform escalated 法");
}

static int clean(void **state)
{
	return pg_session_script(session, "truncate escalation.clock, escalation.fact, escalation.complaint, escalation.ownership")
		   ? 0
		   : -1;
}

static int setup(void **state)
{
	static const struct pg_statement *const statements[] = {store_escalation_statements, NULL};
	session = session_to("");
	if (session == NULL)
		return -1;
	args = pg_args_new();
	arena = arena_new(0);
	return connection_open(statements) == 0 ? clean(state) : -1;
}

static int teardown(void **state)
{
	if (session == NULL)
		return -1;
	clean(state);
	pg_args_free(args);
	arena_free(arena);
	pg_session_close(session);
	return connection_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(what_is_written_is_read, clean),
	    cmocka_unit_test_setup(facts_are_kept_in_order, clean),
	    cmocka_unit_test_setup(a_rebuild_reads_page_by_page, clean),
	    cmocka_unit_test_setup(c11_effect_and_basis_are_written, clean),
	    cmocka_unit_test_setup(e3_a_hidden_timer_is_seen, clean),
	    cmocka_unit_test_setup(clocks_are_shown, clean),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
