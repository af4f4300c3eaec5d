#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/io/kafka_private.h"

enum { HANDLES_MAX = 32 };

struct kafka_producer {
	struct loop *loop;
	const struct kafka_settings *settings;
	kafka_delivered_fn *delivered;
	void (*turn)(void *context);
	void *context;
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue;
	struct kafka_wake wake;
	rd_kafka_topic_t *handles[HANDLES_MAX]; /* of the topics written to, once used */
	int handles_count;
	bool broken;
	const char *refusal;
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct kafka_producer *producer = opaque;
	producer->delivered(message->_private, message->err ? rd_kafka_err2name(message->err) : NULL, message->partition,
	    message->offset, producer->context);
}

static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
	struct kafka_producer *producer = opaque;
	if (err != RD_KAFKA_RESP_ERR__FATAL)
		return; /* it goes on trying: messages never expire */
	log_error("the producer has failed", LOG_TEXT("err", reason));
	producer->broken = true;
}

static void on_wake(void *context)
{
	struct kafka_producer *producer = context;
	kafka_producer_poll(producer);
	if (producer->turn)
		producer->turn(producer->context);
}

static rd_kafka_t *producer_handle_new(struct kafka_producer *producer, char *error, size_t error_size)
{
	rd_kafka_conf_t *conf = kafka_conf_new(producer->settings, KAFKA_ROLE_PRODUCER, error, error_size);
	if (!conf)
		return NULL;
	rd_kafka_conf_set_opaque(conf, producer);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, error_size);
	if (!rk)
		rd_kafka_conf_destroy(conf);
	return rk;
}

/* With the wake-up that it is opened with: an older handle may still have its own. NULL: error says why. */
static rd_kafka_t *handle_new(struct kafka_producer *producer, struct kafka_wake *wake, char *error, size_t error_size)
{
	if (!kafka_wake_open(wake, error, error_size))
		return NULL;
	rd_kafka_t *rk = producer_handle_new(producer, error, error_size);
	if (!rk)
		kafka_wake_close(wake);
	return rk;
}

static void handle_open(struct kafka_producer *producer, rd_kafka_t *rk, const struct kafka_wake *wake)
{
	producer->rk = rk;
	producer->wake = *wake;
	rd_kafka_set_log_queue(producer->rk, NULL);
	producer->queue = rd_kafka_queue_get_main(producer->rk);
	kafka_wake_watch(&producer->wake, producer->loop, producer->queue, on_wake, producer);
	producer->broken = false;
}

static void handle_close(struct kafka_producer *producer)
{
	rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(producer->rk, 200); /* hands out the reports of what was purged */
	for (int i = 0; i < producer->handles_count; i++)
		rd_kafka_topic_destroy(producer->handles[i]);
	producer->handles_count = 0;
	kafka_wake_close(&producer->wake);
	rd_kafka_queue_destroy(producer->queue);
	rd_kafka_destroy(producer->rk);
	producer->rk = NULL;
}

struct kafka_producer *kafka_producer_new(struct loop *loop, const struct kafka_settings *settings, kafka_delivered_fn *delivered,
    void *context, char *error, size_t error_size)
{
	struct kafka_producer *producer = xcalloc(1, sizeof *producer);
	producer->loop = loop;
	producer->settings = settings;
	producer->delivered = delivered;
	producer->context = context;
	struct kafka_wake wake;
	rd_kafka_t *rk = handle_new(producer, &wake, error, error_size);
	if (!rk) {
		free(producer);
		return NULL;
	}
	handle_open(producer, rk, &wake);
	return producer;
}

void kafka_producer_on_turn(struct kafka_producer *producer, void (*turn)(void *context))
{
	producer->turn = turn;
}

static rd_kafka_topic_t *handle_of(struct kafka_producer *producer, const char *topic)
{
	for (int i = 0; i < producer->handles_count; i++)
		if (!strcmp(rd_kafka_topic_name(producer->handles[i]), topic))
			return producer->handles[i];
	if (producer->handles_count == HANDLES_MAX)
		bug("more than %d topics written to", HANDLES_MAX);
	return producer->handles[producer->handles_count++] = rd_kafka_topic_new(producer->rk, topic, NULL);
}

static rd_kafka_headers_t *headers_of(const struct kafka_message *message)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new((size_t)message->headers.count);
	for (int i = 0; i < message->headers.count; i++)
		rd_kafka_header_add(headers, message->headers.rows[i].name, -1, message->headers.rows[i].value,
		    (ssize_t)message->headers.rows[i].size);
	return headers;
}

enum kafka_sent kafka_produce(struct kafka_producer *producer, const struct kafka_message *message)
{
	rd_kafka_headers_t *headers = headers_of(message);
	rd_kafka_resp_err_t err = rd_kafka_producev(producer->rk, RD_KAFKA_V_RKT(handle_of(producer, message->topic)),
	    RD_KAFKA_V_PARTITION(message->partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_VALUE((void *)(uintptr_t)message->value, message->size),
	    RD_KAFKA_V_KEY((void *)(uintptr_t)message->key, message->key_size), RD_KAFKA_V_TIMESTAMP(message->timestamp_us / 1000),
	    RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(message->opaque), RD_KAFKA_V_END);
	if (!err)
		return KAFKA_SENT;
	rd_kafka_headers_destroy(headers);
	if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return KAFKA_FULL;
	if (err == RD_KAFKA_RESP_ERR__FATAL) {
		producer->broken = true;
		return KAFKA_FULL;
	}
	producer->refusal = rd_kafka_err2name(err);
	log_error("record refused by the producer", LOG_TEXT("topic", message->topic), LOG_NUMBER("size", message->size),
	    LOG_TEXT("err", producer->refusal));
	return KAFKA_REFUSED;
}

const char *kafka_producer_refusal(const struct kafka_producer *producer)
{
	return producer->refusal ? producer->refusal : "";
}

void kafka_producer_poll(struct kafka_producer *producer)
{
	rd_kafka_poll(producer->rk, 0);
}

int kafka_producer_waiting(const struct kafka_producer *producer)
{
	return rd_kafka_outq_len(producer->rk);
}

bool kafka_producer_broken(const struct kafka_producer *producer)
{
	return producer->broken;
}

bool kafka_producer_rebuild(struct kafka_producer *producer)
{
	char error[256];
	struct kafka_wake wake;
	rd_kafka_t *rk = handle_new(producer, &wake, error, sizeof error);
	if (!rk) {
		log_error("the producer cannot be rebuilt now", LOG_TEXT("err", error));
		return false;
	}
	handle_close(producer);
	handle_open(producer, rk, &wake);
	return true;
}

bool kafka_producer_flush(struct kafka_producer *producer, int wait_ms)
{
	return rd_kafka_flush(producer->rk, wait_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void kafka_producer_free(struct kafka_producer *producer)
{
	if (!producer)
		return;
	handle_close(producer);
	free(producer);
}
