/* What the owner of a shard remembers: its place, its stop, its timers, how far its log is told. */
#ifndef OMBUD_DAEMON_SHARD_H
#define OMBUD_DAEMON_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/daemon/hop.h"
#include "common/daemon/service.h"
#include "common/model/topics.h"
#include "common/store/core_place.h"
#include "common/store/core_take.h"
#include "common/wire/kafka.h"

struct buf;
struct daemon;
struct kafka_record;
struct lane;

enum {
	SHARDS_MAX = TOPIC_PARTITIONS_MAX,
	RELAY_WINDOW = 4096, /* rows of a shard on their way to the broker; a power of two */
};

_Static_assert((int)TOPICS_MAX == (int)CORE_TOPICS_MAX, "a shard keeps its place as the database has it");

/* ---- a shard that cannot go on ----
 *
 * Nothing is taken and nothing fires; the rest of the lane goes on. Some stops end by themselves: it is read again from the stored
 * offset, and what was missing is there. Others wait for a person: they stand in `ownership` and survive everything but
 * `ombudctl shard restart`. Nothing is ever skipped.
 */
enum stop_why {
	STOP_GAP,
	STOP_GONE,
	STOP_OTHER_RECORD,
	STOP_BEYOND_END,
	STOP_MOVED,
	/* of its writer (ownlook.h): nothing is said either, and each try looks at it anew */
	STOP_WENT_BACK,
	STOP_TOPIC_AHEAD,
	STOP_WRITER_BEHIND,
	STOP_FORMER_FALSE,
	STOP_WHYS,
};
struct stop_row {
	const char *code;
	const char *sentence;
	int sure;   /* so many times in a row, and it waits for a person; 0: never */
	bool kept;  /* of those that stop it whole: `ownership` says so until a look is good, for a person must decide */
	bool still; /* meanwhile nobody but a person moves its place; of a database that went back it may be the restore */
};
extern const struct stop_row stop_rows[STOP_WHYS];

struct shard_stop {
	bool now;     /* nothing is taken; until it is read again */
	bool again;   /* taken over again: it may be read from its stored offset */
	bool moved;   /* ... which is not where it was: what waits is not to be taken */
	bool person;  /* only a person ends it */
	bool written; /* ... and the database says so */
	bool silent;  /* nothing is said either: what it would say may contradict what it has said */
	enum stop_why why;
	int times;      /* in a row; 0: it goes on. Counts until the place has been passed. */
	char about[64]; /* the topic of a silent one; "": of none */
	int topic;      /* where: */
	int64_t offset;
	char says[160];   /* what follows the offset in a sentence */
	char known[600];  /* of a silent one: what is known of it, as JSON */
	int64_t again_us; /* monotonic */
};

/* ---- looking back (look.h) ---- */

struct shard_look {
	/* by topic: the next record from the consumer must be this one, and is not taken again; digest 0: nothing is waited for */
	int64_t offsets[TOPICS_MAX];
	int64_t digests[TOPICS_MAX];
	/* the last record of the run under way, NULL: none */
	const struct kafka_record *last[TOPICS_MAX];
	/* asked of the looker: what stood in looked_* then, and what will when it is found in its place */
	bool asked[TOPICS_MAX];
	int64_t asked_digests[TOPICS_MAX];
	int64_t then_offsets[TOPICS_MAX], then_digests[TOPICS_MAX];
	int64_t due_us; /* monotonic: not before */
};

/* ---- how far its log is told ---- */

struct relay_cursor {
	int64_t acked;              /* the broker has all up to here */
	int64_t handed;             /* given to the producer, or nothing to be given, up to here */
	uint8_t done[RELAY_WINDOW]; /* of the rows after acked: reported or not for sending */
	/* The row after acked is refused: this shard's log waits, none of it is dropped or passed over. */
	int refusals;             /* in a row; 0: none. Until it is acknowledged rows go one by one. */
	char refused_as[48];      /* librdkafka's name of the error */
	int64_t refused_until_us; /* monotonic */
};

/* ---- an owner looks back at itself (ownlook.h) ---- */

/* The last fact in one partition of a topic, or the last hop of this shard. */
struct ownlook_end {
	bool asked; /* of hops: it is read for this shard, too, from the beginning of what is asked for */
	bool ended; /* the partition's end has come */
	bool found; /* a fact is among its last records; the highest of them by history, then number: */
	struct wire_said said;
	int64_t end; /* offset; 0: nothing was ever in it */
	int64_t acknowledged,
	    taken; /* of hops: the last numbers that the broker has acknowledged, and that all readers have taken */
};

enum ownlook_state {
	OWNLOOK_DONE,
	OWNLOOK_ASKED, /* of the broker */
	OWNLOOK_SEEN,  /* all ends have come: the database is to be asked */
	OWNLOOK_SENT,
	OWNLOOK_PASSED, /* nothing speaks against it */
};

struct ownlook {
	enum ownlook_state state;
	bool wide;                              /* the last few records did not tell */
	struct ownlook_end emitted[TOPICS_MAX]; /* by topic emitted */
	struct ownlook_end read[TOPICS_MAX];    /* by topic read */
	struct ownlook_end *hops;               /* by topic of hops that it says, then by partition; NULL: not looked at now */
	int hops_left;                          /* of these, whose end has not come */
	bool writer_known[TOPICS_MAX];          /* by topic read, as the look found it: */
	int32_t writer_history[TOPICS_MAX];     /* ... what of an older history is beyond the number here is not true any more: */
	int64_t *writer_formers[TOPICS_MAX];    /* ... by history, as many as have ended */
};

/* Raw records that wait (queue.h): a ring, [head, tail) modulo the room. */
struct queue {
	struct kafka_record *records;
	unsigned room, head, tail; /* room: a power of two */
	size_t bytes;              /* of what waits, with what stands around it */
};

struct shard {
	struct daemon *daemon;
	int number;
	struct lane *lane;
	bool owned;
	bool taking; /* asked for in the taking over under way */
	bool taken;  /* the database says so: epoch and the rest are good */
	bool paused;
	bool flooding; /* paused, for what waits of it fills its lane */
	bool retake;   /* somebody has acted on it: it is taken over again */
	bool soon;     /* ... as this process has, a moment before */
	struct shard_stop stop;
	int64_t write_again_us;        /* monotonic: the database has refused the row of its stop; not before */
	const struct stop_row *stands; /* the whole stop that `ownership` names; NULL: none */
	struct shard_look look;
	struct {
		bool known;
		int64_t was;
	} moves[TOPICS_MAX]; /* another hand has moved its place while it was stopped: it stops for that, when it would go on */

	struct ownlook own; /* before anything is done after a taking over */

	int32_t history;                            /* of its own log; ids of what is said begin with it */
	int64_t former_sequences[TOPICS_MAX];       /* by topic emitted: up to here the former history is true */
	int64_t history_starts[CORE_HISTORIES_MAX]; /* log_seq when history 1, 2 ... began */
	struct {
		bool known;
		int32_t history;
		int64_t epoch, log_seq;
	} remembered; /* of what the database has confirmed to this process: it must never be older */

	int64_t epoch;        /* 0: this process does not remember it */
	struct core_place at; /* as the database has it */
	struct core_place to; /* as the run under way would leave it */
	bool touched;         /* by that run */

	/* reading */
	struct queue queue; /* raw records */
	int queued;         /* records in the lane, not committed yet */
	bool at_end[TOPICS_MAX];
	int64_t read_offsets[TOPICS_MAX]; /* next to come from the consumer */
	int64_t ends[TOPICS_MAX];         /* beside at_end: where the consumer saw the end */
	int64_t ends_done[TOPICS_MAX];    /* all that can be read before there is taken, and committed; 0: not known */
	int64_t emptied_us[TOPICS_MAX];   /* monotonic: when all had last been taken; 0: not seen yet */

	/* timers */
	int64_t next_due_us;              /* INT64_MAX: none */
	int64_t due_from_us;              /* nothing is due before; INT64_MIN: unknown */
	int64_t armed_us;                 /* the earliest that the run under way arms */
	int64_t due_seen_us;              /* monotonic: since when a timer waits to fire; 0: none does */
	int64_t read_targets[TOPICS_MAX]; /* what lay in the topics then */
	int64_t taken_at_us;              /* monotonic */

	struct hops hops;
	struct walks *walks; /* how far with each campaign; NULL: with none */
	struct relay_cursor relay;
};

void shard_taken(struct shard *shard, const struct core_taken *taken);
/* Is the database older than what it has confirmed to this process? Then *log_seq is what it had confirmed. */
bool shard_went_back(const struct shard *shard, int64_t *epoch, int64_t *log_seq);
void shard_remember(struct shard *shard);
/* It would go on. If its place was moved by another hand while it was stopped, it stops for that now. */
void shard_recall_moves(struct shard *shard);
/* The number of the history in which that row of its log was made. */
int32_t shard_born(const struct shard *shard, int64_t seq);
/* Taken, looked back at, and nothing in the way of what it has to say. */
bool shard_speaks(const struct shard *shard);
void shard_run_begin(struct shard *shard);
void shard_run_commit(struct shard *shard);
bool shard_run_moved(const struct shard *shard); /* has the fence anything to say? */
void shard_drop(struct shard *shard);
/* The consumer has given out all there was of this topic, up to offset. */
void shard_at_end(struct shard *shard, int topic, int64_t offset);
/* All that can be read of it is taken, and the database says so. */
bool shard_caught_up(const struct shard *shard, int topic);
/* says: what follows the offset in a sentence, printf's way. */
void shard_stop(struct shard *shard, enum stop_why why, int topic, int64_t offset, const char *says, ...)
    __attribute__((format(printf, 5, 6)));
/* Records that wait are not taken: they will be read again. (What came before what is gone is taken still.) */
bool shard_holds(const struct shard *shard);
/* It waits for a person, and nobody knows it yet but this process. */
bool shard_stop_unwritten(const struct shard *shard);
/* The whole stop that `ownership` names is over: that is to be written, too. */
bool shard_stop_over(const struct shard *shard);
/* What a person must know, as JSON for `ownership`. */
void shard_stop_json(const struct shard *shard, struct buf *json);
/* These three stop it whole: it reads, fires and says nothing. The database is older than this process knows it to be: */
void shard_stop_went_back(struct shard *shard, int64_t epoch, int64_t log_seq);
/* The topic has what the writer's log, ours or that of whom we read, has not: it goes up to that history and number only. */
void shard_stop_ahead(
    struct shard *shard, const char *topic, const struct ownlook_end *end, int32_t history, int64_t sequence, bool ours);
/* What was taken of this topic beyond `former` is not true in its history. hops_from: of that shard's hops; -1: of facts. */
void shard_stop_former(
    struct shard *shard, int topic, int hops_from, int32_t taken_history, int64_t taken, int32_t history, int64_t former);
void shard_passed(struct shard *shard); /* goes on, if the place where it stopped lies behind it */
int64_t pause_growing_us(int times);    /* before the next try */
void shard_cursor_reset(struct shard *shard, int64_t acked_seq);

#endif
