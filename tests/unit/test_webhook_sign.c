/* Signatures against vectors that others computed: Standard Webhooks' own documentation, and Python's hmac. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/webhook_sign.h"

/* From the reference libraries' tests (github.com/standard-webhooks/standard-webhooks). */
#define SPEC_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SPEC_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
/* python3: base64.b64encode(hmac.new(base64.b64decode(SECRET), b"ID.TIME.BODY", hashlib.sha256).digest()) */
#define OTHER_SECRET "whsec_b21idWQgdW5pdCB0ZXN0IHNlY3JldCAwMQ=="

static const char body[] = "{\"test\": 2432232314}";

static void test_the_reference_vector(void **state)
{
	struct webhook_secret secret;
	char signature[WEBHOOK_SIGNATURE_SIZE];
	assert_true(webhook_secret_parse(SPEC_SECRET, &secret));
	webhook_sign(&secret, 1, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), signature);
	assert_string_equal(signature, SPEC_SIGNATURE);
}

static void test_a_chinese_body(void **state)
{
	static const char text[] = "{\"type\":\"ombud.answer_asked\",\"text\":\"请答复\"}";
	struct webhook_secret secret;
	char signature[WEBHOOK_SIGNATURE_SIZE];
	assert_true(webhook_secret_parse(OTHER_SECRET, &secret));
	webhook_sign(&secret, 1, "019a4f00-0000-7000-8000-000000000001", 1793610000, text, strlen(text), signature);
	assert_string_equal(signature, "v1,KTg/uiaacO1Cs+N0BT6AQyJ2BVDsCLXbIzo4sF0VKdA=");
}

static void test_two_secrets_give_two_signatures(void **state)
{
	struct webhook_secret secrets[2];
	char signature[WEBHOOK_SIGNATURE_SIZE];
	assert_true(webhook_secret_parse(OTHER_SECRET, &secrets[0]));
	assert_true(webhook_secret_parse(SPEC_SECRET, &secrets[1]));
	webhook_sign(secrets, 2, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), signature);
	assert_int_equal(strlen(signature), WEBHOOK_SIGNATURE_SIZE - 2);
	assert_non_null(strstr(signature, " " SPEC_SIGNATURE));
}

static void test_secrets(void **state)
{
	static const struct {
		const char *name, *text;
		size_t want; /* 0: refused */
	} cases[] = {
	    {"24 bytes", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 24},
	    {"64 bytes", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", 64},
	    {"empty", "", 0},
	    {"no prefix", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0},
	    {"23 bytes", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0},
	    {"65 bytes", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0},
	    {"not base64", "whsec_********************************", 0},
	    {"asymmetric", "whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct webhook_secret secret = {.size = 0};
		size_t got = webhook_secret_parse(cases[i].text, &secret) ? secret.size : 0;
		if (got != cases[i].want)
			fail_msg("%s: got %zu, want %zu", cases[i].name, got, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_reference_vector),
	    cmocka_unit_test(test_a_chinese_body),
	    cmocka_unit_test(test_two_secrets_give_two_signatures),
	    cmocka_unit_test(test_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
