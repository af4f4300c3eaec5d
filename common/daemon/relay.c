/* The relay: rows of the log to the broker, in order, and the acknowledged cursor. Rows of a batch that has just committed go out
 * from memory; whatever could not (the producer's queue or the window was full, a new owner, a failed delivery) is read again from
 * the log. The cursor is moved by the fence of the next batch, or of an idle one.
 *
 * Order: within a shard rows are handed over in order of seq, by an idempotent producer whose records never expire. After a failed
 * delivery the producer is purged and rebuilt, and every shard goes on from its cursor: each owner, old or new, sends a gapless
 * stretch of the same log, so that a reader sees first occurrences in order.
 *
 * A row that Kafka refuses (too large, no such topic ...) holds up its shard's log only: nothing is dropped or sent before it. It
 * is tried again after a growing pause, alone, until it is acknowledged.
 */
#include <stdio.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/emit.h"
#include "common/daemon/hop.h"
#include "common/daemon/lane.h"
#include "common/daemon/options.h"
#include "common/daemon/planted.h"
#include "common/daemon/publish.h"
#include "common/daemon/relay.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/model/topics.h"
#include "common/model/trace.h"
#include "common/store/core_log.h"
#include "common/wire/wire.h"

enum {
	PRODUCER_RETRY_MS = 500, /* after a failed delivery */
	RESUME_BELOW = 10000,    /* reports waiting, below which reading the log again goes on */
	HEADERS_MORE = 16,       /* that a dead letter gets */
};

/* What a delivery report brings back: shard, seq and the producer's generation in one pointer; odd, unlike publish.c's addresses.
 */
static void *opaque_of(const struct daemon *daemon, int shard, int64_t seq)
{
	return (void *)(uintptr_t)(1u | (uint64_t)(daemon->generation & 0x7f) << 1 | (uint64_t)shard << 8 | (uint64_t)seq << 20);
}

/* ---- the cursor ---- */

static void mark_done(struct shard *shard, int64_t seq)
{
	struct relay_cursor *relay = &shard->relay;
	if (seq <= relay->acked || seq > relay->handed)
		return; /* of an earlier term, or read again meanwhile */
	relay->done[seq & (RELAY_WINDOW - 1)] = 1;
	while (relay->acked < relay->handed && relay->done[(relay->acked + 1) & (RELAY_WINDOW - 1)])
		relay->done[++relay->acked & (RELAY_WINDOW - 1)] = 0;
	if (relay->refusals && relay->acked >= seq) {
		log_info("Kafka takes the shard's log again", LOG_NUMBER("shard", shard->number), LOG_NUMBER("seq", seq));
		relay->refusals = 0;
	}
}

static bool waits(const struct shard *shard)
{
	return shard->relay.refusals && instant_monotonic_us() < shard->relay.refused_until_us;
}

static bool window_open(const struct shard *shard)
{
	return !waits(shard) && shard->relay.handed - shard->relay.acked < (shard->relay.refusals ? 1 : RELAY_WINDOW);
}

static void refused(struct shard *shard, int64_t seq, const char *error)
{
	struct relay_cursor *relay = &shard->relay;
	relay->refusals++;
	snprintf(relay->refused_as, sizeof relay->refused_as, "%s", error);
	relay->refused_until_us = instant_monotonic_us() + pause_growing_us(relay->refusals);
	counters_refused(error);
	log_error("Kafka refuses a row of the log; what comes after it in its shard waits", LOG_NUMBER("shard", shard->number),
	    LOG_NUMBER("seq", seq), LOG_TEXT("err", error), LOG_NUMBER("times", relay->refusals));
}

/* ---- one row ---- */

static struct arena *scratch;

static void header_add(struct kafka_message *message, const char *name, const char *value)
{
	struct headers *headers = &message->headers;
	for (int i = 0; i < headers->count; i++)
		if (!strcmp(headers->rows[i].name, name))
			return; /* Kafka Connect's rule: only if absent */
	headers->rows[headers->count++] = (struct header){name, value, strlen(value)};
}

/* With room for some more. false: they cannot be read. */
static bool take_packed_headers(struct kafka_message *message, const struct core_log_row *row)
{
	struct headers stored = {NULL, 0};
	if (row->headers && !wire_headers_unpack(scratch, row->headers, row->headers_size, &stored))
		return false;
	message->headers.rows = arena_new_array(scratch, struct header, stored.count + HEADERS_MORE);
	message->headers.count = stored.count;
	if (stored.count > 0)
		memcpy(message->headers.rows, stored.rows, (size_t)stored.count * sizeof *stored.rows);
	return true;
}

/* Up to which the former history is true: of the topic, or of the hops to that partition. */
static int64_t former_of(const struct daemon *daemon, const struct shard *shard, const struct core_log_row *row)
{
	int hop = shard->history ? hops_index(daemon, row->topic) : -1;
	if (hop >= 0)
		return shard->hops.out[hop][row->partition].former;
	for (int i = 0; shard->history && i < daemon->emits_count; i++)
		if (!strcmp(daemon->service->row->emits[i], row->topic))
			return shard->former_sequences[i];
	return 0;
}

static void fill_fact(const struct daemon *daemon, const struct core_log_row *row, struct kafka_message *message)
{
	const char *subject = row->key;
	if (!uuid_is_zero(&row->subject))
		subject = uuid_format(&row->subject, arena_alloc(scratch, UUID_TEXT_SIZE));
	const struct shard *shard = &daemon->shards[row->shard];
	const char *id = emit_id(scratch, shard, row->seq);
	char *trace = arena_alloc(scratch, TRACE_TEXT_SIZE);
	trace_next(row->trace, &row->subject, daemon->source, id, trace);
	struct wire_head head = {
	    .id = id,
	    .source = daemon->source,
	    .type = row->type,
	    .subject = subject,
	    .trace = trace,
	    .at_us = row->at_us,
	    .sequence = row->sequence,
	    .shard_sequence = row->shard_sequence,
	    .from_shard = row->elsewhere ? arena_number(scratch, row->shard) : NULL,
	    .history = shard->history,
	    .former_sequence = former_of(daemon, shard, row),
	};
	message->headers = wire_head_headers(scratch, &head);
}

/* It could be read, and what was to follow could not be done. */
static bool is_of_writing(const char *code)
{
	static const char *const codes[] = {"poison", "stored_unreadable", LATE_CODE};
	for (size_t i = 0; code && i < sizeof codes / sizeof *codes; i++)
		if (!strcmp(code, codes[i]))
			return true;
	return false;
}

static bool fill_dead_letter(const struct daemon *daemon, const struct core_log_row *row, struct kafka_message *message)
{
	message->key = row->record_key;
	message->key_size = row->record_key_size;
	message->timestamp_us = row->record_at_us;
	if (!take_packed_headers(message, row))
		return false;
	header_add(message, "__connect.errors.topic", row->input_topic ? row->input_topic : "");
	header_add(message, "__connect.errors.partition", arena_printf(scratch, "%d", row->shard));
	header_add(message, "__connect.errors.offset", arena_printf(scratch, "%lld", (long long)row->input_offset));
	header_add(message, "__connect.errors.stage", is_of_writing(row->note) ? "TASK_PUT" : "VALUE_CONVERTER");
	header_add(message, "__connect.errors.exception.class.name", row->note ? row->note : "");
	header_add(message, "__connect.errors.exception.message", row->reason ? row->reason : "");
	header_add(message, "connector.name", arena_printf(scratch, "ombud-%s", daemon->service->row->name));
	header_add(message, "ombud-error-code", row->note ? row->note : "");
	header_add(message, "ombud-attempts", arena_printf(scratch, "%d", row->attempts));
	return true;
}

static const char *full_topic(struct daemon *daemon, const char *topic)
{
	for (int i = 0; i < daemon->emits_count; i++)
		if (!strcmp(daemon->service->row->emits[i], topic))
			return daemon->emit_names[i];
	return arena_printf(scratch, "%s%s", options_text(daemon->options, "topics.prefix"), topic);
}

/* false: not now. */
static bool produce(struct daemon *daemon, const struct core_log_row *row)
{
	arena_reset(scratch);
	struct kafka_message message = {
	    .topic = full_topic(daemon, row->topic),
	    .partition = row->elsewhere ? row->partition : row->shard,
	    .key = row->key,
	    .key_size = strlen(row->key),
	    .value = row->payload,
	    .size = row->payload_size,
	    .opaque = opaque_of(daemon, row->shard, row->seq),
	};
	bool readable = true;
	if (!strcmp(row->type, "dead_letter")) {
		readable = fill_dead_letter(daemon, row, &message);
	} else if (!strcmp(row->type, "forwarded")) {
		readable = take_packed_headers(&message, row);
	} else {
		fill_fact(daemon, row, &message);
	}
	if (!readable) {
		/* Without them it would be another record. */
		counters_unreadable("log.headers");
		refused(&daemon->shards[row->shard], row->seq, "stored_unreadable");
		return false;
	}
	if (fail_point("produce.before"))
		return false;
	enum kafka_sent sent = kafka_produce(daemon->producer, &message);
	(void)fail_point("produce.after");
	if (sent == KAFKA_REFUSED)
		refused(&daemon->shards[row->shard], row->seq, kafka_producer_refusal(daemon->producer));
	return sent == KAFKA_SENT;
}

/* The next row of the shard. false: it must be read again later. */
static bool hand_over(struct daemon *daemon, const struct core_log_row *row)
{
	struct shard *shard = &daemon->shards[row->shard];
	if (row->seq != shard->relay.handed + 1 || !window_open(shard) || daemon->producer_failed)
		return false;
	if (row->topic && !produce(daemon, row))
		return false;
	shard->relay.handed = row->seq;
	if (!row->topic || planted(BUG_CURSOR_BEFORE_ACK))
		mark_done(shard, row->seq);
	return true;
}

void relay_committed(struct lane *lane)
{
	int sent = 0;
	for (int i = 0; i < lane->rows_count; i++)
		sent += hand_over(lane->daemon, &lane->rows[i]);
	counters_sent(sent);
	kafka_producer_poll(lane->daemon->producer);
}

/* ---- reading again ---- */

struct shard *relay_behind(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	if (daemon->producer_failed || kafka_producer_waiting(daemon->producer) > RESUME_BELOW)
		return NULL;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		bool room = window_open(shard) && shard->relay.handed - shard->relay.acked <= RELAY_WINDOW / 2;
		if (shard_speaks(shard) && shard->relay.handed < shard->at.log_seq && room)
			return shard;
	}
	return NULL;
}

static void on_log_rows(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	if (class != PG_DONE || !lane->reading)
		return;
	int sent = 0;
	for (int i = 0; i < pg_result_rows(result); i++) {
		struct core_log_row row;
		core_log_row(result, i, lane->reading->number, &row);
		if (!hand_over(lane->daemon, &row))
			break;
		sent++;
	}
	counters_sent(sent);
	lane->relay_stuck = sent == 0 && window_open(lane->reading);
}

static void on_read(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct lane *lane = context;
	lane->reading = NULL;
	lane->done(lane, class, sqlstate, message);
}

void relay_read(struct lane *lane, struct shard *shard, lane_done_fn *done)
{
	lane->done = done;
	lane->reading = shard;
	lane->relay_stuck = false;
	core_log_read(lane->pg, shard->number, shard->relay.handed, shard->at.log_seq, on_log_rows, lane);
	pg_sync(lane->pg, on_read, lane);
}

/* ---- reports ---- */

static void rebuild(void *context)
{
	struct daemon *daemon = context;
	daemon->generation++; /* first: the reports of what is purged are of the old one */
	if (!kafka_producer_rebuild(daemon->producer)) {
		loop_timer_start(daemon->producer_retry, PRODUCER_RETRY_MS * 1000);
		return;
	}
	for (int i = 0; i < daemon->shards_count; i++)
		shard_cursor_reset(&daemon->shards[i], daemon->shards[i].relay.acked);
	daemon->producer_failed = false;
	log_warn("producer rebuilt: shards go on from their cursors");
	daemon_wake(daemon);
}

static void fail_producer(struct daemon *daemon, const char *error)
{
	if (daemon->producer_failed)
		return;
	log_error("delivery failed", LOG_TEXT("err", error));
	daemon->producer_failed = true;
	loop_timer_start(daemon->producer_retry, PRODUCER_RETRY_MS * 1000);
}

/* Is it this row, or its topic, that the broker does not take? Anything else is the whole producer's trouble. */
static bool of_the_row(const char *error)
{
	static const char *const errors[] = {"MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_RECORD", "INVALID_MSG",
	    "UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "TOPIC_EXCEPTION", "TOPIC_AUTHORIZATION_FAILED",
	    "POLICY_VIOLATION"};
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (!strcmp(errors[i], error))
			return true;
	return false;
}

static void on_delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	struct daemon *daemon = context;
	uint64_t tag = (uintptr_t)opaque;
	if (!(tag & 1)) {
		publish_delivered(opaque, error, partition, offset);
		return;
	}
	if (fail_point("delivered.before"))
		error = "failpoint";
	bool current = (tag >> 1 & 0x7f) == (daemon->generation & 0x7f);
	struct shard *shard = &daemon->shards[tag >> 8 & 0xfff];
	if (error) {
		if (current && of_the_row(error) && !waits(shard))
			refused(shard, (int64_t)(tag >> 20), error);
		if (current)
			fail_producer(daemon, error);
		return;
	}
	if (current)
		mark_done(shard, (int64_t)(tag >> 20));
	counters_delivered(1);
	(void)fail_point("delivered.after");
	if (current && shard->taken && (shard->relay.acked == shard->at.log_seq || shard->relay.handed < shard->at.log_seq))
		daemon->relay_moved = true;
}

void relay_turn(struct daemon *daemon)
{
	if (kafka_producer_broken(daemon->producer))
		fail_producer(daemon, "fatal");
	if (!daemon->relay_moved)
		return;
	daemon->relay_moved = false;
	daemon_wake(daemon);
}

static void on_turn(void *context)
{
	relay_turn(context);
}

void relay_start(struct daemon *daemon)
{
	char error[256];
	scratch = arena_new(0);
	daemon->producer_retry = loop_timer_new(daemon->loop, rebuild, daemon);
	daemon->producer = kafka_producer_new(daemon->loop, &daemon->kafka, on_delivered, daemon, error, sizeof error);
	if (!daemon->producer)
		die("kafka: %s", error);
	kafka_producer_on_turn(daemon->producer, on_turn);
}

bool relay_quiet(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->shards_count; i++) {
		const struct shard *shard = &daemon->shards[i];
		if (shard_speaks(shard) && (shard->relay.acked < shard->at.log_seq || shard->at.acked_seq < shard->relay.acked))
			return false;
	}
	return true;
}
