/* What is wrong, or questionable, in a platform's files: one table of findings, and a list of those that were found, each with its
 * place.
 *
 * A finding is one row here, one test in tests/unit/test_platform_check.c, and one row in ombudctl's words for its name and for its
 * text. Its name is for ever: programs know a finding by it.
 */
#ifndef OMBUD_PLATFORM_FINDINGS_H
#define OMBUD_PLATFORM_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/node.h"
#include "common/base/problems.h"

enum finding_code {
	/* as the readers of the files told them */
	FINDING_WRONG, /* whatever has no row of its own */
	FINDING_BLANK_CONDITIONS,
	FINDING_CALENDAR_WITHOUT_TIME,
	FINDING_CRITERIA_OF_NO_TYPE,
	FINDING_DUPLICATED_KEY,
	FINDING_TARGET_WITHOUT_UNIT,
	FINDING_LANGUAGE_MISSING,
	FINDING_LANGUAGE_UNREAD,
	FINDING_TEMPLATE_MISSING,
	FINDING_TEMPLATE_RECURSION,
	FINDING_TEMPLATE_UNREAD,
	FINDING_TEXT_MISSING,
	FINDING_TYPE_WITHOUT_CRITERIA,
	FINDING_UNKNOWN_CALENDAR,
	FINDING_UNKNOWN_CLAUSE,
	FINDING_UNKNOWN_CLOCK,
	FINDING_UNKNOWN_KEY,
	FINDING_UNKNOWN_LADDER,
	FINDING_UNKNOWN_STANDARD,
	FINDING_UNKNOWN_VARIABLE,
	FINDING_WORD_MISSING,
	/* what only shows when the files are laid side by side */
	FINDING_CALENDAR_LATER,
	FINDING_CLOCK_WITHOUT_EFFECT,
	FINDING_LADDER_IN_OTHER_TIME,
	FINDING_LADDER_UNNAMED,
	FINDING_POLICY_AS_STANDARD,
	FINDING_POLICY_UNNAMED,
	FINDING_ROAD_TOO_LONG,
	FINDING_ROLE_WITHOUT_CHANNEL,
	FINDING_RULE_UNREACHED,
	FINDING_TARGET_BEYOND_HORIZON,
	FINDING_UNKNOWN_POLICY,
	FINDING_UNKNOWN_TYPE,
	FINDING_UNREAD_FILE,
	FINDING_WEEK_WITHOUT_TIME,
	/* warnings */
	FINDING_CALENDAR_ENDS,
	FINDING_CALENDAR_OVER,
	FINDING_CALENDAR_UNNAMED,
	FINDING_WINDOW_SHORT,
	FINDING_ZONE_MOVED,
	FINDING_COUNT
};

struct finding_row {
	const char *name;
	bool warning;
	const char *text; /* a format of texts only; NULL: in the reader's words */
	const char *told; /* what these have in them; NULL: no reader tells it */
};
extern const struct finding_row finding_rows[FINDING_COUNT];

struct finding {
	enum finding_code code;
	const char *file; /* within the platform's folder */
	int line, column; /* from 1; 0: the file as a whole */
	const char *text;
};

/* Everything lies in the arena. Start from {.arena = ...}. */
struct findings {
	struct arena *arena;
	struct finding *rows;
	size_t count, room;
	size_t errors; /* of count: what is no warning */
};

/* At the node's value, or at the file as a whole. Then as many texts as the row's format asks for, said through tongue(). */
void findings_at(struct findings *findings, enum finding_code code, const struct node *node, ...);
void findings_of_file(struct findings *findings, enum finding_code code, const char *file, ...);
/* What readers told. */
void findings_take(struct findings *findings, const struct problems *problems);
/* By file, line, column; what two readers of a file told stands there once. */
void findings_sort(struct findings *findings);

#endif
