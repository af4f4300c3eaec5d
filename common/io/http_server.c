/* The server: listening, its limits, its end. A request's life is in http_request.c, its way to a handler in http_route.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/io/http_connections.h"
#include "common/io/http_private.h"
#include "common/io/loop.h"

enum { ACCEPT_PAUSE_MS = 100 }; /* when descriptors have run out */

static void request_came(struct evhttp_request *evreq, void *context)
{
	struct http_server *server = context;
	http_connections_busy(server->connections, evhttp_request_get_connection(evreq));
	http_request_dispatch(http_request_new(server, evreq));
}

static void accept_again(void *context)
{
	struct http_server *server = context;
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

	*server = (struct http_server){.loop = loop, .routes = settings->routes, .context = settings->context};
	server->http = evhttp_new(loop_base(loop));
	if (server->http == NULL)
		bug("evhttp_new failed");
	http_request_setup(server->http);
	evhttp_set_max_headers_size(server->http, HTTP_HEADERS_SIZE_MAX);
	evhttp_set_max_body_size(server->http, HTTP_BODY_SIZE_MAX);
	evhttp_set_gencb(server->http, request_came, server);
	server->connections = http_connections_new(loop, server->http,
	    &(struct http_connections_settings){
		.count_max = settings->connections_max ? settings->connections_max : HTTP_CONNECTIONS_MAX,
		.idle_ms = HTTP_READ_MS_MAX,
		.admit = settings->admit,
		.context = settings->admit_context,
	    });
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

void http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	while (server->requests != NULL) {
		struct http_request *request = server->requests;
		/* with its connection gone, nobody but us knows it */
		if (request->evreq != NULL && http_request_is_gone(request))
			evhttp_request_free(request->evreq);
		http_request_free(request);
	}
	evhttp_free(server->http);
	http_connections_free(server->connections);
	loop_timer_free(server->accept_again);
	free(server);
}
