/* What the owner of a shard remembers. While its epoch holds, all of it is true. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/store/core_take.h"

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

/* ---- what the database says ---- */

static int topic_index(const struct shard *shard, const char *name)
{
	for (int t = 0; t < shard->daemon->topics_count; t++)
		if (!strcmp(shard->daemon->plain_topics[t], name))
			return t;
	return 0;
}

static enum stop_why why_of(const char *code)
{
	for (int why = 0; why < STOP_WHYS; why++)
		if (!strcmp(stop_rows[why].code, code))
			return (enum stop_why)why;
	return STOP_GAP;
}

/* A whole stop is judged anew by the look; that it stands there already is all that is to be known of it. */
static void stopped_before(struct shard *shard, const struct core_taken *taken)
{
	struct shard_stop *stop = &shard->stop;
	enum stop_why why = why_of(taken->stopped_why);
	if (stop_rows[why].kept) {
		shard->stands = &stop_rows[why];
		return;
	}
	int times = stop->times;
	*stop =
	    (struct shard_stop){.now = true, .person = true, .written = true, .times = times + 1, .offset = taken->stopped_offset};
	stop->why = why;
	stop->topic = topic_index(shard, taken->stopped_topic);
	snprintf(stop->says, sizeof stop->says, "%s", taken->stopped_says);
	stop->again_us = instant_monotonic_us() + pause_growing_us(stop->times);
}

static void tell_cluster(const struct shard *shard, const struct core_taken *taken)
{
	counters_cluster();
	log_warn(
	    "another Kafka cluster: everything is read from its beginning and said again; what was not read of the old one is not known",
	    LOG_NUMBER("shard", shard->number), LOG_TEXT("left", taken->left));
}

/* This process had the shard, nobody else has taken it since, and yet it stands neither where it was left nor where the run under
 * way would have left it. A place without its record is no place either. */
static int moved_topic(const struct shard *shard, const struct core_taken *taken)
{
	bool ours = shard->epoch && taken->epoch == shard->epoch + 1;
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		int64_t offset = taken->place.next_offsets[t];
		if (ours && offset != shard->at.next_offsets[t] && offset != shard->to.next_offsets[t])
			return t;
		if (offset == 0 && taken->place.last_digests[t])
			return t;
	}
	return -1;
}

/* The same of a shard that was stopped: it goes nowhere by itself. Where it stood then the row of its stop says; before that is
 * written, this process knows it: what a person has decided with ombudctl raises the epoch, too, by one with each row of the log
 * that says so. A place that is chosen has no record before it to compare. */
static void note_moves(struct shard *shard, const struct core_taken *taken)
{
	const struct shard_stop *stop = &shard->stop;
	bool stands = (stop->silent || stop->person) && stop_rows[stop->why].still;
	bool ours = shard->epoch && taken->epoch - shard->epoch - 1 == taken->place.log_seq - shard->at.log_seq;
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		bool written = taken->stopped && taken->places[t] >= 0;
		int64_t was = written ? taken->places[t] : stands && ours ? shard->at.next_offsets[t] : -1;
		bool chosen = !taken->place.last_digests[t];
		if (was >= 0 && taken->place.next_offsets[t] != was && !chosen && !shard->moves[t].known) {
			shard->moves[t].known = true;
			shard->moves[t].was = was;
		}
	}
}

static void stop_moved(struct shard *shard, int topic, int64_t was)
{
	shard_stop(shard, STOP_MOVED, topic, shard->at.next_offsets[topic],
	    "where another hand has put it: it was at %lld. Nothing is skipped", (long long)was);
}

void shard_recall_moves(struct shard *shard)
{
	for (int t = 0; !shard->stop.person && t < shard->daemon->topics_count; t++) {
		bool moved = shard->moves[t].known && shard->at.last_digests[t] && shard->at.next_offsets[t] != shard->moves[t].was;
		shard->moves[t].known = false;
		if (moved)
			stop_moved(shard, t, shard->moves[t].was);
	}
}

/* What waits in memory is not what comes next. */
static bool stands_elsewhere(const struct shard *shard, const struct core_taken *taken)
{
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		int64_t offset = taken->place.next_offsets[t];
		if (offset != shard->at.next_offsets[t] && offset != shard->to.next_offsets[t])
			return true;
	}
	return false;
}

static void judge_place(struct shard *shard, const struct core_taken *taken)
{
	struct shard_stop *stop = &shard->stop;
	bool known = shard->epoch != 0, elsewhere = known && stands_elsewhere(shard, taken);
	int moved = taken->left ? -1 : moved_topic(shard, taken);
	int64_t was = moved >= 0 && known ? shard->at.next_offsets[moved] : 0;
	bool restarted = stop->person && stop->written && !taken->stopped;
	if (taken->left) {
		tell_cluster(shard, taken);
		memset(shard->moves, 0, sizeof shard->moves);
	} else {
		note_moves(shard, taken);
	}
	if (restarted) {
		log_info("shard restarted", LOG_NUMBER("shard", shard->number));
		*stop = (struct shard_stop){.now = true};
	}
	shard->epoch = taken->epoch;
	shard->at = taken->place;
	memset(&shard->look, 0, sizeof shard->look);
	shard->stands = NULL;
	if (taken->stopped)
		stopped_before(shard, taken);
	else if (moved >= 0)
		stop_moved(shard, moved, was);
	else
		stop->now = stop->now || elsewhere;
	if (restarted)
		shard_recall_moves(shard);
	stop->again = false;
	stop->moved = stop->now && elsewhere;
}

void shard_taken(struct shard *shard, const struct core_taken *taken)
{
	enum { SOON_US = 5000000 };
	shard->taken = true;
	shard->retake = false;
	shard->soon = shard->epoch && taken->epoch == shard->epoch + 1 && instant_monotonic_us() - shard->taken_at_us < SOON_US;
	judge_place(shard, taken);
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
	memset(shard->look.last, 0, sizeof shard->look.last);
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
	if (shard_speaks(shard)) /* else another shard of the lane has run, and what stands here is what the look is about */
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
	shard->taken = shard->retake = false;
	shard->epoch = 0;
	shard->own.state = OWNLOOK_DONE;
	shard->stop = (struct shard_stop){.now = false};
	shard->stands = NULL;
	memset(shard->moves, 0, sizeof shard->moves);
	memset(&shard->look, 0, sizeof shard->look);
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

const struct stop_row stop_rows[STOP_WHYS] = {
    [STOP_GAP] = {"gap", "a gap in what it reads", 0},
    [STOP_GONE] = {"gone", "the broker has not what comes next; nothing is skipped", 0},
    [STOP_OTHER_RECORD] = {"other_record", "the topic is not the one that it has read: it was made anew, or lost its tail", 1,
	.still = true},
    /* A broker that has just become the leader may not have heard of the last records' safety yet. */
    [STOP_BEYOND_END] = {"beyond_end", "the topic ends before its position: it was made anew, or lost its tail", 3, .still = true},
    [STOP_MOVED] = {"moved", "its position was changed by another hand", 1, .still = true},
    [STOP_WENT_BACK] = {"went_back", "the database is older than what it has confirmed to this process", 0, true},
    [STOP_TOPIC_AHEAD] = {"topic_ahead", "the topic has more of what this shard says than its log has", 0, true, true},
    [STOP_WRITER_BEHIND] = {"writer_behind", "the topic has more than its writer's log has", 0},
    [STOP_FORMER_FALSE] = {"former_false", "what was taken of a former history is not true", 0, true, true},
};

void shard_stop(struct shard *shard, enum stop_why why, int topic, int64_t offset, const char *says, ...)
{
	struct shard_stop *stop = &shard->stop;
	va_list args;
	if (stop->person || stop->silent)
		return; /* there is one to be decided about already */
	stop->now = true;
	stop->again = stop->moved = stop->written = false;
	stop->why = why;
	stop->times++;
	stop->person = stop_rows[why].sure && stop->times >= stop_rows[why].sure;
	stop->topic = topic;
	stop->offset = offset;
	va_start(args, says);
	vsnprintf(stop->says, sizeof stop->says, says, args);
	va_end(args);
	stop->again_us = instant_monotonic_us() + pause_growing_us(stop->times);
	memset(shard->look.digests, 0, sizeof shard->look.digests);
	counters_stop(stop_rows[why].code);
	log_error("shard stopped", LOG_NUMBER("shard", shard->number), LOG_TEXT("code", stop_rows[why].code),
	    LOG_TEXT("topic", shard->daemon->plain_topics[topic]), LOG_NUMBER("offset", offset), LOG_TEXT("err", stop->says),
	    LOG_TEXT("means", stop_rows[why].sentence), LOG_NUMBER("times", stop->times),
	    LOG_NUMBER("taken_unlooked", shard->at.next_offsets[topic] - 1 - shard->at.looked_offsets[topic]),
	    LOG_TEXT("needs", stop->person ? "a person: ombudctl shard show, shard restart" : NULL));
	daemon_wake(shard->daemon); /* its partitions are held */
}

bool shard_holds(const struct shard *shard)
{
	const struct shard_stop *stop = &shard->stop;
	return stop->now && (stop->why != STOP_GONE || stop->moved || stop->person || !stop->times);
}

static void json_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, ", \"%s\": ", name);
	buf_json_string(json, text, strlen(text));
}

bool shard_stop_unwritten(const struct shard *shard)
{
	const struct shard_stop *stop = &shard->stop;
	return (stop->person || (stop->silent && stop_rows[stop->why].kept)) && !stop->written;
}

bool shard_stop_over(const struct shard *shard)
{
	const struct shard_stop *stop = &shard->stop;
	return shard->stands && shard->own.state == OWNLOOK_DONE && !(stop->silent && stop_rows[stop->why].kept);
}

/* Where it stands meanwhile, whoever takes it over. */
static void places_json(const struct shard *shard, struct buf *json)
{
	if (!stop_rows[shard->stop.why].still)
		return;
	for (int t = 0; t < shard->daemon->topics_count; t++) {
		int64_t place = shard->moves[t].known ? shard->moves[t].was : shard->at.next_offsets[t];
		buf_printf(json, "%s\"%s\": %lld", t ? ", " : ", \"places\": {", shard->daemon->plain_topics[t], (long long)place);
	}
	buf_text(json, "}");
}

static void whole_json(const struct shard *shard, struct buf *json)
{
	const struct shard_stop *stop = &shard->stop;
	buf_printf(json, "{\"known\": %s", stop->known);
	json_text(json, "why", stop_rows[stop->why].code);
	json_text(json, "topic", stop->about);
	json_text(json, "means", stop_rows[stop->why].sentence);
	places_json(shard, json);
	buf_text(json, "}");
}

void shard_stop_json(const struct shard *shard, struct buf *json)
{
	const struct shard_stop *stop = &shard->stop;
	if (stop->silent) {
		whole_json(shard, json);
		return;
	}
	int64_t looked = shard->at.looked_digests[stop->topic] ? shard->at.looked_offsets[stop->topic] : -1;
	int64_t next = shard->at.next_offsets[stop->topic];
	buf_printf(json, "{\"offset\": %lld", (long long)stop->offset);
	json_text(json, "why", stop_rows[stop->why].code);
	json_text(json, "topic", shard->daemon->plain_topics[stop->topic]);
	json_text(json, "says", stop->says);
	json_text(json, "means", stop_rows[stop->why].sentence);
	/* What was taken since the last look that was good: of the log that is there now, or of the one before. */
	if (looked + 1 < next)
		buf_printf(json, ", \"taken_from\": %lld, \"taken_to\": %lld", (long long)looked + 1, (long long)next - 1);
	places_json(shard, json);
	buf_text(json, "}");
}

/* Stops it whole; known is JSON's members. Looked at again when the pause is over: what a person has decided is seen then. */
static void stop_whole(struct shard *shard, enum stop_why why, const char *topic, const char *format, ...)
{
	va_list args;
	bool told = shard->stop.silent && shard->stop.why == why;
	/* It is written once; and not over what a person is to decide before. */
	shard->stop.written = shard->stands == &stop_rows[why] || (shard->stop.person && shard->stop.written);
	shard->stop.silent = true;
	shard->stop.person = false;
	shard->stop.why = why;
	snprintf(shard->stop.about, sizeof shard->stop.about, "%s", topic);
	va_start(args, format);
	vsnprintf(shard->stop.known, sizeof shard->stop.known, format, args);
	va_end(args);
	shard->stop.topic = 0;
	shard->stop.now = true;
	shard->stop.again = false;
	shard->stop.times++;
	shard->stop.again_us = instant_monotonic_us() + pause_growing_us(shard->stop.times);
	counters_stop(stop_rows[why].code);
	log_at(told ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
	    stop_rows[why].kept ? "shard stopped whole (shard show); once it is known why: ombudctl shard restate, restart"
				: "shard stopped whole (/readyz?verbose); it goes on when its writer does",
	    LOG_NUMBER("shard", shard->number), LOG_TEXT("code", stop_rows[why].code), LOG_TEXT("known", shard->stop.known),
	    LOG_NUMBER("times", shard->stop.times));
}

void shard_stop_went_back(struct shard *shard, int64_t epoch, int64_t log_seq)
{
	memset(shard->moves, 0, sizeof shard->moves);
	stop_whole(shard, STOP_WENT_BACK, "",
	    "{\"epoch\": %lld, \"log_seq\": %lld, \"confirmed_epoch\": %lld, "
	    "\"confirmed_log_seq\": %lld}",
	    (long long)shard->epoch, (long long)shard->at.log_seq, (long long)epoch, (long long)log_seq);
}

void shard_stop_ahead(
    struct shard *shard, const char *topic, const struct ownlook_end *end, int32_t history, int64_t sequence, bool ours)
{
	stop_whole(shard, ours ? STOP_TOPIC_AHEAD : STOP_WRITER_BEHIND, topic,
	    "{\"topic\": \"%s\", \"log_history\": %d, \"log_sequence\": %lld, \"topic_history\": %d, \"topic_sequence\": %lld, "
	    "\"topic_former\": %lld, \"topic_seq\": %lld, \"end\": %lld}",
	    topic, history, (long long)sequence, end->said.history, (long long)end->said.sequence, (long long)end->said.former,
	    (long long)end->said.seq, (long long)end->end);
}

void shard_stop_former(
    struct shard *shard, int topic, int hops_from, int32_t taken_history, int64_t taken, int32_t history, int64_t former)
{
	char whose[32] = "";
	if (hops_from >= 0)
		snprintf(whose, sizeof whose, "\"hops_from\": %d, ", hops_from);
	stop_whole(shard, STOP_FORMER_FALSE, shard->daemon->plain_topics[topic],
	    "{\"topic\": \"%s\", %s\"taken_history\": %d, \"taken_sequence\": %lld, \"history\": %d, \"former_sequence\": %lld}",
	    shard->daemon->plain_topics[topic], whose, taken_history, (long long)taken, history, (long long)former);
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
