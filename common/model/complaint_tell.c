/* How a turn is told: the messages about a complaint, its remedies, a refusal. Nothing here can fail. */
#include "common/model/complaint.h"

#include "common/model/inquiry.h"
#include "common/model/speakers.h"

static const char *id_text(struct arena *arena, const struct complaint *complaint)
{
	return uuid_format(&complaint->id, arena_alloc(arena, UUID_TEXT_SIZE));
}

static struct event *message_new(struct turn *turn, enum event_type type)
{
	struct event *message = arena_alloc(turn->arena, sizeof(*message));
	event_init(message, type);
	message->platform_id = turn->event->platform_id;
	message->actor = turn->event->actor;
	if (!event_type_is_inbox(turn->event->type_id))
		message->actor = (struct actor){ACTOR_KIND_OMBUD, "", ""};
	return message;
}

static void tell(struct turn *turn, struct event *message, const struct uuid *subject, int64_t sequence, const char *note)
{
	COMPLAINT_GROW(turn->arena, turn->told, turn->told_count);
	turn->told[turn->told_count++] =
	    (struct told){message, subject ? *subject : (struct uuid){{0}}, sequence, note && note[0] != '\0' ? note : NULL};
}

unsigned complaint_open(const struct complaint *complaint, int64_t now_us, int64_t amend_us)
{
	unsigned appeal = complaint->appeals == 0 ? LIFE_APPEALABLE : LIFE_APPEALABLE_AGAIN;
	unsigned open = complaint->appeal_open ? appeal : 0;
	if (complaint->evidence_owed)
		open |= LIFE_REQUESTED;
	if (inquiries_wait(complaint->inquiries))
		open |= LIFE_INQUIRED;
	open |= life_settlement_open(complaint->settlement_id[0] != '\0' ? complaint->settlement : 0);
	return now_us - complaint->received_at_us <= amend_us ? open | LIFE_AMENDABLE : open;
}

/* Where the complaint stands: on every message about it. */
static void fill_standing(struct turn *turn, const struct complaint *complaint, struct event *message)
{
	const struct life_stage *place = life_stage(complaint->stage, complaint->answer);
	unsigned open = complaint_open(complaint, turn->now_us, turn->limits->amend_us);
	message->order_id = complaint->order_id;
	message->complaint_id = id_text(turn->arena, complaint);
	message->stage = complaint->stage;
	message->must_act = place ? place->owner : PARTY_UNSPECIFIED;
	message->actions = arena_new_array(turn->arena, struct allowed_action, LIFE_ACTIONS_MAX);
	message->actions_count = life_allowed(complaint->stage, complaint->answer, open, message->actions);
	message->complainant_id = complaint->complainant_id;
	message->merchant_id = complaint->merchant_id;
	message->item_id = complaint->item_id;
	message->channel = complaint->channel;
	message->type = complaint->type;
	message->custom_type = complaint->custom_type;
	message->language = complaint->language;
	message->complained_at_us = complaint->complained_at_us;
	message->received_at_us = complaint->received_at_us;
	message->repeats = complaint->repeats;
	message->urges = complaint->urges;
	message->owner_id = complaint->owner_id;
	message->assignments = complaint->assignments;
	message->owner_before_id = turn->owner_before;
	message->queue = complaint->queue;
	message->claimed = complaint->claimed;
	message->policy_id = complaint->policy_id;
	message->policy_version = complaint->policy_version;
	message->answer = complaint->answer;
}

static void fill_facts(struct turn *turn, const struct complaint *complaint, struct event *message)
{
	message->order = (struct order_facts *)turn->dossier->order;
	message->statement = complaint->statement;
	message->fault_found_at_us = complaint->fault_found_at_us;
	if (complaint->stage == STAGE_REJECTED)
		message->code = refusal_code(turn->eligibility.refusal);
}

static void fill_remedies(struct turn *turn, const struct complaint *complaint, enum remedy_state state, struct event *message)
{
	message->remedies = NULL;
	message->remedies_count = 0;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		if (complaint->remedies[i].state != state)
			continue;
		COMPLAINT_GROW(turn->arena, message->remedies, message->remedies_count);
		message->remedies[message->remedies_count++] = complaint->remedies[i].remedy;
		message->decision_id = complaint->remedies[i].decision_id;
	}
}

/* Who bears what is ordered: as decided; the merchant what it offered; the platform what is decided because it was silent. */
static void fill_responsible(struct turn *turn, struct event *message)
{
	const struct event *said = turn->event;
	bool decided = said->type_id == EVENT_DECISION_MADE, silent = said->type_id == EVENT_SILENCE_REACHED;
	struct responsibility whole = {silent ? PARTY_PLATFORM : PARTY_MERCHANT, 1000, ""};
	message->responsibilities = decided ? said->responsibilities : arena_copy(turn->arena, &whole, sizeof(whole));
	message->responsibilities_count = decided ? said->responsibilities_count : 1;
}

/* What the complaint's last decision says; by default there are no grounds but the reason. */
static void fill_decision(struct turn *turn, const struct complaint *complaint, struct event *message)
{
	const struct event *said = turn->event;
	message->outcome = complaint->outcome;
	message->decision_id = complaint->decision_id;
	message->decided = turn->decided;
	message->grounds = said->type_id == EVENT_DECISION_MADE ? said->grounds : NULL;
	message->text = said->text;
	fill_responsible(turn, message);
}

static bool decides(enum life_effect effect)
{
	return effect == EFFECT_DECIDE || effect == EFFECT_DECIDE_BY_DEFAULT || effect == EFFECT_MEDIATE;
}

static void fill_by_effect(struct turn *turn, const struct complaint *complaint, enum life_effect effect, struct event *message)
{
	if (effect == EFFECT_TAKE_IN || effect == EFFECT_AMEND)
		fill_facts(turn, complaint, message);
	if (decides(effect)) {
		fill_decision(turn, complaint, message);
		fill_remedies(turn, complaint, REMEDY_PLANNED, message);
	}
	if (effect == EFFECT_ORDER_REMEDIES || effect == EFFECT_ACCEPT_COUNTER || effect == EFFECT_AGREE)
		fill_remedies(turn, complaint, REMEDY_ORDERED, message);
}

/* What readers need of earlier steps: whoever is to answer or decide reads what is complained of, wanted and claimed; whoever is to
 * confirm, what has been done. */
static void fill_on_arrival(struct turn *turn, const struct complaint *complaint, struct event *message)
{
	if (complaint->stage == STAGE_NEGOTIATING || complaint->stage == STAGE_PLATFORM_REVIEW)
		fill_facts(turn, complaint, message);
	if (complaint->stage == STAGE_AWAITING_CONFIRMATION)
		fill_remedies(turn, complaint, REMEDY_DONE, message);
	if (complaint->stage == STAGE_MERCHANT_ANSWERED && turn->event->type_id == EVENT_COUNTER_OFFER_REFUSED)
		fill_remedies(turn, complaint, REMEDY_PLANNED, message); /* the offer that stands again */
}

/* What brought it: the message, where somebody said one; and of a silence, whose. */
static void fill_said(
    struct turn *turn, const struct complaint *complaint, enum life_effect effect, bool first, struct event *message)
{
	const struct event *event = turn->event;
	message->input = (struct fact_input){
	    .topic = "", .source = event->source, .event_id = event->event_id, .occurred_at_us = event->occurred_at_us};
	if (first && event_type_is_inbox(event->type_id))
		message->said = event;
	if (effect == EFFECT_PROPOSE || effect == EFFECT_AGREE || effect == EFFECT_REJECT) {
		message->clock = CLOCK_ANSWER_TO_SETTLEMENT;
		message->cycle = complaint->settlement;
	}
	if (event->type_id == EVENT_SILENCE_REACHED) {
		message->clock = event->clock;
		message->cycle = event->cycle;
		message->late = event->late;
	}
}

/* An inquiry is named by its clock and its number; one that a rule opens is told as if somebody had. */
static void fill_inquiry(struct turn *turn, const struct complaint *complaint, enum life_effect effect, struct event *message)
{
	message->clock = CLOCK_INQUIRY;
	message->cycle = complaint->inquiry;
	if (effect != EFFECT_ASK_BY_RULE)
		return;
	struct event *asked = message_new(turn, EVENT_INQUIRY_OPENED);
	asked->inquiry_id = COMPLAINT_INQUIRY_BY_RULE;
	asked->to_party = complaint->first_answer;
	bool carrier = complaint->first_answer == PARTY_LOGISTICS && turn->dossier->order;
	asked->asked_id = carrier ? turn->dossier->order->carrier_id : "";
	asked->text = complaint->statement.text;
	message->cause = CAUSE_INQUIRY_OPENED;
	message->said = asked;
}

static void add_step(struct turn *turn, struct complaint *complaint, const struct event *message)
{
	COMPLAINT_GROW(turn->arena, complaint->steps, complaint->steps_count);
	complaint->steps[complaint->steps_count++] = (struct complaint_step){
	    .sequence = complaint->told + 1,
	    .at_us = turn->now_us,
	    .stage = complaint->stage,
	    .cause = message->cause,
	    .reason = message->reason,
	    .actor = message->actor.kind,
	};
}

void complaint_tell_changed(
    struct turn *turn, struct complaint *complaint, const struct life_row *row, enum stage before, bool first)
{
	struct event *message = message_new(turn, EVENT_COMPLAINT_CHANGED);
	if (decides(row->effect))
		turn->decided = row->reason;
	bool ordered = !first && row->effect == EFFECT_ORDER_REMEDIES;
	message->cause = cause_of_event(ordered ? EVENT_REMEDY_ORDERED : turn->event->type_id);
	message->reason = row->reason;
	message->stage_before = before;
	fill_standing(turn, complaint, message);
	fill_said(turn, complaint, row->effect, first, message);
	fill_by_effect(turn, complaint, row->effect, message);
	if (complaint->inquiry)
		fill_inquiry(turn, complaint, row->effect, message);
	if (complaint->stage != before)
		fill_on_arrival(turn, complaint, message);
	if (before == STAGE_DECIDED && !first) /* whoever is told of a decision reads its grounds with what follows from it */
		fill_decision(turn, complaint, message);
	if (complaint->stage != before)
		add_step(turn, complaint, message);
	tell(turn, message, &complaint->id, ++complaint->told, reason_name(row->reason));
}

/* What a remedy rests on: the grounds of whoever decided, or else his words. */
static const char *grounds_of(const struct event *event)
{
	if (event->grounds && event->grounds->facts_found[0] != '\0')
		return event->grounds->facts_found;
	if (event->grounds && event->grounds->clauses_count > 0)
		return event->grounds->clauses[0];
	return event->text;
}

static enum reason reason_of(const struct event *event)
{
	if (event->type_id == EVENT_SILENCE_REACHED)
		return REASON_DECIDED_BY_DEFAULT;
	if (event->type_id == EVENT_SETTLEMENT_CONFIRMED)
		return REASON_SETTLEMENT_AGREED;
	if (event->type_id == EVENT_COUNTER_OFFER_ACCEPTED)
		return REASON_COUNTER_OFFER_ACCEPTED;
	if (event->type_id == EVENT_MEDIATION_REPORTED)
		return REASON_MEDIATION_REPORTED;
	return event->type_id == EVENT_OFFER_ACCEPTED ? REASON_OFFER_ACCEPTED : REASON_DECIDED;
}

void complaint_tell_remedies(struct turn *turn, struct complaint *complaint, const bool *was_ordered)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		struct remedy_entry *entry = &complaint->remedies[i];
		if (entry->state != REMEDY_ORDERED || was_ordered[i])
			continue;
		struct event *message = message_new(turn, EVENT_REMEDY_ORDERED);
		message->actor = (struct actor){ACTOR_KIND_OMBUD, "", ""};
		message->order_id = complaint->order_id;
		message->complaint_id = id_text(turn->arena, complaint);
		message->remedy_key = remedy_key(turn->arena, complaint, entry);
		message->decision_id = entry->decision_id;
		message->remedy = &entry->remedy;
		message->complainant_id = complaint->complainant_id;
		message->merchant_id = complaint->merchant_id;
		message->text = grounds_of(turn->event);
		message->reason = reason_of(turn->event);
		fill_responsible(turn, message);
		tell(turn, message, &complaint->id, ++complaint->ordered, NULL);
	}
}

/* ---- refusals, and what is of a person ---- */

/* A filing that is refused has made no complaint: the id that it would have got is nobody's. */
static const char *refused_complaint(const struct turn *turn)
{
	if (turn->event->type_id != EVENT_COMPLAINT_FILED)
		return turn->event->complaint_id;
	return turn->complaint ? id_text(turn->arena, turn->complaint) : "";
}

static void fill_refused(struct turn *turn, enum refusal refusal, struct event *message)
{
	const struct event *event = turn->event;
	message->order_id = event->order_id;
	message->person_id = event->order_id[0] == '\0' ? event->person_id : "";
	message->subject_id = event->subject_id;
	message->complaint_id = refused_complaint(turn);
	message->complainant_id = turn->complaint ? turn->complaint->complainant_id : event->complainant_id;
	message->stage = turn->complaint ? turn->complaint->stage : STAGE_UNSPECIFIED;
	message->code = refusal_code(refusal);
	message->refused_most = limit_most(turn->limits, limit_by_refusal(refusal));
	message->refused_type = event_type_name(event->type_id);
	message->refused_source = event->source;
	message->refused_event_id = event->event_id;
	if (turn->piece) {
		message->refused_evidence_id = turn->piece->evidence_id;
		message->refused_member = turn->piece->member;
		message->refused_most = turn->piece->most;
	}
}

/* How often this speaker has been refused, with this one, above what is told: 0 is told as it is, 1 as the last, more not at all.
 * What Ombud asks itself is always answered. Those who may not speak at all are counted together: none of them uses up a party's.
 */
static int32_t count_refusal(struct turn *turn, enum refusal refusal)
{
	enum actor_kind speaker = speaker_refusal(refusal) ? ACTOR_KIND_UNSPECIFIED : turn->event->actor.kind;
	struct limit_uses *uses = turn->complaint ? &turn->complaint->uses : turn->uses;
	if (!uses || !event_type_is_inbox(turn->event->type_id))
		return 0;
	int32_t used = limit_take(turn->arena, uses, LIMIT_REFUSALS, speaker, 1, turn->now_us);
	int32_t over = used - limit_most(turn->limits, LIMIT_REFUSALS);
	turn->hits |= over > 0 ? 1u << LIMIT_REFUSALS : 0;
	return over > 0 ? over : 0;
}

void complaint_tell_refusal(struct turn *turn, enum refusal refusal)
{
	struct complaint *complaint = turn->complaint;
	int32_t over = count_refusal(turn, refusal);
	if (complaint)
		complaint->changed = true;
	if (over > 1)
		return;
	struct event *message = message_new(turn, EVENT_REFUSED);
	fill_refused(turn, over ? limit_row(LIMIT_REFUSALS)->refusal : refusal, message);
	tell(turn, message, complaint ? &complaint->id : NULL, complaint ? ++complaint->told : 0, refusal_code(refusal));
}

void complaint_tell_person(struct turn *turn, enum event_type type)
{
	struct event *message = arena_copy(turn->arena, turn->event, sizeof(*message));
	message->type_id = type;
	message->source = "";
	message->event_id = "";
	message->occurred_at_us = 0;
	message->input = (struct fact_input){
	    .topic = "",
	    .source = turn->event->source,
	    .event_id = turn->event->event_id,
	    .occurred_at_us = turn->event->occurred_at_us,
	};
	tell(turn, message, NULL, 0, NULL);
}
