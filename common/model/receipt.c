#include "common/model/receipt.h"

#include <stddef.h>
#include <string.h>

static const size_t event_times[] = {
    offsetof(struct event, occurred_at_us),
    offsetof(struct event, fault_found_at_us),
    offsetof(struct event, statement.happened_at_us),
    offsetof(struct event, called_at_us),
    offsetof(struct event, told_at_us),
};

static const size_t order_times[] = {
    offsetof(struct order_facts, purchased_at_us),
    offsetof(struct order_facts, paid_at_us),
    offsetof(struct order_facts, shipped_at_us),
    offsetof(struct order_facts, delivered_at_us),
    offsetof(struct order_facts, receipt_confirmed_at_us),
};

static const size_t evidence_times[] = {offsetof(struct evidence, made_at_us)};

static const size_t trace_times[] = {
    offsetof(struct goods_trace, issued_at_us),
    offsetof(struct goods_trace, delivered_at_us),
    offsetof(struct goods_trace, redeemed_at_us),
    offsetof(struct goods_trace, checked_at_us),
};

#define COUNT_OF(array) (int)(sizeof(array) / sizeof((array)[0]))

bool receipt_may_lie_ahead(const char *member)
{
	static const char *const promises[] = {
	    "promised_at", "due_at", "away_from", "away_until", "valid_from", "valid_until", "ordered_from", "ordered_until"};
	for (int i = 0; i < COUNT_OF(promises); i++)
		if (strcmp(member, promises[i]) == 0)
			return true;
	return false;
}

static int count_later(const void *object, const size_t *times, int count, int64_t received_us)
{
	int later = 0;
	for (int i = 0; i < count; i++)
		later += *(const int64_t *)((const char *)object + times[i]) > received_us;
	return later;
}

static void bound(void *object, const size_t *times, int count, int64_t received_us)
{
	for (int i = 0; i < count; i++) {
		int64_t *at_us = (int64_t *)((char *)object + times[i]);
		*at_us = *at_us > received_us ? received_us : *at_us;
	}
}

static int count_all(const struct event *event, int64_t received_us)
{
	int later = count_later(event, event_times, COUNT_OF(event_times), received_us);
	if (event->order)
		later += count_later(event->order, order_times, COUNT_OF(order_times), received_us);
	for (size_t i = 0; i < event->evidence_count; i++)
		later += count_later(&event->evidence[i], evidence_times, COUNT_OF(evidence_times), received_us);
	for (size_t i = 0; i < event->traces_count; i++)
		later += count_later(&event->traces[i], trace_times, COUNT_OF(trace_times), received_us);
	return later;
}

static const struct event *bounded_copy(struct arena *arena, const struct event *event, int64_t received_us)
{
	struct event *copy = arena_copy(arena, event, sizeof(*copy));
	bound(copy, event_times, COUNT_OF(event_times), received_us);
	if (copy->order) {
		copy->order = arena_copy(arena, copy->order, sizeof(*copy->order));
		bound(copy->order, order_times, COUNT_OF(order_times), received_us);
	}
	if (copy->evidence_count > 0)
		copy->evidence = arena_copy(arena, copy->evidence, sizeof(*copy->evidence) * copy->evidence_count);
	for (size_t i = 0; i < copy->evidence_count; i++)
		bound(&copy->evidence[i], evidence_times, COUNT_OF(evidence_times), received_us);
	if (copy->traces_count > 0)
		copy->traces = arena_copy(arena, copy->traces, sizeof(*copy->traces) * copy->traces_count);
	for (size_t i = 0; i < copy->traces_count; i++)
		bound(&copy->traces[i], trace_times, COUNT_OF(trace_times), received_us);
	return copy;
}

const struct event *event_as_received(struct arena *arena, const struct event *event, int64_t received_us, int *later)
{
	int count = count_all(event, received_us);
	if (later)
		*later = count;
	return count > 0 ? bounded_copy(arena, event, received_us) : event;
}
