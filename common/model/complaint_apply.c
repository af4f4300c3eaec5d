/* What a lifecycle row does to the complaint; complaint_tell.c has the words. Nothing here can fail: complaint.c has checked. */
#include "common/model/complaint.h"

#include <stdio.h>
#include <string.h>

#include "common/model/inquiry.h"
#include "common/model/reason.h"
#include "common/model/speakers.h"

enum { APPEALS_MAX = 2 }; /* the first is decided by another person, the second goes outside */

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

/* ---- effects ---- */

/* Numbers go on over the whole complaint: a second offer, a settlement after a reopening or a decision id that was said before must
 * not get the key of one that the backend has done already.
 */
static int32_t last_number(const struct complaint *complaint, const char *decision_id)
{
	int32_t last = 0;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		const struct remedy_entry *entry = &complaint->remedies[i];
		if (strcmp(entry->decision_id, decision_id) == 0 && entry->number > last)
			last = entry->number;
	}
	return last;
}

static void plan_remedies(struct turn *turn, struct complaint *complaint, const char *decision_id, const struct remedy *remedies,
    size_t count, enum remedy_state state)
{
	int32_t last = last_number(complaint, decision_id);
	complaint->has_remedies = complaint->has_remedies || count > 0;
	for (size_t i = 0; i < count; i++) {
		COMPLAINT_GROW(turn->arena, complaint->remedies, complaint->remedies_count);
		complaint->remedies[complaint->remedies_count++] = (struct remedy_entry){
		    .decision_id = decision_id,
		    .number = last + (int32_t)i + 1,
		    .remedy = remedies[i],
		    .state = state,
		    .fresh = true,
		};
	}
}

static void move_remedies(struct complaint *complaint, const char *decision_id, enum remedy_state from, enum remedy_state to)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		bool same = !decision_id || strcmp(complaint->remedies[i].decision_id, decision_id) == 0;
		if (same && complaint->remedies[i].state == from) {
			complaint->remedies[i].state = to;
			complaint->remedies[i].changed = true;
		}
	}
}

/* What was offered and not accepted: a new answer, a decision, a settlement takes its place. */
static void drop_offers(struct complaint *complaint)
{
	move_remedies(complaint, NULL, REMEDY_PLANNED, REMEDY_DROPPED);
	move_remedies(complaint, "counter_offer", REMEDY_PROPOSED, REMEDY_DROPPED);
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

/* A code that somebody has filed it with stays; its platform's goes with the type. */
static void set_type(struct complaint *complaint, enum complaint_type type, const char *custom_type)
{
	const char *before = type_code(complaint->types, complaint->type, complaint->custom_type);
	bool own = strcmp(complaint->standard_code, before) != 0;
	complaint->type = type;
	complaint->custom_type = custom_type;
	if (!own || complaint->standard_code[0] == '\0')
		complaint->standard_code = type_code(complaint->types, type, custom_type);
}

static void apply_amend(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	keep_version(turn, complaint);
	complaint->statement = event->statement;
	if (event->type != COMPLAINT_TYPE_UNSPECIFIED) {
		complaint->type_filed = event->type;
		set_type(complaint, event->type, event->custom_type);
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
	set_type(complaint, event->type ? event->type : complaint->type,
	    event->custom_type[0] ? event->custom_type : complaint->custom_type);
	complaint->tier = event->tier;
	complaint->priority = event->priority;
	complaint->first_answer = event->first_answer;
	complaint->queue = event->queue;
	complaint->policy_id = event->policy_id;
	if (event->owner_id[0] != '\0')
		complaint->owner_id = event->owner_id;
}

/* Its windows and its law are the new version's, too: whoever needs them reads them. */
static void apply_move(struct turn *turn, struct complaint *complaint)
{
	complaint->policy_version = turn->event->policy_version;
	complaint->windows = NULL;
	complaint->types = NULL;
	complaint->law = NULL;
}

static void apply_inspect(struct turn *turn, struct complaint *complaint)
{
	complaint->inspector_id = turn->event->inspector_id;
}

static void ask(struct turn *turn, struct complaint *complaint, enum party asked, const char *id)
{
	struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	const struct inquiry fresh = {(int32_t)all.count + 1, INQUIRY_OPEN, asked, turn->now_us, id};
	complaint->inquiries = arena_printf(turn->arena, "%s%s", complaint->inquiries,
	    inquiries_text(turn->arena, &(struct inquiries){(struct inquiry *)&fresh, 1}));
	complaint->inquiry = fresh.number;
}

static void apply_ask(struct turn *turn, struct complaint *complaint)
{
	ask(turn, complaint, turn->event->to_party, turn->event->inquiry_id);
}

static void apply_ask_by_rule(struct turn *turn, struct complaint *complaint)
{
	ask(turn, complaint, complaint->first_answer, COMPLAINT_INQUIRY_BY_RULE);
}

static void set_inquiry(struct turn *turn, struct complaint *complaint, int32_t number, enum inquiry_state state)
{
	struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	struct inquiry *inquiry = inquiry_numbered(&all, number);
	if (inquiry)
		inquiry->state = state;
	complaint->inquiries = inquiries_text(turn->arena, &all);
	complaint->inquiry = number;
}

static void apply_request(struct turn *turn, struct complaint *complaint)
{
	enum party party = turn->event->to_party;
	if (party == PARTY_COMPLAINANT || party == PARTY_MERCHANT)
		complaint->evidence_owed |= 1 << party;
}

static void apply_withdraw(struct turn *turn, struct complaint *complaint)
{
	complaint->evidence_owed &= ~(1 << turn->event->to_party);
}

/* What a side adds, amends or writes is what was waited for; after the decision nobody waits. */
static void settle_owed(struct turn *turn, struct complaint *complaint)
{
	enum event_type type = turn->event->type_id;
	bool came = type == EVENT_EVIDENCE_ADDED || type == EVENT_MESSAGE_POSTED || type == EVENT_COMPLAINT_AMENDED;
	if (came)
		complaint->evidence_owed &= ~(1 << speaker_side(turn->event->actor.kind));
	if (!life_find(complaint->stage, EVENT_EVIDENCE_REQUESTED, SILENCE_GROUND_UNSPECIFIED, 0))
		complaint->evidence_owed = 0;
}

static void apply_hear(struct turn *turn, struct complaint *complaint)
{
	struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	set_inquiry(turn, complaint, inquiry_find(&all, turn->event->inquiry_id)->number, INQUIRY_ANSWERED);
	append_evidence(turn, complaint);
}

static void apply_lapse(struct turn *turn, struct complaint *complaint)
{
	set_inquiry(turn, complaint, turn->event->cycle, INQUIRY_LAPSED);
}

/* Nobody waits for an answer any more: the review that it was for is over. */
static void drop_inquiries(struct turn *turn, struct complaint *complaint)
{
	struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	for (size_t i = 0; i < all.count; i++)
		if (all.list[i].state == INQUIRY_OPEN || all.list[i].state == INQUIRY_LAPSED)
			all.list[i].state = INQUIRY_DROPPED;
	complaint->inquiries = inquiries_text(turn->arena, &all);
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
	drop_offers(complaint);
	if (turn->event->answer == ANSWER_OFFER)
		plan_remedies(turn, complaint, "offer", turn->event->remedies, turn->event->remedies_count, REMEDY_PLANNED);
	append_evidence(turn, complaint);
}

#define SETTLEMENT_LINE "settlement/" /* of former_decisions */

static bool has_line(const char *lines, const char *line)
{
	size_t size = strlen(line), length;
	for (const char *at = lines; *at; at += length + 1) {
		length = strcspn(at, "\n");
		if (length == size && strncmp(at, line, size) == 0)
			return true;
	}
	return false;
}

/* Of this complaint: what the platform refers to as decided under an id is one decision. Another complaint's may have the same. */
bool complaint_has_decision(const struct complaint *complaint, const char *id)
{
	if (strcmp(id, "offer") == 0 || strcmp(id, "counter_offer") == 0 || strcmp(id, "settlement") == 0 ||
	    strcmp(id, complaint->decision_id) == 0)
		return id[0] != '\0';
	if (has_line(complaint->former_decisions, id))
		return true;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		if (strcmp(complaint->remedies[i].decision_id, id) == 0)
			return true;
	}
	return false;
}

bool complaint_had_settlement(const struct complaint *complaint, const char *id)
{
	char line[sizeof(SETTLEMENT_LINE) + 128];
	snprintf(line, sizeof(line), SETTLEMENT_LINE "%s", id);
	return id[0] != '\0' && has_line(complaint->former_decisions, line);
}

/* The first from its number on that nobody has given a decision of his. */
static const char *next_decision_id(struct turn *turn, const struct complaint *complaint, const char *word)
{
	const char *id;
	int number = (int)complaint->decisions;
	do
		id = arena_printf(turn->arena, "%s-%d", word, ++number);
	while (complaint_has_decision(complaint, id));
	return id;
}

static void decide(struct turn *turn, struct complaint *complaint, enum decision_outcome outcome, const char *decision_id,
    const struct remedy *remedies, size_t count)
{
	drop_offers(complaint);
	complaint->outcome = outcome;
	if (complaint->decision_id[0] != '\0')
		complaint->former_decisions =
		    arena_printf(turn->arena, "%s%s\n", complaint->former_decisions, complaint->decision_id);
	complaint->decision_id = decision_id;
	complaint->decisions++;
	complaint->decided_at_us = turn->now_us;
	complaint->decided_by = turn->event->actor.kind == ACTOR_KIND_PLATFORM_PERSON ? turn->event->actor.id : "";
	complaint->appeal_open = complaint->appeals < APPEALS_MAX;
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
	move_remedies(complaint, NULL, REMEDY_PLANNED, REMEDY_ORDERED);
}

/* The merchant's own offer stays as it is: it stands again when this one is refused. */
static void apply_counter(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	plan_remedies(turn, complaint, "counter_offer", event->remedies, event->remedies_count, REMEDY_PROPOSED);
}

static void apply_accept_counter(struct turn *turn, struct complaint *complaint)
{
	move_remedies(complaint, NULL, REMEDY_PLANNED, REMEDY_DROPPED);
	move_remedies(complaint, "counter_offer", REMEDY_PROPOSED, REMEDY_ORDERED);
}

static void apply_refuse_counter(struct turn *turn, struct complaint *complaint)
{
	move_remedies(complaint, "counter_offer", REMEDY_PROPOSED, REMEDY_DROPPED);
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
	drop_offers(complaint);
	complaint->appeal_open = false; /* what the sides agree on takes a decision's place */
	plan_remedies(turn, complaint, "settlement", turn->event->remedies, turn->event->remedies_count, REMEDY_SETTLED);
}

/* ---- a proposal to settle ---- */

static void end_settlement(struct complaint *complaint)
{
	move_remedies(complaint, "settlement", REMEDY_PROPOSED, REMEDY_DROPPED);
	move_remedies(complaint, "settlement", REMEDY_CLAIMED, REMEDY_DROPPED);
	complaint->settlement_id = "";
}

/* The next number whose answer is the other side's. */
static int32_t next_settlement(const struct turn *turn, const struct complaint *complaint)
{
	int32_t next = complaint->settlement + 1;
	return settlement_answers(next) == speaker_side(turn->event->actor.kind) ? next + 1 : next;
}

static void apply_propose(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	bool done = event->type_id == EVENT_SETTLEMENT_REPORTED;
	complaint->settlement = next_settlement(turn, complaint);
	complaint->settlement_id =
	    done ? arena_printf(turn->arena, "settlement-%d", (int)complaint->settlement) : event->settlement_id;
	complaint->former_decisions =
	    arena_printf(turn->arena, "%s" SETTLEMENT_LINE "%s\n", complaint->former_decisions, complaint->settlement_id);
	limit_take(turn->arena, &complaint->uses, LIMIT_SETTLEMENTS, event->actor.kind, 1, turn->now_us);
	plan_remedies(
	    turn, complaint, "settlement", event->remedies, event->remedies_count, done ? REMEDY_CLAIMED : REMEDY_PROPOSED);
}

static void apply_agree(struct turn *turn, struct complaint *complaint)
{
	drop_offers(complaint);
	move_remedies(complaint, "settlement", REMEDY_PROPOSED, REMEDY_ORDERED);
	move_remedies(complaint, "settlement", REMEDY_CLAIMED, REMEDY_SETTLED);
	complaint->settlement_id = "";
	complaint->appeal_open = false;
}

static void apply_reject(struct turn *turn, struct complaint *complaint)
{
	end_settlement(complaint);
}

static void apply_refer(struct turn *turn, struct complaint *complaint)
{
	complaint->referred = true;
}

/* The queue of whoever decided gets it back: another person is to decide. */
static void apply_appeal(struct turn *turn, struct complaint *complaint)
{
	complaint->appeals++;
	complaint->appeal_open = false;
	if (strcmp(complaint->owner_id, complaint->decided_by) == 0)
		complaint->owner_id = "";
	append_evidence(turn, complaint);
}

/* The window of the second appeal begins. */
static void apply_uphold(struct turn *turn, struct complaint *complaint)
{
	complaint->appeal_open = complaint->appeals < APPEALS_MAX;
	complaint->decided_at_us = turn->now_us;
}

/* What is under way goes on; a decision of before is no longer the last word. */
static void apply_reopen(struct turn *turn, struct complaint *complaint)
{
	complaint->appeal_open = false;
	complaint->referred = false;
}

static void apply_recuse(struct turn *turn, struct complaint *complaint)
{
	complaint->owner_id = "";
}

static void apply_final(struct turn *turn, struct complaint *complaint)
{
	complaint->appeal_open = false;
}

/* The decision stands; what was agreed comes to it. */
static void apply_mediate(struct turn *turn, struct complaint *complaint)
{
	const struct event *event = turn->event;
	complaint->appeal_open = false;
	plan_remedies(turn, complaint, next_decision_id(turn, complaint, "mediation"), event->remedies, event->remedies_count,
	    REMEDY_PLANNED);
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
    [EFFECT_MOVE] = apply_move,
    [EFFECT_INSPECT] = apply_inspect,
    [EFFECT_COUNTER] = apply_counter,
    [EFFECT_ACCEPT_COUNTER] = apply_accept_counter,
    [EFFECT_REFUSE_COUNTER] = apply_refuse_counter,
    [EFFECT_APPEAL] = apply_appeal,
    [EFFECT_UPHOLD] = apply_uphold,
    [EFFECT_MEDIATE] = apply_mediate,
    [EFFECT_FINAL] = apply_final,
    [EFFECT_ASK] = apply_ask,
    [EFFECT_ASK_BY_RULE] = apply_ask_by_rule,
    [EFFECT_HEAR] = apply_hear,
    [EFFECT_LAPSE] = apply_lapse,
    [EFFECT_REQUEST] = apply_request,
    [EFFECT_WITHDRAW] = apply_withdraw,
    [EFFECT_REOPEN] = apply_reopen,
    [EFFECT_RECUSE] = apply_recuse,
    [EFFECT_PROPOSE] = apply_propose,
    [EFFECT_AGREE] = apply_agree,
    [EFFECT_REJECT] = apply_reject,
};

/* ---- what was said ---- */

static bool has_words(const struct event *event)
{
	return event->text[0] != '\0' || event->grounds || event->clauses_count > 0 || event->evidence_kinds_count > 0 ||
	       event->answer != ANSWER_UNSPECIFIED || event->type_id == EVENT_CALL_RECORDED;
}

/* The statement and its versions have places of their own. */
static void keep_said(struct turn *turn, struct complaint *complaint, enum life_effect effect)
{
	const struct event *event = turn->event;
	bool by_default = effect == EFFECT_DECIDE_BY_DEFAULT, decided = by_default || effect == EFFECT_DECIDE;
	if (!by_default && (!event_type_is_inbox(event->type_id) || !has_words(event)))
		return;
	COMPLAINT_GROW(turn->arena, complaint->said, complaint->said_count);
	complaint->said[complaint->said_count++] = (struct complaint_said){
	    .sequence = complaint->told,
	    .at_us = turn->now_us,
	    .event = event,
	    .grounds = event->grounds,
	    .reason = by_default ? REASON_DECIDED_BY_DEFAULT : REASON_UNSPECIFIED,
	    .decision_id = decided ? complaint->decision_id : "",
	    .outcome = decided ? complaint->outcome : DECISION_OUTCOME_UNSPECIFIED,
	};
}

/* Each assignment has its number, and whoever is displaced is told. */
static void take_owner(struct turn *turn, struct complaint *complaint, const char *before)
{
	bool changed = strcmp(before, complaint->owner_id) != 0;
	complaint->assignments += changed;
	turn->owner_before = changed ? before : "";
}

void complaint_apply(struct turn *turn, struct complaint *complaint, const struct life_row *row, bool first)
{
	enum stage before = complaint->stage;
	bool *was_ordered = arena_new_array(turn->arena, bool, complaint->remedies_count + 1);
	for (size_t i = 0; i < complaint->remedies_count; i++)
		was_ordered[i] = complaint->remedies[i].state == REMEDY_ORDERED;

	complaint->inquiry = 0;
	const char *owner = complaint->owner_id;
	effects[row->effect](turn, complaint);
	take_owner(turn, complaint, owner);
	if (row->to != STAGE_UNSPECIFIED) {
		complaint->stage = row->to;
		complaint->stage_since_us = turn->now_us;
	}
	if (complaint->evidence_owed)
		settle_owed(turn, complaint);
	if (!life_has_inquiries(complaint->stage) && complaint->inquiries[0] != '\0')
		drop_inquiries(turn, complaint);
	if (!life_may_settle(complaint->stage) && complaint->settlement_id[0] != '\0')
		end_settlement(complaint);
	complaint->changed = true;
	complaint_tell_changed(turn, complaint, row, before, first);
	if (first)
		keep_said(turn, complaint, row->effect);
	if (row->effect == EFFECT_ORDER_REMEDIES || row->effect == EFFECT_ACCEPT_COUNTER || row->effect == EFFECT_AGREE)
		complaint_tell_remedies(turn, complaint, was_ordered);
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
	    .standard_code =
		event->standard_code[0] ? event->standard_code : type_code(turn->types, event->type, event->custom_type),
	    .types = turn->types,
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
	    .policy_version = turn->platform_version,
	    .windows = turn->windows,
	    .law = turn->law,
	    .decision_id = "",
	    .decided_by = "",
	    .former_decisions = "",
	    .settlement_id = "",
	    .inspector_id = "",
	    .inquiries = "",
	    .fresh = true,
	};
	uuid_parse(event->complaint_id, &complaint->id);
	COMPLAINT_GROW(turn->arena, turn->dossier->complaints, turn->dossier->complaints_count);
	turn->dossier->complaints[turn->dossier->complaints_count++] = complaint;
	return complaint;
}
