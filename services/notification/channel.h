/* The ways a notice can go: a channel is a row, and whatever tells people is generic over it.
 *
 *   letter ─▶ addresses() ─▶ a notice for each, its text by write() ─▶ no begin: delivered, within the transaction
 *                                                                  └─▶ begin: 'pending' and a timer
 *   the timer is due ─▶ refusal() has none ─▶ a row of `sending`; after the commit the sender begins it
 *   what came of it ─▶ outcome() ─▶ delivered, gone (dead), or again after wait_us(), as often as that says
 *
 * A new one is a file with its row, and the row's name in channels.c.
 */
#ifndef OMBUD_SERVICES_NOTIFICATION_CHANNEL_H
#define OMBUD_SERVICES_NOTIFICATION_CHANNEL_H

#include "common/letter/templates.h"
#include "common/view/view.h"
#include "services/notification/memory.h"

struct channel_row;
struct sender_job;
struct sender_room;

/* One telling, put into words, before it is a notice of some channel. */
struct letter {
	struct batch *batch;
	struct item *item;
	struct known *known;
	const struct event *event; /* what happened */
	const struct telling *telling;
	const struct reader *reader;
	int64_t sequence;    /* 0: to somebody who is no party */
	enum http_role role; /* whose view it is told in (common/view) */
	struct rendered words;
};

struct channel_row {
	enum notice_channel number; /* its name is the contract's: notice_channel_name() */
	bool by_default;            /* for readers who chose nothing */
	bool always;                /* not a reader's choice: the platform configured it */

	/* Where the letter's reader is reached: channel_place() for each. What it says there stands in notice.endpoint: it names
	 * the address, it is none (of a person nothing is kept in a notice that is not erased with its words). */
	void (*addresses)(const struct channel_row *channel, const struct letter *letter);
	/* Where the words stand, once. By default in the notice's subject and body. write: what goes out, escaped as the medium
	 * wants it, is its payload, the same at each try; who begins attempts has it. by_topic: in the fact that it was delivered,
	 * and so in the log: of all others that says who was told, when and how, and not what. */
	const char *(*write)(const struct letter *letter, const struct notice *notice);
	bool by_topic;
	/* Its own rows beside the notice, in the same transaction. May be NULL. */
	void (*placed)(struct batch *batch, const struct notice *notice);

	/* A channel without begin has all of it delivered at once, and none of what follows. */

	/* Makes what it needs, once, before anything is sent. May be NULL. */
	void (*open)(struct notification *notification);
	/* Begins an attempt; it ends, now or later, with one sender_answered(). job->address is where to: what contact the reader
	 * has now, of a channel by contact ("": it has gone since the last try); else what addresses() said. */
	void (*begin)(struct sender_job *job);
	/* What attempts to this address share with others: sender.h. NULL, or returns NULL: nothing. */
	struct sender_room *(*room)(const char *address);
	/* Why it cannot be sent now, which ends it. NULL: it may be. May be NULL. */
	const char *(*refusal)(struct batch *batch, const struct notice *notice);
	enum attempt_outcome (*outcome)(const struct attempt_result *result);
	/* The address wants no more. May be NULL. */
	void (*gone)(struct batch *batch, const struct notice *notice);
	/* How long until attempt 0, 1, 2 ..., in microseconds; asked_us: what the receiver asked for, -1: nothing. -1: no further.
	 */
	int64_t (*wait_us)(const struct uuid *notice, int attempt, enum attempt_outcome outcome, int64_t asked_us);
	enum limit line;  /* notices of a complaint on their way to one address */
	enum limit queue; /* attempts in memory for one address */
};

/* All that are in service, ended by NULL (channels.c). None is taken out while notices of it are pending or being sent. */
extern const struct channel_row *const channels[];

const struct channel_row *channel_of(enum notice_channel number);
/* Is the channel used for this reader? Who chose none that he can be reached by is told by the default ones. */
bool channel_chosen(const struct channel_row *channel, const struct reader *reader);

/* addresses() of channels that go by contact (ContactSet): the reader's contact there, when he has one. */
void channel_by_contact(const struct channel_row *channel, const struct letter *letter);

/* A notice at that address: pending, or delivered at once. */
void channel_place(const struct channel_row *channel, const struct letter *letter, const char *endpoint);

/* The notice has come to its end: says so on ombud.notification.v1, and lets the next of its line go. */
void channel_deliver(struct batch *batch, struct item *item, struct known *known, struct notice *notice);
void channel_give_up(struct batch *batch, struct item *item, struct known *known, struct notice *notice, const char *reason);

#endif
