/* GET: one complaint, lists of them. The JSON comes from the database as it is. */
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/io/http_access.h"

#include "services/intake/http.h"

static const struct intake *context_of(struct daemon *daemon)
{
	return daemon_context(daemon);
}

static void reply_away(struct http_request *request)
{
	http_reply_header(request, "Retry-After", "2");
	http_reply_problem(request, 503, "database_away", "The database cannot be reached now.", NULL);
}

static bool is_ready(struct daemon *daemon, struct http_request *request)
{
	if (pg_state(daemon_query_pg(daemon)) == PG_STATE_READY)
		return true;
	reply_away(request);
	return false;
}

static void on_document(enum pg_class class, const struct pg_result *result, void *context)
{
	struct http_request *request = context;
	if (class != PG_DONE)
		reply_away(request);
	else if (pg_result_rows(result) == 0 || pg_is_null(result, 0, 0))
		http_reply_problem(request, 404, "complaint_unknown", "No such complaint is known.", NULL);
	else
		http_reply_json(request, 200, pg_get_text(result, 0, 0));
}

static void http_get_complaint(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct http_caller caller;
	struct uuid id;
	if (!http_access_reads(request, context_of(daemon)->access, NULL, &caller) || !is_ready(daemon, request))
		return;
	if (!uuid_parse(http_request_param(request, "id"), &id)) {
		http_reply_problem(request, 400, "bad_id", "A complaint's id is a UUID.", NULL);
		return;
	}
	intake_complaint_query(daemon_query_pg(daemon), caller.platform, &id, on_document, request);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}

static bool read_number(struct http_request *request, const char *name, int least, int most, int *number)
{
	const char *text = http_request_query(request, name);
	char *end = NULL;
	long value = text ? strtol(text, &end, 10) : *number;
	if (value < least || value > most || (text && (end == text || *end != '\0')))
		return false;
	*number = (int)value;
	return true;
}

static void http_get_evidence(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct http_caller caller;
	struct uuid id;
	int after = 0, limit = HTTP_LIST_DEFAULT;
	if (!http_access_reads(request, context_of(daemon)->access, NULL, &caller) || !is_ready(daemon, request))
		return;
	if (!uuid_parse(http_request_param(request, "id"), &id)) {
		http_reply_problem(request, 400, "bad_id", "A complaint's id is a UUID.", NULL);
		return;
	}
	if (!read_number(request, "after", 0, INT32_MAX, &after)) {
		http_reply_problem(request, 400, "bad_cursor", "after is the number that the page before ended with.", NULL);
		return;
	}
	if (!read_number(request, "limit", 1, HTTP_LIST_MAX, &limit)) {
		http_reply_problem(request, 400, "bad_limit", "limit is a number from 1 to 500.", NULL);
		return;
	}
	intake_evidence_query(daemon_query_pg(daemon), caller.platform, &id, after, limit, on_document, request);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}

static void http_get_order(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct http_caller caller;
	if (!http_access_reads(request, context_of(daemon)->access, NULL, &caller) || !is_ready(daemon, request))
		return;
	intake_order_query(daemon_query_pg(daemon), caller.platform, http_request_param(request, "id"), on_document, request);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}

/* ---- lists ---- */

struct listing {
	struct http_request *request;
	int limit;
};

static void on_listing(enum pg_class class, const struct pg_result *result, void *context)
{
	struct listing *listing = context;
	struct http_request *request = listing->request;
	struct buf json = BUF_EMPTY;
	if (class != PG_DONE) {
		reply_away(request);
		return;
	}
	int rows = pg_result_rows(result);
	bool more = rows > listing->limit; /* one more than asked for was read */
	buf_text(&json, "{\"complaints\":[");
	for (int row = 0; row < rows && row < listing->limit; row++) {
		buf_text(&json, row ? "," : "");
		buf_text(&json, pg_get_text(result, row, 0));
	}
	buf_text(&json, "]");
	if (more)
		buf_printf(&json, ",\"next\":\"%s\"", pg_get_text(result, listing->limit - 1, 1));
	buf_text(&json, "}");
	http_reply_json(request, 200, buf_string(&json));
	buf_free(&json);
}

static bool read_limit(struct http_request *request, int *limit)
{
	const char *text = http_request_query(request, "limit");
	char *end = NULL;
	long value = text ? strtol(text, &end, 10) : HTTP_LIST_DEFAULT;
	*limit = (int)value;
	if (value >= 1 && value <= HTTP_LIST_MAX && (!text || *end == '\0'))
		return true;
	http_reply_problem(request, 400, "bad_limit", "limit is a number from 1 to 500.", NULL);
	return false;
}

static bool read_filters(struct http_request *request, struct intake_list *list, struct uuid *after)
{
	const char *stage = http_request_query(request, "stage");
	const char *after_text = http_request_query(request, "after");
	list->order_id = http_request_query(request, "order");
	list->stage = stage ? stage_by_name(stage) : STAGE_UNSPECIFIED;
	if (stage && list->stage == STAGE_UNSPECIFIED) {
		http_reply_problem(request, 400, "bad_stage", "There is no such stage.", NULL);
		return false;
	}
	list->after = after_text ? after : NULL;
	if (after_text && !uuid_parse(after_text, after)) {
		http_reply_problem(request, 400, "bad_cursor", "after is the id that the page before ended with.", NULL);
		return false;
	}
	return read_limit(request, &list->limit);
}

static void http_get_complaints(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct intake_list list = {0};
	struct http_caller caller;
	struct uuid after;
	if (!http_access_reads(request, context_of(daemon)->access, NULL, &caller) || !is_ready(daemon, request) ||
	    !read_filters(request, &list, &after))
		return;
	list.platform = caller.platform;
	struct listing *listing = arena_alloc(http_request_arena(request), sizeof(*listing));
	*listing = (struct listing){request, list.limit++};
	intake_list_query(daemon_query_pg(daemon), &list, on_listing, listing);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}

const struct http_route intake_routes[] = {
    {"POST", "/v1/events", http_post_events, "say something: one structured CloudEvent, a batch, or binary mode"},
    {"GET", "/v1/events/{id}", http_get_event, "what became of it"},
    {"GET", "/v1/complaints/{id}", http_get_complaint, "one complaint with all that is known of it"},
    {"GET", "/v1/complaints/{id}/evidence", http_get_evidence, "its evidence, by ?after= ?limit=", HTTP_QUERY("after", "limit")},
    {"GET", "/v1/complaints", http_get_complaints,
	"complaints, by ?order= ?stage= ?limit= ?after=", HTTP_QUERY("order", "stage", "limit", "after")},
    {"GET", "/v1/orders/{id}/complaints", http_get_order, "the complaints of one order"},
    {0},
};
