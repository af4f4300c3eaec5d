/* Descriptors, timers, signals, deferred calls; freed from within their own callbacks. */
#include <signal.h>
#include <unistd.h>

#include "common/base/instant.h"
#include "common/io/loop.h"
#include "tests/unit/check.h"

static struct loop *loop;
static int count;

static int set_up(void **state)
{
	count = 0;
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	loop_free(loop);
	return 0;
}

static void count_one(void *context)
{
	count++;
}

static void stop(void *context)
{
	loop_stop(loop);
}

static void test_timers_fire_once_and_never_early(void **state)
{
	struct loop_timer *timer = loop_timer_new(loop, count_one, NULL), *end = loop_timer_new(loop, stop, NULL);
	int64_t start_us = instant_monotonic_us();
	loop_timer_start(timer, 1000);
	loop_timer_start(timer, 5000); /* replaces */
	assert_true(loop_timer_running(timer));
	loop_timer_start(end, 20000);
	loop_run(loop);
	int64_t took_us = instant_monotonic_us() - start_us;
	assert_int_equal(count, 1);
	assert_false(loop_timer_running(timer));
	assert_true(took_us >= 20000);
	loop_timer_start(timer, -5);
	loop_timer_stop(timer);
	loop_turn(loop, 0);
	assert_int_equal(count, 1);
	loop_timer_free(timer);
	loop_timer_free(end);
	loop_timer_free(NULL);
}

static void defer_again(void *context)
{
	if (++count < 5)
		loop_defer(loop, defer_again, NULL);
	else
		loop_stop(loop);
}

static void test_deferred_calls_run_before_sleep(void **state)
{
	loop_defer(loop, defer_again, NULL);
	assert_int_equal(count, 0);
	loop_run(loop);
	assert_int_equal(count, 5);
	loop_defer(loop, count_one, NULL); /* left behind: freed with the loop */
}

static int64_t order[3];
static void note_order(void *context)
{
	order[count++] = (int64_t)(intptr_t)context;
}

static void test_deferred_calls_keep_order(void **state)
{
	for (intptr_t i = 1; i <= 3; i++)
		loop_defer(loop, note_order, (void *)i);
	loop_turn(loop, 0);
	assert_int_equal(count, 3);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[2], 3);
}

static struct loop_watch *watch;
static void read_byte(int fd, int events, void *context)
{
	char byte;
	assert_int_equal(events, LOOP_READ);
	assert_int_equal(read(fd, &byte, 1), 1);
	if (++count == 3) {
		loop_watch_free(watch);
		loop_stop(loop);
	}
}

static void test_descriptor_is_reported_until_freed(void **state)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abcdef", 6), 6);
	watch = loop_watch_new(loop, ends[0], LOOP_READ, read_byte, NULL);
	loop_run(loop);
	assert_int_equal(count, 3);
	loop_turn(loop, 0);
	assert_int_equal(count, 3);
	close(ends[0]);
	close(ends[1]);
	loop_watch_free(NULL);
}

static void count_writable(int fd, int events, void *context)
{
	assert_int_equal(events, LOOP_WRITE);
	count++;
	loop_watch_set(watch, LOOP_NONE);
}

static void test_watch_changes_what_it_waits_for(void **state)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	watch = loop_watch_new(loop, ends[1], LOOP_NONE, count_writable, NULL);
	loop_turn(loop, 1000);
	assert_int_equal(count, 0);
	for (int i = 1; i <= 2; i++) {
		loop_watch_set(watch, LOOP_WRITE);
		loop_turn(loop, 100000);
		loop_turn(loop, 0);
		assert_int_equal(count, i);
	}
	loop_watch_free(watch);
	close(ends[0]);
	close(ends[1]);
}

static void test_signals(void **state)
{
	struct loop_signal *handle = loop_signal_new(loop, SIGUSR1, count_one, NULL);
	for (int i = 1; i <= 2; i++) {
		raise(SIGUSR1);
		loop_turn(loop, 1000000);
		assert_int_equal(count, i);
	}
	loop_signal_free(handle);
	loop_signal_free(NULL);
}

static void test_a_turn_is_bounded(void **state)
{
	int64_t start_us = instant_monotonic_us();
	loop_turn(loop, 20000);
	int64_t took_us = instant_monotonic_us() - start_us;
	assert_true(took_us >= 20000 && took_us < 5 * US_PER_SECOND);
}

static void free_own_timer(void *context)
{
	struct loop_timer **timer = context;
	loop_timer_free(*timer);
	*timer = NULL;
	count++;
}

static void test_timer_freed_by_itself(void **state)
{
	struct loop_timer *timer = NULL;
	timer = loop_timer_new(loop, free_own_timer, &timer);
	loop_timer_start(timer, 0);
	loop_turn(loop, 1000000);
	assert_int_equal(count, 1);
	assert_null(timer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_timers_fire_once_and_never_early, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_deferred_calls_run_before_sleep, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_deferred_calls_keep_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_descriptor_is_reported_until_freed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_watch_changes_what_it_waits_for, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_turn_is_bounded, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_timer_freed_by_itself, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
