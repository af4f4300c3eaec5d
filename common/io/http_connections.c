#include "common/io/http_connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/http_private.h"
#include "common/io/loop.h"

enum {
	SWEEP_MS = 1000,
	PIECES_MAX = 16,                     /* of a buffer, looked at in one go */
	UNREAD_MAX = 2 * HTTP_BODY_SIZE_MAX, /* waiting behind a request under way: nobody pipelines so much */
	TRIM_ABOVE = 4 * 1024 * 1024,        /* bodies that held so much: their memory is given back */
	SWEEP_PART = 8,                      /* rows that a sweep may cost a new one, or a flood buys whole ones again and again */
};

struct connection {
	struct connection *next;
	struct http_connections *owner;
	struct bufferevent *bufev; /* evhttp's; ours until adopted */
	int fd;                    /* -1: not adopted yet, or ended without one */
	ino_t inode;
	struct sockaddr_storage peer;
	struct http_stream *stream; /* NULL: nothing has come yet */
	bool coming;                /* made_before() is still to come, and has the row */
	bool busy;
	bool ended;       /* shut down, or about to be */
	bool dropping;    /* our own taking out of the buffer */
	size_t held;      /* of the memory of all bodies */
	int64_t since_us; /* idle since; ended since */
};

struct http_connections {
	struct loop *loop;
	struct loop_timer *sweep;
	struct http_connections_settings settings;
	struct connection *first;
	int count;            /* rows, those of connections that are gone among them */
	int made_since_swept; /* rows */
	int unadopted;
	size_t held, held_most; /* since memory was given back last */
	int refused, evicted;   /* not told yet */
	const char *refused_as;
};

static const struct http_refusal busy = {503, "busy", "There is no room for this body now; ask again.", "Retry-After: 1\r\n"};
static const struct http_refusal unread = {400, "pipelined_too_much", "Too much was sent without waiting for a reply.", NULL};

/* ---- which there are ---- */

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
	if (row->fd < 0)
		return !row->ended;
	return inode_of(row->fd, &inode) && inode == row->inode;
}

static const void *address_of(const struct sockaddr_storage *peer, size_t *size)
{
	bool six = peer->ss_family == AF_INET6;
	*size = six ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	return six ? (const void *)&((const struct sockaddr_in6 *)peer)->sin6_addr
		   : (const void *)&((const struct sockaddr_in *)peer)->sin_addr;
}

static bool same_address(const struct connection *one, const struct connection *other)
{
	size_t size;
	const void *address = address_of(&one->peer, &size);
	return one->peer.ss_family == other->peer.ss_family && !memcmp(address, address_of(&other->peer, &size), size);
}

static void hold(struct connection *row, size_t size)
{
	struct http_connections *connections = row->owner;
	connections->held += size - row->held;
	row->held = size;
	if (connections->held > connections->held_most)
		connections->held_most = connections->held;
}

static void forget(struct connection **place)
{
	struct connection *row = *place;
	*place = row->next;
	row->owner->count--;
	hold(row, 0);
	http_stream_free(row->stream);
	free(row);
}

static struct connection **place_of(const struct connection *row)
{
	struct connection **place = &row->owner->first;
	while (*place != row)
		place = &(*place)->next;
	return place;
}

static void end(struct connection *row)
{
	row->ended = true;
	row->since_us = instant_monotonic_us();
	shutdown(row->fd, SHUT_RDWR);
}

/* ---- once a second ---- */

static void tell(struct http_connections *connections)
{
	if (connections->refused)
		log_warn("HTTP requests refused before they were read", LOG_NUMBER("count", connections->refused),
		    LOG_TEXT("err", connections->refused_as));
	if (connections->evicted)
		log_warn("too many HTTP connections: those that sent nothing whole for longest were ended",
		    LOG_NUMBER("count", connections->evicted), LOG_NUMBER("limit", connections->settings.count_max),
		    LOG_NUMBER("limit_of_address", HTTP_CONNECTIONS_OF_ADDRESS_MAX));
	connections->refused = connections->evicted = 0;
}

/* Bodies leave holes that malloc keeps. */
static void give_memory_back(struct http_connections *connections)
{
	if (connections->held_most < TRIM_ABOVE || connections->held > connections->held_most / 4)
		return;
	connections->held_most = connections->held;
	malloc_trim(0);
}

/* Forgets those that are gone, and ends those that have idled for too long. */
static void sweep(struct http_connections *connections)
{
	int64_t now_us = instant_monotonic_us(), idle_us = connections->settings.idle_ms * INT64_C(1000);
	connections->made_since_swept = 0;
	for (struct connection **place = &connections->first; *place;) {
		struct connection *row = *place;
		if (!row->coming && !is_open(row)) {
			forget(place);
			continue;
		}
		int64_t since_us = now_us - row->since_us;
		if (row->fd >= 0 && (row->ended ? since_us > HTTP_LINGER_MS * INT64_C(1000) : !row->busy && since_us > idle_us))
			end(row);
		place = &row->next;
	}
}

static void on_sweep(void *context)
{
	struct http_connections *connections = context;
	sweep(connections);
	tell(connections);
	give_memory_back(connections);
	if (connections->first)
		loop_timer_start(connections->sweep, SWEEP_MS * INT64_C(1000));
}

/* ---- room ---- */

/* Open ones, of the same address as row or of all (NULL), and the one of them without a request under way that has waited longest.
 */
static int count_open(const struct http_connections *connections, const struct connection *row, struct connection **oldest)
{
	int count = 0;
	*oldest = NULL;
	for (struct connection *one = connections->first; one; one = one->next) {
		if (one->fd < 0 || one->ended || one == row || (row && !same_address(one, row)))
			continue;
		count++;
		if (!one->busy && (!*oldest || one->since_us < (*oldest)->since_us))
			*oldest = one;
	}
	return count;
}

/* Is there too little room for row? Then for whom of those that may go: NULL when all of them have a request under way. */
static bool crowded(const struct connection *row, struct connection **oldest)
{
	struct connection *oldest_of_address;
	bool many = count_open(row->owner, NULL, oldest) > row->owner->settings.count_max;
	if (count_open(row->owner, row, &oldest_of_address) < HTTP_CONNECTIONS_OF_ADDRESS_MAX)
		return many;
	*oldest = oldest_of_address;
	return true;
}

static void make_room(struct connection *row)
{
	struct http_connections *connections = row->owner;
	struct connection *oldest;
	if (!crowded(row, &oldest))
		return;
	/* Many are gone by themselves, and their descriptors may be somebody else's by now. */
	if (connections->made_since_swept * SWEEP_PART >= connections->count)
		sweep(connections);
	while (crowded(row, &oldest)) {
		if (oldest && !oldest->coming && !is_open(oldest)) {
			forget(place_of(oldest));
			continue;
		}
		end(oldest ? oldest : row);
		connections->evicted++;
		return;
	}
}

/* ---- bytes ---- */

static void drop_all(struct connection *row, struct evbuffer *input)
{
	row->dropping = true;
	evbuffer_drain(input, evbuffer_get_length(input));
	row->dropping = false;
}

static void send_refusal(const struct connection *row, const struct http_refusal *why)
{
	struct buf json = BUF_EMPTY, reply = BUF_EMPTY;
	http_problem_json(&json, why->status, why->code, why->detail, http_stream_path(row->stream), NULL);
	buf_printf(&reply,
	    "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n",
	    why->status, http_status_title(why->status), json.size, why->header ? why->header : "");
	buf_append(&reply, json.data, json.size);
	ssize_t sent = send(row->fd, reply.data, reply.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)sent; /* nothing else was sent: it has room */
	buf_free(&json);
	buf_free(&reply);
}

/* Nothing of it reaches evhttp. Its reply can be given when no other one is under way; what comes then is dropped for a while, for
 * a socket closed over unread bytes resets, and the reply with it. */
static void refuse(struct connection *row, struct evbuffer *input, const struct http_refusal *why)
{
	row->owner->refused++;
	row->owner->refused_as = why->code;
	http_count_refused(why->status);
	drop_all(row, input);
	hold(row, 0);
	if (row->busy || evbuffer_get_length(bufferevent_get_output(row->bufev)) > 0) {
		end(row);
		return;
	}
	send_refusal(row, why);
	/* What it still sends is read when nobody else has anything: a negative answer only says that it is read as before. */
	(void)bufferevent_priority_set(row->bufev, LOOP_PRIORITY_LAST);
	row->ended = true;
	row->since_us = instant_monotonic_us();
	shutdown(row->fd, SHUT_WR);
}

static const char *peer_text(const struct connection *row, char *text, socklen_t size)
{
	size_t address_size;
	const void *address = address_of(&row->peer, &address_size);
	return inet_ntop(row->peer.ss_family, address, text, size) ? text : "";
}

static const struct http_refusal *feed(struct connection *row, struct evbuffer *input, size_t added)
{
	struct evbuffer_iovec pieces[PIECES_MAX];
	struct evbuffer_ptr at;
	const struct http_refusal *why = NULL;
	while (added && !why) {
		evbuffer_ptr_set(input, &at, evbuffer_get_length(input) - added, EVBUFFER_PTR_SET);
		int count = evbuffer_peek(input, (ev_ssize_t)added, &at, pieces, PIECES_MAX);
		for (int i = 0; i < count && i < PIECES_MAX && added && !why; i++) {
			size_t size = pieces[i].iov_len < added ? pieces[i].iov_len : added;
			why = http_stream_feed(row->stream, pieces[i].iov_base, size);
			added -= size;
		}
	}
	return why;
}

/* The memory that a request takes counts from its head on, as it says itself, until its reply. */
static const struct http_refusal *check_room(struct connection *row, const struct evbuffer *input)
{
	size_t wanted = http_stream_body_size(row->stream), there = evbuffer_get_length(input);
	if (there > UNREAD_MAX)
		return &unread;
	there = there > HTTP_HEADERS_SIZE_MAX ? there - HTTP_HEADERS_SIZE_MAX : 0;
	wanted = wanted > there ? wanted : there;
	if (wanted <= row->held)
		return NULL;
	if (wanted > HTTP_HEADERS_SIZE_MAX && row->owner->held + wanted - row->held > HTTP_BODIES_SIZE_MAX)
		return &busy;
	hold(row, wanted);
	return NULL;
}

/* One that the peer has reset already has no name. It is ended, but evhttp still has it: its row stays until it is closed. */
static void adopt(struct connection *row)
{
	socklen_t size = sizeof row->peer;
	row->fd = bufferevent_getfd(row->bufev);
	if (!inode_of(row->fd, &row->inode) || getpeername(row->fd, (struct sockaddr *)&row->peer, &size) != 0)
		end(row);
	else
		make_room(row);
}

/* Bytes have come into the buffer that evhttp reads from next. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
	struct connection *row = context;
	char peer[INET6_ADDRSTRLEN];
	if (row->dropping || info->n_added == 0)
		return;
	if (row->fd < 0 && !row->ended)
		adopt(row);
	if (row->ended) {
		drop_all(row, input);
		return;
	}
	if (!row->stream)
		row->stream = http_stream_new(HTTP_BODY_SIZE_MAX, peer_text(row, peer, sizeof peer), row->owner->settings.admit,
		    row->owner->settings.context);
	const struct http_refusal *why = feed(row, input, info->n_added);
	if (!why)
		why = check_room(row, input);
	if (why)
		refuse(row, input, why);
}

/* ---- coming ---- */

/* evhttp has given the descriptor to what made() made, which is referenced so that it cannot go away meanwhile. */
static void made_before(void *context)
{
	struct connection *row = context;
	if (row->fd < 0 && !row->ended)
		adopt(row);
	row->owner->unadopted--;
	row->coming = false;
	if (!is_open(row)) /* the row may go before what has the buffer */
		evbuffer_remove_cb(bufferevent_get_input(row->bufev), on_input, row);
	bufferevent_decref(row->bufev);
}

static struct bufferevent *made(struct event_base *base, void *context)
{
	struct http_connections *connections = context;
	struct bufferevent *bufev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (bufev == NULL)
		return NULL;
	struct connection *row = xcalloc(1, sizeof *row);
	*row = (struct connection){.next = connections->first,
	    .owner = connections,
	    .bufev = bufev,
	    .fd = -1,
	    .coming = true,
	    .since_us = instant_monotonic_us()};
	connections->first = row;
	connections->count++;
	connections->made_since_swept++;
	connections->unadopted++;
	evbuffer_add_cb(bufferevent_get_input(bufev), on_input, row);
	bufferevent_incref(bufev);
	loop_defer(connections->loop, made_before, row);
	if (!loop_timer_running(connections->sweep))
		loop_timer_start(connections->sweep, SWEEP_MS * INT64_C(1000));
	return bufev;
}

struct http_connections *http_connections_new(
    struct loop *loop, struct evhttp *http, const struct http_connections_settings *settings)
{
	struct http_connections *connections = xcalloc(1, sizeof *connections);

	*connections = (struct http_connections){.loop = loop, .settings = *settings};
	connections->sweep = loop_timer_new(loop, on_sweep, connections);
	evhttp_set_bevcb(http, made, connections);
	return connections;
}

void http_connections_free(struct http_connections *connections)
{
	if (connections == NULL)
		return;
	while (connections->unadopted > 0)
		loop_turn(connections->loop, 0); /* made_before() is under way */
	while (connections->first)
		forget(&connections->first);
	loop_timer_free(connections->sweep);
	free(connections);
}

int http_connections_count(struct http_connections *connections)
{
	struct connection *oldest;
	sweep(connections);
	return count_open(connections, NULL, &oldest);
}

static void mark(struct http_connections *connections, struct evhttp_connection *evcon, bool is_busy)
{
	int fd = evcon == NULL ? -1 : bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));

	for (struct connection *row = connections->first; row && fd >= 0; row = row->next) {
		if (row->fd != fd || !is_open(row))
			continue;
		row->busy = is_busy;
		row->since_us = row->ended ? row->since_us : instant_monotonic_us();
		if (!is_busy)
			hold(row, 0);
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
