#include "common/io/crypto.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/base/die.h"

/* One algorithm and one context for all digests of the loop's thread: OpenSSL 3 takes longer to look an algorithm up than to digest
 * a record. */
static EVP_MD_CTX *digest_start(void)
{
	static EVP_MD *sha256;
	static EVP_MD_CTX *context;

	if (context == NULL) {
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
		context = EVP_MD_CTX_new();
	}
	if (sha256 == NULL || context == NULL || EVP_DigestInit_ex2(context, sha256, NULL) != 1)
		bug("OpenSSL has no SHA-256");
	return context;
}

void crypto_sha256(const struct crypto_part *parts, int count, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	EVP_MD_CTX *context = digest_start();

	for (int i = 0; i < count; i++)
		if (EVP_DigestUpdate(context, parts[i].data, parts[i].size) != 1)
			bug("SHA-256 cannot go on");
	if (EVP_DigestFinal_ex(context, digest, NULL) != 1)
		bug("SHA-256 cannot end");
}

void crypto_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size, uint8_t mac[CRYPTO_SHA256_SIZE])
{
	static const char empty[1];
	if (HMAC(EVP_sha256(), key_size == 0 ? empty : key, (int)key_size, data, size, mac, NULL) == NULL)
		bug("HMAC failed");
}

bool crypto_equal(const void *one, const void *other, size_t size)
{
	return CRYPTO_memcmp(one, other, size) == 0;
}

const char *crypto_base64_encode(const void *data, size_t size, char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *bytes = data;
	char *out = text;

	for (; size > 0; bytes += 3) {
		uint32_t group = (uint32_t)bytes[0] << 16 | (size > 1 ? (uint32_t)bytes[1] << 8 : 0) | (size > 2 ? bytes[2] : 0);
		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = size > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = size > 2 ? digits[group & 63] : '=';
		size -= size < 3 ? size : 3;
	}
	*out = '\0';
	return text;
}

static int base64_value(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	if (digit == '+' || digit == '-')
		return 62;
	return digit == '/' || digit == '_' ? 63 : -1;
}

/* false: padding that is neither whole nor absent. */
static bool base64_strip_padding(const char *text, size_t *size)
{
	size_t stripped = *size;
	while (stripped > 0 && text[stripped - 1] == '=' && *size - stripped < 2)
		stripped--;
	bool padded = stripped != *size;
	bool fits = !padded || *size % 4 == 0;
	*size = stripped;
	return fits;
}

bool crypto_base64_decode(const char *text, size_t text_size, void *data, size_t *size)
{
	uint8_t *out = data;
	uint32_t group = 0;
	int bits = 0;

	if (!base64_strip_padding(text, &text_size) || text_size % 4 == 1)
		return false;
	for (size_t i = 0; i < text_size; i++) {
		int value = base64_value(text[i]);
		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(group >> bits);
			group &= (1u << bits) - 1;
		}
	}
	*size = (size_t)(out - (uint8_t *)data);
	return group == 0; /* bits that no encoder leaves */
}

const char *crypto_hex(const void *data, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * size] = '\0';
	return text;
}
