/* One item: who has said it before, is it in the right place, what does the model decide; then its words are emitted. */
#include <string.h>

#include "common/base/log.h"
#include "common/daemon/planted.h"
#include "common/wire/wire.h"

#include "services/intake/intake.h"

static const struct intake *context_of(const struct batch *batch)
{
	return daemon_context(batch->daemon);
}

/* Does a complaint of another order have this id, in the database or in this batch? */
static bool is_id_taken(struct batch *batch, const struct event *event)
{
	struct intake_lane *lane = batch->state;
	struct owner_entry *owner = NULL;
	struct uuid id;
	if (event->type_id != EVENT_COMPLAINT_FILED || !uuid_parse(event->complaint_id, &id))
		return false;
	HASH_FIND(hh, lane->owners, &id, sizeof(id), owner);
	return owner && (strcmp(owner->order_id, event->order_id) != 0 || strcmp(owner->platform_id, event->platform_id) != 0);
}

/* The complaint is filed: its id is taken, and it says by which event. */
static void mark_filed(struct batch *batch, const struct item *item, struct complaint *complaint)
{
	struct intake_lane *lane = batch->state;
	struct owner_entry *owner = NULL;
	HASH_FIND(hh, lane->owners, &complaint->id, sizeof(complaint->id), owner);
	if (owner)
		return;
	complaint->identity = item->cause;
	complaint->body_digest = item->body_digest;
	owner = arena_alloc(batch->arena, sizeof(*owner));
	owner->id = complaint->id;
	owner->order_id = complaint->order_id;
	owner->platform_id = complaint->platform_id;
	HASH_ADD(hh, lane->owners, id, sizeof(owner->id), owner);
}

/* entry: the order's, NULL when the event is about none. */
static struct turn turn_new(struct batch *batch, const struct event *event, struct dossier_entry *entry)
{
	return (struct turn){
	    .arena = batch->arena,
	    .dossier = entry ? &entry->dossier : NULL,
	    .event = event,
	    .now_us = batch->now_us,
	    .limits = &context_of(batch)->limits,
	    .id_taken = is_id_taken(batch, event),
	};
}

static const char *key_of(const struct event *event)
{
	return event->order_id[0] != '\0' ? event->order_id : event->person_id;
}

/* A row of the log that says nothing outside. */
static void note(struct batch *batch, struct item *item, const struct event *event, const char *type, const char *text)
{
	struct emission emission = {.key = key_of(event), .type = type, .note = text};
	uuid_parse(event->complaint_id, &emission.subject);
	batch_emit(batch, item, &emission);
}

static void emit_told(struct batch *batch, struct item *item, const struct turn *turn, bool without_cause)
{
	for (size_t i = 0; i < turn->told_count; i++) {
		const struct told *told = &turn->told[i];
		struct emission emission = {
		    .topic = told->event->type_id == EVENT_REMEDY_ORDERED ? "ombud.remedy.v1" : "ombud.complaint.v1",
		    .key = key_of(told->event),
		    .event = told->event,
		    .subject = told->subject,
		    .sequence = told->sequence,
		    .note = told->note,
		    .without_cause = without_cause,
		};
		batch_emit(batch, item, &emission);
	}
}

static void emit_turn(struct batch *batch, struct item *item, const struct turn *turn)
{
	struct intake_lane *lane = batch->state;
	if (turn->told_count > 0)
		emit_told(batch, item, turn, false);
	else if (turn->outcome == TURN_REFUSED)
		note(batch, item, turn->event, "refused", turn->note);
	else if (turn->outcome != TURN_NOTHING || item->inbox || item->kind == ITEM_TIMER) /* what waited came from the inbox */
		note(batch, item, turn->event, event_type_short_name(turn->event->type_id), turn->note);
	lane->accepted += turn->outcome == TURN_DONE;
	lane->refused += turn->outcome == TURN_REFUSED;
	lane->times_later += turn->times_later;
}

/* ---- waiting for a complaint ---- */

static void await_complaint(struct batch *batch, struct item *item, const struct event *event)
{
	struct intake_lane *lane = batch->state;
	struct intake_waiting waiting = {
	    .cause = item->cause,
	    .order_id = event->order_id,
	    .platform_id = event->platform_id,
	    .since_us = batch->now_us,
	    .due_us = batch->now_us + context_of(batch)->waiting_us,
	    .place = item->offset,
	    .event = wire_cloudevent_json(batch->arena, event),
	};
	uuid_parse(event->complaint_id, &waiting.complaint_id);
	intake_lane_wait(batch, &waiting, false);
	batch_arm(batch, item, waiting.due_us, &waiting.cause, TIMER_WAITING, 0);
	note(batch, item, event, "waiting", "the complaint is not known yet");
	lane->awaited++;
}

static struct dossier_entry *dossier_of(const struct batch *batch, const struct event *event)
{
	return event->order_id[0] != '\0' ? intake_lane_dossier(batch->state, event->platform_id, event->order_id) : NULL;
}

static const struct event *read_waiting(struct batch *batch, const struct waiting_entry *entry)
{
	struct wire_decoded decoded;
	struct wire_fault fault;
	if (wire_decode_json(batch->arena, entry->waiting.event, strlen(entry->waiting.event), &decoded, &fault))
		return decoded.event;
	log_error("an event that waited cannot be read", LOG_TEXT("code", fault.code), LOG_TEXT("reason", fault.reason));
	return NULL;
}

static void end_waiting(struct batch *batch, struct waiting_entry *entry)
{
	struct intake_lane *lane = batch->state;
	entry->ended = true;
	if (entry->stored)
		intake_end_waiting(lane->store, &entry->waiting.cause);
}

/* The complaint has come: what waited for it is said now, in the order in which it came. */
static void take_up_waiting(struct batch *batch, struct item *item, const struct complaint *complaint)
{
	struct intake_lane *lane = batch->state;
	for (struct waiting_entry *entry = lane->waiting; entry; entry = entry->next) {
		const struct intake_waiting *waiting = &entry->waiting;
		if (entry->ended || memcmp(&waiting->complaint_id, &complaint->id, sizeof(complaint->id)) != 0 ||
		    strcmp(waiting->order_id, complaint->order_id) != 0 ||
		    strcmp(waiting->platform_id, complaint->platform_id) != 0)
			continue;
		const struct event *event = read_waiting(batch, entry);
		end_waiting(batch, entry);
		batch_disarm(batch, item, waiting->due_us, &waiting->cause, TIMER_WAITING);
		if (!event)
			continue;
		struct turn turn = turn_new(batch, event, dossier_of(batch, event));
		complaint_decide(&turn);
		emit_turn(batch, item, &turn);
	}
}

/* Its hour is over. A timer that finds nothing is stale: the complaint came. */
static void decide_timer(struct batch *batch, struct item *item)
{
	struct intake_lane *lane = batch->state;
	for (struct waiting_entry *entry = lane->waiting; entry; entry = entry->next) {
		if (entry->ended || memcmp(&entry->waiting.cause, &item->subject, sizeof(item->subject)) != 0)
			continue;
		const struct event *event = read_waiting(batch, entry);
		end_waiting(batch, entry);
		if (!event)
			return;
		struct turn turn = turn_new(batch, event, dossier_of(batch, event));
		complaint_refuse(&turn, entry->waiting.order_known ? REFUSAL_COMPLAINT_UNKNOWN : REFUSAL_ORDER_UNKNOWN);
		emit_turn(batch, item, &turn);
		return;
	}
}

/* ---- records ---- */

/* The same again is recorded; the same id with another body is refused. Neither takes the identity. */
static void decide_repeat(struct batch *batch, struct item *item, const struct seen_entry *seen)
{
	struct intake_lane *lane = batch->state;
	if (seen->body_digest == item->body_digest) {
		struct emission emission = {
		    .key = key_of(item->event), .type = "repeat", .subject = seen->subject, .without_cause = true};
		batch_emit(batch, item, &emission);
		lane->repeated++;
		return;
	}
	struct turn turn = turn_new(batch, item->event, item->slot);
	complaint_refuse(&turn, REFUSAL_ID_REUSED);
	emit_told(batch, item, &turn, true);
	lane->refused++;
}

static void decide_event(struct batch *batch, struct item *item)
{
	struct turn turn = turn_new(batch, item->event, item->slot);
	turn.received_us = item->received_us;
	complaint_decide(&turn);
	if (turn.outcome == TURN_AWAITS) {
		await_complaint(batch, item, turn.event);
		return;
	}
	emit_turn(batch, item, &turn);
	if (turn.complaint && turn.complaint->fresh && item->event->type_id == EVENT_COMPLAINT_FILED) {
		mark_filed(batch, item, turn.complaint);
		take_up_waiting(batch, item, turn.complaint);
	}
}

static void decide_inbox(struct batch *batch, struct item *item)
{
	int shard = shard_number(item->shard);
	const struct seen_entry *seen = intake_lane_seen(batch->state, shard, &item->cause);
	struct uuid subject = {{0}};
	if (seen && !planted(BUG_NO_REPEAT_CHECK)) {
		decide_repeat(batch, item, seen);
		return;
	}
	uuid_parse(item->event->complaint_id, &subject);
	intake_lane_see(batch, shard, &item->cause, &subject, item->body_digest);
	if (item->misplaced)
		batch_forward(batch, item);
	else
		decide_event(batch, item);
}

void intake_decide(struct batch *batch, struct item *item)
{
	if (item->kind == ITEM_TIMER)
		decide_timer(batch, item);
	else if (item->kind == ITEM_RECORD && item->inbox)
		decide_inbox(batch, item);
	else if (item->kind == ITEM_RECORD)
		decide_event(batch, item);
}
