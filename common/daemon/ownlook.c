#include "common/daemon/ownlook.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/hop.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/store/core_hops.h"
#include "common/store/core_look.h"
#include "common/wire/kafka.h"

enum {
	LAST = 8,                     /* records: what a stranger's transaction leaves at the end is passed over */
	LAST_WIDE = 2 * RELAY_WINDOW, /* an old owner's stretch may lie at the end: it has no more than its window on the way */
	LOOKS_MAX = SHARDS_MAX * 2 * TOPICS_MAX, /* what a shard emits and what it reads */
};

static struct arena *scratch;

/* A partition of a topic of hops is read once for all shards that look at what they have said there; who comes later waits for the
 * next time. */
static struct hop_tail {
	bool asked;  /* of the broker */
	bool wanted; /* to be asked */
	bool again;  /* when its end has come */
} * hop_tails;       /* by topic of hops, then by partition */

/* ---- what the broker has ---- */

/* Where the name stands in a list of full names; -1: not there. */
static int place_of(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static bool is_read_fact(const struct daemon *daemon, int topic)
{
	const struct subscription *read = &daemon->service->row->reads[topic];
	return !read->inbox && !read->hop;
}

/* Of hops only the end is asked for; where this service says them, too, it comes with what is read of them (hops_begin). */
static bool is_asked(const struct daemon *daemon, int topic)
{
	return is_read_fact(daemon, topic) ||
	       (daemon->service->row->reads[topic].hop && hops_index(daemon, daemon->plain_topics[topic]) < 0);
}

static struct ownlook_end *end_of(struct daemon *daemon, const char *topic, int partition)
{
	struct ownlook *look = &daemon->shards[partition].own;
	if (look->state != OWNLOOK_ASKED)
		return NULL;
	int place = place_of(daemon->emit_names, daemon->emits_count, topic);
	if (place >= 0)
		return &look->emitted[place];
	place = place_of(daemon->topic_names, daemon->topics_count, topic);
	return place >= 0 ? &look->read[place] : NULL;
}

static void take_said(struct ownlook_end *end, const struct wire_said *said)
{
	if (end->found && wire_said_before(said, &end->said))
		return;
	end->found = true;
	end->said = *said;
}

static void on_hop(struct daemon *daemon, int place, const char *topic, const struct kafka_record *record)
{
	struct wire_said said;
	int from;
	arena_reset(scratch);
	if (!wire_hop_read(scratch, record, topic, &said, &from) || from >= daemon->shards_count)
		return;
	struct ownlook *look = &daemon->shards[from].own;
	struct ownlook_end *end = look->hops ? &look->hops[place * daemon->shards_count + record->partition] : NULL;
	if (end && end->asked && !end->ended)
		take_said(end, &said);
}

/* A fact says its number and comes from a writer of ours; whatever else lies there is a stranger's. */
static void on_record(const char *topic, const struct kafka_record *record, void *context)
{
	struct daemon *daemon = context;
	struct wire_said said;
	int hop = place_of(daemon->hop_names, daemon->hops_count, topic);
	if (hop >= 0) {
		on_hop(daemon, hop, topic, record);
		return;
	}
	struct ownlook_end *end = end_of(daemon, topic, record->partition);
	if (!end || end->ended)
		return;
	arena_reset(scratch);
	if (wire_said_read(scratch, record, topic, &said))
		take_said(end, &said);
}

static bool all_ended(const struct daemon *daemon, const struct ownlook *look)
{
	bool all = look->hops_left == 0;
	for (int t = 0; t < daemon->emits_count; t++)
		all = all && look->emitted[t].ended;
	for (int t = 0; t < daemon->topics_count; t++)
		all = all && (look->read[t].ended || !is_asked(daemon, t));
	return all;
}

static void one_ended(struct shard *shard, struct ownlook_end *end, int64_t end_offset)
{
	end->ended = true;
	end->end = end_offset;
	if (all_ended(shard->daemon, &shard->own))
		shard->own.state = OWNLOOK_SEEN;
}

static void hop_ended(struct daemon *daemon, int place, int partition, int64_t end_offset)
{
	int index = place * daemon->shards_count + partition;
	struct hop_tail *tail = &hop_tails[index];
	for (int i = 0; i < daemon->shards_count; i++) {
		struct ownlook *look = &daemon->shards[i].own;
		struct ownlook_end *end = look->hops ? &look->hops[index] : NULL;
		if (end && end->asked && !end->ended) {
			look->hops_left--;
			one_ended(&daemon->shards[i], end, end_offset);
		} else if (end) {
			end->asked = true; /* ... the next time */
		}
	}
	tail->asked = tail->again;
	tail->again = false;
	if (tail->asked)
		kafka_tails_ask(daemon->tails,
		    &(struct kafka_tail){daemon->hop_names[place], partition, 0, daemon->hop_positions[place][partition]}, 1);
}

static void on_end(const char *topic, int partition, int64_t end_offset, void *context)
{
	struct daemon *daemon = context;
	int hop = place_of(daemon->hop_names, daemon->hops_count, topic);
	struct ownlook_end *end = hop < 0 ? end_of(daemon, topic, partition) : NULL;
	if (hop >= 0)
		hop_ended(daemon, hop, partition, end_offset);
	else if (end)
		one_ended(&daemon->shards[partition], end, end_offset);
}

static void on_turn(void *context)
{
	daemon_wake(context);
}

static struct kafka_tails *tails_of(struct daemon *daemon)
{
	static const struct kafka_tails_hooks hooks = {.record = on_record, .end = on_end, .turn = on_turn};
	if (!daemon->tails) {
		scratch = arena_new(0);
		daemon->tails = kafka_tails_new(daemon->loop, &daemon->kafka, daemon->group, &hooks, daemon);
	}
	return daemon->tails;
}

static int ask_of(const struct daemon *daemon, struct shard *shard, struct kafka_tail *asked)
{
	struct ownlook *look = &shard->own;
	int count = 0, records = look->wide ? LAST_WIDE : LAST;
	memset(look->emitted, 0, sizeof look->emitted);
	memset(look->read, 0, sizeof look->read);
	look->state = OWNLOOK_ASKED;
	for (int t = 0; t < daemon->emits_count; t++)
		asked[count++] = (struct kafka_tail){daemon->emit_names[t], shard->number, records};
	for (int t = 0; t < daemon->topics_count; t++)
		if (is_asked(daemon, t))
			asked[count++] =
			    (struct kafka_tail){daemon->topic_names[t], shard->number, is_read_fact(daemon, t) ? LAST : 1};
	return count;
}

/* Any partition of a topic of hops may have some of this shard, behind those of the others: what its readers have not taken is
 * read. What they have, the log has. */
static void hops_begin(struct shard *shard)
{
	const struct daemon *daemon = shard->daemon;
	struct ownlook *look = &shard->own;
	int count = daemon->hops_count * daemon->shards_count;
	if (count && !hop_tails)
		hop_tails = xcalloc((unsigned long)count, sizeof *hop_tails);
	free(look->hops);
	look->hops = count ? xcalloc((unsigned long)count, sizeof *look->hops) : NULL;
	look->hops_left = count;
	for (int i = 0; i < count; i++) {
		look->hops[i].asked = !hop_tails[i].asked;
		hop_tails[i].wanted = hop_tails[i].wanted || !hop_tails[i].asked;
		hop_tails[i].again = hop_tails[i].again || hop_tails[i].asked;
	}
}

static void hops_done(struct ownlook *look)
{
	free(look->hops);
	look->hops = NULL;
	look->hops_left = 0;
}

static int ask_of_hops(const struct daemon *daemon, struct kafka_tail *asked)
{
	int count = 0;
	for (int i = 0; i < daemon->hops_count * daemon->shards_count; i++) {
		int place = i / daemon->shards_count, partition = i % daemon->shards_count;
		if (!hop_tails[i].wanted)
			continue;
		hop_tails[i].wanted = false;
		hop_tails[i].asked = true;
		asked[count++] =
		    (struct kafka_tail){daemon->hop_names[place], partition, 0, daemon->hop_positions[place][partition]};
	}
	return count;
}

void ownlook_begin(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	struct kafka_tail *asked = xcalloc(SHARDS_MAX * 3 * TOPICS_MAX, sizeof *asked);
	int count = 0;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->taken || !shard->taking)
			continue;
		shard->own.wide = false;
		hops_begin(shard);
		count += ask_of(daemon, shard, asked + count);
	}
	if (count && daemon->hops_count)
		count += ask_of_hops(daemon, asked + count);
	if (count)
		kafka_tails_ask(tails_of(daemon), asked, count);
	free(asked);
}

void ownlook_forget(struct shard *shard)
{
	struct daemon *daemon = shard->lane->daemon;
	if (shard->own.state != OWNLOOK_DONE && daemon->tails) {
		for (int t = 0; t < daemon->emits_count; t++)
			kafka_tails_forget(daemon->tails, daemon->emit_names[t], shard->number);
		for (int t = 0; t < daemon->topics_count; t++)
			if (is_asked(daemon, t))
				kafka_tails_forget(daemon->tails, daemon->topic_names[t], shard->number);
	}
	hops_done(&shard->own);
	shard->own.state = OWNLOOK_DONE;
}

bool ownlook_holds(const struct lane *lane)
{
	const struct daemon *daemon = lane->daemon;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		const struct shard *shard = &daemon->shards[i];
		if (shard->taken && !shard->stop.now && shard->own.state != OWNLOOK_DONE)
			return true;
	}
	return false;
}

/* ---- what the database says of it ---- */

/* The look of one lane that is under way in the database: pairs of shard and topic, emitted ones first. */
static struct query {
	struct shard *shards[LOOKS_MAX];
	int topics[LOOKS_MAX];
	struct core_look looks[LOOKS_MAX];
	struct core_log_said said[LOOKS_MAX];
	struct core_writer writers[LOOKS_MAX];
	int emitted, facts, count; /* those emitted, then the facts that are read, then the hops that are */
	/* Where hops of these shards have been found. */
	struct hop_query {
		struct shard *shard;
		int place; /* in shard->own.hops */
		struct core_log_said said;
	} * hops;
	struct core_look *hop_looks; /* beside hops */
	int hops_count, hops_room;
	int told_shards[SHARDS_MAX]; /* that have said hops */
	int64_t told_acked[SHARDS_MAX];
	int told_count;
} * queries[LANES_MAX];

static void query_add(struct query *query, struct shard *shard, int topic, const char *name, int64_t seq, int64_t acked)
{
	if (query->count == LOOKS_MAX)
		bug("more than %d looks", LOOKS_MAX);
	query->shards[query->count] = shard;
	query->topics[query->count] = topic;
	query->looks[query->count++] = (struct core_look){.shard = shard->number, .topic = name, .seq = seq, .acked = acked};
}

#define EACH_SEEN(lane, shard)                                             \
	(struct shard *shard = &(lane)->daemon->shards[(lane)->number];    \
	    shard < (lane)->daemon->shards + (lane)->daemon->shards_count; \
	    shard += (lane)->daemon->lanes_count) if (shard->taken && shard->own.state == OWNLOOK_SEEN)

static void query_add_hop(struct query *query, struct shard *shard, int place)
{
	const struct daemon *daemon = shard->daemon;
	if (query->hops_count == query->hops_room) {
		query->hops_room = query->hops_room ? query->hops_room * 2 : 64;
		query->hops = xrealloc(query->hops, (unsigned long)query->hops_room * sizeof *query->hops);
		query->hop_looks = xrealloc(query->hop_looks, (unsigned long)query->hops_room * sizeof *query->hop_looks);
	}
	query->hop_looks[query->hops_count] = (struct core_look){.shard = shard->number,
	    .topic = daemon->service->row->hops[place / daemon->shards_count],
	    .seq = shard->own.hops[place].said.seq};
	query->hops[query->hops_count++] = (struct hop_query){.shard = shard, .place = place};
}

static struct query *query_of(struct lane *lane)
{
	const struct daemon *daemon = lane->daemon;
	struct query *query = queries[lane->number];
	if (!query)
		query = queries[lane->number] = xcalloc(1, sizeof *query);
	query->count = query->hops_count = query->told_count = 0;
	for
		EACH_SEEN(lane, shard)
		{
			query->told_shards[query->told_count] = shard->number;
			query->told_acked[query->told_count++] = shard->at.acked_seq;
		}
	for
		EACH_SEEN(lane, shard)
	for (int i = 0; i < daemon->hops_count * daemon->shards_count; i++)
		if (shard->own.hops[i].found)
			query_add_hop(query, shard, i);
	for
		EACH_SEEN(lane, shard)
	for (int t = 0; t < daemon->emits_count; t++)
		query_add(query, shard, t, daemon->service->row->emits[t], shard->own.emitted[t].said.seq,
		    shard->at.out_sequences[t] ? shard->at.acked_seq : 0);
	query->emitted = query->count;
	for
		EACH_SEEN(lane, shard)
	for (int t = 0; t < daemon->topics_count; t++)
		if (is_read_fact(daemon, t))
			query_add(query, shard, t, daemon->plain_topics[t], 0, 0);
	query->facts = query->count;
	for
		EACH_SEEN(lane, shard)
	for (int t = 0; t < daemon->topics_count; t++)
		if (shard->hops.in[t])
			query_add(query, shard, t, daemon->plain_topics[t], 0, 0);
	for (int i = 0; i < query->count; i++)
		query->writers[i].place = -1;
	return query;
}

static void on_said(enum pg_class class, const struct pg_result *result, void *context)
{
	struct query *query = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_log_said said;
		core_log_says_row(result, row, &said);
		query->said[said.place] = said;
	}
}

static void on_hops_said(enum pg_class class, const struct pg_result *result, void *context)
{
	struct query *query = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_log_said said;
		core_log_says_row(result, row, &said);
		query->hops[said.place].said = said;
	}
}

/* Kept beside what was found, until it is judged. */
static void on_hops_told(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_hop_told told;
		core_hops_told_row(result, row, &told);
		int place = hops_index(daemon, told.topic);
		struct ownlook *look = &daemon->shards[told.shard].own;
		if (place < 0 || told.partition >= daemon->shards_count || !look->hops)
			continue;
		struct ownlook_end *end = &look->hops[place * daemon->shards_count + told.partition];
		end->acknowledged = told.acknowledged;
		end->taken = told.taken;
	}
}

static void on_writers(enum pg_class class, const struct pg_result *result, void *context)
{
	struct query *query = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_writer writer;
		core_writers_say_row(result, row, &writer);
		query->writers[query->emitted + writer.place] = writer;
	}
}

static void on_hop_writers(enum pg_class class, const struct pg_result *result, void *context)
{
	struct query *query = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_hop_writer writer;
		core_hop_writers_say_row(result, row, &writer);
		int place = query->facts + writer.place;
		struct shard *shard = query->shards[place];
		hops_writer(&shard->hops, shard->daemon, query->topics[place], &writer);
	}
}

/* ---- judging ---- */

enum verdict {
	VERDICT_AGREES,
	VERDICT_LOOK_WIDER, /* what lies at the end may be an old owner's stretch */
	VERDICT_AHEAD,      /* the topic has what the log has not */
	VERDICT_BEHIND,     /* the topic has not what was acknowledged: say it again */
	VERDICT_CANNOT,     /* nothing is left to compare with */
};

/* One emitted topic. *from: with VERDICT_BEHIND, the row of the log after which it is said again. */
static enum verdict judge_emitted(const struct shard *shard, int topic, const struct core_log_said *said, int64_t *from)
{
	const struct ownlook_end *end = &shard->own.emitted[topic];
	int64_t given = shard->at.out_sequences[topic], acknowledged = said->acknowledged < 0 ? given : said->acknowledged;
	*from = 0;
	if (!end->found && end->end > 0)
		return shard->own.wide ? VERDICT_CANNOT : VERDICT_LOOK_WIDER;
	if (!end->found)
		return acknowledged > 0 ? VERDICT_BEHIND : VERDICT_AGREES;
	if (end->said.history > shard->history)
		return VERDICT_AHEAD;
	if (end->said.history < shard->history) /* said anew, and nothing of it has come there yet */
		return acknowledged > 0 ? VERDICT_BEHIND : VERDICT_AGREES;
	if (end->said.sequence > given || said->sequence != end->said.sequence || said->digest != end->said.digest)
		return VERDICT_AHEAD;
	if (end->said.sequence >= acknowledged)
		return VERDICT_AGREES;
	*from = end->said.seq;
	return shard->own.wide ? VERDICT_BEHIND : VERDICT_LOOK_WIDER;
}

static void take_writer(struct ownlook *look, int topic, const struct core_writer *writer)
{
	look->writer_known[topic] = writer->place >= 0;
	look->writer_history[topic] = look->writer_known[topic] ? writer->history : 0;
	free(look->writer_formers[topic]);
	look->writer_formers[topic] = NULL;
	if (look->writer_history[topic] > 0)
		look->writer_formers[topic] = xcalloc((unsigned long)writer->history, sizeof(int64_t));
	for (int i = 0; i < look->writer_history[topic]; i++)
		look->writer_formers[topic][i] = i < writer->formers_count ? writer->formers[i] : writer->former;
}

/* A topic that is read: its writer may be the one whose database went back, which is ours too. Then what lies there beyond the
 * writer's log is not to be taken. true: it may be read. */
static bool judge_read(struct shard *shard, int topic, const struct core_writer *writer)
{
	struct ownlook *look = &shard->own;
	const struct ownlook_end *end = &look->read[topic];
	int32_t taken = shard->at.in_histories[topic];
	take_writer(look, topic, writer);
	if (!look->writer_known[topic])
		return true;
	if (end->found && (end->said.history > writer->history ||
			      (end->said.history == writer->history && end->said.sequence > writer->sequence))) {
		shard_stop_ahead(shard, shard->lane->daemon->plain_topics[topic], end, writer->history, writer->sequence, false);
		return false;
	}
	if (taken < writer->history && shard->at.in_sequences[topic] > look->writer_formers[topic][taken]) {
		shard_stop_former(
		    shard, topic, -1, taken, shard->at.in_sequences[topic], writer->history, look->writer_formers[topic][taken]);
		return false;
	}
	return true;
}

/* Hops of its own that the log has not, or as others. */
static bool judge_hops_said(const struct query *query, struct shard *shard)
{
	const struct daemon *daemon = shard->daemon;
	for (int i = 0; i < query->hops_count; i++) {
		const struct hop_query *hop = &query->hops[i];
		if (hop->shard != shard)
			continue;
		int place = hop->place / daemon->shards_count, partition = hop->place % daemon->shards_count;
		const struct ownlook_end *end = &shard->own.hops[hop->place];
		int64_t given = shard->hops.out[place][partition].at;
		bool same = hop->said.sequence == end->said.sequence && hop->said.digest == end->said.digest;
		if (end->said.history < shard->history ||
		    (end->said.history == shard->history && end->said.sequence <= given && same))
			continue;
		shard_stop_ahead(shard, daemon->service->row->hops[place], end, shard->history, given, true);
		return false;
	}
	return true;
}

static bool judge_hops_read(struct shard *shard, int topic)
{
	const struct daemon *daemon = shard->daemon;
	int place = hops_index(daemon, daemon->plain_topics[topic]);
	if (place >= 0)
		shard->own.read[topic] = shard->own.hops[place * daemon->shards_count + shard->number];
	for (int from = 0; from < daemon->shards_count; from++) {
		const struct hop_number *taken = &shard->hops.in[topic][from];
		if (!hops_false(taken))
			continue;
		shard_stop_former(shard, topic, from, taken->history_at, taken->at, taken->writer->history,
		    taken->writer->formers[taken->history_at]);
		return false;
	}
	return true;
}

static void say_again(struct shard *shard, const char *name, int64_t from)
{
	log_warn("the broker has not what it had acknowledged; it is said again", LOG_NUMBER("shard", shard->number),
	    LOG_TEXT("topic", name), LOG_NUMBER("seq", from), LOG_NUMBER("acked_seq", shard->at.acked_seq));
	counters_said_again();
	if (from < shard->at.acked_seq)
		shard->at.acked_seq = from; /* the row keeps the higher one; whoever takes over looks again */
}

/* What was acknowledged, and neither lies there nor was taken, the broker has lost. */
static void say_hops_again(struct shard *shard)
{
	const struct daemon *daemon = shard->daemon;
	for (int i = 0; i < daemon->hops_count * daemon->shards_count; i++) {
		const struct ownlook_end *end = &shard->own.hops[i];
		int64_t there = end->found && end->said.history == shard->history ? end->said.sequence : 0;
		if (end->acknowledged > there && end->acknowledged > end->taken)
			say_again(shard, daemon->service->row->hops[i / daemon->shards_count], there ? end->said.seq : 0);
	}
}

/* All topics first: what is only found by a wider look, or by a stop, must not have been said before. false: as judge(). */
static bool judge_first(const struct query *query, struct shard *shard)
{
	struct daemon *daemon = shard->lane->daemon;
	int64_t from;
	for (int i = 0; i < query->emitted; i++) {
		int topic = query->topics[i];
		enum verdict verdict =
		    query->shards[i] == shard ? judge_emitted(shard, topic, &query->said[i], &from) : VERDICT_AGREES;
		if (verdict == VERDICT_LOOK_WIDER) {
			shard->own.wide = true;
			struct kafka_tail asked[2 * TOPICS_MAX];
			kafka_tails_ask(daemon->tails, asked, ask_of(daemon, shard, asked));
			return false;
		}
		if (verdict == VERDICT_AHEAD) {
			shard_stop_ahead(shard, daemon->service->row->emits[topic], &shard->own.emitted[topic], shard->history,
			    shard->at.out_sequences[topic], true);
			return false;
		}
	}
	return judge_hops_said(query, shard);
}

/* Both sides of one shard. false: it is looked at again, or it has stopped. */
static bool judge(const struct query *query, struct shard *shard)
{
	int64_t from;
	if (!judge_first(query, shard))
		return false;
	for (int i = 0; i < query->emitted; i++) {
		int topic = query->topics[i];
		enum verdict verdict =
		    query->shards[i] == shard ? judge_emitted(shard, topic, &query->said[i], &from) : VERDICT_AGREES;
		if (verdict == VERDICT_BEHIND)
			say_again(shard, shard->lane->daemon->service->row->emits[topic], from);
		else if (verdict == VERDICT_CANNOT)
			log_warn("nothing is left on the topic to compare the log with", LOG_NUMBER("shard", shard->number),
			    LOG_TEXT("topic", shard->lane->daemon->service->row->emits[topic]),
			    LOG_NUMBER("end", shard->own.emitted[topic].end));
	}
	say_hops_again(shard);
	for (int i = query->emitted; i < query->facts; i++)
		if (query->shards[i] == shard && !judge_read(shard, query->topics[i], &query->writers[i]))
			return false;
	for (int i = query->facts; i < query->count; i++)
		if (query->shards[i] == shard && !judge_hops_read(shard, query->topics[i]))
			return false;
	return true;
}

static void on_synced(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct lane *lane = context;
	struct daemon *daemon = lane->daemon;
	if (class == PG_DONE && fail_point("look.after"))
		class = PG_CONFLICT;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->taken || shard->own.state != OWNLOOK_SENT)
			continue;
		shard->own.state = class == PG_DONE ? OWNLOOK_DONE : OWNLOOK_SEEN;
		if (class == PG_DONE && judge(queries[lane->number], shard))
			shard->own.state = OWNLOOK_PASSED;
		if (class == PG_DONE && shard->own.state != OWNLOOK_ASKED) /* else it is looked at once more */
			hops_done(&shard->own);
	}
	lane->done(lane, class, sqlstate, message);
}

bool ownlook_due(const struct lane *lane)
{
	for
		EACH_SEEN(lane, shard)
	return true;
	return false;
}

void ownlook_run(struct lane *lane, lane_done_fn *done)
{
	struct query *query = query_of(lane);
	for (int i = 0; i < query->count; i++)
		query->shards[i]->own.state = OWNLOOK_SENT;
	lane->done = done;
	(void)fail_point("look.before");
	core_log_says(lane->pg, query->looks, query->emitted, on_said, query);
	if (lane->daemon->hops_count)
		core_hops_told(lane->pg, query->told_shards, query->told_acked, query->told_count, on_hops_told, lane->daemon);
	if (query->hops_count)
		core_log_says(lane->pg, query->hop_looks, query->hops_count, on_hops_said, query);
	core_writers_say(lane->pg, query->looks + query->emitted, query->facts - query->emitted, on_writers, query);
	if (query->count > query->facts)
		core_hop_writers_say(lane->pg, query->looks + query->facts, query->count - query->facts, on_hop_writers, query);
	pg_sync(lane->pg, on_synced, lane);
}

void ownlook_stop(struct daemon *daemon)
{
	kafka_tails_free(daemon->tails);
	daemon->tails = NULL;
}
