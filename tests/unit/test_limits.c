/* The table of limits, and counting against it. */
#include <stdlib.h>

#include "common/base/instant.h"
#include "common/base/text_file.h"
#include "common/model/limits.h"
#include "tests/unit/check.h"

static struct arena *arena;

static int setup(void **state)
{
	arena = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

/* One line a limit: the table says what it says. */
static void every_limit_is_as_documented(void **state)
{
	static const struct {
		enum limit limit;
		const char *name;
		int most;
		int64_t window_us;
		enum limit_beyond beyond;
		const char *code;
	} want[] = {
	    {LIMIT_AMENDMENTS, "amendments", 20, 0, LIMIT_REFUSE, "too_many_amendments"},
	    {LIMIT_COMPLAINTS, "complaints", 100, 0, LIMIT_REFUSE, "too_many_complaints"},
	    {LIMIT_COUNTER_OFFERS, "counter_offers", 2, 0, LIMIT_REFUSE, "too_many_counter_offers"},
	    {LIMIT_DEAD_LETTERS, "dead_letters", 60, US_PER_MINUTE, LIMIT_COUNT_ON, "too_many_dead_letters"},
	    {LIMIT_DECISIONS, "decisions", 50, 0, LIMIT_REFUSE, "too_many_decisions"},
	    {LIMIT_ENDPOINT_QUEUE, "endpoint_queue", 1000, 0, LIMIT_DEFER, ""},
	    {LIMIT_ERASURES, "erasures", 1, 0, LIMIT_COALESCE, ""},
	    {LIMIT_EVIDENCE, "evidence", 200, 0, LIMIT_REFUSE, "too_much_evidence"},
	    {LIMIT_FILED_AGAIN, "filed_again", 50, 0, LIMIT_REFUSE, "filed_too_often"},
	    {LIMIT_INQUIRIES, "inquiries", 20, 0, LIMIT_REFUSE, "too_many_inquiries"},
	    {LIMIT_INSPECTIONS, "inspections", 5, 0, LIMIT_REFUSE, "too_many_inspections"},
	    {LIMIT_LINE, "line", 1, 0, LIMIT_DEFER, ""},
	    {LIMIT_MESSAGES, "messages", 60, US_PER_HOUR, LIMIT_REFUSE, "too_many_messages"},
	    {LIMIT_REFUSALS, "refusals", 20, US_PER_HOUR, LIMIT_COUNT_ON, "too_many_refusals"},
	    {LIMIT_REMARKS, "remarks", 300, US_PER_HOUR, LIMIT_REFUSE, "too_many_remarks"},
	    {LIMIT_SETTINGS, "settings", 60, US_PER_HOUR, LIMIT_REFUSE, "too_many_changes"},
	    {LIMIT_SETTLEMENTS, "settlements", 10, 0, LIMIT_REFUSE, "too_many_settlements"},
	    {LIMIT_TAKE_UP, "take_up", 100, 0, LIMIT_DEFER, ""},
	    {LIMIT_URGES, "urges", 200, 0, LIMIT_REFUSE, "urged_too_soon"},
	    {LIMIT_WAITING, "waiting", 500, 0, LIMIT_REFUSE, "too_many_waiting"},
	};
	assert_int_equal(sizeof want / sizeof *want, LIMIT_COUNT - 1);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const struct limit_row *row = limit_row(want[i].limit);
		assert_string_equal(row->name, want[i].name);
		assert_int_equal(row->most, want[i].most);
		assert_int_equal(row->window_us, want[i].window_us);
		assert_int_equal(row->beyond, want[i].beyond);
		assert_string_equal(refusal_code(row->refusal), want[i].code);
		assert_true(row->what[0] != 0);
		if (row->refusal)
			assert_int_equal(limit_by_refusal(row->refusal), want[i].limit);
	}
}

/* Only what is refused or told once may be a platform's own: how the engine works is not. */
static void figures_of_a_platform(void **state)
{
	struct limit_figures figures = limit_figures_standard;
	struct limit_uses uses = {NULL, 0, false};
	assert_int_equal(limit_most(&figures, LIMIT_MESSAGES), 60);
	figures.most[LIMIT_MESSAGES] = 2;
	assert_int_equal(limit_most(&figures, LIMIT_MESSAGES), 2);
	assert_int_equal(limit_most(&figures, LIMIT_EVIDENCE), 200);
	assert_true(limit_room(&figures, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 2, 1));
	assert_false(limit_room(&figures, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 3, 1));
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++) {
		const struct limit_row *row = limit_row((enum limit)i);
		bool refuses = row->beyond == LIMIT_REFUSE || row->beyond == LIMIT_COUNT_ON;
		assert_int_equal(limit_is_platforms((enum limit)i), refuses && i != LIMIT_DEAD_LETTERS);
	}
}

static void nobody_uses_up_another_ones(void **state)
{
	struct limit_uses uses = {0};
	assert_true(limit_room(NULL, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 60, 1));
	assert_false(limit_room(NULL, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 61, 1));
	assert_int_equal(limit_take(arena, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 60, 1), 60);
	assert_false(limit_room(NULL, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 1, 2));
	assert_true(limit_room(NULL, &uses, LIMIT_MESSAGES, ACTOR_KIND_MERCHANT_PERSON, 60, 2));
	assert_true(limit_room(NULL, &uses, LIMIT_REMARKS, ACTOR_KIND_COMPLAINANT, 1, 2));
	limit_take(arena, &uses, LIMIT_SETTINGS, ACTOR_KIND_COMPLAINANT, 1, 2);
	assert_int_equal(limit_used(&uses, LIMIT_SETTINGS, ACTOR_KIND_PLATFORM_PERSON, 2), 1); /* a person's, whoever speaks */
}

static void a_window_begins_with_the_first(void **state)
{
	struct limit_uses uses = {0};
	limit_take(arena, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 60, 1000);
	assert_false(limit_room(NULL, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 1, 999 + US_PER_HOUR));
	assert_true(limit_room(NULL, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 60, 1000 + US_PER_HOUR));
	assert_int_equal(limit_take(arena, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 1, 1000 + US_PER_HOUR), 1);
}

static void counting_goes_on_beyond_and_back(void **state)
{
	struct limit_uses uses = {0};
	for (int i = 1; i <= 100; i++)
		assert_int_equal(limit_take(arena, &uses, LIMIT_REFUSALS, ACTOR_KIND_COMPLAINANT, 1, 5), i);
	limit_take(arena, &uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 2, 5);
	limit_give_back(&uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 1);
	assert_int_equal(limit_used(&uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 5), 1);
	limit_give_back(&uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 7);
	assert_int_equal(limit_used(&uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 5), 0);
	limit_take(arena, &uses, LIMIT_EVIDENCE, ACTOR_KIND_COMPLAINANT, INT32_MAX, 5);
	assert_int_equal(limit_take(arena, &uses, LIMIT_EVIDENCE, ACTOR_KIND_COMPLAINANT, 5, 5), INT32_MAX);
	assert_false(limit_room(NULL, &uses, LIMIT_EVIDENCE, ACTOR_KIND_COMPLAINANT, 1, 5));
	assert_false(limit_reached(NULL, LIMIT_DECISIONS, 49));
	assert_true(limit_reached(NULL, LIMIT_DECISIONS, 50));
}

static void as_text_and_back(void **state)
{
	struct limit_uses uses = {0}, back;
	limit_take(arena, &uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 3, 7);
	limit_take(arena, &uses, LIMIT_REFUSALS, ACTOR_KIND_UNSPECIFIED, 1, 8);
	limit_take(arena, &uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 12, 9);
	const char *text = limit_uses_text(arena, &uses, 10);
	assert_string_equal(text, "messages/complainant=3@7 refusals=1@8 waiting=12@9");
	limit_uses_read(arena, text, &back);
	assert_false(back.changed);
	assert_string_equal(limit_uses_text(arena, &back, 10), text);
	assert_string_equal(limit_uses_text(arena, &back, 10 + US_PER_HOUR), "waiting=12@9");
}

static void what_it_does_not_know_it_leaves_out(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"ladders=3@1 waiting=2@1", "waiting=2@1"},
	    {"waiting=2@1 messages/martian=3@7", "waiting=2@1"},
	    {"waiting", ""},
	    {"waiting=", ""},
	    {"waiting=2", ""},
	    {"=@ / =3@4 waiting=2@1", "waiting=2@1"},
	    {"messages/=3@7", ""},
	    {"waiting=-4@1", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct limit_uses uses;
		limit_uses_read(arena, rows[i].text, &uses);
		assert_string_equal(limit_uses_text(arena, &uses, 2), rows[i].want);
	}
}

/* What a publisher can run into stands in the contract, number for number. */
static void the_contract_tells_them(void **state)
{
	struct buf text = BUF_EMPTY;
	struct problems problems = {0};
	assert_true(text_file_read("proto/TERMS.md", 1 << 20, &text, &problems));
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++) {
		const struct limit_row *row = limit_row((enum limit)i);
		struct buf line = BUF_EMPTY;
		if (row->beyond == LIMIT_DEFER)
			continue; /* nobody sees it */
		buf_printf(&line, "| %s | %s | %d%s | %s | %s%s%s |\n", row->what, limit_of_name(row->of), (int)row->most,
		    row->window_us == US_PER_HOUR ? " an hour"
		    : row->window_us              ? " a minute"
						  : "",
		    limit_beyond_name(row->beyond), row->refusal ? "`" : "", refusal_code(row->refusal), row->refusal ? "`" : "");
		if (!strstr(buf_string(&text), buf_string(&line)))
			fail_msg("proto/TERMS.md wants the line: %s", buf_string(&line));
		buf_free(&line);
	}
	buf_free(&text);
}

/* However many have to wait: each a little behind the one before, none at once. */
static void what_is_deferred_comes_by_rank(void **state)
{
	int64_t turn_us = 0;
	for (int64_t i = 0; i < 1000; i++)
		assert_int_equal(limit_turn_us(&turn_us, 5000, 10), 5000 + i * 10);
	assert_int_equal(limit_turn_us(&turn_us, 5020, 10), 15000); /* of the next batch: behind them */
	assert_int_equal(limit_turn_us(&turn_us, 90000, 10), 90000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_limit_is_as_documented),
	    cmocka_unit_test(the_contract_tells_them),
	    cmocka_unit_test(what_is_deferred_comes_by_rank),
	    cmocka_unit_test_setup_teardown(figures_of_a_platform, setup, teardown),
	    cmocka_unit_test_setup_teardown(nobody_uses_up_another_ones, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_window_begins_with_the_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(counting_goes_on_beyond_and_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(as_text_and_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_it_does_not_know_it_leaves_out, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
