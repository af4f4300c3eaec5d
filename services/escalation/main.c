/* escalation: which clocks run for each complaint, when they are due, and what fires. README.md. */
#include "common/store/statements.h"
#include "services/escalation/escalation.h"

static const struct option options[] = {
    {
	.name = "calendars.folder",
	.type = OPTION_FOLDER,
	.value = "deploy/calendars",
	.reload = true,
	.help = "Folder of calendars, <id>.yaml.",
    },
    {
	.name = "policies.file",
	.type = OPTION_FILE,
	.value = "deploy/policies/default.yaml",
	.reload = true,
	.help = "Policies: targets, warnings and ladders of the clocks.",
    },
    {.name = NULL},
};

static void reload(struct daemon *daemon, struct problems *problems)
{
	const struct options *values = daemon_options(daemon);
	const char *folder = options_meant(values, "calendars.folder") ? options_text(values, "calendars.folder") : NULL;
	if (options_meant(values, "policies.file"))
		versions_reload(options_text(values, "policies.file"), folder, problems);
}

int main(int argc, char **argv)
{
	static const struct service service = {
	    .row = &service_rows[SERVICE_ESCALATION],
	    .options = options,
	    .statements = store_statements[SERVICE_ESCALATION],
	    .counters = escalation_counters,
	    .reload = reload,
	    .batch_new = escalation_batch_new,
	    .batch_reset = escalation_batch_reset,
	    .load = escalation_load,
	    .decide = escalation_decide,
	    .write = escalation_write,
	    .committed = escalation_committed,
	};
	return daemon_main(&service, argc, argv);
}
