#include "common/daemon/listen.h"

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/daemon/daemon.h"
#include "common/daemon/options.h"

bool listen_check(const char *text, char *error, size_t error_size)
{
	return !*text || http_listen_check(text, error, error_size);
}

struct http_server *listen_start(
    struct daemon *daemon, const char *option, const struct http_route *const *tables, int connections_max, http_admit_fn *admit)
{
	const char *address = options_text(daemon->options, option);
	char error[256];
	if (!*address)
		return NULL;
	struct http_server *server = http_server_new(daemon->loop,
	    &(struct http_server_settings){.listen = address,
		.routes = tables,
		.context = daemon,
		.connections_max = connections_max,
		.admit = admit,
		.admit_context = daemon},
	    error, sizeof error);
	if (!server)
		die("%s %s: %s", option, address, error);
	log_info(
	    "listening", LOG_TEXT("option", option), LOG_TEXT("address", address), LOG_NUMBER("port", http_server_port(server)));
	return server;
}
