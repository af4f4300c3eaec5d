/* A request taken apart: binary mode, a structured event, a batch of them; or where one event stands. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/hash.h"
#include "common/io/crypto.h"
#include "common/io/http_access.h"
#include "common/wire/http_binding.h"

#include "services/intake/http_events_private.h"

struct arena *post_arena(const struct post *post)
{
	return http_request_arena(post->request);
}

/* Of a whole event: its format, and the trace of the request, which the event itself does not know. */
static struct headers whole_event_headers(const struct post *post)
{
	static const char format[] = "application/cloudevents+json";
	struct header *rows = arena_new_array(post_arena(post), struct header, 2);
	const char *trace = http_request_header(post->request, "traceparent");
	rows[0] = (struct header){"content-type", format, sizeof(format) - 1};
	if (trace)
		rows[1] = (struct header){"traceparent", trace, strlen(trace)};
	return (struct headers){rows, trace ? 2 : 1};
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
	struct header_copy copy = {post_arena(post), {arena_new_array(post_arena(post), struct header, WIRE_HEADERS_MAX), 0}, NULL};
	http_request_each_header(post->request, copy_header, &copy);
	if (copy.wrong) {
		http_reply_problem(post->request, 400, "bad_header",
		    arena_printf(post_arena(post),
			"The header %s stands twice, is one too many, or its quotes, its percent-escapes or its UTF-8 are broken.",
			copy.wrong),
		    NULL);
		return false;
	}
	post->said = arena_alloc(post_arena(post), sizeof(*post->said));
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
	post->said = arena_new_array(post_arena(post), struct said, (size_t)count + 1);
	post->count = count;
	for (int i = 0; i < count; i++) {
		post->said[i].value = slices[i].data;
		post->said[i].size = slices[i].size;
		post->said[i].headers = whole_event_headers(post);
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

bool post_read(struct post *post)
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

#define ACTOR(kind) (1u << ACTOR_KIND_##kind)
#define PARTIES (ACTOR(COMPLAINANT) | ACTOR(MERCHANT_PERSON) | ACTOR(MERCHANT_PROGRAM) | ACTOR(INSPECTOR))

/* As whom a token's role may speak. As Ombud nobody does: it says nothing over HTTP. */
static const unsigned role_actors[HTTP_ROLE_COUNT] = {
    [HTTP_ROLE_BACKEND] = PARTIES | ACTOR(PLATFORM_PERSON) | ACTOR(PLATFORM_PROGRAM),
    [HTTP_ROLE_AGENT] = ACTOR(PLATFORM_PERSON),
    [HTTP_ROLE_MERCHANT] = ACTOR(MERCHANT_PERSON) | ACTOR(MERCHANT_PROGRAM),
    [HTTP_ROLE_COMPLAINANT] = ACTOR(COMPLAINANT),
    [HTTP_ROLE_INSPECTOR] = ACTOR(INSPECTOR),
    [HTTP_ROLE_AUDITOR] = 0,
};

static bool speaks_as(const struct http_caller *caller, const struct actor *actor)
{
	bool kind = (unsigned)actor->kind < ACTOR_KIND_COUNT && (role_actors[caller->role] & 1u << actor->kind);
	return kind && (caller->id[0] == '\0' || strcmp(caller->id, actor->id) == 0);
}

bool caller_speaks_for(const struct http_caller *caller, const struct event *event)
{
	return http_access_covers(caller->platform, event->platform_id) && speaks_as(caller, &event->actor);
}

void post_check(struct post *post, struct said *said)
{
	struct wire_record record = {
	    .topic = "ombud.inbox.v1",
	    .timestamp_us = daemon_now_us(post->daemon),
	    .value = said->value,
	    .size = said->size,
	    .headers = said->headers,
	};
	said->post = post;
	if (!wire_decode_inbox(post_arena(post), &record, &said->decoded, &said->fault)) {
		said->state = SAID_FAULTY;
		return;
	}
	int shards = daemon_shards(post->daemon);
	said->shard = shards > 0 ? hash_partition(said->decoded.key, strlen(said->decoded.key), shards) : 0;
	if (!http_access_covers(post->caller.platform, said->decoded.event->platform_id))
		said->state = SAID_FORBIDDEN;
	else if (!speaks_as(&post->caller, &said->decoded.event->actor))
		said->state = SAID_ANOTHERS;
}

/* ---- locations ---- */

/* What an identity is made of, text by text, each with its end; the kind of the actor is a letter of its own. */
enum { PART_PLATFORM, PART_ORDER, PART_PERSON, PART_SOURCE, PART_ID, PART_KIND, PART_ACTOR, PARTS };

static const char **part_of(struct event *event, int part, const char **kind)
{
	const char **parts[PARTS] = {
	    &event->platform_id, &event->order_id, &event->person_id, &event->source, &event->event_id, kind, &event->actor.id};
	return parts[part];
}

const char *said_location(struct arena *arena, const struct said *said)
{
	struct event event = *said->decoded.event;
	const char kind_text[] = {(char)('a' + event.actor.kind), '\0'}, *kind = kind_text;
	char id[UUID_TEXT_SIZE];
	struct buf parts = BUF_EMPTY;
	for (int i = 0; i < PARTS; i++) {
		const char *text = *part_of(&event, i, &kind);
		buf_append(&parts, text, strlen(text) + 1);
	}
	char *base64 = arena_alloc(arena, CRYPTO_BASE64_SIZE(parts.size));
	crypto_base64_encode(parts.data, parts.size, base64);
	buf_free(&parts);
	base64[strcspn(base64, "=")] = '\0';
	for (char *at = base64; *at; at++) /* the alphabet of addresses */
		*at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
	return arena_printf(arena, "/v1/events/%d.%s.%s", said->shard, uuid_format(&said->decoded.cause, id), base64);
}

static bool read_parts(struct arena *arena, const char *base64, struct event *event)
{
	size_t length = strlen(base64), size = 0;
	char *texts = arena_alloc(arena, length / 4 * 3 + 4);
	const char *kind = "";
	if (!crypto_base64_decode(base64, length, texts, &size) || size == 0 || texts[size - 1] != '\0')
		return false;
	const char *at = texts;
	for (int i = 0; i < PARTS; i++, at += strlen(at) + 1) {
		if (at == texts + size)
			return false;
		*part_of(event, i, &kind) = at;
	}
	event->actor.kind = (enum actor_kind)(kind[0] - 'a');
	return at == texts + size && kind[0] >= 'a' && kind[0] < 'a' + ACTOR_KIND_COUNT;
}

bool said_read_location(struct arena *arena, const char *text, struct said *said)
{
	char *dot;
	long shard = strtol(text, &dot, 10);
	if (dot == text || *dot != '.' || shard < 0 || shard > INT32_MAX)
		return false;
	const char *cause = dot + 1, *end = strchr(cause, '.');
	if (!end || !uuid_parse(arena_strndup(arena, cause, (size_t)(end - cause)), &said->decoded.cause))
		return false;
	struct event *event = arena_alloc(arena, sizeof(*event));
	event_init(event, EVENT_NONE);
	if (!read_parts(arena, end + 1, event))
		return false;
	struct uuid own = wire_cause(event);
	said->shard = (int)shard;
	said->decoded.key = event->order_id[0] != '\0' ? event->order_id : event->person_id;
	said->decoded.event = event;
	return memcmp(&own, &said->decoded.cause, sizeof(own)) == 0;
}
