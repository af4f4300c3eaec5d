#include "services/ombudctl/sender.h"

#include <stdlib.h>
#include <time.h>

#include "common/io/loop.h"

enum { FULL_PAUSE_NS = 2000000, ONE_WAIT_MS = 15000 };

struct sender {
	const struct ctl *ctl;
	struct loop *loop; /* for the producer's wake-ups; a tool just polls */
	struct kafka_producer *producer;
};

struct sender *sender_new(struct ctl *ctl, kafka_delivered_fn *delivered, void *context)
{
	char error[512];
	struct sender *sender = xcalloc(1, sizeof *sender);
	sender->ctl = ctl;
	sender->loop = loop_new();
	sender->producer = kafka_producer_new(sender->loop, broker_settings(), delivered, context, error, sizeof error);
	if (!sender->producer)
		die("%s", error);
	return sender;
}

bool sender_send(struct sender *sender, const struct kafka_message *message)
{
	enum kafka_sent sent;
	while ((sent = kafka_produce(sender->producer, message)) == KAFKA_FULL) {
		kafka_producer_poll(sender->producer);
		nanosleep(&(struct timespec){0, FULL_PAUSE_NS}, NULL);
	}
	return sent == KAFKA_SENT;
}

void sender_poll(struct sender *sender)
{
	kafka_producer_poll(sender->producer);
}

bool sender_finish(struct sender *sender, int wait_ms)
{
	bool all = kafka_producer_flush(sender->producer, BROKER_TELL_MS);
	if (!all && !broker_tell(sender->ctl)) {
		ctl_say("waiting for the broker at %s to acknowledge", ctl_flag(sender->ctl, "brokers"));
		all = kafka_producer_flush(sender->producer, wait_ms - BROKER_TELL_MS);
	}
	kafka_producer_free(sender->producer); /* reports what waits as failed */
	loop_free(sender->loop);
	free(sender);
	return all;
}

static void one_delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	bool *good = context;
	if (error)
		ctl_say("not sent: %s", error);
	*good = !error;
}

bool sender_send_one(struct ctl *ctl, const struct kafka_message *message)
{
	bool good = false;
	struct sender *sender = sender_new(ctl, one_delivered, &good);
	if (!sender_send(sender, message))
		ctl_say("not sent: the broker takes no record of this size");
	sender_finish(sender, ONE_WAIT_MS);
	return good;
}
