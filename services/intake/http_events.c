/* POST /v1/events: the same road as Kafka's. Each event is checked, put on the inbox under its key, and its outcome looked for in
 * intake's log, whichever copy of intake owns the shard, for a bounded time.
 *
 *   decode all -> have they been said before? -> publish what has not -> look, pause, look ... -> reply
 */
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <strings.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/fail.h"
#include "common/base/hash.h"
#include "common/base/instant.h"
#include "common/io/http_access.h"
#include "common/io/loop.h"
#include "common/model/refusal.h"
#include "common/wire/http_binding.h"
#include "common/wire/wire.h"

#include "services/intake/http.h"

enum { LOOK_FIRST_US = 10 * 1000, LOOK_US_MAX = 40 * 1000 };

enum said_state { SAID_NEW, SAID_FAULTY, SAID_FORBIDDEN, SAID_SENT, SAID_AWAY, SAID_KNOWN };

/* One event of the request. */
struct said {
	struct post *post;
	const void *value;
	size_t size;
	struct headers headers;
	struct wire_decoded decoded;
	struct wire_fault fault;
	int shard;
	enum said_state state;
	bool repeat; /* it was in the log before we said it */
	const char *status, *code, *language;
	struct uuid complaint_id;
	enum stage stage;
};

struct post {
	struct http_request *request;
	struct daemon *daemon;
	struct loop_timer *timer; /* NULL when it looks at one event only */
	const char *platform;
	struct said *said;
	int count;
	bool batch;
	int sending, looking; /* answers still to come */
	int64_t pause_us, deadline_us;
};

static const struct intake *context_of(const struct post *post)
{
	return daemon_context(post->daemon);
}

static struct arena *arena_of(const struct post *post)
{
	return http_request_arena(post->request);
}

/* ---- reading the request ---- */

static struct headers one_header(struct arena *arena, const char *name, const char *value)
{
	struct header *row = arena_alloc(arena, sizeof(*row));
	*row = (struct header){name, value, strlen(value)};
	return (struct headers){row, 1};
}

struct header_copy {
	struct arena *arena;
	struct headers headers;
	const char *wrong; /* the first header that cannot be taken */
};

/* ce-id of HTTP is ce_id in Kafka; the content type and the trace keep their names. The type of the data is the body's, so a
 * ce-datacontenttype says nothing (HTTP binding 3.1.1). */
static void copy_header(const char *name, const char *value, void *context)
{
	struct header_copy *copy = context;
	bool ce = strncasecmp(name, "ce-", 3) == 0 && strcasecmp(name, "ce-datacontenttype") != 0;
	if (copy->wrong || (!ce && strcasecmp(name, "content-type") != 0 && strcasecmp(name, "traceparent") != 0))
		return;
	char *lower = arena_strdup(copy->arena, name);
	for (char *at = lower; *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
	if (ce)
		lower[2] = '_';
	const char *text = ce ? wire_http_value(copy->arena, value) : arena_strdup(copy->arena, value);
	if (!text || wire_header_find(&copy->headers, lower) || copy->headers.count >= WIRE_HEADERS_MAX) {
		copy->wrong = name;
		return;
	}
	copy->headers.rows[copy->headers.count++] = (struct header){lower, text, strlen(text)};
}

static bool read_binary(struct post *post, const void *body, size_t size)
{
	struct header_copy copy = {arena_of(post), {arena_new_array(arena_of(post), struct header, WIRE_HEADERS_MAX), 0}, NULL};
	http_request_each_header(post->request, copy_header, &copy);
	if (copy.wrong) {
		http_reply_problem(post->request, 400, "bad_header",
		    arena_printf(arena_of(post),
			"The header %s stands twice, is one too many, or its quotes, its percent-escapes or its UTF-8 are broken.",
			copy.wrong),
		    NULL);
		return false;
	}
	post->said = arena_alloc(arena_of(post), sizeof(*post->said));
	post->count = 1;
	post->said[0] = (struct said){.value = body, .size = size, .headers = copy.headers};
	return true;
}

static bool read_structured(struct post *post, const char *body, size_t size)
{
	struct wire_slice slices[HTTP_BATCH_MAX];
	struct wire_fault fault = {0};
	int count = 1;
	slices[0] = (struct wire_slice){body, size};
	if (post->batch)
		count = wire_split_batch(body, size, slices, HTTP_BATCH_MAX, &fault);
	if (count < 0) {
		http_reply_problem(post->request, 400, fault.code ? fault.code : "bad_json",
		    "The batch is no list of at most 100 structured events.", NULL);
		return false;
	}
	post->said = arena_new_array(arena_of(post), struct said, (size_t)count + 1);
	post->count = count;
	for (int i = 0; i < count; i++) {
		post->said[i].value = slices[i].data;
		post->said[i].size = slices[i].size;
		post->said[i].headers = one_header(arena_of(post), "content-type", "application/cloudevents+json");
	}
	return true;
}

static bool is_encoded(const struct http_request *request)
{
	const char *encoding = http_request_header(request, "Content-Encoding");
	return encoding && strcasecmp(encoding, "identity") != 0;
}

/* A whole event in a format that is not spoken here, application/cloudevents+avro for instance. */
static bool is_cloudevents(const struct http_request *request)
{
	static const char prefix[] = "application/cloudevents";
	const char *type = http_request_header(request, "Content-Type");
	return type && strncasecmp(type, prefix, sizeof(prefix) - 1) == 0;
}

static bool read_request(struct post *post)
{
	size_t size = 0;
	if (is_encoded(post->request)) {
		http_reply_header(post->request, "Accept-Encoding", "identity"); /* RFC 9110 section 12.5.3 */
		http_reply_problem(
		    post->request, 415, "unknown_encoding", "Send the body as it is, without a Content-Encoding.", NULL);
		return false;
	}
	const char *body = http_request_body(post->request, &size);
	/* The content type tells the mode; ce- headers beside a whole event only repeat it (HTTP binding 3 and 3.2.3). */
	post->batch = http_request_is_type(post->request, "application/cloudevents-batch+json");
	if (post->batch || http_request_is_type(post->request, "application/cloudevents+json"))
		return read_structured(post, body, size);
	bool other = is_cloudevents(post->request);
	if (!other && (http_request_header(post->request, "ce-id") || http_request_header(post->request, "ce-type")))
		return read_binary(post, body, size);
	if (http_request_is_type(post->request, "application/json"))
		return read_structured(post, body, size);
	http_reply_problem(post->request, 415, "unknown_media_type",
	    "Send application/cloudevents+json, application/cloudevents-batch+json, or a body with ce- headers.", NULL);
	return false;
}

static void check(struct post *post, struct said *said)
{
	struct wire_record record = {
	    .topic = "ombud.inbox.v1",
	    .timestamp_us = daemon_now_us(post->daemon),
	    .value = said->value,
	    .size = said->size,
	    .headers = said->headers,
	};
	said->post = post;
	if (!wire_decode_inbox(arena_of(post), &record, &said->decoded, &said->fault)) {
		said->state = SAID_FAULTY;
		return;
	}
	int shards = daemon_shards(post->daemon);
	said->shard = shards > 0 ? hash_partition(said->decoded.key, strlen(said->decoded.key), shards) : 0;
	if (!http_access_covers(post->platform, said->decoded.event->platform_id))
		said->state = SAID_FORBIDDEN;
}

/* ---- replying ---- */

static const char *status_of(const struct said *said)
{
	switch (said->state) {
	case SAID_FAULTY:
		return "invalid";
	case SAID_FORBIDDEN:
		return "forbidden";
	case SAID_AWAY:
		return "unavailable";
	case SAID_KNOWN:
		return said->status;
	default:
		return "pending";
	}
}

static void write_text(struct buf *json, const char *name, const char *value)
{
	if (!value || value[0] == '\0')
		return;
	buf_printf(json, ",\"%s\":", name);
	buf_json_string(json, value, strlen(value));
}

/* "<shard>.<cause>.<key>": where the identity stands in the log, and in whose order a complaint that it has filed. */
static const char *location_of(const struct said *said)
{
	char id[UUID_TEXT_SIZE];
	struct arena *arena = arena_of(said->post);
	return arena_printf(arena, "/v1/events/%d.%s.%s", said->shard, uuid_format(&said->decoded.cause, id),
	    http_escape(arena, said->decoded.key));
}

static void write_known(struct buf *json, const struct said *said)
{
	const char *own = said->decoded.event ? said->decoded.event->language : "";
	const char *language = own[0] != '\0' ? own : said->language;
	enum refusal refusal = refusal_by_code(said->code);
	char id[UUID_TEXT_SIZE];
	write_text(json, "code", said->code);
	write_text(json, "sentence", refusal_sentence(refusal, language));
	write_text(json, "next_step", refusal_next_step(refusal, language));
	if (!uuid_is_zero(&said->complaint_id))
		write_text(json, "complaint_id", uuid_format(&said->complaint_id, id));
	if (said->stage != STAGE_UNSPECIFIED)
		write_text(json, "stage", stage_name(said->stage));
}

static void write_said(struct buf *json, const struct said *said)
{
	buf_text(json, "{\"status\":");
	buf_json_string(json, status_of(said), strlen(status_of(said)));
	if (said->decoded.event)
		write_text(json, "event_id", said->decoded.event->event_id);
	if (said->state == SAID_FAULTY) {
		write_text(json, "code", said->fault.code);
		write_text(json, "sentence", said->fault.reason);
	}
	if (said->state == SAID_KNOWN)
		write_known(json, said);
	if (said->state == SAID_SENT || said->state == SAID_KNOWN)
		write_text(json, "location", location_of(said));
	buf_char(json, '}');
}

static void free_timer(struct post *post)
{
	loop_timer_free(post->timer);
	post->timer = NULL;
}

static bool any_in(const struct post *post, enum said_state state)
{
	for (int i = 0; i < post->count; i++) {
		if (post->said[i].state == state)
			return true;
	}
	return false;
}

/* One event that was not taken is a problem; in a batch each says it for itself. */
static bool reply_problem(struct post *post)
{
	const struct said *said = &post->said[0];
	if (any_in(post, SAID_AWAY)) {
		http_reply_header(post->request, "Retry-After", "5");
		http_reply_problem(post->request, 503, "broker_away",
		    "The broker cannot be reached now; nothing is lost by sending it again.", NULL);
	} else if (!post->batch && said->state == SAID_FAULTY)
		http_reply_problem(post->request, 400, said->fault.code, said->fault.reason, NULL);
	else if (any_in(post, SAID_FORBIDDEN))
		http_access_refuse(post->request);
	else
		return false;
	return true;
}

static void reply_outcomes(struct post *post)
{
	struct buf json = BUF_EMPTY;
	if (post->batch)
		buf_text(&json, "{\"events\":[");
	for (int i = 0; i < post->count; i++) {
		buf_text(&json, i ? "," : "");
		write_said(&json, &post->said[i]);
	}
	if (post->batch)
		buf_text(&json, "]}");
	bool pending = any_in(post, SAID_SENT);
	if (pending && !post->batch)
		http_reply_header(post->request, "Location", location_of(&post->said[0]));
	http_reply_json(post->request, pending ? 202 : 200, buf_string(&json));
	buf_free(&json);
}

static void reply(struct post *post)
{
	free_timer(post);
	if (fail_point("http_reply.before"))
		http_reply_problem(post->request, 503, "failed", "A failpoint stands in the way.", NULL);
	else if (!reply_problem(post))
		reply_outcomes(post);
	(void)fail_point("http_reply.after");
}

/* ---- looking for outcomes ---- */

/* Another platform's complaint: an event can name one by mistake, a location can be guessed. */
static bool is_foreign(const struct said *said, const struct intake_outcome *outcome)
{
	const char *own = said->decoded.event ? said->decoded.event->platform_id : said->post->platform;
	return outcome->platform_id[0] != '\0' && !http_access_covers(own, outcome->platform_id);
}

static void take_outcome(struct said *said, const struct intake_outcome *outcome)
{
	bool foreign = is_foreign(said, outcome);
	enum stage stage = foreign ? STAGE_UNSPECIFIED : outcome->stage;
	struct arena *arena = arena_of(said->post);
	bool refused =
	    strcmp(outcome->type, event_type_name(EVENT_COMPLAINT_REFUSED)) == 0 || strcmp(outcome->type, "refused") == 0;
	bool waited = strcmp(outcome->type, "waiting") == 0;
	if (outcome->waiting || strcmp(outcome->type, "forwarded") == 0)
		return; /* not decided yet */
	said->state = SAID_KNOWN;
	said->status = refused ? "refused" : "accepted";
	said->code = refused ? arena_strdup(arena, outcome->note) : "";
	if (waited && stage == STAGE_UNSPECIFIED) {
		said->status = "refused";
		said->code = refusal_code(REFUSAL_COMPLAINT_UNKNOWN);
	} else if (waited)
		said->status = "taken_up"; /* what came of it, the complaint tells */
	said->language = foreign ? "" : arena_strdup(arena, outcome->language);
	said->complaint_id = outcome->subject;
	said->stage = stage;
	if (said->repeat && said->decoded.event && outcome->body_digest != said->decoded.body_digest) {
		said->status = "refused";
		said->code = refusal_code(REFUSAL_ID_REUSED);
	} else if (said->repeat)
		said->status = "repeat";
}

static void ask_outcome(struct pg *pg, struct said *said, pg_result_fn *fn)
{
	intake_outcome_query(pg, said->shard, &said->decoded.cause, said->decoded.key, fn, said);
}

static void look_again(struct post *post)
{
	if (!any_in(post, SAID_SENT) || instant_monotonic_us() >= post->deadline_us || http_request_is_gone(post->request)) {
		reply(post);
		return;
	}
	loop_timer_start(post->timer, post->pause_us);
	post->pause_us = post->pause_us * 2 < LOOK_US_MAX ? post->pause_us * 2 : LOOK_US_MAX;
}

static void on_outcome(enum pg_class class, const struct pg_result *result, void *context)
{
	struct said *said = context;
	struct post *post = said->post;
	struct intake_outcome outcome;
	if (class == PG_DONE && intake_outcome_row(result, &outcome))
		take_outcome(said, &outcome);
	if (--post->looking == 0)
		look_again(post);
}

static void look(void *context)
{
	struct post *post = context;
	struct pg *pg = daemon_query_pg(post->daemon);
	for (int i = 0; i < post->count; i++)
		post->looking += post->said[i].state == SAID_SENT;
	if (pg_state(pg) != PG_STATE_READY) {
		post->looking = 0;
		look_again(post);
		return;
	}
	for (int i = 0; i < post->count; i++) {
		if (post->said[i].state == SAID_SENT)
			ask_outcome(pg, &post->said[i], on_outcome);
	}
	pg_sync(pg, NULL, NULL);
}

/* ---- publishing ---- */

static void on_published(const char *error, int partition, int64_t offset, void *context)
{
	struct said *said = context;
	struct post *post = said->post;
	if (error)
		said->state = SAID_AWAY;
	else
		said->shard = partition;
	if (--post->sending > 0)
		return;
	if (any_in(post, SAID_SENT))
		look(post);
	else
		reply(post);
}

static void publish(struct post *post)
{
	post->sending = 1; /* ours, until all are handed over */
	for (int i = 0; i < post->count; i++) {
		struct said *said = &post->said[i];
		if (said->state != SAID_NEW)
			continue;
		said->state = SAID_SENT;
		post->sending++;
		if (!daemon_publish_inbox(
			post->daemon, said->decoded.key, said->value, said->size, &said->headers, on_published, said)) {
			said->state = SAID_AWAY;
			post->sending--;
		}
	}
	if (--post->sending == 0 && any_in(post, SAID_SENT))
		look(post);
	else if (post->sending == 0)
		reply(post);
}

static void on_known(enum pg_class class, const struct pg_result *result, void *context)
{
	struct said *said = context;
	struct post *post = said->post;
	struct intake_outcome outcome;
	if (class == PG_DONE && intake_outcome_row(result, &outcome)) {
		said->repeat = true;
		take_outcome(said, &outcome);
	}
	if (--post->looking == 0)
		publish(post);
}

/* What the log knows already needs no second saying. */
static void look_before(struct post *post)
{
	struct pg *pg = daemon_query_pg(post->daemon);
	for (int i = 0; i < post->count; i++)
		post->looking += post->said[i].state == SAID_NEW;
	if (post->looking == 0 || pg_state(pg) != PG_STATE_READY) {
		post->looking = 0;
		publish(post);
		return;
	}
	for (int i = 0; i < post->count; i++) {
		if (post->said[i].state == SAID_NEW)
			ask_outcome(pg, &post->said[i], on_known);
	}
	pg_sync(pg, NULL, NULL);
}

static struct post *post_new(struct http_request *request, struct daemon *daemon)
{
	struct post *post = arena_alloc(http_request_arena(request), sizeof(*post));
	post->request = request;
	post->daemon = daemon;
	post->pause_us = LOOK_FIRST_US;
	post->deadline_us = instant_monotonic_us() + context_of(post)->reply_us;
	return post;
}

void http_post_events(struct http_request *request, void *context)
{
	struct post *post = post_new(request, context);
	if (!http_access_check(request, context_of(post)->access, &post->platform) || !read_request(post))
		return;
	for (int i = 0; i < post->count; i++)
		check(post, &post->said[i]);
	if (any_in(post, SAID_FORBIDDEN)) { /* then nothing of the batch is said */
		reply(post);
		return;
	}
	post->timer = loop_timer_new(daemon_loop(post->daemon), look, post);
	look_before(post);
}

/* ---- GET /v1/events/{shard}.{cause}.{key} ---- */

static void on_asked(enum pg_class class, const struct pg_result *result, void *context)
{
	struct said *said = context;
	struct intake_outcome outcome;
	if (class != PG_DONE) {
		http_reply_header(said->post->request, "Retry-After", "2");
		http_reply_problem(said->post->request, 503, "database_away", "The database cannot be reached now.", NULL);
		return;
	}
	said->state = SAID_SENT;
	if (intake_outcome_row(result, &outcome) && !is_foreign(said, &outcome))
		take_outcome(said, &outcome);
	reply(said->post);
}

/* As location_of has written it. The key is borrowed. */
static bool read_location(struct arena *arena, const char *text, struct said *said)
{
	char *dot;
	long shard = strtol(text, &dot, 10);
	if (dot == text || *dot != '.' || shard < 0 || shard > INT32_MAX)
		return false;
	said->shard = (int)shard;
	const char *cause = dot + 1, *end = strchr(cause, '.');
	if (!end || !end[1] || !uuid_parse(arena_strndup(arena, cause, (size_t)(end - cause)), &said->decoded.cause))
		return false;
	said->decoded.key = end + 1;
	return true;
}

void http_get_event(struct http_request *request, void *context)
{
	struct post *post = post_new(request, context);
	if (!http_access_check(request, context_of(post)->access, &post->platform))
		return;
	post->said = arena_alloc(http_request_arena(request), sizeof(*post->said));
	post->count = 1;
	post->said[0].post = post;
	if (!read_location(arena_of(post), http_request_param(request, "id"), &post->said[0])) {
		http_reply_problem(request, 400, "bad_id", "An event is asked for by the location that a POST gave.", NULL);
		return;
	}
	struct pg *pg = daemon_query_pg(post->daemon);
	ask_outcome(pg, &post->said[0], on_asked);
	pg_sync(pg, NULL, NULL);
}
