/* Signatures of Standard Webhooks, symmetric: "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body". */
#ifndef OMBUD_IO_WEBHOOK_SIGN_H
#define OMBUD_IO_WEBHOOK_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WEBHOOK_SECRET_MIN = 24,
	WEBHOOK_SECRET_MAX = 64,
	WEBHOOK_SIGNATURE_SIZE = 2 * 48 + 1, /* "v1," and 44 characters, for two secrets, a blank between */
};

struct webhook_secret {
	uint8_t bytes[WEBHOOK_SECRET_MAX];
	size_t size;
};

/* "whsec_" and the base64 of 24 to 64 bytes. false: not one. Never log the text. */
bool webhook_secret_parse(const char *text, struct webhook_secret *secret);

/* The header webhook-signature: one signature for each secret (two while one is being retired), separated by blanks. signature has
 * WEBHOOK_SIGNATURE_SIZE bytes; returns it. id must not contain a '.'. */
const char *webhook_sign(const struct webhook_secret *secrets, int count, const char *id, int64_t timestamp_s, const void *body,
    size_t body_size, char *signature);

#endif
