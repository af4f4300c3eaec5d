#include "common/model/clock_fact.h"

bool clock_fact_moves(const struct event *event)
{
	return event->type_id == EVENT_COMPLAINT_CHANGED && event->cause == CAUSE_POLICY_MOVED && event->policy_version != 0;
}

/* Of what anybody may do only an appeal has a clock that runs beside the stage's. */
static enum clock_kind open_appeal(const struct event *event)
{
	for (size_t i = 0; i < event->actions_count; i++)
		if (event->actions[i].action == ACTION_APPEAL)
			return event->actions[i].clock;
	return CLOCK_UNSPECIFIED;
}

struct clock_fact clock_fact_of(const struct event *event)
{
	bool triage = event->type_id == EVENT_COMPLAINT_TRIAGED;
	return (struct clock_fact){
	    .at_us = event->occurred_at_us,
	    .version = clock_fact_moves(event) ? event->policy_version : 0,
	    .cause = triage ? CAUSE_COMPLAINT_TRIAGED : event->cause,
	    .stage = triage ? STAGE_UNSPECIFIED : event->stage,
	    .actor = event->actor.kind,
	    .to_party = said_of(event)->to_party,
	    .answer = event->answer,
	    .reached = said_of(event)->reached,
	    .clock = event->clock,
	    .cycle = event->cycle,
	    .reason = event->reason,
	    .appeal = open_appeal(event),
	    .policy_id = event->policy_id,
	};
}

/* ---- which count ---- */

static bool stops_any(enum cause cause)
{
	for (int i = 0; i < clock_rules_count; i++)
		for (int j = 0; j < CLOCK_STOPS_MAX && clock_rules[i].stops[j].cause != EVENT_NONE; j++)
			if (cause_of_event(clock_rules[i].stops[j].cause) == cause)
				return true;
	return false;
}

static bool ends_any(enum reason reason)
{
	for (int i = 0; i < clock_rules_count; i++)
		if (clock_rules[i].over != REASON_UNSPECIFIED && clock_rules[i].over == reason)
			return true;
	return false;
}

static bool names_policy(const struct clock_board *board, const struct clock_fact *fact)
{
	const struct policy *named = policy_find(board->version->set, fact->policy_id);
	return named != NULL && named != board->policy;
}

bool clock_fact_counts(const struct clock_board *board, const struct clock_fact *fact)
{
	if (fact->version != 0 || fact->cycle != 0 || names_policy(board, fact))
		return true;
	if (fact->stage == STAGE_UNSPECIFIED)
		return false;
	return fact->stage != board->stage || stops_any(fact->cause) || ends_any(fact->reason) ||
	       waits_hear(&board->waits, fact->cause, fact->actor);
}

/* ---- into the board ---- */

static void apply_change(struct clock_board *board, const struct clock_fact *fact)
{
	struct event said = event_empty(EVENT_NONE), event = event_empty(EVENT_COMPLAINT_CHANGED);
	said.to_party = fact->to_party;
	said.reached = fact->reached;
	event.said = &said;
	event.occurred_at_us = fact->at_us;
	event.cause = fact->cause;
	event.stage = fact->stage;
	event.actor.kind = fact->actor;
	event.answer = fact->answer;
	event.clock = fact->clock;
	event.cycle = fact->cycle;
	event.reason = fact->reason;
	struct allowed_action appeal = {.action = ACTION_APPEAL, .clock = fact->appeal};
	event.actions = &appeal;
	event.actions_count = fact->appeal != CLOCK_UNSPECIFIED;
	event.policy_id = fact->policy_id;
	clock_board_changed(board, &event);
}

void clock_fact_apply(struct clock_board *board, const struct clock_fact *fact, const struct clock_version *version)
{
	if (version != board->version)
		clock_board_moved(board, version, fact->policy_id, fact->at_us);
	if (fact->stage == STAGE_UNSPECIFIED)
		clock_board_triaged(board, fact->policy_id, fact->at_us);
	else
		apply_change(board, fact);
}
