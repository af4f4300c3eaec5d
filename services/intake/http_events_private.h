/* What the rooms of /v1/events share: http_events_read.c, a request taken apart; http_events.c, publishing and looking for
 * outcomes; http_events_reply.c, the answer. All of it lies in the request's arena.
 */
#ifndef OMBUD_INTAKE_HTTP_EVENTS_PRIVATE_H
#define OMBUD_INTAKE_HTTP_EVENTS_PRIVATE_H

#include "common/io/http_access.h"
#include "common/wire/wire.h"
#include "services/intake/http.h"

enum said_state { SAID_NEW, SAID_FAULTY, SAID_FORBIDDEN, SAID_ANOTHERS, SAID_SENT, SAID_AWAY, SAID_KNOWN };

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
	bool repeat;   /* it was in the log before we said it */
	bool stranger; /* ... and refused because it was not his to say */
	const char *status, *code, *language;
	struct uuid complaint_id;
	enum stage stage;
};

struct post {
	struct http_request *request;
	struct daemon *daemon;
	struct loop_timer *timer; /* NULL when it looks at one event only */
	struct http_caller caller;
	struct said *said;
	int count;
	bool batch;
	int sending, looking; /* answers still to come */
	int64_t pause_us, deadline_us;
};

struct arena *post_arena(const struct post *post);

/* ---- http_events_read.c ---- */

/* Into said, one for each event. false: no event can be read, and that has been answered. */
bool post_read(struct post *post);
/* Decodes one: is it faulty, may this caller say it, which shard is it of? */
void post_check(struct post *post, struct said *said);
/* May this caller say it: in the name of that platform and actor? Who may not learns nothing of it either. */
bool caller_speaks_for(const struct http_caller *caller, const struct event *event);
/* "<shard>.<identity>.<what it is made of>", as a reply gives it: where the identity stands in the log, and in whose order a
 * complaint that it has filed. Nobody makes one of another's event: the identity is made anew from the rest, speaker and all. */
const char *said_location(struct arena *arena, const struct said *said);
/* Such a text taken apart: shard, identity, key, and an event with what its identity is made of. false: it is none. */
bool said_read_location(struct arena *arena, const char *text, struct said *said);

/* ---- http_events_reply.c ---- */

bool post_any(const struct post *post, enum said_state state);
/* Ends it. */
void post_reply(struct post *post);

#endif
