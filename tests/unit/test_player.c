/* The player's plan, its books of clocks, and which complaints it finds in files like Olist's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/arena.h"
#include "common/base/instant.h"

#include "common/model/law.h"
#include "common/platform/bundle_read.h"
#include "common/platform/law_file.h"

#include "services/player/grounds.h"
#include "services/player/olist.h"
#include "services/player/plan.h"
#include "services/player/play.h"
#include "services/player/tally.h"

static void test_the_plan_goes_by_time_then_by_planning(void **state)
{
	static struct input inputs[200];
	struct plan plan = {0};
	int64_t at_us = 0;
	uint64_t place = 0;
	for (int i = 0; i < 200; i++) {
		inputs[i].at_us = i * 7919 % 50;
		plan_add(&plan, &inputs[i]);
	}
	for (int i = 0; i < 200; i++) {
		struct input *input = plan_take(&plan);
		assert_non_null(input);
		assert_true(i == 0 || input->at_us > at_us || (input->at_us == at_us && input->place > place));
		at_us = input->at_us;
		place = input->place;
	}
	assert_null(plan_take(&plan));
	plan_free(&plan);
}

/* What the player's parties give as grounds is what the shipped platforms ask for. */
static void test_grounds_are_by_the_shipped_criteria(void **state)
{
	struct arena *arena = arena_new(0);
	struct bundle files = {.arena = arena};
	struct problems problems = {0};
	assert_true(bundle_read_folder(&files, "deploy/platforms/default", &problems));
	for (int round = 0; round < 2; round++) {
		struct law_file *file = law_file_new(&files, &problems);
		assert_non_null(file);
		for (int type = 0; type < COMPLAINT_TYPE_COUNT; type++)
			assert_int_equal(law_check_grounds(law_file_law(file), (enum complaint_type)type, instant_wall_us(),
					     player_grounds(arena, (enum complaint_type)type, "found"), NULL, NULL),
			    REFUSAL_NONE);
		law_file_free(file);
		assert_true(bundle_read_folder(&files, "deploy/platforms/cards", &problems));
	}
	arena_free(arena);
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void forget(const char *folder)
{
	static const char *const names[] = {"orders.csv", "items.csv", "payments.csv", "reviews.csv"};
	char path[256];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static const char orders_csv[] =
    "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
    "order_delivered_customer_date,order_estimated_delivery_date\n"
    "fine,c1,delivered,2018-01-01 10:00:00,2018-01-01 10:10:00,2018-01-02 00:00:00,2018-01-05 12:00:00,2018-01-09 00:00:00\n"
    "late,c2,delivered,2018-01-01 10:00:00,,,2018-01-09 00:00:01,2018-01-09 00:00:00\n"
    "gone,c3,canceled,2018-01-01 10:00:00,,,,2018-01-09 00:00:00\n"
    "bad,c4,delivered,2018-01-01 10:00:00,,,2018-01-20 00:00:00,2018-01-09 00:00:00\n"
    "meh,c5,delivered,2018-01-01 10:00:00,,,2018-01-08 00:00:00,2018-01-09 00:00:00\n"
    "fine,c1,canceled,2018-01-01 10:00:00,,,,2018-01-09 00:00:00\n";
static const char items_csv[] = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n"
				"late,1,p1,s1,,10.5,1\nlate,2,p2,s2,,20,1\nbad,1,p1,s1,,144.0,8\nnobody,1,p1,s1,,1,1\n";
static const char reviews_csv[] =
    "review_id,order_id,review_score,review_comment_title,review_comment_message,review_creation_date,review_answer_timestamp\n"
    "r1,bad,1,Title,\"two\nlines\",2018-01-10 00:00:00,2018-01-11 08:00:00\n"
    "r1,bad,2,,earlier,2018-01-08 00:00:00,2018-01-09 08:00:00\n"
    "r2,meh,2,,,2018-01-09 00:00:00,\n"
    "r3,fine,5,,good,2018-01-09 00:00:00,2018-01-10 00:00:00\n"
    "r4,nobody,1,,x,2018-01-09 00:00:00,\n";

static const struct want_row {
	const char *order;
	enum olist_cause cause;
	const char *filed;
	int score;
	const char *words;
} want_rows[] = {
    {"fine", OLIST_NONE, "", 0, ""},
    {"late", OLIST_LATE, "2018-01-10T00:00:00Z", 0, ""},
    {"gone", OLIST_CANCELLED, "2018-01-09T00:00:00Z", 0, ""},
    {"bad", OLIST_REVIEW, "2018-01-08T00:00:00Z", 2, "earlier"},
    {"meh", OLIST_REVIEW, "2018-01-09T00:00:00Z", 2, ""},
};

static void test_the_earliest_complaint_of_an_order(void **state)
{
	char folder[] = "/tmp/test_player.XXXXXX", text[INSTANT_TEXT_SIZE];
	struct arena *arena = arena_new(0);
	struct olist_order *orders;
	size_t count = 0;
	assert_non_null(mkdtemp(folder));
	put(folder, "orders.csv", orders_csv);
	put(folder, "items.csv", items_csv);
	put(folder, "reviews.csv", reviews_csv); /* payments are missing */
	assert_true(olist_read(arena, folder, &orders));
	for (struct olist_order *order = orders; order; order = order->hh.next, count++) {
		const struct want_row *want = &want_rows[count];
		assert_string_equal(order->order_id, want->order);
		assert_int_equal(order->cause, want->cause);
		assert_int_equal(order->score, want->score);
		assert_string_equal(order->words, want->words);
		if (want->cause != OLIST_NONE)
			assert_string_equal(instant_format(order->filed_us, text), want->filed);
	}
	assert_int_equal(count, sizeof(want_rows) / sizeof(want_rows[0]));
	assert_true(orders->hh.next != NULL && ((struct olist_order *)orders->hh.next)->several_merchants);
	HASH_CLEAR(hh, orders);
	arena_free(arena);
	forget(folder);
}

static void test_without_orders_there_is_nothing_to_play(void **state)
{
	struct arena *arena = arena_new(0);
	struct olist_order *orders;
	assert_false(olist_read(arena, "/nonexistent", &orders));
	arena_free(arena);
}

static void test_each_clock_that_a_fact_starts_is_in_the_books(void **state)
{
	struct started_clock clocks[] = {{.clock = CLOCK_FIRST_RESPONSE, .cycle = 1, .due_at_us = 1000},
	    {.clock = CLOCK_END_TO_END, .cycle = 2, .due_at_us = 2000}};
	struct event fact = event_empty(EVENT_CLOCKS_STARTED);
	static struct tally tally;
	static struct life life;
	fact.clocks = clocks;
	fact.clocks_count = 2;
	tally_fact(&tally, &fact);
	life_note(NULL, &life, &fact);
	assert_int_equal(tally.told[EVENT_CLOCKS_STARTED], 1);
	assert_int_equal(life.clocks_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tally.clocks[clocks[i].clock].started, 1);
		assert_int_equal(life.clocks[i].kind, clocks[i].clock);
		assert_int_equal(life.clocks[i].cycle, clocks[i].cycle);
		assert_int_equal(life.clocks[i].due_us, clocks[i].due_at_us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grounds_are_by_the_shipped_criteria),
	    cmocka_unit_test(test_the_plan_goes_by_time_then_by_planning),
	    cmocka_unit_test(test_the_earliest_complaint_of_an_order),
	    cmocka_unit_test(test_each_clock_that_a_fact_starts_is_in_the_books),
	    cmocka_unit_test(test_without_orders_there_is_nothing_to_play),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
