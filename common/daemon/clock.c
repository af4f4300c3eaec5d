/* The one source of now. Real: the database's clock, carried by the monotonic one, so that no jump of this machine's wall clock
 * moves a deadline; nor does a jump of the database's, unless this machine's agrees (clock_judge.h). It is never ahead: the answer
 * to a question is as old as its sending. Virtual: a row that all daemons follow, read in every batch; a NOTIFY after each step
 * wakes the timers.
 */
#include <string.h>

#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/clock.h"
#include "common/daemon/clock_judge.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/options.h"
#include "common/daemon/wake.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core.h"

enum {
	CHECK_EVERY_US = 60 * 1000000,
	CHECK_DOUBTED_EVERY_US = 5 * 1000000,
	ASK_AGAIN_US = 100000,
	ASK_SOON_US = 20000, /* while there is no connection to ask by */
};

/* ---- two of three ---- */

static void tell_doubt(struct clock *clock, enum clock_verdict verdict, int64_t moved_us)
{
	bool doubted = verdict == CLOCK_CARRIED;
	if (verdict == CLOCK_MOVED)
		log_warn(
		    "the database's clock has moved, and this machine's agrees: it is followed", LOG_NUMBER("ahead_us", moved_us));
	else if (doubted && !clock->doubted)
		log_error("the database's clock has moved, and this machine's does not agree: now is carried on from before",
		    LOG_NUMBER("ahead_us", moved_us));
	else if (!doubted && clock->doubted)
		log_info("the database's clock is again where it was carried to");
	clock->doubted = doubted;
}

static void tell_apart(struct clock *clock, const struct clock_look *look)
{
	bool apart = clock_is_apart(look);
	if (apart && !clock->apart)
		log_error("this machine's clock and the database's differ: the database's counts unless it has moved",
		    LOG_NUMBER("ahead_us", look->wall_us - look->server_us));
	clock->apart = apart;
}

static void follow(struct clock *clock, int64_t server_us)
{
	const struct clock_look look = {clock->asked_us, instant_monotonic_us(), server_us, instant_wall_us()};
	bool known = clock->known && !clock->is_virtual;
	int64_t ahead_us = clock_ahead_us(known, clock->server_ahead_us, &look);
	enum clock_verdict verdict = clock_judge(known, clock->server_ahead_us, &look);
	tell_doubt(clock, verdict, ahead_us - clock->server_ahead_us);
	tell_apart(clock, &look);
	counters_clock(clock->doubted, clock->apart);
	if (verdict != CLOCK_CARRIED)
		clock->server_ahead_us = ahead_us;
}

static void on_answer(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = context;
	struct clock *clock = &daemon->clock;
	int64_t server_us, virtual_us;
	clock->asks--;
	if (class != PG_DONE) {
		loop_timer_start(clock->again, ASK_AGAIN_US);
		return;
	}
	core_clocks_row(result, &server_us, &virtual_us);
	follow(clock, server_us);
	if (clock->is_virtual)
		clock_take(daemon, virtual_us);
	else
		clock->known = true;
	daemon_wake(daemon);
}

static void ask(struct daemon *daemon)
{
	if (daemon->clock.asks++ == 0) /* of several under way the first: the answer lies behind that one, too */
		daemon->clock.asked_us = instant_monotonic_us();
	core_clocks_read(daemon->query_pg, on_answer, daemon);
	pg_sync(daemon->query_pg, NULL, NULL);
}

static void on_again(void *context)
{
	struct daemon *daemon = context;
	bool connected = pg_state(daemon->query_pg) == PG_STATE_READY;
	int64_t every_us = daemon->clock.doubted ? CHECK_DOUBTED_EVERY_US : CHECK_EVERY_US;
	loop_timer_start(daemon->clock.again, connected ? every_us : ASK_SOON_US);
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
