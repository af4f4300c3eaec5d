#include "common/model/clock.h"

#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
    "none", "running", "breached", "met", "met_late", "cancelled", "ended", "failed", "paused"};

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

/* So long after due, in the ladder's unit and apart from pauses; where the calendar ends, plainly so long: a ladder must not stop
 * there. */
static int64_t ladder_instant(const struct clock *clock, const struct policy_ladder *ladder, int64_t after_us)
{
	int64_t at_us = clock->due_us + after_us;
	(void)!calendar_add_apart(
	    clock->times->calendar, ladder->unit, clock->due_us, after_us, clock->pauses.apart, clock->pauses.apart_count, &at_us);
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
		enum calendar_error error = calendar_share_apart(clock->times->calendar, clock->unit, clock->started_us,
		    clock->due_us, step->percent, clock->pauses.apart, clock->pauses.apart_count, &step->at_us);
		if (error != CALENDAR_OK)
			step->at_us = clock->due_us; /* no such instant: passed over */
	}
	return true;
}

/* A level that was told stays told, though its breach was taken back. */
static bool is_passed_over(const struct clock *clock, const struct step *step, int64_t passed_us)
{
	if (step->kind == STEP_WARNING)
		return step->at_us <= passed_us || step->at_us >= clock->due_us;
	return step->kind == STEP_LEVEL && step->number <= clock->level;
}

/* Makes the first step from index on pending; warnings up to `passed_us` are skipped, and those that would not come
 * before due. */
static void await_step(struct clock *clock, int index, int64_t passed_us)
{
	struct step step;
	bool found = clock_step(clock, index, &step);
	while (found && is_passed_over(clock, &step, passed_us))
		found = clock_step(clock, ++index, &step);
	clock->steps_done = index;
	clock->next_us = found ? step.at_us : 0;
	clock->revision++;
	clock->dirty = true;
}

/* The step that was pending stays so, for when it goes on. */
static void await_pause_end(struct clock *clock, const struct calendar_pause *pause)
{
	clock->next_us = pause->until_us == INT64_MAX ? 0 : pause->until_us;
	clock->revision++;
	clock->dirty = true;
}

static void await_nothing(struct clock *clock)
{
	clock->next_us = 0;
	clock->paused_us = 0;
	clock->revision++;
	clock->dirty = true;
}

bool clock_step_at(const struct clock *clock, int index, int64_t *at_us)
{
	struct step step;
	if (clock->paused_us != 0) {
		*at_us = clock->next_us;
		return clock->next_us != 0;
	}
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

static void fail_clock(struct clock_board *board, struct clock *clock, enum calendar_error error, int64_t at_us)
{
	clock->state = CLOCK_STATE_FAILED;
	clock->ended_us = at_us;
	await_nothing(clock);
	tell(board, clock, (struct clock_effect){.event = EVENT_NONE, .at_us = at_us, .err = calendar_error_name(error)});
}

/* As if nothing were waited for: what is, is applied behind it (settle_pauses), so that the start is told before its pause. */

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
		fail_clock(board, clock, error, at_us);
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
		if (rule->starts_by == EVENT_NONE ||
		    !(event->cause == cause_of_event(rule->starts_by) || event->cause == cause_of_event(rule->or_by)) ||
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
	if (clock->state == CLOCK_STATE_PAUSED)
		return;
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
	bool late = clock->state != CLOCK_STATE_PAUSED && at_us > clock->due_us;
	clock->state = late ? CLOCK_STATE_MET_LATE : CLOCK_STATE_MET;
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

/* ---- pauses ---- */

static void know_pauses(const struct clock_board *board, struct clock *clock)
{
	clock->pauses = clock_pauses(clock, &board->waits, board->arena);
}

void clock_board_know(struct clock_board *board)
{
	for (int i = 0; i < board->clocks_count; i++)
		know_pauses(board, board->clocks[i]);
}

/* From scratch: from the clock's start and all its pauses, never from its former due instant. Of a clock that stands still at that
 * instant, as if it went on there. */
static enum calendar_error find_due(const struct clock *clock, int64_t at_us, int64_t *due_us)
{
	const struct clock_pauses *pauses = &clock->pauses;
	const struct calendar_pause *pause = clock_pause_at(pauses, at_us);
	struct calendar_pause whole;
	int count = pauses->apart_count;
	if (pause != NULL) {
		whole = *pause;
		pauses->apart[pause - pauses->apart].until_us = at_us;
		count = (int)(pause - pauses->apart) + 1;
	}
	enum calendar_error error =
	    calendar_add_apart(clock->times->calendar, clock->unit, clock->started_us, clock->target, pauses->apart, count, due_us);
	if (pause != NULL)
		pauses->apart[pause - pauses->apart] = whole;
	return error;
}

bool clock_left(const struct clock *clock, int64_t at_us, int64_t *left, int64_t *due_us)
{
	int64_t run;
	if (calendar_elapsed_apart(clock->times->calendar, clock->unit, clock->started_us, at_us, clock->pauses.apart,
		clock->pauses.apart_count, &run) != CALENDAR_OK)
		return false;
	*left = run < clock->target ? clock->target - run : 0;
	return find_due(clock, at_us, due_us) == CALENDAR_OK;
}

/* The timer had come before it was known that the clock stood still: the breach was none. */
static void withdraw_breach(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	clock->breached_us = 0;
	clock->state = CLOCK_STATE_RUNNING;
	clock->steps_done = clock->terms->set->warnings_count;
	tell(board, clock, (struct clock_effect){.event = EVENT_BREACH_WITHDRAWN, .at_us = at_us, .cause = cause});
}

static void pause_clock(struct clock_board *board, struct clock *clock, const struct calendar_pause *pause, int64_t at_us)
{
	const struct clock_wait *wait = clock_pause_cause(&clock->pauses, at_us)->wait;
	struct clock_effect effect = {.event = EVENT_CLOCK_PAUSED,
	    .at_us = at_us,
	    .due_before_us = clock->due_us,
	    .waits_for = wait->party,
	    .cause = wait->began};
	if (clock->state == CLOCK_STATE_BREACHED && at_us < clock->due_us)
		withdraw_breach(board, clock, at_us, wait->began);
	clock->paused_us = pause->from_us;
	if (clock->state == CLOCK_STATE_RUNNING) {
		clock->state = CLOCK_STATE_PAUSED;
		clock->due_us = 0;
	}
	await_pause_end(clock, pause);
	tell(board, clock, effect);
}

/* What it was due by before it stood still. */
static int64_t due_before(const struct clock *clock)
{
	int64_t due_us = 0;
	(void)!find_due(clock, clock->paused_us, &due_us);
	return due_us;
}

static void resume_clock(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	struct clock_effect effect = {.event = EVENT_CLOCK_RESUMED, .at_us = at_us, .due_before_us = clock->due_us, .cause = cause};
	if (clock->state == CLOCK_STATE_PAUSED) {
		effect.due_before_us = due_before(clock);
		enum calendar_error error = find_due(clock, at_us, &clock->due_us);
		if (error != CALENDAR_OK) {
			fail_clock(board, clock, error, at_us);
			return;
		}
		clock->state = CLOCK_STATE_RUNNING;
		clock->provisional = calendar_provisional(clock->times->calendar, clock->unit, clock->started_us, clock->due_us);
	}
	clock->paused_us = 0;
	await_step(clock, clock->steps_done, at_us);
	tell(board, clock, effect);
}

/* It was to pause and does not: it has done so often enough. */
static void refuse_pause(struct clock_board *board, struct clock *clock, const struct event *event)
{
	bool asked = event != NULL && event->cause == CAUSE_EVIDENCE_REQUESTED && event->actor.kind == ACTOR_KIND_PLATFORM_PERSON &&
		     said_of(event)->to_party == PARTY_COMPLAINANT;
	if (!asked || clock->started_us >= event->occurred_at_us ||
	    (clock_rule(clock->kind)->pauses_for & 1u << WAIT_EVIDENCE) == 0)
		return;
	tell(board, clock,
	    (struct clock_effect){.event = EVENT_CLOCK_PAUSED,
		.at_us = event->occurred_at_us,
		.due_before_us = clock->due_us,
		.waits_for = PARTY_COMPLAINANT,
		.cause = CAUSE_PAUSE_CAPPED});
}

/* A clock that began in the past has pauses behind it already. */
static void count_pauses(struct clock_board *board, struct clock *clock, int64_t at_us)
{
	int64_t due_us, before_us = clock->due_us;
	if (clock->pauses.apart_count == 0 || find_due(clock, at_us, &due_us) != CALENDAR_OK || due_us == before_us)
		return;
	clock->due_us = due_us;
	await_step(clock, clock->steps_done, at_us);
	tell(board, clock,
	    (struct clock_effect){
		.event = EVENT_DEADLINE_CHANGED, .at_us = at_us, .due_before_us = before_us, .cause = CAUSE_PAUSE_ENDED});
}

/* What the waits make of a clock at that instant. A clock whose due instant has passed is breached first, by its timer. */
static void settle_pause(struct clock_board *board, struct clock *clock, const struct event *event, int64_t at_us, enum cause cause)
{
	const struct calendar_pause *pause = clock_pause_at(&clock->pauses, at_us);
	if (pause != NULL && clock->paused_us != 0) {
		if (clock->next_us != (pause->until_us == INT64_MAX ? 0 : pause->until_us))
			await_pause_end(clock, pause);
	} else if (pause != NULL) {
		if (clock->state != CLOCK_STATE_RUNNING || at_us < clock->due_us)
			pause_clock(board, clock, pause, at_us);
	} else if (clock->paused_us != 0) {
		resume_clock(board, clock, at_us, cause);
	} else if (clock->state == CLOCK_STATE_RUNNING && at_us <= clock->due_us) {
		count_pauses(board, clock, at_us);
		refuse_pause(board, clock, event);
	}
}

static void settle_pauses(struct clock_board *board, const struct event *event, int64_t at_us, enum cause cause)
{
	int count = board->clocks_count;
	for (int i = 0; board->waits.count > 0 && i < count; i++) {
		struct clock *clock = board->clocks[i];
		if (!clock_is_open(clock))
			continue;
		know_pauses(board, clock);
		settle_pause(board, clock, event, at_us, cause);
	}
}

/* Those that went on by themselves before that instant, whose timers have not come. */
static void settle_ended_pauses(struct clock_board *board, int64_t at_us)
{
	for (int i = 0; i < board->clocks_count; i++) {
		struct clock *clock = board->clocks[i];
		if (clock_is_open(clock) && clock->paused_us != 0 && clock->next_us != 0 && clock->next_us <= at_us)
			settle_pause(board, clock, NULL, at_us, CAUSE_PAUSE_CAPPED);
	}
}

/* ---- what moves a due instant: a policy, a calendar ---- */

/* By the same target: earlier or later, but not to before now. */
static void move_calendar(const struct clock_board *board, struct clock *clock, int64_t at_us)
{
	struct clock moved = *clock;
	moved.times = board->version;
	know_pauses(board, &moved);
	if (clock->times == board->version || find_due(&moved, at_us, &moved.due_us) != CALENDAR_OK || moved.due_us < at_us)
		return;
	*clock = moved;
}

/* Earlier, never later: a promise is not extended, and not to before now. */
static void move_terms(const struct clock_board *board, struct clock *clock, int64_t at_us)
{
	const struct policy_clock *wanted = &board->policy->clocks[clock->kind];
	struct clock moved = *clock;
	moved.terms = moved.times = board->version;
	moved.unit = wanted->unit;
	moved.target = wanted->target;
	snprintf(moved.policy_id, sizeof(moved.policy_id), "%s", board->policy->id);
	know_pauses(board, &moved);
	if (find_due(&moved, at_us, &moved.due_us) != CALENDAR_OK || moved.due_us < at_us || moved.due_us > clock->due_us)
		return;
	if (moved.due_us == clock->due_us && clock->terms == board->version)
		return; /* nothing has changed for anybody */
	*clock = moved;
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

/* A clock that stands still goes by what it would be due by if it went on now, and has no due instant after it either: that is told
 * when it goes on. */
static void move_clock(struct clock_board *board, struct clock *clock, int64_t at_us, enum cause cause)
{
	bool paused = clock->state == CLOCK_STATE_PAUSED;
	if (paused && find_due(clock, at_us, &clock->due_us) != CALENDAR_OK)
		return;
	const struct clock before = *clock;
	move_calendar(board, clock, at_us);
	int64_t by_calendar_us = clock->due_us;
	move_terms(board, clock, at_us);
	bool moved = clock->due_us != before.due_us;
	/* Two causes in one: the one that has the last word; and only a calendar makes a due instant later. */
	bool corrected = clock->due_us > before.due_us || (moved && clock->due_us == by_calendar_us);
	if (paused)
		clock->due_us = 0;
	if (!moved && clock->terms == before.terms && clock->times == before.times)
		return;
	if (paused) {
		clock->steps_done = pending_step(&before, clock);
		clock->dirty = true;
	} else {
		clock->provisional = calendar_provisional(clock->times->calendar, clock->unit, clock->started_us, clock->due_us);
		await_step(clock, pending_step(&before, clock), at_us);
	}
	tell(board, clock,
	    (struct clock_effect){
		.event = moved && !paused ? EVENT_DEADLINE_CHANGED : EVENT_POLICY_MOVED,
		.at_us = at_us,
		.due_before_us = before.due_us,
		.cause = corrected ? CAUSE_CALENDAR_CORRECTED : cause,
		.before = &before,
	    });
}

/* A breach stays a fact, with its ladder, whatever moves later. When its timer came is no matter: it may come later than the move
 * is heard of, or before. */
static bool is_breached_at(const struct clock *clock, int64_t at_us)
{
	return clock->state != CLOCK_STATE_PAUSED && at_us > clock->due_us;
}

static void move_policy(struct clock_board *board, const struct policy *policy, int64_t at_us, enum cause cause)
{
	board->policy = policy;
	int count = board->clocks_count;
	for (int i = 0; i < count; i++) {
		struct clock *clock = board->clocks[i];
		if (!clock_is_open(clock) || is_breached_at(clock, at_us))
			continue;
		if (clock->state == CLOCK_STATE_BREACHED) {
			withdraw_breach(board, clock, at_us, cause);
			await_step(clock, clock->steps_done, at_us);
		}
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

/* Triage decides on its own topic: what intake has said since may be here already, and has the later word on what stands still. */
static int64_t last_heard_us(const struct clock_board *board, int64_t at_us)
{
	for (int i = 0; i < board->waits.count; i++) {
		const struct clock_wait *wait = &board->waits.list[i];
		at_us = wait->from_us > at_us ? wait->from_us : at_us;
		at_us = wait->until_us > at_us ? wait->until_us : at_us;
	}
	return at_us;
}

bool clock_board_triaged(struct clock_board *board, const char *policy_id, int64_t at_us)
{
	settle_ended_pauses(board, at_us);
	const struct policy *before = name_policy(board, policy_id, at_us);
	if (before != NULL) {
		start_clocks(board, NULL, before, board->stage_since_us, CAUSE_COMPLAINT_TRIAGED);
		settle_pauses(board, NULL, last_heard_us(board, at_us), CAUSE_COMPLAINT_TRIAGED);
	}
	return policy_find(board->version->set, policy_id) != NULL;
}

void clock_board_moved(struct clock_board *board, const struct clock_version *version, const char *policy_id, int64_t at_us)
{
	const struct policy *before = board->policy, *policy = policy_find(version->set, policy_id);
	if (policy == NULL)
		policy = policy_find(version->set, before->id);
	if (policy == NULL)
		policy = &version->set->policies[version->set->standard];
	settle_ended_pauses(board, at_us);
	board->version = version;
	move_policy(board, policy, at_us, CAUSE_POLICY_CHANGED);
	start_clocks(board, NULL, before, at_us, CAUSE_POLICY_CHANGED);
	settle_pauses(board, NULL, at_us, CAUSE_POLICY_CHANGED);
}

/* ---- what happens ---- */

void clock_board_changed(struct clock_board *board, const struct event *event)
{
	int64_t at_us = event->occurred_at_us;
	enum stage stage_before = board->stage;
	bool entered = event->stage != stage_before;
	settle_ended_pauses(board, at_us);
	stop_clocks(board, event);
	waits_changed(&board->waits, board->arena, stage_before, event);
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
	settle_pauses(board, event, at_us, event->cause);
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
	if (clock == NULL || clock->next_us == 0 || clock_timer_version(clock) != version)
		return false;
	if (clock->paused_us != 0) {
		settle_pause(board, clock, NULL, now_us, CAUSE_PAUSE_CAPPED);
		return true;
	}
	if (!clock_step(clock, clock->steps_done, &step))
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
	if (step.kind == STEP_DUE) /* what began between the due instant and now stops its ladder */
		settle_pause(board, clock, NULL, now_us, CAUSE_DEADLINE_PASSED);
	return true;
}

/* Each timer at the instant for which it was set; what a pause that began behind a breach stops is settled where it began. */
void clock_board_catch_up(struct clock_board *board, struct clock *clock, const struct clock *seen)
{
	while (clock_is_open(clock) && clock->next_us != 0 &&
	       (clock->steps_done < seen->steps_done || (clock->paused_us != 0 && seen->paused_us == 0)))
		if (!clock_board_fired(board, clock->kind, clock_timer_version(clock), clock->next_us, false))
			return;
	if (clock_is_open(clock) && clock->paused_us == 0 && seen->paused_us != 0)
		settle_pause(board, clock, NULL, seen->paused_us, CAUSE_DEADLINE_PASSED);
}
