/* What a CloudEvent says around its data, wherever it was said: headers, JSON attributes, or nowhere. */
#ifndef OMBUD_WIRE_ENVELOPE_H
#define OMBUD_WIRE_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/terms.h"
#include "common/wire/wire.h"

struct envelope {
	enum event_type type; /* EVENT_NONE: not said */
	const char *id;       /* "" : not said; likewise below */
	const char *source;
	const char *content_type;
	const char *trace;
	int64_t time_us; /* 0: not said */
	int64_t sequence;
	int64_t shard_sequence;
	int64_t history, former_sequence; /* -1: said, but no count; strangers may say what they like there */
};

/* One attribute by its CloudEvents name without prefix; attributes that are not ours are passed over. */
bool envelope_take(
    struct arena *arena, struct envelope *envelope, const char *name, const char *value, size_t size, struct wire_fault *fault);

struct envelope envelope_empty(void);

/* All headers of a record. */
bool envelope_from_headers(struct arena *arena, const struct headers *headers, struct envelope *envelope, struct wire_fault *fault);

/* Does the media type begin so, in any case, and end there or go on with parameters (or with the rest of a "+json" name)? */
bool envelope_media_is(const char *content_type, const char *prefix);

#endif
