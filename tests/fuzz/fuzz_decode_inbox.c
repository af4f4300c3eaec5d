/* wire_decode_inbox on anything, and wire_attribute on what it does not take. The first byte chooses how the record is dressed, the
 * second a message: 0 binary, 1 bare, 2 structured, 3 with headers packed before the value. Whatever is taken must survive packing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/die.h"
#include "common/wire/wire.h"

static struct headers with_header(struct arena *arena, const char *name, const char *value)
{
	struct header *row = arena_alloc(arena, sizeof *row);
	*row = (struct header){name, value, strlen(value)};
	return (struct headers){row, 1};
}

static bool dress(struct arena *arena, const uint8_t *data, size_t size, struct wire_record *record)
{
	const char *type = event_type_name((enum event_type)(data[1] % EVENT_TYPE_COUNT));

	*record = (struct wire_record){.timestamp_us = 1, .value = data + 2, .size = size - 2};
	if (data[0] % 4 == 0)
		record->headers = with_header(arena, "ce_type", type);
	else if (data[0] % 4 == 2)
		record->headers = with_header(arena, "content-type", "application/cloudevents+json");
	if (data[0] % 4 != 3)
		return true;
	size_t split = 2 + data[1];
	if (split > size || !wire_headers_unpack(arena, data + 2, split - 2, &record->headers))
		return false;
	record->value = data + split;
	record->size = size - split;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_record record;
	struct wire_decoded decoded, again;
	struct wire_fault fault = {0};

	if (size < 2)
		return 0;
	struct arena *arena = arena_new(WIRE_BUDGET_MAX);
	struct arena *roomy = arena_new(0);
	if (dress(arena, data, size, &record)) {
		bool good = wire_decode_inbox(arena, &record, &decoded, &fault);
		if (arena_used(arena) > 2 * WIRE_BUDGET_MAX)
			bug("%zu bytes became %zu", size, arena_used(arena));
		if (!good && (fault.code == NULL || fault.reason[0] == '\0'))
			bug("refused without a reason");
		const struct event *who = good ? NULL : wire_attribute(arena, &record);
		if (who != NULL && (who->platform_id[0] == '\0' || (who->order_id[0] == '\0' && who->person_id[0] == '\0')))
			bug("told of nobody, or about nothing");
		/* Nothing but pieces of evidence that cannot be taken: intake refuses it as it is, and never writes it anew. */
		bool empty = good && decoded.refused_count > 0 && decoded.event->evidence_count == 0;
		if (good && !empty) {
			record.value = wire_pack(roomy, decoded.event, &record.size);
			record.headers = wire_event_headers(roomy, decoded.event, decoded.trace, 0, 0);
			if (!wire_decode_inbox(roomy, &record, &again, &fault) && strcmp(fault.code, "oversize") != 0)
				bug("taken, but not when packed anew: %s: %s", fault.code, fault.reason);
		}
	}
	arena_free(arena);
	arena_free(roomy);
	return 0;
}
