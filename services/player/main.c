/* ombud-player: plays complainants, merchants, agents and the platform's backend against a running Ombud on the virtual clock, and
 * says what came of it.
 *
 * A play that was interrupted goes on where it stood: what the ledger has is not said again, and the parties see everything anew.
 * Exit 0: all went as the play's table says; 1: not so; 2: it cannot be played, nothing was said.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/flags.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/base/value.h"
#include "common/io/kafka.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/model/topics.h"

#include "services/player/bus.h"
#include "services/player/play.h"
#include "services/player/sink.h"
#include "services/player/stepper.h"
#include "services/player/summary.h"
#include "services/player/tally.h"

enum {
	LOOK_EVERY_US = 2 * 1000,
	PROGRESS_EVERY_US = 2 * 1000 * 1000,
	STUCK_AFTER_US = 240 * 1000 * 1000, /* a daemon that was killed is back within seconds, a broker within half a minute */
	NATURAL_EVERY_US = 250 * 1000,
};

struct player {
	struct play play;
	struct tally tally;
	struct loop *loop;
	struct bus *bus;
	struct stepper *stepper;
	struct sink *sink;
	struct quiet quiet;
	int64_t told_us; /* progress, wall */
	int64_t pace_us; /* least monotonic time between two steps */
	int64_t stepped_us;
	bool stopping;
};

static const struct flag rows[] = {
    {"brokers", 0, "LIST", {NULL}, NULL, "Kafka's bootstrap servers", .missing = "must be given", .check = kafka_servers_check},
    {"data", 0, "FOLDER", {NULL}, NULL, "of Olist's files: real orders; else the bundled day", .check = value_check_folder},
    {"dsn", 0, "CONNINFO", {NULL}, NULL, "the database", .missing = "must be given", .check = pg_conninfo_check},
    {"pace", 0, "MS", {NULL}, "0", "real milliseconds between two steps of the clock", .most = 3600 * 1000},
    {"prefix", 0, "TEXT", {"OMBUD_TOPICS__PREFIX"}, "", "before each topic's name", .check = topic_prefix_check},
    {"sink-port", 0, "PORT", {"OMBUD_SINK_PORT"}, "0", "where webhooks are received; 0: any", .most = 65535},
    {"stay", 0, NULL, {NULL}, NULL, "the clock goes on after the play, until SIGTERM"},
    {"workdir", 0, "DIR", {NULL}, NULL, "where the ledger and the summary are written", .missing = "must be given",
	.check = value_check_folder},
    {0},
};

/* ---- what comes back ---- */

static void fact_came(const char *topic, const struct event *fact, void *context)
{
	struct player *player = context;
	struct life *life = fact->order_id[0] ? play_life_find(&player->play, fact->order_id) : NULL;
	tally_fact(&player->tally, fact);
	if (life)
		life_note(player->play.arena, life, fact);
	player->play.scenario->sees(&player->play, life, fact);
}

static bool all_read(const struct player *player)
{
	for (int i = 0; i < player->quiet.topics_count; i++) {
		int64_t facts = bus_facts(player->bus, player->quiet.topics[i]);
		if (facts >= 0 && facts < player->quiet.said[i])
			return false;
	}
	return true;
}

static void progress(struct player *player, bool waiting)
{
	char instant[INSTANT_TEXT_SIZE];
	int64_t now_us = instant_monotonic_us();
	int64_t facts = 0;
	if (now_us - player->told_us < PROGRESS_EVERY_US)
		return;
	player->told_us = now_us;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		facts += player->tally.told[type];
	fprintf(stderr, "  %s: %lld steps, %lld said to Ombud, %lld told by it%s%s\n", instant_format(player->play.now_us, instant),
	    (long long)player->tally.steps, (long long)bus_published_count(player->bus), (long long)facts,
	    waiting ? "; waiting: " : "", waiting ? (player->quiet.busy[0] ? player->quiet.busy : "facts to be read") : "");
}

/* Until nothing is under way and every fact has been seen. false: that does not come about. */
static bool wait_quiet(struct player *player)
{
	int partitions;
	const int64_t *ends = bus_ends(player->bus, &partitions);
	int64_t since_us = instant_monotonic_us();
	for (;;) {
		while (bus_read(player->bus) > 0)
			;
		stepper_look(player->stepper, ends, partitions, &player->quiet);
		if (player->quiet.busy[0] == '\0' && all_read(player))
			return true;
		if (player->stopping)
			return false;
		if (instant_monotonic_us() - since_us > STUCK_AFTER_US) {
			fprintf(stderr, "player: not quiet after %d s: %s\n", STUCK_AFTER_US / 1000000,
			    player->quiet.busy[0] ? player->quiet.busy : "facts are missing from the topics");
			return false;
		}
		progress(player, instant_monotonic_us() - since_us > PROGRESS_EVERY_US);
		loop_turn(player->loop, LOOK_EVERY_US);
	}
}

/* ---- what goes in ---- */

static bool still_fits(struct player *player, const struct input *input)
{
	const struct life *life = play_life_find(&player->play, input->event->order_id);
	return input->stages == 0 || (life && (input->stages & 1u << life->stage));
}

static void say(struct player *player, struct input *input)
{
	bool again = bus_published(player->bus, input->event);
	if (!again && !still_fits(player, input))
		return;
	if (input->event->complaint_id[0] == '\0' && input->event->type_id != EVENT_COMPLAINT_FILED && input->event->order_id[0])
		input->event->complaint_id = play_life(&player->play, input->event->order_id)->complaint_id;
	player->tally.said[input->encoding == ENCODING_RAW ? EVENT_NONE : input->event->type_id]++;
	player->tally.encodings[input->encoding]++;
	if (!again)
		bus_publish(player->bus, input);
}

static int say_due(struct player *player, struct plan *plan)
{
	int count = 0;
	for (struct input *input; (input = plan_first(plan)) && input->at_us <= player->play.now_us; count++)
		say(player, plan_take(plan));
	return count;
}

static bool say_all_due(struct player *player)
{
	int count = say_due(player, &player->play.orders);
	count += say_due(player, &player->play.plan);
	return count == 0 || bus_flush(player->bus);
}

/* ---- stepping ---- */

static void idle_until(struct player *player, int64_t monotonic_us)
{
	while (!player->stopping && instant_monotonic_us() < monotonic_us) {
		loop_turn(player->loop, monotonic_us - instant_monotonic_us());
		bus_read(player->bus);
	}
}

static bool step_to(struct player *player, int64_t to_us)
{
	idle_until(player, player->stepped_us + player->pace_us);
	player->stepped_us = instant_monotonic_us();
	while (!stepper_step(player->stepper, to_us)) {
		if (player->stopping)
			return false;
		loop_turn(player->loop, US_PER_SECOND / 2);
	}
	player->play.now_us = to_us;
	player->tally.steps++;
	progress(player, false);
	return true;
}

/* The next input or due timer; 0: nothing is left to happen. Orders wait for the step that follows them. */
static int64_t next_instant(const struct player *player)
{
	const struct input *input = plan_first(&player->play.plan);
	int64_t next_us = player->quiet.next_due_us;
	if (input && (next_us == 0 || input->at_us < next_us))
		next_us = input->at_us;
	if (next_us == 0 && plan_first(&player->play.orders))
		next_us = plan_first(&player->play.orders)->at_us;
	return next_us;
}

static bool play_through(struct player *player)
{
	for (;;) {
		if (!say_all_due(player)) {
			fprintf(stderr, "player: the broker did not acknowledge what was said\n");
			return false;
		}
		if (!wait_quiet(player))
			return false;
		const struct input *input = plan_first(&player->play.plan);
		if (input && input->at_us <= player->play.now_us)
			continue; /* somebody reacts at once */
		int64_t next_us = next_instant(player);
		if (next_us == 0)
			return true;
		if (!step_to(player, next_us))
			return false;
	}
}

/* ---- the program ---- */

static void stop(void *context)
{
	struct player *player = context;
	player->stopping = true;
}

/* The clock goes on as clocks do, until SIGTERM. */
static void stay(struct player *player)
{
	int64_t from_us = instant_monotonic_us();
	int64_t start_us = player->play.now_us;
	char instant[INSTANT_TEXT_SIZE];
	player->told_us = INT64_MAX; /* nothing is in progress any more */
	printf("The clock is virtual: it stands at %s and goes on from there, a second a second, until Ctrl-C.\n\n",
	    instant_format(start_us, instant));
	fflush(stdout);
	while (!player->stopping) {
		step_to(player, start_us + instant_monotonic_us() - from_us);
		idle_until(player, instant_monotonic_us() + NATURAL_EVERY_US);
	}
}

static void set_up(struct player *player, const struct flags *flags)
{
	static char ledger[4096];
	snprintf(ledger, sizeof(ledger), "%s/ledger.ndjson", flags_text(flags, "workdir"));
	player->loop = loop_new();
	loop_signal_new(player->loop, SIGTERM, stop, player);
	loop_signal_new(player->loop, SIGINT, stop, player);
	player->play.arena = arena_new(0);
	player->play.data = flags_text(flags, "data");
	player->play.scenario = player->play.data ? &scenario_olist : &scenario_day;
	player->pace_us = flags_number(flags, "pace") * 1000;
	player->sink = sink_new(player->loop, &player->play, (int)flags_number(flags, "sink-port"));
	player->stepper = stepper_new(flags_text(flags, "dsn"));
	player->bus = bus_new(player->loop,
	    &(struct bus_settings){flags_text(flags, "brokers"), flags_text(flags, "prefix"), ledger, fact_came, player});
	player->told_us = instant_monotonic_us();
}

/* Sets the clock to the play's first instant, or takes it where an earlier run left it. */
static bool begin(struct player *player)
{
	struct play *play = &player->play;
	if (!play->scenario->begin(play))
		return false;
	const struct input *first = plan_first(&play->orders);
	if (bus_published_count(player->bus) > 0 && first && !bus_published(player->bus, first->event)) {
		fprintf(stderr, "player: this working folder holds another play; make clean-run forgets it\n");
		return false;
	}
	int64_t now_us = stepper_now(player->stepper);
	play->now_us = now_us > play->starts_us ? now_us : play->starts_us;
	return step_to(player, play->now_us);
}

int main(int argc, char **argv)
{
	static struct player player;
	struct flags flags;
	flags_main(&flags, "ombud-player",
	    "Plays complainants, merchants, agents and the platform's backend against a running Ombud on the virtual clock.", rows,
	    argc, argv);
	struct summary summary = {.workdir = flags_text(&flags, "workdir"), .tally = &player.tally, .play = &player.play};
	log_setup("player", "player", LOG_LEVEL_WARN, true);
	set_up(&player, &flags);
	summary.sink = player.sink;
	summary.bus = player.bus;
	summary_step(&summary, "play");
	bool begun = begin(&player);
	bool played = begun && play_through(&player);
	if (!begun && !player.stopping)
		return EXIT_CODE_USAGE;
	if (!played && player.stopping) {
		fprintf(stderr,
		    "player: stopped before the play's end; where the broker keeps its log, the same again goes on from here\n");
		return EXIT_CODE_FAILED;
	}
	summary_step(&summary, "audit");
	player.play.noted = stepper_noted(player.stepper);
	int wrong = played && player.play.scenario->check ? player.play.scenario->check(&player.play) : 0;
	bool balanced = summary_make(&summary, played, wrong);
	if (played && flags_text(&flags, "stay"))
		stay(&player);
	return played && wrong == 0 && balanced ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
