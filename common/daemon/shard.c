/* What the owner of a shard remembers. While its epoch holds, all of it is true (DESIGN 2). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/store/core.h"

enum {
	STOP_MS_MIN = 1000, /* a shard that stopped, or whose log is refused, is tried again after so long, twice as long ... */
	STOP_MS_MAX = 60000,
};

int shard_number(const struct shard *shard)
{
	return shard->number;
}

void shard_cursor_reset(struct shard *shard, int64_t acked_seq)
{
	shard->relay.acked = shard->relay.handed = acked_seq;
	memset(shard->relay.done, 0, sizeof shard->relay.done);
}

void shard_taken(struct shard *shard, const struct core_taken *taken)
{
	shard->taken = true;
	shard->epoch = taken->epoch;
	shard->at = taken->place;
	shard->next_due_us = taken->next_due_us;
	shard->due_from_us = INT64_MIN;
	shard->due_seen_us = 0;
	shard->taken_at_us = instant_monotonic_us();
	memset(shard->ends_done, 0, sizeof shard->ends_done);
	shard->history = taken->history;
	memcpy(shard->former_sequences, taken->former_sequences, sizeof shard->former_sequences);
	memcpy(shard->history_starts, taken->history_starts, sizeof shard->history_starts);
	shard_cursor_reset(shard, shard->at.acked_seq);
	shard->relay.refusals = 0;
	hops_forget(&shard->hops, shard->daemon);
	shard_run_begin(shard);
}

/* What a person has had said again under a new history begins anew. */
bool shard_went_back(const struct shard *shard, int64_t *epoch, int64_t *log_seq)
{
	*epoch = shard->remembered.epoch;
	*log_seq = shard->remembered.log_seq;
	return shard->remembered.known && shard->remembered.history == shard->history &&
	       (shard->epoch <= *epoch || shard->at.log_seq < *log_seq);
}

void shard_remember(struct shard *shard)
{
	shard->remembered.known = true;
	shard->remembered.history = shard->history;
	shard->remembered.epoch = shard->epoch;
	shard->remembered.log_seq = shard->at.log_seq;
}

int32_t shard_born(const struct shard *shard, int64_t seq)
{
	int32_t born = shard->history;
	while (born > 0 && shard->history_starts[born - 1] >= seq)
		born--;
	return born;
}

bool shard_speaks(const struct shard *shard)
{
	return shard->taken && shard->own.state == OWNLOOK_DONE && !shard->stop.silent;
}

void shard_run_begin(struct shard *shard)
{
	shard->to = shard->at;
	hops_run_begin(&shard->hops);
	shard->armed_us = INT64_MAX;
	shard->touched = false;
}

bool shard_run_moved(const struct shard *shard)
{
	return shard->touched || shard->to.log_seq != shard->at.log_seq || shard->to.acked_seq != shard->at.acked_seq ||
	       memcmp(shard->to.next_offsets, shard->at.next_offsets, sizeof shard->to.next_offsets) != 0;
}

/* ---- the end of what can be read ---- */

bool shard_caught_up(const struct shard *shard, int topic)
{
	return shard->taken && !shard->stop.now && shard->at_end[topic] &&
	       shard->at.next_offsets[topic] >= shard->read_offsets[topic];
}

static void note_end(struct shard *shard, int topic)
{
	if (!shard_caught_up(shard, topic))
		return;
	shard->ends_done[topic] = shard->ends[topic];
	shard->emptied_us[topic] = instant_monotonic_us();
}

void shard_at_end(struct shard *shard, int topic, int64_t offset)
{
	shard->at_end[topic] = true;
	shard->ends[topic] = offset;
	note_end(shard, topic);
}

void shard_run_commit(struct shard *shard)
{
	shard->at = shard->to;
	hops_run_commit(&shard->hops);
	shard->remembered.log_seq = shard->at.log_seq;
	if (shard->armed_us < shard->next_due_us)
		shard->next_due_us = shard->armed_us;
	if (shard->armed_us < shard->due_from_us)
		shard->due_from_us = shard->armed_us;
	shard->touched = false;
	for (int t = 0; t < shard->daemon->topics_count; t++)
		note_end(shard, t);
}

void shard_drop(struct shard *shard)
{
	shard->taken = false;
	shard->own.state = OWNLOOK_DONE;
	shard->stop = (struct shard_stop){.now = false};
	memset(shard->at_end, 0, sizeof shard->at_end);
	memset(shard->emptied_us, 0, sizeof shard->emptied_us);
}

/* ---- stopping, and going on ---- */

int64_t pause_growing_us(int times)
{
	int64_t ms = STOP_MS_MIN;
	for (int i = 1; i < times && ms < STOP_MS_MAX; i++)
		ms *= 2;
	return (ms < STOP_MS_MAX ? ms : STOP_MS_MAX) * 1000;
}

static void stop(struct shard *shard, int topic, int64_t offset)
{
	shard->stop.now = true;
	shard->stop.again = false;
	shard->stop.times++;
	shard->stop.topic = topic;
	shard->stop.offset = offset;
	shard->stop.again_us = instant_monotonic_us() + pause_growing_us(shard->stop.times);
	counters_stop(shard->stop.gone ? "gone" : "gap");
	daemon_wake(shard->daemon); /* its partitions are held */
}

void shard_stop_gap(struct shard *shard, int topic, int from_shard, int64_t got, int64_t want)
{
	shard->stop.gone = false;
	shard->stop.got = got;
	shard->stop.want = want;
	shard->stop.from_shard = from_shard;
	stop(shard, topic, shard->to.next_offsets[topic]);
	log_error("shard stopped: a gap in what it reads", LOG_NUMBER("shard", shard->number),
	    LOG_TEXT("topic", shard->daemon->plain_topics[topic]), LOG_NUMBER("offset", shard->stop.offset),
	    LOG_NUMBER("from_shard", from_shard), LOG_NUMBER("got", got), LOG_NUMBER("want", want),
	    LOG_NUMBER("times", shard->stop.times));
}

void shard_stop_gone(struct shard *shard, int topic, const char *why)
{
	shard->stop.gone = true;
	stop(shard, topic, shard->read_offsets[topic]);
	log_error("shard stopped: the broker has not what comes next; nothing is skipped", LOG_NUMBER("shard", shard->number),
	    LOG_TEXT("topic", shard->daemon->plain_topics[topic]), LOG_NUMBER("offset", shard->stop.offset),
	    LOG_NUMBER("times", shard->stop.times), LOG_TEXT("err", why));
}

/* Stops it whole; known is JSON's members. Looked at again when the pause is over: what a person has decided is seen then. */
static void stop_whole(struct shard *shard, const char *why, const char *format, ...)
{
	va_list args;
	bool told = shard->stop.why == why;
	shard->stop.silent = true;
	shard->stop.why = why;
	va_start(args, format);
	vsnprintf(shard->stop.known, sizeof shard->stop.known, format, args);
	va_end(args);
	shard->stop.topic = 0;
	shard->stop.now = true;
	shard->stop.again = false;
	shard->stop.times++;
	shard->stop.again_us = instant_monotonic_us() + pause_growing_us(shard->stop.times);
	counters_stop(why);
	log_at(told ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, "shard stopped: it waits for a person (ombudctl shard show)",
	    LOG_NUMBER("shard", shard->number), LOG_TEXT("why", why), LOG_TEXT("known", shard->stop.known),
	    LOG_NUMBER("times", shard->stop.times));
}

void shard_stop_went_back(struct shard *shard, int64_t epoch, int64_t log_seq)
{
	stop_whole(shard, "went_back",
	    "{\"why\": \"went_back\", \"epoch\": %lld, \"log_seq\": %lld, \"confirmed_epoch\": %lld, "
	    "\"confirmed_log_seq\": %lld}",
	    (long long)shard->epoch, (long long)shard->at.log_seq, (long long)epoch, (long long)log_seq);
}

void shard_stop_ahead(
    struct shard *shard, const char *topic, const struct ownlook_end *end, int32_t history, int64_t sequence, bool ours)
{
	stop_whole(shard, ours ? "topic_ahead" : "writer_behind",
	    "{\"topic\": \"%s\", \"log_history\": %d, \"log_sequence\": %lld, \"topic_history\": %d, \"topic_sequence\": %lld, "
	    "\"topic_former\": %lld, \"topic_seq\": %lld, \"end\": %lld}",
	    topic, history, (long long)sequence, end->history, (long long)end->sequence, (long long)end->former,
	    (long long)end->seq, (long long)end->end);
}

void shard_stop_former(struct shard *shard, int topic, int32_t taken_history, int64_t taken, int32_t history, int64_t former)
{
	stop_whole(shard, "former_false",
	    "{\"topic\": \"%s\", \"taken_history\": %d, \"taken_sequence\": %lld, \"history\": %d, \"former_sequence\": %lld}",
	    shard->daemon->plain_topics[topic], taken_history, (long long)taken, history, (long long)former);
	shard->stop.topic = topic;
}

void shard_passed(struct shard *shard)
{
	const struct shard_stop *stop = &shard->stop;
	bool passed = shard->at.next_offsets[stop->topic] > stop->offset || (shard->at_end[stop->topic] && !shard->queued);
	if (!stop->times || stop->now || !passed)
		return;
	log_info("shard goes on", LOG_NUMBER("shard", shard->number), LOG_NUMBER("times", stop->times));
	shard->stop = (struct shard_stop){.now = false};
}
