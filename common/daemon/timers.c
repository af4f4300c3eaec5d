/* Timers are rows; this is the alarm clock to the next of them, and the fairness of firing: a due timer waits until what
 * lay in its shard's topics when it was seen due has been read and committed, at most FAIR_WAIT_US.
 */
#include "common/base/instant.h"
#include "common/daemon/clock.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/timers.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core_timers.h"

enum { FAIR_WAIT_US = 1000000 }; /* how long a due timer waits for what lay unread */

static void see_due(struct shard *shard)
{
	struct daemon *daemon = shard->lane->daemon;
	shard->due_seen_us = instant_monotonic_us();
	if (shard->due_seen_us < shard->taken_at_us)
		shard->due_seen_us = shard->taken_at_us;
	for (int t = 0; t < daemon->topics_count; t++) {
		int64_t low, high;
		bool known = kafka_consumer_watermarks(daemon->consumer, t, shard->number, &low, &high);
		shard->read_targets[t] = known ? high : INT64_MAX;
	}
}

static bool read_enough(const struct shard *shard)
{
	for (int t = 0; t < shard->lane->daemon->topics_count; t++)
		if (shard->at.next_offsets[t] < shard->read_targets[t] && !(shard->at_end[t] && shard->queued == 0))
			return false;
	return true;
}

/* May the shard's due timers fire now? Otherwise *wait_us is how long at most until they may. */
static bool may_fire(struct shard *shard, int64_t *wait_us)
{
	if (!shard->due_seen_us)
		see_due(shard);
	int64_t waited_us = instant_monotonic_us() - shard->due_seen_us;
	*wait_us = FAIR_WAIT_US - waited_us;
	return *wait_us <= 0 || read_enough(shard);
}

static bool is_due(const struct shard *shard)
{
	int64_t now_us = daemon_now_us(shard->lane->daemon);
	return shard_speaks(shard) && !shard->stop.times && now_us && shard->next_due_us <= now_us;
}

void timers_collect_due(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	int64_t wait_us;
	lane->due_count = 0;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		if (!is_due(shard) || !may_fire(shard, &wait_us))
			continue;
		lane->due[lane->due_count] = (struct core_due){shard->number, shard->due_from_us};
		lane->due_next_us[lane->due_count++] = INT64_MAX;
	}
}

void timers_set_alarm(struct lane *lane)
{
	struct daemon *daemon = lane->daemon;
	int64_t soonest_us = INT64_MAX;
	for (int i = lane->number; i < daemon->shards_count; i += daemon->lanes_count) {
		struct shard *shard = &daemon->shards[i];
		int64_t delay_us = INT64_MAX;
		if (!shard_speaks(shard) || shard->stop.times || shard->next_due_us == INT64_MAX)
			continue;
		if (is_due(shard))
			delay_us = may_fire(shard, &delay_us) ? 0 : delay_us;
		else if (clock_delay_us(daemon, shard->next_due_us) >= 0)
			delay_us = clock_delay_us(daemon, shard->next_due_us);
		if (delay_us < soonest_us)
			soonest_us = delay_us;
	}
	if (soonest_us == INT64_MAX)
		loop_timer_stop(lane->alarm);
	else
		loop_timer_start(lane->alarm, soonest_us);
}

void timers_left(struct lane *lane, const struct pg_result *result)
{
	for (int row = 0; row < pg_result_rows(result); row++) {
		int shard;
		int64_t due_us;
		core_next_row(result, row, &shard, &due_us);
		for (int i = 0; i < lane->due_count; i++)
			if (lane->due[i].shard == shard)
				lane->due_next_us[i] = due_us;
	}
}

void timers_committed(struct lane *lane)
{
	for (int i = 0; lane->claimed && i < lane->due_count; i++) {
		struct shard *shard = &lane->daemon->shards[lane->due[i].shard];
		int64_t left_us = lane->due_next_us[i];
		shard->next_due_us = left_us;
		shard->due_from_us = left_us < lane->claim_until_us ? left_us : lane->claim_until_us;
		shard->due_seen_us = left_us <= lane->claim_until_us ? shard->due_seen_us : 0;
	}
	for (int i = 0; i < lane->claimed_count; i++)
		counters_timer(lane->batch.now_us - lane->claimed_timers[i].due_us);
}
