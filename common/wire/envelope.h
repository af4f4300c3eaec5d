/* What a CloudEvent says around its data, wherever it was said: headers, JSON attributes, or nowhere. proto/INPUT.md lists which
 * sentence of the standards each rule here comes from. */
#ifndef OMBUD_WIRE_ENVELOPE_H
#define OMBUD_WIRE_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/io/json.h"
#include "common/model/terms.h"
#include "common/wire/wire.h"

struct envelope {
	enum event_type type; /* EVENT_NONE: not said */
	const char *id;       /* "" : not said; likewise below */
	const char *source;
	const char *content_type;
	const char *trace;
	const char *misspelt; /* an attribute that is not there, while something of almost its name is: "ce-id" for "id" */
	int64_t time_us;      /* 0: not said */
	/* Of our own topics; -1: said, but no count. Strangers may say what they like there. */
	int64_t sequence;
	int64_t shard_sequence;
	int64_t history, former_sequence;
};

struct envelope envelope_empty(void);

/* Those headers of a record that are read; all others may be of any number, size and content. Of a whole event in the value (a
 * media type application/cloudevents...) it is the content type and the trace: the others only repeat it (Kafka binding 3.3.3). */
bool envelope_from_headers(struct arena *arena, const struct headers *headers, struct envelope *envelope, struct wire_fault *fault);

/* The attributes of a structured event; data is not looked at. */
bool envelope_from_json(struct arena *arena, const struct json *root, struct envelope *envelope, struct wire_fault *fault);

/* Is a header of this name read, or has it almost the name of one? */
bool envelope_reads(const char *header);

/* What a media type, with its parameters and in any case, says of the bytes. */
enum media {
	MEDIA_NONE, /* "" */
	MEDIA_EVENT_JSON,
	MEDIA_EVENT_BATCH,
	MEDIA_EVENT_OTHER, /* application/cloudevents in a format that is not spoken here */
	MEDIA_JSON,        /* ".../json", "...+json" */
	MEDIA_PROTOBUF,    /* one of protobuf's names, or just bytes */
	MEDIA_OTHER,
};
enum media envelope_media(const char *content_type);

#endif
