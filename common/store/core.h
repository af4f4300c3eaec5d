/* The statements that every daemon has: ownership and its fence, the log, timers, dead letters, clocks. Tables in
 * deploy/sql/..._core.sql; why they are as they are in common/daemon/README.md.
 *
 * A core_store belongs to one connection's batches: it holds their write sets. Statements are shared by all connections of a
 * process.
 */
#ifndef OMBUD_STORE_CORE_H
#define OMBUD_STORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/model/topics.h"

enum {
	CORE_TOPICS_MAX = 8,
	CORE_HISTORIES_MAX = TOPIC_HISTORIES_MAX,
	CORE_LOG_READ_MAX = 250, /* rows a reading; times the size of a record it bounds memory */
	CORE_CLAIM_MAX = 500,    /* timers of one batch */
};

/* Of a session that runs batches. Every statement goes by keys: a plan that was made while its tables were small must stay right.
 */
#define CORE_LANE_OPTIONS "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"

/* The statements with the service's schema in their text, ended by name NULL. Made once a process, never freed. */
const struct pg_statement *core_statements(const char *service);

/* ---- ownership ---- */

/* How far a shard has come. */
struct core_place {
	int64_t next_offsets[CORE_TOPICS_MAX]; /* by topic */
	int64_t in_sequences[CORE_TOPICS_MAX];
	int64_t out_sequences[CORE_TOPICS_MAX]; /* by emitted topic */
	int64_t log_seq, acked_seq;
	int64_t last_digests[CORE_TOPICS_MAX];   /* of the record at next_offset - 1; 0: nothing to compare with */
	int64_t looked_offsets[CORE_TOPICS_MAX]; /* of the last record that a look has found in its place, */
	int64_t looked_digests[CORE_TOPICS_MAX]; /* ... and its digest; 0: none yet */
	int64_t seen_ends[CORE_TOPICS_MAX];      /* where the topic ended when last looked at; 0: not known */
	int32_t in_histories[CORE_TOPICS_MAX];   /* of the last fact taken */
};

struct core_taken {
	int shard;
	int64_t epoch;
	struct core_place place;
	int64_t next_due_us;                     /* INT64_MAX: no timer */
	const char *stopped;                     /* JSON, why it waits for a person; NULL: it goes on. Borrowed from the result, */
	const char *stopped_why, *stopped_topic; /* ... as these members of it; "" when they are not there */
	const char *stopped_says;
	int64_t stopped_offset;
	const char *left;                           /* JSON: what was left with another cluster; NULL: it is the same one */
	int32_t history;                            /* number of our own history */
	int64_t former_sequences[CORE_TOPICS_MAX];  /* by emitted topic: up to here the former history is true */
	int64_t history_starts[CORE_HISTORIES_MAX]; /* log_seq when history 1, 2 ... began */
	int starts_count;                           /* = history */
};

struct core_claim_to {
	const int *shards;
	int count;
	const char *cluster, *owner;
	const char *const *topics; /* NULL-ended, names without prefix, and so emits */
	const char *const *emits;
};
/* Sends it; the caller syncs. Read the answer's rows with core_taken_row. */
void core_take_shards(struct pg *pg, const struct core_claim_to *claim, pg_result_fn *fn, void *context);
void core_taken_row(const struct pg_result *result, int row, struct core_taken *taken);
/* Is it the code of take_shards' warning that a previous owner could not be ended? "unseen": another role's (deploy/sql/roles.sql);
 * "stays": it does not end; NULL: no. */
const char *core_owner_left(const char *sqlstate);

/* Why a shard waits for a person (JSON, to which the instant is added; NULL: it does not any more), under the owner's epoch.
 * PG_FENCED when it is not ours any more. The caller syncs. */
void core_stop_send(struct pg *pg, int shard, int64_t epoch, const char *stopped);

/* ---- looking back: what lies on a topic against what the logs say (common/daemon/ownlook.h) ---- */

struct core_look {
	int shard;
	const char *topic; /* without prefix */
	int64_t seq;       /* of the log's row that the topic's last record came from; of a topic of ours */
	int64_t acked;     /* the broker has acknowledged the log up to here, 0: nothing; of a topic of ours */
};

/* One row for each look, place by place. */
struct core_log_said {
	int place;            /* index of the look */
	int64_t sequence;     /* of that row on its topic; 0: that row is not there, or of another topic */
	uint64_t digest;      /* first 8 bytes of SHA-256 over its key and payload */
	int64_t acknowledged; /* last number of the topic up to acked; -1: there is none beyond it */
};
void core_log_says(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context);
void core_log_says_row(const struct pg_result *result, int row, struct core_log_said *said);

/* At most one row for each look: none when this database knows no writer of that topic and shard. */
struct core_writer {
	int place;
	int32_t history;
	int64_t sequence; /* the last number that it has given */
	int64_t former;   /* up to which its former history is true */
};
void core_writers_say(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context);
void core_writers_say_row(const struct pg_result *result, int row, struct core_writer *writer);

/* ---- a batch's write sets ---- */

struct core_log_row {
	int shard;
	int64_t seq;
	int64_t at_us;
	const char *input_topic; /* NULL: a timer or a result caused it */
	int64_t input_offset;
	struct uuid cause; /* zero: none */
	int64_t body_digest;
	int ordinal;
	const char *topic; /* NULL: said to nobody */
	bool elsewhere;    /* to this partition instead of the shard's own: a hop, a record sent on */
	int partition;
	const char *key;
	const char *type;
	struct uuid subject;              /* zero: none */
	int64_t sequence, shard_sequence; /* 0: none */
	const void *payload;              /* NULL: none */
	size_t payload_size;
	const char *note;    /* NULL: none */
	const char *trace;   /* "": none */
	const void *headers; /* NULL: none */
	size_t headers_size;
	/* of a dead letter: payload and headers are those of the record, and stored with it */
	const void *record_key;
	size_t record_key_size;
	int64_t record_at_us;
	const char *reason;
	int attempts;
};

struct core_dead_letter {
	const char *cluster, *topic;
	int64_t seq; /* of the log's row that says so */
	int partition;
	int64_t offset, at_us, record_at_us;
	const char *code, *reason;
	int attempts;
	const void *key, *value, *headers; /* NULL key or value: null */
	size_t key_size, value_size, headers_size;
};

/* One shard's step in the fence: from where this owner left it to where this batch leaves it. */
struct core_advance {
	int shard;
	int64_t epoch;
	const struct core_place *from, *to;
};

struct core_store;
struct core_store *core_store_new(const char *service, int topics_count, int emits_count);
void core_store_free(struct core_store *store);
void core_store_reset(struct core_store *store);

void core_log_add(struct core_store *store, const struct core_log_row *row);
void core_dead_letter_add(struct core_store *store, const struct core_dead_letter *letter);
void core_timer_arm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind, int64_t version);
void core_timer_disarm(struct core_store *store, int shard, int64_t due_us, const struct uuid *subject, int kind);
void core_advance_add(struct core_store *store, const struct core_advance *advance);

/* Each sends its set when there is one. A key may stand once in the timers' sets. */
void core_log_send(struct core_store *store, struct pg *pg);
void core_dead_letters_send(struct core_store *store, struct pg *pg);
void core_timers_send(struct core_store *store, struct pg *pg);
/* PG_FENCED when a shard is not ours any more. Send it last. */
void core_fence_send(struct core_store *store, struct pg *pg);

/* ---- timers ---- */

struct core_due {
	int shard;
	int64_t from_us; /* nothing is due before: spares the dead entries in front (INT64_MIN: unknown) */
};
struct core_timer {
	int shard;
	int64_t due_us;
	struct uuid subject;
	int32_t kind;
	int64_t version;
};
/* Takes out what is due by until_us, oldest first, `most` of it (CORE_CLAIM_MAX, or fewer). */
void core_timers_claim(struct core_store *store, struct pg *pg, const struct core_due *shards, int count, int64_t until_us,
    int most, pg_result_fn *fn, void *context);
void core_timer_row(const struct pg_result *result, int row, struct core_timer *timer);
/* The next due instant of each shard, after this transaction's changes; shards without timers are left out. */
void core_timers_next(
    struct core_store *store, struct pg *pg, const struct core_due *shards, int count, pg_result_fn *fn, void *context);
void core_next_row(const struct pg_result *result, int row, int *shard, int64_t *due_us);

/* ---- the log, for the relay ---- */

/* Rows after after_seq up to until_seq, in order, at most CORE_LOG_READ_MAX. Strings of a row are borrowed from the result. */
void core_log_read(struct pg *pg, int shard, int64_t after_seq, int64_t until_seq, pg_result_fn *fn, void *context);
void core_log_row(const struct pg_result *result, int row, int shard, struct core_log_row *log);

/* ---- hops: the last numbers between a shard and the others (DESIGN 11) ---- */

struct core_hop {
	int shard;
	bool incoming;     /* taken from another shard; else given to another one */
	const char *topic; /* without prefix; borrowed */
	int other;         /* the other shard */
	int32_t history;   /* of the other's log; incoming only */
	int64_t sequence;
	int64_t former; /* up to which our former history is true; outgoing only, read only */
};
/* What the shards that are being taken over have given and taken. Send it behind core_take_shards, in its transaction: what the
 * previous owner had committed is seen then, and it can commit no more. */
void core_hops_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context);
void core_hop_row(const struct pg_result *result, int row, struct core_hop *hop); /* topic is borrowed from the result */
void core_hop_add(struct core_store *store, const struct core_hop *hop);          /* a key once a batch */
void core_hops_send(struct core_store *store, struct pg *pg);

/* ---- campaigns: one command for many (deploy/sql/..._campaign.sql) ---- */

enum { CORE_CAMPAIGNS_MAX = 100 };
#define CORE_CAMPAIGNS_MAX_TEXT "100"

struct core_campaign {
	int64_t id;
	const char *kind, *scope, *body; /* borrowed; the last two are JSON */
	int64_t at_us;
	int64_t new_until_us; /* what comes before is reached as it comes; 0: it is not */
	int32_t round;
};
/* The service's running ones, at most CORE_CAMPAIGNS_MAX. */
void core_campaigns_read(struct pg *pg, pg_result_fn *fn, void *context);
void core_campaign_row(const struct pg_result *result, int row, struct core_campaign *campaign);

/* How far a shard has come with a running campaign. */
struct core_walk {
	struct core_campaign campaign;
	int shard;
	int32_t round; /* other than the campaign's: not begun */
	const char *position;
	bool done;
};
/* Of the shards that are being taken over; to be sent like core_hops_read. */
void core_walks_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context);
void core_walk_row(const struct pg_result *result, int row, struct core_walk *walk); /* texts are borrowed */

/* A service's statement that reads a page of the subjects of a shard. query: select them as (subject uuid, position text), of shard
 * $1, after position $2 ('' at first), in that order, at most $3. seen: where identities that had an effect stand, as (shard,
 * cause): intake.seen. */
#define CORE_PAGE(name, seen, query)                                                                                              \
	{                                                                                                                         \
		name,                                                                                                             \
		    "select p.subject, p.position, p.identity, exists (select from " seen                                         \
		    " s where s.shard = $1 and s.cause = p.identity)"                                                             \
		    "  from (select q.subject, q.position, ombud.campaign_identity($4, q.subject) as identity from (" query ") q" \
		    "  offset 0) p",                                                                                              \
		    "int4 text int4 int8", 4                                                                                      \
	}
struct core_page {
	int shard;
	const char *after;
	int most;
	int64_t campaign;
};
void core_page_send(struct pg *pg, const struct pg_statement *page, const struct core_page *from, pg_result_fn *fn, void *context);
struct core_subject {
	struct uuid id, identity;
	const char *position; /* borrowed */
	bool done;            /* the campaign has reached it already, as it came or in an earlier round */
};
void core_page_row(const struct pg_result *result, int row, struct core_subject *subject);

struct core_walk_step {
	int shard;
	int64_t campaign;
	int32_t round;
	const char *position;
	int walked, reached, failed; /* by this batch */
	bool done;
};
void core_walk_step_add(struct core_store *store, const struct core_walk_step *step);
/* So many were reached as they came. Not in one batch with a step of the same campaign and shard. */
void core_walk_new_add(struct core_store *store, int shard, int64_t campaign, int64_t reached);
void core_walks_send(struct core_store *store, struct pg *pg);

/* ---- clocks ---- */

/* One row: the server's clock, and the virtual clock. Read by core_clocks_row; virtual_us 0 when there is none. */
void core_clocks_read(struct pg *pg, pg_result_fn *fn, void *context);
void core_clocks_row(const struct pg_result *result, int64_t *server_us, int64_t *virtual_us);

#endif
