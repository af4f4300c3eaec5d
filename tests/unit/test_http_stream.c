/* The strict reader in front of evhttp, on what public collections of request smuggling have: each row goes in whole, and byte by
 * byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/io/http_stream.h"

enum { BODY_MAX = 1000 };

#define GET "GET /livez HTTP/1.1\r\n"
#define POST "POST /v1/events HTTP/1.1\r\n"
#define HOST "Host: x\r\n"
#define CHUNKED POST HOST "Transfer-Encoding: chunked\r\n\r\n"

/* want: the code of the refusal; NULL: so many whole requests. */
static const struct row {
	const char *name, *bytes;
	size_t size; /* 0: strlen */
	const char *want;
	int requests;
} rows[] = {
    /* what is right */
    {"nothing", "", 0, NULL, 0},
    {"half a head", GET "Hos", 0, NULL, 0},
    {"a plain request", GET HOST "\r\n", 0, NULL, 1},
    {"three at once", GET HOST "\r\n" GET HOST "\r\n" GET HOST "\r\n", 0, NULL, 3},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0, NULL, 1},
    {"a body", POST HOST "Content-Length: 5\r\n\r\nhello" GET HOST "\r\n", 0, NULL, 2},
    {"half a body", POST HOST "Content-Length: 5\r\n\r\nhel", 0, NULL, 0},
    {"a body of anything", POST HOST "Content-Length: 5\r\n\r\n\0\r\n\x01\xff" GET HOST "\r\n", 0, NULL, 0},
    {"no body", POST HOST "\r\n" GET HOST "\r\n", 0, NULL, 2},
    {"leading zeros", POST HOST "Content-Length: 0005\r\n\r\nhello", 0, NULL, 1},
    {"chunks", CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n" GET HOST "\r\n", 0, NULL, 2},
    {"chunk size in hex, any case", CHUNKED "A\r\n0123456789\r\n00b\r\n0123456789a\r\n0\r\n\r\n", 0, NULL, 1},
    {"Chunked, any case", POST HOST "transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n", 0, NULL, 1},
    {"blanks around a value", GET "Host: \t x \t\r\n\r\n", 0, NULL, 1},
    {"an empty value", GET HOST "X:\r\n\r\n", 0, NULL, 1},
    {"Latin letters and UTF-8 in a value", GET HOST "X: \xe9 \xe5\x8d\xa1\r\n\r\n", 0, NULL, 1},
    {"GET with a length of 0", GET HOST "Content-Length: 0\r\n\r\n", 0, NULL, 1},
    {"absolute form of the same host", "GET http://a.example:80/livez HTTP/1.1\r\nHost: A.example:80\r\n\r\n", 0, NULL, 1},
    {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 1},
    {"an IPv6 host", GET "Host: [::1]:8080\r\n\r\n", 0, NULL, 1},
    {"Expect: 100-continue", POST HOST "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n{}", 0, NULL, 1},
    /* lines */
    {"bare LF everywhere", "GET /livez HTTP/1.1\nHost: x\n\n", 0, "bad_head", 0},
    {"bare LF after a header", GET "Host: x\n\r\n", 0, "bad_head", 0},
    {"bare LF at the end", GET HOST "\n", 0, "bad_head", 0},
    {"bare CR", GET "Host: x\rX: y\r\n\r\n", 0, "bad_head", 0},
    {"CR CR LF", GET "Host: x\r\r\n\r\n", 0, "bad_head", 0},
    {"an empty line first", "\r\n" GET HOST "\r\n", 0, "bad_head", 0},
    {"NUL in a header", GET HOST "X: a\0b\r\n\r\n", sizeof(GET HOST "X: a\0b\r\n\r\n") - 1, "bad_head", 0},
    {"NUL in the path", "GET /live\0z HTTP/1.1\r\n", sizeof("GET /live\0z HTTP/1.1\r\n") - 1, "bad_head", 0},
    {"ESC in a header", GET HOST "X: \x1b[0m\r\n\r\n", 0, "bad_head", 0},
    {"DEL in a header", GET HOST "X: \x7f\r\n\r\n", 0, "bad_head", 0},
    {"TLS to the plain port", "\x16\x03\x01\x02\x00\x01", 6, "bad_head", 0},
    /* the request line */
    {"HTTP/0.9", "GET /livez\r\n\r\n", 0, "bad_head", 0},
    {"two blanks", "GET  /livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_head", 0},
    {"a tab", "GET\t/livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_head", 0},
    {"a blank behind", "GET /livez HTTP/1.1 \r\n" HOST "\r\n", 0, "bad_head", 0},
    {"no method", " /livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_head", 0},
    {"a method that is no token", "GE(T /livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_head", 0},
    {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, "bad_version", 0},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n" HOST "\r\n", 0, "bad_version", 0},
    {"HTTP/01.1", "GET / HTTP/01.1\r\n" HOST "\r\n", 0, "bad_version", 0},
    {"http/1.1", "GET / http/1.1\r\n" HOST "\r\n", 0, "bad_version", 0},
    {"no path", "GET livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    {"a fragment", "GET /livez#x HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    {"bytes above ASCII", "GET /\xe5\x8d\xa1 HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    {"absolute form of another host", "GET http://evil/livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    {"... with a user", "GET http://x@evil/livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    {"what evhttp takes for a host", "GET //evil/livez HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    {"... in the absolute form the path is what it is", "GET http://x//livez HTTP/1.1\r\n" HOST "\r\n", 0, NULL, 1},
    {"TRACE", "TRACE / HTTP/1.1\r\n" HOST "\r\n", 0, "unknown_method", 0},
    {"CONNECT of a path", "CONNECT /x HTTP/1.1\r\n" HOST "\r\n", 0, "unknown_method", 0},
    {"get", "get / HTTP/1.1\r\n" HOST "\r\n", 0, "unknown_method", 0},
    {"CONNECT", "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 0, "bad_target", 0},
    /* headers */
    {"folded", GET HOST "X: a\r\n b\r\n\r\n", 0, "bad_head", 0},
    {"folded with a tab", GET HOST "X: a\r\n\tb\r\n\r\n", 0, "bad_head", 0},
    {"the first line folded", GET " Host: x\r\n\r\n", 0, "bad_head", 0},
    {"a blank before the colon", GET HOST "X : a\r\n\r\n", 0, "bad_head", 0},
    {"Content-Length with one", POST HOST "Content-Length : 5\r\n\r\nabcde" GET HOST "\r\n", 0, "bad_head", 0},
    {"Transfer-Encoding with one", POST HOST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 0, "bad_head", 0},
    {"Transfer-Encoding with a form feed",
	POST HOST "Transfer-Encoding:\x0b"
		  "chunked\r\n\r\n0\r\n\r\n",
	0, "bad_head", 0},
    {"no colon", GET HOST "X\r\n\r\n", 0, "bad_head", 0},
    {"no name", GET HOST ": x\r\n\r\n", 0, "bad_head", 0},
    {"a name that is no token", GET HOST "X/Y: x\r\n\r\n", 0, "bad_head", 0},
    {"no Host", GET "\r\n", 0, "bad_host", 0},
    {"two Hosts", GET "Host: a\r\nHost: a\r\n\r\n", 0, "bad_host", 0},
    {"an empty Host", GET "Host:\r\n\r\n", 0, "bad_host", 0},
    {"a Host with a path", GET "Host: x/y\r\n\r\n", 0, "bad_host", 0},
    {"a Host with a user", GET "Host: a@x\r\n\r\n", 0, "bad_host", 0},
    {"a list of Hosts", GET "Host: a, b\r\n\r\n", 0, "bad_host", 0},
    {"another expectation", POST HOST "Expect: foo\r\nContent-Length: 2\r\n\r\n{}", 0, "bad_expectation", 0},
    {"two expectations", POST HOST "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 0,
	"bad_expectation", 0},
    /* where it ends */
    {"CL and TE", POST HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE and CL", POST HOST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"CL twice, the same", POST HOST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL twice, another", POST HOST "Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL +2", POST HOST "Content-Length: +2\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL -2", POST HOST "Content-Length: -2\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL 2, 2", POST HOST "Content-Length: 2, 2\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL 0x2", POST HOST "Content-Length: 0x2\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL 2abc", POST HOST "Content-Length: 2abc\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL 1 2", POST HOST "Content-Length: 1 2\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL 2.0", POST HOST "Content-Length: 2.0\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL of nothing", POST HOST "Content-Length:\r\n\r\n{}", 0, "ambiguous_length", 0},
    {"CL over 64 bits", POST HOST "Content-Length: 18446744073709551618\r\n\r\n{}", 0, "too_large", 0},
    {"CL too large by one", POST HOST "Content-Length: 1001\r\n\r\n{}", 0, "too_large", 0},
    {"TE identity", POST HOST "Transfer-Encoding: identity\r\n\r\n" GET HOST "\r\n", 0, "ambiguous_length", 0},
    {"TE xchunked", POST HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE gzip, chunked", POST HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE chunked, identity", POST HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE chunked;q=1", POST HOST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE \"chunked\"", POST HOST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE twice", POST HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE of nothing", POST HOST "Transfer-Encoding:\r\n\r\n", 0, "ambiguous_length", 0},
    {"TE in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "ambiguous_length", 0},
    {"GET with a body", GET HOST "Content-Length: 5\r\n\r\nabcde", 0, "unexpected_body", 0},
    {"GET with a body too large", GET HOST "Content-Length: 99999\r\n\r\n", 0, "unexpected_body", 0},
    {"GET with chunks", GET HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "unexpected_body", 0},
    {"HEAD with a body", "HEAD /livez HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde", 0, "unexpected_body", 0},
    {"DELETE with a body", "DELETE /x HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde", 0, "unexpected_body", 0},
    {"OPTIONS with a body", "OPTIONS /x HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde", 0, "unexpected_body", 0},
    {"a method of its own with a body", "FOO /x HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde", 0, "unexpected_body", 0},
    /* chunks */
    {"chunk size 0x2", CHUNKED "0x2\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size -1", CHUNKED "-1\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size +2", CHUNKED "+2\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size of nothing", CHUNKED "\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size with a blank before", CHUNKED " 2\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size with a blank behind", CHUNKED "2 \r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk extension", CHUNKED "2;a=b\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk extension of the last", CHUNKED "0;a\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size over 64 bits", CHUNKED "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size that wraps", CHUNKED "100000002\r\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size, bare LF", CHUNKED "2\n{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"chunk size, bare CR", CHUNKED "2\r{}\r\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"more data than said", CHUNKED "2\r\n{}XX0\r\n\r\n", 0, "bad_chunk", 0},
    {"bare LF behind the data", CHUNKED "2\r\n{}\n0\r\n\r\n", 0, "bad_chunk", 0},
    {"a trailer", CHUNKED "0\r\nAuthorization: Bearer x\r\n\r\n", 0, "bad_chunk", 0},
    {"bare LF at the very end", CHUNKED "0\r\n\n", 0, "bad_chunk", 0},
    {"chunks too large together", CHUNKED "3e8\r\n", 0, NULL, 0},
    {"... by one", CHUNKED "3e9\r\n", 0, "too_large", 0},
    /* behind a right one */
    {"smuggled behind a right one", GET HOST "\r\n" POST HOST "Content-Length: +2\r\n\r\n{}", 0, "ambiguous_length", 1},
};

static const struct http_refusal *feed(struct http_stream *stream, const char *bytes, size_t size, size_t step)
{
	const struct http_refusal *why = NULL;
	for (size_t at = 0; at < size; at += step)
		why = http_stream_feed(stream, bytes + at, size - at < step ? size - at : step);
	return why;
}

static void test_rows(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		size_t size = row->size ? row->size : strlen(row->bytes);
		for (size_t step = 1; step <= size + 1; step += step < 4 ? 1 : size) {
			struct http_stream *stream = http_stream_new(BODY_MAX, "192.0.2.1", NULL, NULL);
			const struct http_refusal *why = feed(stream, row->bytes, size, step);
			const char *got = why ? why->code : "(right)", *want = row->want ? row->want : "(right)";
			if (strcmp(got, want) != 0 || http_stream_requests(stream) != row->requests)
				fail_msg("%s, %zu at a time: got %s after %d requests, want %s after %d", row->name, step, got,
				    (int)http_stream_requests(stream), want, row->requests);
			http_stream_free(stream);
		}
	}
}

static void test_sizes(void **state)
{
	static const struct {
		const char *name;
		int line, lines;
		const char *want;
	} sizes[] = {
	    {"a long line", 8000, 1, NULL},
	    {"a line too long", 8200, 1, "head_too_large"},
	    {"two long lines", 7900, 2, NULL},
	    {"a head too large", 5000, 4, "head_too_large"},
	    {"many headers", 1, 99, NULL},
	    {"too many headers", 1, 100, "head_too_large"},
	};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct buf bytes = BUF_EMPTY;
		struct http_stream *stream = http_stream_new(BODY_MAX, "", NULL, NULL);
		buf_text(&bytes, GET HOST);
		for (int line = 0; line < sizes[i].lines; line++)
			buf_printf(&bytes, "X: %0*d\r\n", sizes[i].line, 0);
		buf_text(&bytes, "\r\n");
		const struct http_refusal *why = http_stream_feed(stream, bytes.data, bytes.size);
		const char *got = why ? why->code : "(right)", *want = sizes[i].want ? sizes[i].want : "(right)";
		if (strcmp(got, want) != 0)
			fail_msg("%s: got %s, want %s", sizes[i].name, got, want);
		http_stream_free(stream);
		buf_free(&bytes);
	}
}

static const struct http_refusal none_of_his = {403, "not_his", "Not he.", NULL};

static const struct http_refusal *admit(const struct http_head *head, void *context)
{
	int *asked = context;
	++*asked;
	assert_string_equal(head->peer, "192.0.2.1");
	assert_string_equal(head->method, "POST");
	assert_string_equal(head->target, "/v1/events?x=1");
	assert_string_equal(head->host, "x");
	assert_string_equal(http_head_find(head, "authorization"), "Bearer a b");
	assert_null(http_head_find(head, "Auth"));
	assert_int_equal(http_head_count(head, "x"), 2);
	assert_int_equal(head->body_size, 5);
	return *asked == 1 ? NULL : &none_of_his;
}

/* Asked once a head, before the body; whom it refuses is refused for good. */
static void test_admit(void **state)
{
	static const char request[] =
	    "POST /v1/events?x=1 HTTP/1.1\r\nHost: x\r\nX: 1\r\nAuthorization:  Bearer a b \r\nx: 2\r\nContent-Length: 5\r\n\r\n";
	int asked = 0;
	struct http_stream *stream = http_stream_new(BODY_MAX, "192.0.2.1", admit, &asked);
	assert_null(http_stream_feed(stream, request, sizeof request - 1));
	assert_int_equal(http_stream_body_size(stream), 5);
	assert_null(http_stream_feed(stream, "hello", 5));
	assert_int_equal(http_stream_body_size(stream), 0);
	assert_ptr_equal(http_stream_feed(stream, request, sizeof request - 1), &none_of_his);
	assert_ptr_equal(http_stream_feed(stream, "hello" GET HOST "\r\n", 10), &none_of_his);
	assert_int_equal(asked, 2);
	assert_int_equal(http_stream_requests(stream), 1);
	http_stream_free(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_admit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
