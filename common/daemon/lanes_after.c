/* What follows a step or a run that has ended:
 *
 *   conflict  the same again, soon
 *   data      bisect: half as many, until one item is left; it is parked; then more again, doubling
 *   late      the run missed its time: the same, but the connection is lost with it, and one alone has two tries
 *   fenced    a pause, take over again, the rest again (what lies below the new offsets drops out)
 *   lost      the same as soon as the database is back
 *   bug       a statement that cannot work now (a migration is missing): a pause, again; else like data
 */
#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/utf8.h"
#include "common/daemon/batch.h"
#include "common/daemon/campaign.h"
#include "common/daemon/counters.h"
#include "common/daemon/work.h"
#include "common/daemon/lanes_private.h"
#include "common/daemon/planted.h"
#include "common/daemon/queue.h"
#include "common/io/loop.h"
#include "common/io/pg.h"

enum {
	RETRY_MS = 20,  /* after a conflict */
	WARY_RUNS = 64, /* not trusting after a failure: what comes doubled comes in swarms */
};

#define STATEMENT_TIMED_OUT "57014"

/* The item that is left in the run is told as failed by the next one. false: that is what has failed. */
static bool convict(struct lane *lane, const char *code, const char *sqlstate, const char *message)
{
	bool anew = lane->batch.items_count > 0;
	if (lane->records_run != 1) {
		lane->suspecting = lane->suspecting || anew;
		if (anew)
			lane->suspect = *lane->batch.items[0];
		snprintf(lane->suspect_code, sizeof lane->suspect_code, "%s", code ? code : sqlstate);
		return anew;
	}
	for (int i = 0; i < lane->run_count; i++) {
		struct work *work = lane->works[i];
		if (!work->in_run)
			continue;
		anew = !work->fault_code || !work->mute;
		work->mute = work->fault_code != NULL;
		work->fault_code = code ? code : "poison";
		snprintf(work->fault_reason, sizeof work->fault_reason, "%s: %s", sqlstate, message);
		utf8_trim(work->fault_reason); /* a server may speak any language */
	}
	return anew;
}

static int items_of(const struct lane *lane)
{
	return lane->records_run + lane->others_run;
}

static void halve(struct lane *lane)
{
	int items = items_of(lane), half = items / 2 < lane->limit ? items / 2 : lane->limit / 2;
	lane->limit = half > 1 ? half : 1;
}

/* The data of one of the items is at fault: look everything up, run fewer, or park the one. */
static void bisect(struct lane *lane, const char *sqlstate, const char *message)
{
	bool again = false, trusted = lane->wary == 0;
	lane->wary = WARY_RUNS;
	if (trusted) {
		lane_idle(lane);
		return;
	}
	if (items_of(lane) <= 1)
		again = !convict(lane, NULL, sqlstate, message);
	else
		halve(lane);
	log_warn("bisecting", LOG_NUMBER("lane", lane->number), LOG_NUMBER("items", items_of(lane)),
	    LOG_NUMBER("limit", lane->limit), LOG_TEXT("sqlstate", sqlstate), LOG_TEXT("err", message));
	if (again) {
		lane_pause(lane, TAKE_AGAIN_MS);
		return;
	}
	lane->state = LANE_IDLE;
	lane_kick(lane);
}

/* What missed its time comes back halved: the same again would miss it again. One that has missed it alone is told as too slow, if
 * it misses it once more: in between the shards were taken over, so it is not the database that answers nobody. */
static void too_late(struct lane *lane)
{
	int items = items_of(lane);
	if (items > 1 || !items) {
		lane->late_among = lane->late_among ? lane->late_among : items;
		halve(lane);
	} else if (++lane->late_alone >= LATE_ALONE_MAX) {
		lane->late_alone = lane->late_among = 0;
		(void)convict(lane, LATE_CODE, STATEMENT_TIMED_OUT, "it was not done in its time, alone and twice");
	}
	log_warn("batch too slow", LOG_NUMBER("lane", lane->number), LOG_NUMBER("items", items), LOG_NUMBER("limit", lane->limit));
}

static void take_again(struct lane *lane, int ms)
{
	lane_let_go(lane);
	lane_pause(lane, ms);
}

/* A statement that cannot work now: a migration is missing. */
static bool is_missing(const char *sqlstate)
{
	return !strncmp(sqlstate, "42", 2) || !strncmp(sqlstate, "3F", 2);
}

/* The data of one of a campaign's subjects is at fault, or a statement of its: nothing else was in the run. */
static bool walk_failed(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	bool own = campaign_running(lane) && (class == PG_DATA || class == PG_BUG);
	bool missing = own && class == PG_BUG && is_missing(sqlstate);
	if (missing)
		campaign_missing(lane);
	else
		campaign_failed(lane, own, sqlstate);
	if (!own)
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
			pg_drop(lane->pg, message); /* it answers, but cannot serve: full, read-only, shutting down, too slow */
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
void lane_step_failed(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
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

void lane_run_over(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	bool late = lane->overdue || !strcmp(sqlstate, STATEMENT_TIMED_OUT);
	loop_timer_stop(lane->watchdog);
	lane->overdue = false;
	if (class == PG_DONE) {
		lane_run_done(lane);
		return;
	}
	if (late && class == PG_LOST && !campaign_running(lane))
		too_late(lane);
	else if (late && class == PG_LOST)
		campaign_late(lane);
	lane_run_failed(lane, class, sqlstate, message);
}

void lane_read_over(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message)
{
	loop_timer_stop(lane->watchdog);
	if (class != PG_DONE)
		lane_step_failed(lane, class, sqlstate, message);
	else if (lane->relay_stuck)
		lane_pause(lane, RETRY_MS);
	else
		lane_idle(lane);
}
