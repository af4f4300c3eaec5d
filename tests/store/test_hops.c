/* Facts under another key, to another shard: the hopper (toy.c) asks with a hop for each complaint, the shard of the
 * key counts and answers with another hop. Killed at each failpoint, stopped as a zombie, fed repeats and gaps; then every
 * complaint has one answer and every key counts each of its complaints once.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/hash.h"
#include "common/store/audit.h"
#include "tests/store/session.h"
#include "tests/store/stories.h"

static const char answered[] = "select count(*) from toy.complaint where fired = 1 and answered = 1";
static const char at_5[] = "select coalesce(sum(count), 0)::int8 from toy.figure where shard = 5";
static const char counted[] = "select coalesce(sum(count), 0)::int8 from toy.figure";
static const char unequal[] =
    "select count(*) from toy.hop_out o full join toy.hop_in i"
    "    on i.topic = o.topic and i.shard = o.to_partition and i.from_shard = o.shard where i.sequence is distinct from o.sequence";

static void wait_answered(struct world *world, int64_t complaints)
{
	wait_for(world, answered, complaints);
	wait_told(world);
	wait_for(world, unequal, 0);
}

/* Two hops a complaint, each numbered, sent and taken once. */
static void check(struct world *world, int64_t complaints)
{
	assert_int_equal(ask(world, "select count(*) from toy.complaint"), complaints);
	assert_int_equal(ask(world, answered), complaints);
	assert_int_equal(ask(world, counted), complaints);
	assert_int_equal(ask(world, "select sum(sequence)::int8 from toy.hop_out"), 2 * complaints);
	assert_int_equal(ask(world, unequal), 0);
	assert_int_equal(ask(world, "select count(*) from toy.log where aggregatetype = 'ombud.toyhop.v1'"), 2 * complaints);
	assert_int_equal(
	    ask(world,
		"select count(*) from (select shard, partition, shard_sequence, row_number() over (partition by shard, partition"
		" order by seq) as place from toy.log where aggregatetype = 'ombud.toyhop.v1') l where shard_sequence <> place"),
	    0);
	assert_int_equal(ask(world, "select count(*) from toy.dead_letter"), 0);
	assert_int_equal(topic_check(world, "ombud.toyhop.v1"), 2 * complaints);
	assert_int_equal(topic_check(world, "ombud.toy.v1"), 2 * complaints);
}

/* Shard 2 has said `count` hops to shard 5, as far as the database knows. */
static void said_by_2(struct world *world, int count)
{
	char sql[256];
	pid_t pid = world_start(world, "hopper", "", "100000");
	wait_owned(world);
	world_end(world, pid);
	snprintf(sql, sizeof sql,
	    "insert into toy.hop_out (shard, topic, to_partition, sequence) values (2, 'ombud.toyhop.v1', 5, %d)", count);
	script(world, sql);
}

/* ---- the stories ---- */

static void test_asked_and_answered_by_two_copies(void **state)
{
	struct world world;
	world_open(&world);
	world_start(&world, "hopper", "", "100000");
	world_start(&world, "hopper", "", "100000");
	feed(&world, &(struct feed){0, 400, "ok", -1});
	feed(&world, &(struct feed){0, 100, "ok", -1}); /* again */
	wait_answered(&world, 400);
	check(&world, 400);
	assert_true(ask(&world, "select count(*) from toy.hop_out where shard <> to_partition") >= 40);
	world_close(&world);
}

/* Rows of that kind that the audit finds. */
static int64_t audited(struct world *world, const char *kind)
{
	int64_t found = 0;
	struct pg_result *result = session_ask(world->session, &audit_hops, NULL);
	for (int row = 0; row < pg_result_rows(result); row++)
		if (!strcmp(pg_get_text(result, row, 0), kind))
			found += *kind ? 1 : pg_get_int8(result, row, 5);
	pg_result_free(result);
	return found;
}

static void test_the_audit_knows_hops(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 100, "ok", -1});
	pid_t pid = world_start(&world, "hopper", "", "100000");
	wait_answered(&world, 100);
	world_end(&world, pid);
	assert_int_equal(audited(&world, ""), 200);
	assert_int_equal(
	    audited(&world, "illegal") + audited(&world, "doubled") + audited(&world, "phantom") + audited(&world, "waiting"), 0);
	static const struct {
		const char *harm, *kind;
	} harms[] = {
	    {"update toy.hop_in set sequence = sequence - 1 where shard = 3 and from_shard = 4", "waiting"},
	    {"update toy.hop_in set sequence = sequence + 1 where shard = 3 and from_shard = 4", "phantom"},
	    {"update toy.ownership set history = 1 where shard = 4;"
	     "update toy.hop_out set formers = array[sequence - 1] where shard = 4 and to_partition = 3",
		"phantom"},
	    {"update toy.hop_out set sequence = sequence + 1 where shard = 4 and to_partition = 3", "illegal"},
	    {"delete from toy.log where aggregatetype = 'ombud.toyhop.v1' and shard = 4 and partition = 3 and shard_sequence = 1",
		"illegal"},
	    {"insert into toy.log (shard, seq, at, input_topic, input_offset, ordinal, aggregateid, type)"
	     " select 3, 1000000 + n, now(), 'ombud.toyhop.v1', 0, 0, '', 'again' from generate_series(1, 2) n",
		"doubled"},
	};
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		script(&world, "begin");
		script(&world, harms[i].harm);
		if (!audited(&world, harms[i].kind))
			fail_msg("%s: not found to be %s", harms[i].harm, harms[i].kind);
		script(&world, "rollback");
	}
	script(&world, harms[sizeof harms / sizeof *harms - 1].harm);
	script(&world, "insert into toy.log (shard, seq, at, ordinal, aggregateid, type, note) values"
		       " (3, 2000000, now(), 0, 'ombud.toyhop.v1', 'shard_restarted', '{\"to\": 0}')");
	assert_int_equal(audited(&world, "doubled"), 0); /* of another log */
	world_close(&world);
}

/* Each shard that a partition hears of has numbers of its own. */
static void test_repeats_dropped_and_gap_stops(void **state)
{
	static const struct fed_hop hops[] = {
	    {2, 1}, {3, 1}, {2, 1}, {2, 2}, {0, 1}, {3, 1}, {-1, 9}, {9, 1}, {-2, 1}, {3, 3}, {2, 3}};
	struct world world;
	world_open(&world);
	said_by_2(&world, 3);
	script(&world, "insert into toy.hop_out (shard, topic, to_partition, sequence)"
		       " values (3, 'ombud.toyhop.v1', 5, 3), (0, 'ombud.toyhop.v1', 5, 1)");
	feed_hops(&world, 5, hops, sizeof hops / sizeof *hops);
	world_start(&world, "hopper", "", "100000");
	assert_true(page_says(
	    &world, "/readyz?verbose", "shard 5 stopped at ombud.toyhop.v1 offset 9, where number 3 follows 1 of shard 3's hops"));
	wait_for(&world, at_5, 4);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter where code = 'no_from_shard'"), 3);
	assert_true(page_says(&world, "/metrics", "ombud_events_consumed_total{topic=\"ombud.toyhop.v1\",result=\"repeat\"} 2"));
	script(&world, "update toy.hop_in set sequence = 2 where shard = 5 and from_shard = 3"); /* somebody does not miss it */
	wait_for(&world, at_5, 6);
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	assert_int_equal(ask(&world, "select sum(sequence)::int8 from toy.hop_in where shard = 5 and from_shard in (0, 2, 3)"), 7);
	world_close(&world);
}

/* ---- what is not true any more ---- */

/* These numbers of shard 2. */
static void feed_of_2(struct world *world, int from, int to, int history, int former)
{
	struct fed_hop hops[32];
	int count = 0;
	for (int n = from; n <= to; n++)
		hops[count++] = (struct fed_hop){2, n, history, former};
	feed_hops(world, 5, hops, count);
}

/* Shard 2 is in history 2, in which 0 is true up to 8 and 1 up to 15. */
static void restated_twice(struct world *world)
{
	script(world, "update toy.ownership set history = 2, history_starts = '{0,0}' where shard = 2;"
		      "update toy.hop_out set sequence = 17, formers = '{8,15}' where shard = 2");
}

static void wait_stopped_5(struct world *world, const char *why)
{
	char sql[128];
	snprintf(sql, sizeof sql, "select count(*) from toy.ownership where shard = 5 and stopped ->> 'why' = '%s'", why);
	wait_for(world, sql, 1);
}

/* Two histories began while the reader was away: what an ended one says beyond where it is true in the last is not taken. */
static void test_reader_away_for_two_histories(void **state)
{
	struct world world;
	world_open(&world);
	said_by_2(&world, 10);
	feed_of_2(&world, 1, 8, 0, 0);
	pid_t reader = world_start(&world, "hopper", "", "100000");
	wait_for(&world, at_5, 8);
	world_end(&world, reader);
	restated_twice(&world);
	feed_of_2(&world, 9, 10, 0, 0);
	feed_of_2(&world, 1, 15, 1, 8);
	feed_of_2(&world, 1, 17, 2, 15);
	world_start(&world, "hopper", "", "100000");
	wait_for(&world, "select sequence from toy.hop_in where shard = 5 and from_shard = 2", 17);
	wait_for(&world, at_5, 17);
	assert_true(page_says(&world, "/metrics", "result=\"former\"} 2"));
	assert_int_equal(ask(&world, "select history::int8 from toy.hop_in where shard = 5 and from_shard = 2"), 2);
	world_close(&world);
}

/* It had taken such a one, and of the history between nothing is on the topic any more. A person decides. */
static void test_reader_took_what_is_not_true(void **state)
{
	struct world world;
	world_open(&world);
	said_by_2(&world, 10);
	feed_of_2(&world, 1, 10, 0, 0);
	pid_t reader = world_start(&world, "hopper", "", "100000");
	wait_for(&world, at_5, 10);
	restated_twice(&world);
	feed_of_2(&world, 1, 12, 2, 15);
	wait_stopped_5(&world, "former_false"); /* under the running reader, whose look at its writer was before */
	world_end(&world, reader);
	world_start(&world, "hopper", "", "100000");
	assert_true(page_says(&world, "/readyz?verbose", "shard 5 stopped, and waits for a person: former_false"));
	assert_int_equal(ask(&world, "select count(*) from toy.ownership where stopped #>> '{known,hops_from}' = '2'"), 1);
	assert_int_equal(ask(&world, at_5), 10);
	script(&world, "select ombud.restart_shard('toy', 5, 'ombud.toyhop.v1', 10, 9, 'test', 2)");
	wait_for(&world, at_5, 14); /* 9 to 12 of the second history */
	world_close(&world);
}

/* A topic of hops that was made anew: what is missing comes never, and a person says which number is next, shard by shard. */
static void test_restarted_at_a_number(void **state)
{
	static const struct fed_hop more[] = {{2, 12}, {3, 1}, {2, 13}};
	struct world world;
	world_open(&world);
	said_by_2(&world, 13);
	script(&world, "insert into toy.hop_out (shard, topic, to_partition, sequence) values (3, 'ombud.toyhop.v1', 5, 1)");
	feed_of_2(&world, 1, 8, 0, 0);
	world_start(&world, "hopper", "", "100000");
	wait_for(&world, at_5, 8);
	feed_hops(&world, 5, more, 3);
	assert_true(page_says(&world, "/readyz?verbose", "where number 12 follows 8 of shard 2's hops"));
	script(&world, "select ombud.restart_shard('toy', 5, 'ombud.toyhop.v1', 8, 12, 'test', 2)");
	wait_for(&world, at_5, 11);
	assert_int_equal(ask(&world, "select count(*) from toy.log where type = 'shard_restarted' and note::jsonb @>"
				     " '{\"hops_from\": 2, \"from_number\": 9, \"to_number\": 12}'"),
	    1);
	assert_int_equal(ask(&world, "select in_sequences[2] from toy.ownership where shard = 5"), 0);
	script(&world, "select ombud.restart_shard('toy', 5, 'ombud.toyhop.v1', 11, 5, 'test', 4)"); /* never heard of */
	assert_int_equal(ask(&world, "select sequence from toy.hop_in where shard = 5 and from_shard = 4"), 4);
	assert_int_equal(
	    ask(&world, "select count(*) from (select ombud.restart_shard('toy', 5, 'ombud.toyhop.v1', 11, 5, 'test', n) r"
			" from unnest(array[-1, 8, 4242]) n) s where r is null"),
	    3); /* no shards */
	assert_int_equal(ask(&world, "select count(*) from toy.hop_in where from_shard not between 0 and 7"), 0);
	world_close(&world);
}

/* The reader takes nothing that its writer's log has not come to, and goes on when it has. */
static void test_writer_behind(void **state)
{
	struct world world;
	world_open(&world);
	said_by_2(&world, 3);
	feed_of_2(&world, 1, 5, 0, 0);
	world_start(&world, "hopper", "", "100000");
	wait_for(&world, at_5, 3);
	assert_true(page_says(&world, "/readyz?verbose", "shard 5 stopped, and waits for its writer: writer_behind"));
	sleep(2);
	assert_int_equal(ask(&world, at_5), 3);
	script(&world, "update toy.hop_out set sequence = 5 where shard = 2");
	wait_for(&world, at_5, 5);
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	world_close(&world);
}

/* Complaints of one shard only: the others have nothing to say but hops. */
static void feed_of_3(struct world *world, int from, int count)
{
	char order[32];
	for (int i = from; count > 0; i++) {
		int size = snprintf(order, sizeof order, "order-%d", i);
		if (hash_partition(order, (size_t)size, PARTITIONS) != 3)
			continue;
		feed(world, &(struct feed){i, 1, "ok", -1});
		count--;
	}
}

static int64_t said_hops(struct world *world)
{
	return ask(world, "select count(*) from toy.log where aggregatetype = 'ombud.toyhop.v1'");
}

/* Since the backup most shards have answered hops, and said nothing else: that they have forgotten it is found on the topic of hops
 * alone, where it lies in the partition of another shard. Restated, each hop is taken once. */
static void test_answered_only_hops_since_the_restore(void **state)
{
	enum { FIRST = 40, MORE = 30 };
	struct world world;
	world_open(&world);
	pid_t pid = world_start(&world, "hopper", "", "100000");
	feed(&world, &(struct feed){0, FIRST, "ok", -1});
	wait_answered(&world, FIRST);
	backup(&world, "toy");
	feed_of_3(&world, FIRST, MORE);
	wait_answered(&world, FIRST + MORE);
	world_end(&world, pid);
	script(&world,
	    "create table forgetful as select l.shard, count(*) filter (where l.aggregatetype = 'ombud.toy.v1') as facts"
	    "  from toy.log l join public.toy_ownership b using (shard) where l.seq > b.log_seq and l.aggregatetype is not null"
	    " group by l.shard");
	int64_t forgetful = ask(&world, "select count(*) from forgetful");
	assert_true(ask(&world, "select count(*) from forgetful where facts = 0") > 3);
	restore(&world, "toy");
	assert_int_equal(said_hops(&world), 2 * FIRST);
	world_start(&world, "hopper", "", "100000");
	wait_for(&world, "select count(*) from toy.ownership where stopped ->> 'why' = 'topic_ahead'", forgetful);
	assert_int_equal(ask(&world, "select count(*) from toy.ownership join forgetful using (shard) where stopped is null"), 0);
	sleep(2);
	assert_int_equal(said_hops(&world), 2 * FIRST);
	assert_int_equal(ask(&world, counted), FIRST);
	script(&world, "select ombud.restate_shard('toy', shard, 'test', '{}', '{}', '{}') from toy.ownership");
	wait_answered(&world, FIRST + MORE);
	check(&world, FIRST + MORE);
	assert_int_equal(audited(&world, "illegal") + audited(&world, "phantom") + audited(&world, "waiting"), 0);
	world_close(&world);
}

/* The broker has lost hops that it had acknowledged, and nobody had taken: they are said again, and not only when the next one
 * shows a gap. */
static void test_the_broker_lost_a_tail(void **state)
{
	struct world world;
	world_open(&world);
	pid_t pid = world_start(&world, "hopper", "", "100000");
	feed(&world, &(struct feed){0, 40, "ok", -1});
	wait_answered(&world, 40);
	world_end(&world, pid);
	/* One more of an answer to shard 3, of the shard that has said most to it: as if it had lain at the end. */
	script(&world,
	    "create table lost as select shard, to_partition, sequence + 1 as sequence from toy.hop_out where to_partition = 3"
	    " and shard <> 3 order by sequence desc limit 1;"
	    "insert into toy.log (shard, seq, at, ordinal, aggregatetype, aggregateid, type, shard_sequence, payload, partition)"
	    " select h.shard, o.log_seq + 1, now(), 0, l.aggregatetype, l.aggregateid, l.type, h.sequence, l.payload, 3"
	    "   from lost h join toy.ownership o using (shard) join toy.log l on l.shard = h.shard and l.partition = 3"
	    "    and l.shard_sequence = h.sequence - 1 and l.aggregatetype = 'ombud.toyhop.v1';"
	    "update toy.ownership o set log_seq = log_seq + 1, acked_seq = log_seq + 1 from lost h where h.shard = o.shard;"
	    "update toy.hop_out o set sequence = h.sequence from lost h where h.shard = o.shard and o.to_partition = 3");
	world_start(&world, "hopper", "", "100000");
	wait_for(&world,
	    "select count(*) from toy.hop_in i join lost h on i.shard = 3 and i.from_shard = h.shard and i.sequence = h.sequence",
	    1);
	assert_true(page_says(&world, "/metrics", "ombud_log_said_again_total 1"));
	world_close(&world);
}

/* Another cluster: all is read and said again, and has no effect. */
static void test_said_again(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 60, "ok", -1});
	pid_t pid = world_start(&world, "hopper", "", "100000");
	wait_answered(&world, 60);
	world_end(&world, pid);
	script(&world, "update toy.ownership set cluster = 'an earlier one'");
	world_start(&world, "hopper", "", "100000");
	wait_for(&world, "select count(*) from toy.log where type = 'repeat'", 60);
	feed(&world, &(struct feed){60, 60, "ok", -1});
	wait_answered(&world, 120);
	check(&world, 120);
	world_close(&world);
}

static void test_zombie_changes_nothing(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 100, "ok", -1});
	pid_t zombie = zombie_start(&world, "hopper", "sync.before:3:stop", "200000");
	feed(&world, &(struct feed){100, 100, "ok", -1});
	world_start(&world, "hopper", "", "200000");
	wait_answered(&world, 200);
	kill(zombie, SIGCONT);
	feed(&world, &(struct feed){200, 100, "ok", -1});
	wait_answered(&world, 300);
	check(&world, 300);
	world_close(&world);
}

/* The planted bug "from-shard forgotten": what two shards say is numbered as one, so that the second one's hops look like repeats.
 */
static void test_from_shard_forgotten_would_be_found(void **state)
{
	static const struct fed_hop hops[] = {{2, 1}, {3, 1}, {2, 2}, {3, 2}};
	struct world world;
	world_open(&world);
	said_by_2(&world, 2); /* which is what all are taken for */
	script(&world, "insert into toy.hop_out (shard, topic, to_partition, sequence) values (0, 'ombud.toyhop.v1', 5, 2)");
	feed_hops(&world, 5, hops, sizeof hops / sizeof *hops);
	setenv("OMBUD_BUG", "8", 1);
	world_start(&world, "hopper", "", "100000");
	unsetenv("OMBUD_BUG");
	wait_for(&world, "select coalesce(max(next_offsets[2]), 0)::int8 from toy.ownership where shard = 5", 4);
	assert_int_equal(ask(&world, counted), 2); /* of 4 */
	feed(&world, &(struct feed){0, 40, "ok", -1});
	wait_quiet(&world, 40);
	assert_true(ask(&world, unequal) > 0);
	world_close(&world);
}

/* ---- both owners killed at each failpoint ---- */

enum { COPIES = 2, EACH = 40 };

static void killing_both(const char *const *points, int count)
{
	struct world worlds[TOUR_AT_ONCE];
	for (int i = 0; i < count; i++) {
		world_open(&worlds[i]);
		feed(&worlds[i], &(struct feed){0, EACH, "ok", -1});
		for (int copy = 0; copy < COPIES; copy++)
			tour_start(&worlds[i], "hopper", points[i], 2, "kill", "200000");
	}
	for (int i = 0; i < count; i++) {
		pid_t pids[COPIES];
		memcpy(pids, worlds[i].pids, sizeof pids);
		feed(&worlds[i], &(struct feed){EACH, EACH, "ok", -1});
		for (int copy = 0; copy < COPIES; copy++) {
			tour_wait_ended(&worlds[i], pids[copy], points[i]);
			world_start(&worlds[i], "hopper", "", "200000");
		}
	}
	for (int i = 0; i < count; i++) {
		feed(&worlds[i], &(struct feed){2 * EACH, EACH, "ok", -1});
		wait_answered(&worlds[i], 3 * EACH);
		check(&worlds[i], 3 * EACH);
		world_close(&worlds[i]);
	}
}

static void test_both_owners_killed_at_every_failpoint(void **state)
{
	tour_failpoints(NULL, killing_both);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_asked_and_answered_by_two_copies),
	    cmocka_unit_test(test_the_audit_knows_hops),
	    cmocka_unit_test(test_repeats_dropped_and_gap_stops),
	    cmocka_unit_test(test_reader_away_for_two_histories),
	    cmocka_unit_test(test_reader_took_what_is_not_true),
	    cmocka_unit_test(test_restarted_at_a_number),
	    cmocka_unit_test(test_the_broker_lost_a_tail),
	    cmocka_unit_test(test_writer_behind),
	    cmocka_unit_test(test_answered_only_hops_since_the_restore),
	    cmocka_unit_test(test_said_again),
	    cmocka_unit_test(test_zombie_changes_nothing),
	    cmocka_unit_test(test_from_shard_forgotten_would_be_found),
	    cmocka_unit_test(test_both_owners_killed_at_every_failpoint),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
