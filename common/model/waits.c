#include "common/model/waits.h"

#include <string.h>

#include "common/model/clock.h"

#define STAGE(name) (1u << STAGE_##name)
#define ACTOR(name) (1u << ACTOR_KIND_##name)

static const char *const kind_names[WAIT_COUNT] = {"none", "evidence", "answer", "inspection", "mediation", "inquiry"};

const char *wait_kind_name(enum wait_kind kind)
{
	return kind < WAIT_COUNT ? kind_names[kind] : "?";
}

enum wait_kind wait_kind_by_name(const char *name)
{
	for (int i = 1; i < WAIT_COUNT; i++)
		if (strcmp(kind_names[i], name) == 0)
			return i;
	return 0;
}

/* ---- the table: what begins each, what ends it ---- */

/* A fact: this cause, by one of these actor kinds. A program's word neither begins nor ends what a person waits for. */
struct wait_fact {
	enum event_type cause;
	uint32_t actors; /* masks of 1 << constant; 0: whoever */
	bool numbered;   /* it must be about the wait's own clock and cycle */
};

enum { WAIT_FACTS_MAX = 6 };

struct wait_rule {
	enum wait_kind kind;
	enum party party; /* waited for; PARTY_UNSPECIFIED: to whom the fact is said */
	enum clock_kind length;
	uint32_t stages;         /* entering one of these begins it ... */
	struct wait_fact begins; /* ... or this fact */
	uint32_t lives_in;       /* leaving these ends it; 0: leaving any */
	struct wait_fact ends[WAIT_FACTS_MAX];
};

static const struct wait_rule wait_rules[] = {
    {
	.kind = WAIT_EVIDENCE,
	.party = PARTY_COMPLAINANT,
	.length = CLOCK_EVIDENCE_OWED, /* whose end is one of its own; what bounds it is said of pauses */
	.begins = {EVENT_EVIDENCE_REQUESTED, ACTOR(PLATFORM_PERSON), false},
	.ends =
	    {
		{EVENT_EVIDENCE_ADDED, ACTOR(COMPLAINANT), false},
		{EVENT_MESSAGE_POSTED, ACTOR(COMPLAINANT), false},
		{EVENT_COMPLAINT_AMENDED, ACTOR(COMPLAINANT), false},
		{EVENT_EVIDENCE_REQUEST_WITHDRAWN, 0, false},
		{EVENT_SILENCE_REACHED, 0, true},
	    },
    },
    {
	.kind = WAIT_ANSWER,
	.party = PARTY_COMPLAINANT,
	.length = CLOCK_ANSWER_TO_OFFER,
	.stages = STAGE(MERCHANT_ANSWERED),
	.lives_in = STAGE(MERCHANT_ANSWERED),
	.ends = {{EVENT_COUNTER_OFFER_MADE, ACTOR(COMPLAINANT), false}},
    },
    {
	.kind = WAIT_INSPECTION,
	.party = PARTY_INSPECTOR,
	.length = CLOCK_INSPECTION,
	.stages = STAGE(INSPECTION),
	.lives_in = STAGE(INSPECTION),
    },
    {
	.kind = WAIT_MEDIATION,
	.party = PARTY_NOBODY, /* of this dispute: an outside body */
	.length = CLOCK_EXTERNAL_MEDIATION,
	.stages = STAGE(EXTERNAL_MEDIATION),
	.lives_in = STAGE(EXTERNAL_MEDIATION),
    },
    {
	.kind = WAIT_INQUIRY,
	.length = CLOCK_INQUIRY,
	.begins = {EVENT_INQUIRY_OPENED, 0, true},
	.lives_in = STAGE(PLATFORM_REVIEW) | STAGE(INSPECTION) | STAGE(PRELIMINARY_FINDING) | STAGE(APPEALED),
	.ends = {{EVENT_INQUIRY_ANSWERED, 0, true}, {EVENT_SILENCE_REACHED, 0, true}},
    },
};
enum { WAIT_RULES = sizeof wait_rules / sizeof wait_rules[0] };

static const struct wait_rule *wait_rule(enum wait_kind kind)
{
	for (int i = 0; i < WAIT_RULES; i++)
		if (wait_rules[i].kind == kind)
			return &wait_rules[i];
	return NULL;
}

/* ---- what facts make of them ---- */

struct clock_wait *waits_put(struct clock_waits *waits, struct arena *arena)
{
	if (waits->count == waits->room) {
		int room = waits->room == 0 ? 8 : 2 * waits->room;
		struct clock_wait *list = arena_new_array(arena, struct clock_wait, room);
		if (waits->count > 0)
			memcpy(list, waits->list, sizeof(list[0]) * waits->count);
		waits->list = list;
		waits->room = room;
	}
	struct clock_wait *wait = &waits->list[waits->count++];
	*wait = (struct clock_wait){.actor_id = ""};
	return wait;
}

static bool is_said(const struct wait_fact *fact, enum cause cause, enum actor_kind actor)
{
	return fact->cause != EVENT_NONE && cause == cause_of_event(fact->cause) &&
	       (fact->actors == 0 || (fact->actors & 1u << actor) != 0);
}

static bool is_fact(const struct wait_fact *fact, const struct event *event)
{
	return is_said(fact, event->cause, event->actor.kind);
}

/* What is asked of the merchant, or taken back from him, is not what the complainant is waited for. */
static bool is_to(const struct wait_rule *rule, const struct event *event)
{
	enum party to_party = said_of(event)->to_party;
	bool names = event->cause == CAUSE_EVIDENCE_REQUESTED || event->cause == CAUSE_EVIDENCE_REQUEST_WITHDRAWN;
	return !names || to_party == rule->party;
}

static bool ends(const struct wait_rule *rule, const struct clock_wait *wait, bool left, const struct event *event)
{
	if (left && (rule->lives_in == 0 || (rule->lives_in & 1u << event->stage) == 0))
		return true;
	for (int i = 0; i < WAIT_FACTS_MAX; i++) {
		const struct wait_fact *fact = &rule->ends[i];
		if (!is_fact(fact, event) || !is_to(rule, event))
			continue;
		if (!fact->numbered || (event->clock == wait->length && event->cycle == wait->cycle))
			return true;
	}
	return false;
}

/* One that lasts: of what facts number each for itself. NULL: none. */
static struct clock_wait *lasting(const struct clock_waits *waits, const struct wait_rule *rule, int32_t cycle)
{
	for (int i = 0; i < waits->count; i++) {
		struct clock_wait *wait = &waits->list[i];
		if (wait->kind == rule->kind && wait->until_us == 0 && (!rule->begins.numbered || wait->cycle == cycle))
			return wait;
	}
	return NULL;
}

static bool begins(const struct wait_rule *rule, bool entered, const struct event *event)
{
	if (entered && (rule->stages & 1u << event->stage) != 0)
		return true;
	if (!is_fact(&rule->begins, event) || !is_to(rule, event))
		return false;
	return !rule->begins.numbered || (event->clock == rule->length && event->cycle > 0);
}

static void begin(struct clock_waits *waits, struct arena *arena, const struct wait_rule *rule, const struct event *event)
{
	int32_t cycle = event->clock == rule->length ? event->cycle : 0;
	struct clock_wait *wait = lasting(waits, rule, cycle);
	if (wait == NULL && waits->count >= WAITS_MAX)
		return;
	if (wait != NULL) { /* asked anew: it lasts on, and its own clock is the new one */
		wait->cycle = cycle;
		return;
	}
	wait = waits_put(waits, arena);
	wait->kind = rule->kind;
	wait->party = rule->party ? rule->party : said_of(event)->to_party;
	wait->length = rule->kind == WAIT_ANSWER && event->answer == ANSWER_DEFENCE ? CLOCK_ANSWER_TO_DEFENCE : rule->length;
	wait->cycle = cycle;
	wait->from_us = event->occurred_at_us;
	wait->began = event->cause;
	wait->actor = event->actor.kind;
}

static bool any_lasts(const struct clock_waits *waits, enum wait_kind kind)
{
	for (int i = 0; i < waits->count; i++)
		if (waits->list[i].kind == kind && waits->list[i].until_us == 0)
			return true;
	return false;
}

bool waits_hear(const struct clock_waits *waits, enum cause cause, enum actor_kind actor)
{
	for (int i = 0; i < WAIT_RULES; i++) {
		const struct wait_rule *rule = &wait_rules[i];
		if (is_said(&rule->begins, cause, actor))
			return true;
		for (int j = 0; j < WAIT_FACTS_MAX && any_lasts(waits, rule->kind); j++)
			if (is_said(&rule->ends[j], cause, actor))
				return true;
	}
	return false;
}

void waits_changed(struct clock_waits *waits, struct arena *arena, enum stage stage_before, const struct event *event)
{
	bool moved = event->stage != stage_before;
	for (int i = 0; i < waits->count; i++) {
		struct clock_wait *wait = &waits->list[i];
		if (wait->until_us != 0 || !ends(wait_rule(wait->kind), wait, moved, event))
			continue;
		wait->until_us = event->occurred_at_us;
		wait->ended = event->cause;
	}
	for (int i = 0; i < WAIT_RULES; i++)
		if (begins(&wait_rules[i], moved, event))
			begin(waits, arena, &wait_rules[i], event);
}

/* ---- what they do to one clock ---- */

/* How far a clock has used what the policy grants. */
struct granted {
	int pauses_left;
	int64_t days_left;
	int inquiries_left;
};

/* The end of the n-th business day from there; false: the calendar does not reach so far. */
static bool days_from(const struct clock *clock, int64_t from_us, int64_t days, int64_t *until_us)
{
	return calendar_add(clock->times->calendar, TARGET_UNIT_BUSINESS_DAYS, from_us, days, until_us) == CALENDAR_OK;
}

/* Until when evidence may be waited for; false: no more. */
static bool bound_evidence(const struct clock *clock, struct granted *granted, int64_t from_us, int64_t end_us, int64_t *bound_us)
{
	int64_t used = 0;
	if (granted->pauses_left-- <= 0 || granted->days_left <= 0 || !days_from(clock, from_us, granted->days_left, bound_us))
		return false;
	(void)!calendar_elapsed(
	    clock->times->calendar, TARGET_UNIT_BUSINESS_DAYS, from_us, end_us < *bound_us ? end_us : *bound_us, &used);
	granted->days_left -= used;
	return true;
}

/* As long as its own clock has, from where it began. */
static bool bound_by_clock(const struct clock *clock, struct granted *granted, const struct clock_wait *wait, int64_t *bound_us)
{
	const struct policy *policy = policy_find(clock->terms->set, clock->policy_id);
	if (wait->kind == WAIT_INQUIRY && granted->inquiries_left-- <= 0)
		return false;
	if (policy == NULL || !policy_has(policy, wait->length))
		return false;
	const struct policy_clock *length = &policy->clocks[wait->length];
	return calendar_add(clock->times->calendar, length->unit, wait->from_us, length->target, bound_us) == CALENDAR_OK;
}

static void put_pause(
    struct clock_pauses *pauses, const struct clock *clock, const struct clock_wait *wait, struct granted *granted)
{
	int64_t end_us = wait->until_us == 0 ? INT64_MAX : wait->until_us, bound_us;
	struct clock_pause *pause = &pauses->list[pauses->count++];
	*pause = (struct clock_pause){.wait = wait};
	pause->from_us = pause->until_us = wait->from_us > clock->started_us ? wait->from_us : clock->started_us;
	bool granted_it = wait->kind == WAIT_EVIDENCE ? bound_evidence(clock, granted, pause->from_us, end_us, &bound_us)
						      : bound_by_clock(clock, granted, wait, &bound_us);
	pause->refused = !granted_it;
	if (pause->refused)
		return;
	pause->capped = bound_us < end_us;
	pause->until_us = pause->capped ? bound_us : end_us;
	if (pause->until_us <= pause->from_us) /* its bound had passed before the clock started */
		pauses->count--;
}

static void join(struct clock_pauses *pauses, const struct clock_pause *pause)
{
	struct calendar_pause *last = pauses->apart_count > 0 ? &pauses->apart[pauses->apart_count - 1] : NULL;
	if (pause->refused)
		return;
	if (last == NULL || pause->from_us > last->until_us)
		pauses->apart[pauses->apart_count++] = (struct calendar_pause){pause->from_us, pause->until_us};
	else if (pause->until_us > last->until_us)
		last->until_us = pause->until_us;
}

struct clock_pauses clock_pauses(const struct clock *clock, const struct clock_waits *waits, struct arena *arena)
{
	struct clock_pauses pauses = {0};
	const struct clock_rule *rule = clock_rule(clock->kind);
	if (waits->count == 0 || rule->pauses_for == 0)
		return pauses;
	const struct policy_pauses *caps = &clock->terms->set->pauses;
	struct granted granted = {.pauses_left = caps->most, .days_left = caps->business_days, .inquiries_left = 1};
	pauses.list = arena_new_array(arena, struct clock_pause, waits->count);
	pauses.apart = arena_new_array(arena, struct calendar_pause, waits->count);
	for (int i = 0; i < waits->count; i++) {
		const struct clock_wait *wait = &waits->list[i];
		bool over = wait->until_us != 0 && wait->until_us <= clock->started_us;
		if ((rule->pauses_for & 1u << wait->kind) != 0 && !over)
			put_pause(&pauses, clock, wait, &granted);
	}
	for (int i = 0; i < pauses.count; i++)
		join(&pauses, &pauses.list[i]);
	return pauses;
}

const struct calendar_pause *clock_pause_at(const struct clock_pauses *pauses, int64_t at_us)
{
	for (int i = pauses->apart_count - 1; i >= 0; i--)
		if (pauses->apart[i].from_us <= at_us && at_us < pauses->apart[i].until_us)
			return &pauses->apart[i];
	return NULL;
}

const struct clock_pause *clock_pause_cause(const struct clock_pauses *pauses, int64_t at_us)
{
	for (int i = pauses->count - 1; i >= 0; i--)
		if (pauses->list[i].from_us <= at_us && at_us < pauses->list[i].until_us)
			return &pauses->list[i];
	return NULL;
}
