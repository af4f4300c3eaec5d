/* What decisions rest on: the check of grounds, row by row, and the files of a platform's folder. */
#include "tests/unit/check.h"

#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/model/law.h"
#include "common/platform/bundle_read.h"
#include "common/platform/law_file.h"

#define JANUARY "2026-01-01"

static int64_t at(const char *text)
{
	int64_t at_us = 0;
	assert_true(instant_parse(text, strlen(text), &at_us));
	return at_us;
}

/* ---- grounds ---- */

static const struct clause clauses[] = {
    {.name = "old@1", .until_us = 1000},
    {.name = "old@2", .from_us = 1000, .until_us = INT64_MAX},
};
static const struct criteria criteria[] = {
    {.name = "key@1",
	.types = 1ull << COMPLAINT_TYPE_CARD_KEY_INVALID,
	.points = {{.id = "given"}, {.id = "dead"}},
	.points_count = 2},
    {.name = "rest@3", .types = 1ull << COMPLAINT_TYPE_OTHER, .points = {{.id = "so"}}, .points_count = 1},
};
static const struct law law = {clauses, 2, criteria, 2};

static bool knows_one(const void *context, const char *evidence_id)
{
	return strcmp(evidence_id, "e1") == 0;
}

static const struct row {
	const char *name;
	enum complaint_type type;
	int64_t at_us;
	const char *clause, *criteria, *facts;
	struct {
		const char *point;
		enum criterion_finding finding;
		const char *by; /* NULL: nothing */
	} answers[3];
	const char *weighed;
	enum refusal want;
} rows[] = {
#define KEY COMPLAINT_TYPE_CARD_KEY_INVALID
#define SHOWN CRITERION_FINDING_SHOWN
#define REFUTED CRITERION_FINDING_REFUTED
#define NOT_SHOWN CRITERION_FINDING_NOT_SHOWN
#define GIVEN                           \
	{                               \
		"given", SHOWN, "order" \
	}
    {"whole", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL, REFUSAL_NONE},
    {"the contrary is shown by the trace", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", REFUTED, "trace"}}, NULL,
	REFUSAL_NONE},
    {"what is not shown needs nothing", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", NOT_SHOWN, NULL}}, NULL,
	REFUSAL_NONE},
    {"a type without its own", COMPLAINT_TYPE_COUNTERFEIT, 2000, "old@2", "rest@3", "so", {{"so", SHOWN, "said"}}, NULL,
	REFUSAL_NONE},
    {"no type found", COMPLAINT_TYPE_UNSPECIFIED, 2000, "old@2", "rest@3", "so", {{"so", SHOWN, "said"}}, NULL, REFUSAL_NONE},
    {"D7: in force on the day of the order", KEY, 999, "old@1", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL,
	REFUSAL_NONE},
    {"D7: not any more", KEY, 1000, "old@1", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL, REFUSAL_CLAUSE_NOT_IN_FORCE},
    {"D7: not yet", KEY, 999, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL, REFUSAL_CLAUSE_NOT_IN_FORCE},
    {"a version that is not there", KEY, 2000, "old@3", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL,
	REFUSAL_CLAUSE_UNKNOWN},
    {"no clause", KEY, 2000, NULL, "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL, REFUSAL_WITHOUT_GROUNDS},
    {"no facts", KEY, 2000, "old@2", "key@1", "", {GIVEN, {"dead", SHOWN, "e1"}}, NULL, REFUSAL_FACTS_MISSING},
    {"no criteria", KEY, 2000, "old@2", NULL, "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL, REFUSAL_CRITERIA_UNKNOWN},
    {"another type's criteria", KEY, 2000, "old@2", "rest@3", "dead", {{"so", SHOWN, "e1"}}, NULL, REFUSAL_CRITERIA_UNKNOWN},
    {"another version of them", KEY, 2000, "old@2", "key@2", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, NULL,
	REFUSAL_CRITERIA_UNKNOWN},
    {"a point is left out", KEY, 2000, "old@2", "key@1", "dead", {GIVEN}, NULL, REFUSAL_CRITERION_UNANSWERED},
    {"a point that they do not ask", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}, {"more", SHOWN, "e1"}},
	NULL, REFUSAL_CRITERIA_UNKNOWN},
    {"a point twice", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}, {"dead", REFUTED, "e1"}}, NULL,
	REFUSAL_CRITERIA_UNKNOWN},
    {"shown by nothing", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, NULL}}, NULL, REFUSAL_CRITERION_UNSHOWN},
    {"refuted by nothing", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", REFUTED, NULL}}, NULL, REFUSAL_CRITERION_UNSHOWN},
    {"shown by what is not there", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e2"}}, NULL,
	REFUSAL_EVIDENCE_UNKNOWN},
    {"weighed, and not there", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, "e2", REFUSAL_EVIDENCE_UNKNOWN},
    {"weighed", KEY, 2000, "old@2", "key@1", "dead", {GIVEN, {"dead", SHOWN, "e1"}}, "e1", REFUSAL_NONE},
};

static enum refusal check_row(const struct row *row)
{
	const char *cited[] = {row->clause}, *named[] = {row->criteria}, *by[3];
	struct criterion_answer answers[3];
	struct weighed_evidence weighed = {row->weighed ? row->weighed : "", PARTY_COMPLAINANT, ""};
	struct grounds grounds = {
	    cited, row->clause != NULL, &weighed, row->weighed != NULL, row->facts, named, row->criteria != NULL, answers, 0};
	for (; grounds.answers_count < 3 && row->answers[grounds.answers_count].point; grounds.answers_count++) {
		size_t i = grounds.answers_count;
		by[i] = row->answers[i].by;
		answers[i] = (struct criterion_answer){row->answers[i].point, row->answers[i].finding, &by[i], by[i] != NULL, ""};
	}
	return law_check_grounds(&law, row->type, row->at_us, &grounds, knows_one, NULL);
}

static void O12_D2_grounds_are_whole_or_refused(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_text(rows[i].name, refusal_code(check_row(&rows[i])), refusal_code(rows[i].want));
	assert_int_equal(law_check_grounds(&law, KEY, 2000, NULL, knows_one, NULL), REFUSAL_WITHOUT_GROUNDS);
}

static void D8_shares_are_whole(void **state)
{
	struct responsibility shares[] = {{PARTY_MERCHANT, 700, ""}, {PARTY_LOGISTICS, 300, ""}, {PARTY_PLATFORM, 1, ""}};
	assert_int_equal(law_check_shares(shares, 0), REFUSAL_RESPONSIBILITY_MISSING);
	assert_int_equal(law_check_shares(shares, 1), REFUSAL_SHARES_NOT_WHOLE);
	assert_int_equal(law_check_shares(shares, 2), REFUSAL_NONE);
	assert_int_equal(law_check_shares(shares, 3), REFUSAL_SHARES_NOT_WHOLE);
}

/* ---- files ---- */

static void put(struct bundle *files, const char *path, const char *text)
{
	bundle_put(files, path, text, strlen(text));
}

static struct bundle a_platform(const char *folder)
{
	struct bundle files = {.arena = arena_new(0)};
	struct problems problems = {0};
	assert_true(bundle_read_folder(&files, "deploy/platforms/default", &problems));
	assert_true(bundle_read_folder(&files, folder, &problems));
	return files;
}

/* Every type has criteria, and each of these a clause that is in force today. */
static void shipped_platforms_have_a_law(void **state)
{
	static const char *const folders[] = {"deploy/platforms/default", "deploy/platforms/cards", "deploy/platforms/weekdays"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct bundle files = a_platform(folders[i]);
		struct problems problems = {0};
		struct law_file *file = law_file_new(&files, &problems);
		check_text(folders[i], problems_text(&problems), "");
		for (int type = 1; type < COMPLAINT_TYPE_COUNT; type++) {
			const struct criteria *of_type = law_criteria(law_file_law(file), (enum complaint_type)type);
			assert_non_null(of_type);
			const struct clause *clause = law_clause(law_file_law(file), of_type->clause);
			assert_non_null(clause);
			assert_true(clause->from_us < at("2026-06-01T00:00:00Z") && clause->until_us > at("2026-06-01T00:00:00Z"));
		}
		law_file_free(file);
		arena_free(files.arena);
	}
}

/* A clause begins with the platform's day, not with that of Greenwich. */
static void D7_a_clause_begins_in_the_platforms_zone(void **state)
{
	static const struct {
		const char *zone, *begins;
	} zones[] = {
	    {"Asia/Shanghai", "2025-12-31T16:00:00Z"},
	    {"Europe/Berlin", "2025-12-31T23:00:00Z"},
	    {"America/New_York", "2026-01-01T05:00:00Z"},
	    {"UTC", "2026-01-01T00:00:00Z"},
	};
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		struct bundle files = a_platform("deploy/platforms/default");
		struct problems problems = {0};
		put(&files, "platform.yaml",
		    arena_printf(files.arena, "languages: [en]\nzone: %s\nwindows: {receipt: 15d, digital: 7d}\n", zones[i].zone));
		put(&files, "clauses.yaml",
		    "clauses:\n  - {id: a, version: 1, valid_from: " JANUARY ", text: {en: x, zh-CN: y}}\n");
		put(&files, "criteria.yaml",
		    "criteria:\n  - {id: c, version: 1, types: [other], clause: a@1, usual_remedy: refund, points: [{id: p, text: {en: z}, "
		    "shown_by: merchant, borne_by: merchant}]}\n");
		struct law_file *file = law_file_new(&files, &problems);
		check_text("problems", problems_text(&problems), "");
		const struct clause *clause = law_clause(law_file_law(file), "a@1");
		assert_int_equal(clause->from_us, at(zones[i].begins));
		check_text("text", law_text_in(&clause->text, "zh-HK"), "y");
		check_text("text", law_text_in(&clause->text, "fr"), "x");
		law_file_free(file);
		arena_free(files.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(O12_D2_grounds_are_whole_or_refused),
	    cmocka_unit_test(D8_shares_are_whole),
	    cmocka_unit_test(shipped_platforms_have_a_law),
	    cmocka_unit_test(D7_a_clause_begins_in_the_platforms_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
