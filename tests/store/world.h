/* One case of the engine's tests: a database and topics of its own on the mock broker, programs under test (the test itself,
 * started again under another name), and what can be asked.
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

/* The mock can lose a member's request to join; it is sent again after 63 s. */
enum { PARTITIONS = 8, WAIT_SECONDS = 180 };

struct world {
	char database[32], prefix[32];
	char dsn[512];
	int port; /* where the programs' HTTP listens: one at a time */
	struct pg_session *session;
	pid_t pids[4];
	int pids_count;
};

extern struct kafka_mock *mock;
struct loop *world_loop(void);           /* of the test itself */
struct kafka_settings world_kafka(void); /* the mock, for the test's own producers and readers */

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
/* GET of the program: does the answer hold that text within a while? */
bool page_says(struct world *world, const char *path, const char *text);
bool page_has(struct world *world, const char *path, const char *text); /* now */

#endif
