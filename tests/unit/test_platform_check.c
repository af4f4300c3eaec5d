/* What is wrong in a platform's folder: a row a finding. Each is a platform in which nothing is wrong, one edit, and what is found
 * then: that and nothing else. */
#include "tests/unit/check.h"

#include <glob.h>
#include <stdlib.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/platform/bundle_read.h"
#include "common/platform/check.h"
#include "common/platform/terms.h"
#include "services/ombudctl/platform.h"
#include "services/ombudctl/words.h"

static const char rules[] = "version: \"1\"\n"
			    "rules:\n"
			    "  - id: mixed_up\n"
			    "    when:\n"
			    "      all:\n"
			    "        - type: {is: delivered_late}\n"
			    "    set: {policy: complex, queue: senior}\n"
			    "  - id: rest\n"
			    "    when: always\n"
			    "    set: {tier: standard, first_answer: merchant, queue: general, policy: standard, priority: +1}\n"
			    "  - id: also\n"
			    "    when: always\n"
			    "    set: {priority: +2}\n";

static const char policies[] = "version: 1\n"
			       "calendar: cn\n"
			       "warn_at_percent: [50, 80]\n"
			       "standard: standard\n"
			       "ladders:\n"
			       "  hours:\n"
			       "    unit: elapsed\n"
			       "    levels:\n"
			       "      - {role: owner, after: 0h}\n"
			       "      - {role: supervisor, after: 4h}\n"
			       "    ends_after: 8h\n"
			       "  days:\n"
			       "    unit: business_time\n"
			       "    levels: [{role: owner, after: 0h}]\n"
			       "    ends_after: 9h\n"
			       "clocks:\n"
			       "  first_response: {target: 2h, unit: elapsed, ladder: hours}\n"
			       "  merchant_answer: {target: 24h, unit: elapsed}\n"
			       "  answer_to_offer: {target: 72h, unit: elapsed}\n"
			       "  answer_to_defence: {target: 72h, unit: elapsed}\n"
			       "  final_decision: {target: 24h, unit: elapsed, ladder: hours}\n"
			       "  end_to_end: {target: 7, unit: business_days, ladder: days}\n"
			       "  order_awaited: {target: 1h, unit: elapsed}\n"
			       "  manual_admission: {target: 2, unit: business_days}\n"
			       "  inspection: {target: 5, unit: business_days}\n"
			       "  remedy_carried_out: {target: 5, unit: business_days, ladder: days}\n"
			       "  confirmation: {target: 7d, unit: elapsed}\n"
			       "  appeal: {target: 7d, unit: elapsed}\n"
			       "  second_appeal: {target: 7d, unit: elapsed}\n"
			       "  external_mediation: {target: 10, unit: business_days}\n"
			       "  answer_to_counter_offer: {target: 24h, unit: elapsed}\n"
			       "  answer_to_settlement: {target: 72h, unit: elapsed}\n"
			       "  inquiry: {target: 2, unit: business_days, ladder: days}\n"
			       "policies:\n"
			       "  standard: {}\n"
			       "  complex:\n"
			       "    clocks:\n"
			       "      preliminary_finding: {target: 48h, unit: elapsed, ladder: hours}\n"
			       "      final_decision: {target: 72h, unit: elapsed, ladder: hours}\n";

/* A week with a make-up Saturday is the shortest of seven business days. */
static const char calendar[] = "id: cn\n"
			       "version: 1\n"
			       "zone: Asia/Shanghai\n"
			       "covered_from: 2025-01-01\n"
			       "covered_until: 2028-01-01\n"
			       "week:\n"
			       "  mon: [\"09:00-18:00\"]\n"
			       "  tue: [\"09:00-18:00\"]\n"
			       "  wed: [\"09:00-18:00\"]\n"
			       "  thu: [\"09:00-18:00\"]\n"
			       "  fri: [\"09:00-18:00\"]\n"
			       "overrides:\n"
			       "  - {day: 2026-10-01, until: 2026-10-07, kind: off}\n"
			       "  - {day: 2026-10-10, kind: work, windows: [\"09:00-18:00\"]}\n";

#define RULES_FILE "rules.yaml"
#define POLICIES "policies.yaml"
#define CALENDAR "calendars/cn.yaml"
#define WEEK \
	"  mon: [\"09:00-18:00\"]\n  tue: [\"09:00-18:00\"]\n  wed: [\"09:00-18:00\"]\n  thu: [\"09:00-18:00\"]\n  fri: [\"09:00-18:00\"]\n"

#define DAYS \
	"overrides:\n  - {day: 2026-10-01, until: 2026-10-07, kind: off}\n  - {day: 2026-10-10, kind: work, windows: [\"09:00-18:00\"]}\n"

static const struct row {
	enum finding_code code;
	const char *file;
	const char *old, *new; /* old NULL: the file says what is new; both: it goes */
	const char *at;        /* what stands where it is told; NULL: the file as a whole */
	const char *says;      /* a part of the text */
} findings_wanted[] = {
    {FINDING_WRONG, POLICIES, "target: 2h", "target: 2 hours", "2 hours", "is not a duration"},
    {FINDING_WRONG, RULES_FILE, "version: \"1\"\n", "version: \"1\n", NULL, "scanning a quoted scalar"},
    {FINDING_BLANK_CONDITIONS, RULES_FILE, "when:\n      all:\n        - type: {is: delivered_late}\n", "when: {}\n", "{}",
	"blank conditions"},
    {FINDING_BLANK_CONDITIONS, RULES_FILE, "all:\n        - type: {is: delivered_late}\n", "all: []\n", "[]", "got 0"},
    {FINDING_BLANK_CONDITIONS, RULES_FILE, "type: {is: delivered_late}", "statement: {matches: ''}", "''", "blank condition"},
    {FINDING_LADDER_UNNAMED, POLICIES, "  days:\n",
	"  spare: {unit: elapsed, levels: [{role: owner, after: 0h}], ends_after: 1h}\n  days:\n", "{unit: elapsed, levels",
	"no clock names ladder spare"},
    {FINDING_CALENDAR_WITHOUT_TIME, CALENDAR, WEEK DAYS, "  mon: []\n", "id: cn", "without working time"},
    {FINDING_DUPLICATED_KEY, POLICIES, "  standard: {}\n", "  standard: {}\n  standard: {}\n", "standard: {}\n  complex",
	"second time"},
    {FINDING_TARGET_WITHOUT_UNIT, POLICIES, "{target: 24h, unit: elapsed}", "{target: 24h}", "{target: 24h}",
	"\"unit\" is missing"},
    {FINDING_TEXT_MISSING, "clauses.yaml", "      en: \"Goods are genuine and of lawful origin.\"\n", "",
	"zh-CN: \"商品应当为正品，", "no text in en"},
    {FINDING_TYPE_WITHOUT_CRITERIA, "criteria.yaml", "types: [other]", "types: []", "- id: card_key", "no criteria for other"},
    {FINDING_UNKNOWN_CLAUSE, "criteria.yaml", "clause: goods.usable@1", "clause: goods.usable@2", "goods.usable@2",
	"did you mean goods.usable@1?"},
    {FINDING_CRITERIA_OF_NO_TYPE, "criteria.yaml", "types: [card_key_invalid,", "types: [card_key_invalid, card_key_invalit,",
	"card_key_invalit", "did you mean card_key_invalid?"},
    {FINDING_WRONG, "clauses.yaml", "valid_from: 2015-01-01", "valid_from: 2015", "2015", "want a day"},
    {FINDING_UNKNOWN_CALENDAR, POLICIES, "calendar: cn", "calendar: cm", "cm", "did you mean cn?"},
    {FINDING_UNKNOWN_CLOCK, POLICIES, "first_response:", "first_respons:", "first_respons:", "first_response?"},
    {FINDING_UNKNOWN_KEY, CALENDAR, "zone:", "zone: Asia/Shanghai\nzones:", "zones:", "did you mean \"zone\"?"},
    {FINDING_UNKNOWN_KEY, RULES_FILE, "policy: standard, ", "policy: standard, polcy: standard, ", "polcy",
	"did you mean \"policy\"?"},
    {FINDING_UNKNOWN_KEY, RULES_FILE, "type: {is", "typ: {is", "typ: ", "did you mean \"type\"?"},
    {FINDING_UNKNOWN_LADDER, POLICIES, "target: 2h, unit: elapsed, ladder: hours", "target: 2h, unit: elapsed, ladder: hour",
	"hour}", "did you mean hours?"},
    {FINDING_UNKNOWN_STANDARD, POLICIES, "standard: standard", "standard: standart", "standart", "did you mean standard?"},
    {FINDING_UNKNOWN_KEY, "platform.yaml", "zone", "zon: x\nzone", "zon:", "did you mean \"zone\"?"},
    {FINDING_UNKNOWN_KEY, "platform.yaml", "zone", "limits: {mesages: 30}\nzone", "mesages", "did you mean \"messages\"?"},
    {FINDING_UNKNOWN_KEY, "platform.yaml", "zone", "limits: {take_up: 30}\nzone", "take_up", "unknown"},
    {FINDING_WRONG, "platform.yaml", "zone", "limits: {messages: 601}\nzone", "601", "600"},
    {FINDING_WRONG, "platform.yaml", "zone", "limits: {messages: 0}\nzone", "0}", "600"},
    {FINDING_WRONG, "platform.yaml", "zone", "limits: {amend: 500d}\nzone", "500d", "at most a year"},
    {FINDING_WRONG, "platform.yaml", "zone", "limits: {urge_every: 60}\nzone", "60}", "is not a duration"},
    {FINDING_LANGUAGE_MISSING, "platform.yaml", "en]", "en, fr]", NULL, "no templates in a language"},
    {FINDING_LANGUAGE_UNREAD, "templates/fr/words.yaml", NULL, "a: b\n", NULL, "not in a language"},
    {FINDING_TEMPLATE_MISSING, "templates/en/offer_made.mustache", NULL, NULL, NULL, "missing"},
    {FINDING_TEMPLATE_RECURSION, "templates/en/_units.mustache", NULL, "x\n {{> _units}}\n", "{{>", "\"_units\" leads back here"},
    {FINDING_TEMPLATE_UNREAD, "templates/en/offer_mad.mustache", NULL, "x\n---\ny\n", "x", "no letter is called offer_mad"},
    {FINDING_UNKNOWN_VARIABLE, "templates/en/offer_made.mustache", NULL, "x\n---\ny\nz {{order_ids}}\n", "{{order_ids",
	"did you mean"},
    {FINDING_UNKNOWN_VARIABLE, "templates/en/offer_made.mustache", NULL, "x\n---\ny {{> _nxt}}\n", "{{>", "no partial \"_nxt\""},
    {FINDING_WORD_MISSING, "templates/en/words.yaml",
	"\n  filed:", "\n  # filed:", "stage:", "no word for stage.filed, which zh-CN has"},
    {FINDING_CLOCK_WITHOUT_EFFECT, POLICIES, "      preliminary",
	"      first_response: {target: 3h, unit: elapsed, ladder: hours}\n      preliminary", "{target: 3h",
	"first_response of complex is longer"},
    {FINDING_LADDER_IN_OTHER_TIME, POLICIES, "target: 2h, unit: elapsed, ladder: hours", "target: 2h, unit: elapsed, ladder: days",
	"{target: 2h", "its ladder days in business_time"},
    {FINDING_LADDER_IN_OTHER_TIME, POLICIES, "target: 7, unit: business_days, ladder: days",
	"target: 7, unit: business_days, ladder: hours", "{target: 7,", "its ladder hours in elapsed"},
    {FINDING_POLICY_AS_STANDARD, POLICIES,
	"    clocks:\n      preliminary_finding: {target: 48h, unit: elapsed, ladder: hours}\n      final_decision: {target: 72h, unit: elapsed, ladder: hours}\n",
	"    clocks: {}\n", "clocks: {}", "policy complex says"},
    {FINDING_POLICY_UNNAMED, RULES_FILE, "policy: complex, ", "", NULL, "no rule names policy complex"},
    {FINDING_ROAD_TOO_LONG, POLICIES, "final_decision: {target: 72h", "final_decision: {target: 150h", "{target: 150h",
	"filed on 2026-10-07, a complaint under policy complex"},
    {FINDING_ROLE_WITHOUT_CHANNEL, POLICIES, "{role: supervisor, after: 4h}", "{role: supervisor, after: 4h, channel: email}",
	"email", "ladder hours tells supervisor by email"},
    {FINDING_ROLE_WITHOUT_CHANNEL, POLICIES, "{role: supervisor, after: 4h}", "{role: supervisor, after: 4h, channel: webhook}",
	"webhook", "ladder hours tells supervisor by webhook"},
    {FINDING_RULE_UNREACHED, RULES_FILE, "set: {priority: +2}", "set: {priority: +2, queue: evening}", "evening}",
	"rule also never gives queue: rule rest"},
    {FINDING_TARGET_BEYOND_HORIZON, POLICIES, "inspection: {target: 5,", "inspection: {target: 1400,", "{target: 1400",
	"inspection of standard"},
    {FINDING_UNKNOWN_POLICY, RULES_FILE, "policy: standard", "policy: standart", "standart",
	"rule rest names policy standart, which is not there: standard"},
    {FINDING_UNKNOWN_TYPE, RULES_FILE, "queue: senior}", "queue: senior, type: other, custom_type: account_recoverd}",
	"account_recoverd", "none of the platform's own: account_recovered"},
    {FINDING_UNKNOWN_KEY, "platform.yaml", "codes: {", "codes: {delivered_lat: '123456789', ", "delivered_lat", "delivered_late"},
    {FINDING_WRONG, "platform.yaml", "'010203041'", "'1020304'", "'1020304'", "nine digits"},
    {FINDING_WRONG, "platform.yaml", "account_recovered: ''", "other: ''", "''", "a name of its own"},
    {FINDING_UNREAD_FILE, "rule.yaml", NULL, "a: b\n", NULL, "nobody reads"},
    {FINDING_WEEK_WITHOUT_TIME, CALENDAR, WEEK, "  mon: []\n", "mon: []", "no weekday has working time"},
    {FINDING_WINDOW_SHORT, "platform.yaml", "receipt: 15d", "receipt: 71h", "71h", "less than 3 days"},
    {FINDING_WRONG, "endpoints.yaml", NULL,
	"endpoints:\n  - {id: a, url: \"https://b.example\", secret_file: c, parties: [bank]}\n", "bank", "want complainant"},
    {FINDING_DUPLICATED_KEY, "platform.yaml", "zone: Asia/Shanghai\n", "zone: Asia/Shanghai\nzone: UTC\n", "zone: UTC",
	"second time"},
    {FINDING_CALENDAR_ENDS, CALENDAR, "covered_until: 2028-01-01", "covered_until: 2027-05-31", "2027-05-31", "until 2027-05-31"},
    {FINDING_CALENDAR_LATER, CALENDAR, "covered_from: 2025-01-01\ncovered_until: 2028-01-01",
	"covered_from: 9950-01-01\ncovered_until: 9990-01-01", "9950-01-01", "holidays are known from 9950-01-01"},
    {FINDING_CALENDAR_OVER, CALENDAR, "covered_until: 2028-01-01", "covered_until: 2026-06-01", "2026-06-01",
	"before this is to hold"},
    {FINDING_CALENDAR_UNNAMED, "calendars/de.yaml", NULL, "id: de\n", NULL, "no policy counts"},
};

/* The text with its first "old" replaced; it must be there. The caller frees it. */
static char *edited(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	if (!at)
		fail_msg("no \"%s\" in it", old);
	struct buf copy = BUF_EMPTY;
	buf_append(&copy, text, (size_t)(at - text));
	buf_text(&copy, new);
	buf_text(&copy, at + strlen(old));
	return buf_take(&copy);
}

static void put(struct bundle *files, const char *path, const char *text)
{
	bundle_put(files, path, text, strlen(text));
}

static struct bundle a_platform(void)
{
	struct bundle files = {.arena = arena_new(0)};
	struct problems problems = {0};
	assert_true(bundle_read_folder(&files, "deploy/platforms/default", &problems));
	put(&files, "platform.yaml",
	    "languages: [zh-CN, en]\nzone: Asia/Shanghai\nwindows: {receipt: 15d, digital: 7d}\n"
	    "types: {codes: {delivered_late: '010203041'}, own: {account_recovered: ''}}\n");
	put(&files, RULES_FILE, rules);
	put(&files, POLICIES, policies);
	put(&files, CALENDAR, calendar);
	return files;
}

static void edit(struct bundle *files, const char *path, const char *old, const char *new)
{
	const struct bundle_file *file = bundle_find(files, path);
	char *text = edited(file ? file->text : "", old, new);
	put(files, path, text);
	free(text);
}

static void take_away(struct bundle *files, const char *path)
{
	const struct bundle_file *file = bundle_find(files, path);
	assert_non_null(file);
	size_t place = (size_t)(file - files->files);
	memmove(&files->files[place], &files->files[place + 1], (--files->count - place) * sizeof *file);
}

static int64_t june(void)
{
	int64_t june_us = 0;
	assert_true(instant_parse("2026-06-01T00:00:00Z", 20, &june_us));
	return june_us;
}

static struct findings check(const struct bundle *files)
{
	struct findings findings = {.arena = files->arena};
	platform_find(files, files, june(), &findings);
	return findings;
}

/* The place where "at" stands, as "file:line:column"; without it the file alone. */
static const char *place(struct arena *arena, const struct bundle *files, const char *path, const char *at)
{
	const char *text = bundle_find(files, path)->text, *found = at ? strstr(text, at) : NULL;
	int line = 1, column = 1;
	for (; found && text < found; text++) {
		column = *text == '\n' ? 1 : column + 1;
		line += *text == '\n';
	}
	return found ? arena_printf(arena, "%s:%d:%d", path, line, column) : path;
}

static const char *all(const struct findings *findings)
{
	const char *text = "";
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->rows[i];
		text = arena_printf(findings->arena, "%s%s:%d:%d: %s [%s]\n", text, finding->file, finding->line, finding->column,
		    finding->text, finding_rows[finding->code].name);
	}
	return text;
}

static void test_nothing_is_wrong_in_a_right_platform(void **state)
{
	struct bundle files = a_platform();
	struct findings findings = check(&files);
	check_text("findings", all(&findings), "");
	arena_free(files.arena);
}

static void test_each_finding(void **state)
{
	bool seen[FINDING_COUNT] = {false};
	for (size_t i = 0; i < COUNT_OF(findings_wanted); i++) {
		const struct row *row = &findings_wanted[i];
		const char *name = finding_rows[row->code].name;
		struct bundle files = a_platform();
		if (row->old)
			edit(&files, row->file, row->old, row->new);
		else if (row->new)
			put(&files, row->file, row->new);
		else
			take_away(&files, row->file);
		struct findings findings = check(&files);
		const struct finding *found = findings.rows;
		if (findings.count != 1 || found->code != row->code)
			fail_msg("%s (%s): got\n%s", name, row->new ? row->new : "", all(&findings));
		if (row->at) {
			const char *got = arena_printf(files.arena, "%s:%d:%d", found->file, found->line, found->column);
			check_text(name, got, place(files.arena, &files, row->file, row->at));
		}
		if (!strstr(found->text, row->says))
			fail_msg("%s: got \"%s\", want \"%s\" in it", name, found->text, row->says);
		assert_int_equal(findings.errors, !finding_rows[row->code].warning);
		seen[row->code] = true;
		arena_free(files.arena);
	}
	for (int code = 0; code < FINDING_COUNT; code++)
		if (!seen[code] && code != FINDING_ZONE_MOVED)
			fail_msg("%s has no test", finding_rows[code].name);
}

/* A clock that runs began before: it is counted anew by a calendar whose cover begins later, too, by the weekly pattern. */
static void test_a_calendar_that_begins_later(void **state)
{
	struct bundle files = a_platform();
	edit(&files, CALENDAR, "covered_from: 2025-01-01", "covered_from: 2026-07-01");
	struct terms_calendar *said = terms_calendar_new(&files);
	struct calendar *days = calendar_file_expand_all(said->file, june());
	int64_t due_us = 0, start_us = june() - 300 * US_PER_DAY;
	assert_int_equal(calendar_add(days, TARGET_UNIT_BUSINESS_DAYS, start_us, 7, &due_us), CALENDAR_OK);
	assert_true(due_us > start_us && due_us < start_us + 14 * US_PER_DAY);
	assert_true(calendar_provisional(days, TARGET_UNIT_BUSINESS_DAYS, start_us, due_us));
	calendar_free(days);
	terms_calendar_free(said);
	arena_free(files.arena);
}

/* FINDING_ZONE_MOVED. What is over counts no more. */
static void test_zone_data_that_has_moved(void **state)
{
	struct bundle files = a_platform(), moved = a_platform();
	struct findings findings = {.arena = files.arena};
	edit(&moved, CALENDAR, "thu: [\"09:00-18:00\"]", "thu: [\"09:00-17:00\"]");
	struct terms_calendar *said = terms_calendar_new(&files), *other = terms_calendar_new(&moved);
	struct calendar *same = calendar_file_expand_all(said->file, june()),
			*stored = calendar_file_expand_all(other->file, june());
	platform_check_stored(&files, same, "7", june(), &findings);
	check_text("as it was stored", all(&findings), "");
	platform_check_stored(&files, stored, "7", june(), &findings);
	check_number("findings", findings.count, 1);
	check_number("code", findings.rows[0].code, FINDING_ZONE_MOVED);
	check_text("place",
	    arena_printf(files.arena, "%s:%d:%d", findings.rows[0].file, findings.rows[0].line, findings.rows[0].column),
	    place(files.arena, &files, CALENDAR, "Asia/Shanghai"));
	assert_non_null(strstr(findings.rows[0].text, "version 7 opens otherwise"));
	assert_non_null(strstr(findings.rows[0].text, "first on 2026-06-04"));
	platform_check_stored(&files, stored, "7", june() + 30 * 366 * US_PER_DAY, &findings);
	check_number("what is over", findings.count, 1);
	calendar_free(same);
	calendar_free(stored);
	terms_calendar_free(said);
	terms_calendar_free(other);
	arena_free(files.arena);
	arena_free(moved.arena);
}

static void test_each_finding_has_its_words(void **state)
{
	for (int code = 0; code < FINDING_COUNT; code++) {
		const struct finding_row *row = &finding_rows[code];
		if (strcmp(words_say(LANGUAGE_ZH, row->name), row->name) == 0)
			fail_msg("no Chinese for %s", row->name);
		if (row->text && strcmp(words_say(LANGUAGE_ZH, row->text), row->text) == 0)
			fail_msg("no Chinese for the text of %s", row->name);
		assert_true(code == FINDING_WRONG || (row->text != NULL) != (row->told != NULL));
	}
}

/* Three files, three mistakes each, one of them a key that stands twice. */
static void test_all_at_once(void **state)
{
	static const struct row edits[] = {
	    {FINDING_DUPLICATED_KEY, RULES_FILE, "version: \"1\"\n", "version: \"1\"\nversion: \"2\"\n"},
	    {FINDING_UNKNOWN_KEY, RULES_FILE, "    when: always\n", "    when: always\n    wen: always\n"},
	    {FINDING_UNKNOWN_POLICY, RULES_FILE, "policy: complex", "policy: complexx"},
	    {FINDING_DUPLICATED_KEY, POLICIES,
		"  end_to_end:", "  first_response: {target: 2h, unit: elapsed, ladder: hours, laddr: x}\n  end_to_end:"},
	    {FINDING_TARGET_WITHOUT_UNIT, POLICIES, "{target: 1h, unit: elapsed}", "{target: 1h}"},
	    {FINDING_LADDER_IN_OTHER_TIME, POLICIES, "ladder: days}", "ladder: hours}"},
	    {FINDING_DUPLICATED_KEY, CALENDAR, "  tue:", "  mon: [\"9-18\"]\n  tue:"},
	    {FINDING_UNKNOWN_KEY, CALENDAR, "zone:", "zoned: x\nzone:"},
	};
	struct bundle files = a_platform();
	for (size_t i = 0; i < COUNT_OF(edits); i++)
		edit(&files, edits[i].file, edits[i].old, edits[i].new);
	struct findings findings = check(&files);
	for (size_t i = 0; i < COUNT_OF(edits); i++) {
		bool found = false;
		for (size_t k = 0; k < findings.count; k++)
			found |= findings.rows[k].code == edits[i].code && strcmp(findings.rows[k].file, edits[i].file) == 0;
		if (!found)
			fail_msg("no %s in %s:\n%s", finding_rows[edits[i].code].name, edits[i].file, all(&findings));
	}
	if (!strstr(all(&findings), "want a window like 09:00-18:00, got 9-18"))
		fail_msg("what stands under a key again is not looked at:\n%s", all(&findings));
	arena_free(files.arena);
}

/* Each folder under deploy/platforms, over default as apply lays it. */
static void check_shipped(const char *folder)
{
	struct problems problems = {0};
	struct bundle files = {.arena = arena_new(0)}, own = {.arena = files.arena};
	bundle_read_folder(&files, "deploy/platforms/default", &problems);
	bundle_read_folder(&files, folder, &problems);
	bundle_read_folder(&own, folder, &problems);
	check_text(folder, problems_text(&problems), "");
	struct findings findings = {.arena = files.arena};
	platform_find(&files, &own, june(), &findings);
	/* That a calendar ends is true where next year's holidays are not announced yet. */
	for (size_t i = 0; i < findings.count; i++)
		if (findings.rows[i].code != FINDING_CALENDAR_ENDS)
			fail_msg("%s:\n%s", folder, all(&findings));
	arena_free(files.arena);
}

static void test_the_shipped_platforms(void **state)
{
	glob_t found;
	assert_int_equal(glob("deploy/platforms/*/", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 3);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_shipped(found.gl_pathv[i]);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_is_wrong_in_a_right_platform),
	    cmocka_unit_test(test_each_finding),
	    cmocka_unit_test(test_a_calendar_that_begins_later),
	    cmocka_unit_test(test_zone_data_that_has_moved),
	    cmocka_unit_test(test_each_finding_has_its_words),
	    cmocka_unit_test(test_all_at_once),
	    cmocka_unit_test(test_the_shipped_platforms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
