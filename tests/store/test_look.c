/* Looking back (common/daemon/look.h), as far as the mock broker goes: it cannot make a topic anew, so the database is made to
 * remember another one. tests/flow/0095 does it to a real broker. What is found stops one shard for a person, its timers too, and
 * survives everything but what the person decides.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/io/kafka_mock.h"
#include "tests/store/stories.h"

static const char why_2[] = "select count(*) from toy.ownership where shard = 2 and stopped ->> 'why' = ";

static void wait_why(struct world *world, const char *why)
{
	char sql[200];
	snprintf(sql, sizeof sql, "%s'%s'", why_2, why);
	wait_for(world, sql, 1);
}

static void restart(struct world *world, int64_t offset)
{
	char sql[200];
	snprintf(sql, sizeof sql, "select ombud.restart_shard('toy', 2, 'ombud.inbox.v1', %lld, null, 'test')", (long long)offset);
	script(world, sql);
}

static int64_t place_of_2(struct world *world)
{
	return ask(world, "select max(next_offsets[1]) from toy.ownership where shard = 2");
}

/* Reads what it is given and is ended, its timers still armed where they are late. */
static int64_t taken_before(struct world *world, const char *timer_us)
{
	feed(world, &(struct feed){0, 160, "ok", -1});
	pid_t pid = world_start(world, "toy", "", timer_us);
	wait_taken(world, 160);
	world_end(world, pid);
	return place_of_2(world);
}

static void test_another_record_at_the_last_place(void **state)
{
	struct world world;
	world_open(&world);
	int64_t offset = taken_before(&world, "3000000");
	assert_true(ask(&world, "select count(*) from toy.timer where shard = 2") > 0);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where last_digests[1] = 0"), 0);
	script(&world, "update toy.ownership set last_digests[1] = last_digests[1] + 1 where shard = 2");
	pid_t pid = world_start(&world, "toy", "", "100000");
	wait_why(&world, "other_record");
	assert_true(page_says(&world, "/readyz?verbose", "where another record lies than the one that was taken"));
	assert_true(page_says(&world, "/readyz?verbose", "somebody must decide: ombudctl shard show toy 2"));
	assert_true(page_says(&world, "/metrics", "ombud_shards_stopped 1"));
	assert_true(page_says(&world, "/metrics", "ombud_shard_stops_total{why=\"other_record\"} 1"));
	feed(&world, &(struct feed){160, 160, "ok", -1});
	/* The others go on. */
	wait_for(&world, "select (count(*) > 200)::int::int8 from toy.complaint where shard <> 2 and fired = 1", 1);
	assert_int_equal(place_of_2(&world), offset);
	world_end(&world, pid);
	world_start(&world, "toy", "", "100000");
	sleep(4); /* a timer of the others would have fired */
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where shard = 2 and fired > 0"), 0);
	assert_int_equal(place_of_2(&world), offset);
	restart(&world, offset);
	wait_quiet(&world, 320);
	assert_int_equal(
	    ask(&world, "select count(*) from toy.log where type = 'shard_restarted' and aggregateid = 'ombud.inbox.v1'"
			" and note::jsonb -> 'stopped' ->> 'why' = 'other_record'"),
	    1);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 640);
	world_close(&world);
}

/* The position lies beyond the end, and the log grows past it. */
static void test_beyond_the_end_is_not_healed_by_growth(void **state)
{
	struct world world;
	world_open(&world);
	int64_t offset = taken_before(&world, "100000");
	script(&world, "update toy.ownership set next_offsets[1] = next_offsets[1] + 10 where shard = 2");
	world_start(&world, "toy", "", "100000");
	wait_why(&world, "beyond_end");
	assert_true(page_says(&world, "/readyz?verbose", "which lies beyond the topic's end"));
	feed(&world, &(struct feed){160, 320, "ok", -1});
	wait_for(&world, "select count(*) from toy.complaint where shard <> 2 and fired = 0", 0);
	sleep(3);
	wait_why(&world, "beyond_end");
	assert_int_equal(place_of_2(&world), offset + 10);
	restart(&world, offset);
	wait_quiet(&world, 480);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'repeat'"), 0);
	world_close(&world);
}

/* So many of the orders 0 to count have another shard than 2. */
static int fed_elsewhere(int count)
{
	char order[32];
	int elsewhere = 0;
	for (int i = 0; i < count; i++) {
		int size = snprintf(order, sizeof order, "order-%d", i);
		elsewhere += hash_partition(order, (size_t)size, PARTITIONS) != 2;
	}
	return elsewhere;
}

/* A stop's row that the database refuses is no fault of the records of the last run, nor of the other shards of the lane: it is
 * tried again after a pause, aloud. */
static void test_a_stop_that_cannot_be_written(void **state)
{
	struct world world;
	world_open(&world);
	int64_t offset = taken_before(&world, "100000");
	script(&world,
	    "update toy.ownership set last_digests[1] = last_digests[1] + 1 where shard = 2;"
	    "create sequence public.tries; grant usage on sequence public.tries to public;grant usage on schema public to public;"
	    "create function public.refuse() returns trigger language plpgsql as $$ begin"
	    "  raise exception 'refused: %', nextval('public.tries') using errcode = '22023'; end $$;"
	    "create trigger refuse before update on toy.ownership for each row"
	    " when (new.stopped is not null) execute function public.refuse()");
	world_start(&world, "toy", "", "100000");
	wait_for(&world, "select (last_value > 2)::int::int8 from tries", 1);
	int64_t from_us = instant_monotonic_us(), tries = ask(&world, "select last_value from tries");
	sleep(2);
	tries = ask(&world, "select last_value from tries") - tries;
	assert_true(tries <= (instant_monotonic_us() - from_us) / US_PER_SECOND + 1); /* once a second */
	feed(&world, &(struct feed){160, 80, "ok", -1});
	wait_for(&world, "select count(*) from toy.complaint where shard <> 2 and fired = 1", fed_elsewhere(240));
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 0);
	script(&world, "drop trigger refuse on toy.ownership");
	wait_why(&world, "other_record");
	restart(&world, offset);
	wait_quiet(&world, 240);
	world_close(&world);
}

static void moved_to(struct world *world, const char *sql)
{
	int64_t offset = place_of_2(world);
	script(world, sql);
	feed(world, &(struct feed){(int)ask(world, "select count(*) from toy.complaint"), 80, "ok", -1});
	wait_why(world, "moved");
	assert_true(page_says(world, "/readyz?verbose", "where another hand has put it"));
	restart(world, offset);
}

/* An operator's hand in `ownership`, forward and back, under a running daemon. */
static void test_moved_by_hand(void **state)
{
	struct world world;
	story_begin(&world, 160);
	moved_to(&world, "update toy.ownership set next_offsets[1] = next_offsets[1] + 3 where shard = 2");
	wait_quiet(&world, 240);
	moved_to(&world, "update toy.ownership set next_offsets[1] = next_offsets[1] - 3 where shard = 2");
	wait_quiet(&world, 320);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'repeat'"), 0);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 640);
	world_close(&world);
}

/* What was taken since the last look is looked at beside the reading: the last record is the right one, an older one is not. */
static void test_what_was_taken_is_looked_at_again(void **state)
{
	struct world world;
	world_open(&world);
	setenv("OMBUD_LOOK__SECONDS", "1", 1);
	world_start(&world, "toy", "", "100000");
	feed(&world, &(struct feed){0, 160, "ok", -1});
	wait_quiet(&world, 160);
	assert_true(page_says(&world, "/metrics", "ombud_look_backs_total{topic=\"ombud.inbox.v1\",found=\"same\"}"));
	usleep(1500000);
	feed(&world, &(struct feed){160, 80, "ok", -1});
	wait_quiet(&world, 240);
	world_end(&world, world.pids[0]);
	script(&world, "update toy.ownership set looked_offsets[1] = next_offsets[1] - 3, looked_digests[1] = 1 where shard = 2");
	world_start(&world, "toy", "", "100000");
	wait_why(&world, "other_record");
	assert_int_equal(
	    ask(&world,
		"select count(*) from toy.ownership where shard = 2 and"
		" (stopped ->> 'taken_from')::int8 = looked_offsets[1] + 1 and (stopped ->> 'taken_to')::int8 = next_offsets[1] - 1"),
	    1);
	unsetenv("OMBUD_LOOK__SECONDS");
	world_close(&world);
}

/* A shard that goes well is read anew from where a person says, with all that waits in memory: repeats drop out. */
static void test_restarted_while_it_runs(void **state)
{
	struct world world;
	story_begin(&world, 160);
	int64_t offset = place_of_2(&world);
	restart(&world, 0);
	feed(&world, &(struct feed){160, 160, "ok", -1});
	wait_quiet(&world, 320);
	wait_for(&world, "select count(*) from toy.log where type = 'repeat'", offset);
	assert_int_equal(topic_check(&world, "ombud.toy.v1"), 640);
	world_close(&world);
}

/* Nothing can be compared with another cluster's log: what is not known of the old one is told, and all is read from the beginning.
 */
static void test_another_cluster(void **state)
{
	struct world world;
	world_open(&world);
	int64_t offset = taken_before(&world, "100000");
	script(&world, "update toy.ownership set cluster = 'an earlier one', seen_ends[1] = 77,"
		       " stopped = '{\"why\": \"other_record\"}' where shard = 2");
	world_start(&world, "toy", "", "100000");
	wait_quiet(&world, 160);
	wait_for(&world, "select count(*) from toy.log where type = 'repeat' and shard = 2", offset);
	assert_true(page_says(&world, "/metrics", "ombud_clusters_replaced_total 1"));
	char sql[256];
	snprintf(sql, sizeof sql,
	    "select count(*) from toy.log where type = 'cluster_replaced' and shard = 2 and note::jsonb ->> 'from' = 'an earlier one'"
	    " and note::jsonb #> '{topics,ombud.inbox.v1}' = '{\"next_offset\": %lld, \"seen_end\": 77}'",
	    (long long)offset);
	assert_int_equal(ask(&world, sql), 1);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where stopped is not null"), 0);
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_another_record_at_the_last_place),
	    cmocka_unit_test(test_beyond_the_end_is_not_healed_by_growth),
	    cmocka_unit_test(test_a_stop_that_cannot_be_written),
	    cmocka_unit_test(test_moved_by_hand),
	    cmocka_unit_test(test_what_was_taken_is_looked_at_again),
	    cmocka_unit_test(test_restarted_while_it_runs),
	    cmocka_unit_test(test_another_cluster),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
