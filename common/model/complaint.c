/* The decision: which event, may its sender say it, does the table know it here, do the sums fit; then the rows are applied. */
#include "common/model/complaint.h"

#include <string.h>

#include "common/model/inquiry.h"
#include "common/model/speakers.h"

enum { CLOCKS_DIFFER_US = 2000000 }; /* of two machines, at most */

struct road {
	void (*decide)(struct turn *turn);                                                 /* a fact of another daemon's */
	enum refusal (*check)(const struct turn *turn, const struct complaint *complaint); /* NULL: nothing to check */
	enum event_type forwarded_as;                                                      /* about a person */
	enum limit limit; /* LIMIT_NONE: LIMIT_REMARKS, when the complaint stays in its stage */
	bool by_person;   /* no program says it */
};

static const struct road roads[EVENT_TYPE_COUNT];

/* ---- finding ---- */

struct complaint *dossier_find(const struct dossier *dossier, const struct uuid *id)
{
	for (size_t i = 0; i < dossier->complaints_count; i++) {
		if (memcmp(&dossier->complaints[i]->id, id, sizeof(*id)) == 0)
			return dossier->complaints[i];
	}
	return NULL;
}

static struct complaint *find_named(const struct turn *turn)
{
	struct uuid id;
	return turn->dossier && uuid_parse(turn->event->complaint_id, &id) ? dossier_find(turn->dossier, &id) : NULL;
}

/* The same person, item and fault. Where no type is named, only the same words are the same fault. */
static bool is_like(const struct complaint *complaint, const struct event *filing)
{
	if (strcmp(complaint->complainant_id, filing->complainant_id) != 0 || strcmp(complaint->item_id, filing->item_id) != 0)
		return false;
	if (filing->type == COMPLAINT_TYPE_UNSPECIFIED)
		return complaint->type_filed == COMPLAINT_TYPE_UNSPECIFIED && filing->statement.text[0] != '\0' &&
		       strcmp(complaint->statement.text, filing->statement.text) == 0;
	return (complaint->type == filing->type || complaint->type_filed == filing->type) &&
	       strcmp(complaint->custom_type, filing->custom_type) == 0;
}

static struct complaint *find_open_like(const struct turn *turn)
{
	for (size_t i = 0; i < turn->dossier->complaints_count; i++) {
		struct complaint *complaint = turn->dossier->complaints[i];
		if (!life_is_final(complaint->stage) && is_like(complaint, turn->event))
			return complaint;
	}
	return NULL;
}

static struct remedy_entry *find_remedy(const struct turn *turn, const struct complaint *complaint)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		struct remedy_entry *entry = &complaint->remedies[i];
		if (strcmp(remedy_key(turn->arena, complaint, entry), turn->event->remedy_key) == 0)
			return entry;
	}
	return NULL;
}

/* ---- facts: what the rows ask ---- */

static bool has_remedy_in(const struct complaint *complaint, enum remedy_state state)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		if (complaint->remedies[i].state == state)
			return true;
	}
	return false;
}

static bool has_remedy_of(const struct complaint *complaint, const char *decision_id, enum remedy_state state)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		if (complaint->remedies[i].state == state && strcmp(complaint->remedies[i].decision_id, decision_id) == 0)
			return true;
	}
	return false;
}

/* Will nothing be left to do when this report is booked? */
static bool is_last_report(const struct turn *turn, const struct complaint *complaint)
{
	const struct remedy_entry *reported = find_remedy(turn, complaint);
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		if (&complaint->remedies[i] != reported && complaint->remedies[i].state == REMEDY_ORDERED)
			return false;
	}
	return reported != NULL && turn->event->remedy_outcome == REMEDY_OUTCOME_DONE;
}

/* Of the decision that stands: what is agreed outside takes its place. */
static bool has_lost_remedy(const struct turn *turn, const struct complaint *complaint)
{
	if (turn->event->mediation_outcome == MEDIATION_OUTCOME_AGREED)
		return false;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		const struct remedy_entry *entry = &complaint->remedies[i];
		if (entry->state == REMEDY_FAILED && strcmp(entry->decision_id, complaint->decision_id) == 0)
			return true;
	}
	return false;
}

static unsigned facts_of(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	unsigned facts = 0;
#define HOLDS(fact, condition) facts |= (condition) ? (fact) : 0
	HOLDS(FACT_ORDER_KNOWN, turn->dossier->order != NULL);
	HOLDS(FACT_PAST_WINDOW, turn->eligibility.past_window);
	HOLDS(FACT_INELIGIBLE, turn->eligibility.refusal != REFUSAL_NONE);
	HOLDS(FACT_ADMITTED, event->admitted);
	HOLDS(FACT_BY_PLATFORM, speaker_side(event->actor.kind) == PARTY_PLATFORM);
	HOLDS(FACT_BY_PERSON, event->actor.kind == ACTOR_KIND_MERCHANT_PERSON);
	if (!complaint)
		return facts;
	HOLDS(FACT_MERCHANT_FIRST, complaint->first_answer == PARTY_MERCHANT && complaint->tier != TIER_SIMPLE);
	HOLDS(FACT_OFFER_STANDS, complaint->answer == ANSWER_OFFER);
	HOLDS(FACT_REMEDIES_PLANNED, has_remedy_in(complaint, REMEDY_PLANNED));
	HOLDS(FACT_COUNTER_OFFER_STANDS, complaint->stage == STAGE_NEGOTIATING && complaint->answer != ANSWER_UNSPECIFIED);
	HOLDS(FACT_REMEDIES_COUNTERED, has_remedy_of(complaint, "counter_offer", REMEDY_PROPOSED));
	HOLDS(FACT_REMEDIES_ORDERED, has_remedy_in(complaint, REMEDY_ORDERED));
	HOLDS(FACT_REMEDY_LOST, has_lost_remedy(turn, complaint));
	HOLDS(FACT_APPEALABLE, complaint->appeal_open && complaint->appeals == 0);
	HOLDS(FACT_APPEALABLE_AGAIN, complaint->appeal_open && complaint->appeals == 1);
	bool asked_first = complaint->first_answer == PARTY_LOGISTICS || complaint->first_answer == PARTY_PAYMENT;
	HOLDS(FACT_ASKED_BY_RULE, asked_first && complaint->inquiries[0] == '\0');
	HOLDS(FACT_SETTLEMENT_STANDS, complaint->settlement_id[0] != '\0');
	HOLDS(FACT_SETTLEMENT_TO_DO, has_remedy_of(complaint, "settlement", REMEDY_PROPOSED));
	if (event->type_id == EVENT_REMEDY_REPORTED) {
		HOLDS(FACT_REMEDY_FAILED, event->remedy_outcome == REMEDY_OUTCOME_FAILED);
		HOLDS(FACT_REMEDIES_DONE, is_last_report(turn, complaint));
	}
#undef HOLDS
	return facts;
}

static const struct life_row *find_row(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	enum silence_ground ground = event->type_id == EVENT_SILENCE_REACHED ? event->ground : SILENCE_GROUND_UNSPECIFIED;
	return life_find(complaint ? complaint->stage : STAGE_UNSPECIFIED, event->type_id, ground, facts_of(turn, complaint));
}

static struct eligibility eligibility_of(const struct turn *turn, const struct complaint *complaint)
{
	return eligibility_check(turn->dossier->order, complaint->complainant_id, complaint->item_id, complaint->complained_at_us,
	    complaint->fault_found_at_us, complaint->windows);
}

/* ---- the end of a turn ---- */

/* Applies a row and then whatever follows at once. */
static void run(struct turn *turn, struct complaint *complaint, const struct life_row *row)
{
	turn->outcome = TURN_DONE;
	turn->complaint = complaint;
	complaint_apply(turn, complaint, row, true);
	while ((row = life_find(complaint->stage, EVENT_NONE, SILENCE_GROUND_UNSPECIFIED, facts_of(turn, complaint))) != NULL)
		complaint_apply(turn, complaint, row, false);
}

/* Whoever files under the id of another's complaint says nothing about that: neither hears he of it, nor is it counted there. */
static struct complaint *refused_about(const struct turn *turn)
{
	struct complaint *named = find_named(turn);
	bool is_filing = turn->event->type_id == EVENT_COMPLAINT_FILED;
	return named && is_filing && strcmp(named->complainant_id, turn->event->complainant_id) != 0 ? NULL : named;
}

void complaint_refuse(struct turn *turn, enum refusal refusal)
{
	turn->outcome = TURN_REFUSED;
	turn->refusal = refusal;
	turn->note = refusal_code(refusal);
	turn->hits |= limit_by_refusal(refusal) ? 1u << limit_by_refusal(refusal) : 0;
	if (!turn->complaint)
		turn->complaint = refused_about(turn);
	complaint_tell_refusal(turn, refusal);
}

/* ---- checks: what a row cannot ask ---- */

static enum refusal check_answer(const struct turn *turn, const struct complaint *complaint)
{
	if (turn->event->answer == ANSWER_UNSPECIFIED)
		return REFUSAL_ANSWER_EMPTY;
	return remedies_check(turn->dossier, complaint, turn->event->remedies, turn->event->remedies_count);
}

/* What is agreed to still fits what the order's other complaints have left. */
static enum refusal check_agreed(const struct turn *turn, const struct complaint *complaint, const char *decision_id)
{
	struct remedy *agreed = NULL;
	size_t count = 0;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		enum remedy_state state = complaint->remedies[i].state;
		bool open = state == REMEDY_PLANNED || state == REMEDY_PROPOSED || state == REMEDY_CLAIMED;
		if (!open || strcmp(complaint->remedies[i].decision_id, decision_id) != 0)
			continue;
		COMPLAINT_GROW(turn->arena, agreed, count);
		agreed[count++] = complaint->remedies[i].remedy;
	}
	return remedies_check(turn->dossier, complaint, agreed, count);
}

static enum refusal check_acceptance(const struct turn *turn, const struct complaint *complaint)
{
	return check_agreed(turn, complaint, "offer");
}

static enum refusal check_counter_acceptance(const struct turn *turn, const struct complaint *complaint)
{
	return check_agreed(turn, complaint, "counter_offer");
}

static enum refusal check_counter_offer(const struct turn *turn, const struct complaint *complaint)
{
	return remedies_check(turn->dossier, complaint, turn->event->remedies, turn->event->remedies_count);
}

static bool has_piece(const void *context, const char *evidence_id)
{
	const struct complaint *complaint = context;
	for (size_t i = 0; i < complaint->pieces_count; i++)
		if (strcmp(complaint->pieces[i].evidence_id, evidence_id) == 0)
			return true;
	for (size_t i = 0; i < complaint->evidence_new; i++)
		if (strcmp(complaint->evidence[i].evidence_id, evidence_id) == 0)
			return true;
	return false;
}

/* The day by whose clauses it is judged: the order's, else that of filing. */
static int64_t judged_by_us(const struct turn *turn, const struct complaint *complaint)
{
	const struct order_facts *order = turn->dossier->order;
	int64_t ordered_us = !order ? 0 : order->purchased_at_us ? order->purchased_at_us : order->paid_at_us;
	return ordered_us ? ordered_us : complaint->complained_at_us;
}

static enum refusal check_outcome(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	bool against = event->outcome == DECISION_OUTCOME_FOR_MERCHANT || event->outcome == DECISION_OUTCOME_BASELESS;
	if (against && event->remedies_count > 0)
		return REFUSAL_REMEDIES_CONTRADICT_OUTCOME;
	if (!against && event->remedies_count == 0 && complaint->stage != STAGE_APPEALED) /* what stands orders nothing more */
		return REFUSAL_REMEDY_MISSING;
	if (complaint_has_decision(complaint, event->decision_id))
		return REFUSAL_DECISION_ID_USED;
	return remedies_check(turn->dossier, complaint, event->remedies, event->remedies_count);
}

/* A decision is whole or it is none. */
static enum refusal check_decision_content(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	enum refusal refusal =
	    law_check_grounds(complaint->law, complaint->type, judged_by_us(turn, complaint), event->grounds, has_piece, complaint);
	if (refusal == REFUSAL_NONE)
		refusal = law_check_shares(event->responsibilities, event->responsibilities_count);
	return refusal == REFUSAL_NONE ? check_outcome(turn, complaint) : refusal;
}

/* Neither whoever decided, nor a program, nor nobody in particular. */
static bool is_another_person(const struct event *event, const struct complaint *complaint)
{
	const char *id = event->actor.id;
	return event->actor.kind == ACTOR_KIND_PLATFORM_PERSON && id[0] != '\0' && strcmp(id, complaint->decided_by) != 0;
}

/* Every road back to a decision leads over another decision, so this bounds remedies and steps, too. */
static enum refusal check_decision(const struct turn *turn, const struct complaint *complaint)
{
	if (limit_reached(turn->limits, LIMIT_DECISIONS, complaint->decisions))
		return REFUSAL_TOO_MANY_DECISIONS;
	if (complaint->stage == STAGE_APPEALED && !is_another_person(turn->event, complaint))
		return REFUSAL_NEEDS_ANOTHER_PERSON;
	return check_decision_content(turn, complaint);
}

static enum refusal check_remedy(const struct turn *turn, const struct complaint *complaint)
{
	const struct remedy_entry *entry = find_remedy(turn, complaint);
	if (!entry || entry->state == REMEDY_PLANNED || entry->state == REMEDY_DROPPED || entry->state == REMEDY_SETTLED)
		return REFUSAL_REMEDY_UNKNOWN;
	bool again = entry->state == REMEDY_FAILED && turn->event->remedy_outcome == REMEDY_OUTCOME_FAILED;
	return entry->state == REMEDY_DONE || again ? REFUSAL_REMEDY_ALREADY_REPORTED : REFUSAL_NONE;
}

static enum refusal check_amend(const struct turn *turn, const struct complaint *complaint)
{
	bool late = turn->now_us - complaint->received_at_us > turn->limits->amend_us;
	if (late)
		return REFUSAL_AMENDED_TOO_LATE;
	return limit_reached(turn->limits, LIMIT_AMENDMENTS, complaint->versions) ? REFUSAL_TOO_MANY_AMENDMENTS : REFUSAL_NONE;
}

static enum refusal check_urge(const struct turn *turn, const struct complaint *complaint)
{
	bool soon = complaint->urged_at_us != 0 && turn->now_us - complaint->urged_at_us < turn->limits->urge_cooldown_us;
	return soon || limit_reached(turn->limits, LIMIT_URGES, complaint->urges) ? REFUSAL_URGED_TOO_SOON : REFUSAL_NONE;
}

static enum refusal check_withdrawal(const struct turn *turn, const struct complaint *complaint)
{
	return complaint->evidence_owed & 1 << turn->event->to_party ? REFUSAL_NONE : REFUSAL_NOTHING_REQUESTED;
}

static enum refusal check_inquiry(const struct turn *turn, const struct complaint *complaint)
{
	const struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	if (!inquiry_may_ask(turn->event->to_party))
		return REFUSAL_NOT_TO_BE_ASKED;
	return inquiry_find(&all, turn->event->inquiry_id) ? REFUSAL_INQUIRY_ID_USED : REFUSAL_NONE;
}

static enum refusal check_inquiry_answer(const struct turn *turn, const struct complaint *complaint)
{
	const struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	const struct inquiry *inquiry = inquiry_find(&all, turn->event->inquiry_id);
	bool waits = inquiry && (inquiry->state == INQUIRY_OPEN || inquiry->state == INQUIRY_LAPSED);
	return waits ? REFUSAL_NONE : REFUSAL_INQUIRY_UNKNOWN;
}

static bool has_grounds(const struct grounds *grounds)
{
	return grounds && grounds->clauses_count > 0 && (grounds->facts_found[0] != '\0' || grounds->weighed_count > 0);
}

static enum refusal check_finding(const struct turn *turn, const struct complaint *complaint)
{
	return has_grounds(turn->event->grounds) ? REFUSAL_NONE : REFUSAL_WITHOUT_GROUNDS;
}

static bool helps(const struct criteria *criteria, const char *kind)
{
	for (int i = 0; i < criteria->evidence_count; i++)
		if (strcmp(criteria->evidence[i], kind) == 0)
			return true;
	return false;
}

/* More than the list of the type is demanded with a reason only. */
static enum refusal check_evidence_request(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	const struct criteria *criteria = law_criteria(complaint->law, complaint->type);
	for (size_t i = 0; criteria && event->text[0] == '\0' && i < event->evidence_kinds_count; i++)
		if (!helps(criteria, event->evidence_kinds[i]))
			return REFUSAL_REASON_MISSING;
	return REFUSAL_NONE;
}

/* By the platform: it is done. By a side: what it proposes, one at a time. */
static enum refusal check_settlement(const struct turn *turn, const struct complaint *complaint)
{
	bool proposes = speaker_side(turn->event->actor.kind) != PARTY_PLATFORM;
	if (proposes && complaint->settlement_id[0] != '\0')
		return REFUSAL_SETTLEMENT_STANDS;
	if (proposes && complaint_had_settlement(complaint, turn->event->settlement_id))
		return REFUSAL_SETTLEMENT_ID_USED;
	if (proposes && !limit_room(turn->limits, &complaint->uses, LIMIT_SETTLEMENTS, turn->event->actor.kind, 1, turn->now_us))
		return REFUSAL_TOO_MANY_SETTLEMENTS;
	return remedies_check(turn->dossier, complaint, turn->event->remedies, turn->event->remedies_count);
}

/* Of whoever owns it now; who does not any more, or never did, has been asked in vain. */
static enum refusal check_recusal(const struct turn *turn, const struct complaint *complaint)
{
	const char *named = turn->event->owner_id, *owner = complaint->owner_id;
	return owner[0] == '\0' || (named[0] != '\0' && strcmp(named, owner) != 0) ? REFUSAL_NOT_THE_OWNER : REFUSAL_NONE;
}

/* A second appeal brings something that was not there before. */
static enum refusal check_appeal(const struct turn *turn, const struct complaint *complaint)
{
	return complaint->appeals > 0 && turn->event->evidence_count == 0 ? REFUSAL_NEEDS_NEW_EVIDENCE : REFUSAL_NONE;
}

/* What was not agreed on orders nothing. */
static enum refusal check_mediation(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	if (event->mediation_outcome != MEDIATION_OUTCOME_AGREED && event->remedies_count > 0)
		return REFUSAL_REMEDIES_CONTRADICT_OUTCOME;
	return remedies_check(turn->dossier, complaint, event->remedies, event->remedies_count);
}

/* The other side or the platform, and only of the one that stands. */
static enum refusal check_settlement_answer(const struct turn *turn, const struct complaint *complaint)
{
	enum party side = speaker_side(turn->event->actor.kind);
	if (strcmp(turn->event->settlement_id, complaint->settlement_id) != 0)
		return REFUSAL_SETTLEMENT_UNKNOWN;
	if (side != PARTY_PLATFORM && side != settlement_answers(complaint->settlement))
		return REFUSAL_SETTLEMENT_OWN;
	return REFUSAL_NONE;
}

static enum refusal check_settlement_agreed(const struct turn *turn, const struct complaint *complaint)
{
	enum refusal refusal = check_settlement_answer(turn, complaint);
	return refusal != REFUSAL_NONE ? refusal : check_agreed(turn, complaint, "settlement");
}

static bool is_in_service(enum event_type type)
{
	return !event_type_is_inbox(type) || event_type_said(type)->in_service;
}

static enum refusal check_row(const struct turn *turn, const struct complaint *complaint, const struct life_row *row)
{
	if (row && !row->later)
		return REFUSAL_NONE;
	if (row || !is_in_service(turn->event->type_id))
		return REFUSAL_NOT_AVAILABLE;
	if (turn->event->type_id == EVENT_APPEAL_FILED && complaint->decided_at_us != 0)
		return REFUSAL_APPEAL_NOT_OPEN;
	if (turn->event->type_id == EVENT_EVIDENCE_ADDED && complaint->decided_at_us != 0)
		return REFUSAL_EVIDENCE_FROZEN;
	return life_is_final(complaint->stage) ? REFUSAL_COMPLAINT_CLOSED : REFUSAL_NOT_POSSIBLE_NOW;
}

/* Before anything is said of the complaint: is it in service, and may this one say it? */
static enum refusal check_speaker(const struct turn *turn, const struct complaint *complaint)
{
	if (!is_in_service(turn->event->type_id))
		return REFUSAL_NOT_AVAILABLE;
	enum refusal refusal = speaker_check(turn->event, complaint, turn->dossier ? turn->dossier->order : NULL);
	bool lacks_person = roads[turn->event->type_id].by_person && !speaker_is_person(turn->event->actor.kind);
	return refusal == REFUSAL_NONE && lacks_person ? REFUSAL_NEEDS_PERSON : refusal;
}

/* ---- limits (limits.h): the last check, because what is within is counted at once ---- */

static bool keeps_evidence(enum life_effect effect)
{
	return effect == EFFECT_EVIDENCE || effect == EFFECT_AMEND || effect == EFFECT_ANSWER || effect == EFFECT_JOIN ||
	       effect == EFFECT_APPEAL || effect == EFFECT_HEAR;
}

static enum refusal take_limits(struct turn *turn, struct complaint *complaint, const struct life_row *row)
{
	const struct event *event = turn->event;
	enum actor_kind speaker = event->actor.kind;
	struct limit_uses *uses = &complaint->uses;
	enum limit limit = roads[event->type_id].limit;
	int32_t pieces = keeps_evidence(row->effect) ? (int32_t)event->evidence_count : 0;
	if (!limit && row->to == STAGE_UNSPECIFIED)
		limit = LIMIT_REMARKS;
	if (pieces && !limit_room(turn->limits, uses, LIMIT_EVIDENCE, speaker, pieces, turn->now_us))
		return limit_row(LIMIT_EVIDENCE)->refusal;
	if (limit && !limit_room(turn->limits, uses, limit, speaker, 1, turn->now_us))
		return limit_row(limit)->refusal;
	if (pieces)
		limit_take(turn->arena, uses, LIMIT_EVIDENCE, speaker, pieces, turn->now_us);
	if (limit)
		limit_take(turn->arena, uses, limit, speaker, 1, turn->now_us);
	return REFUSAL_NONE;
}

/* ---- one function per kind of event ---- */

/* Somebody says something about a complaint. */
static void decide_said(struct turn *turn)
{
	const struct road *road = &roads[turn->event->type_id];
	struct complaint *complaint = turn->complaint = find_named(turn);
	if (!complaint) {
		turn->outcome = TURN_AWAITS;
		return;
	}
	turn->event = remedies_priced(turn->arena, turn->dossier, complaint, turn->event);
	const struct life_row *row = find_row(turn, complaint);
	enum refusal refusal = check_speaker(turn, complaint);
	if (refusal == REFUSAL_NONE)
		refusal = check_row(turn, complaint, row);
	if (refusal == REFUSAL_NONE && road->check)
		refusal = road->check(turn, complaint);
	if (refusal == REFUSAL_NONE)
		refusal = take_limits(turn, complaint, row);
	if (refusal != REFUSAL_NONE)
		complaint_refuse(turn, refusal);
	else
		run(turn, complaint, row);
}

static void file_anew(struct turn *turn)
{
	const struct event *event = turn->event;
	if (turn->dossier->order)
		turn->eligibility = eligibility_check(turn->dossier->order, event->complainant_id, event->item_id,
		    event->occurred_at_us, event->fault_found_at_us, turn->windows);
	if (limit_reached(turn->limits, LIMIT_COMPLAINTS, (int64_t)turn->dossier->complaints_count))
		turn->eligibility.refusal = REFUSAL_TOO_MANY_COMPLAINTS;
	if (turn->eligibility.refusal != REFUSAL_NONE) {
		complaint_refuse(turn, turn->eligibility.refusal);
		return;
	}
	const struct life_row *row = find_row(turn, NULL);
	run(turn, complaint_new(turn, ""), row);
}

static void file_again(struct turn *turn, struct complaint *open)
{
	const struct life_row *row = find_row(turn, open);
	enum refusal refusal = REFUSAL_NONE;
	turn->complaint = open;
	if (limit_reached(turn->limits, LIMIT_FILED_AGAIN, open->repeats))
		refusal = REFUSAL_FILED_TOO_OFTEN;
	else
		refusal = take_limits(turn, open, row);
	if (refusal != REFUSAL_NONE)
		complaint_refuse(turn, refusal);
	else
		run(turn, open, row);
}

static void decide_filing(struct turn *turn)
{
	struct complaint *named = find_named(turn);
	struct complaint *open = find_open_like(turn);
	enum refusal refusal = check_speaker(turn, NULL);
	if (refusal != REFUSAL_NONE)
		complaint_refuse(turn, refusal);
	else if (turn->id_taken || (named && named != open))
		complaint_refuse(turn, REFUSAL_COMPLAINT_ID_TAKEN);
	else if (open)
		file_again(turn, open);
	else
		file_anew(turn);
}

/* How far ahead of the receipt a time was said; 0: it could be true. */
static int64_t ahead_us(int64_t claimed_us, int64_t received_us)
{
	return claimed_us > received_us ? claimed_us - received_us : 0;
}

/* Of two facts the one is newer that says so, where both times can be true. One that lies after its receipt cannot: such facts are
 * as new as their receipt. Facts said next are then compared with the last time that could be true, too, not with that receipt
 * alone: who rounds to the second, or is some milliseconds behind, must not lose to one whose clock is wrong. A record that was
 * sent on was first received by another shard, whose instants are not ordered with this one's to the millisecond: what it says
 * counts as long as the two clocks are equally far ahead. */
static bool is_outdated(const struct turn *turn)
{
	const struct dossier *known = turn->dossier;
	if (!known->order)
		return false;
	int64_t differ_us = ahead_us(turn->claimed_us, turn->received_us) - (known->claimed_at_us - known->recorded_at_us);
	int64_t skew_us = turn->sent_on ? CLOCKS_DIFFER_US : 0;
	if (differ_us >= -skew_us && differ_us <= skew_us)
		return turn->claimed_us < known->claimed_at_us;
	if (turn->doubtful)
		return turn->received_us < known->recorded_at_us;
	return turn->claimed_us < known->said_at_us || turn->received_us < known->recorded_at_us;
}

/* The newest time that could be true, once this fact is taken. Ours is never ahead of the database's, so a right clock may seem to
 * be ahead of it, too: such a time is near enough to the truth for what was said long before to be older. */
static int64_t said_at_us(const struct turn *turn)
{
	int64_t known_us = turn->dossier->said_at_us, nearly_us = turn->received_us - CLOCKS_DIFFER_US;
	if (!turn->doubtful)
		return turn->claimed_us;
	bool could_be_true = turn->claimed_us - turn->received_us <= CLOCKS_DIFFER_US;
	return could_be_true && nearly_us > known_us ? nearly_us : known_us;
}

/* Newer facts replace older ones, never the reverse; complaints that waited for them are taken in. */
static void decide_order(struct turn *turn)
{
	struct dossier *dossier = turn->dossier;
	enum refusal refusal = check_speaker(turn, NULL);
	if (refusal == REFUSAL_NONE && (!turn->event->order || is_outdated(turn)))
		refusal = REFUSAL_ORDER_OUTDATED;
	if (refusal != REFUSAL_NONE) {
		complaint_refuse(turn, refusal);
		return;
	}
	turn->outcome = TURN_DONE;
	dossier->order_fresh = dossier->order_fresh || !dossier->order;
	dossier->order = turn->event->order;
	dossier->recorded_at_us = turn->event->occurred_at_us;
	dossier->claimed_at_us = turn->claimed_us;
	dossier->said_at_us = said_at_us(turn);
	dossier->order_changed = true;
	for (size_t i = 0; i < dossier->complaints_count; i++) {
		struct complaint *complaint = dossier->complaints[i];
		if (complaint->stage != STAGE_AWAITING_ORDER)
			continue;
		turn->eligibility = eligibility_of(turn, complaint);
		run(turn, complaint, find_row(turn, complaint));
	}
}

static void decide_triaged(struct turn *turn)
{
	struct complaint *complaint = turn->complaint = find_named(turn);
	const struct life_row *row = complaint ? find_row(turn, complaint) : NULL;
	turn->outcome = complaint ? TURN_REFUSED : TURN_NOTHING;
	if (row)
		run(turn, complaint, row);
	else if (complaint)
		turn->note = refusal_code(check_row(turn, complaint, NULL)); /* ended meanwhile: noted, not told */
}

static bool is_open_inquiry(const struct turn *turn, const struct complaint *complaint)
{
	const struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	const struct inquiry *inquiry = inquiry_numbered(&all, turn->event->cycle);
	return inquiry && inquiry->state == INQUIRY_OPEN;
}

/* Of a clock that runs through several stages only a new decision makes a silence stale; of an inquiry its number says which one is
 * meant, whatever the stage that it was opened in. */
static bool is_stale(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	if (event->ground == SILENCE_GROUND_INQUIRY_SILENT)
		return !is_open_inquiry(turn, complaint);
	if (event->ground == SILENCE_GROUND_SETTLEMENT_UNANSWERED) /* known by its number, whatever the stage */
		return event->cycle != complaint->settlement;
	if (event->ground == SILENCE_GROUND_APPEAL_WINDOW_PASSED)
		return !complaint->appeal_open || (event->due_at_us != 0 && event->due_at_us < complaint->decided_at_us);
	if (life_is_beside(event->ground))
		return false;
	return (event->stage != STAGE_UNSPECIFIED && event->stage != complaint->stage) ||
	       (event->due_at_us != 0 && event->due_at_us < complaint->stage_since_us);
}

/* Escalation asks for what a silence means. It may have asked about a stage that is over: its timer and the answer crossed. */
static void decide_silence(struct turn *turn)
{
	struct complaint *complaint = turn->complaint = find_named(turn);
	if (!complaint) {
		turn->outcome = TURN_NOTHING;
		return;
	}
	const struct life_row *row = is_stale(turn, complaint) ? NULL : find_row(turn, complaint);
	if (row)
		run(turn, complaint, row);
	else
		complaint_refuse(turn, check_row(turn, complaint, NULL));
}

/* A message about no complaint whose issue has not built it yet; one about a complaint is refused there. */
static void decide_unavailable(struct turn *turn)
{
	complaint_refuse(turn, REFUSAL_NOT_AVAILABLE);
}

/* What strangers try is not counted against the person. */
static void decide_settings(struct turn *turn)
{
	const struct limit_row *row = limit_row(LIMIT_SETTINGS);
	enum refusal refusal = check_speaker(turn, NULL);
	if (refusal == REFUSAL_NONE && turn->uses &&
	    limit_take(turn->arena, turn->uses, LIMIT_SETTINGS, ACTOR_KIND_UNSPECIFIED, 1, turn->now_us) >
		limit_most(turn->limits, LIMIT_SETTINGS))
		refusal = row->refusal;
	if (refusal != REFUSAL_NONE) {
		complaint_refuse(turn, refusal);
		return;
	}
	turn->outcome = TURN_DONE;
	complaint_tell_person(turn, roads[turn->event->type_id].forwarded_as);
}

/* Which way a message of the inbox goes is said by what it is about (its option in proto/); here stands what is its own. */
static void (*const roads_by_about[ABOUT_COUNT])(struct turn *turn) = {
    [ABOUT_ORDER] = decide_order,
    [ABOUT_FILING] = decide_filing,
    [ABOUT_COMPLAINT] = decide_said,
    [ABOUT_PERSON] = decide_settings,
};

static const struct road roads[EVENT_TYPE_COUNT] = {
    [EVENT_COMPLAINT_AMENDED] = {.check = check_amend},
    [EVENT_COMPLAINT_URGED] = {.check = check_urge},
    [EVENT_ANSWER_GIVEN] = {.check = check_answer},
    [EVENT_OFFER_ACCEPTED] = {.check = check_acceptance},
    [EVENT_DECISION_MADE] = {.check = check_decision},
    [EVENT_COUNTER_OFFER_MADE] = {.check = check_counter_offer, .limit = LIMIT_COUNTER_OFFERS},
    [EVENT_COUNTER_OFFER_ACCEPTED] = {.check = check_counter_acceptance},
    [EVENT_REMEDY_REPORTED] = {.check = check_remedy},
    [EVENT_SETTLEMENT_REPORTED] = {.check = check_settlement},
    [EVENT_RECUSAL_ASKED] = {.check = check_recusal},
    [EVENT_APPEAL_FILED] = {.check = check_appeal},
    [EVENT_MEDIATION_REPORTED] = {.check = check_mediation},
    [EVENT_SETTLEMENT_PROPOSED] = {.check = check_settlement},
    [EVENT_SETTLEMENT_CONFIRMED] = {.check = check_settlement_agreed},
    [EVENT_SETTLEMENT_REFUSED] = {.check = check_settlement_answer},
    [EVENT_MESSAGE_POSTED] = {.limit = LIMIT_MESSAGES},
    [EVENT_EVIDENCE_REQUEST_WITHDRAWN] = {.check = check_withdrawal},
    [EVENT_INQUIRY_OPENED] = {.check = check_inquiry, .limit = LIMIT_INQUIRIES},
    [EVENT_INQUIRY_ANSWERED] = {.check = check_inquiry_answer},
    [EVENT_INSPECTION_ORDERED] = {.limit = LIMIT_INSPECTIONS},
    [EVENT_EVIDENCE_REQUESTED] = {.check = check_evidence_request},
    [EVENT_FINDING_GIVEN] = {.check = check_finding, .by_person = true},
    [EVENT_CONTACT_SET] = {.forwarded_as = EVENT_CONTACT_CHANGED},
    [EVENT_PREFERENCES_SET] = {.forwarded_as = EVENT_PREFERENCES_CHANGED},
    [EVENT_COMPLAINT_TRIAGED] = {.decide = decide_triaged},
    [EVENT_SILENCE_REACHED] = {.decide = decide_silence},
};

/* NULL: nothing that intake hears. */
static void (*road_of(enum event_type type))(struct turn *turn)
{
	const struct event_said *said = event_type_said(type);
	if (said->about == ABOUT_UNSPECIFIED)
		return type < EVENT_TYPE_COUNT ? roads[type].decide : NULL;
	return said->in_service || said->about == ABOUT_COMPLAINT ? roads_by_about[said->about] : decide_unavailable;
}

bool complaint_event_waits(enum event_type type)
{
	return event_type_said(type)->about == ABOUT_COMPLAINT;
}

/* Of our own facts every time is true, and many lie ahead. */
static void bound_times(struct turn *turn)
{
	turn->sent_on = turn->received_us != 0;
	if (turn->received_us == 0 || turn->received_us > turn->now_us)
		turn->received_us = turn->now_us;
	turn->claimed_us = turn->event->occurred_at_us;
	if (!event_type_is_inbox(turn->event->type_id))
		return;
	turn->doubtful = turn->claimed_us > turn->received_us;
	turn->event = event_as_received(turn->arena, turn->event, turn->received_us, &turn->times_later);
	turn->event = speaker_evidence(turn->arena, turn->event);
}

void complaint_decide(struct turn *turn)
{
	void (*decide)(struct turn * turn) = road_of(turn->event->type_id);
	turn->outcome = TURN_NOTHING;
	bound_times(turn);
	if (decide)
		decide(turn);
}

void complaint_command(struct turn *turn)
{
	struct complaint *complaint = turn->complaint = find_named(turn);
	const struct life_row *row = complaint ? find_row(turn, complaint) : NULL;
	turn->outcome = TURN_NOTHING;
	if (row)
		run(turn, complaint, row);
}
