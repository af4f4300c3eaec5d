/* ombud-intake: the only daemon that reads what strangers write, and the only one that changes a complaint's stage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/problems.h"
#include "common/io/http_access.h"
#include "common/io/loop.h"
#include "common/store/moves.h"
#include "common/store/refusals.h"
#include "common/store/statements.h"

#include "services/intake/counters.h"
#include "services/intake/http.h"
#include "services/intake/intake.h"

static const struct option options[] = {
    {"http.tokens", OPTION_FILE, "", .reload = true, .help = HTTP_ACCESS_HELP},
    {"intake.reply_ms", OPTION_INTEGER, "2000", 0, 8000, .unit = "ms", .help = "how long a POST waits for its outcome"},
    {"intake.waiting_minutes", OPTION_INTEGER, "60", 1, 60 * 24 * 30, .unit = "min",
	.help = "how long an event waits for the complaint that it is about"},
    {0},
};

const struct counter_row intake_counters[COUNTER_END + 1] = {
    [COUNTER_ACCEPTED] = {"ombud_intake_accepted_total", "Events that had their effect.", METRIC_COUNTER},
    [COUNTER_REFUSED] = {"ombud_intake_refused_total", "Events that were refused with a code.", METRIC_COUNTER},
    [COUNTER_REPEATED] = {"ombud_intake_repeated_total", "Events that had been received before.", METRIC_COUNTER},
    [COUNTER_AWAITED] = {"ombud_intake_awaited_total", "Events put aside until their complaint comes.", METRIC_COUNTER},
    [COUNTER_TIMES_LATER] = {"ombud_intake_times_later_total",
	"Instants that publishers said, later than the receipt: a wrong clock or zone. They count as the receipt.", METRIC_COUNTER},
    [COUNTER_UNTELLABLE] = {"ombud_intake_untellable_total",
	"Dead letters whose sender is known, and that no refusal can tell: a mistake of Ombud's.", METRIC_COUNTER},
    {0},
};

static void reload(struct daemon *daemon, struct problems *problems)
{
	const struct options *given = daemon_options(daemon);
	struct intake *intake = daemon_context(daemon);
	struct http_access *access =
	    options_meant(given, "http.tokens") ? http_access_load(options_text(given, "http.tokens"), problems) : NULL;
	if (problems->count > 0) {
		http_access_free(access);
		return;
	}
	if (!intake) {
		intake = xcalloc(1, sizeof(*intake));
		daemon_set_context(daemon, intake);
	}
	http_access_free(intake->access);
	intake->access = access;
	intake->waiting_us = options_integer(given, "intake.waiting_minutes") * US_PER_MINUTE;
	intake->reply_us = options_integer(given, "intake.reply_ms") * 1000;
}

static const struct http_refusal *admit(const struct http_head *head, void *daemon)
{
	const struct intake *intake = daemon_context(daemon);
	return http_access_admit(intake->access, head);
}

/* ---- what is kept for a while only: some rows a time, each minute ---- */

static struct loop_timer *forgetting;

static int64_t forget_before_us(const struct daemon *daemon)
{
	return daemon_now_us(daemon) - REFUSALS_KEPT_US - REFUSALS_SLACK_US;
}

static void forget(void *context)
{
	struct daemon *daemon = context;
	struct pg *pg = daemon_query_pg(daemon);
	loop_timer_start(forgetting, US_PER_MINUTE);
	if (pg_state(pg) != PG_STATE_READY)
		return;
	refusal_forget(pg, -1, forget_before_us(daemon));
	pg_sync(pg, NULL, NULL);
}

static void start(struct daemon *daemon)
{
	forgetting = loop_timer_new(daemon_loop(daemon), forget, daemon);
	loop_timer_start(forgetting, US_PER_MINUTE);
}

static void taken(struct daemon *daemon, int shard, struct pg *pg)
{
	refusal_forget(pg, shard, forget_before_us(daemon));
}

static const struct walk walks[] = {{MOVES_KIND, &store_moves_statements[STORE_MOVES_PAGE]}, {NULL, NULL}};

static const struct service service = {
    .row = &service_rows[SERVICE_INTAKE],
    .options = options,
    .statements = store_statements[SERVICE_INTAKE],
    .walks = walks,
    .routes = intake_routes,
    .admit = admit,
    .counters = intake_counters,
    .reload = reload,
    .by_platforms = true,
    .newest = true,
    .version_new = intake_version_new,
    .start = start,
    .memory_new = intake_memory_new,
    .memory_reset = intake_memory_reset,
    .load = intake_load,
    .decide = intake_decide,
    .parked = intake_parked,
    .write = intake_write,
    .committed = intake_committed,
    .taken = taken,
};

int main(int argc, char **argv)
{
	return daemon_main(&service, argc, argv);
}
