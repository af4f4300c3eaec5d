/* The words that are shipped: all there in each language, all render; and mistakes told with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/utf8.h"
#include "common/platform/endpoints.h"
#include "common/letter/templates.h"
#include "common/platform/bundle_read.h"

static struct templates *load(const char *path, struct problems *problems)
{
	struct bundle files = {.arena = arena_new(0)};
	struct manner manner;
	bundle_read_folder(&files, path, problems);
	struct templates *templates = manner_read(&files, &manner, problems) ? templates_new(&files, &manner, problems) : NULL;
	arena_free(files.arena);
	return templates;
}

static struct templates *shipped(void)
{
	struct problems problems = {0};
	struct templates *templates = load("deploy/platforms/default", &problems);
	if (!templates)
		fail_msg("%s", problems_text(&problems));
	problems_free(&problems);
	return templates;
}

static struct event a_step(void)
{
	static struct allowed_action answer = {
	    PARTY_MERCHANT, ACTION_ANSWER, true, CLOCK_MERCHANT_ANSWER, SILENCE_OUTCOME_PLATFORM_STEPS_IN};
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = CAUSE_COMPLAINT_TRIAGED;
	event.stage_before = STAGE_TRIAGED;
	event.stage = STAGE_NEGOTIATING;
	event.must_act = PARTY_MERCHANT;
	event.actions = &answer;
	event.actions_count = 1;
	event.occurred_at_us = INT64_C(1793610000000000);
	event.code = "order_unpaid";
	return event;
}

static struct notice_facts some_facts(void)
{
	struct notice_facts facts = notice_facts_empty();
	facts.complaint_id = "019a4f00-0000-7000-8000-000000000002";
	facts.order_id = "o-1";
	facts.complainant_id = "secret-buyer";
	facts.merchant_id = "secret-shop";
	facts.stage = STAGE_NEGOTIATING;
	facts.due_us[CLOCK_MERCHANT_ANSWER] = INT64_C(1793696400000000);
	return facts;
}

static void test_every_text_of_every_language_renders(void **state)
{
	struct arena *arena = arena_new(0);
	struct templates *templates = shipped();
	struct notice_facts facts = some_facts();
	struct event event = a_step();
	static const char *const locales[] = {"zh-CN", "en"};
	for (int l = 0; l < 2; l++)
		for (const char *const *name = notice_templates(); *name; name++)
			for (int party = PARTY_COMPLAINANT; party <= PARTY_PLATFORM; party++) {
				struct rendered words = templates_render(
				    templates, arena, locales[l], "Asia/Shanghai", *name, &facts, &event, (enum party)party);
				assert_string_equal(words.locale, locales[l]);
				assert_true(words.subject[0] && words.body[0]);
				assert_true(utf8_valid(words.body, strlen(words.body)));
				assert_null(strchr(words.subject, '\n'));
				assert_null(strstr(words.body, "\n\n"));
				assert_null(strstr(words.body, "secret-"));
			}
	templates_free(templates);
	arena_free(arena);
}

static void test_a_merchant_reads_what_why_next_and_by_when(void **state)
{
	struct arena *arena = arena_new(0);
	struct templates *templates = shipped();
	struct notice_facts facts = some_facts();
	struct event event = a_step();
	struct rendered words =
	    templates_render(templates, arena, "zh-CN", "Asia/Shanghai", "answer_asked", &facts, &event, PARTY_MERCHANT);
	assert_non_null(strstr(words.body, "下一步：商家答复（由贵店负责），截止时间：2026年11月3日 17:00（北京时间）。"));
	assert_non_null(strstr(words.body, "逾期未答复的，平台将直接介入处理。"));
	templates_free(templates);
	arena_free(arena);
}

static void test_a_language_is_found_for_every_wish(void **state)
{
	static const char *const cases[][2] = {{"zh-CN", "zh-CN"}, {"zh", "zh-CN"}, {"zh-TW", "zh-CN"}, {"en", "en"},
	    {"en-US", "en"}, {"EN", "en"}, {"fr", "zh-CN"}, {"", "zh-CN"}, {"e", "zh-CN"}};
	struct templates *templates = shipped();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(templates_locale(templates, cases[i][0]), cases[i][1]);
	templates_free(templates);
}

/* ---- mistakes ---- */

static char folder[] = "/tmp/ombud-templates-XXXXXX";

static const char *in_folder(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void put_file(const char *name, const char *text)
{
	FILE *file = fopen(in_folder(name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int make_folder(void **state)
{
	return mkdtemp(folder) && mkdir(in_folder("templates"), 0700) == 0 && mkdir(in_folder("templates/en"), 0700) == 0 &&
		       mkdir(in_folder("apart"), 0700) == 0
		   ? 0
		   : -1;
}

static void check_told(struct problems *problems, const char *want)
{
	if (!strstr(problems_text(problems), want))
		fail_msg("got \"%s\", want it to say \"%s\"", problems_text(problems), want);
}

static void test_mistakes_of_templates_are_told_all_at_once(void **state)
{
	struct problems problems = {0};
	put_file("templates/en/words.yaml", "{}\n");
	put_file("templates/en/offer_made.mustache", "subject {{order_ids}}\n---\nbody\n{{> _nxt}} {{due}}\n");
	put_file("templates/en/answer_asked.mustache", "subject\n---\nbody\n{{#due}}\n");
	put_file("templates/en/complaint_closed.mustache", "no rule\n");
	put_file("platform.yaml", "languages: [en]\nzone: UTC\n");
	assert_null(load(folder, &problems));
	check_told(&problems, "templates/en/offer_made.mustache:1:9: no value \"order_ids\"; did you mean \"order_id\"?");
	check_told(&problems, "templates/en/offer_made.mustache:4:1: no partial \"_nxt\"");
	check_told(&problems, "templates/en/answer_asked.mustache:4:1: this section is never closed");
	check_told(&problems, "templates/en/complaint_closed.mustache:1:1: want a subject, a line \"---\", then the body");
	check_told(&problems, "templates/en/clock_warned.mustache: missing");
	problems_free(&problems);
}

static struct endpoints *endpoints_of(const char *text, struct problems *problems)
{
	struct bundle files = {.arena = arena_new(0)};
	bundle_put(&files, "endpoints.yaml", text, strlen(text));
	struct endpoints *endpoints = endpoints_new(&files, problems);
	arena_free(files.arena);
	return endpoints;
}

static void test_mistakes_of_endpoints_are_told_all_at_once(void **state)
{
	struct problems problems = {0};
	assert_null(endpoints_of("endpoints:\n"
				 "  - id: a\n"
				 "    platform: x\n"
				 "    url: https://user:password@example.com/\n"
				 "    secret: whsec_short\n"
				 "    events: [answer_askd]\n"
				 "    parties: [judge]\n"
				 "  - id: a\n"
				 "    secret_files: x\n"
				 "    url: http://example.com/\n"
				 "  - {id: a/b, url: 'https://example.com/', secret_file: x}\n",
	    &problems));
	check_told(&problems, "endpoints.yaml:3:5: unknown key \"platform\"");
	check_told(&problems, ":4:10: no user or password in it");
	check_told(&problems, ":5:5: unknown key \"secret\"");
	check_told(&problems, ":6:14: no event \"answer_askd\"; did you mean \"answer_asked\"?");
	check_told(&problems, ":7:15: want complainant, merchant or platform");
	check_told(&problems, "there is an endpoint \"a\" already");
	check_told(&problems, ":9:5: unknown key \"secret_files\"; did you mean \"secret_file\"?");
	check_told(&problems, ":10:10: want https://... (http only with allow_private)");
	check_told(&problems, ":11:10: no / in it");
	assert_null(strstr(problems_text(&problems), "whsec_short"));
	problems_free(&problems);
}

/* What is wrong with the secret's file that the one endpoint names; the number of secrets that it has then. */
static int read_again(struct endpoints *endpoints, const char *want)
{
	struct problems problems = {0};
	endpoints_read_secrets(endpoints, &problems);
	if (*want)
		check_told(&problems, want);
	else
		assert_int_equal(problems.count, 0);
	problems_free(&problems);
	return endpoints_at(endpoints, 0)->secrets_count;
}

static void test_endpoints_want_what_they_say(void **state)
{
	struct problems problems = {0};
	char text[512];
	snprintf(text, sizeof text,
	    "endpoints:\n  - id: a\n    url: https://example.com/\n    secret_file: %s\n    events: [answer_asked]\n"
	    "    parties: [merchant]\n",
	    in_folder("apart/secret"));
	struct endpoints *endpoints = endpoints_of(text, &problems);
	if (!endpoints)
		fail_msg("%s", problems_text(&problems));
	const struct endpoint *endpoint = endpoints_find(endpoints, "a");
	assert_ptr_equal(endpoint, endpoints_at(endpoints, 0));
	assert_null(endpoints_at(endpoints, 1));
	assert_int_equal(endpoint->secrets_count, 0);
	assert_true(endpoint_wants(endpoint, PARTY_MERCHANT, "answer_asked"));
	assert_false(endpoint_wants(endpoint, PARTY_COMPLAINANT, "answer_asked"));
	assert_false(endpoint_wants(endpoint, PARTY_MERCHANT, "clock_warned"));
	assert_int_equal(read_again(endpoints, "apart/secret: No such file"), 0);
	put_file("apart/secret", "whsec_short\n");
	chmod(in_folder("apart/secret"), 0600);
	assert_int_equal(read_again(endpoints, "want whsec_ and the base64 of 24 to 64 bytes"), 0);
	put_file("apart/secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
	assert_int_equal(read_again(endpoints, ""), 1);
	/* What cannot be read again leaves the one that is there. */
	chmod(in_folder("apart/secret"), 0644);
	assert_int_equal(read_again(endpoints, "a secret file must not be readable by everybody"), 1);
	chmod(in_folder("apart/secret"), 0602);
	assert_int_equal(read_again(endpoints, "everybody may write it"), 1);
	endpoints_free(endpoints);
	problems_free(&problems);
	endpoints = endpoints_of("endpoints: []\n", &problems);
	assert_null(endpoints_at(endpoints, 0));
	endpoints_free(endpoints);
	struct bundle none = {.arena = arena_new(0)};
	endpoints = endpoints_new(&none, &problems);
	assert_null(endpoints_at(endpoints, 0));
	endpoints_free(endpoints);
	arena_free(none.arena);
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"templates/en/words.yaml", "templates/en/offer_made.mustache",
	    "templates/en/answer_asked.mustache", "templates/en/complaint_closed.mustache", "apart/secret", "platform.yaml"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(in_folder(names[i]));
	rmdir(in_folder("templates/en"));
	rmdir(in_folder("templates"));
	rmdir(in_folder("apart"));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_text_of_every_language_renders),
	    cmocka_unit_test(test_a_merchant_reads_what_why_next_and_by_when),
	    cmocka_unit_test(test_a_language_is_found_for_every_wish),
	    cmocka_unit_test(test_mistakes_of_templates_are_told_all_at_once),
	    cmocka_unit_test(test_mistakes_of_endpoints_are_told_all_at_once),
	    cmocka_unit_test(test_endpoints_want_what_they_say),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
