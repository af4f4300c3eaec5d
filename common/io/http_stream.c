#include "common/io/http_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/io/http_server.h"

enum state {
	HEAD,
	BODY,
	CHUNK_SIZE, /* the line with it */
	CHUNK_DATA,
	CHUNK_END, /* CR LF behind the data */
	LAST_END,  /* CR LF behind the last chunk: no trailers */
	REFUSED,
};

enum { CHUNK_DIGITS_MAX = 8 };

struct http_stream {
	enum state state;
	const struct http_refusal *refusal;
	struct buf head;
	size_t line_start; /* in head, of the line under way */
	size_t body_max, body_total;
	uint64_t left; /* of the body or the chunk */
	int digits;    /* of the chunk's size */
	char peer[64];
	char path[201]; /* of what was refused; "": not known */
	char before;    /* the byte before, where CR must be followed by LF */
	int64_t requests;
	http_admit_fn *admit;
	void *context;
};

enum wrong {
	WRONG_CONTROL,
	WRONG_LINE_END,
	WRONG_SIZE,
	WRONG_REQUEST_LINE,
	WRONG_VERSION,
	WRONG_METHOD,
	WRONG_HEADER,
	WRONG_FOLD,
	WRONG_HOST,
	WRONG_TARGET,
	WRONG_LENGTH,
	WRONG_ENCODING,
	WRONG_BOTH,
	WRONG_BODY,
	WRONG_CHUNK,
	WRONG_TRAILER,
	WRONG_TOO_LARGE,
	WRONG_EXPECT,
};
static const struct http_refusal refusals[] = {
    [WRONG_CONTROL] = {400, "bad_head", "The head of the request has a control character."},
    [WRONG_LINE_END] = {400, "bad_head", "Lines of the head end with CR LF, and neither stands alone."},
    [WRONG_SIZE] = {400, "head_too_large", "The head has over 16 KiB, a line of over 8 KiB, or over 100 headers."},
    [WRONG_REQUEST_LINE] = {400, "bad_head", "The request line is not: method, target, version, with one blank between."},
    [WRONG_VERSION] = {505, "bad_version", "HTTP/1.1 and HTTP/1.0 are spoken here."},
    [WRONG_METHOD] = {501, "unknown_method", "GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS are known here.", NULL},
    [WRONG_HEADER] = {400, "bad_head", "A header is not: name, colon, value."},
    [WRONG_FOLD] = {400, "bad_head", "A header goes on in the next line."},
    [WRONG_HOST] = {400, "bad_host", "A request has one Host, which names a host and maybe a port."},
    [WRONG_TARGET] = {400, "bad_target", "The target is no path with one slash first, or names another host than Host does."},
    [WRONG_LENGTH] = {400, "ambiguous_length", "Content-Length stands once, in digits."},
    [WRONG_ENCODING] = {400, "ambiguous_length", "Transfer-Encoding is chunked and nothing else, once, in HTTP/1.1."},
    [WRONG_BOTH] = {400, "ambiguous_length", "The request says its length in more than one way."},
    [WRONG_BODY] = {400, "unexpected_body", "This method has no body."},
    [WRONG_CHUNK] = {400, "bad_chunk", "A chunk is its size in hex digits, CR LF, the data, CR LF."},
    [WRONG_TRAILER] = {400, "bad_chunk", "Nothing follows the last chunk but CR LF."},
    [WRONG_TOO_LARGE] = {413, "too_large", "The body is larger than 1 MiB."},
    [WRONG_EXPECT] = {417, "bad_expectation", "Only 100-continue can be expected."},
};

static const struct http_refusal *refuse(struct http_stream *stream, const struct http_refusal *why)
{
	stream->state = REFUSED;
	stream->refusal = why;
	buf_free(&stream->head);
	return why;
}

/* ---- characters ---- */

static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!is_token_char(*text))
			return false;
	return true;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* ---- a whole head ---- */

const char *http_head_find(const struct http_head *head, const char *name)
{
	for (int i = 0; i < head->lines_count; i++)
		if (strcasecmp(head->lines[i].name, name) == 0)
			return head->lines[i].value;
	return NULL;
}

int http_head_count(const struct http_head *head, const char *name)
{
	int count = 0;
	for (int i = 0; i < head->lines_count; i++)
		count += strcasecmp(head->lines[i].name, name) == 0;
	return count;
}

/* Cuts the line off at its CR LF and returns it; *at is behind it then. */
static char *cut_line(char **at)
{
	char *line = *at, *end = strchr(line, '\r');
	*end = '\0';
	*at = end + 2;
	return line;
}

static const struct http_refusal *read_request_line(char *line, struct http_head *head)
{
	char *target = strchr(line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;
	if (!version)
		return &refusals[WRONG_REQUEST_LINE];
	*target++ = *version++ = '\0';
	if (!is_token(line) || !*target || strpbrk(version, " \t"))
		return &refusals[WRONG_REQUEST_LINE];
	for (const char *at = target; *at; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || *at == '#')
			return &refusals[WRONG_TARGET];
	head->is_1_0 = strcmp(version, "HTTP/1.0") == 0;
	if (!head->is_1_0 && strcmp(version, "HTTP/1.1") != 0)
		return &refusals[WRONG_VERSION];
	head->method = line;
	head->target = target;
	return NULL;
}

static const struct http_refusal *read_header(char *line, struct http_head *head)
{
	if (*line == ' ' || *line == '\t')
		return &refusals[WRONG_FOLD];
	if (head->lines_count == HTTP_HEAD_HEADERS_MAX)
		return &refusals[WRONG_SIZE];
	char *colon = strchr(line, ':');
	if (!colon)
		return &refusals[WRONG_HEADER];
	*colon = '\0';
	char *value = colon + 1 + strspn(colon + 1, " \t"), *end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	if (!is_token(line))
		return &refusals[WRONG_HEADER];
	head->lines[head->lines_count++] = (struct http_head_line){line, value};
	return NULL;
}

/* A name or an address, and maybe a port; who is meant is for admit() to judge. */
static bool is_host(const char *text)
{
	size_t size = *text == '[' ? strspn(text + 1, "0123456789abcdefABCDEF:.") + 1
				   : strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%");
	if (size == 0 || (*text == '[' && text[size++] != ']'))
		return false;
	if (text[size] == ':')
		size += 1 + strspn(text + size + 1, "0123456789");
	return text[size] == '\0';
}

static const struct http_refusal *check_host(struct http_head *head)
{
	int count = http_head_count(head, "Host");
	head->host = http_head_find(head, "Host");
	if (count > 1 || (count == 0 && !head->is_1_0) || (head->host && !is_host(head->host)))
		return &refusals[WRONG_HOST];
	return NULL;
}

/* "/path", "*" of OPTIONS, or the absolute form, whose host must be Host's. In "//host/path" evhttp takes the first part for a
 * host: who looks at the path in front of us would see another one. */
static const struct http_refusal *check_target(struct http_head *head)
{
	static const char scheme[] = "http://";
	if ((head->target[0] == '/' && head->target[1] != '/') ||
	    (strcmp(head->target, "*") == 0 && strcmp(head->method, "OPTIONS") == 0))
		return NULL;
	if (strncasecmp(head->target, scheme, sizeof scheme - 1) != 0 || !head->host)
		return &refusals[WRONG_TARGET];
	const char *authority = head->target + sizeof scheme - 1;
	size_t size = strcspn(authority, "/?");
	bool same = size == strlen(head->host) && strncasecmp(authority, head->host, size) == 0;
	return same ? NULL : &refusals[WRONG_TARGET];
}

/* Those that http_request.c lets evhttp take; to others it would answer in HTML. */
static const struct method {
	const char *name;
	bool has_body;
} methods[] = {{"GET"}, {"HEAD"}, {"POST", true}, {"PUT", true}, {"PATCH", true}, {"DELETE"}, {"OPTIONS"}};

static const struct method *method_named(const char *name)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

static bool has_body(const char *name)
{
	const struct method *method = method_named(name);
	return method && method->has_body;
}

static const struct http_refusal *read_length(const char *text, struct http_head *head, size_t body_max)
{
	if (!*text || text[strspn(text, "0123456789")])
		return &refusals[WRONG_LENGTH];
	text += strspn(text, "0");
	if (strlen(text) > 18)
		return &refusals[WRONG_TOO_LARGE];
	head->body_size = strtoll(*text ? text : "0", NULL, 10);
	return head->body_size > (int64_t)body_max ? &refusals[WRONG_TOO_LARGE] : NULL;
}

static const struct http_refusal *check_length(struct http_head *head, size_t body_max)
{
	int lengths = http_head_count(head, "Content-Length"), encodings = http_head_count(head, "Transfer-Encoding");
	const struct http_refusal *wrong = NULL;
	if (lengths && encodings)
		return &refusals[WRONG_BOTH];
	if (lengths > 1)
		return &refusals[WRONG_LENGTH];
	if (encodings && (encodings > 1 || head->is_1_0 || strcasecmp(http_head_find(head, "Transfer-Encoding"), "chunked") != 0))
		return &refusals[WRONG_ENCODING];
	if (encodings)
		head->body_size = -1;
	if (lengths)
		wrong = read_length(http_head_find(head, "Content-Length"), head, body_max);
	if ((head->body_size != 0 || wrong == &refusals[WRONG_TOO_LARGE]) && !has_body(head->method))
		return &refusals[WRONG_BODY];
	return wrong;
}

static const struct http_refusal *check_expect(struct http_head *head)
{
	int count = http_head_count(head, "Expect");
	bool known = count == 1 && strcasecmp(http_head_find(head, "Expect"), "100-continue") == 0;
	return count == 0 || known ? NULL : &refusals[WRONG_EXPECT];
}

static const struct http_refusal *read_head(struct http_stream *stream, struct http_head *head)
{
	char *at = (char *)(uintptr_t)buf_string(&stream->head);
	const struct http_refusal *wrong = read_request_line(cut_line(&at), head);
	while (!wrong && *at != '\r')
		wrong = read_header(cut_line(&at), head);
	if (!wrong)
		wrong = check_host(head);
	if (!wrong)
		wrong = check_target(head);
	if (!wrong)
		wrong = check_length(head, stream->body_max);
	if (!wrong)
		wrong = check_expect(head);
	if (!wrong && !method_named(head->method))
		wrong = &refusals[WRONG_METHOD];
	if (!wrong && stream->admit)
		wrong = stream->admit(head, stream->context);
	return wrong;
}

static void next_request(struct http_stream *stream)
{
	stream->state = HEAD;
	stream->requests++;
	stream->body_total = 0;
	stream->left = 0;
	stream->line_start = 0;
	stream->before = '\0';
}

static const struct http_refusal *take_head(struct http_stream *stream)
{
	struct http_head head = {.peer = stream->peer};
	const struct http_refusal *wrong = read_head(stream, &head);
	int64_t size = head.body_size;
	if (wrong && head.target)
		snprintf(stream->path, sizeof stream->path, "%.*s", (int)strcspn(head.target, "?"), head.target);
	if (wrong)
		return refuse(stream, wrong);
	buf_free(&stream->head); /* most of a connection's life it waits */
	if (size == 0) {
		next_request(stream);
		return NULL;
	}
	stream->state = size < 0 ? CHUNK_SIZE : BODY;
	stream->left = size < 0 ? 0 : (uint64_t)size;
	stream->body_total = size < 0 ? 0 : (size_t)size;
	stream->digits = 0;
	stream->before = '\0';
	return NULL;
}

/* ---- byte by byte, or as many as there are ---- */

/* One byte of a head. */
static const struct http_refusal *feed_head(struct http_stream *stream, char c)
{
	struct buf *head = &stream->head;
	if ((c == '\n') != (stream->before == '\r'))
		return refuse(stream, &refusals[WRONG_LINE_END]);
	if (((unsigned char)c < ' ' && !(c && strchr("\t\r\n", c))) || c == 0x7f)
		return refuse(stream, &refusals[WRONG_CONTROL]);
	if (head->size == HTTP_HEADERS_SIZE_MAX || head->size - stream->line_start > HTTP_HEAD_LINE_MAX)
		return refuse(stream, &refusals[WRONG_SIZE]);
	buf_append(head, &c, 1);
	stream->before = c;
	if (c != '\n')
		return NULL;
	bool empty = head->size - stream->line_start == 2;
	if (empty && stream->line_start == 0)
		return refuse(stream, &refusals[WRONG_REQUEST_LINE]);
	stream->line_start = head->size;
	return empty ? take_head(stream) : NULL;
}

static const struct http_refusal *chunk_begins(struct http_stream *stream)
{
	if (stream->left > stream->body_max - stream->body_total)
		return refuse(stream, &refusals[WRONG_TOO_LARGE]);
	stream->body_total += (size_t)stream->left;
	stream->state = stream->left ? CHUNK_DATA : LAST_END;
	stream->before = '\0';
	return NULL;
}

static const struct http_refusal *feed_chunk_size(struct http_stream *stream, char c)
{
	int value = hex_value(c);
	if (stream->before == '\r' && c == '\n' && stream->digits)
		return chunk_begins(stream);
	if (stream->before != '\r' && value >= 0 && stream->digits++ < CHUNK_DIGITS_MAX) {
		stream->left = stream->left * 16 + (uint64_t)value;
		return NULL;
	}
	if (stream->before == '\r' || c != '\r')
		return refuse(stream, &refusals[WRONG_CHUNK]);
	stream->before = c;
	return NULL;
}

/* CR LF and nothing else. */
static const struct http_refusal *feed_end(struct http_stream *stream, char c)
{
	if (c != (stream->before == '\r' ? '\n' : '\r'))
		return refuse(stream, &refusals[stream->state == LAST_END ? WRONG_TRAILER : WRONG_CHUNK]);
	stream->before = c;
	if (c != '\n')
		return NULL;
	if (stream->state == LAST_END) {
		next_request(stream);
		return NULL;
	}
	stream->state = CHUNK_SIZE;
	stream->digits = 0;
	stream->left = 0;
	stream->before = '\0';
	return NULL;
}

/* Data, of which nothing is looked at. Returns how much of it. */
static size_t skip(struct http_stream *stream, size_t size)
{
	size_t here = size < stream->left ? size : (size_t)stream->left;
	stream->left -= here;
	if (stream->left > 0)
		return here;
	if (stream->state == BODY)
		next_request(stream);
	else
		stream->state = CHUNK_END;
	return here;
}

const struct http_refusal *http_stream_feed(struct http_stream *stream, const void *data, size_t size)
{
	const char *at = data, *end = at + size;
	while (at < end && stream->state != REFUSED) {
		switch (stream->state) {
		case HEAD:
			feed_head(stream, *at++);
			break;
		case CHUNK_SIZE:
			feed_chunk_size(stream, *at++);
			break;
		case CHUNK_END:
		case LAST_END:
			feed_end(stream, *at++);
			break;
		case BODY:
		case CHUNK_DATA:
			at += skip(stream, (size_t)(end - at));
			break;
		case REFUSED:
			break;
		}
	}
	return stream->refusal;
}

const char *http_stream_path(const struct http_stream *stream)
{
	return stream->path[0] ? stream->path : NULL;
}

int64_t http_stream_requests(const struct http_stream *stream)
{
	return stream->requests;
}

size_t http_stream_body_size(const struct http_stream *stream)
{
	return stream->body_total;
}

struct http_stream *http_stream_new(size_t body_max, const char *peer, http_admit_fn *admit, void *context)
{
	struct http_stream *stream = xcalloc(1, sizeof *stream);
	*stream = (struct http_stream){.body_max = body_max, .admit = admit, .context = context};
	snprintf(stream->peer, sizeof stream->peer, "%s", peer);
	return stream;
}

void http_stream_free(struct http_stream *stream)
{
	if (!stream)
		return;
	buf_free(&stream->head);
	free(stream);
}
