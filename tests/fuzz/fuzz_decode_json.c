/* wire_decode_json on anything. Whatever is taken must survive being written and read again. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/die.h"
#include "common/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct wire_decoded decoded, again;
	struct wire_fault fault = {0};
	struct wire_slice slices[16];

	wire_split_batch((const char *)data, size, slices, 16, &fault);
	bool good = wire_decode_json(arena, (const char *)data, size, &decoded, &fault);
	/* Nothing but pieces of evidence that cannot be taken: intake refuses it as it is, and never writes it anew. */
	bool empty = good && decoded.refused_count > 0 && decoded.event->evidence_count == 0;
	if (good && !empty) {
		const char *json = wire_cloudevent_json(arena, decoded.event, "");
		if (!wire_decode_json(arena, json, strlen(json), &again, &fault)) {
			if (strcmp(fault.code, "oversize") != 0)
				bug("taken, but not when written anew: %s: %s: %s", fault.code, fault.reason, json);
		} else if (memcmp(&again.cause, &decoded.cause, sizeof again.cause) != 0 ||
			   again.body_digest != decoded.body_digest) {
			bug("another event when written anew: %s", json);
		}
	} else if (!good && (fault.code == NULL || fault.reason[0] == '\0')) {
		bug("refused without a reason");
	}
	arena_free(arena);
	return 0;
}
