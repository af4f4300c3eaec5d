#include "common/io/webhook_sign.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/io/crypto.h"

bool webhook_secret_parse(const char *text, struct webhook_secret *secret)
{
	static const char prefix[] = "whsec_";
	uint8_t bytes[WEBHOOK_SECRET_MAX * 2];
	size_t size = strlen(text), got = 0;
	if (strncmp(text, prefix, strlen(prefix)) != 0 || size > strlen(prefix) + CRYPTO_BASE64_SIZE(WEBHOOK_SECRET_MAX))
		return false;
	text += strlen(prefix);
	if (!crypto_base64_decode(text, strlen(text), bytes, &got) || got < WEBHOOK_SECRET_MIN || got > WEBHOOK_SECRET_MAX)
		return false;
	memcpy(secret->bytes, bytes, got);
	secret->size = got;
	explicit_bzero(bytes, sizeof bytes);
	return true;
}

const char *webhook_sign(const struct webhook_secret *secrets, int count, const char *id, int64_t timestamp_s, const void *body,
    size_t body_size, char *signature)
{
	struct buf content = BUF_EMPTY;
	char *at = signature;
	buf_printf(&content, "%s.%lld.", id, (long long)timestamp_s);
	buf_append(&content, body, body_size);
	*at = '\0';
	for (int i = 0; i < count; i++) {
		uint8_t mac[CRYPTO_SHA256_SIZE];
		crypto_hmac_sha256(secrets[i].bytes, secrets[i].size, content.data, content.size, mac);
		at = stpcpy(at, i ? " v1," : "v1,");
		crypto_base64_encode(mac, sizeof mac, at);
		at += strlen(at);
	}
	buf_free(&content);
	return signature;
}
