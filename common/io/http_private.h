/* The inside of the HTTP server, for http_server.c, http_route.c and http_request.c only. */
#ifndef OMBUD_IO_HTTP_PRIVATE_H
#define OMBUD_IO_HTTP_PRIVATE_H

#include <stdint.h>

#include <event2/keyvalq_struct.h>

#include "common/io/http_server.h"

struct buf;
struct evbuffer;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;
struct http_connections;
struct loop_timer;

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

struct http_param {
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
	struct http_param params[HTTP_PARAMS_MAX];
	int params_count;
	int64_t start_us;
};

/* At start: the methods that evhttp lets through, and what is counted. */
void http_request_setup(struct evhttp *http);
/* Counted among the server's unanswered ones, its deadline running. */
struct http_request *http_request_new(struct http_server *server, struct evhttp_request *evreq);
/* Finds its route and calls the handler, or answers what is wrong. */
void http_request_dispatch(struct http_request *request);
/* "Bad Request" and so on. */
const char *http_status_title(int status);
/* Appends problem+json; path and more may be NULL. */
void http_problem_json(struct buf *json, int status, const char *code, const char *detail, const char *path, const char *more);
/* A request was refused before it was one. */
void http_count_refused(int status);
/* Out of the server's list; evhttp's part stays evhttp's. */
void http_request_free(struct http_request *request);

#endif
