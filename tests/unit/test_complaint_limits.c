/* Intake's limits: one test a limit that it keeps; what happens beyond is what the table (limits.c) says. */
#include <string.h>

#include "common/base/instant.h"
#include "tests/unit/history.h"

static void want_hit(enum limit limit)
{
	if (!(last.hits >> limit & 1))
		fail_msg("limit %s was not hit: %x", limit_name(limit), last.hits);
}

static void want_within(int count, const char *what)
{
	if (last.outcome != TURN_DONE)
		fail_msg("%s %d: refused as %s", what, count, refusal_code(last.refusal));
}

static void file_one(void)
{
	record_order();
	say(filing(ID));
	want_stage(ID, STAGE_FILED);
}

static void messages_of_one_speaker(void **state)
{
	file_one();
	for (int i = 0; i < 60; i++) {
		say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT);
		want_within(i, "message");
	}
	say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_TOO_MANY_MESSAGES);
	want_hit(LIMIT_MESSAGES);
	say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_MERCHANT_PERSON);
	want_within(1, "the other party's message");
	now_us += US_PER_HOUR;
	say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT);
	want_within(61, "message of the next hour");
	assert_true(get(ID)->uses.changed);
}

/* A platform's own figures stand in the place of the table's; what it does not name is the table's. */
static void a_platform_has_its_own_figures(void **state)
{
	const struct limit_figures before = limits;
	limits.most[LIMIT_MESSAGES] = 2;
	limits.urge_cooldown_us = 0;
	file_one();
	for (int i = 0; i < 2; i++) {
		say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT);
		want_within(i, "message");
		say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
		want_within(i, "urge");
	}
	say_plain(EVENT_MESSAGE_POSTED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_TOO_MANY_MESSAGES);
	assert_int_equal(last.told[0].event->refused_most, 2);
	limits.amend_us = US_PER_HOUR;
	now_us += US_PER_HOUR + 1;
	struct event amended = said(EVENT_COMPLAINT_AMENDED, ACTOR_KIND_COMPLAINANT, ID);
	amended.statement.text = "other";
	say(amended);
	want_refused(REFUSAL_AMENDED_TOO_LATE);
	limits = before;
	say(amended);
	want_within(1, "amendment");
}

static void add_pieces(int count, enum actor_kind who)
{
	static struct evidence pieces[50];
	struct event event = said(EVENT_EVIDENCE_ADDED, who, ID);
	event.evidence = pieces;
	event.evidence_count = (size_t)count;
	say(event);
}

static void evidence_of_one_speaker(void **state)
{
	file_one();
	for (int i = 0; i < 4; i++)
		add_pieces(i ? 50 : 49, ACTOR_KIND_COMPLAINANT);
	want_within(199, "piece");
	add_pieces(2, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_TOO_MUCH_EVIDENCE);
	want_hit(LIMIT_EVIDENCE);
	assert_int_equal(get(ID)->evidence_count, 199); /* all or nothing */
	add_pieces(1, ACTOR_KIND_COMPLAINANT);
	want_within(200, "piece");
	now_us += 3 * US_PER_HOUR;
	add_pieces(1, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_TOO_MUCH_EVIDENCE);
	add_pieces(50, ACTOR_KIND_MERCHANT_PERSON);
	want_within(250, "the other party's piece");
	struct event again = filing("");
	again.evidence = (struct evidence[1]){{0}};
	again.evidence_count = 1;
	say(again);
	want_refused(REFUSAL_TOO_MUCH_EVIDENCE); /* by whatever event it comes */
}

static void amendments_of_one_complaint(void **state)
{
	file_one();
	for (int i = 0; i < 20; i++) {
		say_plain(EVENT_COMPLAINT_AMENDED, ACTOR_KIND_COMPLAINANT);
		want_within(i, "amendment");
	}
	say_plain(EVENT_COMPLAINT_AMENDED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_TOO_MANY_AMENDMENTS);
	want_hit(LIMIT_AMENDMENTS);
}

static void urges_of_one_complaint(void **state)
{
	file_one();
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_URGED_TOO_SOON);
	want_hit(LIMIT_URGES);
	get(ID)->urges = 199;
	now_us += US_PER_HOUR;
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	want_within(200, "urge");
	now_us += US_PER_HOUR;
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	want_refused(REFUSAL_URGED_TOO_SOON);
}

static void filings_that_join(void **state)
{
	file_one();
	for (int i = 0; i < 50; i++) {
		say(filing(""));
		want_within(i, "filing");
		assert_int_equal(dossier.complaints_count, 1);
	}
	say(filing(""));
	want_refused(REFUSAL_FILED_TOO_OFTEN);
	want_hit(LIMIT_FILED_AGAIN);
	assert_ptr_equal(last.complaint, get(ID)); /* the refusal is told on the complaint's topic */
}

static void complaints_of_one_order(void **state)
{
	record_order();
	for (int i = 0; i <= 100; i++) {
		char id[UUID_TEXT_SIZE];
		snprintf(id, sizeof id, "01890000-0000-7000-8000-%012d", i + 1);
		struct event event = filing(arena_strdup(arena, id));
		event.type = COMPLAINT_TYPE_OTHER;
		event.custom_type = arena_strdup(arena, id);
		say(event);
		if (i < 100)
			want_within(i, "complaint");
	}
	want_refused(REFUSAL_TOO_MANY_COMPLAINTS);
	want_hit(LIMIT_COMPLAINTS);
	assert_int_equal(dossier.complaints_count, 100);
}

static void decisions_of_one_complaint(void **state)
{
	come_to_review();
	get(ID)->decisions = 50;
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_refused(REFUSAL_TOO_MANY_DECISIONS);
	want_hit(LIMIT_DECISIONS);
	get(ID)->decisions = 49;
	say(decision(ID, DECISION_OUTCOME_FOR_MERCHANT, NULL));
	want_stage(ID, STAGE_CLOSED);
}

/* Steps are never held up by talk. */
static void remarks_of_one_speaker(void **state)
{
	come_to_negotiating();
	for (int i = 0; i < 300; i++) {
		say_plain(EVENT_EVIDENCE_REQUESTED, ACTOR_KIND_PLATFORM_PERSON);
		want_within(i, "remark");
	}
	say_plain(EVENT_ASSIGNMENT_CHANGED, ACTOR_KIND_PLATFORM_PERSON);
	want_refused(REFUSAL_TOO_MANY_REMARKS);
	want_hit(LIMIT_REMARKS);
	say_plain(EVENT_COMPLAINT_WITHDRAWN, ACTOR_KIND_PLATFORM_PERSON);
	want_stage(ID, STAGE_WITHDRAWN);
}

/* The same one is refused again and again: told so often, then once for all, then recorded only. */
static void refusals_are_told_once_beyond(void **state)
{
	file_one();
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	int64_t told = get(ID)->told;
	for (int i = 1; i <= 30; i++) {
		say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
		want_refused(REFUSAL_URGED_TOO_SOON);
		assert_string_equal(last.note, "urged_too_soon"); /* its own outcome, whatever is told */
		assert_int_equal(last.told_count, i <= 21);
		if (i <= 21) {
			assert_string_equal(last.told[0].event->code, i <= 20 ? "urged_too_soon" : "too_many_refusals");
			assert_string_equal(last.told[0].note, "urged_too_soon");
		}
		get(ID)->changed = false;
	}
	want_hit(LIMIT_REFUSALS);
	assert_int_equal(get(ID)->told, told + 21);
	say_plain(EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON);
	assert_int_equal(last.told_count, 1); /* another party's are told */
	now_us += US_PER_HOUR - 1;
	say_plain(EVENT_COMPLAINT_AMENDED, ACTOR_KIND_MERCHANT_PERSON);
	now_us += 1;
	get(ID)->urged_at_us = now_us;
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	assert_string_equal(last.told[0].event->code, "urged_too_soon");
}

static void refusals_about_no_known_complaint(void **state)
{
	record_order();
	for (int i = 1; i <= 30; i++) {
		struct event event = filing("");
		event.complainant_id = event.actor.id = "somebody else";
		say(event);
		want_refused(REFUSAL_NOT_YOUR_ORDER);
		assert_int_equal(last.told_count, i <= 21);
	}
	assert_true(order_uses.changed);
}

/* What Ombud asks itself is always answered: escalation withdraws a breach by it. */
static void ombud_s_own_are_always_told(void **state)
{
	file_one();
	for (int i = 0; i < 40; i++) {
		be_silent(SILENCE_GROUND_MERCHANT_SILENT);
		assert_int_equal(last.told_count, 1);
	}
}

/* Those who may not speak are counted together, and use up nothing of the parties'. */
static void refusals_of_strangers(void **state)
{
	file_one();
	for (int i = 1; i <= 30; i++) {
		struct event event = said(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT, ID);
		event.actor.id = arena_printf(arena, "stranger-%d", i);
		say(event);
		want_refused(REFUSAL_NOT_YOUR_COMPLAINT);
		assert_int_equal(last.told_count, i <= 21);
	}
	get(ID)->urged_at_us = now_us;
	say_plain(EVENT_COMPLAINT_URGED, ACTOR_KIND_COMPLAINANT);
	assert_string_equal(last.told[0].event->code, "urged_too_soon");
}

static struct event setting(enum event_type type)
{
	struct event event = said(type, ACTOR_KIND_COMPLAINANT, "");
	event.order_id = "";
	event.person_id = "buyer";
	return event;
}

static void settings_of_one_person(void **state)
{
	for (int i = 0; i < 60; i++) {
		say(setting(EVENT_CONTACT_SET));
		want_within(i, "setting");
	}
	say(setting(EVENT_PREFERENCES_SET));
	want_refused(REFUSAL_TOO_MANY_CHANGES);
	want_hit(LIMIT_SETTINGS);
	assert_int_equal(last.told_count, 1); /* under the person's key: there is no complaint */
	assert_string_equal(last.told[0].event->person_id, "buyer");
	assert_string_equal(last.told[0].event->code, "too_many_changes");
	assert_int_equal(last.told[0].event->refused_most, 60);
	assert_int_equal(last.told[0].sequence, 0);
	now_us += US_PER_HOUR;
	say(setting(EVENT_PREFERENCES_SET));
	want_within(1, "setting of the next hour");
	for (int i = 0; i < 100; i++) { /* what strangers try is not counted */
		struct event strange = setting(EVENT_CONTACT_SET);
		strange.actor.id = "somebody";
		say(strange);
		want_refused(REFUSAL_NOT_YOUR_SETTINGS);
		assert_int_equal(last.told_count, i <= 20); /* ... but what they are told is */
	}
	say(setting(EVENT_CONTACT_SET));
	want_within(2, "setting after strangers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HISTORY_TEST(messages_of_one_speaker),
	    HISTORY_TEST(a_platform_has_its_own_figures),
	    HISTORY_TEST(evidence_of_one_speaker),
	    HISTORY_TEST(amendments_of_one_complaint),
	    HISTORY_TEST(urges_of_one_complaint),
	    HISTORY_TEST(filings_that_join),
	    HISTORY_TEST(complaints_of_one_order),
	    HISTORY_TEST(decisions_of_one_complaint),
	    HISTORY_TEST(remarks_of_one_speaker),
	    HISTORY_TEST(refusals_are_told_once_beyond),
	    HISTORY_TEST(refusals_about_no_known_complaint),
	    HISTORY_TEST(ombud_s_own_are_always_told),
	    HISTORY_TEST(refusals_of_strangers),
	    HISTORY_TEST(settings_of_one_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
