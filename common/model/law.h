/* What a platform's decisions rest on: its clauses, and the criteria (判定细则) of each type of complaint. Data of an applied
 * version (clauses.yaml, criteria.yaml; common/platform/law_file.h reads them); a complaint goes by the version that it is pinned
 * to.
 *
 * A clause holds from one day until another, in the platform's zone: who cites it has to cite the version in force on the day of
 * the order, or of filing where the order names no day. Criteria say what has to be shown, by whom, and who bears it when it cannot
 * be shown. Pure.
 */
#ifndef OMBUD_MODEL_LAW_H
#define OMBUD_MODEL_LAW_H

#include <stddef.h>
#include <stdint.h>

#include "common/model/event.h"
#include "common/model/refusal.h"

enum { LAW_LANGUAGES_MAX = 16, LAW_EVIDENCE_MAX = 5, LAW_POINTS_MAX = 20 };

struct law_text {
	const char *language; /* BCP 47, as the platform names it */
	const char *text;
};

struct law_texts {
	struct law_text rows[LAW_LANGUAGES_MAX];
	int count;
};

struct clause {
	const char *name; /* "goods.as_described@2" */
	const char *id;
	int32_t version;
	struct law_texts text;
	int64_t from_us, until_us; /* in force within [from, until) */
};

/* One thing that has to be shown. */
struct law_point {
	const char *id;
	struct law_texts text;
	enum party shown_by;
	enum party borne_by; /* who bears it when it cannot be shown */
};

struct criteria {
	const char *name; /* "card_key@1" */
	const char *id;
	int32_t version;
	uint64_t types;     /* bits 1 << complaint_type */
	const char *clause; /* its name: what they apply */
	enum remedy_kind usual_remedy;
	const char *evidence[LAW_EVIDENCE_MAX]; /* kinds that help */
	int evidence_count;
	struct law_point points[LAW_POINTS_MAX];
	int points_count;
};

struct law {
	const struct clause *clauses;
	int clauses_count;
	const struct criteria *criteria;
	int criteria_count;
};

/* NULL: it has none of that name. */
const struct clause *law_clause(const struct law *law, const char *name);
/* The criteria by which complaints of a type are decided, those of `other` for a type that has none. NULL: the law is empty. */
const struct criteria *law_criteria(const struct law *law, enum complaint_type type);
/* In the language, else one of the same first part (zh for zh-CN), else the first. "" when there is none. */
const char *law_text_in(const struct law_texts *texts, const char *language);

/* May grounds refer to this piece of evidence? */
typedef bool law_knows_fn(const void *context, const char *evidence_id);

/* What grounds may refer to beside pieces of evidence, because everybody has it before him: the order's facts, what the platform
 * knows of its goods, what the parties said. */
bool law_is_source(const char *evidence_id);

/* Are the grounds of a decision whole: clauses of this law, in force at at_us; the type's criteria, answered one by one with what
 * shows them; the facts found? The first thing that is not. */
enum refusal law_check_grounds(const struct law *law, enum complaint_type type, int64_t at_us, const struct grounds *grounds,
    law_knows_fn *knows, const void *context);
/* Is it said who bears it, in shares that are 1000 together? */
enum refusal law_check_shares(const struct responsibility *shares, size_t count);

#endif
