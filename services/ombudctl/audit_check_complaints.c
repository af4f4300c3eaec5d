/* What the facts say of complaints and remedies, together. */
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "common/base/die.h"
#include "common/model/lifecycle.h"
#include "services/ombudctl/audit_checks.h"
#include "services/ombudctl/words.h"

struct path {
	const char *complaint;
	int64_t sequence;
	enum stage stage;
	UT_hash_handle hh;
};

static struct path *path_of(struct path **paths, const char *complaint)
{
	struct path *path;
	HASH_FIND_STR(*paths, complaint, path);
	if (!path) {
		path = xcalloc(1, sizeof *path);
		path->complaint = complaint;
		HASH_ADD_KEYPTR(hh, *paths, path->complaint, strlen(path->complaint), path);
	}
	return path;
}

static void paths_free(struct path *paths)
{
	struct path *path, *next;
	HASH_ITER (hh, paths, path, next) {
		HASH_DEL(paths, path);
		free(path);
	}
}

/* Some row of the table leads there. Which one it was hung on facts that are not on the topic. */
static bool is_legal(enum stage before, enum stage stage)
{
	const struct life_row *rows;
	size_t count = life_rows(&rows);
	for (size_t i = 0; i < count; i++)
		if ((rows[i].from >> before & 1) && (rows[i].to == stage || (rows[i].to == STAGE_UNSPECIFIED && before == stage)))
			return true;
	return false;
}

static void judge_step(struct path *path, const struct step *step, struct finding *finding)
{
	if (step->sequence != path->sequence + 1)
		finding_add(finding, AUDIT_ILLEGAL, "complaint %s: sequence %lld follows %lld", step->complaint,
		    (long long)step->sequence, (long long)path->sequence);
	path->sequence = step->sequence;
	if (!step->moves)
		return;
	if (step->before != path->stage)
		finding_add(finding, AUDIT_ILLEGAL, "complaint %s: leaves %s, was %s", step->complaint,
		    words_in_use(stage_name(step->before)), words_in_use(stage_name(path->stage)));
	else if (!is_legal(step->before, step->stage))
		finding_add(finding, AUDIT_ILLEGAL, "complaint %s: %s does not lead to %s", step->complaint,
		    words_in_use(stage_name(step->before)), words_in_use(stage_name(step->stage)));
	path->sequence = step->sequence;
	path->stage = step->stage;
}

/* S6, S7: a legal path, numbered 1, 2, 3 ..., and its end is what the row says. */
void judge_paths(const struct books *books, struct finding *finding)
{
	struct path *paths = NULL, *path;
	finding->checked = books->steps.count;
	for (int64_t i = 0; i < books->steps.count; i++)
		judge_step(path_of(&paths, books->steps.rows[i].complaint), &books->steps.rows[i], finding);
	for (int64_t i = 0; i < books->complaints.count; i++) {
		const struct complaint_row *row = &books->complaints.rows[i];
		HASH_FIND_STR(paths, row->complaint, path);
		if (!path || row->told > path->sequence)
			finding_add(
			    finding, AUDIT_UNKNOWN, "complaint %s: its last steps are not on the topic (yet)", row->complaint);
		else if (row->told == path->sequence && row->stage != path->stage)
			finding_add(finding, AUDIT_ILLEGAL, "complaint %s: is %s, its steps lead to %s", row->complaint,
			    words_in_use(stage_name(row->stage)), words_in_use(stage_name(path->stage)));
	}
	paths_free(paths);
}

struct counter {
	uint64_t subject;
	int64_t sequence;
	UT_hash_handle hh;
};

/* S7: per topic and complaint 1, 2, 3 ... */
void judge_numbers(const struct books *books, struct finding *finding)
{
	struct counter *all = NULL, *counter, *next;
	finding->checked = books->numbers.count;
	for (int64_t i = 0; i < books->numbers.count; i++) {
		const struct number *number = &books->numbers.rows[i];
		HASH_FIND(hh, all, &number->subject, sizeof number->subject, counter);
		if (!counter) {
			counter = xcalloc(1, sizeof *counter);
			counter->subject = number->subject;
			HASH_ADD(hh, all, subject, sizeof counter->subject, counter);
		}
		if (number->sequence != counter->sequence + 1)
			finding_add(finding, AUDIT_ILLEGAL, "%s %d/%lld: sequence %lld follows %lld",
			    books->topics[number->topic]->name, number->partition, (long long)number->offset,
			    (long long)number->sequence, (long long)counter->sequence);
		counter->sequence = number->sequence;
	}
	HASH_ITER (hh, all, counter, next) {
		HASH_DEL(all, counter);
		free(counter);
	}
}

/* ---- remedies ---- */

struct remedy_said {
	const char *key;
	int64_t amount;
	int times;
	UT_hash_handle hh;
};

static struct remedy_said *remedies_hash(const struct books *books, struct finding *finding)
{
	struct remedy_said *all = NULL, *said;
	for (int64_t i = 0; i < books->remedies_said.count; i++) {
		const struct remedy_row *row = &books->remedies_said.rows[i];
		HASH_FIND_STR(all, row->key, said);
		if (said) {
			finding_add(finding, AUDIT_DOUBLED, "remedy %s was ordered %d times", row->key, ++said->times);
			continue;
		}
		said = xcalloc(1, sizeof *said);
		*said = (struct remedy_said){.key = row->key, .amount = row->amount, .times = 1};
		HASH_ADD_KEYPTR(hh, all, said->key, strlen(said->key), said);
	}
	return all;
}

/* S5: no remedy is ordered twice; S8: what was ordered is what the rows say. */
void judge_remedies(const struct books *books, struct finding *finding)
{
	struct remedy_said *all = remedies_hash(books, finding), *said, *next;
	finding->checked = books->remedies_said.count + books->remedies_kept.count;
	for (int64_t i = 0; i < books->remedies_kept.count; i++) {
		const struct remedy_row *row = &books->remedies_kept.rows[i];
		HASH_FIND_STR(all, row->key, said);
		if (!said)
			finding_add(finding, AUDIT_UNKNOWN, "remedy %s is not on the topic (yet)", row->key);
		else if (said->amount != row->amount)
			finding_add(finding, AUDIT_ILLEGAL, "remedy %s: %lld was ordered, the row says %lld", row->key,
			    (long long)said->amount, (long long)row->amount);
	}
	HASH_ITER (hh, all, said, next) {
		HASH_DEL(all, said);
		free(said);
	}
}

/* S8: over all complaints and decisions about the line. */
void judge_lines(const struct books *books, struct finding *finding)
{
	finding->checked = books->lines.count;
	for (int64_t i = 0; i < books->lines.count; i++) {
		const struct line_row *line = &books->lines.rows[i];
		if (line->back > line->price)
			finding_add(finding, AUDIT_ILLEGAL, "order %s, item %s: %lld paid back of %lld", line->order, line->item,
			    (long long)line->back, (long long)line->price);
	}
}
