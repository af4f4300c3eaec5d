/* ombudctl: what an operator does by hand. The tables below are the command line and its help. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/nearest.h"
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
    {"dlt", "replay", "ID", 1, 1, "yes kafka", "sends a dead letter of the inbox again, as it was", dlt_replay},
    {"dlt", "show", "ID", 1, 1, "", "one dead letter: reason, headers, key and value", dlt_show},
    {"lag", NULL, "", 0, 0, "kafka", "how far each service is behind each topic", lag},
    {"publish", NULL, "[FILE|-]", 0, 1, "ledger encoding schema-id kafka", "structured CloudEvents, one a line, to the inbox",
	publish},
    {"topics", "check", "", 0, 0, "partitions kafka", "are all topics there, with equal partitions?", topics_check},
    {"topics", "create", "", 0, 0, "partitions replication kafka", "makes the topics that are missing", topics_create},
    {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};

static const struct flag flags[] = {
    {"all", 0, NULL, {NULL}, NULL, "all of them"},
    {"brokers", 0, "LIST", {"OMBUD_BROKERS", "OMBUD_KAFKA__BOOTSTRAP_SERVERS"}, NULL, "Kafka's bootstrap servers"},
    {"dir", 0, "DIR", {"OMBUD_DIR"}, ".ombud", "working folder whose env.sh says where database and broker are"},
    {"dsn", 0, "CONNINFO", {"OMBUD_DSN", "OMBUD_POSTGRES__DSN"}, NULL, "the database"},
    {"encoding", 0, "NAME", {NULL}, "json", "json, protobuf or confluent"},
    {"kafka", 0, "K=V[,K=V]", {"OMBUDCTL_KAFKA"}, "", "settings for librdkafka, TLS for instance"},
    {"lang", 0, "LANG", {"OMBUDCTL_LANG"}, NULL, "zh or en; the locale's when not named"},
    {"least", 0, "N", {NULL}, "0", "with fewer records the answer is unknown"},
    {"ledger", 0, "FILE", {NULL}, NULL, "where to write what was attempted, one JSON object a line"},
    {"limit", 0, "N", {NULL}, "50", "rows at most"},
    {"migrations", 0, "DIR", {"OMBUD_MIGRATIONS"}, NULL, "folder of the migrations; else it is looked for beside the program"},
    {"order", 0, "ORDER", {NULL}, NULL, "of this order only"},
    {"output", 'o', "FORM", {NULL}, "table", "table or json"},
    {"partitions", 0, "N", {"OMBUD_TOPICS__PARTITIONS"}, "8", "partitions of each topic"},
    {"prefix", 0, "TEXT", {"OMBUD_TOPICS__PREFIX"}, "", "before each topic's name"},
    {"replication", 0, "N", {NULL}, "1", "copies of each topic"},
    {"schema-id", 0, "N", {NULL}, "1", "schema id in Confluent frames"},
    {"stage", 0, "STAGE", {NULL}, NULL, "in this stage only"},
    {"state", 0, "STATE", {NULL}, NULL, "in this state only"},
    {"workdir", 0, "DIR", {NULL}, NULL, "folder of the publishers' ledgers (ledger*.ndjson); the working folder when not named"},
    {"yes", 'y', NULL, {NULL}, NULL, "do not ask"},
    {NULL, 0, NULL, {NULL}, NULL, NULL},
};

/* Flags of every command. */
static const char common_flags[] = "brokers dir dsn output prefix";

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

static int flag_row(const char *name)
{
	for (int i = 0; flags[i].name; i++)
		if (!strcmp(flags[i].name, name))
			return i;
	bug("no flag %s", name);
}

/* export NAME='VALUE' in the working folder's env.sh, as deploy/local/env writes it. Kept for the program's life. */
static const char *env_file_value(const char *folder, const char *name)
{
	char path[4096], line[4096], start[128];
	snprintf(path, sizeof path, "%s/env.sh", folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	int size = snprintf(start, sizeof start, "export %s='", name);
	char *value = NULL;
	while (!value && fgets(line, sizeof line, file)) {
		char *end = strrchr(line, '\'');
		if (!strncmp(line, start, (size_t)size) && end >= line + size) {
			*end = 0;
			value = xstrdup(line + size);
		}
	}
	fclose(file);
	return value;
}

const char *ctl_flag(const struct ctl *ctl, const char *name)
{
	int row = flag_row(name);
	const struct flag *flag = &flags[row];
	if (ctl->values[row])
		return ctl->values[row];
	for (int i = 0; i < 2 && flag->env[i]; i++)
		if (getenv(flag->env[i]))
			return getenv(flag->env[i]);
	const char *value = NULL;
	if (flag->env[0] && strcmp(name, "dir"))
		value = env_file_value(ctl_flag(ctl, "dir"), flag->env[0]);
	return value ? value : flag->initial;
}

const char *ctl_need(const struct ctl *ctl, const char *name)
{
	const char *value = ctl_flag(ctl, name);
	if (!value)
		die("no --%s given, no %s in the environment, and no env.sh in %s (make run leaves one)", name,
		    flags[flag_row(name)].env[0], ctl_flag(ctl, "dir"));
	return value;
}

long ctl_number(const struct ctl *ctl, const char *name, long least, long most)
{
	const char *text = ctl_need(ctl, name);
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (errno || *end || end == text || number < least || number > most)
		die("--%s wants a number from %ld to %ld, not '%s'", name, least, most, text);
	return number;
}

bool ctl_switch(const struct ctl *ctl, const char *name)
{
	return ctl->values[flag_row(name)] != NULL;
}

bool ctl_json(const struct ctl *ctl)
{
	const char *form = ctl_flag(ctl, "output");
	if (strcmp(form, "json") && strcmp(form, "table"))
		die("--output is table or json, not '%s'", form);
	return !strcmp(form, "json");
}

/* ---- speaking, and the database ---- */

void ctl_say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("ombudctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

bool ctl_confirm(const struct ctl *ctl, const char *question)
{
	char answer[8] = "";
	if (ctl_switch(ctl, "yes"))
		return true;
	if (!isatty(0)) {
		ctl_say("%s Say --yes.", question);
		return false;
	}
	fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof answer, stdin) && tolower((unsigned char)answer[0]) == 'y';
}

struct pg_session *ctl_pg(struct ctl *ctl)
{
	char error[512];
	if (ctl->pg)
		return ctl->pg;
	ctl->pg = pg_session_open(ctl_need(ctl, "dsn"), "ombudctl", error, sizeof error);
	if (!ctl->pg) {
		ctl_say("the database cannot be reached: %s", error);
		exit(EXIT_CODE_FAILED);
	}
	if (!pg_session_script(ctl->pg, "set timezone = 'UTC'; set client_min_messages = warning"))
		ctl_say("%s", pg_session_error(ctl->pg));
	return ctl->pg;
}

struct pg_result *ctl_run(struct ctl *ctl, const struct pg_statement *statement, struct pg_args *args)
{
	struct pg_result *result = pg_session_run(ctl_pg(ctl), statement, args);
	if (!result)
		ctl_say("%s: %s", statement->name, pg_session_error(ctl->pg));
	return result;
}

const char *ctl_program_folder(void)
{
	static char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
	if (size <= 0)
		return ".";
	path[size] = 0;
	char *slash = strrchr(path, '/');
	if (slash)
		*slash = 0;
	return path;
}

/* ---- help ---- */

static void help_flags(const char *list)
{
	for (const struct flag *flag = flags; flag->name; flag++) {
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
	printf("usage: ombudctl NOUN VERB [arguments] [flags]; ombudctl NOUN VERB --help tells more\n\n");
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
	for (int i = 0; flags[i].name; i++) {
		if (!flag_taken(command, flags[i].name))
			continue;
		if (!strcmp(flags[i].name, name) || (size == 1 && flags[i].letter == name[0]))
			return i;
		known[count++] = flags[i].name;
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
	if (!flags[row].value && equals)
		die("--%s takes no value", flags[row].name);
	if (!flags[row].value)
		ctl->values[row] = "yes";
	else if (equals)
		ctl->values[row] = equals + 1;
	else if (*at + 1 < argc)
		ctl->values[row] = argv[++*at];
	else
		die("--%s wants a value: %s", flags[row].name, flags[row].value);
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

int main(int argc, char **argv)
{
	struct ctl ctl = {0};
	log_setup("ombudctl", "", LOG_LEVEL_ERROR + 1, true); /* librdkafka speaks through it; stdout is for data */
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help_all(NULL);
		return argc < 2 ? EXIT_CODE_USAGE : EXIT_CODE_OK;
	}
	ctl.command = command_find(argv[1], argc > 2 ? argv[2] : NULL);
	read_command_line(&ctl, argc, argv);
	enum exit_code code = ctl.command->run(&ctl);
	pg_session_close(ctl.pg);
	if (fflush(stdout) || ferror(stdout))
		return EXIT_CODE_FAILED;
	return code;
}
