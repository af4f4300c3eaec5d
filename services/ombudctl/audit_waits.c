/* What cannot be read yet is not lost: what it is, and who has it to do. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/base/utf8.h"
#include "services/ombudctl/audit.h"
#include "services/ombudctl/words.h"

bool audit_is_cut(const struct book_topic *topic, int partition)
{
	return topic->away[partition] || topic->unread[partition] > 0;
}

bool audit_is_unread(const struct book_topic *topic, int partition, int64_t offset)
{
	bool behind = topic->unread[partition] > 0 && offset >= topic->high[partition] - topic->unread[partition];
	return topic->away[partition] || behind;
}

static int64_t max_of(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

/* The highest number that lies on a topic of ours, and is true. */
static int64_t said_on(const struct book_topic *topic, int partition)
{
	const struct fact_list *raw = &topic->raw[partition];
	int64_t last = 0;
	for (int64_t i = 0; i < raw->count; i++)
		if (raw->rows[i].kind != FACT_FORMER)
			last = max_of(last, raw->rows[i].shard_sequence);
	return last;
}

/* So many facts of the topic lie there that the service has not taken. */
static int64_t facts_waiting(const struct books *books, int t, int service, int partition)
{
	const struct position *position = &books->positions[service][partition];
	int64_t taken = position->known ? max_of(position->in_sequences[t], 0) : 0;
	return max_of(said_on(books->topics[t], partition) - taken, 0);
}

static int64_t records_waiting(const struct books *books, int partition)
{
	const struct position *position = &books->positions[SERVICE_INTAKE][partition];
	int64_t next = position->known ? max_of(position->next_offsets[0], 0) : 0, count = 0;
	for (int64_t i = 0; i < books->records.count; i++) {
		const struct place *place = &books->records.rows[i].place;
		count += place->partition == partition && place->offset >= next;
	}
	return count;
}

static int64_t waiting(const struct books *books, int t, int service, int partition)
{
	return t == 0 ? records_waiting(books, partition) : facts_waiting(books, t, service, partition);
}

static bool is_behind(const struct books *books, int service, int shard)
{
	if (books->positions[service][shard].stopped[0])
		return true;
	for (int t = 0; t < books->topics_count; t++)
		if (books->topics[t]->reads[service] &&
		    (audit_is_cut(books->topics[t], shard) || waiting(books, t, service, shard) > 0))
			return true;
	return false;
}

bool audit_is_behind(const struct books *books, int service, int shard)
{
	struct position *position = &books->positions[service][shard];
	if (!position->looked)
		position->behind = is_behind(books, service, shard);
	position->looked = true;
	return position->behind;
}

/* ---- the list ---- */

__attribute__((format(printf, 2, 3))) static void waits_add(struct waits *waits, const char *format, ...)
{
	va_list args;
	if (waits->count == AUDIT_WAITS_MAX) {
		waits->more++;
		return;
	}
	va_start(args, format);
	vsnprintf(waits->texts[waits->count], AUDIT_WAIT_SIZE, words_in_use(format), args);
	utf8_trim(waits->texts[waits->count++]);
	va_end(args);
}

static void add_stops(const struct books *books, struct waits *waits)
{
	for (int s = 0; s < SERVICES_COUNT; s++)
		for (int p = 0; p < books->partitions; p++)
			if (books->positions[s][p].stopped[0])
				waits_add(waits, "a person: shard %d of %s has stopped (%s); ombudctl shard show", p,
				    service_rows[s].name, books->positions[s][p].stopped);
}

static void add_unread(const struct books *books, struct waits *waits)
{
	for (int t = 0; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++) {
			const struct book_topic *topic = books->topics[t];
			if (topic->away[p])
				waits_add(waits, "the broker: it does not answer for %s/%d", topic->name, p);
			else if (topic->unread[p] > 0)
				waits_add(waits, "a transaction on %s/%d, open before offset %" PRId64, topic->name, p,
				    topic->high[p] - topic->unread[p]);
		}
}

static void add_readers(const struct books *books, struct waits *waits)
{
	for (int t = 0; t < books->topics_count; t++)
		for (int s = 0; s < SERVICES_COUNT; s++) {
			int64_t count = 0;
			for (int p = 0; books->topics[t]->reads[s] && p < books->partitions; p++)
				count += waiting(books, t, s, p);
			if (count)
				waits_add(
				    waits, "%s: to take %" PRId64 " of %s", service_rows[s].name, count, books->topics[t]->name);
		}
}

static void add_senders(const struct books *books, struct waits *waits)
{
	for (int t = 1; t < books->topics_count; t++) {
		const struct book_topic *topic = books->topics[t];
		int64_t count = 0;
		for (int p = 0; p < books->partitions; p++)
			count += audit_is_cut(topic, p) ? 0 : max_of(topic->log[p].count - said_on(topic, p), 0);
		if (count)
			waits_add(waits, "%s: to send %" PRId64 " on %s", service_rows[topic->writer].name, count, topic->name);
	}
}

static void add_gone(const struct books *books, struct waits *waits)
{
	for (int t = 0; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++)
			if (books->topics[t]->low[p] > 0)
				waits_add(waits, "nothing: %s/%d begins at %" PRId64 ", what lay before will not be known",
				    books->topics[t]->name, p, books->topics[t]->low[p]);
	if (books->records.count < books->least)
		waits_add(waits, "%" PRId64 " records more (--least)", books->least - books->records.count);
}

void audit_find_waits(const struct books *books, struct waits *waits)
{
	*waits = (struct waits){.count = 0};
	add_stops(books, waits);
	add_unread(books, waits);
	add_readers(books, waits);
	add_senders(books, waits);
	add_gone(books, waits);
	if (!waits->count)
		waits_add(waits, "what runs: the books were moving while they were read; look again");
}
