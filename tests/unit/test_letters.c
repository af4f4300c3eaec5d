/* Every letter with everything that Ombud itself can put into it, in every language: no letter holds another language's words, an
 * entity of HTML, or the hole that a missing word leaves. And the words of the glossary (deploy/platforms/glossary.zh-CN.yaml). */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/node.h"
#include "common/base/text_file.h"
#include "common/io/yaml.h"
#include "common/model/reason.h"
#include "common/model/refusal.h"
#include "common/letter/templates.h"
#include "common/platform/bundle_read.h"

enum { VARIANTS = 3 * REFUSAL_COUNT };

#define ORDER_ID "ORDER-1"
#define COMPLAINT_ID "019a4f00-0000-7000-8000-00000000000a"
#define SKU "SKU-1"
#define SHOP "SHOP-1"
#define BODY "BODY-1"

/* What is not a word: ids, and the name of the term in English. */
static const char *const ids[] = {ORDER_ID, COMPLAINT_ID, SKU, SHOP, BODY};

static const char *const kinds[] = {
    "screenshot", "photo", "video", "screen_recording", "chat_log", "logistics_record", "payment_record"};
static const char *const roles[] = {"owner", "senior_agent", "supervisor", "head_of_department", "regulator_liaison"};

#define AT(list, n) ((list)[(size_t)(n) % (sizeof(list) / sizeof((list)[0]))])
#define ONE_OF(count, n) (1 + (n) % ((int)(count)-1))

static struct templates *templates;
static struct arena *arena;

static int setup(void **state)
{
	struct problems problems = {0};
	struct bundle files = {.arena = arena_new(0)};
	struct manner manner;
	bundle_read_folder(&files, "deploy/platforms/default", &problems);
	if (manner_read(&files, &manner, &problems))
		templates = templates_new(&files, &manner, &problems);
	arena_free(files.arena);
	if (!templates)
		fail_msg("%s", problems_text(&problems));
	problems_free(&problems);
	return 0;
}

static int teardown(void **state)
{
	templates_free(templates);
	return 0;
}

/* Ombud's own reasons, then its refusals in both languages. */
/* The n-th: whatever Ombud names by itself takes each of its values as n counts up. What people write is left out. */
static struct event a_fact(int n, struct notice_facts *facts)
{
	static struct weighed_evidence weighed;
	static struct grounds grounds;
	static const char *clauses[1], *evidence[1];
	static struct remedy remedy;
	static struct event said;
	static struct order_facts order = {.total = {12345, "CNY"}};
	static struct moved_deadline moved;
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	clauses[0] = "4.2@1";
	evidence[0] = AT(kinds, n);
	weighed = (struct weighed_evidence){"e", (enum party)ONE_OF(PARTY_PLATFORM + 1, n), "7"};
	grounds =
	    (struct grounds){.clauses = clauses, .clauses_count = 1, .facts_found = "1", .weighed = &weighed, .weighed_count = 0};
	remedy =
	    (struct remedy){(enum remedy_kind)ONE_OF(REMEDY_KIND_COUNT, n), {n % 2 ? 0 : 5000, n % 2 ? "" : "CNY"}, "", "", n % 3};
	event.cause =
	    n % 2 ? (enum cause)ONE_OF(CAUSE_CAMPAIGN + 1, n) : cause_of_event((enum event_type)ONE_OF(EVENT_COMPLAINT_CHANGED, n));
	event.reason = (enum reason)ONE_OF(REASON_COUNT, n);
	event.decided = n % 3 ? REASON_DECIDED : REASON_DECIDED_BY_DEFAULT;
	if (n % 3 == 0)
		event.cause = CAUSE_SILENCE_REACHED;
	event.stage_before = (enum stage)ONE_OF(STAGE_COUNT, n / 3);
	event.stage = (enum stage)ONE_OF(STAGE_COUNT, n);
	event.must_act = (enum party)ONE_OF(PARTY_COUNT, n);
	event.type = (enum complaint_type)ONE_OF(COMPLAINT_TYPE_COUNT, n);
	event.clock = (enum clock_kind)ONE_OF(CLOCK_COUNT, n);
	event.silence = (enum silence_outcome)ONE_OF(SILENCE_OUTCOME_COUNT, n);
	event.outcome = (enum decision_outcome)ONE_OF(DECISION_OUTCOME_COUNT, n);
	event.occurred_at_us = INT64_C(1793610000000000);
	event.due_at_us = event.due_at_before_us = INT64_C(1793696400000000);
	event.code = refusal_code((enum refusal)ONE_OF(REFUSAL_COUNT, n));
	event.grounds = n % 3 ? &grounds : NULL;
	event.remedies = &remedy;
	event.remedies_count = 1;
	event.remedy = &remedy;
	said = event_empty(EVENT_EVIDENCE_REQUESTED);
	said.inquiry_id = "q-1";
	said.to_party = PARTY_LOGISTICS;
	said.evidence_kinds = evidence;
	said.evidence_kinds_count = 1;
	event.said = &said;
	event.order = &order;
	event.claimed = (struct money){n % 2 ? 100 : 0, "CNY"};
	event.percent = 50;
	event.level = 1;
	event.role = AT(roles, n);
	event.late = n % 2;
	event.repeats = event.urges = n % 4;
	event.complaints_count = 20;
	event.sku = SKU;
	event.referred_to = n % 2 ? BODY : "";
	event.merchant_id = SHOP;
	*facts = notice_facts_empty();
	facts->complaint_id = COMPLAINT_ID;
	facts->order_id = ORDER_ID;
	moved = (struct moved_deadline){(enum clock_kind)ONE_OF(CLOCK_COUNT, n), 1,
	    n % 2 ? CAUSE_CALENDAR_CORRECTED : CAUSE_POLICY_CHANGED, event.due_at_us, event.due_at_before_us};
	facts->moved = &moved;
	facts->moved_count = 1;
	facts->stage = event.stage;
	facts->type = event.type;
	facts->due_us[event.clock] = event.due_at_us;
	return event;
}

/* ---- what must not be there ---- */

static void blank(char *text, const char *word)
{
	for (char *at = text; (at = strstr(at, word)); at += strlen(word))
		memset(at, '#', strlen(word));
}

static bool has_latin(const char *text)
{
	for (; *text; text++)
		if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'))
			return true;
	return false;
}

/* Han, and the punctuation of their width: U+3000 to U+9FFF, U+FF00 to U+FFEF. */
static bool has_han(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if ((*at >= 0xe3 && *at <= 0xe9) || (*at == 0xef && at[1] >= 0xbc))
			return true;
	return false;
}

static const char *hole_in(const char *text)
{
	static const char *const holes[] = {"“”", "（）", "()", "（，", "，，", "，。", "：。", "  ", " .", " ,", ": .",
	    "unspecified", "{{", "&amp;", "&lt;", "&gt;", "&quot;", "&#"};
	for (size_t i = 0; i < sizeof holes / sizeof holes[0]; i++)
		if (strstr(text, holes[i]))
			return holes[i];
	return NULL;
}

static void check_text(const char *name, const char *locale, const char *said)
{
	char *text = arena_strdup(arena, said);
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		blank(text, ids[i]);
	bool chinese = strcmp(locale, "zh-CN") == 0;
	if (chinese)
		blank(text, "SKU");
	if (chinese ? has_latin(text) : has_han(text))
		fail_msg("%s/%s holds words of another language: %s", locale, name, said);
	if (hole_in(text))
		fail_msg("%s/%s holds \"%s\": %s", locale, name, hole_in(text), said);
}

/* What a clock's fact is told by: it has a clock and somebody who owes. */
static bool is_of_a_clock(const char *name)
{
	static const char *const names[] = {"breach_withdrawn", "clock_paused", "clock_ran_out", "clock_warned", "deadline_changed",
	    "ladder_step_taken", "other_side_late"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void each_letter(void (*check)(const char *name, const char *locale, const char *text))
{
	static const char *const locales[] = {"zh-CN", "en"};
	for (int n = 0; n < VARIANTS; n++) {
		arena = arena_new(0);
		struct notice_facts facts;
		const struct event step = a_fact(n, &facts);
		for (const char *const *name = notice_templates(); *name; name++) {
			struct event event = step;
			event.type_id = is_of_a_clock(*name) ? EVENT_CLOCK_WARNED : EVENT_COMPLAINT_CHANGED;
			if (is_of_a_clock(*name) && event.must_act == PARTY_NOBODY)
				event.must_act = PARTY_PLATFORM;
			if (strcmp(*name, "incident_opened") == 0)
				event.type_id = EVENT_INCIDENT_OPENED;
			for (int i = 0; i < 2 * PARTY_PLATFORM; i++) {
				enum party recipient = (enum party)(1 + i / 2);
				if (!(notice_recipients(*name) & 1u << recipient))
					continue;
				struct rendered words = templates_render(
				    templates, arena, locales[i % 2], "Asia/Shanghai", *name, &facts, &event, recipient);
				check(*name, words.locale, words.subject);
				check(*name, words.locale, words.body);
			}
		}
		arena_free(arena);
	}
}

static void no_letter_holds_words_of_another_language(void **state)
{
	each_letter(check_text);
}

/* People's words go through as they were written: the channel escapes, where it makes HTML. */
static void plain_text_has_no_entities(void **state)
{
	arena = arena_new(0);
	struct notice_facts facts;
	struct event event = a_fact(0, &facts);
	event.text = "the merchant's <b> & \"more\"";
	struct rendered words =
	    templates_render(templates, arena, "zh-CN", "Asia/Shanghai", "message_posted", &facts, &event, PARTY_MERCHANT);
	assert_non_null(strstr(words.body, event.text));
	arena_free(arena);
}

/* ---- single letters ---- */

static const char *letter(const char *locale, const char *name, struct event *event, enum stage stage, enum party recipient)
{
	struct notice_facts facts = notice_facts_empty();
	facts.complaint_id = COMPLAINT_ID;
	facts.order_id = ORDER_ID;
	facts.stage = event->stage = stage;
	facts.due_us[CLOCK_REMEDY_CARRIED_OUT] = INT64_C(1793696400000000);
	event->occurred_at_us = INT64_C(1793610000000000);
	return templates_render(templates, arena, locale, "Asia/Shanghai", name, &facts, event, recipient).body;
}

static void want(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("got \"%s\", want it to say \"%s\"", text, words);
}

static void a_decision_says_its_remedy_and_by_when(void **state)
{
	arena = arena_new(0);
	struct allowed_action report = {
	    PARTY_BACKEND, ACTION_REPORT_REMEDY, true, CLOCK_REMEDY_CARRIED_OUT, SILENCE_OUTCOME_EXTERNAL_REFERRAL};
	struct remedy refund = {REMEDY_KIND_REFUND, {5000, "CNY"}, "", ""};
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = CAUSE_REMEDY_ORDERED;
	event.outcome = DECISION_OUTCOME_FOR_COMPLAINANT;
	event.must_act = PARTY_BACKEND;
	event.actions = &report;
	event.actions_count = 1;
	event.remedies = &refund;
	event.remedies_count = 1;
	const char *text = letter("zh-CN", "complaint_decided", &event, STAGE_REMEDY_UNDER_WAY, PARTY_COMPLAINANT);
	want(text, "作出决定：支持您。");
	want(text, "- 处理措施：退款 50.00元");
	want(text, "截止时间：2026年11月3日 17:00（北京时间）。");
	assert_null(strstr(text, "由您"));
	arena_free(arena);
}

static void who_lost_has_nothing_to_do_and_reads_that_it_ends(void **state)
{
	arena = arena_new(0);
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = CAUSE_DECISION_MADE;
	event.outcome = DECISION_OUTCOME_BASELESS;
	event.must_act = PARTY_NOBODY;
	const char *text = letter("zh-CN", "complaint_decided", &event, STAGE_CLOSED, PARTY_COMPLAINANT);
	want(text, "投诉缺乏依据，不予支持。");
	want(text, "投诉到此结束，没有后续期限。您无需操作。");
	assert_null(strstr(text, "下一步"));
	text = letter("en", "complaint_decided", &event, STAGE_CLOSED, PARTY_MERCHANT);
	want(text, "no deadline is left");
	assert_null(strstr(text, "Next"));
	arena_free(arena);
}

static void a_decision_by_default_names_its_order_once(void **state)
{
	arena = arena_new(0);
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = CAUSE_REMEDY_ORDERED;
	event.outcome = DECISION_OUTCOME_FOR_COMPLAINANT;
	event.decided = REASON_DECIDED_BY_DEFAULT;
	const char *text = letter("zh-CN", "complaint_decided", &event, STAGE_REMEDY_UNDER_WAY, PARTY_MERCHANT);
	want(text, ORDER_ID);
	want(text, "默认支持买家。");
	assert_null(strstr(strstr(text, "支持买家") + 1, "支持买家"));
	arena_free(arena);
}

static void the_merchant_reads_what_is_complained_of_wanted_and_claimed(void **state)
{
	arena = arena_new(0);
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = CAUSE_COMPLAINT_TRIAGED;
	event.type = COMPLAINT_TYPE_CARD_KEY_INVALID;
	event.statement.text = "卡密兑换时提示无效";
	event.statement.wanted = "全额退款";
	event.claimed = (struct money){9900, "CNY"};
	const char *text = letter("zh-CN", "answer_asked", &event, STAGE_NEGOTIATING, PARTY_MERCHANT);
	want(text, "投诉内容：卡密兑换时提示无效");
	want(text, "买家的要求：全额退款");
	want(text, "要求金额：99.00元");
	arena_free(arena);
}

static void a_part_of_a_line_is_told_as_such(void **state)
{
	arena = arena_new(0);
	struct order_item items[] = {{.item_id = "i-1", .merchant_id = "", .price = {142500, "CNY"}, .quantity = 50},
	    {.item_id = "i-2", .merchant_id = "", .price = {0, "CNY"}, .quantity = 3}};
	struct order_facts order = {.items = items, .items_count = 2, .merchant_id = "", .total = {142500, "CNY"}};
	struct remedy refund = {REMEDY_KIND_REFUND, {22800, "CNY"}, "i-1", "", 8};
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.order = &order;
	event.remedies = event.remedy = &refund;
	event.remedies_count = 1;
	want(letter("en", "offer_made", &event, STAGE_MERCHANT_ANSWERED, PARTY_COMPLAINANT),
	    "- refund 228.00 CNY for 8 of 50 pieces\n");
	want(letter("zh-CN", "offer_made", &event, STAGE_MERCHANT_ANSWERED, PARTY_COMPLAINANT),
	    "- 退款 228.00元（50 件中的 8 件）\n");
	want(letter("en", "complaint_decided", &event, STAGE_DECIDED, PARTY_MERCHANT), "refund 228.00 CNY for 8 of 50 pieces\n");
	event.order = NULL;
	want(letter("en", "remedy_ordered", &event, STAGE_REMEDY_UNDER_WAY, PARTY_MERCHANT), "refund 228.00 CNY for 8 pieces.");
	want(letter("zh-CN", "remedy_ordered", &event, STAGE_REMEDY_UNDER_WAY, PARTY_MERCHANT), "退款 228.00元（8 件）。");
	refund.quantity = 0;
	want(letter("en", "offer_made", &event, STAGE_MERCHANT_ANSWERED, PARTY_COMPLAINANT), "- refund 228.00 CNY\n");
	arena_free(arena);
}

/* An id turns no sentence around; what people write keeps its lines, and its characters that are joined of several. */
static void what_nobody_sees_is_blanked(void **state)
{
	arena = arena_new(0);
	struct notice_facts facts = notice_facts_empty();
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	facts.complaint_id = COMPLAINT_ID;
	facts.order_id = "o\u202e\u2028\xc2\x85-1";
	event.text = "one\ntwo\u2066\xc2\x9b\u2029 \U0001f468\u200d\U0001f469";
	event.statement.wanted = "all\u202e";
	struct rendered words =
	    templates_render(templates, arena, "en", "Asia/Shanghai", "message_posted", &facts, &event, PARTY_MERCHANT);
	want(words.subject, "about order o   -1");
	want(words.body, "one\ntwo    \U0001f468\u200d\U0001f469");
	words = templates_render(templates, arena, "en", "Asia/Shanghai", "answer_asked", &facts, &event, PARTY_MERCHANT);
	want(words.body, "What the buyer wants: all");
	assert_null(strstr(words.body, "\u202e"));
	arena_free(arena);
}

static void a_merchant_reads_of_his_own_offer(void **state)
{
	assert_string_equal(reason_sentence(REASON_OFFER_ACCEPTED, "en", PARTY_MERCHANT), "The buyer has accepted your offer.");
	assert_string_equal(reason_sentence(REASON_OFFER_ACCEPTED, "zh-CN", PARTY_MERCHANT), "买家已接受贵店的方案。");
	assert_string_equal(
	    reason_sentence(REASON_OFFER_ACCEPTED, "en", PARTY_PLATFORM), "The buyer has accepted the merchant's offer.");
}

/* ---- the glossary ---- */

static const struct node *glossary;

static void hold_against_glossary(const char *path, const char *text)
{
	for (const struct node *word = node_first(glossary); word; word = word->next)
		if (strstr(text, word->key))
			fail_msg("%s says %s; the glossary wants %s", path, word->key, word->text);
}

static void hold_file(const char *path)
{
	struct problems problems = {0};
	struct buf text = BUF_EMPTY;
	if (!text_file_read(path, 256 * 1024, &text, &problems))
		fail_msg("%s", problems_text(&problems));
	hold_against_glossary(path, buf_string(&text));
	buf_free(&text);
	problems_free(&problems);
}

static void chinese_holds_to_its_glossary(void **state)
{
	static const char *const files[] = {"deploy/platforms/default/templates/zh-CN/words.yaml", "common/model/refusal.c",
	    "common/model/reason.c", "services/ombudctl/words_zh.c"};
	struct problems problems = {0};
	struct yaml_tree *tree = yaml_tree_load_file("deploy/platforms/glossary.zh-CN.yaml", &problems);
	if (!tree)
		fail_msg("%s", problems_text(&problems));
	glossary = node_get(yaml_tree_root(tree), "instead_of");
	assert_true(glossary && glossary->count > 10);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		hold_file(files[i]);
	glob_t found;
	assert_int_equal(glob("deploy/platforms/*/templates/zh-CN/*.mustache", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		hold_file(found.gl_pathv[i]);
	globfree(&found);
	yaml_tree_free(tree);
	problems_free(&problems);
}

/* Whose each is, from when to when, why; and what has ended since the move says so. */
static void deadlines_that_move_together_are_all_told(void **state)
{
	static const struct moved_deadline moved[] = {
	    {CLOCK_MERCHANT_ANSWER, 1, CAUSE_POLICY_CHANGED, INT64_C(1793610000000000), INT64_C(1793696400000000)},
	    {CLOCK_END_TO_END, 1, CAUSE_CALENDAR_CORRECTED, INT64_C(1793696400000000), INT64_C(1793610000000000)}};
	struct notice_facts facts = notice_facts_empty();
	struct event event = event_empty(EVENT_DEADLINE_CHANGED);
	arena = arena_new(0);
	facts.order_id = ORDER_ID;
	facts.complaint_id = COMPLAINT_ID;
	facts.moved = moved;
	facts.moved_count = 2;
	facts.due_us[CLOCK_MERCHANT_ANSWER] = moved[0].due_us;
	event.clock = CLOCK_MERCHANT_ANSWER;
	struct rendered words =
	    templates_render(templates, arena, "en", "Asia/Shanghai", "deadlines_moved", &facts, &event, PARTY_MERCHANT);
	assert_string_equal(words.body,
	    "In the complaint about order " ORDER_ID " (" COMPLAINT_ID ") these deadlines have changed:\n"
	    "- your time for “answer to the complaint” ends on 2 November 2026, 17:00 (China time, UTC+08:00); before, it was to end on 3 November 2026, 17:00 (China time, UTC+08:00) (the platform's rules have changed).\n"
	    "- the platform's time for “the complaint as a whole” ends on 3 November 2026, 17:00 (China time, UTC+08:00); before, it was to end on 2 November 2026, 17:00 (China time, UTC+08:00) (the calendar of working days has been corrected); it is over by now.");
	arena_free(arena);
}

/* A merchant is 贵店 in all that he reads, never 您, and his offer is 贵店的. */
static void merchants_are_spoken_to_as_such(void **state)
{
	static const char *const read[] = {"answer_asked", "answer_received", "appeal_filed", "breach_withdrawn", "clock_ran_out",
	    "clock_warned", "complaint_amended", "complaint_closed", "complaint_decided", "event_refused", "complaint_withdrawn",
	    "counter_offer_made", "deadline_changed", "deadlines_moved", "evidence_requested", "finding_given",
	    "inspection_ordered", "message_posted", "platform_steps_in", "remedy_done", "remedy_ordered", "remedy_under_way"};
	for (int n = 0; n < VARIANTS; n++) {
		arena = arena_new(0);
		struct notice_facts facts;
		struct event event = a_fact(n, &facts);
		for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
			struct rendered words =
			    templates_render(templates, arena, "zh-CN", "Asia/Shanghai", read[i], &facts, &event, PARTY_MERCHANT);
			if (strstr(words.subject, "您") || strstr(words.body, "您"))
				fail_msg("%s calls a merchant 您: %s: %s", read[i], words.subject, words.body);
		}
		arena_free(arena);
	}
}

/* What, how much, by when, and what next. */
static void a_remedy_is_told_with_what_by_when_and_what_next(void **state)
{
	struct remedy refund = {REMEDY_KIND_REFUND, {5000, "CNY"}, "", ""};
	arena = arena_new(0);
	struct event event = event_empty(EVENT_REMEDY_ORDERED);
	event.remedy = &refund;
	const char *text = letter("zh-CN", "remedy_ordered", &event, STAGE_REMEDY_UNDER_WAY, PARTY_COMPLAINANT);
	want(text, "退款 50.00元，截止时间：2026年11月3日 17:00（北京时间）。");
	want(text, "您现在无需操作。");
	want(letter("en", "remedy_ordered", &event, STAGE_REMEDY_UNDER_WAY, PARTY_MERCHANT),
	    "refund 50.00 CNY, due 3 November 2026");
	event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.remedies = &refund;
	event.remedies_count = 1;
	want(letter("zh-CN", "confirmation_asked", &event, STAGE_AWAITING_CONFIRMATION, PARTY_COMPLAINANT), "- 退款 50.00元");
	event.cause = CAUSE_OFFER_ACCEPTED;
	want(letter("zh-CN", "remedy_under_way", &event, STAGE_REMEDY_UNDER_WAY, PARTY_MERCHANT), "买家已接受贵店的方案");
	arena_free(arena);
}

static void a_refusal_names_what_is_refused_and_a_message_who_wrote(void **state)
{
	arena = arena_new(0);
	struct event event = event_empty(EVENT_REFUSED);
	event.refused_type = "ombud.inbox.v1.DecisionMade";
	event.code = refusal_code(REFUSAL_WITHOUT_GROUNDS);
	want(letter("zh-CN", "event_refused", &event, STAGE_PLATFORM_REVIEW, PARTY_PLATFORM), "提交的决定未能办理");
	want(letter("en", "event_refused", &event, STAGE_PLATFORM_REVIEW, PARTY_PLATFORM), "The decision that you sent");
	event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.text = "...";
	event.actor.kind = ACTOR_KIND_PLATFORM_PERSON;
	want(letter("zh-CN", "message_posted", &event, STAGE_NEGOTIATING, PARTY_COMPLAINANT), "收到平台的新留言");
	want(letter("en", "message_posted", &event, STAGE_NEGOTIATING, PARTY_COMPLAINANT), "the platform wrote on");
	arena_free(arena);
}

/* Every message that can be refused has its name in each language. */
static void every_request_has_a_name(void **state)
{
	static const char *const locales[] = {"zh-CN", "en"};
	for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
		const char *full = event_type_name((enum event_type)type);
		if (strncmp(full, "ombud.inbox.v1.", strlen("ombud.inbox.v1.")) != 0)
			continue;
		for (int i = 0; i < 2; i++) {
			arena = arena_new(0);
			struct event event = event_empty(EVENT_REFUSED);
			event.refused_type = full;
			const char *text = letter(locales[i], "event_refused", &event, STAGE_PLATFORM_REVIEW, PARTY_PLATFORM);
			if (strstr(text, "提交的请求") || strstr(text, "The request that you"))
				fail_msg("%s has no word for a refused %s", locales[i], full);
			arena_free(arena);
		}
	}
}

/* What a silence has led to is a fact: no "逾期未...的，将..." to who reads that the time is over. */
static void check_fact(const char *name, const char *locale, const char *text)
{
	bool over = strcmp(name, "clock_ran_out") == 0 || strcmp(name, "other_side_late") == 0;
	if (over && (strstr(text, "逾期未") || strstr(text, "by then")))
		fail_msg("%s/%s tells a fact as what may come: %s", locale, name, text);
}

static void what_is_over_is_told_as_a_fact(void **state)
{
	each_letter(check_fact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_letter_holds_words_of_another_language),
	    cmocka_unit_test(plain_text_has_no_entities),
	    cmocka_unit_test(a_decision_says_its_remedy_and_by_when),
	    cmocka_unit_test(who_lost_has_nothing_to_do_and_reads_that_it_ends),
	    cmocka_unit_test(a_decision_by_default_names_its_order_once),
	    cmocka_unit_test(a_part_of_a_line_is_told_as_such),
	    cmocka_unit_test(what_nobody_sees_is_blanked),
	    cmocka_unit_test(a_merchant_reads_of_his_own_offer),
	    cmocka_unit_test(the_merchant_reads_what_is_complained_of_wanted_and_claimed),
	    cmocka_unit_test(chinese_holds_to_its_glossary),
	    cmocka_unit_test(deadlines_that_move_together_are_all_told),
	    cmocka_unit_test(merchants_are_spoken_to_as_such),
	    cmocka_unit_test(a_remedy_is_told_with_what_by_when_and_what_next),
	    cmocka_unit_test(a_refusal_names_what_is_refused_and_a_message_who_wrote),
	    cmocka_unit_test(every_request_has_a_name),
	    cmocka_unit_test(what_is_over_is_told_as_a_fact),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
