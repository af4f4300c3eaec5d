/* Kafka's records and headers in wire's form, and back. */
#ifndef OMBUD_WIRE_KAFKA_H
#define OMBUD_WIRE_KAFKA_H

#include "common/io/kafka.h"
#include "common/wire/wire.h"

/* wire borrows from record; its headers stand in the arena, the first WIRE_HEADERS_MAX at most. Returns how many the record has. */
int wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire);

/* The first WIRE_HEADERS_MAX headers into a message. rows has room for so many and stays until the message is sent. */
void wire_headers_put(const struct wire_headers *headers, struct kafka_header *rows, struct kafka_message *message);

#endif
