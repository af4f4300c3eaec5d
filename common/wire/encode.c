#include "common/wire/wire.h"

#include <string.h>

#include "common/base/instant.h"

enum { EVENT_HEADERS_MAX = 12 };

static void add(struct wire_headers *headers, const char *name, const char *value)
{
	if (value[0] != '\0')
		headers->rows[headers->count++] = (struct wire_header){name, value, strlen(value)};
}

static void add_number(struct arena *arena, struct wire_headers *headers, const char *name, int64_t value)
{
	if (value != 0)
		add(headers, name, arena_printf(arena, "%lld", (long long)value));
}

const char *wire_event_subject(const struct event *event)
{
	if (event->complaint_id[0] != '\0')
		return event->complaint_id;
	if (event->order_id[0] != '\0')
		return event->order_id;
	return event->person_id[0] != '\0' ? event->person_id : event->incident_id;
}

struct wire_headers wire_event_headers(
    struct arena *arena, const struct event *event, const char *trace, int64_t sequence, int64_t shard_sequence)
{
	struct wire_headers headers = {arena_new_array(arena, struct wire_header, EVENT_HEADERS_MAX), 0};

	add(&headers, "ce_specversion", "1.0");
	add(&headers, "ce_id", event->event_id);
	add(&headers, "ce_source", event->source);
	add(&headers, "ce_type", event_type_name(event->type_id));
	if (event->occurred_at_us != 0)
		add(&headers, "ce_time", instant_format(event->occurred_at_us, arena_alloc(arena, INSTANT_TEXT_SIZE)));
	add(&headers, "ce_subject", wire_event_subject(event));
	add(&headers, "content-type", "application/protobuf");
	add_number(arena, &headers, "ce_sequence", sequence);
	add(&headers, "ce_sequencetype", sequence != 0 ? "Integer" : "");
	add_number(arena, &headers, "ce_shardsequence", shard_sequence);
	add(&headers, "traceparent", trace);
	return headers;
}
