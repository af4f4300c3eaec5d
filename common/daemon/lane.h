/* A lane: one connection, some of the shards, one batch at a time; when it runs, and what follows a failure. */
#ifndef OMBUD_DAEMON_LANE_H
#define OMBUD_DAEMON_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/daemon/service.h"
#include "common/daemon/shard.h"
#include "common/io/pg.h"
#include "common/store/core.h"

struct core_store;
struct daemon;
struct kafka_record;
struct loop_timer;
struct result_entry;
struct timer_change;
struct work;

enum {
	BATCH_DEADLINE_MS = 8000, /* a batch unanswered for so long: the connection is dropped */
	STATEMENT_TIMEOUT_MS = 7000,
	RETRY_MS = 20, /* after a conflict */
};

enum lane_state {
	LANE_DOWN,   /* no connection, or shards to be taken */
	LANE_TAKING, /* takes its shards over */
	LANE_IDLE,
	LANE_RUNNING, /* a batch, or a reading of the relay's */
	LANE_PAUSED,  /* until the pause's timer */
};

struct lane {
	struct daemon *daemon;
	int number;
	enum lane_state state;
	struct pg *pg;
	struct core_store *store;
	struct batch batch;
	struct arena *arena; /* of batch */

	/* waiting: a ring of raw records; then decoded ones in order, of which the first run_count are in the run */
	struct kafka_record *queue;
	unsigned queue_room, queue_head, queue_tail;
	size_t queue_bytes;
	int64_t moved_us; /* monotonic: when a run was last done, or the queue was last empty */
	struct work *works[BATCH_COUNT_MAX];
	int works_count, run_count;
	struct work *spare[BATCH_COUNT_MAX];
	int spare_count;

	struct item **items; /* batch.items */
	int items_room;
	struct result_entry *results, **results_tail;

	/* the run */
	int limit;       /* records of a run; lower while a culprit is looked for */
	int records_run; /* items of each kind in the run */
	int others_run;
	int wary;                  /* so many runs more do not trust (struct batch) */
	bool suspecting;           /* the culprit is no record, but this, which is then told as failed: */
	struct item suspect;       /* ... a copy: it is claimed anew in each run, and maybe not in the next */
	struct item *suspect_item; /* ... as it stands in this run, NULL: not in it */
	char suspect_code[8];
	bool settling; /* the run in flight is the last for now */
	int round;
	int64_t started_us; /* monotonic */
	bool claimed;
	bool cursor_due; /* acknowledgements wait to be written, and nothing else runs */
	bool cursor_run;
	struct core_timer claimed_timers[CORE_CLAIM_MAX];
	int claimed_count;
	struct core_due due[SHARDS_MAX];
	int due_count;
	struct core_log_row *rows; /* emitted, for the relay */
	int rows_count, rows_room;
	struct timer_change *changes;
	int64_t due_next_us[SHARDS_MAX]; /* beside due: what is left after the claim */
	int64_t claim_until_us;
	enum pg_class failed;
	int conflicts;

	struct shard *reading; /* the relay reads this shard's log */
	bool relay_stuck;      /* ... and could hand over nothing of it */
	struct loop_timer *alarm, *pause, *watchdog, *cursor;
};

struct lane *lane_new(struct daemon *daemon, int number);
void lane_kick(struct lane *lane); /* does whatever there is to do now */
void lanes_kick(struct daemon *daemon);
/* The shards have been given to this process. Sends the taking over; lane->state says when it is done. */
void lane_take(struct lane *lane);
void lane_heal(struct lane *lane);                /* takes over again the shards that stopped, when their pause is over */
bool lane_settle(struct lane *lane, int wait_ms); /* no run in flight any more; true: in an orderly way */
void lane_drop_all(struct lane *lane);
/* batch.c reports */
void lane_run_done(struct lane *lane);
void lane_run_failed(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message);
void lane_idle(struct lane *lane);
void lane_pause(struct lane *lane, int ms);
void lane_stop_taking(struct lane *lane); /* ends the run in flight, begins no records any more */

#endif
