#include "common/io/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/utf8.h"
#include "common/io/http_connections.h"
#include "common/io/loop.h"

enum { ACCEPT_PAUSE_MS = 100 }; /* when descriptors have run out */

struct http_server {
	struct loop *loop;
	struct evhttp *http;
	struct evhttp_bound_socket *socket;
	struct loop_timer *accept_again;
	const struct http_route *const *routes;
	void *context;
	int port;
	struct http_connections *connections;
	struct http_request *requests; /* unanswered */
};

struct param {
	const char *name, *value;
};

/* Everything but evreq is our own copy: it must outlive a reply that was sent in the handler's name. */
struct http_request {
	struct http_request *next, *previous;
	struct http_server *server;
	struct evhttp_request *evreq; /* NULL once something has been sent */
	struct arena *arena;
	struct loop_timer *deadline;
	const struct http_route *route; /* NULL while none is found */
	const char *method, *path, *peer;
	struct evkeyvalq headers, query;
	struct evbuffer *body;
	struct param params[HTTP_PARAMS_MAX];
	int params_count;
	int64_t start_us;
};

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
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {0},
};

const char *http_status_title(int status)
{
	for (int i = 0; statuses[i].title != NULL; i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return "Status";
}

/* ---- requests ---- */

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

static struct http_request *request_new(struct http_server *server, struct evhttp_request *evreq)
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

static void request_free(struct http_request *request)
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

const struct http_route *http_request_route(const struct http_request *request)
{
	return request->route;
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

void http_reply_header(struct http_request *request, const char *name, const char *value)
{
	if (request->evreq != NULL)
		evhttp_add_header(evhttp_request_get_output_headers(request->evreq), name, value);
}

/* evhttp takes the request back with this, also when its connection is gone. */
static void send_reply(struct http_request *request, int status, const char *media_type, const void *body, size_t size)
{
	struct evbuffer *out = evbuffer_new();

	if (out == NULL || evbuffer_add(out, body, size) != 0)
		bug("out of memory for a reply");
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
	request_free(request);
}

void http_reply_json(struct http_request *request, int status, const char *json)
{
	http_reply(request, status, "application/json", json, strlen(json));
}

void http_reply_text(struct http_request *request, int status, const char *text)
{
	http_reply(request, status, "text/plain; charset=utf-8", text, strlen(text));
}

static void send_problem(struct http_request *request, int status, const char *code, const char *detail, const char *more)
{
	struct buf json = BUF_EMPTY;

	buf_printf(&json, "{\"type\":\"urn:ombud:problem:%s\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\",\"detail\":", code,
	    http_status_title(status), status, code);
	buf_json_string(&json, detail, strlen(detail));
	buf_text(&json, ",\"instance\":");
	buf_json_string(&json, request->path, strlen(request->path));
	if (more != NULL)
		buf_printf(&json, ",%s", more);
	buf_text(&json, "}\n");
	send_reply(request, status, "application/problem+json", buf_string(&json), json.size);
	buf_free(&json);
}

void http_reply_problem(struct http_request *request, int status, const char *code, const char *detail, const char *more)
{
	if (request->evreq != NULL)
		send_problem(request, status, code, detail, more);
	request_free(request);
}

/* The handler still owes its answer, and frees the request with it. */
static void request_overdue(void *context)
{
	struct http_request *request = context;
	if (request->evreq != NULL)
		send_problem(request, 503, "timeout", "No outcome within the time allowed; ask again.", NULL);
}

/* ---- routing ---- */

/* Unescaped, in the arena. NULL: a broken text. */
static const char *unescape(struct http_request *request, const char *text, size_t size)
{
	char *copy = arena_strndup(request->arena, text, size);
	size_t decoded_size;
	char *decoded = evhttp_uridecode(copy, 0, &decoded_size);
	bool fits = decoded != NULL && strlen(decoded) == decoded_size && utf8_valid(decoded, decoded_size);
	const char *kept = fits ? arena_strdup(request->arena, decoded) : NULL;
	free(decoded);
	return kept;
}

/* Fills the parameters; a broken one becomes NULL. */
static bool match_path(struct http_request *request, const char *pattern)
{
	const char *path = request->path;

	request->params_count = 0;
	while (*pattern != '\0' && *path != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		size_t name_size = strcspn(++pattern, "}"), size = strcspn(path, "/");
		if (size == 0 || request->params_count == HTTP_PARAMS_MAX)
			return false;
		request->params[request->params_count++] =
		    (struct param){arena_strndup(request->arena, pattern, name_size), unescape(request, path, size)};
		pattern += name_size + 1;
		path += size;
	}
	return *pattern == '\0' && *path == '\0';
}

/* The route for path and method. NULL: *allowed lists the methods that the path has, "" when there is no such path. */
static const struct http_route *find_route(struct http_request *request, struct buf *allowed)
{
	const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;

	for (const struct http_route *const *table = request->server->routes; *table != NULL; table++) {
		for (const struct http_route *route = *table; route->path != NULL; route++) {
			if (!match_path(request, route->path))
				continue;
			if (strcmp(route->method, method) == 0)
				return route;
			buf_printf(allowed, "%s%s", allowed->size > 0 ? ", " : "", route->method);
		}
	}
	return NULL;
}

static bool params_are_fit(const struct http_request *request)
{
	for (int i = 0; i < request->params_count; i++)
		if (request->params[i].value == NULL)
			return false;
	return true;
}

/* evhttp refuses a name without '=' (?verbose): one is put behind it. */
static void complete_query(struct buf *whole, const char *query)
{
	while (*query) {
		size_t size = strcspn(query, "&");
		buf_append(whole, query, size);
		if (size > 0 && memchr(query, '=', size) == NULL)
			buf_text(whole, "=");
		query += size;
		if (*query == '&' && size > 0 && query[1] != '\0')
			buf_text(whole, "&");
		query += *query == '&';
	}
}

static bool parse_query(struct http_request *request)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request->evreq));
	struct buf whole = BUF_EMPTY;
	struct evkeyval *pair;

	if (query == NULL || *query == '\0')
		return true;
	complete_query(&whole, query);
	bool fit = strstr(query, "%00") == NULL && evhttp_parse_query_str(buf_string(&whole), &request->query) == 0;
	buf_free(&whole);
	if (!fit)
		return false;
	TAILQ_FOREACH (pair, &request->query, next)
		if (!utf8_valid(pair->value, strlen(pair->value)))
			return false;
	return true;
}

/* Two ways to say where a request ends let a proxy and us disagree on it (PROOF X10). */
static bool has_clear_length(const struct http_request *request)
{
	struct evkeyval *header;
	int lengths = 0, encodings = 0;

	TAILQ_FOREACH (header, &request->headers, next) {
		lengths += strcasecmp(header->key, "Content-Length") == 0;
		encodings += strcasecmp(header->key, "Transfer-Encoding") == 0;
	}
	return lengths + encodings <= 1;
}

static void dispatch(struct http_request *request)
{
	struct buf allowed = BUF_EMPTY;

	request->route = find_route(request, &allowed);
	if (!has_clear_length(request)) {
		http_reply_header(request, "Connection", "close");
		http_reply_problem(request, 400, "ambiguous_length", "The request says its length in more than one way.", NULL);
	} else if (request->route == NULL && allowed.size > 0) {
		http_reply_header(request, "Allow", buf_string(&allowed));
		http_reply_problem(request, 405, "method_not_allowed", "This path has other methods; see Allow.", NULL);
	} else if (request->route == NULL) {
		http_reply_problem(request, 404, "not_found", "There is no such path.", NULL);
	} else if (!params_are_fit(request) || !parse_query(request)) {
		http_reply_problem(request, 400, "bad_escape", "Path or query are not percent-encoded UTF-8.", NULL);
	} else {
		request->route->handler(request, request->server->context);
	}
	buf_free(&allowed);
}

static void request_came(struct evhttp_request *evreq, void *context)
{
	struct http_server *server = context;
	http_connections_busy(server->connections, evhttp_request_get_connection(evreq));
	dispatch(request_new(server, evreq));
}

/* ---- the server ---- */

static void accept_again(void *context)
{
	struct http_server *server = context;
	if (server->socket != NULL)
		evconnlistener_enable(evhttp_bound_socket_get_listener(server->socket));
}

/* Descriptors have run out: accepting again at once would spin. */
static void accept_failed(struct evconnlistener *listener, void *context)
{
	struct http_server *server = context;
	log_warn("cannot accept HTTP connections", LOG_TEXT("err", strerror(errno)));
	evconnlistener_disable(listener);
	loop_timer_start(server->accept_again, ACCEPT_PAUSE_MS * INT64_C(1000));
}

/* "host:port", "[::1]:port". */
static bool split_listen(const char *listen, char *host, size_t host_size, ev_uint16_t *port)
{
	const char *colon = strrchr(listen, ':');
	char *end;

	if (colon == NULL || (size_t)(colon - listen) >= host_size || colon[1] < '0' || colon[1] > '9')
		return false;
	unsigned long number = strtoul(colon + 1, &end, 10);
	size_t size = (size_t)(colon - listen);
	bool bracketed = size >= 2 && listen[0] == '[' && listen[size - 1] == ']';
	snprintf(host, host_size, "%.*s", (int)(bracketed ? size - 2 : size), bracketed ? listen + 1 : listen);
	*port = (ev_uint16_t)number;
	return *end == '\0' && number <= UINT16_MAX;
}

bool http_listen_check(const char *listen, char *error, size_t error_size)
{
	char host[256];
	ev_uint16_t port;

	if (split_listen(listen, host, sizeof host, &port))
		return true;
	snprintf(error, error_size, "\"%s\" is not host:port, with a port of 0 to %d", listen, UINT16_MAX);
	return false;
}

static int bound_port(struct evhttp_bound_socket *socket)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;

	if (getsockname(evhttp_bound_socket_get_fd(socket), (struct sockaddr *)&address, &size) != 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
						   : ((struct sockaddr_in *)&address)->sin_port);
}

static bool start_listening(struct http_server *server, const char *listen, char *error, size_t error_size)
{
	char host[256];
	ev_uint16_t port;

	if (!http_listen_check(listen, error, error_size))
		return false;
	split_listen(listen, host, sizeof host, &port);
	errno = 0;
	server->socket = evhttp_bind_socket_with_handle(server->http, host, port);
	if (server->socket == NULL) {
		snprintf(error, error_size, "cannot listen on %s: %s", listen, errno == 0 ? "no such address" : strerror(errno));
		return false;
	}
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(server->socket), accept_failed);
	server->port = bound_port(server->socket);
	return true;
}

struct http_server *http_server_new(struct loop *loop, const struct http_server_settings *settings, char *error, size_t error_size)
{
	struct http_server *server = xcalloc(1, sizeof *server);
	ev_uint16_t allowed = 0;

	metrics_register(counters);
	*server = (struct http_server){.loop = loop, .routes = settings->routes, .context = settings->context};
	server->http = evhttp_new(loop_base(loop));
	if (server->http == NULL)
		bug("evhttp_new failed");
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		allowed |= (ev_uint16_t)methods[i].type;
	evhttp_set_allowed_methods(server->http, allowed);
	evhttp_set_max_headers_size(server->http, HTTP_HEADERS_SIZE_MAX);
	evhttp_set_max_body_size(server->http, HTTP_BODY_SIZE_MAX);
	evhttp_set_gencb(server->http, request_came, server);
	server->connections = http_connections_new(loop, server->http, HTTP_CONNECTIONS_MAX, HTTP_READ_MS_MAX);
	server->accept_again = loop_timer_new(loop, accept_again, server);
	if (start_listening(server, settings->listen, error, error_size))
		return server;
	http_server_free(server);
	return NULL;
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

int http_server_connections(struct http_server *server)
{
	return http_connections_count(server->connections);
}

void http_server_close(struct http_server *server)
{
	if (server->socket == NULL)
		return;
	evhttp_del_accept_socket(server->http, server->socket);
	server->socket = NULL;
}

void http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	while (server->requests != NULL) {
		struct http_request *request = server->requests;
		/* with its connection gone, nobody but us knows it */
		if (request->evreq != NULL && http_request_is_gone(request))
			evhttp_request_free(request->evreq);
		request_free(request);
	}
	evhttp_free(server->http);
	http_connections_free(server->connections);
	loop_timer_free(server->accept_again);
	free(server);
}
