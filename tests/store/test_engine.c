/* Exactly-once effect, on a real PostgreSQL and the mock broker: a toy service (toy.c) is started as a program of its own (this
 * one, again), fed, killed, stopped, fenced; then database, log and topic are held against what was fed.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io/kafka_mock.h"
#include "tests/store/stories.h"

static void check(struct world *world, int64_t effects)
{
	assert_int_equal(ask(world, "select count(*) from toy.complaint"), effects);
	assert_int_equal(ask(world, "select count(*) from toy.complaint where fired <> 1"), 0);
	assert_int_equal(ask(world, "select count(*) from toy.timer"), 0);
	/* each complaint said twice: filed, fired; once each */
	assert_int_equal(ask(world, "select count(*) from toy.log where aggregatetype = 'ombud.toy.v1'"), 2 * effects);
	check_said_once(world);
	/* the log has no hole, and the owner knows its end */
	assert_int_equal(ask(world, "select count(*) from toy.ownership o where log_seq <> (select count(*) from toy.log l"
				    " where l.shard = o.shard) or log_seq <> coalesce((select max(seq) from toy.log l"
				    " where l.shard = o.shard), 0)"),
	    0);
	assert_int_equal(topic_check(world, "ombud.toy.v1"), 2 * effects);
}

/* ---- the stories ---- */

static void test_effects_repeats_and_misplaced(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 300, "ok", -1});
	feed(&world, &(struct feed){0, 100, "ok", -1});  /* again */
	feed(&world, &(struct feed){1000, 50, "ok", 3}); /* most of them lie wrong */
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 350);
	check(&world, 350);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'repeat'"), 100);
	int64_t misplaced = ask(&world, "select count(*) from toy.log where type = 'forwarded'");
	assert_true(misplaced > 20 && misplaced < 50);
	assert_int_equal(ask(&world, "select sum(next_offsets[1])::int8 from toy.ownership"), 450 + misplaced);
	world_close(&world);
}

static void test_poison_is_parked_and_the_rest_passes(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 400, "ok", -1});
	feed(&world, &(struct feed){5000, 1, "poison", -1});
	feed(&world, &(struct feed){5001, 1, "park", -1});
	feed(&world, &(struct feed){5003, 1, "poison", -1});
	feed(&world, &(struct feed){400, 400, "ok", -1});
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 800);
	check(&world, 800);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter where code = 'poison'"), 2);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter where code = 'parked_by_toy'"), 1);
	world_close(&world);
}

/* A record's time that no event can have: the year 10000, or what overflows as microseconds. */
static void test_times_of_records(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 1, "when", -1, INT64_C(1795000000000000)});
	feed(&world, &(struct feed){1, 1, "when", -1, INT64_C(253402300800000000)});
	feed(&world, &(struct feed){2, 1, "when", -1, INT64_MAX});
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 3);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where text = '2026-11-18T11:06:40Z'"), 1);
	assert_int_equal(
	    ask(&world, "select count(*) from toy.complaint where abs(extract(epoch from now() - text::timestamptz)) < 60"), 2);
	world_close(&world);
}

/* Another cluster has another record at the same place, and both letters are kept; the very same record read again is one letter,
 * as it was dealt with. */
static void test_letters_of_two_clusters(void **state)
{
	struct world world;
	world_open(&world);
	feed_bytes(&world, "ombud.inbox.v1", 1, 20, 1);
	feed(&world, &(struct feed){0, 20, "ok", -1});
	pid_t pid = world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 20);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter where \"offset\" = 0 and partition = 1"), 1);
	world_end(&world, pid);
	script(
	    &world, "update toy.ownership set cluster = 'an earlier one'; update toy.dead_letter set cluster = 'an earlier one'");
	pid = world_start(&world, "toy", "", "100000");
	wait_for(&world, "select count(*) from toy.dead_letter where \"offset\" = 0 and partition = 1 and state = 'parked'", 2);
	wait_quiet(&world, 20);
	world_end(&world, pid);
	script(&world, "update toy.dead_letter set state = 'discarded' where cluster <> 'an earlier one';"
		       "select ombud.restart_shard('toy', 1, 'ombud.inbox.v1', 0, null, 'test')");
	world_start(&world, "toy", "", "100000");
	wait_for(&world, "select count(*) from toy.log where type = 'dead_letter'", 3);
	wait_quiet(&world, 20);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 2);
	assert_int_equal(
	    ask(&world, "select count(*) from toy.dead_letter where state = 'discarded' and cardinality(log_seqs) = 2"), 1);
	assert_int_equal(ask(&world, "select count(*) from toy.log l where type = 'dead_letter' and not exists (select from"
				     " toy.dead_letter d where d.partition = l.shard and l.seq = any(d.log_seqs))"),
	    0);
	world_close(&world);
}

/* One process a failpoint, killed there (or told that it failed), then one without. All at once, a few worlds at a time. */
static void failing_at(const char *const *points, int count, const char *action)
{
	struct world worlds[TOUR_AT_ONCE];
	for (int i = 0; i < count; i++) {
		world_open(&worlds[i]);
		feed(&worlds[i], &(struct feed){0, 40, "ok", -1});
		tour_start(&worlds[i], "toy", points[i], 2, action, "300000");
	}
	for (int i = 0; i < count; i++) {
		feed(&worlds[i], &(struct feed){40, 40, "ok", -1});
		if (strcmp(action, "kill") != 0)
			continue;
		tour_wait_ended(&worlds[i], worlds[i].pids[0], points[i]);
		world_start(&worlds[i], "toy", "", "300000");
	}
	for (int i = 0; i < count; i++) {
		wait_quiet(&worlds[i], 80);
		check(&worlds[i], 80);
		world_close(&worlds[i]);
	}
}

static void killing(const char *const *points, int count)
{
	failing_at(points, count, "kill");
}

static void test_killed_at_every_failpoint(void **state)
{
	tour_failpoints(NULL, killing);
}

/* An answer lost, a taking over that failed, a producer that is full, a delivery that failed. */
static void test_failed_where_it_can_fail(void **state)
{
	static const char *const points[] = {"sync.after", "takeover.after", "produce.before", "delivered.before"};
	failing_at(points, sizeof points / sizeof *points, "err");
}

/* Stopped between its flush and its sync, holding its locks; another takes over; then it wakes. */
static void test_zombie_changes_nothing_and_blocks_nobody(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 100, "ok", -1});
	pid_t zombie = zombie_start(&world, "toy", "sync.before:2:stop", "200000");
	feed(&world, &(struct feed){100, 100, "ok", -1});
	world_start(&world, "toy", "", "200000");
	wait_quiet(&world, 200);
	check(&world, 200);
	kill(zombie, SIGCONT);
	feed(&world, &(struct feed){200, 100, "ok", -1});
	wait_quiet(&world, 300);
	check(&world, 300);
	world_close(&world);
}

static void test_two_copies_share_and_one_leaves(void **state)
{
	struct world world;
	world_open(&world);
	pid_t first = world_start(&world, "toy", "", "200000");
	world_start(&world, "toy", "", "200000");
	feed(&world, &(struct feed){0, 200, "ok", -1});
	wait_for(&world, "select count(distinct owner)::int8 from toy.ownership", 2);
	feed(&world, &(struct feed){200, 200, "ok", -1});
	int status;
	kill(first, SIGTERM);
	assert_int_equal(waitpid(first, &status, 0), first);
	world_forget(&world, first);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	wait_quiet(&world, 400);
	check(&world, 400);
	world_close(&world);
}

static void test_backends_ended_and_broker_down(void **state)
{
	struct world world;
	world_open(&world);
	world_start(&world, "toy", "", "200000");
	for (int i = 0; i < 10; i++) {
		feed(&world, &(struct feed){i * 100, 100, "ok", -1});
		ask(&world,
		    "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like '%ombud-toy%'"
		    " and datname = current_database()");
		usleep(100000);
	}
	kafka_mock_down(mock, true);
	usleep(1500000);
	kafka_mock_down(mock, false);
	feed(&world, &(struct feed){1000, 100, "ok", -1});
	wait_quiet(&world, 1100);
	check(&world, 1100);
	world_close(&world);
}

/* What fell due while nobody was there fires once on return. */
static void test_timers_fire_after_absence(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 60, "ok", -1});
	pid_t pid = world_start(&world, "toy", "", "3000000");
	wait_for(&world, "select count(*) from toy.timer", 60);
	world_end(&world, pid);
	sleep(3);
	world_start(&world, "toy", "", "3000000");
	wait_quiet(&world, 60);
	check(&world, 60);
	world_close(&world);
}

/* Records and timers that cannot be written come while others come and fire: each is found and told, and nobody else feels it. */
static void test_poison_and_sour_timers_among_others(void **state)
{
	enum { ROUNDS = 20, OK_EACH = 30 };
	struct world world;
	world_open(&world);
	world_start(&world, "toy", "", "50000");
	for (int i = 0; i < ROUNDS; i++) {
		feed(&world, &(struct feed){i * OK_EACH, OK_EACH, "ok", -1});
		feed(&world, &(struct feed){5000 + i, 1, "poison", -1});
		feed(&world, &(struct feed){6000 + i, 1, "sour", -1});
	}
	wait_quiet(&world, ROUNDS * OK_EACH);
	wait_for(&world, "select count(*) from toy.log where type = 'timer_failed' and note = '23514'", ROUNDS);
	wait_for(&world, "select count(*) from toy.dead_letter where code = 'poison'", ROUNDS);
	assert_int_equal(ask(&world, "select count(*) from toy.timer"), 0);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where text = 'ok' and fired = 1"), ROUNDS * OK_EACH);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where text = 'sour' and fired = 0"), ROUNDS);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint"), ROUNDS * (OK_EACH + 1));
	assert_int_equal(ask(&world, "select count(*) from toy.log where sequence = 1"), ROUNDS * (OK_EACH + 1));
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_effects_repeats_and_misplaced),
	    cmocka_unit_test(test_poison_is_parked_and_the_rest_passes),
	    cmocka_unit_test(test_poison_and_sour_timers_among_others),
	    cmocka_unit_test(test_times_of_records),
	    cmocka_unit_test(test_letters_of_two_clusters),
	    cmocka_unit_test(test_timers_fire_after_absence),
	    cmocka_unit_test(test_zombie_changes_nothing_and_blocks_nobody),
	    cmocka_unit_test(test_two_copies_share_and_one_leaves),
	    cmocka_unit_test(test_backends_ended_and_broker_down),
	    cmocka_unit_test(test_killed_at_every_failpoint),
	    cmocka_unit_test(test_failed_where_it_can_fail),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
