/* Every statement of common/store/notification.c on a real PostgreSQL with all migrations, through the write sets that the daemon
 * fills: OMBUD_TEST_DSN says where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/notification.h"
#include "services/notification/rows.h"
#include "tests/store/connection.h"

enum { SHARD = 5 };
#define NOW_US INT64_C(1793610000000000)

static const struct pg_statement own_statements[] = {
    {.name = "t_clean",
	.text =
	    "with a as (delete from notification.complaint), "
	    " c as (delete from notification.attempt), d as (delete from notification.inbox),"
	    " e as (delete from notification.preference), f as (delete from notification.contact),"
	    " g as (delete from notification.endpoint_state), h as (delete from notification.erasure), i as (delete from notification.sending) delete from notification.notice",
	.params = ""},
    {.name = "t_json", .text = "select notification.notices_json($1)::text", .params = "uuid", .columns = 1},
    {.name = "t_count",
	.text = "select (select count(*) from notification.contact), (select count(*) from notification.preference),"
		" (select count(*) from notification.inbox where read_at is not null), (select count(*) from notification.attempt)",
	.params = "",
	.columns = 4},
    {.name = "t_words",
	.text = "select count(*) from (select t::text from notification.notice t union all select t::text from notification.inbox t"
		"  union all select t::text from notification.attempt t union all select t::text from notification.complaint t"
		"  union all select t::text from notification.contact t union all select t::text from notification.preference t"
		"  union all select t::text from notification.erasure t) as r(row) where row like '%canary%'",
	.params = "",
	.columns = 1},
    {.name = "t_hot",
	.text = "select pg_stat_get_xact_tuples_updated('notification.notice'::regclass),"
		"       pg_stat_get_xact_tuples_hot_updated('notification.notice'::regclass)",
	.params = "",
	.columns = 2},
    {.name = NULL},
};
enum { CLEAN, JSON, COUNT, WORDS, HOT };

static struct arena *arena;
static struct rows rows;

/* ---- one transaction, straight on ---- */

static void write_well(void)
{
	rows_send(&rows, pg);
	sync_well();
}

typedef void look_fn(const struct pg_result *result);

static void on_look(enum pg_class class, const struct pg_result *result, void *context)
{
	assert_int_equal(class, PG_DONE);
	((look_fn *)context)(result);
}

static void ask(const struct pg_statement *statement, struct pg_args *args, look_fn *look)
{
	pg_send(pg, statement, args, on_look, (void *)look);
	sync_well();
	pg_args_free(args);
}

static struct pg_args *keys(int shard, const struct uuid *id)
{
	static struct pg_array *shards, *ids;
	struct pg_args *args = pg_args_new();
	if (!shards) {
		shards = pg_array_new(PG_INT4);
		ids = pg_array_new(PG_UUID);
	}
	pg_array_reset(shards);
	pg_array_reset(ids);
	pg_array_int4(shards, shard);
	pg_array_uuid(ids, id);
	pg_args_array(args, shards);
	pg_args_array(args, ids);
	return args;
}

static struct pg_args *reader_keys(void)
{
	static struct pg_array *platforms, *persons;
	struct pg_args *args = pg_args_new();
	if (!platforms) {
		platforms = pg_array_new(PG_TEXT);
		persons = pg_array_new(PG_TEXT);
	}
	pg_array_reset(platforms);
	pg_array_reset(persons);
	pg_array_text(platforms, "cards");
	pg_array_text(persons, "buyer");
	pg_args_array(args, platforms);
	pg_args_array(args, persons);
	return args;
}

static struct uuid number(int n)
{
	return (struct uuid){{[0] = 1, [15] = (uint8_t)n}};
}

/* ---- complaints ---- */

static struct known some_dossier(void)
{
	struct known known = {.facts = notice_facts_empty(), .notices = 7, .said = 6};
	known.key.shard = SHARD;
	known.key.complaint = known.facts.complaint = number(1);
	known.facts.platform_id = "cards";
	known.facts.order_id = "o-1";
	known.facts.complainant_id = "buyer";
	known.facts.merchant_id = "shop";
	known.facts.language = "zh-CN";
	known.facts.stage = STAGE_NEGOTIATING;
	known.facts.type = COMPLAINT_TYPE_FAKE_SHIPMENT;
	known.facts.told[PARTY_MERCHANT] = 2;
	return known;
}

static struct known loaded;

static void look_dossier(const struct pg_result *result)
{
	assert_int_equal(pg_result_rows(result), 1);
	loaded = (struct known){.facts = notice_facts_empty()};
	loaded.key.complaint = pg_get_uuid(result, 0, 1);
	rows_read_known(&(struct batch){.arena = arena}, result, 0, &loaded);
}

static struct event packed(enum event_type type, const char *id)
{
	struct event event = event_empty(type);
	event.platform_id = "cards";
	event.source = "/ombud/escalation";
	event.actor.kind = ACTOR_KIND_OMBUD;
	event.event_id = id;
	event.order_id = "o-1";
	event.complaint_id = "01000000-0000-0000-0000-000000000001";
	event.occurred_at_us = event.due_at_us = NOW_US;
	event.clock = CLOCK_MERCHANT_ANSWER;
	event.cycle = 1;
	event.must_act = PARTY_MERCHANT;
	event.percent = 50;
	event.cause = CAUSE_COMPLAINT_TRIAGED;
	event.stage = STAGE_NEGOTIATING;
	return event;
}

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static void test_a_dossier_comes_back_as_it_was_put(void **state)
{
	struct known known = some_dossier();
	struct event step = packed(EVENT_COMPLAINT_CHANGED, "5-1"), warned = packed(EVENT_CLOCK_WARNED, "5-2"),
		     breached = packed(EVENT_CLOCK_BREACHED, "5-3");
	struct waiting second = {&breached, "", NULL}, first = {&warned, TRACE, &second};
	rows_known(&rows, arena, &known);
	write_well();
	known.held = &step;
	known.held_until_us = NOW_US + 2;
	known.held_trace = TRACE;
	known.waiting = &first;
	struct waiting move = {&breached, TRACE, NULL};
	known.moves = &move;
	known.moves_until_us = NOW_US + 3;
	known.moves_told_us = NOW_US - 3;
	known.facts.owner_id = "agent-7";
	struct line empty = {"was", 0, NULL}, spaced = {"a b 3 c", 43475, &empty}, line = {"e", 2, &spaced};
	known.lines = &line;
	rows_known(&rows, arena, &known);
	write_well();
	ask(notification_complaint_load, keys(SHARD, &known.key.complaint), look_dossier);
	assert_string_equal(loaded.facts.complaint_id, "01000000-0000-0000-0000-000000000001");
	assert_string_equal(loaded.facts.owner_id, "agent-7");
	assert_string_equal(loaded.facts.merchant_id, "shop");
	assert_int_equal(loaded.facts.stage, STAGE_NEGOTIATING);
	assert_int_equal(loaded.facts.type, COMPLAINT_TYPE_FAKE_SHIPMENT);
	assert_int_equal(loaded.facts.told[PARTY_MERCHANT], 2);
	assert_int_equal(loaded.notices, 7);
	assert_int_equal(loaded.said, 6);
	assert_string_equal(loaded.held->event_id, "5-1");
	assert_int_equal(loaded.held_until_us, NOW_US + 2);
	assert_string_equal(loaded.held_trace, TRACE);
	assert_string_equal(loaded.waiting->trace, TRACE);
	assert_string_equal(loaded.waiting->next->trace, "");
	assert_int_equal(loaded.waiting->event->type_id, EVENT_CLOCK_WARNED);
	assert_string_equal(loaded.waiting->next->event->event_id, "5-3");
	assert_null(loaded.waiting->next->next);
	assert_string_equal(loaded.moves->event->event_id, "5-3");
	assert_string_equal(loaded.moves->trace, TRACE);
	assert_null(loaded.moves->next);
	assert_int_equal(loaded.moves_until_us, NOW_US + 3);
	assert_int_equal(loaded.moves_told_us, NOW_US - 3);
	assert_string_equal(loaded.lines->endpoint, "e");
	assert_int_equal(loaded.lines->open, 2);
	assert_string_equal(loaded.lines->next->endpoint, "a b 3 c");
	assert_int_equal(loaded.lines->next->open, 43475);
	assert_null(loaded.lines->next->next);
}

static void test_dues_are_put_moved_and_gone(void **state)
{
	struct known known = some_dossier();
	known.facts.due_us[CLOCK_APPEAL] = NOW_US;
	known.facts.due_us[CLOCK_CONFIRMATION] = NOW_US;
	rows_known(&rows, arena, &known);
	write_well();
	known.facts.due_us[CLOCK_APPEAL] = NOW_US + 9;
	known.facts.internal[CLOCK_APPEAL] = true;
	known.facts.due_us[CLOCK_CONFIRMATION] = 0;
	known.facts.due_us[CLOCK_FIRST_RESPONSE] = NOW_US - 9;
	known.facts.internal[CLOCK_FINAL_DECISION] = true; /* it stands still, and is nobody else's business when it goes on */
	rows_known(&rows, arena, &known);
	write_well();
	ask(notification_complaint_load, keys(SHARD, &known.key.complaint), look_dossier);
	for (int clock = 0; clock < CLOCK_COUNT; clock++) {
		assert_int_equal(loaded.facts.due_us[clock], known.facts.due_us[clock]);
		assert_int_equal(loaded.facts.internal[clock], known.facts.internal[clock]);
	}
}

/* ---- notices ---- */

static struct event person_event(enum event_type type, const char *language, int64_t at_us)
{
	struct event event = event_empty(type);
	event.platform_id = "cards";
	event.person_id = "buyer";
	event.language = language;
	event.notice_channel = NOTICE_CHANNEL_EMAIL;
	event.address = "buyer@example.com";
	event.occurred_at_us = at_us;
	return event;
}

static struct notice some_notice(int n, enum notice_state state)
{
	struct notice notice = {.complaint = number(1),
	    .place = n,
	    .sequence = n,
	    .platform_id = "cards",
	    .order_id = "o-1",
	    .recipient = PARTY_COMPLAINANT,
	    .person_id = "buyer",
	    .channel = NOTICE_CHANNEL_WEBHOOK,
	    .endpoint = "e",
	    .event = "answer_asked",
	    .language = "en",
	    .subject = "subject",
	    .body = "body",
	    .payload = "{}",
	    .state = state};
	notice.key.shard = SHARD;
	notice.key.id = number(100 + n);
	return notice;
}

static void put_notice(const struct notice *notice)
{
	rows_notice(&rows, notice, NOW_US);
}

static struct pg_args *line_keys(const char *endpoint, int64_t place)
{
	struct uuid complaint = number(1);
	struct pg_args *args = keys(SHARD, &complaint);
	static struct pg_array *endpoints, *places;
	if (!endpoints) {
		endpoints = pg_array_new(PG_TEXT);
		places = pg_array_new(PG_INT8);
	}
	pg_array_reset(endpoints);
	pg_array_reset(places);
	pg_array_text(endpoints, endpoint);
	pg_array_int8(places, place);
	pg_args_array(args, endpoints);
	pg_args_array(args, places);
	return args;
}

static void look_next(const struct pg_result *result)
{
	struct uuid next = pg_get_uuid(result, 0, 3), want = number(102);
	assert_int_equal(pg_result_rows(result), 1); /* of however many */
	assert_memory_equal(&next, &want, sizeof want);
	assert_string_equal(pg_get_text(result, 0, 2), "e");
	assert_int_equal(pg_get_int8(result, 0, 4), 2);
}

static void look_none(const struct pg_result *result)
{
	assert_int_equal(pg_result_rows(result), 0);
}

static void look_sending(const struct pg_result *result)
{
	struct uuid want = number(101);
	struct uuid got = pg_get_uuid(result, 0, 0);
	assert_int_equal(pg_result_rows(result), 1);
	assert_memory_equal(&got, &want, sizeof want);
	struct notice sending = rows_read_sending(result, 0);
	assert_int_equal(sending.channel, NOTICE_CHANNEL_EMAIL);
	assert_string_equal(sending.endpoint, "e");
	assert_string_equal(sending.payload, "{}");
	assert_string_equal(sending.contact, "buyer@example.com");
}

static void look_being_sent(const struct pg_result *result)
{
	struct notice notice;
	rows_read_notice(arena, result, 0, &notice);
	assert_int_equal(notice.state, NOTICE_SENDING);
}

/* Of this transaction: what an attempt changes stands in no index. */
static void look_hot(const struct pg_result *result)
{
	assert_int_equal(pg_get_int8(result, 0, 0), 1);
	assert_int_equal(pg_get_int8(result, 0, 1), 1);
}

static void look_dead(const struct pg_result *result)
{
	struct notice notice;
	rows_read_notice(arena, result, 0, &notice);
	assert_int_equal(notice.state, NOTICE_DEAD);
	assert_int_equal(notice.attempts, 10);
}

static void look_json(const struct pg_result *result)
{
	const char *json = pg_get_text(result, 0, 0);
	assert_non_null(strstr(json, "\"reason\": \"attempts_used_up\""));
	assert_non_null(strstr(json, "\"channel\": \"webhook\""));
	assert_non_null(strstr(json, "\"channel\": \"email\""));
	assert_non_null(strstr(json, "\"recipient\": \"complainant\""));
}

static void test_the_life_of_a_webhook(void **state)
{
	struct notice first = some_notice(1, NOTICE_PENDING), second = some_notice(2, NOTICE_PENDING),
		      third = some_notice(3, NOTICE_DELIVERED), fourth = some_notice(4, NOTICE_PENDING);
	struct attempt_result result = {.notice = first.key.id, .attempt = 9, .status = 503, .duration_us = 5};
	struct pg_args *shard = pg_args_new(), *complaint = pg_args_new();
	struct event contact = person_event(EVENT_CONTACT_CHANGED, "en", NOW_US);
	rows_contact(&rows, &contact);
	first.channel = NOTICE_CHANNEL_EMAIL;
	put_notice(&second);
	put_notice(&first);
	put_notice(&third);
	put_notice(&fourth);
	write_well();
	rows_begun(&rows, &first);
	write_well();
	ask(notification_notice_load, keys(SHARD, &first.key.id), look_being_sent);
	ask(notification_next_load, line_keys("e", 1), look_next);
	ask(notification_next_load, line_keys("e", 4), look_none);
	ask(notification_next_load, line_keys("f", 1), look_none);
	pg_args_int4(shard, SHARD);
	ask(notification_sending_load, shard, look_sending);
	first.state = NOTICE_DEAD;
	first.attempts = 10;
	first.reason = "attempts_used_up";
	rows_over(&rows, &first);
	rows_attempt(&rows, &first, &result, "throttled", NOW_US);
	rows_notice_change(&rows, &first, NOW_US);
	rows_send(&rows, pg);
	ask(&own_statements[HOT], pg_args_new(), look_hot);
	ask(notification_notice_load, keys(SHARD, &first.key.id), look_dead);
	pg_args_uuid(complaint, &first.complaint);
	ask(&own_statements[JSON], complaint, look_json);
}

static void test_the_same_notice_is_never_there_twice(void **state)
{
	struct notice notice = some_notice(1, NOTICE_PENDING);
	put_notice(&notice);
	write_well();
	put_notice(&notice);
	rows_send(&rows, pg);
	assert_int_equal(sync_class(), PG_DATA);
}

/* ---- letters ---- */

static struct pg_args *page_of(enum party recipient, int64_t after_us, int64_t after_place, const struct uuid *after, int count)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, "cards");
	pg_args_text(args, "buyer");
	pg_args_instant(args, after_us);
	pg_args_int8(args, after_place);
	pg_args_uuid(args, after);
	pg_args_int4(args, count);
	pg_args_int4(args, (int32_t)recipient);
	return args;
}

static struct pg_args *page(int64_t after_us, int64_t after_place, const struct uuid *after, int count)
{
	return page_of(PARTY_UNSPECIFIED, after_us, after_place, after, count);
}

static void look_first_page(const struct pg_result *result)
{
	const char *json = pg_get_text(result, 0, 0);
	assert_non_null(strstr(json, "000000000065")); /* 101 */
	assert_null(strstr(json, "000000000066"));
	assert_non_null(strstr(json, "\"read\": true"));
}

static void look_second_page(const struct pg_result *result)
{
	const char *json = pg_get_text(result, 0, 0);
	assert_null(strstr(json, "000000000065"));
	assert_non_null(strstr(json, "000000000066"));
	assert_non_null(strstr(json, "\"read\": false"));
}

static void look_no_page(const struct pg_result *result)
{
	assert_string_equal(pg_get_text(result, 0, 0), "{\"letters\": []}");
}

static void test_letters_come_in_pages(void **state)
{
	struct notice first = some_notice(1, NOTICE_DELIVERED), second = some_notice(2, NOTICE_DELIVERED);
	struct uuid nothing = {{0}};
	put_notice(&first);
	put_notice(&second);
	rows_letter(&rows, &first, NOW_US);
	rows_letter(&rows, &second, NOW_US);
	rows_read(&rows, SHARD, &first.key.id, NOW_US);
	write_well();
	ask(notification_inbox_page, page(0, 0, &nothing, 1), look_first_page);
	ask(notification_inbox_page, page(NOW_US, first.place, &first.key.id, 50), look_second_page);
	ask(notification_inbox_page, page(NOW_US, second.place, &second.key.id, 50), look_no_page);
}

/* A buyer and a merchant of one name read their own letters only, and whole pages of them. */
static void test_letters_are_a_recipients(void **state)
{
	struct notice first = some_notice(1, NOTICE_DELIVERED), second = some_notice(2, NOTICE_DELIVERED);
	struct uuid nothing = {{0}};
	first.recipient = PARTY_COMPLAINANT;
	second.recipient = PARTY_MERCHANT;
	put_notice(&first);
	put_notice(&second);
	rows_letter(&rows, &first, NOW_US);
	rows_letter(&rows, &second, NOW_US);
	rows_read(&rows, SHARD, &first.key.id, NOW_US);
	write_well();
	ask(notification_inbox_page, page_of(PARTY_COMPLAINANT, 0, 0, &nothing, 1), look_first_page);
	ask(notification_inbox_page, page_of(PARTY_MERCHANT, 0, 0, &nothing, 1), look_second_page);
	ask(notification_inbox_page, page_of(PARTY_INSPECTOR, 0, 0, &nothing, 1), look_no_page);
}

static void look_order(const struct pg_result *result)
{
	const char *json = pg_get_text(result, 0, 0), *later = strstr(json, "000000000065"), *sooner = strstr(json, "000000000066");
	assert_true(sooner && later && sooner < later);
}

/* Letters of one instant stand in the order in which they were told, whatever their ids. */
static void test_letters_of_one_instant_keep_their_order(void **state)
{
	struct notice first = some_notice(2, NOTICE_DELIVERED), second = some_notice(1, NOTICE_DELIVERED);
	struct uuid nothing = {{0}};
	first.place = 1;
	second.place = 2;
	put_notice(&first);
	put_notice(&second);
	rows_letter(&rows, &second, NOW_US);
	rows_letter(&rows, &first, NOW_US);
	write_well();
	ask(notification_inbox_page, page(0, 0, &nothing, 50), look_order);
}

/* ---- persons and endpoints ---- */

static void look_newest(const struct pg_result *result)
{
	assert_int_equal(pg_result_rows(result), 1);
	assert_string_equal(pg_get_text(result, 0, 2), "en");
	assert_int_equal(pg_get_int4(result, 0, 3), 2);
}

static void test_the_newest_preference_wins_in_one_batch_and_over_batches(void **state)
{
	struct event old = person_event(EVENT_PREFERENCES_CHANGED, "zh-CN", NOW_US),
		     new = person_event(EVENT_PREFERENCES_CHANGED, "en", NOW_US + 1);
	rows_preference(&rows, &new, 2);
	rows_preference(&rows, &old, 4);
	write_well();
	rows_preference(&rows, &old, 4);
	write_well();
	ask(notification_preference_load, reader_keys(), look_newest);
}

static void look_contacts(const struct pg_result *result)
{
	assert_int_equal(pg_result_rows(result), 1);
	assert_int_equal(pg_get_int2(result, 0, 2), NOTICE_CHANNEL_EMAIL);
	assert_string_equal(pg_get_text(result, 0, 3), "");
	assert_string_equal(pg_get_text(result, 0, 4), "zh-CN");
}

static void test_the_newest_contact_is_read(void **state)
{
	struct event old = person_event(EVENT_CONTACT_CHANGED, "en", NOW_US),
		     new = person_event(EVENT_CONTACT_CHANGED, "zh-CN", NOW_US + 1), other = new;
	new.address = "";
	other.person_id = "shop";
	rows_contact(&rows, &new);
	rows_contact(&rows, &old);
	rows_contact(&rows, &other);
	write_well();
	ask(notification_contact_load, reader_keys(), look_contacts);
}

static void look_counts(const struct pg_result *result)
{
	assert_int_equal(pg_get_int8(result, 0, 0), 0);
	assert_int_equal(pg_get_int8(result, 0, 1), 0);
}

static struct pg_args *page_keys(const struct uuid *erasure)
{
	struct pg_args *args = keys(SHARD, erasure);
	pg_args_int4(args, 1);
	return args;
}

static int64_t emptied;
static bool left;

static void look_page(const struct pg_result *result)
{
	assert_int_equal(pg_result_rows(result), 1);
	emptied = pg_get_int8(result, 0, 2);
	left = pg_get_bool(result, 0, 3);
}

static void erase_page(const struct uuid *erasure, int64_t want, bool want_left)
{
	ask(notification_erasure_page, page_keys(erasure), look_page);
	assert_int_equal(emptied, want);
	assert_int_equal(left, want_left);
}

static int64_t words_left;

static void look_words(const struct pg_result *result)
{
	words_left = pg_get_int8(result, 0, 0);
}

/* In all of the schema's rows. */
static void words_stand(int64_t times)
{
	ask(&own_statements[WORDS], pg_args_new(), look_words);
	assert_int_equal(words_left, times);
}

static void look_facts(const struct pg_result *result)
{
	struct notice notice;
	rows_read_notice(arena, result, 0, &notice);
	assert_string_equal(notice.event, "answer_asked");
	assert_string_equal(notice.person_id, "buyer");
	assert_int_equal(notice.state, NOTICE_DELIVERED);
}

static void look_dead_facts(const struct pg_result *result)
{
	struct notice notice;
	rows_read_notice(arena, result, 0, &notice);
	assert_int_equal(notice.state, NOTICE_DEAD);
}

static struct notice letter_of_buyer(int n)
{
	struct notice notice = some_notice(n, NOTICE_DELIVERED);
	notice.channel = NOTICE_CHANNEL_INBOX;
	notice.endpoint = "";
	notice.subject = notice.body = "canary";
	notice.payload = NULL;
	put_notice(&notice);
	rows_letter(&rows, &notice, NOW_US);
	return notice;
}

static struct notice hook_of(const char *person, int n, enum notice_state state)
{
	struct notice notice = some_notice(n, state);
	notice.person_id = person;
	notice.subject = notice.body = "";
	notice.payload = "{\"data\": {\"subject\": \"canary\", \"text\": \"canary\"}}";
	put_notice(&notice);
	return notice;
}

/* Whatever channel its words went by. What is still tried keeps them until it has ended, and the erasure waits for it; others' and
 * what is told later stay. */
static void test_an_erased_person_leaves_facts_only(void **state)
{
	struct uuid erasure = number(77);
	struct event contact = person_event(EVENT_CONTACT_CHANGED, "en", NOW_US);
	contact.address = "canary@example.com";
	struct notice letter = letter_of_buyer(1), second = letter_of_buyer(2), hook = hook_of("buyer", 3, NOTICE_DELIVERED),
		      dead = hook_of("buyer", 4, NOTICE_DEAD), tried = hook_of("buyer", 5, NOTICE_PENDING);
	hook_of("shop", 6, NOTICE_DELIVERED);
	rows_contact(&rows, &contact);
	rows_contact(&rows, &contact);
	rows_preference(&rows, &contact, 0);
	write_well();
	words_stand(7);
	rows_erase(&rows, &contact, SHARD, &erasure, NOW_US - 1);
	rows_erase(&rows, &contact, SHARD, &erasure, NOW_US); /* up to the later one */
	write_well();
	words_stand(6);
	erase_page(&erasure, 2, true); /* a letter, and another: of however many */
	words_stand(4);
	erase_page(&erasure, 2, true);
	words_stand(2);
	erase_page(&erasure, 0, true);
	tried.state = NOTICE_DELIVERED;
	rows_notice_change(&rows, &tried, NOW_US);
	write_well();
	erase_page(&erasure, 1, false);
	words_stand(1);
	erase_page(&erasure, 0, false);
	rows_erasure_done(&rows, SHARD, &erasure);
	write_well();
	ask(&own_statements[COUNT], pg_args_new(), look_counts);
	ask(notification_notice_load, keys(SHARD, &letter.key.id), look_facts);
	ask(notification_notice_load, keys(SHARD, &second.key.id), look_facts);
	ask(notification_notice_load, keys(SHARD, &hook.key.id), look_facts);
	ask(notification_notice_load, keys(SHARD, &tried.key.id), look_facts);
	ask(notification_notice_load, keys(SHARD, &dead.key.id), look_dead_facts);
}

static void look_disabled(const struct pg_result *result)
{
	assert_int_equal(pg_result_rows(result), 1);
	assert_string_equal(pg_get_text(result, 0, 0), "e");
	assert_string_equal(pg_get_text(result, 0, 1), "https://new.example.com/");
}

static void test_an_endpoint_is_disabled_under_its_present_url(void **state)
{
	rows_disable(&rows, "e", "https://old.example.com/", NOW_US, "gone");
	rows_disable(&rows, "e", "https://old.example.com/", NOW_US, "gone");
	write_well();
	rows_disable(&rows, "e", "https://new.example.com/", NOW_US, "gone");
	write_well();
	ask(notification_disabled_load, pg_args_new(), look_disabled);
}

/* ---- set up ---- */

static int connect_once(void **state)
{
	static const struct pg_statement *const statements[] = {notification_statements, own_statements, NULL};
	arena = arena_new(0);
	rows_new(&rows);
	return connection_open(statements);
}

static int disconnect(void **state)
{
	arena_free(arena);
	return connection_close();
}

static int clean(void **state)
{
	rows_reset(&rows);
	pg_send(pg, &own_statements[CLEAN], NULL, NULL, NULL);
	return sync_class() == PG_DONE ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_a_dossier_comes_back_as_it_was_put, clean),
	    cmocka_unit_test_setup(test_dues_are_put_moved_and_gone, clean),
	    cmocka_unit_test_setup(test_the_life_of_a_webhook, clean),
	    cmocka_unit_test_setup(test_the_same_notice_is_never_there_twice, clean),
	    cmocka_unit_test_setup(test_letters_come_in_pages, clean),
	    cmocka_unit_test_setup(test_letters_are_a_recipients, clean),
	    cmocka_unit_test_setup(test_letters_of_one_instant_keep_their_order, clean),
	    cmocka_unit_test_setup(test_the_newest_preference_wins_in_one_batch_and_over_batches, clean),
	    cmocka_unit_test_setup(test_the_newest_contact_is_read, clean),
	    cmocka_unit_test_setup(test_an_erased_person_leaves_facts_only, clean),
	    cmocka_unit_test_setup(test_an_endpoint_is_disabled_under_its_present_url, clean),
	};
	return cmocka_run_group_tests(tests, connect_once, disconnect);
}
