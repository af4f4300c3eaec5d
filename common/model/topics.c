#include "common/model/topics.h"

#include <stdio.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/value.h"
#include "common/model/services.h"

const struct topic_row topic_rows[] = {
    {"ombud.inbox.v1", "order id (person id for contacts, preferences, erasure)"},
    {"ombud.complaint.v1", "order id"},
    {"ombud.triage.v1", "order id"},
    {"ombud.risk.v1", "incident, merchant or person id"},
    {"ombud.escalation.v1", "order id"},
    {"ombud.remedy.v1", "order id"},
    {"ombud.notification.v1", "order id"},
    {NULL, NULL},
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
		for (const struct service_row *service = service_rows; service->name; service++)
			if (service_reads(service, row->name))
				fn(topic_dead_letter_name(dead_letter, name, service->name), true, context);
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
