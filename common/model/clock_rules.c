/* The table of clocks: what starts each, whose act stops it, what its silence leads to. */
#include "common/model/clock.h"

#include "common/model/lifecycle.h"

#define STAGE(name) (1u << STAGE_##name)
#define ACTOR(name) (1u << ACTOR_KIND_##name)
#define PARTY(name) (1u << PARTY_##name)
#define REVIEW (STAGE(PLATFORM_REVIEW) | STAGE(INSPECTION) | STAGE(PRELIMINARY_FINDING))
#define BEFORE_REVIEW (STAGE(FILED) | STAGE(TRIAGED) | STAGE(NEGOTIATING) | STAGE(MERCHANT_ANSWERED))
#define UNDER_APPEAL (STAGE(APPEALED) | STAGE(EXTERNAL_MEDIATION))
/* An appeal's window runs beside all that follows a decision. */
#define APPEALABLE (STAGE(DECIDED) | STAGE(REMEDY_UNDER_WAY) | STAGE(AWAITING_CONFIRMATION) | STAGE(CLOSED))
#define PERSONS (ACTOR(MERCHANT_PERSON) | ACTOR(PLATFORM_PERSON))
/* A decision carries its grounds whoever of the platform's side gives it; a message of a program is no answer. */
#define DECIDERS (ACTOR(PLATFORM_PERSON) | ACTOR(PLATFORM_PROGRAM))
#define ANYBODY 0u
/* What stands still while which wait lasts: what decides waits for evidence, for an inspection, for one inquiry; the
 * whole way for all but the inquiry. Whatever else waits for nobody. */
#define WAITS(name) (1u << WAIT_##name)
#define WHILE_DECIDING (WAITS(EVIDENCE) | WAITS(INSPECTION) | WAITS(MEDIATION) | WAITS(INQUIRY))
#define ON_THE_WHOLE_WAY (WAITS(EVIDENCE) | WAITS(ANSWER) | WAITS(INSPECTION) | WAITS(MEDIATION))
/* Whatever does not reach the complainant answers nobody; what names nobody is told to both sides (notice.c, IF_ADDRESSED). */
#define BUYER (PARTY(COMPLAINANT) | PARTY(UNSPECIFIED))
#define PROVEN                                                   \
	{                                                        \
		EVENT_COMPLAINT_TRIAGED, ANYBODY, STAGE(DECIDED) \
	}
#define DECISION                                 \
	{                                        \
		EVENT_DECISION_MADE, DECIDERS, 0 \
	}
#define SETTLEMENT                                                                           \
	{EVENT_SETTLEMENT_REPORTED, ANYBODY, STAGE(CLOSED)},                                 \
	{                                                                                    \
		EVENT_SETTLEMENT_CONFIRMED, ANYBODY, STAGE(CLOSED) | STAGE(REMEDY_UNDER_WAY) \
	}

static bool is_offer(const struct clock_board *board, const struct event *event)
{
	return event != NULL && event->answer == ANSWER_OFFER;
}

static bool is_defence(const struct clock_board *board, const struct event *event)
{
	return event != NULL && event->answer != ANSWER_OFFER;
}

static bool is_counter_offer(const struct clock_board *board, const struct event *event)
{
	return event != NULL && event->answer != ANSWER_UNSPECIFIED;
}

/* Once the merchant has answered, he is asked for an answer to a counter-offer only. */
static bool is_first_answer(const struct clock_board *board, const struct event *event)
{
	return board->cycles[CLOCK_ANSWER_TO_OFFER] == 0 && board->cycles[CLOCK_ANSWER_TO_DEFENCE] == 0 &&
	       !is_counter_offer(board, event);
}

static bool is_unfound(const struct clock_board *board, const struct event *event)
{
	return clock_board_open(board, CLOCK_FINAL_DECISION) == NULL;
}

/* A policy with a preliminary finding counts to the final decision from the finding on. */
static bool is_to_be_decided(const struct clock_board *board, const struct event *event)
{
	return board->stage != STAGE_PLATFORM_REVIEW || !policy_has(board->policy, CLOCK_PRELIMINARY_FINDING);
}

/* Filed, or reopened. */
static bool is_begun(const struct clock_board *board, const struct event *event)
{
	return board->stage == STAGE_FILED || (event != NULL && event->cause == CAUSE_COMPLAINT_REOPENED);
}

/* Intake knows whether the decision is open to an appeal, and tells so by the actions. */
static bool offers_appeal(const struct event *event, enum clock_kind kind)
{
	for (size_t i = 0; event != NULL && i < event->actions_count; i++)
		if (event->actions[i].action == ACTION_APPEAL && event->actions[i].clock == kind)
			return true;
	return false;
}

static bool is_appealable(const struct clock_board *board, const struct event *event)
{
	return offers_appeal(event, CLOCK_APPEAL);
}

static bool is_appealable_again(const struct clock_board *board, const struct event *event)
{
	return offers_appeal(event, CLOCK_SECOND_APPEAL);
}

const struct clock_rule clock_rules[] = {
    {
	.kind = CLOCK_FIRST_RESPONSE,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(FILED),
	.lives_in = BEFORE_REVIEW | REVIEW,
	.silence = SILENCE_OUTCOME_ESCALATED,
	.stops =
	    {
		{EVENT_MESSAGE_POSTED, PERSONS, 0, BUYER},
		{EVENT_CALL_RECORDED, PERSONS, 0, BUYER},
		{EVENT_ANSWER_GIVEN, PERSONS, STAGE(MERCHANT_ANSWERED)}, /* a late one is put before the platform only */
		{EVENT_EVIDENCE_REQUESTED, PERSONS, 0, BUYER},
		{EVENT_INSPECTION_ORDERED, PERSONS, 0},
		{EVENT_FINDING_GIVEN, PERSONS, 0},
		DECISION,
		{EVENT_SETTLEMENT_REPORTED, PERSONS, STAGE(CLOSED)},
		PROVEN,
	    },
    },
    {
	.kind = CLOCK_MERCHANT_ANSWER,
	.owner = PARTY_MERCHANT,
	.starts_in = STAGE(NEGOTIATING),
	.guard = is_first_answer,
	.lives_in = STAGE(NEGOTIATING),
	.at_due = SILENCE_GROUND_MERCHANT_SILENT,
	.silence = SILENCE_OUTCOME_PLATFORM_STEPS_IN,
	.pauses_for = WAITS(EVIDENCE),
	.stops = {{EVENT_ANSWER_GIVEN, ACTOR(MERCHANT_PERSON), 0}, SETTLEMENT},
    },
    {
	.kind = CLOCK_ANSWER_TO_OFFER,
	.owner = PARTY_COMPLAINANT,
	.starts_in = STAGE(MERCHANT_ANSWERED),
	.guard = is_offer,
	.lives_in = STAGE(MERCHANT_ANSWERED),
	.at_due = SILENCE_GROUND_OFFER_LAPSED,
	.silence = SILENCE_OUTCOME_OFFER_LAPSES,
	.stops =
	    {
		{EVENT_OFFER_ACCEPTED, ACTOR(COMPLAINANT), 0},
		{EVENT_OFFER_REFUSED, ACTOR(COMPLAINANT), 0},
		{EVENT_STEP_IN_ASKED, ACTOR(COMPLAINANT), 0},
		{EVENT_COUNTER_OFFER_MADE, ACTOR(COMPLAINANT), 0},
		SETTLEMENT,
	    },
    },
    {
	.kind = CLOCK_ANSWER_TO_DEFENCE,
	.owner = PARTY_COMPLAINANT,
	.starts_in = STAGE(MERCHANT_ANSWERED),
	.guard = is_defence,
	.lives_in = STAGE(MERCHANT_ANSWERED),
	.at_due = SILENCE_GROUND_DEFENCE_UNANSWERED,
	.silence = SILENCE_OUTCOME_CLOSED_WITHOUT_OBJECTION,
	.stops =
	    {
		{EVENT_STEP_IN_ASKED, ACTOR(COMPLAINANT), 0},
		{EVENT_OFFER_REFUSED, ACTOR(COMPLAINANT), 0},
		{EVENT_COUNTER_OFFER_MADE, ACTOR(COMPLAINANT), 0},
		SETTLEMENT,
	    },
    },
    {
	.kind = CLOCK_PLATFORM_FAULT_MENDED,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(PLATFORM_REVIEW) | STAGE(PRELIMINARY_FINDING) | STAGE(APPEALED),
	.lives_in = REVIEW | STAGE(APPEALED),
	.at_end = SILENCE_GROUND_PLATFORM_SILENT,
	.silence = SILENCE_OUTCOME_DECIDED_BY_DEFAULT,
	.silence_in = STAGE(APPEALED),
	.silence_then = SILENCE_OUTCOME_DECISION_STANDS,
	.pauses_for = WHILE_DECIDING & ~WAITS(EVIDENCE), /* whose fault it is stands firm */
	.stops = {DECISION, SETTLEMENT, PROVEN},
    },
    {
	.kind = CLOCK_LATE_DELIVERY_VERIFIED,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(PLATFORM_REVIEW) | STAGE(PRELIMINARY_FINDING) | STAGE(APPEALED),
	.lives_in = REVIEW | STAGE(APPEALED),
	.at_end = SILENCE_GROUND_PLATFORM_SILENT,
	.silence = SILENCE_OUTCOME_DECIDED_BY_DEFAULT,
	.silence_in = STAGE(APPEALED),
	.silence_then = SILENCE_OUTCOME_DECISION_STANDS,
	.pauses_for = WHILE_DECIDING & ~WAITS(EVIDENCE), /* whose fault it is stands firm */
	.stops = {DECISION, SETTLEMENT, PROVEN},
    },
    {
	.kind = CLOCK_PRELIMINARY_FINDING,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(PLATFORM_REVIEW),
	.guard = is_unfound,
	.lives_in = STAGE(PLATFORM_REVIEW) | STAGE(INSPECTION),
	.at_end = SILENCE_GROUND_PLATFORM_SILENT,
	.silence = SILENCE_OUTCOME_DECIDED_BY_DEFAULT,
	.pauses_for = WHILE_DECIDING,
	.stops = {{EVENT_FINDING_GIVEN, ACTOR(PLATFORM_PERSON), 0}, DECISION, SETTLEMENT},
    },
    {
	.kind = CLOCK_FINAL_DECISION,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(PLATFORM_REVIEW) | STAGE(PRELIMINARY_FINDING) | STAGE(APPEALED),
	.guard = is_to_be_decided,
	.lives_in = REVIEW | STAGE(APPEALED),
	.at_end = SILENCE_GROUND_PLATFORM_SILENT,
	.silence = SILENCE_OUTCOME_DECIDED_BY_DEFAULT,
	.silence_in = STAGE(APPEALED),
	.silence_then = SILENCE_OUTCOME_DECISION_STANDS,
	.pauses_for = WHILE_DECIDING,
	.stops = {DECISION, SETTLEMENT, PROVEN},
    },
    {
	.kind = CLOCK_END_TO_END,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(FILED) | STAGE(PLATFORM_REVIEW),
	.guard = is_begun,
	.lives_in = BEFORE_REVIEW | REVIEW | STAGE(APPEALED),
	.leaving_meets = STAGE(DECIDED) | STAGE(REMEDY_UNDER_WAY) | STAGE(AWAITING_CONFIRMATION) | STAGE(CLOSED) | STAGE(WITHDRAWN),
	/* Should triage itself never come. Later stages have a clock of their own that leads on. */
	.at_end = SILENCE_GROUND_PLATFORM_SILENT,
	.end_in = STAGE(FILED) | STAGE(TRIAGED),
	.silence = SILENCE_OUTCOME_ESCALATED,
	.pauses_for = ON_THE_WHOLE_WAY,
    },
    {
	.kind = CLOCK_ORDER_AWAITED,
	.owner = PARTY_BACKEND,
	.starts_in = STAGE(AWAITING_ORDER),
	.lives_in = STAGE(AWAITING_ORDER),
	.at_due = SILENCE_GROUND_ORDER_NEVER_RECORDED,
	.silence = SILENCE_OUTCOME_REFUSED,
	.stops = {{EVENT_ORDER_RECORDED, ANYBODY, 0}},
    },
    {
	.kind = CLOCK_MANUAL_ADMISSION,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(MANUAL_ADMISSION),
	.lives_in = STAGE(MANUAL_ADMISSION),
	.at_due = SILENCE_GROUND_ADMISSION_SILENT,
	.silence = SILENCE_OUTCOME_ADMITTED,
	.stops = {{EVENT_ADMISSION_GIVEN, ACTOR(PLATFORM_PERSON), 0}},
    },
    {
	.kind = CLOCK_REMEDY_CARRIED_OUT,
	.owner = PARTY_BACKEND,
	.starts_in = STAGE(REMEDY_UNDER_WAY),
	.lives_in = STAGE(REMEDY_UNDER_WAY) | UNDER_APPEAL | STAGE(DECIDED), /* one clock until all are done */
	.at_end = SILENCE_GROUND_REMEDY_SILENT,
	.silence = SILENCE_OUTCOME_EXTERNAL_REFERRAL,
	.stops =
	    {
		{EVENT_REMEDY_REPORTED, ANYBODY, STAGE(AWAITING_CONFIRMATION) | STAGE(CLOSED)},
		{EVENT_REMEDY_REPORTED, ANYBODY, 0, 0, REASON_REMEDIES_DONE},
	    },
    },
    {
	.kind = CLOCK_CONFIRMATION,
	.owner = PARTY_COMPLAINANT,
	.starts_in = STAGE(AWAITING_CONFIRMATION),
	.lives_in = STAGE(AWAITING_CONFIRMATION),
	.at_due = SILENCE_GROUND_CONFIRMATION_SILENT,
	.silence = SILENCE_OUTCOME_CONFIRMED_BY_SILENCE,
	.stops =
	    {
		{EVENT_RESOLUTION_CONFIRMED, ACTOR(COMPLAINANT), 0},
		{EVENT_RESOLUTION_DISPUTED, ACTOR(COMPLAINANT), 0},
	    },
    },
    {
	.kind = CLOCK_APPEAL,
	.owner = PARTY_COMPLAINANT,
	.starts_in = APPEALABLE,
	.guard = is_appealable,
	.lives_in = APPEALABLE,
	.at_due = SILENCE_GROUND_APPEAL_WINDOW_PASSED,
	.silence = SILENCE_OUTCOME_FINAL,
	.beside = true,
	.over = REASON_NOBODY_APPEALED,
	.stops = {{EVENT_APPEAL_FILED, ANYBODY, 0}},
    },
    {
	.kind = CLOCK_SECOND_APPEAL,
	.owner = PARTY_COMPLAINANT,
	.starts_in = APPEALABLE,
	.guard = is_appealable_again,
	.lives_in = APPEALABLE,
	.at_due = SILENCE_GROUND_APPEAL_WINDOW_PASSED,
	.silence = SILENCE_OUTCOME_FINAL,
	.beside = true,
	.over = REASON_NOBODY_APPEALED,
	.stops = {{EVENT_APPEAL_FILED, ANYBODY, 0}},
    },
    {
	.kind = CLOCK_EXTERNAL_MEDIATION,
	.owner = PARTY_PLATFORM,
	.starts_in = STAGE(EXTERNAL_MEDIATION),
	.lives_in = STAGE(EXTERNAL_MEDIATION),
	.at_due = SILENCE_GROUND_MEDIATION_SILENT,
	.silence = SILENCE_OUTCOME_FIRST_APPEAL_STANDS,
	.stops = {{EVENT_MEDIATION_REPORTED, ANYBODY, 0}},
    },
    {
	.kind = CLOCK_INSPECTION,
	.owner = PARTY_INSPECTOR,
	.starts_in = STAGE(INSPECTION),
	.lives_in = STAGE(INSPECTION),
	.at_due = SILENCE_GROUND_INSPECTION_SILENT,
	.silence = SILENCE_OUTCOME_PLATFORM_STEPS_IN,
	.stops = {{EVENT_INSPECTION_REPORTED, ACTOR(INSPECTOR), 0}},
    },
    {
	.kind = CLOCK_ANSWER_TO_COUNTER_OFFER,
	.owner = PARTY_MERCHANT,
	.starts_in = STAGE(NEGOTIATING),
	.guard = is_counter_offer,
	.lives_in = STAGE(NEGOTIATING),
	.at_due = SILENCE_GROUND_COUNTER_OFFER_UNANSWERED,
	.silence = SILENCE_OUTCOME_PLATFORM_STEPS_IN,
	.pauses_for = WAITS(EVIDENCE),
	.stops =
	    {
		{EVENT_COUNTER_OFFER_ACCEPTED, ACTOR(MERCHANT_PERSON), 0},
		{EVENT_COUNTER_OFFER_REFUSED, ACTOR(MERCHANT_PERSON), 0},
		{EVENT_ANSWER_GIVEN, ACTOR(MERCHANT_PERSON), 0},
		SETTLEMENT,
	    },
    },
    {
	/* Whoever is asked answers by the platform: its people chase him, by the ladder. */
	.kind = CLOCK_INQUIRY,
	.owner = PARTY_PLATFORM,
	.starts_by = EVENT_INQUIRY_OPENED,
	.lives_in = REVIEW | STAGE(APPEALED),
	.at_end = SILENCE_GROUND_INQUIRY_SILENT,
	.silence = SILENCE_OUTCOME_DECIDED_ON_WHAT_IS_THERE,
	.stops = {{EVENT_INQUIRY_ANSWERED, ANYBODY, 0}},
    },
    {
	.kind = CLOCK_ANSWER_TO_SETTLEMENT,
	.owner = PARTY_COMPLAINANT, /* or the merchant: clock_owner() */
	.starts_by = EVENT_SETTLEMENT_PROPOSED,
	.or_by = EVENT_SETTLEMENT_REPORTED,
	.lives_in = STAGE(AWAITING_ORDER) | STAGE(MANUAL_ADMISSION) | BEFORE_REVIEW | REVIEW,
	.at_due = SILENCE_GROUND_SETTLEMENT_UNANSWERED,
	.silence = SILENCE_OUTCOME_PROPOSAL_LAPSES,
	.over = REASON_SETTLEMENT_LAPSED,
	.stops = {{EVENT_SETTLEMENT_CONFIRMED, ANYBODY, 0}, {EVENT_SETTLEMENT_REFUSED, ANYBODY, 0}},
    },
};
const int clock_rules_count = sizeof(clock_rules) / sizeof(clock_rules[0]);

enum silence_outcome clock_silence(const struct clock_rule *rule, enum stage stage)
{
	return rule->silence_in & 1u << stage ? rule->silence_then : rule->silence;
}

const struct clock_rule *clock_rule(enum clock_kind kind)
{
	for (int i = 0; i < clock_rules_count; i++)
		if (clock_rules[i].kind == kind)
			return &clock_rules[i];
	return NULL;
}

bool clock_leads_on(const struct clock_rule *rule, enum stage stage)
{
	uint32_t in = 1u << stage;
	if ((rule->lives_in & in) == 0 || rule->beside || rule->starts_by != EVENT_NONE)
		return false;
	return rule->at_due != SILENCE_GROUND_UNSPECIFIED ||
	       (rule->at_end != SILENCE_GROUND_UNSPECIFIED && (rule->end_in == 0 || (rule->end_in & in) != 0));
}

enum party clock_owner(enum clock_kind kind, int32_t cycle)
{
	return kind == CLOCK_ANSWER_TO_SETTLEMENT ? settlement_answers(cycle) : clock_rule(kind)->owner;
}
