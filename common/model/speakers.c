#include "common/model/speakers.h"

#include <string.h>

#include "common/model/complaint.h"

/* NO: another party's step. OWN: who stands in the relation. ASKS: he does, and it takes effect when the platform says it. */
enum say { NO, OWN, ASKS, YES };

enum about { ABOUT_NOTHING, ABOUT_ORDER, ABOUT_FILING, ABOUT_COMPLAINT, ABOUT_PERSON };

static const struct speaker_row {
	enum about about;
	enum say complainant, merchant, inspector, platform;
} rows[EVENT_TYPE_COUNT] = {
    /* message                           about            complainant merchant inspector platform */
    [EVENT_ORDER_RECORDED] = {ABOUT_ORDER, NO, NO, NO, YES},
    [EVENT_COMPLAINT_FILED] = {ABOUT_FILING, OWN, NO, NO, YES},
    [EVENT_COMPLAINT_AMENDED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_COMPLAINT_URGED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_COMPLAINT_WITHDRAWN] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_EVIDENCE_ADDED] = {ABOUT_COMPLAINT, OWN, OWN, NO, YES},
    [EVENT_ANSWER_GIVEN] = {ABOUT_COMPLAINT, NO, OWN, NO, NO},
    [EVENT_OFFER_ACCEPTED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_OFFER_REFUSED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_STEP_IN_ASKED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_INSPECTION_REPORTED] = {ABOUT_COMPLAINT, NO, NO, YES, YES},
    [EVENT_FINDING_GIVEN] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_DECISION_MADE] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_REMEDY_REPORTED] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_RESOLUTION_CONFIRMED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_RESOLUTION_DISPUTED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_APPEAL_FILED] = {ABOUT_COMPLAINT, OWN, OWN, NO, YES},
    [EVENT_CONTACT_SET] = {ABOUT_PERSON, OWN, OWN, OWN, YES},
    [EVENT_PREFERENCES_SET] = {ABOUT_PERSON, OWN, OWN, OWN, YES},
    [EVENT_ERASURE_ASKED] = {ABOUT_PERSON, OWN, OWN, OWN, YES},
    [EVENT_MESSAGE_POSTED] = {ABOUT_COMPLAINT, OWN, OWN, NO, YES},
    [EVENT_EVIDENCE_REQUESTED] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_ADMISSION_GIVEN] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_INSPECTION_ORDERED] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_ASSIGNMENT_CHANGED] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_RECUSAL_ASKED] = {ABOUT_COMPLAINT, OWN, OWN, NO, YES},
    [EVENT_COUNTER_OFFER_MADE] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_SETTLEMENT_REPORTED] = {ABOUT_COMPLAINT, ASKS, ASKS, NO, YES},
    [EVENT_CORRECTIVE_MEASURE_REPORTED] = {ABOUT_COMPLAINT, NO, OWN, NO, YES},
    [EVENT_COMPLAINT_REOPENED] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_EXTERNAL_REFERRAL_MADE] = {ABOUT_COMPLAINT, OWN, NO, NO, YES},
    [EVENT_ESCALATION_ACKNOWLEDGED] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_POLICY_MOVED] = {ABOUT_COMPLAINT, NO, NO, NO, YES},
    [EVENT_NOTICE_READ] = {ABOUT_COMPLAINT, OWN, OWN, NO, YES},
};

enum party speaker_side(enum actor_kind kind)
{
	static const enum party sides[ACTOR_KIND_COUNT] = {
	    [ACTOR_KIND_COMPLAINANT] = PARTY_COMPLAINANT,
	    [ACTOR_KIND_MERCHANT_PERSON] = PARTY_MERCHANT,
	    [ACTOR_KIND_MERCHANT_PROGRAM] = PARTY_MERCHANT,
	    [ACTOR_KIND_PLATFORM_PERSON] = PARTY_PLATFORM,
	    [ACTOR_KIND_PLATFORM_PROGRAM] = PARTY_PLATFORM,
	    [ACTOR_KIND_INSPECTOR] = PARTY_INSPECTOR,
	};
	return (unsigned)kind < ACTOR_KIND_COUNT ? sides[kind] : PARTY_UNSPECIFIED;
}

static enum say say_of(const struct speaker_row *row, enum party side)
{
	switch (side) {
	case PARTY_COMPLAINANT:
		return row->complainant;
	case PARTY_MERCHANT:
		return row->merchant;
	case PARTY_INSPECTOR:
		return row->inspector;
	case PARTY_PLATFORM:
		return row->platform;
	default:
		return NO;
	}
}

/* Whose sale it is: what the complaint found out; else whoever the order names. */
static bool has_sold(const char *id, const struct complaint *complaint, const struct order_facts *order)
{
	if (complaint->merchant_id[0] != '\0')
		return strcmp(complaint->merchant_id, id) == 0;
	bool named = order && strcmp(order->merchant_id, id) == 0;
	for (size_t i = 0; order && i < order->items_count; i++)
		named = named || strcmp(order->items[i].merchant_id, id) == 0;
	return named;
}

static enum refusal check_himself(const struct event *event, enum party side)
{
	bool his = strcmp(event->actor.id, event->person_id) == 0 && (event->party == PARTY_UNSPECIFIED || event->party == side);
	return his ? REFUSAL_NONE : REFUSAL_NOT_YOUR_SETTINGS;
}

static enum refusal check_relation(const struct event *event, enum about about, enum party side, const struct complaint *complaint,
    const struct order_facts *order)
{
	const char *id = event->actor.id;
	if (id[0] == '\0')
		return REFUSAL_SPEAKER_UNNAMED;
	if (about == ABOUT_PERSON)
		return check_himself(event, side);
	if (about == ABOUT_FILING)
		return strcmp(id, event->complainant_id) == 0 ? REFUSAL_NONE : REFUSAL_NOT_YOUR_COMPLAINT;
	if (side == PARTY_MERCHANT)
		return complaint && has_sold(id, complaint, order) ? REFUSAL_NONE : REFUSAL_NOT_YOUR_SALE;
	return complaint && strcmp(id, complaint->complainant_id) == 0 ? REFUSAL_NONE : REFUSAL_NOT_YOUR_COMPLAINT;
}

enum refusal speaker_check(const struct event *event, const struct complaint *complaint, const struct order_facts *order)
{
	enum party side = speaker_side(event->actor.kind);
	const struct speaker_row *row = &rows[event->type_id < EVENT_TYPE_COUNT ? event->type_id : EVENT_NONE];
	enum say say = say_of(row, side);
	if (say == NO)
		return REFUSAL_WRONG_PARTY;
	if (say == YES)
		return REFUSAL_NONE;
	enum refusal refusal = check_relation(event, row->about, side, complaint, order);
	return refusal == REFUSAL_NONE && say == ASKS ? REFUSAL_NEEDS_PLATFORM : refusal;
}

bool speaker_refusal(enum refusal refusal)
{
	return refusal == REFUSAL_WRONG_PARTY || refusal == REFUSAL_SPEAKER_UNNAMED || refusal == REFUSAL_NOT_YOUR_COMPLAINT ||
	       refusal == REFUSAL_NOT_YOUR_SALE || refusal == REFUSAL_NOT_YOUR_SETTINGS;
}

const struct event *speaker_evidence(struct arena *arena, const struct event *event)
{
	enum party side = speaker_side(event->actor.kind);
	if (event->evidence_count == 0 || side == PARTY_PLATFORM || side == PARTY_UNSPECIFIED)
		return event;
	struct event *own = arena_copy(arena, event, sizeof(*event));
	own->evidence = arena_copy(arena, event->evidence, event->evidence_count * sizeof(*event->evidence));
	for (size_t i = 0; i < own->evidence_count; i++)
		own->evidence[i].supplied_by = side;
	return own;
}
