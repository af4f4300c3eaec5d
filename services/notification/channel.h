/* The ways a notice can go, behind one interface. What is tried again, when and how often, is webhooks' alone (decide.c).
 *
 * place() runs inside the batch: it makes the notice's rows, one for each target that the channel has for this reader, and either
 * delivers within the transaction (inbox, topic) or leaves the notice pending with its timer (webhook: sender.h). A row without
 * place is the place of a channel that is yet to come; readers who chose it are told by the default ones.
 */
#ifndef OMBUD_SERVICES_NOTIFICATION_CHANNEL_H
#define OMBUD_SERVICES_NOTIFICATION_CHANNEL_H

#include "common/letter/templates.h"
#include "common/view/view.h"
#include "services/notification/desk.h"

/* One telling, put into words, before it is a notice of some channel. */
struct letter {
	struct batch *batch;
	struct item *item;
	struct dossier *dossier;
	const struct event *event; /* what happened */
	const struct telling *telling;
	int64_t sequence;    /* 0: to somebody who is no party */
	enum http_role role; /* whose view it is told in (common/view) */
	struct rendered words;
};

struct transport {
	enum notice_channel channel;
	bool by_default; /* for readers who chose nothing */
	bool always;     /* not a reader's choice: the platform configured it */
	void (*place)(const struct letter *letter, enum notice_channel channel);
};

/* All channels, ended by NOTICE_CHANNEL_UNSPECIFIED. */
extern const struct transport transports[];

/* Is the channel used for this reader? */
bool channel_chosen(const struct transport *transport, const struct reader *reader);

/* The notice has come to its end: says so on ombud.notification.v1, and lets the next of its line go. */
void channel_deliver(struct batch *batch, struct item *item, struct dossier *dossier, struct notice *notice);
void channel_give_up(struct batch *batch, struct item *item, struct dossier *dossier, struct notice *notice, const char *reason);

#endif
