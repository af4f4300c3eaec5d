/* The books of each order's complaint, kept from the facts alone. */
#include <string.h>

#include "services/player/play.h"

struct life *play_life_find(struct play *play, const char *order_id)
{
	struct life *life;
	HASH_FIND_STR(play->lives, order_id, life);
	return life;
}

struct life *play_life(struct play *play, const char *order_id)
{
	struct life *life = play_life_find(play, order_id);
	if (life)
		return life;
	life = arena_alloc(play->arena, sizeof(*life));
	life->order_id = arena_strdup(play->arena, order_id);
	life->complaint_id = "";
	life->last_refusal = "";
	HASH_ADD_KEYPTR(hh, play->lives, life->order_id, strlen(life->order_id), life);
	return life;
}

struct input *play_input(struct play *play, int64_t at_us, enum event_type type, const char *source, const char *order_id)
{
	struct life *life = play_life(play, order_id);
	struct input *input = arena_alloc(play->arena, sizeof(*input));
	struct event *event = arena_alloc(play->arena, sizeof(*event));
	*event = event_empty(type);
	event->platform_id = play->scenario->name;
	event->source = arena_printf(play->arena, "/%s/%s", play->scenario->name, source);
	event->event_id = arena_printf(play->arena, "%s-%s-%d", order_id, event_type_short_name(type), ++life->said[type]);
	event->occurred_at_us = at_us;
	event->order_id = life->order_id;
	event->complaint_id = life->complaint_id;
	input->at_us = at_us;
	input->event = event;
	input->key = life->order_id;
	return input;
}

void play_say(struct play *play, struct input *input)
{
	plan_add(input->early ? &play->orders : &play->plan, input);
}

/* ---- what the facts tell ---- */

static struct clock_seen *clock_find(struct life *life, enum clock_kind kind, int32_t cycle)
{
	for (int i = 0; i < life->clocks_count; i++) {
		if (life->clocks[i].kind == kind && life->clocks[i].cycle == cycle)
			return &life->clocks[i];
	}
	if (life->clocks_count == CLOCKS_SEEN_MAX)
		return NULL;
	struct clock_seen *clock = &life->clocks[life->clocks_count++];
	clock->kind = kind;
	clock->cycle = cycle;
	return clock;
}

static void note_clock(struct life *life, const struct event *fact)
{
	struct clock_seen *clock = clock_find(life, fact->clock, fact->cycle);
	if (!clock)
		return;
	clock->late |= fact->late;
	if (fact->due_at_us)
		clock->due_us = fact->due_at_us;
	switch (fact->type_id) {
	case EVENT_CLOCK_WARNED:
		clock->warned++;
		break;
	case EVENT_CLOCK_BREACHED:
		clock->breached = true;
		break;
	case EVENT_CLOCK_MET:
		clock->met = true;
		clock->overdue_us = fact->overdue_us;
		break;
	case EVENT_CLOCK_CANCELLED:
		clock->cancelled = true;
		break;
	case EVENT_BREACH_WITHDRAWN:
		clock->breached = false;
		break;
	case EVENT_LADDER_STEP_TAKEN:
		clock->level = fact->level > clock->level ? fact->level : clock->level;
		break;
	default:
		break;
	}
}

static void note_evidence(struct arena *arena, struct life *life, const struct event *fact)
{
	const struct event *said = fact->said;
	if (!said || said->evidence_count == 0)
		return;
	const char **piece = &life->pieces[said->actor.kind == ACTOR_KIND_COMPLAINANT ? 0 : 1];
	if (!*piece)
		*piece = arena_strdup(arena, said->evidence[0].evidence_id);
}

static void note_changed(struct arena *arena, struct life *life, const struct event *fact)
{
	if (life->complaint_id[0] == '\0') {
		life->complaint_id = arena_strdup(arena, fact->complaint_id);
		life->filed_us = fact->occurred_at_us;
	}
	if (strcmp(life->complaint_id, fact->complaint_id) != 0)
		return;
	life->stage = fact->stage;
	life->type = fact->type ? fact->type : life->type;
	note_evidence(arena, life, fact);
	life->repeats = fact->repeats > life->repeats ? fact->repeats : life->repeats;
	if (fact->outcome != DECISION_OUTCOME_UNSPECIFIED)
		life->outcome = fact->outcome;
	if (fact->stage == STAGE_CLOSED || fact->stage == STAGE_REJECTED || fact->stage == STAGE_WITHDRAWN)
		life->ended_us = fact->occurred_at_us;
}

static void note_starts(struct life *life, const struct event *fact)
{
	for (size_t i = 0; i < fact->clocks_count; i++) {
		struct clock_seen *clock = clock_find(life, fact->clocks[i].clock, fact->clocks[i].cycle);
		if (clock)
			clock->due_us = fact->clocks[i].due_at_us;
	}
}

void life_note(struct arena *arena, struct life *life, const struct event *fact)
{
	switch (fact->type_id) {
	case EVENT_COMPLAINT_CHANGED:
		note_changed(arena, life, fact);
		return;
	case EVENT_REFUSED:
		life->refusals++;
		life->last_refusal = arena_strdup(arena, fact->code);
		return;
	case EVENT_NOTICE_DELIVERED:
		life->notices++;
		return;
	case EVENT_CLOCKS_STARTED:
		note_starts(life, fact);
		return;
	case EVENT_CLOCK_WARNED:
	case EVENT_CLOCK_BREACHED:
	case EVENT_CLOCK_MET:
	case EVENT_CLOCK_CANCELLED:
	case EVENT_DEADLINE_CHANGED:
	case EVENT_BREACH_WITHDRAWN:
	case EVENT_LADDER_STEP_TAKEN:
		note_clock(life, fact);
		return;
	default:
		return;
	}
}
