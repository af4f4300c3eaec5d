#include "common/wire/kafka.h"

static int at_most(int count)
{
	return count < WIRE_HEADERS_MAX ? count : WIRE_HEADERS_MAX;
}

int wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire)
{
	struct kafka_header rows[WIRE_HEADERS_MAX];
	int count = kafka_record_headers(record, rows, WIRE_HEADERS_MAX), taken = at_most(count);

	*wire = (struct wire_record){
	    .topic = topic,
	    .partition = record->partition,
	    .offset = record->offset,
	    .timestamp_us = record->timestamp_us,
	    .key = record->key,
	    .key_size = record->key_size,
	    .value = record->value,
	    .size = record->size,
	    .headers = {arena_new_array(arena, struct wire_header, taken + 1), taken},
	};
	for (int i = 0; i < taken; i++)
		wire->headers.rows[i] = (struct wire_header){rows[i].name, rows[i].value, rows[i].size};
	return count;
}

void wire_headers_put(const struct wire_headers *headers, struct kafka_header *rows, struct kafka_message *message)
{
	message->headers = rows;
	message->headers_count = at_most(headers->count);
	for (int i = 0; i < message->headers_count; i++)
		rows[i] = (struct kafka_header){headers->rows[i].name, headers->rows[i].value, headers->rows[i].size};
}
