/* GET /livez: the loop turns. GET /readyz: database and broker answer, this copy takes part; ?verbose names each. GET /metrics.
 * On a listener of their own: whatever is done to the service's, these answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/daemon/daemon.h"
#include "common/daemon/health.h"
#include "common/daemon/lane.h"
#include "common/daemon/listen.h"
#include "common/daemon/options.h"
#include "common/daemon/shard.h"
#include "common/io/http_server.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"

enum {
	PROBE_EVERY_US = 1000000,
	PROBE_SOON_US = 20000, /* while there is no connection to ask by: it is asked as soon as there is one */
	PROBE_STALE_US = 4000000,
	CONNECTIONS_MAX = 32, /* supervisors and scrapers; descriptors that the service's listener does not get */
};

/* ---- the database is asked once a second: a hanging server shows, too ---- */

static void on_probe_answer(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct daemon *daemon = context;
	daemon->probing = false;
	if (class == PG_DONE)
		daemon->db_answer_us = instant_monotonic_us();
}

static void on_probe(void *context)
{
	struct daemon *daemon = context;
	bool connected = pg_state(daemon->query_pg) == PG_STATE_READY;
	loop_timer_start(daemon->probe, connected ? PROBE_EVERY_US : PROBE_SOON_US);
	if (daemon->probing || !connected)
		return;
	daemon->probing = true;
	pg_sync(daemon->query_pg, on_probe_answer, daemon);
}

static bool database_ok(const struct daemon *daemon)
{
	if (pg_state(daemon->query_pg) != PG_STATE_READY || instant_monotonic_us() - daemon->db_answer_us > PROBE_STALE_US)
		return false;
	for (int i = 0; i < daemon->lanes_count; i++)
		if (pg_state(daemon->lanes[i]->pg) != PG_STATE_READY)
			return false;
	return true;
}

static bool kafka_ok(const struct daemon *daemon)
{
	return daemon->consumer && kafka_consumer_connected(daemon->consumer) && !daemon->producer_failed;
}

/* A virtual clock that has not begun is waited for by whoever steps it, after all are ready. */
static bool clock_ok(const struct daemon *daemon)
{
	return daemon->clock.known || daemon->clock.is_virtual;
}

/* A member: subscribed; it may own nothing when there are more copies than shards. */
static bool group_ok(const struct daemon *daemon)
{
	return daemon->consumer && kafka_consumer_subscribed(daemon->consumer);
}

static bool shards_ok(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].owned && daemon->shards[i].stop.times)
			return false;
	return true;
}

static void say_stopped(const struct daemon *daemon, const struct shard *shard, struct buf *text)
{
	const struct shard_stop *stop = &shard->stop;
	if (!shard->owned || !stop->times)
		return;
	if (stop->silent) {
		buf_printf(text, "    shard %d stopped, and %s: %s %s; looked at %d times\n", shard->number,
		    stop_rows[stop->why].kept ? "waits for a person" : "waits for its writer", stop_rows[stop->why].code,
		    stop->known, stop->times);
		return;
	}
	buf_printf(text, "    shard %d stopped at %s offset %lld, %s; ", shard->number, daemon->plain_topics[stop->topic],
	    (long long)stop->offset, stop->says);
	if (stop->person)
		buf_printf(text, "%s, and somebody must decide: ombudctl shard show %s %d\n", stop_rows[stop->why].code,
		    daemon->service->row->name, shard->number);
	else
		buf_printf(text, "tried %d times\n", stop->times);
}

static bool log_ok(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].taken && daemon->shards[i].relay.refusals)
			return false;
	return true;
}

static void say_refused(const struct daemon *daemon, const struct shard *shard, struct buf *text)
{
	const struct relay_cursor *relay = &shard->relay;
	if (shard->taken && relay->refusals)
		buf_printf(text, "    shard %d: Kafka refuses row %lld of the log (%s), what follows it waits; tried %d times\n",
		    shard->number, (long long)relay->acked + 1, relay->refused_as, relay->refusals);
}

static bool running_ok(const struct daemon *daemon)
{
	return !daemon->draining;
}

static const struct {
	const char *name;
	bool (*ok)(const struct daemon *daemon);
	void (*say)(const struct daemon *daemon, const struct shard *shard, struct buf *text);
} checks[] = {
    {"db", database_ok, NULL},
    {"kafka", kafka_ok, NULL},
    {"clock", clock_ok, NULL},
    {"group", group_ok, NULL},
    {"shards", shards_ok, say_stopped},
    {"log", log_ok, say_refused},
    {"running", running_ok, NULL},
};

static void on_livez(struct http_request *request, void *context)
{
	http_reply_text(request, 200, "ok\n");
}

static void on_readyz(struct http_request *request, void *context)
{
	const struct daemon *daemon = context;
	struct buf text = BUF_EMPTY;
	bool ready = true;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		bool ok = checks[i].ok(daemon);
		ready = ready && ok;
		buf_printf(&text, "[%c]%s %s\n", ok ? '+' : '-', checks[i].name, ok ? "ok" : "failed");
		for (int s = 0; !ok && checks[i].say && s < daemon->shards_count; s++)
			checks[i].say(daemon, &daemon->shards[s], &text);
	}
	if (!http_request_query(request, "verbose"))
		buf_reset(&text);
	buf_text(&text, ready ? "ok\n" : "not ready\n");
	http_reply_text(request, ready ? 200 : 503, buf_string(&text));
	buf_free(&text);
}

static void on_metrics(struct http_request *request, void *context)
{
	struct buf text = BUF_EMPTY;
	metrics_write(&text);
	http_reply(request, 200, "text/plain; version=0.0.4", buf_string(&text), text.size);
	buf_free(&text);
}

static const struct http_route health_routes[] = {
    {"GET", "/livez", on_livez, "the process is alive", HTTP_QUERY("verbose")},
    {"GET", "/readyz", on_readyz, "it takes part; ?verbose says what does not", HTTP_QUERY("verbose")},
    {"GET", "/metrics", on_metrics, "Prometheus text"},
    {0},
};

void health_start(struct daemon *daemon)
{
	static const struct http_route *const tables[] = {health_routes, NULL};
	daemon->probe = loop_timer_new(daemon->loop, on_probe, daemon);
	loop_timer_start(daemon->probe, 0);
	daemon->health = listen_start(daemon, "health.listen", tables, CONNECTIONS_MAX, NULL);
}

void health_stop(struct daemon *daemon)
{
	loop_timer_free(daemon->probe);
	http_server_free(daemon->health);
}

/* ---- --healthcheck: asks the daemon that runs under the same configuration ---- */

static int connect_to(const char *listen)
{
	char host[256];
	const char *colon = strrchr(listen, ':');
	if (!colon || (size_t)(colon - listen) >= sizeof host)
		return -1;
	const char *from = *listen == '[' ? listen + 1 : listen;
	size_t size = (size_t)(colon - from) - (*listen == '[' ? 1 : 0);
	memcpy(host, from, size);
	host[size] = 0;
	bool any = !*host || !strcmp(host, "0.0.0.0") || !strcmp(host, "::");
	struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *found;
	if (getaddrinfo(any ? "127.0.0.1" : host, colon + 1, &want, &found) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = {3, 0};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

static int no_answer(const char *listen, int error)
{
	fprintf(stderr, "health.listen %s: no answer%s%s\n", *listen ? listen : "\"\"", error ? ": " : "",
	    error ? strerror(error) : "");
	return EXIT_CODE_FAILED;
}

int health_probe(const struct daemon *daemon)
{
	static const char question[] = "GET /readyz?verbose HTTP/1.0\r\n\r\n";
	const char *listen = options_text(daemon->options, "health.listen");
	char answer[2048];
	errno = EDESTADDRREQ;
	int fd = connect_to(listen);
	if (fd < 0 || write(fd, question, sizeof question - 1) < 0)
		return no_answer(listen, errno);
	size_t size = 0;
	ssize_t got = 0;
	while (size < sizeof answer - 1 && (got = read(fd, answer + size, sizeof answer - 1 - size)) > 0)
		size += (size_t)got;
	int error = got < 0 ? errno : 0;
	answer[size] = 0;
	close(fd);
	const char *body = strstr(answer, "\r\n\r\n");
	if (!body)
		return no_answer(listen, error);
	printf("%s", body + 4);
	return strstr(answer, " 200 ") ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
