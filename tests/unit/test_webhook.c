/* The schedule, what an answer means, the body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/base/instant.h"
#include "common/model/webhook.h"

static struct uuid some_notice(int n)
{
	struct uuid notice = {{0}};
	notice.bytes[0] = (uint8_t)(n >> 8);
	notice.bytes[15] = (uint8_t)n;
	return notice;
}

static void test_schedule_is_kept_within_a_tenth(void **state)
{
	static const int64_t want_s[] = {0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
	for (int n = 0; n < 1000; n++) {
		struct uuid notice = some_notice(n);
		for (int attempt = 0; attempt < WEBHOOK_ATTEMPTS_MAX; attempt++) {
			int64_t got = webhook_pause_us(&notice, attempt), want = want_s[attempt] * US_PER_SECOND;
			if (got < want * 9 / 10 || got > want * 11 / 10)
				fail_msg("attempt %d: got %lld, want %lld +- 10 %%", attempt, (long long)got, (long long)want);
			assert_int_equal(got, webhook_pause_us(&notice, attempt));
		}
		assert_int_equal(webhook_pause_us(&notice, WEBHOOK_ATTEMPTS_MAX), -1);
		assert_int_equal(webhook_pause_us(&notice, -1), -1);
	}
}

static void test_jitter_spreads(void **state)
{
	int64_t least = INT64_MAX, most = 0;
	for (int n = 0; n < 1000; n++) {
		struct uuid notice = some_notice(n);
		int64_t pause = webhook_pause_us(&notice, 2);
		least = pause < least ? pause : least;
		most = pause > most ? pause : most;
	}
	assert_in_range(least, 270 * US_PER_SECOND, 272 * US_PER_SECOND);
	assert_in_range(most, 328 * US_PER_SECOND, 330 * US_PER_SECOND);
}

static void test_outcomes(void **state)
{
	static const struct {
		int status;
		enum attempt_outcome want;
	} cases[] = {
	    {0, ATTEMPT_FAILED},
	    {100, ATTEMPT_FAILED},
	    {200, ATTEMPT_DELIVERED},
	    {204, ATTEMPT_DELIVERED},
	    {299, ATTEMPT_DELIVERED},
	    {301, ATTEMPT_FAILED},
	    {302, ATTEMPT_FAILED},
	    {400, ATTEMPT_FAILED},
	    {404, ATTEMPT_FAILED},
	    {410, ATTEMPT_GONE},
	    {429, ATTEMPT_THROTTLED},
	    {500, ATTEMPT_FAILED},
	    {502, ATTEMPT_THROTTLED},
	    {503, ATTEMPT_THROTTLED},
	    {504, ATTEMPT_THROTTLED},
	    {999, ATTEMPT_FAILED},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (webhook_outcome(cases[i].status) != cases[i].want)
			fail_msg("%d: got %s, want %s", cases[i].status, attempt_outcome_name(webhook_outcome(cases[i].status)),
			    attempt_outcome_name(cases[i].want));
}

static void test_retry_after_is_obeyed_within_a_day(void **state)
{
	static const struct {
		enum attempt_outcome outcome;
		int64_t asked_s, want_s; /* want 0: the schedule's own pause */
	} cases[] = {
	    {ATTEMPT_THROTTLED, 3600, 3600},
	    {ATTEMPT_THROTTLED, 1, 0},
	    {ATTEMPT_THROTTLED, 999999999, WEBHOOK_RETRY_AFTER_MAX_S},
	    {ATTEMPT_FAILED, 3600, 0},
	};
	struct uuid notice = some_notice(7);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t got = webhook_wait_us(&notice, 1, cases[i].outcome, cases[i].asked_s * US_PER_SECOND);
		assert_int_equal(got, cases[i].want_s ? cases[i].want_s * US_PER_SECOND : webhook_pause_us(&notice, 1));
	}
	assert_int_equal(webhook_wait_us(&notice, 1, ATTEMPT_THROTTLED, -1), webhook_pause_us(&notice, 1));
	assert_int_equal(webhook_wait_us(&notice, WEBHOOK_ATTEMPTS_MAX, ATTEMPT_THROTTLED, 3600 * US_PER_SECOND), -1);
}

static struct webhook_notice example(void)
{
	return (struct webhook_notice){.notice_id = "019a4f00-0000-7000-8000-000000000001",
	    .event = "answer_asked",
	    .platform_id = "p1",
	    .order_id = "o-1",
	    .complaint_id = "019a4f00-0000-7000-8000-000000000002",
	    .recipient = "merchant",
	    .person_id = "m\"1",
	    .stage = "negotiating",
	    .language = "zh-CN",
	    .subject = "请答复",
	    .text = "您好\n<b>",
	    .sequence = 3,
	    .at_us = INT64_C(1793610000000000),
	    .due_us = INT64_C(1793696400000000),
	    .clock = "merchant_answer"};
}

static void test_body_is_as_standard_webhooks_has_it(void **state)
{
	struct arena *arena = arena_new(0);
	struct webhook_notice notice = example();
	json_t *body = json_loads(webhook_body(arena, &notice), 0, NULL);
	assert_non_null(body);
	assert_int_equal(json_object_size(body), 3);
	assert_string_equal(json_string_value(json_object_get(body, "type")), "ombud.answer_asked");
	assert_string_equal(json_string_value(json_object_get(body, "timestamp")), "2026-11-02T09:00:00Z");
	json_t *data = json_object_get(body, "data");
	assert_string_equal(json_string_value(json_object_get(data, "person_id")), "m\"1");
	assert_string_equal(json_string_value(json_object_get(data, "text")), "您好\n<b>");
	assert_string_equal(json_string_value(json_object_get(data, "due_at")), "2026-11-03T09:00:00Z");
	assert_int_equal(json_integer_value(json_object_get(data, "sequence")), 3);
	json_decref(body);
	arena_free(arena);
}

static void test_a_body_stays_below_its_bound(void **state)
{
	struct arena *arena = arena_new(0);
	struct webhook_notice notice = example();
	char *text = arena_alloc(arena, 60001);
	for (int i = 0; i < 20000; i++)
		memcpy(text + 3 * i, i % 7 ? "中" : "\"\"\n", 3);
	notice.text = text;
	const char *body = webhook_body(arena, &notice);
	assert_in_range(strlen(body), WEBHOOK_BODY_MAX / 2, WEBHOOK_BODY_MAX - 1);
	json_t *json = json_loads(body, 0, NULL);
	assert_non_null(json);
	json_decref(json);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_schedule_is_kept_within_a_tenth),
	    cmocka_unit_test(test_jitter_spreads),
	    cmocka_unit_test(test_outcomes),
	    cmocka_unit_test(test_retry_after_is_obeyed_within_a_day),
	    cmocka_unit_test(test_body_is_as_standard_webhooks_has_it),
	    cmocka_unit_test(test_a_body_stays_below_its_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
