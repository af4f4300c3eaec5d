/* Webhooks on their way: a queue and a bound for each endpoint, so that one that is dead, slow or hanging costs itself only.
 *
 * The database says what is being sent (state 'sending'); this is only who does it. What it holds is lost at a kill, and found
 * again by taken(). An answer goes back into the shard's lane as an attempt_result.
 */
#ifndef OMBUD_SERVICES_NOTIFICATION_SENDER_H
#define OMBUD_SERVICES_NOTIFICATION_SENDER_H

#include "common/base/instant.h"
#include "services/notification/notification.h"

/* What waits for one endpoint in memory: LIMIT_ENDPOINT_QUEUE, 20 kB each at most. What is beyond looks again after a pause, and
 * each a little later than the one before, in order: however many there are, an endpoint costs so many looks a second. */
#define SENDER_FULL_PAUSE_US (5 * US_PER_SECOND)
#define SENDER_TURN_US (US_PER_SECOND / 100)

struct sender *sender_new(struct notification *notification, int in_flight_max);

bool sender_full(const struct sender *sender, const char *endpoint);
/* When a notice that found its endpoint's queue full looks again. */
int64_t sender_turn_us(struct sender *sender, const char *endpoint, int64_t now_us);
/* payload, endpoint and trace (the fact's traceparent, "" for none) are copied. */
void sender_send(struct sender *sender, int shard, const struct uuid *notice, int attempt, const char *endpoint,
    const char *payload, const char *trace);
/* The traceparent of an attempt: a span of its own, which the receiver sees as a header, and which the outcome follows from. Into
 * text (TRACE_TEXT_SIZE), which it returns. */
const char *sender_trace(const struct uuid *notice, int attempt, const char *trace, char *text);
/* The shard is not ours any more: nothing of it is started, and answers of what is under way are dropped. */
void sender_forget(struct sender *sender, int shard);
bool sender_busy(const struct sender *sender);

#endif
