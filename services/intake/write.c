/* What the batch has changed goes out as write sets, each row once. */
#include "common/base/metrics.h"
#include "common/store/refusals.h"
#include "common/wire/wire.h"

#include "services/intake/intake.h"
#include "services/intake/counters.h"

static void write_order(struct batch *batch, const struct dossier_entry *entry)
{
	struct intake_memory *memory = batch->memory;
	struct event facts = event_empty(EVENT_ORDER_RECORDED);
	size_t size = 0;
	facts.platform_id = entry->dossier.platform_id;
	facts.order_id = entry->dossier.order_id;
	facts.actor.kind = ACTOR_KIND_OMBUD; /* what is kept is a whole message too */
	facts.order = (struct order_facts *)entry->dossier.order;
	const void *bytes = wire_pack(batch->arena, &facts, &size);
	intake_write_order(memory->store, entry->shard, &entry->dossier, bytes, size);
}

static void write_dossier(struct batch *batch, const struct dossier_entry *entry)
{
	struct intake_memory *memory = batch->memory;
	const struct dossier *dossier = &entry->dossier;
	if (dossier->order_changed)
		write_order(batch, entry);
	for (size_t i = 0; i < dossier->complaints_count; i++) {
		if (dossier->complaints[i]->changed)
			intake_write_complaint(memory->store, entry->shard, dossier->complaints[i], batch->now_us, batch->arena);
	}
}

static void write_uses(struct batch *batch, const struct dossier_entry *entry)
{
	struct intake_memory *memory = batch->memory;
	if (entry->uses.changed)
		intake_write_uses(memory->store, entry->kind, entry->dossier.order_id, entry->dossier.platform_id,
		    limit_uses_text(batch->arena, &entry->uses, batch->now_us));
}

void intake_write(struct batch *batch)
{
	struct intake_memory *memory = batch->memory;
	for (struct dossier_entry *entry = memory->dossiers; entry; entry = entry->hh.next)
		write_dossier(batch, entry);
	for (struct dossier_entry *entry = memory->dossiers; entry; entry = entry->hh.next)
		write_uses(batch, entry);
	for (struct dossier_entry *entry = memory->persons; entry; entry = entry->hh.next)
		write_uses(batch, entry);
	for (const struct waiting_entry *entry = memory->waiting; entry; entry = entry->next) {
		if (!entry->stored && !entry->ended)
			intake_write_waiting(memory->store, &entry->waiting);
	}
	intake_send(memory->store, batch->pg);
	refusal_send(memory->refusals, batch->pg);
}

void intake_committed(struct batch *batch)
{
	const struct intake_memory *memory = batch->memory;
	intake_sources_end_run(memory->sources, true);
	for (int i = 0; i < LIMIT_COUNT; i++)
		daemon_limit_hits((enum limit)i, memory->hits[i]);
	metric_add(&intake_counters[COUNTER_ACCEPTED], (double)memory->accepted);
	metric_add(&intake_counters[COUNTER_REFUSED], (double)memory->refused);
	metric_add(&intake_counters[COUNTER_REPEATED], (double)memory->repeated);
	metric_add(&intake_counters[COUNTER_AWAITED], (double)memory->awaited);
	metric_add(&intake_counters[COUNTER_TIMES_LATER], (double)memory->times_later);
	metric_add(&intake_counters[COUNTER_UNTELLABLE], (double)memory->untellable);
}
