/* Plays Olist's orders: complaints where people really complained, answers when merchants really answered. The agents work once a
 * day, so that many complaints share the steps of the virtual clock. */
#include <stdio.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/instant.h"

#include "services/player/grounds.h"
#include "services/player/olist.h"
#include "services/player/play.h"

enum {
	HELLO_MINUTES = 45,    /* within the two hours of the first response */
	AGENT_HOUR = 14,       /* UTC: decisions are made */
	BACKEND_HOUR = 16,     /* refunds are paid */
	COMPLAINANT_HOUR = 20, /* people read their messages */
	CONFIRM_PERCENT = 70,  /* the others stay silent */
	ASK_PERCENT = 60,      /* after a defence; the others let it stand */
};

#define BEFORE_DECISION (1u << STAGE_NEGOTIATING | 1u << STAGE_PLATFORM_REVIEW)

/* The next time of day at or after the instant. */
static int64_t next_hour(int64_t at_us, int hour)
{
	int64_t day_us = at_us / US_PER_DAY * US_PER_DAY;
	int64_t then_us = day_us + hour * US_PER_HOUR;
	return then_us > at_us ? then_us : then_us + US_PER_DAY;
}

/* The same for the same order each time. */
static bool chance(const struct life *life, const char *what, int percent)
{
	char text[128];
	int size = snprintf(text, sizeof(text), "%s %s", life->order_id, what);
	return hash_murmur2(text, (size_t)size) % 100 < (unsigned)percent;
}

static enum order_status status_of(const struct olist_order *order)
{
	static const struct {
		const char *name;
		enum order_status status;
	} names[] = {
	    {"delivered", ORDER_STATUS_COMPLETED},
	    {"shipped", ORDER_STATUS_TO_RECEIVE},
	    {"canceled", ORDER_STATUS_CANCELLED},
	    {"unavailable", ORDER_STATUS_UNAVAILABLE},
	    {"created", ORDER_STATUS_UNPAID},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(order->status, names[i].name) == 0)
			return names[i].status;
	}
	return ORDER_STATUS_TO_SHIP; /* approved, invoiced, processing */
}

/* Without payments the items' prices stand in. */
static int64_t total_of(const struct olist_order *order)
{
	int64_t cents = order->paid_cents;
	for (size_t i = 0; i < order->items_count && order->paid_cents == 0; i++)
		cents += order->items[i].price.minor_units;
	return cents;
}

/* As late as it can be: when the last that is known of the order had happened, or somebody complains. */
static int64_t order_told_us(const struct olist_order *order)
{
	const int64_t known_us[] = {order->approved_us, order->shipped_us, order->delivered_us};
	int64_t told_us = order->purchased_us;
	for (size_t i = 0; i < sizeof(known_us) / sizeof(known_us[0]); i++)
		told_us = known_us[i] > told_us ? known_us[i] : told_us;
	return order->cause != OLIST_NONE && order->filed_us < told_us ? order->filed_us : told_us;
}

/* What has not happened yet is not known. */
static int64_t happened(int64_t at_us, int64_t told_us)
{
	return at_us <= told_us ? at_us : 0;
}

static void plan_order(struct play *play, struct olist_order *order)
{
	int64_t told_us = order_told_us(order);
	struct input *input = play_input(play, told_us, EVENT_ORDER_RECORDED, "orders", order->order_id);
	struct order_facts *facts = arena_alloc(play->arena, sizeof(*facts));
	*facts = (struct order_facts){
	    .region = "",
	    .carrier_id = "",
	    .line = "",
	    .buyer_id = order->customer_id,
	    .merchant_id = order->items_count ? order->items[0].merchant_id : "",
	    .status = status_of(order),
	    .goods_kind = GOODS_KIND_PHYSICAL,
	    .category = "",
	    .total = {total_of(order), "BRL"},
	    .payment_method = order->payment_type,
	    .member_level = "",
	    .purchased_at_us = happened(order->purchased_us, told_us),
	    .paid_at_us = happened(order->approved_us, told_us),
	    .shipped_at_us = happened(order->shipped_us, told_us),
	    .promised_at_us = order->estimated_us,
	    .delivered_at_us = happened(order->delivered_us, told_us),
	    .items = order->items,
	    .items_count = order->items_count,
	};
	input->event->order = facts;
	input->event->actor = (struct actor){ACTOR_KIND_PLATFORM_PROGRAM, "orders", ""};
	input->early = true;
	play_life(play, order->order_id)->order = input->event;
	play_say(play, input);
}

static void plan_complaint(struct play *play, struct olist_order *order)
{
	struct input *input = play_input(play, order->filed_us, EVENT_COMPLAINT_FILED, "reviews", order->order_id);
	struct event *event = input->event;
	event->complaint_id = "";
	event->actor = (struct actor){ACTOR_KIND_COMPLAINANT, order->customer_id, ""};
	event->complainant_id = order->customer_id;
	event->channel = order->cause == OLIST_REVIEW ? CHANNEL_WEB : CHANNEL_APP;
	event->item_id = order->several_merchants ? order->items[0].item_id : "";
	event->type = order->cause == OLIST_LATE ? COMPLAINT_TYPE_DELIVERED_LATE : COMPLAINT_TYPE_UNSPECIFIED;
	event->statement.text = order->words;
	event->statement.wanted = "";
	event->language = "pt-BR";
	play_say(play, input);
}

static bool begin(struct play *play)
{
	struct olist_order *orders;
	if (!olist_read(play->arena, play->data, &orders))
		return false;
	for (struct olist_order *order = orders; order; order = order->hh.next) {
		if (order->purchased_us == 0) {
			fprintf(stderr, "player: the order %s has no time at all: left out\n", order->order_id);
			continue;
		}
		if (play->starts_us == 0 || order->purchased_us < play->starts_us)
			play->starts_us = order->purchased_us;
		play_life(play, order->order_id)->row = order;
		plan_order(play, order);
		if (order->cause != OLIST_NONE)
			plan_complaint(play, order);
	}
	if (play->starts_us == 0)
		fprintf(stderr, "player: %s/orders.csv has no orders\n", play->data);
	return play->starts_us != 0;
}

/* ---- what the parties do ---- */

static struct event *say_at(struct play *play, struct life *life, enum event_type type, struct actor actor, const char *source,
    int64_t at_us, unsigned stages)
{
	struct input *input = play_input(play, at_us, type, source, life->order_id);
	input->event->actor = actor;
	input->stages = stages;
	play_say(play, input);
	return input->event;
}

static const struct actor agent = {ACTOR_KIND_PLATFORM_PERSON, "agent_souza", "agent"};
static const struct actor backend = {ACTOR_KIND_PLATFORM_PROGRAM, "backend", ""};

static struct actor complainant_of(const struct life *life)
{
	const struct olist_order *order = life->row;
	return (struct actor){ACTOR_KIND_COMPLAINANT, order->customer_id, ""};
}

static struct actor merchant_of(const struct life *life)
{
	const struct olist_order *order = life->row;
	return (struct actor){ACTOR_KIND_MERCHANT_PERSON, order->items[0].merchant_id, ""};
}

static void agent_greets(struct play *play, struct life *life, const struct event *fact)
{
	struct event *event = say_at(play, life, EVENT_MESSAGE_POSTED, agent, "agents",
	    fact->occurred_at_us + HELLO_MINUTES * US_PER_MINUTE, BEFORE_DECISION);
	event->text = "We have received your complaint and are looking into it.";
	event->to_party = PARTY_COMPLAINANT;
}

static void merchant_defends(struct play *play, struct life *life, const struct event *fact)
{
	const struct olist_order *order = life->row;
	if (order->answered_us == 0 || order->items_count == 0) /* without items nobody has sold anything, and nobody answers */
		return;
	int64_t at_us = order->answered_us > fact->occurred_at_us ? order->answered_us : fact->occurred_at_us + US_PER_MINUTE;
	struct event *event = say_at(play, life, EVENT_ANSWER_GIVEN, merchant_of(life), "merchants", at_us, BEFORE_DECISION);
	event->answer = ANSWER_DEFENCE;
	event->text = "The order was handled as agreed.";
}

static void complainant_answers(struct play *play, struct life *life, const struct event *fact)
{
	if (!chance(life, "asks", ASK_PERCENT))
		return;
	struct event *event = say_at(play, life, EVENT_STEP_IN_ASKED, complainant_of(life), "app",
	    next_hour(fact->occurred_at_us, COMPLAINANT_HOUR), 1u << STAGE_MERCHANT_ANSWERED);
	event->text = "I do not agree.";
}

static bool is_late_or_undelivered(const struct olist_order *order)
{
	return order->delivered_us == 0 || (order->estimated_us != 0 && order->delivered_us > order->estimated_us);
}

static int64_t disputed_cents(const struct olist_order *order)
{
	return order->several_merchants ? order->items[0].price.minor_units : total_of(order);
}

static void set_refund(struct play *play, struct event *event, const struct olist_order *order, int percent)
{
	event->remedies = arena_alloc(play->arena, sizeof(*event->remedies));
	event->remedies_count = 1;
	*event->remedies = (struct remedy){REMEDY_KIND_REFUND, {disputed_cents(order) * percent / 100, "BRL"},
	    order->several_merchants ? order->items[0].item_id : "", ""};
}

/* The stated rule: see olist.h. */
static void agent_decides(struct play *play, struct life *life, const struct event *fact)
{
	const struct olist_order *order = life->row;
	bool upheld = is_late_or_undelivered(order);
	int percent = upheld ? 100 : order->score == 1 ? 30 : 0;
	struct event *event = say_at(play, life, EVENT_DECISION_MADE, agent, "agents", next_hour(fact->occurred_at_us, AGENT_HOUR),
	    1u << STAGE_PLATFORM_REVIEW);
	struct grounds *grounds = player_grounds(play->arena, life->type,
	    upheld    ? "The order was delivered after its promise, or never."
	    : percent ? "Delivered in time; the goods were not what was promised."
		      : "Delivered in time and as described.");
	player_responsible(play->arena, event, upheld || percent ? PARTY_MERCHANT : PARTY_NOBODY);
	event->decision_id = arena_printf(play->arena, "D%d", life->said[EVENT_DECISION_MADE]);
	event->grounds = grounds;
	event->text = grounds->facts_found;
	if (percent == 0 || disputed_cents(order) * percent / 100 == 0) {
		event->outcome = DECISION_OUTCOME_FOR_MERCHANT;
		return;
	}
	event->outcome = upheld ? DECISION_OUTCOME_FOR_COMPLAINANT : DECISION_OUTCOME_IN_PART;
	set_refund(play, event, order, percent);
}

static void backend_pays(struct play *play, struct life *life, const struct event *fact)
{
	struct event *event =
	    say_at(play, life, EVENT_REMEDY_REPORTED, backend, "backend", next_hour(fact->occurred_at_us, BACKEND_HOUR), 0);
	event->remedy_key = arena_strdup(play->arena, fact->remedy_key);
	event->remedy_outcome = REMEDY_OUTCOME_DONE;
}

static void complainant_confirms(struct play *play, struct life *life, const struct event *fact)
{
	if (!chance(life, "confirms", CONFIRM_PERCENT))
		return;
	struct event *event = say_at(play, life, EVENT_RESOLUTION_CONFIRMED, complainant_of(life), "app",
	    next_hour(fact->occurred_at_us, COMPLAINANT_HOUR), 1u << STAGE_AWAITING_CONFIRMATION);
	event->rating = 3;
}

static void sees(struct play *play, struct life *life, const struct event *fact)
{
	if (!life || !life->row)
		return;
	if (fact->type_id == EVENT_REMEDY_ORDERED)
		backend_pays(play, life, fact);
	if (fact->type_id != EVENT_COMPLAINT_CHANGED || fact->stage == fact->stage_before)
		return;
	if (fact->stage_before == STAGE_TRIAGED)
		agent_greets(play, life, fact);
	if (fact->stage == STAGE_NEGOTIATING)
		merchant_defends(play, life, fact);
	if (fact->stage == STAGE_MERCHANT_ANSWERED)
		complainant_answers(play, life, fact);
	if (fact->stage == STAGE_PLATFORM_REVIEW)
		agent_decides(play, life, fact);
	if (fact->stage == STAGE_AWAITING_CONFIRMATION)
		complainant_confirms(play, life, fact);
}

const struct scenario scenario_olist = {"olist", begin, sees, NULL};
