/* Who is told what: selection, what is remembered, and that every text can say by when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/model/lifecycle.h"
#include "common/model/notice.h"
#include "common/model/notice_text.h"

static struct notice_facts known(void)
{
	struct notice_facts facts = notice_facts_empty();
	facts.complaint_id = "019a4f00-0000-7000-8000-000000000002";
	facts.platform_id = "cards";
	facts.order_id = "o-1";
	facts.complainant_id = "buyer";
	facts.merchant_id = "shop";
	return facts;
}

static struct event changed(enum stage before, enum stage stage, enum cause cause)
{
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.platform_id = "cards";
	event.stage_before = before;
	event.stage = stage;
	event.cause = cause;
	return event;
}

static struct event clocked(enum event_type type, enum clock_kind clock, enum party must_act)
{
	struct event event = event_empty(type);
	event.platform_id = "cards";
	event.clock = clock;
	event.must_act = must_act;
	event.due_at_us = 1000;
	return event;
}

/* One of the clocks that a fact starts. */
static struct started_clock start(enum clock_kind clock, int64_t due_us)
{
	return (struct started_clock){.clock = clock, .cycle = 1, .due_at_us = due_us};
}

static struct event started(struct started_clock *clocks, size_t count)
{
	struct event event = event_empty(EVENT_CLOCKS_STARTED);
	event.clocks = clocks;
	event.clocks_count = count;
	return event;
}

/* "recipient:person:template ..." */
static const char *told(const struct notice_facts *facts, const struct event *event, char *text, size_t size)
{
	struct telling tellings[NOTICE_TELLINGS_MAX];
	int count = notice_select(facts, event, tellings);
	text[0] = '\0';
	for (int i = 0; i < count; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s%s:%s:%s", i ? " " : "", party_name(tellings[i].recipient),
		    tellings[i].person_id, tellings[i].template);
	return text;
}

static void check_told(const struct notice_facts *facts, const struct event *event, const char *want)
{
	char text[512];
	assert_string_equal(told(facts, event, text, sizeof text), want);
}

static void test_arrivals(void **state)
{
	static const struct {
		enum stage before, stage;
		enum cause cause;
		const char *want;
	} cases[] = {
	    {0, STAGE_FILED, CAUSE_COMPLAINT_FILED, "complainant:buyer:complaint_filed"},
	    {0, STAGE_AWAITING_ORDER, CAUSE_COMPLAINT_FILED, "complainant:buyer:order_awaited"},
	    {0, STAGE_MANUAL_ADMISSION, CAUSE_COMPLAINT_FILED,
		"complainant:buyer:admission_pending platform:cards:admission_needed"},
	    {STAGE_FILED, STAGE_TRIAGED, CAUSE_COMPLAINT_TRIAGED, ""},
	    {STAGE_TRIAGED, STAGE_NEGOTIATING, CAUSE_COMPLAINT_TRIAGED,
		"merchant:shop:answer_asked complainant:buyer:merchant_asked"},
	    {STAGE_NEGOTIATING, STAGE_MERCHANT_ANSWERED, CAUSE_ANSWER_GIVEN,
		"complainant:buyer:defence_given merchant:shop:answer_received"},
	    {STAGE_MERCHANT_ANSWERED, STAGE_NEGOTIATING, CAUSE_COUNTER_OFFER_MADE,
		"merchant:shop:counter_offer_made complainant:buyer:counter_offer_passed_on"},
	    {STAGE_NEGOTIATING, STAGE_MERCHANT_ANSWERED, CAUSE_COUNTER_OFFER_REFUSED,
		"complainant:buyer:counter_offer_refused merchant:shop:answer_received"},
	    {STAGE_NEGOTIATING, STAGE_PLATFORM_REVIEW, CAUSE_COUNTER_OFFER_REFUSED,
		"platform:cards:review_needed complainant:buyer:platform_steps_in merchant:shop:platform_steps_in"},
	    {STAGE_NEGOTIATING, STAGE_PLATFORM_REVIEW, CAUSE_SILENCE_REACHED,
		"platform:cards:review_needed complainant:buyer:platform_steps_in merchant:shop:platform_steps_in"},
	    {STAGE_PLATFORM_REVIEW, STAGE_DECIDED, CAUSE_DECISION_MADE, ""}, /* told with what follows from it */
	    {STAGE_DECIDED, STAGE_REMEDY_UNDER_WAY, CAUSE_REMEDY_ORDERED,
		"complainant:buyer:complaint_decided merchant:shop:complaint_decided"},
	    {STAGE_DECIDED, STAGE_CLOSED, CAUSE_DECISION_MADE,
		"complainant:buyer:complaint_decided merchant:shop:complaint_decided"},
	    {STAGE_MERCHANT_ANSWERED, STAGE_REMEDY_UNDER_WAY, CAUSE_OFFER_ACCEPTED,
		"complainant:buyer:remedy_under_way merchant:shop:remedy_under_way"},
	    {STAGE_AWAITING_CONFIRMATION, STAGE_CLOSED, CAUSE_RESOLUTION_CONFIRMED, "complainant:buyer:complaint_closed"},
	    {STAGE_FILED, STAGE_FILED, CAUSE_COMPLAINT_FILED, "complainant:buyer:complaint_joined"},
	    {STAGE_FILED, STAGE_FILED, CAUSE_COMPLAINT_URGED, "platform:cards:complaint_urged"},
	    {STAGE_FILED, STAGE_FILED, CAUSE_NOTICE_READ, ""},
	};
	struct notice_facts facts = known();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct event event = changed(cases[i].before, cases[i].stage, cases[i].cause);
		check_told(&facts, &event, cases[i].want);
	}
}

static void test_a_merchant_who_was_never_asked_does_not_hear_that_it_ended(void **state)
{
	struct notice_facts facts = known();
	struct event event = changed(STAGE_FILED, STAGE_WITHDRAWN, CAUSE_COMPLAINT_WITHDRAWN);
	check_told(&facts, &event, "complainant:buyer:complaint_withdrawn");
	facts.told[PARTY_MERCHANT] = 1;
	check_told(&facts, &event, "complainant:buyer:complaint_withdrawn merchant:shop:complaint_withdrawn");
}

static void test_an_offer_is_told_by_the_answer_or_by_the_actions(void **state)
{
	struct notice_facts facts = known();
	struct allowed_action accept = {PARTY_COMPLAINANT, ACTION_ACCEPT_OFFER, false, CLOCK_ANSWER_TO_OFFER, 0};
	struct event event = changed(STAGE_NEGOTIATING, STAGE_MERCHANT_ANSWERED, CAUSE_ANSWER_GIVEN);
	event.answer = ANSWER_OFFER;
	check_told(&facts, &event, "complainant:buyer:offer_made merchant:shop:answer_received");
	event.answer = ANSWER_UNSPECIFIED;
	event.actions = &accept;
	event.actions_count = 1;
	check_told(&facts, &event, "complainant:buyer:offer_made merchant:shop:answer_received");
}

static void test_clocks_reach_who_owes_and_who_waits(void **state)
{
	struct notice_facts facts = known();
	struct started_clock clock = start(CLOCK_MERCHANT_ANSWER, 1000);
	struct event begun = started(&clock, 1);
	struct event warned = clocked(EVENT_CLOCK_WARNED, CLOCK_MERCHANT_ANSWER, PARTY_MERCHANT);
	struct event breached = clocked(EVENT_CLOCK_BREACHED, CLOCK_MERCHANT_ANSWER, PARTY_MERCHANT);
	struct event lapsed = clocked(EVENT_CLOCK_BREACHED, CLOCK_CONFIRMATION, PARTY_COMPLAINANT);
	struct event unpaid = clocked(EVENT_CLOCK_WARNED, CLOCK_REMEDY_CARRIED_OUT, PARTY_BACKEND);
	check_told(&facts, &begun, "");
	check_told(&facts, &warned, "merchant:shop:clock_warned");
	check_told(&facts, &breached, "merchant:shop:clock_ran_out complainant:buyer:other_side_late");
	check_told(&facts, &lapsed, "complainant:buyer:clock_ran_out");
	check_told(&facts, &unpaid, "platform:cards:clock_warned");
}

/* At exactly due it is still in time. */
static void test_a_warning_is_over_after_its_due(void **state)
{
	struct event warned = clocked(EVENT_CLOCK_WARNED, CLOCK_MERCHANT_ANSWER, PARTY_MERCHANT);
	struct event breached = clocked(EVENT_CLOCK_BREACHED, CLOCK_MERCHANT_ANSWER, PARTY_MERCHANT);
	assert_false(notice_is_over(&warned, 1000));
	assert_true(notice_is_over(&warned, 1001));
	assert_false(notice_is_over(&breached, 1001));
}

static void test_a_ladder_reaches_its_role(void **state)
{
	struct notice_facts facts = known();
	struct event event = clocked(EVENT_LADDER_STEP_TAKEN, CLOCK_FINAL_DECISION, PARTY_PLATFORM);
	event.role = "supervisor";
	check_told(&facts, &event, "platform:supervisor:ladder_step_taken");
	event.role = "owner";
	check_told(&facts, &event, "platform:cards:ladder_step_taken");
	facts.owner_id = "agent-7";
	check_told(&facts, &event, "platform:agent-7:ladder_step_taken");
}

static void test_a_refusal_reaches_who_spoke(void **state)
{
	static const struct {
		const char *type;
		enum actor_kind actor;
		const char *want;
	} cases[] = {
	    {"ombud.inbox.v1.ComplaintFiled", 0, "complainant:buyer:event_refused"},
	    {"ombud.inbox.v1.AnswerGiven", 0, "merchant:shop:event_refused"},
	    {"ombud.inbox.v1.DecisionMade", 0, "platform:cards:event_refused"},
	    {"ombud.inbox.v1.EvidenceAdded", ACTOR_KIND_MERCHANT_PERSON, "merchant:shop:event_refused"},
	};
	struct notice_facts facts = known();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct event event = event_empty(EVENT_REFUSED);
		event.platform_id = "cards";
		event.refused_type = cases[i].type;
		event.actor.kind = cases[i].actor;
		check_told(&facts, &event, cases[i].want);
	}
}

/* A stranger's word about somebody's complaint is answered to the stranger, and teaches nothing. */
static void test_a_strangers_refusal_stays_his(void **state)
{
	struct arena *arena = arena_new(0);
	struct notice_facts facts = known();
	struct event event = event_empty(EVENT_REFUSED);
	facts.stage = STAGE_NEGOTIATING;
	event.platform_id = "cards";
	event.refused_type = "ombud.inbox.v1.OfferAccepted";
	event.actor = (struct actor){ACTOR_KIND_COMPLAINANT, "stranger", ""};
	event.complainant_id = "buyer";
	check_told(&facts, &event, "complainant:stranger:event_refused");
	event.complainant_id = "stranger";
	notice_facts_learn(arena, &facts, &event);
	assert_string_equal(facts.complainant_id, "buyer");
	arena_free(arena);
}

/* The step names the final decision; the policy may run another clock of the platform's. */
static void test_the_clock_that_runs_is_the_one_told(void **state)
{
	struct allowed_action decide = {PARTY_PLATFORM, ACTION_DECIDE, true, CLOCK_FINAL_DECISION, 0};
	struct notice_facts facts = known();
	struct event event = changed(STAGE_NEGOTIATING, STAGE_PLATFORM_REVIEW, CAUSE_SILENCE_REACHED);
	event.must_act = PARTY_PLATFORM;
	event.actions = &decide;
	event.actions_count = 1;
	assert_int_equal(notice_clock(&facts, &event), CLOCK_FINAL_DECISION);
	assert_true(notice_awaits_clock(&facts, &event));
	facts.due_us[CLOCK_END_TO_END] = 1;
	assert_true(notice_awaits_clock(&facts, &event));
	facts.due_us[CLOCK_PLATFORM_FAULT_MENDED] = 5;
	assert_int_equal(notice_clock(&facts, &event), CLOCK_PLATFORM_FAULT_MENDED);
	assert_false(notice_awaits_clock(&facts, &event));
	facts.due_us[CLOCK_FINAL_DECISION] = 4;
	assert_int_equal(notice_clock(&facts, &event), CLOCK_FINAL_DECISION);
}

static void test_D11_a_remedy_is_told_after_its_reasons(void **state)
{
	struct notice_facts facts = known();
	struct event ordered = event_empty(EVENT_REMEDY_ORDERED),
		     warned = clocked(EVENT_CLOCK_WARNED, CLOCK_APPEAL, PARTY_MERCHANT);
	facts.stage = STAGE_DECIDED;
	assert_true(notice_awaits_step(&facts, &ordered));
	assert_false(notice_awaits_step(&facts, &warned));
	facts.stage = STAGE_REMEDY_UNDER_WAY;
	assert_false(notice_awaits_step(&facts, &ordered));
	facts.stage = STAGE_CLOSED;
	assert_false(notice_awaits_step(&facts, &ordered));
}

static void test_nobody_is_told_without_a_name(void **state)
{
	struct notice_facts facts = notice_facts_empty();
	struct event event = changed(STAGE_TRIAGED, STAGE_NEGOTIATING, CAUSE_COMPLAINT_TRIAGED);
	check_told(&facts, &event, "");
}

static void test_facts_are_the_same_in_any_order_of_topics(void **state)
{
	struct arena *arena = arena_new(0);
	struct event filed = changed(0, STAGE_FILED, CAUSE_COMPLAINT_FILED), triaged = event_empty(EVENT_COMPLAINT_TRIAGED);
	struct started_clock clocks[] = {start(CLOCK_FIRST_RESPONSE, 1000), start(CLOCK_END_TO_END, 2000)};
	struct event begun = started(clocks, 2);
	const struct event *const events[] = {&filed, &triaged, &begun};
	static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	filed.complainant_id = "buyer";
	filed.language = "en";
	triaged.type = COMPLAINT_TYPE_CARD_KEY_INVALID;
	triaged.owner_id = "agent-7";
	for (size_t i = 0; i < 6; i++) {
		struct notice_facts facts = notice_facts_empty();
		for (int k = 0; k < 3; k++)
			notice_facts_learn(arena, &facts, events[orders[i][k]]);
		assert_string_equal(facts.complainant_id, "buyer");
		assert_string_equal(facts.owner_id, "agent-7");
		assert_string_equal(facts.language, "en");
		assert_int_equal(facts.stage, STAGE_FILED);
		assert_int_equal(facts.type, COMPLAINT_TYPE_CARD_KEY_INVALID);
		assert_int_equal(facts.due_us[CLOCK_FIRST_RESPONSE], 1000);
		assert_int_equal(facts.due_us[CLOCK_END_TO_END], 2000);
		assert_int_equal(facts.due_us[CLOCK_UNSPECIFIED], 0);
	}
	arena_free(arena);
}

static void test_a_clock_that_ends_leaves_no_due(void **state)
{
	static const enum event_type ends[] = {EVENT_CLOCK_MET, EVENT_CLOCK_CANCELLED, EVENT_CLOCK_PAUSED};
	struct arena *arena = arena_new(0);
	struct started_clock clocks[] = {start(CLOCK_END_TO_END, 2000), start(CLOCK_APPEAL, 1000)};
	struct event begun = started(clocks, 2);
	for (size_t i = 0; i < 3; i++) {
		struct notice_facts facts = known();
		struct event end = clocked(ends[i], CLOCK_APPEAL, PARTY_COMPLAINANT);
		if (end.type_id == EVENT_CLOCK_PAUSED)
			end.due_at_us = 0; /* it has one where it goes on */
		notice_facts_learn(arena, &facts, &begun);
		assert_int_equal(facts.due_us[CLOCK_APPEAL], 1000);
		notice_facts_learn(arena, &facts, &end);
		assert_int_equal(facts.due_us[CLOCK_APPEAL], 0);
		assert_int_equal(facts.due_us[CLOCK_END_TO_END], 2000); /* the other one runs on */
	}
	arena_free(arena);
}

/* Both sides are told that a clock stands still, that it does not though it was to, and when it goes on; of the whole way's clock
 * only when it goes on. */
static void test_P7_a_pause_is_told_to_both_sides(void **state)
{
	static const struct {
		enum event_type type;
		enum clock_kind clock;
		int64_t due_us, before_us;
		enum cause cause;
		const char *told;
	} rows[] = {
	    {EVENT_CLOCK_PAUSED, CLOCK_FINAL_DECISION, 0, 1000, CAUSE_EVIDENCE_REQUESTED,
		"complainant:buyer:clock_paused merchant:shop:clock_paused"},
	    {EVENT_CLOCK_PAUSED, CLOCK_FINAL_DECISION, 1000, 1000, CAUSE_PAUSE_CAPPED,
		"complainant:buyer:clock_paused merchant:shop:clock_paused"},
	    {EVENT_CLOCK_PAUSED, CLOCK_FINAL_DECISION, 1000, 1000, CAUSE_EVIDENCE_REQUESTED, ""}, /* its ladder only */
	    {EVENT_CLOCK_PAUSED, CLOCK_END_TO_END, 0, 1000, CAUSE_EVIDENCE_REQUESTED, ""},
	    {EVENT_CLOCK_RESUMED, CLOCK_END_TO_END, 2000, 1000, CAUSE_EVIDENCE_ADDED,
		"complainant:buyer:deadline_changed merchant:shop:deadline_changed"},
	    {EVENT_CLOCK_RESUMED, CLOCK_FINAL_DECISION, 2000, 1000, CAUSE_PAUSE_CAPPED,
		"complainant:buyer:deadline_changed merchant:shop:deadline_changed"},
	    {EVENT_CLOCK_RESUMED, CLOCK_FINAL_DECISION, 1000, 1000, CAUSE_EVIDENCE_ADDED, ""},
	};
	struct notice_facts facts = known();
	facts.told[PARTY_MERCHANT] = 1;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event event = clocked(rows[i].type, rows[i].clock, PARTY_COMPLAINANT);
		event.due_at_us = rows[i].due_us;
		event.due_at_before_us = rows[i].before_us;
		event.cause = rows[i].cause;
		check_told(&facts, &event, rows[i].told);
	}
}

/* C11: how the platform watches itself is told to it alone: no letter, no name, no instant to anybody else. */
static void test_an_internal_clock_is_told_to_the_platform_only(void **state)
{
	static const struct {
		enum event_type type;
		const char *open, *internal;
	} rows[] = {
	    {EVENT_CLOCK_WARNED, "platform:cards:clock_warned", "platform:cards:clock_warned"},
	    {EVENT_CLOCK_BREACHED, "platform:cards:clock_ran_out complainant:buyer:other_side_late",
		"platform:cards:clock_ran_out"},
	    {EVENT_CLOCK_PAUSED, "complainant:buyer:clock_paused", ""},
	    {EVENT_CLOCK_RESUMED, "complainant:buyer:deadline_changed", ""},
	    {EVENT_DEADLINE_CHANGED, "complainant:buyer:deadline_changed", ""},
	    {EVENT_BREACH_WITHDRAWN, "complainant:buyer:breach_withdrawn", ""},
	};
	struct arena *arena = arena_new(0);
	struct notice_facts open = known(), internal = known();
	struct started_clock clock = start(CLOCK_FINAL_DECISION, 1000);
	struct event begun = started(&clock, 1);
	clock.effect = CLOCK_EFFECT_PROMISED;
	notice_facts_learn(arena, &open, &begun);
	clock.effect = CLOCK_EFFECT_INTERNAL;
	notice_facts_learn(arena, &internal, &begun);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event event = clocked(rows[i].type, CLOCK_FINAL_DECISION, PARTY_PLATFORM);
		event.due_at_before_us = 500;
		if (event.type_id == EVENT_CLOCK_PAUSED)
			event.due_at_us = 0;
		check_told(&open, &event, rows[i].open);
		check_told(&internal, &event, rows[i].internal);
		assert_int_equal(notice_due_told(&internal, &event, PARTY_PLATFORM), 1000);
		assert_int_equal(notice_due_told(&internal, &event, PARTY_COMPLAINANT), 0);
		assert_int_equal(notice_clock_told(&internal, &event, PARTY_COMPLAINANT), CLOCK_UNSPECIFIED);
		assert_int_equal(notice_clock_told(&open, &event, PARTY_COMPLAINANT), CLOCK_FINAL_DECISION);
	}

	struct event moved = clocked(EVENT_DEADLINE_CHANGED, CLOCK_FINAL_DECISION, PARTY_PLATFORM);
	moved.due_at_us = 900;
	moved.effect = CLOCK_EFFECT_PROMISED; /* by another policy */
	notice_facts_learn(arena, &internal, &moved);
	check_told(&internal, &moved, "complainant:buyer:deadline_changed");
	assert_int_equal(notice_due_told(&internal, &moved, PARTY_COMPLAINANT), 900);
	arena_free(arena);
}

/* One letter tells all that a mass move has done; a pause, an extension, our own delay keep theirs. */
static void test_N6_what_moves_with_many_is_told_together(void **state)
{
	struct notice_facts facts = known();
	struct event event = clocked(EVENT_DEADLINE_CHANGED, CLOCK_MERCHANT_ANSWER, PARTY_MERCHANT);
	for (int cause = 0; cause < CAUSE_POLICY_MOVED; cause++) {
		bool joins = cause == CAUSE_POLICY_CHANGED || cause == CAUSE_CALENDAR_CORRECTED;
		event.cause = (enum cause)cause;
		assert_int_equal(notice_joins(&event), joins);
		check_told(&facts, &event,
		    joins ? "complainant:buyer:deadlines_moved merchant:shop:deadlines_moved"
			  : "complainant:buyer:deadline_changed merchant:shop:deadline_changed");
	}
	event.type_id = EVENT_CLOCK_RESUMED;
	event.cause = CAUSE_POLICY_CHANGED;
	assert_false(notice_joins(&event));
	assert_int_equal(notice_recipients("deadlines_moved"), 1u << PARTY_COMPLAINANT | 1u << PARTY_MERCHANT);
}

static void test_an_id_differs_by_every_part(void **state)
{
	struct arena *arena = arena_new(0);
	struct event a = event_empty(EVENT_CLOCK_WARNED), b = a;
	a.source = b.source = "/ombud/escalation";
	a.event_id = "1-1";
	b.event_id = "1-2";
	const char *base = notice_identity(arena, "c", &a, PARTY_MERCHANT, NOTICE_CHANNEL_WEBHOOK, "x");
	assert_string_equal(base, notice_identity(arena, "c", &a, PARTY_MERCHANT, NOTICE_CHANNEL_WEBHOOK, "x"));
	assert_string_not_equal(base, notice_identity(arena, "d", &a, PARTY_MERCHANT, NOTICE_CHANNEL_WEBHOOK, "x"));
	assert_string_not_equal(base, notice_identity(arena, "c", &b, PARTY_MERCHANT, NOTICE_CHANNEL_WEBHOOK, "x"));
	assert_string_not_equal(base, notice_identity(arena, "c", &a, PARTY_PLATFORM, NOTICE_CHANNEL_WEBHOOK, "x"));
	assert_string_not_equal(base, notice_identity(arena, "c", &a, PARTY_MERCHANT, NOTICE_CHANNEL_INBOX, "x"));
	assert_string_not_equal(base, notice_identity(arena, "c", &a, PARTY_MERCHANT, NOTICE_CHANNEL_WEBHOOK, "y"));
	arena_free(arena);
}

static const char *no_words(const char *group, const char *name, void *context)
{
	return NULL;
}

/* A deadline as people are told it: the absolute instant, the zone, the clock's name; in two zones. */
static void test_D7_an_instant_has_its_zone(void **state)
{
	struct arena *arena = arena_new(0);
	struct notice_language shanghai = {no_words, NULL, "en", "Asia/Shanghai"},
			       new_york = {no_words, NULL, "en", "America/New_York"};
	int64_t at_us = INT64_C(1793610000000000); /* 2026-11-02T09:00:00Z */
	assert_string_equal(notice_text_instant(arena, &shanghai, at_us), "2026-11-02 17:00 (UTC+08:00)");
	assert_string_equal(notice_text_instant(arena, &new_york, at_us), "2026-11-02 04:00 (UTC-05:00)");
	arena_free(arena);
}

static void test_the_vocabulary(void **state)
{
	static const char *const good[] = {"due", "because.answer_given", "ran_out.appeal", "outcome.baseless",
	    "recipient.merchant", "remedy.amount", "stage_is.closed", "."};
	static const char *const bad[] = {"dew", "because.nothing", "ran_out.", "statement", "complainant_id", "recipient"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!notice_text_knows(good[i]))
			fail_msg("%s: not known", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (notice_text_knows(bad[i]))
			fail_msg("%s: known", bad[i]);
}

/* Said within a stage, and told to nobody on purpose: it is read where the complaint is read. */
static const enum event_type quiet[] = {EVENT_ANSWER_GIVEN, EVENT_NOTICE_READ};

static bool is_quiet(enum event_type type)
{
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
		if (quiet[i] == type)
			return true;
	return false;
}

/* A message that moves no complaint has a row that tells it, or stands among the quiet ones. */
static void test_every_message_has_a_decision_about_its_notices(void **state)
{
	const struct life_row *rows;
	size_t count = life_rows(&rows);
	for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
		bool stays = false;
		for (size_t i = 0; i < count; i++)
			stays =
			    stays || (rows[i].event == (enum event_type)type && !rows[i].later && rows[i].to == STAGE_UNSPECIFIED);
		bool told = notice_tells_cause(cause_of_event((enum event_type)type));
		if (event_type_is_inbox((enum event_type)type) && stays && told == is_quiet((enum event_type)type))
			fail_msg("%s: nobody has decided whether somebody is told, or it is told and among the quiet",
			    event_type_name((enum event_type)type));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_arrivals),
	    cmocka_unit_test(test_a_merchant_who_was_never_asked_does_not_hear_that_it_ended),
	    cmocka_unit_test(test_an_offer_is_told_by_the_answer_or_by_the_actions),
	    cmocka_unit_test(test_clocks_reach_who_owes_and_who_waits),
	    cmocka_unit_test(test_a_warning_is_over_after_its_due),
	    cmocka_unit_test(test_a_ladder_reaches_its_role),
	    cmocka_unit_test(test_a_refusal_reaches_who_spoke),
	    cmocka_unit_test(test_a_strangers_refusal_stays_his),
	    cmocka_unit_test(test_the_clock_that_runs_is_the_one_told),
	    cmocka_unit_test(test_D11_a_remedy_is_told_after_its_reasons),
	    cmocka_unit_test(test_nobody_is_told_without_a_name),
	    cmocka_unit_test(test_every_message_has_a_decision_about_its_notices),
	    cmocka_unit_test(test_facts_are_the_same_in_any_order_of_topics),
	    cmocka_unit_test(test_a_clock_that_ends_leaves_no_due),
	    cmocka_unit_test(test_P7_a_pause_is_told_to_both_sides),
	    cmocka_unit_test(test_an_internal_clock_is_told_to_the_platform_only),
	    cmocka_unit_test(test_N6_what_moves_with_many_is_told_together),
	    cmocka_unit_test(test_an_id_differs_by_every_part),
	    cmocka_unit_test(test_D7_an_instant_has_its_zone),
	    cmocka_unit_test(test_the_vocabulary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
