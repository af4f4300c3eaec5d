/* What has changed, each complaint once. */
#include "services/triage/triage.h"

#include "common/wire/wire.h"

void triage_write(struct batch *batch)
{
	struct triage_memory *memory = batch->memory;
	for (struct known *known = memory->known; known; known = known->hh.next) {
		if (!known->dirty)
			continue;
		struct store_triage_write write = {
		    .complaint_id = known->complaint_id,
		    .shard = known->shard,
		    .platform_id = known->facts->platform_id,
		    .order_id = known->facts->order_id,
		    .sequence = known->sequence,
		    .triaged_at_us = known->triaged_at_us,
		    .result = known->result,
		    .rules_version = known->triaged_at_us ? rules_file_rules(known->rules)->version : NULL,
		};
		write.facts = wire_pack(batch->arena, known->facts, &write.facts_size);
		store_triage_rows_add(memory->rows, &write);
	}
	pg_rows_send(batch->pg, memory->rows, NULL, NULL);
}
