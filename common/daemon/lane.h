/* A lane as the rooms of a run share it: one connection, some of the shards, what waits, the run in flight. lanes.c drives it. */
#ifndef OMBUD_DAEMON_LANE_H
#define OMBUD_DAEMON_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/daemon/service.h"
#include "common/daemon/shard.h"
#include "common/io/pg.h"
#include "common/store/core_log.h"
#include "common/store/core_timers.h"

struct core_store;
struct daemon;
struct kafka_record;
struct lane;
struct loop_timer;
struct result_entry;
struct timer_change;
struct work;

enum {
	BATCH_DEADLINE_MS = 8000, /* a batch unanswered for so long: the connection is dropped */
	STATEMENT_TIMEOUT_MS = 7000,
	LATE_ALONE_MAX = 2, /* so many times in a row one item may miss its time alone */
};

#define LATE_CODE "too_slow" /* of what missed its time alone */

enum lane_state {
	LANE_DOWN,   /* no connection, or shards to be taken */
	LANE_TAKING, /* takes its shards over */
	LANE_IDLE,
	LANE_RUNNING, /* a batch, or a reading of the relay's */
	LANE_PAUSED,  /* until the pause's timer */
};

/* How a batch, or a reading of the relay's, has ended: the answer of its sync. */
typedef void lane_done_fn(struct lane *lane, enum pg_class class, const char *sqlstate, const char *message);

/* What a line of the log says of a row beside what stands in it. */
struct effect {
	enum event_type type;                /* EVENT_NONE: a row without an event */
	bool failed;                         /* a dead letter; a timer, a result or a campaign's subject that cannot be done */
	const char *order_id, *complaint_id; /* NULL: none, or the row's own subject */
	enum stage stage_before, stage;
	enum clock_kind clock;
	enum reason reason;
	enum complaint_type complaint_type;
	enum tier tier;
	int32_t priority;
	int64_t campaign; /* 0: none */
};

struct lane {
	struct daemon *daemon;
	int number;
	enum lane_state state;
	struct pg *pg;
	struct core_store *store;
	struct batch batch;
	struct arena *arena; /* of batch */

	/* waiting: raw records, in their shards' queues; then decoded ones in order, of which the first run_count are in the run */
	unsigned queue_count;
	size_t queue_bytes;
	int turn, turn_left; /* the shard whose turn it is, and how many more of it */
	int64_t crowded_us;  /* monotonic: since when one shard fills it; 0: none does */
	int64_t moved_us;    /* monotonic: when a run was last done, or the queue was last empty */
	struct work *works[BATCH_COUNT_MAX];
	int works_count, run_count;
	struct work *spare[BATCH_COUNT_MAX];
	int spare_count;

	struct item **items; /* batch.items */
	int items_room;
	struct result_entry *results, **results_tail;

	/* the run */
	int limit;        /* records of a run; lower while a culprit is looked for, or after one that took too long */
	int records_run;  /* items of each kind in the run */
	bool told_parked; /* the service has something to write of a record that is no item of it */
	int others_run;
	int wary;                  /* so many runs more do not trust (struct batch) */
	bool suspecting;           /* the culprit is no record, but this, which is then told as failed: */
	struct item suspect;       /* ... a copy: it is claimed anew in each run, and maybe not in the next */
	struct item *suspect_item; /* ... as it stands in this run, NULL: not in it */
	char suspect_code[16];
	int late_alone; /* so many times in a row one item alone has missed its time */
	int late_among; /* among so many items more is one that is too slow: until then no more at once are tried */
	bool settling;  /* the run in flight is the last for now */
	bool overdue;   /* the run in flight was not answered in time */
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
	struct effect *effects;    /* beside rows */
	int rows_count, rows_room;
	struct timer_change *changes;
	int64_t due_next_us[SHARDS_MAX]; /* beside due: what is left after the claim */
	int64_t claim_until_us;
	enum pg_class failed;
	int conflicts;

	struct walker *walker; /* of campaigns; NULL: nothing was ever walked */
	struct shard *reading; /* the relay reads this shard's log */
	bool relay_stuck;      /* ... and could hand over nothing of it */
	char untaken_as[8];    /* why shards could not be taken over, as told last, and when: monotonic */
	int64_t untaken_us;
	struct shard *stopping; /* that it waits for a person is being written; or, over: that it does not any more */
	bool stopping_over;
	lane_done_fn *done; /* of the batch or the reading in flight */
	struct loop_timer *alarm, *pause, *watchdog, *cursor;
};

/* The shards of a lane, owned or not. Wants daemon.h. */
#define EACH_SHARD(lane, shard)                                         \
	(struct shard *shard = &(lane)->daemon->shards[(lane)->number]; \
	    shard < (lane)->daemon->shards + (lane)->daemon->shards_count; shard += (lane)->daemon->lanes_count)

#endif
