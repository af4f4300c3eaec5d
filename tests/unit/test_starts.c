/* What escalation says when a fact starts clocks: one message for all of them, before whatever else is told of them. The batch and
 * the versions are stood in for here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "services/escalation/escalation.h"
#include "tests/unit/clocks.h"

#define MONDAY (4 * US_PER_DAY) /* 1970-01-05 00:00 */
#define NINE (MONDAY + 9 * US_PER_HOUR)

enum { DAYS = 300, TOLD_SIZE = 4096 };

static struct fixture {
	struct policy_set *set;
	struct calendar *calendar;
	struct escalation_memory memory;
	struct batch batch;
	struct item item;
	struct known known;
	char told[TOLD_SIZE];
	int64_t sequence;
} f;

/* ---- what stands in ---- */

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	size_t used = strlen(f.told);
	va_list list;
	va_start(list, format);
	vsnprintf(f.told + used, sizeof(f.told) - used, format, list);
	va_end(list);
}

/* "clocks_started first_response 1 elapsed 7200000000 warned 2, end_to_end ..." */
int64_t batch_emit(struct batch *batch, struct item *item, const struct emission *emission)
{
	const struct event *event = emission->event;
	assert_int_equal(emission->sequence, ++f.sequence);
	assert_string_equal(emission->topic, "ombud.escalation.v1");
	assert_string_equal(event->order_id, "o-1");
	note("%s", event_type_short_name(event->type_id));
	for (size_t i = 0; i < event->clocks_count; i++) {
		const struct started_clock *clock = &event->clocks[i];
		enum clock_effect_kind effect = clock->clock == CLOCK_END_TO_END ? CLOCK_EFFECT_STATUTORY : CLOCK_EFFECT_PROMISED;
		assert_true(clock->due_at_us > clock->started_at_us);
		assert_int_equal(clock->must_act, clock_rule(clock->clock)->owner);
		assert_int_equal(clock->silence, clock_rule(clock->clock)->silence);
		assert_int_equal(clock->policy_version, 1);
		assert_string_equal(clock->calendar_id, "cn");
		assert_int_equal(clock->effect, effect);
		assert_string_equal(clock->basis, clock->effect == CLOCK_EFFECT_STATUTORY ? "law" : "");
		note("%s %s %d %s %lld %s warned %zu", i ? "," : "", clock_kind_name(clock->clock), clock->cycle,
		    target_unit_name(clock->target.unit), (long long)clock->target.amount, clock->policy_id, clock->warn_at_count);
	}
	note("%s%s\n", event->clock ? " " : "", event->clock ? clock_kind_name(event->clock) : "");
	return f.sequence;
}

void batch_arm(struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind, int64_t version)
{
}
void batch_disarm(struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind)
{
}

void batch_put_off(struct batch *batch, struct item *item, const char *what)
{
	fail_msg("put off: %s", what);
}

const void *daemon_version(const struct daemon *daemon, int32_t number)
{
	assert_int_equal(number, 1);
	return f.set;
}

const struct policy_set *terms_policies(const struct terms *terms)
{
	return (const void *)terms;
}

const struct calendar *versions_calendar(const struct versions *versions, int32_t number)
{
	return f.calendar;
}

/* ---- a complaint to which facts come ---- */

static int setup(void **unused)
{
	memset(&f, 0, sizeof(f));
	f.set = shipped_policies();
	f.calendar = weekdays(DAYS);
	for (int i = 0; i < f.set->policies_count; i++) {
		struct policy_clock *clock = &f.set->policies[i].clocks[CLOCK_END_TO_END];
		clock->effect = CLOCK_EFFECT_STATUTORY;
		snprintf(clock->basis, sizeof(clock->basis), "law");
	}
	f.memory.facts = store_fact_rows_new();
	f.batch = (struct batch){.memory = &f.memory, .arena = arena_new(0), .now_us = NINE};
	f.item = (struct item){.kind = ITEM_RECORD, .trace = "", .slot = &f.known};
	f.known.batch = &f.batch;
	f.known.board.arena = f.batch.arena;
	f.known.row.order_id = f.known.row.platform_id = f.known.row.policy_named = "";
	f.known.row.policy_version = 1;
	f.known.row.calendar = "cn";
	f.known.row.calendar_version = 1;
	return 0;
}

static int teardown(void **unused)
{
	pg_rows_free(f.memory.facts);
	arena_free(f.batch.arena);
	calendar_free(f.calendar);
	free(f.set);
	return 0;
}

static void take(struct event event, int64_t at_us)
{
	event.platform_id = "cards";
	event.order_id = "o-1";
	event.occurred_at_us = at_us;
	f.item.event = &event;
	escalation_decide(&f.batch, &f.item);
	assert_int_equal(f.memory.starts_count, 0); /* nothing is left over */
}

static void changed(enum stage stage, int64_t at_us)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.stage = stage;
	take(event, at_us);
}

static void triaged(const char *policy_id, int64_t at_us)
{
	struct event event = event_empty(EVENT_COMPLAINT_TRIAGED);
	event.policy_id = policy_id;
	take(event, at_us);
}

static void expect_told(const char *want)
{
	assert_string_equal(f.told, want);
	f.told[0] = '\0';
}

#define FILED                                                                   \
	"clocks_started first_response 1 elapsed 7200000000 standard warned 2," \
	" end_to_end 1 business_days 7 standard warned 2\n"

static void one_fact_one_message(void **unused)
{
	changed(STAGE_FILED, NINE);
	expect_told(FILED);
	changed(STAGE_FILED, NINE + 1); /* somebody said something: it starts nothing */
	expect_told("");
}

static void what_ends_is_told_before_what_starts(void **unused)
{
	changed(STAGE_NEGOTIATING, NINE);
	expect_told("clocks_started merchant_answer 1 elapsed 86400000000 standard warned 2\n");
	changed(STAGE_PLATFORM_REVIEW, NINE + 1);
	expect_told("clock_cancelled merchant_answer\n"
		    "clocks_started final_decision 1 elapsed 86400000000 standard warned 2\n");
}

/* Triage's fact was read first: its policy moves a clock that has only just begun. Whoever reads hears of the beginning first, with
 * the due instant that it had. */
static void a_start_is_told_before_what_becomes_of_it(void **unused)
{
	triaged("platform_fault", NINE);
	expect_told("");
	changed(STAGE_FILED, NINE);
	expect_told(FILED "deadline_changed first_response\n");
}

/* Each clock has its own history. */
static void every_clock_notes_its_start(void **unused)
{
	changed(STAGE_FILED, NINE);
	for (int i = 0; i < f.known.board.clocks_count; i++)
		assert_non_null(strstr(f.known.board.clocks[i]->steps_json, "\"what\":\"clock_started\""));
	assert_int_equal(f.known.board.clocks_count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_fact_one_message),
	    TEST(what_ends_is_told_before_what_starts),
	    TEST(a_start_is_told_before_what_becomes_of_it),
	    TEST(every_clock_notes_its_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
