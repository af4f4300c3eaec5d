/* Where webhooks go: a YAML file, a list of endpoints (deploy/config/endpoints.yaml shows one). Read at start and at SIGHUP. */
#ifndef OMBUD_SERVICES_NOTIFICATION_ENDPOINTS_H
#define OMBUD_SERVICES_NOTIFICATION_ENDPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problems.h"
#include "common/io/webhook_sign.h"
#include "common/model/terms.h"

enum { ENDPOINTS_MAX = 1000, ENDPOINT_SECRETS_MAX = 2, ENDPOINT_URL_MAX = 2048 };

struct endpoint {
	const char *id;
	const char *platform_id;
	const char *url;
	struct webhook_secret secrets[ENDPOINT_SECRETS_MAX]; /* the present one, then the one being retired */
	int secrets_count;
	const char *const *events; /* templates, NULL-ended; NULL: all */
	uint32_t parties;          /* bits 1 << recipient */
	bool allow_private;        /* in-house target: loopback and private addresses, and http */
};

struct endpoints;

/* path "": no endpoints. NULL: what is wrong has been added to problems. */
struct endpoints *endpoints_load(const char *path, struct problems *problems);
void endpoints_free(struct endpoints *endpoints);

const struct endpoint *endpoints_find(const struct endpoints *endpoints, const char *id);
/* In the order of the file; NULL behind the last. */
const struct endpoint *endpoints_at(const struct endpoints *endpoints, int index);
bool endpoint_wants(const struct endpoint *endpoint, const char *platform_id, enum party recipient, const char *template);

#endif
