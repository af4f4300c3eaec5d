#include "common/model/topics.h"

#include <stdio.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/value.h"

const struct topic_row topic_rows[] = {
    {"ombud.inbox.v1", "order id (person id for contacts, preferences, erasure)", NULL, {"intake"}},
    {"ombud.complaint.v1", "order id", "intake", {"triage", "escalation", "notification"}},
    {"ombud.triage.v1", "order id", "triage", {"intake", "escalation", "notification"}},
    {"ombud.risk.v1", "incident, merchant or person id", "triage", {"notification"}},
    {"ombud.escalation.v1", "order id", "escalation", {"intake", "notification"}},
    {"ombud.remedy.v1", "order id", "intake", {"notification"}},
    {"ombud.notification.v1", "order id", "notification", {"escalation"}},
    {NULL, NULL, NULL, {NULL}},
};

const char *topic_dead_letter_name(char *name, const char *topic, const char *service)
{
	if (snprintf(name, TOPIC_NAME_SIZE, "%s.%s.dlt", topic, service) >= TOPIC_NAME_SIZE)
		bug("topic name too long: %s", topic);
	return name;
}

void topic_each(const char *prefix, topic_fn *fn, void *context)
{
	for (const struct topic_row *row = topic_rows; row->name; row++) {
		char name[TOPIC_NAME_SIZE], dead_letter[TOPIC_NAME_SIZE];
		snprintf(name, sizeof name, "%s%s", prefix, row->name);
		fn(name, false, context);
		for (int i = 0; i < TOPIC_READERS_MAX && row->readers[i]; i++)
			fn(topic_dead_letter_name(dead_letter, name, row->readers[i]), true, context);
	}
}

static void find_longest(const char *name, bool dead_letter, void *context)
{
	size_t *longest = context;
	if (strlen(name) > *longest)
		*longest = strlen(name);
}

bool topic_prefix_check(const char *prefix, char *error, size_t error_size)
{
	size_t longest = 0;
	topic_each("", find_longest, &longest);
	return value_check_name(prefix, TOPIC_NAME_SIZE - 1 - longest, error, error_size);
}
