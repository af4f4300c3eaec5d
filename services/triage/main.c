/* ombud-triage: finds a complaint's type, tier, priority, who answers first, queue and policy by rules that operators edit. */
#include "common/daemon/service.h"
#include "common/store/statements.h"

#include "services/triage/triage.h"

static void *version_new(const struct bundle *files, struct problems *problems)
{
	return rules_file_new(files, problems);
}

static const struct service service = {
    .row = &service_rows[SERVICE_TRIAGE],
    .statements = store_statements[SERVICE_TRIAGE],
    .by_platforms = true,
    .version_new = version_new,
    .memory_new = triage_memory_new,
    .memory_reset = triage_memory_reset,
    .load = triage_load,
    .decide = triage_decide,
    .write = triage_write,
};

int main(int argc, char **argv)
{
	return daemon_main(&service, argc, argv);
}
