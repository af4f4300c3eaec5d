#include "common/model/trace.h"

#include <stdint.h>
#include <string.h>

enum { TRACE_AT = 3, SPAN_AT = 36, FLAGS_AT = 53, TRACEPARENT_LENGTH = 55 }; /* in a traceparent */

static uint64_t fnv(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

/* 64 bits of (seed, who, id), all of them well mixed (murmur3's last step); never 0, which is no number of a span. */
static uint64_t number_of(uint64_t seed, const char *who, const char *id)
{
	uint64_t hash = fnv(fnv(fnv(UINT64_C(0xcbf29ce484222325) + seed, who), "#"), id);
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	hash ^= hash >> 33;
	return hash != 0 ? hash : 1;
}

static char hex(unsigned value)
{
	return "0123456789abcdef"[value & 15];
}

static void put_number(char *to, uint64_t number)
{
	for (int i = 15; i >= 0; i--, number >>= 4)
		to[i] = hex((unsigned)number);
}

static void put_origin(char *to, const struct uuid *origin)
{
	for (int i = 0; i < 16; i++) {
		to[2 * i] = hex(origin->bytes[i] >> 4);
		to[2 * i + 1] = hex(origin->bytes[i]);
	}
}

static bool is_one(const char *traceparent)
{
	return traceparent != NULL && strlen(traceparent) == TRACEPARENT_LENGTH;
}

/* The last bit of a flags' digit. */
static char sampled(char digit)
{
	return (char)('0' + ((digit <= '9' ? digit - '0' : digit - 'a' + 10) & 1));
}

void trace_next(const char *received, const struct uuid *origin, const char *who, const char *id, char traceparent[TRACE_TEXT_SIZE])
{
	memcpy(traceparent, "00-00000000000000000000000000000000-0000000000000000-00", TRACE_TEXT_SIZE);
	if (is_one(received)) {
		memcpy(traceparent + TRACE_AT, received + TRACE_AT, 32);
		traceparent[FLAGS_AT + 1] = sampled(received[FLAGS_AT + 1]);
	} else if (!uuid_is_zero(origin)) {
		put_origin(traceparent + TRACE_AT, origin);
	} else {
		put_number(traceparent + TRACE_AT, number_of(1, who, id));
		put_number(traceparent + TRACE_AT + 16, number_of(2, who, id));
	}
	put_number(traceparent + SPAN_AT, number_of(0, who, id));
}

void trace_read(const char *traceparent, char trace[TRACE_ID_SIZE], char span[TRACE_SPAN_SIZE])
{
	*trace = *span = '\0';
	if (!is_one(traceparent))
		return;
	memcpy(trace, traceparent + TRACE_AT, TRACE_ID_SIZE - 1);
	memcpy(span, traceparent + SPAN_AT, TRACE_SPAN_SIZE - 1);
	trace[TRACE_ID_SIZE - 1] = span[TRACE_SPAN_SIZE - 1] = '\0';
}
