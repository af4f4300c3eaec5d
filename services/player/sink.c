#include <stdio.h>

#include "common/base/die.h"
#include "common/io/http_server.h"

#include "services/player/play.h"
#include "services/player/sink.h"

struct sink {
	struct play *play;
	struct http_server *server;
	int64_t taken, refused;
};

static void hook(struct http_request *request, void *context)
{
	struct sink *sink = context;
	const struct play *play = sink->play;
	if (play->now_us >= play->sink_down_from_us && play->now_us < play->sink_down_until_us) {
		sink->refused++;
		http_reply_text(request, 503, "down for a while\n");
		return;
	}
	sink->taken++;
	http_reply(request, 204, "text/plain", "", 0);
}

struct sink *sink_new(struct loop *loop, struct play *play, int port)
{
	char listen[32];
	static const struct http_route routes[] = {{"POST", "/hooks", hook, "a webhook of the platform"}, {0}};
	static const struct http_route *const tables[] = {routes, NULL};
	char error[256];
	struct sink *sink = xcalloc(1, sizeof(*sink));
	sink->play = play;
	snprintf(listen, sizeof(listen), "127.0.0.1:%d", port);
	sink->server = http_server_new(loop, &(struct http_server_settings){listen, tables, sink}, error, sizeof(error));
	if (!sink->server)
		die("the webhook sink cannot listen: %s", error);
	return sink;
}

int64_t sink_taken(const struct sink *sink)
{
	return sink->taken;
}

int64_t sink_refused(const struct sink *sink)
{
	return sink->refused;
}
