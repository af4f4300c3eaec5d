/* The answer: what became of each event, as JSON; a problem (RFC 9457) when there is one for all. */
#include <string.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/fail.h"
#include "common/io/http_access.h"
#include "common/io/loop.h"
#include "common/model/refusal.h"

#include "services/intake/http_events_private.h"

static const char *status_of(const struct said *said)
{
	switch (said->state) {
	case SAID_FAULTY:
		return "invalid";
	case SAID_FORBIDDEN:
	case SAID_ANOTHERS:
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

/* A member of an outcome, as far as whoever spoke sees it. */
static void write_seen(struct buf *json, const struct said *said, const char *path, const char *value)
{
	enum http_role role = said->stranger ? VIEW_STRANGER : said->post->caller.role;
	if (view_sees(path, role))
		write_text(json, strrchr(path, '.') + 1, value);
}

static const char *location_of(const struct said *said)
{
	return said_location(post_arena(said->post), said);
}

static void write_known(struct buf *json, const struct said *said)
{
	const char *own = said->decoded.event ? said->decoded.event->language : "";
	const char *language = own[0] != '\0' ? own : said->language;
	enum refusal refusal = refusal_by_code(said->code);
	char id[UUID_TEXT_SIZE];
	write_seen(json, said, "outcome.code", said->code);
	write_seen(json, said, "outcome.sentence", refusal_sentence(refusal, language));
	write_seen(json, said, "outcome.next_step", refusal_next_step(refusal, language));
	if (!uuid_is_zero(&said->complaint_id))
		write_seen(json, said, "outcome.complaint_id", uuid_format(&said->complaint_id, id));
	if (said->stage != STAGE_UNSPECIFIED)
		write_seen(json, said, "outcome.stage", stage_name(said->stage));
}

/* Pieces of evidence that the event was taken without. */
static void write_refused(struct buf *json, const struct said *said)
{
	const struct wire_decoded *decoded = &said->decoded;
	const char *own = decoded->event->language, *language = own[0] != '\0' ? own : said->language;
	if (decoded->refused_count > 0 && !view_sees("outcome.refused_evidence", said->post->caller.role))
		return;
	for (int i = 0; i < decoded->refused_count; i++) {
		const struct refused_piece *piece = &decoded->refused[i];
		buf_text(json, i ? ",{\"evidence_id\":" : ",\"refused_evidence\":[{\"evidence_id\":");
		buf_json_string(json, piece->evidence_id, strlen(piece->evidence_id));
		write_text(json, "member", piece->member);
		if (piece->most > 0)
			buf_printf(json, ",\"most\":%lld", (long long)piece->most);
		write_text(json, "code", refusal_code(piece->why));
		write_text(json, "sentence", refusal_sentence(piece->why, language));
		write_text(json, "next_step", refusal_next_step(piece->why, language));
		buf_char(json, '}');
	}
	if (decoded->refused_count > 0)
		buf_char(json, ']');
}

static void write_said(struct buf *json, const struct said *said)
{
	buf_text(json, "{\"status\":");
	buf_json_string(json, status_of(said), strlen(status_of(said)));
	write_seen(json, said, "outcome.event_id", said->decoded.event ? said->decoded.event->event_id : "");
	if (said->state == SAID_FAULTY) {
		write_seen(json, said, "outcome.code", said->fault.code);
		write_seen(json, said, "outcome.sentence", said->fault.reason);
	}
	if (said->state == SAID_KNOWN)
		write_known(json, said);
	if (said->decoded.event && (said->state == SAID_SENT || said->state == SAID_KNOWN))
		write_refused(json, said);
	if (said->state == SAID_SENT || said->state == SAID_KNOWN)
		write_seen(json, said, "outcome.location", location_of(said));
	buf_char(json, '}');
}

static void free_timer(struct post *post)
{
	loop_timer_free(post->timer);
	post->timer = NULL;
}

bool post_any(const struct post *post, enum said_state state)
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
	if (post_any(post, SAID_AWAY)) {
		http_reply_header(post->request, "Retry-After", "5");
		http_reply_problem(post->request, 503, "broker_away",
		    "The broker cannot be reached now; nothing is lost by sending it again.", NULL);
	} else if (!post->batch && said->state == SAID_FAULTY)
		http_reply_problem(post->request, 400, said->fault.code, said->fault.reason, NULL);
	else if (post_any(post, SAID_FORBIDDEN))
		http_access_refuse(post->request);
	else if (post_any(post, SAID_ANOTHERS))
		http_reply_problem(post->request, 403, "other_speaker",
		    "The token does not speak as this actor (meta.actor); as Ombud nobody does.", NULL);
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
	bool pending = post_any(post, SAID_SENT);
	if (pending && !post->batch)
		http_reply_header(post->request, "Location", location_of(&post->said[0]));
	http_reply_json(post->request, pending ? 202 : 200, buf_string(&json));
	buf_free(&json);
}

void post_reply(struct post *post)
{
	free_timer(post);
	if (fail_point("http_reply.before"))
		http_reply_problem(post->request, 503, "failed", "A failpoint stands in the way.", NULL);
	else if (!reply_problem(post))
		reply_outcomes(post);
	(void)fail_point("http_reply.after");
}
