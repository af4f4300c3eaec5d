/* How a platform speaks (platform.yaml): languages, the first for readers who chose none, and the time zone of instants in texts.
 */
#ifndef OMBUD_PLATFORM_MANNER_H
#define OMBUD_PLATFORM_MANNER_H

#include <stdbool.h>

#include "common/base/problems.h"
#include "common/model/bundle.h"

#define PLATFORM_YAML "platform.yaml"

enum { MANNER_LANGUAGES_MAX = 16, MANNER_NAME_SIZE = 64 };

struct manner {
	char languages[MANNER_LANGUAGES_MAX][MANNER_NAME_SIZE];
	int languages_count;
	char zone[MANNER_NAME_SIZE];
};

/* false: all mistakes are in problems. */
bool manner_read(const struct bundle *files, struct manner *manner, struct problems *problems);

#endif
