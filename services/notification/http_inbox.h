/* 站内信 over HTTP: the routes that notification adds to those of every daemon. */
#ifndef OMBUD_SERVICES_NOTIFICATION_INBOX_H
#define OMBUD_SERVICES_NOTIFICATION_INBOX_H

#include "common/io/http_server.h"

extern const struct http_route notification_routes[];

#endif
