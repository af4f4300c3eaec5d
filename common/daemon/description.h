/* GET /openapi.yaml, beside whatever a daemon's API has: proto/openapi.yaml as it was when this program was built. */
#ifndef OMBUD_DAEMON_DESCRIPTION_H
#define OMBUD_DAEMON_DESCRIPTION_H

#include "common/io/http_server.h"

extern const struct http_route description_routes[];

#endif
