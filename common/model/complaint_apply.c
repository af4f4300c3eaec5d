/* What a lifecycle row does to the complaint, and the words in which it is told. Nothing here can fail: complaint.c has checked. */
#include "common/model/complaint.h"

#include <string.h>

#include "common/model/reason.h"

void *complaint_grow(struct arena *arena, void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array; /* the room is the next power of two */
	void *room = arena_alloc(arena, size * (count ? count * 2 : 1));
	if (count)
		memcpy(room, array, size * count);
	return room;
}

const char *remedy_key(struct arena *arena, const struct complaint *complaint, const struct remedy_entry *entry)
{
	char id[UUID_TEXT_SIZE];
	return arena_printf(arena, "%s/%s/%s/%d", uuid_format(&complaint->id, id), entry->decision_id,
	    remedy_kind_name(entry->remedy.kind), (int)entry->number);
}

static const char *id_text(struct arena *arena, const struct complaint *complaint)
{
	return uuid_format(&complaint->id, arena_alloc(arena, UUID_TEXT_SIZE));
}

/* ---- effects ---- */

static void plan_remedies(struct turn *turn, struct complaint *complaint, const char *decision_id, const struct remedy *remedies,
    size_t count, enum remedy_state state)
{
	for (size_t i = 0; i < count; i++) {
		COMPLAINT_GROW(turn->arena, complaint->remedies, complaint->remedies_count);
		complaint->remedies[complaint->remedies_count++] = (struct remedy_entry){
		    .decision_id = decision_id,
		    .number = (int32_t)i + 1,
		    .remedy = remedies[i],
		    .state = state,
		    .fresh = true,
		};
	}
}

static void move_planned(struct complaint *complaint, enum remedy_state state)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		if (complaint->remedies[i].state == REMEDY_PLANNED) {
			complaint->remedies[i].state = state;
			complaint->remedies[i].changed = true;
		}
	}
}

static void apply_nothing(struct turn *turn, struct complaint *complaint)
{
}

static void append_evidence(struct turn *turn, struct complaint *complaint)
{
	for (size_t i = 0; i < turn->event->evidence_count; i++) {
		COMPLAINT_GROW(turn->arena, complaint->evidence, complaint->evidence_new);
		COMPLAINT_GROW(turn->arena, complaint->evidence_added_us, complaint->evidence_new);
		complaint->evidence[complaint->evidence_new] = turn->event->evidence[i];
		complaint->evidence_added_us[complaint->evidence_new++] = turn->now_us;
		complaint->evidence_count++;
	}
}

static void apply_take_in(struct turn *turn, struct complaint *complaint)
{
	append_evidence(turn, complaint);
	if (turn->eligibility.merchant_id && turn->eligibility.merchant_id[0] != '\0')
		complaint->merchant_id = turn->eligibility.merchant_id;
}

static void apply_join(struct turn *turn, struct complaint *complaint)
{
	complaint->repeats++;
	append_evidence(turn, complaint);
}

static void keep_version(struct turn *turn, struct complaint *complaint)
{
	COMPLAINT_GROW(turn->arena, complaint->versions_new, complaint->versions_new_count);
	complaint->versions_new[complaint->versions_new_count++] = (struct complaint_version){
	    .version = ++complaint->versions,
	    .type = complaint->type,
	    .custom_type = complaint->custom_type,
	    .statement = complaint->statement,
	    .until_us = turn->now_us,
	};
}

static void apply_amend(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	keep_version(turn, complaint);
	complaint->statement = event->statement;
	if (event->type != COMPLAINT_TYPE_UNSPECIFIED) {
		complaint->type = complaint->type_filed = event->type;
		complaint->custom_type = event->custom_type;
	}
	append_evidence(turn, complaint);
}

static void apply_urge(struct turn *turn, struct complaint *complaint)
{
	complaint->urges++;
	complaint->urged_at_us = turn->now_us;
}

static void apply_triage(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	if (event->type != COMPLAINT_TYPE_UNSPECIFIED)
		complaint->type = event->type;
	if (event->custom_type[0] != '\0')
		complaint->custom_type = event->custom_type;
	complaint->tier = event->tier;
	complaint->priority = event->priority;
	complaint->first_answer = event->first_answer;
	complaint->queue = event->queue;
	complaint->policy_id = event->policy_id;
	complaint->policy_version = event->policy_version;
	if (event->owner_id[0] != '\0')
		complaint->owner_id = event->owner_id;
}

static void apply_assign(struct turn *turn, struct complaint *complaint)
{
	complaint->owner_id = turn->event->owner_id;
	if (turn->event->queue[0] != '\0')
		complaint->queue = turn->event->queue;
}

static void apply_answer(struct turn *turn, struct complaint *complaint)
{
	complaint->answer = turn->event->answer;
	if (turn->event->answer == ANSWER_OFFER)
		plan_remedies(turn, complaint, "offer", turn->event->remedies, turn->event->remedies_count, REMEDY_PLANNED);
	append_evidence(turn, complaint);
}

static const char *next_decision_id(struct turn *turn, const struct complaint *complaint, const char *word)
{
	return arena_printf(turn->arena, "%s-%d", word, (int)complaint->decisions + 1);
}

static void decide(struct turn *turn, struct complaint *complaint, enum decision_outcome outcome, const char *decision_id,
    const struct remedy *remedies, size_t count)
{
	move_planned(complaint, REMEDY_DROPPED); /* an offer that was not accepted */
	complaint->outcome = outcome;
	complaint->decision_id = decision_id;
	complaint->decisions++;
	plan_remedies(turn, complaint, decision_id, remedies, count, REMEDY_PLANNED);
}

static void apply_decide(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	const char *id = event->decision_id[0] != '\0' ? event->decision_id : next_decision_id(turn, complaint, "decision");
	decide(turn, complaint, event->outcome, id, event->remedies, event->remedies_count);
}

/* The whole of what is left of the order's or the item's sum goes back. */
static void apply_decide_by_default(struct turn *turn, struct complaint *complaint)
{
	struct remedy refund = {
	    .kind = REMEDY_KIND_REFUND,
	    .amount = remedies_left(turn->dossier, complaint),
	    .item_id = complaint->item_id,
	    .note = "",
	};
	decide(turn, complaint, DECISION_OUTCOME_FOR_COMPLAINANT, next_decision_id(turn, complaint, "default"), &refund,
	    refund.amount.minor_units > 0 ? 1 : 0);
}

static void apply_order_remedies(struct turn *turn, struct complaint *complaint)
{
	move_planned(complaint, REMEDY_ORDERED);
}

static void apply_mark_remedy(struct turn *turn, struct complaint *complaint)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		struct remedy_entry *entry = &complaint->remedies[i];
		if (strcmp(remedy_key(turn->arena, complaint, entry), turn->event->remedy_key) != 0)
			continue;
		entry->state = turn->event->remedy_outcome == REMEDY_OUTCOME_DONE ? REMEDY_DONE : REMEDY_FAILED;
		entry->changed = true;
	}
}

static void apply_settle(struct turn *turn, struct complaint *complaint)
{
	move_planned(complaint, REMEDY_DROPPED);
	plan_remedies(turn, complaint, "settlement", turn->event->remedies, turn->event->remedies_count, REMEDY_SETTLED);
}

static void apply_refer(struct turn *turn, struct complaint *complaint)
{
	complaint->referred = true;
}

static void (*const effects[EFFECT_COUNT])(struct turn *, struct complaint *) = {
    [EFFECT_NONE] = apply_nothing,
    [EFFECT_TAKE_IN] = apply_take_in,
    [EFFECT_JOIN] = apply_join,
    [EFFECT_AMEND] = apply_amend,
    [EFFECT_URGE] = apply_urge,
    [EFFECT_EVIDENCE] = append_evidence,
    [EFFECT_TRIAGE] = apply_triage,
    [EFFECT_ASSIGN] = apply_assign,
    [EFFECT_ANSWER] = apply_answer,
    [EFFECT_DECIDE] = apply_decide,
    [EFFECT_DECIDE_BY_DEFAULT] = apply_decide_by_default,
    [EFFECT_ORDER_REMEDIES] = apply_order_remedies,
    [EFFECT_MARK_REMEDY] = apply_mark_remedy,
    [EFFECT_SETTLE] = apply_settle,
    [EFFECT_REFER] = apply_refer,
};

/* ---- words ---- */

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

/* Where the complaint stands: on every message about it. */
static void fill_standing(struct turn *turn, const struct complaint *complaint, struct event *message)
{
	const struct life_stage *place = life_stage(complaint->stage, complaint->answer);
	bool amendable = turn->now_us - complaint->received_at_us <= turn->limits->amend_us;
	message->order_id = complaint->order_id;
	message->complaint_id = id_text(turn->arena, complaint);
	message->stage = complaint->stage;
	message->must_act = place ? place->owner : PARTY_UNSPECIFIED;
	message->actions = arena_new_array(turn->arena, struct allowed_action, LIFE_ACTIONS_MAX);
	message->actions_count = life_allowed(complaint->stage, complaint->answer, amendable, message->actions);
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
	message->queue = complaint->queue;
	message->claimed = complaint->claimed;
	message->policy_id = complaint->policy_id;
	message->policy_version = complaint->policy_version;
}

/* What was said, as it was said. */
static void fill_said(const struct event *said, struct event *message)
{
	message->text = said->text;
	message->to_party = said->to_party;
	message->evidence = said->evidence;
	message->evidence_count = said->evidence_count;
	message->evidence_kinds = said->evidence_kinds;
	message->evidence_kinds_count = said->evidence_kinds_count;
	message->answer = said->answer;
	message->clauses = said->clauses;
	message->clauses_count = said->clauses_count;
	message->remedies = said->remedies;
	message->remedies_count = said->remedies_count;
	message->grounds = said->grounds;
	message->outcome = said->outcome;
	message->remedy_key = said->remedy_key;
	message->remedy_outcome = said->remedy_outcome;
	message->rating = said->rating;
	message->inspector_id = said->inspector_id;
	message->conclusive = said->conclusive;
	message->level = said->level;
	message->notice_id = said->notice_id;
	message->referred_to = said->referred_to;
	message->reference = said->reference;
	message->clock = said->clock;
	message->late = said->late;
	if (said->type_id == EVENT_COMPLAINT_FILED || said->type_id == EVENT_COMPLAINT_AMENDED)
		message->statement = said->statement;
}

static void fill_facts(struct turn *turn, const struct complaint *complaint, struct event *message)
{
	message->order = (struct order_facts *)turn->dossier->order;
	message->statement = complaint->statement;
	message->fault_found_at_us = complaint->fault_found_at_us;
	if (complaint->stage == STAGE_REJECTED && turn->eligibility.refusal != REFUSAL_NONE)
		message->text = refusal_sentence(turn->eligibility.refusal, complaint->language);
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

static struct grounds *default_grounds(struct turn *turn)
{
	struct grounds *grounds = arena_alloc(turn->arena, sizeof(*grounds));
	grounds->clauses = arena_new_array(turn->arena, const char *, 1);
	grounds->clauses[0] = REASON_PLATFORM_SILENT;
	grounds->clauses_count = 1;
	grounds->facts_found = REASON_NO_DECISION;
	return grounds;
}

static void fill_by_effect(struct turn *turn, const struct complaint *complaint, enum life_effect effect, struct event *message)
{
	if (effect == EFFECT_TAKE_IN)
		fill_facts(turn, complaint, message);
	if (effect == EFFECT_DECIDE_BY_DEFAULT) {
		message->outcome = complaint->outcome;
		message->grounds = default_grounds(turn);
		fill_remedies(turn, complaint, REMEDY_PLANNED, message);
	}
	if (effect == EFFECT_ORDER_REMEDIES)
		fill_remedies(turn, complaint, REMEDY_ORDERED, message);
	if (effect == EFFECT_DECIDE || effect == EFFECT_DECIDE_BY_DEFAULT)
		message->decision_id = complaint->decision_id;
}

/* A step that follows at once carries what its readers need of the ones before: the merchant reads what is complained of, wanted
 * and claimed; whoever is told of a decision reads its grounds with what follows from it. */
static void fill_what_led_here(struct turn *turn, const struct complaint *complaint, enum stage before, struct event *message)
{
	const struct event *said = turn->event;
	if (complaint->stage == STAGE_NEGOTIATING)
		fill_facts(turn, complaint, message);
	if (before != STAGE_DECIDED)
		return;
	message->text = said->text;
	message->outcome = complaint->outcome;
	message->decision_id = complaint->decision_id;
	message->grounds = said->type_id == EVENT_DECISION_MADE ? said->grounds : default_grounds(turn);
}

static void add_step(struct turn *turn, struct complaint *complaint, const struct event *message)
{
	COMPLAINT_GROW(turn->arena, complaint->steps, complaint->steps_count);
	complaint->steps[complaint->steps_count++] = (struct complaint_step){
	    .at_us = turn->now_us,
	    .stage = complaint->stage,
	    .cause = message->cause,
	    .comment = message->comment,
	    .actor = message->actor.kind,
	};
}

static void tell_changed(struct turn *turn, struct complaint *complaint, const struct life_row *row, enum stage before, bool first)
{
	struct event *message = message_new(turn, EVENT_COMPLAINT_CHANGED);
	bool ordered = !first && row->effect == EFFECT_ORDER_REMEDIES;
	message->cause = event_type_short_name(ordered ? EVENT_REMEDY_ORDERED : turn->event->type_id);
	message->stage_before = before;
	message->comment = row->comment;
	fill_standing(turn, complaint, message);
	if (first)
		fill_said(turn->event, message);
	fill_by_effect(turn, complaint, row->effect, message);
	if (!first)
		fill_what_led_here(turn, complaint, before, message);
	if (complaint->stage != before)
		add_step(turn, complaint, message);
	tell(turn, message, &complaint->id, ++complaint->told, row->comment);
}

static const char *reason_of(const struct event *event)
{
	if (event->grounds && event->grounds->facts_found[0] != '\0')
		return event->grounds->facts_found;
	if (event->grounds && event->grounds->clauses_count > 0)
		return event->grounds->clauses[0];
	if (event->type_id == EVENT_OFFER_ACCEPTED)
		return REASON_OFFER_ACCEPTED;
	if (event->type_id == EVENT_STEP_IN_REQUESTED)
		return REASON_NO_DECISION;
	return event->text;
}

static void tell_remedies(struct turn *turn, struct complaint *complaint, const bool *was_ordered)
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
		message->text = reason_of(turn->event);
		tell(turn, message, &complaint->id, ++complaint->ordered, NULL);
	}
}

void complaint_apply(struct turn *turn, struct complaint *complaint, const struct life_row *row, bool first)
{
	enum stage before = complaint->stage;
	bool *was_ordered = arena_new_array(turn->arena, bool, complaint->remedies_count + 1);
	for (size_t i = 0; i < complaint->remedies_count; i++)
		was_ordered[i] = complaint->remedies[i].state == REMEDY_ORDERED;

	effects[row->effect](turn, complaint);
	if (row->to != STAGE_UNSPECIFIED) {
		complaint->stage = row->to;
		complaint->stage_since_us = turn->now_us;
	}
	complaint->changed = true;
	tell_changed(turn, complaint, row, before, first);
	if (row->effect == EFFECT_ORDER_REMEDIES)
		tell_remedies(turn, complaint, was_ordered);
}

struct complaint *complaint_new(struct turn *turn, const char *merchant_id)
{
	const struct event *event = turn->event;
	struct complaint *complaint = arena_alloc(turn->arena, sizeof(*complaint));
	*complaint = (struct complaint){
	    .platform_id = event->platform_id,
	    .order_id = event->order_id,
	    .item_id = event->item_id,
	    .complainant_id = event->complainant_id,
	    .merchant_id = merchant_id,
	    .type = event->type,
	    .type_filed = event->type,
	    .custom_type = event->custom_type,
	    .channel = event->channel,
	    .language = event->language,
	    .statement = event->statement,
	    .fault_found_at_us = event->fault_found_at_us,
	    .claimed = event->claimed,
	    .complained_at_us = event->occurred_at_us,
	    .received_at_us = turn->now_us,
	    .queue = "",
	    .owner_id = "",
	    .policy_id = "",
	    .decision_id = "",
	    .fresh = true,
	};
	uuid_parse(event->complaint_id, &complaint->id);
	COMPLAINT_GROW(turn->arena, turn->dossier->complaints, turn->dossier->complaints_count);
	turn->dossier->complaints[turn->dossier->complaints_count++] = complaint;
	return complaint;
}

static void fill_refused(struct turn *turn, enum refusal refusal, struct event *message)
{
	const struct event *event = turn->event;
	const char *language = turn->complaint ? turn->complaint->language : event->language;
	message->order_id = event->order_id;
	message->complaint_id = event->complaint_id;
	message->complainant_id = turn->complaint ? turn->complaint->complainant_id : event->complainant_id;
	message->stage = turn->complaint ? turn->complaint->stage : STAGE_UNSPECIFIED;
	message->code = refusal_code(refusal);
	message->sentence = refusal_sentence(refusal, language);
	message->next_step = refusal_next_step(refusal, language);
	message->refused_type = event_type_name(event->type_id);
	message->refused_source = event->source;
	message->refused_event_id = event->event_id;
}

/* How often this speaker has been refused, with this one, above what is told: 0 is told as it is, 1 as the last, more not at all.
 * What Ombud asks itself is always answered. */
static int32_t count_refusal(struct turn *turn)
{
	struct limit_uses *uses = turn->complaint ? &turn->complaint->uses : turn->uses;
	if (!uses || !event_type_is_inbox(turn->event->type_id))
		return 0;
	int32_t used = limit_take(turn->arena, uses, LIMIT_REFUSALS, turn->event->actor.kind, 1, turn->now_us);
	int32_t over = used - limit_row(LIMIT_REFUSALS)->most;
	turn->hits |= over > 0 ? 1u << LIMIT_REFUSALS : 0;
	return over > 0 ? over : 0;
}

void complaint_tell_refusal(struct turn *turn, enum refusal refusal)
{
	struct complaint *complaint = turn->complaint;
	int32_t over = count_refusal(turn);
	if (complaint)
		complaint->changed = true;
	if (over > 1)
		return;
	struct event *message = message_new(turn, EVENT_COMPLAINT_REFUSED);
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
	message->text = "";
	tell(turn, message, NULL, 0, NULL);
}
