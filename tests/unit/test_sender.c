/* Webhooks on their way: endpoints that hang, however many, hold up nobody else. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/instant.h"
#include "common/daemon/daemon.h"
#include "common/io/http_client.h"
#include "common/io/http_server.h"
#include "common/io/loop.h"
#include "common/model/webhook.h"
#include "common/platform/endpoints.h"
#include "services/notification/sender.h"
#include "tests/unit/check.h"

enum { ENDPOINTS = 40, EACH = 20, IN_FLIGHT = 8 };

static struct loop *loop;
static int hanging, good; /* connections; requests */

/* Who connects is never answered. */
static void hang(int fd, int events, void *context)
{
	while (accept(fd, NULL, NULL) >= 0)
		hanging++;
}

static int hanging_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1024), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	loop_watch_new(loop, fd, LOOP_READ, hang, NULL);
	return ntohs(address.sin_port);
}

static void answer(struct http_request *request, void *context)
{
	good++;
	http_reply_text(request, 204, "");
}

static struct endpoints *endpoints;

const struct endpoint *endpoint_named(const struct daemon *daemon, const char *name)
{
	assert_memory_equal(name, "shop/", 5);
	return endpoints_find(endpoints, name + 5);
}

static struct endpoints *load(int hanging_at, int good_at)
{
	char path[] = "/tmp/ombud-test-sender-XXXXXX";
	struct problems problems = {0};
	struct bundle files = {.arena = arena_new(0)};
	struct buf text = BUF_EMPTY;
	int file = mkstemp(path);
	assert_int_equal(write(file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38), 38);
	close(file);
	buf_text(&text, "endpoints:\n");
	for (int i = 0; i <= ENDPOINTS; i++)
		buf_printf(&text, "  - id: e-%d\n    url: http://127.0.0.1:%d/\n    secret_file: %s\n    allow_private: true\n", i,
		    i < ENDPOINTS ? hanging_at : good_at, path);
	bundle_put(&files, "endpoints.yaml", buf_string(&text), text.size);
	struct endpoints *loaded = endpoints_new(&files, &problems);
	endpoints_read_secrets(loaded, &problems);
	buf_free(&text);
	arena_free(files.arena);
	unlink(path);
	assert_string_equal(problems_text(&problems), "");
	return loaded;
}

static void send_to(struct sender *sender, int number)
{
	char endpoint[24];
	struct notice notice = {.key = {.id = {{1}}},
	    .channel = NOTICE_CHANNEL_WEBHOOK,
	    .endpoint = endpoint,
	    .payload = "{}",
	    .trace = "",
	    .attempts = 1};
	snprintf(endpoint, sizeof endpoint, "shop/e-%d", number);
	sender_send(sender, &notice);
}

static void turn_for(int ms)
{
	int64_t until_us = instant_monotonic_us() + ms * INT64_C(1000);
	while (instant_monotonic_us() < until_us)
		loop_turn(loop, 10000);
}

static void test_who_hangs_holds_up_nobody_else(void **state)
{
	static struct daemon daemon;
	static struct notification notification;
	static const struct http_route routes[] = {{"POST", "/", answer, "takes all", NULL}, {NULL}};
	static const struct http_route *const tables[] = {routes, NULL};
	char error[128];
	loop = loop_new();
	struct http_server *server =
	    http_server_new(loop, &(struct http_server_settings){.listen = "127.0.0.1:0", .routes = tables}, error, sizeof error);
	assert_non_null(server);
	daemon.loop = loop;
	notification.daemon = &daemon;
	endpoints = load(hanging_port(), http_server_port(server));
	struct sender *sender = sender_new(&notification, IN_FLIGHT, daemon_inject);
	for (int n = 0; n < EACH; n++)
		for (int i = 0; i < ENDPOINTS; i++)
			send_to(sender, i);
	int64_t until_us = instant_monotonic_us() + 10 * US_PER_SECOND;
	while (hanging < HTTP_CLIENT_CONNECTIONS_MAX / 2 && instant_monotonic_us() < until_us)
		loop_turn(loop, 10000);
	turn_for(300);
	assert_true(hanging < HTTP_CLIENT_CONNECTIONS_MAX);
	for (int n = 0; n < EACH; n++)
		send_to(sender, ENDPOINTS);
	until_us = instant_monotonic_us() + (WEBHOOK_TIMEOUT_MS / 2) * INT64_C(1000); /* before any of the others is given up */
	while (good < EACH && instant_monotonic_us() < until_us)
		loop_turn(loop, 10000);
	assert_int_equal(good, EACH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_who_hangs_holds_up_nobody_else)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
