/* The HTTP server's connections: counted, bounded, and none may sit there for ever. For the files of http_server.h.
 *
 * evhttp 2.1 tells nobody that a connection has come or gone before its first whole request, which is just when idlers and slow
 * writers have to be caught. So a connection is told by its descriptor and its socket's inode, looked at once a second; one that
 * must go is shut down, and evhttp then closes it as if the peer had.
 */
#ifndef OMBUD_IO_HTTP_CONNECTIONS_H
#define OMBUD_IO_HTTP_CONNECTIONS_H

struct evhttp;
struct evhttp_connection;
struct http_connections;
struct loop;

/* Takes evhttp's place in making connections. At most count_max; none may be without a request under way for over idle_ms. */
struct http_connections *http_connections_new(struct loop *loop, struct evhttp *http, int count_max, int idle_ms);
void http_connections_free(struct http_connections *connections); /* after evhttp_free */
int http_connections_count(struct http_connections *connections);

/* A whole request has come: its handler may take its time. The reply has been given: waiting for the peer again. */
void http_connections_busy(struct http_connections *connections, struct evhttp_connection *evcon);
void http_connections_idle(struct http_connections *connections, struct evhttp_connection *evcon);

#endif
