#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/zone.h"
#include "common/model/trace.h"
#include "services/notification/channel.h"
#include "services/notification/sender.h"

/* ---- something happened ---- */

/* A stranger is told in the platform's language: of the complaint's he knows nothing. */
static const char *language_of(const struct letter *letter, const struct channel_row *channel, bool stranger)
{
	const struct reader *reader = letter->reader;
	if (reader->contacts[channel->number].language[0])
		return reader->contacts[channel->number].language;
	if (reader->language[0])
		return reader->language;
	return letter->telling->recipient == PARTY_COMPLAINANT && !stranger ? letter->known->facts.language : "";
}

/* Written anew only where another channel is read in another language. */
static void put_into_words(struct letter *letter, const struct words *words, const char *language)
{
	const char *locale = templates_locale(words->templates, language), *zone = letter->reader->zone;
	if (letter->words.locale && strcmp(letter->words.locale, locale) == 0)
		return;
	letter->words = templates_render(words->templates, letter->batch->arena, locale,
	    zone[0] && zone_known(zone) ? zone : words->manner.zone, letter->telling->template, &letter->known->facts,
	    letter->event, letter->telling->recipient);
}

static void tell_one(
    struct batch *batch, struct item *item, struct known *known, const struct event *event, const struct telling *telling)
{
	struct notice_facts *facts = &known->facts;
	const struct words *words = daemon_newest(batch->daemon, facts->platform_id);
	if (!words)
		bug("a telling without words"); /* may_tell() has looked */
	struct reader reader = memory_reader(batch, facts->platform_id, telling->person_id);
	bool stranger = notice_to_stranger(facts, event, telling->recipient); /* whom the party's count does not concern */
	struct letter letter = {.batch = batch,
	    .item = item,
	    .known = known,
	    .event = event,
	    .telling = telling,
	    .reader = &reader,
	    .sequence = stranger ? 0 : ++facts->told[telling->recipient],
	    .role = stranger ? VIEW_STRANGER : view_role(telling->recipient)};
	known->changed = true;
	for (int i = 0; channels[i]; i++) {
		if (!channel_chosen(channels[i], &reader))
			continue;
		put_into_words(&letter, words, language_of(&letter, channels[i], stranger));
		channels[i]->addresses(channels[i], &letter);
	}
}

/* ---- deadlines that a mass move has changed ----
 *
 * They are told together, once what one fact has moved is here, and one letter a complaint and day: what moves again on that day is
 * told on the next, joined and never dropped. A clock stands there once, with the due instant that its reader knows of; moved
 * back to it, nothing has changed for him.
 */

#define GATHER_US (2 * US_PER_SECOND)

static int64_t moves_turn_us(const struct batch *batch, const struct known *known)
{
	int64_t turn_us = batch->now_us + GATHER_US;
	if (known->moves_told_us == 0)
		return turn_us;
	const struct words *words = daemon_newest(batch->daemon, known->facts.platform_id);
	int64_t day_us = zone_next_day_us(words ? words->manner.zone : "UTC", known->moves_told_us);
	return day_us > turn_us ? day_us : turn_us;
}

static void await_moves(struct batch *batch, struct item *item, struct known *known)
{
	known->moves_until_us = moves_turn_us(batch, known);
	batch_arm(batch, item, known->moves_until_us, &known->key.complaint, TIMER_MOVED, 0);
}

static void forget_moves(struct batch *batch, struct item *item, struct known *known)
{
	if (known->moves_until_us)
		batch_disarm(batch, item, known->moves_until_us, &known->key.complaint, TIMER_MOVED);
	known->moves_until_us = 0;
}

static void join(struct batch *batch, struct item *item, struct known *known, const struct event *event)
{
	struct event *moved = arena_copy(batch->arena, event, sizeof *event);
	struct waiting **at = &known->moves;
	while (*at && ((*at)->event->clock != event->clock || (*at)->event->cycle != event->cycle))
		at = &(*at)->next;
	if (*at) {
		moved->due_at_before_us = (*at)->event->due_at_before_us;
		*at = (*at)->next;
	}
	if (moved->due_at_us != moved->due_at_before_us) {
		struct waiting *waiting = arena_alloc(batch->arena, sizeof *waiting);
		*waiting = (struct waiting){moved, item->trace, *at};
		*at = waiting;
	}
	known->changed = true;
	if (known->moves && !known->moves_until_us)
		await_moves(batch, item, known);
	else if (!known->moves)
		forget_moves(batch, item, known);
}

static const struct telling *telling_to(enum party recipient, const struct telling *tellings, int count)
{
	for (int i = 0; i < count; i++)
		if (tellings[i].recipient == recipient)
			return &tellings[i];
	return NULL;
}

/* One letter with all that this recipient is told of; it goes in the trace of the first. */
static void tell_moves_to(struct batch *batch, struct item *item, struct known *known, enum party recipient)
{
	struct moved_deadline moved[CLOCK_COUNT];
	struct telling tellings[NOTICE_TELLINGS_MAX], first;
	const struct waiting *of_first = NULL;
	size_t count = 0;
	for (const struct waiting *at = known->moves; at && count < CLOCK_COUNT; at = at->next) {
		const struct event *event = at->event;
		const struct telling *found = telling_to(recipient, tellings, notice_select(&known->facts, event, tellings));
		if (!found)
			continue;
		if (!of_first) {
			of_first = at;
			first = *found;
		}
		moved[count++] =
		    (struct moved_deadline){event->clock, event->cycle, event->cause, event->due_at_us, event->due_at_before_us};
	}
	if (!of_first)
		return;
	const char *of_item = item->trace;
	item->trace = of_first->trace;
	known->facts.moved = moved;
	known->facts.moved_count = count;
	tell_one(batch, item, known, of_first->event, &first);
	known->facts.moved = NULL;
	known->facts.moved_count = 0;
	item->trace = of_item;
}

static void tell_moves(struct batch *batch, struct item *item, struct known *known)
{
	for (int recipient = PARTY_COMPLAINANT; recipient <= PARTY_PLATFORM; recipient++)
		tell_moves_to(batch, item, known, (enum party)recipient);
	known->moves = NULL;
	known->moves_until_us = 0;
	known->moves_told_us = batch->now_us;
	known->changed = true;
}

static void tell_all(struct batch *batch, struct item *item, struct known *known, const struct event *event)
{
	struct telling tellings[NOTICE_TELLINGS_MAX];
	if (notice_joins(event)) {
		join(batch, item, known, event);
		return;
	}
	int count = notice_select(&known->facts, event, tellings);
	if (count > 0 && notice_is_over(event, batch->now_us)) {
		log_info("a warning is skipped: its clock was over when it was read",
		    LOG_TEXT("complaint_id", known->facts.complaint_id), LOG_TEXT("clock", clock_kind_name(event->clock)));
		return;
	}
	for (int i = 0; i < count; i++)
		tell_one(batch, item, known, event, &tellings[i]);
}

/* In the event's own trace, whatever item lets it go. */
static void tell(struct batch *batch, struct item *item, struct known *known, const struct event *event, const char *trace)
{
	const char *of_item = item->trace;
	item->trace = trace;
	tell_all(batch, item, known, event);
	item->trace = of_item;
}

/* ---- kept for later ----
 *
 * Topics are read side by side. A step and the clock that it starts come by two of them: the step is held until the clock's due
 * instant is here, so that its text says by when. And a fact may come before the complaint itself, when nobody knows yet whom to
 * tell. What is to be told behind either of them waits in the known, in order. The next step ends the waiting, and so does time.
 */

#define HOLD_US (2 * US_PER_SECOND)

enum { WAITING_MAX = 100 };

static void hold(struct batch *batch, struct item *item, struct known *known)
{
	known->held = item->event;
	known->held_trace = item->trace;
	known->held_until_us = batch->now_us + HOLD_US;
	batch_arm(batch, item, known->held_until_us, &known->key.complaint, TIMER_HELD, 0);
}

static void release(struct batch *batch, struct item *item, struct known *known);

static void wait_behind(struct batch *batch, struct item *item, struct known *known)
{
	struct waiting **last = &known->waiting;
	int count = 0;
	for (; *last; last = &(*last)->next)
		count++;
	if (count >= WAITING_MAX && known->held) { /* enough waited for: what is held is told without its deadline */
		release(batch, item, known);
		tell(batch, item, known, item->event, item->trace);
		return;
	}
	if (count >= WAITING_MAX) {
		batch_park(batch, item, "complaint_unknown", "too many facts about a complaint that is not known");
		return;
	}
	*last = arena_alloc(batch->arena, sizeof **last);
	(*last)->event = item->event;
	(*last)->trace = item->trace;
}

static void tell_waiting(struct batch *batch, struct item *item, struct known *known)
{
	struct waiting **at = &known->waiting;
	while (*at) {
		struct waiting *waiting = *at;
		if (notice_awaits_step(&known->facts, waiting->event)) {
			at = &waiting->next;
			continue;
		}
		*at = waiting->next;
		tell(batch, item, known, waiting->event, waiting->trace);
	}
}

static void release(struct batch *batch, struct item *item, struct known *known)
{
	const struct event *event = known->held;
	if (!event)
		return;
	const char *trace = known->held_trace;
	known->held = NULL;
	known->held_trace = NULL;
	known->changed = true;
	batch_disarm(batch, item, known->held_until_us, &known->key.complaint, TIMER_HELD);
	tell(batch, item, known, event, trace);
	tell_waiting(batch, item, known);
}

/* What the platform's letters are written with can be read. */
static bool may_tell(struct batch *batch, struct item *item, const char *platform_id)
{
	if (daemon_newest(batch->daemon, platform_id))
		return true;
	batch_put_off(batch, item, "the words of its platform");
	return false;
}

static void decide_held(struct batch *batch, struct item *item)
{
	struct known *known = memory_known(batch, shard_number(item->shard), &item->subject);
	if (!may_tell(batch, item, known->facts.platform_id))
		return;
	if (known->unreadable)
		batch_put_off(batch, item, NOTIFICATION_HELD);
	else if (known->held && known->held_until_us <= item->due_us) /* later: its timer was deferred */
		release(batch, item, known);
}

/* Its words may have been read anew meanwhile, with another zone; and what is held is told first. */
static void decide_moves(struct batch *batch, struct item *item)
{
	struct known *known = memory_known(batch, shard_number(item->shard), &item->subject);
	if (!may_tell(batch, item, known->facts.platform_id))
		return;
	if (known->unreadable) {
		batch_put_off(batch, item, NOTIFICATION_MOVES);
		return;
	}
	if (!known->moves || known->moves_until_us > item->due_us) /* its timer was deferred */
		return;
	int64_t turn_us = moves_turn_us(batch, known);
	if (known->held || turn_us > batch->now_us + GATHER_US)
		await_moves(batch, item, known);
	else
		tell_moves(batch, item, known);
	known->changed = true;
}

/* ---- an event about a complaint ---- */

static bool tells_any(const struct known *known, const struct event *event)
{
	struct telling tellings[NOTICE_TELLINGS_MAX];
	return notice_select(&known->facts, event, tellings) > 0;
}

/* A step of the complaint's life. */
/* One that moves no stage is told behind the one that is held, which still awaits its deadline. */
static void decide_step(struct batch *batch, struct item *item, struct known *known)
{
	if (known->held && item->event->stage == item->event->stage_before) {
		notice_facts_learn(batch->arena, &known->facts, item->event);
		wait_behind(batch, item, known);
		return;
	}
	release(batch, item, known);
	notice_facts_learn(batch->arena, &known->facts, item->event);
	if (tells_any(known, item->event) && notice_awaits_clock(&known->facts, item->event)) {
		hold(batch, item, known);
		return;
	}
	tell(batch, item, known, item->event, item->trace);
	tell_waiting(batch, item, known);
}

static void decide_fact(struct batch *batch, struct item *item, struct known *known)
{
	bool tellable = known->facts.stage || uuid_is_zero(&known->key.complaint) || item->event->type_id == EVENT_REFUSED;
	notice_facts_learn(batch->arena, &known->facts, item->event);
	if (known->held && !notice_awaits_clock(&known->facts, known->held))
		release(batch, item, known);
	bool behind = known->held || notice_awaits_step(&known->facts, item->event);
	if (tellable ? behind && tells_any(known, item->event) : notice_tells(item->event->type_id))
		wait_behind(batch, item, known);
	else
		tell(batch, item, known, item->event, item->trace);
}

static void decide_event(struct batch *batch, struct item *item)
{
	struct uuid complaint = {{0}};
	if (!may_tell(batch, item, item->event->platform_id))
		return;
	if (item->event->complaint_id[0])
		uuid_parse(item->event->complaint_id, &complaint);
	struct known *known = memory_known(batch, shard_number(item->shard), &complaint);
	if (known->unreadable) {
		batch_put_off(batch, item, "what is kept of the complaint for later");
		return;
	}
	known->changed = true;
	if (item->event->type_id == EVENT_COMPLAINT_CHANGED)
		decide_step(batch, item, known);
	else
		decide_fact(batch, item, known);
}

static void read_notice(struct batch *batch, struct item *item)
{
	struct uuid notice;
	if (item->event->cause == CAUSE_NOTICE_READ && uuid_parse(said_of(item->event)->notice_id, &notice))
		memory_read_letter(batch, shard_number(item->shard), &notice, item->event->occurred_at_us);
}

/* What was told over years is not emptied in one transaction; and what is still tried keeps its words until it has ended. */
static void begin_erasure(struct batch *batch, struct item *item)
{
	struct uuid id = memory_erase_person(batch, item);
	batch_arm(batch, item, batch->now_us, &id, TIMER_ERASE, 0);
}

static void decide_erasure(struct batch *batch, struct item *item)
{
	int shard = shard_number(item->shard);
	if (memory_erasure_over(batch, shard, &item->subject))
		return;
	batch_arm(batch, item, memory_erasure_turn_us(batch, shard, &item->subject), &item->subject, TIMER_ERASE, 0);
}

static void decide_record(struct batch *batch, struct item *item)
{
	switch (item->event->type_id) {
	case EVENT_CONTACT_CHANGED:
		memory_set_contact(batch, item->event);
		break;
	case EVENT_PREFERENCES_CHANGED:
		memory_set_preference(batch, item->event);
		break;
	case EVENT_PERSON_ERASED:
		begin_erasure(batch, item);
		break;
	default:
		decide_event(batch, item);
		read_notice(batch, item);
	}
}

/* ---- an attempt is due ---- */

/* NULL: it may be sent. */
static const char *refusal(struct batch *batch, const struct channel_row *channel, struct notice *notice)
{
	if (channel->addresses == channel_by_contact) {
		struct reader reader = memory_reader(batch, notice->platform_id, notice->person_id);
		notice->contact = reader.contacts[channel->number].address;
		if (!notice->contact[0])
			return "contact_removed";
	}
	return channel->refusal ? channel->refusal(batch, notice) : NULL;
}

static void decide_attempt(struct batch *batch, struct item *item)
{
	struct sender *sender = memory_notification(batch)->sender;
	struct notice *notice = memory_notice(batch, shard_number(item->shard), &item->subject);
	if (!notice || notice->state != NOTICE_PENDING || notice->attempts != item->timer_version)
		return;
	const struct channel_row *channel = channel_of(notice->channel);
	struct known *known = memory_known(batch, notice->key.shard, &notice->complaint);
	item->trace = notice->trace;
	const char *reason = refusal(batch, channel, notice);
	if (reason)
		channel_give_up(batch, item, known, notice, reason);
	else if (sender_full(sender, channel, notice->endpoint)) {
		int64_t turn_us = sender_turn_us(sender, channel, notice->endpoint, batch->now_us);
		batch_arm(batch, item, turn_us, &notice->key.id, TIMER_ATTEMPT, notice->attempts);
		memory_hit(batch, channel->queue);
		return;
	} else
		notice->state = NOTICE_SENDING;
	memory_change_notice(batch, notice);
}

/* ---- what came of it ---- */

static void try_again(struct batch *batch, struct item *item, struct known *known, struct notice *notice, int64_t wait_us)
{
	if (wait_us < 0) {
		channel_give_up(batch, item, known, notice, "attempts_used_up");
		return;
	}
	notice->state = NOTICE_PENDING;
	batch_arm(batch, item, batch->now_us + wait_us, &notice->key.id, TIMER_ATTEMPT, notice->attempts);
}

static void decide_result(struct batch *batch, struct item *item)
{
	const struct attempt_result *result = item->result;
	struct notice *notice = memory_notice(batch, shard_number(item->shard), &result->notice);
	if (!notice || notice->state != NOTICE_SENDING || notice->attempts != result->attempt)
		return;
	const struct channel_row *channel = channel_of(notice->channel);
	struct known *known = memory_known(batch, notice->key.shard, &notice->complaint);
	enum attempt_outcome outcome = channel->outcome(result);
	item->trace = sender_trace(&notice->key.id, notice->attempts, notice->trace, arena_alloc(batch->arena, TRACE_TEXT_SIZE));
	memory_add_attempt(batch, notice, result, attempt_outcome_name(outcome));
	notice->attempts++;
	switch (outcome) {
	case ATTEMPT_DELIVERED:
		channel_deliver(batch, item, known, notice);
		break;
	case ATTEMPT_GONE:
		if (channel->gone)
			channel->gone(batch, notice);
		channel_give_up(batch, item, known, notice, "endpoint_gone");
		break;
	default:
		try_again(batch, item, known, notice,
		    channel->wait_us(&notice->key.id, notice->attempts, outcome, result->retry_after_us));
	}
	memory_change_notice(batch, notice);
}

void notification_decide(struct batch *batch, struct item *item)
{
	switch (item->kind) {
	case ITEM_RECORD:
		decide_record(batch, item);
		break;
	case ITEM_TIMER:
		if (item->timer_kind == TIMER_HELD)
			decide_held(batch, item);
		else if (item->timer_kind == TIMER_MOVED)
			decide_moves(batch, item);
		else if (item->timer_kind == TIMER_ERASE)
			decide_erasure(batch, item);
		else
			decide_attempt(batch, item);
		break;
	case ITEM_RESULT:
		decide_result(batch, item);
		break;
	case ITEM_WALK:
		break; /* it walks nothing */
	}
}
