#include "common/store/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/store/core_private.h"

/* ---- statements ---- */

static const struct pg_statement core_texts[CORE_COUNT] = {
    [CORE_CLOCKS] = {"core_clocks", "select clock_timestamp(), (select now from ombud.virtual_clock)", "", 2},
};

static const struct pg_statement *const rooms[] = {core_take_texts, core_place_texts, core_look_texts, core_log_texts,
    core_timers_texts, core_hops_texts, core_walks_texts, core_platforms_texts, core_texts};

struct pg_statement core_made[CORE_COUNT + 1];
static char made_for[64];

static const struct pg_statement *text_of(int statement)
{
	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
		if (rooms[i][statement].name)
			return &rooms[i][statement];
	bug("statement %d stands in no room", statement);
}

const struct pg_statement *core_statements(const char *service)
{
	if (core_made[0].name) {
		if (strcmp(made_for, service) != 0)
			bug("one service a process: %s, %s", made_for, service);
		return core_made;
	}
	snprintf(made_for, sizeof made_for, "%s", service);
	for (int i = 0; i < CORE_COUNT; i++) {
		const struct pg_statement *of_room = text_of(i);
		char *text;
		/* The one argument stands wherever %1$s does. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		if (asprintf(&text, of_room->text, service) < 0)
			bug("out of memory");
#pragma GCC diagnostic pop
		core_made[i] = *of_room;
		core_made[i].text = text;
	}
	return core_made;
}

void core_send_of_shards(struct pg *pg, int statement, const int *shards, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *array = pg_array_new(PG_INT4);
	for (int i = 0; i < count; i++)
		pg_array_int4(array, shards[i]);
	pg_args_array(args, array);
	pg_send(pg, &core_made[statement], args, fn, context);
	pg_args_free(args);
	pg_array_free(array);
}

/* ---- a store ---- */

static const int written[] = {
    CORE_LOG, CORE_DEAD_LETTER, CORE_TIMER_ARM, CORE_TIMER_DISARM, CORE_HOP_IN, CORE_HOP_OUT, CORE_WALK_STEP, CORE_WALK_NEW};
enum { WRITTEN = sizeof written / sizeof *written };

struct core_store *core_store_new(const char *service, int topics_count, int emits_count)
{
	core_statements(service);
	struct core_store *store = xcalloc(1, sizeof *store);
	for (int i = 0; i < WRITTEN; i++)
		store->sets[written[i]] = pg_rows_new(&core_made[written[i]]);
	store->fence = core_fence_new(topics_count, emits_count);
	store->due_shards = pg_array_new(PG_INT4);
	store->due_from = pg_array_new(PG_TIMESTAMPTZ);
	store->args = pg_args_new();
	return store;
}

void core_store_free(struct core_store *store)
{
	if (!store)
		return;
	for (int i = 0; i < WRITTEN; i++)
		pg_rows_free(store->sets[written[i]]);
	core_fence_free(store->fence);
	pg_array_free(store->due_shards);
	pg_array_free(store->due_from);
	pg_args_free(store->args);
	free(store);
}

void core_store_reset(struct core_store *store)
{
	for (int i = 0; i < WRITTEN; i++)
		pg_rows_reset(store->sets[written[i]]);
	core_fence_reset(store->fence);
}

/* ---- clocks ---- */

void core_clocks_read(struct pg *pg, pg_result_fn *fn, void *context)
{
	pg_send(pg, &core_made[CORE_CLOCKS], NULL, fn, context);
}

void core_clocks_row(const struct pg_result *result, int64_t *server_us, int64_t *virtual_us)
{
	*server_us = pg_get_instant(result, 0, 0);
	*virtual_us = pg_get_instant(result, 0, 1);
}
