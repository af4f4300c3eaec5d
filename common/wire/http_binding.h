/* CloudEvents' HTTP protocol binding 1.0.2, binary mode: what a header of a request says of an event (its section 3.1.3.2). */
#ifndef OMBUD_WIRE_HTTP_BINDING_H
#define OMBUD_WIRE_HTTP_BINDING_H

#include "common/base/arena.h"

/* The value of an attribute out of its header: a double-quoted string is unquoted first, with its backslash escapes (older versions
 * of the binding wrote so), then percent-escapes are decoded, once, in upper or lower case, also of characters that need none.
 * NULL: a quote or an escape that does not end, or what comes out is no UTF-8 or has a control character, which no attribute may
 * (CloudEvents 1.0.2, section 3.1). Of the arena. */
const char *wire_http_value(struct arena *arena, const char *value);

#endif
