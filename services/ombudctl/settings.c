/* The daemons' settings: what an operator has written down for them need not be said again. Read by the daemons' own code: file <
 * environment < our flags. */
#include <stdlib.h>
#include <string.h>

#include "common/daemon/options.h"
#include "common/model/topics.h"
#include "services/ombudctl/ctl.h"

static const struct option rows[] = {
    {.name = "kafka.bootstrap.servers", .type = OPTION_TEXT, .help = "where Kafka is"},
    {.name = "postgres.dsn", .type = OPTION_TEXT, .secret = true, .help = "where the database is", .check = pg_conninfo_check},
    {.name = "topics.partitions", .type = OPTION_INTEGER, .value = "0", .most = TOPIC_PARTITIONS_MAX, .help = "of each topic"},
    {.name = "topics.prefix", .type = OPTION_TEXT, .value = "", .help = "before each name", .check = topic_prefix_check},
    {.name = NULL},
};

static const struct {
	const char *flag, *option;
} taken[] = {{"brokers", "kafka.bootstrap.servers"}, {"dsn", "postgres.dsn"}, {"partitions", "topics.partitions"},
    {"prefix", "topics.prefix"}};

/* A daemon's role may do the daemon's work only; whose database it is, is the same. */
static const char *as_ours(const struct ctl *ctl, const char *option, const char *text)
{
	if (!strcmp(option, "topics.partitions") && !strcmp(text, "0"))
		return NULL; /* whatever they have */
	if (strcmp(option, "postgres.dsn") != 0)
		return text;
	return pg_conninfo_as(text, strcmp(ctl->command->noun, "db") ? "ombud_operator" : "ombud_migration");
}

static void take(struct ctl *ctl, int row, const char *option)
{
	struct flags *flags = &ctl->flags;
	const char *text = options_text(ctl->settings, option);
	if (flags->values[row])
		return;
	flags->told[row] = flags->told[row] || !options_meant(ctl->settings, option);
	flags->values[row] = text ? as_ours(ctl, option, text) : NULL;
	flags->places[row] = option;
}

void ctl_read_settings(struct ctl *ctl, struct problems *problems)
{
	static const struct option *const lists[] = {rows, NULL};
	if (!ctl_takes(ctl, "dsn") && !ctl_takes(ctl, "kafka"))
		return;
	ctl->settings = options_read_some("ombudctl", lists, ctl_flag(ctl, "config"), problems);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		for (int row = 0; ctl->rows[row].name; row++)
			if (!strcmp(ctl->rows[row].name, taken[i].flag))
				take(ctl, row, taken[i].option);
}
