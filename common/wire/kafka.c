#include "common/wire/kafka.h"

#include <stdlib.h>
#include <string.h>

#include "common/io/crypto.h"
#include "common/model/topics.h"

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

static const char *text_of(struct arena *arena, const struct headers *headers, const char *name)
{
	const struct header *header = wire_header_find(headers, name);
	return header && header->value ? arena_strndup(arena, header->value, header->size) : "";
}

static int64_t number_of(struct arena *arena, const struct headers *headers, const char *name)
{
	return strtoll(text_of(arena, headers, name), NULL, 10);
}

/* In "<shard>-<seq>" or "<history>.<shard>-<seq>". */
static int64_t row_of(const char *id)
{
	const char *dash = strrchr(id, '-');
	return dash ? strtoll(dash + 1, NULL, 10) : 0;
}

static uint64_t digest_of(const struct kafka_record *record)
{
	const struct crypto_part parts[] = {{record->key, record->key_size}, {record->value, record->size}};
	uint8_t digest[CRYPTO_SHA256_SIZE];
	uint64_t number = 0;
	crypto_sha256(parts, 2, digest);
	for (int i = 0; i < 8; i++)
		number = number << 8 | digest[i];
	return number;
}

bool wire_said_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_said *said)
{
	struct wire_record wire;
	wire_record_read(arena, record, topic, &wire);
	const struct headers *headers = &wire.headers;
	int64_t history = number_of(arena, headers, "ce_history");
	bool ours = !strncmp(text_of(arena, headers, "ce_source"), "/ombud/", 7) && !wire_header_find(headers, "ce_fromshard");
	*said = (struct wire_said){.history = (int32_t)history,
	    .sequence = number_of(arena, headers, "ce_shardsequence"),
	    .former = number_of(arena, headers, "ce_formersequence"),
	    .seq = row_of(text_of(arena, headers, "ce_id")),
	    .digest = digest_of(record)};
	return ours && said->sequence > 0 && history >= 0 && history <= TOPIC_HISTORIES_MAX;
}

bool wire_said_before(const struct wire_said *said, const struct wire_said *other)
{
	return said->history < other->history || (said->history == other->history && said->sequence < other->sequence);
}
