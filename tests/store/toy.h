#ifndef OMBUD_TESTS_STORE_TOY_H
#define OMBUD_TESTS_STORE_TOY_H

#include <stdlib.h>

#include "common/daemon/service.h"

extern const struct service toy_service; /* under intake's name */
extern const struct service toy_reader;  /* under triage's */
extern const struct service toy_hopper;  /* under intake's */
extern const struct service toy_walker;
extern const char toy_schema[];

#endif
