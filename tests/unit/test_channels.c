/* Channels are rows, and the sender knows no more of them: two of this test, null, which takes all and keeps nothing, and memory,
 * which keeps what it is given until the test answers, are sent as those in service. Placing and ending are not played here.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"
#include "services/notification/sender.h"
#include "tests/unit/check.h"

enum { IN_FLIGHT = 2, KEPT_MAX = 16 };

/* ---- two channels ---- */

static void begin_null(struct sender_job *job)
{
	sender_answered(job, &(struct attempt_result){.status = 1}, false);
}

static struct sender_job *kept[KEPT_MAX];
static int kept_count;

static void begin_memory(struct sender_job *job)
{
	assert_in_range(kept_count, 0, KEPT_MAX - 1);
	kept[kept_count++] = job;
}

static enum attempt_outcome outcome(const struct attempt_result *result)
{
	return result->status ? ATTEMPT_DELIVERED : ATTEMPT_FAILED;
}

static int64_t wait_us(const struct uuid *notice, int attempt, enum attempt_outcome outcome, int64_t asked_us)
{
	return attempt < 2 ? attempt * US_PER_SECOND : -1;
}

static void at_home(const struct channel_row *channel, const struct letter *letter)
{
	channel_place(channel, letter, "");
}

static const struct channel_row inbox = {.number = NOTICE_CHANNEL_INBOX, .by_default = true, .addresses = at_home};
static const struct channel_row null = {.number = NOTICE_CHANNEL_PUSH,
    .addresses = channel_by_contact,
    .begin = begin_null,
    .outcome = outcome,
    .wait_us = wait_us,
    .line = LIMIT_LINE,
    .queue = LIMIT_ENDPOINT_QUEUE};
static const struct channel_row memory = {.number = NOTICE_CHANNEL_EMAIL,
    .addresses = channel_by_contact,
    .begin = begin_memory,
    .outcome = outcome,
    .wait_us = wait_us,
    .line = LIMIT_LINE,
    .queue = LIMIT_ENDPOINT_QUEUE};

const struct channel_row *const channels[] = {&inbox, &null, &memory, NULL};

/* ---- the lane ---- */

static struct attempt_result came[KEPT_MAX];
static int came_count;

static bool take(struct daemon *daemon, int shard, void *result)
{
	came[came_count++] = *(struct attempt_result *)result;
	free(result);
	return true;
}

static struct sender *sender, *senders[8]; /* all that there were, for whoever looks for leaks */

static int begin_anew(void **state)
{
	static struct notification notification;
	static int count;
	senders[count++] = sender = sender_new(&notification, IN_FLIGHT, take);
	kept_count = came_count = 0;
	return 0;
}

static void send_to(enum notice_channel channel, int shard, int number, const char *person)
{
	sender_send(sender, &(struct notice){.key = {shard, {{(uint8_t)number}}},
				.channel = channel,
				.endpoint = person,
				.contact = "now@example.com",
				.payload = "words",
				.trace = "",
				.attempts = number});
}

static void answer(int number, int status)
{
	sender_answered(kept[number], &(struct attempt_result){.status = status}, false);
}

/* ---- tests ---- */

static void test_null_takes_all_and_keeps_nothing(void **state)
{
	for (int i = 0; i < 5; i++)
		send_to(NOTICE_CHANNEL_PUSH, 0, i, "shop/push/buyer");
	assert_int_equal(came_count, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(came[i].attempt, i); /* in order */
		assert_int_equal(channel_of(NOTICE_CHANNEL_PUSH)->outcome(&came[i]), ATTEMPT_DELIVERED);
	}
	assert_false(sender_busy(sender));
}

static void test_an_address_has_so_many_at_a_time_and_holds_up_no_other(void **state)
{
	for (int i = 0; i < 4; i++)
		send_to(NOTICE_CHANNEL_EMAIL, 0, i, "shop/email/slow");
	assert_int_equal(kept_count, IN_FLIGHT);
	send_to(NOTICE_CHANNEL_EMAIL, 0, 9, "shop/email/other");
	send_to(NOTICE_CHANNEL_PUSH, 0, 10, "shop/email/slow"); /* the same text of another channel is another address */
	assert_int_equal(kept_count, IN_FLIGHT + 1);
	assert_int_equal(came_count, 1);
	answer(0, 1);
	assert_int_equal(kept_count, IN_FLIGHT + 2);
	assert_int_equal(kept[IN_FLIGHT + 1]->attempt, 2);
	for (int i = 1; i < 4; i++)
		answer(i, 1);
	answer(4, 0);
	assert_int_equal(came_count, 6);
	assert_int_equal(outcome(&came[5]), ATTEMPT_FAILED);
	assert_false(sender_busy(sender));
}

static void test_an_attempt_says_where_to_what_and_which(void **state)
{
	send_to(NOTICE_CHANNEL_EMAIL, 5, 1, "shop/email/buyer");
	assert_string_equal(kept[0]->address, "now@example.com"); /* of the contact; the notice names it only */
	assert_string_equal(kept[0]->payload, "words");
	assert_int_equal(kept[0]->shard, 5);
	assert_int_equal(kept[0]->notice.bytes[0], 1);
	answer(0, 1);
}

static void test_what_is_forgotten_is_not_begun_and_not_answered(void **state)
{
	for (int i = 0; i < 3; i++)
		send_to(NOTICE_CHANNEL_EMAIL, 0, i, "shop/email/buyer");
	send_to(NOTICE_CHANNEL_EMAIL, 1, 7, "shop/email/buyer");
	sender_forget(sender, 0);
	answer(0, 1);
	answer(1, 1);
	assert_int_equal(came_count, 0);
	assert_int_equal(kept[2]->attempt, 7);
	answer(2, 1);
	assert_int_equal(came_count, 1);
}

static void test_a_queue_is_full_at_the_channels_limit(void **state)
{
	int32_t most = limit_row(LIMIT_ENDPOINT_QUEUE)->most;
	for (int i = 0; i < most + IN_FLIGHT; i++) {
		assert_false(sender_full(sender, &memory, "shop/email/buyer"));
		send_to(NOTICE_CHANNEL_EMAIL, 0, i, "shop/email/buyer");
	}
	assert_true(sender_full(sender, &memory, "shop/email/buyer"));
	assert_false(sender_full(sender, &null, "shop/email/buyer"));
	int64_t first_us = sender_turn_us(sender, &memory, "shop/email/buyer", 0);
	assert_int_equal(first_us, SENDER_FULL_PAUSE_US);
	assert_int_equal(sender_turn_us(sender, &memory, "shop/email/buyer", 0), first_us + SENDER_TURN_US);
	sender_forget(sender, 0);
	answer(0, 1);
	answer(1, 1);
	assert_false(sender_busy(sender));
}

static void test_who_cannot_be_reached_there_is_told_by_default(void **state)
{
	struct reader reader = reader_empty();
	reader.channels = 1u << NOTICE_CHANNEL_EMAIL | 1u << NOTICE_CHANNEL_STREAM; /* which is not in service */
	assert_true(channel_chosen(&inbox, &reader));
	assert_false(channel_chosen(&memory, &reader));
	reader.contacts[NOTICE_CHANNEL_EMAIL].address = "buyer@example.com";
	assert_false(channel_chosen(&inbox, &reader));
	assert_false(channel_chosen(&null, &reader));
	assert_true(channel_chosen(&memory, &reader));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_null_takes_all_and_keeps_nothing, begin_anew),
	    cmocka_unit_test_setup(test_an_address_has_so_many_at_a_time_and_holds_up_no_other, begin_anew),
	    cmocka_unit_test_setup(test_an_attempt_says_where_to_what_and_which, begin_anew),
	    cmocka_unit_test_setup(test_what_is_forgotten_is_not_begun_and_not_answered, begin_anew),
	    cmocka_unit_test_setup(test_a_queue_is_full_at_the_channels_limit, begin_anew),
	    cmocka_unit_test_setup(test_who_cannot_be_reached_there_is_told_by_default, begin_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
