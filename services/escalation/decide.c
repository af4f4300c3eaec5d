/* One item at a time: the board decides, its effects become events, rows and timers. */
#include "services/escalation/escalation.h"

#include <stdio.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/planted.h"

/* ---- effects ---- */

static struct event complaint_event(const struct known *known, enum event_type type)
{
	struct event event = event_empty(type);
	event.platform_id = known->row.platform_id;
	event.actor = (struct actor){.kind = ACTOR_KIND_OMBUD, .id = "escalation", .role = ""};
	event.order_id = known->row.order_id;
	event.complaint_id = known->complaint_text;
	return event;
}

/* Every message of one clock is filled alike; each takes the members that it has. */
static struct event clock_event(const struct known *known, const struct clock *clock, const struct clock_effect *effect)
{
	const struct clock_rule *rule = clock_rule(clock->kind);
	struct event event = complaint_event(known, effect->event);
	event.clock = clock->kind;
	event.cycle = clock->cycle;
	event.must_act = effect->event == EVENT_CLOCK_PAUSED ? effect->waits_for : clock_owner(clock->kind, clock->cycle);
	event.silence = clock_silence(rule, known->board.stage);
	event.effect = clock_terms(clock)->effect;
	event.due_at_us = clock->due_us;
	event.due_at_before_us = effect->due_before_us;
	event.met_at_us = clock->met_us;
	event.overdue_us = clock->overdue_us;
	event.percent = effect->percent;
	event.level = effect->level;
	event.role = effect->role == NULL ? "" : effect->role;
	event.notice_channel = effect->channel;
	event.next_level_at_us = clock->next_us;
	event.cause = effect->cause;
	event.ground = effect->ground;
	event.stage = known->board.stage;
	event.late = effect->late;
	return event;
}

static void emit(struct known *known, const struct event *event)
{
	struct emission emission = {
	    .topic = "ombud.escalation.v1",
	    .key = known->row.order_id,
	    .event = event,
	    .subject = known->key.complaint_id,
	    .sequence = ++known->row.sequence,
	};
	batch_emit(known->batch, known->item, &emission);
}

/* ---- clocks that start: one message for all that one fact starts ---- */

static struct started_clock started_clock(const struct known *known, const struct clock *clock)
{
	const struct clock_rule *rule = clock_rule(clock->kind);
	const struct policy_clock *terms = clock_terms(clock);
	return (struct started_clock){
	    .clock = clock->kind,
	    .cycle = clock->cycle,
	    .must_act = clock_owner(clock->kind, clock->cycle),
	    .started_at_us = clock->started_us,
	    .due_at_us = clock->due_us,
	    .target = {clock->unit, clock->target},
	    .policy_id = known->board.policy->id, /* the version's own: the clock may get another one within the same fact */
	    .policy_version = clock->terms->number,
	    .calendar_id = clock->times->set->calendar,
	    .calendar_version = clock->times->number,
	    .silence = clock_silence(rule, known->board.stage),
	    .provisional = clock->provisional,
	    .effect = terms->effect,
	    .basis = terms->basis,
	};
}

/* As it is now: what becomes of it within the same fact is told behind it. */
static void gather_start(struct known *known, const struct clock *clock)
{
	struct escalation_memory *memory = known->batch->memory;
	size_t count = memory->starts_count++;
	if (count == CLOCK_COUNT)
		bug("a fact starts more clocks than there are");
	struct started_clock *start = &memory->starts[count];
	*start = started_clock(known, clock);
	start->warn_at_us = memory->starts_warn_at_us[count];
	start->warn_at_count = (size_t)clock_warnings(clock, start->warn_at_us);
}

static void tell_starts(struct known *known)
{
	struct escalation_memory *memory = known->batch->memory;
	if (memory->starts_count == 0)
		return;
	struct event event = complaint_event(known, EVENT_CLOCKS_STARTED);
	event.clocks = memory->starts;
	event.clocks_count = memory->starts_count;
	memory->starts_count = 0;
	emit(known, &event);
}

/* ---- what has happened to a clock ---- */

static const char *step_name(enum event_type type)
{
	switch (type) {
	case EVENT_NONE:
		return "failed";
	case EVENT_CLOCKS_STARTED:
		return "clock_started"; /* this one of them */
	default:
		return event_type_short_name(type);
	}
}

/* What has moved stays in the explanation as it was. */
static const char *before_json(struct arena *arena, const struct clock *before)
{
	char due[INSTANT_TEXT_SIZE];
	return arena_printf(arena,
	    ",\"before\":{\"due_at\":\"%s\",\"unit\":\"%s\",\"target\":%lld,\"policy\":\"%s\",\"policy_version\":%d,"
	    "\"calendar\":\"%s\",\"calendar_version\":%d}",
	    instant_format(before->due_us, due), target_unit_name(before->unit), (long long)before->target, before->policy_id,
	    (int)before->terms->number, before->times->set->calendar, (int)before->times->number);
}

static const char *pause_json(struct arena *arena, const struct clock_effect *effect)
{
	char due[INSTANT_TEXT_SIZE];
	const char *before = arena_printf(arena, ",\"before\":{\"due_at\":\"%s\"}", instant_format(effect->due_before_us, due));
	if (effect->event != EVENT_CLOCK_PAUSED)
		return before;
	return arena_printf(arena, "%s,\"waits_for\":\"%s\"", before, party_name(effect->waits_for));
}

/* null while it stands still */
static const char *due_json(struct arena *arena, int64_t due_us)
{
	char due[INSTANT_TEXT_SIZE];
	return due_us == 0 ? "null" : arena_printf(arena, "\"%s\"", instant_format(due_us, due));
}

/* The clock's own history, for people: escalation.clock.steps. */
static void note_step(struct known *known, struct clock *clock, const struct clock_effect *effect)
{
	char at[INSTANT_TEXT_SIZE];
	struct arena *arena = known->board.arena;
	const char *old = clock->steps_json == NULL ? "[" : clock->steps_json;
	int old_length = (int)strlen(old) - (clock->steps_json == NULL ? 0 : 1);
	const char *detail = "";
	if (effect->event == EVENT_CLOCK_WARNED)
		detail = arena_printf(arena, ",\"percent\":%d", effect->percent);
	else if (effect->event == EVENT_LADDER_STEP_TAKEN)
		detail = arena_printf(arena, ",\"level\":%d,\"role\":\"%s\"", effect->level, effect->role);
	else if (effect->event == EVENT_SILENCE_REACHED)
		detail = arena_printf(arena, ",\"ground\":\"%s\"", silence_ground_name(effect->ground));
	else if (effect->event == EVENT_CLOCK_PAUSED || effect->event == EVENT_CLOCK_RESUMED)
		detail = pause_json(arena, effect);
	else if (effect->before != NULL)
		detail = before_json(arena, effect->before);
	clock->steps_json = arena_printf(arena, "%.*s%s{\"at\":\"%s\",\"what\":\"%s\",\"due_at\":%s,\"cause\":\"%s\"%s%s%s}]",
	    old_length, old, clock->steps_json == NULL ? "" : ",", instant_format(effect->at_us, at), step_name(effect->event),
	    due_json(arena, clock->due_us), effect->err ? effect->err : cause_name(effect->cause), detail,
	    effect->late ? ",\"late\":true" : "", effect->skipped ? ",\"skipped\":true" : "");
}

static void count_effect(struct escalation_memory *memory, const struct clock *clock, const struct clock_effect *effect)
{
	if (effect->event == EVENT_CLOCK_BREACHED)
		memory->breaches[clock->kind]++;
	else if (effect->event == EVENT_LADDER_STEP_TAKEN)
		memory->levels++;
	else if (effect->event == EVENT_CLOCK_PAUSED)
		memory->pauses[effect->cause == CAUSE_PAUSE_CAPPED]++;
	else if (effect->event == EVENT_NONE)
		memory->failures++;
}

static void take_effect(struct clock *clock, const struct clock_effect *effect, void *context)
{
	struct known *known = context;
	known->dirty = true;
	count_effect(known->batch->memory, clock, effect);
	note_step(known, clock, effect);
	if (effect->event == EVENT_NONE) {
		log_error("a deadline cannot be computed", LOG_TEXT("complaint_id", known->complaint_text),
		    LOG_TEXT("clock", clock_kind_name(clock->kind)), LOG_TEXT("err", effect->err));
		return;
	}
	if (effect->skipped || effect->event == EVENT_POLICY_MOVED)
		return;
	if (effect->event == EVENT_CLOCKS_STARTED) {
		gather_start(known, clock);
		return;
	}
	tell_starts(known);
	struct event event = clock_event(known, clock, effect);
	emit(known, &event);
}

/* ---- the board and its timers ---- */

/* NULL: it cannot be read. */
static const struct clock_version *find_version(struct batch *batch, int32_t number)
{
	struct escalation_memory *memory = batch->memory;
	struct version_entry **at = &memory->entries;
	while (*at != NULL && (*at)->version.number != number)
		at = &(*at)->next;
	if (*at != NULL)
		return &(*at)->version;
	const struct terms *terms = daemon_version(batch->daemon, number);
	const struct calendar *calendar = versions_calendar(memory->versions, number);
	if (terms == NULL || calendar == NULL)
		return NULL;
	*at = arena_alloc(batch->arena, sizeof(**at));
	(*at)->version = (struct clock_version){number, terms_policies(terms), calendar};
	return &(*at)->version;
}

static bool find_clocks_versions(struct batch *batch, struct clock_board *board)
{
	for (int i = 0; i < board->clocks_count; i++) {
		struct clock *clock = board->clocks[i];
		clock->terms = find_version(batch, clock->terms_stored);
		clock->times = find_version(batch, clock->times_stored);
		if (clock->terms == NULL || clock->times == NULL)
			return false;
	}
	return true;
}

static void pin_version(struct known *known, const struct clock_version *version)
{
	known->row.policy_version = known->row.calendar_version = version->number;
	known->row.calendar = version->set->calendar;
}

/* Effects must reach the item at hand; versions are looked up once a batch and complaint. */
static bool open_board(struct batch *batch, struct item *item, struct known *known)
{
	struct clock_board *board = &known->board;
	known->item = item;
	if (board->version != NULL)
		return true;
	const struct clock_version *version = find_version(batch, known->row.policy_version);
	if (version == NULL || !find_clocks_versions(batch, board))
		return false;
	board->version = version;
	pin_version(known, version);
	board->policy = known->stored ? policy_find(version->set, known->row.policy) : NULL;
	if (board->policy == NULL)
		board->policy = &version->set->policies[version->set->standard];
	board->stage = known->row.stage;
	board->stage_since_us = known->row.stage_since_us;
	memcpy(board->cycles, known->row.cycles, sizeof(board->cycles));
	snprintf(board->policy_named, sizeof(board->policy_named), "%s", known->row.policy_named);
	board->waits = known->row.waits;
	board->effect = take_effect;
	board->context = known;
	clock_board_know(board);
	return true;
}

static void settle_timer(struct known *known, struct clock *clock)
{
	int64_t version = clock_timer_version(clock);
	if (clock->armed_us == clock->next_us && (clock->next_us == 0 || clock->armed_version == version))
		return;
	if (clock->armed_us != 0 && clock->armed_us != clock->next_us)
		batch_disarm(known->batch, known->item, clock->armed_us, &known->key.complaint_id, clock_timer_kind(clock));
	if (clock->next_us != 0)
		batch_arm(known->batch, known->item, clock->next_us, &known->key.complaint_id, clock_timer_kind(clock), version);
	clock->armed_us = clock->next_us;
	clock->armed_version = version;
}

static void settle_timers(struct known *known)
{
	for (int i = 0; i < known->board.clocks_count; i++)
		settle_timer(known, known->board.clocks[i]);
}

/* ---- what comes ---- */

/* Strings of an item live as long as its arena; the row outlives it within the batch. */
static void take_names(struct known *known, const struct event *event)
{
	if (known->row.order_id[0] != '\0')
		return;
	known->row.order_id = arena_strdup(known->board.arena, event->order_id);
	known->row.platform_id = arena_strdup(known->board.arena, event->platform_id);
	known->row.trace = arena_strdup(known->board.arena, known->item->trace);
}

static void keep_fact(struct known *known, const struct clock_fact *fact)
{
	struct escalation_memory *memory = known->batch->memory;
	struct clock_fact kept = *fact;
	if (++known->row.facts == 1)
		kept.version = known->row.policy_version;
	store_fact_rows_add(memory->facts, &known->row, &kept);
	known->dirty = true;
}

static void take_fact(struct known *known, const struct clock_fact *fact)
{
	struct clock_board *board = &known->board;
	const struct clock_version *version = fact->version == 0 ? board->version : find_version(known->batch, fact->version);
	keep_fact(known, fact);
	if (planted(BUG_FACT_NOT_APPLIED) && fact->stage == board->stage)
		return;
	clock_fact_apply(board, fact, version);
	if (version->number != known->row.policy_version)
		pin_version(known, version);
	tell_starts(known);
}

/* Who let the clocks stand still is for people: a person of the platform answers for it. */
static void name_waits(struct known *known, const struct event *event)
{
	struct clock_waits *waits = &known->board.waits;
	for (int i = 0; i < waits->count; i++) {
		struct clock_wait *wait = &waits->list[i];
		if (wait->from_us == event->occurred_at_us && wait->actor == ACTOR_KIND_PLATFORM_PERSON &&
		    wait->actor_id[0] == '\0')
			wait->actor_id = arena_strdup(known->board.arena, event->actor.id);
	}
}

/* Much of what is said of a complaint (evidence that nobody awaits, urging) changes nothing here, and is not kept. */
static void decide_record(struct known *known, const struct event *event)
{
	const struct clock_fact fact = clock_fact_of(event);
	take_names(known, event);
	known->dirty |= !known->stored;
	if (clock_fact_counts(&known->board, &fact)) {
		take_fact(known, &fact);
		name_waits(known, event);
	} else if (event->type_id == EVENT_COMPLAINT_TRIAGED && policy_find(known->board.version->set, event->policy_id) == NULL) {
		log_error("triage names a policy that is not there: the one before stays",
		    LOG_TEXT("complaint_id", known->complaint_text), LOG_TEXT("policy_id", event->policy_id),
		    LOG_NUMBER("policy_version", known->row.policy_version));
	}
	settle_timers(known);
}

static void decide_timer(struct known *known, struct item *item)
{
	enum clock_kind kind = item->timer_kind % CLOCK_TIMER_KINDS;
	struct clock *clock = clock_board_find(&known->board, kind, clock_timer_cycle(item->timer_version));
	if (clock == NULL || clock_timer_version(clock) != item->timer_version)
		return;
	item->trace = known->row.trace;
	clock->armed_us = 0; /* its row is out of the table already */
	if (clock_board_fired(&known->board, kind, item->timer_version, known->batch->now_us, item->late))
		settle_timers(known);
}

void escalation_decide(struct batch *batch, struct item *item)
{
	struct known *known = item->slot;
	if (known == NULL || (!known->stored && item->kind == ITEM_TIMER))
		return;
	bool moves = item->kind == ITEM_RECORD && clock_fact_moves(item->event);
	if (!open_board(batch, item, known) || (moves && find_version(batch, item->event->policy_version) == NULL))
		batch_put_off(batch, item, "the policy or calendar that the complaint is pinned to");
	else if (item->kind == ITEM_RECORD)
		decide_record(known, item->event);
	else
		decide_timer(known, item);
}
