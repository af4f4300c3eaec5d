/* The bytes of one HTTP/1 connection as they come, read strictly before evhttp sees them: where each request begins and ends,
 * whether its head may be said so, and whether somebody lets it in. Pure: no socket, no libevent.
 *
 * evhttp takes much that RFC 9112 does not allow, and a proxy in front may read that another way: whoever can make the two disagree
 * on where a request ends can put one into another's connection. What passes here can be read in one way only, so
 * evhttp reads it likewise. Refused, beside what is no HTTP at all: bare CR or LF, folded lines, blanks before a colon, control
 * characters, no Host or two, a Content-Length that is not digits, two of them, Transfer-Encoding other than one "chunked", both,
 * chunk extensions, trailers, bodies of methods that have none, "//" at the
 * beginning of a target, methods that evhttp is not told to take. One empty line before a request is refused, too: evhttp does.
 *
 * Nothing of a body is looked at or kept. A head is kept until it is whole (HTTP_HEADERS_SIZE_MAX at most).
 */
#ifndef OMBUD_IO_HTTP_STREAM_H
#define OMBUD_IO_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTP_HEAD_HEADERS_MAX = 100,
	HTTP_HEAD_LINE_MAX = 8 * 1024, /* RFC 9112 wants 8,000 or more */
};

/* Why a connection is ended: one row of a table in http_stream.c. */
struct http_refusal {
	int status;
	const char *code;   /* for programs */
	const char *detail; /* a sentence */
	const char *header; /* a header of the reply, whole; NULL: none */
};

struct http_head_line {
	const char *name, *value; /* value without the blanks around it */
};

/* A whole head that may be said so. Its texts live until the hook returns. */
struct http_head {
	const char *peer; /* address as text */
	const char *method, *target;
	bool is_1_0;
	const char *host; /* NULL: none (HTTP/1.0) */
	struct http_head_line lines[HTTP_HEAD_HEADERS_MAX];
	int lines_count;
	int64_t body_size; /* 0: none; -1: chunked, so nobody knows */
};
/* Value of the first header of that name, any case; NULL: none. */
const char *http_head_find(const struct http_head *head, const char *name);
int http_head_count(const struct http_head *head, const char *name);

/* May this request come in? NULL: yes; else it is refused with that, before a byte of its body is kept. */
typedef const struct http_refusal *http_admit_fn(const struct http_head *head, void *context);

struct http_stream;
/* admit may be NULL. body_max: bytes of one body. peer is copied. */
struct http_stream *http_stream_new(size_t body_max, const char *peer, http_admit_fn *admit, void *context);
void http_stream_free(struct http_stream *stream);

/* The next bytes. NULL: all is right so far; else why the connection is to be ended, now and at each further call. */
const struct http_refusal *http_stream_feed(struct http_stream *stream, const void *data, size_t size);

/* The path of what was refused, cut to 200 bytes; NULL: not known. */
const char *http_stream_path(const struct http_stream *stream);

/* Whole requests seen so far. */
int64_t http_stream_requests(const struct http_stream *stream);
/* Bytes that the request under way has yet to send as it says, or has sent already when it is chunked; 0: none under way. */
size_t http_stream_body_size(const struct http_stream *stream);

#endif
