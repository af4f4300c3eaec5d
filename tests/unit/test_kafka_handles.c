/* A handle that could be made once cannot always be made again: its certificates may be exchanged just then, or no descriptor is
 * left. Nobody ends of that.
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "tests/unit/check.h"

static char certificates[] = "/tmp/ombud-certificates-XXXXXX"; /* a folder of none will do */
static struct loop *loop;
static struct kafka_settings settings;

static int set_up(void **state)
{
	static const char *const keys[] = {"bootstrap.servers", "security.protocol", "ssl.ca.location"};
	static const char *const values[] = {"127.0.0.1:1", "ssl", certificates};
	settings = (struct kafka_settings){keys, values, COUNT_OF(keys), "test", NULL};
	memcpy(certificates + strlen(certificates) - 6, "XXXXXX", 6);
	assert_non_null(mkdtemp(certificates));
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	loop_free(loop);
	(void)rmdir(certificates);
	return 0;
}

static void take_away(void)
{
	assert_int_equal(rmdir(certificates), 0);
}

static void nothing_delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	int *failed = context;
	*failed += error != NULL;
}

static void test_a_producer_that_cannot_be_rebuilt_stays_as_it_is(void **state)
{
	char error[256];
	int failed = 0;
	struct kafka_producer *producer = kafka_producer_new(loop, &settings, nothing_delivered, &failed, error, sizeof error);
	assert_non_null(producer);
	const struct kafka_message message = {.topic = "topic", .value = "1", .size = 1};
	assert_int_equal(kafka_produce(producer, &message), KAFKA_SENT);
	take_away();
	assert_false(kafka_producer_rebuild(producer));
	assert_int_equal(failed, 0);
	assert_int_equal(kafka_produce(producer, &message), KAFKA_SENT);
	assert_int_equal(mkdir(certificates, 0700), 0);
	assert_true(kafka_producer_rebuild(producer));
	assert_int_equal(failed, 2);
	assert_int_equal(kafka_produce(producer, &message), KAFKA_SENT);
	kafka_producer_free(producer);
	assert_int_equal(failed, 3);
}

static void nothing_seen(const struct kafka_position *asked, enum kafka_seen seen, const struct kafka_record *record, void *context)
{
	int *unanswered = context;
	*unanswered += seen == KAFKA_SEEN_NOTHING;
}

static void test_a_looker_without_a_handle_answers_nothing(void **state)
{
	static const char *const topics[] = {"topic", NULL};
	static const struct kafka_position positions[] = {{0, 0, 1}, {0, 1, 1}};
	int unanswered = 0;
	struct kafka_looker *looker = kafka_looker_new(loop, &settings, topics, nothing_seen, &unanswered);
	take_away();
	for (int round = 1; round <= 2; round++) {
		kafka_looker_ask(looker, positions, COUNT_OF(positions), 1);
		assert_false(kafka_looker_idle(looker));
		while (!kafka_looker_idle(looker))
			loop_turn(loop, -1);
		assert_int_equal(unanswered, 2 * round);
	}
	kafka_looker_free(looker);
}

static void test_ends_of_topics_are_asked_for_until_there_is_a_handle(void **state)
{
	static const struct kafka_tail asked[] = {{"topic", 0, 1}, {"topic", 1, 1}};
	static const struct kafka_tails_hooks hooks = {NULL};
	struct kafka_tails *tails = kafka_tails_new(loop, &settings, "test", &hooks, NULL);
	take_away();
	kafka_tails_ask(tails, asked, 1);
	kafka_tails_ask(tails, asked + 1, 1); /* while it waits */
	loop_turn(loop, -1);                  /* again, in vain */
	kafka_tails_forget(tails, "topic", 0);
	kafka_tails_free(tails);
}

/* No more descriptors than there are now. Returns how many there might be. */
static struct rlimit take_descriptors_away(void)
{
	struct rlimit before, none;
	int next = dup(STDERR_FILENO);
	assert_int_equal(close(next), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){(rlim_t)next, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	return before;
}

static void test_without_a_descriptor_there_is_no_handle(void **state)
{
	static const char *const topics[] = {"topic", NULL};
	static const struct kafka_position positions[] = {{0, 0, 1}};
	static const struct kafka_tail asked[] = {{"topic", 0, 1}};
	static const struct kafka_tails_hooks hooks = {NULL};
	static const struct kafka_consumer_hooks no_hooks = {NULL};
	char error[256];
	int failed = 0, unanswered = 0;
	settings.count = 1; /* without certificates, that descriptors are needed for */
	struct kafka_producer *producer = kafka_producer_new(loop, &settings, nothing_delivered, &failed, error, sizeof error);
	struct kafka_looker *looker = kafka_looker_new(loop, &settings, topics, nothing_seen, &unanswered);
	struct kafka_tails *tails = kafka_tails_new(loop, &settings, "test", &hooks, NULL);
	assert_non_null(producer);
	struct rlimit before = take_descriptors_away();
	bool rebuilt = kafka_producer_rebuild(producer);
	struct kafka_consumer *consumer = kafka_consumer_new(loop, &settings, "test", topics, &no_hooks, NULL, error, sizeof error);
	kafka_looker_ask(looker, positions, COUNT_OF(positions), 1);
	while (!kafka_looker_idle(looker))
		loop_turn(loop, -1);
	kafka_tails_ask(tails, asked, COUNT_OF(asked));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(rebuilt);
	assert_null(consumer);
	assert_string_equal(error, "pipe: Too many open files");
	assert_int_equal(unanswered, 1);
	assert_true(kafka_producer_rebuild(producer));
	loop_turn(loop, -1); /* the ends are asked for again */
	kafka_tails_free(tails);
	kafka_looker_free(looker);
	kafka_producer_free(producer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_producer_that_cannot_be_rebuilt_stays_as_it_is, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_looker_without_a_handle_answers_nothing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_ends_of_topics_are_asked_for_until_there_is_a_handle, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_without_a_descriptor_there_is_no_handle, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
