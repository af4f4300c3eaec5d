/* ombud.quiet and ombud.step_clock (deploy/sql/...quiet.sql), through the player's stepper: OMBUD_TEST_DSN says where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"

#include "services/player/stepper.h"
#include "tests/store/session.h"

#define NOW INT64_C(1772409600000000) /* 2026-03-02T00:00:00Z */

static struct pg_session *session;
static struct stepper *stepper;

#define NOBODY "do $$ begin execute (select string_agg(format('delete from %I.ownership', name), ';') from ombud.service); end $$;"

/* All four daemons own shard 0 and have taken everything; two facts were told. */
static const char all_is_well[] = NOBODY
    "update ombud.service set walks = '{mark}' where name = 'intake';"
    "delete from intake.timer; delete from escalation.timer; delete from notification.sending;"
    "delete from triage.hop_out; delete from triage.hop_in; delete from ombud.campaign; delete from intake.walk;"
    "delete from ombud.virtual_clock; insert into ombud.virtual_clock (now) values ('2026-03-02T00:00:00Z');"
    "insert into intake.ownership values (0, 1, 'c', '{ombud.inbox.v1,ombud.triage.v1}', '{5,1}', '{0,1}',"
    "  '{ombud.complaint.v1}', '{1}', 9, 9, 0, now(), 'i');"
    "insert into triage.ownership values (0, 1, 'c', '{ombud.complaint.v1}', '{1}', '{1}', '{ombud.triage.v1}', '{1}', 1, 1, 0, now(), 't');"
    "insert into escalation.ownership values (0, 1, 'c', '{ombud.complaint.v1,ombud.triage.v1}', '{1,1}', '{1,1}',"
    "  '{ombud.escalation.v1}', '{0}', 1, 1, 0, now(), 'e');"
    "insert into notification.ownership values (0, 1, 'c', '{ombud.complaint.v1,ombud.triage.v1}', '{1,1}', '{1,1}',"
    "  '{ombud.notification.v1}', '{0}', 1, 1, 0, now(), 'n');";

static int connect_once(void **state)
{
	session = session_to("");
	if (!session)
		return -1;
	stepper = stepper_new(getenv("OMBUD_TEST_DSN"));
	return 0;
}

static int disconnect(void **state)
{
	session_script(session, NOBODY
	    "delete from intake.timer; delete from escalation.timer;"
	    "delete from notification.sending; delete from ombud.virtual_clock; delete from triage.hop_out; delete from triage.hop_in; delete from ombud.campaign;"
	    "delete from intake.walk; update ombud.service set walks = '{move_policy}' where name = 'intake'");
	pg_session_close(session);
	stepper_free(stepper);
	return 0;
}

static int set_up(void **state)
{
	session_script(session, all_is_well);
	return 0;
}

static const struct busy_row {
	const char *sql;  /* what is otherwise than well */
	const char *want; /* NULL: quiet all the same */
} busy_rows[] = {
    {"", NULL},
    {"update intake.ownership set next_offsets = '{4,1}'", "intake has not read the inbox, partition 0: it is at 4 of 5"},
    {"update intake.ownership set out_sequences = '{2}'", "ombud.complaint.v1"},
    {"update intake.ownership set in_sequences = '{0,0}'", "intake has not taken ombud.triage.v1, shard 0: it is at 0 of 1"},
    {"delete from escalation.ownership", "escalation has not owned shard 0 yet"},
    {"insert into escalation.timer values (0, '2026-03-02T00:00:00Z', gen_random_uuid(), 1, 1)", "a timer of escalation"},
    {"insert into escalation.timer values (0, '2026-03-02T00:00:01Z', gen_random_uuid(), 1, 1)", NULL},
    {"insert into triage.hop_out values (0, 'ombud.triage.v1', 0, 3)",
	"has not taken ombud.triage.v1 from shard 0, shard 0: it is at 0 of 3"},
    {"insert into triage.hop_out values (0, 'ombud.complaint.v1', 0, 3);"
     "insert into triage.hop_in values (0, 'ombud.complaint.v1', 0, 0, 2)",
	"triage has not taken ombud.complaint.v1 from shard 0, shard 0: it is at 2 of 3"},
    {"insert into ombud.campaign (service, kind, given_by) values ('intake', 'mark', 'a test')", "walks shard 0 of intake"},
    {"insert into ombud.campaign (service, kind, given_by, state) values ('intake', 'mark', 'a test', 'paused')", NULL},
    {"insert into ombud.campaign (service, kind, given_by) values ('intake', 'mark', 'a test');"
     "insert into intake.walk select 0, id, 1, '', 0, 0, 0, true from ombud.campaign",
	NULL},
    {"insert into ombud.campaign (service, kind, given_by, begins_at) values ('intake', 'mark', 'a test', '2026-03-02T00:00:01Z')",
	NULL},
    {"insert into ombud.campaign (service, kind, given_by, begins_at) values ('intake', 'mark', 'a test', '2026-03-02T00:00:00Z')",
	"walks shard 0 of intake"},
    {"insert into triage.hop_out values (0, 'ombud.toy.v1', 1, 3)", "has not owned shard 1 yet"},
    {"insert into notification.sending values (0, gen_random_uuid())", "a notice is being sent"},
};

static void test_busy(void **state)
{
	static const int64_t ends[] = {5};
	for (size_t i = 0; i < sizeof(busy_rows) / sizeof(busy_rows[0]); i++) {
		struct quiet quiet;
		session_script(session, all_is_well);
		session_script(session, busy_rows[i].sql);
		assert_true(stepper_look(stepper, ends, 1, &quiet));
		if (busy_rows[i].want ? !strstr(quiet.busy, busy_rows[i].want) : quiet.busy[0] != '\0')
			fail_msg("%s: got \"%s\", want \"%s\"", busy_rows[i].sql, quiet.busy,
			    busy_rows[i].want ? busy_rows[i].want : "");
	}
}

static void test_what_is_next_and_what_was_said(void **state)
{
	static const int64_t ends[] = {5};
	struct quiet quiet;
	session_script(session, "insert into intake.timer values (0, '2026-03-02T02:00:00Z', gen_random_uuid(), 1, 1);"
				"insert into escalation.timer values (0, '2026-03-02T01:00:00Z', gen_random_uuid(), 1, 1)");
	assert_true(stepper_look(stepper, ends, 1, &quiet));
	assert_string_equal(quiet.busy, "");
	assert_int_equal(quiet.next_due_us, NOW + US_PER_HOUR);
	assert_int_equal(quiet.topics_count, 4);
	assert_string_equal(quiet.topics[0], "ombud.complaint.v1");
	assert_int_equal(quiet.said[0], 1);
}

static void test_the_clock_goes_forward_only(void **state)
{
	assert_int_equal(stepper_now(stepper), NOW);
	assert_true(stepper_step(stepper, NOW + US_PER_DAY));
	assert_int_equal(stepper_now(stepper), NOW + US_PER_DAY);
	assert_true(stepper_step(stepper, NOW));
	assert_int_equal(stepper_now(stepper), NOW + US_PER_DAY);
	session_script(session, "delete from ombud.virtual_clock");
	assert_int_equal(stepper_now(stepper), 0);
	assert_true(stepper_step(stepper, NOW));
	assert_int_equal(stepper_now(stepper), NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_busy, set_up),
	    cmocka_unit_test_setup(test_what_is_next_and_what_was_said, set_up),
	    cmocka_unit_test_setup(test_the_clock_goes_forward_only, set_up),
	};
	return cmocka_run_group_tests(tests, connect_once, disconnect);
}
