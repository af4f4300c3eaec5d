/* The one source of now. Real: the database's clock, carried by the monotonic one, so that no jump of this machine's wall clock
 * moves a deadline. It is never ahead: the answer to a question is as old as its sending. Virtual: a row that all daemons follow,
 * read in every batch; a NOTIFY after each step wakes the timers.
 */
#include <string.h>

#include "common/base/instant.h"
#include "common/daemon/clock.h"
#include "common/daemon/daemon.h"
#include "common/daemon/options.h"
#include "common/daemon/wake.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core.h"

enum {
	CHECK_EVERY_US = 60 * 1000000,
	ASK_AGAIN_US = 100000,
	ASK_SOON_US = 20000, /* while there is no connection to ask by */
};

static void on_answer(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = context;
	struct clock *clock = &daemon->clock;
	int64_t server_us, virtual_us;
	if (class != PG_DONE) {
		loop_timer_start(clock->again, ASK_AGAIN_US);
		return;
	}
	core_clocks_row(result, &server_us, &virtual_us);
	clock->server_ahead_us = server_us - instant_monotonic_us();
	if (clock->is_virtual)
		clock_take(daemon, virtual_us);
	else
		clock->known = true;
	daemon_wake(daemon);
}

static void ask(struct daemon *daemon)
{
	core_clocks_read(daemon->query_pg, on_answer, daemon);
	pg_sync(daemon->query_pg, NULL, NULL);
}

static void on_again(void *context)
{
	struct daemon *daemon = context;
	bool connected = pg_state(daemon->query_pg) == PG_STATE_READY;
	loop_timer_start(daemon->clock.again, connected ? CHECK_EVERY_US : ASK_SOON_US);
	if (connected)
		ask(daemon);
}

static void on_step(const char *payload, void *context)
{
	ask(context);
}

void clock_take(struct daemon *daemon, int64_t virtual_us)
{
	if (virtual_us <= daemon->clock.virtual_us)
		return; /* it never goes back; 0: nobody has set it yet */
	daemon->clock.virtual_us = virtual_us;
	daemon->clock.known = true;
}

void clock_start(struct daemon *daemon)
{
	daemon->clock.is_virtual = !strcmp(options_text(daemon->options, "clock.source"), "virtual");
	daemon->clock.again = loop_timer_new(daemon->loop, on_again, daemon);
	if (daemon->clock.is_virtual)
		pg_listen(daemon->query_pg, "ombud_clock", on_step, daemon);
	loop_timer_start(daemon->clock.again, 0);
}

int64_t clock_delay_us(const struct daemon *daemon, int64_t instant_us)
{
	if (daemon->clock.is_virtual || !daemon->clock.known)
		return -1;
	int64_t delay_us = instant_us - daemon_now_us(daemon);
	return delay_us > 0 ? delay_us : 0;
}

int64_t daemon_now_us(const struct daemon *daemon)
{
	const struct clock *clock = &daemon->clock;
	if (!clock->known)
		return 0;
	return clock->is_virtual ? clock->virtual_us : instant_monotonic_us() + clock->server_ahead_us;
}
