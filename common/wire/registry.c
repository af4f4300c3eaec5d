#include "common/wire/registry.h"

#include <stddef.h>

const ProtobufCMessageDescriptor *registry_descriptor(enum event_type type)
{
	return type < EVENT_TYPE_COUNT ? contract_events[type].descriptor : NULL;
}

const struct contract_message *registry_message(const ProtobufCMessageDescriptor *descriptor)
{
	for (int i = 0; i < contract_messages_count; i++)
		if (contract_messages[i].descriptor == descriptor)
			return &contract_messages[i];
	return NULL;
}

enum event_type registry_inbox_message(int place)
{
	for (int type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++)
		if (event_type_is_inbox((enum event_type)type) && contract_events[type].place == place)
			return (enum event_type)type;
	return EVENT_NONE;
}
