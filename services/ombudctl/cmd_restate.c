/* ombudctl shard restate: one shard of a service says all again under a new history number. What a person can choose
 * when the database went back and the topics did not: what its log says now is what is true.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/daemon/shard.h"
#include "common/model/services.h"
#include "common/model/topics.h"
#include "common/store/core_place.h"
#include "common/store/restate.h"
#include "common/wire/kafka.h"
#include "services/ombudctl/broker.h"
#include "services/ombudctl/ctl.h"
#include "services/ombudctl/output.h"

enum {
	TOPICS_ROOM = 8,
	LAST =
	    2 *
	    RELAY_WINDOW, /* as an owner looks: a former one's late stretch may lie at the end, and hide a number that was used */
	READ_WAIT_MS = 5000,
};

/* One topic that the shard writes: what the log has given, and the highest record that lies there. */
struct said_topic {
	char plain[TOPIC_NAME_SIZE], name[TOPIC_NAME_SIZE];
	int64_t given;
	bool found;
	struct wire_said said;
};

/* The highest hop of the shard that lies in one partition. */
struct said_hop {
	const char *plain; /* its topic */
	int partition;
	struct wire_said said;
};

struct plan {
	const char *service;
	int shard;
	int32_t history;
	int64_t log_seq;
	int topics_count;
	struct said_topic topics[TOPICS_ROOM];
	struct said_hop *hops;
	int hops_count;
};

static enum exit_code load(struct ctl *ctl, struct plan *plan)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, plan->service);
	pg_args_int4(args, plan->shard);
	struct pg_result *result = ctl_run(ctl, &restate_shard_load, args);
	pg_args_free(args);
	if (!result)
		return EXIT_CODE_FAILED;
	enum exit_code code = pg_result_rows(result) ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
	if (code == EXIT_CODE_NOT_FOUND)
		ctl_say("%s has no shard %d", plan->service, plan->shard);
	else {
		plan->history = pg_get_int4(result, 0, 0);
		plan->log_seq = pg_get_int8(result, 0, 1);
		plan->topics_count = pg_get_array_count(result, 0, 2);
	}
	for (int i = 0; i < plan->topics_count && i < TOPICS_ROOM; i++) {
		struct said_topic *topic = &plan->topics[i];
		size_t size;
		const char *name = pg_get_array_text(result, 0, 2, i, &size);
		snprintf(topic->plain, sizeof topic->plain, "%.*s", (int)size, name);
		broker_topic(ctl, topic->plain, topic->name);
		topic->given = pg_get_array_int8(result, 0, 3, i);
	}
	pg_result_free(result);
	return code;
}

/* ---- what lies on the topics ---- */

static void take(struct said_topic *topic, struct arena *arena, const struct kafka_record *record)
{
	struct wire_said said;
	if (!wire_said_read(arena, record, topic->plain, &said) || (topic->found && wire_said_before(&said, &topic->said)))
		return;
	topic->found = true;
	topic->said = said;
}

static const struct service_row *row_of(const struct plan *plan)
{
	return &service_rows[service_index(plan->service)];
}

static void take_hop(struct plan *plan, struct arena *arena, const struct kafka_record *record)
{
	const char *plain = row_of(plan)->hops[record->topic];
	struct wire_said said;
	int from, i = 0;
	if (!wire_hop_read(arena, record, plain, &said, &from) || from != plan->shard)
		return;
	while (i < plan->hops_count && (plan->hops[i].plain != plain || plan->hops[i].partition != record->partition))
		i++;
	if (i < plan->hops_count && wire_said_before(&said, &plan->hops[i].said))
		return;
	if (i == plan->hops_count)
		plan->hops = xrealloc(plan->hops, (unsigned long)++plan->hops_count * sizeof *plan->hops);
	plan->hops[i] = (struct said_hop){plain, record->partition, said};
}

/* names: NULL-ended. Hops lie among those of other shards, however far back: all of their topics is read. */
static bool read_through(const struct ctl *ctl, struct plan *plan, const char *const *names, bool hops)
{
	char error[512];
	bool ended = false;
	struct kafka_record record;
	struct arena *arena = arena_new(0);
	struct kafka_reader *reader = kafka_reader_new(broker_settings(), names, error, sizeof error);
	if (!reader)
		die("%s", error);
	bool started = kafka_reader_start(reader, hops ? 0 : -1 - LAST, BROKER_WAIT_MS);
	while (started && kafka_reader_next(reader, &record, READ_WAIT_MS, &ended)) {
		if (hops)
			take_hop(plan, arena, &record);
		else if (record.partition == plan->shard)
			take(&plan->topics[record.topic], arena, &record);
		arena_reset(arena);
		kafka_record_free(&record);
	}
	kafka_reader_free(reader);
	arena_free(arena);
	if (!started)
		broker_tell(ctl);
	if (!ended)
		ctl_say("the topics cannot be read to their ends: without them it is not known which history number has been used");
	return ended;
}

static bool read_topics(const struct ctl *ctl, struct plan *plan)
{
	static char hop_names[SERVICE_TOPICS_MAX][TOPIC_NAME_SIZE];
	const char *facts[TOPICS_ROOM + 1] = {NULL}, *hops[SERVICE_TOPICS_MAX + 1] = {NULL};
	for (int i = 0; i < plan->topics_count; i++)
		facts[i] = plan->topics[i].name;
	for (int i = 0; row_of(plan)->hops[i]; i++)
		hops[i] = broker_topic(ctl, row_of(plan)->hops[i], hop_names[i]);
	return read_through(ctl, plan, facts, false) && (!hops[0] || read_through(ctl, plan, hops, true));
}

/* A number under which the log and the topic say different things lies within the log: then nobody can say up to where they agree.
 */
static bool log_agrees(struct ctl *ctl, const struct plan *plan, const char *plain, const struct wire_said *said)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, plan->service);
	pg_args_int4(args, plan->shard);
	pg_args_text(args, plain);
	pg_args_int8(args, said->seq);
	struct pg_result *result = ctl_run(ctl, &restate_row_load, args);
	pg_args_free(args);
	if (!result)
		return false;
	size_t size = 0;
	const uint8_t *bytes = pg_get_bytes(result, 0, 1, &size);
	uint64_t digest = 0;
	for (size_t i = 0; i < size; i++)
		digest = digest << 8 | bytes[i];
	bool agrees = pg_get_int8(result, 0, 0) == said->sequence && digest == said->digest;
	pg_result_free(result);
	if (!agrees)
		ctl_say("%s %d: number %" PRId64
			" is another fact in the log than on the topic, and the log has more: up to where they agree is not "
			"known",
		    plain, plan->shard, said->sequence);
	return agrees;
}

static bool all_agree(struct ctl *ctl, const struct plan *plan)
{
	for (int i = 0; i < plan->topics_count; i++) {
		const struct said_topic *topic = &plan->topics[i];
		bool within = topic->found && topic->said.history == plan->history && topic->said.sequence <= topic->given;
		if (within && !log_agrees(ctl, plan, topic->plain, &topic->said))
			return false;
	}
	return true;
}

/* ---- telling, doing ---- */

static int32_t next_history(const struct plan *plan)
{
	int32_t highest = plan->history;
	for (int i = 0; i < plan->topics_count; i++)
		if (plan->topics[i].found && plan->topics[i].said.history > highest)
			highest = plan->topics[i].said.history;
	for (int i = 0; i < plan->hops_count; i++)
		if (plan->hops[i].said.history > highest)
			highest = plan->hops[i].said.history;
	return highest + 1;
}

static int64_t former_of(const struct plan *plan, const struct said_topic *topic)
{
	bool capped = topic->found && topic->said.history > plan->history && topic->said.former < topic->given;
	return capped ? topic->said.former : topic->given;
}

static void tell(const struct plan *plan)
{
	static const char *const headings[] = {"topic", "true up to", "on the topic up to", "not true any more"};
	struct table *table = table_new(4, headings);
	char number[24];
	for (int i = 0; i < plan->topics_count; i++) {
		const struct said_topic *topic = &plan->topics[i];
		int64_t former = former_of(plan, topic), beyond = topic->found ? topic->said.sequence - former : 0;
		table_cell(table, topic->plain);
		snprintf(number, sizeof number, "%" PRId64, former);
		table_cell(table, number);
		snprintf(number, sizeof number, "%" PRId64, topic->found ? topic->said.sequence : 0);
		table_cell(table, number);
		snprintf(number, sizeof number, "%" PRId64, beyond > 0 ? beyond : 0);
		table_cell(table, number);
	}
	table_print(table, "");
	table_free(table);
	fflush(stdout);
	ctl_say("%s, shard %d: %" PRId64 " rows of the log are said again under history %d (it is in %d)", plan->service,
	    plan->shard, plan->log_seq, next_history(plan), plan->history);
}

static enum exit_code restate(struct ctl *ctl, const struct plan *plan)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *topics = pg_array_new(PG_TEXT), *histories = pg_array_new(PG_INT4), *formers = pg_array_new(PG_INT8);
	struct pg_array *hop_topics = pg_array_new(PG_TEXT), *hop_partitions = pg_array_new(PG_INT4),
			*hop_histories = pg_array_new(PG_INT4), *hop_formers = pg_array_new(PG_INT8);
	for (int i = 0; i < plan->topics_count; i++) {
		if (!plan->topics[i].found)
			continue;
		pg_array_text(topics, plan->topics[i].plain);
		pg_array_int4(histories, plan->topics[i].said.history);
		pg_array_int8(formers, plan->topics[i].said.former);
	}
	for (int i = 0; i < plan->hops_count; i++) {
		pg_array_text(hop_topics, plan->hops[i].plain);
		pg_array_int4(hop_partitions, plan->hops[i].partition);
		pg_array_int4(hop_histories, plan->hops[i].said.history);
		pg_array_int8(hop_formers, plan->hops[i].said.former);
	}
	pg_args_text(args, plan->service);
	pg_args_int4(args, plan->shard);
	pg_args_text(args, ctl_who());
	struct pg_array *const arrays[] = {topics, histories, formers, hop_topics, hop_partitions, hop_histories, hop_formers};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		pg_args_array(args, arrays[i]);
	struct pg_result *result = ctl_run(ctl, &restate_shard, args);
	pg_args_free(args);
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		pg_array_free(arrays[i]);
	if (!result)
		return EXIT_CODE_FAILED;
	bool done = pg_result_rows(result) > 0;
	if (done)
		ctl_say("history %d; row %" PRId64 " of the log says so", pg_get_int4(result, 0, 0), pg_get_int8(result, 0, 1));
	pg_result_free(result);
	return done ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
}

enum exit_code shard_restate(struct ctl *ctl)
{
	static struct plan plan;
	plan = (struct plan){.service = ctl_service(ctl->flags.words[0]), .shard = ctl_shard(ctl->flags.words[1])};
	enum exit_code code = load(ctl, &plan);
	if (code != EXIT_CODE_OK)
		return code;
	if (plan.topics_count > TOPICS_ROOM) {
		ctl_say(
		    "%s speaks on %d topics; %d are the most that can be said again", plan.service, plan.topics_count, TOPICS_ROOM);
		return EXIT_CODE_FAILED;
	}
	if (!read_topics(ctl, &plan))
		return EXIT_CODE_FAILED;
	if (!all_agree(ctl, &plan))
		return EXIT_CODE_FAILED;
	tell(&plan);
	if (next_history(&plan) > CORE_HISTORIES_MAX) {
		ctl_say("a shard has %d histories at most", CORE_HISTORIES_MAX);
		return EXIT_CODE_FAILED;
	}
	if (!ctl_confirm(ctl, "Say all of it again under a new history?"))
		return EXIT_CODE_USAGE;
	return restate(ctl, &plan);
}
