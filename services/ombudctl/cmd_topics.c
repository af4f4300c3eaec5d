/* ombudctl topics, lag: the table of common/model/topics.h against the broker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/services.h"
#include "common/model/topics.h"
#include "services/ombudctl/broker.h"
#include "services/ombudctl/output.h"

enum { NAMES_MAX = 64 };

struct names {
	char texts[NAMES_MAX][TOPIC_NAME_SIZE];
	bool dead_letter[NAMES_MAX];
	int partitions[NAMES_MAX]; /* on the broker */
	int count;
};

static void add_name(const char *name, bool dead_letter, void *context)
{
	struct names *names = context;
	if (names->count == NAMES_MAX)
		bug("more than %d topics", NAMES_MAX);
	names->dead_letter[names->count] = dead_letter;
	snprintf(names->texts[names->count++], TOPIC_NAME_SIZE, "%s", name);
}

static bool read_partitions(const struct ctl *ctl, struct kafka_admin *admin, struct names *names)
{
	for (int i = 0; i < names->count; i++) {
		names->partitions[i] = broker_partitions(ctl, admin, names->texts[i]);
		if (names->partitions[i] < 0)
			return false;
	}
	return true;
}

static const char *topic_state(int got, int want)
{
	return got == 0 ? "missing" : got == want ? "good" : "wrong partitions";
}

static int print_topics(const struct ctl *ctl, const struct names *names, int want)
{
	static const char *const headings[] = {"topic", "partitions", "state"};
	struct table *table = table_new(3, headings);
	int wrong = 0;
	char number[16];
	if (ctl_json(ctl))
		putchar('[');
	for (int i = 0; i < names->count; i++) {
		const char *state = topic_state(names->partitions[i], want);
		wrong += strcmp(state, "good") != 0;
		snprintf(number, sizeof number, "%d", names->partitions[i]);
		table_cell(table, names->texts[i]);
		table_cell(table, number);
		table_cell(table, state);
		if (ctl_json(ctl))
			printf("%s{\"topic\": \"%s\", \"partitions\": %d, \"state\": \"%s\"}", i ? ",\n " : "", names->texts[i],
			    names->partitions[i], state);
	}
	if (ctl_json(ctl))
		puts("]");
	else
		table_print(table, "");
	table_free(table);
	return wrong;
}

enum exit_code topics_check(struct ctl *ctl)
{
	struct names names = {.count = 0};
	struct kafka_admin *admin = broker_admin();
	topic_each(ctl_flag(ctl, "prefix"), add_name, &names);
	bool answered = read_partitions(ctl, admin, &names);
	int wrong = answered ? print_topics(ctl, &names, (int)ctl_number(ctl, "partitions")) : 0;
	kafka_admin_free(admin);
	return answered && !wrong ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

/* Makes those that are missing; one that is there with another number of partitions is an error that only a person can mend. */
enum exit_code topics_create(struct ctl *ctl)
{
	struct names names = {.count = 0};
	struct kafka_new_topic missing[NAMES_MAX];
	int missing_count = 0, wrong = 0, want = (int)ctl_number(ctl, "partitions");
	char error[512];
	struct kafka_admin *admin = broker_admin();
	topic_each(ctl_flag(ctl, "prefix"), add_name, &names);
	bool good = read_partitions(ctl, admin, &names);
	for (int i = 0; good && i < names.count; i++) {
		if (names.partitions[i] == 0)
			missing[missing_count++] = (struct kafka_new_topic){names.texts[i], names.dead_letter[i]};
		else if (names.partitions[i] != want)
			ctl_say("%s has %d partitions, not %d: all topics need the same number", names.texts[i],
			    names.partitions[i], want),
			    wrong++;
	}
	if (good && missing_count) {
		good = kafka_topics_create(
		    admin, missing, missing_count, want, (int)ctl_number(ctl, "replication"), error, sizeof error);
		if (good)
			ctl_say("made %d topics of %d partitions", missing_count, want);
		else
			ctl_say("%s", error);
	} else if (good && !wrong) {
		ctl_say("all %d topics are there", names.count);
	}
	kafka_admin_free(admin);
	return good && !wrong ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

/* ---- lag ---- */

struct ends {
	struct pg_array *services, *topics, *partitions, *offsets;
};

static bool add_ends(struct ctl *ctl, struct kafka_admin *admin, const struct topic_row *row, struct ends *ends)
{
	char name[TOPIC_NAME_SIZE];
	int64_t low, high;
	int partitions = broker_partitions(ctl, admin, broker_topic(ctl, row->name, name));
	for (int partition = 0; partition < partitions; partition++) {
		if (!broker_watermarks(admin, name, partition, &low, &high)) {
			ctl_say("the broker does not answer");
			return false;
		}
		for (const struct service_row *service = service_rows; service->name; service++) {
			if (!service_reads(service, row->name))
				continue;
			pg_array_text(ends->services, service->name);
			pg_array_text(ends->topics, row->name);
			pg_array_int4(ends->partitions, partition);
			pg_array_int8(ends->offsets, high);
		}
	}
	return partitions >= 0;
}

enum exit_code lag(struct ctl *ctl)
{
	struct ends ends = {pg_array_new(PG_TEXT), pg_array_new(PG_TEXT), pg_array_new(PG_INT4), pg_array_new(PG_INT8)};
	struct kafka_admin *admin = broker_admin();
	bool good = true;
	for (const struct topic_row *row = topic_rows; good && row->name; row++)
		good = add_ends(ctl, admin, row, &ends);
	kafka_admin_free(admin);
	if (!good)
		return EXIT_CODE_FAILED;
	struct pg_args *args = pg_args_new();
	pg_args_array(args, ends.services);
	pg_args_array(args, ends.topics);
	pg_args_array(args, ends.partitions);
	pg_args_array(args, ends.offsets);
	enum exit_code code = output_view(ctl, &view_lag, args, "no topics", NULL);
	pg_args_free(args);
	pg_array_free(ends.services);
	pg_array_free(ends.topics);
	pg_array_free(ends.partitions);
	pg_array_free(ends.offsets);
	return code;
}
