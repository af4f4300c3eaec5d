/* A complaint's beginning: with and without its order, repeats, ids, refusals. */
#include "common/base/instant.h"
#include "tests/unit/history.h"

/* ---- orders ---- */

static void complaint_before_its_order(void **state)
{
	say(filing(ID));
	want_stage(ID, STAGE_AWAITING_ORDER);
	assert_null(last.told[0].event->order);
	record_order();
	want_stage(ID, STAGE_FILED);
	assert_ptr_equal(last.told[0].event->order, &paid_order);
	assert_string_equal(get(ID)->merchant_id, "shop");
	assert_int_equal(last.told[0].event->cause, CAUSE_ORDER_RECORDED);
}

static void order_that_does_not_allow_it_rejects(void **state)
{
	struct event event = filing(ID);
	event.complainant_id = "somebody";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	say(event);
	record_order();
	want_stage(ID, STAGE_REJECTED);
	assert_string_equal(last.told[0].event->code, refusal_code(REFUSAL_NOT_YOUR_ORDER));
}

static void order_never_recorded(void **state)
{
	say(filing(ID));
	be_silent(SILENCE_GROUND_ORDER_NEVER_RECORDED);
	want_stage(ID, STAGE_REJECTED);
}

static void older_facts_never_overwrite(void **state)
{
	record_order();
	struct order_facts older = paid_order;
	older.total.minor_units = 1;
	struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order = &older;
	event.occurred_at_us = now_us - 1;
	say(event);
	want_refused(REFUSAL_ORDER_OUTDATED); /* what is ignored is not told as accepted */
	assert_int_equal(count_told(EVENT_REFUSED), 1);
	assert_string_equal(last.told[0].event->refused_type, "ombud.inbox.v1.OrderRecorded");
	assert_ptr_equal(dossier.order, &paid_order);
}

/* One fact of the order: received so many seconds after the test began, said to have occurred then. sent_on: by another shard,
 * which had received it then; here it comes a second later. Returns whether it is what is known of the order now. */
struct fact {
	double received, occurred;
	bool sent_on;
	bool newest; /* wanted */
};

static void say_facts(const char *name, const struct fact *facts, int count)
{
	static struct order_facts told[8];
	int64_t begin_us = now_us;
	dossier = (struct dossier){.platform_id = "p", .order_id = "o"};
	for (int i = 0; i < count; i++) {
		struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
		int64_t received_us = begin_us + (int64_t)(facts[i].received * (double)US_PER_SECOND);
		told[i] = paid_order;
		told[i].total.minor_units = i + 1;
		event.order = &told[i];
		event.occurred_at_us = begin_us + (int64_t)(facts[i].occurred * (double)US_PER_SECOND);
		now_us = received_us + (facts[i].sent_on ? US_PER_SECOND : 0);
		last = (struct turn){.arena = arena,
		    .dossier = &dossier,
		    .event = &event,
		    .now_us = now_us,
		    .limits = &limits,
		    .windows = &windows,
		    .received_us = facts[i].sent_on ? received_us : 0};
		complaint_decide(&last);
		if ((dossier.order->total.minor_units == i + 1) != facts[i].newest)
			fail_msg("%s: fact %d is%s taken", name, i, facts[i].newest ? " not" : "");
		if ((last.outcome == TURN_DONE) != facts[i].newest)
			fail_msg("%s: fact %d is told as %s", name, i, last.outcome == TURN_DONE ? "accepted" : "refused");
	}
	now_us = begin_us;
}

#define YEARS (365 * 86400.0)
static void no_fact_is_later_than_its_receipt(void **state)
{
	static const struct {
		const char *name;
		struct fact facts[5];
		int count;
	} rows[] = {
	    {"by their own times", {{10, 5, 0, 1}, {11, 4, 0, 0}, {12, 6, 0, 1}, {13, 6, 0, 1}}, 4},
	    {"of the year 2126, then true ones", {{10, 100 * YEARS, 0, 1}, {11, 10.5, 0, 1}, {12, 11, 0, 1}}, 3},
	    {"true, of 2126, true in whole seconds and said before", {{5, 4, 0, 1}, {10.3, 100 * YEARS, 0, 1}, {10.4, 10, 0, 1}},
		3},
	    {"of 2126, then what is older than a true one before it",
		{{5, 4, 0, 1}, {10, 100 * YEARS, 0, 1}, {11, 3, 0, 0}, {12, 5, 0, 1}}, 4},
	    {"Beijing time labelled Z", {{10, 10 + 28800, 0, 1}, {11, 11 + 28800, 0, 1}, {11.2, 11 + 28800, 0, 1}}, 3},
	    {"Beijing time labelled Z between true ones",
		{{10, 9, 0, 1}, {11, 11 + 28800, 0, 1}, {12, 11.5, 0, 1}, {13, 13 + 28800, 0, 1}}, 4},
	    {"a clock that is a little ahead, and a true one", {{10, 11.5, 0, 1}, {11, 10.9, 0, 1}, {12, 13.5, 0, 1}}, 3},
	    {"... and what was said an hour before", {{10, 10.004, 0, 1}, {11, -3590, 0, 0}, {12, 10.5, 0, 1}}, 3},
	    {"... after what was said an hour before", {{9, 9, 0, 1}, {10, 11, 0, 1}, {11, -3590, 0, 0}, {12, 9.5, 0, 1}}, 4},
	    {"the older was misplaced and comes last", {{10.003, 10.001, 0, 1}, {10.002, 10, 1, 0}}, 2},
	    {"... its shard read later than this one", {{10.003, 10.001, 0, 1}, {10.050, 10, 1, 0}}, 2},
	    {"... by a clock a little ahead", {{10.003, 10.501, 0, 1}, {10.050, 10.5, 1, 0}}, 2},
	    {"... by a clock that is ahead of this shard's reading only", {{10.003, 10.004, 0, 1}, {10.050, 10, 1, 0}}, 2},
	    {"... by Beijing time labelled Z", {{10.003, 28810.001, 0, 1}, {10.050, 28810, 1, 0}}, 2},
	    {"the newer was misplaced and comes last", {{10, 9, 0, 1}, {10.001, 10, 1, 1}}, 2},
	    {"misplaced, and of 2126", {{10, 9, 0, 1}, {9.5, 100 * YEARS, 1, 1}, {12, 10.5, 0, 1}}, 3},
	    {"misplaced, of 2126, first received before", {{10, 9.8, 0, 1}, {9.5, 100 * YEARS, 1, 0}}, 2},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		say_facts(rows[i].name, rows[i].facts, rows[i].count);
}

/* A window that ends with the year 2141 has no end. */
static void no_time_said_moves_a_window(void **state)
{
	struct order_facts facts = paid_order;
	facts.status = ORDER_STATUS_COMPLETED;
	facts.receipt_confirmed_at_us = now_us + 100 * 365 * US_PER_DAY;
	facts.promised_at_us = now_us + US_PER_DAY;
	struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order = &facts;
	say(event);
	assert_int_equal(last.times_later, 1);
	assert_int_equal(dossier.order->receipt_confirmed_at_us, now_us);
	assert_int_equal(dossier.order->promised_at_us, now_us + US_PER_DAY);
	event = filing(ID);
	event.occurred_at_us = now_us + 20 * US_PER_DAY;
	say(event);
	want_stage(ID, STAGE_FILED); /* not past the window because somebody's calendar is */
	assert_int_equal(get(ID)->complained_at_us, now_us);
	now_us += 16 * US_PER_DAY;
	event = filing(ID2);
	event.type = COMPLAINT_TYPE_DEFECTIVE;
	say(event);
	want_stage(ID2, STAGE_MANUAL_ADMISSION);
}

static void past_the_window_a_person_decides(void **state)
{
	struct order_facts old = paid_order;
	old.status = ORDER_STATUS_COMPLETED;
	old.receipt_confirmed_at_us = now_us - 16 * US_PER_DAY;
	dossier.order = &old;
	say(filing(ID));
	want_stage(ID, STAGE_MANUAL_ADMISSION);
	struct event event = said(EVENT_ADMISSION_GIVEN, ACTOR_KIND_PLATFORM_PERSON, ID);
	event.admitted = true;
	say(event);
	want_stage(ID, STAGE_FILED);
	assert_ptr_equal(last.told[0].event->order, &old);
}

static void not_admitted_or_nobody_decided(void **state)
{
	struct order_facts old = paid_order;
	old.status = ORDER_STATUS_COMPLETED;
	old.receipt_confirmed_at_us = now_us - 16 * US_PER_DAY;
	dossier.order = &old;
	say(filing(ID));
	say_plain(EVENT_ADMISSION_GIVEN, ACTOR_KIND_PLATFORM_PERSON);
	want_stage(ID, STAGE_REJECTED);
	struct event second = filing(ID2);
	say(second);
	struct event silent = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID2);
	silent.ground = SILENCE_GROUND_ADMISSION_SILENT;
	say(silent);
	want_stage(ID2, STAGE_FILED);
}

/* ---- repeats and ids ---- */

static void a7_a_repeat_joins(void **state)
{
	record_order();
	say(filing(ID));
	struct event again = filing(ID2);
	again.channel = CHANNEL_HOTLINE;
	say(again);
	assert_null(get(ID2));
	assert_int_equal(get(ID)->repeats, 1);
	assert_int_equal(last.told[0].event->stage, last.told[0].event->stage_before);
	assert_string_equal(last.told[0].event->complaint_id, ID);
	assert_int_equal(last.told[0].event->cause, CAUSE_COMPLAINT_FILED);
}

static void another_fault_or_item_or_an_ended_one_does_not_join(void **state)
{
	record_order();
	say(filing(ID));
	struct event other = filing(ID2);
	other.type = COMPLAINT_TYPE_DEFECTIVE;
	say(other);
	want_stage(ID2, STAGE_FILED);
	struct event item = filing(ID3);
	item.item_id = "i1";
	say(item);
	want_stage(ID3, STAGE_FILED);
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_COMPLAINANT);
	say(filing("01890000-0000-7000-8000-000000000004"));
	want_stage("01890000-0000-7000-8000-000000000004", STAGE_FILED);
}

static void m5_without_a_type_only_the_same_words_join(void **state)
{
	record_order();
	struct event event = filing(ID);
	event.type = COMPLAINT_TYPE_UNSPECIFIED;
	event.statement.text = "no key came";
	say(event);
	struct event other = event;
	other.complaint_id = ID2;
	other.statement.text = "";
	say(other);
	want_stage(ID2, STAGE_FILED);
	event.complaint_id = ID3;
	say(event);
	assert_null(get(ID3));
	assert_int_equal(get(ID)->repeats, 1);
}

static void an_id_is_taken_once(void **state)
{
	record_order();
	say(filing(ID));
	struct event other = filing(ID);
	other.type = COMPLAINT_TYPE_DEFECTIVE;
	say(other);
	want_refused(REFUSAL_COMPLAINT_ID_TAKEN);
	struct event event = filing(ID2);
	last = (struct turn){.arena = arena,
	    .dossier = &dossier,
	    .event = &event,
	    .now_us = now_us,
	    .limits = &limits,
	    .windows = &windows,
	    .id_taken = true};
	complaint_decide(&last);
	want_refused(REFUSAL_COMPLAINT_ID_TAKEN);
	assert_null(last.complaint);
	assert_int_equal(last.told[0].sequence, 0);
}

/* ---- refusals ---- */

static void filing_refused(void **state)
{
	record_order();
	struct event event = filing(ID);
	event.complainant_id = event.actor.id = "somebody";
	event.language = "zh-CN";
	say(event);
	want_refused(REFUSAL_NOT_YOUR_ORDER);
	assert_string_equal(last.told[0].event->code, "not_your_order");
	assert_string_equal(
	    last.told[0].event->complaint_id, ""); /* nothing was filed: the id that it would have got is nobody's */
	assert_string_equal(last.told[0].event->refused_event_id, "1");
	assert_int_equal(last.told[0].sequence, 0);
	event = filing(ID);
	event.actor.kind = ACTOR_KIND_MERCHANT_PERSON;
	say(event);
	want_refused(REFUSAL_WRONG_PARTY);
	event = filing(ID);
	event.actor.id = "somebody";
	say(event);
	want_refused(REFUSAL_NOT_YOUR_COMPLAINT);
	assert_int_equal(dossier.complaints_count, 0);
}

/* A platform has types of its own, and each type its code; what was filed with a code keeps it. */
static void A3_a_type_has_its_platforms_code(void **state)
{
	types = (struct type_codes){.own = {{"account_recovered", "999999999"}}, .own_count = 1};
	snprintf(types.codes[COMPLAINT_TYPE_DELIVERED_LATE], TYPE_CODE_SIZE, "123456789");
	record_order();
	struct event event = filing(ID);
	event.type = COMPLAINT_TYPE_OTHER;
	event.custom_type = "account_recovered";
	say(event);
	assert_string_equal(get(ID)->standard_code, "999999999");
	struct event found = said(EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, ID);
	found.type = COMPLAINT_TYPE_DELIVERED_LATE;
	found.policy_id = "standard";
	found.first_answer = PARTY_MERCHANT;
	found.tier = TIER_STANDARD;
	say(found);
	assert_string_equal(get(ID)->standard_code, "123456789");
	get(ID)->standard_code = "555555555"; /* as if it had been filed with it */
	found.type = COMPLAINT_TYPE_OTHER;
	say(found);
	assert_string_equal(get(ID)->standard_code, "555555555");
	types = (struct type_codes){.own_count = 0};
}

static void A3_a_code_that_is_filed_stays(void **state)
{
	snprintf(types.codes[COMPLAINT_TYPE_DELIVERED_LATE], TYPE_CODE_SIZE, "123456789");
	record_order();
	struct event event = filing(ID);
	event.type = COMPLAINT_TYPE_DELIVERED_LATE;
	event.standard_code = "010203040";
	say(event);
	assert_string_equal(get(ID)->standard_code, "010203040");
	types = (struct type_codes){.own_count = 0};
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(complaint_before_its_order),
	    HISTORY_TEST(order_that_does_not_allow_it_rejects),
	    HISTORY_TEST(order_never_recorded),
	    HISTORY_TEST(older_facts_never_overwrite),
	    HISTORY_TEST(no_fact_is_later_than_its_receipt),
	    HISTORY_TEST(no_time_said_moves_a_window),
	    HISTORY_TEST(past_the_window_a_person_decides),
	    HISTORY_TEST(not_admitted_or_nobody_decided),
	    HISTORY_TEST(a7_a_repeat_joins),
	    HISTORY_TEST(another_fault_or_item_or_an_ended_one_does_not_join),
	    HISTORY_TEST(m5_without_a_type_only_the_same_words_join),
	    HISTORY_TEST(A3_a_type_has_its_platforms_code),
	    HISTORY_TEST(A3_a_code_that_is_filed_stays),
	    HISTORY_TEST(an_id_is_taken_once),
	    HISTORY_TEST(filing_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
