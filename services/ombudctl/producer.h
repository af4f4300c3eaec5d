/* Sending from a tool: one producer, its reports waited for. */
#ifndef OMBUD_OMBUDCTL_PRODUCER_H
#define OMBUD_OMBUDCTL_PRODUCER_H

#include <stdbool.h>
#include <stdint.h>

#include "services/ombudctl/broker.h"

struct producer;
/* Calls delivered for every message, with its opaque. Exits with a message on a wrong setting. */
struct producer *producer_new(struct ctl *ctl, kafka_delivered_fn *delivered, void *context);
/* Waits while the queue is full. false: cannot be sent at all (too large). */
bool producer_send(struct producer *producer, const struct kafka_message *message);
void producer_poll(struct producer *producer);
/* false: the broker did not acknowledge everything within wait_ms; what is left has been reported as failed. */
bool producer_finish(struct producer *producer, int wait_ms);

/* One message and its report; prints what went wrong. */
bool producer_send_one(struct ctl *ctl, const struct kafka_message *message);

#endif
