#include "common/wire/decode.h"

#include "common/wire/fault.h"

bool decode_structured(
    struct arena *arena, const char *json, size_t size, int64_t now_us, struct wire_decoded *decoded, struct wire_fault *fault)
{
	return fault_set(fault, "bad_json", "structured events are not read yet");
}

bool decode_data_json(struct arena *arena, const struct envelope *envelope, const char *json, size_t size, int64_t now_us,
    struct wire_decoded *decoded, struct wire_fault *fault)
{
	return fault_set(fault, "bad_json", "JSON is not read yet");
}

bool wire_decode_json(struct arena *arena, const char *json, size_t size, struct wire_decoded *decoded, struct wire_fault *fault)
{
	return decode_structured(arena, json, size, 0, decoded, fault);
}

const char *wire_data_json(struct arena *arena, const struct event *event)
{
	return "{}";
}

const char *wire_cloudevent_json(struct arena *arena, const struct event *event)
{
	return "{}";
}
