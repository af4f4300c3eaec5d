#include "services/notification/channel.h"

#include <string.h>

#include "common/base/die.h"
#include "common/io/crypto.h"

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

static void say(struct batch *batch, struct item *item, struct known *known, const struct notice *notice, const struct event *event,
    const char *note)
{
	bool counted = !uuid_is_zero(&notice->complaint);
	known->changed = true;
	batch_emit(batch, item,
	    &(struct emission){.topic = "ombud.notification.v1",
		.key = notice->order_id[0] ? notice->order_id : notice->person_id,
		.event = event,
		.subject = notice->complaint,
		.sequence = counted ? ++known->said : 0,
		.note = note});
}

/* An address is told of a complaint in order: the next notice in line starts when this one has come to its end. */
static void let_next_go(struct batch *batch, struct item *item, struct known *known, const struct notice *done)
{
	memory_line_leave(batch, known, done->endpoint);
	for (const struct behind *next = known->behind; next; next = next->next) {
		if (next->place <= done->place || strcmp(next->endpoint, done->endpoint) != 0)
			continue;
		batch_arm(batch, item, batch->now_us, &next->notice, TIMER_ATTEMPT, next->attempts);
		return;
	}
}

static void say_delivered(
    struct batch *batch, struct item *item, struct known *known, const struct notice *notice, const struct rendered *words)
{
	struct event event = event_about(batch, EVENT_NOTICE_DELIVERED, notice, batch->arena);
	event.language = notice->language;
	event.delivered_at_us = batch->now_us;
	if (words) {
		event.subject = words->subject;
		event.text = words->body;
	}
	say(batch, item, known, notice, &event, NULL);
}

void channel_deliver(struct batch *batch, struct item *item, struct known *known, struct notice *notice)
{
	notice->state = NOTICE_DELIVERED;
	say_delivered(batch, item, known, notice, NULL);
	let_next_go(batch, item, known, notice);
}

void channel_give_up(struct batch *batch, struct item *item, struct known *known, struct notice *notice, const char *reason)
{
	notice->state = NOTICE_DEAD;
	notice->reason = reason;
	struct event event = event_about(batch, EVENT_NOTICE_FAILED, notice, batch->arena);
	event.code = reason;
	event.final = true;
	say(batch, item, known, notice, &event, reason);
	let_next_go(batch, item, known, notice);
}

/* ---- placing ---- */

static struct uuid notice_id(const struct letter *letter, const struct channel_row *channel, const char *endpoint)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	const char *identity = notice_identity(letter->batch->arena, letter->known->facts.complaint_id, letter->event,
	    letter->telling->recipient, channel->number, endpoint);
	crypto_sha256(&(struct crypto_part){identity, strlen(identity)}, 1, digest);
	return uuid_derive(letter->event->occurred_at_us, digest);
}

static struct notice notice_of(const struct letter *letter, const struct channel_row *channel, const char *endpoint)
{
	const struct notice_facts *facts = &letter->known->facts;
	struct notice notice = {.complaint = facts->complaint,
	    .place = ++letter->known->notices,
	    .sequence = letter->sequence,
	    .platform_id = facts->platform_id,
	    .order_id = facts->order_id,
	    .recipient = letter->telling->recipient,
	    .person_id = letter->telling->person_id,
	    .channel = channel->number,
	    .endpoint = endpoint,
	    .event = letter->telling->template,
	    .language = letter->words.locale,
	    .subject = "",
	    .body = "",
	    .trace = "",
	    .state = NOTICE_PENDING};
	notice.key.shard = shard_number(letter->item->shard);
	notice.key.id = notice_id(letter, channel, endpoint);
	return notice;
}

/* Its first attempt, when nothing of the complaint is on its way to that address. */
static void send_later(const struct channel_row *channel, const struct letter *letter, struct notice *notice)
{
	struct batch *batch = letter->batch;
	bool first = !limit_reached(NULL, channel->line, memory_line_count(letter->known, notice->endpoint));
	int64_t due_us = batch->now_us + channel->wait_us(&notice->key.id, 0, ATTEMPT_FAILED, -1);
	notice->trace = arena_strdup(batch->arena, letter->item->trace);
	if (first)
		batch_arm(batch, letter->item, due_us, &notice->key.id, TIMER_ATTEMPT, 0);
	else
		memory_hit(batch, channel->line);
}

static void deliver_now(const struct channel_row *channel, const struct letter *letter, struct notice *notice)
{
	notice->attempts = 1;
	notice->state = NOTICE_DELIVERED;
	say_delivered(letter->batch, letter->item, letter->known, notice, channel->by_topic ? &letter->words : NULL);
}

static void put_words(const struct channel_row *channel, const struct letter *letter, struct notice *notice)
{
	if (channel->write)
		notice->payload = channel->write(letter, notice);
	else if (!channel->by_topic) {
		notice->subject = letter->words.subject;
		notice->body = letter->words.body;
	}
}

void channel_place(const struct channel_row *channel, const struct letter *letter, const char *endpoint)
{
	struct notice notice = notice_of(letter, channel, endpoint);
	put_words(channel, letter, &notice);
	(channel->begin ? send_later : deliver_now)(channel, letter, &notice);
	letter->known->changed = true;
	memory_add_notice(letter->batch, letter->known, &notice);
	if (channel->placed)
		channel->placed(letter->batch, &notice);
}

static bool reaches(const struct channel_row *channel, const struct reader *reader)
{
	return channel->addresses != channel_by_contact || reader->contacts[channel->number].address[0];
}

/* The notice names whose contact it is, not the address: that is looked up at each attempt, and may change or go between them. */
void channel_by_contact(const struct channel_row *channel, const struct letter *letter)
{
	if (reaches(channel, letter->reader))
		channel_place(channel, letter,
		    arena_printf(letter->batch->arena, "%s/%s/%s", letter->known->facts.platform_id,
			notice_channel_name(channel->number), letter->telling->person_id));
}

/* ---- the table ---- */

const struct channel_row *channel_of(enum notice_channel number)
{
	for (int i = 0; channels[i]; i++)
		if (channels[i]->number == number)
			return channels[i];
	bug("a notice of channel %d, which is not in service", (int)number);
}

/* What the reader chose of the channels that are in service and that he can be reached by. */
static uint32_t chosen_bits(const struct reader *reader)
{
	uint32_t bits = 0;
	for (int i = 0; channels[i]; i++)
		if (!channels[i]->always && reaches(channels[i], reader))
			bits |= reader->channels & 1u << channels[i]->number;
	return bits;
}

bool channel_chosen(const struct channel_row *channel, const struct reader *reader)
{
	if (channel->always)
		return true;
	uint32_t bits = chosen_bits(reader);
	return bits ? bits & 1u << channel->number : channel->by_default;
}
