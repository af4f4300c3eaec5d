/* The consumer group of one daemon. A copy subscribes when its database answers and all its topics exist with equal counts. With
 * the eager `range` assignor it is then given the same partitions of each topic: whole shards. It takes them over inside the
 * rebalance callback, and reads on from where the database says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/consume.h"
#include "common/daemon/daemon.h"
#include "common/daemon/lane.h"
#include "common/daemon/lanes.h"
#include "common/daemon/look.h"
#include "common/daemon/options.h"
#include "common/daemon/platforms.h"
#include "common/daemon/relay.h"
#include "common/daemon/shard.h"
#include "common/daemon/queue.h"
#include "common/daemon/wake.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core_take.h"

enum {
	POLL_MOST = 1000,                    /* records taken from the consumer in one turn of the loop */
	TICK_MS = 100,                       /* the consumer is polled at least so often, or the member leaves */
	QUEUES_BYTES_MAX = 12 * 1024 * 1024, /* in all lanes: a full one stops polling only then, while another one goes hungry */
	REVOKE_WAIT_MS = 2000,               /* for the batch in flight */
	TAKE_WAIT_MS = 7000,  /* for the database, inside a rebalance; a previous owner's backend may take 6 s to end */
	HINT_MS = 1000,       /* offsets for lag tools */
	HINT_ANEW_MS = 10000, /* ... told again even when nothing has moved */
	SUBSCRIBE_RETRY_MS = 500,
	DATABASES_LOOK_MS = 20,   /* while nothing but our own connections is waited for */
	TELL_AGAIN_US = 60000000, /* why it does not join */
	METADATA_WAIT_MS = 300,   /* the loop stands still meanwhile: only before this copy takes part */
};

/* ---- back-pressure ---- */

static int shard_positions(const struct shard *shard, struct kafka_position *positions)
{
	int count = shard->lane->daemon->topics_count;
	for (int t = 0; t < count; t++)
		positions[t] = (struct kafka_position){t, shard->number, shard->at.next_offsets[t]};
	return count;
}

static void lane_pause_reading(struct lane *lane, bool paused)
{
	struct daemon *daemon = lane->daemon;
	struct kafka_position positions[TOPICS_MAX];
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->owned || shard->paused == paused || shard->flooding || shard->stop.now)
			continue;
		shard->paused = paused;
		if (paused)
			kafka_consumer_pause(daemon->consumer, positions, shard_positions(shard, positions), true);
		else
			daemon->read_anew = true; /* what has become of the log meanwhile? */
	}
}

/* One that fills its lane alone is read no further until half of it is done: what the others have lies behind it. Nothing is passed
 * over: librdkafka goes on where it has given out last. */
static void hold_flood(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	struct kafka_position positions[TOPICS_MAX];
	struct shard *flooded = lane_flooded(lane);
	if (flooded && !flooded->paused && !flooded->stop.now) {
		flooded->paused = flooded->flooding = true;
		kafka_consumer_pause(daemon->consumer, positions, shard_positions(flooded, positions), true);
		log_debug("a shard fills its lane: the others come first", LOG_NUMBER("lane", lane->number),
		    LOG_NUMBER("shard", flooded->number));
	}
	for
		EACH_SHARD(lane, shard)
		{
			if (!shard->flooding || !shard_drained(shard))
				continue;
			shard->flooding = false;
			if (shard->stop.now)
				continue;
			shard->paused = false;
			kafka_consumer_pause(daemon->consumer, positions, shard_positions(shard, positions), false);
		}
}

/* Of a shard that has stopped the broker is asked for nothing. */
static void hold_stopped(struct daemon *daemon)
{
	struct kafka_position positions[TOPICS_MAX];
	for (int i = 0; i < daemon->shards_count; i++) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->owned || !shard->stop.now || shard->paused)
			continue;
		shard->paused = true;
		kafka_consumer_pause(daemon->consumer, positions, shard_positions(shard, positions), true);
	}
}

/* From where each shard has come to; those that wait are left out. */
static void read_on(struct daemon *daemon)
{
	struct kafka_position *positions =
	    xcalloc((unsigned long)daemon->shards_count * (unsigned long)daemon->topics_count + 1, sizeof *positions);
	int count = 0;
	for (int i = 0; i < daemon->shards_count; i++) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->owned || shard->stop.now)
			continue;
		shard->paused = shard->flooding = false;
		for (int t = 0; t < daemon->topics_count; t++)
			positions[count++] = (struct kafka_position){t, i, look_begin(shard, t)};
	}
	kafka_consumer_read_from(daemon->consumer, positions, count);
	free(positions);
}

/* From its place in the database on; what it took last must lie before it. */
static void read_from_place(struct shard *shard)
{
	memset(shard->at_end, 0, sizeof shard->at_end);
	memcpy(shard->read_offsets, shard->at.next_offsets, sizeof shard->read_offsets);
	for (int t = 0; t < shard->daemon->topics_count; t++)
		look_expect(shard, t, shard->at.next_offsets[t] - 1, shard->at.last_digests[t]);
}

/* What came last of a topic is in the database, or waits still. */
static void look_back(struct shard *shard)
{
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		const struct kafka_record *last = lane_last_record(shard->lane, t, shard->number);
		bool waits = last && last->offset + 1 == shard->read_offsets[t];
		bool taken = shard->read_offsets[t] == shard->at.next_offsets[t];
		if (!look_expects(shard, t))
			look_expect(shard, t, shard->read_offsets[t] - 1,
			    taken   ? shard->at.last_digests[t]
			    : waits ? look_digest(last)
				    : 0);
	}
}

/* All that is read is read on, a look back first. */
static void read_anew(struct daemon *daemon)
{
	daemon->read_anew = daemon->heard = false;
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].taken && !daemon->shards[i].stop.now)
			look_back(&daemon->shards[i]);
	read_on(daemon);
}

/* Those that had stopped and have been taken over again are read from their stored offsets. Whether what was missing is there shows
 * when it comes; until then shard->stop.times says that it has not been passed. */
static void read_stopped_again(struct daemon *daemon)
{
	int count = 0;
	for (int i = 0; daemon->assigned && i < daemon->shards_count; i++) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->taken || !shard->stop.again || shard->queued)
			continue;
		count++;
		shard->stop.now = shard->stop.again = shard->stop.moved = false;
		read_from_place(shard);
	}
	if (count && !daemon->read_anew)
		read_on(daemon);
}

/* May the consumer be polled for more? A full lane stops it, unless another one goes hungry: a client's large batch is thousands of
 * records of one shard, and the others' lie behind them. A lane that is full and gets nothing done has its partitions paused, so
 * that the others and the group live on. */
static bool room(struct daemon *daemon)
{
	bool open = true, hungry = false;
	size_t bytes = 0;
	for (int i = 0; i < daemon->lanes_count; i++) {
		struct lane *lane = daemon->lanes[i];
		bool stalled = lane_stalled(lane);
		if (stalled || lane_half_empty(lane))
			lane_pause_reading(lane, stalled);
		hold_flood(lane);
		open = open && (stalled || !lane_full(lane));
		hungry = hungry || lane_hungry(lane);
		bytes += lane->queue_bytes;
	}
	return (open || hungry) && bytes < QUEUES_BYTES_MAX;
}

/* ---- why it does not join ---- */

/* Each reason at once, and the same one now and then. topic NULL: all of them. */
static void tell(struct daemon *daemon, const char *why, const char *topic, int partitions, int64_t wanted, const char *needs)
{
	int64_t now_us = instant_monotonic_us();
	if (daemon->told == why && now_us - daemon->told_us < TELL_AGAIN_US)
		return;
	daemon->told = why;
	daemon->told_us = now_us;
	if (!partitions && !wanted)
		log_error(why);
	else
		log_error(why, LOG_TEXT("topic", topic), LOG_NUMBER("partitions", partitions),
		    LOG_NUMBER("partitions_wanted", wanted), LOG_TEXT("needs", needs));
}

/* ---- the hooks of the consumer ---- */

static void on_record(struct kafka_record *record, void *context)
{
	struct daemon *daemon = context;
	bool swallowed = fail_point("poll.before"); /* as if the client had passed over it */
	struct shard *shard = record->partition < daemon->shards_count ? &daemon->shards[record->partition] : NULL;
	daemon->heard = true;
	if (!shard || !shard->owned || shard->stop.now || swallowed || look_at(shard, record)) {
		kafka_record_free(record);
		return;
	}
	shard->at_end[record->topic] = false;
	shard->read_offsets[record->topic] = record->offset + 1;
	lane_add_record(shard->lane, record);
	(void)fail_point("poll.after");
}

static void on_end(int topic, int partition, int64_t offset, void *context)
{
	struct daemon *daemon = context;
	if (topic < 0 || partition >= daemon->shards_count || !daemon->shards[partition].owned ||
	    daemon->shards[partition].stop.now)
		return;
	daemon->heard = true;
	if (look_at_end(&daemon->shards[partition], topic, offset))
		return;
	shard_at_end(&daemon->shards[partition], topic, offset);
	shard_passed(&daemon->shards[partition]);
}

static void on_trouble(int topic, int partition, const char *code, const char *message, void *context)
{
	struct daemon *daemon = context;
	const char *name = topic >= 0 ? daemon->plain_topics[topic] : NULL;
	if (!strcmp(code, "_AUTO_OFFSET_RESET") && topic >= 0 && partition < daemon->shards_count) {
		struct shard *shard = &daemon->shards[partition];
		if (shard->owned && !shard->stop.now) /* else of an assignment that was given back */
			look_outside(shard, topic);
		return;
	}
	daemon->read_anew = daemon->read_anew || (daemon->assigned && daemon->heard);
	if (instant_monotonic_us() - daemon->last_trouble_us < US_PER_SECOND)
		return; /* librdkafka repeats itself while it goes on trying */
	daemon->last_trouble_us = instant_monotonic_us();
	log_warn(
	    "kafka", LOG_TEXT("topic", name), LOG_NUMBER("partition", partition), LOG_TEXT("code", code), LOG_TEXT("err", message));
}

/* What comes when it is back may be another log's: the consumer is set back now, before any of it is given out. */
static void on_away(void *context)
{
	struct daemon *daemon = context;
	if (daemon->assigned && daemon->heard)
		read_anew(daemon);
}

static void on_fatal(const char *message, void *context)
{
	struct daemon *daemon = context;
	log_error("this member of the group is finished", LOG_TEXT("err", message));
	daemon->fatal = true;
	loop_stop(daemon->loop);
}

/* Every partition of the assignment must come with all topics: a whole shard. */
static bool whole_shards(const struct daemon *daemon, const struct kafka_position *positions, int count)
{
	int *topics = xcalloc((unsigned long)daemon->shards_count, sizeof *topics);
	bool whole = true;
	for (int i = 0; i < count; i++) {
		if (positions[i].topic < 0 || positions[i].partition >= daemon->shards_count)
			whole = false;
		else
			topics[positions[i].partition]++;
	}
	for (int i = 0; i < daemon->shards_count; i++)
		whole = whole && (topics[i] == 0 || topics[i] == daemon->topics_count);
	free(topics);
	return whole;
}

/* All lanes at once, each in its connection; true when every shard given is ours in the database, too. */
static bool take_all(struct daemon *daemon)
{
	int64_t until_us = instant_monotonic_us() + TAKE_WAIT_MS * INT64_C(1000);
	for (int i = 0; i < daemon->lanes_count; i++)
		if (!pg_wait_ready(daemon->lanes[i]->pg, (int)((until_us - instant_monotonic_us()) / 1000)))
			return false;
	for (int i = 0; i < daemon->lanes_count; i++)
		if (daemon->lanes[i]->state == LANE_IDLE)
			lane_take(daemon->lanes[i]);
	for (int i = 0; i < daemon->lanes_count; i++)
		lane_settle(daemon->lanes[i], (int)((until_us - instant_monotonic_us()) / 1000));
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].owned && !daemon->shards[i].taken)
			return false;
	return true;
}

static void drop_all(struct daemon *daemon)
{
	for (int i = 0; i < daemon->lanes_count; i++)
		lane_drop_all(daemon->lanes[i]);
	daemon->assigned = false;
}

/* Which cluster is it that has given shards? true: another one than before. */
static bool meet_cluster(struct daemon *daemon)
{
	kafka_consumer_ask_cluster(daemon->consumer, METADATA_WAIT_MS);
	const char *cluster = kafka_consumer_cluster(daemon->consumer, METADATA_WAIT_MS);
	bool other = *daemon->cluster && *cluster && strcmp(daemon->cluster, cluster) != 0;
	snprintf(daemon->cluster, sizeof daemon->cluster, "%s", cluster);
	return other;
}

static bool on_assign(struct kafka_position *positions, int count, void *context)
{
	struct daemon *daemon = context;
	if (!whole_shards(daemon, positions, count)) {
		tell(
		    daemon, "assignment refused: it splits a shard; the topics must have equal partition counts", NULL, 0, 0, NULL);
		daemon->resubscribe = true;
		return false;
	}
	for (int i = 0; i < count; i++) {
		struct shard *shard = &daemon->shards[positions[i].partition];
		shard->owned = true;
		shard->paused = shard->flooding = false;
		shard->queued = 0;
	}
	bool elsewhere = meet_cluster(daemon);
	if (!take_all(daemon)) {
		tell(daemon, "assignment given back: its shards could not be taken over", NULL, 0, 0, NULL);
		drop_all(daemon);
		daemon->resubscribe = true;
		return false;
	}
	for (int i = 0; i < count; i++) {
		struct shard *shard = &daemon->shards[positions[i].partition];
		read_from_place(shard);
		positions[i].offset = look_begin(shard, positions[i].topic);
	}
	daemon->assigned = true;
	daemon->hinted_us = 0;
	daemon->read_anew = daemon->heard = false;
	daemon->resubscribe =
	    daemon->resubscribe || (elsewhere && !count); /* it may not have the topics yet: they are waited for */
	log_info("assigned", LOG_NUMBER("shards", count / (daemon->topics_count ? daemon->topics_count : 1)));
	return true;
}

/* Kafka's own tools show the distance of what is committed there from the end. Where all is taken up to the end as it was seen,
 * that is the end: what lies between (control records of transactions, records of aborted ones) is nobody's to take. */
static int hint_positions(const struct shard *shard, struct kafka_position *positions)
{
	int count = shard_positions(shard, positions);
	for (int t = 0; t < count; t++)
		if (shard->ends_done[t] > positions[t].offset)
			positions[t].offset = shard->ends_done[t];
	return count;
}

/* Told when something has moved, and anew now and then: a commit in the midst of a rebalance fails, and Kafka forgets old ones. */
static bool hint_due(const struct daemon *daemon, int64_t sum)
{
	return sum != daemon->hinted_sum || !daemon->hinted_us ||
	       instant_monotonic_us() - daemon->hinted_us >= HINT_ANEW_MS * INT64_C(1000);
}

static void hint(struct daemon *daemon)
{
	struct kafka_position *positions =
	    xcalloc((unsigned long)daemon->shards_count * (unsigned long)daemon->topics_count + 1, sizeof *positions);
	int count = 0;
	int64_t sum = 0;
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].taken)
			count += hint_positions(&daemon->shards[i], positions + count);
	for (int i = 0; i < count; i++)
		sum += positions[i].offset;
	if (count && hint_due(daemon, sum)) {
		daemon->hinted_sum = sum;
		daemon->hinted_us = instant_monotonic_us();
		(void)fail_point("hint.before");
		kafka_consumer_hint(daemon->consumer, positions, count);
		(void)fail_point("hint.after");
	}
	free(positions);
}

static void on_revoke(bool lost, void *context)
{
	struct daemon *daemon = context;
	(void)fail_point("revoke.before");
	for (int i = 0; i < daemon->lanes_count; i++)
		lane_settle(daemon->lanes[i], lost ? 0 : REVOKE_WAIT_MS);
	if (!lost)
		hint(daemon);
	log_info("revoked", LOG_TEXT("lost", lost ? "yes" : NULL));
	drop_all(daemon);
	(void)fail_point("revoke.after");
}

/* ---- turns ---- */

/* Leaves the group, and tries anew. */
static void join_later(struct daemon *daemon)
{
	daemon->resubscribe = false;
	kafka_consumer_unsubscribe(daemon->consumer);
	loop_timer_start(daemon->subscribe, SUBSCRIBE_RETRY_MS * 1000);
}

static void read_more(struct daemon *daemon)
{
	int taken = 0;
	bool open = room(daemon);
	hold_stopped(daemon);
	read_stopped_again(daemon);
	if (daemon->read_anew && daemon->assigned)
		read_anew(daemon);
	if (open)
		taken = kafka_consumer_poll(daemon->consumer, POLL_MOST);
	if (taken == POLL_MOST)
		daemon_wake(daemon);
}

/* Everything that there may be to do now. */
static void turn(struct daemon *daemon)
{
	if (!daemon->draining)
		read_more(daemon);
	lanes_kick(daemon);
	if (daemon->resubscribe && !daemon->draining)
		join_later(daemon);
}

static void on_wake(void *context)
{
	struct daemon *daemon = context;
	if (!daemon->draining)
		turn(daemon);
}

static void on_tick(void *context)
{
	struct daemon *daemon = context;
	loop_timer_start(daemon->tick, TICK_MS * 1000);
	kafka_producer_poll(daemon->producer);
	relay_turn(daemon);
	for (int i = 0; i < daemon->lanes_count && !daemon->draining; i++)
		lane_heal(daemon->lanes[i]);
	look_turn(daemon);
	on_wake(context);
}

static void on_hint(void *context)
{
	struct daemon *daemon = context;
	loop_timer_start(daemon->hint, HINT_MS * 1000);
	look_cluster(daemon);
	if (daemon->assigned && kafka_consumer_connected(daemon->consumer))
		hint(daemon);
}

/* ---- joining ---- */

/* Equal counts of everything read and written, or 0 and a reason. */
static int common_partitions(struct daemon *daemon)
{
	int counts[3 * TOPICS_MAX + 1], common = 0;
	const char *names[3 * TOPICS_MAX + 1];
	int all = 0;
	for (int i = 0; i < daemon->topics_count; i++)
		names[all++] = daemon->topic_names[i];
	for (int i = 0; i < daemon->emits_count; i++)
		names[all++] = daemon->emit_names[i];
	for (int i = 0; i < daemon->hops_count; i++)
		names[all++] = daemon->hop_names[i];
	names[all] = NULL;
	if (!kafka_consumer_partitions(daemon->consumer, names, counts, METADATA_WAIT_MS))
		return 0;
	for (int i = 0; i < all; i++) {
		const char *wrong = counts[i] == 0                  ? "topic missing"
				    : common && counts[i] != common ? "unequal partition counts"
								    : NULL;
		if (wrong) {
			tell(daemon, wrong, names[i], counts[i], common, NULL);
			return 0;
		}
		common = counts[i];
	}
	int64_t wanted = options_integer(daemon->options, "topics.partitions");
	if (wanted && common != wanted) {
		tell(daemon, "the topics have another number of partitions than topics.partitions", NULL, common, wanted, NULL);
		return 0;
	}
	return common;
}

static void on_partitions(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = context;
	if (class != PG_DONE || !daemon->subscribe)
		return; /* asked again in a moment; or it is all over */
	daemon->partitions_kept = pg_get_int4(result, 0, 0);
	loop_timer_start(daemon->subscribe, 0);
}

/* Were partitions added while nobody looked? Then keys lie in other shards than their past does, and nothing may be read. false:
 * not now, or the database is still asked. */
static bool same_as_kept(struct daemon *daemon, int count)
{
	int kept = daemon->partitions_kept;
	if (!kept && pg_state(daemon->query_pg) == PG_STATE_READY) {
		core_partitions(daemon->query_pg, count, on_partitions, daemon);
		pg_sync(daemon->query_pg, NULL, NULL);
	}
	if (!kept || kept == count)
		return kept == count;
	daemon->partitions_kept = 0; /* it is asked again */
	tell(daemon,
	    "the topics have another number of partitions than this database was made for: keys lie in other shards; nothing is read",
	    NULL, count, kept,
	    "topics of as many partitions as before: make them anew (ombudctl topics create), publish again what was not read, and "
	    "ombudctl shard restart");
	return false;
}

static bool shards_make(struct daemon *daemon, int count)
{
	if (daemon->shards_count == count)
		return true;
	if (daemon->shards_count || count > SHARDS_MAX) {
		tell(daemon, "too many partitions, or others than this process has begun with", NULL, count,
		    daemon->shards_count ? daemon->shards_count : SHARDS_MAX, "a restart, when it is meant");
		return false;
	}
	daemon->shards = xcalloc((unsigned long)count, sizeof *daemon->shards);
	daemon->shards_count = count;
	for (int h = 0; h < daemon->hops_count; h++)
		daemon->hop_positions[h] = xcalloc((unsigned long)count, sizeof(int64_t));
	for (int i = 0; i < count; i++) {
		struct shard *shard = &daemon->shards[i];
		shard->daemon = daemon;
		shard->number = i;
		shard->lane = daemon->lanes[i % daemon->lanes_count];
		shard->next_due_us = INT64_MAX;
		hops_make(&shard->hops, daemon);
	}
	return true;
}

static bool databases_ready(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->lanes_count; i++)
		if (pg_state(daemon->lanes[i]->pg) != PG_STATE_READY)
			return false;
	return true;
}

static void on_subscribe(void *context)
{
	struct daemon *daemon = context;
	int count;
	if (kafka_consumer_subscribed(daemon->consumer))
		return;
	if (!databases_ready(daemon)) {
		loop_timer_start(daemon->subscribe, DATABASES_LOOK_MS * 1000);
		return;
	}
	if (!platforms_listed(daemon)) {
		loop_timer_start(daemon->subscribe, DATABASES_LOOK_MS * 1000);
		return;
	}
	if (!platforms_ready(daemon))
		tell(daemon, "no version of platform default is applied: ombudctl platform apply", NULL, 0, 0, NULL);
	else if ((count = common_partitions(daemon)) > 0 && same_as_kept(daemon, count) && shards_make(daemon, count) &&
		 *kafka_consumer_cluster(daemon->consumer, 1000)) {
		kafka_consumer_subscribe(daemon->consumer);
		return;
	}
	loop_timer_start(daemon->subscribe, SUBSCRIBE_RETRY_MS * 1000);
}

void consume_start(struct daemon *daemon)
{
	static const struct kafka_consumer_hooks hooks = {
	    .wake = on_wake,
	    .record = on_record,
	    .end = on_end,
	    .assign = on_assign,
	    .revoke = on_revoke,
	    .trouble = on_trouble,
	    .away = on_away,
	    .fatal = on_fatal,
	};
	char error[256];
	daemon->consumer = kafka_consumer_new(
	    daemon->loop, &daemon->kafka, daemon->group, daemon->topic_names, &hooks, daemon, error, sizeof error);
	if (!daemon->consumer)
		die("kafka: %s", error);
	daemon->turn = turn;
	daemon->tick = loop_timer_new(daemon->loop, on_tick, daemon);
	daemon->hint = loop_timer_new(daemon->loop, on_hint, daemon);
	daemon->subscribe = loop_timer_new(daemon->loop, on_subscribe, daemon);
	loop_timer_start(daemon->tick, TICK_MS * 1000);
	loop_timer_start(daemon->hint, HINT_MS * 1000);
	loop_timer_start(daemon->subscribe, 0);
}

void consume_stop(struct daemon *daemon)
{
	loop_timer_free(daemon->tick);
	loop_timer_free(daemon->hint);
	loop_timer_free(daemon->subscribe);
	daemon->subscribe = NULL;
	kafka_consumer_free(daemon->consumer, 1000);
	daemon->consumer = NULL;
}
