/* ombudctl topics: the table of common/model/topics.h against the broker. */
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
	if (good && wrong && missing_count)
		ctl_say("the %d that are missing are not made: they would have another number than those that are there",
		    missing_count);
	if (good && !wrong && missing_count) {
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
