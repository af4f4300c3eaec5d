/* One run of a batch, from its first statement to the answer of its sync. Nothing that a run does outside the transaction survives
 * it but through done().
 *
 *   claim (due timers, virtual clock) -> load, round by round -> decide -> write -> log, timers, dead letters -> fence -> sync
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/daemon/batch.h"
#include "common/daemon/campaign.h"
#include "common/daemon/clock.h"
#include "common/daemon/daemon.h"
#include "common/daemon/emit.h"
#include "common/daemon/hop.h"
#include "common/daemon/work.h"
#include "common/daemon/lane.h"
#include "common/daemon/look.h"
#include "common/daemon/planted.h"
#include "common/daemon/shard.h"
#include "common/daemon/timers.h"
#include "common/daemon/queue.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core.h"
#include "common/store/core_hops.h"
#include "common/store/core_log.h"
#include "common/store/core_place.h"
#include "common/store/core_timers.h"

enum { LATE_US = 1000000 }; /* fired later than this is "late" */

static void on_claimed(enum pg_class class, void *context);
static void on_loaded(enum pg_class class, void *context);
static void decide_and_write(struct lane *lane);

static void on_synced(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	struct lane *lane = context;
	if (class == PG_DONE && fail_point("sync.after"))
		class = PG_LOST; /* the answer got lost */
	lane->done(lane, class, sqlstate, message);
}

/* Something has failed before the sync: the sync ends the transaction and says what it was. */
static void give_up(struct lane *lane)
{
	pg_sync(lane->pg, on_synced, lane);
}

/* ---- the items ---- */

static void add_item(struct lane *lane, struct item *item)
{
	struct batch *batch = &lane->batch;
	if (batch->items_count == lane->items_room) {
		lane->items_room = lane->items_room ? lane->items_room * 2 : 1024;
		lane->items = xrealloc(lane->items, (unsigned long)lane->items_room * sizeof(struct item *));
		batch->items = lane->items;
	}
	item->slot = NULL;
	batch->items[batch->items_count++] = item;
}

/* Brings works up to the limit from the queue, and decides which of them the service is given. Those that are parked stay out. */
static void take_records(struct lane *lane)
{
	while (lane->works_count < lane->limit && lane_waiting(lane))
		lane->works[lane->works_count++] = work_new(lane, lane_next_record(lane));
	lane->run_count = lane->works_count < lane->limit ? lane->works_count : lane->limit;
	for (int i = 0; i < lane->run_count; i++) {
		struct work *work = lane->works[i];
		if (!work->decoded_once)
			work_decode(lane, work);
		if (planted(BUG_POISON_RETRIED_FOR_EVER) && work->fault_code) {
			lane->run_count = i;
			break;
		}
		work->ordinal = 0;
		work->in_run = work_admit(lane, work);
		if (!work->in_run)
			continue;
		work->attempts++;
		lane->records_run++;
		if (!work->fault_code && !work->says_nothing)
			add_item(lane, &work->item);
	}
}

static bool is_suspect(const struct lane *lane, const struct item *item)
{
	const struct item *suspect = &lane->suspect;
	if (!lane->suspecting || item->kind != suspect->kind)
		return false;
	if (item->kind == ITEM_RESULT)
		return item->result == suspect->result;
	return item->shard == suspect->shard && item->due_us == suspect->due_us && item->timer_kind == suspect->timer_kind &&
	       !memcmp(&item->subject, &suspect->subject, sizeof item->subject);
}

/* A timer or a result joins the run; the suspect one only to be told as failed. */
static void add_other(struct lane *lane, struct item *item)
{
	item->shard->touched = true;
	lane->others_run++;
	if (is_suspect(lane, item))
		lane->suspect_item = item;
	else
		add_item(lane, item);
}

static void take_timers(struct lane *lane)
{
	for (int i = 0; i < lane->claimed_count; i++) {
		const struct core_timer *timer = &lane->claimed_timers[i];
		struct event_work *work = arena_alloc(lane->arena, sizeof *work);
		work->item = (struct item){
		    .kind = ITEM_TIMER,
		    .shard = &lane->daemon->shards[timer->shard],
		    .arena = lane->arena,
		    .key = "",
		    .trace = "",
		    .from_shard = -1,
		    .due_us = timer->due_us,
		    .subject = timer->subject,
		    .timer_kind = timer->kind,
		    .timer_version = timer->version,
		    .late = lane->batch.now_us - timer->due_us > LATE_US,
		};
		add_other(lane, &work->item);
	}
}

/* Each is of an attempt that has been made: it is written though its shard reads nothing and fires nothing, for a person or for a
 * moment; lost, the same letter would be sent a second time. Of a shard that is stopped whole it waits in memory. */
static void take_results(struct lane *lane)
{
	for (struct result_entry *entry = lane->results; entry; entry = entry->next) {
		struct shard *shard = &lane->daemon->shards[entry->shard];
		entry->in_run = shard_speaks(shard) && lane->others_run < lane->limit;
		if (!entry->in_run)
			continue;
		struct event_work *work = arena_alloc(lane->arena, sizeof *work);
		work->item = (struct item){.kind = ITEM_RESULT,
		    .shard = shard,
		    .arena = lane->arena,
		    .key = "",
		    .trace = "",
		    .from_shard = -1,
		    .result = entry->result};
		add_other(lane, &work->item);
	}
}

/* A page of a campaign: nothing else is in its run. */
static void take_page(struct lane *lane)
{
	struct item **items;
	int count = campaign_items(lane, &items);
	for (int i = 0; i < count; i++)
		if (campaign_suspects(lane, items[i]))
			lane->suspect_item = items[i];
		else
			add_item(lane, items[i]);
	lane->others_run = count;
}

/* ---- the run ---- */

static void on_timers(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	if (class != PG_DONE)
		return;
	lane->claimed_count = pg_result_rows(result);
	if (lane->claimed_count > CORE_CLAIM_MAX)
		bug("%d timers claimed", lane->claimed_count);
	for (int i = 0; i < lane->claimed_count; i++)
		core_timer_row(result, i, &lane->claimed_timers[i]);
}

static void on_clocks(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	int64_t server_us, virtual_us;
	if (class != PG_DONE)
		return;
	core_clocks_row(result, &server_us, &virtual_us);
	clock_take(lane->daemon, virtual_us);
}

static void begin(struct lane *lane, lane_done_fn *done)
{
	struct daemon *daemon = lane->daemon;
	lane->done = done;
	lane->started_us = instant_monotonic_us();
	lane->round = 0;
	lane->run_count = 0; /* a run of timers alone must not decide what the last, failed one had taken */
	lane->records_run = lane->others_run = 0;
	lane->suspect_item = NULL;
	lane->told_parked = false;
	lane->claimed_count = 0;
	lane->failed = PG_DONE;
	lane->claimed = false;
	campaign_reset(lane);
	emit_reset(lane); /* before the arena: tables stand in it, the service's too */
	if (daemon->service->memory_reset)
		daemon->service->memory_reset(lane->batch.memory);
	arena_reset(lane->arena);
	lane->batch.items_count = 0;
	lane->batch.trusting = lane->wary == 0;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count)
		shard_run_begin(&daemon->shards[i]);
}

static void on_paged(enum pg_class class, void *context)
{
	struct lane *lane = context;
	(void)fail_point("walk.after");
	if (class != PG_DONE) {
		give_up(lane);
		return;
	}
	lane->batch.now_us = daemon_now_us(lane->daemon);
	take_page(lane);
	on_loaded(PG_DONE, lane);
}

void batch_walk(struct lane *lane, lane_done_fn *done)
{
	begin(lane, done);
	(void)fail_point("walk.before");
	if (lane->daemon->clock.is_virtual)
		core_clocks_read(lane->pg, on_clocks, lane);
	campaign_ask(lane);
	pg_mark(lane->pg, on_paged, lane);
}

void batch_run(struct lane *lane, lane_done_fn *done)
{
	struct daemon *daemon = lane->daemon;
	begin(lane, done);
	timers_collect_due(lane);
	lane->claimed = lane->due_count > 0;
	if (lane->claimed) {
		(void)fail_point("claim.before");
		lane->claim_until_us = daemon_now_us(daemon);
		/* while a culprit is looked for, as few as of records, or it would never be alone */
		int most = lane->limit < daemon->batch_max ? lane->limit : CORE_CLAIM_MAX;
		core_timers_claim(lane->store, lane->pg, lane->due, lane->due_count, lane->claim_until_us, most, on_timers, lane);
	}
	if (daemon->clock.is_virtual)
		core_clocks_read(lane->pg, on_clocks, lane);
	if (lane->claimed || daemon->clock.is_virtual)
		pg_mark(lane->pg, on_claimed, lane);
	else
		on_claimed(PG_DONE, lane);
}

static void on_claimed(enum pg_class class, void *context)
{
	struct lane *lane = context;
	if (lane->claimed)
		(void)fail_point("claim.after");
	if (class != PG_DONE) {
		give_up(lane);
		return;
	}
	lane->batch.now_us = daemon_now_us(lane->daemon);
	/* While a culprit is looked for, records and the others take turns. */
	bool searching = lane->limit < lane->daemon->batch_max;
	if (!(searching && lane->claimed_count))
		take_records(lane);
	take_timers(lane);
	if (!(searching && (lane->records_run || lane->claimed_count)))
		take_results(lane);
	on_loaded(PG_DONE, lane);
}

/* Once before the first round, too. */
static void on_loaded(enum pg_class class, void *context)
{
	struct lane *lane = context;
	const struct service *service = lane->daemon->service;
	if (lane->round)
		(void)fail_point("load.after");
	if (class != PG_DONE) {
		give_up(lane);
		return;
	}
	if (lane->batch.items_count && service->load) {
		(void)fail_point("load.before");
		if (service->load(&lane->batch, lane->round++)) {
			pg_mark(lane->pg, on_loaded, lane);
			return;
		}
	}
	decide_and_write(lane);
}

/* Parked records take their place in the order of the log among the others. */
static void decide(struct lane *lane)
{
	const struct service *service = lane->daemon->service;
	(void)fail_point("decide.before");
	for (int i = 0; i < lane->run_count; i++) {
		struct work *work = lane->works[i];
		if (work->in_run && work->fault_code)
			emit_parked(lane, work);
		else if (work->in_run && work->says_nothing)
			emit_nothing(lane, work);
		else if (work->in_run)
			service->decide(&lane->batch, &work->item);
	}
	for (int i = 0; i < lane->batch.items_count; i++) {
		struct item *item = lane->batch.items[i];
		if (item->kind == ITEM_RECORD)
			continue;
		service->decide(&lane->batch, item);
	}
	if (lane->suspect_item)
		emit_failed(lane, lane->suspect_item, lane->suspect_code);
	(void)fail_point("decide.after");
}

static void on_next_due(enum pg_class class, const struct pg_result *result, void *context)
{
	if (class == PG_DONE)
		timers_left(context, result);
}

static void send_walk(struct lane *lane)
{
	if (campaign_running(lane))
		(void)fail_point("walked.before");
	campaign_write(lane);
	if (campaign_running(lane))
		(void)fail_point("walked.after");
}

static void send_hops(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count)
		hops_write(&daemon->shards[i].hops, daemon, i, lane->store);
	core_hops_send(lane->store, lane->pg);
}

static void send_fence(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		if (!shard->taken)
			continue;
		shard->to.acked_seq = shard->relay.acked;
		if (!shard_run_moved(shard))
			continue;
		look_run_end(shard);
		core_advance_add(lane->store, &(struct core_advance){
						  .shard = shard->number,
						  .epoch = shard->epoch,
						  .from = &shard->at,
						  .to = &shard->to,
					      });
	}
	core_fence_send(lane->store, lane->pg);
}

static void decide_and_write(struct lane *lane)
{
	const struct service *service = lane->daemon->service;
	decide(lane);
	if (planted(BUG_OFFSET_BEFORE_EFFECT)) {
		send_fence(lane);
		pg_sync(lane->pg, NULL, NULL);
		pg_wait_idle(lane->pg, 1000);
	}
	(void)fail_point("write.before");
	if ((lane->batch.items_count || lane->told_parked) && service->write)
		service->write(&lane->batch);
	(void)fail_point("write.after");
	(void)fail_point("log.before");
	core_log_send(lane->store, lane->pg);
	(void)fail_point("log.after");
	(void)fail_point("timer.before");
	for (int i = 0; planted(BUG_TIMER_FIRED_WITHOUT_CLAIM) && i < lane->claimed_count; i++) {
		const struct core_timer *timer = &lane->claimed_timers[i];
		core_timer_arm(lane->store, timer->shard, timer->due_us, &timer->subject, timer->kind, timer->version);
	}
	emit_timers(lane);
	if (lane->claimed)
		core_timers_next(lane->store, lane->pg, lane->due, lane->due_count, on_next_due, lane);
	(void)fail_point("timer.after");
	(void)fail_point("park.before");
	core_dead_letters_send(lane->store, lane->pg);
	(void)fail_point("park.after");
	send_walk(lane);
	(void)fail_point("hop.before");
	send_hops(lane);
	(void)fail_point("hop.after");
	(void)fail_point("fence.before");
	if (!planted(BUG_OFFSET_BEFORE_EFFECT))
		send_fence(lane);
	(void)fail_point("fence.after");
#ifdef OMBUD_FAILPOINTS
	if (fail_armed)
		pg_flush_request(lane->pg); /* so that a process stopped here really holds its locks */
#endif
	(void)fail_point("sync.before");
	pg_sync(lane->pg, on_synced, lane);
}
