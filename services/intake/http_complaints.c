/* GET: one complaint, lists of them. The database says whose they are, the view what of them the caller sees. */
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/io/http_access.h"

#include "common/wire/wire.h"
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

/* ---- who looks ---- */

/* A request on its way through the database. */
struct look {
	struct daemon *daemon;
	struct http_request *request;
	struct view_reader reader;
	struct intake_reader own; /* whose complaints there are for it */
	int limit;                /* of a list */
};

static struct look *look_new(struct daemon *daemon, struct http_request *request)
{
	struct http_caller caller;
	if (!http_access_check(request, context_of(daemon)->access, &caller))
		return NULL;
	enum view_reach reach = view_reach(caller.role);
	if (reach == VIEW_REACH_NONE) {
		http_reply_problem(request, 403, "not_for_role", "The token's role does not read this.", NULL);
		return NULL;
	}
	if (!is_ready(daemon, request))
		return NULL;
	struct look *look = arena_alloc(http_request_arena(request), sizeof(*look));
	*look = (struct look){daemon, request, {caller.role, caller.id},
	    {caller.platform, reach == VIEW_REACH_SOLD ? caller.id : NULL, reach == VIEW_REACH_FILED ? caller.id : NULL,
		reach == VIEW_REACH_ASKED ? caller.id : NULL}};
	return look;
}

static bool is_party(const struct look *look)
{
	return look->own.merchant_id || look->own.complainant_id || look->own.inspector_id;
}

/* ---- one complaint ---- */

static struct json *parse(const char *text)
{
	char error[JSON_ERROR_SIZE];
	struct json *json = json_parse(text, strlen(text), 0, error, NULL);
	if (!json)
		bug("the database's JSON cannot be read: %s", error);
	return json;
}

/* The document of one row's JSON; false: there is none, and that has been answered. */
static struct json *read_document(enum pg_class class, const struct pg_result *result, struct http_request *request)
{
	if (class != PG_DONE)
		reply_away(request);
	else if (pg_result_rows(result) == 0 || pg_is_null(result, 0, 0))
		http_reply_problem(request, 404, "complaint_unknown", "No such complaint is known.", NULL);
	else
		return parse(pg_get_text(result, 0, 0));
	return NULL;
}

/* Whoever files before an order is known is believed as far as that he waits for it. That he has filed does not make it his. */
static bool is_of_another(const struct look *look, const struct json *document)
{
	const struct json *buyer = json_member(json_member(document, "order"), "buyer_id");
	return look->own.complainant_id && (!buyer || strcmp(json_text_of(buyer), look->own.complainant_id) != 0);
}

/* {order} with its lines; {} without an order, or when its facts cannot be read: that stops what is said about it, no look at it.
 */
static struct json *read_order(const struct pg_result *result, const struct json *document, struct arena *arena)
{
	struct buf text = BUF_EMPTY;
	size_t size = 0;
	const void *facts = pg_is_null(result, 0, 1) ? NULL : pg_get_bytes(result, 0, 1, &size);
	const struct event *recorded = facts ? wire_unpack(arena, EVENT_ORDER_RECORDED, facts, size) : NULL;
	if (recorded)
		order_write(&text, document, recorded->order);
	else
		buf_text(&text, "{}");
	struct json *order = parse(buf_string(&text));
	buf_free(&text);
	return order;
}

static void on_complaint(enum pg_class class, const struct pg_result *result, void *context)
{
	struct look *look = context;
	struct buf text = BUF_EMPTY;
	struct json *document = read_document(class, result, look->request);
	if (!document)
		return;
	const struct limit_figures *figures = intake_figures(look->daemon, json_text_of(json_member(document, "platform_id")));
	standing_write(&text, document, daemon_now_us(look->daemon), figures->amend_us, &look->reader);
	struct json *standing = parse(buf_string(&text));
	struct json *order = is_of_another(look, document) ? parse("{\"order\":null}")
							   : read_order(result, document, http_request_arena(look->request));
	buf_reset(&text);
	view_write(&text, "complaint", (const struct json *const[]){order, document, standing, NULL}, &look->reader);
	http_reply_json(look->request, 200, buf_string(&text));
	buf_free(&text);
	json_free(order);
	json_free(standing);
	json_free(document);
}

static bool read_id(struct http_request *request, struct uuid *id)
{
	if (uuid_parse(http_request_param(request, "id"), id))
		return true;
	http_reply_problem(request, 400, "bad_id", "A complaint's id is a UUID.", NULL);
	return false;
}

static void http_get_complaint(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct look *look = look_new(daemon, request);
	struct uuid id;
	if (!look || !read_id(request, &id))
		return;
	intake_complaint_query(daemon_query_pg(daemon), &look->own, &id, on_complaint, look);
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

/* A page: the complaint's document, of which it is a part, and where the next one begins. */
static void on_evidence(enum pg_class class, const struct pg_result *result, void *context)
{
	struct look *look = context;
	struct buf text = BUF_EMPTY;
	struct json *page = read_document(class, result, look->request);
	if (!page)
		return;
	const struct json *next = json_member(page, "next");
	view_write(&text, "complaint", (const struct json *const[]){page, NULL}, &look->reader);
	if (next) {
		buf_cut(&text, text.size - 1);
		buf_printf(&text, ",\"next\":%lld}", (long long)json_integer_of(next));
	}
	http_reply_json(look->request, 200, buf_string(&text));
	buf_free(&text);
	json_free(page);
}

static void http_get_evidence(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct look *look = look_new(daemon, request);
	struct uuid id;
	int after = 0, limit = HTTP_LIST_DEFAULT;
	if (!look || !read_id(request, &id))
		return;
	if (!read_number(request, "after", 0, INT32_MAX, &after)) {
		http_reply_problem(request, 400, "bad_cursor", "after is the number that the page before ended with.", NULL);
		return;
	}
	if (!read_number(request, "limit", 1, HTTP_LIST_MAX, &limit)) {
		http_reply_problem(request, 400, "bad_limit", "limit is a number from 1 to 500.", NULL);
		return;
	}
	intake_evidence_query(daemon_query_pg(daemon), &look->own, &id, after, limit, on_evidence, look);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}

/* ---- lists ---- */

static void write_summary(struct buf *json, const struct json *summary, const struct look *look)
{
	view_write(json, "complaint", (const struct json *const[]){summary, NULL}, &look->reader);
}

static void on_order(enum pg_class class, const struct pg_result *result, void *context)
{
	struct look *look = context;
	struct buf text = BUF_EMPTY;
	struct json *list = read_document(class, result, look->request);
	if (!list)
		return;
	buf_char(&text, '[');
	for (size_t i = 0; i < json_count(list); i++) {
		buf_text(&text, i ? "," : "");
		write_summary(&text, json_at(list, i), look);
	}
	buf_char(&text, ']');
	http_reply_json(look->request, 200, buf_string(&text));
	buf_free(&text);
	json_free(list);
}

static void http_get_order(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct look *look = look_new(daemon, request);
	if (!look)
		return;
	intake_order_query(daemon_query_pg(daemon), &look->own, http_request_param(request, "id"), on_order, look);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}

static void on_listing(enum pg_class class, const struct pg_result *result, void *context)
{
	struct look *look = context;
	struct buf json = BUF_EMPTY;
	if (class != PG_DONE) {
		reply_away(look->request);
		return;
	}
	int rows = pg_result_rows(result);
	bool more = rows > look->limit; /* one more than asked for was read */
	buf_text(&json, "{\"complaints\":[");
	for (int row = 0; row < rows && row < look->limit; row++) {
		struct json *summary = parse(pg_get_text(result, row, 0));
		buf_text(&json, row ? "," : "");
		write_summary(&json, summary, look);
		json_free(summary);
	}
	buf_text(&json, "]");
	if (more)
		buf_printf(&json, ",\"next\":\"%s\"", pg_get_text(result, look->limit - 1, 1));
	buf_text(&json, "}");
	http_reply_json(look->request, 200, buf_string(&json));
	buf_free(&json);
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
	list->limit = HTTP_LIST_DEFAULT;
	if (read_number(request, "limit", 1, HTTP_LIST_MAX, &list->limit))
		return true;
	http_reply_problem(request, 400, "bad_limit", "limit is a number from 1 to 500.", NULL);
	return false;
}

/* A party's complaints are found by their order: there is no index by person, and none is worth its price at every filing. */
static void http_get_complaints(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct intake_list list = {0};
	struct uuid after;
	struct look *look = look_new(daemon, request);
	if (!look || !read_filters(request, &list, &after))
		return;
	if (is_party(look) && !list.order_id) {
		http_reply_problem(request, 400, "missing_field", "A party names the order: ?order=...", NULL);
		return;
	}
	list.reader = look->own;
	look->limit = list.limit++;
	intake_list_query(daemon_query_pg(daemon), &list, on_listing, look);
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
    {"GET", "/v1/refusals", http_get_refusals,
	"what was refused, for the platform's backend, by ?source= ?after= ?limit= ?platform=",
	HTTP_QUERY("source", "after", "limit", "platform")},
    {0},
};
