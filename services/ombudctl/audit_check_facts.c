/* The fact topics: what lies there, the logs it came from, and what its readers took. */
#include "services/ombudctl/audit_checks.h"
#include "services/ombudctl/words.h"

/* The log says the same, byte for byte, under the same id. */
static void judge_fact(const struct book_topic *topic, int shard, const struct fact *fact, struct finding *finding)
{
	const struct fact_list *log = &topic->log[shard];
	const struct fact *row =
	    fact->shard_sequence < 1 || fact->shard_sequence > log->count ? NULL : &log->rows[fact->shard_sequence - 1];
	if (!row)
		finding_add(
		    finding, AUDIT_PHANTOM, "%s/%d: %lld is in no log", topic->name, shard, (long long)fact->shard_sequence);
	else if (row->digest != fact->digest || row->seq != fact->seq || row->born != fact->born)
		finding_add(finding, AUDIT_PHANTOM, "%s/%d: %lld is not what the log says", topic->name, shard,
		    (long long)fact->shard_sequence);
}

/* What a person has ended: each stretch of it once. */
static void tell_former(const struct book_topic *topic, int shard, const struct position *writer, struct finding *finding)
{
	const struct fact_list *raw = &topic->raw[shard];
	for (int64_t i = 0, from = 0; i < raw->count; i++) {
		bool ends = i + 1 == raw->count || raw->rows[i + 1].kind != FACT_FORMER;
		if (raw->rows[i].kind != FACT_FORMER || !ends) {
			from = raw->rows[i].kind == FACT_FORMER ? from : i + 1;
			continue;
		}
		const struct fact *first = &raw->rows[from], *last = &raw->rows[i];
		finding_add_many(finding, writer->restated ? AUDIT_FORMER : AUDIT_PHANTOM, i - from + 1,
		    "%s/%d: %lld to %lld of history %d (offsets %lld to %lld) are not true any more: the shard says all again under history %d",
		    topic->name, shard, (long long)first->shard_sequence, (long long)last->shard_sequence, last->history,
		    (long long)first->offset, (long long)last->offset, writer->history);
		from = i + 1;
	}
}

/* First occurrences on the topic are 1, 2, 3 ... without holes, and each is the log's row byte for byte. Returns how many. */
static int64_t judge_raw(const struct book_topic *topic, int shard, const struct position *writer, struct finding *finding)
{
	const struct fact_list *raw = &topic->raw[shard];
	int64_t last = 0;
	finding->checked += raw->count;
	if (raw->count && topic->low[shard] > 0)
		last = raw->rows[0].shard_sequence - 1;
	for (int64_t i = 0; i < raw->count; i++) {
		const struct fact *fact = &raw->rows[i];
		if (fact->history > writer->history)
			finding_add(finding, AUDIT_PHANTOM, "%s/%d: %lld is of history %d, the log is in %d", topic->name, shard,
			    (long long)fact->shard_sequence, fact->history, writer->history);
		if (fact->kind == FACT_FORMER)
			continue;
		if (fact->kind == FACT_FIRST && fact->shard_sequence > last + 1)
			finding_add(finding, AUDIT_LOST, "%s/%d: %lld follows %lld", topic->name, shard,
			    (long long)fact->shard_sequence, (long long)last);
		if (fact->shard_sequence > last)
			last = fact->shard_sequence;
		judge_fact(topic, shard, fact, finding);
	}
	tell_former(topic, shard, writer, finding);
	return last;
}

/* Rows of the log that are not on the topic: lost when the cursor says that the broker has them, else not sent yet. */
static void judge_unsent(const struct books *books, int t, int shard, int64_t last, struct finding *finding)
{
	const struct book_topic *topic = books->topics[t];
	const struct position *position = &books->positions[topic->writer][shard];
	for (int64_t n = last; n < topic->log[shard].count; n++) {
		const struct fact *row = &topic->log[shard].rows[n];
		bool sent = position->known && row->seq <= position->acked_seq && row->seq <= position->log_seq;
		if (sent && !audit_is_cut(topic, shard))
			finding_add(finding, AUDIT_LOST, "%s/%d: %lld was acknowledged and is not there", topic->name, shard,
			    (long long)row->shard_sequence);
		else
			finding_add(finding, AUDIT_UNKNOWN, "%s/%d: %lld is not %s yet", topic->name, shard,
			    (long long)row->shard_sequence, words_in_use(sent ? "to be read" : "sent"));
	}
}

static void judge_readers(const struct books *books, int t, int shard, int64_t last, struct finding *finding)
{
	const struct book_topic *topic = books->topics[t];
	for (int s = 0; s < SERVICES_COUNT; s++) {
		const struct position *position = &books->positions[s][shard];
		if (!topic->reads[s])
			continue;
		int64_t taken = position->known && position->in_sequences[t] > 0 ? position->in_sequences[t] : 0;
		int32_t history = position->known ? position->in_histories[t] : 0;
		const struct position *writer = &books->positions[topic->writer][shard];
		int64_t former = history < writer->history ? writer->formers[t][history] : INT64_MAX;
		if (taken > former) {
			finding_add_many(finding, AUDIT_PHANTOM, taken - former,
			    "%s/%d: %s has taken up to %lld of history %d, of which %lld are true", topic->name, shard,
			    service_rows[s].name, (long long)taken, history, (long long)former);
			continue;
		}
		if (taken < last)
			finding_add(finding, AUDIT_UNKNOWN, "%s/%d: %s has taken %lld of %lld", topic->name, shard,
			    service_rows[s].name, (long long)taken, (long long)last);
		if (taken > last && audit_is_cut(topic, shard))
			finding_add(finding, AUDIT_UNKNOWN, "%s/%d: %s has taken %lld, only %lld can be read yet", topic->name,
			    shard, service_rows[s].name, (long long)taken, (long long)last);
		else if (taken > last)
			finding_add(finding, AUDIT_PHANTOM, "%s/%d: %s has taken %lld, only %lld were said", topic->name, shard,
			    service_rows[s].name, (long long)taken, (long long)last);
	}
}

/* S3, S4: topic == log == what its readers have taken. */
void judge_facts(const struct books *books, struct finding *finding)
{
	for (int t = 1; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			int64_t last = judge_raw(books->topics[t], p, &books->positions[books->topics[t]->writer][p], finding);
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

/* A reader's effect of a fact: readers take it where it stands first, and nothing of an ended history beyond where it is true
 * (unless a person has decided of the reader since). */
static void judge_taking(const struct books *books, const struct fact *fact, const struct taking *taking, struct finding *finding)
{
	const char *topic = books->topics[taking->topic]->name, *reader = service_rows[taking->service].name;
	if (fact->kind == FACT_AGAIN)
		finding_add(finding, AUDIT_DOUBLED, "%s/%d: %s took %lld again, at offset %lld", topic, taking->shard, reader,
		    (long long)fact->shard_sequence, (long long)taking->offset);
	if (fact->kind != FACT_FORMER)
		return;
	bool decided = taking->seq < books->positions[taking->service][taking->shard].decided_seq;
	finding_add(finding, decided ? AUDIT_FORMER : AUDIT_PHANTOM,
	    "%s/%d: %s took %lld of history %d, at offset %lld, which is not true any more", topic, taking->shard, reader,
	    (long long)fact->shard_sequence, fact->history, (long long)taking->offset);
}

/* S5: a fact that lies on its topic again has no effect there; readers took it where it stood first. */
void judge_taken_again(const struct books *books, struct finding *finding)
{
	int64_t at = 0;
	finding->checked = books->takings.count;
	for (int t = 1; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			const struct fact_list *raw = &books->topics[t]->raw[p];
			for (int64_t i = 0; i < raw->count; i++) {
				struct taking here = {.topic = t, .shard = p, .offset = raw->rows[i].offset};
				for (; at < books->takings.count && taking_compare(&books->takings.rows[at], &here) <= 0; at++)
					if (!taking_compare(&books->takings.rows[at], &here))
						judge_taking(books, &raw->rows[i], &books->takings.rows[at], finding);
			}
		}
}

void judge_log_numbers(const struct books *books, struct finding *finding)
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
