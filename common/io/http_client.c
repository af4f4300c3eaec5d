#include "common/io/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "common/base/address.h"
#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/io/loop.h"

enum { ALLOW_RANGES_MAX = 32, RETRY_AFTER_S_MAX = 7 * 24 * 3600 };

struct http_client {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;   /* libcurl's */
	struct loop_timer *refused; /* runs while calls wait that never got as far as libcurl */
	struct http_client_settings settings;
	struct address_range allow[ALLOW_RANGES_MAX];
	int allow_count;
	struct http_call *calls;
};

struct http_call {
	struct http_call *next, *previous;
	struct http_client *client;
	CURL *easy;
	struct curl_slist *headers;
	char detail[CURL_ERROR_SIZE];
	struct buf answer;
	size_t headers_size;
	bool headed;       /* the head of the answer has come, to its end: what follows changes nothing of the status */
	const char *error; /* found by us, before or beside libcurl */
	http_client_fn *fn;
	void *context;
	int64_t start_us;
};

static void finish_calls(struct http_client *client);

/* ---- addresses and URLs ---- */

static bool may_connect(const struct http_client *client, const struct sockaddr *socket)
{
	struct address address;

	if (!address_of_socket(socket, &address))
		return false;
	for (int i = 0; i < client->allow_count; i++)
		if (address_in_range(&address, &client->allow[i]))
			return true;
	return address_is_public(&address);
}

/* libcurl asks here for each address that it is about to connect to: nothing that DNS says later gets past. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *target)
{
	struct http_call *call = context;

	if (!may_connect(call->client, &target->addr)) {
		call->error = "refused_address";
		return CURL_SOCKET_BAD;
	}
	return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

static bool parse_allow(struct http_client *client, const char *allow, char *error, size_t error_size)
{
	static const char blanks[] = ", \t";

	for (allow += strspn(allow, blanks); *allow != '\0'; allow += strspn(allow, blanks)) {
		char text[64];
		size_t size = strcspn(allow, blanks);
		snprintf(text, sizeof text, "%.*s", (int)size, allow);
		if (client->allow_count == ALLOW_RANGES_MAX || !address_range_parse(text, &client->allow[client->allow_count])) {
			snprintf(error, error_size, "\"%s\" is not an address range, or one too many", text);
			return false;
		}
		client->allow_count++;
		allow += size;
	}
	return true;
}

static char *url_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

/* What is wrong with a parsed URL, or NULL. */
static const char *url_fault(const struct http_client *client, CURLU *url)
{
	char *scheme = url_part(url, CURLUPART_SCHEME), *host = url_part(url, CURLUPART_HOST);
	char *user = url_part(url, CURLUPART_USER), *password = url_part(url, CURLUPART_PASSWORD);
	const char *fault = NULL;

	if (scheme == NULL || host == NULL || *host == '\0')
		fault = "not a whole URL";
	else if (strcmp(scheme, "https") != 0 && !(client->settings.allow_http && strcmp(scheme, "http") == 0))
		fault = client->settings.allow_http ? "neither https nor http" : "not https";
	else if (user != NULL || password != NULL)
		fault = "credentials in the URL";
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(password);
	return fault;
}

bool http_client_url_fits(const struct http_client *client, const char *url, const char **reason)
{
	*reason = NULL;
	if (strlen(url) > HTTP_URL_SIZE_MAX) {
		*reason = "longer than 2048 bytes";
		return false;
	}
	for (const char *at = url; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("\"<>\\^`{|}", *at) != NULL)
			*reason = "blanks, controls or characters that must be escaped";
	if (strstr(url, ":///") != NULL)
		*reason = "not a whole URL"; /* libcurl would take the path's first part for the host */
	CURLU *parsed = curl_url();
	if (parsed == NULL)
		bug("out of memory for a URL");
	if (*reason == NULL)
		*reason = curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK ? url_fault(client, parsed) : "not a URL";
	curl_url_cleanup(parsed);
	return *reason == NULL;
}

/* ---- libcurl's sockets and timer on the loop ---- */

static void act(struct http_client *client, curl_socket_t fd, int events)
{
	int running;
	curl_multi_socket_action(client->multi, fd, events, &running);
	finish_calls(client);
}

static void socket_ready(int fd, int events, void *context)
{
	act(context, fd, (events & LOOP_READ ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static void time_is_up(void *context)
{
	act(context, CURL_SOCKET_TIMEOUT, 0);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *assigned)
{
	struct http_client *client = context;
	struct loop_watch *watch = assigned;
	int events = (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);

	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(client->multi, fd, NULL);
		loop_watch_free(watch);
	} else if (watch != NULL) {
		loop_watch_set(watch, events);
	} else {
		curl_multi_assign(client->multi, fd, loop_watch_new(client->loop, fd, events, socket_ready, client));
	}
	return 0;
}

static int set_timer(CURLM *multi, long delay_ms, void *context)
{
	struct http_client *client = context;
	if (delay_ms < 0)
		loop_timer_stop(client->timer);
	else
		loop_timer_start(client->timer, delay_ms * INT64_C(1000));
	return 0;
}

/* ---- one call ---- */

/* More than there is room for ends the call: nobody needs it. */
static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t came = size * count, room = HTTP_ANSWER_SIZE_MAX - call->answer.size, taken = came < room ? came : room;

	buf_append(&call->answer, data, taken);
	return taken;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	long status = 0;

	call->headers_size += size * count;
	if (call->headers_size > HTTP_ANSWER_HEADERS_SIZE_MAX) {
		call->error = "too_large";
		return 0;
	}
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	call->headed = call->headed || (status >= 200 && size * count > 0 && (*data == '\r' || *data == '\n'));
	return size * count;
}

static void add_header(struct http_call *call, const char *header)
{
	if (strpbrk(header, "\r\n") != NULL)
		bug("a header with a line break");
	struct curl_slist *longer = curl_slist_append(call->headers, header);
	if (longer == NULL)
		bug("out of memory for a header");
	call->headers = longer;
}

#define SET(option, value)                                                       \
	do {                                                                     \
		if (curl_easy_setopt(call->easy, (option), (value)) != CURLE_OK) \
			bug("libcurl refused " #option);                         \
	} while (0)

static void set_safety(struct http_call *call, const struct http_client_settings *settings)
{
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, call);
	SET(CURLOPT_PROTOCOLS_STR, settings->allow_http ? "http,https" : "https");
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (settings->ca_file != NULL)
		SET(CURLOPT_CAINFO, settings->ca_file);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, call);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, call);
	SET(CURLOPT_ERRORBUFFER, call->detail);
	SET(CURLOPT_PRIVATE, call);
}

static void set_request(struct http_call *call, const struct http_client_request *request)
{
	for (const char *const *header = request->headers; header != NULL && *header != NULL; header++)
		add_header(call, *header);
	add_header(call, "Expect:"); /* libcurl would wait for a 100 before a larger body */
	SET(CURLOPT_URL, request->url);
	SET(CURLOPT_HTTPHEADER, call->headers);
	SET(CURLOPT_USERAGENT, call->client->settings.user_agent);
	SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
	if (request->body != NULL || request->method == NULL) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size);
		SET(CURLOPT_COPYPOSTFIELDS, request->body == NULL ? "" : request->body);
	}
	if (request->method != NULL)
		SET(CURLOPT_CUSTOMREQUEST, request->method);
}

static void call_free(struct http_call *call)
{
	struct http_client *client = call->client;

	if (call->previous != NULL)
		call->previous->next = call->next;
	else
		client->calls = call->next;
	if (call->next != NULL)
		call->next->previous = call->previous;
	curl_multi_remove_handle(client->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	buf_free(&call->answer);
	free(call);
}

void http_client_send(struct http_client *client, const struct http_client_request *request, http_client_fn *fn, void *context)
{
	struct http_call *call = xcalloc(1, sizeof *call);

	*call = (struct http_call){.next = client->calls, .client = client, .fn = fn, .context = context};
	call->start_us = instant_monotonic_us();
	if (call->next != NULL)
		call->next->previous = call;
	client->calls = call;
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		bug("out of memory for an HTTP call");
	set_safety(call, &client->settings);
	set_request(call, request);
	const char *reason;
	if (!http_client_url_fits(client, request->url, &reason)) {
		call->error = "refused_url";
		snprintf(call->detail, sizeof call->detail, "%s", reason);
		loop_timer_start(client->refused, 0);
	} else if (curl_multi_add_handle(client->multi, call->easy) != CURLM_OK) {
		bug("libcurl refused a call");
	}
}

/* ---- the end of a call ---- */

static const char *error_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return NULL;
	case CURLE_URL_MALFORMAT: /* UNSUPPORTED_PROTOCOL is what answers without speaking HTTP: the URL was looked at before */
		return "refused_url";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "no_address";
	case CURLE_COULDNT_CONNECT:
		return "connect";
	case CURLE_OPERATION_TIMEDOUT:
		return "timeout";
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
		return "tls";
	default:
		return "broken";
	}
}

static int64_t retry_after_us(CURL *easy)
{
	struct curl_header *header;
	char *end;

	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	long seconds = strtol(header->value, &end, 10);
	if (end == header->value || *end != '\0' || seconds < 0)
		return -1;
	return (seconds > RETRY_AFTER_S_MAX ? RETRY_AFTER_S_MAX : seconds) * US_PER_SECOND;
}

static void finish(struct http_call *call, CURLcode code)
{
	long status = 0;
	const char *error = code == CURLE_OK || call->error == NULL ? error_of(code) : call->error;

	/* Who has answered has answered, however large, slow or broken the rest is. */
	if (call->headed)
		error = NULL;
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	struct http_answer answer = {
	    .status = error == NULL ? (int)status : 0,
	    .error = error,
	    .detail = error == NULL           ? ""
		      : *call->detail != '\0' ? call->detail
					      : curl_easy_strerror(code),
	    .body = buf_string(&call->answer),
	    .size = call->answer.size,
	    .retry_after_us = retry_after_us(call->easy),
	    .duration_us = instant_monotonic_us() - call->start_us,
	};
	call->fn(&answer, call->context);
	call_free(call);
}

static struct http_call *find_refused(struct http_client *client)
{
	struct http_call *call = client->calls;
	while (call != NULL && (call->error == NULL || strcmp(call->error, "refused_url") != 0))
		call = call->next;
	return call;
}

static void finish_refused(void *context)
{
	struct http_client *client = context;
	struct http_call *call;

	while ((call = find_refused(client)) != NULL)
		finish(call, CURLE_URL_MALFORMAT);
}

static void finish_calls(struct http_client *client)
{
	struct http_call *call;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		finish(call, code);
	}
}

/* ---- the client ---- */

struct http_client *http_client_new(struct loop *loop, const struct http_client_settings *settings, char *error, size_t error_size)
{
	static bool initialised;
	struct http_client *client = xcalloc(1, sizeof *client);

	if (!initialised && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		bug("libcurl cannot start");
	initialised = true;
	*client = (struct http_client){.loop = loop, .settings = *settings};
	client->timer = loop_timer_new(loop, time_is_up, client);
	client->refused = loop_timer_new(loop, finish_refused, client);
	client->multi = curl_multi_init();
	if (client->multi == NULL)
		bug("libcurl cannot start");
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)HTTP_CLIENT_CONNECTIONS_MAX);
	if (settings->allow == NULL || parse_allow(client, settings->allow, error, error_size))
		return client;
	http_client_free(client);
	return NULL;
}

void http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	while (client->calls != NULL)
		call_free(client->calls);
	curl_multi_cleanup(client->multi);
	loop_timer_free(client->timer);
	loop_timer_free(client->refused);
	free(client);
}
