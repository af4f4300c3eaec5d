#include "common/wire/kafka.h"

int wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire)
{
	int count = kafka_record_headers(record, NULL, 0), taken = count <= WIRE_HEADERS_MAX ? count : WIRE_HEADERS_MAX + 1;
	struct headers headers = {arena_new_array(arena, struct header, taken + 1), taken};
	struct wire_receipt receipt;
	kafka_record_headers(record, headers.rows, taken);
	bool said = wire_receipt_find(&headers, &receipt);
	if (headers.count > WIRE_HEADERS_MAX + said)
		headers.count = WIRE_HEADERS_MAX;

	*wire = (struct wire_record){
	    .topic = topic,
	    .partition = record->partition,
	    .offset = record->offset,
	    .timestamp_us = receipt.record_us != 0 ? receipt.record_us : record->timestamp_us,
	    .received_us = receipt.received_us,
	    .key = record->key,
	    .key_size = record->key_size,
	    .value = record->value,
	    .size = record->size,
	    .headers = headers,
	};
	return count - said;
}
