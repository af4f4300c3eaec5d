/* Where a platform's webhooks go: endpoints.yaml, a list (deploy/platforms/endpoints.md shows one). Secrets are named by the files
 * that they stand in, on each copy's machine: they are never in a version. */
#ifndef OMBUD_PLATFORM_ENDPOINTS_H
#define OMBUD_PLATFORM_ENDPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problems.h"
#include "common/io/webhook_sign.h"
#include "common/model/bundle.h"
#include "common/model/terms.h"

enum { ENDPOINTS_MAX = 1000, ENDPOINT_SECRETS_MAX = 2, ENDPOINT_URL_MAX = 2048 };

struct endpoint {
	const char *id;
	const char *url;
	const char *secret_files[ENDPOINT_SECRETS_MAX]; /* the present one, then the one being retired; NULL: none */
	struct webhook_secret secrets[ENDPOINT_SECRETS_MAX];
	int secrets_count;         /* 0: not read, or they cannot be */
	const char *const *events; /* templates, NULL-ended; NULL: all */
	uint32_t parties;          /* bits 1 << recipient */
	bool allow_private;        /* in-house target: loopback and private addresses, and http */
};

struct endpoints;

/* No such file: no endpoints. NULL: what is wrong has been added to problems. */
struct endpoints *endpoints_new(const struct bundle *files, struct problems *problems);
void endpoints_free(struct endpoints *endpoints); /* NULL is fine */
/* Reads the files of secrets, again or for the first time. What is wrong is added to problems, and that endpoint keeps what it has.
 */
void endpoints_read_secrets(struct endpoints *endpoints, struct problems *problems);

const struct endpoint *endpoints_find(const struct endpoints *endpoints, const char *id);
/* In the order of the file; NULL behind the last. */
const struct endpoint *endpoints_at(const struct endpoints *endpoints, int index);
bool endpoint_wants(const struct endpoint *endpoint, enum party recipient, const char *template);

#endif
