/* A raw record to an item: decoding, placement, repeats and gaps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/hop.h"
#include "common/daemon/work.h"
#include "common/daemon/lane.h"
#include "common/daemon/planted.h"
#include "common/daemon/shard.h"
#include "common/wire/kafka.h"

static struct shard *shard_of(struct lane *lane, int partition)
{
	return &lane->daemon->shards[partition];
}

struct work *work_new(struct lane *lane, struct kafka_record *record)
{
	struct work *work = lane->spare_count ? lane->spare[--lane->spare_count] : NULL;
	struct arena *arena = work ? work->item.arena : arena_new(WIRE_BUDGET_MAX);
	if (!work)
		work = xcalloc(1, sizeof *work);
	*work = (struct work){.record = *record};
	work->item.kind = ITEM_RECORD;
	work->item.arena = arena;
	work->item.shard = shard_of(lane, record->partition);
	work->item.topic = record->topic;
	work->item.inbox = lane->daemon->service->row->reads[record->topic].inbox;
	work->item.offset = record->offset;
	work->item.timestamp_us = record->timestamp_us;
	work->item.raw = record->value;
	work->item.raw_size = record->size;
	work->item.trace = "";
	work->item.key = "";
	work->item.home = record->partition;
	work->item.from_shard = -1;
	return work;
}

void work_free(struct lane *lane, struct work *work)
{
	kafka_record_free(&work->record);
	arena_reset(work->item.arena);
	lane->spare[lane->spare_count++] = work;
}

/* The record's own time stands in for an event's, and whoever made it may have said anything: one that no event can have would be
 * told on, and no reader would take it. */
static void read_wire(struct lane *lane, struct work *work, const char *topic)
{
	wire_record_read(work->item.arena, &work->record, topic, &work->wire);
	if (work->wire.timestamp_us == 0 || !instant_in_bounds(work->wire.timestamp_us))
		work->wire.timestamp_us = daemon_now_us(lane->daemon);
}

/* 0: it is not there; -1: it is no number, and nothing is guessed. */
static int64_t header_number(const struct work *work, const char *name)
{
	enum { DIGITS_MAX = 18 };
	const struct header *header = wire_header_find(&work->wire.headers, name);
	int64_t number = 0;
	if (!header || !header->value)
		return 0;
	if (!header->size || header->size > DIGITS_MAX)
		return -1;
	for (size_t i = 0; i < header->size; i++) {
		char digit = ((const char *)header->value)[i];
		if (digit < '0' || digit > '9')
			return -1;
		number = number * 10 + (digit - '0');
	}
	return number;
}

static void place(struct work *work, int shards_count)
{
	struct item *item = &work->item;
	item->key = work->decoded.key;
	item->home = hash_partition(item->key, strlen(item->key), shards_count);
	item->misplaced = item->home != work->record.partition;
}

static bool fault(struct work *work, const char *code, const char *reason)
{
	work->shard_sequence = 0; /* of nobody */
	if (work->fault_code)
		return false;
	work->fault_code = code;
	snprintf(work->fault_reason, sizeof work->fault_reason, "%s", reason);
	return false;
}

/* Which shard said it. */
static bool read_from_shard(struct lane *lane, struct work *work)
{
	const struct header *header = wire_header_find(&work->wire.headers, "ce_fromshard");
	int64_t from = header ? header_number(work, "ce_fromshard") : -1;
	work->item.key = arena_strndup(work->item.arena, work->record.key ? work->record.key : "", work->record.key_size);
	if (planted(BUG_FROM_SHARD_FORGOTTEN))
		from = 0;
	if (from < 0 || from >= lane->daemon->shards_count)
		return fault(work, "no_from_shard", "The header ce_fromshard is missing or names no shard.");
	work->item.from_shard = (int)from;
	return true;
}

/* Nobody of ours says a fact or a hop without a number: neither a repeat nor a gap could be seen. */
static bool read_numbers(struct lane *lane, struct work *work, const struct subscription *subscription)
{
	if (subscription->inbox)
		return true;
	work->shard_sequence = header_number(work, "ce_shardsequence");
	int64_t history = header_number(work, "ce_history");
	work->former = header_number(work, "ce_formersequence");
	if (work->shard_sequence < 1)
		return fault(work, "no_sequence", "The header ce_shardsequence is missing or no positive number.");
	if (history < 0 || history > CORE_HISTORIES_MAX || work->former < 0)
		return fault(work, "no_sequence", "The headers ce_history and ce_formersequence are out of bounds.");
	work->history = (int32_t)history;
	return !subscription->hop || read_from_shard(lane, work);
}

/* A tombstone of a compacted topic says nothing: it is no event, and nobody has to look at it. A number that it has counts. */
static void decode_nothing(struct lane *lane, struct work *work, const struct subscription *subscription)
{
	(void)read_numbers(lane, work, subscription);
	work->undecodable = true;
	work->says_nothing = true;
	work->fault_code = NULL;
}

void work_decode(struct lane *lane, struct work *work)
{
	const struct subscription *subscription = &lane->daemon->service->row->reads[work->record.topic];
	struct item *item = &work->item;
	struct wire_fault wrong = {.code = NULL};
	bool failed = fail_point("decode.before");
	work->decoded_once = true;
	read_wire(lane, work, subscription->topic);
	if (!work->record.value) {
		decode_nothing(lane, work, subscription);
		return;
	}
	if (!read_numbers(lane, work, subscription))
		return;
	bool right = !failed && (subscription->inbox ? wire_decode_inbox(item->arena, &work->wire, &work->decoded, &wrong)
						     : wire_decode_fact(item->arena, &work->wire, &work->decoded, &wrong));
	if (!right) {
		work->undecodable = true;
		work->fault_code = wrong.code ? wrong.code : "undecodable";
		work->fault = wrong;
		snprintf(work->fault_reason, sizeof work->fault_reason, "%s", wrong.reason);
		work->attributed = subscription->inbox ? wire_attribute(item->arena, &work->wire) : NULL;
		return;
	}
	counters_unknown_fields(lane->daemon, work->record.topic, work->decoded.unknown_fields);
	item->event = work->decoded.event;
	work->attributed = subscription->inbox ? item->event : NULL;
	item->trace = work->decoded.trace ? work->decoded.trace : "";
	item->cause = work->decoded.cause;
	item->body_digest = work->decoded.body_digest;
	item->refused = work->decoded.refused;
	item->refused_count = work->decoded.refused_count;
	item->received_us = work->wire.received_us;
	if (subscription->inbox)
		place(work, lane->daemon->shards_count);
	else if (!subscription->hop)
		item->key = work->decoded.key;
	(void)fail_point("decode.after");
}

/* What a number is, seen from the last one that was taken of whoever says it. */
enum number {
	NUMBER_NONE, /* or none that is believed */
	NUMBER_NEXT,
	NUMBER_REPEAT,
	NUMBER_FORMER, /* of a history that has ended before it: it is not true any more */
	NUMBER_GAP,
	NUMBER_UNKNOWN, /* between its history and ours there are others, of which it does not say up to where they are true */
	NUMBER_AHEAD,   /* its writer's log has not come to it, though it lay there when the log was looked at */
	NUMBER_FALSE,   /* none itself, but what was taken beyond where the former history ends was */
};

struct seen {
	int32_t history;
	int64_t last;
	bool asked;    /* the database knows its writer: */
	int32_t ended; /* histories below this one have ended at: */
	const int64_t *formers;
	int64_t until,
	    given; /* of hops: what lies before that offset it had said already, up to this number of the history `ended` */
};

/* What cannot be decoded may be ours, of a later version: then its number is the next one, or a repeat. No history begins and no
 * gap is seen by what anybody may have written. */
static bool is_believed(const struct seen *seen, const struct work *work)
{
	if (!work->shard_sequence)
		return false;
	return !work->undecodable || (work->history <= seen->history && work->shard_sequence <= seen->last + 1);
}

static enum number number_of(const struct seen *seen, const struct work *work)
{
	if (!is_believed(seen, work))
		return NUMBER_NONE;
	if (work->record.offset < seen->until &&
	    (work->history > seen->ended || (work->history == seen->ended && work->shard_sequence > seen->given)))
		return NUMBER_AHEAD;
	int32_t history = planted(BUG_NO_HISTORY_CHECK) ? work->history : seen->history;
	int64_t sequence = work->shard_sequence;
	if (work->history < history)
		return sequence <= seen->last ? NUMBER_REPEAT : NUMBER_FORMER;
	if (seen->asked && work->history > history + 1 && work->history > seen->ended)
		return NUMBER_UNKNOWN;
	if (work->history > history && seen->last > work->former)
		return NUMBER_FALSE;
	if (work->history < seen->ended && sequence > seen->formers[work->history] && !planted(BUG_NO_HISTORY_CHECK))
		return NUMBER_FORMER;
	if (sequence <= seen->last)
		return planted(BUG_NO_SEQUENCE_CHECK) ? NUMBER_NEXT : NUMBER_REPEAT;
	return sequence == seen->last + 1 ? NUMBER_NEXT : NUMBER_GAP;
}

static struct seen seen_of(const struct shard *shard, const struct work *work)
{
	const struct ownlook *look = &shard->own;
	int topic = work->record.topic;
	if (work->item.from_shard >= 0) {
		const struct hop_number *taken = hops_taken(&shard->hops, topic, work->item.from_shard);
		const struct hop_writer *writer = taken->writer;
		return (struct seen){.history = taken->history_to,
		    .last = taken->to,
		    .asked = writer != NULL,
		    .ended = writer ? writer->history : 0,
		    .formers = writer ? writer->formers : NULL,
		    .until = writer ? look->read[topic].end : 0,
		    .given = writer ? writer->sequence : 0};
	}
	return (struct seen){.history = shard->to.in_histories[topic],
	    .last = shard->to.in_sequences[topic],
	    .asked = look->writer_known[topic],
	    .ended = look->writer_known[topic] ? look->writer_history[topic] : 0,
	    .formers = look->writer_formers[topic]};
}

/* The shard's run goes over the record. */
static void pass(struct shard *shard, const struct work *work, const struct seen *seen, enum number number)
{
	int topic = work->record.topic;
	int32_t history = work->history > seen->history ? work->history : seen->history;
	int64_t last = work->shard_sequence > seen->last ? work->shard_sequence : seen->last;
	shard->to.next_offsets[topic] = work->record.offset + 1;
	shard->look.last[topic] = &work->record;
	if (number == NUMBER_NONE || number == NUMBER_FORMER)
		return;
	if (work->item.from_shard < 0) {
		shard->to.in_histories[topic] = history;
		shard->to.in_sequences[topic] = last;
	} else if (history != seen->history || last != seen->last) {
		hops_take(&shard->hops, topic, work->item.from_shard, history, last);
	}
}

static void stop_gap(struct shard *shard, const struct work *work, int64_t last)
{
	int topic = work->record.topic;
	char whose[40] = "";
	if (work->item.from_shard >= 0)
		snprintf(whose, sizeof whose, " of shard %d's hops", work->item.from_shard);
	shard_stop(shard, STOP_GAP, topic, shard->to.next_offsets[topic], "where number %lld follows %lld%s",
	    (long long)work->shard_sequence, (long long)last, whose);
}

/* What lies on the topic of a writer that went back: nothing of it is taken until it is known what is true. */
static void stop_ahead(struct shard *shard, const struct work *work, const struct seen *seen)
{
	int topic = work->record.topic;
	struct ownlook_end end = {.found = true,
	    .said = {.history = work->history, .sequence = work->shard_sequence, .former = work->former},
	    .end = seen->until};
	shard_stop_ahead(shard, shard->daemon->plain_topics[topic], &end, seen->ended, seen->given, false);
	shard->stop.topic = topic; /* there it goes on, not with the end of another one */
	shard->stop.offset = work->record.offset;
}

bool work_admit(struct lane *lane, struct work *work)
{
	struct shard *shard = work->item.shard;
	int topic = work->record.topic;
	bool held = shard_holds(shard);
	if (!shard->taken || held || work->record.offset < shard->to.next_offsets[topic]) {
		if (shard->taken && !held)
			counters_record(lane->daemon, topic, "repeat", 1);
		return false;
	}
	struct seen seen = seen_of(shard, work);
	enum number number = number_of(&seen, work);
	bool taken = number == NUMBER_NONE || number == NUMBER_NEXT;
	if (number == NUMBER_GAP) {
		stop_gap(shard, work, seen.last);
		return false;
	}
	if (number == NUMBER_UNKNOWN) { /* taken over again, it is known */
		shard_stop(shard, STOP_GAP, topic, shard->to.next_offsets[topic], "where history %d follows history %d",
		    work->history, seen.history);
		return false;
	}
	if (number == NUMBER_AHEAD) {
		stop_ahead(shard, work, &seen);
		return false;
	}
	if (number == NUMBER_FALSE) {
		shard_stop_former(shard, topic, work->item.from_shard, seen.history, seen.last, work->history, work->former);
		return false;
	}
	pass(shard, work, &seen, number);
	if (!taken)
		counters_record(lane->daemon, topic, number == NUMBER_FORMER ? "former" : "repeat", 1);
	return taken;
}
