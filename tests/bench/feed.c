/* Fills the inbox with orders or complaints for a benchmark, binary CloudEvents of about 300 bytes.
 *
 * usage: feed BROKERS TOPIC orders|complaints COUNT SEED [RATE [FIRST]]
 *   FIRST: the number of the first order, 0 unless given. Order i of a seed is "o-SEED-i"; its complaint comes from the same buyer.
 * Event ids are 32 hex digits, unique per seed and i. RATE: events a second (0 or none: as fast as the broker takes them). With a
 * rate each event's acknowledgement is written to stdout as "EVENT-ID INSTANT-US"; without, one line "acked COUNT SECONDS".
 */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ombud/inbox/v1/inbox.pb-c.h"

static int64_t acked_count;
static bool ledger;

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "feed: %s: %s\n", what, why);
	exit(1);
}

static int64_t now_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	(void)rk, (void)opaque;
	if (message->err)
		fail("delivery", rd_kafka_err2str(message->err));
	acked_count++;
	if (ledger)
		printf("%s %lld\n", (const char *)message->_private, (long long)now_us(CLOCK_REALTIME));
	free(message->_private);
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char error[256];
	if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK)
		fail(key, error);
}

struct names {
	char event_id[33], order_id[40], buyer_id[40], merchant_id[40];
};

static struct names names_of(bool orders, long seed, long i)
{
	struct names n;
	snprintf(
	    n.event_id, sizeof n.event_id, "%08lx%08x%016lx", (unsigned long)seed & 0xffffffff, orders ? 1 : 2, (unsigned long)i);
	snprintf(n.order_id, sizeof n.order_id, "o-%ld-%ld", seed, i);
	snprintf(n.buyer_id, sizeof n.buyer_id, "b-%ld", i % 50021);
	snprintf(n.merchant_id, sizeof n.merchant_id, "m-%ld", i % 503);
	return n;
}

struct heads {
	Ombud__Common__V1__Meta meta;
	Ombud__Common__V1__Actor actor;
	Google__Protobuf__Timestamp at;
};

static void fill_meta(struct heads *h, struct names *n, bool orders)
{
	h->meta = (Ombud__Common__V1__Meta)OMBUD__COMMON__V1__META__INIT;
	h->actor = (Ombud__Common__V1__Actor)OMBUD__COMMON__V1__ACTOR__INIT;
	h->at = (Google__Protobuf__Timestamp)GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	h->at.seconds = time(NULL);
	h->actor.kind = orders ? OMBUD__COMMON__V1__ACTOR_KIND__ACTOR_KIND_PLATFORM_PROGRAM
			       : OMBUD__COMMON__V1__ACTOR_KIND__ACTOR_KIND_COMPLAINANT;
	h->actor.id = orders ? "backend" : n->buyer_id;
	h->meta.platform_id = "bench";
	h->meta.source = "/bench";
	h->meta.event_id = n->event_id;
	h->meta.occurred_at = &h->at;
	h->meta.actor = &h->actor;
}

static size_t pack_order(struct names *n, uint8_t *out)
{
	struct heads h;
	Ombud__Common__V1__OrderFacts facts = OMBUD__COMMON__V1__ORDER_FACTS__INIT;
	Ombud__Common__V1__OrderItem item = OMBUD__COMMON__V1__ORDER_ITEM__INIT, *items[] = {&item};
	Ombud__Common__V1__Money money = OMBUD__COMMON__V1__MONEY__INIT;
	Ombud__Inbox__V1__OrderRecorded order = OMBUD__INBOX__V1__ORDER_RECORDED__INIT;
	fill_meta(&h, n, true);
	money.minor_units = 5000;
	money.currency = "CNY";
	item.item_id = "1";
	item.merchant_id = n->merchant_id;
	item.sku = "card-50";
	item.goods_kind = OMBUD__COMMON__V1__GOODS_KIND__GOODS_KIND_DIGITAL;
	item.quantity = 1;
	item.price = &money;
	facts.buyer_id = n->buyer_id;
	facts.merchant_id = n->merchant_id;
	facts.status = OMBUD__COMMON__V1__ORDER_STATUS__ORDER_STATUS_TO_RECEIVE;
	facts.goods_kind = item.goods_kind;
	facts.category = "card_key";
	facts.total = &money;
	facts.purchased_at = facts.paid_at = &h.at;
	facts.items = items;
	facts.n_items = 1;
	order.meta = &h.meta;
	order.order_id = n->order_id;
	order.order = &facts;
	return ombud__inbox__v1__order_recorded__pack(&order, out);
}

static size_t pack_complaint(struct names *n, uint8_t *out)
{
	struct heads h;
	Ombud__Common__V1__Statement statement = OMBUD__COMMON__V1__STATEMENT__INIT;
	Ombud__Inbox__V1__ComplaintFiled filed = OMBUD__INBOX__V1__COMPLAINT_FILED__INIT;
	fill_meta(&h, n, false);
	statement.text = "卡密无效,充值时提示该卡密已被使用。已经按照商家的说明重新输入三次,仍然失败,联系商家没有回复,要求退款。";
	filed.meta = &h.meta;
	filed.order_id = n->order_id;
	filed.complainant_id = n->buyer_id;
	filed.channel = OMBUD__COMMON__V1__CHANNEL__CHANNEL_APP;
	filed.type = OMBUD__COMMON__V1__COMPLAINT_TYPE__COMPLAINT_TYPE_CARD_KEY_INVALID;
	filed.statement = &statement;
	filed.language = "zh-CN";
	return ombud__inbox__v1__complaint_filed__pack(&filed, out);
}

static void send_one(rd_kafka_t *rk, const char *topic, bool orders, long seed, long i)
{
	uint8_t value[1024];
	struct names n = names_of(orders, seed, i);
	size_t size = orders ? pack_order(&n, value) : pack_complaint(&n, value);
	const char *type = orders ? "ombud.inbox.v1.OrderRecorded" : "ombud.inbox.v1.ComplaintFiled";
	char *tag = strdup(n.event_id);
	for (;;) {
		rd_kafka_resp_err_t err =
		    rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(n.order_id, strlen(n.order_id)),
			RD_KAFKA_V_VALUE(value, size), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
			RD_KAFKA_V_HEADER("ce_specversion", "1.0", -1), RD_KAFKA_V_HEADER("ce_id", n.event_id, -1),
			RD_KAFKA_V_HEADER("ce_source", "/bench", -1), RD_KAFKA_V_HEADER("ce_type", type, -1),
			RD_KAFKA_V_HEADER("content-type", "application/protobuf", -1), RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
		if (!err)
			return;
		if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			fail("produce", rd_kafka_err2str(err));
		rd_kafka_poll(rk, 10);
	}
}

int main(int argc, char **argv)
{
	if (argc < 6)
		fail("usage", "feed BROKERS TOPIC orders|complaints COUNT SEED [RATE [FIRST]]");
	bool orders = strcmp(argv[3], "orders") == 0;
	long count = atol(argv[4]), seed = atol(argv[5]), rate = argc > 6 ? atol(argv[6]) : 0;
	long first = argc > 7 ? atol(argv[7]) : 0;
	char error[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	set(conf, "bootstrap.servers", argv[1]);
	set(conf, "enable.idempotence", "true");
	set(conf, "partitioner", "murmur2_random");
	set(conf, "compression.type", "lz4");
	set(conf, "linger.ms", rate ? "0" : "20");
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
	if (!rk)
		fail("kafka", error);
	ledger = rate > 0;
	int64_t started = now_us(CLOCK_MONOTONIC);
	for (long i = 0; i < count; i++) {
		int64_t due = rate ? started + i * INT64_C(1000000) / rate : 0;
		while (rate && now_us(CLOCK_MONOTONIC) < due)
			rd_kafka_poll(rk, 1);
		send_one(rk, argv[2], orders, seed, first + i);
		rd_kafka_poll(rk, 0);
	}
	while (acked_count < count)
		rd_kafka_poll(rk, 50);
	if (!rate)
		printf("acked %lld %.3f\n", (long long)acked_count, (double)(now_us(CLOCK_MONOTONIC) - started) / 1e6);
	rd_kafka_destroy(rk);
	return 0;
}
