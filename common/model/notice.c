#include "common/model/notice.h"

#include <stdlib.h>
#include <string.h>

#include "common/model/clock.h"

/* ---- who is told ---- */

enum guard {
	ALWAYS,
	IF_TOLD,      /* has been told of this complaint before: a merchant who was never asked need not hear that it ended */
	IF_OFFER,     /* the merchant's answer is an offer */
	IF_DEFENCE,   /* ... or not */
	IF_OWES,      /* must act */
	IF_OWED,      /* somebody else must act */
	IF_ADDRESSED, /* the words are for this party, or for nobody in particular and not by it */
	IF_SPOKE,     /* said what was refused */
	IF_OWN_CLOCK, /* the clock is the merchant's own */
	IF_FAILED,    /* the remedy was reported failed */
	IF_REMEDY,    /* a remedy's silence */
	IF_FINAL,     /* the silence of whoever could appeal */
	IF_DISPLACED, /* somebody owns it no more */
	IF_DECIDED,
	IF_APPEAL_DECIDED,
	IF_MEDIATED,
	IF_STANDS,     /* what leads on stands still, or was to; the whole way's clock beside it is not told for itself */
	IF_MOVED,      /* ... and goes on with another due instant: a ladder that went on has none */
	IF_INQUIRY,    /* the silence of whoever was asked by an inquiry */
	IF_SETTLEMENT, /* a proposal to settle that lapsed */
};

struct row {
	enum event_type type;
	enum stage stage; /* of ComplaintChanged: on arrival in this stage; 0: said within a stage */
	enum cause cause; /* ... with this cause; 0: any but those that a row of the stage names */
	enum party recipient;
	enum guard guard;
	const char *template;
	enum stage after;   /* come from there; 0: from anywhere that has no row of its own (came_from) */
	const char *joined; /* its template in a letter about all that a mass move has done; NULL: told by itself */
};

#define ARRIVED(stage) EVENT_COMPLAINT_CHANGED, (stage), CAUSE_UNSPECIFIED
#define ARRIVED_BY(stage, cause) EVENT_COMPLAINT_CHANGED, (stage), CAUSE_##cause
#define SAID(cause) EVENT_COMPLAINT_CHANGED, STAGE_UNSPECIFIED, CAUSE_##cause
#define FACT(type) (type), STAGE_UNSPECIFIED, CAUSE_UNSPECIFIED
#define COMPLAINANT PARTY_COMPLAINANT
#define MERCHANT PARTY_MERCHANT
#define PLATFORM PARTY_PLATFORM

/* One row, one telling. ClocksStarted is not told by itself: its due instants stand in the notices of the step that started it. */
static const struct row rows[] = {
    {ARRIVED(STAGE_FILED), COMPLAINANT, ALWAYS, "complaint_filed"},
    {ARRIVED(STAGE_AWAITING_ORDER), COMPLAINANT, ALWAYS, "order_awaited"},
    {ARRIVED(STAGE_MANUAL_ADMISSION), COMPLAINANT, ALWAYS, "admission_pending"},
    {ARRIVED(STAGE_MANUAL_ADMISSION), PLATFORM, ALWAYS, "admission_needed"},
    {ARRIVED(STAGE_NEGOTIATING), MERCHANT, ALWAYS, "answer_asked"},
    {ARRIVED(STAGE_NEGOTIATING), COMPLAINANT, ALWAYS, "merchant_asked"},
    {ARRIVED_BY(STAGE_NEGOTIATING, COUNTER_OFFER_MADE), MERCHANT, ALWAYS, "counter_offer_made"},
    {ARRIVED_BY(STAGE_NEGOTIATING, COUNTER_OFFER_MADE), COMPLAINANT, ALWAYS, "counter_offer_passed_on"},
    {ARRIVED_BY(STAGE_MERCHANT_ANSWERED, COUNTER_OFFER_REFUSED), COMPLAINANT, ALWAYS, "counter_offer_refused"},
    {ARRIVED_BY(STAGE_MERCHANT_ANSWERED, COUNTER_OFFER_REFUSED), MERCHANT, ALWAYS, "answer_received"},
    {ARRIVED(STAGE_MERCHANT_ANSWERED), COMPLAINANT, IF_OFFER, "offer_made"},
    {ARRIVED(STAGE_MERCHANT_ANSWERED), COMPLAINANT, IF_DEFENCE, "defence_given"},
    {ARRIVED(STAGE_MERCHANT_ANSWERED), MERCHANT, ALWAYS, "answer_received"},
    {ARRIVED(STAGE_PLATFORM_REVIEW), PLATFORM, ALWAYS, "review_needed"},
    {ARRIVED(STAGE_PLATFORM_REVIEW), COMPLAINANT, ALWAYS, "platform_steps_in"},
    {ARRIVED(STAGE_PLATFORM_REVIEW), MERCHANT, ALWAYS, "platform_steps_in"},
    {ARRIVED(STAGE_PLATFORM_REVIEW), COMPLAINANT, ALWAYS, "inspection_ended", STAGE_INSPECTION},
    {ARRIVED(STAGE_PLATFORM_REVIEW), MERCHANT, ALWAYS, "inspection_ended", STAGE_INSPECTION},
    {ARRIVED(STAGE_INSPECTION), COMPLAINANT, ALWAYS, "inspection_ordered"},
    {ARRIVED(STAGE_INSPECTION), MERCHANT, ALWAYS, "inspection_ordered"},
    {ARRIVED(STAGE_PRELIMINARY_FINDING), COMPLAINANT, ALWAYS, "finding_given"},
    {ARRIVED(STAGE_PRELIMINARY_FINDING), MERCHANT, ALWAYS, "finding_given"},
    /* A decision is told with what follows from it, which comes at once: its letter is that of the step after STAGE_DECIDED. */
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), COMPLAINANT, IF_DECIDED, "complaint_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), MERCHANT, IF_DECIDED, "complaint_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_CLOSED), COMPLAINANT, IF_DECIDED, "complaint_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_CLOSED), MERCHANT, IF_DECIDED, "complaint_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), COMPLAINANT, IF_APPEAL_DECIDED, "appeal_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), MERCHANT, IF_APPEAL_DECIDED, "appeal_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_CLOSED), COMPLAINANT, IF_APPEAL_DECIDED, "appeal_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_CLOSED), MERCHANT, IF_APPEAL_DECIDED, "appeal_decided", STAGE_DECIDED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), COMPLAINANT, IF_MEDIATED, "mediation_reported", STAGE_DECIDED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), MERCHANT, IF_MEDIATED, "mediation_reported", STAGE_DECIDED},
    {ARRIVED(STAGE_CLOSED), COMPLAINANT, IF_MEDIATED, "mediation_reported", STAGE_DECIDED},
    {ARRIVED(STAGE_CLOSED), MERCHANT, IF_MEDIATED, "mediation_reported", STAGE_DECIDED},
    /* Nobody has decided the appeal, or reported from outside. */
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), COMPLAINANT, ALWAYS, "decision_stands", STAGE_APPEALED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), MERCHANT, ALWAYS, "decision_stands", STAGE_APPEALED},
    {ARRIVED(STAGE_CLOSED), COMPLAINANT, ALWAYS, "decision_stands", STAGE_APPEALED},
    {ARRIVED(STAGE_CLOSED), MERCHANT, ALWAYS, "decision_stands", STAGE_APPEALED},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), COMPLAINANT, ALWAYS, "remedy_under_way"},
    {ARRIVED(STAGE_REMEDY_UNDER_WAY), MERCHANT, ALWAYS, "remedy_under_way"},
    {ARRIVED(STAGE_AWAITING_CONFIRMATION), COMPLAINANT, ALWAYS, "confirmation_asked"},
    {ARRIVED(STAGE_AWAITING_CONFIRMATION), MERCHANT, IF_TOLD, "remedy_done"},
    {ARRIVED(STAGE_CLOSED), COMPLAINANT, ALWAYS, "complaint_closed"},
    {ARRIVED(STAGE_CLOSED), MERCHANT, IF_TOLD, "complaint_closed"},
    {ARRIVED(STAGE_REJECTED), COMPLAINANT, ALWAYS, "complaint_rejected"},
    {ARRIVED(STAGE_REJECTED), MERCHANT, IF_TOLD, "complaint_closed"},
    {ARRIVED(STAGE_WITHDRAWN), COMPLAINANT, ALWAYS, "complaint_withdrawn"},
    {ARRIVED(STAGE_WITHDRAWN), MERCHANT, IF_TOLD, "complaint_withdrawn"},
    {ARRIVED(STAGE_APPEALED), COMPLAINANT, ALWAYS, "appeal_filed"},
    {ARRIVED(STAGE_APPEALED), MERCHANT, ALWAYS, "appeal_filed"},
    {ARRIVED(STAGE_APPEALED), PLATFORM, ALWAYS, "review_needed"},
    {ARRIVED(STAGE_EXTERNAL_MEDIATION), COMPLAINANT, ALWAYS, "mediation_asked"},
    {ARRIVED(STAGE_EXTERNAL_MEDIATION), MERCHANT, ALWAYS, "mediation_asked"},
    {ARRIVED(STAGE_EXTERNAL_MEDIATION), PLATFORM, ALWAYS, "mediation_asked"},
    {SAID(COMPLAINT_FILED), COMPLAINANT, ALWAYS, "complaint_joined"},
    {SAID(ASSIGNMENT_CHANGED), PLATFORM, IF_DISPLACED, "assignment_ended"},
    {SAID(RECUSAL_ASKED), PLATFORM, ALWAYS, "recusal_asked"},
    {SAID(COMPLAINT_AMENDED), MERCHANT, IF_TOLD, "complaint_amended"},
    {SAID(COMPLAINT_URGED), PLATFORM, ALWAYS, "complaint_urged"},
    {SAID(EVIDENCE_ADDED), PLATFORM, ALWAYS, "evidence_added"},
    {SAID(EVIDENCE_REQUESTED), COMPLAINANT, IF_ADDRESSED, "evidence_requested"},
    {SAID(EVIDENCE_REQUESTED), MERCHANT, IF_ADDRESSED, "evidence_requested"},
    {SAID(EVIDENCE_REQUEST_WITHDRAWN), COMPLAINANT, IF_ADDRESSED, "evidence_request_withdrawn"},
    {SAID(EVIDENCE_REQUEST_WITHDRAWN), MERCHANT, IF_ADDRESSED, "evidence_request_withdrawn"},
    {SAID(MESSAGE_POSTED), COMPLAINANT, IF_ADDRESSED, "message_posted"},
    {SAID(MESSAGE_POSTED), MERCHANT, IF_ADDRESSED, "message_posted"},
    {SAID(MESSAGE_POSTED), PLATFORM, IF_ADDRESSED, "message_posted"},
    {SAID(CALL_RECORDED), COMPLAINANT, IF_ADDRESSED, "call_recorded"},
    {SAID(CALL_RECORDED), MERCHANT, IF_ADDRESSED, "call_recorded"},
    {SAID(CALL_RECORDED), PLATFORM, IF_ADDRESSED, "call_recorded"},
    {SAID(REMEDY_REPORTED), PLATFORM, IF_FAILED, "remedy_failed"},
    {SAID(REMEDY_REPORTED), COMPLAINANT, IF_FAILED, "remedy_late"},
    {SAID(SILENCE_REACHED), COMPLAINANT, IF_REMEDY, "remedy_late"},
    {SAID(SILENCE_REACHED), PLATFORM, IF_REMEDY, "remedy_failed"},
    {SAID(SILENCE_REACHED), MERCHANT, IF_FINAL, "decision_final"}, /* the complainant reads it of his clock */
    {SAID(SILENCE_REACHED), COMPLAINANT, IF_INQUIRY, "inquiry_lapsed"},
    {SAID(SILENCE_REACHED), MERCHANT, IF_INQUIRY, "inquiry_lapsed"},
    {SAID(SILENCE_REACHED), PLATFORM, IF_INQUIRY, "inquiry_lapsed"},
    {SAID(INQUIRY_OPENED), COMPLAINANT, ALWAYS, "inquiry_opened"},
    {SAID(INQUIRY_OPENED), MERCHANT, ALWAYS, "inquiry_opened"},
    {SAID(INQUIRY_OPENED), PLATFORM, ALWAYS, "inquiry_opened"},
    {SAID(INQUIRY_ANSWERED), COMPLAINANT, ALWAYS, "inquiry_answered"},
    {SAID(INQUIRY_ANSWERED), MERCHANT, ALWAYS, "inquiry_answered"},
    {SAID(INQUIRY_ANSWERED), PLATFORM, ALWAYS, "inquiry_answered"},
    {SAID(SILENCE_REACHED), COMPLAINANT, IF_SETTLEMENT, "settlement_lapsed"},
    {SAID(SILENCE_REACHED), MERCHANT, IF_SETTLEMENT, "settlement_lapsed"},
    {SAID(SETTLEMENT_PROPOSED), COMPLAINANT, IF_ADDRESSED, "settlement_proposed"},
    {SAID(SETTLEMENT_PROPOSED), MERCHANT, IF_ADDRESSED, "settlement_proposed"},
    {SAID(SETTLEMENT_REPORTED), COMPLAINANT, IF_ADDRESSED, "settlement_proposed"},
    {SAID(SETTLEMENT_REPORTED), MERCHANT, IF_ADDRESSED, "settlement_proposed"},
    {SAID(SETTLEMENT_REPORTED), PLATFORM, IF_ADDRESSED, "settlement_to_confirm"},
    {SAID(SETTLEMENT_REFUSED), COMPLAINANT, IF_ADDRESSED, "settlement_refused"},
    {SAID(SETTLEMENT_REFUSED), MERCHANT, IF_ADDRESSED, "settlement_refused"},
    {SAID(EXTERNAL_REFERRAL_MADE), COMPLAINANT, ALWAYS, "external_referral_made"},
    {SAID(CORRECTIVE_MEASURE_REPORTED), COMPLAINANT, ALWAYS, "corrective_measure_reported"},
    {FACT(EVENT_REFUSED), COMPLAINANT, IF_SPOKE, "event_refused"},
    {FACT(EVENT_REFUSED), MERCHANT, IF_SPOKE, "event_refused"},
    {FACT(EVENT_REFUSED), PLATFORM, IF_SPOKE, "event_refused"},
    {FACT(EVENT_REMEDY_ORDERED), COMPLAINANT, ALWAYS, "remedy_ordered"},
    {FACT(EVENT_REMEDY_ORDERED), MERCHANT, ALWAYS, "remedy_ordered"},
    {FACT(EVENT_CLOCK_WARNED), COMPLAINANT, IF_OWES, "clock_warned"},
    {FACT(EVENT_CLOCK_WARNED), MERCHANT, IF_OWES, "clock_warned"},
    {FACT(EVENT_CLOCK_WARNED), PLATFORM, IF_OWES, "clock_warned"},
    {FACT(EVENT_CLOCK_BREACHED), COMPLAINANT, IF_OWES, "clock_ran_out"},
    {FACT(EVENT_CLOCK_BREACHED), MERCHANT, IF_OWES, "clock_ran_out"},
    {FACT(EVENT_CLOCK_BREACHED), PLATFORM, IF_OWES, "clock_ran_out"},
    {FACT(EVENT_CLOCK_BREACHED), COMPLAINANT, IF_OWED, "other_side_late"},
    {FACT(EVENT_CLOCK_PAUSED), COMPLAINANT, IF_STANDS, "clock_paused"},
    {FACT(EVENT_CLOCK_PAUSED), MERCHANT, IF_STANDS, "clock_paused"},
    {FACT(EVENT_CLOCK_RESUMED), COMPLAINANT, IF_MOVED, "deadline_changed"},
    {FACT(EVENT_CLOCK_RESUMED), MERCHANT, IF_MOVED, "deadline_changed"},
    {FACT(EVENT_DEADLINE_CHANGED), COMPLAINANT, ALWAYS, "deadline_changed", .joined = "deadlines_moved"},
    {FACT(EVENT_DEADLINE_CHANGED), MERCHANT, IF_OWN_CLOCK, "deadline_changed", .joined = "deadlines_moved"},
    {FACT(EVENT_BREACH_WITHDRAWN), COMPLAINANT, ALWAYS, "breach_withdrawn"},
    {FACT(EVENT_BREACH_WITHDRAWN), MERCHANT, IF_OWN_CLOCK, "breach_withdrawn"},
    {FACT(EVENT_LADDER_STEP_TAKEN), PLATFORM, ALWAYS, "ladder_step_taken"},
    {FACT(EVENT_INCIDENT_OPENED), PLATFORM, ALWAYS, "incident_opened"},
};

enum { ROWS_COUNT = sizeof rows / sizeof rows[0] };

/* Whose word each refused message is. */
static enum party speaker(enum event_type type)
{
	switch (type) {
	case EVENT_ANSWER_GIVEN:
	case EVENT_CORRECTIVE_MEASURE_REPORTED:
	case EVENT_COUNTER_OFFER_ACCEPTED:
	case EVENT_COUNTER_OFFER_REFUSED:
		return PARTY_MERCHANT;
	case EVENT_COMPLAINT_FILED:
	case EVENT_COMPLAINT_AMENDED:
	case EVENT_COMPLAINT_URGED:
	case EVENT_COMPLAINT_WITHDRAWN:
	case EVENT_OFFER_ACCEPTED:
	case EVENT_OFFER_REFUSED:
	case EVENT_COUNTER_OFFER_MADE:
	case EVENT_STEP_IN_ASKED:
	case EVENT_RESOLUTION_CONFIRMED:
	case EVENT_RESOLUTION_DISPUTED:
	case EVENT_APPEAL_FILED:
		return PARTY_COMPLAINANT;
	default:
		return PARTY_PLATFORM;
	}
}

enum party notice_actor(enum actor_kind kind)
{
	static const enum party parties[ACTOR_KIND_COUNT] = {[ACTOR_KIND_COMPLAINANT] = PARTY_COMPLAINANT,
	    [ACTOR_KIND_MERCHANT_PERSON] = PARTY_MERCHANT,
	    [ACTOR_KIND_MERCHANT_PROGRAM] = PARTY_MERCHANT,
	    [ACTOR_KIND_PLATFORM_PERSON] = PARTY_PLATFORM,
	    [ACTOR_KIND_PLATFORM_PROGRAM] = PARTY_PLATFORM};
	return (unsigned)kind < ACTOR_KIND_COUNT ? parties[kind] : PARTY_UNSPECIFIED;
}

/* Who said what was refused: its actor, when he named himself; else the party whose word such a message is. */
static enum party refused_speaker(const struct event *event)
{
	enum party party = notice_actor(event->actor.kind);
	return party ? party : speaker(event_type_by_name(event->refused_type));
}

static bool is_offer(const struct event *event)
{
	if (event->answer != ANSWER_UNSPECIFIED)
		return event->answer == ANSWER_OFFER;
	for (size_t i = 0; i < event->actions_count; i++)
		if (event->actions[i].action == ACTION_ACCEPT_OFFER)
			return true;
	return false;
}

static bool addressed(const struct event *event, enum party recipient)
{
	enum party to_party = said_of(event)->to_party;
	if (to_party != PARTY_UNSPECIFIED)
		return notice_recipient(to_party) == recipient;
	return notice_actor(event->actor.kind) != recipient;
}

/* The complainant always; the merchant once he has been told of the complaint. */
static bool has_part(const struct row *row, const struct notice_facts *facts)
{
	return row->recipient != PARTY_MERCHANT || facts->told[PARTY_MERCHANT] > 0;
}

static bool passes(const struct row *row, const struct notice_facts *facts, const struct event *event)
{
	switch (row->guard) {
	case ALWAYS:
		return true;
	case IF_TOLD:
		return facts->told[row->recipient] > 0;
	case IF_OFFER:
		return is_offer(event);
	case IF_DEFENCE:
		return !is_offer(event);
	case IF_OWES:
		return notice_recipient(event->must_act) == row->recipient;
	case IF_OWED:
		return notice_recipient(event->must_act) != row->recipient;
	case IF_ADDRESSED:
		return addressed(event, row->recipient);
	case IF_SPOKE:
		return !event->dead_letter && refused_speaker(event) == row->recipient; /* a program's broken record */
	case IF_OWN_CLOCK:
		return clock_owner(event->clock, event->cycle) == PARTY_MERCHANT;
	case IF_STANDS:
		return event->clock != CLOCK_END_TO_END && (event->due_at_us == 0 || event->cause == CAUSE_PAUSE_CAPPED) &&
		       has_part(row, facts);
	case IF_MOVED:
		return event->due_at_us != event->due_at_before_us && has_part(row, facts);
	case IF_SETTLEMENT:
		return event->reason == REASON_SETTLEMENT_LAPSED;
	case IF_FAILED:
		return said_of(event)->remedy_outcome == REMEDY_OUTCOME_FAILED;
	case IF_REMEDY:
		return event->reason == REASON_REMEDY_SILENT;
	case IF_FINAL:
		return event->reason == REASON_NOBODY_APPEALED;
	case IF_DISPLACED:
		return event->owner_before_id[0] != '\0';
	case IF_DECIDED:
		return event->decided != REASON_APPEAL_DECIDED && event->decided != REASON_MEDIATION_REPORTED;
	case IF_APPEAL_DECIDED:
		return event->decided == REASON_APPEAL_DECIDED;
	case IF_MEDIATED:
		return event->decided == REASON_MEDIATION_REPORTED;
	case IF_INQUIRY:
		return event->clock == CLOCK_INQUIRY;
	}
	return false;
}

/* C11: how the platform watches itself is told to nobody else. */
static bool is_hidden(const struct notice_facts *facts, enum clock_kind clock, enum party recipient)
{
	return recipient != PARTY_PLATFORM && (unsigned)clock < CLOCK_COUNT && facts->internal[clock];
}

/* As the table has it. What comes from a decision, from an appeal that nobody has decided, or back from an inspection has words of
 * its own; the platform reads the same ones wherever it comes from. */
static enum stage came_from(const struct row *row, const struct event *event)
{
	if (event->reason == REASON_APPEAL_UNDECIDED || event->reason == REASON_MEDIATION_SILENT)
		return STAGE_APPEALED;
	bool back = event->stage_before == STAGE_INSPECTION && row->recipient != PARTY_PLATFORM;
	return event->stage_before == STAGE_DECIDED || back ? event->stage_before : STAGE_UNSPECIFIED;
}

/* Has the stage rows of its own for what has brought it there? */
static bool has_rows_by_cause(enum stage stage, enum cause cause)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].stage == stage && rows[i].cause == cause && cause != CAUSE_UNSPECIFIED)
			return true;
	return false;
}

static bool matches(const struct row *row, const struct event *event)
{
	if (row->type != event->type_id)
		return false;
	if (row->type != EVENT_COMPLAINT_CHANGED)
		return true;
	if (row->stage)
		return event->stage == row->stage && event->stage_before != event->stage && came_from(row, event) == row->after &&
		       (row->cause ? row->cause == event->cause : !has_rows_by_cause(event->stage, event->cause));
	return event->stage == event->stage_before && row->cause == event->cause;
}

enum party notice_recipient(enum party party)
{
	return party == PARTY_COMPLAINANT || party == PARTY_MERCHANT ? party : PARTY_PLATFORM;
}

static const char *first_of(const char *a, const char *b)
{
	return a[0] ? a : b;
}

/* The platform's people: the step of a ladder has its role's inbox, an incident the risk team's; else the owner's, else the
 * platform's own. */
static const char *platform_person(const struct notice_facts *facts, const struct event *event)
{
	if (event->type_id == EVENT_INCIDENT_OPENED)
		return "risk_team";
	if (event->type_id == EVENT_LADDER_STEP_TAKEN && strcmp(event->role, "owner") != 0)
		return first_of(event->role, event->platform_id);
	if (event->owner_before_id[0] && (event->cause == CAUSE_ASSIGNMENT_CHANGED || event->cause == CAUSE_RECUSAL_ASKED))
		return event->owner_before_id; /* he reads that it is his no more */
	return first_of(first_of(facts->owner_id, event->owner_id), event->platform_id);
}

/* Of a refusal: whoever said it himself, who need not be a party of that complaint. */
static const char *speaking_person(const struct event *event, enum party recipient)
{
	bool himself = notice_actor(event->actor.kind) == recipient && event->actor.kind != ACTOR_KIND_PLATFORM_PROGRAM;
	return himself ? event->actor.id : recipient == PARTY_COMPLAINANT ? event->complainant_id : "";
}

static const char *person(const struct notice_facts *facts, const struct event *event, enum party recipient)
{
	if (event->type_id == EVENT_REFUSED && speaking_person(event, recipient)[0])
		return speaking_person(event, recipient);
	if (recipient == PARTY_COMPLAINANT)
		return first_of(facts->complainant_id, event->complainant_id);
	if (recipient == PARTY_MERCHANT)
		return first_of(facts->merchant_id, event->merchant_id);
	return platform_person(facts, event);
}

bool notice_to_stranger(const struct notice_facts *facts, const struct event *event, enum party recipient)
{
	const char *own = recipient == PARTY_COMPLAINANT ? facts->complainant_id
			  : recipient == PARTY_MERCHANT  ? facts->merchant_id
							 : "";
	return event->type_id == EVENT_REFUSED && own[0] && strcmp(person(facts, event, recipient), own) != 0;
}

unsigned notice_recipients(const char *template)
{
	unsigned recipients = 0;
	for (int i = 0; i < ROWS_COUNT; i++)
		if (strcmp(rows[i].template, template) == 0 || (rows[i].joined && strcmp(rows[i].joined, template) == 0))
			recipients |= 1u << rows[i].recipient;
	return recipients;
}

bool notice_joins(const struct event *event)
{
	return event->type_id == EVENT_DEADLINE_CHANGED &&
	       (event->cause == CAUSE_POLICY_CHANGED || event->cause == CAUSE_CALENDAR_CORRECTED);
}

int notice_select(const struct notice_facts *facts, const struct event *event, struct telling tellings[NOTICE_TELLINGS_MAX])
{
	int count = 0;
	for (int i = 0; i < ROWS_COUNT && count < NOTICE_TELLINGS_MAX; i++) {
		const struct row *row = &rows[i];
		if (!matches(row, event) || !passes(row, facts, event) || is_hidden(facts, event->clock, row->recipient))
			continue;
		const char *who = person(facts, event, row->recipient);
		if (who[0])
			tellings[count++] =
			    (struct telling){row->recipient, who, notice_joins(event) ? row->joined : row->template};
	}
	return count;
}

bool notice_is_over(const struct event *event, int64_t now_us)
{
	return event->type_id == EVENT_CLOCK_WARNED && now_us > event->due_at_us;
}

bool notice_tells_cause(enum cause cause)
{
	for (int i = 0; i < ROWS_COUNT; i++)
		if (rows[i].type == EVENT_COMPLAINT_CHANGED && rows[i].cause == cause && cause != CAUSE_UNSPECIFIED)
			return true;
	return false;
}

bool notice_tells(enum event_type type)
{
	for (int i = 0; i < ROWS_COUNT; i++)
		if (rows[i].type == type)
			return true;
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *notice_templates(void)
{
	static const char *names[2 * ROWS_COUNT + 1];
	if (names[0])
		return names;
	const char *all[2 * ROWS_COUNT];
	int all_count = 0, count = 0;
	for (int i = 0; i < ROWS_COUNT; i++) {
		all[all_count++] = rows[i].template;
		if (rows[i].joined)
			all[all_count++] = rows[i].joined;
	}
	qsort(all, (size_t)all_count, sizeof all[0], compare_names);
	for (int i = 0; i < all_count; i++)
		if (count == 0 || strcmp(names[count - 1], all[i]) != 0)
			names[count++] = all[i];
	return names;
}

/* The clock that a step names for whoever must act next. */
static enum clock_kind named_clock(const struct event *event)
{
	enum clock_kind clock = CLOCK_UNSPECIFIED;
	for (size_t i = 0; i < event->actions_count; i++) {
		const struct allowed_action *action = &event->actions[i];
		if (action->clock && action->party == event->must_act && (!clock || action->mandatory))
			clock = action->clock;
	}
	return clock;
}

/* A policy chooses which of these runs while the platform decides; the step names one for all. */
static const enum clock_kind decision_clocks[] = {
    CLOCK_PRELIMINARY_FINDING, CLOCK_FINAL_DECISION, CLOCK_PLATFORM_FAULT_MENDED, CLOCK_LATE_DELIVERY_VERIFIED};

enum { DECISION_CLOCKS_COUNT = sizeof decision_clocks / sizeof decision_clocks[0] };

bool notice_decides(enum clock_kind clock)
{
	for (int i = 0; i < DECISION_CLOCKS_COUNT; i++)
		if (decision_clocks[i] == clock)
			return true;
	return false;
}

/* Of those that run, the one due first; otherwise the one named. */
static enum clock_kind running_decision_clock(const struct notice_facts *facts, enum clock_kind named)
{
	enum clock_kind found = named;
	for (int i = 0; i < DECISION_CLOCKS_COUNT; i++) {
		int64_t due_us = facts->due_us[decision_clocks[i]];
		if (due_us && (!facts->due_us[found] || due_us < facts->due_us[found]))
			found = decision_clocks[i];
	}
	return found;
}

/* One side proposes to settle: its letter is about that clock, whoever must act in the stage. */
static bool is_proposal(const struct event *event)
{
	return event->reason == REASON_SETTLEMENT_PROPOSED;
}

enum clock_kind notice_clock(const struct notice_facts *facts, const struct event *event)
{
	if (event->type_id == EVENT_REMEDY_ORDERED)
		return CLOCK_REMEDY_CARRIED_OUT;
	if (event->type_id != EVENT_COMPLAINT_CHANGED)
		return event->clock;
	if (is_proposal(event))
		return CLOCK_ANSWER_TO_SETTLEMENT;
	enum clock_kind clock = named_clock(event);
	return notice_decides(clock) ? running_decision_clock(facts, clock) : clock;
}

enum clock_kind notice_clock_told(const struct notice_facts *facts, const struct event *event, enum party recipient)
{
	enum clock_kind clock = notice_clock(facts, event);
	return is_hidden(facts, clock, recipient) ? CLOCK_UNSPECIFIED : clock;
}

int64_t notice_due_told(const struct notice_facts *facts, const struct event *event, enum party recipient)
{
	enum clock_kind clock = notice_clock(facts, event);
	if (is_hidden(facts, clock, recipient))
		return 0;
	return event->due_at_us ? event->due_at_us : (unsigned)clock < CLOCK_COUNT ? facts->due_us[clock] : 0;
}

bool notice_awaits_step(const struct notice_facts *facts, const struct event *event)
{
	return event->type_id == EVENT_REMEDY_ORDERED && facts->stage < STAGE_REMEDY_UNDER_WAY;
}

bool notice_awaits_clock(const struct notice_facts *facts, const struct event *event)
{
	enum clock_kind clock = notice_clock(facts, event);
	return (event->stage != event->stage_before || is_proposal(event)) && clock && facts->due_us[clock] == 0;
}

const char *notice_identity(struct arena *arena, const char *complaint_id, const struct event *cause, enum party recipient,
    enum notice_channel channel, const char *endpoint)
{
	return arena_printf(arena, "%s\n%s\n%s\n%s\n%s\n%s", complaint_id, cause->source, cause->event_id, party_name(recipient),
	    notice_channel_name(channel), endpoint);
}

/* ---- what is remembered ---- */

struct notice_facts notice_facts_empty(void)
{
	return (struct notice_facts){.complaint_id = "",
	    .platform_id = "",
	    .order_id = "",
	    .complainant_id = "",
	    .merchant_id = "",
	    .owner_id = "",
	    .language = ""};
}

static void learn_text(struct arena *arena, const char **known, const char *said)
{
	if (said[0] && strcmp(*known, said) != 0)
		*known = arena_strdup(arena, said);
}

static void learn_due(struct notice_facts *facts, enum clock_kind clock, int64_t due_us, enum clock_effect_kind effect)
{
	if ((unsigned)clock >= CLOCK_COUNT)
		return;
	facts->due_us[clock] = due_us;
	if (effect)
		facts->internal[clock] = effect == CLOCK_EFFECT_INTERNAL;
}

static void learn_clock(struct notice_facts *facts, const struct event *event)
{
	if ((unsigned)event->clock >= CLOCK_COUNT)
		return;
	switch (event->type_id) {
	case EVENT_CLOCK_RESUMED:
	case EVENT_DEADLINE_CHANGED:
		learn_due(facts, event->clock, event->due_at_us, event->effect);
		break;
	case EVENT_CLOCK_PAUSED: /* with a due instant where it goes on */
		learn_due(facts, event->clock, event->due_at_us, event->effect);
		break;
	case EVENT_CLOCK_MET:
	case EVENT_CLOCK_CANCELLED:
		learn_due(facts, event->clock, 0, CLOCK_EFFECT_UNSPECIFIED);
		break;
	default:
		break;
	}
}

static void learn_started(struct notice_facts *facts, const struct event *event)
{
	for (size_t i = 0; i < event->clocks_count; i++)
		learn_due(facts, event->clocks[i].clock, event->clocks[i].due_at_us, event->clocks[i].effect);
}

void notice_facts_learn(struct arena *arena, struct notice_facts *facts, const struct event *event)
{
	if (event->type_id == EVENT_REFUSED && facts->stage)
		return;
	learn_text(arena, &facts->complaint_id, event->complaint_id);
	learn_text(arena, &facts->platform_id, event->platform_id);
	learn_text(arena, &facts->order_id, event->order_id);
	if (event->type_id == EVENT_REFUSED)
		return;
	learn_text(arena, &facts->complainant_id, event->complainant_id);
	learn_text(arena, &facts->merchant_id, event->merchant_id);
	learn_text(arena, &facts->owner_id, event->owner_id);
	if (event->type_id == EVENT_COMPLAINT_CHANGED && event->owner_before_id[0] && !event->owner_id[0])
		facts->owner_id = ""; /* nobody owns it any more */
	if (event->type_id == EVENT_COMPLAINT_CHANGED) {
		learn_text(arena, &facts->language, event->language);
		facts->stage = event->stage;
	}
	if (event->type_id == EVENT_COMPLAINT_CHANGED || event->type_id == EVENT_COMPLAINT_TRIAGED)
		facts->type = event->type ? event->type : facts->type;
	learn_started(facts, event);
	learn_clock(facts, event);
}
