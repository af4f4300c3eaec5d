/* Digests, MACs, base64 and random bytes. The only file that knows OpenSSL. */
#ifndef OMBUD_IO_CRYPTO_H
#define OMBUD_IO_CRYPTO_H

#include <stdbool.h>
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
void crypto_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size, uint8_t mac[CRYPTO_SHA256_SIZE]);

/* In constant time: for MACs and tokens, where memcmp and strcmp tell how far a guess was right. */
bool crypto_equal(const void *one, const void *other, size_t size);

#define CRYPTO_BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)
/* Standard alphabet with padding; text has CRYPTO_BASE64_SIZE(size) bytes; returns it. */
const char *crypto_base64_encode(const void *data, size_t size, char *text);
/* Both alphabets, padding whole or none (what proto3's JSON allows). data has room for text_size / 4 * 3 + 3 bytes. */
bool crypto_base64_decode(const char *text, size_t text_size, void *data, size_t *size);

const char *crypto_hex(const void *data, size_t size, char *text); /* text has 2 * size + 1 bytes; returns it */

#endif
