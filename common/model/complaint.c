/* The decision: which event, what the table has for it here, whether it may be said (complaint_check.c); then the rows are applied.
 */
#include "common/model/complaint.h"

#include <string.h>

#include "common/model/clock.h"
#include "common/model/inquiry.h"
#include "common/model/speakers.h"

enum { CLOCKS_DIFFER_US = 2000000 }; /* of two machines, at most */

/* A fact of another daemon's, or a message about a person. */
struct road {
	void (*decide)(struct turn *turn);
	enum event_type forwarded_as;
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
	const struct remedy_entry *reported = complaint_remedy_reported(turn, complaint);
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
	return complaint_lost_remedy(complaint);
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

/* ---- one function per kind of event ---- */

/* Somebody says something about a complaint. */
static void decide_said(struct turn *turn)
{
	struct complaint *complaint = turn->complaint = find_named(turn);
	if (!complaint) {
		turn->outcome = TURN_AWAITS;
		return;
	}
	turn->event = remedies_priced(turn->arena, turn->dossier, complaint, turn->event);
	const struct life_row *row = find_row(turn, complaint);
	enum refusal refusal = complaint_check(turn, complaint, row);
	if (refusal == REFUSAL_NONE)
		refusal = complaint_take_limits(turn, complaint, row);
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
		refusal = complaint_take_limits(turn, open, row);
	if (refusal != REFUSAL_NONE)
		complaint_refuse(turn, refusal);
	else
		run(turn, open, row);
}

static void decide_filing(struct turn *turn)
{
	struct complaint *named = find_named(turn);
	struct complaint *open = find_open_like(turn);
	enum refusal refusal = complaint_check_speaker(turn, NULL);
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
	enum refusal refusal = complaint_check_speaker(turn, NULL);
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
		turn->note = refusal_code(complaint_check_row(turn, complaint, NULL)); /* ended meanwhile: noted, not told */
}

static bool is_open_inquiry(const struct turn *turn, const struct complaint *complaint)
{
	const struct inquiries all = inquiries_read(turn->arena, complaint->inquiries);
	const struct inquiry *inquiry = inquiry_numbered(&all, turn->event->cycle);
	return inquiry && inquiry->state == INQUIRY_OPEN;
}

/* Has the clock whose end this is a say in the complaint's stage? */
static bool lives_here(const struct turn *turn, const struct complaint *complaint)
{
	const struct clock_rule *rule = clock_rule(turn->event->clock);
	uint32_t stages = !rule ? 0 : rule->end_in ? rule->end_in : rule->lives_in;
	return (stages & 1u << complaint->stage) != 0;
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
	if (event->ground == SILENCE_GROUND_PLATFORM_SILENT && event->clock != CLOCK_UNSPECIFIED)
		return !lives_here(turn, complaint) || (event->due_at_us != 0 && event->due_at_us < complaint->decided_at_us);
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
		complaint_refuse(turn, complaint_check_row(turn, complaint, NULL));
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
	enum refusal refusal = complaint_check_speaker(turn, NULL);
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
