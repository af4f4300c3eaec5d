#include "common/model/law.h"

#include <string.h>
#include <strings.h>

enum { WHOLE_PER_MILLE = 1000 };

/* ---- finding ---- */

const struct clause *law_clause(const struct law *law, const char *name)
{
	for (int i = 0; law && i < law->clauses_count; i++)
		if (strcmp(law->clauses[i].name, name) == 0)
			return &law->clauses[i];
	return NULL;
}

static const struct criteria *of_type(const struct law *law, enum complaint_type type)
{
	for (int i = 0; law && i < law->criteria_count; i++)
		if (law->criteria[i].types & 1ull << type)
			return &law->criteria[i];
	return NULL;
}

const struct criteria *law_criteria(const struct law *law, enum complaint_type type)
{
	const struct criteria *own = of_type(law, type);
	return own ? own : of_type(law, COMPLAINT_TYPE_OTHER);
}

static size_t first_part(const char *language)
{
	return strcspn(language, "-_");
}

const char *law_text_in(const struct law_texts *texts, const char *language)
{
	size_t size = first_part(language);
	const char *near = NULL;
	for (int i = 0; i < texts->count; i++) {
		const char *own = texts->rows[i].language;
		if (strcasecmp(own, language) == 0)
			return texts->rows[i].text;
		if (!near && size > 0 && first_part(own) == size && strncasecmp(own, language, size) == 0)
			near = texts->rows[i].text;
	}
	return near ? near : texts->count ? texts->rows[0].text : "";
}

bool law_is_source(const char *evidence_id)
{
	static const char *const sources[] = {"order", "trace", "said"};
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (strcmp(sources[i], evidence_id) == 0)
			return true;
	return false;
}

/* ---- grounds ---- */

static enum refusal check_clauses(const struct law *law, int64_t at_us, const struct grounds *grounds)
{
	if (grounds->clauses_count == 0)
		return REFUSAL_WITHOUT_GROUNDS;
	for (size_t i = 0; i < grounds->clauses_count; i++) {
		const struct clause *clause = law_clause(law, grounds->clauses[i]);
		if (!clause)
			return REFUSAL_CLAUSE_UNKNOWN;
		if (at_us < clause->from_us || at_us >= clause->until_us)
			return REFUSAL_CLAUSE_NOT_IN_FORCE;
	}
	return REFUSAL_NONE;
}

static const struct criterion_answer *answer_to(const struct grounds *grounds, const char *point)
{
	for (size_t i = 0; i < grounds->answers_count; i++)
		if (strcmp(grounds->answers[i].criterion, point) == 0)
			return &grounds->answers[i];
	return NULL;
}

/* What is shown, or the contrary of it, is shown by something; what is not shown is not. */
static enum refusal check_answer(const struct criterion_answer *answer, law_knows_fn *knows, const void *context)
{
	if (!answer)
		return REFUSAL_CRITERION_UNANSWERED;
	if (answer->finding != CRITERION_FINDING_NOT_SHOWN && answer->evidence_ids_count == 0)
		return REFUSAL_CRITERION_UNSHOWN;
	for (size_t i = 0; i < answer->evidence_ids_count; i++)
		if (!law_is_source(answer->evidence_ids[i]) && !knows(context, answer->evidence_ids[i]))
			return REFUSAL_EVIDENCE_UNKNOWN;
	return REFUSAL_NONE;
}

static bool is_of(const struct criteria *criteria, const char *point)
{
	for (int i = 0; i < criteria->points_count; i++)
		if (strcmp(criteria->points[i].id, point) == 0)
			return true;
	return false;
}

static enum refusal check_criteria(
    const struct criteria *criteria, const struct grounds *grounds, law_knows_fn *knows, const void *context)
{
	bool named = grounds->criteria_count == 1 && strcmp(grounds->criteria[0], criteria->name) == 0;
	if (!named)
		return REFUSAL_CRITERIA_UNKNOWN;
	for (int i = 0; i < criteria->points_count; i++) {
		enum refusal refusal = check_answer(answer_to(grounds, criteria->points[i].id), knows, context);
		if (refusal != REFUSAL_NONE)
			return refusal;
	}
	for (size_t i = 0; i < grounds->answers_count; i++)
		if (!is_of(criteria, grounds->answers[i].criterion) ||
		    answer_to(grounds, grounds->answers[i].criterion) != &grounds->answers[i])
			return REFUSAL_CRITERIA_UNKNOWN;
	return REFUSAL_NONE;
}

static enum refusal check_weighed(const struct grounds *grounds, law_knows_fn *knows, const void *context)
{
	for (size_t i = 0; i < grounds->weighed_count; i++)
		if (!law_is_source(grounds->weighed[i].evidence_id) && !knows(context, grounds->weighed[i].evidence_id))
			return REFUSAL_EVIDENCE_UNKNOWN;
	return REFUSAL_NONE;
}

enum refusal law_check_grounds(const struct law *law, enum complaint_type type, int64_t at_us, const struct grounds *grounds,
    law_knows_fn *knows, const void *context)
{
	if (!grounds)
		return REFUSAL_WITHOUT_GROUNDS;
	const struct criteria *criteria = law_criteria(law, type);
	enum refusal refusal = check_clauses(law, at_us, grounds);
	if (refusal == REFUSAL_NONE && grounds->facts_found[0] == '\0')
		refusal = REFUSAL_FACTS_MISSING;
	if (refusal == REFUSAL_NONE && criteria)
		refusal = check_criteria(criteria, grounds, knows, context);
	return refusal == REFUSAL_NONE ? check_weighed(grounds, knows, context) : refusal;
}

enum refusal law_check_shares(const struct responsibility *shares, size_t count)
{
	int64_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += shares[i].share_per_mille;
	if (count == 0)
		return REFUSAL_RESPONSIBILITY_MISSING;
	return sum == WHOLE_PER_MILLE ? REFUSAL_NONE : REFUSAL_SHARES_NOT_WHOLE;
}
