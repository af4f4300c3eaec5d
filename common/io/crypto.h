/* OpenSSL's libcrypto, as far as Ombud needs it. */
#ifndef OMBUD_IO_CRYPTO_H
#define OMBUD_IO_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

enum { CRYPTO_SHA256_SIZE = 32 };

/* A run of bytes, for digests over several. */
struct crypto_part {
	const void *data;
	size_t size;
};

/* SHA-256 of the parts one after the other. */
void crypto_sha256(const struct crypto_part *parts, int count, uint8_t digest[CRYPTO_SHA256_SIZE]);

#endif
