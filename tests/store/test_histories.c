/* A database that went back, topics that did not, and the other way round: an owner looks back at itself before it does
 * anything; nothing of it is silent, and after `restate` what the log says now is what is true.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/store/stories.h"

static void restate_all(struct world *world, const char *service)
{
	char sql[512];
	snprintf(sql, sizeof sql,
	    "select count(r.history) from %s.ownership o cross join lateral ombud.restate_shard('%s', o.shard, 'test', '{}', '{}', '{}') r",
	    service, service);
	assert_int_equal(ask(world, sql), PARTITIONS);
}

/* By somebody alive. */
static void wait_taken_over(struct world *world, const char *service)
{
	char sql[256];
	snprintf(sql, sizeof sql,
	    "select count(*) from %s.ownership o join pg_stat_activity a on a.pid = o.backend_pid and a.backend_start = o.backend_start",
	    service);
	wait_for(world, sql, PARTITIONS);
}

static bool stopped_as(struct world *world, const char *service, const char *why)
{
	wait_taken_over(world, service);
	return page_says(world, "/readyz?verbose", why);
}

/* What `shard show` and the audit read: shards that stand there with that stop and what is known of it. */
static void wait_listed(struct world *world, const char *service, const char *why, int count)
{
	char sql[256];
	snprintf(sql, sizeof sql,
	    "select count(*) from %s.ownership where stopped ->> 'why' = '%s' and stopped -> 'known' is not null"
	    " and stopped ->> 'since' is not null and stopped ->> 'means' is not null",
	    service, why);
	wait_for(world, sql, count);
}

static int64_t said(struct world *world)
{
	return ask(world, "select count(*) from toy.log where aggregatetype = 'ombud.toy.v1'");
}

/* The ids of what was said after the restate begin with its history; those of what was said before are as they were. */
static void check_ids(struct world *world)
{
	assert_int_equal(
	    ask(world, "select count(*) from toy.outbox x join toy.ownership o using (shard)"
		       " where x.id <> case when x.seq > o.history_starts[1] then '1.' else '' end || x.shard || '-' || x.seq"),
	    0);
	assert_true(ask(world, "select count(*) from toy.outbox where id like '1.%'") > 0);
	assert_true(ask(world, "select count(*) from toy.outbox where id not like '1.%'") > 0);
}

/* 40 complaints, a backup, 40 more, all told; then the database is as it was at the backup. */
static pid_t go_back(struct world *world, bool running)
{
	world_open(world);
	pid_t pid = world_start(world, "toy", "", "100000");
	feed(world, &(struct feed){0, 40, "ok", -1});
	wait_quiet(world, 40);
	backup(world, "toy");
	feed(world, &(struct feed){40, 40, "ok", -1});
	wait_quiet(world, 80);
	if (!running)
		world_end(world, pid);
	restore(world, "toy");
	return running ? pid : world_start(world, "toy", "", "100000");
}

static void go_on_restated(struct world *world)
{
	restate_all(world, "toy");
	wait_quiet(world, 80);
	assert_int_equal(said(world), 160);
	assert_int_equal(topic_check(world, "ombud.toy.v1"), 160);
	assert_true(topic_second(world, "ombud.toy.v1") >= 160); /* all of it again */
	assert_true(page_says(world, "/readyz?verbose", "[+]shards ok"));
	wait_for(world, "select count(*) from toy.ownership where stopped is not null", 0);
	assert_int_equal(ask(world, "select count(*) from toy.log where type = 'shard_restated'"), PARTITIONS);
	assert_int_equal(ask(world, "select count(*) from toy.ownership where history = 1"), PARTITIONS);
	check_ids(world);
}

static void test_went_back_under_a_running_daemon(void **state)
{
	struct world world;
	go_back(&world, true);
	assert_true(stopped_as(&world, "toy", "waits for a person: went_back"));
	wait_listed(&world, "toy", "went_back", PARTITIONS);
	script(&world, "create table since as select shard, stopped ->> 'since' as since from toy.ownership");
	sleep(3);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership join since using (shard)"
				     " where stopped ->> 'since' is distinct from since"),
	    0);                             /* written once, however often it is looked at */
	assert_int_equal(said(&world), 80); /* nothing new is said, nothing fires */
	go_on_restated(&world);
	world_close(&world);
}

/* One shard has forgotten something; that the others of its lane go on, and that it is taken over again and again, heals nothing.
 */
static void test_one_went_back_among_others(void **state)
{
	struct world world;
	story_begin(&world, 40);
	script(&world, "delete from toy.log l using toy.ownership o where l.shard = 5 and o.shard = 5 and l.seq = o.log_seq;"
		       "update toy.ownership set log_seq = log_seq - 1, acked_seq = log_seq - 1 where shard = 5;"
		       "select pg_terminate_backend(pid) from (select distinct backend_pid as pid from toy.ownership) b");
	assert_true(stopped_as(&world, "toy", "shard 5 stopped, and waits for a person: went_back"));
	feed(&world, &(struct feed){40, 40, "ok", -1});
	wait_for(&world, "select count(*) from toy.ownership where shard <> 5 and log_seq = acked_seq and next_offsets[1] > 5", 7);
	assert_true(page_says(&world, "/readyz?verbose", "looked at 3 times"));
	assert_true(page_says(&world, "/readyz?verbose", "shard 5 stopped, and waits for a person: went_back"));
	world_close(&world);
}

static void test_went_back_and_started_again(void **state)
{
	struct world world;
	go_back(&world, false);
	assert_true(stopped_as(&world, "toy", "waits for a person: topic_ahead"));
	wait_listed(&world, "toy", "topic_ahead", PARTITIONS);
	sleep(3);
	assert_int_equal(said(&world), 80);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where log_seq <> acked_seq"), 0);
	go_on_restated(&world);
	world_close(&world);
}

/* A hand moves a place while the shard is stopped as a whole: that is not forgotten when the person has decided about the stop. */
static void test_moved_while_stopped_whole(void **state)
{
	struct world world;
	char sql[128];
	go_back(&world, false);
	wait_listed(&world, "toy", "topic_ahead", PARTITIONS);
	int64_t place = ask(&world, "select next_offsets[1] from toy.ownership where shard = 2");
	script(&world, "update toy.ownership set next_offsets[1] = next_offsets[1] + 1 where shard = 2");
	restate_all(&world, "toy");
	wait_for(&world, "select count(*) from toy.ownership where stopped ->> 'why' = 'moved' and shard = 2", 1);
	wait_for(&world, "select count(*) from toy.ownership where stopped is not null", 1);
	snprintf(sql, sizeof sql, "select ombud.restart_shard('toy', 2, 'ombud.inbox.v1', %lld, null, 'test')", (long long)place);
	script(&world, sql);
	wait_quiet(&world, 80);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 160);
	world_close(&world);
}

/* The same over the end of the process that saw it: the stop itself says where it stood, to whoever takes the shard over, and to
 * the person's restate when nobody runs. */
static void move_over_a_restart(bool running)
{
	struct world world;
	char sql[128];
	pid_t pid = go_back(&world, false);
	wait_listed(&world, "toy", "topic_ahead", PARTITIONS);
	int64_t place = ask(&world, "select next_offsets[1] from toy.ownership where shard = 2");
	world_end(&world, pid);
	script(&world, "update toy.ownership set next_offsets[1] = next_offsets[1] + 1 where shard = 2");
	if (running) {
		pid = world_start(&world, "toy", "", "100000");
		assert_true(stopped_as(&world, "toy", "waits for a person: topic_ahead"));
	}
	restate_all(&world, "toy");
	if (!running)
		pid = world_start(&world, "toy", "", "100000");
	wait_for(&world, "select count(*) from toy.ownership where stopped ->> 'why' = 'moved' and shard = 2", 1);
	wait_for(&world, "select count(*) from toy.ownership where stopped is not null", 1);
	assert_true(page_says(&world, "/readyz?verbose", "where another hand has put it"));
	snprintf(sql, sizeof sql, "select ombud.restart_shard('toy', 2, 'ombud.inbox.v1', %lld, null, 'test')", (long long)place);
	script(&world, sql);
	wait_quiet(&world, 80);
	world_end(&world, pid);
	world_close(&world);
}

static void test_moved_while_stopped_and_started_again(void **state)
{
	move_over_a_restart(true);
	move_over_a_restart(false);
}

/* A stop that is over without a person (the database is as it was, after all) is not listed any more. */
static void test_went_back_and_forth(void **state)
{
	struct world world;
	story_begin(&world, 40);
	script(&world, "update toy.ownership set log_seq = log_seq - 1, acked_seq = log_seq - 1 where shard = 5;"
		       "select pg_terminate_backend(pid) from (select distinct backend_pid as pid from toy.ownership) b");
	wait_listed(&world, "toy", "went_back", 1);
	script(&world, "update toy.ownership set log_seq = log_seq + 1, acked_seq = log_seq + 1 where shard = 5");
	wait_for(&world, "select count(*) from toy.ownership where stopped is not null", 0);
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	world_close(&world);
}

/* Its owner writes the same row of the log meanwhile: restate is the one that tries again, as restart does. */
static void test_restated_in_a_deadlock(void **state)
{
	struct world world;
	story_begin(&world, 40);
	script(&world, "create sequence tries;"
		       "create function deadlock() returns trigger language plpgsql as $$ begin"
		       "  if nextval('tries') % 3 > 0 then raise exception 'both wait' using errcode = '40P01'; end if;"
		       "  return new; end $$;"
		       "create trigger deadlock before insert on toy.log for each row"
		       " when (new.type = 'shard_restated') execute function deadlock()");
	restate_all(&world, "toy");
	wait_quiet(&world, 40);
	assert_int_equal(
	    ask(&world, "select count(*) from toy.log where type = 'shard_restated' and note::jsonb ->> 'who' = 'test'"),
	    PARTITIONS);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where history = 1"), PARTITIONS);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 80);
	world_close(&world);
}

/* A second restore, to before the restate: the number that was used is not used again. */
static void test_went_back_twice(void **state)
{
	struct world world;
	pid_t pid = go_back(&world, false);
	go_on_restated(&world);
	world_end(&world, pid);
	restore(&world, "toy");
	world_start(&world, "toy", "", "100000");
	assert_true(stopped_as(&world, "toy", "waits for a person: topic_ahead"));
	ask(&world, "select count(r.history) from toy.ownership o cross join lateral ombud.restate_shard('toy', o.shard, 'test',"
		    " array['ombud.toy.v1'], array[1], array[o.out_sequences[1]]) r");
	wait_quiet(&world, 80);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where history = 2"), PARTITIONS);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 160);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where history_formers -> 'ombud.toy.v1'"
				     " <> jsonb_build_array(former_sequences[1], former_sequences[1])"),
	    0);
	assert_int_equal(ask(&world, "select count(*) from toy.outbox where id like '1.%'"), 0);
	assert_true(ask(&world, "select count(*) from toy.outbox where id like '2.%'") > 0);
	world_close(&world);
}

/* There is a last number: who restates by hand is told so, as `ombudctl shard restate` tells it, and nothing is changed. */
static void test_histories_have_an_end(void **state)
{
	struct world world;
	story_left(&world, 8);
	script(&world, "do $$ begin"
		       "    perform ombud.restate_shard('toy', 2, 'test', '{ombud.toy.v1}', '{63}', '{0}');"
		       "    perform ombud.restate_shard('toy', 2, 'test', '{ombud.toy.v1}', '{64}', '{0}');"
		       "    raise 'taken';"
		       " exception when check_violation then null; end $$");
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where history = 0"), PARTITIONS);
	script(&world, "do $$ begin perform ombud.restate_shard('toy', 2, 'test', '{ombud.toy.v1}', '{63}', '{0}'); end $$");
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where history = 64"), 1);
	world_close(&world);
}

/* The broker has not what it had acknowledged: it is said again, in order and under its numbers. */
static void test_the_broker_lost_a_tail(void **state)
{
	struct world world;
	story_left(&world, 40);
	script(&world,
	    "insert into toy.log (shard, seq, at, ordinal, aggregatetype, aggregateid, type, shard_sequence, payload)"
	    " select l.shard, o.log_seq + 1, now(), 0, l.aggregatetype, l.aggregateid, l.type, o.out_sequences[1] + 1, l.payload"
	    "   from toy.ownership o join toy.log l on l.shard = o.shard and l.shard_sequence = 1;"
	    "update toy.ownership set log_seq = log_seq + 1, acked_seq = log_seq + 1, out_sequences[1] = out_sequences[1] + 1");
	world_start(&world, "toy", "", "100000");
	wait_taken_over(&world, "toy");
	assert_true(page_says(&world, "/metrics", "ombud_log_said_again_total 8"));
	feed(&world, &(struct feed){40, 40, "ok", -1});
	wait_quiet(&world, 80);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 168);
	world_close(&world);
}

/* What strangers have written behind it is passed over. */
static void test_strangers_at_the_end(void **state)
{
	struct world world;
	pid_t pid = story_begin(&world, 40);
	for (int partition = 0; partition < PARTITIONS; partition++)
		feed_bytes(&world, "ombud.toy.v1", partition, 10, 20);
	world_end(&world, pid);
	world_start(&world, "toy", "", "100000");
	feed(&world, &(struct feed){40, 40, "ok", -1});
	wait_quiet(&world, 80);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 160);
	assert_true(page_says(&world, "/metrics", "ombud_shards_stopped 0"));
	world_close(&world);
}

/* ---- whoever reads it ---- */

static const char taken_of_5[] = "select count(*) from echo.log where type = 'read' and shard = 5";

/* What was true comes again and drops out, what is new is taken, what the ended history says later is dropped. */
static void test_reader_of_two_histories(void **state)
{
	static const int first[] = {1, 2, 3, 4, 5}, again[] = {1, 2, 3, 4, 5, 6, 7}, late[] = {6, 7, 8}, more[] = {8, 9};
	struct world world;
	world_open(&world);
	feed_facts(&world, 5, first, 5);
	feed_history(&world, 5, 1, 5, again, 7);
	feed_facts(&world, 5, late, 3);
	feed_history(&world, 5, 1, 5, more, 2);
	world_start(&world, "echo", "", "0");
	wait_for(&world, taken_of_5, 9);
	assert_true(page_says(&world, "/metrics", "result=\"former\"} 1"));
	assert_int_equal(ask(&world, "select in_histories[1]::int8 from echo.ownership where shard = 5"), 1);
	assert_int_equal(ask(&world, "select next_offsets[1] from echo.ownership where shard = 5"), 17);
	world_close(&world);
}

/* What cannot be decoded begins no history and leaves no gap, and a history's number is not cut to what fits: those are letters.
 * The next number in what cannot be decoded may be ours, and counts. */
static void test_numbers_that_nobody_may_say(void **state)
{
	static const int first[] = {1, 2, 3}, more[] = {4, 5}, last[] = {7, 8};
	struct world world;
	world_open(&world);
	feed_facts(&world, 5, first, 3);
	feed_broken(&world, 5, 7, 4);
	feed_broken(&world, 5, 0, 1000);
	feed_odd_history(&world, 5, "4294967297", 4);
	feed_odd_history(&world, 5, "-1", 4);
	feed_odd_history(&world, 5, "first", 4);
	feed_facts(&world, 5, more, 2);
	feed_broken(&world, 5, 0, 6);
	feed_facts(&world, 5, last, 2);
	world_start(&world, "echo", "", "0");
	wait_for(&world, taken_of_5, 7);
	assert_int_equal(ask(&world, "select in_histories[1]::int8 from echo.ownership where shard = 5"), 0);
	assert_int_equal(ask(&world, "select in_sequences[1] from echo.ownership where shard = 5"), 8);
	assert_int_equal(ask(&world, "select count(*) from echo.dead_letter"), 6);
	assert_int_equal(ask(&world, "select count(*) from echo.dead_letter where code = 'no_sequence'"), 3);
	world_close(&world);
}

static void test_reader_took_what_is_not_true(void **state)
{
	static const int first[] = {1, 2, 3, 4, 5}, again[] = {1, 2, 3, 4, 5, 6};
	struct world world;
	world_open(&world);
	feed_facts(&world, 5, first, 5);
	world_start(&world, "echo", "", "0");
	wait_for(&world, taken_of_5, 5);
	feed_history(&world, 5, 1, 3, again, 6);
	feed_facts(&world, 3, first, 5);
	assert_true(stopped_as(&world, "echo", "shard 5 stopped, and waits for a person: former_false"));
	wait_listed(&world, "echo", "former_false", 1);
	wait_for(&world, "select count(*) from echo.log where type = 'read' and shard = 3", 5);
	sleep(2);
	assert_int_equal(ask(&world, taken_of_5), 5);
	assert_int_equal(ask(&world, "select next_offsets[1] from echo.ownership where shard = 5"), 5);
	world_close(&world);
}

static void writer_known(struct world *world)
{
	pid_t writer = world_start(world, "toy", "", "100000");
	wait_taken_over(world, "toy");
	world_end(world, writer);
}

/* The writer's shard 5 as the database has it: in history 2, in which 0 is true up to 8 and 1 up to 15. */
static void writer_restated_twice(struct world *world)
{
	script(world,
	    "update toy.ownership set history = 2, former_sequences[1] = 15, out_sequences[1] = 17, history_starts = '{0,0}',"
	    " history_formers = '{\"ombud.toy.v1\": [8, 15]}' where shard = 5");
}

/* Two histories began while the reader was away. What the first one says beyond where it is true in the last is not taken, though
 * that lies below where the second one is. */
static void test_reader_away_for_two_histories(void **state)
{
	static const int first[] = {1, 2, 3, 4, 5, 6, 7, 8}, late[] = {9, 10};
	int all[17];
	struct world world;
	world_open(&world);
	for (int i = 0; i < 17; i++)
		all[i] = i + 1;
	writer_known(&world);
	script(&world, "update toy.ownership set out_sequences[1] = 10 where shard = 5");
	feed_facts(&world, 5, first, 8);
	pid_t reader = world_start(&world, "echo", "", "0");
	wait_for(&world, taken_of_5, 8);
	world_end(&world, reader);
	writer_restated_twice(&world);
	feed_facts(&world, 5, late, 2);
	feed_history(&world, 5, 1, 8, all, 15);
	feed_history(&world, 5, 2, 15, all, 17);
	world_start(&world, "echo", "", "0");
	wait_for(&world, taken_of_5, 17);
	assert_true(page_says(&world, "/metrics", "result=\"former\"} 2"));
	assert_int_equal(ask(&world, "select in_histories[1]::int8 from echo.ownership where shard = 5"), 2);
	world_close(&world);
}

/* It had taken such a one, and of the history between nothing is on the topic any more. */
static void test_reader_took_what_is_not_true_two_histories_ago(void **state)
{
	static const int first[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	struct world world;
	world_open(&world);
	writer_known(&world);
	script(&world, "update toy.ownership set out_sequences[1] = 10 where shard = 5");
	feed_facts(&world, 5, first, 10);
	pid_t reader = world_start(&world, "echo", "", "0");
	wait_for(&world, taken_of_5, 10);
	writer_restated_twice(&world);
	feed_history(&world, 5, 2, 15, first, 10); /* under the running reader, whose look at its writer was before */
	assert_true(stopped_as(&world, "echo", "shard 5 stopped, and waits for a person: former_false"));
	world_end(&world, reader);
	world_start(&world, "echo", "", "0");
	assert_true(stopped_as(&world, "echo", "shard 5 stopped, and waits for a person: former_false"));
	assert_int_equal(ask(&world, taken_of_5), 10);
	world_close(&world);
}

/* Both went back: the reader takes nothing that its writer does not know, and the ended history's rest is dropped when it is known.
 */
static void test_both_went_back(void **state)
{
	struct world world;
	world_open(&world);
	pid_t writer = world_start(&world, "toy", "", "100000");
	pid_t reader = world_start(&world, "echo", "", "0");
	feed(&world, &(struct feed){0, 40, "ok", -1});
	wait_quiet(&world, 40);
	wait_for(&world, "select count(*) from echo.log where type = 'read'", 80);
	backup(&world, "toy");
	backup(&world, "echo");
	feed(&world, &(struct feed){40, 40, "ok", -1});
	wait_quiet(&world, 80);
	wait_for(&world, "select count(*) from echo.log where type = 'read'", 160);
	world_end(&world, writer);
	world_end(&world, reader);
	restore(&world, "toy");
	restore(&world, "echo");
	reader = world_start(&world, "echo", "", "0");
	assert_true(stopped_as(&world, "echo", "waits for its writer: writer_behind"));
	assert_int_equal(ask(&world, "select count(*) from echo.ownership where stopped is not null"), 0);
	assert_int_equal(ask(&world, "select count(*) from echo.log where type = 'read'"), 80);
	restate_all(&world, "toy");
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 80);
	wait_for(&world, "select count(*) from echo.log where type = 'read'", 160);
	assert_int_equal(ask(&world, "select count(*) from echo.ownership t join toy.ownership i using (shard)"
				     " where t.in_sequences[1] <> i.out_sequences[1] or t.in_histories[1] <> 1"),
	    0);
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_went_back_under_a_running_daemon),
	    cmocka_unit_test(test_one_went_back_among_others),
	    cmocka_unit_test(test_went_back_and_started_again),
	    cmocka_unit_test(test_moved_while_stopped_whole),
	    cmocka_unit_test(test_moved_while_stopped_and_started_again),
	    cmocka_unit_test(test_went_back_and_forth),
	    cmocka_unit_test(test_restated_in_a_deadlock),
	    cmocka_unit_test(test_went_back_twice),
	    cmocka_unit_test(test_histories_have_an_end),
	    cmocka_unit_test(test_the_broker_lost_a_tail),
	    cmocka_unit_test(test_strangers_at_the_end),
	    cmocka_unit_test(test_reader_of_two_histories),
	    cmocka_unit_test(test_numbers_that_nobody_may_say),
	    cmocka_unit_test(test_reader_took_what_is_not_true),
	    cmocka_unit_test(test_reader_away_for_two_histories),
	    cmocka_unit_test(test_reader_took_what_is_not_true_two_histories_ago),
	    cmocka_unit_test(test_both_went_back),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
