#ifndef OMBUD_TESTS_STORE_TOY_H
#define OMBUD_TESTS_STORE_TOY_H

#include <stdlib.h>

#include "common/daemon/service.h"
#include "common/model/services.h"

/* Rows of the table of services that the tests add: world_open() adds them to SQL's, and makes their schemas, topics and roles.
 * Nothing that is installed knows of them. */
enum { TOY, TOY_ECHO, TOY_SERVICES };
extern const struct service_row toy_rows[TOY_SERVICES + 1]; /* ended by name NULL */
extern const char toy_schema[];                             /* what the toy has beside the core */

extern const struct service toy_service;
extern const struct service toy_hopper;
extern const struct service toy_walker;
extern const struct service toy_echo;

#endif
