/* HTTP requests to addresses that strangers named (webhooks), asynchronous on the loop. The only file that knows libcurl.
 *
 * Refused, whatever the name resolves to and whenever: addresses that are not public, unless a range in `allow` has
 * them; every address is looked at when it is being connected to. No redirects, no proxies, http and https only, TLS 1.2 at least
 * with chain and name checked; one deadline for the whole; answers are capped.
 */
#ifndef OMBUD_IO_HTTP_CLIENT_H
#define OMBUD_IO_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct http_client;
struct http_call;

enum {
	HTTP_URL_SIZE_MAX = 2048,
	HTTP_ANSWER_SIZE_MAX = 64 * 1024,
	HTTP_ANSWER_HEADERS_SIZE_MAX = 16 * 1024,
	HTTP_CLIENT_CONNECTIONS_MAX = 256, /* beyond it calls wait their turn, their deadline running */
};

struct http_client_settings {
	const char *user_agent; /* borrowed */
	const char *allow;      /* address ranges that may be connected to though not public: "127.0.0.0/8, fd00::/8"; NULL: none */
	bool allow_http;        /* else https only */
	const char *ca_file;    /* NULL: the system's */
};

/* NULL: allow is wrong; error says how. */
struct http_client *http_client_new(struct loop *loop, const struct http_client_settings *settings, char *error, size_t error_size);
/* Calls under way are dropped, their fn is not called. Not from within an fn. */
void http_client_free(struct http_client *client);

/* Would the client take this URL? For telling whoever registers it; a name is not resolved. reason: a constant. */
bool http_client_url_fits(const struct http_client *client, const char *url, const char **reason);

struct http_client_request {
	const char *method; /* NULL: POST */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-ended; NULL for none */
	const void *body;
	size_t size;
	int timeout_ms;
};

/* Borrowed during the callback. Once the head of an answer has come it is an answer: a body that is too large (only what fits is
 * kept), slow or broken does not undo it, or a receiver that has what was sent would be sent it again. */
struct http_answer {
	int status; /* 0: none came, see error */
	const char
	    *error; /* NULL, or a constant: refused_url, refused_address, no_address, connect, tls, timeout, too_large, broken */
	const char *detail; /* for logs; "" when there is none */
	const char *body;   /* NUL-terminated */
	size_t size;
	int64_t retry_after_us; /* of Retry-After in seconds; -1 when absent or a date */
	int64_t duration_us;
};

typedef void http_client_fn(const struct http_answer *answer, void *context);

/* All of the request is copied. fn is called once, from the loop, never from within this call. */
void http_client_send(struct http_client *client, const struct http_client_request *request, http_client_fn *fn, void *context);

#endif
