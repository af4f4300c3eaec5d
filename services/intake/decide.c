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

/* Does a complaint of another order have this id, in the database or in this batch? Or may one have it that is still to come: who
 * knows how another's filing is called knows the id that it will derive, and would have it refused. */
static bool is_id_taken(struct batch *batch, const struct event *event, const struct dossier_entry *entry)
{
	struct intake_memory *memory = batch->memory;
	struct owner_entry *owner = NULL;
	struct uuid id;
	if (event->type_id != EVENT_COMPLAINT_FILED || !uuid_parse(event->complaint_id, &id))
		return false;
	HASH_FIND(hh, memory->owners, &id, sizeof(id), owner);
	if (!owner)
		return !(entry && dossier_find(&entry->dossier, &id)) && wire_complaint_id_is_others(event, &id);
	return (strcmp(owner->order_id, event->order_id) != 0 || strcmp(owner->platform_id, event->platform_id) != 0);
}

/* The complaint is filed: its id is taken, and it says by which event. */
static void mark_filed(struct batch *batch, const struct item *item, struct complaint *complaint)
{
	struct intake_memory *memory = batch->memory;
	struct owner_entry *owner = NULL;
	HASH_FIND(hh, memory->owners, &complaint->id, sizeof(complaint->id), owner);
	if (owner)
		return;
	complaint->identity = item->cause;
	complaint->body_digest = item->body_digest;
	owner = arena_alloc(batch->arena, sizeof(*owner));
	owner->id = complaint->id;
	owner->order_id = complaint->order_id;
	owner->platform_id = complaint->platform_id;
	HASH_ADD(hh, memory->owners, id, sizeof(owner->id), owner);
}

/* entry: the order's, or the person's whom the event is about. */
static struct turn turn_new(struct batch *batch, const struct event *event, struct dossier_entry *entry)
{
	bool order = entry && entry->kind == INTAKE_USES_OF_ORDER;
	bool files = event->type_id == EVENT_COMPLAINT_FILED;
	int32_t version = files ? daemon_version_at(batch->daemon, event->platform_id, batch->now_us) : 0;
	return (struct turn){
	    .arena = batch->arena,
	    .dossier = order ? &entry->dossier : NULL,
	    .uses = entry ? &entry->uses : NULL,
	    .event = event,
	    .now_us = batch->now_us,
	    .limits = intake_figures(batch->daemon, event->platform_id),
	    .platform_version = version,
	    .windows = files ? intake_windows(batch->daemon, version) : NULL,
	    .types = files ? intake_types(batch->daemon, version) : NULL,
	    .law = files ? intake_law(batch->daemon, version) : NULL,
	    .id_taken = is_id_taken(batch, event, order ? entry : NULL),
	};
}

static const char *key_of(const struct event *event)
{
	if (event->order_id[0] != '\0')
		return event->order_id;
	return event->person_id[0] != '\0' ? event->person_id : event->subject_id;
}

/* A row of the log that says nothing outside. */
static void note(
    struct batch *batch, struct item *item, const struct event *event, const char *type, const char *text, bool without_cause)
{
	struct emission emission = {.key = key_of(event), .type = type, .note = text, .without_cause = without_cause};
	uuid_parse(event->complaint_id, &emission.subject);
	batch_emit(batch, item, &emission);
}

/* A refusal that is not told: about the complaint that it met, else the one that was named. What a refused filing would have filed
 * is none. */
static void note_refused(struct batch *batch, struct item *item, const struct turn *turn, bool without_cause)
{
	struct emission emission = {
	    .key = key_of(turn->event), .type = "refused", .note = turn->note, .without_cause = without_cause};
	if (turn->complaint)
		emission.subject = turn->complaint->id;
	else if (turn->event->type_id != EVENT_COMPLAINT_FILED)
		uuid_parse(turn->event->complaint_id, &emission.subject);
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
		int64_t seq = batch_emit(batch, item, &emission);
		if (told->event->type_id == EVENT_REFUSED)
			intake_keep_refusal(batch, item, told->event, seq);
	}
}

static void emit_turn(struct batch *batch, struct item *item, const struct turn *turn, bool without_cause)
{
	struct intake_memory *memory = batch->memory;
	if (turn->told_count > 0)
		emit_told(batch, item, turn, without_cause);
	else if (turn->outcome == TURN_REFUSED)
		note_refused(batch, item, turn, without_cause);
	else if (turn->outcome != TURN_NOTHING || item->inbox || item->kind == ITEM_TIMER) /* what waited came from the inbox */
		note(batch, item, turn->event, event_type_short_name(turn->event->type_id), turn->note, without_cause);
	memory->accepted += turn->outcome == TURN_DONE;
	memory->refused += turn->outcome == TURN_REFUSED;
	memory->times_later += turn->times_later;
	for (int i = 0; i < LIMIT_COUNT; i++)
		memory->hits[i] += turn->hits >> i & 1;
}

static void refuse(struct batch *batch, struct item *item, const struct event *event, struct dossier_entry *entry,
    enum refusal refusal, bool without_cause)
{
	struct turn turn = turn_new(batch, event, entry);
	complaint_refuse(&turn, refusal);
	emit_turn(batch, item, &turn, without_cause);
}

/* ---- waiting for a complaint ---- */

/* in_line: the complaint is known, and what has waited for it is not all taken up yet: this comes behind it. */
static void await_complaint(struct batch *batch, struct item *item, const struct event *event, bool in_line)
{
	struct intake_memory *memory = batch->memory;
	struct dossier_entry *entry = item->slot;
	struct intake_waiting waiting = {
	    .cause = item->cause,
	    .order_id = event->order_id,
	    .platform_id = event->platform_id,
	    .since_us = batch->now_us,
	    .due_us = batch->now_us + context_of(batch)->waiting_us,
	    .place = item->offset,
	    .event = wire_cloudevent_json(batch->arena, event, item->trace),
	};
	uuid_parse(event->complaint_id, &waiting.complaint_id);
	limit_take(batch->arena, &entry->uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 1, batch->now_us);
	intake_memory_wait(batch, &waiting, false);
	/* In line, too: the taking up ends at a page that nobody can read. */
	batch_arm(batch, item, waiting.due_us, &waiting.cause, TIMER_WAITING, 0);
	note(batch, item, event, "waiting", in_line ? "behind what has waited for the complaint" : "the complaint is not known yet",
	    false);
	memory->awaited++;
}

/* Talk beyond the limit is refused; what moves a complaint waits in any case. */
static bool may_wait(struct batch *batch, const struct item *item)
{
	const struct dossier_entry *entry = item->slot;
	enum event_type type = item->event->type_id;
	bool talk = type == EVENT_COMPLAINT_URGED || type == EVENT_MESSAGE_POSTED || type == EVENT_EVIDENCE_ADDED;
	const struct limit_figures *figures = intake_figures(batch->daemon, item->event->platform_id);
	return !talk || limit_room(figures, &entry->uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 1, batch->now_us);
}

/* The item goes on in the trace of what has waited. */
static const struct event *read_waiting(struct batch *batch, struct item *item, const struct waiting_entry *entry)
{
	struct wire_decoded decoded;
	struct wire_fault fault;
	if (wire_decode_json(batch->arena, entry->waiting.event, strlen(entry->waiting.event), &decoded, &fault)) {
		item->trace = decoded.trace;
		return decoded.event;
	}
	batch_misread(INTAKE_WAITING_EVENT, entry->waiting.order_id, fault.code);
	return NULL;
}

static void end_waiting(struct batch *batch, struct waiting_entry *waiting, struct dossier_entry *entry)
{
	struct intake_memory *memory = batch->memory;
	waiting->ended = true;
	if (waiting->stored)
		intake_end_waiting(memory->store, &waiting->waiting.cause);
	limit_give_back(&entry->uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 1);
}

/* What open complaints go by: their version's windows and law. */
static bool has_versions(const struct batch *batch, const struct dossier *dossier)
{
	for (size_t i = 0; i < dossier->complaints_count; i++) {
		struct complaint *complaint = dossier->complaints[i];
		if (!complaint->types)
			complaint->types = intake_types(batch->daemon, complaint->policy_version);
		if (life_is_final(complaint->stage) || complaint->law)
			continue;
		complaint->windows = intake_windows(batch->daemon, complaint->policy_version);
		complaint->law = intake_law(batch->daemon, complaint->policy_version);
		if (!complaint->law)
			return false;
	}
	return true;
}

/* Nothing is decided about an order whose row cannot be read. */
static bool unreadable(struct batch *batch, struct item *item, const struct dossier_entry *entry)
{
	bool of_order = entry && entry->kind == INTAKE_USES_OF_ORDER;
	const char *what = of_order && entry->unreadable                       ? INTAKE_ORDER_FACTS
			   : of_order && !has_versions(batch, &entry->dossier) ? "the version that a complaint is pinned to"
									       : NULL;
	if (what)
		batch_put_off(batch, item, what);
	return what != NULL;
}

static bool is_taken_up(const struct complaint *complaint, int64_t now_us)
{
	return limit_used(&complaint->uses, LIMIT_TAKE_UP, ACTOR_KIND_UNSPECIFIED, now_us) == 0;
}

/* The complaint has come, and something waits for its order, maybe for it. */
static void begin_take_up(struct batch *batch, struct item *item, struct complaint *complaint)
{
	const struct dossier_entry *entry = item->slot;
	if (!is_taken_up(complaint, batch->now_us) ||
	    limit_used(&entry->uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, batch->now_us) == 0)
		return;
	limit_take(batch->arena, &complaint->uses, LIMIT_TAKE_UP, ACTOR_KIND_UNSPECIFIED, 1, batch->now_us);
	batch_arm(batch, item, batch->now_us, &complaint->id, TIMER_TAKE_UP, 0);
}

/* false: it cannot be read; it goes on waiting, and its own timer tries again. */
static bool take_up(struct batch *batch, struct item *item, struct waiting_entry *waiting, struct dossier_entry *entry)
{
	const struct event *event = read_waiting(batch, item, waiting);
	if (!event)
		return false;
	end_waiting(batch, waiting, entry);
	batch_disarm(batch, item, waiting->waiting.due_us, &waiting->waiting.cause, TIMER_WAITING);
	struct turn turn = turn_new(batch, event, entry);
	complaint_decide(&turn);
	emit_turn(batch, item, &turn, false);
	return true;
}

/* Those of one complaint in the order in which they came: what was read of its line; or what this batch has put behind it. */
static int take_up_all(struct batch *batch, struct item *item, const struct complaint *complaint, bool stored)
{
	struct intake_memory *memory = batch->memory;
	struct dossier_entry *entry = intake_memory_dossier(memory, complaint->platform_id, complaint->order_id);
	int count = 0;
	for (struct waiting_entry *waiting = memory->waiting; waiting; waiting = waiting->next) {
		const struct intake_waiting *row = &waiting->waiting;
		if (waiting->ended || waiting->stored != stored || (stored && !waiting->in_line) ||
		    memcmp(&row->complaint_id, &complaint->id, sizeof(complaint->id)) != 0 ||
		    strcmp(row->order_id, complaint->order_id) != 0 || strcmp(row->platform_id, complaint->platform_id) != 0)
			continue;
		count += take_up(batch, item, waiting, entry);
	}
	return count;
}

static struct complaint *find_complaint(struct batch *batch, const struct uuid *id, struct owner_entry **owner)
{
	struct intake_memory *memory = batch->memory;
	HASH_FIND(hh, memory->owners, id, sizeof(*id), *owner);
	struct dossier_entry *entry = *owner ? intake_memory_dossier(memory, (*owner)->platform_id, (*owner)->order_id) : NULL;
	return entry ? dossier_find(&entry->dossier, id) : NULL;
}

/* So much of what waits as one batch may do; the rest by the next timer, until nothing is left. */
static void decide_take_up(struct batch *batch, struct item *item)
{
	struct intake_memory *memory = batch->memory;
	struct owner_entry *owner;
	struct complaint *complaint = find_complaint(batch, &item->subject, &owner);
	bool in_turn = memory->take_ups_decided++ < TAKE_UPS_MAX;
	if (in_turn &&
	    (!complaint || unreadable(batch, item, intake_memory_dossier(memory, complaint->platform_id, complaint->order_id))))
		return;
	if (!in_turn || take_up_all(batch, item, complaint, true) > 0) {
		int64_t next_us = in_turn
				      ? batch->now_us
				      : limit_turn_us(&memory->take_up_turn_us, batch->now_us + TAKE_UP_TURN_US, TAKE_UP_TURN_US);
		batch_arm(batch, item, next_us, &item->subject, TIMER_TAKE_UP, 0);
		memory->hits[LIMIT_TAKE_UP]++;
		return;
	}
	take_up_all(batch, item, complaint, false);
	limit_give_back(&complaint->uses, LIMIT_TAKE_UP, ACTOR_KIND_UNSPECIFIED, 1);
	complaint->changed = true;
}

/* Its hour is over. A timer that finds nothing is stale: the complaint came. One that finds the complaint there: its turn comes. */
static void decide_waiting(struct batch *batch, struct item *item)
{
	struct intake_memory *memory = batch->memory;
	for (struct waiting_entry *waiting = memory->waiting; waiting; waiting = waiting->next) {
		const struct intake_waiting *row = &waiting->waiting;
		if (waiting->ended || memcmp(&row->cause, &item->subject, sizeof(item->subject)) != 0)
			continue;
		const struct event *event = read_waiting(batch, item, waiting);
		if (!event) {
			batch_put_off(batch, item, INTAKE_WAITING_EVENT);
			return;
		}
		struct dossier_entry *entry = intake_memory_dossier(memory, row->platform_id, row->order_id);
		if (unreadable(batch, item, entry))
			return;
		const struct complaint *complaint = entry ? dossier_find(&entry->dossier, &row->complaint_id) : NULL;
		if (complaint && !is_taken_up(complaint, batch->now_us))
			batch_put_off(batch, item, INTAKE_WAITING_EVENT); /* the line is on its way to it, or ends before it */
		else if (complaint)
			take_up(batch, item, waiting, entry); /* its turn passed: it, or what stands before it, could not be read */
		if (!entry || complaint)
			return;
		end_waiting(batch, waiting, entry);
		refuse(batch, item, event, entry, row->order_known ? REFUSAL_COMPLAINT_UNKNOWN : REFUSAL_ORDER_UNKNOWN, false);
		return;
	}
}

/* ---- records ---- */

/* The same again is recorded; the same id with another body is refused. Neither takes the identity. */
static void decide_repeat(struct batch *batch, struct item *item, const struct seen_entry *seen)
{
	struct intake_memory *memory = batch->memory;
	if (seen->body_digest == item->body_digest) {
		struct emission emission = {
		    .key = key_of(item->event), .type = "repeat", .subject = seen->subject, .without_cause = true};
		batch_emit(batch, item, &emission);
		memory->repeated++;
		return;
	}
	refuse(batch, item, item->event, item->slot, REFUSAL_ID_REUSED, true);
}

static void await(struct batch *batch, struct item *item, const struct event *event, bool in_line)
{
	if (may_wait(batch, item))
		await_complaint(batch, item, event, in_line);
	else
		refuse(batch, item, item->event, item->slot, REFUSAL_TOO_MANY_WAITING, false);
}

/* What is said about a complaint whose line is not taken up yet stands behind it. */
static bool comes_behind(struct batch *batch, const struct item *item)
{
	const struct dossier_entry *entry = item->slot;
	struct uuid id;
	if (!entry || !item->inbox || !complaint_event_waits(item->event->type_id) ||
	    limit_used(&entry->uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, batch->now_us) == 0 ||
	    !uuid_parse(item->event->complaint_id, &id))
		return false;
	const struct complaint *complaint = dossier_find(&entry->dossier, &id);
	return complaint && !is_taken_up(complaint, batch->now_us);
}

/* Pieces of evidence that could not be taken are told one by one, by name; the event itself was taken without them. */
static void refuse_pieces(struct batch *batch, struct item *item, struct complaint *complaint, int from)
{
	for (int i = from; i < item->refused_count; i++) {
		struct turn turn = turn_new(batch, item->event, item->slot);
		turn.complaint = complaint;
		turn.piece = &item->refused[i];
		complaint_refuse(&turn, turn.piece->why);
		emit_turn(batch, item, &turn, true);
	}
}

/* Nothing else was said than pieces that could not be taken: then the event is refused, with the first one's reason. */
static bool refuse_empty(struct batch *batch, struct item *item)
{
	if (item->event->type_id != EVENT_EVIDENCE_ADDED || item->event->evidence_count > 0 || item->refused_count == 0)
		return false;
	struct turn turn = turn_new(batch, item->event, item->slot);
	turn.piece = &item->refused[0];
	complaint_refuse(&turn, turn.piece->why);
	emit_turn(batch, item, &turn, false);
	refuse_pieces(batch, item, turn.complaint, 1);
	return true;
}

static void decide_event(struct batch *batch, struct item *item)
{
	if (refuse_empty(batch, item))
		return;
	if (comes_behind(batch, item)) {
		int later = 0;
		int64_t received_us = item->received_us ? item->received_us : batch->now_us;
		await(batch, item, event_as_received(batch->arena, item->event, received_us, &later), true);
		refuse_pieces(batch, item, NULL, 0);
		return;
	}
	struct turn turn = turn_new(batch, item->event, item->slot);
	turn.received_us = item->received_us;
	complaint_decide(&turn);
	if (turn.outcome == TURN_AWAITS) {
		await(batch, item, turn.event, false);
		refuse_pieces(batch, item, NULL, 0);
		return;
	}
	emit_turn(batch, item, &turn, false);
	if (turn.outcome != TURN_REFUSED)
		refuse_pieces(batch, item, turn.complaint, 0);
	if (turn.complaint && turn.complaint->fresh && item->event->type_id == EVENT_COMPLAINT_FILED) {
		mark_filed(batch, item, turn.complaint);
		begin_take_up(batch, item, turn.complaint);
	}
}

/* The operator's word, told as a fact of the platform's person. */
static void decide_move(struct batch *batch, struct item *item)
{
	const struct move_entry *move = item->slot;
	char id[UUID_TEXT_SIZE];
	if (!move || !move->version || unreadable(batch, item, move->order))
		return;
	struct event event = event_empty(EVENT_POLICY_MOVED);
	event.platform_id = move->platform_id;
	event.order_id = move->order_id;
	event.complaint_id = arena_strdup(batch->arena, uuid_format(&item->subject, id));
	event.policy_version = move->version;
	event.actor = (struct actor){ACTOR_KIND_PLATFORM_PERSON, move->by, ""};
	event.source = "/ombud/campaign";
	event.event_id = arena_printf(batch->arena, "%lld", (long long)item->campaign->id);
	event.occurred_at_us = item->campaign->at_us;
	struct turn turn = turn_new(batch, arena_copy(batch->arena, &event, sizeof(event)), move->order);
	complaint_command(&turn);
	emit_turn(batch, item, &turn, false);
}

static void decide_inbox(struct batch *batch, struct item *item)
{
	int shard = shard_number(item->shard);
	const struct seen_entry *seen = intake_memory_seen(batch->memory, shard, &item->cause);
	struct uuid subject = {{0}};
	if (seen && !planted(BUG_NO_REPEAT_CHECK)) {
		decide_repeat(batch, item, seen);
		return;
	}
	if (unreadable(batch, item, item->slot))
		return;
	uuid_parse(item->event->complaint_id, &subject);
	intake_memory_see(batch, shard, &item->cause, &subject, item->body_digest);
	if (item->misplaced)
		batch_forward(batch, item);
	else
		decide_event(batch, item);
}

void intake_decide(struct batch *batch, struct item *item)
{
	if (item->kind == ITEM_TIMER && item->timer_kind == TIMER_TAKE_UP)
		decide_take_up(batch, item);
	else if (item->kind == ITEM_TIMER && item->timer_kind == TIMER_UNTOLD)
		intake_decide_untold(batch, item);
	else if (item->kind == ITEM_TIMER)
		decide_waiting(batch, item);
	else if (item->kind == ITEM_WALK)
		decide_move(batch, item);
	else if (item->kind == ITEM_RECORD && item->inbox)
		decide_inbox(batch, item);
	else if (item->kind == ITEM_RECORD && !unreadable(batch, item, item->slot))
		decide_event(batch, item);
}
