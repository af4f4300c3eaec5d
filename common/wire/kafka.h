/* Kafka's records in wire's form. */
#ifndef OMBUD_WIRE_KAFKA_H
#define OMBUD_WIRE_KAFKA_H

#include "common/io/kafka.h"
#include "common/wire/wire.h"

/* wire borrows from record. Its headers stand in the arena: those that are read (envelope.h), one more than WIRE_HEADERS_MAX at
 * most, and that of its receipt. Whatever else the record has, of any number, takes no room. */
void wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire);

/* All of them, as they came; borrowed from record. */
struct headers wire_record_headers(struct arena *arena, const struct kafka_record *record);

/* The place of a fact in its writer's log, as the record says it. */
struct wire_said {
	int32_t history;
	int64_t sequence, former; /* former: up to which the history before is true */
	int64_t seq;              /* row of the log */
	uint64_t digest;          /* first 8 bytes of SHA-256 over key and value */
};
/* false: it is no fact of a daemon of ours (a hop is none). Headers are read into the arena. */
bool wire_said_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_said *said);
/* The same of a hop, and which shard says it. false: it is none. */
bool wire_hop_read(
    struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_said *said, int *from_shard);
/* Is the one said before the other: of an older history, or lower in the same one? */
bool wire_said_before(const struct wire_said *said, const struct wire_said *other);

#endif
