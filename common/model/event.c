#include "common/model/event.h"

#include <string.h>

/* Every string and every value with a string in it; a test holds this list against struct event's tables in common/wire/fields.c.
 */
static const struct event empty = {
    .platform_id = "",
    .source = "",
    .event_id = "",
    .actor = {.id = "", .role = ""},
    .order_id = "",
    .complaint_id = "",
    .item_id = "",
    .person_id = "",
    .subject_id = "",
    .complainant_id = "",
    .merchant_id = "",
    .custom_type = "",
    .statement = {.text = "", .wanted = ""},
    .language = "",
    .claimed = {.currency = ""},
    .text = "",
    .inspector_id = "",
    .owner_id = "",
    .owner_before_id = "",
    .queue = "",
    .referred_to = "",
    .reference = "",
    .notice_id = "",
    .decision_id = "",
    .remedy_key = "",
    .settlement_id = "",
    .standard_code = "",
    .inquiry_id = "",
    .asked_id = "",
    .evidence_id = "",
    .deputy_id = "",
    .basis = "",
    .address = "",
    .quiet_from = "",
    .quiet_until = "",
    .zone = "",
    .input = {.topic = "", .source = "", .event_id = ""},
    .code = "",
    .refused_type = "",
    .refused_source = "",
    .refused_event_id = "",
    .refused_evidence_id = "",
    .refused_member = "",
    .policy_id = "",
    .rules_version = "",
    .role = "",
    .recipient = "",
    .template = "",
    .subject = "",
    .rule_id = "",
    .incident_id = "",
    .sku = "",
    .category = "",
};

void event_init(struct event *event, enum event_type type)
{
	memcpy(event, &empty, sizeof empty);
	event->type_id = type;
}

const struct event *said_of(const struct event *event)
{
	if (event->type_id != EVENT_COMPLAINT_CHANGED)
		return event;
	return event->said ? event->said : &empty;
}

struct event event_empty(enum event_type type)
{
	struct event event;
	event_init(&event, type);
	return event;
}
