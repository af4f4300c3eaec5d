/* W3C trace context (https://www.w3.org/TR/trace-context/): a trace is the whole road of what somebody sent, a span one step of it.
 *
 * Ombud makes a span of whatever it says: a fact, a hop, a webhook's attempt. Its number comes from who says it and the id under
 * which it is said, never from chance: what is said again after a kill is the same to the byte. Its parent is the span in the
 * traceparent that was received.
 */
#ifndef OMBUD_MODEL_TRACE_H
#define OMBUD_MODEL_TRACE_H

#include "common/base/uuid.h"

enum {
	TRACE_TEXT_SIZE = 56, /* "00-<32 hex>-<16 hex>-<2 hex>" and a NUL */
	TRACE_ID_SIZE = 33,
	TRACE_SPAN_SIZE = 17,
};

/* The traceparent of what `who` says as `id` in consequence of `received`, another traceparent: the same trace, a new span, sampled
 * or not as it was. With received "" or NULL the trace begins here and has the number of origin (a complaint: whatever is about it
 * is one trace then), or, where that is zero, one of its own; not sampled, as we record none. */
void trace_next(
    const char *received, const struct uuid *origin, const char *who, const char *id, char traceparent[TRACE_TEXT_SIZE]);

/* The two numbers of a traceparent, for a log line; "" both for "". */
void trace_read(const char *traceparent, char trace[TRACE_ID_SIZE], char span[TRACE_SPAN_SIZE]);

#endif
