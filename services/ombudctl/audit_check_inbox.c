/* The inbox: its records, their outcomes, what publishers were told, what was parked. */
#include <stdlib.h>
#include <string.h>

#include "services/ombudctl/audit_checks.h"

int place_compare(const void *one, const void *other)
{
	const struct place *a = one, *b = other;
	if (a->partition != b->partition)
		return a->partition < b->partition ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

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

/* Was it parked as this one? */
static bool is_letter(const struct books *books, const struct inbox_record *record)
{
	for (int64_t i = 0; i < books->letters.count; i++)
		if (!place_compare(&books->letters.rows[i].place, &record->place) &&
		    books->letters.rows[i].digest == record->digest)
			return true;
	return false;
}

/* Is it the outcome of the record that lies there now? A topic that was made anew has another one at the same place. What the row
 * keeps of its record must be the record's. */
static bool is_outcome_of(const struct books *books, const struct outcome *outcome, const struct inbox_record *record)
{
	if (outcome->kind == OUTCOME_DEAD_LETTER)
		return is_letter(books, record);
	if (!uuid_is_zero(&outcome->cause))
		return !memcmp(&outcome->cause, &record->cause, sizeof record->cause);
	return !outcome->body_digest || outcome->body_digest == record->body_digest;
}

/* An outcome whose record is not in the topic as it was read. */
static void judge_orphan(const struct books *books, const struct outcome *outcome, struct finding *finding)
{
	const struct book_topic *topic = inbox(books);
	const struct place *place = &outcome->place;
	bool inside = place->partition >= 0 && place->partition < books->partitions;
	if (inside && outcome->seq < books->positions[SERVICE_INTAKE][place->partition].decided_seq) {
		finding_add(finding, AUDIT_FORMER, "inbox %d/%lld: an outcome of a log that a person has left behind",
		    place->partition, (long long)place->offset);
		return;
	}
	if (inside && place->offset < topic->low[place->partition])
		finding_add(
		    finding, AUDIT_UNKNOWN, "inbox %d/%lld is gone from the topic", place->partition, (long long)place->offset);
	else if (inside && audit_is_unread(topic, place->partition, place->offset))
		finding_add(finding, AUDIT_UNKNOWN, "inbox %d/%lld cannot be read yet", place->partition, (long long)place->offset);
	else if (!inside || place->offset < topic->high[place->partition] || place->offset >= topic->end[place->partition])
		finding_add(finding, AUDIT_PHANTOM, "an outcome of inbox %d/%lld, where no record is", place->partition,
		    (long long)place->offset);
}

/* S1: every record of the inbox ends in exactly one outcome; S4: every outcome has its record. */
void judge_inbox(const struct books *books, struct finding *finding)
{
	int64_t at = 0;
	finding->checked = books->records.count;
	for (int64_t i = 0; i < books->records.count; i++) {
		const struct inbox_record *record = &books->records.rows[i];
		const struct place *place = &record->place;
		int64_t outcomes = 0;
		for (; at < books->outcomes.count && place_compare(&books->outcomes.rows[at].place, place) <= 0; at++) {
			const struct outcome *outcome = &books->outcomes.rows[at];
			if (place_compare(&outcome->place, place) < 0)
				judge_orphan(books, outcome, finding);
			else if (is_outcome_of(books, outcome, record))
				outcomes++;
			else
				finding_add(finding, AUDIT_FORMER,
				    "inbox %d/%lld: an outcome of another record than lies there now", place->partition,
				    (long long)place->offset);
		}
		judge_record(books, place, outcomes, finding);
	}
	for (; at < books->outcomes.count; at++)
		judge_orphan(books, &books->outcomes.rows[at], finding);
}

void judge_beginnings(const struct books *books, struct finding *finding)
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

static bool has_place(const struct inbox_record *rows, int64_t count, const struct place *place)
{
	return count && bsearch(place, rows, (size_t)count, sizeof *rows, place_compare);
}

/* What the publisher was told is safe lies in the topic. */
void judge_ledger(const struct books *books, struct finding *finding)
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
		else if (inside && audit_is_unread(inbox(books), place->partition, place->offset))
			finding_add(finding, AUDIT_UNKNOWN, "ledger: inbox %d/%lld cannot be read yet", place->partition,
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
void judge_letters(const struct books *books, struct finding *finding)
{
	finding->checked = books->parked.count;
	for (int64_t i = 0; i < books->parked.count; i++) {
		const struct log_place *parked = &books->parked.rows[i];
		if (!books->kept.count ||
		    !bsearch(parked, books->kept.rows, (size_t)books->kept.count, sizeof *parked, log_place_compare))
			finding_add(finding, AUDIT_LOST, "row %d/%lld of the log of %s parked a record, and its bytes are not kept",
			    parked->shard, (long long)parked->seq, service_rows[parked->service].name);
	}
}
