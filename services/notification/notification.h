/* notification's own types: what the files of this folder share. See README.md for the road a notice takes. */
#ifndef OMBUD_SERVICES_NOTIFICATION_H
#define OMBUD_SERVICES_NOTIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/daemon/service.h"
#include "common/model/event.h"
#include "common/model/notice.h"
#include "common/model/attempt.h"
#include "common/platform/manner.h"

struct endpoint;
struct endpoints;
struct http_access;
struct templates;
struct sender;
struct notification_memory;

/* The daemon's context. access is swapped by a reload, never changed. */
struct notification {
	struct daemon *daemon;
	struct http_access *access;
	struct sender *sender;
};

/* Of a platform's version. */
struct words {
	struct templates *templates;
	struct endpoints *endpoints;
	struct manner manner;
	struct words *next; /* all that were read: a reload reads their endpoints' secrets again */
};

/* An endpoint as notices name it, "platform/id", of the version that holds now. NULL: there is none any more. */
const struct endpoint *endpoint_named(const struct daemon *daemon, const char *name);

/* Kinds of notification.timer. */
enum {
	TIMER_ATTEMPT = 1, /* subject: the notice; version: its attempts so far */
	TIMER_HELD = 2,    /* subject: the complaint; due: its held_until */
	TIMER_ERASE = 3,   /* subject: the erasure */
	TIMER_MOVED = 4,   /* subject: the complaint; due: its moves_until */
};

enum notice_state { NOTICE_PENDING, NOTICE_SENDING, NOTICE_DELIVERED, NOTICE_DEAD };
const char *notice_state_name(enum notice_state state);

/* A row of notification.notice. */
struct notice {
	struct {
		int32_t shard;
		struct uuid id;
	} key;
	struct uuid complaint;
	int64_t place, sequence;
	const char *platform_id, *order_id;
	enum party recipient;
	const char *person_id;
	enum notice_channel channel;
	const char *endpoint;
	const char *event, *language;
	const char *subject, *body; /* a letter's words; "" where they stand elsewhere, and where a batch has read the row */
	const char *payload;        /* what attempts send; NULL or "": none */
	enum notice_state state;
	int attempts;
	const char *reason;
	const char *trace; /* of what is sent by attempts: traceparent of the fact that it tells; else NULL or "" */
	const char
	    *contact; /* no column: where its reader is reached now, of a channel that goes by contact; "": nowhere any more */
};

/* What one attempt came to. Injected into the shard's lane. */
struct attempt_result {
	struct uuid notice;
	int attempt;
	int status;             /* as the channel counts: HTTP's; 0: no answer */
	int64_t retry_after_us; /* -1: none */
	int64_t duration_us;
	char reason[ATTEMPT_REASON_MAX]; /* "": none */
};
/* Cut to what is kept; NULL: none. */
void attempt_reason(struct attempt_result *result, const char *reason);

/* ---- decide.c ---- */
void notification_decide(struct batch *batch, struct item *item);

#endif
