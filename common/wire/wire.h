/* Bytes to struct event and back: CloudEvents (binary, structured JSON), Confluent framing, protobuf, proto3's JSON mapping, and
 * the one validator behind all of them and behind HTTP. Knows protobuf-c and jansson's values, no socket and no database.
 *
 * Decoding never trusts: the raw wire is walked first (depth, counts, embedded NUL, UTF-8, unknown enum numbers, lengths of every
 * field by the table in constraints.c), then the flat event is read from them into the arena by the tables in fields.c.
 */
#ifndef OMBUD_WIRE_WIRE_H
#define OMBUD_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/header.h"
#include "common/base/uuid.h"
#include "common/model/event.h"
#include "common/model/refusal.h"

enum {
	WIRE_RECORD_SIZE_MAX = 256 * 1024, /* value of one record */
	WIRE_FACT_SIZE_MAX =
	    768 * 1024, /* of one of ours: a complaint and its order are in its first fact. Kafka takes 1,000,000 */
	WIRE_HEADER_SIZE_MAX = 8 * 1024,            /* one header that is read */
	WIRE_HEADERS_MAX = 64,                      /* that are read; what is not read may be of any number and size */
	WIRE_BUDGET_MAX = 8 * WIRE_RECORD_SIZE_MAX, /* arena budget of one record */
};

/* A record as it came; everything borrowed. */
struct wire_record {
	const char *topic; /* without prefix */
	int partition;
	int64_t offset;
	int64_t timestamp_us;
	int64_t received_us; /* when Ombud first had it (struct wire_receipt); 0: not said */
	const void *key;
	size_t key_size;
	const void *value; /* NULL: tombstone */
	size_t size;
	struct headers headers;
};

/* Why a record was not taken. code is a constant ("invalid_utf8", "missing_field", "unknown_enum", "unknown_type", "oversize",
 * "empty_value", "bad_framing", "bad_json", "too_deep", "embedded_nul", "field_too_long", "identity_mismatch" ...). */
struct wire_fault {
	const char *code;
	char reason[256]; /* one sentence naming the field, never its content: "id: at most 128 bytes" */
	char member[128]; /* the name that the sentence begins with: "id", "Meta.platform_id"; "" when it is about the whole */
	int64_t most;     /* how long, how many, how large it may be at most; 0: that is not what is wrong */
};

struct wire_decoded {
	struct event *event;
	const char *trace;       /* traceparent, "" when none or malformed */
	const char *key;         /* what the record's key should be: order id, or person id */
	int64_t sequence;        /* our own topics: per complaint; 0 when none */
	int64_t shard_sequence;  /* our own topics */
	int32_t history;         /* our own topics: number of the history in which it was said; 0: the first one */
	int64_t former_sequence; /* ... and the shard_sequence up to which the former history is true; 0 in the first one */
	struct uuid cause;       /* inbox: identity = first 16 bytes of SHA-256 over (platform, order, source, event id, person, the
				  * speaker's side and id), each length-prefixed; what a platform's program says is without the last
				  * three (without the last two, when it is about a person) */
	int unknown_fields;      /* dropped: a newer sender's */
	/* inbox: pieces of evidence that could not be taken, while all else was; the event is without them */
	const struct refused_piece *refused;
	int refused_count;
	int64_t body_digest; /* inbox: first 8 bytes of SHA-256 over the event packed anew without its envelope */
};

/* The identity of an event of which only this is known: platform, source, id, order (or person), actor. */
struct uuid wire_cause(const struct event *event);

/* May another filing derive this complaint id, and this one does not? Of version 8, a UUID is Ombud's to derive. */
bool wire_complaint_id_is_others(const struct event *filing, const struct uuid *id);

/* A record of the inbox, in any of the three encodings. Also derives complaint_id of a ComplaintFiled that names none (from
 * occurred_at and the digest of its identity, proto/TERMS.md), so that everybody knows the same. */
bool wire_decode_inbox(
    struct arena *arena, const struct wire_record *record, struct wire_decoded *decoded, struct wire_fault *fault);
/* Of a record of the inbox that wire_decode_inbox() did not take: who sent which event of which platform, about which order or
 * person (else the record's key stands in for the order), as far as it can be read; the type may be EVENT_NONE and the actor
 * nobody. A source or an id that is too long is cut and ends in "…", a control in it is U+FFFD; all is as an EventRefused may say
 * it. NULL: platform, source, id or key are not known, and nobody can be told of it. */
struct event *wire_attribute(struct arena *arena, const struct wire_record *record);
/* A record of one of our own fact topics (binary mode only). */
bool wire_decode_fact(
    struct arena *arena, const struct wire_record *record, struct wire_decoded *decoded, struct wire_fault *fault);

/* One structured CloudEvent (JSON text) -> the same. What HTTP, ombudctl publish and structured records share. */
bool wire_decode_json(struct arena *arena, const char *json, size_t size, struct wire_decoded *decoded, struct wire_fault *fault);

/* A batch (a JSON list of structured events) into its events, byte for byte, borrowed from json; each is then decoded or published
 * by itself. Returns how many; -1: it is no list, or more than slices_max. */
struct wire_slice {
	const char *data;
	size_t size;
};
int wire_split_batch(const char *json, size_t size, struct wire_slice *slices, int slices_max, struct wire_fault *fault);

/* The protobuf bytes of an event. Owned by the arena. */
const void *wire_pack(struct arena *arena, const struct event *event, size_t *size);
/* The same in Confluent's frame, for those who publish an inbox event as its serialisers do. */
const void *wire_pack_confluent(struct arena *arena, const struct event *event, uint32_t schema_id, size_t *size);
/* The reverse, for bytes of our own that lay in a row of the database. NULL when they are not that message. */
struct event *wire_unpack(struct arena *arena, enum event_type type, const void *data, size_t size);
/* The same into an event of the caller's; what it points to is the arena's. */
bool wire_unpack_into(struct arena *arena, enum event_type type, const void *data, size_t size, struct event *event);
/* Proto3 JSON of the message (the CloudEvent's data); and the whole structured CloudEvent, with trace as its traceparent unless "".
 * Owned by the arena. */
const char *wire_data_json(struct arena *arena, const struct event *event);
const char *wire_cloudevent_json(struct arena *arena, const struct event *event, const char *trace);

/* What the headers of a binary CloudEvent say; each may be absent ("" or 0). */
struct wire_head {
	const char *id, *source, *type, *subject, *trace;
	const char *from_shard; /* of a hop; NULL: none */
	int64_t at_us, sequence, shard_sequence;
	int32_t history;         /* with 0 neither of the two headers is said */
	int64_t former_sequence; /* said with a history, 0 too */
};
struct headers wire_head_headers(struct arena *arena, const struct wire_head *head);
/* The same for an event. */
struct headers wire_event_headers(
    struct arena *arena, const struct event *event, const char *trace, int64_t sequence, int64_t shard_sequence);

/* What an event is about, for whoever looks at the envelope only: the complaint, else the order, the person, the incident. */
const char *wire_event_subject(const struct event *event);

/* Value of a header, NULL when absent (exact name). */
const struct header *wire_header_find(const struct headers *headers, const char *name);

/* A header of what Ombud itself puts on the inbox (a misplaced record sent on, an event that came by HTTP, a dead letter sent
 * again): the receipt is the first one, and the record's own time stands in for an event that says none. Whoever may write the
 * inbox may write this header, too; it can only make a fact older, as the event's own time can. */
#define WIRE_RECEIPT_HEADER "ombud-received"
struct wire_receipt {
	int64_t received_us;
	int64_t record_us; /* the first record's own time; 0: it had none */
};
/* Puts it before the headers; those are borrowed. */
struct headers wire_receipt_put(struct arena *arena, const struct headers *headers, const struct wire_receipt *receipt);
/* The first that can be read; it is beside WIRE_HEADERS_MAX. false: there is none. */
bool wire_receipt_find(const struct headers *headers, struct wire_receipt *receipt);

/* All headers as one byte string, for dead_letter.headers: count, then (name length, name, value length or -1, value),
 * numbers in four bytes, big-endian. */
const void *wire_headers_pack(struct arena *arena, const struct headers *headers, size_t *size);
bool wire_headers_unpack(struct arena *arena, const void *data, size_t size, struct headers *headers);

#endif
