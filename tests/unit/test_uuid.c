#include "common/base/uuid.h"
#include "tests/unit/check.h"

static void test_reads_and_writes(void **state)
{
	static const struct {
		const char *text, *want; /* want NULL: refused */
	} rows[] = {
	    {"018f3c1e-7b2a-7c4d-8e5f-0123456789ab", "018f3c1e-7b2a-7c4d-8e5f-0123456789ab"},
	    {"018F3C1E-7B2A-7C4D-8E5F-0123456789AB", "018f3c1e-7b2a-7c4d-8e5f-0123456789ab"},
	    {"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
	    {"018f3c1e7b2a7c4d8e5f0123456789ab", NULL},
	    {"018f3c1e-7b2a-7c4d-8e5f-0123456789a", NULL},
	    {"018f3c1e-7b2a-7c4d-8e5f-0123456789abc", NULL},
	    {"018f3c1e-7b2a-7c4d-8e5f-0123456789ag", NULL},
	    {"018f3c1e-7b2a-7c4d-8e5f00123456789ab", NULL},
	    {"{18f3c1e-7b2a-7c4d-8e5f-0123456789a}", NULL},
	    {"018f3c1e-7b2a-7c4d-8e5f-0123456789\xc3\xa9", NULL},
	    {"", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct uuid uuid = {{7}};
		char text[UUID_TEXT_SIZE];
		bool read = uuid_parse(rows[i].text, &uuid);
		check_number(rows[i].text, read, rows[i].want != NULL);
		if (read)
			check_text(rows[i].text, uuid_format(&uuid, text), rows[i].want);
		else
			assert_int_equal(uuid.bytes[0], 7);
	}
}

static void test_zero(void **state)
{
	struct uuid uuid = {{0}};
	assert_true(uuid_is_zero(&uuid));
	uuid.bytes[15] = 1;
	assert_false(uuid_is_zero(&uuid));
}

static void test_derived_form(void **state)
{
	static const uint8_t zeros[16],
	    ones[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const struct {
		int64_t instant_us;
		const uint8_t *digest;
		const char *want;
	} rows[] = {
	    {1645557742000000, ones, "017f22e2-79b0-7fff-bfff-ffffffffffff"}, /* the instant of RFC 9562, A.6 */
	    {1645557742000999, zeros, "017f22e2-79b0-7000-8000-000000000000"},
	    {1000, ones, "00000000-0001-7fff-bfff-ffffffffffff"},
	    {0, ones, "ffffffff-ffff-8fff-bfff-ffffffffffff"}, /* no instant: no zeros either, and another version */
	    {0, zeros, "00000000-0000-8000-8000-000000000000"},
	    {999, ones, "ffffffff-ffff-8fff-bfff-ffffffffffff"},
	    {-1, ones, "ffffffff-ffff-8fff-bfff-ffffffffffff"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[UUID_TEXT_SIZE];
		struct uuid uuid = uuid_derive(rows[i].instant_us, rows[i].digest);
		check_text(rows[i].want, uuid_format(&uuid, text), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads_and_writes),
	    cmocka_unit_test(test_zero),
	    cmocka_unit_test(test_derived_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
