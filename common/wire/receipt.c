/* "<received> <record's own time>", both RFC 3339; the second may be missing. */
#include "common/wire/wire.h"

#include <string.h>

#include "common/base/instant.h"

struct headers wire_receipt_put(struct arena *arena, const struct headers *headers, const struct wire_receipt *receipt)
{
	struct headers all = {arena_new_array(arena, struct header, (size_t)headers->count + 1), headers->count + 1};
	char received[INSTANT_TEXT_SIZE], record[INSTANT_TEXT_SIZE] = "";
	instant_format(receipt->received_us, received);
	if (receipt->record_us != 0)
		instant_format(receipt->record_us, record);
	const char *text = arena_printf(arena, "%s%s%s", received, record[0] ? " " : "", record);
	all.rows[0] = (struct header){WIRE_RECEIPT_HEADER, text, strlen(text)};
	if (headers->count > 0)
		memcpy(all.rows + 1, headers->rows, sizeof(*headers->rows) * (size_t)headers->count);
	return all;
}

static bool read_receipt(const char *text, size_t size, struct wire_receipt *receipt)
{
	const char *blank = memchr(text, ' ', size);
	size_t first = blank ? (size_t)(blank - text) : size;
	*receipt = (struct wire_receipt){0};
	return instant_parse(text, first, &receipt->received_us) &&
	       (!blank || instant_parse(blank + 1, size - first - 1, &receipt->record_us));
}

bool wire_receipt_find(const struct headers *headers, struct wire_receipt *receipt)
{
	for (int i = 0; i < headers->count; i++) {
		const struct header *header = &headers->rows[i];
		if (strcmp(header->name, WIRE_RECEIPT_HEADER) == 0 && header->value &&
		    read_receipt(header->value, header->size, receipt))
			return true;
	}
	*receipt = (struct wire_receipt){0};
	return false;
}
