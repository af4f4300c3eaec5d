#include "services/ombudctl/producer.h"

#include <stdlib.h>
#include <time.h>

#include "common/io/loop.h"

enum { FULL_PAUSE_NS = 2000000, ONE_WAIT_MS = 15000 };

struct producer {
	const struct ctl *ctl;
	struct loop *loop; /* for the producer's wake-ups; a tool just polls */
	struct kafka_producer *kafka;
};

struct producer *producer_new(struct ctl *ctl, kafka_delivered_fn *delivered, void *context)
{
	char error[512];
	struct producer *producer = xcalloc(1, sizeof *producer);
	producer->ctl = ctl;
	producer->loop = loop_new();
	producer->kafka = kafka_producer_new(producer->loop, broker_settings(), delivered, context, error, sizeof error);
	if (!producer->kafka)
		die("%s", error);
	return producer;
}

bool producer_send(struct producer *producer, const struct kafka_message *message)
{
	enum kafka_sent sent;
	while ((sent = kafka_produce(producer->kafka, message)) == KAFKA_FULL) {
		kafka_producer_poll(producer->kafka);
		nanosleep(&(struct timespec){0, FULL_PAUSE_NS}, NULL);
	}
	return sent == KAFKA_SENT;
}

void producer_poll(struct producer *producer)
{
	kafka_producer_poll(producer->kafka);
}

bool producer_finish(struct producer *producer, int wait_ms)
{
	bool all = kafka_producer_flush(producer->kafka, BROKER_TELL_MS);
	if (!all && !broker_tell(producer->ctl)) {
		ctl_say("waiting for the broker at %s to acknowledge", ctl_flag(producer->ctl, "brokers"));
		all = kafka_producer_flush(producer->kafka, wait_ms - BROKER_TELL_MS);
	}
	kafka_producer_free(producer->kafka); /* reports what waits as failed */
	loop_free(producer->loop);
	free(producer);
	return all;
}

static void one_delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	bool *good = context;
	if (error)
		ctl_say("not sent: %s", error);
	*good = !error;
}

bool producer_send_one(struct ctl *ctl, const struct kafka_message *message)
{
	bool good = false;
	struct producer *producer = producer_new(ctl, one_delivered, &good);
	if (!producer_send(producer, message))
		ctl_say("not sent: the broker takes no record of this size");
	producer_finish(producer, ONE_WAIT_MS);
	return good;
}
