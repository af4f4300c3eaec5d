/* The invariants, one function each, over what has been read. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "common/base/die.h"
#include "common/model/lifecycle.h"
#include "services/ombudctl/audit.h"

const char *const audit_fault_names[AUDIT_FAULTS] = {
    "lost", "doubled", "phantom", "illegal", "due_unfired", "undelivered", "unknown"};

void finding_add(struct finding *finding, enum audit_fault fault, const char *format, ...)
{
	va_list args;
	finding->counts[fault]++;
	if (finding->offenders_count == AUDIT_OFFENDERS_MAX)
		return;
	char *text = finding->offenders[finding->offenders_count++];
	int size = snprintf(text, AUDIT_OFFENDER_SIZE, "%s: ", audit_fault_names[fault]);
	va_start(args, format);
	vsnprintf(text + size, AUDIT_OFFENDER_SIZE - (size_t)size, format, args);
	va_end(args);
}

int place_compare(const void *one, const void *other)
{
	const struct place *a = one, *b = other;
	if (a->partition != b->partition)
		return a->partition < b->partition ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* ---- the inbox ---- */

static const struct book_topic *inbox(const struct books *books)
{
	return books->topics[0];
}

static int64_t next_offset(const struct books *books, int service, int shard, int topic)
{
	const struct position *position = &books->positions[service][shard];
	return position->known && position->next_offsets[topic] > 0 ? position->next_offsets[topic] : 0;
}

static void judge_record(const struct books *books, const struct place *place, int64_t outcomes, struct finding *finding)
{
	if (outcomes > 1)
		finding_add(finding, AUDIT_DOUBLED, "inbox %d/%lld has %lld outcomes", place->partition, (long long)place->offset,
		    (long long)outcomes);
	else if (!outcomes && place->offset < next_offset(books, 0, place->partition, 0))
		finding_add(finding, AUDIT_LOST, "inbox %d/%lld was passed over", place->partition, (long long)place->offset);
	else if (!outcomes)
		finding_add(finding, AUDIT_UNKNOWN, "inbox %d/%lld is not read yet", place->partition, (long long)place->offset);
}

/* An outcome whose record is not in the topic as it was read. */
static void judge_orphan(const struct books *books, const struct place *place, struct finding *finding)
{
	const struct book_topic *topic = inbox(books);
	bool inside = place->partition >= 0 && place->partition < books->partitions;
	if (inside && place->offset < topic->low[place->partition])
		finding_add(
		    finding, AUDIT_UNKNOWN, "inbox %d/%lld is gone from the topic", place->partition, (long long)place->offset);
	else if (!inside || place->offset < topic->high[place->partition] || place->offset >= topic->end[place->partition])
		finding_add(finding, AUDIT_PHANTOM, "an outcome of inbox %d/%lld, where no record is", place->partition,
		    (long long)place->offset);
}

/* S1: every record of the inbox ends in exactly one outcome; S4: every outcome has its record. */
static void judge_inbox(const struct books *books, struct finding *finding)
{
	int64_t at = 0;
	finding->checked = books->records.count;
	for (int64_t i = 0; i < books->records.count; i++) {
		const struct place *place = &books->records.rows[i];
		int64_t outcomes = 0;
		for (; at < books->outcomes.count && place_compare(&books->outcomes.rows[at].place, place) <= 0; at++) {
			if (place_compare(&books->outcomes.rows[at].place, place) < 0)
				judge_orphan(books, &books->outcomes.rows[at].place, finding);
			else
				outcomes++;
		}
		judge_record(books, place, outcomes, finding);
	}
	for (; at < books->outcomes.count; at++)
		judge_orphan(books, &books->outcomes.rows[at].place, finding);
}

static void judge_beginnings(const struct books *books, struct finding *finding)
{
	for (int t = 0; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			finding->checked++;
			if (books->topics[t]->low[p] > 0)
				finding_add(finding, AUDIT_UNKNOWN, "%s/%d begins at %lld: what lay before is gone",
				    books->topics[t]->name, p, (long long)books->topics[t]->low[p]);
		}
	if (books->records.count < books->least)
		finding_add(finding, AUDIT_UNKNOWN, "%lld records, at least %lld were wanted", (long long)books->records.count,
		    (long long)books->least);
}

static bool has_place(const struct place *rows, int64_t count, const struct place *place)
{
	return count && bsearch(place, rows, (size_t)count, sizeof *rows, place_compare);
}

/* What the publisher was told is safe lies in the topic. */
static void judge_ledger(const struct books *books, struct finding *finding)
{
	finding->checked = books->attempts.count;
	for (int64_t i = 0; i < books->attempts.count; i++) {
		const struct attempt *attempt = &books->attempts.rows[i];
		const struct place *place = &attempt->place;
		if (attempt->outcome != ATTEMPT_OK || has_place(books->records.rows, books->records.count, place))
			continue;
		bool inside = place->partition >= 0 && place->partition < books->partitions;
		if (inside && place->offset < inbox(books)->low[place->partition])
			finding_add(finding, AUDIT_UNKNOWN, "ledger: inbox %d/%lld is gone from the topic", place->partition,
			    (long long)place->offset);
		else
			finding_add(finding, AUDIT_LOST, "ledger: inbox %d/%lld was acknowledged and is not there",
			    place->partition, (long long)place->offset);
	}
}

static int log_place_compare(const void *one, const void *other)
{
	const struct log_place *a = one, *b = other;
	if (a->service != b->service)
		return a->service < b->service ? -1 : 1;
	if (a->shard != b->shard)
		return a->shard < b->shard ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* A dead letter is only one when its bytes are kept, whatever cluster it came from. */
static void judge_letters(const struct books *books, struct finding *finding)
{
	finding->checked = books->parked.count;
	for (int64_t i = 0; i < books->parked.count; i++) {
		const struct log_place *parked = &books->parked.rows[i];
		if (!books->kept.count ||
		    !bsearch(parked, books->kept.rows, (size_t)books->kept.count, sizeof *parked, log_place_compare))
			finding_add(finding, AUDIT_LOST, "row %d/%lld of the log of %s parked a record, and its bytes are not kept",
			    parked->shard, (long long)parked->seq, audit_services[parked->service]);
	}
}

/* ---- fact topics ---- */

/* First occurrences on the topic are 1, 2, 3 ... without holes, and each is the log's row byte for byte. Returns how many. */
static int64_t judge_raw(const struct book_topic *topic, int shard, struct finding *finding)
{
	const struct fact_list *raw = &topic->raw[shard], *log = &topic->log[shard];
	int64_t last = 0;
	finding->checked += raw->count;
	if (raw->count && topic->low[shard] > 0)
		last = raw->rows[0].shard_sequence - 1;
	for (int64_t i = 0; i < raw->count; i++) {
		const struct fact *fact = &raw->rows[i];
		if (fact->shard_sequence > last + 1)
			finding_add(finding, AUDIT_LOST, "%s/%d: %lld follows %lld", topic->name, shard,
			    (long long)fact->shard_sequence, (long long)last);
		if (fact->shard_sequence > last)
			last = fact->shard_sequence;
		if (fact->shard_sequence < 1 || fact->shard_sequence > log->count)
			finding_add(finding, AUDIT_PHANTOM, "%s/%d: %lld is in no log", topic->name, shard,
			    (long long)fact->shard_sequence);
		else if (log->rows[fact->shard_sequence - 1].digest != fact->digest ||
			 log->rows[fact->shard_sequence - 1].seq != fact->seq)
			finding_add(finding, AUDIT_PHANTOM, "%s/%d: %lld is not what the log says", topic->name, shard,
			    (long long)fact->shard_sequence);
	}
	return last;
}

/* Rows of the log that are not on the topic: lost when the cursor says that the broker has them, else not sent yet. */
static void judge_unsent(const struct books *books, int t, int shard, int64_t last, struct finding *finding)
{
	const struct book_topic *topic = books->topics[t];
	const struct position *position = &books->positions[topic->writer][shard];
	for (int64_t n = last; n < topic->log[shard].count; n++) {
		const struct fact *row = &topic->log[shard].rows[n];
		if (position->known && row->seq <= position->acked_seq && row->seq <= position->log_seq)
			finding_add(finding, AUDIT_LOST, "%s/%d: %lld was acknowledged and is not there", topic->name, shard,
			    (long long)row->shard_sequence);
		else
			finding_add(finding, AUDIT_UNKNOWN, "%s/%d: %lld is not sent yet", topic->name, shard,
			    (long long)row->shard_sequence);
	}
}

static void judge_readers(const struct books *books, int t, int shard, int64_t last, struct finding *finding)
{
	const struct book_topic *topic = books->topics[t];
	for (int s = 0; s < AUDIT_SERVICES; s++) {
		const struct position *position = &books->positions[s][shard];
		if (!topic->reads[s])
			continue;
		int64_t taken = position->known && position->in_sequences[t] > 0 ? position->in_sequences[t] : 0;
		if (taken < last)
			finding_add(finding, AUDIT_UNKNOWN, "%s/%d: %s has taken %lld of %lld", topic->name, shard,
			    audit_services[s], (long long)taken, (long long)last);
		if (taken > last)
			finding_add(finding, AUDIT_PHANTOM, "%s/%d: %s has taken %lld, only %lld were said", topic->name, shard,
			    audit_services[s], (long long)taken, (long long)last);
	}
}

/* S3, S4: topic == log == what its readers have taken. */
static void judge_facts(const struct books *books, struct finding *finding)
{
	for (int t = 1; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			int64_t last = judge_raw(books->topics[t], p, finding);
			judge_unsent(books, t, p, last, finding);
			judge_readers(books, t, p, last, finding);
		}
}

int taking_compare(const void *one, const void *other)
{
	const struct taking *a = one, *b = other;
	if (a->topic != b->topic)
		return a->topic < b->topic ? -1 : 1;
	if (a->shard != b->shard)
		return a->shard < b->shard ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* S5: a fact that lies on its topic again has no effect there; readers took it where it stood first. */
static void judge_taken_again(const struct books *books, struct finding *finding)
{
	int64_t at = 0;
	finding->checked = books->takings.count;
	for (int t = 1; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			const struct fact_list *raw = &books->topics[t]->raw[p];
			int64_t last = 0;
			for (int64_t i = 0; i < raw->count; i++) {
				struct taking here = {.topic = t, .shard = p, .offset = raw->rows[i].offset};
				bool again = raw->rows[i].shard_sequence <= last;
				for (; at < books->takings.count && taking_compare(&books->takings.rows[at], &here) <= 0; at++)
					if (again && !taking_compare(&books->takings.rows[at], &here))
						finding_add(finding, AUDIT_DOUBLED, "%s/%d: %s took %lld again, at offset %lld",
						    books->topics[t]->name, p, audit_services[books->takings.rows[at].service],
						    (long long)raw->rows[i].shard_sequence, (long long)here.offset);
				if (!again)
					last = raw->rows[i].shard_sequence;
			}
		}
}

static void judge_log_numbers(const struct books *books, struct finding *finding)
{
	for (int t = 1; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			const struct fact_list *log = &books->topics[t]->log[p];
			finding->checked += log->count;
			for (int64_t i = 0; i < log->count; i++)
				if (log->rows[i].shard_sequence != i + 1)
					finding_add(finding, AUDIT_ILLEGAL, "%s/%d: row %lld of the log has number %lld",
					    books->topics[t]->name, p, (long long)i + 1, (long long)log->rows[i].shard_sequence);
		}
}

/* ---- complaints ---- */

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
		finding_add(finding, AUDIT_ILLEGAL, "complaint %s: leaves %s, was %s", step->complaint, stage_name(step->before),
		    stage_name(path->stage));
	else if (!is_legal(step->before, step->stage))
		finding_add(finding, AUDIT_ILLEGAL, "complaint %s: %s does not lead to %s", step->complaint,
		    stage_name(step->before), stage_name(step->stage));
	path->sequence = step->sequence;
	path->stage = step->stage;
}

/* S6, S7: a legal path, numbered 1, 2, 3 ..., and its end is what the row says. */
static void judge_paths(const struct books *books, struct finding *finding)
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
			    stage_name(row->stage), stage_name(path->stage));
	}
	paths_free(paths);
}

struct counter {
	uint64_t subject;
	int64_t sequence;
	UT_hash_handle hh;
};

/* S7: per topic and complaint 1, 2, 3 ... */
static void judge_numbers(const struct books *books, struct finding *finding)
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
static void judge_remedies(const struct books *books, struct finding *finding)
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

/* ---- judged by SQL ---- */

static void judge_unreadable(const struct books *books, struct finding *finding)
{
	*finding = books->unreadable;
}

static void judge_identities(const struct books *books, struct finding *finding)
{
	*finding = books->identities;
}

static void judge_overpaid(const struct books *books, struct finding *finding)
{
	*finding = books->overpaid;
}

static void judge_overdue(const struct books *books, struct finding *finding)
{
	*finding = books->overdue;
}

static void judge_notices(const struct books *books, struct finding *finding)
{
	*finding = books->notices;
}

const struct audit_check audit_checks[] = {
    {"whole", "topics are there from their beginning, and enough moved", judge_beginnings},
    {"ledger", "what publishers were told is safe lies in the inbox", judge_ledger},
    {"S1", "each inbox record: one effect, refusal, repeat, forward or dead letter", judge_inbox},
    {"Q1", "parked records are kept with their bytes", judge_letters},
    {"S3", "each fact topic == its log == what its readers took", judge_facts},
    {"S5", "at most one effect an event", judge_identities},
    {"S5", "a fact that was sent again has no effect again", judge_taken_again},
    {"S7", "logs are numbered 1, 2, 3 ... by topic and shard", judge_log_numbers},
    {"S7", "facts about a complaint are numbered 1, 2, 3 ... on each topic", judge_numbers},
    {"S4", "every record of our own can be read", judge_unreadable},
    {"S6", "each complaint went a legal path that ends where its row says", judge_paths},
    {"S8", "remedies: ordered once, as the rows say", judge_remedies},
    {"S8", "nobody gets more back than was paid", judge_overpaid},
    {"C1", "nothing is due and unfired, every pending step has its timer", judge_overdue},
    {"W1", "every notice is delivered, or dead with its reason", judge_notices},
    {NULL, NULL, NULL},
};
