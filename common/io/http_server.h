/* HTTP/1.1 server on the loop: a table of routes, limits, replies now or later. Knows libevent's evhttp.
 *
 * A handler gets a request, which it must answer exactly once with one of http_reply*(), at once or later; the request and all that
 * it hands out (its arena, parameters, body) live until then. When the client is gone, or the deadline has passed and a 503 was
 * sent in the handler's name, answering is still due, and harmless.
 *
 * What is wrong with a request before a handler sees it: what http_stream.h refuses (400, 413, 417, 501, 505), whom `admit` does
 * not let in, too many bodies at once (503), broken escapes (400), parameters that the route does not take or that come twice
 * (400), 404, 405, each as problem+json.
 */
#ifndef OMBUD_IO_HTTP_SERVER_H
#define OMBUD_IO_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/io/http_stream.h"

struct loop;
struct http_server;
struct http_request;

enum {
	HTTP_HEADERS_SIZE_MAX = 16 * 1024,
	HTTP_BODY_SIZE_MAX = 1024 * 1024, /* a batch of events; each record in it is bounded by itself */
	HTTP_READ_MS_MAX = 10 * 1000,  /* from the connection, or the last reply, to the whole request: slow writers and idlers */
	HTTP_REPLY_MS_MAX = 10 * 1000, /* for the handler; must exceed the POST's bounded wait of 2 s */
	HTTP_PARAMS_MAX = 4,
};

typedef void http_handler_fn(struct http_request *request, void *context);

/* Tables end with path NULL. "{name}" stands for one whole segment: "/v1/complaints/{id}". HEAD goes where GET goes. */
struct http_route {
	const char *method; /* "GET", "POST", "PUT", "DELETE" */
	const char *path;
	http_handler_fn *handler;
	const char *help; /* one line for GET / and the README */
	const char *const
	    *query; /* the parameters behind ? that it takes, NULL-ended: HTTP_QUERY(); NULL: none. Others are refused */
};
#define HTTP_QUERY(...) ((const char *const[]){__VA_ARGS__, NULL})

struct http_server_settings {
	const char *listen;                     /* "127.0.0.1:8080", "[::1]:8080"; port 0: any */
	const struct http_route *const *routes; /* NULL-ended list of tables, borrowed */
	void *context;                          /* for the handlers */
	int connections_max;                    /* 0: HTTP_CONNECTIONS_MAX of http_connections.h */
	http_admit_fn
	    *admit; /* asked for each head, before its body is kept; NULL: all may come in. Its context is admit_context */
	void *admit_context;
};

/* Is it an address and a port? error says why not; whether they can be had is not asked. */
bool http_listen_check(const char *listen, char *error, size_t error_size);
/* NULL: cannot listen; error (error_size bytes) says why. */
struct http_server *http_server_new(struct loop *loop, const struct http_server_settings *settings, char *error, size_t error_size);
int http_server_port(const struct http_server *server);
int http_server_connections(struct http_server *server);
/* Everything unanswered is dropped: handlers must not answer it any more. */
void http_server_free(struct http_server *server);

/* ---- the request ---- */

const char *http_request_method(const struct http_request *request);
const char *http_request_path(const struct http_request *request);
const char *http_request_param(const struct http_request *request, const char *name); /* unescaped; not in the route: bug() */
const char *http_request_query(const struct http_request *request, const char *name); /* unescaped; NULL when absent */
const char *http_escape(struct arena *arena, const char *text); /* for one part of a path: all but letters, digits and -._~ */
const char *http_request_header(const struct http_request *request, const char *name); /* NULL when absent */
const char *http_request_peer(const struct http_request *request);                     /* address as text */
const void *http_request_body(const struct http_request *request, size_t *size);
/* Does the Content-Type say this media type (any case, parameters ignored)? */
bool http_request_is_type(const struct http_request *request, const char *media_type);
/* Calls fn for each header, in order. */
typedef void http_header_fn(const char *name, const char *value, void *context);
void http_request_each_header(const struct http_request *request, http_header_fn *fn, void *context);
struct arena *http_request_arena(struct http_request *request);
bool http_request_is_gone(const struct http_request *request); /* nobody waits any more: spare the work */

/* ---- the reply ---- */

void http_reply_header(struct http_request *request, const char *name, const char *value); /* before http_reply*() */
/* Frees the request. */
void http_reply(struct http_request *request, int status, const char *media_type, const void *body, size_t size);
void http_reply_json(struct http_request *request, int status, const char *json);
void http_reply_text(struct http_request *request, int status, const char *text);
/* application/problem+json (RFC 9457): code is a constant for programs, detail a sentence for people; more: further members as JSON
 * ("\"errors\":[...]"), or NULL. */
void http_reply_problem(struct http_request *request, int status, const char *code, const char *detail, const char *more);

#endif
