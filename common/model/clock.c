#include "common/model/clock.h"

#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {"none", "running", "breached", "met", "met_late", "cancelled", "ended", "failed"};

const char *clock_state_name(enum clock_state state)
{
	return state < CLOCK_STATE_COUNT ? state_names[state] : "?";
}

enum clock_state clock_state_by_name(const char *name)
{
	for (int i = 1; i < CLOCK_STATE_COUNT; i++)
		if (strcmp(state_names[i], name) == 0)
			return i;
	return 0;
}

/* ---- the board ---- */

struct clock *clock_board_put(struct clock_board *board)
{
	if (board->clocks_count == board->clocks_room) {
		int room = board->clocks_room == 0 ? 16 : 2 * board->clocks_room;
		struct clock **clocks = arena_new_array(board->arena, struct clock *, room);
		if (board->clocks_count > 0)
			memcpy(clocks, board->clocks, sizeof(clocks[0]) * board->clocks_count);
		board->clocks = clocks;
		board->clocks_room = room;
	}
	struct clock *clock = arena_alloc(board->arena, sizeof(*clock));
	board->clocks[board->clocks_count++] = clock;
	return clock;
}

struct clock *clock_board_open(const struct clock_board *board, enum clock_kind kind)
{
	for (int i = board->clocks_count - 1; i >= 0; i--)
		if (board->clocks[i]->kind == kind && clock_is_open(board->clocks[i]))
			return board->clocks[i];
	return NULL;
}

struct clock *clock_board_find(const struct clock_board *board, enum clock_kind kind, int32_t cycle)
{
	for (int i = board->clocks_count - 1; i >= 0; i--)
		if (board->clocks[i]->kind == kind && board->clocks[i]->cycle == cycle && clock_is_open(board->clocks[i]))
			return board->clocks[i];
	return NULL;
}

static void tell(struct clock_board *board, struct clock *clock, struct clock_effect effect)
{
	clock->dirty = true;
	board->effect(clock, &effect, board->context);
}

/* ---- steps: warnings, due, levels of the ladder, its end ---- */

enum step_kind { STEP_WARNING, STEP_DUE, STEP_LEVEL, STEP_END };

struct step {
	enum step_kind kind;
	int64_t at_us;
	int percent; /* of a warning */
	int number;  /* of a level: 1, 2 ... over all rounds */
	const struct policy_level *level;
};

const struct policy_clock *clock_terms(const struct clock *clock)
{
	static const struct policy_clock nothing = {.ladder = -1, .effect = CLOCK_EFFECT_PROMISED};
	const struct policy *policy = policy_find(clock->terms->set, clock->policy_id);
	return policy == NULL ? &nothing : &policy->clocks[clock->kind];
}

static const struct policy_ladder *clock_ladder(const struct clock *clock)
{
	int ladder = clock_terms(clock)->ladder;
	return ladder < 0 ? NULL : &clock->terms->set->ladders[ladder];
}

/* So long after due, in the ladder's unit; where the calendar ends, plainly so long: a ladder must not stop there. */
static int64_t ladder_instant(const struct clock *clock, const struct policy_ladder *ladder, int64_t after_us)
{
	int64_t at_us = clock->due_us + after_us;
	(void)!calendar_add(clock->times->calendar, ladder->unit, clock->due_us, after_us, &at_us);
	return at_us > clock->due_us ? at_us : clock->due_us + 1; /* never before the breach */
}

static bool ladder_step(const struct clock *clock, int index, struct step *step)
{
	const struct policy_ladder *ladder = clock_ladder(clock);
	if (ladder == NULL)
		return false;
	int64_t after_us;
	if (policy_ladder_step(ladder, index, &step->level, &after_us)) {
		step->kind = STEP_LEVEL;
		step->number = index + 1;
	} else if (index == ladder->levels_count * ladder->rounds && clock_rule(clock->kind)->at_end != 0) {
		step->kind = STEP_END;
		after_us = policy_ladder_end(ladder);
	} else {
		return false;
	}
	step->at_us = ladder_instant(clock, ladder, after_us);
	return true;
}

/* false: there is no such step. */
static bool clock_step(const struct clock *clock, int index, struct step *step)
{
	int warnings = clock->terms->set->warnings_count;
	*step = (struct step){.kind = STEP_DUE, .at_us = clock->due_us + 1}; /* at exactly due it is still in time */
	if (index > warnings)
		return ladder_step(clock, index - warnings - 1, step);
	if (index < warnings) {
		step->kind = STEP_WARNING;
		step->percent = clock->terms->set->warn_percent[index];
		enum calendar_error error = calendar_share(
		    clock->times->calendar, clock->unit, clock->started_us, clock->due_us, step->percent, &step->at_us);
		if (error != CALENDAR_OK)
			step->at_us = clock->due_us; /* no such instant: passed over */
	}
	return true;
}

/* Makes the first step from index on pending; warnings up to `passed_us` are skipped, and those that would not come
 * before due. */
static void await_step(struct clock *clock, int index, int64_t passed_us)
{
	struct step step;
	bool found = clock_step(clock, index, &step);
	while (found && step.kind == STEP_WARNING && (step.at_us <= passed_us || step.at_us >= clock->due_us))
		found = clock_step(clock, ++index, &step);
	clock->steps_done = index;
	clock->next_us = found ? step.at_us : 0;
	clock->revision++;
	clock->dirty = true;
}

static void await_nothing(struct clock *clock)
{
	clock->next_us = 0;
	clock->revision++;
	clock->dirty = true;
}

bool clock_step_at(const struct clock *clock, int index, int64_t *at_us)
{
	struct step step;
	bool found = clock_step(clock, index, &step);
	if (found)
		*at_us = step.at_us;
	return found;
}

int clock_warnings(const struct clock *clock, int64_t *at_us)
{
	int count = 0;
	for (int i = 0; i < clock->terms->set->warnings_count; i++) {
		struct step step;
		clock_step(clock, i, &step);
		if (step.at_us < clock->due_us)
			at_us[count++] = step.at_us;
	}
	return count;
}

/* ---- start ---- */

static void start_clock(struct clock_board *board, const struct clock_rule *rule, int32_t cycle, int64_t at_us, enum cause cause)
{
	const struct policy_clock *wanted = &board->policy->clocks[rule->kind];
	struct clock *clock = clock_board_put(board);
	clock->kind = rule->kind;
	clock->cycle = cycle;
	if (cycle > board->cycles[rule->kind])
		board->cycles[rule->kind] = cycle;
	clock->state = CLOCK_STATE_RUNNING;
	clock->unit = wanted->unit;
	clock->target = wanted->target;
	clock->started_us = at_us;
	clock->terms = clock->times = board->version;
	snprintf(clock->policy_id, sizeof(clock->policy_id), "%s", board->policy->id);
	enum calendar_error error = calendar_add(clock->times->calendar, clock->unit, at_us, clock->target, &clock->due_us);
	if (error != CALENDAR_OK) {
		clock->state = CLOCK_STATE_FAILED;
		clock->ended_us = at_us;
		tell(board, clock, (struct clock_effect){.event = EVENT_NONE, .at_us = at_us, .err = calendar_error_name(error)});
		return;
	}
	clock->provisional = calendar_provisional(clock->times->calendar, clock->unit, at_us, clock->due_us);
	await_step(clock, 0, at_us);
	tell(board, clock, (struct clock_effect){.event = EVENT_CLOCKS_STARTED, .at_us = at_us, .cause = cause});
}

/* Those that the stage asks for. before: only what that policy did not have. */
static void start_clocks(
    struct clock_board *board, const struct event *event, const struct policy *before, int64_t at_us, enum cause cause)
{
	for (int i = 0; i < clock_rules_count; i++) {
		const struct clock_rule *rule = &clock_rules[i];
		if ((rule->starts_in & 1u << board->stage) == 0 || !policy_has(board->policy, rule->kind) ||
		    rule->starts_by != EVENT_NONE)
			continue;
		if (before != NULL && policy_has(before, rule->kind))
			continue;
		if (clock_board_open(board, rule->kind) != NULL || (rule->guard != NULL && !rule->guard(board, event)))
			continue;
		start_clock(board, rule, (int32_t)board->cycles[rule->kind] + 1, at_us, cause);
	}
}

static bool is_about(const struct event *event, enum clock_kind kind)
{
	return event->clock == kind && event->cycle > 0;
}

/* Those that the fact asks for, under the number that it gives them. */
static void start_numbered(struct clock_board *board, const struct event *event)
{
	for (int i = 0; i < clock_rules_count; i++) {
		const struct clock_rule *rule = &clock_rules[i];
		if (rule->starts_by == EVENT_NONE || event->cause != cause_of_event(rule->starts_by) ||
		    !is_about(event, rule->kind))
			continue;
		if ((rule->lives_in & 1u << board->stage) == 0 || !policy_has(board->policy, rule->kind) ||
		    clock_board_find(board, rule->kind, event->cycle) != NULL)
			continue;
		start_clock(board, rule, event->cycle, event->occurred_at_us, event->cause);
	}
}

/* ---- end ---- */

/* A breach is what the instants say: told if the timer has not, taken back if the timer was wrong. */
static void settle_breach(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	if (at_us > clock->due_us) {
		(void)!calendar_measure(clock->times->calendar, clock->unit, clock->due_us, at_us, &clock->overdue_us);
		if (clock->breached_us == 0) {
			clock->breached_us = at_us;
			tell(board, clock,
			    (struct clock_effect){.event = EVENT_CLOCK_BREACHED, .at_us = at_us, .cause = cause, .late = true});
		}
	} else if (clock->breached_us != 0) {
		clock->breached_us = 0;
		tell(board, clock, (struct clock_effect){.event = EVENT_BREACH_WITHDRAWN, .at_us = at_us, .cause = cause});
	}
}

static void meet_clock(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	clock->met_us = at_us;
	settle_breach(board, clock, at_us, cause);
	clock->state = at_us > clock->due_us ? CLOCK_STATE_MET_LATE : CLOCK_STATE_MET;
	clock->ended_us = at_us;
	await_nothing(clock);
	tell(board, clock, (struct clock_effect){.event = EVENT_CLOCK_MET, .at_us = at_us, .cause = cause});
}

static void end_clock(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	settle_breach(board, clock, at_us, cause);
	clock->state = clock->breached_us != 0 ? CLOCK_STATE_ENDED : CLOCK_STATE_CANCELLED;
	clock->ended_us = at_us;
	await_nothing(clock);
	tell(board, clock, (struct clock_effect){.event = EVENT_CLOCK_CANCELLED, .at_us = at_us, .cause = cause});
}

static bool is_stopped_by(const struct clock_rule *rule, const struct clock *clock, const struct event *event)
{
	if (rule->starts_by != EVENT_NONE && !(is_about(event, clock->kind) && event->cycle == clock->cycle))
		return false;
	for (int i = 0; i < CLOCK_STOPS_MAX && rule->stops[i].cause != EVENT_NONE; i++) {
		const struct clock_stop *stop = &rule->stops[i];
		bool actor = stop->actors == 0 || (stop->actors & 1u << event->actor.kind) != 0;
		bool into = stop->into == 0 || (stop->into & 1u << event->stage) != 0;
		bool to = stop->to == 0 || (stop->to & 1u << said_of(event)->to_party) != 0;
		bool reached = stop->cause != EVENT_CALL_RECORDED || said_of(event)->reached;
		bool why = stop->why == REASON_UNSPECIFIED || stop->why == event->reason;
		if (actor && into && to && reached && why && event->cause == cause_of_event(stop->cause))
			return true;
	}
	return false;
}

static void stop_clocks(struct clock_board *board, const struct event *event)
{
	int count = board->clocks_count;
	for (int i = 0; i < count; i++) {
		struct clock *clock = board->clocks[i];
		const struct clock_rule *rule = clock_rule(clock->kind);
		uint32_t stage = 1u << event->stage;
		if (!clock_is_open(clock))
			continue;
		if (is_stopped_by(rule, clock, event) || (rule->leaving_meets & stage) != 0)
			meet_clock(board, clock, event->occurred_at_us, event->cause);
		else if ((rule->lives_in & stage) == 0 || (rule->over != 0 && rule->over == event->reason))
			end_clock(board, clock, event->occurred_at_us, event->cause);
	}
}

/* ---- what moves a due instant: a policy, a calendar ---- */

/* From scratch: from the clock's start, never from its former due instant. */
static bool find_due(
    const struct clock_version *times, const struct clock *clock, enum target_unit unit, int64_t target, int64_t *due_us)
{
	return calendar_add(times->calendar, unit, clock->started_us, target, due_us) == CALENDAR_OK;
}

/* By the same target: earlier or later, but not to before now. */
static void move_calendar(const struct clock_board *board, struct clock *clock, int64_t at_us)
{
	int64_t due_us;
	if (clock->times == board->version || !find_due(board->version, clock, clock->unit, clock->target, &due_us) ||
	    due_us < at_us)
		return;
	clock->times = board->version;
	clock->due_us = due_us;
}

/* Earlier, never later: a promise is not extended, and not to before now. */
static void move_terms(const struct clock_board *board, struct clock *clock, int64_t at_us)
{
	const struct policy_clock *wanted = &board->policy->clocks[clock->kind];
	int64_t due_us;
	if (!find_due(board->version, clock, wanted->unit, wanted->target, &due_us) || due_us < at_us || due_us > clock->due_us)
		return;
	if (due_us == clock->due_us && clock->terms == board->version)
		return; /* nothing has changed for anybody */
	clock->terms = clock->times = board->version;
	clock->due_us = due_us;
	clock->unit = wanted->unit;
	clock->target = wanted->target;
	snprintf(clock->policy_id, sizeof(clock->policy_id), "%s", board->policy->id);
}

/* No warning is told twice: the pending step, counted by the warnings of its terms now. */
static int pending_step(const struct clock *before, const struct clock *clock)
{
	const struct policy_set *was = before->terms->set, *is = clock->terms->set;
	int passed = before->steps_done < was->warnings_count ? before->steps_done : was->warnings_count;
	int index = 0;
	while (passed > 0 && index < is->warnings_count && is->warn_percent[index] <= was->warn_percent[passed - 1])
		index++;
	return index;
}

static void move_clock(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	const struct clock before = *clock;
	move_calendar(board, clock, at_us);
	int64_t by_calendar_us = clock->due_us;
	move_terms(board, clock, at_us);
	bool moved = clock->due_us != before.due_us;
	/* Two causes in one: the one that has the last word; and only a calendar makes a due instant later. */
	bool corrected = clock->due_us > before.due_us || (moved && clock->due_us == by_calendar_us);
	if (!moved && clock->terms == before.terms && clock->times == before.times)
		return;
	clock->provisional = calendar_provisional(clock->times->calendar, clock->unit, clock->started_us, clock->due_us);
	await_step(clock, pending_step(&before, clock), at_us);
	tell(board, clock,
	    (struct clock_effect){
		.event = moved ? EVENT_DEADLINE_CHANGED : EVENT_POLICY_MOVED,
		.at_us = at_us,
		.due_before_us = before.due_us,
		.cause = corrected ? CAUSE_CALENDAR_CORRECTED : cause,
		.before = &before,
	    });
}

/* A breach stays a fact, with its ladder, whatever moves later; its timer need not have come. */
static bool is_breached_at(const struct clock *clock, int64_t at_us)
{
	return clock->state == CLOCK_STATE_BREACHED || at_us > clock->due_us;
}

static void move_policy(struct clock_board *board, const struct policy *policy, int64_t at_us, enum cause cause)
{
	board->policy = policy;
	int count = board->clocks_count;
	for (int i = 0; i < count; i++) {
		struct clock *clock = board->clocks[i];
		if (!clock_is_open(clock) || is_breached_at(clock, at_us))
			continue;
		if (policy_has(policy, clock->kind))
			move_clock(board, clock, at_us, cause);
		else
			end_clock(board, clock, at_us, cause); /* it no longer applies */
	}
}

/* ---- the policy is named ---- */

static bool is_accepted(const struct clock_board *board)
{
	return board->cycles[CLOCK_FIRST_RESPONSE] > 0;
}

/* Returns the policy before; NULL: nothing has moved. Before the complaint is accepted here the name is kept: the order of the two
 * topics is nobody's promise, and the outcome must not depend on it. */
static const struct policy *name_policy(struct clock_board *board, const char *policy_id, int64_t at_us)
{
	const struct policy *before = board->policy, *policy = policy_find(board->version->set, policy_id);
	if (policy == NULL || policy == before)
		return NULL;
	if (!is_accepted(board)) {
		snprintf(board->policy_named, sizeof(board->policy_named), "%s", policy_id);
		return NULL;
	}
	move_policy(board, policy, at_us, CAUSE_COMPLAINT_TRIAGED);
	return before;
}

bool clock_board_triaged(struct clock_board *board, const char *policy_id, int64_t at_us)
{
	const struct policy *before = name_policy(board, policy_id, at_us);
	if (before != NULL)
		start_clocks(board, NULL, before, board->stage_since_us, CAUSE_COMPLAINT_TRIAGED);
	return policy_find(board->version->set, policy_id) != NULL;
}

void clock_board_moved(struct clock_board *board, const struct clock_version *version, const char *policy_id, int64_t at_us)
{
	const struct policy *before = board->policy, *policy = policy_find(version->set, policy_id);
	if (policy == NULL)
		policy = policy_find(version->set, before->id);
	if (policy == NULL)
		policy = &version->set->policies[version->set->standard];
	board->version = version;
	move_policy(board, policy, at_us, CAUSE_POLICY_CHANGED);
	start_clocks(board, NULL, before, at_us, CAUSE_POLICY_CHANGED);
}

/* ---- what happens ---- */

void clock_board_changed(struct clock_board *board, const struct event *event)
{
	int64_t at_us = event->occurred_at_us;
	bool entered = event->stage != board->stage;
	stop_clocks(board, event);
	if (entered) {
		board->stage = event->stage;
		board->stage_since_us = at_us;
	}
	const struct policy *before = name_policy(board, event->policy_id, at_us);
	if (entered)
		start_clocks(board, event, NULL, at_us, event->cause);
	else if (before != NULL)
		start_clocks(board, NULL, before, board->stage_since_us, event->cause);
	start_numbered(board, event);
	if (board->policy_named[0] != '\0' && is_accepted(board)) {
		clock_board_triaged(board, board->policy_named, at_us);
		board->policy_named[0] = '\0';
	}
}

static void fire_warning(struct clock_board *board, struct clock *clock, const struct step *step, struct clock_effect effect)
{
	effect.skipped = effect.at_us > clock->due_us;
	clock->warned += !effect.skipped;
	effect.event = EVENT_CLOCK_WARNED;
	effect.percent = step->percent;
	tell(board, clock, effect);
}

static void fire_silence(struct clock_board *board, struct clock *clock, enum silence_ground ground, struct clock_effect effect)
{
	if (ground == SILENCE_GROUND_UNSPECIFIED)
		return;
	effect.event = EVENT_SILENCE_REACHED;
	effect.ground = ground;
	tell(board, clock, effect);
}

static void fire_due(struct clock_board *board, struct clock *clock, struct clock_effect effect)
{
	clock->state = CLOCK_STATE_BREACHED;
	clock->breached_us = effect.at_us;
	effect.event = EVENT_CLOCK_BREACHED;
	tell(board, clock, effect);
	fire_silence(board, clock, clock_rule(clock->kind)->at_due, effect);
}

static void fire_level(struct clock_board *board, struct clock *clock, const struct step *step, struct clock_effect effect)
{
	clock->level = step->number;
	effect.event = EVENT_LADDER_STEP_TAKEN;
	effect.level = step->number;
	effect.role = step->level->role;
	effect.channel = step->level->channel;
	tell(board, clock, effect);
}

static void fire_end(struct clock_board *board, struct clock *clock, struct clock_effect effect)
{
	const struct clock_rule *rule = clock_rule(clock->kind);
	if (rule->end_in == 0 || (rule->end_in & 1u << board->stage) != 0)
		fire_silence(board, clock, rule->at_end, effect);
	else
		clock->dirty = true;
}

bool clock_board_fired(struct clock_board *board, enum clock_kind kind, int64_t version, int64_t now_us, bool late)
{
	struct clock *clock = clock_board_find(board, kind, clock_timer_cycle(version));
	struct step step;
	if (clock == NULL || clock->next_us == 0 || clock_timer_version(clock) != version ||
	    !clock_step(clock, clock->steps_done, &step))
		return false;
	await_step(clock, clock->steps_done + 1, 0);
	struct clock_effect effect = {.at_us = now_us, .late = late, .cause = CAUSE_DEADLINE_PASSED};
	switch (step.kind) {
	case STEP_WARNING:
		fire_warning(board, clock, &step, effect);
		break;
	case STEP_DUE:
		fire_due(board, clock, effect);
		break;
	case STEP_LEVEL:
		fire_level(board, clock, &step, effect);
		break;
	case STEP_END:
		fire_end(board, clock, effect);
		break;
	}
	return true;
}
