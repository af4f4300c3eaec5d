/* The intake daemon: what its files share. A batch goes load.c -> decide.c -> write.c; http_*.c serve people and programs. */
#ifndef OMBUD_INTAKE_H
#define OMBUD_INTAKE_H

#include <uthash.h>

/* Tables are made anew for each batch, of hundreds: with that many buckets at once. */
#undef HASH_INITIAL_NUM_BUCKETS
#undef HASH_INITIAL_NUM_BUCKETS_LOG2
#define HASH_INITIAL_NUM_BUCKETS 512U
#define HASH_INITIAL_NUM_BUCKETS_LOG2 9U

#include "common/base/instant.h"
#include "common/daemon/service.h"
#include "common/model/complaint.h"
#include "common/store/intake.h"

enum {
	TIMER_WAITING = 1, /* subject: the cause of what waits; its hour is over */
	TIMER_TAKE_UP = 2, /* subject: the complaint, which has come; what waits for it is taken up, so much at a time */
	TIMER_UNTOLD = 3,  /* subject: a refusal that was not told (refusals.c); its minute is over */
};

/* Complaints whose waiting events one batch takes up, LIMIT_TAKE_UP of each; the others' turn comes next. */
enum { TAKE_UPS_MAX = 5 };
#define TAKE_UP_TURN_US (US_PER_SECOND / 500)

/* What a stored thing is called that cannot be read (batch_misread). */
#define INTAKE_ORDER_FACTS "intake.orders.facts"
#define INTAKE_WAITING_EVENT "intake.waiting.event"

/* Of the process, in the daemon's context. */
struct http_access;
struct intake {
	int64_t waiting_us; /* how long an event waits for its complaint */
	int64_t reply_us;   /* how long a POST waits for its outcome */
	struct http_access *access;
};

/* What intake goes by of a platform's version (versions.c); NULL: it cannot be read. */
void *intake_version_new(const struct bundle *files, struct problems *problems);
/* What a complaint's version says of when it may be filed; NULL: it is not read. */
const struct eligibility_limits *intake_windows(const struct daemon *daemon, int32_t version);
/* ... and of the codes of types. */
const struct type_codes *intake_types(const struct daemon *daemon, int32_t version);
/* By what it is decided; NULL likewise. */
const struct law *intake_law(const struct daemon *daemon, int32_t version);
/* A platform's limits, as its newest version has them. Never NULL. */
const struct limit_figures *intake_figures(const struct daemon *daemon, const char *platform_id);

/* One order in a batch; or one person, of whom only the limits' uses are known. */
struct dossier_entry {
	struct dossier dossier;
	enum intake_use_kind kind;
	struct limit_uses uses;
	int shard;
	bool unreadable; /* the row of its order */
	bool remedies_wanted;
	const char *key;
	UT_hash_handle hh;
};

/* Of an ITEM_WALK, in its slot: a complaint that goes by another version of its platform from now on. */
struct move_entry {
	const char *order_id, *platform_id, *by;
	int32_t version;
	struct dossier_entry *order;
};

/* An identity that the log, or this batch, knows. */
struct seen_entry {
	struct {
		int shard;
		struct uuid cause;
	} key;
	struct uuid subject;
	int64_t body_digest;
	UT_hash_handle hh;
};

/* A complaint's id and whose it is. */
struct owner_entry {
	struct uuid id;
	const char *order_id, *platform_id;
	UT_hash_handle hh;
};

struct waiting_entry {
	struct intake_waiting waiting;
	bool stored; /* in the database already */
	bool ended;
	bool in_line; /* read to be taken up */
	struct waiting_entry *next;
};

/* The memory of a batch, one a lane: everything but the store lives in the batch's arena. */
struct intake_memory {
	struct daemon *daemon;
	struct intake_store *store;
	struct dossier_entry *dossiers, *persons;
	struct seen_entry *seen;
	struct owner_entry *owners;
	struct waiting_entry *waiting, **waiting_end; /* in the order in which they came */
	struct refusal_store *refusals;
	struct source_table *sources; /* stays from batch to batch */
	struct untold_entry *untold;
	struct uuid *referred; /* complaints whose pieces of evidence are read */
	size_t referred_count;
	int take_ups, take_ups_decided;
	int64_t take_up_turn_us;                                               /* given last; stays from batch to batch */
	int64_t accepted, refused, repeated, awaited, times_later, untellable; /* counted when the batch has committed ... */
	int64_t hits[LIMIT_COUNT];                                             /* ... as these are */
};

void *intake_memory_new(struct daemon *daemon);
void intake_memory_reset(void *memory);
struct dossier_entry *intake_memory_dossier(
    struct intake_memory *memory, const char *platform_id, const char *order_id); /* NULL: none */
struct dossier_entry *intake_memory_person(
    struct intake_memory *memory, const char *platform_id, const char *person_id); /* NULL: none */
struct seen_entry *intake_memory_seen(struct intake_memory *memory, int shard, const struct uuid *cause);
void intake_memory_see(struct batch *batch, int shard, const struct uuid *cause, const struct uuid *subject, int64_t body_digest);
struct waiting_entry *intake_memory_wait(struct batch *batch, const struct intake_waiting *waiting, bool stored);

/* refusals.c */
struct source_table *intake_sources_new(void);
void intake_sources_free(struct source_table *table);
void intake_sources_end_run(struct source_table *table, bool committed);
void intake_keep_refusal(struct batch *batch, const struct item *item, const struct event *refused, int64_t seq);
void intake_parked(struct batch *batch, struct item *item, const struct parked *why);
void intake_want_untold(struct intake_memory *memory, const struct item *item);
void intake_on_untold(enum pg_class class, const struct pg_result *result, void *context);
void intake_decide_untold(struct batch *batch, struct item *item);

bool intake_load(struct batch *batch, int round);
void intake_decide(struct batch *batch, struct item *item);
void intake_write(struct batch *batch);
void intake_committed(struct batch *batch);

#endif
