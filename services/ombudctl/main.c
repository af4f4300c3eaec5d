/* ombudctl: what an operator does by hand. The tables below are the command line and its help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/nearest.h"
#include "common/base/tongue.h"
#include "common/base/version.h"
#include "common/daemon/options.h"
#include "services/ombudctl/broker.h"
#include "services/ombudctl/words.h"

#define BROKER "brokers kafka prefix config "
#define DATABASE "dsn config "

static const struct command commands[] = {
    {"audit", NULL, "", BROKER DATABASE "workdir least",
	"do the books balance? ledgers, raw topics and the database against each other", audit},
    {"campaign", "cancel", "ID", DATABASE "yes", "stops a campaign for good; what it has done stays done", campaign_cancel},
    {"campaign", "list", "", DATABASE "limit state", "commands for many: how far each has come", campaign_list},
    {"campaign", "pause", "ID", DATABASE, "lets a campaign rest", campaign_pause},
    {"campaign", "resume", "ID", DATABASE, "lets it go on", campaign_resume},
    {"campaign", "show", "ID", DATABASE, "one campaign, shard by shard", campaign_show},
    {"clock", "explain", "COMPLAINT [CLOCK]", DATABASE, "why a clock is due when it is", clock_explain},
    {"clock", "list", "[COMPLAINT]", DATABASE "limit state",
	"clocks with start, due instant and state; the running ones first due first", clock_list},
    {"clock", "rebuild", "[COMPLAINT]", DATABASE "check limit",
	"every clock, or those of one complaint, anew from the facts alone, and what is stored otherwise", clock_rebuild},
    {"complaint", "list", "", DATABASE "limit stage order", "complaints, newest first", complaint_list},
    {"complaint", "show", "COMPLAINT", DATABASE, "the whole story on one screen; an order id serves too", complaint_show},
    {"config", "check", "DAEMON FILE", "", "every mistake in a daemon's configuration file", config_check},
    {"db", "down", "", DATABASE "migrations all yes", "takes the last migration back", db_down},
    {"db", "dump", "", DATABASE, "the schema as SQL (pg_dump)", db_dump},
    {"db", "status", "", DATABASE "migrations", "which migrations are applied; exit 1 when some are not", db_status},
    {"db", "up", "", DATABASE "migrations", "applies the migrations that are missing", db_up},
    {"dlt", "discard", "ID", DATABASE "yes", "a dead letter is not to be replayed", dlt_discard},
    {"dlt", "list", "", DATABASE "limit state", "records that could not be taken", dlt_list},
    {"dlt", "replay", "[ID]", BROKER DATABASE "all dry-run key limit reason since source topic type until yes",
	"sends dead letters of the inbox again, as they were: one, or all that the flags name", dlt_replay},
    {"dlt", "show", "ID", DATABASE, "one dead letter: reason, headers, key and value", dlt_show},
    {"due", NULL, "", "from target calendar platform", "when something is due by a calendar, day by day; asks no database", due},
    {"lag", NULL, "", BROKER DATABASE, "how far each service is behind each topic", lag},
    {"letter", "list", "[COMPLAINT]", DATABASE "limit platform zone",
	"every letter filled in anew from its facts, in each language, complaint by complaint", letter_list},
    {"limit", "list", "", "", "what one publisher, person, complaint, order or endpoint can cause", limit_list},
    {"platform", "apply", "FOLDER", DATABASE "from effective-from open",
	"checks a platform's folder, shows what is otherwise, and stores it as the next version", platform_apply_folder},
    {"platform", "check", "FOLDER", "default effective-from applied",
	"all that is wrong in a platform's folder, at once, across its files; warnings alone are no failure",
	platform_check_folder},
    {"platform", "diff", "FOLDER FOLDER2", "default", "what says something else in the second platform's folder",
	platform_diff_folders},
    {"platform", "list", "[PLATFORM]", DATABASE "limit", "applied versions, and which of them is in force", platform_list},
    {"platform", "retire", "VERSION", DATABASE "open yes", "nothing new goes by a version; what is open is moved, or keeps it",
	platform_retire_version},
    {"platform", "show", "VERSION [FILE]", DATABASE, "an applied version: who, when, its files; or one of these", platform_show},
    {"publish", NULL, "[FILE|-]", BROKER "ledger encoding schema-id", "structured CloudEvents, one a line, to the inbox", publish},
    {"refusal", "list", "", DATABASE "after limit platform source",
	"what was refused of a platform's within 30 days, page by page, as GET /v1/refusals says it", refusal_list},
    {"service", "list", "", "", "the daemons, and which topics each reads and writes", service_list},
    {"shard", "restate", "SERVICE SHARD", BROKER DATABASE "yes",
	"says all of a shard again under a new history: what the database has now is what is true", shard_restate},
    {"shard", "restart", "SERVICE SHARD", BROKER DATABASE "at from-shard topic number yes",
	"a shard reads on from a place that you choose, whatever has stopped it", shard_restart_at},
    {"shard", "show", "[SERVICE] [SHARD]", DATABASE, "where shards stand, who has them, and why one has stopped", shard_show},
    {"topics", "check", "", BROKER "partitions", "are all topics there, with equal partitions?", topics_check},
    {"topics", "create", "", BROKER "partitions replication", "makes the topics that are missing", topics_create},
    {"version", NULL, "", "", "which Ombud this is", version},
    {0},
};

/* ---- help ---- */

/* "shard show [SERVICE] [SHARD]" */
static const char *command_line(const struct command *command)
{
	static char text[160];
	snprintf(text, sizeof text, "%s%s%s%s%s", command->noun, command->verb ? " " : "", command->verb ? command->verb : "",
	    *command->arguments ? " " : "", words_arguments(command->arguments));
	return text;
}

static void help_all(const char *noun)
{
	puts(tongue("usage: ombudctl NOUN VERB [arguments] [flags]; ombudctl NOUN VERB --help tells more; ombudctl --version"));
	putchar('\n');
	for (const struct command *command = commands; command->noun; command++) {
		if (noun && strcmp(noun, command->noun))
			continue;
		flags_help_line(command_line(command), 32, command->help);
		putchar('\n');
	}
	struct ctl most = {.command = &(struct command){.noun = "", .flags = BROKER DATABASE}};
	ctl_take_rows(&most);
	printf("\n%s\n", tongue("flags of most commands:"));
	flags_help(most.rows);
	printf("\n%s\n", tongue("exit codes: 0 done, 1 no or failed, 2 usage, 3 not found, 4 partly done, or not known yet"));
}

/* ---- the command line ---- */

static const struct command *command_find(const char *noun, const char *verb)
{
	const char *nouns[64] = {NULL}, *verbs[64] = {NULL};
	int verbs_count = 0;
	if (noun[0] == '-')
		die("%s: a command comes first; ombudctl --help lists them", noun);
	for (int i = 0; commands[i].noun; i++) {
		nouns[i] = commands[i].noun;
		if (strcmp(commands[i].noun, noun))
			continue;
		if (!commands[i].verb || (verb && !strcmp(commands[i].verb, verb)))
			return &commands[i];
		verbs[verbs_count++] = commands[i].verb;
	}
	const char *near = nearest_name(verbs_count ? verb ? verb : "" : noun, verbs_count ? verbs : nouns);
	if (!verbs_count && near)
		die("no command '%s'; did you mean '%s'?", noun, near);
	if (!verbs_count)
		die("no command '%s'; ombudctl --help lists them", noun);
	if (!verb || verb[0] == '-') {
		help_all(noun);
		exit(verb && !strcmp(verb, "--help") ? EXIT_CODE_OK : EXIT_CODE_USAGE);
	}
	if (near)
		die("no verb '%s'; did you mean '%s'?", verb, near);
	die("no verb '%s'; ombudctl --help lists them", verb);
}

static void read_command_line(struct ctl *ctl, int argc, char **argv)
{
	struct problems problems = {0};
	ctl_take_rows(ctl);
	switch (flags_read(&ctl->flags, ctl->rows, argc, argv, &problems)) {
	case FLAGS_HELP:
		printf(tongue("usage: ombudctl %s [flags]\n"), command_line(ctl->command));
		printf("%s\n\n", tongue(ctl->command->help));
		flags_help(ctl->rows);
		exit(EXIT_CODE_OK);
	case FLAGS_VERSION:
		printf("ombudctl %s\n", OMBUD_VERSION);
		exit(EXIT_CODE_OK);
	case FLAGS_RUN:
		break;
	}
	ctl_read_settings(ctl, &problems);
	ctl_read_env_file(ctl);
	flags_check(&ctl->flags, words_arguments(ctl->command->arguments), &problems);
	if (ctl_takes(ctl, "kafka"))
		broker_check(ctl, &problems);
	if (!problems.count)
		return;
	problems_print(&problems);
	fprintf(stderr, tongue("usage: ombudctl %s [flags]; --help tells more\n"), command_line(ctl->command));
	exit(EXIT_CODE_USAGE);
}

/* What was not written in full was not done. */
static enum exit_code finish(enum exit_code code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	ctl_say("what was asked for could not be written to stdout: %s", tongue(strerror(errno)));
	return EXIT_CODE_FAILED;
}

/* The language is asked for before it is known what is right on the command line, so that a mistake is told in it, too. The value
 * of the last --lang, or the environment's; NULL: of none. */
static const char *language_asked(int argc, char **argv)
{
	const char *asked = getenv("OMBUDCTL_LANG");
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "--lang=", 7))
			asked = argv[i] + 7;
		else if (!strcmp(argv[i], "--lang") && i + 1 < argc)
			asked = argv[i + 1];
	return asked;
}

/* `ombudctl --lang zh-CN lag` is `ombudctl lag --lang zh-CN`: turns the words so that the command comes first. */
static void put_command_first(int argc, char **argv)
{
	int words = argc < 2 ? 0 : !strncmp(argv[1], "--lang=", 7) ? 1 : !strcmp(argv[1], "--lang") && argc > 2 ? 2 : 0;
	for (; words; words--) {
		char *word = argv[1];
		memmove(argv + 1, argv + 2, sizeof *argv * (size_t)(argc - 2));
		argv[argc - 1] = word;
	}
}

int main(int argc, char **argv)
{
	struct ctl ctl = {0};
	log_setup("ombudctl", "", LOG_LEVEL_ERROR + 1, true); /* librdkafka speaks through it; stdout is for data */
	words_use(words_language_of(language_asked(argc, argv)));
	put_command_first(argc, argv);
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help_all(NULL);
		return finish(argc < 2 ? EXIT_CODE_USAGE : EXIT_CODE_OK);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("ombudctl %s\n", OMBUD_VERSION);
		return finish(EXIT_CODE_OK);
	}
	ctl.command = command_find(argv[1], argc > 2 ? argv[2] : NULL);
	int own = ctl.command->verb ? 3 : 2;
	read_command_line(&ctl, argc - own, argv + own);
	if (ctl.flags.values[flags_row(&ctl.flags, "lang")])
		words_use(words_language_of(ctl_flag(&ctl, "lang")));
	enum exit_code code = ctl.command->run(&ctl);
	pg_session_close(ctl.pg);
	options_free(ctl.settings);
	return finish(code);
}
