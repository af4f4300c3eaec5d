/* What a deed says: one function per message, one row per deed. */
#include <string.h>

#include "common/base/die.h"

#include "services/player/day.h"
#include "services/player/grounds.h"

struct deed_row {
	enum event_type type;
	enum encoding encoding;
	void (*fill)(struct play *play, struct life *life, const struct act *act, struct event *event);
};

static const struct {
	const char *source;
	struct actor actor;
} parties[] = {
    [BUYER] = {"app", {ACTOR_KIND_COMPLAINANT, "", ""}},
    [MERCHANT] = {"merchants", {ACTOR_KIND_MERCHANT_PERSON, "", ""}},
    [MERCHANT_PROGRAM] = {"merchants", {ACTOR_KIND_MERCHANT_PROGRAM, "", "auto_reply"}},
    [AGENT] = {"agents", {ACTOR_KIND_PLATFORM_PERSON, "agent_lin", "agent"}},
    [BACKEND] = {"backend", {ACTOR_KIND_PLATFORM_PROGRAM, "backend", ""}},
};

static struct money share(const struct life *life, int percent)
{
	const struct money *total = &life->order->order->total;
	return (struct money){total->minor_units * percent / 100, total->currency};
}

static void add_remedy(struct play *play, struct event *event, enum remedy_kind kind, struct money amount, const char *note)
{
	event->remedies = arena_alloc(play->arena, sizeof(*event->remedies));
	event->remedies_count = 1;
	*event->remedies = (struct remedy){kind, amount, "", note};
}

static struct evidence *screenshot(
    struct play *play, struct life *life, const char *who, enum party by, const char *kind, int64_t at_us)
{
	struct evidence *evidence = arena_alloc(play->arena, sizeof(*evidence));
	*evidence = (struct evidence){
	    .evidence_id = arena_printf(play->arena, "%s-%s-%s", life->order_id, who, kind),
	    .kind = kind,
	    .uri = arena_printf(play->arena, "https://files.cards.example/%s/%s.png", life->order_id, kind),
	    .media_type = "image/png",
	    .size_bytes = 183204,
	    .supplied_by = by,
	    .made_at_us = at_us,
	};
	return evidence;
}

static void fill_words(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->text = act->words;
	if (act->who == AGENT || act->who == MERCHANT)
		event->to_party = PARTY_COMPLAINANT;
}

static void fill_amendment(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->statement.text = act->words;
	event->evidence = screenshot(play, life, "buyer", PARTY_COMPLAINANT, "recording", event->occurred_at_us);
	event->evidence_count = 1;
}

static void fill_evidence(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->evidence = screenshot(play, life, "buyer_later", PARTY_COMPLAINANT, "screenshot", event->occurred_at_us);
	event->evidence_count = 1;
}

static void fill_offer(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->answer = ANSWER_OFFER;
	event->text = act->words;
	if (act->does == OFFERS_REFUND)
		add_remedy(play, event, REMEDY_KIND_REFUND, share(life, act->arg), "");
	if (act->does == OFFERS_REDELIVERY)
		add_remedy(play, event, REMEDY_KIND_REDELIVERY, (struct money){0, ""}, "");
}

static void fill_defence(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	static const char *clauses[] = {"判定细则 数字商品 3.2@1"};
	event->answer = ANSWER_DEFENCE;
	event->text = act->words;
	event->clauses = clauses;
	event->clauses_count = 1;
	event->evidence = screenshot(play, life, "merchant", PARTY_MERCHANT, "screenshot", event->occurred_at_us);
	event->evidence_count = 1;
}

static void fill_admission(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->admitted = act->does == ADMITS;
	event->text = act->words;
}

static struct grounds *grounds_of(struct play *play, struct life *life, const char *found)
{
	static const struct weighed_evidence sides[] = {{.supplied_by = PARTY_COMPLAINANT, .shows = "兑换页面的提示"},
	    {.supplied_by = PARTY_MERCHANT, .shows = "发货与兑换记录"}};
	struct grounds *grounds = player_grounds(play->arena, life->type, found);
	grounds->weighed = arena_new_array(play->arena, struct weighed_evidence, 2);
	for (size_t side = 0; side < 2; side++)
		if (life->pieces[side]) {
			struct weighed_evidence *weighed = &grounds->weighed[grounds->weighed_count++];
			*weighed = sides[side];
			weighed->evidence_id = life->pieces[side];
		}
	return grounds;
}

static enum party responsible(const struct life *life, enum deed deed)
{
	if (deed == DECIDES_FOR_MERCHANT || deed == DECIDES_BASELESS)
		return PARTY_NOBODY;
	return life->type == COMPLAINT_TYPE_PLATFORM_FAULT ? PARTY_PLATFORM : PARTY_MERCHANT;
}

static void fill_decision(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->decision_id = arena_printf(play->arena, "D%d", life->said[EVENT_DECISION_MADE]);
	event->grounds = grounds_of(play, life, act->words);
	player_responsible(play->arena, event, responsible(life, act->does));
	event->text = act->words;
	switch (act->does) {
	case DECIDES_FOR_MERCHANT:
		event->outcome = DECISION_OUTCOME_FOR_MERCHANT;
		break;
	case DECIDES_BASELESS:
		event->outcome = DECISION_OUTCOME_BASELESS;
		break;
	case DECIDES_COMPENSATION:
		event->outcome = DECISION_OUTCOME_IN_PART;
		add_remedy(play, event, REMEDY_KIND_COMPENSATION, share(life, act->arg), "");
		break;
	default:
		event->outcome = act->arg < 100 ? DECISION_OUTCOME_IN_PART : DECISION_OUTCOME_FOR_COMPLAINANT;
		add_remedy(play, event, REMEDY_KIND_REFUND, share(life, act->arg), "");
		break;
	}
}

static void fill_bad_decision(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	struct act good = *act;
	good.does = DECIDES_REFUND;
	good.arg = act->does == DECIDES_TOO_MUCH ? 200 : 100;
	fill_decision(play, life, &good, event);
	if (act->does == DECIDES_WITHOUT_GROUNDS)
		event->grounds = NULL;
}

static void fill_report(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->remedy_outcome = act->does == REPORTS_FAILED ? REMEDY_OUTCOME_FAILED : REMEDY_OUTCOME_DONE;
	event->text = act->words;
}

static void fill_confirmation(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->rating = act->arg;
	event->text = act->words;
}

static void fill_settlement(struct play *play, struct life *life, const struct act *act, struct event *event)
{
	event->text = act->words;
	add_remedy(play, event, REMEDY_KIND_REFUND, share(life, act->arg), "");
}

static const struct deed_row deeds[] = {
    [SAYS] = {EVENT_MESSAGE_POSTED, ENCODING_BINARY, fill_words},
    [AMENDS] = {EVENT_COMPLAINT_AMENDED, ENCODING_STRUCTURED, fill_amendment},
    [URGES] = {EVENT_COMPLAINT_URGED, ENCODING_CONFLUENT, fill_words},
    [ADDS_EVIDENCE] = {EVENT_EVIDENCE_ADDED, ENCODING_BINARY, fill_evidence},
    [WITHDRAWS] = {EVENT_COMPLAINT_WITHDRAWN, ENCODING_BINARY, fill_words},
    [OFFERS_REFUND] = {EVENT_ANSWER_GIVEN, ENCODING_BINARY, fill_offer},
    [OFFERS_REDELIVERY] = {EVENT_ANSWER_GIVEN, ENCODING_STRUCTURED, fill_offer},
    [OFFERS_WORDS] = {EVENT_ANSWER_GIVEN, ENCODING_CONFLUENT, fill_offer},
    [DEFENDS] = {EVENT_ANSWER_GIVEN, ENCODING_STRUCTURED, fill_defence},
    [ACCEPTS] = {EVENT_OFFER_ACCEPTED, ENCODING_BINARY, fill_words},
    [REFUSES] = {EVENT_OFFER_REFUSED, ENCODING_STRUCTURED, fill_words},
    [ASKS_PLATFORM] = {EVENT_STEP_IN_ASKED, ENCODING_BINARY, fill_words},
    [ADMITS] = {EVENT_ADMISSION_GIVEN, ENCODING_BINARY, fill_admission},
    [TURNS_AWAY] = {EVENT_ADMISSION_GIVEN, ENCODING_STRUCTURED, fill_admission},
    [DECIDES_REFUND] = {EVENT_DECISION_MADE, ENCODING_BINARY, fill_decision},
    [DECIDES_COMPENSATION] = {EVENT_DECISION_MADE, ENCODING_STRUCTURED, fill_decision},
    [DECIDES_FOR_MERCHANT] = {EVENT_DECISION_MADE, ENCODING_CONFLUENT, fill_decision},
    [DECIDES_BASELESS] = {EVENT_DECISION_MADE, ENCODING_BINARY, fill_decision},
    [DECIDES_WITHOUT_GROUNDS] = {EVENT_DECISION_MADE, ENCODING_BINARY, fill_bad_decision},
    [DECIDES_TOO_MUCH] = {EVENT_DECISION_MADE, ENCODING_BINARY, fill_bad_decision},
    [REPORTS_DONE] = {EVENT_REMEDY_REPORTED, ENCODING_BINARY, fill_report},
    [REPORTS_FAILED] = {EVENT_REMEDY_REPORTED, ENCODING_CONFLUENT, fill_report},
    [CONFIRMS] = {EVENT_RESOLUTION_CONFIRMED, ENCODING_BINARY, fill_confirmation},
    [DISPUTES] = {EVENT_RESOLUTION_DISPUTED, ENCODING_STRUCTURED, fill_words},
    [SETTLES] = {EVENT_SETTLEMENT_REPORTED, ENCODING_BINARY, fill_settlement},
};

void day_do(struct play *play, struct life *life, const struct act *act, int64_t at_us, const struct event *seen)
{
	const struct deed_row *deed = &deeds[act->does];
	if (deed->type == EVENT_NONE)
		bug("a deed without a message");
	struct input *input = play_input(play, at_us, deed->type, parties[act->who].source, life->order_id);
	struct event *event = input->event;
	input->encoding = deed->encoding;
	event->actor = parties[act->who].actor;
	if (act->who == BUYER)
		event->actor.id = day_buyer(life);
	if (act->who == MERCHANT || act->who == MERCHANT_PROGRAM)
		event->actor.id = life->order->order->merchant_id;
	if (seen->type_id == EVENT_REMEDY_ORDERED)
		event->remedy_key = arena_strdup(play->arena, seen->remedy_key);
	deed->fill(play, life, act, event);
	play_say(play, input);
}
