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
#include "common/daemon/intake.h"
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
	int count = wire_record_read(work->item.arena, &work->record, topic, &work->wire);
	if (work->wire.timestamp_us == 0 || !instant_in_bounds(work->wire.timestamp_us))
		work->wire.timestamp_us = daemon_now_us(lane->daemon);
	if (count <= WIRE_HEADERS_MAX)
		return;
	work->fault_code = "too_many_headers";
	snprintf(work->fault_reason, sizeof work->fault_reason, "%d headers, %d at most", count, WIRE_HEADERS_MAX);
}

static int64_t header_number(const struct work *work, const char *name)
{
	const struct header *header = wire_header_find(&work->wire.headers, name);
	char text[24];
	if (!header || !header->value || header->size >= sizeof text)
		return 0;
	memcpy(text, header->value, header->size);
	text[header->size] = 0;
	return strtoll(text, NULL, 10);
}

static void place(struct work *work, int shards_count)
{
	struct item *item = &work->item;
	item->key = work->decoded.key;
	item->home = hash_partition(item->key, strlen(item->key), shards_count);
	item->misplaced = item->home != work->record.partition;
}

void work_decode(struct lane *lane, struct work *work)
{
	const struct subscription *subscription = &lane->daemon->service->row->reads[work->record.topic];
	struct item *item = &work->item;
	struct wire_fault fault = {.code = NULL};
	bool failed = fail_point("decode.before");
	work->decoded_once = true;
	read_wire(lane, work, subscription->topic);
	work->shard_sequence = subscription->inbox ? 0 : header_number(work, "ce_shardsequence");
	if (work->fault_code)
		return;
	if (!subscription->inbox && work->shard_sequence < 1) {
		/* Nobody of ours sends it so: neither a repeat nor a gap could be seen. */
		work->fault_code = "no_sequence";
		snprintf(
		    work->fault_reason, sizeof work->fault_reason, "The header ce_shardsequence is missing or no positive number.");
		return;
	}
	bool right = !failed && (subscription->inbox ? wire_decode_inbox(item->arena, &work->wire, &work->decoded, &fault)
						     : wire_decode_fact(item->arena, &work->wire, &work->decoded, &fault));
	if (!right) {
		work->fault_code = fault.code ? fault.code : "undecodable";
		snprintf(work->fault_reason, sizeof work->fault_reason, "%s", fault.reason);
		return;
	}
	counters_unknown_fields(lane->daemon, work->record.topic, work->decoded.unknown_fields);
	item->event = work->decoded.event;
	item->trace = work->decoded.trace ? work->decoded.trace : "";
	item->cause = work->decoded.cause;
	item->body_digest = work->decoded.body_digest;
	item->received_us = work->wire.received_us;
	if (subscription->inbox)
		place(work, lane->daemon->shards_count);
	else
		item->key = work->decoded.key;
	(void)fail_point("decode.after");
}

bool work_admit(struct lane *lane, struct work *work)
{
	struct shard *shard = work->item.shard;
	int topic = work->record.topic;
	bool held = shard->stop.now && !shard->stop.gone; /* read again, later; what came before what is gone is taken still */
	if (!shard->taken || held || work->record.offset < shard->to.next_offsets[topic]) {
		if (shard->taken && !held)
			counters_record(lane->daemon, topic, "repeat", 1);
		return false;
	}
	int64_t sequence = work->shard_sequence;
	if (sequence > shard->to.in_sequences[topic] + 1) {
		shard_stop_gap(shard, topic, sequence, shard->to.in_sequences[topic] + 1);
		return false;
	}
	shard->to.next_offsets[topic] = work->record.offset + 1;
	if (sequence && sequence <= shard->to.in_sequences[topic] && !planted(BUG_NO_SEQUENCE_CHECK)) {
		counters_record(lane->daemon, topic, "repeat", 1);
		return false;
	}
	if (sequence > shard->to.in_sequences[topic])
		shard->to.in_sequences[topic] = sequence;
	return true;
}
