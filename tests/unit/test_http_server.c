/* Raw bytes in, raw bytes out: routes, limits, late answers, gone clients, connections that idle. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/io/http_connections.h"
#include "common/io/http_server.h"
#include "common/io/loop.h"
#include "tests/unit/check.h"

static struct loop *loop;
static struct http_server *server;
static struct http_request *late;

static void echo(struct http_request *request, void *context)
{
	size_t size;
	const char *body = http_request_body(request, &size);
	const char *limit = http_request_query(request, "limit");
	char *text = arena_printf(http_request_arena(request), "%s %s id=%s limit=%s body=%.*s from=%s json=%d",
	    http_request_method(request), http_request_path(request), http_request_param(request, "id"),
	    limit == NULL ? "(none)" : limit, (int)size, body, http_request_peer(request),
	    http_request_is_type(request, "application/json"));
	http_reply_header(request, "X-Custom", (const char *)context);
	http_reply_text(request, 200, text);
}

static void refuse(struct http_request *request, void *context)
{
	http_reply_problem(request, 422, "bad_event", "The \"event\" is wrong.", "\"errors\":[1]");
}

static void keep(struct http_request *request, void *context)
{
	late = request;
}

static const struct http_route things[] = {
    {"GET", "/v1/things/{id}", echo, "One thing.", HTTP_QUERY("limit", "x")},
    {"POST", "/v1/things/{id}", echo, "Change it."},
    {"GET", "/v1/things/{id}/parts/{part}", echo, "A part."},
    {0},
};
static const struct http_route others[] = {
    {"POST", "/v1/events", refuse, "Refused."},
    {"GET", "/late", keep, "Answered later."},
    {0},
};
static const struct http_route *const routes[] = {things, others, NULL};

static int set_up(void **state)
{
	char error[200];
	loop = loop_new();
	server = http_server_new(
	    loop, &(struct http_server_settings){.listen = "127.0.0.1:0", .routes = routes, .context = "yes"}, error, sizeof error);
	if (server == NULL)
		fail_msg("%s", error);
	return 0;
}

static int tear_down(void **state)
{
	http_server_free(server);
	loop_free(loop);
	metrics_clear();
	return 0;
}

/* From an address of 127.0.0.0/8; all of it is loopback. */
static int dial_from(const char *own)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(server))};
	struct sockaddr_in source = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, own, &source.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&source, sizeof source), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static int dial(void)
{
	return dial_from("127.0.0.1");
}

/* What comes until the peer closes, or nothing more has come for a while. */
static void listen_to(int fd, struct buf *answer)
{
	for (int quiet = 0; quiet < 20;) {
		loop_turn(loop, 5000);
		ssize_t got = recv(fd, buf_reserve(answer, 65536), 65536, MSG_DONTWAIT);
		if (got == 0)
			return;
		if (got > 0)
			buf_grow(answer, (size_t)got);
		quiet = got > 0 ? 0 : quiet + 1;
	}
}

/* All that we say fits into the socket's buffer. */
static void say(int fd, const char *bytes, size_t size)
{
	assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), size);
}

static void check_exchange(const char *request, const char *status, const char *part)
{
	struct buf answer = BUF_EMPTY;
	int fd = dial();
	say(fd, request, strlen(request));
	listen_to(fd, &answer);
	close(fd);
	if (strstr(buf_string(&answer), status) == NULL || strstr(buf_string(&answer), part) == NULL)
		fail_msg("%s\n  got %s\n  want %s and %s", request, buf_string(&answer), status, part);
	buf_free(&answer);
}

static void test_routes(void **state)
{
	static const struct {
		const char *request, *status, *part;
	} rows[] = {
	    {"GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK",
		"GET /v1/things/7 id=7 limit=(none) body= from=127.0.0.1 json=0"},
	    {"GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", "X-Custom: yes", "X-Content-Type-Options: nosniff"},
	    {"GET /v1/things/%E5%8D%A1%2F?limit=3&x=%20 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "id=卡/ limit=3"},
	    {"GET /v1/things/a/parts/b HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "id=a "},
	    {"POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello",
		" 200 OK", "POST /v1/things/7 id=7 limit=(none) body=hello from=127.0.0.1 json=1"},
	    {"POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
		" 200 OK", "body=hello"},
	    {"HEAD /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "text/plain"},
	    {"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", " 422 Unprocessable Content",
		"{\"type\":\"urn:ombud:problem:bad_event\",\"title\":\"Unprocessable Content\",\"status\":422,\"code\":\"bad_event\","
		"\"detail\":\"The \\\"event\\\" is wrong.\",\"instance\":\"/v1/events\",\"errors\":[1]}\n"},
	    {"GET /v1/things HTTP/1.1\r\nHost: x\r\n\r\n", " 404 Not Found", "\"code\":\"not_found\""},
	    {"GET /v1/things/ HTTP/1.1\r\nHost: x\r\n\r\n", " 404 Not Found", "application/problem+json"},
	    {"GET /v1/things/7/ HTTP/1.1\r\nHost: x\r\n\r\n", " 404 Not Found", "\"status\":404"},
	    {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", " 404 Not Found", "\"instance\":\"/\""},
	    {"DELETE /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 405 Method Not Allowed", "Allow: GET, POST\r\n"},
	    {"PATCH /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", " 405 Method Not Allowed", "Allow: POST\r\n"},
	    {"TRACE /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 501 Not Implemented", "\"code\":\"unknown_method\""},
	    {"PUT /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", " 405 Method Not Allowed",
		"Allow: GET, POST\r\n"},
	    {"OPTIONS /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 405 Method Not Allowed", "Allow: GET, POST\r\n"},
	    {"GET //v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"bad_target\""},
	    {"GET //[/v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "application/problem+json"},
	    {"NONSENSE\r\n\r\n", "", ""},
	    {"GET /v1/things/%00 HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"bad_escape\""},
	    {"GET /v1/things/%FF HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"bad_escape\""},
	    {"GET /v1/things/7?limt=3 HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request",
		"\"parameter\":\"limt\",\"nearest\":\"limit\""},
	    {"GET /v1/things/7?limt=3 HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"unknown_parameter\""},
	    {"GET /v1/things/7?LIMIT HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"unknown_parameter\""},
	    {"GET /v1/things/7?limit=3&x=1&limit=4 HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request",
		"\"code\":\"repeated_parameter\""},
	    {"POST /v1/events?limit=3 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", " 400 Bad Request",
		"limit: this path takes no such parameter.\""},
	    {"GET /v1/things/7?limit=%FF HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"bad_escape\""},
	    {"GET /v1/things/7?limit=a%00b HTTP/1.1\r\nHost: x\r\n\r\n", " 400 Bad Request", "\"code\":\"bad_escape\""},
	    {"POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		" 400 Bad Request", ""},
	    {"POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", " 400 Bad Request",
		"\"code\":\"ambiguous_length\""},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_exchange(rows[i].request, rows[i].status, rows[i].part);
}

static void test_sizes_are_bounded(void **state)
{
	struct buf request = BUF_EMPTY;
	buf_printf(&request, "GET /v1/things/7 HTTP/1.1\r\nHost: x\r\nX: %0*d\r\n\r\n", HTTP_HEADERS_SIZE_MAX, 0);
	check_exchange(buf_string(&request), " 400 ", "");
	buf_reset(&request);
	buf_printf(&request, "POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nx", HTTP_BODY_SIZE_MAX + 1);
	check_exchange(buf_string(&request), " 413 ", "");
	buf_free(&request);
}

static void test_a_connection_serves_many_requests(void **state)
{
	struct buf answer = BUF_EMPTY;
	int fd = dial();
	for (int i = 0; i < 3; i++) {
		const char *request = "GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n";
		buf_reset(&answer);
		say(fd, request, strlen(request));
		listen_to(fd, &answer);
		assert_non_null(strstr(buf_string(&answer), "id=7"));
		assert_int_equal(http_server_connections(server), 1);
	}
	close(fd);
	loop_turn(loop, 10000);
	loop_turn(loop, 10000);
	assert_int_equal(http_server_connections(server), 0);
	buf_free(&answer);
}

static int ask_late(void)
{
	const char *request = "GET /late HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial();
	late = NULL;
	say(fd, request, strlen(request));
	for (int i = 0; i < 100 && late == NULL; i++)
		loop_turn(loop, 10000);
	assert_non_null(late);
	return fd;
}

static void test_answers_may_come_later(void **state)
{
	struct buf answer = BUF_EMPTY;
	int fd = ask_late();
	assert_false(http_request_is_gone(late));
	assert_string_equal(http_request_path(late), "/late");
	http_reply_json(late, 202, "{}");
	listen_to(fd, &answer);
	assert_non_null(strstr(buf_string(&answer), " 202 Accepted"));
	close(fd);
	buf_free(&answer);
}

static void test_answering_a_gone_client_is_harmless(void **state)
{
	int fd = ask_late();
	close(fd);
	for (int i = 0; i < 5; i++)
		loop_turn(loop, 10000);
	assert_string_equal(http_request_path(late), "/late");
	http_reply_json(late, 200, "{}");
	loop_turn(loop, 10000);
}

static void test_freeing_the_server_drops_what_is_unanswered(void **state)
{
	int fd = ask_late(), other = ask_late();
	close(other); /* one client gone, one waiting; tear_down frees */
	loop_turn(loop, 10000);
	close(fd);
}

static void turn(int times)
{
	for (int i = 0; i < times; i++)
		loop_turn(loop, 1000);
}

/* What drips in never becomes whole; whoever sends something whole is served all the same, from the same address too. */
static void test_drippers_shut_out_themselves(void **state)
{
	static int fds[HTTP_CONNECTIONS_MAX + 88];
	char from[32];
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		snprintf(from, sizeof from, "127.0.0.%d", i < HTTP_CONNECTIONS_OF_ADDRESS_MAX + 44 ? 1 : (int)i % 7 + 2);
		fds[i] = dial_from(from);
		say(fds[i], "GET /v1/th", 10);
		turn(2);
		if (i % 100 == 99)
			check_exchange("GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "id=7");
	}
	turn(50);
	assert_in_range(http_server_connections(server), HTTP_CONNECTIONS_MAX - 60, HTTP_CONNECTIONS_MAX);
	check_exchange("GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "id=7");
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		close(fds[i]);
	turn(50);
	assert_int_equal(http_server_connections(server), 0);
}

/* One address has its part of the connections, and takes none of another's. */
static void test_an_address_has_its_part(void **state)
{
	static int many[HTTP_CONNECTIONS_OF_ADDRESS_MAX + 44], few[20];
	for (size_t i = 0; i < COUNT_OF(few); i++) {
		few[i] = dial_from("127.0.0.9");
		say(few[i], "GET /v1/th", 10);
		turn(2);
	}
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		many[i] = dial_from("127.0.0.8");
		say(many[i], "GET /v1/th", 10);
		turn(2);
	}
	turn(50);
	assert_int_equal(http_server_connections(server), HTTP_CONNECTIONS_OF_ADDRESS_MAX + COUNT_OF(few));
	for (size_t i = 0; i < COUNT_OF(few); i++)
		close(few[i]);
	turn(50);
	assert_int_equal(http_server_connections(server), HTTP_CONNECTIONS_OF_ADDRESS_MAX);
	for (size_t i = 0; i < COUNT_OF(many); i++)
		close(many[i]);
	turn(50);
}

enum { REFUSED = 40 };

static void refuse_many(void *context)
{
	void *state = NULL;
	log_setup("intake", "one", LOG_LEVEL_INFO, false);
	set_up(&state);
	for (int i = 0; i < REFUSED; i++) {
		int fd = dial();
		say(fd, "GET /v1/things/7 HTTP/1.1\r\n\r\n", 29);
		turn(5);
		close(fd);
	}
	for (int64_t until_us = instant_monotonic_us() + INT64_C(1500000); instant_monotonic_us() < until_us;)
		loop_turn(loop, 50000);
	tear_down(&state);
	exit(0);
}

/* A line a second tells of all that were refused meanwhile: a log that strangers can fill is another way to shut people out. */
static void test_refusals_are_told_together(void **state)
{
	static char output[REFUSED * 1024];
	int lines = 0;
	assert_int_equal(run_in_child(refuse_many, NULL, output, sizeof output), 0);
	for (const char *at = output; (at = strstr(at, "refused before they were read")); at++)
		lines++;
	assert_in_range(lines, 1, REFUSED / 2);
}

/* Clients that come and go leave no trace, however many they are within a second. */
static void test_short_visits_are_not_counted(void **state)
{
	for (int i = 0; i < HTTP_CONNECTIONS_OF_ADDRESS_MAX + 100; i++) {
		close(dial());
		loop_turn(loop, 0);
		loop_turn(loop, 0);
	}
	for (int i = 0; i < 20; i++)
		check_exchange("GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "id=7");
}

/* Reset by its peer before it was accepted: what it had sent still comes, and goes nowhere. */
static void test_a_visitor_gone_before_the_door_opens(void **state)
{
	static const struct linger reset = {.l_onoff = 1};
	int fd = dial();
	say(fd, "GET /v1/things/7 HTTP/1.1\r\n", 27);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
	close(fd);
	for (int i = 0; i < 20; i++) {
		loop_turn(loop, 5000);
		assert_int_equal(http_server_connections(server), 0); /* looks who is gone, as is done once a second */
	}
	check_exchange("GET /v1/things/7 HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK", "id=7");
}

/* Whose bodies have no room is told so before they are sent; replies and partings give it back. */
static void test_bodies_share_a_room(void **state)
{
	enum { BODIES = HTTP_BODIES_SIZE_MAX / HTTP_BODY_SIZE_MAX };
	int fds[BODIES];
	struct buf head = BUF_EMPTY;
	buf_printf(&head, "POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", HTTP_BODY_SIZE_MAX);
	for (int i = 0; i < BODIES; i++) {
		fds[i] = dial();
		say(fds[i], head.data, head.size);
		turn(3);
	}
	check_exchange(buf_string(&head), " 503 Service Unavailable", "Retry-After: 1\r\n");
	check_exchange("POST /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", " 200 OK", "body=hello");
	close(fds[0]);
	turn(50);
	(void)http_server_connections(server); /* looks who is gone, as is done once a second */
	struct buf whole = BUF_EMPTY;
	buf_append(&whole, head.data, head.size);
	memset(buf_reserve(&whole, HTTP_BODY_SIZE_MAX), 'x', HTTP_BODY_SIZE_MAX);
	buf_grow(&whole, HTTP_BODY_SIZE_MAX);
	int fd = dial();
	for (size_t sent = 0; sent < whole.size; turn(1)) {
		ssize_t now = send(fd, whole.data + sent, whole.size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		sent += now > 0 ? (size_t)now : 0;
	}
	struct buf answer = BUF_EMPTY;
	turn(300); /* it is read in small pieces */
	listen_to(fd, &answer);
	assert_non_null(strstr(buf_string(&answer), " 200 OK"));
	close(fd);
	for (int i = 1; i < BODIES; i++)
		close(fds[i]);
	buf_free(&head);
	buf_free(&whole);
	buf_free(&answer);
}

/* What is refused is answered once, as problem+json, and nothing behind it is read. */
static void test_what_is_refused_is_closed(void **state)
{
	static const char bytes[] = "HEAD /v1/things/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 46\r\n\r\n"
				    "GET /v1/things/8 HTTP/1.1\r\nHost: x\r\n\r\n";
	struct buf answer = BUF_EMPTY;
	int fd = dial();
	char byte;
	say(fd, bytes, sizeof bytes - 1);
	listen_to(fd, &answer);
	assert_non_null(strstr(buf_string(&answer), "HTTP/1.1 400 Bad Request\r\n"));
	assert_non_null(strstr(buf_string(&answer), "Connection: close\r\n"));
	assert_non_null(strstr(buf_string(&answer), "\"code\":\"unexpected_body\""));
	assert_null(strstr(buf_string(&answer) + 1, "HTTP/1.1"));
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0); /* closed */
	(void)send(fd, "GET ", 4, MSG_NOSIGNAL);
	turn(5);
	close(fd);
	buf_free(&answer);
}

/* What HEAD brings is a head, with the length of what GET brings: the next reply begins behind it. */
static void test_head_has_no_body(void **state)
{
	static const struct {
		const char *path, *status;
	} rows[] = {
	    {"/v1/things/7", " 200 OK\r\n"}, {"/v1/nothing", " 404 Not Found\r\n"}, {"/v1/events", " 405 Method Not Allowed\r\n"}};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf bytes = BUF_EMPTY, answer = BUF_EMPTY;
		int fd = dial();
		buf_printf(
		    &bytes, "HEAD %s HTTP/1.1\r\nHost: x\r\n\r\nGET %s HTTP/1.1\r\nHost: x\r\n\r\n", rows[i].path, rows[i].path);
		say(fd, bytes.data, bytes.size);
		listen_to(fd, &answer);
		const char *first = buf_string(&answer), *end = strstr(first, "\r\n\r\n");
		assert_true(end && strncmp(end + 4, "HTTP/1.1", 8) == 0 && strstr(first, rows[i].status) < end);
		const char *body = strstr(end + 4, "\r\n\r\n"), *length = strstr(first, "Content-Length: ");
		assert_true(body && length && length < end && strstr(end + 4, rows[i].status));
		/* echo() says the method, HEAD has a letter more; a problem is the same */
		assert_int_equal(strtoul(length + 16, NULL, 10), strlen(body + 4) + (i == 0));
		close(fd);
		buf_free(&bytes);
		buf_free(&answer);
	}
}

static void test_where_it_cannot_listen(void **state)
{
	static const char *const texts[] = {
	    "", "8080", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:80x", "no.such.host.invalid:0"};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		char error[200] = "";
		struct http_server_settings settings = {.listen = texts[i], .routes = routes};
		assert_null(http_server_new(loop, &settings, error, sizeof error));
		assert_true(*error != '\0');
	}
	char taken[64], error[200];
	snprintf(taken, sizeof taken, "127.0.0.1:%d", http_server_port(server));
	assert_null(http_server_new(loop, &(struct http_server_settings){.listen = taken, .routes = routes}, error, sizeof error));
	assert_non_null(strstr(error, "Address already in use"));
}

/* Slow on purpose, and last: a request that never becomes whole, and one whose handler never answers. */
static void test_idlers_are_closed_and_handlers_answered_for(void **state)
{
	struct buf answer = BUF_EMPTY;
	char byte;
	int idle = dial();
	say(idle, "GET /v1/thi", 11);
	int waiting = ask_late();
	int64_t start_us = instant_monotonic_us();
	while (recv(idle, &byte, 1, MSG_DONTWAIT) < 0 && instant_monotonic_us() - start_us < 15 * US_PER_SECOND)
		loop_turn(loop, 50000);
	assert_in_range((instant_monotonic_us() - start_us) / 1000, HTTP_READ_MS_MAX - 1000, HTTP_READ_MS_MAX + 2500);
	listen_to(waiting, &answer);
	assert_non_null(strstr(buf_string(&answer), " 503 Service Unavailable"));
	assert_non_null(strstr(buf_string(&answer), "\"code\":\"timeout\""));
	assert_true(http_request_is_gone(late));
	assert_string_equal(http_request_path(late), "/late");
	http_reply_json(late, 200, "{}"); /* too late, and harmless */
	close(idle);
	close(waiting);
	buf_free(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_routes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_sizes_are_bounded, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_connection_serves_many_requests, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_answers_may_come_later, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_answering_a_gone_client_is_harmless, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_freeing_the_server_drops_what_is_unanswered, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_drippers_shut_out_themselves, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_an_address_has_its_part, set_up, tear_down),
	    cmocka_unit_test(test_refusals_are_told_together),
	    cmocka_unit_test_setup_teardown(test_short_visits_are_not_counted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_visitor_gone_before_the_door_opens, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_bodies_share_a_room, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_refused_is_closed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_head_has_no_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_where_it_cannot_listen, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_idlers_are_closed_and_handlers_answered_for, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
