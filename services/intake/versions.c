#include <stdlib.h>

#include "common/base/die.h"
#include "common/platform/figures.h"
#include "common/platform/law_file.h"
#include "common/platform/types.h"
#include "common/platform/windows.h"

#include "services/intake/intake.h"

/* What intake goes by of a platform's version. */
struct version {
	struct eligibility_limits windows;
	struct limit_figures figures;
	struct type_codes types;
	struct law_file *law;
};

void *intake_version_new(const struct bundle *files, struct problems *problems)
{
	struct version *version = xcalloc(1, sizeof(*version));
	version->law = law_file_new(files, problems);
	if (windows_read(files, &version->windows, problems) && figures_read(files, &version->figures, problems) &&
	    types_read(files, &version->types, problems) && version->law)
		return version;
	law_file_free(version->law);
	free(version);
	return NULL;
}

const struct eligibility_limits *intake_windows(const struct daemon *daemon, int32_t number)
{
	const struct version *version = daemon_version(daemon, number);
	return version ? &version->windows : NULL;
}

const struct type_codes *intake_types(const struct daemon *daemon, int32_t number)
{
	const struct version *version = daemon_version(daemon, number);
	return version ? &version->types : NULL;
}

const struct law *intake_law(const struct daemon *daemon, int32_t number)
{
	const struct version *version = daemon_version(daemon, number);
	return version ? law_file_law(version->law) : NULL;
}

const struct limit_figures *intake_figures(const struct daemon *daemon, const char *platform_id)
{
	const struct version *version = daemon_newest(daemon, platform_id);
	return version ? &version->figures : &limit_figures_standard;
}
