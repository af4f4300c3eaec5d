/* escalation: which clocks run for each complaint, when they are due, and what fires. README.md. */
#include "common/store/statements.h"
#include "services/escalation/escalation.h"

static void *version_new(const struct bundle *files, struct problems *problems)
{
	return terms_new(files, problems);
}

int main(int argc, char **argv)
{
	static const struct service service = {
	    .row = &service_rows[SERVICE_ESCALATION],
	    .statements = store_statements[SERVICE_ESCALATION],
	    .counters = escalation_counters,
	    .by_platforms = true,
	    .version_new = version_new,
	    .memory_new = escalation_memory_new,
	    .memory_reset = escalation_memory_reset,
	    .load = escalation_load,
	    .decide = escalation_decide,
	    .write = escalation_write,
	    .committed = escalation_committed,
	};
	return daemon_main(&service, argc, argv);
}
