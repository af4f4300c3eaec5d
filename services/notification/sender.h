/* Attempts on their way, of every channel that makes any: a queue and a bound for each address, so that one that is dead, slow or
 * hanging costs itself only.
 *
 * The database says what is being sent (notification.sending); this is only who does it. What it holds is lost at a kill, and found
 * again by taken(). What came of an attempt goes back into the shard's lane as an attempt_result.
 */
#ifndef OMBUD_SERVICES_NOTIFICATION_SENDER_H
#define OMBUD_SERVICES_NOTIFICATION_SENDER_H

#include "common/base/instant.h"
#include "services/notification/channel.h"

/* What waits for one address in memory: the channel's limit, 20 kB each at most. What is beyond looks again after a pause, and
 * each a little later than the one before, in order: however many there are, an address costs so many looks a second. */
#define SENDER_FULL_PAUSE_US (5 * US_PER_SECOND)
#define SENDER_TURN_US (US_PER_SECOND / 100)

/* What all addresses behind one client share, places for so many attempts: one that hangs holds its place as long as its channel
 * lets it. What is beyond waits here. Half of the places are for whoever comes, up to its bound; beyond it an address has one
 * attempt at a time. Those that did not answer last time have half of them in all, whoever they are. */
struct sender_room {
	int most;
	int under_way;
	int mute; /* of these, at addresses that did not answer the last attempt */
};

/* One attempt, as channel->begin gets it. */
struct sender_job {
	struct uuid notice;
	int shard;
	int attempt;
	const char *address, *payload, *trace; /* until sender_answered() */

	/* the sender's own */
	struct sender *sender;
	struct queue *queue;
	struct sender_room *room;
	bool mute, forgotten; /* forgotten: its shard went, nobody waits for the answer */
	int64_t started_us;   /* monotonic; 0: waiting */
	struct sender_job *next;
};

/* Takes what came of an attempt (malloc'd); false: nobody wants it, and it is the sender's to free. It is daemon_inject. */
typedef bool sender_take_fn(struct daemon *daemon, int shard, void *result);

/* in_flight_max: attempts under way at one address. */
struct sender *sender_new(struct notification *notification, int in_flight_max, sender_take_fn *take);

bool sender_full(const struct sender *sender, const struct channel_row *channel, const char *endpoint);
/* When a notice that found its address's queue full looks again. */
int64_t sender_turn_us(struct sender *sender, const struct channel_row *channel, const char *endpoint, int64_t now_us);
/* A notice that is being sent. What is needed of it is copied. */
void sender_send(struct sender *sender, const struct notice *notice);
/* The attempt is over, and job with it: status, retry_after_us and reason are the channel's to fill. mute: nothing answered. */
void sender_answered(struct sender_job *job, const struct attempt_result *result, bool mute);
/* The traceparent of an attempt: a span of its own, which the receiver sees as a header, and which the outcome follows from. Into
 * text (TRACE_TEXT_SIZE), which it returns. */
const char *sender_trace(const struct uuid *notice, int attempt, const char *trace, char *text);
/* The shard is not ours any more: nothing of it is started, and answers of what is under way are dropped. */
void sender_forget(struct sender *sender, int shard);
bool sender_busy(const struct sender *sender);

#endif
