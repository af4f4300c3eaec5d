/* One request: what came, and its reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/metrics.h"
#include "common/io/http_connections.h"
#include "common/io/http_private.h"
#include "common/io/loop.h"

enum { REQUESTS, DURATION };
static const struct counter_row counters[] = {
    [REQUESTS] = {"ombud_http_requests_total", "HTTP requests answered, by route and status.", METRIC_COUNTER,
	{"method", "route", "status"}},
    [DURATION] = {"ombud_http_request_duration_seconds", "From the whole request to its reply, by route.", METRIC_HISTOGRAM,
	{"method", "route"}, metric_seconds},
    {0},
};

/* ---- statuses ---- */

static const struct {
	int status;
	const char *title;
} statuses[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {207, "Multi-Status"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {0},
};

const char *http_status_title(int status)
{
	for (int i = 0; statuses[i].title != NULL; i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return "Status";
}

/* ---- what came ---- */

static const struct {
	enum evhttp_cmd_type type;
	const char *name;
} methods[] = {
    {EVHTTP_REQ_GET, "GET"},
    {EVHTTP_REQ_HEAD, "HEAD"},
    {EVHTTP_REQ_POST, "POST"},
    {EVHTTP_REQ_PUT, "PUT"},
    {EVHTTP_REQ_DELETE, "DELETE"},
    {EVHTTP_REQ_PATCH, "PATCH"},
    {EVHTTP_REQ_OPTIONS, "OPTIONS"},
};

void http_request_setup(struct evhttp *http)
{
	ev_uint16_t allowed = 0;

	metrics_register(counters);
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		allowed |= (ev_uint16_t)methods[i].type;
	evhttp_set_allowed_methods(http, allowed);
}

static const char *method_name(const struct evhttp_request *evreq)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (methods[i].type == evhttp_request_get_command(evreq))
			return methods[i].name;
	return "?";
}

static void request_overdue(void *context);

static void copy_headers(struct http_request *request)
{
	struct evkeyval *header;

	TAILQ_INIT(&request->headers);
	TAILQ_FOREACH (header, evhttp_request_get_input_headers(request->evreq), next)
		evhttp_add_header(&request->headers, header->key, header->value);
}

static void copy_peer(struct http_request *request)
{
	ev_uint16_t port;
	char *address = NULL;
	evhttp_connection_get_peer(evhttp_request_get_connection(request->evreq), &address, &port);
	request->peer = arena_strdup(request->arena, address == NULL ? "" : address);
}

struct http_request *http_request_new(struct http_server *server, struct evhttp_request *evreq)
{
	struct http_request *request = xcalloc(1, sizeof *request);

	request->server = server;
	request->evreq = evreq;
	request->arena = arena_new(0);
	request->method = method_name(evreq);
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(evreq));
	request->path = arena_strdup(request->arena, path == NULL || *path == '\0' ? "/" : path);
	copy_peer(request);
	copy_headers(request);
	TAILQ_INIT(&request->query);
	request->body = evbuffer_new();
	if (request->body == NULL || evbuffer_add_buffer(request->body, evhttp_request_get_input_buffer(evreq)) != 0)
		bug("out of memory for a request's body");
	request->start_us = instant_monotonic_us();
	request->deadline = loop_timer_new(server->loop, request_overdue, request);
	loop_timer_start(request->deadline, HTTP_REPLY_MS_MAX * INT64_C(1000));
	request->next = server->requests;
	if (request->next != NULL)
		request->next->previous = request;
	server->requests = request;
	return request;
}

void http_request_free(struct http_request *request)
{
	if (request->previous != NULL)
		request->previous->next = request->next;
	else
		request->server->requests = request->next;
	if (request->next != NULL)
		request->next->previous = request->previous;
	evhttp_clear_headers(&request->headers);
	evhttp_clear_headers(&request->query);
	evbuffer_free(request->body);
	loop_timer_free(request->deadline);
	arena_free(request->arena);
	free(request);
}

const char *http_request_method(const struct http_request *request)
{
	return request->method;
}

const char *http_request_path(const struct http_request *request)
{
	return request->path;
}

const char *http_request_peer(const struct http_request *request)
{
	return request->peer;
}

struct arena *http_request_arena(struct http_request *request)
{
	return request->arena;
}

const char *http_request_param(const struct http_request *request, const char *name)
{
	for (int i = 0; i < request->params_count; i++)
		if (strcmp(request->params[i].name, name) == 0)
			return request->params[i].value;
	bug("route %s has no {%s}", request->route->path, name);
}

const char *http_request_query(const struct http_request *request, const char *name)
{
	return evhttp_find_header(&request->query, name);
}

const char *http_request_header(const struct http_request *request, const char *name)
{
	return evhttp_find_header(&request->headers, name);
}

void http_request_each_header(const struct http_request *request, http_header_fn *fn, void *context)
{
	struct evkeyval *header;
	TAILQ_FOREACH (header, &request->headers, next)
		fn(header->key, header->value, context);
}

const void *http_request_body(const struct http_request *request, size_t *size)
{
	*size = evbuffer_get_length(request->body);
	return *size == 0 ? "" : (const void *)evbuffer_pullup(request->body, -1);
}

bool http_request_is_type(const struct http_request *request, const char *media_type)
{
	const char *type = http_request_header(request, "Content-Type");
	size_t size = strlen(media_type);
	return type != NULL && strncasecmp(type, media_type, size) == 0 && strchr("; \t", type[size]) != NULL;
}

bool http_request_is_gone(const struct http_request *request)
{
	return request->evreq == NULL || evhttp_request_get_connection(request->evreq) == NULL;
}

/* ---- replies ---- */

static void count_reply(const struct http_request *request, int status)
{
	const char *path = request->route == NULL ? "none" : request->route->path;
	char text[16];

	snprintf(text, sizeof text, "%d", status);
	metric_add(&counters[REQUESTS], 1, request->method, path, text);
	metric_observe(&counters[DURATION], (double)(instant_monotonic_us() - request->start_us) / 1e6, request->method, path);
}

void http_count_refused(int status)
{
	char text[16];

	snprintf(text, sizeof text, "%d", status);
	metric_add(&counters[REQUESTS], 1, "none", "none", text);
}

void http_reply_header(struct http_request *request, const char *name, const char *value)
{
	if (request->evreq != NULL)
		evhttp_add_header(evhttp_request_get_output_headers(request->evreq), name, value);
}

/* HEAD tells the length of what it does not send (RFC 9110 section 9.3.2). evhttp would send it, behind a head without a length,
 * and the client would take it for the next reply. */
static void add_body(struct http_request *request, struct evbuffer *out, const void *body, size_t size)
{
	char length[24];
	if (strcmp(request->method, "HEAD") == 0) {
		snprintf(length, sizeof length, "%zu", size);
		http_reply_header(request, "Content-Length", length);
	} else if (evbuffer_add(out, body, size) != 0) {
		bug("out of memory for a reply");
	}
}

/* evhttp takes the request back with this, also when its connection is gone. */
static void send_reply(struct http_request *request, int status, const char *media_type, const void *body, size_t size)
{
	struct evbuffer *out = evbuffer_new();

	if (out == NULL)
		bug("out of memory for a reply");
	add_body(request, out, body, size);
	count_reply(request, status);
	http_reply_header(request, "Content-Type", media_type);
	http_reply_header(request, "X-Content-Type-Options", "nosniff");
	http_reply_header(request, "Cache-Control", "no-store");
	http_connections_idle(request->server->connections, evhttp_request_get_connection(request->evreq));
	evhttp_send_reply(request->evreq, status, http_status_title(status), out);
	evbuffer_free(out);
	request->evreq = NULL;
}

void http_reply(struct http_request *request, int status, const char *media_type, const void *body, size_t size)
{
	if (request->evreq != NULL)
		send_reply(request, status, media_type, body, size);
	http_request_free(request);
}

void http_reply_json(struct http_request *request, int status, const char *json)
{
	http_reply(request, status, "application/json", json, strlen(json));
}

void http_reply_text(struct http_request *request, int status, const char *text)
{
	http_reply(request, status, "text/plain; charset=utf-8", text, strlen(text));
}

void http_problem_json(struct buf *json, int status, const char *code, const char *detail, const char *path, const char *more)
{
	buf_printf(json, "{\"type\":\"urn:ombud:problem:%s\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\",\"detail\":", code,
	    http_status_title(status), status, code);
	buf_json_string(json, detail, strlen(detail));
	if (path != NULL) {
		buf_text(json, ",\"instance\":");
		buf_json_string(json, path, strlen(path));
	}
	if (more != NULL)
		buf_printf(json, ",%s", more);
	buf_text(json, "}\n");
}

static void send_problem(struct http_request *request, int status, const char *code, const char *detail, const char *more)
{
	struct buf json = BUF_EMPTY;

	http_problem_json(&json, status, code, detail, request->path, more);
	send_reply(request, status, "application/problem+json", buf_string(&json), json.size);
	buf_free(&json);
}

void http_reply_problem(struct http_request *request, int status, const char *code, const char *detail, const char *more)
{
	if (request->evreq != NULL)
		send_problem(request, status, code, detail, more);
	http_request_free(request);
}

/* The handler still owes its answer, and frees the request with it. */
static void request_overdue(void *context)
{
	struct http_request *request = context;
	if (request->evreq != NULL)
		send_problem(request, 503, "timeout", "No outcome within the time allowed; ask again.", NULL);
}
