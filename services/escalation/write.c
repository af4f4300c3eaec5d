/* What became of a batch: rows, and what is counted when they are durable. */
#include "services/escalation/escalation.h"

#include <string.h>

#include "common/base/instant.h"

static void write_known(struct escalation_memory *memory, struct known *known)
{
	const struct clock_board *board = &known->board;
	known->row.stage = board->stage;
	known->row.stage_since_us = board->stage_since_us;
	known->row.policy = board->policy->id;
	known->row.policy_named = board->policy_named;
	known->row.waits = board->waits;
	memcpy(known->row.cycles, board->cycles, sizeof(known->row.cycles));
	store_complaint_rows_add(memory->complaints, &known->row);
	for (int i = 0; i < board->clocks_count; i++)
		if (board->clocks[i]->dirty)
			store_clock_rows_add(memory->clocks, &known->row, board->clocks[i]);
}

void escalation_write(struct batch *batch)
{
	struct escalation_memory *memory = batch->memory;
	for (struct known *known = memory->known; known != NULL; known = known->hh.next)
		if (known->dirty)
			write_known(memory, known);
	pg_rows_send(batch->pg, memory->complaints, NULL, NULL);
	pg_rows_send(batch->pg, memory->facts, NULL, NULL);
	pg_rows_send(batch->pg, memory->clocks, NULL, NULL);
}

enum { BREACHES, LEVELS, PAUSES, FAILURES, COVERED };

const struct counter_row escalation_counters[] = {
    [BREACHES] = {"ombud_clock_breaches_total", "Deadlines that passed, by clock.", METRIC_COUNTER, {"clock"}},
    [LEVELS] = {"ombud_escalations_total", "Levels of ladders that were climbed.", METRIC_COUNTER, {0}},
    [PAUSES] = {"ombud_clock_pauses_total", "Clocks that stood still, and that were to and had done so often enough.",
	METRIC_COUNTER, {"outcome"}},
    [FAILURES] = {"ombud_clock_failures_total", "Clocks for which no due instant could be computed.", METRIC_COUNTER, {0}},
    [COVERED] =
	{
	    "ombud_calendar_covered_until_timestamp_seconds",
	    "Up to when a calendar's holidays are known; alert 45 days before.",
	    METRIC_GAUGE,
	    {"calendar"},
	},
    {0},
};

static void tell_cover(const char *id, const struct calendar *calendar)
{
	metric_set(&escalation_counters[COVERED], (double)(calendar_covered_until_us(calendar) / US_PER_SECOND), id);
}

void escalation_committed(struct batch *batch)
{
	struct escalation_memory *memory = batch->memory;
	versions_committed(memory->versions);
	versions_each_new(memory->versions, tell_cover);
	for (int kind = 0; kind < CLOCK_COUNT; kind++)
		if (memory->breaches[kind] > 0)
			metric_add(&escalation_counters[BREACHES], memory->breaches[kind], clock_kind_name(kind));
	if (memory->levels > 0)
		metric_add(&escalation_counters[LEVELS], memory->levels);
	if (memory->pauses[0] > 0)
		metric_add(&escalation_counters[PAUSES], memory->pauses[0], "paused");
	if (memory->pauses[1] > 0)
		metric_add(&escalation_counters[PAUSES], memory->pauses[1], "refused");
	if (memory->failures > 0)
		metric_add(&escalation_counters[FAILURES], memory->failures);
}
