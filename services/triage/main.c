/* ombud-triage: finds a complaint's type, tier, priority, who answers first, queue and policy by rules that operators edit. */
#include "common/daemon/service.h"
#include "common/store/statements.h"

#include "services/triage/triage.h"

static const struct option options[] = {
    {.name = "triage.rules",
	.type = OPTION_FILE,
	.value = "deploy/rules/default.yaml",
	.reload = true,
	.help =
	    "file of triage rules (deploy/rules/README.md); SIGHUP reads it again and keeps the old rules when the new are wrong"},
    {0},
};

/* A batch runs on this same loop, between two of whose turns nobody holds the old rules. */
static void reload(struct daemon *daemon, struct problems *problems)
{
	if (!options_meant(daemon_options(daemon), "triage.rules"))
		return;
	struct rules_file *file = rules_file_read(options_text(daemon_options(daemon), "triage.rules"), problems);
	if (problems->count > 0) {
		rules_file_free(file);
		return;
	}
	rules_file_free(daemon_context(daemon));
	daemon_set_context(daemon, file);
}

static const struct service service = {
    .row = &service_rows[SERVICE_TRIAGE],
    .options = options,
    .statements = store_statements[SERVICE_TRIAGE],
    .reload = reload,
    .batch_new = triage_batch_new,
    .batch_reset = triage_batch_reset,
    .load = triage_load,
    .decide = triage_decide,
    .write = triage_write,
};

int main(int argc, char **argv)
{
	return daemon_main(&service, argc, argv);
}
