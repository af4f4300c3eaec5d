/* A lane: one connection, the shards with shard % lanes == its number, one batch in flight. Here is when it runs and what it does
 * when a run fails:
 *
 *   conflict  the same again, soon
 *   data      bisect: half as many, until one item is left; it is parked; then more again, doubling
 *   fenced    a pause, take over again, the rest again (what lies below the new offsets drops out)
 *   lost      the same as soon as the database is back; half as many, if it was the batch that took too long
 *   bug       a statement that cannot work now (a migration is missing): a pause, again; else like data
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/utf8.h"
#include "common/daemon/batch.h"
#include "common/daemon/campaign.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/hop.h"
#include "common/daemon/intake.h"
#include "common/daemon/lane.h"
#include "common/daemon/lanes.h"
#include "common/daemon/ownlook.h"
#include "common/daemon/options.h"
#include "common/daemon/planted.h"
#include "common/daemon/relay.h"
#include "common/daemon/shard.h"
#include "common/daemon/timers.h"
#include "common/daemon/waiting.h"
#include "common/daemon/wake.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core.h"

enum {
	RETRY_MS = 20,        /* after a conflict */
	WARY_RUNS = 64,       /* not trusting after a failure: what comes doubled comes in swarms */
	TAKE_AGAIN_MS = 1000, /* after being fenced, or a statement that cannot work */
};

#define STATEMENT_TIMED_OUT "57014"

static const char *lane_name(struct lane *lane)
{
	static char name[LANES_MAX][128];
	snprintf(name[lane->number], sizeof name[0], "ombud-%s-%s-%d", lane->daemon->service->row->name, lane->daemon->instance,
	    lane->number);
	return name[lane->number];
}

#define EACH_SHARD(lane, shard)                                         \
	(struct shard *shard = &(lane)->daemon->shards[(lane)->number]; \
	    shard < (lane)->daemon->shards + (lane)->daemon->shards_count; shard += (lane)->daemon->lanes_count)

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

static void lane_pause(struct lane *lane, int ms)
{
	lane->state = LANE_PAUSED;
	loop_timer_start(lane->pause, ms * INT64_C(1000));
}

/* ---- taking over ---- */

static void on_hops(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_hop hop;
		core_hop_row(result, row, &hop);
		hops_taken_over(&lane->daemon->shards[hop.shard].hops, lane->daemon, &hop);
	}
}

static void on_walks(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_walk walk;
		core_walk_row(result, row, &walk);
		campaign_walk_taken(lane->daemon, &walk);
	}
}

static void on_taken(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	if (class != PG_DONE)
		return;
	for (int row = 0; row < pg_result_rows(result); row++) {
		struct core_taken taken;
		core_taken_row(result, row, &taken);
		shard_taken(&lane->daemon->shards[taken.shard], &taken);
		campaign_shard_taken(&lane->daemon->shards[taken.shard]);
	}
}

/* The database must not be older than what it has confirmed to this process. */
static void check_memory(struct lane *lane)
{
	int64_t epoch, log_seq;
	for
		EACH_SHARD(lane, shard)
	if (shard->taken && shard->taking && shard_went_back(shard, &epoch, &log_seq)) {
		shard_stop_went_back(shard, epoch, log_seq);
		shard->taking = false; /* no need to look at the topics */
	}
}

static void on_take_synced(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct lane *lane = context;
	loop_timer_stop(lane->watchdog);
	if (lane->state != LANE_TAKING)
		return;
	if (class == PG_DONE && fail_point("takeover.after"))
		class = PG_CONFLICT;
	if (class != PG_DONE) {
		for
			EACH_SHARD(lane, shard)
		shard->taken = shard->taken && !shard->taking;
		log_warn("cannot take shards over", LOG_TEXT("class", pg_class_name(class)), LOG_TEXT("sqlstate", sqlstate),
		    LOG_TEXT("err", message));
		lane_pause(lane, TAKE_AGAIN_MS);
		return;
	}
	lane->state = LANE_IDLE;
	for
		EACH_SHARD(lane, shard)
	if (shard->taken && shard->taking)
		log_info("shard taken over", LOG_NUMBER("shard", shard->number), LOG_NUMBER("epoch", shard->epoch),
		    LOG_NUMBER("log_seq", shard->at.log_seq), LOG_NUMBER("acked_seq", shard->at.acked_seq),
		    LOG_NUMBER("history", shard->history));
	check_memory(lane);
	ownlook_begin(lane);
	lane_kick(lane);
}

static void let_go(struct shard *shard)
{
	struct daemon *daemon = shard->lane->daemon;
	if (shard->taken && daemon->service->dropped)
		daemon->service->dropped(daemon, shard->number);
	shard->taken = false;
	ownlook_forget(shard);
}

static void let_go_all(struct lane *lane)
{
	for
		EACH_SHARD(lane, shard)
	let_go(shard);
}

void lane_take(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	int shards[SHARDS_MAX], count = 0;
	for
		EACH_SHARD(lane, shard)
		{
			shard->taking = shard->owned && !shard->taken;
			if (shard->taking)
				shards[count++] = shard->number;
		}
	if (!count) {
		lane->state = LANE_IDLE;
		return;
	}
	lane->state = LANE_TAKING;
	(void)fail_point("takeover.before");
	loop_timer_start(lane->watchdog, BATCH_DEADLINE_MS * 1000);
	core_take_shards(lane->pg,
	    &(struct core_claim_to){.shards = shards,
		.count = count,
		.cluster = daemon->cluster,
		.owner = daemon->instance,
		.topics = daemon->plain_topics,
		.emits = daemon->service->row->emits},
	    on_taken, lane);
	core_hops_read(lane->pg, shards, count, on_hops, lane);
	if (daemon->campaigns)
		core_walks_read(lane->pg, shards, count, on_walks, lane);
	pg_sync(lane->pg, on_take_synced, lane);
}

void lane_heal(struct lane *lane)
{
	int64_t now_us = instant_monotonic_us();
	bool due = false;
	if (lane->settling || lane->state != LANE_IDLE || pg_state(lane->pg) != PG_STATE_READY)
		return;
	for
		EACH_SHARD(lane, shard)
		{
			bool looking = shard->own.state != OWNLOOK_DONE;
			const struct shard_stop *stop = &shard->stop;
			bool over = stop->now && stop->times && !shard->queued && now_us >= stop->again_us;
			if (!shard->taken || looking || !(shard->retake || (over && (!stop->person || stop->written))))
				continue;
			let_go(shard);
			due = true;
		}
	if (due)
		lane_take(lane);
}

static void on_shard(const char *payload, void *context)
{
	struct daemon *daemon = context;
	char service[64];
	int number;
	if (sscanf(payload, "%63s %d", service, &number) != 2 || strcmp(service, daemon->service->row->name) != 0 || number < 0 ||
	    number >= daemon->shards_count || !daemon->shards[number].taken)
		return;
	daemon->shards[number].retake = true;
	lane_heal(daemon->shards[number].lane);
}

void lanes_listen(struct daemon *daemon)
{
	pg_listen(daemon->query_pg, "ombud_shard", on_shard, daemon);
}

/* ---- running ---- */

static lane_done_fn on_run_over, on_read_over, on_looked_back, lane_step_failed;

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

static void lane_idle(struct lane *lane)
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
	if (shard->taken && (shard_stop_unwritten(shard) || shard_stop_over(shard)))
		return shard;
	return NULL;
}

static void on_stop_written(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct lane *lane = context;
	loop_timer_stop(lane->watchdog);
	if (class != PG_DONE) {
		lane_step_failed(lane, class, sqlstate, message);
		return;
	}
	struct shard *shard = lane->stopping;
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
		ownlook_run(lane, on_looked_back);
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
		relay_read(lane, behind, on_read_over);
		return;
	}
	bool others = anything_to_run(lane);
	if (campaign_turn(lane, others)) {
		lane_begin(lane);
		batch_walk(lane, on_run_over);
		return;
	}
	if (others) {
		lane->cursor_run = lane->cursor_due;
		lane->cursor_due = false;
		loop_timer_stop(lane->cursor);
		lane_begin(lane);
		batch_run(lane, on_run_over);
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
	int by_topic[TOPICS_MAX] = {0}, parked[TOPICS_MAX] = {0};
	for (int i = 0; i < lane->run_count; i++) {
		const struct work *work = lane->works[i];
		if (!work->in_run)
			continue;
		if (work->fault_code) {
			parked[work->record.topic]++;
			counters_dead_letter(work->fault_code);
			log_warn("record parked", LOG_TEXT("topic", lane->daemon->plain_topics[work->record.topic]),
			    LOG_NUMBER("partition", work->record.partition), LOG_NUMBER("offset", work->record.offset),
			    LOG_TEXT("code", work->fault_code), LOG_TEXT("err", work->fault_reason));
		} else {
			by_topic[work->record.topic]++;
		}
	}
	for (int t = 0; t < lane->daemon->topics_count; t++) {
		counters_record(lane->daemon, t, "taken", by_topic[t]);
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
	lane->wary -= lane->wary > 0;
	lane->limit = lane->limit * 2 < daemon->batch_max ? lane->limit * 2 : daemon->batch_max;
	if (lane->suspect_item || lane->limit == daemon->batch_max)
		lane->suspecting = false; /* told, or gone */
}

static void lane_run_done(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	(void)fail_point("committed.before");
	timers_committed(lane);
	for
		EACH_SHARD(lane, shard)
	if (shard->taken)
		shard_run_commit(shard);
	relay_committed(lane);
	if (daemon->service->committed && lane->batch.items_count)
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

/* The data of one of the items is at fault: look everything up, run fewer, or park the one. */
static void bisect(struct lane *lane, const char *sqlstate, const char *message)
{
	int items = lane->records_run + lane->others_run;
	bool again = false, trusted = lane->wary == 0;
	lane->wary = WARY_RUNS;
	if (trusted) {
		lane_idle(lane);
		return;
	}
	if (items <= 1 && lane->records_run == 1) {
		for (int i = 0; i < lane->run_count; i++) {
			struct work *work = lane->works[i];
			if (!work->in_run)
				continue;
			again = work->fault_code != NULL; /* not even its dead letter could be written */
			work->fault_code = "poison";
			snprintf(work->fault_reason, sizeof work->fault_reason, "%s: %s", sqlstate, message);
			utf8_trim(work->fault_reason); /* a server may speak any language */
		}
	} else if (items <= 1) {
		again = lane->batch.items_count == 0; /* not even that it failed could be written */
		if (!again) {
			lane->suspecting = true;
			lane->suspect = *lane->batch.items[0];
		}
		snprintf(lane->suspect_code, sizeof lane->suspect_code, "%s", sqlstate);
	} else {
		int half = items / 2 < lane->limit ? items / 2 : lane->limit / 2;
		lane->limit = half > 1 ? half : 1;
	}
	log_warn("bisecting", LOG_NUMBER("lane", lane->number), LOG_NUMBER("items", items), LOG_NUMBER("limit", lane->limit),
	    LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
	if (again) {
		lane_pause(lane, TAKE_AGAIN_MS);
		return;
	}
	lane->state = LANE_IDLE;
	lane_kick(lane);
}

static void take_again(struct lane *lane, int ms)
{
	let_go_all(lane);
	lane_pause(lane, ms);
}

/* A statement that cannot work now: a migration is missing. */
static bool is_missing(const char *sqlstate)
{
	return !strncmp(sqlstate, "42", 2) || !strncmp(sqlstate, "3F", 2);
}

/* The data of one of a campaign's subjects is at fault: nothing else was in the run. */
static bool walk_failed(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	bool data = campaign_running(lane) && (class == PG_DATA || (class == PG_BUG && !is_missing(sqlstate)));
	campaign_failed(lane, data, sqlstate);
	if (!data)
		return false;
	log_warn(
	    "a campaign's page failed", LOG_NUMBER("lane", lane->number), LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
	lane_idle(lane);
	return true;
}

/* No record, timer or result is at fault. */
static void lane_go_round(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	switch (class) {
	case PG_CONFLICT:
		lane_pause(lane, RETRY_MS * (lane->conflicts < 20 ? ++lane->conflicts : 20));
		return;
	case PG_FENCED:
		log_warn("fenced", LOG_NUMBER("lane", lane->number));
		take_again(lane, TAKE_AGAIN_MS);
		return;
	case PG_LOST:
		lane->state = LANE_DOWN;
		if (pg_state(lane->pg) == PG_STATE_READY)
			pg_drop(lane->pg); /* it answers, but cannot serve: full, shutting down, too slow */
		return;
	case PG_DATA:
	case PG_BUG:
	case PG_DONE:
		break;
	}
	log_error("a statement cannot work", LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
	lane_pause(lane, TAKE_AGAIN_MS);
}

/* What is no run: a look, a stop's row, a reading of the log. What the last run ran has nothing to do with it, and may be gone. */
static void lane_step_failed(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	counters_retry(pg_class_name(class));
	lane->reading = NULL;
	lane_go_round(lane, class, sqlstate, message);
}

static void lane_run_failed(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	counters_retry(pg_class_name(class));
	lane->reading = NULL;
	if (walk_failed(lane, class, sqlstate, message))
		return;
	for (struct result_entry *entry = lane->results; entry; entry = entry->next)
		entry->in_run = false;
	if (class == PG_DATA || (class == PG_BUG && !is_missing(sqlstate)))
		bisect(lane, sqlstate, message);
	else if (class == PG_FENCED && planted(BUG_STALE_OWNER_NOT_FENCED))
		lane_run_done(lane);
	else
		lane_go_round(lane, class, sqlstate, message);
}

/* What missed its time comes back halved: the same again would miss it again. */
static void halve(struct lane *lane)
{
	int items = lane->records_run + lane->others_run;
	int half = items / 2 < lane->limit ? items / 2 : lane->limit / 2;
	lane->limit = half > 1 ? half : 1;
	log_warn("batch too slow", LOG_NUMBER("lane", lane->number), LOG_NUMBER("items", items), LOG_NUMBER("limit", lane->limit));
}

static void on_run_over(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	bool late = lane->overdue || !strcmp(sqlstate, STATEMENT_TIMED_OUT);
	loop_timer_stop(lane->watchdog);
	lane->overdue = false;
	if (class == PG_DONE) {
		lane_run_done(lane);
		return;
	}
	if (late && class == PG_LOST && !campaign_running(lane))
		halve(lane);
	lane_run_failed(lane, class, sqlstate, message);
}

static void on_read_over(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	loop_timer_stop(lane->watchdog);
	if (class != PG_DONE)
		lane_step_failed(lane, class, sqlstate, message);
	else if (lane->relay_stuck)
		lane_pause(lane, RETRY_MS);
	else
		lane_idle(lane);
}

/* Nothing speaks against it: the shard begins. */
static void begin_shard(struct lane *lane, struct shard *shard)
{
	const struct service *service = lane->daemon->service;
	shard->own.state = OWNLOOK_DONE;
	shard->stop.again = shard->stop.now && !shard->stop.person;
	shard->stop.silent = false;
	shard_cursor_reset(shard, shard->at.acked_seq);
	shard_remember(shard);
	if (service->taken)
		service->taken(lane->daemon, shard->number, lane->pg);
}

static void on_looked_back(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	bool begun = false;
	loop_timer_stop(lane->watchdog);
	if (class != PG_DONE) {
		lane_step_failed(lane, class, sqlstate, message);
		return;
	}
	for
		EACH_SHARD(lane, shard)
		{
			if (!shard->taken || shard->own.state != OWNLOOK_PASSED)
				continue;
			begin_shard(lane, shard);
			begun = true;
		}
	if (begun && lane->daemon->service->taken)
		pg_sync(lane->pg, NULL, NULL);
	lane->daemon->read_anew = lane->daemon->read_anew || (begun && lane->daemon->assigned);
	daemon_wake(lane->daemon); /* shards that had stopped are read again */
	lane_idle(lane);
}

/* ---- life ---- */

static void on_state(struct pg *pg, enum pg_state state, void *context)
{
	struct lane *lane = context;
	if (state == PG_STATE_READY) {
		lane->state = LANE_IDLE;
		let_go_all(lane); /* what became of the last sync is not known */
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
	pg_drop(lane->pg);
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
		pg_drop(lane->pg); /* whoever comes next ends its backend, too */
		pg_wait_idle(lane->pg, 100);
	}
	lane->settling = false;
	return settled;
}

struct lane *lane_new(struct daemon *daemon, int number)
{
	struct lane *lane = xcalloc(1, sizeof *lane);
	lane->daemon = daemon;
	lane->number = number;
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
	if (daemon->service->batch_new)
		lane->batch.state = daemon->service->batch_new(daemon);
	return lane;
}
