/* What one batch has read and will write: complaints, notices, readers by key, and the write sets. Emptied before each run. */
#ifndef OMBUD_SERVICES_NOTIFICATION_MEMORY_H
#define OMBUD_SERVICES_NOTIFICATION_MEMORY_H

#include "services/notification/notification.h"

/* A complaint in this batch. */
struct known {
	struct {
		int32_t shard;
		struct uuid complaint;
	} key;
	struct notice_facts facts;
	int64_t notices;          /* so far */
	int64_t said;             /* events on ombud.notification.v1 so far */
	const struct event *held; /* told when the deadline it starts is known, or at held_until_us; NULL: none */
	int64_t held_until_us;
	const char *held_trace; /* traceparent of the held one */
	struct waiting {
		const struct event *event;
		const char *trace; /* traceparent; "" when none */
		struct waiting *next;
	} * waiting; /* in the order they came: told behind the held one, or when the complaint is known */
	/* Deadlines that a mass move has changed, each clock once: told together at moves_until_us, a day after moves_told_us at
	 * the earliest (the platform's day). 0: none. */
	struct waiting *moves;
	int64_t moves_until_us, moves_told_us;
	/* The row's own bytes of the three, where they cannot be read; then they are written as they are. */
	bool unreadable;
	struct stored_bytes {
		const void *data;
		size_t size;
	} held_stored, waiting_stored, moves_stored;
	bool changed;
	struct line {
		const char *endpoint;
		int32_t open; /* its notices that are pending or being sent: one is on its way or waits for its next try, the
				 others come behind it */
		struct line *next;
	} * lines;
	/* Of each line's pending ones the next, where one of this batch may end; behind them those that this batch has placed. */
	struct behind {
		struct uuid notice;
		int64_t place;
		const char *endpoint;
		int attempts;
		struct behind *next;
	} * behind, *behind_last;
};

/* What the row's three are called that cannot be read (batch_misread). */
#define NOTIFICATION_HELD "notification.complaint.held"
#define NOTIFICATION_WAITING "notification.complaint.waiting"
#define NOTIFICATION_MOVES "notification.complaint.moves"

/* What a reader chose, and where he is reached by which channel; the defaults when he said nothing. */
struct reader {
	const char *language; /* "" for none */
	uint32_t channels;    /* bits 1 << channel; 0: the default ones */
	const char *zone;     /* "" for none */
	struct contact {
		const char *address, *language; /* "" for none */
	} contacts[NOTICE_CHANNEL_COUNT];
};

/* Of whom nothing is known. */
struct reader reader_empty(void);

void *notification_memory_new(struct daemon *daemon); /* struct notification_memory */
void notification_memory_reset(void *memory);

/* The hooks of struct service. */
bool notification_load(struct batch *batch, int round);
void notification_write(struct batch *batch);

struct notification *memory_notification(struct batch *batch);

/* What is known of the complaint, made when it is new; one of its own for each call when complaint is zero (nothing of it is kept).
 */
struct known *memory_known(struct batch *batch, int shard, const struct uuid *complaint);
/* NULL: no such notice. */
struct notice *memory_notice(struct batch *batch, int shard, const struct uuid *id);
struct reader memory_reader(struct batch *batch, const char *platform_id, const char *person_id);
bool memory_endpoint_disabled(struct batch *batch, const char *endpoint, const char *url);

/* How many notices to that endpoint are pending or being sent. */
int memory_line_count(const struct known *known, const char *endpoint);
/* One has come to its end. */
void memory_line_leave(struct batch *batch, struct known *known, const char *endpoint);
/* Counts, with the commit, that a limit was run into. */
void memory_hit(struct batch *batch, enum limit limit);

/* A new row; pending ones stand in the complaint's line. */
void memory_add_notice(struct batch *batch, struct known *known, struct notice *notice);
/* The row has another state now. Those that are sending go to the sender after the commit. */
void memory_change_notice(struct batch *batch, struct notice *notice);
void memory_add_attempt(struct batch *batch, const struct notice *notice, const struct attempt_result *result, const char *outcome);
void memory_add_letter(struct batch *batch, const struct notice *notice);
void memory_read_letter(struct batch *batch, int shard, const struct uuid *notice, int64_t at_us);
void memory_disable_endpoint(struct batch *batch, const char *endpoint, const char *url, const char *reason);
void memory_set_contact(struct batch *batch, const struct event *event);
void memory_set_preference(struct batch *batch, const struct event *event);
/* At once what is chosen and where the person is reached; the words of the notices by the erasure, whose id comes back. */
struct uuid memory_erase_person(struct batch *batch, const struct item *item);
/* So much of an erasure has been done in this batch already. false: more is to be done. */
bool memory_erasure_over(struct batch *batch, int shard, const struct uuid *id);
/* When it goes on: at once; by its rank where this batch has not come to it; in an hour where what is left is still being tried. */
int64_t memory_erasure_turn_us(struct batch *batch, int shard, const struct uuid *id);

/* Calls fn for each notice that this batch has made or changed, and counts what limits were run into; after the commit. */
void memory_each_change(struct batch *batch, void (*fn)(struct notification *notification, const struct notice *notice));

#endif
