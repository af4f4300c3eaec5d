/* One case of the engine's tests: a database and topics of its own on the mock broker, programs under test (the test itself,
 * started again under another name), what is fed and what can be asked.
 */
#ifndef OMBUD_TESTS_STORE_WORLD_H
#define OMBUD_TESTS_STORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "common/io/kafka.h"

enum { PARTITIONS = 8, WAIT_SECONDS = 60 };

struct world {
	char database[32], prefix[32];
	char dsn[512];
	const char *role; /* that the next program logs in as; NULL: its own */
	int port;         /* where the programs' HTTP listens: one at a time */
	struct pg_session *session;
	pid_t pids[4];
	int pids_count;
};

extern struct kafka_mock *mock;

/* Runs the tests; argv[0] says which program this process is instead. */
int world_main(int argc, char **argv, const struct CMUnitTest *tests, size_t count);

void world_open(struct world *world);
void world_close(struct world *world);
pid_t world_start(struct world *world, const char *program, const char *failpoint, const char *timer_us);
void world_end(struct world *world, pid_t pid);    /* kill -9 */
void world_forget(struct world *world, pid_t pid); /* it has ended */

/* The schema's rows as they are now; and back to that, while every session of a daemon's is ended. */
void backup(struct world *world, const char *schema);
void restore(struct world *world, const char *schema);

void script(struct world *world, const char *sql);
int64_t ask(struct world *world, const char *sql);                 /* one number */
void wait_for(struct world *world, const char *sql, int64_t want); /* for WAIT_SECONDS */
void wait_for_long(struct world *world, const char *sql, int64_t want, int seconds);
/* The toy has taken so many complaints, their timers have fired, and the broker has all that it said. */
void wait_quiet(struct world *world, int64_t effects);
/* GET of the program: does the answer hold that text within a while? */
bool page_says(struct world *world, const char *path, const char *text);
bool page_has(struct world *world, const char *path, const char *text); /* now */

struct feed {
	int from, count;
	const char *text;
	int partition;     /* -1: where it belongs */
	int64_t record_us; /* the record's time, and the event has none; 0: the other way round */
};
void feed(struct world *world, const struct feed *feed); /* complaints, to the inbox */
/* Facts of ombud.complaint.v1 with these numbers, to one partition. */
void feed_facts(struct world *world, int partition, const int *sequences, int count);
/* The same, in a history of a number whose former one is true up to `former`. */
void feed_history(struct world *world, int partition, int history, int former, const int *sequences, int count);
/* One that cannot be decoded; and one whose ce_history says that. */
void feed_broken(struct world *world, int partition, int history, int sequence);
void feed_odd_history(struct world *world, int partition, const char *says, int sequence);
void feed_bytes(struct world *world, const char *topic, int partition, size_t size, int count);
void feed_headers(struct world *world, int partition, int headers_count); /* one record, to the inbox */

/* Questions of the hopper with these numbers, to one partition of its topic. */
struct fed_hop {
	int from; /* -1: it does not say */
	int sequence;
};
void feed_hops(struct world *world, int partition, const struct fed_hop *hops, int count);

/* The topic, read raw: first occurrences of shard_sequence are 1, 2, 3 ... in each partition, from one history to the next (of
 * hops: and from each shard). Returns how many there are that are true. */
int64_t topic_check(struct world *world, const char *plain);
int64_t topic_second(struct world *world, const char *plain); /* records said in the history of number 1 */

#endif
