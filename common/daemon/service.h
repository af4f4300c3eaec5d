/* What a daemon is made of, and the one road a message takes through it.
 *
 * A service is a declaration: its topics, options, statements and hooks. daemon_main() runs it. The skeleton owns the loop, the
 * consumer group, the shards, the transaction, the log, the relay, the timers, the dead letters, health and metrics; a service
 * only reads, decides and writes within a batch:
 *
 *   poll -> decode -> [batch: load -> decide, item by item -> write -> log, timers, dead letters, fence, sync] -> relay
 *
 * A batch belongs to one lane. A lane is one PostgreSQL connection and the shards given to it (shard % lanes); it has one batch in
 * flight at a time, up to batch_count_max items of any of its shards in the order they came. Between load and sync the lane is the
 * only writer of its shards (the fence proves it at the end), so a hook needs no locks and may trust what it read.
 *
 * A batch that fails is undone as a whole and run again: the hooks must keep nothing of it outside batch->memory and the shard
 * caches that committed() fills. PG_DATA errors bisect the batch down to the one item that is at fault, which is parked as a dead
 * letter.
 */
#ifndef OMBUD_DAEMON_SERVICE_H
#define OMBUD_DAEMON_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/daemon/options.h"
#include "common/io/http_stream.h"
#include "common/io/pg.h"
#include "common/model/event.h"
#include "common/model/limits.h"
#include "common/model/services.h"

struct daemon;
struct batch;
struct bundle;
struct http_route;

enum { TOPICS_MAX = SERVICE_TOPICS_MAX, BATCH_COUNT_MAX = 500, LANES_MAX = 8 };

/* A shard that this process owns; a service sees its number only. */
struct shard;
int shard_number(const struct shard *shard);

enum item_kind {
	ITEM_RECORD, /* a message of one of the service's topics, decoded and checked */
	ITEM_TIMER,  /* a due timer of the service, already taken out of the table in this transaction */
	ITEM_RESULT, /* something the service itself put in: a webhook's answer (batch_inject) */
	ITEM_WALK,   /* a subject that a campaign reaches, walked to or just come */
};

/* One command for many subjects: a row of ombud.campaign. */
struct campaign {
	int64_t id;
	const char *kind;         /* one of service->walks */
	const char *scope, *body; /* JSON: whom it concerns, what is to be done */
	int64_t at_us;            /* when it was given */
};

/* The subjects that campaigns of a kind walk through. */
struct walk {
	const char *kind;
	const struct pg_statement *page; /* CORE_PAGE of common/store/core_walks.h, among service->statements */
};

struct item {
	enum item_kind kind;
	struct shard *shard;
	struct arena *arena; /* lives until the batch has committed */

	/* ITEM_RECORD */
	int topic;  /* index into service->row->reads */
	bool inbox; /* strangers wrote it */
	int64_t offset;
	int64_t timestamp_us; /* the record's */
	int64_t received_us;  /* when Ombud first had it: of an inbox record that Ombud has put there itself; 0: now */
	const char *key;      /* NUL-terminated copy */
	const struct event *event;
	/* traceparent; "" when none. What the item leads to is said in that trace. decide() may put another here, of what it goes
	 * on from: a timer and a result have none of their own. Its text must live as long as the batch. */
	const char *trace;
	struct uuid cause;   /* identity of an inbox record: (platform, order, source, event id), digested (wire.h) */
	int64_t body_digest; /* of its decoded body */
	const struct refused_piece *refused; /* pieces of evidence that the event is without (wire.h) */
	int refused_count;
	bool misplaced;  /* the record lies in another partition than its key says (inbox only) */
	int home;        /* the shard that murmur2 of the key says */
	int from_shard;  /* of a hop: the shard that said it; -1 otherwise */
	const void *raw; /* the record's value, byte for byte; for forwarding */
	size_t raw_size;

	/* ITEM_TIMER */
	int64_t due_us;
	struct uuid subject;
	int32_t timer_kind;
	int64_t timer_version;
	bool late; /* fired more than 1 s after due, or due while nobody owned the shard */

	/* ITEM_RESULT: what batch_inject was given */
	void *result;

	/* ITEM_WALK: subject above; cause is the identity of (campaign, subject), under which it is done once */
	const struct campaign *campaign;
	bool failed; /* it has been put off: not reached */

	void *slot; /* the service's own, between load and decide; NULL at the start of each run of a batch */
};

struct batch {
	struct daemon *daemon;
	struct pg *pg;
	struct arena *arena; /* for everything that lives as long as this run of the batch */
	int64_t now_us;      /* the one now of this batch */
	struct item **items;
	int items_count;
	void *memory; /* the service's own, from service->memory_new; emptied by memory_reset before each run */
	/* Nothing has failed of late. What a unique key would refuse anyhow (an id seen before) need not be looked up: a refusal
	 * undoes the run, and it comes again, as the next ones do, with trusting off. */
	bool trusting;
};

/* One row of the log; with a topic it is sent. In decide() only. Strings are copied. */
struct emission {
	const char *topic;         /* one of service->row->emits or hops; NULL: a row that says nothing outside */
	const char *key;           /* order id, or the subject's own; of a hop: whose figure it is, which says the partition */
	const struct event *event; /* packed here and now. meta.platform_id must be set; source and event_id are given by the
				      skeleton ("/ombud/<service>", "<shard>-<seq>"), and so is occurred_at (now) when empty */
	const char *type;          /* what happened, for a row without an event: "repeat", "forwarded" */
	struct uuid subject;       /* the complaint; zero when none */
	int64_t sequence;          /* per (topic, complaint): 1, 2, 3 ...; kept by the service in its own row */
	const char *note;          /* refusal code or the lifecycle row's reason; NULL when none */
	bool without_cause;        /* a recorded repeat: the row does not claim the item's identity */
};
/* Returns its seq in the shard's log. */
int64_t batch_emit(struct batch *batch, struct item *item, const struct emission *emission);

/* Sends the item's own record on to its home shard, byte for byte, through the log (a misplaced record). */
void batch_forward(struct batch *batch, struct item *item);

/* Parks the item as a dead letter: row and topic <topic>.<service>.dlt. Records only. Returns its seq in the shard's log. */
int64_t batch_park(struct batch *batch, struct item *item, const char *code, const char *reason);

/* Something of ours in a row that cannot be read: another version of the program wrote it, or a hand did. One answer in all
 * daemons: it is told (log, ombud_stored_unreadable_total), nothing is guessed in its place, and whatever is about it is put off;
 * the rest goes on.
 *
 * batch_unpack: a message out of a row; NULL when it cannot be read, which has been told then. what: the column
 * ("triage.complaint.facts"), of: whose row it is, for people. batch_misread tells the same of what is no message. batch_put_off,
 * in decide(), instead of deciding: a record is parked as "stored_unreadable", a timer comes again in a minute, a result becomes a
 * row result_failed, a campaign's subject one walk_failed. The service must leave the row itself as it is. */
struct event *batch_unpack(
    struct batch *batch, enum event_type type, const void *data, size_t size, const char *what, const char *of);
void batch_misread(const char *what, const char *of, const char *why);
void batch_put_off(struct batch *batch, struct item *item, const char *what);

/* Timers of the item's shard. Arming the same (due, subject, kind) again replaces the version. due_us in the past fires in the next
 * batch. A timer whose version is stale when it fires must be a no-op in decide(); disarm what will never be wanted, so that the
 * virtual clock does not stop there. */
void batch_arm(struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind, int64_t version);
void batch_disarm(struct batch *batch, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind);

/* A subject has come: what running campaigns say of new ones is done to it now, by service->decide() with an ITEM_WALK each. In
 * decide() only, once a subject, behind what makes it. */
void batch_reach(struct batch *batch, struct item *item, const struct uuid *subject);

/* From the loop, outside of any batch: an item of kind ITEM_RESULT joins the lane of that shard. false: the shard is not ours any
 * more, the result is the caller's to free. Otherwise the service gets it in decide(), and result_free frees it after the commit.
 */
bool daemon_inject(struct daemon *daemon, int shard, void *result);

/* Applied versions of platforms, for a service that goes by them. A number is good for ever, whatever is applied or retired later.
 *
 * daemon_version_at: the number that holds for a platform at an instant: its own newest that is in use, else default's.
 * batch_version_of: the one that a fact about a complaint tells; that holds now when it tells none.
 * batch_read_version, in load(): true when its files are not known yet: a read was sent. daemon_version: what version_new made of
 * them; NULL when they are not known, or cannot be read, which has been told then. */
int32_t daemon_version_at(const struct daemon *daemon, const char *platform_id, int64_t at_us);
int32_t batch_version_of(const struct batch *batch, const struct event *fact);
bool batch_read_version(struct batch *batch, int32_t number);
const void *daemon_version(const struct daemon *daemon, int32_t number);
/* For a service with `newest`: of the newest version that holds for the platform now. Until the next turn of the loop; NULL: it
 * cannot be read. */
const void *daemon_newest(const struct daemon *daemon, const char *platform_id);

/* Why a record could not be taken. */
struct parked {
	const struct event *said;
	const char *code, *member; /* as struct wire_fault has them; member "" */
	int64_t most;
	int64_t seq; /* of the dead letter in the shard's log */
};

struct service {
	const struct service_row *row;                /* who it is, what it reads and says */
	const struct option *options;                 /* its own, beside the skeleton's; ended by name NULL */
	const struct pg_statement *const *statements; /* NULL-ended list of arrays, see pg.h */
	const struct walk *walks;                     /* what campaigns may walk through, ended by kind NULL; NULL for none */
	const struct http_route *routes;              /* at http.listen; NULL for none: then there is no such option */
	http_admit_fn *admit;                         /* who may come in there; NULL: everybody. Its context is the daemon */
	const struct counter_row *counters;           /* its own metrics; NULL for none (common/base/metrics.h) */

	/* Reads tokens, templates ... named by the options. At start and at SIGHUP: builds aside, adds all mistakes to
	 * problems as file:line:column, and swaps when there is none in it; else the old ones stay. Mistakes in the options may
	 * stand in problems already: a file whose option is not options_meant() is not looked at. Texts of options are not to be
	 * kept. May be NULL. */
	void (*reload)(struct daemon *daemon, struct problems *problems);
	bool by_platforms; /* it goes by applied versions of platforms, and joins when there is one to go by */
	bool newest; /* it reads whatever may be the newest in force before anybody asks; until it is read the one before holds */
	/* Makes what the service needs out of a version's files (common/model/bundle.h); it is kept for good. NULL: what is wrong
	 * is in problems. May be NULL: the number is all that it needs. */
	void *(*version_new)(const struct bundle *files, struct problems *problems);
	/* After the options are read and the loop exists; before any shard is owned. May be NULL. */
	void (*start)(struct daemon *daemon);

	void *(*memory_new)(struct daemon *daemon); /* of a lane's batches, made once a lane */
	void (*memory_reset)(void *memory);

	/* Sends the reads that the items need. Called again, with round 1, 2 ..., after their answers have come, until it returns
	 * false (nothing sent). Reads go by pg_send() with callbacks. */
	bool (*load)(struct batch *batch, int round);
	/* One item: pure decision on what was loaded, effects into write sets and batch_emit/arm/park. Items of one batch see each
	 * other's effects through batch->memory. */
	void (*decide)(struct batch *batch, struct item *item);
	/* A record of strangers is parked, and whose it is is known: said has what names it (wire_attribute). Whoever is told of it
	 * hears it now, as in decide(); item->event may be NULL. What this emits must not fail as the record did: it is called
	 * once. May be NULL. */
	void (*parked)(struct batch *batch, struct item *item, const struct parked *why);
	/* Sends the write sets. The skeleton adds its own and the fence behind them. */
	void (*write)(struct batch *batch);
	/* The transaction is durable. May be NULL. */
	void (*committed)(struct batch *batch);
	/* What daemon_inject was given is no longer needed: its batch has committed, or its shard is gone. NULL: free(). */
	void (*result_free)(void *result);
	/* A shard has been taken over (or over again, after the database was away: dropped() came before) and its lane's database
	 * is ready: send reads to resume what was under way (webhooks being sent); the skeleton syncs. May be NULL. */
	void (*taken)(struct daemon *daemon, int shard, struct pg *pg);
	/* A shard is no longer ours: forget it. May be NULL. */
	void (*dropped)(struct daemon *daemon, int shard);
	/* Is something under way that SIGTERM should wait for (bounded)? May be NULL. */
	bool (*busy)(struct daemon *daemon);
};

/* The whole program. Returns the exit code. */
int daemon_main(const struct service *service, int argc, char **argv);

/* For hooks. */
struct loop *daemon_loop(struct daemon *daemon);
const struct options *daemon_options(const struct daemon *daemon);
void *daemon_context(const struct daemon *daemon); /* whatever start() or reload() put there */
void daemon_set_context(struct daemon *daemon, void *context);
/* The one source of now: the database's clock carried by the monotonic one, or the virtual clock's last known value. Inside a batch
 * use batch->now_us. 0 until the database was reached once. */
int64_t daemon_now_us(const struct daemon *daemon);
/* A connection of its own for reads from HTTP handlers and the like (service->statements are prepared on it); never in a batch. */
struct pg *daemon_query_pg(struct daemon *daemon);
/* Counts how often a limit was run into (ombud_limit_hits_total); after the commit. */
void daemon_limit_hits(enum limit limit, int64_t count);
/* How many shards there are: the partitions of each topic. 0 until the broker was reached once. */
int daemon_shards(const struct daemon *daemon);
/* Puts a structured or binary record of strangers on the inbox, keyed by order: what HTTP POST uses. done(error, partition, offset)
 * on the loop; error NULL when acknowledged. false: the queue is full or the broker away (503). */
struct headers;
typedef void inbox_done_fn(const char *error, int partition, int64_t offset, void *context);
bool daemon_publish_inbox(struct daemon *daemon, const char *key, const void *value, size_t size, const struct headers *headers,
    inbox_done_fn *done, void *context);

#endif
