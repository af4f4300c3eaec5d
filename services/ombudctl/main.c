/* ombudctl: what an operator does by hand. The tables below are the command line and its help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/nearest.h"
#include "common/base/version.h"
#include "services/ombudctl/ctl.h"

static const struct command commands[] = {
    {"audit", NULL, "", 0, 0, "workdir least", "do the books balance? ledgers, raw topics and the database against each other",
	audit},
    {"clock", "explain", "COMPLAINT [CLOCK]", 1, 2, "lang", "why a clock is due when it is", clock_explain},
    {"clock", "list", "[COMPLAINT]", 0, 1, "limit state",
	"clocks with start, due instant and state; the running ones first due first", clock_list},
    {"complaint", "list", "", 0, 0, "limit stage order", "complaints, newest first", complaint_list},
    {"complaint", "show", "COMPLAINT", 1, 1, "lang", "the whole story on one screen; an order id serves too", complaint_show},
    {"config", "check", "DAEMON FILE", 2, 2, "", "every mistake in a daemon's configuration file", config_check},
    {"db", "down", "", 0, 0, "migrations all yes", "takes the last migration back", db_down},
    {"db", "dump", "", 0, 0, "", "the schema as SQL (pg_dump)", db_dump},
    {"db", "status", "", 0, 0, "migrations", "which migrations are applied; exit 1 when some are not", db_status},
    {"db", "up", "", 0, 0, "migrations", "applies the migrations that are missing", db_up},
    {"dlt", "discard", "ID", 1, 1, "yes", "a dead letter is not to be replayed", dlt_discard},
    {"dlt", "list", "", 0, 0, "limit state", "records that could not be taken", dlt_list},
    {"dlt", "replay", "ID", 1, 1, "yes", "sends a dead letter of the inbox again, as it was", dlt_replay},
    {"dlt", "show", "ID", 1, 1, "", "one dead letter: reason, headers, key and value", dlt_show},
    {"lag", NULL, "", 0, 0, "", "how far each service is behind each topic", lag},
    {"publish", NULL, "[FILE|-]", 0, 1, "ledger encoding schema-id", "structured CloudEvents, one a line, to the inbox", publish},
    {"topics", "check", "", 0, 0, "partitions", "are all topics there, with equal partitions?", topics_check},
    {"topics", "create", "", 0, 0, "partitions replication", "makes the topics that are missing", topics_create},
    {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};

/* Flags of every command. */
static const char common_flags[] = "brokers dir dsn kafka output prefix";

/* ---- flags ---- */

static bool listed(const char *list, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at += size)
		if ((at == list || at[-1] == ' ') && (at[size] == ' ' || !at[size]))
			return true;
	return false;
}

static bool flag_taken(const struct command *command, const char *name)
{
	return listed(common_flags, name) || listed(command->flags, name);
}

/* ---- help ---- */

static void help_flags(const char *list)
{
	for (const struct flag *flag = ctl_flags; flag->name; flag++) {
		if (!listed(list, flag->name))
			continue;
		char left[64];
		snprintf(left, sizeof left, "--%s%s%s", flag->name, flag->value ? " " : "", flag->value ? flag->value : "");
		printf("  %c%c %-22s %s", flag->letter ? '-' : ' ', flag->letter ? flag->letter : ' ', left, flag->help);
		if (flag->initial && *flag->initial)
			printf(" (%s)", flag->initial);
		if (flag->env[0])
			printf(" [%s]", flag->env[0]);
		putchar('\n');
	}
}

static void help_command(const struct command *command)
{
	printf("usage: ombudctl %s%s%s %s [flags]\n%s\n\n", command->noun, command->verb ? " " : "",
	    command->verb ? command->verb : "", command->arguments, command->help);
	help_flags(command->flags);
	help_flags(common_flags);
}

static void help_all(const char *noun)
{
	printf("usage: ombudctl NOUN VERB [arguments] [flags]; ombudctl NOUN VERB --help tells more; ombudctl --version\n\n");
	for (const struct command *command = commands; command->noun; command++) {
		char left[64];
		if (noun && strcmp(noun, command->noun))
			continue;
		snprintf(left, sizeof left, "%s %s%s%s", command->noun, command->verb ? command->verb : "",
		    command->verb ? " " : "", command->arguments);
		printf("  %-32s %s\n", left, command->help);
	}
	printf("\nflags of every command:\n");
	help_flags(common_flags);
	printf("\nexit codes: 0 done, 1 no or failed, 2 usage, 3 not found, 4 partly done\n");
}

/* ---- the command line ---- */

static void die_unknown(const char *what, const char *name, const char *const *known)
{
	const char *near = nearest_name(name, known);
	if (near)
		die("no %s '%s'; did you mean '%s'?", what, name, near);
	die("no %s '%s'; ombudctl --help lists them", what, name);
}

static const struct command *command_find(const char *noun, const char *verb)
{
	const char *nouns[64] = {NULL}, *verbs[64] = {NULL};
	int verbs_count = 0;
	for (int i = 0; commands[i].noun; i++) {
		nouns[i] = commands[i].noun;
		if (strcmp(commands[i].noun, noun))
			continue;
		if (!commands[i].verb || (verb && !strcmp(commands[i].verb, verb)))
			return &commands[i];
		verbs[verbs_count++] = commands[i].verb;
	}
	if (!verbs_count)
		die_unknown("command", noun, nouns);
	if (!verb || verb[0] == '-') {
		help_all(noun);
		exit(verb && !strcmp(verb, "--help") ? EXIT_CODE_OK : EXIT_CODE_USAGE);
	}
	die_unknown("verb", verb, verbs);
	return NULL;
}

static int flag_find(const struct command *command, const char *text, size_t size)
{
	const char *known[CTL_FLAGS_MAX + 1] = {NULL};
	char name[64];
	int count = 0;
	snprintf(name, sizeof name, "%.*s", (int)size, text);
	for (int i = 0; ctl_flags[i].name; i++) {
		if (!flag_taken(command, ctl_flags[i].name))
			continue;
		if (!strcmp(ctl_flags[i].name, name) || (size == 1 && ctl_flags[i].letter == name[0]))
			return i;
		known[count++] = ctl_flags[i].name;
	}
	die_unknown("flag", name, known);
	return -1;
}

/* One flag at argv[*at]: --name value, --name=value, -x value. Moves *at to the last word that belongs to it. */
static void read_flag(struct ctl *ctl, int argc, char **argv, int *at)
{
	const char *text = argv[*at] + (argv[*at][1] == '-' ? 2 : 1);
	const char *equals = strchr(text, '=');
	int row = flag_find(ctl->command, text, equals ? (size_t)(equals - text) : strlen(text));
	if (!ctl_flags[row].value && equals)
		die("--%s takes no value", ctl_flags[row].name);
	if (!ctl_flags[row].value)
		ctl->values[row] = "yes";
	else if (equals)
		ctl->values[row] = equals + 1;
	else if (*at + 1 < argc)
		ctl->values[row] = argv[++*at];
	else
		die("--%s wants a value: %s", ctl_flags[row].name, ctl_flags[row].value);
}

static void read_command_line(struct ctl *ctl, int argc, char **argv)
{
	for (int i = ctl->command->verb ? 3 : 2; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			help_command(ctl->command);
			exit(EXIT_CODE_OK);
		} else if (argv[i][0] == '-' && argv[i][1]) {
			read_flag(ctl, argc, argv, &i);
		} else if (ctl->arguments_count == ctl->command->most) {
			die("too many arguments: '%s'; see --help", argv[i]);
		} else {
			ctl->arguments[ctl->arguments_count++] = argv[i];
		}
	}
	if (ctl->arguments_count < ctl->command->least)
		die("wanted: %s; see --help", ctl->command->arguments);
	ctl_json(ctl);
}

/* What was not written in full was not done. */
static enum exit_code finish(enum exit_code code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	ctl_say("what was asked for could not be written to stdout: %s", strerror(errno));
	return EXIT_CODE_FAILED;
}

int main(int argc, char **argv)
{
	struct ctl ctl = {0};
	log_setup("ombudctl", "", LOG_LEVEL_ERROR + 1, true); /* librdkafka speaks through it; stdout is for data */
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help_all(NULL);
		return finish(argc < 2 ? EXIT_CODE_USAGE : EXIT_CODE_OK);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("ombudctl %s\n", OMBUD_VERSION);
		return finish(EXIT_CODE_OK);
	}
	ctl.command = command_find(argv[1], argc > 2 ? argv[2] : NULL);
	read_command_line(&ctl, argc, argv);
	enum exit_code code = ctl.command->run(&ctl);
	pg_session_close(ctl.pg);
	return finish(code);
}
