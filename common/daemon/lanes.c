/* A lane: one connection, the shards with shard % lanes == its number, one batch in flight. Here is when it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/batch.h"
#include "common/daemon/campaign.h"
#include "common/daemon/counters.h"
#include "common/daemon/effects.h"
#include "common/daemon/work.h"
#include "common/daemon/lanes_private.h"
#include "common/daemon/ownlook.h"
#include "common/daemon/options.h"
#include "common/daemon/relay.h"
#include "common/daemon/shard.h"
#include "common/daemon/timers.h"
#include "common/daemon/queue.h"
#include "common/daemon/wake.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core.h"
#include "common/store/core_take.h"

enum { STOP_AGAIN_US = 1000000 };

static const char *lane_name(struct lane *lane)
{
	static char name[LANES_MAX][128];
	snprintf(name[lane->number], sizeof name[0], "ombud-%s-%s-%d", lane->daemon->service->row->name, lane->daemon->instance,
	    lane->number);
	return name[lane->number];
}

static int owned_count(struct lane *lane)
{
	int count = 0;
	for
		EACH_SHARD(lane, shard)
	count += shard->owned;
	return count;
}

void lane_drop_all(struct lane *lane)
{
	lane_works_drop(lane, lane->works_count);
	lane_queue_drop(lane);
	lane->limit = lane->daemon->batch_max;
	lane->suspecting = false;
	lane->late_alone = lane->late_among = 0;
	for
		EACH_SHARD(lane, shard)
		{
			bool was = shard->taken;
			shard->owned = false;
			ownlook_forget(shard);
			shard_drop(shard);
			if (was && lane->daemon->service->dropped)
				lane->daemon->service->dropped(lane->daemon, shard->number);
		}
	lane_results_clear(lane, false);
	if (lane->state != LANE_DOWN)
		lane->state = LANE_IDLE;
}

void lane_pause(struct lane *lane, int ms)
{
	lane->state = LANE_PAUSED;
	loop_timer_start(lane->pause, ms * INT64_C(1000));
}

/* ---- running ---- */

static bool anything_to_run(struct lane *lane)
{
	if (lane->daemon->draining)
		return lane->cursor_due || lane_has_results(lane);
	if (lane->works_count || lane_waiting(lane) || lane->cursor_due)
		return true;
	if (lane_has_results(lane))
		return true;
	timers_collect_due(lane);
	return lane->due_count > 0;
}

static void watch_cursor(struct lane *lane)
{
	int64_t delay_us = lane->daemon->clock.is_virtual ? 1000 : 20000;
	for
		EACH_SHARD(lane, shard)
	if (shard->taken && shard->relay.acked > shard->at.acked_seq && !loop_timer_running(lane->cursor)) {
		loop_timer_start(lane->cursor, delay_us);
		return;
	}
}

void lane_idle(struct lane *lane)
{
	lane->state = LANE_IDLE;
	lane_kick(lane);
}

static void lane_begin(struct lane *lane)
{
	lane->state = LANE_RUNNING;
	lane->overdue = false;
	loop_timer_start(lane->watchdog, BATCH_DEADLINE_MS * 1000);
}

static struct shard *stop_to_write(struct lane *lane)
{
	for
		EACH_SHARD(lane, shard)
	if (shard->taken && (shard_stop_unwritten(shard) || shard_stop_over(shard)) &&
	    instant_monotonic_us() >= shard->write_again_us)
		return shard;
	return NULL;
}

static void on_stop_written(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct lane *lane = context;
	struct shard *shard = lane->stopping;
	loop_timer_stop(lane->watchdog);
	if (class == PG_DATA || class == PG_BUG) { /* the others of the lane go on meanwhile */
		shard->write_again_us = instant_monotonic_us() + STOP_AGAIN_US;
		log_error("a shard's stop cannot be written, and nobody but this process knows it",
		    LOG_NUMBER("shard", shard->number), LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
		lane_idle(lane);
		return;
	}
	if (class != PG_DONE) {
		lane_step_failed(lane, class, sqlstate, message);
		return;
	}
	if (lane->stopping_over) {
		shard->stands = NULL;
	} else if (shard->taken) {
		shard->stop.written = true;
		shard->stands = shard->stop.silent ? &stop_rows[shard->stop.why] : NULL;
	}
	lane_idle(lane);
}

static void write_stop(struct lane *lane, struct shard *shard)
{
	struct buf json = BUF_EMPTY;
	lane_begin(lane);
	lane->stopping = shard;
	lane->stopping_over = !shard_stop_unwritten(shard);
	if (!lane->stopping_over)
		shard_stop_json(shard, &json);
	core_stop_send(lane->pg, shard->number, shard->epoch, lane->stopping_over ? NULL : buf_string(&json));
	pg_sync(lane->pg, on_stop_written, lane);
	buf_free(&json);
}

void lane_kick(struct lane *lane)
{
	if (lane->settling || lane->state != LANE_IDLE || pg_state(lane->pg) != PG_STATE_READY || !lane->daemon->clock.known)
		return;
	if (owned_count(lane) == 0)
		return;
	if (ownlook_due(lane)) {
		lane_begin(lane);
		ownlook_run(lane, lane_looked_back);
		return;
	}
	if (ownlook_holds(lane))
		return;
	struct shard *stopped = stop_to_write(lane);
	if (stopped) {
		write_stop(lane, stopped);
		return;
	}
	struct shard *behind = relay_behind(lane);
	if (behind) {
		lane_begin(lane);
		relay_read(lane, behind, lane_read_over);
		return;
	}
	bool others = anything_to_run(lane);
	if (campaign_turn(lane, others)) {
		lane_begin(lane);
		batch_walk(lane, lane_run_over);
		return;
	}
	if (others) {
		lane->cursor_run = lane->cursor_due;
		lane->cursor_due = false;
		loop_timer_stop(lane->cursor);
		lane_begin(lane);
		batch_run(lane, lane_run_over);
		return;
	}
	watch_cursor(lane);
	timers_set_alarm(lane);
}

void lanes_kick(struct daemon *daemon)
{
	for (int i = 0; i < daemon->lanes_count; i++)
		lane_kick(daemon->lanes[i]);
}

static void count_run(struct lane *lane)
{
	int by_topic[TOPICS_MAX] = {0}, parked[TOPICS_MAX] = {0}, nothing[TOPICS_MAX] = {0};
	for (int i = 0; i < lane->run_count; i++) {
		const struct work *work = lane->works[i];
		if (!work->in_run)
			continue;
		if (work->fault_code) {
			parked[work->record.topic]++;
			counters_dead_letter(work->fault_code);
		} else if (work->says_nothing) {
			nothing[work->record.topic]++;
		} else {
			by_topic[work->record.topic]++;
		}
	}
	for (int t = 0; t < lane->daemon->topics_count; t++) {
		counters_record(lane->daemon, t, "taken", by_topic[t]);
		counters_record(lane->daemon, t, "nothing_said", nothing[t]);
		counters_record(lane->daemon, t, "dead_letter", parked[t]);
	}
	counters_batch(lane->run_count + lane->others_run, instant_monotonic_us() - lane->started_us);
}

/* A run of what comes has passed. */
static void trust_more(struct lane *lane)
{
	const struct daemon *daemon = lane->daemon;
	lane_results_clear(lane, true);
	if (lane->cursor_run)
		(void)fail_point("cursor.after");
	int passed = lane->records_run + lane->others_run;
	lane->wary -= lane->wary > 0;
	lane->late_alone = 0;
	lane->late_among -= lane->late_among < passed ? lane->late_among : passed;
	if (!lane->late_among)
		lane->limit = lane->limit * 2 < daemon->batch_max ? lane->limit * 2 : daemon->batch_max;
	if (lane->suspect_item || lane->limit == daemon->batch_max)
		lane->suspecting = false; /* told, or gone */
}

void lane_run_done(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	(void)fail_point("committed.before");
	timers_committed(lane);
	for
		EACH_SHARD(lane, shard)
	if (shard->taken)
		shard_run_commit(shard);
	relay_committed(lane);
	effects_committed(lane);
	if (daemon->service->committed && (lane->batch.items_count || lane->told_parked))
		daemon->service->committed(&lane->batch);
	(void)fail_point("committed.after");
	count_run(lane);
	lane_works_drop(lane, lane->run_count);
	lane->run_count = 0;
	lane->moved_us = instant_monotonic_us();
	for
		EACH_SHARD(lane, shard)
	shard_passed(shard);
	lane->conflicts = 0;
	if (campaign_running(lane))
		campaign_committed(lane);
	else
		trust_more(lane);
	if (lane_half_empty(lane))
		daemon_wake(daemon); /* room has been made */
	lane_idle(lane);
}

/* Decoded records that are in no run go back to nobody: the next owner reads them again. */
void lane_stop_taking(struct lane *lane)
{
	lane_queue_drop(lane);
	if (lane->state != LANE_RUNNING)
		lane_works_drop(lane, lane->works_count);
}

static void on_pause_over(void *context)
{
	struct lane *lane = context;
	if (lane->state != LANE_PAUSED || pg_state(lane->pg) != PG_STATE_READY)
		return;
	bool all_taken = true;
	for
		EACH_SHARD(lane, shard)
	all_taken = all_taken && (!shard->owned || shard->taken);
	if (all_taken)
		lane_idle(lane);
	else
		lane_take(lane);
}

/* ---- life ---- */

static void on_state(struct pg *pg, enum pg_state state, void *context)
{
	struct lane *lane = context;
	if (state == PG_STATE_READY) {
		lane->state = LANE_IDLE;
		lane_let_go(lane); /* what became of the last sync is not known */
		if (owned_count(lane))
			lane_take(lane);
		return;
	}
	loop_timer_stop(lane->watchdog);
	if (lane->state == LANE_RUNNING)
		return; /* the run's own failure follows, with LANE_DOWN */
	lane->state = LANE_DOWN;
}

/* A previous owner that could not be ended may hold locks that taking over waits for, in vain. */
static void on_warning(struct pg *pg, const char *sqlstate, const char *message, void *context)
{
	const struct lane *lane = context;
	const char *why = core_owner_left(sqlstate);
	if (why)
		counters_owner_left(why);
	log_warn(why ? "previous owner not ended" : "database says", LOG_NUMBER("lane", lane->number),
	    LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
}

static void on_alarm(void *context)
{
	lane_kick(context);
}

static void on_cursor(void *context)
{
	struct lane *lane = context;
	(void)fail_point("cursor.before");
	lane->cursor_due = true;
	lane_kick(lane);
}

static void on_watchdog(void *context)
{
	struct lane *lane = context;
	lane->overdue = lane->state == LANE_RUNNING;
	log_warn("batch unanswered", LOG_NUMBER("lane", lane->number));
	pg_drop(lane->pg, "a batch was not answered in its time");
}

bool lane_settle(struct lane *lane, int wait_ms)
{
	int64_t until_us = instant_monotonic_us() + wait_ms * INT64_C(1000);
	bool settled = true;
	lane->settling = true;
	while (settled && (lane->state == LANE_RUNNING || lane->state == LANE_TAKING)) {
		int64_t left_us = until_us - instant_monotonic_us();
		settled = left_us > 0 && pg_wait_idle(lane->pg, (int)(left_us / 1000) + 1);
	}
	if (!settled) {
		pg_drop(lane->pg, "leaving"); /* whoever comes next ends its backend, too */
		pg_wait_idle(lane->pg, 100);
	}
	lane->settling = false;
	return settled;
}

struct lane *lane_new(struct daemon *daemon, int number)
{
	struct lane *lane = xcalloc(1, sizeof *lane);
	lane->daemon = daemon;
	lane->number = lane->turn = number;
	lane->limit = daemon->batch_max;
	lane->results_tail = &lane->results;
	lane->arena = arena_new(0);
	lane->store = core_store_new(daemon->service->row->name, daemon->topics_count, daemon->emits_count);
	lane->alarm = loop_timer_new(daemon->loop, on_alarm, lane);
	lane->pause = loop_timer_new(daemon->loop, on_pause_over, lane);
	lane->cursor = loop_timer_new(daemon->loop, on_cursor, lane);
	lane->watchdog = loop_timer_new(daemon->loop, on_watchdog, lane);
	lane->pg = pg_new(
	    daemon->loop, &(struct pg_settings){
			      .conninfo = options_text(daemon->options, "postgres.dsn"),
			      .application_name = lane_name(lane),
			      .statements = daemon->statements,
			      .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
			      .options = CORE_LANE_OPTIONS " -c lock_timeout=5000 -c idle_in_transaction_session_timeout=20000",
			      .retry_ms = 250,
			      .on_state = on_state,
			      .on_warning = on_warning,
			      .context = lane,
			  });
	lane->batch = (struct batch){.daemon = daemon, .pg = lane->pg, .arena = lane->arena};
	if (daemon->service->memory_new)
		lane->batch.memory = daemon->service->memory_new(daemon);
	return lane;
}
