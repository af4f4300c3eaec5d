/* The inside of the skeleton: what its files share. Services see service.h only.
 *
 *   main.c      the program: options, loop, signals, orderly end
 *   consume.c   the consumer group: wake-ups, back-pressure, assignment, end-of-partition knowledge
 *   shard.c     what the owner of a shard remembers; taking over
 *   waiting.c   what waits for a lane: raw records, results
 *   lane.c      one connection, one batch at a time: when to run, what to do when a run fails
 *   batch.c     one run of a batch: claim, load, decide, write, fence, sync
 *   emit.c      what hooks call: log rows, dead letters, timers
 *   intake.c    a raw record to an item: decoding, placement, repeats and gaps
 *   relay.c     log rows to the broker, the acknowledged cursor
 *   timers.c    the alarm, fair firing
 *   clock.c     the one now
 *   publish.c   HTTP's way to the inbox
 *   health.c    /livez /readyz /metrics
 *   counters.c  metrics
 */
#ifndef OMBUD_DAEMON_ENGINE_H
#define OMBUD_DAEMON_ENGINE_H

#include <uthash.h>

#include "common/daemon/service.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/model/topics.h"
#include "common/store/core.h"
#include "common/wire/wire.h"

enum {
	SHARDS_MAX = TOPIC_PARTITIONS_MAX,
	QUEUE_COUNT_MAX = 3000,              /* records waiting in a lane: a few batches, so that fetching and writing overlap */
	QUEUE_BYTES_MAX = 4 * 1024 * 1024,   /* ... and the memory they take, which librdkafka no longer counts (PROOF B1) */
	POLL_MOST = 1000,                    /* records taken from the consumer in one turn of the loop */
	TICK_MS = 100,                       /* the consumer is polled at least so often, or the member leaves */
	QUEUES_BYTES_MAX = 20 * 1024 * 1024, /* in all lanes: a full one stops polling only then, while another one goes hungry */
	STALL_PAUSE_MS = 1000,               /* a full lane without a run done: its partitions are paused and polling goes on */
	FAIR_WAIT_US = 1000000,              /* how long a due timer waits for what lay unread (DESIGN 4) */
	WARY_RUNS = 64,                      /* not trusting after a failure: what comes doubled comes in swarms */
	LATE_US = 1000000,                   /* fired later than this is "late" */
	BATCH_DEADLINE_MS = 8000,            /* a batch unanswered for so long: the connection is dropped */
	STATEMENT_TIMEOUT_MS = 7000,
	RETRY_MS = 20,        /* after a conflict */
	TAKE_AGAIN_MS = 1000, /* after being fenced, or a statement that cannot work */
	STOP_MS_MIN = 1000,   /* a shard that stopped, or whose log is refused, is tried again after so long, twice as long ... */
	STOP_MS_MAX = 60000,
	REVOKE_WAIT_MS = 2000, /* for the batch in flight */
	TAKE_WAIT_MS = 6000,   /* for the database, inside a rebalance; a previous owner's backend may take 5 s to end */
	RELAY_WINDOW = 4096,   /* rows of a shard on their way to the broker; a power of two */
	HINT_MS = 1000,        /* offsets for lag tools */
	SUBSCRIBE_RETRY_MS = 500,
	METADATA_WAIT_MS = 300, /* the loop stands still meanwhile: only before this copy takes part */
	DRAIN_MS = 4000,        /* SIGTERM to exit (PROOF H20) */
};

_Static_assert((int)TOPICS_MAX == (int)CORE_TOPICS_MAX, "a shard keeps its place as the database has it");

/* ---- a shard that cannot go on ----
 *
 * Reading: a number is missing in what it reads, or the broker has not what comes next. Nothing is taken and nothing fires until it
 * has been read again from the stored offset and what was missing is there; nothing is ever skipped. The rest of the lane goes on.
 */
struct shard_stop {
	bool now;  /* nothing is taken; until it is read again */
	bool gone; /* what comes next is not on the broker; else a gap in the numbers */
	int times; /* in a row; 0: it goes on. Counts until the place has been passed. */
	int topic; /* where: */
	int64_t offset;
	int64_t got, want;
	int64_t again_us; /* monotonic */
};

/* ---- relay state of a shard ---- */

struct relay_cursor {
	int64_t acked;              /* the broker has all up to here */
	int64_t handed;             /* given to the producer, or nothing to be given, up to here */
	uint8_t done[RELAY_WINDOW]; /* of the rows after acked: reported or not for sending */
	/* The row after acked is refused: this shard's log waits, none of it is dropped or passed over. */
	int refusals;             /* in a row; 0: none. Until it is acknowledged rows go one by one. */
	char refused_as[48];      /* librdkafka's name of the error */
	int64_t refused_until_us; /* monotonic */
};

struct shard {
	int number;
	struct lane *lane;
	bool owned;
	bool taking; /* asked for in the taking over under way */
	bool taken;  /* the database says so: epoch and the rest are good */
	bool paused;
	struct shard_stop stop;

	int64_t epoch;
	struct core_place at; /* as the database has it */
	struct core_place to; /* as the run under way would leave it */
	bool touched;         /* by that run */

	/* reading */
	int queued; /* records in the lane, not committed yet */
	bool at_end[TOPICS_MAX];
	int64_t read_offsets[TOPICS_MAX]; /* next to come from the consumer */

	/* timers */
	int64_t next_due_us;              /* INT64_MAX: none */
	int64_t due_from_us;              /* nothing is due before; INT64_MIN: unknown */
	int64_t armed_us;                 /* the earliest that the run under way arms */
	int64_t due_seen_us;              /* monotonic: since when a timer waits to fire; 0: none does */
	int64_t read_targets[TOPICS_MAX]; /* what lay in the topics then */
	int64_t taken_at_us;              /* monotonic */

	struct relay_cursor relay;
};

/* A record in a lane, from the consumer to its commit. item is first: a struct item of a record is one of these. */
struct work {
	struct item item;
	struct kafka_record record;
	struct wire_record wire;
	struct wire_decoded decoded;
	const char *fault_code; /* it goes to the dead letters: not decodable, or poison */
	char fault_reason[256];
	bool decoded_once;
	int64_t shard_sequence; /* said by the record, 0: none */
	int attempts;
	int ordinal; /* rows logged for it in this run */
	bool in_run; /* handed to the service in this run */
};

/* What is no record: timers and results. */
struct event_work {
	struct item item;
	int ordinal;
};

struct result_entry {
	struct result_entry *next;
	int shard;
	void *result;
	bool in_run;
};

enum lane_state {
	LANE_DOWN,   /* no connection, or shards to be taken */
	LANE_TAKING, /* takes its shards over */
	LANE_IDLE,
	LANE_RUNNING, /* a batch, or a reading of the relay's */
	LANE_PAUSED,  /* until the pause's timer */
};

struct timer_change {
	struct {
		int64_t due_us;
		struct uuid subject;
		int32_t shard;
		int32_t kind;
	} key;
	bool arm;
	int64_t version;
	UT_hash_handle hh;
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

struct clock {
	bool is_virtual;
	bool known;
	int64_t server_ahead_us; /* database clock minus monotonic, never too much */
	int64_t virtual_us;
	struct loop_timer *again;
};

struct daemon {
	const struct service *service;
	struct options *options;
	struct loop *loop;
	void *context;
	const char *instance;
	char source[64]; /* ce_source of what it says: "/ombud/intake" */
	char group[128];

	struct kafka_settings kafka;
	struct kafka_consumer *consumer;
	struct kafka_producer *producer;
	unsigned generation; /* of the producer */
	bool producer_failed;
	bool relay_moved; /* reports have come since the lanes were last looked at */
	struct loop_timer *producer_retry;

	int topics_count, emits_count;
	const char *topic_names[TOPICS_MAX + 1];  /* full, read */
	const char *plain_topics[TOPICS_MAX + 1]; /* as the service has them */
	const char *emit_names[TOPICS_MAX + 1];   /* full, written */

	struct shard *shards; /* by partition; as many as the topics have partitions */
	int shards_count;
	struct lane *lanes[LANES_MAX];
	int lanes_count;
	int batch_max;

	struct pg *query_pg;
	struct clock clock;
	const struct pg_statement *const *statements;

	/* consuming */
	struct loop_timer *tick, *hint, *subscribe;
	bool poll_deferred;
	bool resubscribe; /* a rebalance was refused */
	bool assigned;
	int64_t last_trouble_us;
	int64_t hinted_sum; /* of the offsets last committed as a hint */

	/* the end */
	bool draining;
	bool fatal;
	struct loop_timer *drain;
	int64_t drain_until_us;

	struct http_server *http;
	struct loop_timer *probe; /* of the database */
	bool probing;
	int64_t db_answer_us; /* monotonic, of its last answer */
};

/* ---- counters.c ---- */
void counters_setup(struct daemon *daemon);
void counters_record(struct daemon *daemon, int topic, const char *result, int count);
void counters_unknown_fields(struct daemon *daemon, int topic, int count);
void counters_batch(int items, int64_t took_us);
void counters_timer(int64_t late_us);
void counters_dead_letter(const char *code);
void counters_retry(const char *class);
void counters_reload(bool right);
void counters_stop(const char *why);
void counters_refused(const char *error);
void counters_sent(int count);
void counters_delivered(int count);

/* ---- clock.c ---- */
void clock_start(struct daemon *daemon);
void clock_take(struct daemon *daemon, int64_t virtual_us); /* a batch has read it */
/* Monotonic delay until that instant; 0 when reached; -1: no telling (virtual). */
int64_t clock_delay_us(const struct daemon *daemon, int64_t instant_us);

/* ---- consume.c ---- */
void consume_start(struct daemon *daemon);
void consume_soon(struct daemon *daemon); /* poll in this turn of the loop: room has been made */
void consume_stop(struct daemon *daemon);
/* The lane's shards that stopped have been taken over again: read them from their stored offsets. */
void consume_again(struct lane *lane);
void consume_hold(struct shard *shard); /* it has stopped: ask the broker for nothing of it */

/* ---- shard.c ---- */
void shard_taken(struct shard *shard, const struct core_taken *taken);
void shard_run_begin(struct shard *shard);
void shard_run_commit(struct shard *shard);
bool shard_run_moved(const struct shard *shard); /* has the fence anything to say? */
void shard_drop(struct shard *shard);
/* A gap: number got came where want should. */
void shard_stop_gap(struct shard *shard, int topic, int64_t got, int64_t want);
/* The broker has not what comes next of this topic. */
void shard_stop_gone(struct shard *shard, int topic, const char *why);
void shard_passed(struct shard *shard); /* goes on, if the place where it stopped lies behind it */
int64_t pause_growing_us(int times);    /* before the next try */

/* ---- lane.c ---- */
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

/* ---- waiting.c ---- */
void lane_add_record(struct lane *lane, const struct kafka_record *record);
struct kafka_record *lane_next_record(struct lane *lane); /* until the next one is added; there must be one */
unsigned lane_waiting(const struct lane *lane);           /* records in the ring */
bool lane_full(const struct lane *lane);
bool lane_half_empty(const struct lane *lane);
bool lane_hungry(const struct lane *lane);  /* less than a batch waits */
bool lane_stalled(const struct lane *lane); /* full, and no run done for STALL_PAUSE_MS */
void lane_queue_drop(struct lane *lane);
void lane_works_drop(struct lane *lane, int count);      /* the first so many decoded ones */
void lane_results_clear(struct lane *lane, bool in_run); /* those of the run, or those of shards that are not owned any more */

/* ---- batch.c ---- */
void batch_run(struct lane *lane); /* ends in lane_run_done or lane_run_failed */

/* ---- intake.c ---- */
struct work *work_new(struct lane *lane, struct kafka_record *record); /* takes the record */
void work_free(struct lane *lane, struct work *work);
void work_decode(struct lane *lane, struct work *work);
/* Does this run give it to the service? Advances the shard's run over it either way. */
bool work_admit(struct lane *lane, struct work *work);

/* ---- emit.c ---- */
void emit_reset(struct lane *lane);
const char *emit_id(struct arena *arena, int shard, int64_t seq); /* "<shard>-<seq>", the ce_id; once a record, so no printf */
void emit_timers(struct lane *lane);                              /* write sets from the changes */
void emit_parked(struct lane *lane, struct work *work);
void emit_failed(struct lane *lane, struct item *item); /* a timer or a result */

/* ---- relay.c ---- */
void relay_start(struct daemon *daemon);
void relay_reset(struct shard *shard, int64_t acked_seq);
/* Rows just committed. */
void relay_committed(struct lane *lane);
/* A shard of the lane whose log must be read again and can be sent now; NULL: none. */
struct shard *relay_behind(struct lane *lane);
void relay_read(struct lane *lane, struct shard *shard);
void relay_turn(struct daemon *daemon);        /* after reports */
bool relay_quiet(const struct daemon *daemon); /* everything acknowledged */

/* ---- timers.c ---- */
/* Fills lane->due with the shards whose timers may fire now. */
void timers_collect_due(struct lane *lane);
void timers_set_alarm(struct lane *lane);
/* The answer of core_timers_next; kept until the run has committed. */
void timers_left(struct lane *lane, const struct pg_result *result);
void timers_committed(struct lane *lane);

/* ---- publish.c ---- */
void publish_delivered(void *opaque, const char *error, int partition, int64_t offset);

/* ---- health.c ---- */
void health_start(struct daemon *daemon);
void health_stop(struct daemon *daemon);
int health_probe(const struct daemon *daemon); /* --healthcheck: exit code */

#endif
