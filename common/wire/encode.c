#include "common/wire/wire.h"

#include <string.h>

#include "common/base/instant.h"

enum { EVENT_HEADERS_MAX = 16 };

static void add(struct headers *headers, const char *name, const char *value)
{
	if (value[0] != '\0')
		headers->rows[headers->count++] = (struct header){name, value, strlen(value)};
}

static void add_number(struct arena *arena, struct headers *headers, const char *name, int64_t value)
{
	if (value != 0)
		add(headers, name, arena_number(arena, value));
}

/* What is rare is no header unless it says something; up to which number the former history is true may be 0. */
static void add_history(struct arena *arena, struct headers *headers, const struct wire_head *head)
{
	if (head->history == 0)
		return;
	add_number(arena, headers, "ce_history", head->history);
	add(headers, "ce_formersequence", arena_number(arena, head->former_sequence));
}

const char *wire_event_subject(const struct event *event)
{
	if (event->complaint_id[0] != '\0')
		return event->complaint_id;
	if (event->order_id[0] != '\0')
		return event->order_id;
	if (event->person_id[0] != '\0')
		return event->person_id;
	if (event->subject_id[0] != '\0')
		return event->subject_id;
	return event->recipient[0] != '\0' ? event->recipient : event->incident_id;
}

struct headers wire_head_headers(struct arena *arena, const struct wire_head *head)
{
	struct headers headers = {arena_new_array(arena, struct header, EVENT_HEADERS_MAX), 0};

	add(&headers, "ce_specversion", "1.0");
	add(&headers, "ce_id", head->id);
	add(&headers, "ce_source", head->source);
	add(&headers, "ce_type", head->type);
	if (head->at_us != 0)
		add(&headers, "ce_time", instant_format(head->at_us, arena_alloc(arena, INSTANT_TEXT_SIZE)));
	add(&headers, "ce_subject", head->subject);
	add(&headers, "content-type", "application/protobuf");
	add_number(arena, &headers, "ce_sequence", head->sequence);
	add_number(arena, &headers, "ce_shardsequence", head->shard_sequence);
	add(&headers, "ce_fromshard", head->from_shard ? head->from_shard : "");
	add_history(arena, &headers, head);
	add(&headers, "traceparent", head->trace);
	return headers;
}

struct headers wire_event_headers(
    struct arena *arena, const struct event *event, const char *trace, int64_t sequence, int64_t shard_sequence)
{
	struct wire_head head = {
	    .id = event->event_id,
	    .source = event->source,
	    .type = event_type_name(event->type_id),
	    .subject = wire_event_subject(event),
	    .trace = trace,
	    .at_us = event->occurred_at_us,
	    .sequence = sequence,
	    .shard_sequence = shard_sequence,
	};
	return wire_head_headers(arena, &head);
}
