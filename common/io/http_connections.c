#include "common/io/http_connections.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <event2/bufferevent.h>
#include <event2/http.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/loop.h"

enum { SWEEP_MS = 1000 };

struct connection {
	int fd;
	ino_t inode;
	bool busy;
	int64_t since_us; /* idle since */
};

/* Just made by evhttp, without a descriptor yet. Referenced, so that it cannot go away meanwhile. */
struct fresh {
	struct fresh *next;
	struct bufferevent *bufev;
	struct http_connections *owner;
};

struct http_connections {
	struct loop *loop;
	struct loop_timer *sweep;
	struct connection *rows;
	int count, count_max, idle_ms;
	struct fresh *fresh;
};

static bool inode_of(int fd, ino_t *inode)
{
	struct stat status;
	if (fd < 0 || fstat(fd, &status) != 0)
		return false;
	*inode = status.st_ino;
	return true;
}

static bool is_open(const struct connection *row)
{
	ino_t inode;
	return inode_of(row->fd, &inode) && inode == row->inode;
}

/* Forgets those that are gone, and ends those that have idled for too long. */
static void sweep(void *context)
{
	struct http_connections *connections = context;
	int64_t oldest_us = instant_monotonic_us() - connections->idle_ms * INT64_C(1000);
	int kept = 0;

	for (int i = 0; i < connections->count; i++) {
		struct connection *row = &connections->rows[i];
		if (!is_open(row))
			continue;
		if (!row->busy && row->since_us < oldest_us)
			shutdown(row->fd, SHUT_RDWR);
		connections->rows[kept++] = *row;
	}
	connections->count = kept;
	if (kept > 0)
		loop_timer_start(connections->sweep, SWEEP_MS * INT64_C(1000));
}

static void add(struct http_connections *connections, int fd)
{
	struct connection row = {.fd = fd, .since_us = instant_monotonic_us()};

	if (!inode_of(fd, &row.inode))
		return;
	if (connections->count == connections->count_max)
		sweep(connections);
	if (connections->count == connections->count_max) {
		log_warn("too many HTTP connections", LOG_NUMBER("most", connections->count_max));
		shutdown(fd, SHUT_RDWR);
		return;
	}
	connections->rows[connections->count++] = row;
	if (!loop_timer_running(connections->sweep))
		loop_timer_start(connections->sweep, SWEEP_MS * INT64_C(1000));
}

/* evhttp has given the descriptor to what made() made. */
static void adopt(void *context)
{
	struct fresh *fresh = context;
	struct fresh **place = &fresh->owner->fresh;

	while (*place != fresh)
		place = &(*place)->next;
	*place = fresh->next;
	add(fresh->owner, bufferevent_getfd(fresh->bufev));
	bufferevent_decref(fresh->bufev);
	free(fresh);
}

static struct bufferevent *made(struct event_base *base, void *context)
{
	struct http_connections *connections = context;
	struct bufferevent *bufev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (bufev == NULL)
		return NULL;
	struct fresh *fresh = xmalloc(sizeof *fresh);
	*fresh = (struct fresh){.next = connections->fresh, .bufev = bufev, .owner = connections};
	connections->fresh = fresh;
	bufferevent_incref(bufev);
	loop_defer(connections->loop, adopt, fresh);
	return bufev;
}

struct http_connections *http_connections_new(struct loop *loop, struct evhttp *http, int count_max, int idle_ms)
{
	struct http_connections *connections = xcalloc(1, sizeof *connections);

	*connections = (struct http_connections){.loop = loop, .count_max = count_max, .idle_ms = idle_ms};
	connections->rows = xcalloc((unsigned long)count_max, sizeof *connections->rows);
	connections->sweep = loop_timer_new(loop, sweep, connections);
	evhttp_set_bevcb(http, made, connections);
	return connections;
}

void http_connections_free(struct http_connections *connections)
{
	if (connections == NULL)
		return;
	while (connections->fresh != NULL)
		loop_turn(connections->loop, 0); /* adopt() is under way */
	loop_timer_free(connections->sweep);
	free(connections->rows);
	free(connections);
}

int http_connections_count(struct http_connections *connections)
{
	sweep(connections);
	return connections->count;
}

static void mark(struct http_connections *connections, struct evhttp_connection *evcon, bool busy)
{
	int fd = evcon == NULL ? -1 : bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));

	for (int i = 0; i < connections->count; i++) {
		if (connections->rows[i].fd == fd) {
			connections->rows[i].busy = busy;
			connections->rows[i].since_us = instant_monotonic_us();
		}
	}
}

void http_connections_busy(struct http_connections *connections, struct evhttp_connection *evcon)
{
	mark(connections, evcon, true);
}

void http_connections_idle(struct http_connections *connections, struct evhttp_connection *evcon)
{
	mark(connections, evcon, false);
}
