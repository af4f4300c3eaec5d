/* The independent checker behind `ombudctl audit`: what was attempted against what became of it.
 *
 * It reads the publishers' ledgers, the raw topics from offset 0, and the database; nothing that a daemon says about itself. First
 * the positions, then the topics, then the logs, so that what a running system does meanwhile cannot look like a loss: whatever a
 * position claims must be found in what is read later. Each invariant is one row of audit_checks and one pure
 * function over struct books.
 */
#ifndef OMBUD_OMBUDCTL_AUDIT_H
#define OMBUD_OMBUDCTL_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/event.h"
#include "common/model/services.h"
#include "common/store/audit.h"
#include "common/store/core_place.h"

enum { AUDIT_TOPICS_MAX = 8, AUDIT_PARTITIONS_MAX = 1024, AUDIT_OFFENDERS_MAX = 10, AUDIT_OFFENDER_SIZE = 200 };

/* What fell due less than this ago may be in the hands of a running daemon. */
enum { AUDIT_GRACE_S = 5 };

/* ---- what is found ---- */

enum audit_fault {
	AUDIT_LOST,
	AUDIT_DOUBLED,
	AUDIT_PHANTOM, /* an effect that nobody attempted */
	AUDIT_ILLEGAL, /* a path, an order or a sum that must not be */
	AUDIT_DUE_UNFIRED,
	AUDIT_UNDELIVERED,
	AUDIT_FORMER,  /* of a log that is not there any more, or of a history that a person has ended: told, and no fault */
	AUDIT_UNKNOWN, /* cannot be judged: the beginning is gone, or it is not read yet */
	AUDIT_FAULTS
};
extern const char *const audit_fault_names[AUDIT_FAULTS];

struct finding {
	int64_t checked;
	int64_t counts[AUDIT_FAULTS];
	char offenders[AUDIT_OFFENDERS_MAX][AUDIT_OFFENDER_SIZE]; /* the first ones */
	int offenders_count;
};
void finding_add_many(struct finding *finding, enum audit_fault fault, int64_t count, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void finding_add(struct finding *finding, enum audit_fault fault, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- the books ---- */

/* A place in the inbox. Sorted by partition, then offset. */
struct place {
	int partition;
	int64_t offset;
};

enum outcome_kind { OUTCOME_EFFECT, OUTCOME_REPEAT, OUTCOME_FORWARDED, OUTCOME_DEAD_LETTER };
struct outcome {
	struct place place;
	enum outcome_kind kind;
	int64_t seq;         /* of the log */
	struct uuid cause;   /* identity of its record; zero: not kept */
	int64_t body_digest; /* of its record's body; 0: not kept */
};

/* A record of the inbox, as it lies there. place is first: sorted as places are. */
struct inbox_record {
	struct place place;
	struct uuid cause; /* its identity; zero: it cannot be read */
	int64_t body_digest;
	uint64_t digest; /* of key, value and headers, as a dead letter's */
};

/* What a dead letter of the inbox is of. */
struct letter {
	struct place place;
	uint64_t digest;
};

enum attempt_outcome { ATTEMPT_OK, ATTEMPT_FAILED, ATTEMPT_UNKNOWN };
struct attempt {
	struct place place; /* ATTEMPT_OK only */
	enum attempt_outcome outcome;
};

/* A row of a log. Sorted by service, shard, seq. */
struct log_place {
	int service, shard;
	int64_t seq;
};

/* A record of a fact topic that had an effect: the first row that it made in a reader's log. */
struct taking {
	int topic, shard;
	int64_t offset;
	int service;
	int64_t seq; /* of the reader's log */
};

/* A record of a fact topic, or a row of the log that it came from. */
enum fact_kind {
	FACT_FIRST,  /* where it stands first, and true */
	FACT_AGAIN,  /* said again */
	FACT_FORMER, /* of an ended history, beyond where it is true */
};
struct fact {
	int64_t offset; /* of a record */
	int64_t shard_sequence;
	int64_t seq; /* of the log: what stands in ce_id */
	int64_t sequence;
	uint64_t digest;     /* of key and payload */
	int32_t history;     /* in which it is said; of a row: in which it was made */
	int64_t former;      /* up to which the former one is true */
	int32_t born;        /* what its ce_id begins with */
	enum fact_kind kind; /* of a record, by audit_settle() */
};
struct fact_list {
	struct fact *rows;
	int64_t count, room;
};

struct book_topic {
	const char *name;
	int writer;                                 /* index into service_rows; -1: strangers */
	bool reads[SERVICES_COUNT];                 /* who reads it */
	int64_t low[AUDIT_PARTITIONS_MAX];          /* first offset that is still there */
	int64_t high[AUDIT_PARTITIONS_MAX];         /* end when the reading began */
	int64_t end[AUDIT_PARTITIONS_MAX];          /* end when everything had been read */
	int64_t unread[AUDIT_PARTITIONS_MAX];       /* offsets before high that could not be read: behind an open transaction */
	bool away[AUDIT_PARTITIONS_MAX];            /* the broker did not answer for it: nothing is known of its end */
	struct fact_list raw[AUDIT_PARTITIONS_MAX]; /* as they lie there, repeats and all */
	struct fact_list log[AUDIT_PARTITIONS_MAX]; /* as the writer's log has them */
};

/* Where a service stands in one shard. */
struct position {
	bool known;
	int64_t next_offsets[AUDIT_TOPICS_MAX]; /* by our index of topics; -1: not read by it */
	int64_t in_sequences[AUDIT_TOPICS_MAX];
	int64_t log_seq, acked_seq, cluster_since;
	int32_t history;
	int64_t formers[AUDIT_TOPICS_MAX][CORE_HISTORIES_MAX]; /* by our index of topics, of those it writes; then by history that
								  has ended: up to which number it is true */
	int32_t in_histories[AUDIT_TOPICS_MAX];                /* of those it reads */
	int64_t history_starts[CORE_HISTORIES_MAX];
	int64_t decided_seq; /* of the log: the last row that says what a person has decided of this shard; 0: none */
	int restated;        /* such rows that began a history */
	char stopped[32];    /* why a person must decide about the shard; "": it goes on */
	bool looked, behind; /* audit_is_behind()'s */
};

/* Which record of a topic says it. */
struct fact_place {
	int topic, partition;
	int64_t index; /* in raw */
};

struct step { /* of a complaint, as ombud.complaint.v1 tells it */
	const char *complaint;
	int64_t sequence;
	bool moves; /* a ComplaintChanged; other facts about it are numbered too */
	enum stage before, stage;
	struct fact_place fact;
};

struct number { /* of a fact about something, on a topic */
	int topic, partition;
	int64_t offset, sequence;
	uint64_t subject; /* hash of topic and complaint */
	int64_t index;    /* in raw */
};

struct overdue {
	int service, shard; /* -1: of no service */
	const char *text;
};

struct complaint_row {
	const char *complaint;
	enum stage stage;
	int64_t told;
};

struct remedy_row {
	const char *key;
	int64_t amount;
	struct fact_place fact; /* of one that was said */
};

/* A line of an order for which something was paid back. */
struct line_row {
	const char *order, *item;
	int64_t back, price; /* minor units; price: of the whole line, as the facts say it */
};

#define LIST(type)                   \
	struct {                     \
		type *rows;          \
		int64_t count, room; \
	}

struct books {
	int partitions;
	int topics_count;
	struct book_topic *topics[AUDIT_TOPICS_MAX]; /* [0] is the inbox */
	struct position *positions[SERVICES_COUNT];  /* by shard */

	LIST(struct inbox_record) records; /* raw inbox, sorted */
	LIST(struct letter) letters;       /* of the inbox */
	LIST(struct outcome) outcomes;     /* sorted */
	LIST(struct attempt) attempts;     /* sorted; those without a place first */
	LIST(struct log_place) parked;     /* rows of the logs that say that a record was parked */
	LIST(struct log_place) kept;       /* those that a dead letter stands for, sorted */
	LIST(struct taking) takings;       /* sorted by topic, shard, offset */
	LIST(struct step) steps;           /* in the order of the topic, first occurrences */
	LIST(struct number) numbers;       /* of first occurrences, in the order of each topic */
	LIST(struct overdue) overdues;     /* what is due and unfired */
	LIST(struct complaint_row) complaints;
	LIST(struct remedy_row) remedies_said; /* first occurrences on ombud.remedy.v1 */
	LIST(struct remedy_row) remedies_kept; /* rows */
	LIST(struct line_row) lines;
	int64_t least; /* --least */

	/* judged by SQL: one finding each */
	struct finding identities, overpaid, overdue, leaderless, notices, hops;
	struct finding unreadable; /* records of our own that cannot be decoded */
	struct arena *arena;       /* texts */
};

/* Appends a zeroed row and returns it. */
#define list_add(list)                                                                                           \
	((list)->count == (list)->room                                                                           \
		? (void)((list)->room = (list)->room ? (list)->room * 2 : 256,                                   \
		      (list)->rows = xrealloc((list)->rows, sizeof *(list)->rows * (unsigned long)(list)->room)) \
		: (void)0,                                                                                       \
	    memset(&(list)->rows[(list)->count], 0, sizeof *(list)->rows), &(list)->rows[(list)->count++])

int place_compare(const void *one, const void *other); /* works for struct outcome and struct attempt too */
int taking_compare(const void *one, const void *other);

/* ---- reading (audit_read_*.c): false: the message has been printed ---- */

struct ctl;
bool audit_read_stops(struct ctl *ctl, struct books *books);
bool audit_find_topics(struct ctl *ctl, struct books *books);
bool audit_read_positions(struct ctl *ctl, struct books *books);
bool audit_read_topics(struct ctl *ctl, struct books *books);
bool audit_read_database(struct ctl *ctl, struct books *books);
/* When topics and database have been read: which records of the fact topics are the first and true ones; what the others say is
 * left out of the books of complaints and remedies. */
void audit_settle(struct books *books);
bool audit_read_ends(struct ctl *ctl, struct books *books); /* last: the inbox as it ends now */
bool audit_read_ledgers(const char *folder, struct books *books);
/* One line of a ledger. false: it is no such line. */
bool audit_parse_attempt(const char *line, size_t size, struct attempt *attempt);

/* ---- what is not known yet (audit_waits.c): pure ---- */

/* Could the record at that offset not be read, if there is one? Then nothing is lost for all that is known. */
bool audit_is_unread(const struct book_topic *topic, int partition, int64_t offset);
/* Something of the partition could not be read. */
bool audit_is_cut(const struct book_topic *topic, int partition);
/* Has the service not read yet what lies in its topics, or is it not to, until a person decides? */
bool audit_is_behind(const struct books *books, int service, int shard);
enum { AUDIT_WAITS_MAX = 40, AUDIT_WAIT_SIZE = 160 };
struct waits {
	char texts[AUDIT_WAITS_MAX][AUDIT_WAIT_SIZE];
	int count, more; /* more: that have no room */
};
/* What the audit would have to wait for, in the order of what an operator can do. */
void audit_find_waits(const struct books *books, struct waits *waits);

/* ---- judging (audit_check*.c): pure ---- */

struct audit_check {
	const char *id; /* S what is said and done, C clocks, W notices, Q dead letters */
	const char *what;
	void (*judge)(const struct books *books, struct finding *finding);
};
extern const struct audit_check audit_checks[]; /* ended by id NULL */

#endif
