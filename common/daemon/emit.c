/* What hooks call while they decide: log rows, dead letters, timers. Everything lands in the lane's write sets of this run. */
#include <string.h>

#include "common/base/die.h"
#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/emit.h"
#include "common/daemon/hop.h"
#include "common/daemon/work.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/io/kafka.h"
#include "common/model/topics.h"
#include "common/store/core.h"
#include "common/store/core_log.h"
#include "common/store/core_timers.h"
#include "common/wire/kafka.h"
#include "common/wire/wire.h"

enum { DEFERRED_US = 10 * 60 * 1000000 }; /* each try holds its lane up for half a minute */

static struct lane *lane_of(struct batch *batch, const struct item *item)
{
	return item->shard->lane;
}

static int *ordinal_of(struct item *item)
{
	return item->kind == ITEM_RECORD ? &((struct work *)item)->ordinal : &((struct event_work *)item)->ordinal;
}

void emit_reset(struct lane *lane)
{
	lane->rows_count = 0;
	HASH_CLEAR(hh, lane->changes); /* its memory is the batch arena's */
	core_store_reset(lane->store);
}

/* A row of the log with what every row has. */
static struct core_log_row *row_new(struct lane *lane, struct item *item)
{
	if (lane->rows_count == lane->rows_room) {
		lane->rows_room = lane->rows_room ? lane->rows_room * 2 : 512;
		lane->rows = xrealloc(lane->rows, (unsigned long)lane->rows_room * sizeof *lane->rows);
		lane->effects = xrealloc(lane->effects, (unsigned long)lane->rows_room * sizeof *lane->effects);
	}
	lane->effects[lane->rows_count] = (struct effect){.campaign = item->kind == ITEM_WALK ? item->campaign->id : 0};
	struct core_log_row *row = &lane->rows[lane->rows_count++];
	*row = (struct core_log_row){
	    .shard = item->shard->number,
	    .seq = ++item->shard->to.log_seq,
	    .at_us = lane->batch.now_us,
	    .ordinal = (*ordinal_of(item))++,
	    .key = "",
	    .trace = item->trace,
	};
	if (item->kind == ITEM_RECORD) {
		row->input_topic = lane->daemon->plain_topics[item->topic];
		row->input_offset = item->offset;
		row->cause = item->cause;
		row->body_digest = item->body_digest;
	}
	if (item->kind == ITEM_WALK)
		row->cause = item->cause;
	item->shard->touched = true;
	return row;
}

/* An event's own text may be gone when the line is written; an item's is not. */
static const char *kept(struct lane *lane, const char *text, bool said)
{
	return *text == '\0' ? NULL : said ? arena_strdup(lane->arena, text) : text;
}

/* For the line of the log. */
static void describe(struct lane *lane, const struct item *item, const struct event *said)
{
	const struct core_log_row *row = &lane->rows[lane->rows_count - 1];
	struct effect *effect = &lane->effects[lane->rows_count - 1];
	const struct event *about = said ? said : item->kind == ITEM_RECORD ? item->event : NULL;
	if (about)
		effect->order_id = strcmp(about->order_id, row->key) ? kept(lane, about->order_id, said)
				   : *row->key                       ? row->key
								     : NULL;
	if (about && uuid_is_zero(&row->subject))
		effect->complaint_id = kept(lane, about->complaint_id, said);
	if (!said)
		return;
	effect->type = said->type_id;
	effect->stage_before = said->stage_before;
	effect->stage = said->stage;
	effect->clock = said->clock;
	effect->reason = said->reason;
	if (said->type_id == EVENT_COMPLAINT_TRIAGED) {
		effect->complaint_type = said->type;
		effect->tier = said->tier;
		effect->priority = said->priority;
	}
}

static int emit_index(const struct daemon *daemon, const char *topic)
{
	for (int i = 0; i < daemon->emits_count; i++)
		if (!strcmp(daemon->service->row->emits[i], topic))
			return i;
	bug("%s does not emit %s", daemon->service->row->name, topic);
}

/* To the partition of its key, numbered for it. */
static void hop(struct lane *lane, struct core_log_row *row, int index)
{
	struct daemon *daemon = lane->daemon;
	row->topic = daemon->service->row->hops[index];
	row->elsewhere = true;
	row->partition = hash_partition(row->key, strlen(row->key), daemon->shards_count);
	row->shard_sequence = hops_give(&daemon->shards[row->shard].hops, index, row->partition);
}

static void fact(struct lane *lane, struct core_log_row *row, const char *topic)
{
	int index = emit_index(lane->daemon, topic);
	row->topic = lane->daemon->service->row->emits[index];
	row->shard_sequence = ++lane->daemon->shards[row->shard].to.out_sequences[index];
}

static char *digits_before(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

const char *emit_id(struct arena *arena, const struct shard *shard, int64_t seq)
{
	char text[48], *at = text + sizeof text - 1;
	int32_t born = shard_born(shard, seq);
	*at = 0;
	at = digits_before(at, (uint64_t)seq);
	*--at = '-';
	at = digits_before(at, (uint64_t)shard->number);
	if (born) {
		*--at = '.';
		at = digits_before(at, (uint64_t)born);
	}
	return arena_strndup(arena, at, (size_t)(text + sizeof text - 1 - at));
}

/* The record that was read; of something that waited, and goes on with another record, only its name is known here. Of one that
 * could not be decoded (it has no event) the name is said by whoever tells of it. */
static void fill_input(const struct lane *lane, const struct item *item, struct event *event)
{
	if (item->kind != ITEM_RECORD)
		return;
	if (item->event && event->input.event_id[0] == '\0') {
		event->input.source = item->event->source;
		event->input.event_id = item->event->event_id;
		event->input.occurred_at_us = item->event->occurred_at_us;
	} else if (item->event &&
		   (strcmp(event->input.event_id, item->event->event_id) || strcmp(event->input.source, item->event->source))) {
		return;
	}
	event->input.topic = lane->daemon->plain_topics[item->topic];
	event->input.partition = item->shard->number;
	event->input.offset = item->offset;
}

static void pack_event(struct lane *lane, struct item *item, const struct emission *emission, struct core_log_row *row)
{
	struct arena *arena = lane->arena;
	struct event event = *emission->event;
	event.source = lane->daemon->source;
	event.event_id = emit_id(arena, item->shard, row->seq);
	if (event.occurred_at_us == 0)
		event.occurred_at_us = lane->batch.now_us;
	fill_input(lane, item, &event);
	row->payload = wire_pack(arena, &event, &row->payload_size);
	row->type = event_type_name(event.type_id);
}

int64_t batch_emit(struct batch *batch, struct item *item, const struct emission *emission)
{
	struct lane *lane = lane_of(batch, item);
	struct core_log_row *row = row_new(lane, item);
	row->key = emission->key ? arena_strdup(lane->arena, emission->key) : "";
	row->subject = emission->subject;
	row->note = emission->note ? arena_strdup(lane->arena, emission->note) : NULL;
	row->sequence = emission->sequence;
	if (emission->without_cause)
		memset(&row->cause, 0, sizeof row->cause);
	if (emission->event)
		pack_event(lane, item, emission, row);
	else
		row->type = arena_strdup(lane->arena, emission->type);
	describe(lane, item, emission->event);
	int index = emission->topic ? hops_index(lane->daemon, emission->topic) : -1;
	if (index >= 0)
		hop(lane, row, index);
	else if (emission->topic)
		fact(lane, row, emission->topic);
	core_log_add(lane->store, row);
	return row->seq;
}

/* As it came, with its first receipt: whatever is said of its time where it is read again is bounded by that. */
static const void *forwarded_headers(struct lane *lane, const struct work *work, size_t *size)
{
	const struct wire_record *wire = &work->wire;
	struct wire_receipt first = {lane->batch.now_us, wire->timestamp_us};
	struct headers headers = wire_record_headers(lane->arena, &work->record);
	if (!wire->received_us)
		headers = wire_receipt_put(lane->arena, &headers, &first);
	return wire_headers_pack(lane->arena, &headers, size);
}

void batch_forward(struct batch *batch, struct item *item)
{
	struct lane *lane = lane_of(batch, item);
	struct work *work = (struct work *)item;
	struct core_log_row *row = row_new(lane, item);
	row->type = "forwarded";
	row->topic = lane->daemon->plain_topics[item->topic];
	row->key = item->key;
	row->elsewhere = true;
	row->partition = item->home;
	row->payload = item->raw;
	row->payload_size = item->raw_size;
	row->headers = forwarded_headers(lane, work, &row->headers_size);
	core_log_add(lane->store, row);
}

int64_t batch_park(struct batch *batch, struct item *item, const char *code, const char *reason)
{
	struct lane *lane = lane_of(batch, item);
	struct work *work = (struct work *)item;
	if (item->kind != ITEM_RECORD)
		bug("only records can be parked");
	struct core_log_row *row = row_new(lane, item);
	char name[TOPIC_NAME_SIZE];
	row->type = "dead_letter";
	row->topic = arena_strdup(
	    lane->arena, topic_dead_letter_name(name, lane->daemon->plain_topics[item->topic], lane->daemon->service->row->name));
	row->note = arena_strdup(lane->arena, code);
	row->reason = arena_strdup(lane->arena, reason);
	row->attempts = work->attempts;
	row->record_key = work->record.key;
	row->record_key_size = work->record.key_size;
	row->record_at_us = item->timestamp_us > 0 ? item->timestamp_us : row->at_us;
	row->payload = item->raw;
	row->payload_size = item->raw_size;
	const struct headers headers = wire_record_headers(lane->arena, &work->record);
	row->headers = wire_headers_pack(lane->arena, &headers, &row->headers_size);
	memset(&row->cause, 0, sizeof row->cause);
	describe(lane, item, NULL);
	lane->effects[lane->rows_count - 1].failed = true;
	core_log_add(lane->store, row);
	core_dead_letter_add(lane->store, &(struct core_dead_letter){
					      .cluster = lane->daemon->cluster,
					      .seq = row->seq,
					      .topic = row->input_topic,
					      .partition = row->shard,
					      .offset = item->offset,
					      .at_us = row->at_us,
					      .record_at_us = row->record_at_us,
					      .code = row->note,
					      .reason = row->reason,
					      .attempts = row->attempts,
					      .key = row->record_key,
					      .key_size = row->record_key_size,
					      .value = row->payload,
					      .value_size = row->payload_size,
					      .headers = row->headers,
					      .headers_size = row->headers_size,
					  });
	return row->seq;
}

/* Whoever it is of is told, once. */
static void tell_parked(struct lane *lane, struct work *work, const char *code, int64_t seq)
{
	const struct service *service = lane->daemon->service;
	bool read = work->undecodable && work->fault.code;
	struct parked why = {work->attributed, code, read ? work->fault.member : "", read ? work->fault.most : 0, seq};
	if (!service->parked || !work->attributed || work->mute)
		return;
	service->parked(&lane->batch, &work->item, &why);
	lane->told_parked = true;
}

void emit_parked(struct lane *lane, struct work *work)
{
	int64_t seq = batch_park(&lane->batch, &work->item, work->fault_code, work->fault_reason);
	tell_parked(lane, work, work->fault_code, seq);
}

void emit_nothing(struct lane *lane, struct work *work)
{
	row_new(lane, &work->item)->type = "nothing_said";
	core_log_add(lane->store, &lane->rows[lane->rows_count - 1]);
}

/* What only took too long may be done another time: a timer is no timer lost. */
static void defer(struct lane *lane, struct item *item)
{
	int64_t again_us = lane->batch.now_us + DEFERRED_US;
	log_error("timer deferred for ten minutes: it does not get done in its time", LOG_NUMBER("shard", item->shard->number));
	batch_arm(&lane->batch, item, again_us, &item->subject, item->timer_kind, item->timer_version);
}

void emit_failed(struct lane *lane, struct item *item, const char *code)
{
	bool deferred = item->kind == ITEM_TIMER && !strcmp(code, LATE_CODE);
	struct core_log_row *row = row_new(lane, item);
	row->type = deferred                   ? "timer_deferred"
		    : item->kind == ITEM_TIMER ? "timer_failed"
		    : item->kind == ITEM_WALK  ? "walk_failed"
					       : "result_failed";
	row->note = arena_strdup(lane->arena, code);
	row->subject = item->subject;
	lane->effects[lane->rows_count - 1].failed = true;
	core_log_add(lane->store, row);
	if (deferred)
		defer(lane, item);
}

/* ---- what cannot be read ---- */

void batch_misread(const char *what, const char *of, const char *why)
{
	counters_unreadable(what);
	log_error("a stored thing cannot be read; what is about it is put off", LOG_TEXT("column", what), LOG_TEXT("row", of),
	    LOG_TEXT("err", why));
}

struct event *batch_unpack(
    struct batch *batch, enum event_type type, const void *data, size_t size, const char *what, const char *of)
{
	struct event *event = wire_unpack(batch->arena, type, data, size);
	if (!event)
		batch_misread(what, of, event_type_name(type));
	return event;
}

void batch_put_off(struct batch *batch, struct item *item, const char *what)
{
	switch (item->kind) {
	case ITEM_RECORD:
		tell_parked(lane_of(batch, item), (struct work *)item, "stored_unreadable",
		    batch_park(batch, item, "stored_unreadable", what));
		break;
	case ITEM_TIMER:
		batch_arm(batch, item, batch->now_us + US_PER_MINUTE, &item->subject, item->timer_kind, item->timer_version);
		break;
	case ITEM_RESULT:
	case ITEM_WALK:
		item->failed = true;
		emit_failed(lane_of(batch, item), item, "stored_unreadable");
		break;
	}
}

/* ---- timers: the last word on a key counts ---- */

static void change(
    struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind, bool arm, int64_t version)
{
	struct lane *lane = lane_of(batch, item);
	struct timer_change wanted, *known;
	memset(&wanted.key, 0, sizeof wanted.key);
	wanted.key.due_us = due_us;
	wanted.key.subject = *subject;
	wanted.key.shard = item->shard->number;
	wanted.key.kind = kind;
	HASH_FIND(hh, lane->changes, &wanted.key, sizeof wanted.key, known);
	if (!known) {
		known = arena_alloc(lane->arena, sizeof *known);
		known->key = wanted.key;
		HASH_ADD(hh, lane->changes, key, sizeof known->key, known);
	}
	known->arm = arm;
	known->version = version;
	item->shard->touched = true;
}

void batch_arm(struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind, int64_t version)
{
	change(batch, item, due_us, subject, kind, true, version);
}

void batch_disarm(struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind)
{
	change(batch, item, due_us, subject, kind, false, 0);
}

void emit_timers(struct lane *lane)
{
	struct timer_change *change, *next;
	HASH_ITER (hh, lane->changes, change, next) {
		struct shard *shard = &lane->daemon->shards[change->key.shard];
		if (!change->arm) {
			core_timer_disarm(
			    lane->store, change->key.shard, change->key.due_us, &change->key.subject, change->key.kind);
			continue;
		}
		core_timer_arm(
		    lane->store, change->key.shard, change->key.due_us, &change->key.subject, change->key.kind, change->version);
		if (change->key.due_us < shard->armed_us)
			shard->armed_us = change->key.due_us;
	}
	core_timers_send(lane->store, lane->batch.pg);
}
