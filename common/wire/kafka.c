#include "common/wire/kafka.h"

int wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire)
{
	int count = kafka_record_headers(record, NULL, 0), taken = count < WIRE_HEADERS_MAX ? count : WIRE_HEADERS_MAX;
	struct header *rows = arena_new_array(arena, struct header, taken + 1);
	kafka_record_headers(record, rows, taken);

	*wire = (struct wire_record){
	    .topic = topic,
	    .partition = record->partition,
	    .offset = record->offset,
	    .timestamp_us = record->timestamp_us,
	    .key = record->key,
	    .key_size = record->key_size,
	    .value = record->value,
	    .size = record->size,
	    .headers = {rows, taken},
	};
	return count;
}
