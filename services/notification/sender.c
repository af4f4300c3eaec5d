#include "services/notification/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/io/http_client.h"
#include "common/io/webhook_sign.h"
#include "common/model/trace.h"
#include "common/model/webhook.h"
#include "common/platform/endpoints.h"

/* What all endpoints of one client share. An attempt that hangs holds one of its connections for WEBHOOK_TIMEOUT_MS, and what waits
 * within the client has its own time running: so what is beyond waits here. Half of them are for whoever comes, up to its bound;
 * beyond it an endpoint has one attempt at a time. Those that did not answer last time have half of them in all, whoever they are.
 */
struct lines {
	struct http_client *client;
	int under_way;
	int mute; /* of these, at endpoints that did not answer the last attempt */
};

/* One attempt, waiting or under way. */
struct job {
	struct sender *sender;
	struct queue *queue;
	struct lines *lines; /* NULL: none is used */
	bool mute;
	struct uuid notice;
	int shard;
	int attempt;
	char *payload, *trace;
	int64_t started_us; /* monotonic; 0: waiting */
	bool forgotten;     /* its shard went: nobody waits for the answer */
	struct job *next;
};

struct queue {
	char *endpoint;
	struct job *first, *last; /* waiting */
	struct job *under_way;    /* linked by next */
	int waiting, in_flight;
	bool mute;       /* the last attempt was not answered */
	int64_t turn_us; /* given last */
	UT_hash_handle hh;
};

struct sender {
	struct notification *notification;
	struct lines outside; /* the Internet: https, public addresses */
	struct lines inside;  /* endpoints with allow_private: http too, and the addresses of a house */
	int in_flight_max;    /* at one endpoint */
	int jobs;             /* of all endpoints */
	bool held;            /* one waits for a line that others have */
	bool giving;          /* lines that are free again */
	struct queue *queues;
};

/* Loopback and private addresses, nothing else that is not public. */
#define INSIDE "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8"

static struct http_client *client_new(struct loop *loop, const char *allow)
{
	char error[128];
	struct http_client_settings settings = {.user_agent = "ombud-webhook/1", .allow = allow, .allow_http = allow != NULL};
	struct http_client *client = http_client_new(loop, &settings, error, sizeof error);
	if (!client)
		bug("the HTTP client does not start: %s", error);
	return client;
}

struct sender *sender_new(struct notification *notification, int in_flight_max)
{
	struct sender *sender = xcalloc(1, sizeof *sender);
	struct loop *loop = daemon_loop(notification->daemon);
	sender->notification = notification;
	sender->in_flight_max = in_flight_max;
	sender->outside.client = client_new(loop, NULL);
	sender->inside.client = client_new(loop, INSIDE);
	return sender;
}

/* ---- queues ---- */

static struct queue *queue_find(const struct sender *sender, const char *endpoint)
{
	struct queue *queue;
	HASH_FIND_STR(sender->queues, endpoint, queue);
	return queue;
}

static struct queue *queue_of(struct sender *sender, const char *endpoint)
{
	struct queue *queue = queue_find(sender, endpoint);
	if (queue)
		return queue;
	queue = xcalloc(1, sizeof *queue);
	queue->endpoint = xstrdup(endpoint);
	HASH_ADD_KEYPTR(hh, sender->queues, queue->endpoint, strlen(queue->endpoint), queue);
	return queue;
}

static void queue_put(struct queue *queue, struct job *job)
{
	job->next = NULL;
	if (queue->last)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
	queue->waiting++;
}

static struct job *queue_take(struct queue *queue)
{
	struct job *job = queue->first;
	queue->first = job->next;
	if (!queue->first)
		queue->last = NULL;
	queue->waiting--;
	return job;
}

static void job_free(struct job *job)
{
	job->sender->jobs--;
	free(job->payload);
	free(job->trace);
	free(job);
}

/* ---- one attempt ---- */

static void pump(struct queue *queue);
static void pump_held(struct sender *sender);

static void unlink_under_way(struct queue *queue, const struct job *job)
{
	struct job **at = &queue->under_way;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	queue->in_flight--;
	if (job->lines) {
		job->lines->under_way--;
		job->lines->mute -= job->mute;
	}
}

static void report(const struct job *job, const struct http_answer *answer)
{
	struct attempt_result *result = xcalloc(1, sizeof *result);
	*result = (struct attempt_result){.notice = job->notice,
	    .attempt = job->attempt,
	    .status = answer->status,
	    .retry_after_us = answer->retry_after_us,
	    .duration_us = instant_monotonic_us() - job->started_us};
	if (answer->error)
		snprintf(result->reason, sizeof result->reason, "%s", answer->error);
	if (!daemon_inject(job->sender->notification->daemon, job->shard, result))
		free(result);
}

static void answered(const struct http_answer *answer, void *context)
{
	struct job *job = context;
	struct queue *queue = job->queue;
	struct sender *sender = job->sender;
	bool lost = fail_point("webhook_answer.before"); /* as if none had come */
	unlink_under_way(queue, job);
	queue->mute = answer->status == 0;
	if (!job->forgotten)
		report(job, lost ? &(struct http_answer){.error = "broken", .retry_after_us = -1} : answer);
	(void)fail_point("webhook_answer.after");
	job_free(job);
	pump(queue);
	if (sender->held)
		pump_held(sender);
}

const char *sender_trace(const struct uuid *notice, int attempt, const char *trace, char *text)
{
	char id[UUID_TEXT_SIZE + 12];
	uuid_format(notice, id);
	snprintf(id + UUID_TEXT_SIZE - 1, 13, "/%d", attempt);
	trace_next(trace, notice, "webhook", id, text);
	return text;
}

static struct lines *lines_of(struct sender *sender, const struct endpoint *endpoint)
{
	return endpoint->allow_private ? &sender->inside : &sender->outside;
}

/* The timestamp is the wall clock's, also when the virtual clock runs: receivers hold it against theirs, against replays. */
static void ask(struct job *job, const struct endpoint *endpoint)
{
	struct arena *arena = arena_new(0);
	char id[UUID_TEXT_SIZE], signature[WEBHOOK_SIGNATURE_SIZE], trace[TRACE_TEXT_SIZE];
	int64_t now_s = instant_wall_us() / US_PER_SECOND;
	size_t size = strlen(job->payload);
	uuid_format(&job->notice, id);
	webhook_sign(endpoint->secrets, endpoint->secrets_count, id, now_s, job->payload, size, signature);
	const char *const headers[] = {"Content-Type: application/json", arena_printf(arena, "webhook-id: %s", id),
	    arena_printf(arena, "webhook-timestamp: %lld", (long long)now_s),
	    arena_printf(arena, "webhook-signature: %s", signature),
	    arena_printf(arena, "traceparent: %s", sender_trace(&job->notice, job->attempt, job->trace, trace)), NULL};
	job->lines = lines_of(job->sender, endpoint);
	job->mute = job->queue->mute;
	job->lines->under_way++;
	job->lines->mute += job->mute;
	http_client_send(job->lines->client,
	    &(struct http_client_request){
		.url = endpoint->url, .headers = headers, .body = job->payload, .size = size, .timeout_ms = WEBHOOK_TIMEOUT_MS},
	    answered, job);
	arena_free(arena);
}

static const struct endpoint *endpoint_of(const struct sender *sender, const struct queue *queue)
{
	return endpoint_named(sender->notification->daemon, queue->endpoint);
}

static void start(struct job *job)
{
	struct queue *queue = job->queue;
	const struct endpoint *endpoint = endpoint_of(job->sender, queue);
	job->next = queue->under_way;
	queue->under_way = job;
	queue->in_flight++;
	job->started_us = instant_monotonic_us();
	if (endpoint && endpoint->secrets_count && !fail_point("webhook_send.before")) {
		ask(job, endpoint);
		(void)fail_point("webhook_send.after");
	} else
		answered(&(struct http_answer){.error = endpoint && !endpoint->secrets_count ? "no_secret" : "not_configured",
			     .retry_after_us = -1},
		    job);
}

static bool has_a_line(struct sender *sender, const struct queue *queue)
{
	enum { ALL = HTTP_CLIENT_CONNECTIONS_MAX, HALF = ALL / 2 };
	const struct endpoint *endpoint = endpoint_of(sender, queue);
	const struct lines *lines = endpoint ? lines_of(sender, endpoint) : NULL;
	if (!lines)
		return true; /* none is used */
	if (queue->in_flight && (queue->mute || lines->under_way >= HALF))
		return false;
	return lines->under_way < ALL && !(queue->mute && lines->mute >= HALF);
}

static void pump(struct queue *queue)
{
	while (queue->first && queue->in_flight < queue->first->sender->in_flight_max) {
		struct sender *sender = queue->first->sender;
		if (!has_a_line(sender, queue)) {
			sender->held = true;
			return;
		}
		start(queue_take(queue));
	}
}

/* A line is free again. Who is given one goes behind the others. */
static void pump_held(struct sender *sender)
{
	struct queue *queue, *next;
	if (sender->giving)
		return; /* what is not configured is answered within */
	sender->held = false;
	sender->giving = true;
	HASH_ITER (hh, sender->queues, queue, next) {
		int waited = queue->waiting;
		pump(queue);
		if (queue->waiting == waited)
			continue;
		HASH_DEL(sender->queues, queue);
		HASH_ADD_KEYPTR(hh, sender->queues, queue->endpoint, strlen(queue->endpoint), queue);
	}
	sender->giving = false;
}

/* ---- what others see ---- */

bool sender_full(const struct sender *sender, const char *endpoint)
{
	const struct queue *queue = queue_find(sender, endpoint);
	return queue && limit_reached(LIMIT_ENDPOINT_QUEUE, queue->waiting);
}

int64_t sender_turn_us(struct sender *sender, const char *endpoint, int64_t now_us)
{
	struct queue *queue = queue_of(sender, endpoint);
	return limit_turn_us(&queue->turn_us, now_us + SENDER_FULL_PAUSE_US, SENDER_TURN_US);
}

void sender_send(struct sender *sender, int shard, const struct uuid *notice, int attempt, const char *endpoint,
    const char *payload, const char *trace)
{
	struct queue *queue = queue_of(sender, endpoint);
	struct job *job = xcalloc(1, sizeof *job);
	*job = (struct job){.sender = sender,
	    .queue = queue,
	    .notice = *notice,
	    .shard = shard,
	    .attempt = attempt,
	    .payload = xstrdup(payload),
	    .trace = xstrdup(trace)};
	sender->jobs++;
	queue_put(queue, job);
	pump(queue);
}

static void queue_forget(struct queue *queue, int shard)
{
	struct job *job = queue->first;
	queue->first = queue->last = NULL;
	queue->waiting = 0;
	while (job) {
		struct job *next = job->next;
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
