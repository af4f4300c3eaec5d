/* The HTTP server's connections: counted, bounded, read strictly before evhttp sees their bytes, and none may sit there for ever.
 * For the files of http_server.h.
 *
 * evhttp 2.1 tells nobody that a connection has come or gone before its first whole request, which is just when idlers and slow
 * writers have to be caught. So a connection is told by its descriptor and its socket's inode, looked at once a second; one that
 * must go is shut down, and evhttp then closes it as if the peer had.
 *
 * When there is no room for a new connection, one without a request under way goes: that which has waited longest, and of the same
 * address, if that has had its part. So whoever drips bytes into hundreds of connections shuts himself out, not others.
 *
 * Every byte goes through http_stream.h as it comes. What is refused there is answered here (problem+json) and never reaches
 * evhttp; so is a body for which the memory of all bodies together has no room (503). What a client has sent behind a request that
 * is refused is dropped with it.
 */
#ifndef OMBUD_IO_HTTP_CONNECTIONS_H
#define OMBUD_IO_HTTP_CONNECTIONS_H

#include "common/io/http_stream.h"

struct evhttp;
struct evhttp_connection;
struct http_connections;
struct loop;

enum {
	HTTP_CONNECTIONS_MAX = 512,
	HTTP_CONNECTIONS_OF_ADDRESS_MAX = 256,  /* a proxy's are all of one */
	HTTP_BODIES_SIZE_MAX = 8 * 1024 * 1024, /* of all connections, from their heads to the replies */
	HTTP_LINGER_MS = 2000, /* after a refusal: what still comes is read and dropped, or its reply would be lost */
};

struct http_connections_settings {
	int count_max;        /* HTTP_CONNECTIONS_MAX at most */
	int idle_ms;          /* none may be without a request under way for longer */
	http_admit_fn *admit; /* NULL: everybody comes in */
	void *context;        /* of admit */
};

/* Takes evhttp's place in making connections. */
struct http_connections *http_connections_new(
    struct loop *loop, struct evhttp *http, const struct http_connections_settings *settings);
void http_connections_free(struct http_connections *connections); /* after evhttp_free */
int http_connections_count(struct http_connections *connections);

/* A whole request has come: its handler may take its time. The reply has been given: waiting for the peer again. */
void http_connections_busy(struct http_connections *connections, struct evhttp_connection *evcon);
void http_connections_idle(struct http_connections *connections, struct evhttp_connection *evcon);

#endif
