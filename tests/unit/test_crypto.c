/* Digests and MACs against published vectors; base64 both ways. */
#include "common/io/crypto.h"
#include "tests/unit/check.h"

static void test_sha256(void **state)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char text[2 * CRYPTO_SHA256_SIZE + 1];
	crypto_sha256(NULL, 0, digest);
	check_text(
	    "nothing", crypto_hex(digest, sizeof digest, text), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	crypto_sha256((struct crypto_part[]){{"a", 1}, {NULL, 0}, {"bc", 2}}, 3, digest);
	check_text(
	    "abc", crypto_hex(digest, sizeof digest, text), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_hmac(void **state)
{
	uint8_t mac[CRYPTO_SHA256_SIZE];
	char text[2 * CRYPTO_SHA256_SIZE + 1];
	crypto_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac); /* RFC 4231, case 2 */
	check_text("Jefe", crypto_hex(mac, sizeof mac, text), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	crypto_hmac_sha256(NULL, 0, "", 0, mac);
	check_text("empty", crypto_hex(mac, sizeof mac, text), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_base64_both_ways(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "+//+"}};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[32], data[32];
		size_t size = 99;
		check_text(rows[i][0], crypto_base64_encode(rows[i][0], strlen(rows[i][0]), text), rows[i][1]);
		assert_true(crypto_base64_decode(text, strlen(text), data, &size));
		check_number(rows[i][1], size, strlen(rows[i][0]));
		assert_memory_equal(data, rows[i][0], size);
	}
	uint8_t bytes[300] = {0}, back[400];
	char text[CRYPTO_BASE64_SIZE(300)];
	for (size_t size = 0; size < sizeof bytes; size++) {
		size_t got;
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)(size * 7 + i * 31);
		crypto_base64_encode(bytes, size, text);
		assert_int_equal(strlen(text) + 1, CRYPTO_BASE64_SIZE(size));
		assert_true(crypto_base64_decode(text, strlen(text), back, &got));
		check_number("size", got, size);
		assert_memory_equal(bytes, back, size);
	}
}

static void test_base64_accepts_and_refuses(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
	    {"-__-", true}, /* the other alphabet */
	    {"Zg", true},   /* no padding */
	    {"Zm8", true},
	    {"Zg=", false}, /* half a padding */
	    {"Zm9v=", false},
	    {"Zm9v====", false},
	    {"Z", false},
	    {"=", false},
	    {"==", false},
	    {"====", false},
	    {"Zh==", false}, /* bits that no encoder leaves */
	    {"Zm9=", false},
	    {"Zm 9v", false},
	    {"Zm9v\n", false},
	    {"Zg==Zg==", false},
	    {"Z*==", false},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char data[32];
		size_t size;
		check_number(rows[i].text, crypto_base64_decode(rows[i].text, strlen(rows[i].text), data, &size), rows[i].want);
	}
}

static void test_equal(void **state)
{
	uint8_t one[32] = {0}, other[32] = {0};
	assert_true(crypto_equal(one, other, sizeof one));
	other[31] = 1;
	assert_false(crypto_equal(one, other, sizeof one));
	assert_true(crypto_equal(one, other, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256),
	    cmocka_unit_test(test_hmac),
	    cmocka_unit_test(test_base64_both_ways),
	    cmocka_unit_test(test_base64_accepts_and_refuses),
	    cmocka_unit_test(test_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
