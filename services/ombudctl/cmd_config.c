/* ombudctl config check: the daemon itself knows its options best. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/nearest.h"
#include "common/base/tongue.h"
#include "common/model/services.h"
#include "services/ombudctl/ctl.h"

enum exit_code config_check(struct ctl *ctl)
{
	const char *name = ctl->flags.words[0], *names[SERVICES_COUNT + 1] = {NULL};
	char program[4200];
	for (int i = 0; i < SERVICES_COUNT; i++)
		names[i] = service_rows[i].name;
	if (service_index(name) < 0) {
		const char *near = nearest_name(name, names);
		if (near)
			die("no daemon '%s'; did you mean %s", name, near);
		die("no daemon '%s'; ombudctl service list tells them", name);
	}
	snprintf(program, sizeof program, "%s/ombud-%s", ctl_program_folder(), name);
	execl(program, program, "--config", ctl->flags.words[1], "--check-config", (char *)NULL);
	ctl_say("%s: %s", program, tongue(strerror(errno)));
	return EXIT_CODE_FAILED;
}
