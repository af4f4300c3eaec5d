/* Whoever is silent, something leads on, over both tables at once: intake's life (common/model/lifecycle) and escalation's clocks.
 * Everybody is silent; only timers fire, and what they ask intake applies. Under every policy, from every stage, it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/instant.h"
#include "common/model/clock.h"
#include "common/model/lifecycle.h"
#include "common/model/notice.h"
#include "common/model/policy.h"
#include "tests/unit/clocks.h"

enum { DAYS = 2000, FIRINGS_MAX = 500 };

struct walk {
	struct clock_board board;
	enum answer_kind answer;
	unsigned facts;
	int64_t now_us;
	enum silence_ground asked; /* by the last firing */
	enum clock_kind asked_clock;
	unsigned open; /* of enum life_open: the decision's appeals */
};

static void take(struct clock *clock, const struct clock_effect *effect, void *context)
{
	struct walk *walk = context;
	assert_int_not_equal(effect->event, EVENT_NONE); /* no clock fails */
	if (effect->event == EVENT_LADDER_STEP_TAKEN)    /* it says by which channel, and what comes next, when */
		assert_true(effect->channel != NOTICE_CHANNEL_UNSPECIFIED && clock->next_us != effect->at_us);
	if (effect->event == EVENT_SILENCE_REACHED) {
		walk->asked = effect->ground;
		walk->asked_clock = clock->kind;
	}
}

static void enter(struct walk *walk, enum stage stage, enum cause cause, enum reason reason)
{
	struct allowed_action actions[LIFE_ACTIONS_MAX];
	struct event event = event_empty(EVENT_COMPLAINT_CHANGED);
	event.cause = cause;
	event.actor.kind = ACTOR_KIND_OMBUD;
	event.reason = reason;
	event.stage = stage;
	event.actions = actions;
	event.actions_count = life_allowed(stage, walk->answer, walk->open, actions);
	event.answer = walk->answer;
	event.occurred_at_us = walk->now_us;
	clock_board_changed(&walk->board, &event);
}

static struct clock *next_clock(struct walk *walk)
{
	struct clock *next = NULL;
	for (int i = 0; i < walk->board.clocks_count; i++) {
		struct clock *clock = walk->board.clocks[i];
		if (clock->next_us != 0 && (next == NULL || clock->next_us < next->next_us))
			next = clock;
	}
	return next;
}

static void take_effects(struct walk *walk, const struct life_row *row)
{
	if (row->effect == EFFECT_DECIDE_BY_DEFAULT) {
		walk->facts |= FACT_REMEDIES_PLANNED;
		walk->open = LIFE_APPEALABLE;
	}
	if (row->effect == EFFECT_UPHOLD)
		walk->open = LIFE_APPEALABLE_AGAIN;
	if (row->effect == EFFECT_FINAL)
		walk->open = 0;
}

/* What intake makes of it: a stage, and what follows from that at once. */
static void apply_asked(struct walk *walk)
{
	enum stage stage = walk->board.stage;
	const struct life_row *row = life_find(stage, EVENT_SILENCE_REACHED, walk->asked, walk->facts);
	if (row == NULL)
		fail_msg("%s: intake refuses %s of %s", stage_name(stage), silence_ground_name(walk->asked),
		    clock_kind_name(walk->asked_clock));
	take_effects(walk, row);
	if (row->to == STAGE_UNSPECIFIED)
		enter(walk, stage, CAUSE_SILENCE_REACHED, row->reason);
	while (row != NULL && row->to != STAGE_UNSPECIFIED) {
		enter(walk, row->to, CAUSE_SILENCE_REACHED, row->reason);
		row = life_find(row->to, EVENT_NONE, 0, walk->facts);
	}
}

/* The clock that the stage names; of a decision's, whichever the policy has. */
static bool leads(const struct clock *clock, const struct life_stage *place)
{
	return clock->kind == place->clock || (notice_decides(place->clock) && notice_decides(clock->kind));
}

static void check_one_leads(const struct walk *walk)
{
	enum stage stage = walk->board.stage;
	const struct life_stage *place =
	    life_stage(stage, stage == STAGE_MERCHANT_ANSWERED && !walk->answer ? ANSWER_DEFENCE : walk->answer);
	int count = 0;
	for (int i = 0; i < walk->board.clocks_count; i++)
		count += clock_is_open(walk->board.clocks[i]) && leads(walk->board.clocks[i], place);
	if (!life_is_final(stage) && count != 1)
		fail_msg("%d clocks lead on from %s", count, stage_name(stage));
}

/* The stage in which silence ends. Everywhere on the way exactly one clock leads on. */
static enum stage walk_in_silence(struct walk *walk)
{
	struct clock *clock;
	for (int firings = 0; (clock = next_clock(walk)) != NULL; firings++) {
		check_one_leads(walk);
		assert_true(firings < FIRINGS_MAX);
		assert_true(clock->next_us >= walk->now_us);
		walk->now_us = clock->next_us;
		walk->asked = SILENCE_GROUND_UNSPECIFIED;
		assert_true(clock_board_fired(&walk->board, clock->kind, clock_timer_version(clock), walk->now_us, false));
		if (walk->asked != SILENCE_GROUND_UNSPECIFIED)
			apply_asked(walk);
	}
	return walk->board.stage;
}

static enum stage walk_from(
    const struct policy_set *set, const struct calendar *calendar, const char *policy, enum stage stage, enum answer_kind answer)
{
	struct arena *arena = arena_new(0);
	const struct clock_version version = {1, set, calendar};
	struct walk walk = {
	    .board = {.arena = arena, .version = &version, .policy = policy_find(set, policy), .effect = take},
	    .answer = answer,
	    .facts = answer == ANSWER_OFFER ? FACT_OFFER_STANDS : 0,
	    .now_us = 4 * US_PER_DAY + 9 * US_PER_HOUR,
	};
	walk.board.context = &walk;
	walk.open = stage == STAGE_DECIDED ? LIFE_APPEALABLE : 0;
	if (stage != STAGE_AWAITING_ORDER && stage != STAGE_MANUAL_ADMISSION)
		enter(&walk, STAGE_FILED, CAUSE_COMPLAINT_FILED,
		    REASON_UNSPECIFIED); /* so that the clocks of the whole run as well */
	enter(&walk, stage, CAUSE_UNSPECIFIED, REASON_UNSPECIFIED);
	const struct life_row *row;
	while ((row = life_find(walk.board.stage, EVENT_NONE, 0, walk.facts)) != NULL)
		enter(&walk, row->to, CAUSE_UNSPECIFIED, REASON_UNSPECIFIED);
	enum stage end = walk_in_silence(&walk);
	if (walk.open != 0)
		fail_msg("%s: from %s an appeal stays open for ever", policy, stage_name(stage));
	for (int i = 0; life_is_final(end) && i < walk.board.clocks_count; i++)
		if (clock_is_open(walk.board.clocks[i]))
			fail_msg("%s: from %s the clock %s never ends", policy, stage_name(stage),
			    clock_kind_name(walk.board.clocks[i]->kind));
	arena_free(arena);
	return end;
}

static void d1_silence_always_ends_under_every_policy(void **state)
{
	struct policy_set *set = shipped_policies();
	struct calendar *calendar = weekdays(DAYS);
	for (int p = 0; p < set->policies_count; p++)
		for (enum stage stage = STAGE_FILED; stage < STAGE_COUNT; stage++)
			for (enum answer_kind answer = ANSWER_UNSPECIFIED; answer <= ANSWER_DEFENCE; answer++) {
				if (stage_is_later(stage))
					continue;
				enum stage end = walk_from(set, calendar, set->policies[p].id, stage, answer);
				/* A remedy that nobody carries out has gone to an outside body. */
				if (!life_is_final(end) && end != STAGE_REMEDY_UNDER_WAY)
					fail_msg("%s: silence from %s ends in %s", set->policies[p].id, stage_name(stage),
					    stage_name(end));
			}
	calendar_free(calendar);
	free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(d1_silence_always_ends_under_every_policy)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
