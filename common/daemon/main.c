/* The whole program of a daemon, as one sequence. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/problems.h"
#include "common/base/value.h"
#include "common/base/version.h"
#include "common/daemon/campaign.h"
#include "common/daemon/clock.h"
#include "common/daemon/consume.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/effects.h"
#include "common/daemon/description.h"
#include "common/daemon/gauges.h"
#include "common/daemon/health.h"
#include "common/daemon/lane.h"
#include "common/daemon/lanes.h"
#include "common/daemon/leave.h"
#include "common/daemon/listen.h"
#include "common/daemon/look.h"
#include "common/daemon/options.h"
#include "common/daemon/ownlook.h"
#include "common/daemon/platforms.h"
#include "common/daemon/relay.h"
#include "common/daemon/shard.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/model/topics.h"
#include "common/store/core.h"

enum { DRAIN_MS = 4000 }; /* SIGTERM to exit */

static bool check_instance(const char *text, char *error, size_t error_size)
{
	return value_check_name(text, TOPIC_NAME_SIZE - 1, error, error_size); /* Kafka has one rule for both */
}

static const struct option skeleton_options[] = {
    {"batch.count_max", OPTION_INTEGER, "500", 2, BATCH_COUNT_MAX, NULL, NULL, false, false, "records of one transaction"},
    {"clock.source", OPTION_CHOICE, "real", 0, 0, "real|virtual", NULL, false, false,
	"whose now: the database's clock, or the row ombud.virtual_clock for tests and replays"},
    {"health.listen", OPTION_TEXT, "127.0.0.1:0", 0, 0, NULL, NULL, false, false,
	"address and port of /livez, /readyz, /metrics; empty: none", listen_check},
    {"instance", OPTION_TEXT, "", 0, 0, NULL, NULL, false, false,
	"name of this copy; where it is set, a restarted copy keeps its place in the group (two of one name: the older leaves)",
	check_instance},
    {"kafka.bootstrap.servers", OPTION_TEXT, NULL, 0, 0, NULL, NULL, false, false,
	"where Kafka is: host:port, several separated by commas"},
    {"lanes", OPTION_INTEGER, "2", 1, LANES_MAX, NULL, NULL, false, false, "connections to PostgreSQL that share the shards"},
    {"log.effects", OPTION_INTEGER, "500", 0, 1000000, NULL, NULL, true, false,
	"lines a second, at most, of what has happened to complaints; what is beyond is counted; with log.level debug all are written"},
    {"log.format", OPTION_CHOICE, "json", 0, 0, "json|text", NULL, false, false, "of the lines on stdout"},
    {"log.level", OPTION_CHOICE, "info", 0, 0, "debug|info|warn|error", NULL, true, false, "least level that is written"},
    {"look.seconds", OPTION_INTEGER, "60", 1, 3600, NULL, "s", false, false,
	"how often a record that was taken is read again, to see that the log is still the same"},
    {"postgres.dsn", OPTION_TEXT, NULL, 0, 0, NULL, NULL, false, true, "libpq's connection string", pg_conninfo_check},
    {"topics.partitions", OPTION_INTEGER, "0", 0, SHARDS_MAX, NULL, NULL, false, false,
	"number of partitions that every topic must have; 0: whatever they have, if it is the same"},
    {"topics.prefix", OPTION_TEXT, "", 0, 0, NULL, NULL, false, false, "before every topic's and the group's name",
	topic_prefix_check},
    {0},
};

/* Of a service with routes. */
static const struct option http_options[] = {
    {"http.listen", OPTION_TEXT, "127.0.0.1:0", 0, 0, NULL, NULL, false, false, "address and port of its HTTP; empty: none",
	listen_check},
    {0},
};

/* ---- for hooks ---- */

struct loop *daemon_loop(struct daemon *daemon)
{
	return daemon->loop;
}

const struct options *daemon_options(const struct daemon *daemon)
{
	return daemon->options;
}

void *daemon_context(const struct daemon *daemon)
{
	return daemon->context;
}

void daemon_set_context(struct daemon *daemon, void *context)
{
	daemon->context = context;
}

int daemon_shards(const struct daemon *daemon)
{
	return daemon->shards_count;
}

struct pg *daemon_query_pg(struct daemon *daemon)
{
	return daemon->query_pg;
}

/* ---- names and settings ---- */

static const char *prefixed(const struct daemon *daemon, const char *name)
{
	char *full;
	if (asprintf(&full, "%s%s", options_text(daemon->options, "topics.prefix"), name) < 0)
		bug("out of memory");
	return full;
}

static void name_topics(struct daemon *daemon)
{
	const struct service *service = daemon->service;
	for (; service->row->reads[daemon->topics_count].topic; daemon->topics_count++) {
		daemon->plain_topics[daemon->topics_count] = service->row->reads[daemon->topics_count].topic;
		daemon->topic_names[daemon->topics_count] = prefixed(daemon, service->row->reads[daemon->topics_count].topic);
	}
	for (; service->row->emits[daemon->emits_count]; daemon->emits_count++) {
		daemon->emit_names[daemon->emits_count] = prefixed(daemon, service->row->emits[daemon->emits_count]);
	}
	for (; service->row->hops[daemon->hops_count]; daemon->hops_count++)
		daemon->hop_names[daemon->hops_count] = prefixed(daemon, service->row->hops[daemon->hops_count]);
	snprintf(daemon->source, sizeof daemon->source, "/ombud/%s", service->row->name);
	snprintf(
	    daemon->group, sizeof daemon->group, "%sombud-%s", options_text(daemon->options, "topics.prefix"), service->row->name);
}

static void name_instance(struct daemon *daemon)
{
	const char *instance = options_text(daemon->options, "instance");
	char *name, host[64] = "";
	gethostname(host, sizeof host - 1); /* in a container all copies have the same pid */
	if (!*instance && asprintf(&name, "%s/%d", host, (int)getpid()) < 0)
		bug("out of memory");
	daemon->instance = *instance ? instance : name;
}

/* The operator's map, and group.instance.id when the copy has a name. After a record that the broker refuses librdkafka must send
 * nothing: readers would see a gap. */
static void kafka_collect(struct daemon *daemon)
{
	const char *const *keys, *const *values, *const *places;
	const char *instance = options_text(daemon->options, "instance");
	int count = options_kafka(daemon->options, &keys, &values, &places);
	const char **all_keys = xcalloc((unsigned long)count + 2, sizeof *all_keys);
	const char **all_values = xcalloc((unsigned long)count + 2, sizeof *all_values);
	const char **all_places = xcalloc((unsigned long)count + 2, sizeof *all_places);
	for (int i = 0; i < count; i++) {
		all_keys[i] = keys[i];
		all_values[i] = values[i];
		all_places[i] = places[i];
	}
	all_keys[count] = "enable.gapless.guarantee";
	all_values[count++] = "true";
	if (*instance) {
		all_keys[count] = "group.instance.id";
		all_values[count++] = instance;
	}
	daemon->kafka = (struct kafka_settings){all_keys, all_values, count, daemon->group, all_places};
}

static enum log_level level_of(const struct options *options)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	const char *level = options_text(options, "log.level");
	for (int i = 0; i < 4; i++)
		if (!strcmp(names[i], level))
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

static void log_start(const struct daemon *daemon)
{
	log_setup(daemon->service->row->name, daemon->instance, level_of(daemon->options),
	    !strcmp(options_text(daemon->options, "log.format"), "text"));
}

static void collect_statements(struct daemon *daemon)
{
	const struct pg_statement *const *own = daemon->service->statements;
	int count = 0;
	while (own && own[count])
		count++;
	const struct pg_statement **all = xcalloc((unsigned long)count + 2, sizeof *all);
	all[0] = core_statements(daemon->service->row->name);
	for (int i = 0; i < count; i++)
		all[i + 1] = own[i];
	daemon->statements = all;
}

/* ---- the end ---- */

static bool anything_left(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->lanes_count; i++)
		if (daemon->lanes[i]->state == LANE_RUNNING || daemon->lanes[i]->state == LANE_TAKING)
			return true;
	return !relay_quiet(daemon) || (daemon->service->busy && daemon->service->busy((struct daemon *)(uintptr_t)daemon));
}

/* What waits in memory is not begun any more: the next owner reads it again. What was begun is finished. */
static void on_drain(void *context)
{
	struct daemon *daemon = context;
	if (!anything_left(daemon) || instant_monotonic_us() > daemon->drain_until_us) {
		loop_stop(daemon->loop);
		return;
	}
	kafka_producer_poll(daemon->producer);
	relay_turn(daemon);
	loop_timer_start(daemon->drain, 10000);
}

static void on_term(void *context)
{
	struct daemon *daemon = context;
	log_info("draining; a second signal leaves at once");
	daemon->draining = true;
	daemon->drain_until_us = instant_monotonic_us() + DRAIN_MS * INT64_C(1000) / 2;
	for (int i = 0; i < daemon->lanes_count; i++)
		lane_stop_taking(daemon->lanes[i]);
	loop_timer_start(daemon->drain, 0);
}

/* Everything that can be wrong beside the options' own values, whatever was found wrong in these. */
static void look_further(struct problems *problems, void *context)
{
	struct daemon *daemon = context;
	struct kafka_settings kafka = {.client_id = daemon->group};
	kafka.count = options_kafka(daemon->options, &kafka.keys, &kafka.values, &kafka.places);
	kafka_settings_check(&kafka, problems);
	options_check_files(daemon->options, problems);
	if (daemon->service->reload)
		daemon->service->reload(daemon, problems);
}

static void on_hangup(void *context)
{
	struct daemon *daemon = context;
	struct problems problems = {0}, changed = {0};
	bool right = options_reload(daemon->options, &problems, &changed, look_further, daemon);
	if (right)
		log_start(daemon);
	counters_reload(right);
	if (right)
		log_info("configuration reloaded", LOG_LINES("changed", problems_text(&changed)));
	else
		log_error("configuration not reloaded: it is wrong; the old one stays", LOG_NUMBER("count", problems.count),
		    LOG_LINES("errors", problems_text(&problems)));
	problems_free(&problems);
	problems_free(&changed);
}

/* ---- the sequence ---- */

static void run(struct daemon *daemon)
{
	/* nothing is owned before the hooks are ready */
	daemon->batch_max = (int)options_integer(daemon->options, "batch.count_max");
	daemon->lanes_count = (int)options_integer(daemon->options, "lanes");
	collect_statements(daemon);
	daemon->query_pg = pg_new(daemon->loop, &(struct pg_settings){
						    .conninfo = options_text(daemon->options, "postgres.dsn"),
						    .application_name = daemon->group,
						    .statements = daemon->statements,
						    .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
						    .options = CORE_LANE_OPTIONS, /* its plans are kept as long */
						    .retry_ms = 250,
						});
	clock_start(daemon);
	campaign_start(daemon);
	platforms_start(daemon);
	if (daemon->service->start)
		daemon->service->start(daemon);

	/* signals: from now on we must not die of anything but them */
	leave_start(daemon->loop, on_term, daemon);
	struct loop_signal *hangup = loop_signal_new(daemon->loop, SIGHUP, on_hangup, daemon);
	signal(SIGPIPE, SIG_IGN);
	daemon->drain = loop_timer_new(daemon->loop, on_drain, daemon);

	/* the database, the broker, HTTP last: readiness is the last step */
	for (int i = 0; i < daemon->lanes_count; i++)
		daemon->lanes[i] = lane_new(daemon, i);
	lanes_listen(daemon);
	effects_start(daemon);
	relay_start(daemon);
	look_start(daemon);
	consume_start(daemon);
	const struct http_route *const tables[] = {daemon->service->routes, description_routes, NULL};
	if (daemon->service->routes)
		daemon->http = listen_start(daemon, "http.listen", tables, 0, daemon->service->admit);
	health_start(daemon);
	log_info("started", LOG_NUMBER("lanes", daemon->lanes_count), LOG_TEXT("group", daemon->group));

	loop_run(daemon->loop);

	/* a watchdog for what may block inside librdkafka */
	alarm(DRAIN_MS / 1000);
	http_server_free(daemon->http);
	health_stop(daemon);
	look_stop(daemon);
	consume_stop(daemon);
	ownlook_stop(daemon);
	kafka_producer_flush(daemon->producer, 500);
	for (int i = 0; i < daemon->lanes_count; i++)
		pg_free(daemon->lanes[i]->pg);
	pg_free(daemon->query_pg);
	loop_signal_free(hangup);
	effects_end();
	log_info("ended");
}

static bool configure(struct daemon *daemon, struct problems *problems)
{
	name_topics(daemon);
	name_instance(daemon);
	kafka_collect(daemon);
	log_start(daemon);
	metrics_setup(daemon->service->row->name, OMBUD_VERSION);
	counters_setup(daemon);
	gauges_setup(daemon);
	daemon->loop = loop_new();
	look_further(problems, daemon);
	counters_reload(problems->count == 0);
	return problems->count == 0;
}

static int refuse(struct problems *problems)
{
	problems_print(problems);
	problems_free(problems);
	return EXIT_CODE_USAGE;
}

int daemon_main(const struct service *service, int argc, char **argv)
{
	/* what the operator says; all mistakes at once */
	static const struct option none[] = {{0}};
	const struct option *rows[] = {
	    skeleton_options, service->routes ? http_options : none, service->options ? service->options : none, NULL};
	enum options_action action;
	struct problems problems = {0};
	char program[64];
	fail_setup();
	snprintf(program, sizeof program, "ombud-%s", service->row->name);
	static struct daemon daemon;
	daemon.service = service;
	daemon.options = options_read(program, rows, argc, argv, &action, &problems);
	switch (action) {
	case OPTIONS_HELP:
		options_help(program, rows);
		return EXIT_CODE_OK;
	case OPTIONS_VERSION:
		printf("%s %s\n", program, OMBUD_VERSION);
		return EXIT_CODE_OK;
	case OPTIONS_PRINT:
		if (problems.count)
			return refuse(&problems);
		options_print(daemon.options);
		return EXIT_CODE_OK;
	case OPTIONS_HEALTHCHECK:
		return problems.count ? refuse(&problems) : health_probe(&daemon);
	case OPTIONS_CHECK:
	case OPTIONS_RUN:
		break;
	}
	if (!configure(&daemon, &problems))
		return refuse(&problems);
	if (action == OPTIONS_CHECK) {
		printf("%s: configuration is right\n", program);
		return EXIT_CODE_OK;
	}

	run(&daemon);
	fflush(NULL);
	_exit(daemon.fatal ? EXIT_CODE_RESTART : EXIT_CODE_OK); /* librdkafka's threads may still be at it */
}
