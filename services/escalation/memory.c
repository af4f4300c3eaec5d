/* What a batch knows, found by key. */
#include "services/escalation/escalation.h"

#include <string.h>

#include "common/base/die.h"

void *escalation_memory_new(struct daemon *daemon)
{
	struct escalation_memory *memory = xcalloc(1, sizeof(*memory));
	memory->versions = versions_new();
	memory->args = pg_args_new();
	memory->shards = pg_array_new(PG_INT4);
	memory->ids = pg_array_new(PG_UUID);
	memory->complaints = store_complaint_rows_new();
	memory->facts = store_fact_rows_new();
	memory->clocks = store_clock_rows_new();
	return memory;
}

void escalation_memory_reset(void *context)
{
	struct escalation_memory *memory = context;
	versions_undone(memory->versions);
	HASH_CLEAR(hh, memory->known); /* its memory is the batch arena's */
	memory->entries = NULL;
	pg_array_reset(memory->shards);
	pg_array_reset(memory->ids);
	pg_rows_reset(memory->complaints);
	pg_rows_reset(memory->facts);
	pg_rows_reset(memory->clocks);
	memset(memory->breaches, 0, sizeof(memory->breaches));
	memset(memory->pauses, 0, sizeof(memory->pauses));
	memory->levels = memory->failures = 0;
	memory->starts_count = 0;
}

struct known *escalation_known(struct escalation_memory *memory, int shard, const struct uuid *complaint_id)
{
	struct known wanted, *known;
	memset(&wanted.key, 0, sizeof(wanted.key));
	wanted.key.shard = shard;
	wanted.key.complaint_id = *complaint_id;
	HASH_FIND(hh, memory->known, &wanted.key, sizeof(wanted.key), known);
	return known;
}
