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
	assert_string_equal(last.told[0].event->cause, "order_recorded");
}

static void order_that_does_not_allow_it_rejects(void **state)
{
	struct event event = filing(ID);
	event.complainant_id = "somebody";
	event.actor.kind = ACTOR_KIND_PLATFORM_PROGRAM;
	say(event);
	record_order();
	want_stage(ID, STAGE_REJECTED);
	assert_string_equal(last.told[0].event->text, refusal_sentence(REFUSAL_NOT_YOUR_ORDER, ""));
}

static void order_never_recorded(void **state)
{
	say(filing(ID));
	be_silent(STEP_IN_GROUND_ORDER_NEVER_RECORDED);
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
	assert_int_equal(last.outcome, TURN_DONE);
	assert_ptr_equal(dossier.order, &paid_order);
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
	struct event silent = said(EVENT_STEP_IN_REQUESTED, ACTOR_KIND_OMBUD, ID2);
	silent.ground = STEP_IN_GROUND_ADMISSION_SILENT;
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
	assert_string_equal(last.told[0].event->cause, "complaint_filed");
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
	last = (struct turn){
	    .arena = arena, .dossier = &dossier, .event = &event, .now_us = now_us, .limits = &limits, .id_taken = true};
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
	event.complainant_id = "somebody";
	event.language = "zh-CN";
	say(event);
	want_refused(REFUSAL_NOT_YOUR_ORDER);
	assert_string_equal(last.told[0].event->code, "not_your_order");
	assert_string_equal(last.told[0].event->sentence, refusal_sentence(REFUSAL_NOT_YOUR_ORDER, "zh-CN"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(complaint_before_its_order),
	    HISTORY_TEST(order_that_does_not_allow_it_rejects),
	    HISTORY_TEST(order_never_recorded),
	    HISTORY_TEST(older_facts_never_overwrite),
	    HISTORY_TEST(past_the_window_a_person_decides),
	    HISTORY_TEST(not_admitted_or_nobody_decided),
	    HISTORY_TEST(a7_a_repeat_joins),
	    HISTORY_TEST(another_fault_or_item_or_an_ended_one_does_not_join),
	    HISTORY_TEST(m5_without_a_type_only_the_same_words_join),
	    HISTORY_TEST(an_id_is_taken_once),
	    HISTORY_TEST(filing_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
