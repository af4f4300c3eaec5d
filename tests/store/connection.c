#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/io/loop.h"
#include "tests/store/connection.h"

enum { WAIT_MS = 10000 };

struct pg *pg;
static struct loop *loop;

int connection_open(const struct pg_statement *const *statements)
{
	const char *dsn = getenv("OMBUD_TEST_DSN");
	if (!dsn) {
		print_error("OMBUD_TEST_DSN is not set\n");
		return -1;
	}
	loop = loop_new();
	pg = pg_new(
	    loop, &(struct pg_settings){.conninfo = dsn, .application_name = "test", .statements = statements, .retry_ms = 100});
	return pg_wait_ready(pg, WAIT_MS) ? 0 : -1;
}

int connection_close(void)
{
	if (!pg)
		return -1;
	pg_free(pg);
	loop_free(loop);
	return 0;
}

static void on_sync(enum pg_class class, const char *sqlstate, const char *message, void *context)
{
	*(enum pg_class *)context = class;
	if (class != PG_DONE)
		print_message("%s %s\n", sqlstate ? sqlstate : "", message ? message : "");
}

enum pg_class sync_class(void)
{
	enum pg_class class = PG_LOST;
	pg_sync(pg, on_sync, &class);
	assert_true(pg_wait_idle(pg, WAIT_MS));
	return class;
}

void sync_well(void)
{
	assert_int_equal(sync_class(), PG_DONE);
}
