/* Kafka's records in wire's form. */
#ifndef OMBUD_WIRE_KAFKA_H
#define OMBUD_WIRE_KAFKA_H

#include "common/io/kafka.h"
#include "common/wire/wire.h"

/* wire borrows from record; its headers stand in the arena, the first WIRE_HEADERS_MAX at most and that of its receipt, which is
 * read. Returns how many the record has beside that. */
int wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire);

#endif
