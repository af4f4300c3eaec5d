#include "common/daemon/hop.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/daemon/daemon.h"
#include "common/store/core_hops.h"
#include "common/store/core_look.h"

static struct hop_number *numbers_new(const struct daemon *daemon)
{
	return xcalloc((unsigned long)daemon->shards_count, sizeof(struct hop_number));
}

void hops_make(struct hops *hops, const struct daemon *daemon)
{
	for (int t = 0; t < daemon->topics_count; t++)
		if (daemon->service->row->reads[t].hop)
			hops->in[t] = numbers_new(daemon);
	for (int h = 0; h < daemon->hops_count; h++)
		hops->out[h] = numbers_new(daemon);
}

void hops_forget(struct hops *hops, const struct daemon *daemon)
{
	size_t size = (size_t)daemon->shards_count * sizeof(struct hop_number);
	for (int i = 0; i < TOPICS_MAX; i++) {
		for (int other = 0; hops->in[i] && other < daemon->shards_count; other++)
			free(hops->in[i][other].writer);
		if (hops->in[i])
			memset(hops->in[i], 0, size);
		if (hops->out[i])
			memset(hops->out[i], 0, size);
	}
	hops->touched_count = 0;
}

static int read_index(const struct daemon *daemon, const char *topic)
{
	for (int t = 0; t < daemon->topics_count; t++)
		if (!strcmp(daemon->plain_topics[t], topic))
			return t;
	return -1;
}

int hops_index(const struct daemon *daemon, const char *topic)
{
	for (int h = 0; h < daemon->hops_count; h++)
		if (!strcmp(daemon->service->row->hops[h], topic))
			return h;
	return -1;
}

/* A topic that this version of the service knows no more is left alone: its rows stay as they are. */
void hops_taken_over(struct hops *hops, const struct daemon *daemon, const struct core_hop *hop)
{
	int index = hop->incoming ? read_index(daemon, hop->topic) : hops_index(daemon, hop->topic);
	struct hop_number *numbers = index < 0 ? NULL : hop->incoming ? hops->in[index] : hops->out[index];
	if (!numbers || hop->other < 0 || hop->other >= daemon->shards_count)
		return;
	struct hop_number *number = &numbers[hop->other];
	number->at = number->to = hop->sequence;
	number->history_at = number->history_to = hop->history;
	number->former = hop->former;
}

void hops_writer(struct hops *hops, const struct daemon *daemon, int topic, const struct core_hop_writer *said)
{
	if (said->from_shard < 0 || said->from_shard >= daemon->shards_count)
		return;
	struct hop_number *number = &hops->in[topic][said->from_shard];
	unsigned long ended = said->history > 0 ? (unsigned long)said->history : 0;
	free(number->writer);
	number->writer = xcalloc(1, sizeof *number->writer + ended * sizeof *said->formers);
	number->writer->history = said->history;
	number->writer->sequence = said->sequence;
	memcpy(number->writer->formers, said->formers, ended * sizeof *said->formers);
}

bool hops_false(const struct hop_number *taken)
{
	const struct hop_writer *writer = taken->writer;
	return writer && taken->history_at < writer->history && taken->at > writer->formers[taken->history_at];
}

static struct hop_number *number_of(const struct hops *hops, const struct hop_touch *touch)
{
	return (touch->incoming ? hops->in : hops->out)[touch->topic] + touch->other;
}

void hops_run_begin(struct hops *hops)
{
	for (int i = 0; i < hops->touched_count; i++) {
		struct hop_number *number = number_of(hops, &hops->touched[i]);
		number->to = number->at;
		number->history_to = number->history_at;
	}
	hops->touched_count = 0;
}

void hops_run_commit(struct hops *hops)
{
	for (int i = 0; i < hops->touched_count; i++) {
		struct hop_number *number = number_of(hops, &hops->touched[i]);
		number->at = number->to;
		number->history_at = number->history_to;
	}
	hops->touched_count = 0;
}

/* Each is moved from where the database has it at most once a run: that is when it is noted. */
static struct hop_number *touch(struct hops *hops, bool incoming, int topic, int other)
{
	struct hop_touch here = {incoming, topic, other};
	struct hop_number *number = number_of(hops, &here);
	if (number->to != number->at || number->history_to != number->history_at)
		return number;
	if (hops->touched_count == hops->touched_room) {
		hops->touched_room = hops->touched_room ? hops->touched_room * 2 : 16;
		hops->touched = xrealloc(hops->touched, (unsigned long)hops->touched_room * sizeof *hops->touched);
	}
	hops->touched[hops->touched_count++] = here;
	return number;
}

int64_t hops_give(struct hops *hops, int index, int to_partition)
{
	return ++touch(hops, false, index, to_partition)->to;
}

const struct hop_number *hops_taken(const struct hops *hops, int topic, int from_shard)
{
	return &hops->in[topic][from_shard];
}

void hops_take(struct hops *hops, int topic, int from_shard, int32_t history, int64_t sequence)
{
	struct hop_number *number = touch(hops, true, topic, from_shard);
	number->to = sequence;
	number->history_to = history;
}

void hops_write(const struct hops *hops, const struct daemon *daemon, int shard, struct core_store *store)
{
	for (int i = 0; i < hops->touched_count; i++) {
		const struct hop_touch *touched = &hops->touched[i];
		const struct hop_number *number = number_of(hops, touched);
		core_hop_add(store, &(struct core_hop){
					.shard = shard,
					.incoming = touched->incoming,
					.topic = touched->incoming ? daemon->plain_topics[touched->topic]
								   : daemon->service->row->hops[touched->topic],
					.other = touched->other,
					.history = number->history_to,
					.sequence = number->to,
				    });
	}
}
