/* What notification goes by of a platform's version: words, language, zone, endpoints. */
#ifndef OMBUD_SERVICES_NOTIFICATION_WORDS_H
#define OMBUD_SERVICES_NOTIFICATION_WORDS_H

#include "services/notification/notification.h"

/* service->version_new. A secret that cannot be read is told, and is no mistake of the version. */
void *words_new(const struct bundle *files, struct problems *problems);
/* The secrets of all endpoints, again. */
void words_read_secrets(struct problems *problems);

#endif
