/* What the batch has changed goes out as write sets, each row once. */
#include "common/base/metrics.h"
#include "common/store/refusals.h"
#include "common/wire/wire.h"

#include "services/intake/intake.h"
#include "services/intake/counters.h"

static void write_order(struct batch *batch, const struct dossier_entry *entry)
{
	struct intake_lane *lane = batch->state;
	struct event facts = event_empty(EVENT_ORDER_RECORDED);
	size_t size = 0;
	facts.platform_id = entry->dossier.platform_id;
	facts.order_id = entry->dossier.order_id;
	facts.actor.kind = ACTOR_KIND_OMBUD; /* what is kept is a whole message too */
	facts.order = (struct order_facts *)entry->dossier.order;
	const void *bytes = wire_pack(batch->arena, &facts, &size);
	intake_write_order(lane->store, entry->shard, &entry->dossier, bytes, size);
}

static void write_dossier(struct batch *batch, const struct dossier_entry *entry)
{
	struct intake_lane *lane = batch->state;
	const struct dossier *dossier = &entry->dossier;
	if (dossier->order_changed)
		write_order(batch, entry);
	for (size_t i = 0; i < dossier->complaints_count; i++) {
		if (dossier->complaints[i]->changed)
			intake_write_complaint(lane->store, entry->shard, dossier->complaints[i], batch->now_us, batch->arena);
	}
}

static void write_uses(struct batch *batch, const struct dossier_entry *entry)
{
	struct intake_lane *lane = batch->state;
	if (entry->uses.changed)
		intake_write_uses(lane->store, entry->kind, entry->dossier.order_id, entry->dossier.platform_id,
		    limit_uses_text(batch->arena, &entry->uses, batch->now_us));
}

void intake_write(struct batch *batch)
{
	struct intake_lane *lane = batch->state;
	for (struct dossier_entry *entry = lane->dossiers; entry; entry = entry->hh.next)
		write_dossier(batch, entry);
	for (struct dossier_entry *entry = lane->dossiers; entry; entry = entry->hh.next)
		write_uses(batch, entry);
	for (struct dossier_entry *entry = lane->persons; entry; entry = entry->hh.next)
		write_uses(batch, entry);
	for (const struct waiting_entry *entry = lane->waiting; entry; entry = entry->next) {
		if (!entry->stored && !entry->ended)
			intake_write_waiting(lane->store, &entry->waiting);
	}
	intake_send(lane->store, batch->pg);
	refusal_send(lane->refusals, batch->pg);
}

void intake_committed(struct batch *batch)
{
	const struct intake_lane *lane = batch->state;
	intake_sources_end_run(lane->sources, true);
	for (int i = 0; i < LIMIT_COUNT; i++)
		daemon_limit_hits((enum limit)i, lane->hits[i]);
	metric_add(&intake_counters[COUNTER_ACCEPTED], (double)lane->accepted);
	metric_add(&intake_counters[COUNTER_REFUSED], (double)lane->refused);
	metric_add(&intake_counters[COUNTER_REPEATED], (double)lane->repeated);
	metric_add(&intake_counters[COUNTER_AWAITED], (double)lane->awaited);
	metric_add(&intake_counters[COUNTER_TIMES_LATER], (double)lane->times_later);
	metric_add(&intake_counters[COUNTER_UNTELLABLE], (double)lane->untellable);
}
