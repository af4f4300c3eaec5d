/* May it be said here and now: who says it, what the row cannot ask, how often. */
#include "common/model/complaint.h"

#include <string.h>

#include "common/model/inquiry.h"
#include "common/model/speakers.h"

struct remedy_entry *complaint_remedy_reported(const struct turn *turn, const struct complaint *complaint)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		struct remedy_entry *entry = &complaint->remedies[i];
		if (strcmp(remedy_key(turn->arena, complaint, entry), turn->event->remedy_key) == 0)
			return entry;
	}
	return NULL;
}

static bool has_own_remedy(const struct complaint *complaint)
{
	for (size_t i = 0; i < complaint->remedies_count; i++)
		if (strcmp(complaint->remedies[i].decision_id, complaint->decision_id) == 0)
			return true;
	return false;
}

bool complaint_lost_remedy(const struct complaint *complaint)
{
	bool own = has_own_remedy(complaint);
	bool upheld = complaint->outcome == DECISION_OUTCOME_FOR_COMPLAINANT || complaint->outcome == DECISION_OUTCOME_IN_PART;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		const struct remedy_entry *entry = &complaint->remedies[i];
		bool stands = own ? strcmp(entry->decision_id, complaint->decision_id) == 0 : upheld;
		if (stands && entry->state == REMEDY_FAILED)
			return true;
	}
	return false;
}

static bool was_given_any(const struct complaint *complaint)
{
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		enum remedy_state state = complaint->remedies[i].state;
		if (state == REMEDY_ORDERED || state == REMEDY_DONE || state == REMEDY_SETTLED)
			return true;
	}
	return false;
}

/* ---- what a row cannot ask ---- */

/* What a side can promise by itself; all else is the platform's to order. */
static const bool is_a_sides[REMEDY_KIND_COUNT] = {
    [REMEDY_KIND_REFUND] = true,
    [REMEDY_KIND_REDELIVERY] = true,
    [REMEDY_KIND_REPLACEMENT] = true,
    [REMEDY_KIND_COMPENSATION] = true,
};

/* What the sides agree on between them. */
static enum refusal check_promised(const struct turn *turn, const struct complaint *complaint)
{
	const struct event *event = turn->event;
	bool by_platform = speaker_side(event->actor.kind) == PARTY_PLATFORM;
	for (size_t i = 0; !by_platform && i < event->remedies_count; i++)
		if (!is_a_sides[event->remedies[i].kind])
			return REFUSAL_NEEDS_PLATFORM;
	return remedies_check(turn->dossier, complaint, event->remedies, event->remedies_count);
}

static enum refusal check_answer(const struct turn *turn, const struct complaint *complaint)
{
	if (turn->event->answer == ANSWER_UNSPECIFIED)
		return REFUSAL_ANSWER_EMPTY;
	return check_promised(turn, complaint);
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
	/* What stands, and what was given already, needs nothing more; what has failed does. */
	bool needs_none = complaint->stage == STAGE_APPEALED || was_given_any(complaint);
	if (!against && event->remedies_count == 0 && (!needs_none || complaint_lost_remedy(complaint)))
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

/* Whoever decides again is counted. */
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
	const struct remedy_entry *entry = complaint_remedy_reported(turn, complaint);
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
	return check_promised(turn, complaint);
}

/* Of whoever owns it now; who does not any more, or never did, has been asked in vain. */
static enum refusal check_recusal(const struct turn *turn, const struct complaint *complaint)
{
	const char *named = turn->event->owner_id, *owner = complaint->owner_id;
	return owner[0] == '\0' || (named[0] != '\0' && strcmp(named, owner) != 0) ? REFUSAL_NOT_THE_OWNER : REFUSAL_NONE;
}

/* A second appeal brings evidence; whether a piece was there before is not asked. */
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

/* What is asked of a message about a complaint beside its row. */
struct road {
	enum refusal (*check)(const struct turn *turn, const struct complaint *complaint); /* NULL: nothing more */
	enum limit limit; /* LIMIT_NONE: LIMIT_REMARKS, when the complaint stays in its stage */
	bool by_person;   /* no program says it */
};

static const struct road roads[EVENT_TYPE_COUNT] = {
    [EVENT_COMPLAINT_AMENDED] = {.check = check_amend},
    [EVENT_COMPLAINT_URGED] = {.check = check_urge},
    [EVENT_ANSWER_GIVEN] = {.check = check_answer},
    [EVENT_OFFER_ACCEPTED] = {.check = check_acceptance},
    [EVENT_DECISION_MADE] = {.check = check_decision},
    [EVENT_COUNTER_OFFER_MADE] = {.check = check_promised, .limit = LIMIT_COUNTER_OFFERS},
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
};

static bool is_in_service(enum event_type type)
{
	return !event_type_is_inbox(type) || event_type_said(type)->in_service;
}

enum refusal complaint_check_row(const struct turn *turn, const struct complaint *complaint, const struct life_row *row)
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
enum refusal complaint_check_speaker(const struct turn *turn, const struct complaint *complaint)
{
	if (!is_in_service(turn->event->type_id))
		return REFUSAL_NOT_AVAILABLE;
	enum refusal refusal = speaker_check(turn->event, complaint, turn->dossier ? turn->dossier->order : NULL);
	bool lacks_person = roads[turn->event->type_id].by_person && !speaker_is_person(turn->event->actor.kind);
	return refusal == REFUSAL_NONE && lacks_person ? REFUSAL_NEEDS_PERSON : refusal;
}

enum refusal complaint_check(const struct turn *turn, const struct complaint *complaint, const struct life_row *row)
{
	const struct road *road = &roads[turn->event->type_id];
	enum refusal refusal = complaint_check_speaker(turn, complaint);
	if (refusal == REFUSAL_NONE)
		refusal = complaint_check_row(turn, complaint, row);
	return refusal == REFUSAL_NONE && road->check ? road->check(turn, complaint) : refusal;
}

/* ---- limits (limits.h): the last check, because what is within is counted at once ---- */

static bool keeps_evidence(enum life_effect effect)
{
	return effect == EFFECT_EVIDENCE || effect == EFFECT_AMEND || effect == EFFECT_ANSWER || effect == EFFECT_JOIN ||
	       effect == EFFECT_APPEAL || effect == EFFECT_HEAR;
}

enum refusal complaint_take_limits(struct turn *turn, struct complaint *complaint, const struct life_row *row)
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
