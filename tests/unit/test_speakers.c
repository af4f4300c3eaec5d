/* The table of who may say what, held against tests/lib/speakers.txt, which was written by hand; and what is behind its cells. Run
 * from the top of the sources. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/speakers.h"
#include "tests/unit/history.h"

#define MATRIX "tests/lib/speakers.txt"

static const struct column {
	const char *name;
	enum actor_kind kind;
	const char *id;
} columns[] = {
    {"buyer", ACTOR_KIND_COMPLAINANT, "buyer"},
    {"buyer.other", ACTOR_KIND_COMPLAINANT, "buyer2"},
    {"buyer.nameless", ACTOR_KIND_COMPLAINANT, ""},
    {"shop", ACTOR_KIND_MERCHANT_PERSON, "shop"},
    {"shop.other", ACTOR_KIND_MERCHANT_PERSON, "shop2"},
    {"shop.nameless", ACTOR_KIND_MERCHANT_PERSON, ""},
    {"bot", ACTOR_KIND_MERCHANT_PROGRAM, "shop"},
    {"bot.other", ACTOR_KIND_MERCHANT_PROGRAM, "shop2"},
    {"bot.nameless", ACTOR_KIND_MERCHANT_PROGRAM, ""},
    {"agent", ACTOR_KIND_PLATFORM_PERSON, "agent"},
    {"backend", ACTOR_KIND_PLATFORM_PROGRAM, ""},
    {"lab", ACTOR_KIND_INSPECTOR, "lab"},
    {"ombud", ACTOR_KIND_OMBUD, ""},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), WORDS_MAX = COLUMNS + 2 };

static int words_of(char *line, char *words[WORDS_MAX + 1])
{
	char *rest = NULL;
	int count = 0;
	for (char *word = strtok_r(line, " \n", &rest); word && count <= WORDS_MAX; word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	return count;
}

/* Whoever speaks about a person speaks about himself, but for the "other" columns. */
static struct event cell_event(enum event_type type, const struct column *column)
{
	struct event event = said(type, column->kind, ID);
	bool merchant = column->kind == ACTOR_KIND_MERCHANT_PERSON || column->kind == ACTOR_KIND_MERCHANT_PROGRAM;
	event.actor.id = column->id;
	event.complainant_id = "buyer";
	event.person_id = merchant ? "shop" : column->kind == ACTOR_KIND_INSPECTOR ? "lab" : "buyer";
	event.order = &paid_order;
	return event;
}

/* What a whole turn says: "yes" too for what the stage, and not the speaker, stands in the way of. */
static const char *cell_got(enum event_type type, const struct column *column)
{
	struct event event = cell_event(type, column);
	bool about_order = event_type_is_inbox(type) && type != EVENT_CONTACT_SET && type != EVENT_PREFERENCES_SET;
	if (type == EVENT_COMPLAINT_FILED)
		event.complaint_id = "";
	event.occurred_at_us = now_us;
	say(event);
	bool speaker =
	    speaker_refusal(last.refusal) || last.refusal == REFUSAL_NEEDS_PLATFORM || last.refusal == REFUSAL_NOT_AVAILABLE;
	assert_true(about_order || last.outcome == TURN_DONE || speaker);
	return last.outcome == TURN_REFUSED && speaker ? refusal_code(last.refusal) : "yes";
}

static enum event_type type_named(const char *name)
{
	char full[100];
	snprintf(full, sizeof(full), "ombud.inbox.v1.%s", name);
	return event_type_by_name(full);
}

static void check_row(int line, char *words[], int count, bool seen[EVENT_TYPE_COUNT])
{
	enum event_type type = type_named(words[0]);
	if (type == EVENT_NONE || seen[type])
		fail_msg("%s:%d: %s is no message of the inbox, or stands twice", MATRIX, line, words[0]);
	assert_int_equal(count, WORDS_MAX);
	seen[type] = true;
	for (int i = 0; i < COLUMNS; i++) {
		history_teardown(NULL);
		history_setup(NULL);
		come_to_negotiating();
		get(ID)->inspector_id = "lab"; /* as if it had been there */
		const char *got = cell_got(type, &columns[i]);
		if (strcmp(got, words[i + 2]) != 0)
			fail_msg("%s:%d: %s by %s: got %s, want %s", MATRIX, line, words[0], columns[i].name, got, words[i + 2]);
	}
}

static void the_table_is_the_one_written_by_hand(void **state)
{
	bool seen[EVENT_TYPE_COUNT] = {false}, head = false;
	char line[1000], *words[WORDS_MAX + 1];
	FILE *file = fopen(MATRIX, "re");
	assert_non_null(file);
	for (int number = 1; fgets(line, sizeof(line), file); number++) {
		int count = words_of(line, words);
		if (count == 0 || words[0][0] == '#')
			continue;
		if (head) {
			check_row(number, words, count, seen);
			continue;
		}
		head = true;
		assert_int_equal(count, WORDS_MAX);
		for (int i = 0; i < COLUMNS; i++)
			assert_string_equal(words[i + 2], columns[i].name);
	}
	fclose(file);
	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		if (event_type_is_inbox(type) && !seen[type])
			fail_msg("%s: %s has no row", MATRIX, event_type_name(type));
}

/* ---- what is behind the cells ---- */

static enum refusal say_as(enum event_type type, enum actor_kind kind, const char *id)
{
	struct event event = said(type, kind, ID);
	event.actor.id = id;
	say(event);
	return last.outcome == TURN_REFUSED ? last.refusal : REFUSAL_NONE;
}

/* Of an order of two merchants only the one complained about has sold. */
static void only_who_sold_the_item_is_its_merchant(void **state)
{
	struct order_item lines[] = {paid_order.items[0], paid_order.items[1]};
	struct order_facts order = paid_order;
	lines[1].merchant_id = "shop2";
	order.items = lines;
	struct event recorded = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
	recorded.order = &order;
	say(recorded);
	struct event filed = filing(ID);
	filed.item_id = "i2";
	say(filed);
	assert_int_equal(say_as(EVENT_MESSAGE_POSTED, ACTOR_KIND_MERCHANT_PERSON, "shop"), REFUSAL_NOT_YOUR_SALE);
	assert_int_equal(say_as(EVENT_MESSAGE_POSTED, ACTOR_KIND_MERCHANT_PERSON, "shop2"), REFUSAL_NONE);
}

/* Before the order comes nobody has sold anything. */
static void nobody_sold_an_order_that_is_not_known(void **state)
{
	say(filing(ID));
	want_stage(ID, STAGE_AWAITING_ORDER);
	assert_int_equal(say_as(EVENT_MESSAGE_POSTED, ACTOR_KIND_MERCHANT_PERSON, "shop"), REFUSAL_NOT_YOUR_SALE);
	assert_int_equal(say_as(EVENT_MESSAGE_POSTED, ACTOR_KIND_MERCHANT_PERSON, ""), REFUSAL_SPEAKER_UNNAMED);
	assert_int_equal(say_as(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT, "buyer"), REFUSAL_NONE);
}

/* A stranger learns nothing of the stage: he is refused as that, whatever the stage allows. */
static void a_stranger_is_refused_before_the_stage_is_looked_at(void **state)
{
	come_to_review();
	assert_int_equal(say_as(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT, "buyer2"), REFUSAL_NOT_YOUR_COMPLAINT);
	assert_int_equal(say_as(EVENT_OFFER_ACCEPTED, ACTOR_KIND_COMPLAINANT, "buyer"), REFUSAL_NOT_POSSIBLE_NOW);
}

/* Seen: "platform" evidence of the complainant's, and the merchant was not asked. */
static void evidence_is_supplied_by_its_speaker(void **state)
{
	static const struct {
		enum actor_kind kind;
		enum party said, want;
	} rows[] = {
	    {ACTOR_KIND_COMPLAINANT, PARTY_PLATFORM, PARTY_COMPLAINANT},
	    {ACTOR_KIND_COMPLAINANT, PARTY_UNSPECIFIED, PARTY_COMPLAINANT},
	    {ACTOR_KIND_MERCHANT_PERSON, PARTY_COMPLAINANT, PARTY_MERCHANT},
	    {ACTOR_KIND_MERCHANT_PROGRAM, PARTY_LOGISTICS, PARTY_MERCHANT},
	    {ACTOR_KIND_PLATFORM_PERSON, PARTY_COMPLAINANT, PARTY_COMPLAINANT},
	    {ACTOR_KIND_PLATFORM_PROGRAM, PARTY_LOGISTICS, PARTY_LOGISTICS},
	};
	come_to_negotiating();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence piece = {
		    .evidence_id = "e", .kind = "photo", .uri = "https://x", .media_type = "", .supplied_by = rows[i].said};
		struct event event = said(EVENT_EVIDENCE_ADDED, rows[i].kind, ID);
		event.evidence = &piece;
		event.evidence_count = 1;
		say(event);
		assert_int_equal(last.outcome, TURN_DONE);
		assert_int_equal(last.told[0].event->said->evidence[0].supplied_by, rows[i].want);
		assert_int_equal(get(ID)->evidence[i].supplied_by, rows[i].want);
		assert_int_equal(piece.supplied_by, rows[i].said);
	}
}

/* Seen: his own order with a hundred times its total, and a refund refused a moment before then passes. */
static void only_the_platform_speaks_about_orders(void **state)
{
	come_to_review();
	struct order_facts dear = paid_order;
	struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_COMPLAINANT, "");
	dear.total.minor_units *= 100;
	event.order = &dear;
	now_us++;
	event.occurred_at_us = now_us;
	say(event);
	want_refused(REFUSAL_WRONG_PARTY);
	assert_int_equal(dossier.order->total.minor_units, paid_order.total.minor_units);
	assert_int_equal(remedies_check(&dossier, get(ID), refund(10001, "CNY", ""), 1), REFUSAL_EXCEEDS_ORDER);
}

/* A complainant whose id is a merchant's sets nobody's contacts but a complainant's. */
static void contacts_are_those_of_ones_own_side(void **state)
{
	struct event event = said(EVENT_CONTACT_SET, ACTOR_KIND_COMPLAINANT, "");
	event.order_id = "";
	event.actor.id = event.person_id = "shop";
	event.party = PARTY_MERCHANT;
	say(event);
	want_refused(REFUSAL_NOT_YOUR_SETTINGS);
	assert_int_equal(count_told(EVENT_REFUSED), 1);
	assert_string_equal(last.told[0].event->order_id, "");
	event.party = PARTY_COMPLAINANT;
	say(event);
	assert_int_equal(last.outcome, TURN_DONE);
}

static void each_message_is_found_by_its_name(void **state)
{
	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		assert_int_equal(event_type_by_name(event_type_name(type)), type);
	assert_int_equal(event_type_by_name(""), EVENT_NONE);
	assert_int_equal(event_type_by_name("ombud.inbox.v1.ComplaintFile"), EVENT_NONE);
	assert_int_equal(event_type_by_name("ombud.inbox.v1.ComplaintFiledX"), EVENT_NONE);
	assert_int_equal(event_type_by_name("zzz"), EVENT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(the_table_is_the_one_written_by_hand),
	    HISTORY_TEST(only_who_sold_the_item_is_its_merchant),
	    HISTORY_TEST(nobody_sold_an_order_that_is_not_known),
	    HISTORY_TEST(a_stranger_is_refused_before_the_stage_is_looked_at),
	    HISTORY_TEST(evidence_is_supplied_by_its_speaker),
	    HISTORY_TEST(only_the_platform_speaks_about_orders),
	    HISTORY_TEST(contacts_are_those_of_ones_own_side),
	    cmocka_unit_test(each_message_is_found_by_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
