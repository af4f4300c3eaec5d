/* Sending from a tool: one producer, its reports waited for. */
#ifndef OMBUD_OMBUDCTL_SENDER_H
#define OMBUD_OMBUDCTL_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "services/ombudctl/broker.h"

struct sender;
/* Calls delivered for every message, with its opaque. Exits with a message on a wrong setting. */
struct sender *sender_new(struct ctl *ctl, kafka_delivered_fn *delivered, void *context);
/* Waits while the queue is full. false: cannot be sent at all (too large). */
bool sender_send(struct sender *sender, const struct kafka_message *message);
void sender_poll(struct sender *sender);
/* false: the broker did not acknowledge everything within wait_ms; what is left has been reported as failed. */
bool sender_finish(struct sender *sender, int wait_ms);

/* One message and its report; prints what went wrong. */
bool sender_send_one(struct ctl *ctl, const struct kafka_message *message);

#endif
