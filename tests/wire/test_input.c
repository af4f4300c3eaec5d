/* What is taken as an event and what is refused, sentence by sentence of the standards: proto/INPUT.md has a line for each row here
 * (tests/wire/run holds the two together). Whatever is taken must be the one same event: its identity and its body are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/wire/wire.h"

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
#define OTHER "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
#define TIME_US INT64_C(1793581200000000)
#define TIME "2026-11-02T01:00:00Z"

#define META "\"meta\":{\"platformId\":\"cards\",\"actor\":{\"kind\":\"ACTOR_KIND_COMPLAINANT\",\"id\":\"b-1\"}}"
#define FILED(members) "{" META ",\"orderId\":\"o-1\",\"complainantId\":\"b-1\"" members "}"
#define EVENT(members) \
	"{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" members "}"
#define DATA ",\"data\":" FILED("")
#define WITH(members) EVENT(",\"data\":" FILED(members))
#define SUM(text) WITH(",\"claimed\":{\"minorUnits\":" text ",\"currency\":\"CNY\"}")
#define PIECE(members) WITH(",\"evidence\":[{\"evidenceId\":\"a\",\"kind\":\"photo\",\"uri\":\"https://a\"" members "}]")
#define ANSWERED(members)                                                                                                      \
	"{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.AnswerGiven\",\"data\":{" META \
	",\"orderId\":\"o-1\",\"complaintId\":\"018bcfe5-687b-77d6-941e-fdfac8bc1d33\"" members "}}"
#define ONE "{\"evidenceId\":\"a\",\"kind\":\"photo\",\"uri\":\"https://a/b\"}"
#define TEN ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE "," ONE
#define LETTERS \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define SIGNED                                                                                                                  \
	LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS \
	    LETTERS
#define RECORDED(line, total)                                                                                                        \
	"{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.OrderRecorded\",\"data\":{" META     \
	",\"orderId\":\"o-1\",\"order\":{\"buyerId\":\"b-1\",\"status\":\"ORDER_STATUS_COMPLETED\",\"total\":{\"minorUnits\":" total \
	",\"currency\":\"CNY\"},\"items\":[{\"itemId\":\"coupon\",\"price\":{\"minorUnits\":" line ",\"currency\":\"CNY\"}}]}}}"
/* META of FILED as protobuf, by `protoc --encode`: what data_base64 carries. */
#define BASE64 "ChAKBWNhcmRzKgcIARIDYi0xEgNvLTEqA2ItMQ=="
#define URL64 "ChAKBWNhcmRzKgcIARIDYi0xEgNvLTEqA2ItMQ"
#define JSON64 \
	"eyJtZXRhIjp7InBsYXRmb3JtSWQiOiJjYXJkcyIsImFjdG9yIjp7ImtpbmQiOiJBQ1RPUl9LSU5EX0NPTVBMQUlOQU5UIiwiaWQiOiJiLTEifX0sIm9yZGVySWQiOiJvLTEiLCJjb21wbGFpbmFudElkIjoiYi0xIn0="

enum how {
	BINARY,     /* ce_ headers and content-type application/protobuf, then the row's headers; the value is protobuf */
	STRUCTURED, /* content-type application/cloudevents+json, then the row's headers */
	BARE,       /* the row's headers only */
};

enum { ROW_HEADERS = 4 };

static const struct row {
	const char *name;
	enum how how;
	const char *without; /* a header that is left out */
	struct {
		const char *name, *value;
	} headers[ROW_HEADERS]; /* added behind */
	const char *value;
	size_t size; /* NULL: protobuf; size 0: its text */
	const char *frame;
	size_t frame_size; /* before the value */
	const char *want;  /* a code; NULL: taken */
	const char *says;  /* stands in the reason */
	const char *trace;
	int64_t time_us;     /* 0: that of the row's base */
	const char *refused; /* "code id member": the one piece of evidence that it is taken without */
	bool other;          /* it is taken, as another event than the common one */
} rows[] = {
#define VALUE(text) .value = text
#define BYTES(text) .value = text, .size = sizeof(text) - 1
#define FRAME(text) .how = BARE, .frame = text, .frame_size = sizeof(text) - 1
#define REFUSED(code) .want = code
#define HEADERS(...) .headers = {__VA_ARGS__}
#define OF_TYPE                                                         \
	{"ce_type", "ombud.inbox.v1.ComplaintFiled"}, {"ce_id", "e-1"}, \
	{                                                               \
		"ce_source", "/shop"                                    \
	}

    /* CloudEvents' Kafka binding 1.0.2 */
    {"kafka: binary", BINARY},
    {"kafka: structured", STRUCTURED, VALUE(EVENT(DATA))},
    {"kafka: structured, in any case, with parameters", BARE,
	HEADERS({"content-type", "Application/CloudEvents+JSON ; charset=UTF-8"}), VALUE(EVENT(DATA))},
    {"kafka: a batch", BARE, HEADERS({"content-type", "application/cloudevents-batch+json"}), VALUE("[" EVENT(DATA) "]"),
	REFUSED("unknown_media_type"), .says = "no batches"},
    {"kafka: another event format", BARE, HEADERS({"content-type", "application/cloudevents+avro"}, OF_TYPE),
	REFUSED("unknown_media_type"), .says = "cloudevents+json"},
    {"kafka: almost the JSON format", BARE, HEADERS({"content-type", "application/cloudevents+json5"}), VALUE(EVENT(DATA)),
	REFUSED("unknown_media_type")},
    {"kafka: no content type, protobuf", BINARY, .without = "content-type"},
    {"kafka: no content type, JSON data", BARE, HEADERS(OF_TYPE), VALUE(FILED(""))},
    {"kafka: no header at all, a structured event", BARE, VALUE(EVENT(DATA))},
    {"kafka: ... behind white space", BARE, VALUE(" \r\n\t" EVENT(DATA))},
    {"kafka: ... behind a byte order mark", BARE, VALUE("\xef\xbb\xbf " EVENT(DATA))},
    {"kafka: no header at all, protobuf", BARE, REFUSED("unknown_type"), .says = "no ce_type"},
    {"kafka: ce_datacontenttype beside content-type", BINARY, HEADERS({"ce_datacontenttype", "application/json"})},
    {"kafka: ce_datacontenttype alone", BINARY, .without = "content-type", HEADERS({"ce_datacontenttype", "application/json"})},
    {"kafka: Content-Type in capitals", BARE, HEADERS({"Content-Type", "application/cloudevents+json"}), VALUE(EVENT(DATA))},
    {"kafka: content-type beside one in capitals", BINARY, HEADERS({"Content-Type", "application/cloudevents+json"})},
    {"kafka: content-type twice, not the same", BINARY, HEADERS({"content-type", "application/json"}), REFUSED("bad_envelope"),
	.says = "datacontenttype: is said twice"},
    {"kafka: content-type twice, the same", BINARY, HEADERS({"content-type", "application/protobuf"})},
    {"kafka: JSON data", BINARY, .without = "content-type", HEADERS({"content-type", "application/json;charset=utf-8"}),
	VALUE(FILED(""))},
    {"kafka: JSON data under another name", BINARY, .without = "content-type",
	HEADERS({"content-type", "application/vnd.shop+JSON"}), VALUE(FILED(""))},
    {"kafka: protobuf under another name", BINARY, .without = "content-type", HEADERS({"content-type", "application/x-protobuf"})},
    {"kafka: bytes", BINARY, .without = "content-type", HEADERS({"content-type", "application/octet-stream"})},
    {"kafka: data of another type", BINARY, .without = "content-type", HEADERS({"content-type", "application/avro"}),
	REFUSED("unknown_media_type")},
    {"kafka: an empty value", BINARY, .value = "", .size = 0, REFUSED("empty_value")},
    {"kafka: an extension", BINARY, HEADERS({"ce_comexampleextension1", "value"}, {"ce_partitionkey", "o-2"})},
    {"kafka: an unrelated header that is no UTF-8", BINARY, HEADERS({"x-other", "\xff"}, {"ce_other", "\xff"})},
    {"kafka: an unrelated header twice", BINARY, HEADERS({"x-other", "1"}, {"x-other", "2"})},
    {"kafka: an attribute that is no UTF-8", BINARY, .without = "ce_id", HEADERS({"ce_id", "\xff"}), REFUSED("bad_envelope"),
	.says = "id: "},
    {"kafka: an attribute with a control character", BINARY, .without = "ce_id", HEADERS({"ce_id", "a\nb"}),
	REFUSED("bad_envelope")},
    {"kafka: an attribute with a C1 control", BINARY, .without = "ce_id", HEADERS({"ce_id", "a\xc2\x85"}), REFUSED("bad_envelope")},
    {"kafka: an attribute with what is no character", BINARY, .without = "ce_id", HEADERS({"ce_id", "\xef\xbf\xbe"}),
	REFUSED("bad_envelope")},
    {"kafka: an attribute of many letters", BINARY, .without = "ce_id", HEADERS({"ce_id", "订单 €\xf0\x9f\x98\x80"}),
	.other = true},
    {"kafka: a percent sign is itself", BINARY, .without = "ce_id", HEADERS({"ce_id", "e%2D1"}), .other = true},
    {"kafka: CE_ID", BINARY, .without = "ce_id", HEADERS({"CE_ID", "e-1"}), REFUSED("missing_field"),
	.says = "Kafka's header is ce_id"},
    {"kafka: ce-id", BINARY, .without = "ce_id", HEADERS({"ce-id", "e-1"}), REFUSED("missing_field"),
	.says = "Kafka's header is ce_id"},
    {"kafka: Ce-Source", BINARY, .without = "ce_source", HEADERS({"Ce-Source", "/shop"}), REFUSED("missing_field"),
	.says = "Kafka's header is ce_source"},
    {"kafka: ce-type", BINARY, .without = "ce_type", HEADERS({"ce-type", "ombud.inbox.v1.ComplaintFiled"}), REFUSED("unknown_type"),
	.says = "Kafka's header is ce_type"},
    {"kafka: ce-id beside ce_id", BINARY, HEADERS({"ce-id", "e-2"}, {"CE_ID", "e-3"})},
    {"kafka: no ce_type", BINARY, .without = "ce_type", REFUSED("unknown_type"), .says = "no ce_type"},
    {"kafka: no ce_id", BINARY, .without = "ce_id", REFUSED("missing_field"), .says = "neither ce_id nor meta.event_id"},
    {"kafka: no ce_source", BINARY, .without = "ce_source", REFUSED("missing_field"), .says = "neither ce_source nor meta.source"},
    {"kafka: no ce_specversion", BINARY, .without = "ce_specversion"},
    {"kafka: an id without a value", BINARY, .without = "ce_id", HEADERS({"ce_id", NULL}), REFUSED("missing_field")},
    {"kafka: another specversion", BINARY, .without = "ce_specversion", HEADERS({"ce_specversion", "0.3"}), REFUSED("bad_envelope"),
	.says = "specversion"},
    {"kafka: a type that nobody knows", BINARY, .without = "ce_type", HEADERS({"ce_type", "ombud.inbox.v1.Complaintfiled"}),
	REFUSED("unknown_type")},
    {"kafka: a type of Ombud's own", BINARY, .without = "ce_type", HEADERS({"ce_type", "ombud.complaint.v1.ComplaintChanged"}),
	REFUSED("unknown_type"), .says = "Ombud's own"},
    {"kafka: an attribute twice, the same", BINARY, HEADERS({"ce_id", "e-1"})},
    {"kafka: an attribute twice, not the same", BINARY, HEADERS({"ce_id", "e-2"}), REFUSED("bad_envelope"),
	.says = "id: is said twice"},
    {"kafka: an id too long", BINARY, .without = "ce_id", HEADERS({"ce_id", "@130"}), REFUSED("field_too_long")},
    {"kafka: a source too long", BINARY, .without = "ce_source", HEADERS({"ce_source", "@260"}), REFUSED("field_too_long")},
    {"kafka: a time of 9 KB", BINARY, .without = "ce_time", HEADERS({"ce_time", "@9000"}), REFUSED("oversize"), .says = "time: "},
    {"kafka: an unrelated header of 9 KB", BINARY, HEADERS({"x-session", "@9000"}, {"ce_session", "@9000"})},
    {"kafka: 70 unrelated headers", BINARY, HEADERS({"#70", "1"})},
    {"kafka: 70 headers that are read", BINARY, HEADERS({"#70", "ce_id"}), REFUSED("oversize")},
    {"kafka: a time of another zone", BINARY, .without = "ce_time", HEADERS({"ce_time", "2026-11-02T09:00:00.000+08:00"})},
    {"kafka: a time in lower case", BINARY, .without = "ce_time", HEADERS({"ce_time", "2026-11-02t01:00:00z"})},
    {"kafka: a time that is none", BINARY, .without = "ce_time", HEADERS({"ce_time", "yesterday"}), REFUSED("bad_envelope"),
	.says = "time: is not RFC 3339"},
    {"kafka: no time", BINARY, .without = "ce_time", .time_us = 77},
    {"kafka: a sequence of the publisher's", BINARY,
	HEADERS({"ce_sequence", "0001-A"}, {"ce_shardsequence", "-"}, {"ce_history", "long"})},
    {"kafka: a trace", BINARY, HEADERS({"traceparent", TRACE}), .trace = TRACE},
    {"kafka: the trace of the hop goes before the event's", BINARY, HEADERS({"traceparent", TRACE}, {"ce_traceparent", OTHER}),
	.trace = TRACE},
    {"kafka: the event's trace", BINARY, HEADERS({"ce_traceparent", OTHER}), .trace = OTHER},
    {"kafka: a trace that is none", BINARY, HEADERS({"traceparent", "\xff"}), .trace = ""},
    {"kafka: two traces", BINARY, HEADERS({"traceparent", TRACE}, {"traceparent", OTHER}), .trace = ""},
    {"kafka: a trace of 9 KB", BINARY, HEADERS({"traceparent", "@9000"}), .trace = ""},
    {"kafka: headers beside a structured event", STRUCTURED,
	HEADERS({"ce_id", "e-2"}, {"ce_time", "yesterday"}, {"traceparent", TRACE}), VALUE(EVENT(DATA)), .trace = TRACE},

    /* CloudEvents' JSON format 1.0.2, and RFC 8259 */
    {"json: null attributes", STRUCTURED,
	VALUE(EVENT(",\"time\":null,\"subject\":null,\"dataschema\":null,\"datacontenttype\":null,\"x\":null" DATA))},
    {"json: null for what must be there", STRUCTURED,
	VALUE("{\"specversion\":null,\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"),
	REFUSED("bad_envelope"), .says = "specversion: is missing"},
    {"json: an id that is a number", STRUCTURED,
	VALUE("{\"specversion\":\"1.0\",\"id\":5,\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"),
	REFUSED("bad_envelope"), .says = "id: is not a JSON string"},
    {"json: a specversion that is a number", STRUCTURED,
	VALUE("{\"specversion\":1.0,\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"),
	REFUSED("bad_envelope"), .says = "specversion: is not a JSON string"},
    {"json: a time that is a number", STRUCTURED, VALUE(EVENT(",\"time\":1793581200" DATA)), REFUSED("bad_envelope"),
	.says = "time: is not a JSON string"},
    {"json: a time", STRUCTURED, VALUE(EVENT(",\"time\":\"" TIME "\"" DATA)), .time_us = TIME_US},
    {"json: extensions of every kind", STRUCTURED,
	VALUE(EVENT(",\"a\":1,\"b\":true,\"c\":\"x\",\"d\":{\"e\":[1]},\"f\":[],\"sequence\":\"0001-A\",\"history\":{}" DATA))},
    {"json: a trace that is no string", STRUCTURED, VALUE(EVENT(",\"traceparent\":1" DATA)), .trace = ""},
    {"json: a trace", STRUCTURED, VALUE(EVENT(",\"traceparent\":\"" TRACE "\"" DATA)), .trace = TRACE},
    {"json: no specversion", STRUCTURED,
	VALUE("{\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"), REFUSED("bad_envelope"),
	.says = "specversion: is missing"},
    {"json: no type", STRUCTURED, VALUE("{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\"" DATA "}"),
	REFUSED("unknown_type"), .says = "type: is missing"},
    {"json: no id", STRUCTURED,
	VALUE("{\"specversion\":\"1.0\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"),
	REFUSED("missing_field"), .says = "neither ce_id nor meta.event_id"},
    {"json: ID for id", STRUCTURED,
	VALUE("{\"specversion\":\"1.0\",\"ID\":\"e-1\",\"source\":\"/shop\",\"type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"),
	REFUSED("missing_field"), .says = "JSON's member id"},
    {"json: Type for type", STRUCTURED,
	VALUE("{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"Type\":\"ombud.inbox.v1.ComplaintFiled\"" DATA "}"),
	REFUSED("unknown_type"), .says = "lower case"},
    {"json: no object", STRUCTURED, VALUE("[" EVENT(DATA) "]"), REFUSED("bad_json"), .says = "one JSON object"},
    {"json: a byte order mark", STRUCTURED, VALUE("\xef\xbb\xbf" EVENT(DATA))},
    {"json: white space around", STRUCTURED, VALUE(" \t\r\n" EVENT(DATA) "\r\n \t")},
    {"json: something behind", STRUCTURED, VALUE(EVENT(DATA) "x"), REFUSED("bad_json")},
    {"json: cut", STRUCTURED, VALUE("{\"specversion\":\"1.0\""), REFUSED("bad_json")},
    {"json: a member twice", STRUCTURED, VALUE(EVENT(",\"id\":\"e-1\"" DATA)), REFUSED("bad_json")},
    {"json: not UTF-8", STRUCTURED, VALUE(EVENT(",\"x\":\"\xff\"" DATA)), REFUSED("invalid_utf8")},
    {"json: UTF-16", STRUCTURED, BYTES("\xff\xfe{\0}\0"), REFUSED("invalid_utf8")},
    {"json: half a surrogate", STRUCTURED, VALUE(EVENT(",\"x\":\"\\ud800\"" DATA)), REFUSED("bad_json")},
    {"json: nested too deep", STRUCTURED,
	VALUE(EVENT(
	    ",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]" DATA)),
	REFUSED("too_deep")},
    {"json: data_base64 null beside data", STRUCTURED, VALUE(EVENT(",\"data_base64\":null" DATA))},
    {"json: data null beside data_base64", STRUCTURED, VALUE(EVENT(",\"data\":null,\"data_base64\":\"" BASE64 "\""))},
    {"json: data and data_base64", STRUCTURED, VALUE(EVENT(",\"data_base64\":\"" BASE64 "\"" DATA)), REFUSED("bad_envelope"),
	.says = "either data or data_base64"},
    {"json: neither", STRUCTURED, VALUE(EVENT("")), REFUSED("bad_envelope"), .says = "either data or data_base64"},
    {"json: data null", STRUCTURED, VALUE(EVENT(",\"data\":null")), REFUSED("bad_envelope"), .says = "not null"},
    {"json: data that is a string", STRUCTURED, VALUE(EVENT(",\"data\":\"{}\"")), REFUSED("bad_json"),
	.says = "data: is not a JSON object"},
    {"json: data that says it is JSON", STRUCTURED, VALUE(EVENT(",\"datacontenttype\":\"Application/JSON; charset=utf-8\"" DATA))},
    {"json: data of a type that ends in +json", STRUCTURED,
	VALUE(EVENT(",\"datacontenttype\":\"application/vnd.shop+json\"" DATA))},
    {"json: data of XML", STRUCTURED, VALUE(EVENT(",\"datacontenttype\":\"application/xml\",\"data\":\"<a/>\"")),
	REFUSED("unknown_media_type")},
    {"json: data of protobuf", STRUCTURED, VALUE(EVENT(",\"datacontenttype\":\"application/protobuf\"" DATA)),
	REFUSED("unknown_media_type"), .says = "data_base64"},
    {"json: data_base64 of protobuf", STRUCTURED,
	VALUE(EVENT(",\"datacontenttype\":\"application/protobuf\",\"data_base64\":\"" BASE64 "\""))},
    {"json: data_base64 of no type", STRUCTURED, VALUE(EVENT(",\"data_base64\":\"" BASE64 "\""))},
    {"json: data_base64 of JSON", STRUCTURED,
	VALUE(EVENT(",\"datacontenttype\":\"application/json\",\"data_base64\":\"" JSON64 "\""))},
    {"json: data_base64 of JSON that does not say so", STRUCTURED, VALUE(EVENT(",\"data_base64\":\"" JSON64 "\"")),
	REFUSED("bad_wire_type")},
    {"json: data_base64 of XML", STRUCTURED, VALUE(EVENT(",\"datacontenttype\":\"application/xml\",\"data_base64\":\"PGEvPg==\"")),
	REFUSED("unknown_media_type")},
    {"json: data_base64 without padding", STRUCTURED, VALUE(EVENT(",\"data_base64\":\"" URL64 "\""))},
    {"json: data_base64 that is none", STRUCTURED, VALUE(EVENT(",\"data_base64\":\"!\"")), REFUSED("bad_json")},
    {"json: data_base64 that is a number", STRUCTURED, VALUE(EVENT(",\"data_base64\":1")), REFUSED("bad_json")},

    /* proto3's JSON mapping */
    {"proto: names as in the .proto", STRUCTURED,
	VALUE(EVENT(
	    ",\"data\":{\"meta\":{\"platform_id\":\"cards\",\"actor\":{\"kind\":1,\"id\":\"b-1\"}},\"order_id\":\"o-1\",\"complainant_id\":\"b-1\"}"))},
    {"proto: a name that nobody knows", STRUCTURED, VALUE(WITH(",\"itemID\":\"i\"")), REFUSED("unknown_field"),
	.says = "perhaps 'itemId'"},
    {"proto: a field twice, by both names", STRUCTURED, VALUE(WITH(",\"itemId\":\"1\",\"item_id\":\"1\"")),
	REFUSED("duplicate_field")},
    {"proto: null for any field", STRUCTURED,
	VALUE(
	    WITH(",\"itemId\":null,\"statement\":null,\"evidence\":null,\"claimed\":null,\"channel\":null,\"faultFoundAt\":null"))},
    {"proto: null in a list", STRUCTURED, VALUE(WITH(",\"evidence\":[null]")), REFUSED("bad_json")},
    {"proto: an empty list", STRUCTURED, VALUE(WITH(",\"evidence\":[]"))},
    {"proto: no list", STRUCTURED, VALUE(WITH(",\"evidence\":{}")), REFUSED("bad_json")},
    {"proto: an enum by name", STRUCTURED, VALUE(WITH(",\"channel\":\"CHANNEL_WEB\"")), .other = true},
    {"proto: an enum by number", STRUCTURED, VALUE(WITH(",\"channel\":2")), .other = true},
    {"proto: an enum's name that nobody knows", STRUCTURED, VALUE(WITH(",\"channel\":\"web\"")), REFUSED("unknown_enum")},
    {"proto: an enum's number that nobody knows", STRUCTURED, VALUE(WITH(",\"channel\":99")), REFUSED("unknown_enum")},
    {"proto: a number as text", STRUCTURED, VALUE(SUM("\"1999\"")), .other = true},
    {"proto: a number", STRUCTURED, VALUE(SUM("1999")), .other = true},
    {"proto: a number with an exponent", STRUCTURED, VALUE(SUM("1.999e3")), .other = true},
    {"proto: ... as text", STRUCTURED, VALUE(SUM("\"1.999E3\"")), .other = true},
    {"proto: a whole number with a fraction of zero", STRUCTURED, VALUE(SUM("\"1999.0\"")), .other = true},
    {"proto: a fraction", STRUCTURED, VALUE(SUM("19.99")), REFUSED("bad_json"), .says = "is not an integer"},
    {"proto: an empty text for a number", STRUCTURED, VALUE(SUM("\"\"")), REFUSED("bad_json")},
    {"proto: a number behind a blank", STRUCTURED, VALUE(SUM("\" 1\"")), REFUSED("bad_json")},
    {"proto: beyond 64 bits", STRUCTURED, VALUE(SUM("\"9223372036854775808\"")), REFUSED("bad_json")},
    {"proto: beyond what a double says exactly", STRUCTURED, VALUE(PIECE(",\"sizeBytes\":9007199254740993.0")),
	REFUSED("bad_json")},
    {"proto: true as text", STRUCTURED, VALUE(ANSWERED(",\"offer\":{\"text\":true}")), REFUSED("bad_json")},
    {"proto: a text that is a number", STRUCTURED, VALUE(WITH(",\"itemId\":7")), REFUSED("bad_json")},
    {"proto: NUL in a text", STRUCTURED, VALUE(WITH(",\"itemId\":\"a\\u0000b\"")), REFUSED("embedded_nul")},
    {"proto: both halves of a surrogate", STRUCTURED, VALUE(WITH(",\"itemId\":\"\\ud83d\\ude00\"")), .other = true},
    {"proto: bytes, either alphabet, with and without padding", STRUCTURED,
	VALUE(PIECE(",\"sha256\":\"________________________________________-_8\"")), .other = true},
    {"proto: bytes that are none", STRUCTURED, VALUE(PIECE(",\"sha256\":\"!\"")), REFUSED("bad_json")},
    {"proto: an instant", STRUCTURED, VALUE(WITH(",\"faultFoundAt\":\"2026-11-02T09:00:00.123456789+08:00\"")), .other = true},
    {"proto: an instant without a zone", STRUCTURED, VALUE(WITH(",\"faultFoundAt\":\"2026-11-02T09:00:00\"")),
	REFUSED("bad_format")},
    {"proto: an instant that is a number", STRUCTURED, VALUE(WITH(",\"faultFoundAt\":1793581200")), REFUSED("bad_format")},
    {"proto: two of a oneof", STRUCTURED, VALUE(ANSWERED(",\"offer\":{},\"defence\":{}")), REFUSED("duplicate_field")},
    {"proto: one of a oneof, the other null", STRUCTURED, VALUE(ANSWERED(",\"offer\":null,\"defence\":{}")), .other = true},

    /* Ombud's own: one piece of evidence, one line of an order */
    {"own: an address with a blank", STRUCTURED,
	VALUE(WITH(",\"evidence\":[{\"evidenceId\":\"e 1\",\"kind\":\"photo\",\"uri\":\"https://a/b c\"}]")),
	.refused = "evidence_malformed e 1 uri"},
    {"own: an address that is too long", STRUCTURED,
	VALUE(WITH(",\"evidence\":[{\"evidenceId\":\"e1\",\"kind\":\"photo\",\"uri\":\"https://a/" SIGNED "\"}]")),
	.refused = "evidence_too_long e1 uri"},
    {"own: a piece without an address", STRUCTURED, VALUE(WITH(",\"evidence\":[{\"evidenceId\":\"e1\",\"kind\":\"photo\"}]")),
	.refused = "evidence_incomplete e1 uri"},
    {"own: a piece without an id", STRUCTURED, VALUE(WITH(",\"evidence\":[{\"kind\":\"photo\",\"uri\":\"https://a/b\"}]")),
	.refused = "evidence_incomplete #1 evidence_id"},
    {"own: a piece with a wrong digest", STRUCTURED, VALUE(PIECE(",\"sha256\":\"AAAA\"")),
	.refused = "evidence_malformed a sha256"},
    {"own: a piece below zero", STRUCTURED, VALUE(PIECE(",\"sizeBytes\":-1")), .refused = "evidence_malformed a size_bytes"},
    {"own: NUL in a piece", STRUCTURED, VALUE(PIECE(",\"mediaType\":\"a\\u0000\"")), REFUSED("embedded_nul")},
    {"own: more pieces than a list holds", STRUCTURED,
	VALUE(WITH(",\"evidence\":[" TEN "," TEN "," TEN "," TEN "," TEN "," ONE "]")), REFUSED("too_many")},
    {"own: a line below zero", STRUCTURED, VALUE(RECORDED("-500", "9500")), .other = true},
    {"own: a total below zero", STRUCTURED, VALUE(RECORDED("-500", "-500")), REFUSED("out_of_range")},

    /* Confluent's wire format */
    {"confluent: an index", FRAME("\0\0\0\0\7\2\2"), HEADERS({"ce_id", "e-1"}, {"ce_source", "/shop"})},
    {"confluent: [0] in its short form", FRAME("\0\0\0\0\7\0"), REFUSED("missing_field"), .says = "OrderRecorded"},
    {"confluent: [0] in its long form", FRAME("\0\0\0\0\7\2\0"), REFUSED("missing_field"), .says = "OrderRecorded"},
    {"confluent: any schema id", FRAME("\0\xff\xff\xff\xff\2\2"), HEADERS({"ce_id", "e-1"}, {"ce_source", "/shop"})},
    {"confluent: an attribute for a frame", FRAME("\0\0\0\0\7\2\2"), HEADERS(OF_TYPE)},
    {"confluent: an attribute against a frame", FRAME("\0\0\0\0\7\2\2"), HEADERS({"ce_type", "ombud.inbox.v1.OfferAccepted"}),
	REFUSED("identity_mismatch")},
    {"confluent: a nested message", FRAME("\0\0\0\0\7\4\2\0"), REFUSED("bad_framing"), .says = "nested"},
    {"confluent: no message at that index", FRAME("\0\0\0\0\7\2\x7e"), REFUSED("unknown_type")},
    {"confluent: an index below zero", FRAME("\0\0\0\0\7\2\1"), REFUSED("bad_framing")},
    {"confluent: an index that does not end", FRAME("\0\0\0\0\7\2\x80\x80\x80\x80\x80\1"), REFUSED("bad_framing")},
    {"confluent: cut", BARE, BYTES("\0\0\0\0\7"), REFUSED("bad_framing"), .says = "cut"},
    {"confluent: JSON in a frame", BARE, BYTES("\0\0\0\0\7{}"), REFUSED("bad_framing"), .says = "JSON"},
    {"confluent: a schema id in a header", BINARY, HEADERS({"__value_schema_id", "\1id"})},
    {"confluent: a schema id in a header, and no type", BINARY, .without = "ce_type", HEADERS({"__value_schema_id", "\1id"}),
	REFUSED("unknown_type")},
    {"confluent: a frame that says it is a whole event", FRAME("\0\0\0\0\7\2\2"),
	HEADERS({"content-type", "application/cloudevents+json"}), REFUSED("bad_json")},
};

static struct event filed(void)
{
	struct event event = event_empty(EVENT_COMPLAINT_FILED);
	event.platform_id = "cards";
	event.actor = (struct actor){ACTOR_KIND_COMPLAINANT, "b-1", ""};
	event.order_id = "o-1";
	event.complainant_id = "b-1";
	return event;
}

/* "@9000": so many letters. */
static const char *value_of(struct arena *arena, const char *text)
{
	int size;
	if (text == NULL || sscanf(text, "@%d", &size) != 1)
		return text;
	char *value = arena_alloc(arena, (size_t)size + 1);
	memset(value, 'x', (size_t)size);
	value[size] = '\0';
	return value;
}

static void add(struct headers *headers, const char *name, const char *value)
{
	headers->rows[headers->count++] = (struct header){name, value, value != NULL ? strlen(value) : 0};
}

/* "#70": so many headers, of the name that is the value, or of names that nobody reads. */
static void add_row(struct arena *arena, struct headers *headers, const char *name, const char *value)
{
	int count = 0;
	if (sscanf(name, "#%d", &count) != 1)
		add(headers, name, value_of(arena, value));
	for (int i = 0; i < count; i++)
		add(headers, strcmp(value, "1") == 0 ? arena_printf(arena, "x-%d", i) : value, "e-1");
}

static struct headers headers_of(struct arena *arena, const struct row *row)
{
	static const char *const binary[][2] = {{"ce_specversion", "1.0"}, {"ce_type", "ombud.inbox.v1.ComplaintFiled"},
	    {"ce_id", "e-1"}, {"ce_source", "/shop"}, {"ce_time", TIME}, {"content-type", "application/protobuf"}};
	struct headers headers = {arena_new_array(arena, struct header, 100), 0};

	for (size_t i = 0; row->how == BINARY && i < sizeof binary / sizeof *binary; i++)
		if (row->without == NULL || strcmp(row->without, binary[i][0]) != 0)
			add(&headers, binary[i][0], binary[i][1]);
	if (row->how == STRUCTURED)
		add(&headers, "content-type", "application/cloudevents+json");
	for (int i = 0; i < ROW_HEADERS && row->headers[i].name != NULL; i++)
		add_row(arena, &headers, row->headers[i].name, row->headers[i].value);
	return headers;
}

static struct wire_record record_of(struct arena *arena, const struct row *row)
{
	struct wire_record record = {.timestamp_us = 77, .headers = headers_of(arena, row)};
	struct event event = filed();

	record.value = row->value;
	record.size = row->value == NULL || row->size > 0 ? row->size : strlen(row->value);
	if (row->value == NULL)
		record.value = wire_pack(arena, &event, &record.size);
	if (row->frame != NULL) {
		char *framed = arena_alloc(arena, row->frame_size + record.size);
		memcpy(framed, row->frame, row->frame_size);
		memcpy(framed + row->frame_size, record.value, record.size);
		record.value = framed;
		record.size += row->frame_size;
	}
	return record;
}

static void check_refused(const struct row *row, const struct wire_decoded *got)
{
	char said[300] = "";
	for (int i = 0; i < got->refused_count; i++)
		snprintf(said, sizeof said, "%s %s %s", refusal_code(got->refused[i].why), got->refused[i].evidence_id,
		    got->refused[i].member);
	if (got->refused_count > 1 || strcmp(said, row->refused ? row->refused : "") != 0)
		fail_msg("%s: %d pieces refused: %s", row->name, got->refused_count, said);
	if (row->refused && got->event->evidence_count != 0)
		fail_msg("%s: the piece is there", row->name);
}

static void check_taken(const struct row *row, const struct wire_decoded *got, const struct wire_decoded *want)
{
	check_refused(row, got);
	if (!row->other && (memcmp(&got->cause, &want->cause, sizeof got->cause) != 0 || got->body_digest != want->body_digest))
		fail_msg("%s: is another event", row->name);
	if (row->trace != NULL && strcmp(got->trace, row->trace) != 0)
		fail_msg("%s: trace '%s'", row->name, got->trace);
	int64_t time_us = row->time_us ? row->time_us : row->how == BINARY ? TIME_US : 77;
	if (got->event->occurred_at_us != time_us)
		fail_msg("%s: time %lld", row->name, (long long)got->event->occurred_at_us);
}

static void every_row(void **state)
{
	struct arena *arena = arena_new(0);
	struct wire_decoded got, want;
	struct wire_fault fault = {0};
	struct wire_record record = record_of(arena, &(const struct row){"the event", BINARY});

	assert_true(wire_decode_inbox(arena, &record, &want, &fault));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		record = record_of(arena, row);
		bool taken = wire_decode_inbox(arena, &record, &got, &fault);
		if (taken != (row->want == NULL) || (!taken && strcmp(fault.code, row->want) != 0))
			fail_msg("%s: got %s (%s), want %s", row->name, taken ? "taken" : fault.code, taken ? "" : fault.reason,
			    row->want ? row->want : "taken");
		if (taken)
			check_taken(row, &got, &want);
		else if (row->says != NULL && strstr(fault.reason, row->says) == NULL)
			fail_msg("%s: the reason '%s' does not say '%s'", row->name, fault.reason, row->says);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row)};
	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
