#include "common/model/speakers.h"

#include <string.h>

#include "common/model/complaint.h"

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

bool speaker_is_person(enum actor_kind kind)
{
	return kind != ACTOR_KIND_MERCHANT_PROGRAM && kind != ACTOR_KIND_PLATFORM_PROGRAM && kind != ACTOR_KIND_OMBUD;
}

static enum may may_of(const struct event_said *said, enum party side)
{
	switch (side) {
	case PARTY_COMPLAINANT:
		return said->complainant;
	case PARTY_MERCHANT:
		return said->merchant;
	case PARTY_INSPECTOR:
		return said->inspector;
	case PARTY_PLATFORM:
		return said->platform;
	default:
		return MAY_UNSPECIFIED;
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
	if (side == PARTY_INSPECTOR)
		return complaint && strcmp(id, complaint->inspector_id) == 0 ? REFUSAL_NONE : REFUSAL_NOT_YOUR_INSPECTION;
	if (side == PARTY_MERCHANT)
		return complaint && has_sold(id, complaint, order) ? REFUSAL_NONE : REFUSAL_NOT_YOUR_SALE;
	return complaint && strcmp(id, complaint->complainant_id) == 0 ? REFUSAL_NONE : REFUSAL_NOT_YOUR_COMPLAINT;
}

enum refusal speaker_check(const struct event *event, const struct complaint *complaint, const struct order_facts *order)
{
	enum party side = speaker_side(event->actor.kind);
	const struct event_said *said = event_type_said(event->type_id);
	enum may may = may_of(said, side);
	if (may == MAY_UNSPECIFIED)
		return REFUSAL_WRONG_PARTY;
	if (may == MAY_ALWAYS)
		return REFUSAL_NONE;
	enum refusal refusal = check_relation(event, said->about, side, complaint, order);
	return refusal == REFUSAL_NONE && may == MAY_ASK ? REFUSAL_NEEDS_PLATFORM : refusal;
}

bool speaker_refusal(enum refusal refusal)
{
	return refusal == REFUSAL_WRONG_PARTY || refusal == REFUSAL_SPEAKER_UNNAMED || refusal == REFUSAL_NOT_YOUR_COMPLAINT ||
	       refusal == REFUSAL_NOT_YOUR_SALE || refusal == REFUSAL_NOT_YOUR_SETTINGS || refusal == REFUSAL_NOT_YOUR_INSPECTION ||
	       refusal == REFUSAL_NEEDS_PERSON;
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
