/* Proto3's JSON mapping: what is taken, and what is refused with which code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/wire/wire.h"
#include "tests/wire/sample.h"

#define META "\"meta\":{\"platformId\":\"cards\",\"actor\":{\"kind\":\"ACTOR_KIND_COMPLAINANT\",\"id\":\"b-1\"}}"
#define FILED(members) META ",\"orderId\":\"o-1\",\"complainantId\":\"b-1\"" members
#define ANSWER(members) META ",\"orderId\":\"o-1\",\"complaintId\":\"018bcfe5-687b-77d6-941e-fdfac8bc1d33\"" members
#define EVIDENCE(members) FILED(",\"evidence\":[{\"evidenceId\":\"a\",\"kind\":\"photo\",\"uri\":\"https://a\"" members "}]")

static struct wire_decoded decoded;
static struct wire_fault fault;

/* NULL: taken. */
static const char *decode_data(struct arena *arena, const char *type, const char *data)
{
	const char *json = arena_printf(arena,
	    "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.%s\",\"data\":{%s}}", type,
	    data);
	return wire_decode_json(arena, json, strlen(json), &decoded, &fault) ? NULL : fault.code;
}

static const struct data_case {
	const char *type, *data, *want;
} data_cases[] = {
    {"ComplaintFiled", FILED(""), NULL},
    {"ComplaintFiled", META ",\"order_id\":\"o-1\",\"complainant_id\":\"b-1\"", NULL},
    {"ComplaintFiled", FILED(",\"itemId\":null,\"statement\":null,\"evidence\":null"), NULL},
    {"ComplaintFiled", FILED(",\"evidence\":[]"), NULL},
    {"ComplaintFiled", FILED(",\"channel\":\"CHANNEL_WEB\""), NULL},
    {"ComplaintFiled", FILED(",\"channel\":2"), NULL},
    {"ComplaintFiled", FILED(",\"channel\":\"web\""), "unknown_enum"},
    {"ComplaintFiled", FILED(",\"channel\":99"), "unknown_enum"},
    {"ComplaintFiled", FILED(",\"channel\":true"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1999\",\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":1999,\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":1.999e3,\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":19.99,\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\" 1\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"-1\",\"currency\":\"CNY\"}"), "out_of_range"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"99999999999999999999\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1.999e3\",\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"19990E-1\",\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1999.0\",\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"0e999\",\"currency\":\"CNY\"}"), NULL},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1e-1\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1e99\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1e\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1.\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"+1\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"-\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":\"1\\u0000\",\"currency\":\"CNY\"}"), "bad_json"},
    {"ComplaintFiled", FILED(",\"claimed\":{\"minorUnits\":5}"), "missing_field"},
    {"ComplaintFiled", FILED(",\"claimed\":[]"), "bad_json"},
    {"ComplaintFiled", FILED(",\"faultFoundAt\":\"2026-11-02T09:00:00.123456789+08:00\""), NULL},
    {"ComplaintFiled", FILED(",\"faultFoundAt\":\"2026-11-02\""), "bad_format"},
    {"ComplaintFiled", FILED(",\"faultFoundAt\":1793581200"), "bad_format"},
    {"ComplaintFiled", FILED(",\"itemId\":7"), "bad_json"},
    {"ComplaintFiled", FILED(",\"itemId\":\"a\\u0000b\""), "embedded_nul"},
    {"ComplaintFiled", FILED(",\"itemId\":\"a\\nb\""), "bad_format"},
    {"ComplaintFiled", FILED(",\"itemId\":\"\xff\""), "invalid_utf8"},
    {"ComplaintFiled", FILED(",\"itemId\":\"\\ud800\""), "bad_json"},
    {"ComplaintFiled", FILED(",\"itemId\":\"\\ud83d\\ude00\""), NULL},
    {"ComplaintFiled", FILED(",\"itemID\":\"1\""), "unknown_field"},
    {"ComplaintFiled", FILED(",\"itemId\":\"1\",\"item_id\":\"2\""), "duplicate_field"},
    {"ComplaintFiled", FILED(",\"itemId\":\"1\",\"itemId\":\"2\""), "bad_json"},
    {"ComplaintFiled", META ",\"complainantId\":\"b-1\"", "missing_field"},
    {"ComplaintFiled", EVIDENCE(""), NULL},
    {"ComplaintFiled", EVIDENCE(",\"sha256\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""), NULL},
    {"ComplaintFiled", EVIDENCE(",\"sha256\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""), NULL},
    {"ComplaintFiled", EVIDENCE(",\"sha256\":\"________________________________________-_8\""), NULL},
    {"ComplaintFiled", EVIDENCE(",\"sha256\":\"AAAA\""), NULL}, /* without that piece: test_input.c */
    {"ComplaintFiled", EVIDENCE(",\"sha256\":\"!\""), "bad_json"},
    {"ComplaintFiled", EVIDENCE(",\"sizeBytes\":\"9223372036854775807\""), NULL},
    {"ComplaintFiled", EVIDENCE(",\"sizeBytes\":\"9223372036854775808\""), "bad_json"},
    {"ComplaintFiled", FILED(",\"evidence\":[null]"), "bad_json"},
    {"ComplaintFiled", FILED(",\"evidence\":{}"), "bad_json"},
    {"AnswerGiven", ANSWER(",\"offer\":{\"text\":\"x\"}"), NULL},
    {"AnswerGiven", ANSWER(",\"defence\":{}"), NULL},
    {"AnswerGiven", ANSWER(",\"offer\":null,\"defence\":{}"), NULL},
    {"AnswerGiven", ANSWER(",\"offer\":{},\"defence\":{}"), "duplicate_field"},
    {"AnswerGiven", ANSWER(""), "missing_field"},
    {"ResolutionConfirmed", ANSWER(",\"rating\":5"), NULL},
    {"ResolutionConfirmed", ANSWER(",\"rating\":\"5\""), NULL},
    {"ResolutionConfirmed", ANSWER(",\"rating\":6"), "out_of_range"},
    {"ResolutionConfirmed", ANSWER(",\"rating\":4294967297"), "out_of_range"},
    {"AdmissionGiven", ANSWER(",\"admitted\":true"), NULL},
    {"AdmissionGiven", ANSWER(",\"admitted\":\"true\""), "bad_json"},
    {"AdmissionGiven", ANSWER(",\"admitted\":1"), "bad_json"},
};

static void data_is_taken_or_refused(void **state)
{
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < sizeof data_cases / sizeof *data_cases; i++) {
		const struct data_case *c = &data_cases[i];
		const char *got = decode_data(arena, c->type, c->data);
		if ((got == NULL) != (c->want == NULL) || (got != NULL && strcmp(got, c->want) != 0))
			fail_msg("%s: got %s (%s), want %s", c->data, got ? got : "taken", got ? fault.reason : "",
			    c->want ? c->want : "taken");
	}
	arena_free(arena);
}

static void values_arrive(void **state)
{
	struct arena *arena = arena_new(0);

	assert_null(decode_data(arena, "ComplaintFiled",
	    EVIDENCE(
		",\"sha256\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"") ",\"statement\":{\"text\":\"\\u5361\\\"\\n😀\",\"happenedAt\":\"1969-12-31T23:59:59.5Z\"},\"claimed\":{\"minorUnits\":"
										"\"900719925474993\",\"currency\":\"CNY\"}"));
	assert_string_equal(decoded.event->statement.text, "卡\"\n😀");
	assert_int_equal(decoded.event->statement.happened_at_us, -500000);
	assert_int_equal(decoded.event->claimed.minor_units, 900719925474993);
	assert_int_equal(decoded.event->evidence[0].sha256_size, 32);
	for (int i = 0; i < 32; i++)
		assert_int_equal(decoded.event->evidence[0].sha256[i], i);
	assert_int_equal(decoded.event->actor.kind, ACTOR_KIND_COMPLAINANT);
	arena_free(arena);
}

static void the_nearest_name_is_told(void **state)
{
	struct arena *arena = arena_new(0);

	assert_string_equal(decode_data(arena, "ComplaintFiled", FILED(",\"fautlFoundAt\":\"x\"")), "unknown_field");
	assert_non_null(strstr(fault.reason, "'faultFoundAt'"));
	assert_string_equal(decode_data(arena, "ComplaintFiled", FILED(",\"zzzzzzzz\":\"secret\"")), "unknown_field");
	assert_null(strstr(fault.reason, "secret"));
	assert_null(strstr(fault.reason, "zzz"));
	arena_free(arena);
}

static const struct text_case {
	const char *json, *want;
} text_cases[] = {
    {"", "empty_value"},
    {"{", "bad_json"},
    {"[]", "bad_json"},
    {"\"x\"", "bad_json"},
    {"{}", "bad_envelope"},
    {"{\"specversion\":\"1.0\",\"data\":{}}", "unknown_type"},
    {"{\"specversion\":\"0.3\",\"type\":\"ombud.inbox.v1.ComplaintFiled\",\"data\":{}}", "bad_envelope"},
    {"{\"specversion\":\"1.0\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"}", "bad_envelope"},
    {"{\"specversion\":\"1.0\",\"type\":\"ombud.inbox.v1.ComplaintFiled\",\"data\":{},\"data_base64\":\"\"}", "bad_envelope"},
    {"{\"specversion\":\"1.0\",\"type\":\"ombud.inbox.v1.ComplaintFiled\",\"data\":[]}", "bad_json"},
    {"{\"specversion\":\"1.0\",\"type\":\"ombud.inbox.v1.ComplaintFiled\",\"data\":{}}", "missing_field"},
    {"{\"specversion\":\"1.0\",\"type\":\"ombud.inbox.v1.ComplaintFiled\",\"data_base64\":\"?\"}", "bad_json"},
    {"{\"specversion\":\"1.0\",\"type\":{},\"data\":{}}", "bad_envelope"},
    {"{\"specversion\":\"1.0\",\"type\":\"ombud.risk.v1.ScoreChanged\",\"data\":{}}", "unknown_type"},
    {"\xff", "invalid_utf8"},
};

static void texts_that_are_no_event(void **state)
{
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < sizeof text_cases / sizeof *text_cases; i++) {
		bool good = wire_decode_json(arena, text_cases[i].json, strlen(text_cases[i].json), &decoded, &fault);
		if (good || strcmp(fault.code, text_cases[i].want) != 0)
			fail_msg("%s: got %s, want %s", text_cases[i].json, good ? "taken" : fault.code, text_cases[i].want);
	}
	arena_free(arena);
}

static void hostile_texts_are_bounded(void **state)
{
	enum { SIZE = 4 * WIRE_RECORD_SIZE_MAX };
	struct arena *arena = arena_new(WIRE_BUDGET_MAX);
	char *json = test_malloc(SIZE + 1);

	memset(json, '[', SIZE);
	assert_false(wire_decode_json(arena, json, SIZE, &decoded, &fault));
	assert_string_equal(fault.code, "too_deep");
	json[0] = '[';
	for (int i = 1; i + 2 < SIZE; i += 3)
		memcpy(json + i, "{},", 3);
	assert_false(wire_decode_json(arena, json, SIZE, &decoded, &fault));
	assert_string_equal(fault.code, "too_many");
	assert_false(wire_decode_json(arena, json, SIZE + 1, &decoded, &fault));
	assert_string_equal(fault.code, "oversize");
	memset(json, '{', SIZE);
	for (int i = 0; i + 5 < SIZE; i += 5)
		memcpy(json + i, "{\"a\":", 5);
	assert_false(wire_decode_json(arena, json, SIZE, &decoded, &fault));
	assert_string_equal(fault.code, "too_deep");
	test_free(json);
	arena_free(arena);
}

static void encoded_data(void **state)
{
	struct arena *arena = arena_new(0);
	/* the bytes of a ComplaintFiled, as base64 */
	const char *json =
	    "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\","
	    "\"datacontenttype\":\"application/protobuf\",\"data_base64\":\"CgsKBWNhcmRzKgIIARIDby0xKgNiLTE=\"}";

	if (!wire_decode_json(arena, json, strlen(json), &decoded, &fault))
		fail_msg("%s: %s", fault.code, fault.reason);
	assert_string_equal(decoded.event->order_id, "o-1");
	assert_string_equal(decoded.event->platform_id, "cards");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(data_is_taken_or_refused),
	    cmocka_unit_test(values_arrive),
	    cmocka_unit_test(the_nearest_name_is_told),
	    cmocka_unit_test(texts_that_are_no_event),
	    cmocka_unit_test(hostile_texts_are_bounded),
	    cmocka_unit_test(encoded_data),
	};
	return cmocka_run_group_tests_name("pjson", tests, NULL, NULL);
}
