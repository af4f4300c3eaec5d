/* Where the daemon answers HTTP: the service's routes at one address, health and metrics at another. */
#ifndef OMBUD_DAEMON_LISTEN_H
#define OMBUD_DAEMON_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/io/http_server.h"

struct daemon;

/* What an option of an address may say: host and port, or nothing at all. */
bool listen_check(const char *text, char *error, size_t error_size);
/* Listens where that option says; NULL: it says nothing. Cannot listen there: die(). tables, connections_max and admit as in
 * http_server.h; the context of all is the daemon. */
struct http_server *listen_start(
    struct daemon *daemon, const char *option, const struct http_route *const *tables, int connections_max, http_admit_fn *admit);

#endif
