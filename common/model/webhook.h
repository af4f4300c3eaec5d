/* Webhooks, what is pure of them: the schedule as data, what an answer means, the body. Signing is common/io/webhook_sign.h. */
#ifndef OMBUD_MODEL_WEBHOOK_H
#define OMBUD_MODEL_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/model/attempt.h"

enum {
	WEBHOOK_BODY_MAX = 20000,         /* bytes; Standard Webhooks asks for less than 20 kB */
	WEBHOOK_TIMEOUT_MS = 15000,       /* of a whole attempt, not of each read */
	WEBHOOK_ATTEMPTS_MAX = 10,        /* rows of the schedule */
	WEBHOOK_RETRY_AFTER_MAX_S = 86400 /* a receiver cannot put us off for longer */
};

/* Pause before attempt 0, 1, 2 ... in microseconds, jitter included; -1 when there is no further attempt. The jitter is +-10 % and
 * comes from the notice's id: spread over the notices, and the same whenever the same day is played again. */
int64_t webhook_pause_us(const struct uuid *notice, int attempt);

/* Delivered: 2xx. Throttled: 429, 502, 503, 504. Gone: 410. Failed: all others, 3xx (never followed) and 0, no HTTP answer at all.
 */
enum attempt_outcome webhook_outcome(int status);

/* How long to wait before attempt `attempt`: its pause, and at least what the receiver asked for (-1: nothing), bounded. -1: no
 * further attempt. */
int64_t webhook_wait_us(const struct uuid *notice, int attempt, enum attempt_outcome outcome, int64_t retry_after_us);

/* What is told, in the body's data. Strings never NULL. */
struct webhook_notice {
	const char *notice_id;
	const char *event; /* the template's name */
	const char *platform_id;
	const char *order_id;
	const char *complaint_id;
	const char *recipient; /* party's name */
	const char *person_id;
	const char *stage;
	const char *language;
	const char *subject;
	const char *text;
	int64_t sequence;
	int64_t at_us;     /* when it happened */
	int64_t due_us;    /* 0: no deadline known */
	const char *clock; /* that deadline's clock; "" for none */
};

/* {"type","timestamp","data"}, below WEBHOOK_BODY_MAX: the text is cut where a character ends when it must be. In the arena. */
const char *webhook_body(struct arena *arena, const struct webhook_notice *notice);

#endif
