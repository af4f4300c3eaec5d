/* HTTP's way to the inbox. */
#ifndef OMBUD_DAEMON_PUBLISH_H
#define OMBUD_DAEMON_PUBLISH_H

#include <stdint.h>

void publish_delivered(void *opaque, const char *error, int partition, int64_t offset);

#endif
