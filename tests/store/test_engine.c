/* Exactly-once effect, on a real PostgreSQL and the mock broker: a toy service (toy.c) is started as a program of its own (this
 * one, again), fed, killed, stopped, fenced; then database, log and topic are held against what was fed.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/fail.h"
#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/io/kafka.h"
#include "common/io/kafka_mock.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/model/topics.h"
#include "common/wire/wire.h"
#include "tests/store/toy.h"

enum { PARTITIONS = 8, WAIT_SECONDS = 60 };

/* One case: a database and topics of its own, so that many can go on at once. */
struct world {
	char database[32], prefix[32];
	char dsn[512];
	struct pg_session *session;
	pid_t pids[4];
	int pids_count;
};

static struct kafka_mock *mock;
static struct loop *loop;
static int worlds_count;

static struct kafka_settings settings(void)
{
	static const char *keys[] = {"bootstrap.servers", "dev.mock", "linger.ms"};
	static const char *values[] = {NULL, "true", "5"};
	values[0] = kafka_mock_address(mock);
	return (struct kafka_settings){keys, values, 3, "test"};
}

/* ---- a world ---- */

static void topic_make(const char *name, bool dead_letter, void *context)
{
	assert_true(kafka_mock_topic(mock, name, PARTITIONS));
}

static void script(struct pg_session *session, const char *sql)
{
	if (!pg_session_script(session, sql))
		fail_msg("%s: %s", sql, pg_session_error(session));
}

static void world_open(struct world *world)
{
	const char *base = getenv("OMBUD_TEST_DSN");
	char error[256], sql[128], admin[512];
	assert_non_null(base);
	*world = (struct world){.pids_count = 0};
	snprintf(world->database, sizeof world->database, "engine%d", ++worlds_count);
	snprintf(world->prefix, sizeof world->prefix, "w%d.", worlds_count);
	snprintf(admin, sizeof admin, "%s dbname=postgres", base);
	snprintf(world->dsn, sizeof world->dsn, "%s dbname=%s", base, world->database);
	struct pg_session *session = pg_session_open(admin, "test", error, sizeof error);
	if (!session)
		fail_msg("%s", error);
	snprintf(sql, sizeof sql, "create database %s template ombud_template", world->database);
	script(session, sql);
	pg_session_close(session);
	world->session = pg_session_open(world->dsn, "test", error, sizeof error);
	assert_non_null(world->session);
	script(world->session, toy_schema);
	topic_each(world->prefix, topic_make, NULL);
}

static pid_t world_start(struct world *world, const char *program, const char *failpoint, const char *timer_us)
{
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
		setenv("OMBUD_POSTGRES__DSN", world->dsn, 1);
		setenv("OMBUD_KAFKA__BOOTSTRAP_SERVERS", kafka_mock_address(mock), 1);
		setenv("OMBUD_KAFKA__DEV_MOCK", "true", 1);
		setenv("OMBUD_TOPICS__PREFIX", world->prefix, 1);
		setenv("OMBUD_FAIL", failpoint, 1);
		setenv("TOY_TIMER_US", timer_us, 1);
		if (!getenv("ENGINE_LOG") && !freopen("/dev/null", "w", stdout))
			_exit(127);
		execl("/proc/self/exe", program, (char *)NULL);
		_exit(127);
	}
	world->pids[world->pids_count++] = pid;
	return pid;
}

static void world_forget(struct world *world, pid_t pid)
{
	for (int i = 0; i < world->pids_count; i++)
		if (world->pids[i] == pid)
			world->pids[i] = world->pids[--world->pids_count];
}

static void world_close(struct world *world)
{
	for (int i = 0; i < world->pids_count; i++) {
		kill(world->pids[i], SIGKILL);
		kill(world->pids[i], SIGCONT);
		waitpid(world->pids[i], NULL, 0);
	}
	pg_session_close(world->session);
}

static int64_t ask(struct world *world, const char *sql)
{
	struct pg_statement statement = {"", sql, "", 1};
	struct pg_args *args = pg_args_new();
	struct pg_result *result = pg_session_run_once(world->session, &statement, args);
	if (!result)
		fail_msg("%s: %s", sql, pg_session_error(world->session));
	int64_t value = pg_get_int8(result, 0, 0);
	pg_result_free(result);
	pg_args_free(args);
	return value;
}

static void wait_for(struct world *world, const char *sql, int64_t want)
{
	int64_t got = -1, until_us = instant_monotonic_us() + WAIT_SECONDS * US_PER_SECOND;
	while (instant_monotonic_us() < until_us && (got = ask(world, sql)) != want)
		usleep(50000);
	if (got != want)
		fail_msg("%s (%s): got %lld, want %lld", sql, world->database, (long long)got, (long long)want);
}

/* ---- what is fed ---- */

struct feed {
	int from, count;
	const char *text;
	int partition; /* -1: where it belongs */
};

static int delivered;

static void on_delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	assert_null(error);
	delivered++;
}

static void feed_one(struct kafka_producer *producer, const char *topic, int number, const struct feed *feed, struct arena *arena)
{
	struct kafka_header rows[WIRE_HEADERS_MAX];
	struct event event = event_empty(EVENT_COMPLAINT_FILED);
	size_t size;
	event.platform_id = "toy";
	event.source = "/test";
	event.event_id = arena_printf(arena, "e-%d", number);
	event.occurred_at_us = INT64_C(1795000000000000) + number;
	event.actor.kind = ACTOR_KIND_COMPLAINANT;
	event.actor.id = event.complainant_id = "buyer";
	event.order_id = arena_printf(arena, "order-%d", number);
	event.channel = CHANNEL_APP;
	event.type = COMPLAINT_TYPE_CARD_KEY_INVALID;
	event.statement.text = feed->text;
	const void *value = wire_pack(arena, &event, &size);
	struct wire_headers headers = wire_event_headers(arena, &event, "", 0, 0);
	for (int i = 0; i < headers.count; i++)
		rows[i] = (struct kafka_header){headers.rows[i].name, headers.rows[i].value, headers.rows[i].size};
	int home = hash_partition(event.order_id, strlen(event.order_id), PARTITIONS);
	assert_int_equal(kafka_produce(producer,
			     &(struct kafka_message){
				 .topic = topic,
				 .partition = feed->partition < 0 ? home : feed->partition,
				 .key = event.order_id,
				 .key_size = strlen(event.order_id),
				 .value = value,
				 .size = size,
				 .headers = rows,
				 .headers_count = headers.count,
			     }),
	    KAFKA_SENT);
}

static void feed(struct world *world, const struct feed *feed)
{
	char error[256], topic[TOPIC_NAME_SIZE];
	struct kafka_settings kafka = settings();
	struct arena *arena = arena_new(0);
	struct kafka_producer *producer = kafka_producer_new(loop, &kafka, on_delivered, NULL, error, sizeof error);
	assert_non_null(producer);
	snprintf(topic, sizeof topic, "%sombud.inbox.v1", world->prefix);
	delivered = 0;
	for (int i = feed->from; i < feed->from + feed->count; i++)
		feed_one(producer, topic, i, feed, arena);
	kafka_producer_flush(producer, 10000);
	assert_int_equal(delivered, feed->count);
	kafka_producer_free(producer);
	arena_free(arena);
}

/* ---- what must hold ---- */

/* The topic, read raw: first occurrences of shard_sequence are 1, 2, 3 ... in each partition. Returns how many there are. */
static int64_t topic_check(struct world *world, const char *plain)
{
	char error[256], topic[TOPIC_NAME_SIZE];
	const char *topics[] = {topic, NULL};
	struct kafka_settings kafka = settings();
	int64_t last[PARTITIONS] = {0}, count = 0;
	bool ended = false;
	snprintf(topic, sizeof topic, "%s%s", world->prefix, plain);
	struct kafka_reader *reader = kafka_reader_new(&kafka, topics, error, sizeof error);
	assert_non_null(reader);
	assert_true(kafka_reader_start(reader, 0, 5000));
	struct kafka_record record;
	while (kafka_reader_next(reader, &record, 5000, &ended)) {
		struct kafka_header headers[WIRE_HEADERS_MAX];
		int headers_count = kafka_record_headers(&record, headers, WIRE_HEADERS_MAX);
		int64_t sequence = 0;
		for (int i = 0; i < headers_count; i++)
			if (!strcmp(headers[i].name, "ce_shardsequence"))
				sequence = strtoll(headers[i].value, NULL, 10);
		if (sequence > last[record.partition] + 1)
			fail_msg("%s: gap in partition %d: %lld after %lld", topic, record.partition, (long long)sequence,
			    (long long)last[record.partition]);
		if (sequence == last[record.partition] + 1) {
			last[record.partition]++;
			count++;
		}
		kafka_record_free(&record);
	}
	assert_true(ended);
	kafka_reader_free(reader);
	return count;
}

static void wait_quiet(struct world *world, int64_t effects)
{
	wait_for(world, "select count(*) from intake.toy where fired = 1", effects);
	wait_for(world, "select count(*) from intake.ownership where acked_seq < log_seq", 0);
}

static void check(struct world *world, int64_t effects)
{
	assert_int_equal(ask(world, "select count(*) from intake.toy"), effects);
	assert_int_equal(ask(world, "select count(*) from intake.toy where fired <> 1"), 0);
	assert_int_equal(ask(world, "select count(*) from intake.timer"), 0);
	/* each complaint said twice: filed, fired; once each */
	assert_int_equal(ask(world, "select count(*) from intake.log where aggregatetype = 'ombud.complaint.v1'"), 2 * effects);
	assert_int_equal(ask(world, "select count(*) from (select subject, sequence from intake.log where sequence is not null"
				    " group by 1, 2 having count(*) > 1) d"),
	    0);
	/* the log has no hole, and the owner knows its end */
	assert_int_equal(ask(world, "select count(*) from intake.ownership o where log_seq <> (select count(*) from intake.log l"
				    " where l.shard = o.shard) or log_seq <> coalesce((select max(seq) from intake.log l"
				    " where l.shard = o.shard), 0)"),
	    0);
	assert_int_equal(topic_check(world, "ombud.complaint.v1"), 2 * effects);
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
	assert_int_equal(ask(&world, "select count(*) from intake.log where type = 'repeat'"), 100);
	int64_t misplaced = ask(&world, "select count(*) from intake.log where type = 'forwarded'");
	assert_true(misplaced > 20 && misplaced < 50);
	assert_int_equal(ask(&world, "select sum(next_offsets[1])::int8 from intake.ownership"), 450 + misplaced);
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
	assert_int_equal(ask(&world, "select count(*) from intake.dead_letter where code = 'poison'"), 2);
	assert_int_equal(ask(&world, "select count(*) from intake.dead_letter where code = 'parked_by_toy'"), 1);
	world_close(&world);
}

/* One process a failpoint, killed there (or told that it failed), then one without. All at once, a few worlds at a time. */
static void end_at_failpoint(struct world *world, const char *point)
{
	pid_t pid = world->pids[0];
	int64_t until_us = instant_monotonic_us() + 15 * US_PER_SECOND;
	bool asked = false;
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		usleep(20000);
		if (instant_monotonic_us() < until_us || asked)
			continue;
		kill(pid, strncmp(point, "revoke", 6) ? SIGKILL : SIGTERM); /* passed only on the way out, or never */
		asked = true;
	}
	world_forget(world, pid);
	world_start(world, "toy", "", "300000");
}

static void failing_at(struct world *worlds, const char *const *points, int count, const char *action)
{
	for (int i = 0; i < count; i++) {
		static const char *const once[] = {"takeover", "revoke", "cursor", "hint"}; /* too rare for a second time */
		char spec[128];
		int nth = 2;
		for (size_t o = 0; o < sizeof once / sizeof *once; o++)
			if (!strncmp(points[i], once[o], strlen(once[o])))
				nth = 1;
		snprintf(spec, sizeof spec, "%s:%d:%s", points[i], nth, action);
		world_open(&worlds[i]);
		feed(&worlds[i], &(struct feed){0, 40, "ok", -1});
		world_start(&worlds[i], "toy", spec, "300000");
	}
	for (int i = 0; i < count; i++) {
		feed(&worlds[i], &(struct feed){40, 40, "ok", -1});
		if (!strcmp(action, "kill"))
			end_at_failpoint(&worlds[i], points[i]);
	}
	for (int i = 0; i < count; i++) {
		wait_quiet(&worlds[i], 80);
		check(&worlds[i], 80);
		world_close(&worlds[i]);
	}
}

static void test_killed_at_every_failpoint(void **state)
{
	enum { AT_ONCE = 12 };
	struct world worlds[AT_ONCE];
	const char *points[AT_ONCE];
	int count = 0;
	for (const struct fail_row *row = fail_rows(); row->name; row++) {
		if (strcmp(row->service, "all") != 0)
			continue;
		points[count++] = row->name;
		if (count == AT_ONCE) {
			failing_at(worlds, points, count, "kill");
			count = 0;
		}
	}
	failing_at(worlds, points, count, "kill");
}

/* An answer lost, a taking over that failed, a producer that is full, a delivery that failed. */
static void test_failed_where_it_can_fail(void **state)
{
	static const char *const points[] = {"sync.after", "takeover.after", "produce.before", "delivered.before"};
	struct world worlds[sizeof points / sizeof *points];
	failing_at(worlds, points, sizeof points / sizeof *points, "err");
}

/* Stopped between its flush and its sync, holding its locks; another takes over; then it wakes. */
static void test_zombie_changes_nothing_and_blocks_nobody(void **state)
{
	struct world world;
	world_open(&world);
	feed(&world, &(struct feed){0, 100, "ok", -1});
	pid_t zombie = world_start(&world, "toy", "sync.before:2:stop", "200000");
	assert_int_equal(waitpid(zombie, NULL, WUNTRACED), zombie);
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
	wait_for(&world, "select count(distinct owner)::int8 from intake.ownership", 2);
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
		    "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like '%ombud-intake%'"
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
	wait_for(&world, "select count(*) from intake.timer", 60);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	world_forget(&world, pid);
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
	wait_for(&world, "select count(*) from intake.log where type = 'timer_failed' and note = '23514'", ROUNDS);
	wait_for(&world, "select count(*) from intake.dead_letter where code = 'poison'", ROUNDS);
	assert_int_equal(ask(&world, "select count(*) from intake.timer"), 0);
	assert_int_equal(ask(&world, "select count(*) from intake.toy where text = 'ok' and fired = 1"), ROUNDS * OK_EACH);
	assert_int_equal(ask(&world, "select count(*) from intake.toy where text = 'sour' and fired = 0"), ROUNDS);
	assert_int_equal(ask(&world, "select count(*) from intake.toy"), ROUNDS * (OK_EACH + 1));
	assert_int_equal(ask(&world, "select count(*) from intake.log where sequence = 1"), ROUNDS * (OK_EACH + 1));
	world_close(&world);
}

/* A reader of our own topic: takes 1, 2, 2 again, 3, 1 again, 4, and stops at 6. */
static void test_repeats_dropped_and_gap_stops(void **state)
{
	static const int sequences[] = {1, 2, 2, 3, 1, 4, 6, 7};
	struct world world;
	char error[256], topic[TOPIC_NAME_SIZE];
	struct kafka_settings kafka = settings();
	struct arena *arena = arena_new(0);
	world_open(&world);
	snprintf(topic, sizeof topic, "%sombud.complaint.v1", world.prefix);
	struct kafka_producer *producer = kafka_producer_new(loop, &kafka, on_delivered, NULL, error, sizeof error);
	assert_non_null(producer);
	for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
		struct kafka_header rows[WIRE_HEADERS_MAX];
		struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
		size_t size;
		event.platform_id = "toy";
		event.source = "/ombud/intake";
		event.event_id = arena_printf(arena, "5-%d", sequences[i]);
		event.occurred_at_us = INT64_C(1795000000000000);
		event.order_id = "order-1";
		event.complaint_id = "01a1ee56-5e0a-7f34-b234-02ca5bf95bb2";
		event.cause = "complaint_filed";
		event.stage = STAGE_FILED;
		event.comment = arena_printf(arena, "%d", sequences[i]);
		const void *value = wire_pack(arena, &event, &size);
		struct wire_headers headers = wire_event_headers(arena, &event, "", sequences[i], sequences[i]);
		for (int h = 0; h < headers.count; h++)
			rows[h] = (struct kafka_header){headers.rows[h].name, headers.rows[h].value, headers.rows[h].size};
		kafka_produce(producer, &(struct kafka_message){.topic = topic,
					    .partition = 5,
					    .key = "order-1",
					    .key_size = 7,
					    .value = value,
					    .size = size,
					    .headers = rows,
					    .headers_count = headers.count});
	}
	kafka_producer_flush(producer, 5000);
	kafka_producer_free(producer);
	arena_free(arena);
	world_start(&world, "reader", "", "0");
	wait_for(&world, "select coalesce(max(next_offsets[1]), 0) from triage.ownership", 6);
	usleep(500000);
	assert_int_equal(ask(&world, "select count(*) from triage.log where type = 'read'"), 4);
	assert_int_equal(ask(&world, "select max(next_offsets[1]) from triage.ownership"), 6);
	assert_int_equal(ask(&world, "select max(in_sequences[1]) from triage.ownership"), 4);
	world_close(&world);
}

int main(int argc, char **argv)
{
	if (!strcmp(argv[0], "toy"))
		return daemon_main(&toy_service, argc, argv);
	if (!strcmp(argv[0], "reader"))
		return daemon_main(&toy_reader, argc, argv);
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_effects_repeats_and_misplaced),
	    cmocka_unit_test(test_poison_is_parked_and_the_rest_passes),
	    cmocka_unit_test(test_poison_and_sour_timers_among_others),
	    cmocka_unit_test(test_repeats_dropped_and_gap_stops),
	    cmocka_unit_test(test_timers_fire_after_absence),
	    cmocka_unit_test(test_zombie_changes_nothing_and_blocks_nobody),
	    cmocka_unit_test(test_two_copies_share_and_one_leaves),
	    cmocka_unit_test(test_backends_ended_and_broker_down),
	    cmocka_unit_test(test_killed_at_every_failpoint),
	    cmocka_unit_test(test_failed_where_it_can_fail),
	};
	if (getenv("ENGINE_TEST"))
		cmocka_set_test_filter(getenv("ENGINE_TEST"));
	loop = loop_new();
	mock = kafka_mock_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	kafka_mock_free(mock);
	loop_free(loop);
	return failed;
}
