/* POST /v1/events: the same road as Kafka's. Each event is checked, put on the inbox under its key, and its outcome looked for in
 * intake's log, whichever copy of intake owns the shard, for a bounded time.
 *
 *   decode all -> have they been said before? -> publish what has not -> look, pause, look ... -> reply
 */
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/io/http_access.h"
#include "common/io/loop.h"
#include "common/model/refusal.h"
#include "common/model/speakers.h"
#include "common/store/refusals.h"

#include "services/intake/http_events_private.h"

enum { LOOK_FIRST_US = 10 * 1000, LOOK_US_MAX = 40 * 1000 };

static const struct intake *context_of(const struct post *post)
{
	return daemon_context(post->daemon);
}

/* ---- looking for outcomes ---- */

/* Another platform's complaint: an event can name one by mistake, a location can be guessed. */
static bool is_foreign(const struct said *said, const struct intake_outcome *outcome)
{
	const char *own = said->decoded.event ? said->decoded.event->platform_id : said->post->caller.platform;
	return outcome->platform_id[0] != '\0' && !http_access_covers(own, outcome->platform_id);
}

static void take_outcome(struct said *said, const struct intake_outcome *outcome)
{
	bool foreign = is_foreign(said, outcome);
	enum stage stage = foreign ? STAGE_UNSPECIFIED : outcome->stage;
	struct arena *arena = post_arena(said->post);
	bool refused = strcmp(outcome->type, event_type_name(EVENT_REFUSED)) == 0 || strcmp(outcome->type, "refused") == 0;
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
	said->stranger = speaker_refusal(refusal_by_code(said->code));
	if (said->repeat && said->decoded.event && outcome->body_digest != said->decoded.body_digest) {
		said->status = "refused";
		said->code = refusal_code(REFUSAL_ID_REUSED);
	} else if (said->repeat && !refused) /* of a refused one the answer is the same again */
		said->status = "repeat";
}

static void ask_outcome(struct pg *pg, struct said *said, pg_result_fn *fn)
{
	intake_outcome_query(pg, said->shard, &said->decoded.cause, said->decoded.key, fn, said);
}

static void look_again(struct post *post)
{
	if (!post_any(post, SAID_SENT) || instant_monotonic_us() >= post->deadline_us || http_request_is_gone(post->request)) {
		post_reply(post);
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
	if (post_any(post, SAID_SENT))
		look(post);
	else
		post_reply(post);
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
	if (--post->sending == 0 && post_any(post, SAID_SENT))
		look(post);
	else if (post->sending == 0)
		post_reply(post);
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
	if (!http_access_check(request, context_of(post)->access, &post->caller) || !post_read(post))
		return;
	for (int i = 0; i < post->count; i++)
		post_check(post, &post->said[i]);
	if (post_any(post, SAID_FORBIDDEN) || post_any(post, SAID_ANOTHERS)) { /* then nothing of the batch is said */
		post_reply(post);
		return;
	}
	post->timer = loop_timer_new(daemon_loop(post->daemon), look, post);
	look_before(post);
}

/* ---- GET /v1/events/{location} ---- */

static void on_asked(enum pg_class class, const struct pg_result *result, void *context)
{
	struct said *said = context;
	struct intake_outcome outcome;
	if (class != PG_DONE)
		return; /* nor are its pieces */
	said->state = SAID_SENT;
	if (intake_outcome_row(result, &outcome) && !is_foreign(said, &outcome))
		take_outcome(said, &outcome);
}

/* What the event was taken without, as it was told then. */
static void take_pieces(struct said *said, const struct pg_result *result)
{
	struct arena *arena = post_arena(said->post);
	int count = said->state == SAID_KNOWN ? pg_result_rows(result) : 0;
	struct refused_piece *pieces = arena_new_array(arena, struct refused_piece, (size_t)count + 1);
	for (int row = 0; row < count; row++)
		pieces[row] = (struct refused_piece){
		    .evidence_id = arena_strdup(arena, pg_get_text(result, row, 0)),
		    .member = arena_strdup(arena, pg_get_text(result, row, 1)),
		    .why = refusal_by_code(pg_get_text(result, row, 2)),
		    .most = pg_get_int8(result, row, 3),
		};
	said->decoded.refused = pieces;
	said->decoded.refused_count = count;
}

static void on_pieces(enum pg_class class, const struct pg_result *result, void *context)
{
	struct said *said = context;
	if (class != PG_DONE) {
		http_reply_header(said->post->request, "Retry-After", "2");
		http_reply_problem(said->post->request, 503, "database_away", "The database cannot be reached now.", NULL);
		return;
	}
	take_pieces(said, result);
	post_reply(said->post);
}

void http_get_event(struct http_request *request, void *context)
{
	struct post *post = post_new(request, context);
	if (!http_access_check(request, context_of(post)->access, &post->caller))
		return;
	post->said = arena_alloc(http_request_arena(request), sizeof(*post->said));
	post->count = 1;
	post->said[0].post = post;
	if (!said_read_location(post_arena(post), http_request_param(request, "id"), &post->said[0])) {
		http_reply_problem(request, 400, "bad_id", "An event is asked for by the location that a POST gave.", NULL);
		return;
	}
	if (!caller_speaks_for(&post->caller, post->said[0].decoded.event)) { /* whether it is there or not */
		http_reply_problem(request, 404, "event_unknown", "No such event is known.", NULL);
		return;
	}
	struct pg *pg = daemon_query_pg(post->daemon);
	ask_outcome(pg, &post->said[0], on_asked);
	refused_pieces_query(pg, &post->said[0].decoded.cause, on_pieces, &post->said[0]);
	pg_sync(pg, NULL, NULL);
}
