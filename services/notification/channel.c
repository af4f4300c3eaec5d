#include "services/notification/channel.h"

#include <string.h>

#include "common/io/crypto.h"
#include "common/model/webhook.h"
#include "common/platform/endpoints.h"

/* ---- what is said on ombud.notification.v1 ---- */

static struct event event_about(const struct batch *batch, enum event_type type, const struct notice *notice, struct arena *arena)
{
	char text[UUID_TEXT_SIZE];
	struct event event = event_empty(type);
	event.platform_id = notice->platform_id;
	event.occurred_at_us = batch->now_us;
	event.actor.kind = ACTOR_KIND_OMBUD;
	event.order_id = notice->order_id;
	if (!uuid_is_zero(&notice->complaint))
		event.complaint_id = arena_strdup(arena, uuid_format(&notice->complaint, text));
	event.notice_id = arena_strdup(arena, uuid_format(&notice->key.id, text));
	event.party = notice->recipient;
	event.recipient = notice->person_id;
	event.notice_channel = notice->channel;
	event.template = notice->event;
	event.attempts = notice->attempts;
	return event;
}

static void say(struct batch *batch, struct item *item, struct dossier *dossier, const struct notice *notice,
    const struct event *event, const char *note)
{
	bool known = !uuid_is_zero(&notice->complaint);
	dossier->changed = true;
	batch_emit(batch, item,
	    &(struct emission){.topic = "ombud.notification.v1",
		.key = notice->order_id[0] ? notice->order_id : notice->person_id,
		.event = event,
		.subject = notice->complaint,
		.sequence = known ? ++dossier->said : 0,
		.note = note});
}

/* An endpoint is told of a complaint in order: the next notice in line starts when this one has come to its end. */
static void let_next_go(struct batch *batch, struct item *item, struct dossier *dossier, const struct notice *done)
{
	desk_line_leave(batch, dossier, done->endpoint);
	for (const struct behind *next = dossier->behind; next; next = next->next) {
		if (next->place <= done->place || strcmp(next->endpoint, done->endpoint) != 0)
			continue;
		batch_arm(batch, item, batch->now_us, &next->notice, TIMER_ATTEMPT, next->attempts);
		return;
	}
}

void channel_deliver(struct batch *batch, struct item *item, struct dossier *dossier, struct notice *notice)
{
	notice->state = NOTICE_DELIVERED;
	struct event event = event_about(batch, EVENT_NOTICE_DELIVERED, notice, batch->arena);
	event.language = notice->language;
	event.subject = notice->subject;
	event.text = notice->body;
	event.delivered_at_us = batch->now_us;
	say(batch, item, dossier, notice, &event, NULL);
	if (notice->endpoint[0])
		let_next_go(batch, item, dossier, notice);
}

void channel_give_up(struct batch *batch, struct item *item, struct dossier *dossier, struct notice *notice, const char *reason)
{
	notice->state = NOTICE_DEAD;
	notice->reason = reason;
	struct event event = event_about(batch, EVENT_NOTICE_FAILED, notice, batch->arena);
	event.code = reason;
	event.final = true;
	say(batch, item, dossier, notice, &event, reason);
	let_next_go(batch, item, dossier, notice);
}

/* ---- placing ---- */

static struct uuid notice_id(const struct letter *letter, enum notice_channel channel, const char *endpoint)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	const char *identity = notice_identity(letter->batch->arena, letter->dossier->facts.complaint_id, letter->event,
	    letter->telling->recipient, channel, endpoint);
	crypto_sha256(&(struct crypto_part){identity, strlen(identity)}, 1, digest);
	return uuid_derive(letter->event->occurred_at_us, digest);
}

static struct notice notice_of(const struct letter *letter, enum notice_channel channel, const char *endpoint)
{
	const struct notice_facts *facts = &letter->dossier->facts;
	struct notice notice = {.complaint = facts->complaint,
	    .place = ++letter->dossier->notices,
	    .sequence = letter->sequence,
	    .platform_id = facts->platform_id,
	    .order_id = facts->order_id,
	    .recipient = letter->telling->recipient,
	    .person_id = letter->telling->person_id,
	    .channel = channel,
	    .endpoint = endpoint,
	    .event = letter->telling->template,
	    .language = letter->words.locale,
	    .subject = letter->words.subject,
	    .body = letter->words.body,
	    .state = NOTICE_PENDING};
	notice.key.shard = shard_number(letter->item->shard);
	notice.key.id = notice_id(letter, channel, endpoint);
	return notice;
}

/* The topic and the inbox have it at once. */
static struct notice place_here(const struct letter *letter, enum notice_channel channel)
{
	struct notice notice = notice_of(letter, channel, "");
	notice.attempts = 1;
	channel_deliver(letter->batch, letter->item, letter->dossier, &notice);
	desk_add_notice(letter->batch, letter->dossier, &notice);
	return notice;
}

static void place_topic(const struct letter *letter, enum notice_channel channel)
{
	place_here(letter, channel);
}

static void place_inbox(const struct letter *letter, enum notice_channel channel)
{
	struct notice notice = place_here(letter, channel);
	desk_add_letter(letter->batch, &notice);
}

/* value, when the letter's reader sees it. */
static const char *seen(const struct letter *letter, const char *path, const char *value)
{
	return view_sees(path, letter->role) ? value : "";
}

static const char *body_of(const struct letter *letter, const struct notice *notice)
{
	char id[UUID_TEXT_SIZE];
	const struct notice_facts *facts = &letter->dossier->facts;
	enum clock_kind clock = notice_clock_told(facts, letter->event, notice->recipient);
	int64_t due_us = notice_due_told(facts, letter->event, notice->recipient);
	return webhook_body(letter->batch->arena,
	    &(struct webhook_notice){.notice_id = seen(letter, "notice.notice_id", uuid_format(&notice->key.id, id)),
		.event = seen(letter, "notice.event", notice->event),
		.platform_id = seen(letter, "notice.platform_id", notice->platform_id),
		.order_id = seen(letter, "notice.order_id", notice->order_id),
		.complaint_id = seen(letter, "notice.complaint_id", facts->complaint_id),
		.recipient = seen(letter, "notice.recipient", party_name(notice->recipient)),
		.person_id = seen(letter, "notice.person_id", notice->person_id),
		.stage = seen(letter, "notice.stage", facts->stage ? stage_name(facts->stage) : ""),
		.language = seen(letter, "notice.language", notice->language),
		.subject = seen(letter, "notice.subject", notice->subject),
		.text = seen(letter, "notice.text", notice->body),
		.sequence = view_sees("notice.sequence", letter->role) ? notice->sequence : 0,
		.at_us = letter->event->occurred_at_us,
		.due_us = view_sees("notice.due_at", letter->role) ? due_us : 0,
		.clock = seen(letter, "notice.clock", clock ? clock_kind_name(clock) : "")});
}

static void place_at_endpoint(const struct letter *letter, enum notice_channel channel, const char *endpoint)
{
	struct notice notice = notice_of(letter, channel, endpoint);
	bool first = !limit_reached(LIMIT_LINE, desk_line_count(letter->dossier, endpoint));
	notice.payload = body_of(letter, &notice);
	notice.trace = arena_strdup(letter->batch->arena, letter->item->trace);
	desk_add_notice(letter->batch, letter->dossier, &notice);
	letter->dossier->changed = true;
	if (first)
		batch_arm(letter->batch, letter->item, letter->batch->now_us + webhook_pause_us(&notice.key.id, 0), &notice.key.id,
		    TIMER_ATTEMPT, 0);
	else
		desk_hit(letter->batch, LIMIT_LINE);
}

static void place_webhooks(const struct letter *letter, enum notice_channel channel)
{
	const char *platform_id = letter->dossier->facts.platform_id;
	const struct words *words = daemon_newest(letter->batch->daemon, platform_id);
	const struct endpoint *endpoint;
	for (int i = 0; (endpoint = endpoints_at(words->endpoints, i)); i++)
		if (endpoint_wants(endpoint, letter->telling->recipient, letter->telling->template))
			place_at_endpoint(letter, channel, arena_printf(letter->batch->arena, "%s/%s", platform_id, endpoint->id));
}

/* E-mail, SMS, push, chat and the live stream come later: each is its functions and this row. */
const struct transport transports[] = {
    {.channel = NOTICE_CHANNEL_INBOX, .by_default = true, .place = place_inbox},
    {.channel = NOTICE_CHANNEL_WEBHOOK, .always = true, .place = place_webhooks},
    {.channel = NOTICE_CHANNEL_TOPIC, .place = place_topic},
    {.channel = NOTICE_CHANNEL_EMAIL},
    {.channel = NOTICE_CHANNEL_SMS},
    {.channel = NOTICE_CHANNEL_PUSH},
    {.channel = NOTICE_CHANNEL_CHAT},
    {.channel = NOTICE_CHANNEL_STREAM},
    {.channel = NOTICE_CHANNEL_UNSPECIFIED},
};

/* What the reader chose of the channels that exist. */
static uint32_t chosen_bits(const struct reader *reader)
{
	uint32_t bits = 0;
	for (const struct transport *transport = transports; transport->channel; transport++)
		if (transport->place && !transport->always)
			bits |= reader->channels & 1u << transport->channel;
	return bits;
}

bool channel_chosen(const struct transport *transport, const struct reader *reader)
{
	if (!transport->place || transport->always)
		return transport->place != NULL;
	uint32_t bits = chosen_bits(reader);
	return bits ? bits & 1u << transport->channel : transport->by_default;
}
