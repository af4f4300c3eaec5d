/* Webhooks, by Standard Webhooks, to the platform's endpoints (deploy/platforms/endpoints.md). */
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/http_client.h"
#include "common/io/webhook_sign.h"
#include "common/model/trace.h"
#include "common/model/webhook.h"
#include "common/platform/endpoints.h"
#include "services/notification/channels.h"
#include "services/notification/sender.h"

/* The Internet: https, public addresses; endpoints with allow_private: http too, and the addresses of a house: loopback and private
 * ones, nothing else that is not public. */
#define INSIDE "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8"

static struct {
	struct http_client *client;
	struct sender_room room;
} outside, inside;

static struct daemon *daemon_used;

/* ---- placing ---- */

static void addresses(const struct channel_row *channel, const struct letter *letter)
{
	const char *platform_id = letter->known->facts.platform_id;
	const struct words *words = daemon_newest(letter->batch->daemon, platform_id);
	const struct endpoint *endpoint;
	for (int i = 0; (endpoint = endpoints_at(words->endpoints, i)); i++)
		if (endpoint_wants(endpoint, letter->telling->recipient, letter->telling->template))
			channel_place(channel, letter, arena_printf(letter->batch->arena, "%s/%s", platform_id, endpoint->id));
}

/* value, when the letter's reader sees it. */
static const char *seen(const struct letter *letter, const char *path, const char *value)
{
	return view_sees(path, letter->role) ? value : "";
}

static const char *write_body(const struct letter *letter, const struct notice *notice)
{
	char id[UUID_TEXT_SIZE];
	const struct notice_facts *facts = &letter->known->facts;
	enum clock_kind clock = notice_clock_told(facts, letter->event, notice->recipient);
	int64_t due_us = notice_due_told(facts, letter->event, notice->recipient);
	return webhook_body(letter->batch->arena,
	    &(struct webhook_notice){.notice_id = seen(letter, "notice.notice_id", uuid_format(&notice->key.id, id)),
		.event = seen(letter, "notice.event", notice->event),
		.platform_id = seen(letter, "notice.platform_id", notice->platform_id),
		.order_id = seen(letter, "notice.order_id", notice->order_id),
		.complaint_id = seen(letter, "notice.complaint_id", facts->complaint_id),
		.recipient = seen(letter, "notice.recipient", party_name(notice->recipient)),
		.person_id = seen(letter, "notice.person_id", notice->person_id),
		.stage = seen(letter, "notice.stage", facts->stage ? stage_name(facts->stage) : ""),
		.language = seen(letter, "notice.language", notice->language),
		.subject = seen(letter, "notice.subject", letter->words.subject),
		.text = seen(letter, "notice.text", letter->words.body),
		.sequence = view_sees("notice.sequence", letter->role) ? notice->sequence : 0,
		.at_us = letter->event->occurred_at_us,
		.due_us = view_sees("notice.due_at", letter->role) ? due_us : 0,
		.clock = seen(letter, "notice.clock", clock ? clock_kind_name(clock) : "")});
}

/* ---- one attempt ---- */

static struct http_client *client_new(struct loop *loop, const char *allow)
{
	char error[128];
	struct http_client_settings settings = {.user_agent = "ombud-webhook/1", .allow = allow, .allow_http = allow != NULL};
	struct http_client *client = http_client_new(loop, &settings, error, sizeof error);
	if (!client)
		bug("the HTTP client does not start: %s", error);
	return client;
}

static void open_clients(struct notification *notification)
{
	struct loop *loop = daemon_loop(notification->daemon);
	daemon_used = notification->daemon;
	outside.client = client_new(loop, NULL);
	inside.client = client_new(loop, INSIDE);
	outside.room.most = inside.room.most = HTTP_CLIENT_CONNECTIONS_MAX;
}

static struct sender_room *room(const char *address)
{
	const struct endpoint *endpoint = endpoint_named(daemon_used, address);
	if (!endpoint)
		return NULL; /* none is used */
	return endpoint->allow_private ? &inside.room : &outside.room;
}

static void answered(const struct http_answer *answer, void *context)
{
	struct attempt_result result = {.status = answer->status, .retry_after_us = answer->retry_after_us};
	bool lost = fail_point("webhook_answer.before"); /* as if none had come */
	if (lost)
		result = (struct attempt_result){.retry_after_us = -1};
	attempt_reason(&result, lost ? "broken" : answer->error);
	sender_answered(context, &result, answer->status == 0);
	(void)fail_point("webhook_answer.after");
}

/* The timestamp is the wall clock's, also when the virtual clock runs: receivers hold it against theirs, against replays. */
static void ask(struct sender_job *job, const struct endpoint *endpoint)
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
	http_client_send(endpoint->allow_private ? inside.client : outside.client,
	    &(struct http_client_request){
		.url = endpoint->url, .headers = headers, .body = job->payload, .size = size, .timeout_ms = WEBHOOK_TIMEOUT_MS},
	    answered, job);
	arena_free(arena);
}

static void begin(struct sender_job *job)
{
	const struct endpoint *endpoint = endpoint_named(daemon_used, job->address);
	if (endpoint && endpoint->secrets_count && !fail_point("webhook_send.before")) {
		ask(job, endpoint);
		(void)fail_point("webhook_send.after");
	} else
		answered(&(struct http_answer){.error = endpoint && !endpoint->secrets_count ? "no_secret" : "not_configured",
			     .retry_after_us = -1},
		    job);
}

/* ---- what came of it ---- */

static const char *refusal(struct batch *batch, const struct notice *notice)
{
	const struct endpoint *endpoint = endpoint_named(batch->daemon, notice->endpoint);
	if (!endpoint)
		return "endpoint_removed";
	return memory_endpoint_disabled(batch, notice->endpoint, endpoint->url) ? "endpoint_disabled" : NULL;
}

static void gone(struct batch *batch, const struct notice *notice)
{
	const struct endpoint *endpoint = endpoint_named(batch->daemon, notice->endpoint);
	if (!endpoint || memory_endpoint_disabled(batch, notice->endpoint, endpoint->url))
		return;
	log_warn("endpoint disabled: it answered 410", LOG_TEXT("endpoint", notice->endpoint));
	memory_disable_endpoint(batch, notice->endpoint, endpoint->url, "gone");
}

static enum attempt_outcome outcome(const struct attempt_result *result)
{
	return webhook_outcome(result->status);
}

const struct channel_row channel_webhook = {
    .number = NOTICE_CHANNEL_WEBHOOK,
    .always = true,
    .addresses = addresses,
    .write = write_body,
    .open = open_clients,
    .begin = begin,
    .room = room,
    .refusal = refusal,
    .outcome = outcome,
    .gone = gone,
    .wait_us = webhook_wait_us,
    .line = LIMIT_LINE,
    .queue = LIMIT_ENDPOINT_QUEUE,
};
