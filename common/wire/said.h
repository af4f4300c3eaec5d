/* What a fact leaves out of the message that it quotes, because it says the same itself. */
#ifndef OMBUD_WIRE_SAID_H
#define OMBUD_WIRE_SAID_H

#include <stdbool.h>

#include "common/model/event.h"
#include "common/wire/plan.h"

/* field: of the message that was said. Its meta always: who spoke stands in the fact's meta, what it was called in its input. */
bool said_by_fact(const struct plan_field *field, const void *fact, const struct event *said);

#endif
