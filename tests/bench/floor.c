/* The bare C floor: the least that takes ombud.inbox.v1's complaints to PostgreSQL and a follow-up to a topic without losing or
 * doubling one. No validation, no lifecycle, no clocks: what is left of Ombud when everything that Ombud is for is taken away.
 *
 * One thread, one connection, one batch in flight. Per batch one SQL function: offset fence, ids seen, complaint, timer, outbox;
 * the follow-ups go out after the commit and their outbox rows are deleted with the next batch (drained).
 *
 * "whole": the same with Ombud's bytes. The order's row is read first, as a decision would need it; the follow-up has a value and
 * headers of the size of a ComplaintChanged's, and the outbox keeps them in a row as wide as one of intake's log.
 *
 * usage: floor BROKERS DSN IN-TOPIC OUT-TOPIC [plain|whole [BATCH]]     ends on SIGTERM
 */
#include <endian.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ombud/inbox/v1/inbox.pb-c.h"

enum { PARTITIONS_MAX = 64, BATCH_MAX = 4000, BODY_SIZE_MAX = 200 };

/* Of intake's log after filed complaints of feed.c: avg(length(payload)) is 487, avg(pg_column_size(log.*)) 708. */
enum { PAYLOAD_SIZE = 487, HEAD_SIZE = 150 };

static volatile sig_atomic_t ended;

static void on_signal(int signal)
{
	(void)signal;
	ended = 1;
}

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "floor: %s: %s\n", what, why);
	exit(1);
}

/* ---- a binary array for libpq ---- */

struct array {
	unsigned oid;
	int count;
	size_t size, room;
	char *bytes;
};

enum { HEADER_SIZE = 20 };

static void put32(char *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, 4);
}

static void array_start(struct array *array, unsigned oid)
{
	array->oid = oid;
	array->count = 0;
	array->size = HEADER_SIZE;
}

static void array_add(struct array *array, const void *data, size_t size)
{
	if (array->size + size + 4 > array->room)
		array->bytes = realloc(array->bytes, array->room = 2 * (array->size + size + 4));
	put32(array->bytes + array->size, (uint32_t)size);
	memcpy(array->bytes + array->size + 4, data, size);
	array->size += size + 4;
	array->count++;
}

static void array_add_int8(struct array *array, int64_t value)
{
	uint64_t big = htobe64((uint64_t)value);
	array_add(array, &big, 8);
}

static void array_add_int4(struct array *array, int32_t value)
{
	uint32_t big = htobe32((uint32_t)value);
	array_add(array, &big, 4);
}

static void array_end(struct array *array)
{
	if (!array->bytes)
		array->bytes = malloc(array->room = 64);
	put32(array->bytes, array->count ? 1 : 0);
	put32(array->bytes + 4, 0);
	put32(array->bytes + 8, array->oid);
	put32(array->bytes + 12, (uint32_t)array->count);
	put32(array->bytes + 16, 1);
	if (!array->count)
		array->size = 12;
}

/* ---- state ---- */

static struct array ids, orders, bodies, parts, froms, tos, acked, acked_next, heads, payloads;
static char keys[BATCH_MAX][64];
static bool whole;
static struct {
	bool ours;
	int64_t from, to;
} partitions[PARTITIONS_MAX];
static PGconn *db;
static rd_kafka_t *consumer, *producer;
static rd_kafka_topic_t *out;

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	(void)rk, (void)opaque;
	if (message->err)
		fail("follow-up", rd_kafka_err2str(message->err));
	array_add_int8(&acked_next, (int64_t)(intptr_t)message->_private);
}

static void follow_up(const PGresult *result, int row)
{
	const char *key = PQgetvalue(result, row, 1);
	int64_t outbox_id;
	memcpy(&outbox_id, PQgetvalue(result, row, 2), 8);
	outbox_id = (int64_t)be64toh((uint64_t)outbox_id);
	while (rd_kafka_produce(out, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, PQgetvalue(result, row, 0), 16, key, strlen(key),
		   (void *)(intptr_t)outbox_id) != 0)
		rd_kafka_poll(producer, 5);
}

/* The headers of a ComplaintChanged (common/wire/encode.c), as wide as ours. */
static rd_kafka_headers_t *headers_new(long long number)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(10);
	char id[32], sequence[32];
	snprintf(id, sizeof id, "0-%lld", number);
	snprintf(sequence, sizeof sequence, "%lld", number);
	const char *const rows[][2] = {{"ce_specversion", "1.0"}, {"ce_id", id}, {"ce_source", "/ombud/intake"},
	    {"ce_type", "ombud.complaint.v1.ComplaintChanged"}, {"ce_time", "2026-03-02T00:00:00.415167Z"},
	    {"ce_subject", "01a21e80-5e78-7299-a734-c5295e6eca6e"}, {"content-type", "application/protobuf"}, {"ce_sequence", "1"},
	    {"ce_shardsequence", sequence}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		rd_kafka_header_add(headers, rows[i][0], -1, rows[i][1], -1);
	return headers;
}

static int64_t column_int(const PGresult *result, int row, int column)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;
	if (PQgetlength(result, row, column) == 4) {
		memcpy(&narrow, PQgetvalue(result, row, column), 4);
		return be32toh(narrow);
	}
	memcpy(&wide, PQgetvalue(result, row, column), 8);
	return (int64_t)be64toh(wide);
}

/* Rows (place in the batch, id in the outbox): what lies at that place of the arrays goes out. */
static void follow_up_whole(const PGresult *result, int row)
{
	int place = (int)column_int(result, row, 0) - 1;
	int64_t told_id = column_int(result, row, 1);
	const char *value = payloads.bytes + HEADER_SIZE + (size_t)place * (PAYLOAD_SIZE + 4) + 4;
	for (;;) {
		rd_kafka_headers_t *headers = headers_new(told_id);
		rd_kafka_resp_err_t err = rd_kafka_producev(producer, RD_KAFKA_V_RKT(out), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		    RD_KAFKA_V_KEY(keys[place], strlen(keys[place])), RD_KAFKA_V_VALUE((void *)value, PAYLOAD_SIZE),
		    RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)(intptr_t)told_id), RD_KAFKA_V_END);
		if (!err)
			return;
		rd_kafka_headers_destroy(headers);
		if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			fail("follow-up", rd_kafka_err2str(err));
		rd_kafka_poll(producer, 5);
	}
}

/* What a decision would go by. */
static void read_orders(void)
{
	const char *values[] = {orders.bytes};
	int lengths[] = {(int)orders.size}, formats[] = {1};
	PGresult *result = PQexecPrepared(db, "orders", 1, values, lengths, formats, 1);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("orders", PQerrorMessage(db));
	if (PQntuples(result) != orders.count)
		fail("orders", "not all there");
	PQclear(result);
}

static void take_offsets(const rd_kafka_topic_partition_list_t *list)
{
	PGresult *result = PQexec(db, "select partition, next_offset from floor.offsets order by partition");
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("offsets", PQerrorMessage(db));
	for (int i = 0; i < list->cnt; i++) {
		int p = list->elems[i].partition;
		partitions[p].ours = true;
		partitions[p].from = partitions[p].to = strtoll(PQgetvalue(result, p, 1), NULL, 10);
		list->elems[i].offset = partitions[p].from;
	}
	PQclear(result);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	(void)opaque;
	memset(partitions, 0, sizeof partitions);
	if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		take_offsets(list);
	rd_kafka_assign(rk, err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? list : NULL);
}

static void parse_id(const char *hex, uint8_t id[16])
{
	for (int i = 0; i < 16; i++) {
		unsigned byte = 0;
		sscanf(hex + 2 * i, "%2x", &byte);
		id[i] = (uint8_t)byte;
	}
}

static void add_record(const rd_kafka_message_t *message)
{
	Ombud__Inbox__V1__ComplaintFiled *filed = ombud__inbox__v1__complaint_filed__unpack(NULL, message->len, message->payload);
	uint8_t id[16];
	if (!filed)
		fail("record", "not a ComplaintFiled");
	parse_id(filed->meta->event_id, id);
	array_add(&ids, id, 16);
	array_add(&orders, filed->order_id, strlen(filed->order_id));
	size_t size = strlen(filed->statement->text);
	array_add(&bodies, filed->statement->text, size < BODY_SIZE_MAX ? size : BODY_SIZE_MAX);
	if (whole) {
		char payload[PAYLOAD_SIZE], head[HEAD_SIZE];
		for (size_t i = 0; i < PAYLOAD_SIZE; i++)
			payload[i] = ((const char *)message->payload)[i % message->len];
		memset(head, 'h', sizeof head);
		snprintf(keys[ids.count - 1], sizeof keys[0], "%s", filed->order_id);
		array_add(&heads, head, sizeof head);
		array_add(&payloads, payload, sizeof payload);
	}
	partitions[message->partition].to = message->offset + 1;
	ombud__inbox__v1__complaint_filed__free_unpacked(filed, NULL);
}

static void start_batch(void)
{
	array_start(&ids, 2950);
	array_start(&orders, 25);
	array_start(&bodies, 25);
	array_start(&parts, 23);
	array_start(&froms, 20);
	array_start(&tos, 20);
	array_start(&heads, 25);
	array_start(&payloads, 17);
}

static void commit_batch(void)
{
	struct array *all[] = {&ids, &orders, &bodies, &parts, &froms, &tos, &acked, &heads, &payloads};
	enum { PLAIN = 7, WHOLE = 9 };
	int count = whole ? WHOLE : PLAIN;
	const char *values[WHOLE];
	int lengths[WHOLE], formats[WHOLE];
	struct array swap = acked;
	acked = acked_next;
	acked_next = swap;
	array_start(&acked_next, 20);
	for (int p = 0; p < PARTITIONS_MAX; p++)
		if (partitions[p].ours && partitions[p].to != partitions[p].from) {
			array_add_int4(&parts, p);
			array_add_int8(&froms, partitions[p].from);
			array_add_int8(&tos, partitions[p].to);
			partitions[p].from = partitions[p].to;
		}
	for (int i = 0; i < count; i++) {
		array_end(all[i]);
		values[i] = all[i]->bytes;
		lengths[i] = (int)all[i]->size;
		formats[i] = 1;
	}
	if (whole && ids.count)
		read_orders();
	PGresult *result = PQexecPrepared(db, "take", count, values, lengths, formats, 1);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("batch", PQerrorMessage(db));
	for (int row = 0; row < PQntuples(result); row++)
		(whole ? follow_up_whole : follow_up)(result, row);
	PQclear(result);
	rd_kafka_poll(producer, 0);
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char error[256];
	if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK)
		fail(key, error);
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *brokers)
{
	char error[256];
	set(conf, "bootstrap.servers", brokers);
	rd_kafka_t *rk = rd_kafka_new(type, conf, error, sizeof error);
	if (!rk)
		fail("kafka", error);
	return rk;
}

static void connect_all(char **argv)
{
	db = PQconnectdb(argv[2]);
	if (PQstatus(db) != CONNECTION_OK)
		fail("postgres", PQerrorMessage(db));
	PQclear(PQexec(db, "set enable_seqscan = off")); /* tables are empty when this is planned */
	PQclear(PQprepare(db, "orders", "select order_id, facts from floor.orders where order_id = any($1::text[])", 1, NULL));
	PQclear(PQprepare(db, "take",
	    whole ? "select * from floor.take_whole($1::uuid[],$2::text[],$3::text[],$4::int4[],$5::int8[],$6::int8[],$7::int8[],"
		    "$8::text[],$9::bytea[])"
		  : "select * from floor.take($1::uuid[],$2::text[],$3::text[],$4::int4[],$5::int8[],$6::int8[],$7::int8[])",
	    0, NULL));
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	set(conf, "enable.idempotence", "true");
	set(conf, "linger.ms", "5");
	set(conf, "compression.type", "lz4");
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	producer = client(RD_KAFKA_PRODUCER, conf, argv[1]);
	out = rd_kafka_topic_new(producer, argv[4], NULL);
	conf = rd_kafka_conf_new();
	set(conf, "group.id", "floor");
	set(conf, "enable.auto.commit", "false");
	set(conf, "auto.offset.reset", "error");
	set(conf, "queued.max.messages.kbytes", "16384");
	set(conf, "fetch.wait.max.ms", "100");
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	consumer = client(RD_KAFKA_CONSUMER, conf, argv[1]);
	rd_kafka_poll_set_consumer(consumer);
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(topics, argv[3], RD_KAFKA_PARTITION_UA);
	rd_kafka_subscribe(consumer, topics);
	rd_kafka_topic_partition_list_destroy(topics);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		fail("usage", "floor BROKERS DSN IN-TOPIC OUT-TOPIC [plain|whole [BATCH]]");
	int most = argc > 6 ? atoi(argv[6]) : 500;
	whole = argc > 5 && !strcmp(argv[5], "whole");
	if (most < 1 || most > BATCH_MAX)
		fail("usage", "BATCH is out of bounds");
	signal(SIGTERM, on_signal);
	connect_all(argv);
	array_start(&acked_next, 20);
	while (!ended) {
		start_batch();
		rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 20);
		for (int n = 0; message; message = ++n < most ? rd_kafka_consumer_poll(consumer, 0) : NULL) {
			if (!message->err)
				add_record(message);
			rd_kafka_message_destroy(message);
		}
		if (ids.count || acked_next.count)
			commit_batch();
		rd_kafka_poll(producer, 0);
	}
	rd_kafka_flush(producer, 5000);
	start_batch();
	commit_batch();
	rd_kafka_consumer_close(consumer);
	PQfinish(db);
	return 0;
}
