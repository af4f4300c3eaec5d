/* Taking shards over, and what must be true before one begins: its owner has looked back at itself, and nothing speaks against it.
 */
#include <stdio.h>
#include <string.h>

#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/campaign.h"
#include "common/daemon/hop.h"
#include "common/daemon/lanes_private.h"
#include "common/daemon/ownlook.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core_hops.h"
#include "common/store/core_take.h"
#include "common/store/core_walks.h"

static void on_hops(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_hop hop;
		core_hop_row(result, row, &hop);
		hops_taken_over(&lane->daemon->shards[hop.shard].hops, lane->daemon, &hop);
	}
}

static void on_hop_positions(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = ((struct lane *)context)->daemon;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct core_hop_position position;
		core_hop_position_row(result, row, &position);
		int index = hops_index(daemon, position.topic);
		if (index >= 0 && position.partition < daemon->shards_count)
			daemon->hop_positions[index][position.partition] = position.next_offset;
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

/* It is tried twice a second; the same reason is told once a minute. */
static void tell_untaken(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	enum { TELL_AGAIN_US = 60000000 };
	int64_t now_us = instant_monotonic_us();
	bool again = !strcmp(lane->untaken_as, sqlstate) && now_us - lane->untaken_us < TELL_AGAIN_US;
	log_at(again ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN, "cannot take shards over", LOG_TEXT("code", pg_class_name(class)),
	    LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
	if (again)
		return;
	snprintf(lane->untaken_as, sizeof lane->untaken_as, "%s", sqlstate);
	lane->untaken_us = now_us;
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
		tell_untaken(lane, class, sqlstate, message);
		lane_pause(lane, TAKE_AGAIN_MS);
		return;
	}
	lane->state = LANE_IDLE;
	for
		EACH_SHARD(lane, shard)
	if (shard->taken && shard->taking)
		log_at(shard->soon ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "shard taken over", LOG_NUMBER("shard", shard->number),
		    LOG_NUMBER("epoch", shard->epoch), LOG_NUMBER("seq", shard->at.log_seq),
		    LOG_NUMBER("acked_seq", shard->at.acked_seq), LOG_NUMBER("history", shard->history));
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

void lane_let_go(struct lane *lane)
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
	if (daemon->hops_count)
		core_hop_positions(lane->pg, daemon->service->row->hops, daemon->cluster, on_hop_positions, lane);
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

/* Words may have been lost: a shard that stands may have been set going. One that goes is fenced by what was done to it. */
static void look_at_stopped(struct daemon *daemon)
{
	for (int i = 0; i < daemon->shards_count; i++)
		daemon->shards[i].retake = daemon->shards[i].retake || (daemon->shards[i].taken && daemon->shards[i].stop.now);
	for (int i = 0; i < daemon->lanes_count; i++)
		lane_heal(daemon->lanes[i]);
}

static void on_shard(const char *payload, void *context)
{
	struct daemon *daemon = context;
	char service[64];
	int number;
	if (!payload) {
		look_at_stopped(daemon);
		return;
	}
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
/* ---- the look of its owner at itself ---- */

/* Nothing speaks against it: the shard begins. */
static void begin_shard(struct lane *lane, struct shard *shard)
{
	const struct service *service = lane->daemon->service;
	shard->own.state = OWNLOOK_DONE;
	shard->stop.again = shard->stop.now && !shard->stop.person;
	shard->stop.silent = false;
	shard_recall_moves(shard);
	shard_cursor_reset(shard, shard->at.acked_seq);
	shard_remember(shard);
	if (service->taken)
		service->taken(lane->daemon, shard->number, lane->pg);
}

void lane_looked_back(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
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
