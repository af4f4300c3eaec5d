#include "services/notification/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/base/die.h"
#include "common/model/trace.h"

struct queue {
	char *key; /* channel and endpoint */
	const struct channel_row *channel;
	const char *endpoint;            /* the end of key */
	struct sender_job *first, *last; /* waiting */
	struct sender_job *under_way;    /* linked by next */
	int waiting, in_flight;
	bool mute;       /* the last attempt was not answered */
	int64_t turn_us; /* given last */
	UT_hash_handle hh;
};

struct sender {
	struct notification *notification;
	sender_take_fn *take;
	int in_flight_max; /* at one address */
	int jobs;          /* of all addresses */
	bool crowded;      /* one waits for a place that others have */
	bool giving;       /* places that are free again */
	struct queue *queues;
};

struct sender *sender_new(struct notification *notification, int in_flight_max, sender_take_fn *take)
{
	struct sender *sender = xcalloc(1, sizeof *sender);
	sender->notification = notification;
	sender->take = take;
	sender->in_flight_max = in_flight_max;
	for (int i = 0; channels[i]; i++)
		if (channels[i]->open)
			channels[i]->open(notification);
	return sender;
}

/* ---- queues ---- */

static char *queue_key(const struct channel_row *channel, const char *endpoint)
{
	size_t size = strlen(endpoint) + 16;
	char *key = xmalloc(size);
	snprintf(key, size, "%d %s", (int)channel->number, endpoint);
	return key;
}

static struct queue *queue_find(const struct sender *sender, const struct channel_row *channel, const char *endpoint)
{
	struct queue *queue;
	char *key = queue_key(channel, endpoint);
	HASH_FIND_STR(sender->queues, key, queue);
	free(key);
	return queue;
}

static struct queue *queue_of(struct sender *sender, const struct channel_row *channel, const char *endpoint)
{
	struct queue *queue = queue_find(sender, channel, endpoint);
	if (queue)
		return queue;
	queue = xcalloc(1, sizeof *queue);
	queue->channel = channel;
	queue->key = queue_key(channel, endpoint);
	queue->endpoint = queue->key + strlen(queue->key) - strlen(endpoint);
	HASH_ADD_KEYPTR(hh, sender->queues, queue->key, strlen(queue->key), queue);
	return queue;
}

static void queue_put(struct queue *queue, struct sender_job *job)
{
	job->next = NULL;
	if (queue->last)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
	queue->waiting++;
}

static struct sender_job *queue_take(struct queue *queue)
{
	struct sender_job *job = queue->first;
	queue->first = job->next;
	if (!queue->first)
		queue->last = NULL;
	queue->waiting--;
	return job;
}

static void job_free(struct sender_job *job)
{
	job->sender->jobs--;
	free((char *)job->address);
	free((char *)job->payload);
	free((char *)job->trace);
	free(job);
}

/* ---- one attempt ---- */

static void pump(struct queue *queue);
static void pump_crowded(struct sender *sender);

static void unlink_under_way(struct queue *queue, const struct sender_job *job)
{
	struct sender_job **at = &queue->under_way;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	queue->in_flight--;
	if (job->room) {
		job->room->under_way--;
		job->room->mute -= job->mute;
	}
}

static void report(const struct sender_job *job, const struct attempt_result *given)
{
	struct attempt_result *result = xmalloc(sizeof *result);
	*result = *given;
	result->notice = job->notice;
	result->attempt = job->attempt;
	result->duration_us = instant_monotonic_us() - job->started_us;
	if (!job->sender->take(job->sender->notification->daemon, job->shard, result))
		free(result);
}

void attempt_reason(struct attempt_result *result, const char *reason)
{
	snprintf(result->reason, sizeof result->reason, "%s", reason ? reason : "");
}

void sender_answered(struct sender_job *job, const struct attempt_result *result, bool mute)
{
	struct queue *queue = job->queue;
	struct sender *sender = job->sender;
	unlink_under_way(queue, job);
	queue->mute = mute;
	if (!job->forgotten)
		report(job, result);
	job_free(job);
	pump(queue);
	if (sender->crowded)
		pump_crowded(sender);
}

const char *sender_trace(const struct uuid *notice, int attempt, const char *trace, char *text)
{
	char id[UUID_TEXT_SIZE + 12];
	uuid_format(notice, id);
	snprintf(id + UUID_TEXT_SIZE - 1, 13, "/%d", attempt);
	trace_next(trace, notice, "webhook", id, text);
	return text;
}

static struct sender_room *room_of(const struct queue *queue)
{
	return queue->channel->room ? queue->channel->room(queue->endpoint) : NULL;
}

static void start(struct sender_job *job)
{
	struct queue *queue = job->queue;
	job->next = queue->under_way;
	queue->under_way = job;
	queue->in_flight++;
	job->started_us = instant_monotonic_us();
	job->room = room_of(queue);
	job->mute = queue->mute;
	if (job->room) {
		job->room->under_way++;
		job->room->mute += job->mute;
	}
	queue->channel->begin(job);
}

static bool has_a_place(const struct queue *queue)
{
	const struct sender_room *room = room_of(queue);
	if (!room)
		return true; /* none is used */
	int half = room->most / 2;
	if (queue->in_flight && (queue->mute || room->under_way >= half))
		return false;
	return room->under_way < room->most && !(queue->mute && room->mute >= half);
}

static void pump(struct queue *queue)
{
	while (queue->first && queue->in_flight < queue->first->sender->in_flight_max) {
		if (!has_a_place(queue)) {
			queue->first->sender->crowded = true;
			return;
		}
		start(queue_take(queue));
	}
}

/* A place is free again. Who is given one goes behind the others. */
static void pump_crowded(struct sender *sender)
{
	struct queue *queue, *next;
	if (sender->giving)
		return; /* what is not configured is answered within */
	sender->crowded = false;
	sender->giving = true;
	HASH_ITER (hh, sender->queues, queue, next) {
		int waited = queue->waiting;
		pump(queue);
		if (queue->waiting == waited)
			continue;
		HASH_DEL(sender->queues, queue);
		HASH_ADD_KEYPTR(hh, sender->queues, queue->key, strlen(queue->key), queue);
	}
	sender->giving = false;
}

/* ---- what others see ---- */

bool sender_full(const struct sender *sender, const struct channel_row *channel, const char *endpoint)
{
	const struct queue *queue = queue_find(sender, channel, endpoint);
	return queue && limit_reached(NULL, channel->queue, queue->waiting);
}

int64_t sender_turn_us(struct sender *sender, const struct channel_row *channel, const char *endpoint, int64_t now_us)
{
	struct queue *queue = queue_of(sender, channel, endpoint);
	return limit_turn_us(&queue->turn_us, now_us + SENDER_FULL_PAUSE_US, SENDER_TURN_US);
}

void sender_send(struct sender *sender, const struct notice *notice)
{
	const struct channel_row *channel = channel_of(notice->channel);
	const char *address = channel->addresses == channel_by_contact ? notice->contact : notice->endpoint;
	struct queue *queue = queue_of(sender, channel, notice->endpoint);
	struct sender_job *job = xcalloc(1, sizeof *job);
	*job = (struct sender_job){.sender = sender,
	    .queue = queue,
	    .notice = notice->key.id,
	    .shard = notice->key.shard,
	    .attempt = notice->attempts,
	    .address = xstrdup(address),
	    .payload = xstrdup(notice->payload),
	    .trace = xstrdup(notice->trace)};
	sender->jobs++;
	queue_put(queue, job);
	pump(queue);
}

static void queue_forget(struct queue *queue, int shard)
{
	struct sender_job *job = queue->first;
	queue->first = queue->last = NULL;
	queue->waiting = 0;
	while (job) {
		struct sender_job *next = job->next;
		if (job->shard == shard)
			job_free(job);
		else
			queue_put(queue, job);
		job = next;
	}
	for (job = queue->under_way; job; job = job->next)
		if (job->shard == shard)
			job->forgotten = true;
}

void sender_forget(struct sender *sender, int shard)
{
	struct queue *queue, *next;
	HASH_ITER (hh, sender->queues, queue, next)
		queue_forget(queue, shard);
}

bool sender_busy(const struct sender *sender)
{
	return sender->jobs > 0;
}
