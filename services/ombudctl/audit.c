#include "services/ombudctl/ctl.h"

enum exit_code audit(struct ctl *ctl)
{
	ctl_say("not yet");
	return EXIT_CODE_FAILED;
}
