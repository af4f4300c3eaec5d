/* What a batch knows, found by key. */
#include "services/triage/triage.h"

#include "common/base/die.h"

void *triage_memory_new(struct daemon *daemon)
{
	struct triage_memory *memory = xcalloc(1, sizeof(*memory));
	memory->args = pg_args_new();
	memory->ids = pg_array_new(PG_UUID);
	memory->rows = store_triage_rows_new();
	return memory;
}

void triage_memory_reset(void *context)
{
	struct triage_memory *memory = context;
	HASH_CLEAR(hh, memory->known);
	pg_array_reset(memory->ids);
	pg_rows_reset(memory->rows);
}

struct known *triage_known(struct triage_memory *memory, const struct uuid *complaint_id)
{
	struct known *known;
	HASH_FIND(hh, memory->known, complaint_id, sizeof(*complaint_id), known);
	return known;
}
