/* Who may come in at the head of a request: with tokens, and without. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io/http_access.h"
#include "tests/unit/check.h"

/* SHA-256 of "local". */
#define DIGEST "25bf8e1a2393f1108d37029b3df5593236c755742ec93465bbafa9b290bddcf6"

static struct http_access *load(const char *text, mode_t mode, struct problems *problems)
{
	char path[] = "/tmp/ombud-tokens-XXXXXX";
	int fd = mkstemp(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	struct http_access *access = http_access_load(path, problems);
	unlink(path);
	return access;
}

#define H(name, value)      \
	{                   \
		name, value \
	}

static const struct row {
	const char *name, *peer, *host;
	struct http_head_line lines[3];
	const char *want; /* NULL: comes in */
} open_rows[] =
    {
	{"this machine", "127.0.0.1", "127.0.0.1:8080", {{0}}, NULL},
	{"... by name", "127.0.0.1", "localhost", {{0}}, NULL},
	{"... any case", "127.0.0.1", "LocalHost:80", {{0}}, NULL},
	{"... by IPv6", "::1", "[::1]:8080", {{0}}, NULL},
	{"... mapped", "::ffff:127.0.0.1", "localhost:1", {{0}}, NULL},
	{"another machine", "192.0.2.7", "localhost", {{0}}, "unauthorised"},
	{"a name made to point here (DNS rebinding)", "127.0.0.1", "evil.example:8080", {{0}}, "foreign_host"},
	{"a name that begins like ours", "127.0.0.1", "localhost.evil.example", {{0}}, "foreign_host"},
	{"an address that begins like ours", "127.0.0.1", "127.0.0.1.nip.io", {{0}}, "foreign_host"},
	{"another loopback address", "127.0.0.1", "127.0.0.2", {{0}}, "foreign_host"},
	{"no Host (HTTP/1.0)", "127.0.0.1", NULL, {{0}}, "foreign_host"},
	{"our own page", "127.0.0.1", "localhost:8080", {H("Origin", "http://localhost:8080")}, NULL},
	{"a page of another port", "127.0.0.1", "localhost:8080", {H("Origin", "http://localhost:3000")}, "foreign_origin"},
	{"a page from elsewhere", "127.0.0.1", "localhost:8080", {H("origin", "https://evil.example")}, "foreign_origin"},
	{"a page from nowhere", "127.0.0.1", "localhost:8080", {H("Origin", "null")}, "foreign_origin"},
	{"a browser's own request", "127.0.0.1", "localhost:8080", {H("Sec-Fetch-Site", "none")}, NULL},
	{"a picture in a foreign page", "127.0.0.1", "localhost:8080", {H("Sec-Fetch-Site", "cross-site")}, "foreign_origin"},
	{"another port's page", "127.0.0.1", "localhost:8080", {H("Sec-Fetch-Site", "same-site")}, "foreign_origin"},
	{"two origins, the first ours", "127.0.0.1", "localhost:80",
	    {H("Origin", "http://localhost:80"), H("Origin", "http://evil.example")}, "foreign_origin"},
	{"two sites, the first ours", "127.0.0.1", "localhost:80", {H("Sec-Fetch-Site", "none"), H("Sec-Fetch-Site", "cross-site")},
	    "foreign_origin"},
	{"a proxy", "127.0.0.1", "localhost:8080", {H("X-Forwarded-For", "192.0.2.7")}, "forwarded"},
	{"a proxy that says the scheme only", "127.0.0.1", "localhost:8080", {H("x-forwarded-proto", "https")}, "forwarded"},
	{"a proxy by the standard", "127.0.0.1", "localhost:8080", {H("Forwarded", "for=192.0.2.7")}, "forwarded"},
	{"a proxy that says so", "127.0.0.1", "localhost:8080", {H("Via", "1.1 proxy")}, "forwarded"},
	{"nginx", "127.0.0.1", "localhost:8080", {H("X-Real-IP", "192.0.2.7")}, "forwarded"},
},
  token_rows[] = {
      {"a token, from anywhere, through a proxy", "192.0.2.7", "x", {H("Authorization", "Bearer local"), H("Via", "1.1 x")}, NULL},
      {"any case of the scheme", "192.0.2.7", "x", {H("authorization", "bearer  local")}, NULL},
      {"none, on loopback", "127.0.0.1", "localhost", {{0}}, "unauthorised"},
      {"another", "127.0.0.1", "localhost", {H("Authorization", "Bearer global")}, "unauthorised"},
      {"another scheme", "127.0.0.1", "localhost", {H("Authorization", "Basic local")}, "unauthorised"},
      {"nothing behind it", "127.0.0.1", "localhost", {H("Authorization", "Bearer ")}, "unauthorised"},
};

static void check_rows(const struct http_access *access, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct http_head head = {.peer = rows[i].peer, .method = "POST", .target = "/v1/events", .host = rows[i].host};
		for (; rows[i].lines[head.lines_count].name; head.lines_count++)
			head.lines[head.lines_count] = rows[i].lines[head.lines_count];
		const struct http_refusal *why = http_access_admit(access, &head);
		const char *got = why ? why->code : "(in)", *want = rows[i].want ? rows[i].want : "(in)";
		if (strcmp(got, want) != 0)
			fail_msg("%s: got %s, want %s", rows[i].name, got, want);
		if (why && why->status == 401)
			assert_non_null(strstr(why->header, "WWW-Authenticate: Bearer"));
	}
}

static void test_without_tokens(void **state)
{
	check_rows(NULL, open_rows, COUNT_OF(open_rows));
}

static void test_with_tokens(void **state)
{
	struct problems problems = {0};
	struct http_access *access = load(DIGEST " shop\n", 0600, &problems);
	assert_string_equal(problems_text(&problems), "");
	check_rows(access, token_rows, COUNT_OF(token_rows));
	http_access_free(access);
	problems_free(&problems);
}

static void test_a_file_that_everybody_may_write(void **state)
{
	struct problems problems = {0};
	assert_null(load(DIGEST " shop\n", 0646, &problems));
	assert_non_null(strstr(problems_text(&problems), ":1:1: everybody may write it"));
	problems_free(&problems);
}

static void test_lines_by_table(void **state)
{
	static const struct {
		const char *words, *want; /* NULL: taken */
	} rows[] = {
	    {"shop", NULL},
	    {"*", NULL},
	    {"shop backend", NULL},
	    {"* auditor", NULL},
	    {"shop complainant b-1", NULL},
	    {"shop merchant m-1", NULL},
	    {"shop agent a-1", NULL},
	    {"shop inspector l-1", NULL},
	    {"", ":1:65: a platform id, or *, is missing"},
	    {"shop buyer b-1", ":1:71: a role is backend"},
	    {"shop Merchant m-1", ":1:71: a role is backend"},
	    {"shop complainant", ":1:71: behind this role the id is missing"},
	    {"* complainant b-1", ":1:68: an id is of one platform"},
	    {"* agent a-1", ":1:68: an id is of one platform"},
	    {"shop backend b-1", ":1:71: a line has SHA-256, platform id"},
	    {"shop auditor x", ":1:71: a line has SHA-256, platform id"},
	    {"shop merchant m-1 m-2", ":1:71: a line has SHA-256, platform id"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct problems problems = {0};
		char line[200];
		snprintf(line, sizeof(line), DIGEST " %s\n", rows[i].words);
		struct http_access *access = load(line, 0600, &problems);
		if (!rows[i].want != (access != NULL) || (rows[i].want && !strstr(problems_text(&problems), rows[i].want)))
			fail_msg(
			    "%s: got %s, want %s", rows[i].words, problems_text(&problems), rows[i].want ? rows[i].want : "taken");
		http_access_free(access);
		problems_free(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_without_tokens),
	    cmocka_unit_test(test_with_tokens),
	    cmocka_unit_test(test_lines_by_table),
	    cmocka_unit_test(test_a_file_that_everybody_may_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
