#include "common/platform/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/tongue.h"

const struct finding_row finding_rows[FINDING_COUNT] = {
    [FINDING_WRONG] = {"wrong"},
    [FINDING_BLANK_CONDITIONS] = {"blank_conditions", .told = "conditions, got 0|blank condition"},
    [FINDING_CALENDAR_WITHOUT_TIME] = {"calendar_without_time", .told = "a calendar without working time"},
    [FINDING_DUPLICATED_KEY] = {"duplicated_key", .told = "stands here for the second time"},
    [FINDING_TARGET_WITHOUT_UNIT] = {"target_without_unit", .told = "key \"unit\" is missing"},
    [FINDING_LANGUAGE_MISSING] = {"language_missing", .told = "no templates in a language"},
    [FINDING_LANGUAGE_UNREAD] = {"language_unread", .told = "not in a language of the platform"},
    [FINDING_TEMPLATE_RECURSION] = {"template_recursion", .told = "leads back here"},
    [FINDING_TEMPLATE_UNREAD] = {"template_unread", .told = "no letter is called"},
    [FINDING_TEMPLATE_MISSING] = {"template_missing", .told = ".mustache: missing"},
    [FINDING_TEXT_MISSING] = {"text_missing", .told = ", a language of the platform"},
    [FINDING_TYPE_WITHOUT_CRITERIA] = {"type_without_criteria", .told = "no criteria for"},
    [FINDING_UNKNOWN_CLAUSE] = {"unknown_clause", .told = "no clause is called"},
    [FINDING_CRITERIA_OF_NO_TYPE] = {"criteria_of_no_type", .told = "no type of complaint is called"},
    [FINDING_UNKNOWN_CALENDAR] = {"unknown_calendar", .told = "no calendar is called"},
    [FINDING_UNKNOWN_CLOCK] = {"unknown_clock", .told = "no clock is called"},
    [FINDING_UNKNOWN_KEY] = {"unknown_key", .told = "unknown key|unknown field|unknown operator"},
    [FINDING_UNKNOWN_LADDER] = {"unknown_ladder", .told = "no ladder is called"},
    [FINDING_UNKNOWN_STANDARD] = {"unknown_standard", .told = "no policy is called"},
    [FINDING_UNKNOWN_VARIABLE] = {"unknown_variable", .told = "no value \"|no partial \""},
    [FINDING_WORD_MISSING] = {"word_missing", .told = "no word for"},

    [FINDING_CALENDAR_LATER] = {"calendar_later",
	.text = "holidays are known from %s on, more than a century after this is to hold: a calendar has an instant a day"},
    [FINDING_CLOCK_WITHOUT_EFFECT] = {"clock_without_effect",
	.text =
	    "%s of %s is longer than the standard policy's: a policy that is found later makes no promise longer, so this has no "
	    "effect"},
    [FINDING_LADDER_IN_OTHER_TIME] = {"ladder_in_other_time",
	.text =
	    "%s of %s counts in %s, and its ladder %s in %s: a clock in elapsed time has its ladder in elapsed time, all others "
	    "in business time"},
    [FINDING_LADDER_UNNAMED] = {"ladder_unnamed", .text = "no clock names ladder %s"},
    [FINDING_POLICY_AS_STANDARD] = {"policy_as_standard", .text = "policy %s says what the standard policy says: it has no effect"},
    [FINDING_POLICY_UNNAMED] = {"policy_unnamed", .text = "no rule names policy %s"},
    [FINDING_ROAD_TOO_LONG] = {"road_too_long",
	.text = "filed on %s, a complaint under policy %s would be decided after its end to end: %s, and only then %s"},
    [FINDING_ROLE_WITHOUT_CHANNEL] = {"role_without_channel",
	.text =
	    "ladder %s tells %s by %s, by which nothing reaches the platform's people: want inbox or topic, or a webhook's endpoint for "
	    "party platform and event ladder_step_taken"},
    [FINDING_RULE_UNREACHED] = {"rule_unreached", .text = "rule %s never gives %s: rule %s before it gives it always"},
    [FINDING_TARGET_BEYOND_HORIZON] = {"target_beyond_horizon",
	.text = "%s of %s ends later than five years after the calendar's cover: there are no days so late"},
    [FINDING_UNKNOWN_POLICY] = {"unknown_policy", .text = "rule %s names policy %s, which is not there%s%s"},
    [FINDING_UNKNOWN_TYPE] = {"unknown_type", .text = "rule %s gives type %s, which is none of the platform's own%s%s"},
    [FINDING_UNREAD_FILE] = {"unread_file", .text = "nobody reads this file"},
    [FINDING_WEEK_WITHOUT_TIME] = {"week_without_time",
	.text = "no weekday has working time: nothing that is due beyond the calendar's cover would ever be due"},

    [FINDING_CALENDAR_ENDS] = {"calendar_ends", true,
	.text = "holidays are known until %s, less than 12 months after this is to hold: what is due later is provisional"},
    [FINDING_CALENDAR_OVER] = {"calendar_over", true,
	.text = "holidays were known until %s, before this is to hold: whatever falls due is provisional"},
    [FINDING_CALENDAR_UNNAMED] = {"calendar_unnamed", true, .text = "no policy counts by this calendar"},
    [FINDING_WINDOW_SHORT] = {"window_short", true, .text = "less than 3 days to complain in"},
    [FINDING_ZONE_MOVED] = {"zone_moved", true,
	.text =
	    "version %s opens otherwise than this machine's time zone data has %s, first on %s: who goes by it keeps what was stored; "
	    "the same days with a raised version are expanded anew"},
};

static void add(struct findings *findings, struct finding row)
{
	if (findings->count == findings->room) {
		findings->room = findings->room ? findings->room * 2 : 32;
		struct finding *rows = arena_new_array(findings->arena, struct finding, findings->room);
		if (findings->count)
			memcpy(rows, findings->rows, findings->count * sizeof *rows);
		findings->rows = rows;
	}
	findings->rows[findings->count++] = row;
	findings->errors += !finding_rows[row.code].warning;
}

static const char *say(struct findings *findings, enum finding_code code, va_list args)
{
	struct buf text = BUF_EMPTY;
	buf_vprintf(&text, tongue(finding_rows[code].text), args);
	const char *copy = arena_strdup(findings->arena, buf_string(&text));
	buf_free(&text);
	return copy;
}

void findings_at(struct findings *findings, enum finding_code code, const struct node *node, ...)
{
	va_list args;
	va_start(args, node);
	add(findings,
	    (struct finding){code, arena_strdup(findings->arena, node->file), node->line, node->column, say(findings, code, args)});
	va_end(args);
}

void findings_of_file(struct findings *findings, enum finding_code code, const char *file, ...)
{
	va_list args;
	va_start(args, file);
	add(findings, (struct finding){code, arena_strdup(findings->arena, file), 0, 0, say(findings, code, args)});
	va_end(args);
}

/* ---- what readers told ---- */

/* parts: "this|that" */
static bool has_one(const char *text, const char *parts)
{
	char part[80];
	for (; *parts; parts += strcspn(parts, "|"), parts += *parts == '|') {
		snprintf(part, sizeof part, "%.*s", (int)strcspn(parts, "|"), parts);
		if (strstr(text, part))
			return true;
	}
	return false;
}

static enum finding_code code_of(const char *line)
{
	for (int code = 0; code < FINDING_COUNT; code++)
		if (finding_rows[code].told && has_one(line, finding_rows[code].told))
			return (enum finding_code)code;
	return FINDING_WRONG;
}

/* "file:line:column: message", or "file: message". */
static void take_line(struct findings *findings, const char *line)
{
	struct finding row = {.code = code_of(line)};
	size_t file = strcspn(line, ":");
	int used = 0;
	row.file = arena_strndup(findings->arena, line, file);
	if (sscanf(line + file, ":%d:%d: %n", &row.line, &row.column, &used) != 2 || !used)
		row.line = row.column = 0;
	const char *text = line + file + used;
	row.text = arena_strdup(findings->arena, used || !*text ? text : text + 1 + strspn(text + 1, " "));
	add(findings, row);
}

void findings_take(struct findings *findings, const struct problems *problems)
{
	const char *at = problems_text(problems);
	while (*at) {
		size_t size = strcspn(at, "\n");
		take_line(findings, arena_strndup(findings->arena, at, size));
		at += size + (at[size] == '\n');
	}
}

static int by_place(const void *one, const void *other)
{
	const struct finding *a = one, *b = other;
	int order = strcmp(a->file, b->file);
	if (!order)
		order = (a->line > b->line) - (a->line < b->line);
	if (!order)
		order = (a->column > b->column) - (a->column < b->column);
	return order ? order : (a->code > b->code) - (a->code < b->code);
}

static bool is_same(const struct finding *one, const struct finding *other)
{
	return by_place(one, other) == 0 && strcmp(one->text, other->text) == 0;
}

void findings_sort(struct findings *findings)
{
	size_t kept = 0;
	if (findings->count)
		qsort(findings->rows, findings->count, sizeof *findings->rows, by_place);
	for (size_t i = 0; i < findings->count; i++) {
		if (kept && is_same(&findings->rows[kept - 1], &findings->rows[i]))
			findings->errors -= !finding_rows[findings->rows[i].code].warning;
		else
			findings->rows[kept++] = findings->rows[i];
	}
	findings->count = kept;
}
