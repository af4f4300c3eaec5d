/* ombudctl config check: the daemon itself knows its options best. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/nearest.h"
#include "services/ombudctl/ctl.h"

enum exit_code config_check(struct ctl *ctl)
{
	static const char *const daemons[] = {"intake", "triage", "escalation", "notification", NULL};
	const char *name = ctl->flags.words[0];
	char program[4200];
	int known = 0;
	for (int i = 0; daemons[i]; i++)
		known |= !strcmp(daemons[i], name);
	if (!known) {
		const char *near = nearest_name(name, daemons);
		die("no daemon '%s'; %s%s", name, near ? "did you mean " : "there are intake, triage, escalation, notification",
		    near ? near : "");
	}
	snprintf(program, sizeof program, "%s/ombud-%s", ctl_program_folder(), name);
	execl(program, program, "--config", ctl->flags.words[1], "--check-config", (char *)NULL);
	ctl_say("%s: %s", program, strerror(errno));
	return EXIT_CODE_FAILED;
}
