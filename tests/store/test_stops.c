/* What holds one shard up holds up nobody else, is said aloud, loses and skips nothing, and is over by itself once its cause is: a
 * gap in what is read, records that the broker has no more, rows that it refuses, partitions paused while the lane was full.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io/kafka_mock.h"
#include "tests/store/stories.h"

enum { API_PRODUCE = 0, MSG_SIZE_TOO_LARGE = 10 };

/* With one more option. */
static void world_start_with(struct world *world, const char *program, const char *option, const char *value)
{
	setenv(option, value, 1);
	world_start(world, program, "", "100000");
	unsetenv(option);
}

static const char read_by_5[] = "select count(*) from echo.log where type = 'read' and shard = 5";
static const char read_by_3[] = "select count(*) from echo.log where type = 'read' and shard = 3";

/* A reader of our own topic: takes 1, 2, 2 again, 3, 1 again, 4, and stops at 6; goes on when somebody has said that 5 is not
 * missed. */
static void test_repeats_dropped_and_gap_stops(void **state)
{
	static const int sequences[] = {1, 2, 2, 3, 1, 4, 6, 7}, others[] = {1, 2, 3}, more[] = {4, 5};
	struct world world;
	world_open(&world);
	feed_facts(&world, 5, sequences, 8);
	feed_facts(&world, 3, others, 3);
	world_start(&world, "echo", "", "0");
	wait_for(&world, "select coalesce(max(next_offsets[1]), 0) from echo.ownership where shard = 5", 6);
	assert_true(page_says(&world, "/readyz?verbose", "shard 5 stopped at ombud.toy.v1 offset 6, where number 6 follows 4"));
	assert_true(page_says(&world, "/metrics", "ombud_shards_stopped 1"));
	assert_true(page_says(&world, "/readyz?verbose", "tried 3 times")); /* 1 s, 2 s */
	feed_facts(&world, 3, more, 2);
	wait_for(&world, read_by_3, 5);
	assert_int_equal(ask(&world, read_by_5), 4);
	assert_int_equal(ask(&world, "select max(next_offsets[1]) from echo.ownership where shard = 5"), 6);
	assert_int_equal(ask(&world, "select max(in_sequences[1]) from echo.ownership where shard = 5"), 4);
	script(&world, "update echo.ownership set in_sequences = '{5}' where shard = 5");
	wait_for(&world, read_by_5, 6);
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	world_close(&world);
}

/* The client passes over a record: the shard stops at the gap, reads again and has everything. */
static void test_passed_over_and_read_again(void **state)
{
	int sequences[100];
	struct world world;
	world_open(&world);
	for (int i = 0; i < 100; i++)
		sequences[i] = i + 1;
	feed_facts(&world, 5, sequences, 100);
	feed_facts(&world, 3, sequences, 40);
	world_start(&world, "echo", "poll.before:60:err", "0");
	wait_for(&world, read_by_5, 100);
	wait_for(&world, read_by_3, 40);
	assert_true(page_says(&world, "/metrics", "ombud_shard_stops_total{why=\"gap\"} 1"));
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	assert_int_equal(ask(&world, "select count(*) from (select input_offset from echo.log where shard = 5 group by 1) d"), 100);
	world_close(&world);
}

/* What was never read is gone from the broker: that shard waits, in sight, and reads on where somebody says. The mock keeps 5 MiB.
 */
static void test_gone_from_the_broker(void **state)
{
	struct world world;
	world_open(&world);
	feed_bytes(&world, "ombud.inbox.v1", 2, 100000, 100);
	world_start(&world, "toy", "", "100000");
	assert_true(page_says(&world, "/readyz?verbose", "shard 2 stopped at ombud.inbox.v1 offset 0, which the broker has not"));
	assert_true(page_says(&world, "/readyz?verbose", "tried 2 times"));
	feed(&world, &(struct feed){0, 200, "ok", -1});
	wait_for(&world, "select count(*) from toy.ownership where shard <> 2 and next_offsets[1] < 10", 0);
	int64_t others = ask(&world, "select count(*) from toy.complaint");
	assert_true(others > 100 && others < 200);
	assert_int_equal(ask(&world, "select count(*) from toy.log where shard = 2"), 0);
	script(&world, "select ombud.restart_shard('toy', 2, 'ombud.inbox.v1', 100, null, 'test')");
	wait_fired(&world, 200);
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	world_close(&world);
}

/* A row too large for Kafka: its shard's log waits behind it, and goes out in order once the row is mended. */
static void test_refused_row_holds_up_its_shard_only(void **state)
{
	struct world world;
	story_left(&world, 80);
	script(&world,
	    "insert into toy.log (shard, seq, at, ordinal, aggregatetype, aggregateid, type, shard_sequence, payload)"
	    " select 5, log_seq + 1, now(), 0, 'ombud.toy.v1', 'big', 'ombud.toy.v1.ComplaintChanged',"
	    "        out_sequences[1] + 1, convert_to(repeat('x', 13000000), 'UTF8') from toy.ownership where shard = 5");
	script(&world, "update toy.ownership set log_seq = log_seq + 1, out_sequences[1] = out_sequences[1] + 1 where shard = 5");
	world_start(&world, "toy", "", "100000");
	feed(&world, &(struct feed){100, 200, "ok", -1});
	wait_fired(&world, 280);
	wait_for(&world, "select count(*) from toy.ownership where acked_seq < log_seq and shard <> 5", 0);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where acked_seq < log_seq and shard = 5"), 1);
	assert_true(page_says(&world, "/readyz?verbose", "shard 5: Kafka refuses row"));
	assert_true(page_says(&world, "/readyz?verbose", "(MSG_SIZE_TOO_LARGE)"));
	assert_true(page_says(&world, "/metrics", "ombud_shards_refused 1"));
	script(&world, "update toy.log set payload = '' where aggregateid = 'big'");
	wait_quiet(&world, 280);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 561);
	assert_true(page_says(&world, "/readyz?verbose", "[+]log ok"));
	world_close(&world);
}

/* Headers in the log that cannot be read: without them it would be another record, so it is not sent, and its shard's log waits. */
static void test_stored_headers_that_cannot_be_read(void **state)
{
	struct world world;
	story_left(&world, 80);
	script(&world, "insert into toy.log (shard, seq, at, ordinal, aggregatetype, aggregateid, type, payload, headers)"
		       " select 5, log_seq + 1, now(), 0, 'ombud.inbox.v1', 'spoilt', 'forwarded', 'x', '\\xff' from toy.ownership"
		       "  where shard = 5;"
		       "update toy.ownership set log_seq = log_seq + 1 where shard = 5");
	world_start(&world, "toy", "", "100000");
	feed(&world, &(struct feed){100, 80, "ok", -1});
	wait_fired(&world, 160);
	wait_for(&world, "select count(*) from toy.ownership where acked_seq < log_seq and shard <> 5", 0);
	assert_true(page_says(&world, "/readyz?verbose", "(stored_unreadable)"));
	assert_true(page_says(&world, "/metrics", "ombud_stored_unreadable_total{what=\"log.headers\"}"));
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 0);
	script(&world, "update toy.log set headers = null where aggregateid = 'spoilt'");
	wait_for(&world, "select count(*) from toy.dead_letter", 1); /* it came, as it was: no message */
	wait_quiet(&world, 160);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 320);
	world_close(&world);
}

/* The broker refuses what the producer took: nothing behind it may be sent before it. */
static void test_refused_by_the_broker_in_between(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 400, "ok", -1});
	world_start_with(&world, "toy", "OMBUD_KAFKA__BATCH_NUM_MESSAGES", "5"); /* so that several are on their way */
	wait_for(&world, "select least(count(*), 1) from toy.complaint", 1);
	for (int i = 0; i < 5; i++) {
		kafka_mock_error(mock, API_PRODUCE, MSG_SIZE_TOO_LARGE, 1);
		usleep(300000);
	}
	wait_quiet(&world, 400);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 800);
	world_close(&world);
}

/* How often nothing was read for 0.3 s while records waited. */
static int count_stalls(struct world *world, const char *sql, int64_t want)
{
	enum { LOOK_US = 50000, STALL_LOOKS = 6, LOOKS_MAX = 1200 };
	int stalls = 0, still = 0;
	int64_t seen = 0;
	for (int i = 0; i < LOOKS_MAX && seen < want; i++) {
		int64_t now = ask(world, sql);
		still = now == seen && seen > 0 ? still + 1 : 0;
		stalls += still == STALL_LOOKS;
		still %= STALL_LOOKS;
		seen = now;
		usleep(LOOK_US);
	}
	assert_int_equal(seen, want);
	return stalls;
}

/* The client's queue is full after each fetch, of far less than one poll could take: nobody sleeps once it is empty. 24 fetches: a
 * fetcher that is not knocked at was seen to stand still 15 to 20 times, one that is not once; a busy machine may do so now and
 * then.
 */
static void test_fetching_goes_on_after_a_full_queue(void **state)
{
	enum { FACTS = 12000, STALLS_MAX = 6 };
	static int sequences[FACTS];
	struct world world;
	world_open(&world);
	for (int i = 0; i < FACTS; i++)
		sequences[i] = i + 1;
	feed_facts(&world, 5, sequences, FACTS);
	setenv("OMBUD_KAFKA__QUEUED_MIN_MESSAGES", "10", 1);
	world_start(&world, "echo", "", "0");
	unsetenv("OMBUD_KAFKA__QUEUED_MIN_MESSAGES");
	int stalls = count_stalls(&world, read_by_5, FACTS);
	if (stalls > STALLS_MAX)
		fail_msg("%d stalls", stalls);
	world_close(&world);
}

/* Paused because the lane was full, then assigned anew. */
static void test_paused_when_assigned_anew(void **state)
{
	struct world world;
	world_open(&world);
	world_start(&world, "toy", "", "100000");
	wait_owned(&world);
	script(&world, "create function toy.wait() returns trigger language plpgsql as"
		       " $$ begin perform pg_advisory_xact_lock_shared(1); return null; end $$;"
		       "create trigger wait before insert on toy.complaint execute function toy.wait();"
		       "select pg_advisory_lock(1)");
	feed(&world, &(struct feed){0, 12000, "ok", -1});
	usleep(3000000); /* full for longer than STALL_PAUSE_MS */
	pid_t other = world_start(&world, "toy", "", "100000");
	wait_for(&world, "select count(distinct owner)::int8 from toy.ownership", 2);
	script(&world, "select pg_advisory_unlock(1)");
	world_end(&world, other);
	wait_taken(&world, 12000);
	world_close(&world);
}

/* What a shard has too much of waits; what comes to the others of its lane meanwhile does not wait for all of it. Then the flood is
 * read on from where it was left: each of its records has its one outcome. */
static void test_a_flood_holds_up_its_shard_only(void **state)
{
	enum { FLOOD = 30000, OTHERS = 40 };
	struct world world;
	world_open(&world);
	for (int fed = 0; fed < FLOOD; fed += FLOOD / 10)
		feed_bytes(&world, "ombud.inbox.v1", 2, 60, FLOOD / 10);
	world_start(&world, "toy", "", "100000");
	wait_for(&world, "select (count(*) > 500)::int::int8 from toy.log where shard = 2", 1);
	feed(&world, &(struct feed){0, OTHERS, "ok", -1});
	wait_for(&world, "select (count(*) > 5)::int::int8 from toy.complaint where shard in (0, 4, 6)", 1); /* of the same lane */
	int64_t done = ask(&world, "select count(*) from toy.log where shard = 2");
	print_message("%lld of %d were done when the others were\n", (long long)done, FLOOD);
	assert_true(done < FLOOD * 3 / 4);
	wait_for(&world, "select count(*) from toy.complaint", OTHERS);
	wait_for(&world, "select count(*) from toy.log where shard = 2 and input_topic is not null",
	    FLOOD + ask(&world, "select count(*) from toy.complaint where shard = 2"));
	assert_int_equal(
	    ask(&world,
		"select count(*) from (select from toy.log where shard = 2 and input_topic is not null group by input_topic, input_offset having count(*) > 1) d"),
	    0);
	world_close(&world);
}

/* A second SIGTERM counts though the loop stands still, here while the group is being left. */
static void test_a_second_signal_leaves_at_once(void **state)
{
	struct world world;
	int status;
	world_open(&world);
	pid_t pid = world_start(&world, "toy", "revoke.before:1:stop", "0");
	wait_owned(&world);
	assert_true(page_says(&world, "/readyz", "200 OK"));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	world_forget(&world, pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	world_close(&world);
}

/* Ready as soon as it is true: nothing of it waits for librdkafka's statistics, or comes only once a second. */
static void test_ready_without_statistics(void **state)
{
	struct world world;
	world_open(&world);
	setenv("OMBUD_KAFKA__STATISTICS_INTERVAL_MS", "600000", 1);
	world_start(&world, "toy", "", "0");
	unsetenv("OMBUD_KAFKA__STATISTICS_INTERVAL_MS");
	assert_true(page_says(&world, "/readyz?verbose", "[+]kafka ok"));
	assert_true(page_says(&world, "/readyz", "200 OK"));
	world_close(&world);
}

/* A batch that cannot be done in its time comes back halved, until it can. */
static void test_too_slow_comes_back_halved(void **state)
{
	struct world world;
	world_open(&world);
	script(&world,
	    "create function toy.slow() returns trigger language plpgsql as $$ begin"
	    " if (select count(*) from fresh) > 40 then perform pg_sleep(30); end if; return null; end $$;"
	    "create trigger slow after insert on toy.complaint referencing new table as fresh for each statement execute function toy.slow()");
	feed(&world, &(struct feed){0, 140, "ok", -1});
	world_start(&world, "toy", "", "0");
	wait_quiet(&world, 140);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 0);
	world_close(&world);
}

static void slow_toy(struct world *world, const char *what)
{
	char sql[512];
	snprintf(sql, sizeof sql,
	    "create function toy.slow() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return null; end $$;"
	    "create trigger slow after %s execute function toy.slow()",
	    what);
	script(world, sql);
}

/* One that is too slow even alone is parked, and so are not its neighbours; nothing of it has come to pass. */
static void test_too_slow_alone_is_parked(void **state)
{
	struct world world;
	world_open(&world);
	slow_toy(&world, "insert on toy.complaint for each row when (new.text = 'slow')");
	feed(&world, &(struct feed){0, 60, "ok", -1});
	feed(&world, &(struct feed){60, 1, "slow", -1});
	feed(&world, &(struct feed){61, 60, "ok", -1});
	world_start_with(&world, "toy", "OMBUD_BATCH__COUNT_MAX", "6");
	wait_for_long(&world, "select count(*) from toy.dead_letter where code = 'too_slow'", 1, 2 * WAIT_SECONDS);
	wait_quiet(&world, 120);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 1);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'dead_letter' and note = 'too_slow'"), 1);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint"), 120);
	assert_true(page_says(&world, "/metrics", "ombud_dlt_messages_total{code=\"too_slow\"} 1"));
	world_close(&world);
}

/* A timer that is too slow even alone is told, and put off: it is not lost. */
static void test_too_slow_timer_is_deferred(void **state)
{
	struct world world;
	world_open(&world);
	slow_toy(&world, "update on toy.complaint for each row when (new.text = 'sleepy' and new.fired > 0)");
	feed(&world, &(struct feed){0, 10, "ok", -1});
	feed(&world, &(struct feed){10, 1, "sleepy", -1});
	world_start_with(&world, "toy", "OMBUD_BATCH__COUNT_MAX", "6");
	wait_for_long(
	    &world, "select count(*) from toy.log where type = 'timer_deferred' and note = 'too_slow'", 1, 2 * WAIT_SECONDS);
	wait_quiet(&world, 10);
	assert_int_equal(ask(&world, "select count(*) from toy.timer t join toy.complaint c on c.complaint_id = t.subject"
				     " where c.text = 'sleepy' and t.due > now() + '9 min'"),
	    1);
	feed(&world, &(struct feed){11, 60, "ok", -1});
	wait_quiet(&world, 70);
	script(&world, "drop trigger slow on toy.complaint; update toy.timer set due = now()");
	script(&world, "select pg_terminate_backend(pid) from (select distinct backend_pid as pid from toy.ownership) b");
	wait_quiet(&world, 71);
	world_close(&world);
}

/* Lines of a log with these words. */
static int lines_with(const char *path, const char *words)
{
	char line[4096];
	int count = 0;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		count += strstr(line, words) != NULL;
	fclose(file);
	return count;
}

/* Topics to which partitions were added while nobody looked: keys lie in other shards than their past does. Nothing is taken over,
 * and that is told once, not at each try. */
static void test_other_partitions_than_before(void **state)
{
	char path[] = "/tmp/ombud-test-stops-XXXXXX";
	struct world world;
	int file = mkstemp(path);
	assert_true(file >= 0 && !close(file));
	story_left(&world, 40);
	assert_int_equal(ask(&world, "select count::int8 from ombud.partitions"), PARTITIONS);
	int64_t epochs = ask(&world, "select sum(epoch)::int8 from toy.ownership");
	script(&world, "update ombud.partitions set count = count + 4");
	setenv("ENGINE_LOG", path, 1);
	world_start(&world, "toy", "", "100000");
	unsetenv("ENGINE_LOG");
	feed(&world, &(struct feed){40, 40, "ok", -1});
	sleep(5);
	assert_true(page_has(&world, "/readyz?verbose", "[-]group"));
	assert_int_equal(ask(&world, "select sum(epoch)::int8 from toy.ownership"), epochs);
	assert_int_equal(lines_with(path, "this database was made for"), 1);
	assert_int_equal(lines_with(path, "\"partitions\":8,\"partitions_wanted\":12"), 1);
	script(&world, "update ombud.partitions set count = count - 4");
	wait_quiet(&world, 80);
	unlink(path);
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ready_without_statistics),
	    cmocka_unit_test(test_a_second_signal_leaves_at_once),
	    cmocka_unit_test(test_repeats_dropped_and_gap_stops),
	    cmocka_unit_test(test_passed_over_and_read_again),
	    cmocka_unit_test(test_gone_from_the_broker),
	    cmocka_unit_test(test_refused_row_holds_up_its_shard_only),
	    cmocka_unit_test(test_stored_headers_that_cannot_be_read),
	    cmocka_unit_test(test_refused_by_the_broker_in_between),
	    cmocka_unit_test(test_fetching_goes_on_after_a_full_queue),
	    cmocka_unit_test(test_paused_when_assigned_anew),
	    cmocka_unit_test(test_a_flood_holds_up_its_shard_only),
	    cmocka_unit_test(test_too_slow_comes_back_halved),
	    cmocka_unit_test(test_too_slow_alone_is_parked),
	    cmocka_unit_test(test_too_slow_timer_is_deferred),
	    cmocka_unit_test(test_other_partitions_than_before),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
