#include "common/store/rebuild.h"

#include <stdio.h>

#define PAGE(table, key, values) " from escalation." table " c where (" key ") >= (" values ") order by " key

const struct pg_statement rebuild_pages[REBUILD_TABLES] = {
    [REBUILD_COMPLAINTS] =
	{
	    .name = "rebuild_complaints",
	    .text = "select c.shard, c.complaint_id, c.stage, c.stage_since, c.policy_version, c.policy, c.facts" PAGE(
		"complaint", "c.shard, c.complaint_id", "$1, $2") " offset $3 limit $4",
	    .params = "int4 uuid int4 int4",
	    .columns = 7,
	},
    [REBUILD_FACTS] =
	{
	    .name = "rebuild_facts",
	    .text = "select c.shard, c.complaint_id, c.number, c.version, c.at, c.cause, c.stage, c.actor, c.to_party, c.answer,"
		    "       c.reached, c.clock, c.cycle, c.reason, c.appeal, c.policy" PAGE(
			"fact", "c.shard, c.complaint_id, c.number", "$1, $2, $3") " offset $4 limit $5",
	    .params = "int4 uuid int4 int4 int4",
	    .columns = 16,
	},
    [REBUILD_CLOCKS] =
	{
	    .name = "rebuild_clocks",
	    .text = "select " STORE_CLOCK_COLUMNS ", c.met_at, c.overdue_us, c.ended_at" PAGE(
		"clock", "c.shard, c.complaint_id, c.clock, c.cycle", "$1, $2, $3, $4") " offset $5 limit $6",
	    .params = "int4 uuid text int4 int4 int4",
	    .columns = STORE_CLOCK_COLUMNS_COUNT + 3,
	},
};

void rebuild_page_args(struct pg_args *args, enum rebuild_table table, const struct rebuild_place *place, int most)
{
	pg_args_reset(args);
	pg_args_int4(args, place->shard);
	pg_args_uuid(args, &place->complaint_id);
	if (table == REBUILD_CLOCKS)
		pg_args_text(args, place->clock);
	if (table != REBUILD_COMPLAINTS)
		pg_args_int4(args, place->number);
	pg_args_int4(args, place->read);
	pg_args_int4(args, most);
}

void rebuild_place_read(const struct pg_result *result, int row, enum rebuild_table table, struct rebuild_place *place)
{
	place->read = 1;
	if (table == REBUILD_CLOCKS) {
		place->complaint_id = store_clock_complaint(result, row, &place->shard);
		snprintf(place->clock, sizeof(place->clock), "%s", pg_get_text(result, row, 1));
		place->number = pg_get_int4(result, row, 2);
		return;
	}
	place->shard = pg_get_int4(result, row, 0);
	place->complaint_id = pg_get_uuid(result, row, 1);
	if (table == REBUILD_FACTS)
		place->number = pg_get_int4(result, row, 2);
}

void rebuild_complaint_read(const struct pg_result *result, int row, struct rebuild_complaint *read)
{
	read->stage = stage_by_name(pg_get_text(result, row, 2));
	read->stage_since_us = pg_get_instant(result, row, 3);
	read->policy_version = pg_get_int4(result, row, 4);
	read->policy = pg_get_text(result, row, 5);
	read->facts = pg_get_int4(result, row, 6);
}

void rebuild_fact_read(const struct pg_result *result, int row, struct clock_fact *fact)
{
	*fact = (struct clock_fact){
	    .version = pg_get_int4(result, row, 3),
	    .at_us = pg_get_instant(result, row, 4),
	    .cause = pg_get_int2(result, row, 5),
	    .stage = pg_get_int2(result, row, 6),
	    .actor = pg_get_int2(result, row, 7),
	    .to_party = pg_get_int2(result, row, 8),
	    .answer = pg_get_int2(result, row, 9),
	    .reached = pg_get_bool(result, row, 10),
	    .clock = pg_get_int2(result, row, 11),
	    .cycle = pg_get_int4(result, row, 12),
	    .reason = pg_get_int2(result, row, 13),
	    .appeal = pg_get_int2(result, row, 14),
	    .policy_id = pg_get_text(result, row, 15),
	};
}

void rebuild_clock_read(const struct pg_result *result, int row, struct clock *clock)
{
	store_clock_row_read(result, row, clock);
	clock->met_us = pg_get_instant(result, row, STORE_CLOCK_COLUMNS_COUNT);
	clock->overdue_us = pg_get_int8(result, row, STORE_CLOCK_COLUMNS_COUNT + 1);
	clock->ended_us = pg_get_instant(result, row, STORE_CLOCK_COLUMNS_COUNT + 2);
}
