#include "common/daemon/look.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/options.h"
#include "common/daemon/planted.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/io/crypto.h"
#include "common/io/kafka.h"

enum {
	ASK_WAIT_MS = 300,       /* the loop stands still meanwhile: only when something is wrong already */
	LOOK_WAIT_MS = 5000,     /* for the record that was asked for */
	LOOK_AGAIN_US = 5000000, /* after no answer */
};

/* ---- what a record was ---- */

struct parts {
	struct crypto_part *rows;
	uint64_t *sizes;
	int count;
};

/* Its length goes before it; null has none. */
static void part_add(struct parts *parts, const void *data, size_t size)
{
	uint64_t *length = &parts->sizes[parts->count / 2];
	*length = data ? size : UINT64_MAX;
	parts->rows[parts->count++] = (struct crypto_part){length, sizeof *length};
	parts->rows[parts->count++] = (struct crypto_part){data ? data : "", data ? size : 0};
}

static int64_t first_bytes(const struct parts *parts)
{
	uint8_t bytes[CRYPTO_SHA256_SIZE];
	uint64_t number = 0;
	crypto_sha256(parts->rows, parts->count, bytes);
	for (int i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number ? (int64_t)number : 1;
}

int64_t look_digest(const struct kafka_record *record)
{
	int count = kafka_record_headers_count(record);
	unsigned long fields = 3 + 2 * (unsigned long)count;
	struct parts parts = {xcalloc(2 * fields, sizeof *parts.rows), xcalloc(fields, sizeof *parts.sizes), 0};
	part_add(&parts, &record->timestamp_us, sizeof record->timestamp_us);
	part_add(&parts, record->key, record->key_size);
	part_add(&parts, record->value, record->size);
	for (int i = 0; i < count; i++) {
		struct header header;
		kafka_record_header(record, i, &header);
		part_add(&parts, header.name, strlen(header.name));
		part_add(&parts, header.value, header.size);
	}
	int64_t digest = first_bytes(&parts);
	free(parts.rows);
	free(parts.sizes);
	return digest;
}

/* ---- another cluster ---- */

bool look_cluster(struct daemon *daemon)
{
	const char *cluster = kafka_consumer_cluster(daemon->consumer, 0);
	if (!daemon->assigned || !*cluster || !strcmp(cluster, daemon->cluster))
		return false;
	log_warn(
	    "another Kafka cluster has taken the place of the one that was read: shards are given back, and taken anew with it",
	    LOG_TEXT("cluster_before", daemon->cluster), LOG_TEXT("cluster", cluster));
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].owned)
			daemon->shards[i].stop.now = true;
	daemon->resubscribe = true;
	daemon_wake(daemon);
	return true;
}

/* Before a shard is stopped for what its log has become. */
static bool of_another_cluster(struct daemon *daemon)
{
	kafka_consumer_ask_cluster(daemon->consumer, ASK_WAIT_MS);
	return look_cluster(daemon);
}

/* ---- what is found ---- */

static void is_same(const struct shard *shard, int topic)
{
	counters_look(shard->daemon, topic, "same");
}

static const char other_lies[] = "where another record lies than the one that was taken";
static const char none_lies[] = "where no record lies, though one was taken there and the topic begins before it";

static void is_other(struct shard *shard, int topic, int64_t offset, const char *says)
{
	counters_look(shard->daemon, topic, "other");
	if (!of_another_cluster(shard->daemon))
		shard_stop(shard, STOP_OTHER_RECORD, topic, offset, "%s", says);
}

static void is_beyond(struct shard *shard, int topic, int64_t offset, int64_t next)
{
	counters_look(shard->daemon, topic, "beyond_end");
	if (!of_another_cluster(shard->daemon))
		shard_stop(shard, STOP_BEYOND_END, topic, next,
		    "which lies beyond the topic's end: offset %lld was taken, and is not there", (long long)offset);
}

/* By retention, for the topic begins behind it: that says nothing of what is there now, and there is nothing to compare with until
 * more is taken. */
static void is_gone(struct shard *shard, int topic, int64_t offset)
{
	counters_look(shard->daemon, topic, "gone");
	log_warn("a record that was taken is not there any more to be compared; reading goes on",
	    LOG_NUMBER("shard", shard->number), LOG_TEXT("topic", shard->daemon->plain_topics[topic]),
	    LOG_NUMBER("offset", offset));
	if (shard->at.next_offsets[topic] == offset + 1)
		shard->at.last_digests[topic] = 0;
	if (shard->to.next_offsets[topic] == offset + 1)
		shard->to.last_digests[topic] = 0;
}

/* ---- by the consumer, before anything new ---- */

void look_expect(struct shard *shard, int topic, int64_t offset, int64_t digest)
{
	shard->look.offsets[topic] = offset;
	shard->look.digests[topic] = offset >= 0 ? digest : 0;
}

bool look_expects(const struct shard *shard, int topic)
{
	return shard->look.digests[topic] != 0;
}

int64_t look_begin(const struct shard *shard, int topic)
{
	return look_expects(shard, topic) ? shard->look.offsets[topic] : shard->read_offsets[topic];
}

/* The consumer was set there and has given what lies behind. Retention moves the topic's beginning; where that lies before the
 * place, a transaction's end or what it gave up is there now, and what was taken was a record: it is another log. true: reading may
 * go on. */
static bool passed_over(struct shard *shard, int topic, int64_t offset)
{
	int64_t low, high;
	if (shard->daemon->read_anew)
		return false; /* it has been asked for already, and this comes again */
	if (!kafka_consumer_ends(shard->daemon->consumer, topic, shard->number, &low, &high, ASK_WAIT_MS)) {
		shard->daemon->read_anew = true;
		return false;
	}
	shard->look.digests[topic] = 0;
	if (offset >= low)
		is_other(shard, topic, offset, none_lies);
	else
		is_gone(shard, topic, offset);
	return offset < low;
}

bool look_at(struct shard *shard, const struct kafka_record *record)
{
	int topic = record->topic;
	int64_t offset = shard->look.offsets[topic], digest = shard->look.digests[topic];
	if (!digest)
		return false;
	if (record->offset != offset)
		return !passed_over(shard, topic, offset);
	shard->look.digests[topic] = 0;
	if (look_digest(record) == digest || planted(BUG_NO_LOOK_BACK))
		is_same(shard, topic);
	else
		is_other(shard, topic, offset, other_lies);
	return true;
}

bool look_at_end(struct shard *shard, int topic, int64_t offset)
{
	int64_t expected = shard->look.offsets[topic];
	if (!look_expects(shard, topic) || offset > expected)
		return false;
	is_beyond(shard, topic, expected, shard->read_offsets[topic]);
	return true;
}

void look_outside(struct shard *shard, int topic)
{
	int64_t low, high, next = shard->read_offsets[topic], asked = look_begin(shard, topic);
	if (!kafka_consumer_ends(shard->daemon->consumer, topic, shard->number, &low, &high, ASK_WAIT_MS))
		shard_stop(shard, STOP_GONE, topic, next, "which the broker has not, and does not say why");
	else if (asked >= high && (asked < next || asked > high))
		is_beyond(shard, topic, next - 1, next);
	else if (next < low)
		shard_stop(
		    shard, STOP_GONE, topic, next, "which the broker has not any more: the topic begins at %lld", (long long)low);
	else {
		if (asked < low) {
			is_gone(shard, topic, asked);
			shard->look.digests[topic] = 0;
		}
		shard->daemon->read_anew = true;
	}
}

/* ---- what a run's place rests on ---- */

void look_run_end(struct shard *shard)
{
	struct core_place *to = &shard->to;
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		const struct kafka_record *last = shard->look.last[t];
		int64_t low, high;
		if (!last)
			continue;
		to->last_digests[t] = look_digest(last);
		if (!to->looked_digests[t]) { /* nothing was taken before: it begins here */
			to->looked_offsets[t] = last->offset;
			to->looked_digests[t] = to->last_digests[t];
		}
		if (kafka_consumer_watermarks(shard->daemon->consumer, t, shard->number, &low, &high))
			to->seen_ends[t] = high;
	}
}

/* ---- beside the consumer, now and then ---- */

static void vouch(struct shard *shard, int topic)
{
	shard->at.looked_offsets[topic] = shard->to.looked_offsets[topic] = shard->look.then_offsets[topic];
	shard->at.looked_digests[topic] = shard->to.looked_digests[topic] = shard->look.then_digests[topic];
}

static void on_seen(const struct kafka_position *asked, enum kafka_seen seen, const struct kafka_record *record, void *context)
{
	struct daemon *daemon = context;
	struct shard *shard = &daemon->shards[asked->partition];
	int topic = asked->topic;
	if (!shard->taken || !shard->look.asked[topic] || shard->stop.now)
		return; /* of an earlier term */
	shard->look.asked[topic] = false;
	switch (seen) {
	case KAFKA_SEEN_RECORD:
		if (look_digest(record) != shard->look.asked_digests[topic] && !planted(BUG_NO_LOOK_BACK)) {
			is_other(shard, topic, asked->offset, other_lies);
			return;
		}
		is_same(shard, topic);
		vouch(shard, topic);
		return;
	case KAFKA_SEEN_GONE:
		is_gone(shard, topic, asked->offset);
		shard->look.then_digests[topic] = 0; /* it begins anew with what is taken next */
		vouch(shard, topic);
		return;
	case KAFKA_SEEN_NONE:
		is_other(shard, topic, asked->offset, none_lies);
		return;
	case KAFKA_SEEN_BEYOND:
		is_beyond(shard, topic, asked->offset, shard->at.next_offsets[topic]);
		return;
	case KAFKA_SEEN_NOTHING:
		counters_look(daemon, topic, "unanswered");
		shard->look.due_us = instant_monotonic_us() + LOOK_AGAIN_US;
		return;
	}
}

/* The last record that was found in its place, of each topic of a shard. */
static int ask_of(struct shard *shard, struct kafka_position *positions)
{
	int count = 0;
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		const struct core_place *at = &shard->at;
		shard->look.asked[t] = at->looked_digests[t] && at->last_digests[t];
		if (!shard->look.asked[t])
			continue;
		shard->look.asked_digests[t] = at->looked_digests[t];
		shard->look.then_offsets[t] = at->next_offsets[t] - 1;
		shard->look.then_digests[t] = at->last_digests[t];
		positions[count++] = (struct kafka_position){t, shard->number, at->looked_offsets[t]};
	}
	return count;
}

void look_turn(struct daemon *daemon)
{
	int64_t now_us = instant_monotonic_us(), every_us = options_integer(daemon->options, "look.seconds") * US_PER_SECOND;
	if (!daemon->assigned || !kafka_looker_idle(daemon->looker))
		return;
	struct kafka_position *positions =
	    xcalloc((unsigned long)daemon->shards_count * (unsigned long)daemon->topics_count + 1, sizeof *positions);
	int count = 0;
	for (int i = 0; i < daemon->shards_count; i++) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->taken || shard->stop.now || now_us < shard->look.due_us)
			continue;
		int more = ask_of(shard, positions + count);
		count += more;
		if (more)
			shard->look.due_us = now_us + every_us;
	}
	if (count)
		kafka_looker_ask(daemon->looker, positions, count, LOOK_WAIT_MS);
	free(positions);
}

void look_start(struct daemon *daemon)
{
	daemon->looker = kafka_looker_new(daemon->loop, &daemon->kafka, daemon->topic_names, on_seen, daemon);
}

void look_stop(struct daemon *daemon)
{
	kafka_looker_free(daemon->looker);
	daemon->looker = NULL;
}
