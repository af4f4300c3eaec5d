/* The raw topics, from offset 0 to where they ended when the audit began. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/instant.h"
#include "common/io/crypto.h"
#include "common/model/topics.h"
#include "common/wire/kafka.h"
#include "services/ombudctl/audit.h"
#include "services/ombudctl/broker.h"
#include "services/ombudctl/words.h"

enum { READ_WAIT_MS = 500, STALL_US = 20000000, PROGRESS_EVERY_US = 2000000 };

struct reading {
	struct books *books;
	struct arena *arena;                  /* of one record */
	int64_t *positions[AUDIT_TOPICS_MAX]; /* next offset, by partition */
	int64_t records, told_us;
};

static void topic_add(struct books *books, const struct topic_row *row)
{
	struct book_topic *topic = xcalloc(1, sizeof *topic);
	topic->name = row->name;
	topic->writer = service_writer(row->name);
	for (int s = 0; s < SERVICES_COUNT; s++)
		topic->reads[s] = service_reads(&service_rows[s], row->name);
	books->topics[books->topics_count++] = topic;
}

/* The first partition that the broker does not answer for is waited for, the next ones hardly. */
static bool read_end(struct kafka_admin *admin, const char *name, int partition, bool *patient, int64_t *low, int64_t *high)
{
	bool answered = *patient ? broker_watermarks(admin, name, partition, low, high)
				 : kafka_watermarks(admin, name, partition, low, high, BROKER_TELL_MS);
	*patient = *patient && answered;
	return answered;
}

static void read_ends(const struct ctl *ctl, struct kafka_admin *admin, struct books *books, bool again)
{
	char name[TOPIC_NAME_SIZE];
	bool patient = true;
	for (int t = 0; t < books->topics_count; t++) {
		struct book_topic *topic = books->topics[t];
		for (int p = 0; p < books->partitions; p++) {
			int64_t low = 0, high = 0;
			if (!read_end(admin, broker_topic(ctl, topic->name, name), p, &patient, &low, &high)) {
				topic->away[p] = true;
				continue;
			}
			topic->end[p] = high;
			if (again)
				continue;
			topic->low[p] = low;
			topic->high[p] = high;
		}
	}
}

/* ---- one record ---- */

static uint64_t first_bytes(const struct crypto_part *parts, int count)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	uint64_t number = 0;
	crypto_sha256(parts, count, digest);
	for (int i = 0; i < 8; i++)
		number = number << 8 | digest[i];
	return number;
}

/* The numbers of "<shard>-<seq>" or "<history>.<shard>-<seq>"; seq 0: not of that form. */
static int64_t log_number(const char *event_id, int32_t *history)
{
	const char *dash = strchr(event_id, '-'), *dot = strchr(event_id, '.');
	*history = dot && dash && dot < dash ? (int32_t)strtol(event_id, NULL, 10) : 0;
	return dash ? strtoll(dash + 1, NULL, 10) : 0;
}

/* What a fact says goes into the books of complaints and remedies; audit_settle() takes out what was said again. */
static void take_said(struct reading *reading, int topic, const struct kafka_record *record, const struct wire_decoded *decoded)
{
	struct books *books = reading->books;
	struct fact_place place = {topic, record->partition, books->topics[topic]->raw[record->partition].count - 1};
	const struct event *event = decoded->event;
	if (decoded->sequence > 0) {
		const struct crypto_part parts[] = {{&topic, sizeof topic}, {event->complaint_id, strlen(event->complaint_id)}};
		*list_add(&books->numbers) = (struct number){.topic = topic,
		    .partition = record->partition,
		    .offset = record->offset,
		    .sequence = decoded->sequence,
		    .subject = first_bytes(parts, 2),
		    .index = place.index};
	}
	if (!strcmp(books->topics[topic]->name, "ombud.complaint.v1") && decoded->sequence > 0)
		*list_add(&books->steps) = (struct step){.complaint = arena_strdup(books->arena, event->complaint_id),
		    .sequence = decoded->sequence,
		    .moves = event->type_id == EVENT_COMPLAINT_CHANGED,
		    .before = event->stage_before,
		    .stage = event->stage,
		    .fact = place};
	if (event->type_id == EVENT_REMEDY_ORDERED)
		*list_add(&books->remedies_said) = (struct remedy_row){
		    arena_strdup(books->arena, event->remedy_key), event->remedy ? event->remedy->amount.minor_units : 0, place};
}

static void take_fact(struct reading *reading, int topic, const struct kafka_record *record)
{
	struct wire_record raw;
	struct wire_decoded decoded;
	struct wire_fault fault = {0};
	reading->books->unreadable.checked++;
	if (!record->value)
		return; /* a tombstone is no fact */
	wire_record_read(reading->arena, record, reading->books->topics[topic]->name, &raw);
	if (!wire_decode_fact(reading->arena, &raw, &decoded, &fault)) {
		finding_add(&reading->books->unreadable, AUDIT_PHANTOM, "%s %d/%lld: %s", raw.topic, raw.partition,
		    (long long)raw.offset, fault.reason);
		return;
	}
	const struct crypto_part parts[] = {{record->key, record->key_size}, {record->value, record->size}};
	struct fact *fact = list_add(&reading->books->topics[topic]->raw[record->partition]);
	*fact = (struct fact){.offset = record->offset,
	    .shard_sequence = decoded.shard_sequence,
	    .sequence = decoded.sequence,
	    .digest = first_bytes(parts, 2),
	    .history = decoded.history,
	    .former = decoded.former_sequence};
	fact->seq = log_number(decoded.event->event_id, &fact->born);
	take_said(reading, topic, record, &decoded);
}

/* As it lies there; who it is by is known when it can be read. */
static void take_inbox(struct reading *reading, const struct kafka_record *record)
{
	struct inbox_record *row = list_add(&reading->books->records);
	struct wire_record raw;
	struct wire_decoded decoded;
	struct wire_fault fault = {0};
	size_t size;
	wire_record_read(reading->arena, record, reading->books->topics[0]->name, &raw);
	const struct headers all = wire_record_headers(reading->arena, record);
	const void *headers = wire_headers_pack(reading->arena, &all, &size);
	const struct crypto_part parts[] = {
	    {record->key, record->key_size}, {"", 1}, {record->value, record->size}, {"", 1}, {headers, size}};
	row->place = (struct place){record->partition, record->offset};
	row->digest = first_bytes(parts, 5);
	if (!wire_decode_inbox(reading->arena, &raw, &decoded, &fault))
		return;
	row->cause = decoded.cause;
	row->body_digest = decoded.body_digest;
}

static void take_record(struct reading *reading, const struct kafka_record *record)
{
	struct books *books = reading->books;
	int topic = record->topic;
	if (record->partition >= books->partitions || record->offset >= books->topics[topic]->high[record->partition])
		return;
	arena_reset(reading->arena);
	if (topic == 0)
		take_inbox(reading, record);
	else
		take_fact(reading, topic, record);
}

/* ---- all of them ---- */

static void progress(struct reading *reading)
{
	int64_t now = instant_monotonic_us();
	if (now - reading->told_us < PROGRESS_EVERY_US || !isatty(2))
		return;
	reading->told_us = now;
	fprintf(stderr, words_in_use("\r%lld records read"), (long long)reading->records);
}

static bool all_read(const struct reading *reading)
{
	for (int t = 0; t < reading->books->topics_count; t++)
		for (int p = 0; p < reading->books->partitions; p++)
			if (reading->positions[t][p] < reading->books->topics[t]->high[p])
				return false;
	return true;
}

/* Where the reading has not come to the end that there was: the end of what can be read lies before it, or the broker was silent.
 */
static void note_unread(struct reading *reading, const struct kafka_reader *reader)
{
	for (int t = 0; t < reading->books->topics_count; t++)
		for (int p = 0; p < reading->books->partitions; p++) {
			struct book_topic *topic = reading->books->topics[t];
			int64_t end = kafka_reader_end(reader, t, p), read = reading->positions[t][p];
			read = end > read ? end : read;
			if (end < 0 && read < topic->high[p])
				topic->away[p] = true;
			else if (read < topic->high[p])
				topic->unread[p] = topic->high[p] - read;
		}
}

static void read_all(struct reading *reading, struct kafka_reader *reader)
{
	struct kafka_record record;
	bool ended = false;
	int64_t last_us = instant_monotonic_us();
	while (!ended && !all_read(reading)) {
		if (kafka_reader_next(reader, &record, READ_WAIT_MS, &ended)) {
			reading->positions[record.topic][record.partition] = record.offset + 1;
			take_record(reading, &record);
			kafka_record_free(&record);
			reading->records++;
			last_us = instant_monotonic_us();
			progress(reading);
		} else if (!ended && instant_monotonic_us() - last_us > STALL_US) {
			break;
		}
	}
	note_unread(reading, reader);
	if (isatty(2) && reading->told_us)
		fputc('\n', stderr);
}

static bool read_topics(const struct ctl *ctl, struct reading *reading)
{
	static char names[AUDIT_TOPICS_MAX][TOPIC_NAME_SIZE];
	const char *topics[AUDIT_TOPICS_MAX + 1] = {NULL};
	char error[512];
	for (int t = 0; t < reading->books->topics_count; t++) {
		topics[t] = broker_topic(ctl, reading->books->topics[t]->name, names[t]);
		reading->positions[t] = xcalloc((unsigned long)reading->books->partitions, sizeof(int64_t));
	}
	struct kafka_reader *reader = kafka_reader_new(broker_settings(), topics, error, sizeof error);
	if (!reader)
		die("%s", error);
	bool good = kafka_reader_start(reader, 0, BROKER_WAIT_MS);
	if (!good) {
		broker_tell(ctl);
		ctl_say("a topic is missing, or the broker does not answer (ombudctl topics check)");
	}
	if (good)
		read_all(reading, reader);
	kafka_reader_free(reader);
	for (int t = 0; t < reading->books->topics_count; t++) {
		free(reading->positions[t]);
	}
	return good;
}

static bool find_partitions(const struct ctl *ctl, struct kafka_admin *admin, struct books *books)
{
	char name[TOPIC_NAME_SIZE];
	for (const struct topic_row *row = topic_rows; row->name; row++) {
		int partitions = broker_partitions(ctl, admin, broker_topic(ctl, row->name, name));
		if (partitions == 0)
			ctl_say("there is no topic %s (ombudctl topics create)", name);
		else if (partitions > 0 && books->partitions && partitions != books->partitions)
			ctl_say("%s has %d partitions, others have %d", name, partitions, books->partitions);
		else if (partitions > AUDIT_PARTITIONS_MAX)
			ctl_say("%s has %d partitions, at most %d can be audited", name, partitions, AUDIT_PARTITIONS_MAX);
		else if (partitions > 0)
			books->partitions = partitions;
		if (partitions <= 0 || partitions != books->partitions)
			return false;
		if (!service_hops(row->name)) /* those are judged by the database alone */
			topic_add(books, row);
	}
	return true;
}

bool audit_find_topics(struct ctl *ctl, struct books *books)
{
	struct kafka_admin *admin = broker_admin();
	bool good = find_partitions(ctl, admin, books);
	kafka_admin_free(admin);
	return good;
}

bool audit_read_topics(struct ctl *ctl, struct books *books)
{
	struct reading reading = {.books = books, .arena = arena_new(0), .told_us = instant_monotonic_us()};
	struct kafka_admin *admin = broker_admin();
	read_ends(ctl, admin, books, false);
	bool good = read_topics(ctl, &reading);
	kafka_admin_free(admin);
	arena_free(reading.arena);
	if (books->records.count)
		qsort(books->records.rows, (size_t)books->records.count, sizeof *books->records.rows, place_compare);
	return good;
}

bool audit_read_ends(struct ctl *ctl, struct books *books)
{
	struct kafka_admin *admin = broker_admin();
	read_ends(ctl, admin, books, true);
	kafka_admin_free(admin);
	return true;
}
