#include "common/model/lifecycle.h"

#include "common/model/event.h"

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define IN(stage) (1u << STAGE_##stage)

/* Sets of stages. */
#define NEW (1u << STAGE_UNSPECIFIED)
#define BEFORE_TRIAGE (IN(AWAITING_ORDER) | IN(MANUAL_ADMISSION) | IN(FILED))
#define UNDER_REVIEW (IN(PLATFORM_REVIEW) | IN(INSPECTION) | IN(PRELIMINARY_FINDING))
#define BEFORE_DECISION (BEFORE_TRIAGE | IN(TRIAGED) | IN(NEGOTIATING) | IN(MERCHANT_ANSWERED) | UNDER_REVIEW)
#define AFTER_DECISION (IN(DECIDED) | IN(REMEDY_UNDER_WAY) | IN(AWAITING_CONFIRMATION) | IN(APPEALED))
#define OPEN (BEFORE_DECISION | AFTER_DECISION)
#define ENDED (IN(CLOSED) | IN(REJECTED) | IN(WITHDRAWN))
#define ANY (OPEN | ENDED)

/* Column helpers, so that a row reads as one line. */
#define STAYS STAGE_UNSPECIFIED
#define AT_ONCE EVENT_NONE
#define SILENT(g) .event = EVENT_SILENCE_REACHED, .ground = SILENCE_GROUND_##g
#define ON(e) .event = EVENT_##e
#define TO(stage) .to = STAGE_##stage

static const struct life_row rows[] = {
    /* Filing, and the two lanes before it */
    {NEW, ON(COMPLAINT_FILED), .unless = FACT_ORDER_KNOWN, TO(AWAITING_ORDER), EFFECT_TAKE_IN,
	.comment = "the order is not known yet: its facts are awaited"},
    {NEW, ON(COMPLAINT_FILED), .when = FACT_PAST_WINDOW, TO(MANUAL_ADMISSION), EFFECT_TAKE_IN,
	.comment = "past the window: a person decides about admission"},
    {NEW, ON(COMPLAINT_FILED), TO(FILED), EFFECT_TAKE_IN, .comment = "accepted"},
    {OPEN, ON(COMPLAINT_FILED), .effect = EFFECT_JOIN, .comment = "filed again: joined to the open complaint"},
    {IN(AWAITING_ORDER), ON(ORDER_RECORDED), .when = FACT_INELIGIBLE, TO(REJECTED), EFFECT_TAKE_IN,
	.comment = "the order has come and does not allow this complaint"},
    {IN(AWAITING_ORDER), ON(ORDER_RECORDED), .when = FACT_PAST_WINDOW, TO(MANUAL_ADMISSION), EFFECT_TAKE_IN,
	.comment = "the order has come; past the window: a person decides about admission"},
    {IN(AWAITING_ORDER), ON(ORDER_RECORDED), TO(FILED), EFFECT_TAKE_IN, .comment = "the order has come: accepted"},
    {IN(AWAITING_ORDER), SILENT(ORDER_NEVER_RECORDED), TO(REJECTED), .comment = "the order was never recorded"},
    {IN(MANUAL_ADMISSION), ON(ADMISSION_GIVEN), .when = FACT_ADMITTED, TO(FILED), EFFECT_TAKE_IN,
	.comment = "admitted by a person"},
    {IN(MANUAL_ADMISSION), ON(ADMISSION_GIVEN), TO(REJECTED), .comment = "not admitted: past the window"},
    {IN(MANUAL_ADMISSION), SILENT(ADMISSION_SILENT), TO(FILED), EFFECT_TAKE_IN,
	.comment = "admitted: nobody decided about it in time"},

    /* Triage, and who is asked first */
    {IN(FILED), ON(COMPLAINT_TRIAGED), TO(TRIAGED), EFFECT_TRIAGE, .comment = "type, priority and policy are found"},
    {IN(TRIAGED), AT_ONCE, .when = FACT_MERCHANT_FIRST, TO(NEGOTIATING), .comment = "the merchant answers first"},
    {IN(TRIAGED), AT_ONCE, TO(PLATFORM_REVIEW), .comment = "the platform reviews it at once"},
    {OPEN & ~BEFORE_TRIAGE, ON(COMPLAINT_TRIAGED), .effect = EFFECT_TRIAGE, .comment = "triaged anew"},

    /* Negotiation */
    {IN(NEGOTIATING), ON(ANSWER_GIVEN), .when = FACT_BY_PERSON, TO(MERCHANT_ANSWERED), EFFECT_ANSWER,
	.comment = "the merchant has answered"},
    {IN(NEGOTIATING), ON(ANSWER_GIVEN), .comment = "an automatic answer is told, and stops no clock"},
    {IN(NEGOTIATING), SILENT(MERCHANT_SILENT), TO(PLATFORM_REVIEW), .comment = "the merchant was silent: the platform steps in"},
    {IN(MERCHANT_ANSWERED), ON(OFFER_ACCEPTED), .when = FACT_OFFER_STANDS | FACT_REMEDIES_PLANNED, TO(REMEDY_UNDER_WAY),
	EFFECT_ORDER_REMEDIES, .comment = "the offer is accepted and carried out"},
    {IN(MERCHANT_ANSWERED), ON(OFFER_ACCEPTED), .when = FACT_OFFER_STANDS, TO(CLOSED),
	.comment = "the offer is accepted; nothing is left to do"},
    {IN(MERCHANT_ANSWERED), ON(OFFER_REFUSED), .when = FACT_OFFER_STANDS, TO(PLATFORM_REVIEW),
	.comment = "the offer is refused: the platform reviews"},
    {IN(MERCHANT_ANSWERED), ON(STEP_IN_ASKED), TO(PLATFORM_REVIEW), .comment = "the complainant asks the platform to step in"},
    {IN(MERCHANT_ANSWERED), SILENT(OFFER_LAPSED), .when = FACT_OFFER_STANDS, TO(CLOSED),
	.comment = "the offer lapsed: the complainant was silent"},
    {IN(MERCHANT_ANSWERED), SILENT(DEFENCE_UNANSWERED), .unless = FACT_OFFER_STANDS, TO(CLOSED),
	.comment = "the defence stands: the complainant did not object"},
    {IN(PLATFORM_REVIEW), ON(ANSWER_GIVEN), .comment = "a late answer is put before the platform"},
    {IN(MERCHANT_ANSWERED), ON(COUNTER_OFFER_MADE), .to = STAYS, .later = true, .comment = "a counter-offer is made"},

    /* Review */
    {IN(PLATFORM_REVIEW), ON(INSPECTION_ORDERED), TO(INSPECTION), .later = true, .comment = "an inspector is asked"},
    {IN(INSPECTION), ON(INSPECTION_REPORTED), TO(PLATFORM_REVIEW), EFFECT_EVIDENCE, .later = true,
	.comment = "the inspector has reported"},
    {IN(INSPECTION), SILENT(INSPECTION_SILENT), TO(PLATFORM_REVIEW),
	.comment = "the inspector was silent: the platform goes on without a report"},
    {IN(PLATFORM_REVIEW), ON(FINDING_GIVEN), TO(PRELIMINARY_FINDING), .later = true,
	.comment = "a preliminary finding is told to both sides"},
    {IN(PLATFORM_REVIEW) | IN(PRELIMINARY_FINDING), ON(DECISION_MADE), TO(DECIDED), EFFECT_DECIDE,
	.comment = "decided, with grounds"},
    {IN(APPEALED), ON(DECISION_MADE), TO(DECIDED), EFFECT_DECIDE, .later = true, .comment = "the appeal is decided"},
    {IN(FILED) | IN(TRIAGED) | UNDER_REVIEW | IN(APPEALED), SILENT(PLATFORM_SILENT), TO(DECIDED), EFFECT_DECIDE_BY_DEFAULT,
	.comment = "platform silent: decided by default for the complainant"},

    /* What follows a decision */
    {IN(DECIDED), AT_ONCE, .when = FACT_REMEDIES_PLANNED, TO(REMEDY_UNDER_WAY), EFFECT_ORDER_REMEDIES,
	.comment = "the remedies are ordered"},
    {IN(DECIDED), AT_ONCE, TO(CLOSED), .comment = "nothing is ordered: the decision ends it"}, /* until there are appeals */
    {IN(DECIDED), ON(APPEAL_FILED), TO(APPEALED), EFFECT_EVIDENCE, .later = true, .comment = "appealed"},
    {IN(DECIDED), SILENT(APPEAL_WINDOW_PASSED), TO(CLOSED), .later = true, .comment = "the decision stands: nobody appealed"},
    {IN(REMEDY_UNDER_WAY), ON(REMEDY_REPORTED), .when = FACT_REMEDY_FAILED, TO(PLATFORM_REVIEW), EFFECT_MARK_REMEDY,
	.comment = "a remedy could not be carried out: the platform decides anew"},
    {IN(REMEDY_UNDER_WAY), ON(REMEDY_REPORTED), .when = FACT_REMEDIES_DONE, TO(AWAITING_CONFIRMATION), EFFECT_MARK_REMEDY,
	.comment = "all remedies are done"},
    {ANY, ON(REMEDY_REPORTED), .effect = EFFECT_MARK_REMEDY, .comment = "a remedy is reported"},
    {IN(REMEDY_UNDER_WAY), SILENT(REMEDY_SILENT), .effect = EFFECT_REFER,
	.comment = "the remedy was not carried out: referred to an outside body"},
    {IN(AWAITING_CONFIRMATION), ON(RESOLUTION_CONFIRMED), TO(CLOSED), .comment = "confirmed by the complainant"},
    {IN(AWAITING_CONFIRMATION), ON(RESOLUTION_DISPUTED), TO(PLATFORM_REVIEW),
	.comment = "the complainant disputes the resolution: the platform reviews"},
    {IN(AWAITING_CONFIRMATION), SILENT(CONFIRMATION_SILENT), TO(CLOSED), .comment = "confirmed by silence"},

    /* At any time */
    {OPEN, ON(COMPLAINT_WITHDRAWN), TO(WITHDRAWN), .comment = "withdrawn by the complainant"},
    {BEFORE_DECISION, ON(SETTLEMENT_REPORTED), TO(CLOSED), EFFECT_SETTLE, .comment = "settled between the parties"},
    {BEFORE_DECISION, ON(COMPLAINT_AMENDED), .effect = EFFECT_AMEND, .comment = "amended; the earlier version is kept"},
    {BEFORE_DECISION, ON(EVIDENCE_ADDED), .effect = EFFECT_EVIDENCE, .comment = "evidence added"},
    {BEFORE_DECISION, ON(EVIDENCE_REQUESTED), .comment = "evidence is asked for"},
    {OPEN, ON(COMPLAINT_URGED), .effect = EFFECT_URGE, .comment = "urged by the complainant"},
    {OPEN, ON(ASSIGNMENT_CHANGED), .effect = EFFECT_ASSIGN, .comment = "another person owns it now"},
    {OPEN, ON(ESCALATION_ACKNOWLEDGED), .later = true, .comment = "the escalation is acknowledged"},
    {OPEN, ON(RECUSAL_ASKED), .later = true, .comment = "recusal is asked for"},
    {OPEN, ON(POLICY_MOVED), .later = true, .comment = "moved to another policy"},
    {ENDED, ON(COMPLAINT_REOPENED), TO(PLATFORM_REVIEW), .later = true, .comment = "reopened"},
    {ANY, ON(EXTERNAL_REFERRAL_MADE), .effect = EFFECT_REFER, .comment = "referred to an outside body"},
    {ANY, ON(CORRECTIVE_MEASURE_REPORTED), .comment = "the merchant tells what it has mended"},
    {ANY, ON(MESSAGE_POSTED), .comment = "a message"},
    {ANY, ON(NOTICE_READ), .comment = "a notice was read"},
};

#define STAGE_ROW(s, a, o, c, si, g, text)                                                                  \
	{                                                                                                   \
		STAGE_##s, ANSWER_##a, PARTY_##o, CLOCK_##c, SILENCE_OUTCOME_##si, SILENCE_GROUND_##g, text \
	}

static const struct life_stage stages[] = {
    STAGE_ROW(FILED, UNSPECIFIED, OMBUD, END_TO_END, DECIDED_BY_DEFAULT, PLATFORM_SILENT, "accepted, to be triaged"),
    STAGE_ROW(AWAITING_ORDER, UNSPECIFIED, BACKEND, ORDER_AWAITED, REFUSED, ORDER_NEVER_RECORDED, "the order's facts are awaited"),
    STAGE_ROW(
	MANUAL_ADMISSION, UNSPECIFIED, PLATFORM, MANUAL_ADMISSION, ADMITTED, ADMISSION_SILENT, "past the window, a person decides"),
    STAGE_ROW(TRIAGED, UNSPECIFIED, OMBUD, END_TO_END, DECIDED_BY_DEFAULT, PLATFORM_SILENT, "triaged"),
    STAGE_ROW(NEGOTIATING, UNSPECIFIED, MERCHANT, MERCHANT_ANSWER, PLATFORM_STEPS_IN, MERCHANT_SILENT, "the merchant is asked"),
    STAGE_ROW(MERCHANT_ANSWERED, OFFER, COMPLAINANT, ANSWER_TO_OFFER, OFFER_LAPSES, OFFER_LAPSED, "an offer stands"),
    STAGE_ROW(MERCHANT_ANSWERED, DEFENCE, COMPLAINANT, ANSWER_TO_DEFENCE, CLOSED_WITHOUT_OBJECTION, DEFENCE_UNANSWERED,
	"the merchant defends itself"),
    STAGE_ROW(PLATFORM_REVIEW, UNSPECIFIED, PLATFORM, FINAL_DECISION, DECIDED_BY_DEFAULT, PLATFORM_SILENT, "the platform reviews"),
    STAGE_ROW(INSPECTION, UNSPECIFIED, INSPECTOR, INSPECTION, PLATFORM_STEPS_IN, INSPECTION_SILENT, "an inspector examines"),
    STAGE_ROW(PRELIMINARY_FINDING, UNSPECIFIED, PLATFORM, FINAL_DECISION, DECIDED_BY_DEFAULT, PLATFORM_SILENT,
	"a preliminary finding is told"),
    STAGE_ROW(DECIDED, UNSPECIFIED, OMBUD, UNSPECIFIED, NONE, UNSPECIFIED, "decided; what follows comes at once"),
    STAGE_ROW(REMEDY_UNDER_WAY, UNSPECIFIED, BACKEND, REMEDY_CARRIED_OUT, EXTERNAL_REFERRAL, REMEDY_SILENT,
	"the remedies are carried out"),
    STAGE_ROW(AWAITING_CONFIRMATION, UNSPECIFIED, COMPLAINANT, CONFIRMATION, CONFIRMED_BY_SILENCE, CONFIRMATION_SILENT,
	"the complainant confirms"),
    STAGE_ROW(APPEALED, UNSPECIFIED, PLATFORM, FINAL_DECISION, DECIDED_BY_DEFAULT, PLATFORM_SILENT, "another person reviews"),
    STAGE_ROW(CLOSED, UNSPECIFIED, NOBODY, UNSPECIFIED, NONE, UNSPECIFIED, "closed"),
    STAGE_ROW(REJECTED, UNSPECIFIED, NOBODY, UNSPECIFIED, NONE, UNSPECIFIED, "rejected"),
    STAGE_ROW(WITHDRAWN, UNSPECIFIED, NOBODY, UNSPECIFIED, NONE, UNSPECIFIED, "withdrawn"),
};

#define MAY(stages, party, action)                                                \
	{                                                                         \
		stages, ANSWER_UNSPECIFIED, PARTY_##party, ACTION_##action, false \
	}
#define MUST(stages, party, action)                                              \
	{                                                                        \
		stages, ANSWER_UNSPECIFIED, PARTY_##party, ACTION_##action, true \
	}

static const struct life_action actions[] = {
    MUST(IN(AWAITING_ORDER), BACKEND, RECORD_ORDER),
    MUST(IN(MANUAL_ADMISSION), PLATFORM, ADMIT),
    MUST(IN(NEGOTIATING), MERCHANT, ANSWER),
    {IN(MERCHANT_ANSWERED), ANSWER_OFFER, PARTY_COMPLAINANT, ACTION_ACCEPT_OFFER, true},
    {IN(MERCHANT_ANSWERED), ANSWER_OFFER, PARTY_COMPLAINANT, ACTION_REFUSE_OFFER, true},
    MUST(IN(MERCHANT_ANSWERED), COMPLAINANT, ASK_PLATFORM),
    MUST(IN(PLATFORM_REVIEW) | IN(PRELIMINARY_FINDING), PLATFORM, DECIDE),
    MUST(IN(REMEDY_UNDER_WAY), BACKEND, REPORT_REMEDY),
    MUST(IN(AWAITING_CONFIRMATION), COMPLAINANT, CONFIRM),
    MUST(IN(AWAITING_CONFIRMATION), COMPLAINANT, DISPUTE_RESOLUTION),
    MAY(IN(PLATFORM_REVIEW), MERCHANT, ANSWER),
    MAY(BEFORE_DECISION, PLATFORM, SETTLE),
    MAY(BEFORE_DECISION, COMPLAINANT, ADD_EVIDENCE),
    MAY(BEFORE_DECISION, MERCHANT, ADD_EVIDENCE),
    MAY(BEFORE_DECISION, COMPLAINANT, AMEND),
    MAY(OPEN, COMPLAINANT, URGE),
    MAY(OPEN, COMPLAINANT, WITHDRAW),
    MAY(ANY, COMPLAINANT, POST_MESSAGE),
    MAY(ANY, MERCHANT, POST_MESSAGE),
    MAY(ANY, PLATFORM, POST_MESSAGE),
};

static const enum event_type action_events[ACTION_COUNT] = {
    [ACTION_AMEND] = EVENT_COMPLAINT_AMENDED,
    [ACTION_URGE] = EVENT_COMPLAINT_URGED,
    [ACTION_WITHDRAW] = EVENT_COMPLAINT_WITHDRAWN,
    [ACTION_ADD_EVIDENCE] = EVENT_EVIDENCE_ADDED,
    [ACTION_ANSWER] = EVENT_ANSWER_GIVEN,
    [ACTION_ACCEPT_OFFER] = EVENT_OFFER_ACCEPTED,
    [ACTION_REFUSE_OFFER] = EVENT_OFFER_REFUSED,
    [ACTION_ASK_PLATFORM] = EVENT_STEP_IN_ASKED,
    [ACTION_DECIDE] = EVENT_DECISION_MADE,
    [ACTION_GIVE_FINDING] = EVENT_FINDING_GIVEN,
    [ACTION_ORDER_INSPECTION] = EVENT_INSPECTION_ORDERED,
    [ACTION_REPORT_INSPECTION] = EVENT_INSPECTION_REPORTED,
    [ACTION_REPORT_REMEDY] = EVENT_REMEDY_REPORTED,
    [ACTION_CONFIRM] = EVENT_RESOLUTION_CONFIRMED,
    [ACTION_DISPUTE_RESOLUTION] = EVENT_RESOLUTION_DISPUTED,
    [ACTION_APPEAL] = EVENT_APPEAL_FILED,
    [ACTION_ADMIT] = EVENT_ADMISSION_GIVEN,
    [ACTION_SETTLE] = EVENT_SETTLEMENT_REPORTED,
    [ACTION_COUNTER_OFFER] = EVENT_COUNTER_OFFER_MADE,
    [ACTION_POST_MESSAGE] = EVENT_MESSAGE_POSTED,
    [ACTION_RECORD_ORDER] = EVENT_ORDER_RECORDED,
};

static const char *const fact_names[FACT_COUNT] = {
    "order known",
    "past the window",
    "not eligible",
    "admitted",
    "merchant first",
    "by a person",
    "offer stands",
    "remedies planned",
    "failed",
    "all done",
};

size_t life_rows(const struct life_row **list)
{
	*list = rows;
	return ARRAY_COUNT(rows);
}

size_t life_stages(const struct life_stage **list)
{
	*list = stages;
	return ARRAY_COUNT(stages);
}

const struct life_row *life_find(enum stage stage, enum event_type event, enum silence_ground ground, unsigned facts)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct life_row *row = &rows[i];
		bool fits = (row->from & 1u << stage) && row->event == event && row->ground == ground;
		if (fits && (facts & row->when) == row->when && !(facts & row->unless))
			return row;
	}
	return NULL;
}

const struct life_stage *life_stage(enum stage stage, enum answer_kind answer)
{
	for (size_t i = 0; i < ARRAY_COUNT(stages); i++) {
		if (stages[i].stage == stage && (stages[i].answer == ANSWER_UNSPECIFIED || stages[i].answer == answer))
			return &stages[i];
	}
	return NULL;
}

bool life_is_final(enum stage stage)
{
	return (ENDED & 1u << stage) != 0;
}

size_t life_allowed(enum stage stage, enum answer_kind answer, bool amendable, struct allowed_action *allowed)
{
	const struct life_stage *place = life_stage(stage, answer);
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_COUNT(actions) && count < LIFE_ACTIONS_MAX; i++) {
		const struct life_action *row = &actions[i];
		if (!(row->stages & 1u << stage) || (row->answer != ANSWER_UNSPECIFIED && row->answer != answer))
			continue;
		if (row->action == ACTION_AMEND && !amendable)
			continue;
		allowed[count++] = (struct allowed_action){
		    .party = row->party,
		    .action = row->action,
		    .mandatory = row->mandatory,
		    .clock = row->mandatory && place ? place->clock : CLOCK_UNSPECIFIED,
		    .silence = row->mandatory && place ? place->silence : SILENCE_OUTCOME_UNSPECIFIED,
		};
	}
	return count;
}

const char *life_fact_name(unsigned fact)
{
	for (unsigned i = 0; i < FACT_COUNT; i++) {
		if (fact == 1u << i)
			return fact_names[i];
	}
	return "?";
}

enum event_type life_action_event(enum action action)
{
	return action < ACTION_COUNT ? action_events[action] : EVENT_NONE;
}
