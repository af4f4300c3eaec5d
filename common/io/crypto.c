#include "common/io/crypto.h"

#include <openssl/evp.h>

#include "common/base/die.h"

/* Fetched once: looking an algorithm up costs more than digesting a record. */
static const EVP_MD *sha256(void)
{
	static const EVP_MD *algorithm;

	if (algorithm == NULL)
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (algorithm == NULL)
		bug("libcrypto has no SHA-256");
	return algorithm;
}

/* One context a thread, never freed: it is used for every record. */
static EVP_MD_CTX *context(void)
{
	static _Thread_local EVP_MD_CTX *kept;

	if (kept == NULL)
		kept = EVP_MD_CTX_new();
	if (kept == NULL)
		bug("out of memory for a digest");
	return kept;
}

void crypto_sha256(const struct crypto_part *parts, int count, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	EVP_MD_CTX *digesting = context();

	if (EVP_DigestInit_ex(digesting, sha256(), NULL) != 1)
		bug("SHA-256 cannot begin");
	for (int i = 0; i < count; i++)
		if (EVP_DigestUpdate(digesting, parts[i].data, parts[i].size) != 1)
			bug("SHA-256 cannot go on");
	if (EVP_DigestFinal_ex(digesting, digest, NULL) != 1)
		bug("SHA-256 cannot end");
}
