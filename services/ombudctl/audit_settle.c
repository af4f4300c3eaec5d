/* Which records of the fact topics are the first and true ones: numbers were given twice where a person has had a shard say all
 * again under a new history.
 */
#include "services/ombudctl/audit.h"

/* What is known of one partition while it is gone through. */
struct seen {
	int32_t history;
	int64_t last; /* number, in that history */
};

/* A higher history begins: what was said beyond `former` is not true any more. */
static void begin_history(struct fact_list *raw, int64_t until, struct seen *seen, int32_t history, int64_t former)
{
	for (int64_t i = 0; i < until && seen->last > former; i++)
		if (raw->rows[i].kind == FACT_FIRST && raw->rows[i].shard_sequence > former)
			raw->rows[i].kind = FACT_FORMER;
	seen->history = history;
	if (seen->last > former)
		seen->last = former;
}

/* Up to which the history that was seen last is true in the one that begins. The record that begins it says that of the one before
 * its own only; of an older one the writer's row knows it. */
static int64_t former_of(const struct seen *seen, const struct fact *fact, const struct position *writer, int topic)
{
	bool between = fact->history > seen->history + 1 && seen->history < writer->history;
	int64_t known = between ? writer->formers[topic][seen->history] : INT64_MAX;
	return known < fact->former ? known : fact->former;
}

static void settle_partition(struct fact_list *raw, const struct position *writer, int topic)
{
	struct seen seen = {0, 0};
	for (int64_t i = 0; i < raw->count; i++) {
		struct fact *fact = &raw->rows[i];
		if (fact->history > seen.history)
			begin_history(raw, i, &seen, fact->history, former_of(&seen, fact, writer, topic));
		if (fact->history < seen.history)
			fact->kind = fact->shard_sequence > seen.last ? FACT_FORMER : FACT_AGAIN;
		else
			fact->kind = fact->shard_sequence > seen.last ? FACT_FIRST : FACT_AGAIN;
		if (fact->kind == FACT_FIRST)
			seen.last = fact->shard_sequence;
	}
	if (writer->known && writer->history > seen.history)
		begin_history(raw, raw->count, &seen, writer->history, writer->formers[topic][seen.history]);
}

static bool counts(const struct books *books, int topic, int partition, int64_t index)
{
	return books->topics[topic]->raw[partition].rows[index].kind == FACT_FIRST;
}

#define KEEP(list, topic, partition, index)                                                                         \
	do {                                                                                                        \
		int64_t kept = 0;                                                                                   \
		for (int64_t i = 0; i < (list)->count; i++)                                                         \
			if (counts(books, (list)->rows[i].topic, (list)->rows[i].partition, (list)->rows[i].index)) \
				(list)->rows[kept++] = (list)->rows[i];                                             \
		(list)->count = kept;                                                                               \
	} while (0)

void audit_settle(struct books *books)
{
	for (int t = 1; t < books->topics_count; t++)
		for (int p = 0; p < books->partitions; p++)
			settle_partition(&books->topics[t]->raw[p], &books->positions[books->topics[t]->writer][p], t);
	KEEP(&books->steps, fact.topic, fact.partition, fact.index);
	KEEP(&books->numbers, topic, partition, index);
	KEEP(&books->remedies_said, fact.topic, fact.partition, fact.index);
}
