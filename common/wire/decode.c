#include "common/wire/decode.h"

#include <stdio.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/io/crypto.h"
#include "common/model/speakers.h"
#include "common/wire/confluent.h"
#include "common/wire/constraints.h"
#include "common/wire/fault.h"
#include "common/wire/pack.h"
#include "common/wire/registry.h"
#include "common/wire/unpack.h"
#include "common/wire/validate.h"

/* Digest of texts, each behind its length, so that no two lists of texts look alike. */
static void digest_texts(const char *const *texts, int count, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	enum { TEXTS_MAX = 7 };
	uint8_t sizes[TEXTS_MAX][4];
	struct crypto_part parts[2 * TEXTS_MAX];

	for (int i = 0; i < count; i++) {
		size_t size = strlen(texts[i]);
		for (int byte = 0; byte < 4; byte++)
			sizes[i][byte] = (uint8_t)(size >> (24 - 8 * byte));
		parts[2 * i] = (struct crypto_part){sizes[i], 4};
		parts[2 * i + 1] = (struct crypto_part){texts[i], size};
	}
	crypto_sha256(parts, 2 * count, digest);
}

static const char *key_of(const struct event *event)
{
	if (event->order_id[0] != '\0')
		return event->order_id;
	if (event->person_id[0] != '\0')
		return event->person_id;
	if (event->subject_id[0] != '\0')
		return event->subject_id;
	return event->recipient[0] != '\0' ? event->recipient : event->incident_id;
}

/* Which event it is: of which platform, about which order (or person, who is no order of the same id), of which source and id. */
static void digest_identity(const struct event *event, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	const char *texts[] = {event->platform_id, event->order_id, event->source, event->event_id, event->person_id};
	digest_texts(texts, event->order_id[0] != '\0' ? 4 : 5, digest);
}

/* ... and of which speaker, so that nobody takes another's id by guessing it. What the platform's programs say is one speaker's:
 * one that says it again need not be the one that said it first. */
struct uuid wire_cause(const struct event *event)
{
	const char *side = party_name(speaker_side(event->actor.kind));
	const char *texts[] = {
	    event->platform_id, event->order_id, event->source, event->event_id, event->person_id, side, event->actor.id};
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct uuid cause;

	if (event->actor.kind == ACTOR_KIND_PLATFORM_PROGRAM)
		digest_identity(event, digest);
	else
		digest_texts(texts, 7, digest);
	memcpy(cause.bytes, digest, sizeof cause.bytes);
	return cause;
}

/* Version 8 with a time, too: nobody brings an id of that version, so nobody takes one that another filing would derive. */
static struct uuid complaint_id_of(const struct event *event, int64_t instant_us)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	digest_identity(event, digest);
	struct uuid uuid = uuid_derive(instant_us, digest);
	uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | 0x80);
	return uuid;
}

/* From the time that its sender said (not from the record's, which the sender does not know). */
static const char *derive_complaint_id(struct arena *arena, const struct event *event)
{
	struct uuid uuid = complaint_id_of(event, event->occurred_at_us);
	return uuid_format(&uuid, arena_alloc(arena, UUID_TEXT_SIZE));
}

/* The record's time may stand in for one that was not said. */
bool wire_complaint_id_is_others(const struct event *filing, const struct uuid *id)
{
	if (id->bytes[6] >> 4 != 8)
		return false; /* none that anybody derives */
	struct uuid timed = complaint_id_of(filing, filing->occurred_at_us), untimed = complaint_id_of(filing, 0);
	return memcmp(id, &timed, sizeof *id) != 0 && memcmp(id, &untimed, sizeof *id) != 0;
}

/* What is said, whoever and whenever says it again: without the envelope's share of meta. The type belongs to it: an acceptance and
 * a refusal have the same bytes. An id that is the derived one says no more than none. */
static int64_t body_digest_of(const struct event *event, const char *derived_id)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct event body = *event;
	const char *type = event_type_name(event->type_id);
	uint64_t first = 0;
	size_t size;

	body.platform_id = body.source = body.event_id = "";
	body.occurred_at_us = 0;
	if (strcmp(body.complaint_id, derived_id) == 0)
		body.complaint_id = "";
	const void *packed = pack_event(&body, &size);
	crypto_sha256((struct crypto_part[]){{type, strlen(type) + 1}, {packed, size}}, 2, digest);
	for (int i = 0; i < 8; i++)
		first = first << 8 | digest[i];
	return (int64_t)first;
}

static const char *lower_case(struct arena *arena, const char *text)
{
	char *lower = arena_strdup(arena, text);

	for (char *at = lower; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'F')
			*at = (char)(*at - 'A' + 'a');
	return lower;
}

/* The envelope speaks where meta is silent; where both speak they must say the same. */
static bool join_texts(const char *outer, const char **inner, const char *name, struct wire_fault *fault)
{
	if (outer[0] == '\0')
		return true;
	if ((*inner)[0] == '\0')
		*inner = outer;
	if (strcmp(*inner, outer) != 0)
		return fault_set(fault, "identity_mismatch", "the envelope's %s and meta's say different things", name);
	return true;
}

static bool join_envelope(const struct envelope *envelope, struct event *event, struct wire_fault *fault)
{
	if (!join_texts(envelope->source, &event->source, "source", fault) ||
	    !join_texts(envelope->id, &event->event_id, "id", fault))
		return false;
	if (event->occurred_at_us == 0)
		event->occurred_at_us = envelope->time_us;
	return true;
}

static void complete(
    struct arena *arena, const struct envelope *envelope, struct event *event, int64_t now_us, struct wire_decoded *decoded)
{
	bool inbox = event_type_is_inbox(event->type_id);
	const char *derived_id = event->type_id == EVENT_COMPLAINT_FILED ? derive_complaint_id(arena, event) : "";

	if (event->complaint_id[0] != '\0')
		event->complaint_id = lower_case(arena, event->complaint_id);
	*decoded = (struct wire_decoded){
	    .event = event,
	    .trace = envelope->trace,
	    .key = key_of(event),
	};
	if (inbox) {
		decoded->cause = wire_cause(event);
		decoded->body_digest = body_digest_of(event, derived_id);
	} else {
		decoded->sequence = envelope->sequence;
		decoded->shard_sequence = envelope->shard_sequence;
		decoded->history = (int32_t)envelope->history;
		decoded->former_sequence = envelope->former_sequence;
	}
	if (event->complaint_id[0] == '\0')
		event->complaint_id = derived_id;
	if (event->occurred_at_us == 0)
		event->occurred_at_us = now_us;
}

/* A header of almost the right name explains more than that something is missing. */
static bool fault_misspelt(const struct envelope *envelope, const char *code, const char *what, struct wire_fault *fault)
{
	return fault_set(fault, code,
	    "nothing says %s; something spelt almost like the attribute '%s' is there: Kafka's header is ce_%s, JSON's member %s",
	    what, envelope->misspelt, envelope->misspelt, envelope->misspelt);
}

static enum refusal why_refused(const char *code)
{
	if (strcmp(code, "missing_field") == 0)
		return REFUSAL_EVIDENCE_INCOMPLETE;
	return strcmp(code, "field_too_long") == 0 ? REFUSAL_EVIDENCE_TOO_LONG : REFUSAL_EVIDENCE_MALFORMED;
}

/* By its id, else by its place. */
static const char *name_piece(struct arena *arena, const struct validate_piece *piece, int index)
{
	size_t size = piece->id.at != NULL ? raw_size(piece->id) : 0;
	char *name = arena_try_alloc(arena, size > 0 ? size + 1 : 16);

	if (name == NULL)
		return NULL;
	if (size == 0) {
		snprintf(name, 16, "#%d", index + 1);
		return name;
	}
	memcpy(name, piece->id.at, size);
	name[size] = '\0';
	return name;
}

static bool keep_refused(struct arena *arena, const struct validate_pieces *pieces, struct wire_decoded *decoded)
{
	struct refused_piece *refused = arena_try_alloc(arena, sizeof *refused * (size_t)pieces->count);

	decoded->refused = refused;
	for (int i = 0; refused != NULL && i < pieces->count; i++) {
		const struct validate_piece *piece = &pieces->rows[i];
		if (!(pieces->refused >> i & 1))
			continue;
		const char *name = name_piece(arena, piece, i);
		if (name == NULL)
			return false;
		refused[decoded->refused_count++] =
		    (struct refused_piece){name, piece->member, why_refused(piece->code), piece->most};
	}
	return refused != NULL;
}

bool decode_protobuf(struct arena *arena, const struct envelope *envelope, const void *data, size_t size, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	const struct plan *plan = plan_of(envelope->type);

	struct validate_pieces pieces = {.count = 0, .refused = 0};
	int unknown_fields;

	if (!validate_message(plan, data, size, &unknown_fields, plan->is_fact ? NULL : &pieces, fault))
		return false;
	struct event *event = arena_try_alloc(arena, sizeof *event);
	if (event == NULL || !unpack_event(arena, envelope->type, data, size, pieces.refused, event))
		return fault_set(fault, "bad_protobuf", "%s: cannot be unpacked within its budget", plan->descriptor->short_name);
	if (!join_envelope(envelope, event, fault))
		return false;
	if (envelope->misspelt[0] != '\0' && (event->source[0] == '\0' || event->event_id[0] == '\0'))
		return fault_misspelt(envelope, "missing_field", "who sent it, or which event it is", fault);
	if (!constraints_check_event(event, fault))
		return false;
	complete(arena, envelope, event, now_us, decoded);
	decoded->unknown_fields = unknown_fields;
	return pieces.refused == 0 || keep_refused(arena, &pieces, decoded) ||
	       fault_set(fault, "bad_protobuf", "%s: cannot be unpacked within its budget", plan->descriptor->short_name);
}

static bool check_size(const struct wire_record *record, size_t size_max, struct wire_fault *fault)
{
	if (record->value == NULL || record->size == 0)
		return fault_set(fault, "empty_value", "the record has no value");
	if (record->size > size_max)
		return fault_bound(
		    fault, "oversize", (int64_t)size_max, "%zu bytes, at most %zu are allowed", record->size, size_max);
	return true;
}

static bool check_inbox_type(const struct envelope *envelope, struct wire_fault *fault)
{
	if (envelope->type == EVENT_NONE && envelope->misspelt[0] != '\0')
		return fault_misspelt(envelope, "unknown_type", "which message it is", fault);
	if (envelope->type == EVENT_NONE)
		return fault_set(fault, "unknown_type", "nothing says which message it is: no ce_type, no frame, no JSON");
	if (!event_type_is_inbox(envelope->type))
		return fault_set(fault, "unknown_type", "%s is Ombud's own to say", event_type_name(envelope->type));
	return true;
}

static bool decode_framed(struct arena *arena, struct envelope *envelope, const struct wire_record *record,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	size_t skip;
	int index;

	if (!confluent_parse(record->value, record->size, &index, &skip, fault))
		return false;
	enum event_type type = registry_inbox_message(index);
	if (type == EVENT_NONE)
		return fault_set(fault, "unknown_type", "the frame's message index %d is no event of the inbox", index);
	if (envelope->type != EVENT_NONE && envelope->type != type)
		return fault_set(fault, "identity_mismatch", "ce_type and the frame name different messages");
	envelope->type = type;
	return decode_protobuf(
	    arena, envelope, (const char *)record->value + skip, record->size - skip, record->timestamp_us, decoded, fault);
}

/* Where JSON begins, for those who do not say so: behind a byte order mark and white space. No protobuf message begins with a
 * brace, it would be the start of a group. */
static bool begins_object(const struct wire_record *record)
{
	const char *at = record->value, *end = at + record->size;

	at += record->size >= 3 && memcmp(at, UTF8_BOM, 3) == 0 ? 3 : 0;
	while (at < end && strchr(" \t\r\n", *at) && *at != '\0')
		at++;
	return at < end && *at == '{';
}

static bool decode_binary(struct arena *arena, const struct envelope *envelope, enum media media, const struct wire_record *record,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	if (media == MEDIA_JSON || (media == MEDIA_NONE && *(const char *)record->value == '{'))
		return decode_data_json(arena, envelope, record->value, record->size, record->timestamp_us, decoded, fault);
	if (media == MEDIA_NONE || media == MEDIA_PROTOBUF)
		return decode_protobuf(arena, envelope, record->value, record->size, record->timestamp_us, decoded, fault);
	return fault_set(fault, "unknown_media_type", "content-type: neither application/protobuf nor application/json");
}

static bool refuse_format(enum media media, struct wire_fault *fault)
{
	return fault_set(fault, "unknown_media_type",
	    media == MEDIA_EVENT_BATCH ? "content-type: Kafka has no batches, each event is a record of its own"
				       : "content-type: of the formats of whole events only application/cloudevents+json is read");
}

bool wire_decode_inbox(
    struct arena *arena, const struct wire_record *record, struct wire_decoded *decoded, struct wire_fault *fault)
{
	struct envelope envelope;

	if (!check_size(record, WIRE_RECORD_SIZE_MAX, fault) || !envelope_from_headers(arena, &record->headers, &envelope, fault))
		return false;
	enum media media = envelope_media(envelope.content_type);
	if (media == MEDIA_EVENT_BATCH || media == MEDIA_EVENT_OTHER)
		return refuse_format(media, fault);
	if (media == MEDIA_EVENT_JSON || (envelope.type == EVENT_NONE && begins_object(record)))
		return decode_structured(arena, record->value, record->size, record->timestamp_us, envelope.trace, decoded, fault);
	if (confluent_is_framed(record->value, record->size))
		return decode_framed(arena, &envelope, record, decoded, fault);
	return check_inbox_type(&envelope, fault) && decode_binary(arena, &envelope, media, record, decoded, fault);
}

bool wire_decode_fact(struct arena *arena, const struct wire_record *record, struct wire_decoded *decoded, struct wire_fault *fault)
{
	struct envelope envelope;

	if (!check_size(record, WIRE_FACT_SIZE_MAX, fault) || !envelope_from_headers(arena, &record->headers, &envelope, fault))
		return false;
	if (envelope.type == EVENT_NONE || event_type_is_inbox(envelope.type))
		return fault_set(fault, "unknown_type", "ce_type names no fact of Ombud's");
	if (envelope.history < 0 || envelope.former_sequence < 0 || envelope.sequence < 0 || envelope.shard_sequence < 0)
		return fault_set(fault, "bad_envelope", "sequence, shardsequence, history, formersequence: is not a count");
	return decode_protobuf(arena, &envelope, record->value, record->size, record->timestamp_us, decoded, fault);
}

const void *wire_pack(struct arena *arena, const struct event *event, size_t *size)
{
	const void *packed = pack_event(event, size);
	return arena_copy(arena, packed, *size);
}

bool wire_unpack_into(struct arena *arena, enum event_type type, const void *data, size_t size, struct event *event)
{
	struct wire_fault fault;

	return validate_message(plan_of(type), data, size, NULL, NULL, &fault) && unpack_event(arena, type, data, size, 0, event);
}

struct event *wire_unpack(struct arena *arena, enum event_type type, const void *data, size_t size)
{
	struct event *event = arena_alloc(arena, sizeof *event);

	return wire_unpack_into(arena, type, data, size, event) ? event : NULL;
}
