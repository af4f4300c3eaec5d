/* Where a complaint stands, as its document says it. */
#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"
#include "services/intake/http.h"
#include "tests/unit/check.h"

#define NOW_US (1000 * US_PER_DAY)
#define CLOCK(kind, due, more) "{\"clock\": \"" kind "\", \"due_at\": \"" due "\", \"effect\": \"promised\", " more "}"
#define OPEN "\"ended_at\": null"
#define OVER "\"ended_at\": \"2026-01-01T00:00:00+00:00\""

static char *standing_of(const char *document, enum http_role role, int64_t now_us)
{
	char error[JSON_ERROR_SIZE];
	struct json *json = json_parse(document, strlen(document), 0, error, NULL);
	struct buf text = BUF_EMPTY;
	assert_non_null(json);
	standing_write(&text, json, now_us, US_PER_DAY, &(struct view_reader){role, "x"});
	json_free(json);
	return buf_take(&text);
}

static const struct {
	const char *name, *document;
	enum http_role role;
	const char *want; /* how it begins */
} rows[] = {
    {"the stage's clock",
	"{\"stage\": \"negotiating\", \"clocks\": [" CLOCK("end_to_end", "2026-01-02T00:00:00+00:00", OPEN) "," CLOCK(
	    "merchant_answer", "2026-01-05T00:00:00+00:00", OPEN) "]}",
	HTTP_ROLE_COMPLAINANT,
	"{\"must_act\":\"merchant\",\"clock\":\"merchant_answer\",\"due_at\":\"2026-01-05T00:00:00+00:00\",\"silence\":\"platform_steps_in\",\"actions\":[{\"party\":\"merchant\",\"action\":\"answer\",\"mandatory\":true,\"clock\":\"merchant_answer\",\"due_at\":\"2026-01-05T00:00:00+00:00\",\"silence\":\"platform_steps_in\"}"},
    {"an ended one is none",
	"{\"stage\": \"negotiating\", \"clocks\": [" CLOCK("merchant_answer", "2026-01-05T00:00:00+00:00", OVER) "]}",
	HTTP_ROLE_BACKEND, "{\"must_act\":\"merchant\",\"clock\":null,\"due_at\":null,\"silence\":\"platform_steps_in\""},
    {"a policy's own clock of the decision",
	"{\"stage\": \"platform_review\", \"clocks\": [" CLOCK("preliminary_finding", "2026-01-05T00:00:00+00:00", OPEN) "]}",
	HTTP_ROLE_MERCHANT,
	"{\"must_act\":\"platform\",\"clock\":\"preliminary_finding\",\"due_at\":\"2026-01-05T00:00:00+00:00\",\"silence\":\"decided_by_default\""},
    {"of two, the one due first",
	"{\"stage\": \"platform_review\", \"clocks\": [" CLOCK("final_decision", "2026-01-06T00:00:00+00:00", OPEN) "," CLOCK(
	    "platform_fault_mended", "2026-01-05T00:00:00+00:00", OPEN) "]}",
	HTTP_ROLE_MERCHANT,
	"{\"must_act\":\"platform\",\"clock\":\"platform_fault_mended\",\"due_at\":\"2026-01-05T00:00:00+00:00\""},
    {"the platform's own affair, to a side",
	"{\"stage\": \"negotiating\", \"clocks\": [{\"clock\": \"merchant_answer\", \"due_at\": \"2026-01-05T00:00:00+00:00\", \"effect\": \"internal\", \"ended_at\": null}]}",
	HTTP_ROLE_MERCHANT, "{\"must_act\":\"merchant\",\"clock\":null,\"due_at\":null,"},
    {"... and to the platform",
	"{\"stage\": \"negotiating\", \"clocks\": [{\"clock\": \"merchant_answer\", \"due_at\": \"2026-01-05T00:00:00+00:00\", \"effect\": \"internal\", \"ended_at\": null}]}",
	HTTP_ROLE_AGENT, "{\"must_act\":\"merchant\",\"clock\":\"merchant_answer\","},
    {"an offer",
	"{\"stage\": \"merchant_answered\", \"answer\": \"offer\", \"clocks\": [" CLOCK(
	    "answer_to_offer", "2026-01-05T00:00:00+00:00", OPEN) "]}",
	HTTP_ROLE_COMPLAINANT,
	"{\"must_act\":\"complainant\",\"clock\":\"answer_to_offer\",\"due_at\":\"2026-01-05T00:00:00+00:00\",\"silence\":\"offer_lapses\""},
    {"a defence", "{\"stage\": \"merchant_answered\", \"answer\": \"defence\"}", HTTP_ROLE_COMPLAINANT,
	"{\"must_act\":\"complainant\",\"clock\":null,\"due_at\":null,\"silence\":\"closed_without_objection\""},
    {"the end", "{\"stage\": \"closed\", \"clocks\": []}", HTTP_ROLE_COMPLAINANT,
	"{\"must_act\":\"nobody\",\"clock\":null,\"due_at\":null,\"silence\":null,\"actions\":["},
};

static void test_rows(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *got = standing_of(rows[i].document, rows[i].role, NOW_US);
		if (strncmp(got, rows[i].want, strlen(rows[i].want)) != 0)
			fail_msg("%s:\n got %s\nwant %s", rows[i].name, got, rows[i].want);
		free(got);
	}
}

/* As long as it can be amended, that is among what the complainant can do. */
static void test_amending_ends(void **state)
{
	static const char document[] = "{\"stage\": \"filed\", \"received_at\": \"1972-09-27T00:00:00.000000Z\"}"; /* NOW_US */
	char *in_time = standing_of(document, HTTP_ROLE_COMPLAINANT, NOW_US + US_PER_DAY);
	char *too_late = standing_of(document, HTTP_ROLE_COMPLAINANT, NOW_US + US_PER_DAY + 1);
	assert_non_null(strstr(in_time, "\"action\":\"amend\""));
	assert_null(strstr(too_late, "\"action\":\"amend\""));
	free(in_time);
	free(too_late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_amending_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
