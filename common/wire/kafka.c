#include "common/wire/kafka.h"

#include <stdlib.h>
#include <string.h>

#include "common/io/crypto.h"
#include "common/model/topics.h"
#include "common/wire/envelope.h"

struct headers wire_record_headers(struct arena *arena, const struct kafka_record *record)
{
	int count = kafka_record_headers_count(record);
	struct headers headers = {arena_new_array(arena, struct header, (size_t)count + 1), count};

	for (int i = 0; i < count; i++)
		kafka_record_header(record, i, &headers.rows[i]);
	return headers;
}

static struct headers headers_read(struct arena *arena, const struct kafka_record *record, struct wire_receipt *receipt)
{
	enum { ROOM = WIRE_HEADERS_MAX + 1 };
	int count = kafka_record_headers_count(record), room = count < ROOM ? count : ROOM;
	struct headers headers = {arena_new_array(arena, struct header, (size_t)room + 1), 0};
	bool said = false;

	for (int i = 0, read = 0; i < count; i++) {
		struct header header;
		kafka_record_header(record, i, &header);
		bool one = !said && strcmp(header.name, WIRE_RECEIPT_HEADER) == 0;
		said = one ? wire_receipt_find(&(struct headers){&header, 1}, receipt) : said;
		if ((one && said) || (envelope_reads(header.name) && read++ < room))
			headers.rows[headers.count++] = header;
	}
	return headers;
}

void wire_record_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_record *wire)
{
	struct wire_receipt receipt = {0};
	struct headers headers = headers_read(arena, record, &receipt);

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

static bool said_read(struct arena *arena, const struct kafka_record *record, const struct headers *headers, struct wire_said *said)
{
	int64_t history = number_of(arena, headers, "ce_history");
	bool ours = !strncmp(text_of(arena, headers, "ce_source"), "/ombud/", 7);
	*said = (struct wire_said){.history = (int32_t)history,
	    .sequence = number_of(arena, headers, "ce_shardsequence"),
	    .former = number_of(arena, headers, "ce_formersequence"),
	    .seq = row_of(text_of(arena, headers, "ce_id")),
	    .digest = digest_of(record)};
	return ours && said->sequence > 0 && history >= 0 && history <= TOPIC_HISTORIES_MAX;
}

bool wire_said_read(struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_said *said)
{
	struct wire_record wire;
	wire_record_read(arena, record, topic, &wire);
	return said_read(arena, record, &wire.headers, said) && !wire_header_find(&wire.headers, "ce_fromshard");
}

bool wire_hop_read(
    struct arena *arena, const struct kafka_record *record, const char *topic, struct wire_said *said, int *from_shard)
{
	struct wire_record wire;
	wire_record_read(arena, record, topic, &wire);
	int64_t from = number_of(arena, &wire.headers, "ce_fromshard");
	*from_shard = (int)from;
	return said_read(arena, record, &wire.headers, said) && wire_header_find(&wire.headers, "ce_fromshard") && from >= 0 &&
	       from < TOPIC_PARTITIONS_MAX;
}

bool wire_said_before(const struct wire_said *said, const struct wire_said *other)
{
	return said->history < other->history || (said->history == other->history && said->sequence < other->sequence);
}
