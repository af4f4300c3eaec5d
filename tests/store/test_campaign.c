/* One command that reaches many complaints: the walker (toy.c) walks its complaints for campaigns that mark them, while
 * others come. Killed at each failpoint, stopped as a zombie, paused, with complaints that cannot be marked; each is marked once.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/instant.h"
#include "common/io/pg.h"
#include "tests/store/stories.h"

static const char not_marked_once[] = "select count(*) from toy.complaint where marked <> 1";
static const char shards_done[] = "select count(*) from toy.walk w join ombud.campaign c on c.id = w.campaign and c.round = w.round"
				  " where w.done";
static const char walked[] = "select coalesce(sum(walked), 0)::int8 from toy.walk";

/* Complaints that have been there for long. */
static void seed(struct world *world, int count)
{
	char sql[256];
	snprintf(sql, sizeof sql,
	    "insert into toy.complaint (complaint_id, shard, text, fired)"
	    " select md5(n::text)::uuid, n %% %d, 'seed', 1 from generate_series(1, %d) n",
	    PARTITIONS, count);
	script(world, sql);
}

static void begin(struct world *world, const char *new_until)
{
	char sql[256];
	snprintf(sql, sizeof sql,
	    "insert into ombud.campaign (service, kind, given_by, new_until) values ('toy', 'mark', 'a test', %s)", new_until);
	script(world, sql);
}

static void move(struct world *world, const char *state)
{
	char sql[128];
	snprintf(sql, sizeof sql, "select (ombud.move_campaign(1, '%s', 'a test') is not null)::int::int8", state);
	assert_int_equal(ask(world, sql), 1);
}

static void wait_walked(struct world *world, int64_t complaints)
{
	wait_for(world, shards_done, PARTITIONS);
	wait_quiet(world, complaints);
}

/* The daemon hears of a change in its own time: one at a time is fed from that number on, until one was left alone. Returns
 * how many. */
static int feed_until_left_alone(struct world *world, int first)
{
	char sql[128];
	int count = 0;
	int64_t until_us = instant_monotonic_us() + WAIT_SECONDS * US_PER_SECOND, left = 0;
	while (!left && instant_monotonic_us() < until_us) {
		feed(world, &(struct feed){first + count++, 1, "ok", -1});
		snprintf(sql, sizeof sql, "select count(*) from toy.complaint where text = 'ok' and fired = 1");
		wait_for(world, sql, first + count);
		left = ask(world, "select count(*) from toy.complaint where text = 'ok' and marked = 0");
	}
	assert_int_equal(left, 1);
	return count;
}

/* When the figure has stood still for a second: pages that were under way have come to their end. */
static int64_t wait_still(struct world *world, const char *sql)
{
	int64_t begun_us = instant_monotonic_us(), since_us = begun_us, figure = ask(world, sql), now_us;
	while ((now_us = instant_monotonic_us()) - since_us < US_PER_SECOND && now_us - begun_us < WAIT_SECONDS * US_PER_SECOND) {
		usleep(50000);
		int64_t then = ask(world, sql);
		since_us = then == figure ? since_us : instant_monotonic_us();
		figure = then;
	}
	return figure;
}

/* Each marked once, with one fact; the broker has them all. */
static void check(struct world *world, int64_t complaints, int64_t marks)
{
	assert_int_equal(ask(world, "select count(*) from toy.complaint"), complaints);
	assert_int_equal(ask(world, "select sum(marked)::int8 from toy.complaint"), marks);
	assert_int_equal(ask(world, "select count(*) from toy.log where sequence > 1000"), marks);
	check_said_once(world);
	assert_int_equal(ask(world, "select count(*) from toy.dead_letter"), 0);
	topic_check(world, "ombud.toy.v1");
}

/* ---- the stories ---- */

/* 100,000 complaints, and 4,000 that come meanwhile: these do not wait for those. */
static void test_each_once_while_events_flow(void **state)
{
	enum { SEEDED = 100000, EACH = 100, ROUNDS = 40 };
	struct world world;
	char sql[128];
	int rounds = 0;
	int64_t longest_us = 0, begun_us, done_us;
	world_open(&world);
	seed(&world, SEEDED);
	world_start(&world, "walker", "", "100000");
	wait_owned(&world);
	begun_us = instant_monotonic_us();
	begin(&world, "'2100-01-01'");
	while (rounds < ROUNDS && ask(&world, shards_done) < PARTITIONS) {
		int64_t fed_us = instant_monotonic_us();
		feed(&world, &(struct feed){rounds++ * EACH, EACH, "ok", -1});
		snprintf(sql, sizeof sql, "select count(*) from toy.complaint where text = 'ok'");
		wait_for(&world, sql, (int64_t)rounds * EACH);
		int64_t took_us = instant_monotonic_us() - fed_us;
		longest_us = took_us > longest_us ? took_us : longest_us;
	}
	wait_for_long(&world, shards_done, PARTITIONS, 240);
	done_us = instant_monotonic_us();
	feed(&world, &(struct feed){rounds * EACH, EACH, "ok", -1}); /* when all is walked */
	int64_t all = SEEDED + (rounds + 1) * EACH;
	wait_walked(&world, all);
	print_message("%d walked in %.1f s; %d batches of %d came meanwhile, the slowest was taken in %.2f s\n", SEEDED,
	    (double)(done_us - begun_us) / US_PER_SECOND, rounds, EACH, (double)longest_us / US_PER_SECOND);
	assert_int_equal(ask(&world, not_marked_once), 0);
	check(&world, all, all);
	assert_true(rounds > 3);
	assert_int_equal(ask(&world, "select reached from ombud.campaign_progress"), all);
	assert_int_equal(ask(&world, "select (shown_state = 'done')::int::int8 from ombud.campaign_progress"), 1);
	world_close(&world);
}

/* Without new_until those that come later are left alone; a second campaign is another one. */
static void test_only_those_that_are_there(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 1000);
	world_start(&world, "walker", "", "100000");
	begin(&world, "null");
	wait_walked(&world, 1000);
	feed(&world, &(struct feed){0, 100, "ok", -1});
	wait_fired(&world, 1100);
	check(&world, 1100, 1000);
	begin(&world, "null");
	wait_for(&world, shards_done, 2 * PARTITIONS);
	wait_told(&world);
	check(&world, 1100, 2100);
	world_close(&world);
}

/* One that begins later is walked from then on, at once, and not before. */
static void test_one_that_begins_later(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 1000);
	world_start(&world, "walker", "", "100000");
	script(&world, "insert into ombud.campaign (service, kind, given_by, begins_at)"
		       " values ('toy', 'mark', 'a test', clock_timestamp() + interval '5 s')");
	assert_int_equal(ask(&world, "select (shown_state = 'coming')::int::int8 from ombud.campaign_progress"), 1);
	wait_walked(&world, 1000);
	check(&world, 1000, 1000);
	assert_int_equal(
	    ask(&world, "select (min(l.at) >= min(c.begins_at) and min(l.at) < min(c.begins_at) + interval '40 s')::int::int8"
			"  from toy.log l cross join ombud.campaign c where l.sequence > 1000"),
	    1);
	world_close(&world);
}

static void test_paused_and_cancelled(void **state)
{
	enum { SEEDED = 20000 };
	struct world world;
	world_open(&world);
	seed(&world, SEEDED);
	pid_t pid = world_start(&world, "walker", "", "100000");
	begin(&world, "'2100-01-01'");
	wait_for(&world, "select (sum(walked) > 300)::int::int8 from toy.walk", 1);
	move(&world, "paused");
	int fed = feed_until_left_alone(&world, 0);
	int64_t rests = wait_still(&world, walked);
	assert_true(rests < SEEDED);
	feed(&world, &(struct feed){fed, 100, "ok", -1}); /* nobody reaches these as they come */
	fed += 100;
	wait_for(&world, "select count(*) from toy.complaint where text = 'ok' and fired = 1 and marked = 0", 101);
	assert_int_equal(ask(&world, walked), rests);
	world_end(&world, pid);
	world_start(&world, "walker", "", "100000");
	move(&world, "running");
	wait_walked(&world, SEEDED + fed);
	assert_int_equal(ask(&world, not_marked_once), 0);
	check(&world, SEEDED + fed, SEEDED + fed);
	move(&world, "cancelled");
	fed += feed_until_left_alone(&world, fed);
	feed(&world, &(struct feed){fed, 100, "ok", -1});
	wait_walked(&world, SEEDED + fed + 100);
	check(&world, SEEDED + fed + 100, SEEDED + fed - 1);
	assert_int_equal(ask(&world, "select (ombud.move_campaign(1, 'running', 'a test') is null)::int::int8"), 1);
	world_close(&world);
}

static int times_tried(struct world *world)
{
	char line[80];
	for (int count = 1; count < 1000; count++) {
		snprintf(line, sizeof line, "ombud_batch_failures_total{class=\"bug\"} %d\n", count);
		if (page_has(world, "/metrics", line))
			return count;
	}
	return 0;
}

/* A statement of the walk that cannot work holds the walk, not the lane: it is tried once in each shard a minute, however often it
 * would be its turn. */
static void test_a_statement_that_is_missing(void **state)
{
	enum { ROUNDS = 30 };
	struct world world;
	world_open(&world);
	seed(&world, 1000);
	pid_t pid = world_start(&world, "walker", "", "1000");
	wait_owned(&world);
	script(&world, "alter table toy.walk rename column reached to missing");
	begin(&world, "null");
	int64_t begun_us = instant_monotonic_us();
	for (int round = 0; round < ROUNDS; round++) {
		feed(&world, &(struct feed){round, 1, "ok", -1});
		wait_fired(&world, 1000 + round + 1);
	}
	int64_t minutes = (instant_monotonic_us() - begun_us) / (60 * US_PER_SECOND);
	assert_in_range(times_tried(&world), 1, PARTITIONS * (minutes + 1));
	script(&world, "alter table toy.walk rename column missing to reached");
	world_end(&world, pid);
	world_start(&world, "walker", "", "1000");
	wait_walked(&world, 1000 + ROUNDS);
	world_close(&world);
}

/* Those whose effect cannot be written are found, told and passed. */
static void test_some_that_cannot_be_marked(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 1000);
	script(&world,
	    "update toy.complaint set text = 'bitter' where complaint_id in (select md5(n::text)::uuid from generate_series(100, 107) n)");
	world_start(&world, "walker", "", "100000");
	feed(&world, &(struct feed){0, 100, "ok", -1});
	begin(&world, "'2100-01-01'");
	wait_walked(&world, 1100);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'walk_failed' and note = '23514'"), 8);
	assert_int_equal(ask(&world, "select sum(failed)::int8 from toy.walk"), 8);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where marked <> (text <> 'bitter')::int"), 0);
	assert_true(page_says(&world, "/metrics", "ombud_campaign_subjects_total{kind=\"mark\",result=\"failed\"} 8"));
	world_close(&world);
}

/* One whose row cannot be read is put off: told as failed, and counted so. */
static void test_one_that_cannot_be_read(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 1000);
	setenv("TOY_UNREADABLE", "f899139d-f5e1-0593-9643-1415e770c6dd", 1); /* md5('100') */
	world_start(&world, "walker", "", "100000");
	unsetenv("TOY_UNREADABLE");
	begin(&world, "null");
	wait_for(&world, shards_done, PARTITIONS);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'walk_failed' and note = 'stored_unreadable'"), 1);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where marked = 1"), 999);
	assert_int_equal(ask(&world, "select sum(walked)::int8 from toy.walk"), 1000);
	assert_int_equal(ask(&world, "select sum(reached)::int8 from toy.walk"), 999);
	assert_int_equal(ask(&world, "select sum(failed)::int8 from toy.walk"), 1);
	assert_true(page_says(&world, "/metrics", "ombud_campaign_subjects_total{kind=\"mark\",result=\"failed\"} 1"));
	world_close(&world);
}

/* One whose effect is too slow to be written is found, told and passed, too; and a page that is too slow to be read is asked for in
 * parts. Others' events do not wait for the end of that. */
static void test_one_that_is_too_slow(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 200);
	script(&world,
	    "update toy.complaint set text = 'sleepy' where complaint_id = md5('100')::uuid;"
	    "create function toy.slow() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return null; end $$;"
	    "create trigger slow after update on toy.complaint for each row when (new.text = 'sleepy') execute function toy.slow()");
	world_start(&world, "walker", "", "100000");
	feed(&world, &(struct feed){0, 100, "ok", -1});
	wait_for(&world, "select count(*) from toy.complaint where fired = 1", 300);
	begin(&world, "null");
	wait_for_long(&world, shards_done, PARTITIONS, 180);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'walk_failed' and note = 'too_slow'"), 1);
	assert_int_equal(ask(&world, "select sum(failed)::int8 from toy.walk"), 1);
	assert_int_equal(ask(&world, "select count(*) from toy.complaint where marked <> (text <> 'sleepy')::int"), 0);
	world_close(&world);
}

/* Stopped with a page under way, holding its locks; another walks on; then it wakes. */
static void test_zombie_marks_nothing(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 2000);
	begin(&world, "'2100-01-01'");
	pid_t zombie = zombie_start(&world, "walker", "walked.after:3:stop", "100000");
	world_start(&world, "walker", "", "100000");
	feed(&world, &(struct feed){0, 100, "ok", -1});
	wait_walked(&world, 2100);
	kill(zombie, SIGCONT);
	feed(&world, &(struct feed){100, 100, "ok", -1});
	wait_walked(&world, 2200);
	assert_int_equal(ask(&world, not_marked_once), 0);
	check(&world, 2200, 2200);
	world_close(&world);
}

/* ---- killed at each failpoint ---- */

enum { SEEDED = 1500, EACH = 40 };

static void killing(const char *const *points, int count)
{
	struct world worlds[TOUR_AT_ONCE];
	for (int i = 0; i < count; i++) {
		world_open(&worlds[i]);
		seed(&worlds[i], SEEDED);
		begin(&worlds[i], "'2100-01-01'");
		feed(&worlds[i], &(struct feed){0, EACH, "ok", -1});
		tour_start(&worlds[i], "walker", points[i], 3, "kill", "200000");
	}
	for (int i = 0; i < count; i++) {
		feed(&worlds[i], &(struct feed){EACH, EACH, "ok", -1});
		tour_wait_ended(&worlds[i], worlds[i].pids[0], points[i]);
		world_start(&worlds[i], "walker", "", "200000");
		feed(&worlds[i], &(struct feed){2 * EACH, EACH, "ok", -1});
	}
	for (int i = 0; i < count; i++) {
		wait_walked(&worlds[i], SEEDED + 3 * EACH);
		assert_int_equal(ask(&worlds[i], not_marked_once), 0);
		check(&worlds[i], SEEDED + 3 * EACH, SEEDED + 3 * EACH);
		world_close(&worlds[i]);
	}
}

static void test_killed_at_every_failpoint(void **state)
{
	tour_failpoints("toy", killing);
}

/* What nobody walks is not accepted: it would stand there as running, for ever. */
static void test_one_that_nobody_walks(void **state)
{
	static const struct {
		const char *service, *kind;
	} rows[] = {{"intake", "mark"}, {"toy", "merk"}, {"nobody", "mark"}};
	struct world world;
	world_open(&world);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char sql[256];
		snprintf(sql, sizeof sql, "insert into ombud.campaign (service, kind, given_by) values ('%s', '%s', 'a test')",
		    rows[i].service, rows[i].kind);
		assert_false(pg_session_script(world.session, sql));
		assert_non_null(strstr(pg_session_error(world.session), "walks nothing of the kind"));
	}
	assert_int_equal(ask(&world, "select count(*) from ombud.campaign"), 0);
	world_close(&world);
}

/* What has been done is no daemon's any more: it takes no place from the next, however many there have been. */
static void test_one_after_a_hundred(void **state)
{
	struct world world;
	world_open(&world);
	seed(&world, 200);
	script(&world,
	    "insert into ombud.campaign (service, kind, given_by) select 'toy', 'mark', 'a test' from generate_series(1, 120)");
	script(&world, "insert into toy.walk (shard, campaign, round, position, walked, reached, failed, done)"
		       " select s, c.id, 1, '', 0, 0, 0, true from ombud.campaign c, generate_series(0, 7) s");
	world_start(&world, "walker", "", "100000");
	wait_owned(&world);
	begin(&world, "null");
	wait_for(&world, "select 200 - count(*) from toy.log where sequence > 1000", 0);
	assert_int_equal(ask(&world, not_marked_once), 0);
	move(&world, "paused");
	move(&world, "running"); /* the first of them, once more */
	wait_for(&world, "select count(*) from toy.walk where campaign = 1 and round = 2 and done", PARTITIONS);
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_once_while_events_flow),
	    cmocka_unit_test(test_only_those_that_are_there),
	    cmocka_unit_test(test_one_that_begins_later),
	    cmocka_unit_test(test_one_after_a_hundred),
	    cmocka_unit_test(test_paused_and_cancelled),
	    cmocka_unit_test(test_a_statement_that_is_missing),
	    cmocka_unit_test(test_some_that_cannot_be_marked),
	    cmocka_unit_test(test_one_that_cannot_be_read),
	    cmocka_unit_test(test_one_that_is_too_slow),
	    cmocka_unit_test(test_zombie_marks_nothing),
	    cmocka_unit_test(test_killed_at_every_failpoint),
	    cmocka_unit_test(test_one_that_nobody_walks),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
