/* Against our own server and against sockets that misbehave: what is refused, what comes back, what is given up. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/instant.h"
#include "common/base/metrics.h"
#include "common/io/http_client.h"
#include "common/io/http_server.h"
#include "common/io/loop.h"
#include "tests/unit/check.h"

static struct loop *loop;
static struct http_server *server;
static struct http_client *client;

/* The last answer, copied. */
static struct {
	int calls, status;
	char error[64], body[256];
	size_t size;
	int64_t retry_after_us;
} got;

static void take(const struct http_answer *answer, void *context)
{
	got.calls++;
	got.status = answer->status;
	snprintf(got.error, sizeof got.error, "%s", answer->error == NULL ? "" : answer->error);
	snprintf(got.body, sizeof got.body, "%s", answer->body);
	got.size = answer->size;
	got.retry_after_us = answer->retry_after_us;
}

static void echo(struct http_request *request, void *context)
{
	size_t size;
	const char *body = http_request_body(request, &size), *id = http_request_header(request, "webhook-id");
	char *text = arena_printf(http_request_arena(request), "%s id=%s agent=%s %.*s", http_request_method(request),
	    id == NULL ? "" : id, http_request_header(request, "User-Agent"), (int)size, body);
	http_reply_text(request, 200, text);
}

static void redirect(struct http_request *request, void *context)
{
	http_reply_header(request, "Location", "/echo");
	http_reply_text(request, 302, "");
}

static void throttle(struct http_request *request, void *context)
{
	http_reply_header(request, "Retry-After", http_request_query(request, "after"));
	http_reply_text(request, 429, "");
}

static void large(struct http_request *request, void *context)
{
	size_t size = (size_t)strtoul(http_request_query(request, "size"), NULL, 10);
	char *body = memset(arena_alloc(http_request_arena(request), size + 1), 'x', size);
	http_reply(request, 200, "text/plain", body, size);
}

static void long_header(struct http_request *request, void *context)
{
	char *value = memset(arena_alloc(http_request_arena(request), 20001), 'x', 20000);
	http_reply_header(request, "X-Long", value);
	http_reply_text(request, 200, "");
}

static const struct http_route table[] = {
    {"POST", "/echo", echo, ""},
    {"GET", "/echo", echo, ""},
    {"POST", "/redirect", redirect, ""},
    {"POST", "/throttle", throttle, "", HTTP_QUERY("after")},
    {"POST", "/large", large, "", HTTP_QUERY("size")},
    {"POST", "/long-header", long_header, ""},
    {0},
};
static const struct http_route *const routes[] = {table, NULL};

static struct http_client *client_new(const char *allow, bool allow_http)
{
	char error[200];
	struct http_client_settings settings = {.user_agent = "ombud-test", .allow = allow, .allow_http = allow_http};
	struct http_client *made = http_client_new(loop, &settings, error, sizeof error);
	if (made == NULL)
		fail_msg("%s", error);
	return made;
}

static int set_up(void **state)
{
	char error[200];
	signal(SIGPIPE, SIG_IGN);
	loop = loop_new();
	server =
	    http_server_new(loop, &(struct http_server_settings){.listen = "127.0.0.1:0", .routes = routes}, error, sizeof error);
	client = client_new("127.0.0.0/8, ::1", true);
	memset(&got, 0, sizeof got);
	return 0;
}

static int tear_down(void **state)
{
	http_client_free(client);
	http_server_free(server);
	loop_free(loop);
	metrics_clear();
	return 0;
}

static void wait_for_answer(void)
{
	int before = got.calls;
	for (int i = 0; i < 600 && got.calls == before; i++)
		loop_turn(loop, 20000);
	assert_int_equal(got.calls, before + 1);
}

static void post_to(struct http_client *which, const char *url, int timeout_ms)
{
	static const char *const headers[] = {"webhook-id: msg_1", NULL};
	struct http_client_request request = {.url = url, .headers = headers, .body = "hello", .size = 5, .timeout_ms = timeout_ms};
	http_client_send(which, &request, take, NULL);
	wait_for_answer();
}

static const char *url_of(const char *path)
{
	static char url[256];
	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", http_server_port(server), path);
	return url;
}

static void test_answers(void **state)
{
	post_to(client, url_of("/echo"), 5000);
	assert_int_equal(got.status, 200);
	check_text("echo", got.body, "POST id=msg_1 agent=ombud-test hello");
	assert_int_equal(got.retry_after_us, -1);
	post_to(client, url_of("/redirect"), 5000);
	assert_int_equal(got.status, 302); /* not followed */
	post_to(client, url_of("/nothing"), 5000);
	assert_int_equal(got.status, 404);
	post_to(client, url_of("/large?size=65536"), 5000);
	assert_int_equal(got.status, 200);
	assert_int_equal(got.size, HTTP_ANSWER_SIZE_MAX);
	http_client_send(
	    client, &(struct http_client_request){.method = "GET", .url = url_of("/echo"), .timeout_ms = 5000}, take, NULL);
	wait_for_answer();
	check_text("get", got.body, "GET id= agent=ombud-test ");
	http_client_send(client, &(struct http_client_request){.url = url_of("/echo"), .timeout_ms = 5000}, take, NULL);
	wait_for_answer();
	check_text("empty post", got.body, "POST id= agent=ombud-test ");
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *path;
		int64_t want_us;
	} rows[] = {
	    {"/throttle?after=7", 7 * US_PER_SECOND},
	    {"/throttle?after=0", 0},
	    {"/throttle?after=999999999", 7 * US_PER_DAY},
	    {"/throttle?after=-1", -1},
	    {"/throttle?after=x", -1},
	    {"/throttle?after=Wed,%2021%20Oct%202026%2007:28:00%20GMT", -1},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		post_to(client, url_of(rows[i].path), 5000);
		check_number(rows[i].path, got.status, 429);
		check_number(rows[i].path, got.retry_after_us, rows[i].want_us);
	}
}

/* A listener that takes connections and says nothing. */
static int silent_socket(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* To one that says this as soon as it is connected to, and no more, and stays. */
static void post_to_raw(const char *said, int timeout_ms)
{
	static const char *const headers[] = {"webhook-id: msg_1", NULL};
	int port, listening = silent_socket(&port), fd = -1, before = got.calls;
	char url[128];
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
	http_client_send(client,
	    &(struct http_client_request){.url = url, .headers = headers, .body = "hello", .size = 5, .timeout_ms = timeout_ms},
	    take, NULL);
	for (int i = 0; i < 600 && got.calls == before; i++) {
		loop_turn(loop, 20000);
		if (fd < 0 && (fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0)
			assert_int_equal(write(fd, said, strlen(said)), strlen(said));
	}
	assert_int_equal(got.calls, before + 1);
	close(fd);
	close(listening);
}

static void test_what_is_too_large_is_given_up(void **state)
{
	post_to(client, url_of("/long-header"), 5000);
	assert_string_equal(got.error, "too_large");
	assert_int_equal(got.status, 0);
}

static void check_answered(const char *what, int status, size_t size)
{
	check_text(what, got.error, "");
	check_number(what, got.status, status);
	check_number(what, (int64_t)got.size, (int64_t)size);
}

/* Who says 200 has what was sent, whatever becomes of the body, which nobody reads. */
static void test_a_status_counts_whatever_the_body(void **state)
{
	static const char *const large[] = {"/large?size=65537", "/large?size=10000000"};
	static const struct {
		const char *said;
		int status;
		const char *error;
	} rows[] = {
	    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour", 200, ""},
	    {"HTTP/1.1 503 Not now\r\nContent-Length: 9\r\n\r\nfour", 503, ""},
	    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour", 200, ""},
	    {"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, ""},
	    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", 0, "timeout"},
	    {"HTTP/1.1 103 Early Hints\r\n\r\n", 0, "timeout"},
	};
	for (size_t i = 0; i < COUNT_OF(large); i++) {
		post_to(client, url_of(large[i]), 5000);
		check_answered(large[i], 200, HTTP_ANSWER_SIZE_MAX);
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		post_to_raw(rows[i].said, 700);
		check_text(rows[i].said, got.error, rows[i].error);
		check_number(rows[i].said, got.status, rows[i].status);
	}
}

/* Every spelling of an inner address; nothing may arrive at the server. */
static void test_inner_addresses_are_refused(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "localhost",
	    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "0", "[::]", "10.0.0.1", "192.168.1.1", "169.254.169.254",
	    "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"};
	struct http_client *strict = client_new(NULL, true);
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		char url[128];
		snprintf(url, sizeof url, "http://%s:%d/echo", hosts[i], http_server_port(server));
		post_to(strict, url, 3000);
		check_text(hosts[i], got.error, "refused_address");
	}
	assert_int_equal(http_server_connections(server), 0);
	http_client_free(strict);
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		bool want, want_http; /* with https only; with http allowed */
	} rows[] = {
	    {"https://example.com/hook", true, true},
	    {"https://example.com:8443/hook?x=1", true, true},
	    {"https://[2606:4700::1]/", true, true},
	    {"HTTPS://EXAMPLE.COM/", true, true},
	    {"https://xn--fsq.com/", true, true},
	    {"http://example.com/", false, true},
	    {"https://user@example.com/", false, false},
	    {"https://user:secret@example.com/", false, false},
	    {"https://:secret@example.com/", false, false},
	    {"ftp://example.com/", false, false},
	    {"file:///etc/passwd", false, false},
	    {"gopher://example.com/", false, false},
	    {"dict://example.com/", false, false},
	    {"javascript:alert(1)", false, false},
	    {"example.com/hook", false, false},
	    {"//example.com/", false, false},
	    {"https://", false, false},
	    {"https:///path", false, false},
	    {"https://exam ple.com/", false, false},
	    {"https://example.com/a b", false, false},
	    {"https://example.com\\@127.0.0.1/", false, false},
	    {"https://example.com/\r\nX: y", false, false},
	    {"https://例子.com/", false, false},
	    {"https://example.com:99999/", false, false},
	    {"https://example.com:x/", false, false},
	    {"", false, false},
	};
	struct http_client *strict = client_new(NULL, false);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *reason;
		check_number(rows[i].url, http_client_url_fits(strict, rows[i].url, &reason), rows[i].want);
		check_number(rows[i].url, reason == NULL, rows[i].want);
		check_number(rows[i].url, http_client_url_fits(client, rows[i].url, &reason), rows[i].want_http);
	}
	char longest[HTTP_URL_SIZE_MAX + 2] = "https://example.com/";
	memset(longest + 20, 'a', sizeof longest - 21);
	const char *reason;
	longest[HTTP_URL_SIZE_MAX + 1] = '\0';
	assert_false(http_client_url_fits(strict, longest, &reason));
	longest[HTTP_URL_SIZE_MAX] = '\0';
	assert_true(http_client_url_fits(strict, longest, &reason));
	post_to(strict, "http://127.0.0.1/", 1000);
	assert_string_equal(got.error, "refused_url");
	http_client_free(strict);
}

static void test_failures(void **state)
{
	char url[128];
	int port, silent = silent_socket(&port);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
	int64_t start_us = instant_monotonic_us();
	post_to(client, url, 300);
	assert_string_equal(got.error, "timeout");
	assert_in_range((instant_monotonic_us() - start_us) / 1000, 290, 3000);
	close(silent);
	post_to(client, url, 3000);
	assert_string_equal(got.error, "connect");
	snprintf(url, sizeof url, "https://127.0.0.1:%d/echo", http_server_port(server));
	post_to(client, url, 3000);
	assert_string_equal(got.error, "tls");
	post_to(client, "http://no-such-host.invalid/", 5000);
	assert_string_equal(got.error, "no_address");
}

/* The URL is right; what answers there speaks no HTTP, or a version or status that there is not. */
static void test_what_is_no_http_is_broken(void **state)
{
	static const char *const answers[] = {"hello\r\n", "HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n", "HTTP/7.0 200 x\r\n\r\n"};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		char url[128];
		int port, listener = silent_socket(&port), calls = got.calls;
		snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
		struct http_client_request request = {.url = url, .body = "x", .size = 1, .timeout_ms = 3000};
		http_client_send(client, &request, take, NULL);
		loop_turn(loop, 1000);
		int fd = accept(listener, NULL, NULL);
		assert_int_equal(send(fd, answers[i], strlen(answers[i]), MSG_NOSIGNAL), strlen(answers[i]));
		shutdown(fd, SHUT_WR);
		while (got.calls == calls)
			loop_turn(loop, 5000);
		assert_string_equal(got.error, "broken");
		close(fd);
		close(listener);
	}
}

static void test_calls_of_a_freed_client_are_silent(void **state)
{
	struct http_client_request request = {.url = url_of("/echo"), .body = "x", .size = 1, .timeout_ms = 1000};
	http_client_send(client, &request, take, NULL);
	loop_turn(loop, 1000);
	http_client_free(client);
	client = client_new(NULL, true);
	for (int i = 0; i < 20; i++)
		loop_turn(loop, 5000);
	assert_int_equal(got.calls, 0);
}

static void test_many_at_once(void **state)
{
	for (int i = 0; i < 400; i++)
		http_client_send(client,
		    &(struct http_client_request){.url = url_of("/echo"), .body = "x", .size = 1, .timeout_ms = 20000}, take, NULL);
	for (int i = 0; i < 2000 && got.calls < 400; i++)
		loop_turn(loop, 20000);
	assert_int_equal(got.calls, 400);
	assert_string_equal(got.error, "");
}

static void test_wrong_allow_lists(void **state)
{
	static const char *const lists[] = {"127.0.0.1/8", "localhost", "10.0.0.0/8 x"};
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		char error[200] = "";
		struct http_client_settings settings = {.user_agent = "x", .allow = lists[i]};
		assert_null(http_client_new(loop, &settings, error, sizeof error));
		assert_non_null(strstr(error, "is not an address range"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_retry_after, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_too_large_is_given_up, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_status_counts_whatever_the_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_inner_addresses_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_urls, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_no_http_is_broken, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_calls_of_a_freed_client_are_silent, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_many_at_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_wrong_allow_lists, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
