/* ombudctl version: as --version, and for programs. */
#include <stdio.h>

#include "common/base/version.h"
#include "services/ombudctl/ctl.h"

enum exit_code version(struct ctl *ctl)
{
	printf(ctl_json(ctl) ? "{\"version\": \"%s\"}\n" : "ombudctl %s\n", OMBUD_VERSION);
	return EXIT_CODE_OK;
}
