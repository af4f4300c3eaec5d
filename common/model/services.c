#include "common/model/services.h"

#include <string.h>

const struct service_row service_rows[SERVICES_COUNT + 1] = {
    [SERVICE_INTAKE] =
	{
	    .name = "intake",
	    .reads = {{"ombud.inbox.v1", .inbox = true}, {"ombud.triage.v1"}, {"ombud.escalation.v1"}},
	    .emits = {"ombud.complaint.v1", "ombud.remedy.v1"},
	    .walks = {"move_policy"},
	},
    [SERVICE_TRIAGE] =
	{
	    .name = "triage",
	    .reads = {{"ombud.complaint.v1"}},
	    .emits = {"ombud.triage.v1", "ombud.risk.v1"},
	},
    [SERVICE_ESCALATION] =
	{
	    .name = "escalation",
	    .reads = {{"ombud.complaint.v1"}, {"ombud.triage.v1"}, {"ombud.notification.v1"}},
	    .emits = {"ombud.escalation.v1"},
	},
    [SERVICE_NOTIFICATION] =
	{
	    .name = "notification",
	    .reads = {{"ombud.complaint.v1"}, {"ombud.triage.v1"}, {"ombud.escalation.v1"}, {"ombud.remedy.v1"}, {"ombud.risk.v1"}},
	    .emits = {"ombud.notification.v1"},
	},
};

int service_index(const char *name)
{
	for (int i = 0; i < SERVICES_COUNT; i++)
		if (!strcmp(service_rows[i].name, name))
			return i;
	return -1;
}

bool service_reads(const struct service_row *service, const char *topic)
{
	for (const struct subscription *read = service->reads; read->topic; read++)
		if (!strcmp(read->topic, topic))
			return true;
	return false;
}

static bool is_among(const char *const *names, const char *topic)
{
	for (; *names; names++)
		if (!strcmp(*names, topic))
			return true;
	return false;
}

bool service_hops(const char *topic)
{
	for (const struct service_row *service = service_rows; service->name; service++)
		if (is_among(service->hops, topic))
			return true;
	return false;
}

int service_writer(const char *topic)
{
	for (int i = 0; i < SERVICES_COUNT; i++)
		if (is_among(service_rows[i].emits, topic) || is_among(service_rows[i].hops, topic))
			return i;
	return -1;
}
